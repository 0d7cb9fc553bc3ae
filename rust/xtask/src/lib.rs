//! The project's commands: `cargo xtask <verb>`. One module a verb; `cli` declares their flags.
//!
//! What runs child processes and Godot is public, and what compares generated files: the tests that start a real
//! Godot use it too.

mod bench;
mod build;
mod check;
mod cli;
mod csharp;
mod demo;
mod engine_api;
pub mod failure;
mod gdscript;
pub mod generated;
pub mod godot;
mod instructions;
mod layers;
mod manifest;
pub mod markdown;
mod metadata;
mod migrate;
mod package;
mod papers;
pub mod paths;
pub mod process;
mod reference;
mod setup;
pub mod skip;
mod stage;
mod test;
mod thirdparty;
mod tidy;
mod versions;

use std::process::ExitCode;

use failure::Outcome;

/// Runs the verb of the command line and says what failed.
pub fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<ExitCode> {
    let Some((verb, args)) = cli::parse()? else {
        return Ok(ExitCode::SUCCESS);
    };
    match verb {
        "setup" => setup::run(&args),
        "build" => build::run(&args),
        "demo" => demo::run(&args),
        "test" => test::run(&args),
        "check" => check::run(),
        "bench" => bench::run(&args),
        "instructions" => instructions::run(&args),
        "layers" => layers::run(&args),
        "migrate" => migrate::run(&args),
        "engine-api" => engine_api::run(),
        "reference" => generated::reference(&args),
        "csharp" => generated::csharp(&args),
        "package" => package::run(&args),
        other => unreachable!("`{other}` is declared in cli.rs without a module"),
    }
}
