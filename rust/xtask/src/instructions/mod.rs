//! `instructions`: counts what core's operations take under callgrind, and compares it with the committed baseline.
//! A clock on a shared machine cannot tell a loss of a few per cent; this can.

mod baseline;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::cli::Args;
use crate::failure::{Failure, Outcome};
use crate::paths;
use crate::process::{Step, announce, cargo};
use baseline::{Comparison, Counts, change};

/// How a new baseline is made.
const RENEW: &str = "cargo xtask instructions --renew";

/// How often an operation is counted. What random numbers change evens out.
const RUNS: u64 = 16;

const STEP: &str = "instructions";

/// Whether this machine can count.
pub(crate) enum Counter {
    /// With this valgrind.
    Valgrind(PathBuf),
    /// The baseline is another platform's: why.
    OtherPlatform(&'static str),
    /// Valgrind is not installed.
    Missing,
}

/// Looks for what it takes.
pub(crate) fn counter() -> Counter {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Counter::OtherPlatform("they are counted on x86-64 Linux only");
    }
    // Valgrind gives no more than AVX2, so newer processors run the same code; older ones do not.
    #[cfg(target_arch = "x86_64")]
    if !is_x86_feature_detected!("avx2") {
        return Counter::OtherPlatform(
            "the processor has no AVX2, which the baseline was counted with",
        );
    }
    paths::program("valgrind").map_or(Counter::Missing, Counter::Valgrind)
}

/// Counts, and shows the counts beside the baseline or makes them the new one.
pub(crate) fn run(args: &Args) -> Outcome<ExitCode> {
    let valgrind = match counter() {
        Counter::Valgrind(path) => path,
        Counter::OtherPlatform(reason) => return Err(Failure::new(STEP, reason, "")),
        Counter::Missing => {
            let cause = "valgrind is not installed";
            return Err(Failure::new(STEP, cause, "cargo xtask setup --peers"));
        }
    };
    let now = count(&valgrind)?;
    if args.has("renew") {
        paths::write(&file(), now.to_text())?;
        println!("Written: {}", paths::shown(&file()));
        return Ok(ExitCode::SUCCESS);
    }
    let before = Counts::parse(&paths::read(&file())?)?;
    for (name, count) in &now.by_name {
        let before = before.by_name.get(name);
        let change = before.map(|before| format!("{:+.2} %", change(*before, *count)));
        println!("{name:<40} {count:>12} {:>10}", change.unwrap_or_default());
    }
    judge(&before, &now)?;
    Ok(ExitCode::SUCCESS)
}

/// Counts and compares; what grew is a failure.
pub(crate) fn check(valgrind: &Path) -> Outcome {
    let before = Counts::parse(&paths::read(&file())?)?;
    judge(&before, &count(valgrind)?)
}

fn judge(before: &Counts, now: &Counts) -> Outcome {
    let Comparison { mut faults, notes } = before.compare(now);
    for note in notes {
        println!("  note: {note}; keep it: {RENEW}");
    }
    if faults.is_empty() {
        return Ok(());
    }
    if before.tools != now.tools {
        faults.push(format!("The baseline was counted with: {}", before.tools));
        faults.push(format!("This was counted with: {}", now.tools));
    }
    let hint = format!("find the cause, or accept it: {RENEW}");
    Err(Failure::new(STEP, faults.join("\n  "), &hint))
}

fn file() -> PathBuf {
    paths::root().join("rust/tls/benches/instructions.txt")
}

fn count(valgrind: &Path) -> Outcome<Counts> {
    let program = build()?;
    let names = Step::new("listing the operations", Command::new(&program)).quiet()?;
    announce("Counting instructions (about a minute)");
    let mut counts = Counts {
        tools: tools(valgrind)?,
        ..Counts::default()
    };
    for name in names.lines() {
        let count = count_one(valgrind, &program, name)?;
        counts.by_name.insert(name.to_owned(), count);
    }
    Ok(counts)
}

/// The program that does the operations, as `cargo bench` builds it.
fn build() -> Outcome<PathBuf> {
    announce("Building what is counted");
    let step = "building the benches";
    let mut command = cargo();
    command.args(["bench", "--quiet", "--no-run", "--message-format", "json"]);
    command.args(["--package", "godot-rustls-tls", "--bench", STEP]);
    let messages = Step::new(step, command).minutes(40).quiet()?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == STEP)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| Failure::new(step, "cargo named no executable", "cargo bench --no-run"))
}

/// Instructions of one run of the operation.
fn count_one(valgrind: &Path, program: &Path, name: &str) -> Outcome<u64> {
    let mut command = Command::new(valgrind);
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        // Callgrind begins to collect where that function begins, and stops where it ends.
        .args([
            "--collect-atstart=no",
            "--toggle-collect=instructions::counted*",
        ])
        .arg(program)
        .args([name, &RUNS.to_string()])
        // The same for everyone: what stands in the environment lies on the stack, and may set valgrind's options.
        .env_clear()
        .current_dir(paths::root());
    let step = format!("counting {name}");
    let text = Step::new(step.clone(), command).quiet()?;
    collected(&text)
        .filter(|&total| total > 0)
        .map(|total| total / RUNS)
        .ok_or_else(|| {
            let cause = format!("callgrind collected nothing:\n  {}", text.trim_end());
            Failure::new(step, cause, "see rust/tls/benches/instructions.rs")
        })
}

/// The figure behind "Collected :" in what callgrind says at its end.
fn collected(text: &str) -> Option<u64> {
    let (_, figure) = text.rsplit_once("Collected :")?;
    figure.lines().next()?.trim().parse().ok()
}

/// What else has a part in the counts: both compilers (aws-lc is C) and valgrind, a line of each.
fn tools(valgrind: &Path) -> Outcome<String> {
    let mut lines = Vec::new();
    for program in [Path::new("rustc"), Path::new("cc"), valgrind] {
        let mut command = Command::new(program);
        command.arg("--version").current_dir(paths::root());
        let text = Step::new("asking for versions", command).quiet()?;
        lines.push(text.lines().next().unwrap_or_default().to_owned());
    }
    Ok(lines.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_is_read_from_callgrinds_last_lines() {
        let text = "==12== \n==12== Events    : Ir\n==12== Collected : 1234567\n==12== \n";
        assert_eq!(collected(text), Some(1_234_567));
        assert_eq!(collected("==12== Events    : Ir\n"), None);
    }

    #[test]
    fn a_grown_count_fails_with_what_to_do_and_with_other_tools() {
        let counts = |count: u64, tools: &str| Counts {
            by_name: [("a/x".to_owned(), count)].into(),
            tools: tools.to_owned(),
        };
        let failure = judge(&counts(100, "old"), &counts(200, "new")).err();
        let text = failure.map(|why| why.to_string()).unwrap_or_default();
        for part in ["a/x: 200", "100.0 % more", "with: old", "with: new", RENEW] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(judge(&counts(100, "old"), &counts(100, "new")).is_ok());
    }
}
