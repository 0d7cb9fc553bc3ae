//! `cargo bench --package godot-rustls-tls`: how long core's operations take on this machine.

// What cannot be prepared ends the run: that is what a panic means here.
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
