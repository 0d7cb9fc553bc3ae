//! `instructions NAME RUNS` runs an operation so many times inside [`counted`], for `cargo xtask
//! instructions` to count. Without arguments it lists the names.

// A panic ends the run if something cannot be prepared.
#![allow(clippy::unwrap_used)]

mod operations;

use std::env;
use std::process::ExitCode;

/// Runs before the count begins: tables are made, random numbers get their seed, stores reach their
/// size.
const WARM_UP: u32 = 3;

fn main() -> ExitCode {
    // `cargo bench` says `--bench` to every bench.
    let mut words = env::args().skip(1).filter(|word| word != "--bench");
    let Some(name) = words.next() else {
        operations::all().for_each(|operation| println!("{}", operation.name));
        return ExitCode::SUCCESS;
    };
    let Some(operation) = operations::all().find(|operation| operation.name == name) else {
        eprintln!("there is no operation \"{name}\": without words all names are listed");
        return ExitCode::FAILURE;
    };
    let Some(runs) = words.next().and_then(|word| word.parse().ok()) else {
        eprintln!("how many runs of \"{name}\"? Say a number behind the name");
        return ExitCode::FAILURE;
    };
    let mut run = (operation.prepare)();
    for _ in 0..WARM_UP {
        run();
    }
    counted(&mut *run, runs);
    ExitCode::SUCCESS
}

/// Callgrind counts between its start and its end, which it finds by the name.
#[inline(never)]
fn counted(run: &mut dyn FnMut(), runs: u32) {
    for _ in 0..runs {
        run();
    }
}
