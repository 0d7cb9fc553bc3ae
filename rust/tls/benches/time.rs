//! `cargo bench --package godot-rustls-tls`: time of each operation on this machine.

// A panic ends the run if something cannot be prepared.
#![allow(clippy::unwrap_used)]

mod operations;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn every_operation(criterion: &mut Criterion) {
    for operation in operations::all() {
        let (topic, name) = operation.name.split_once('/').unwrap();
        let mut group = criterion.benchmark_group(topic);
        if let Some(bytes) = operation.bytes {
            group.throughput(Throughput::Bytes(bytes));
        }
        group.bench_function(name, |bencher| bencher.iter((operation.prepare)()));
        group.finish();
    }
}

criterion_group!(benches, every_operation);
criterion_main!(benches);
