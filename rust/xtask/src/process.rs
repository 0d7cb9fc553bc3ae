//! Child processes: each has a name and a time limit, and is killed with all its children when that is over.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, OrFail, Outcome};

/// How often a running child is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// After this time a silent step says that it is still running.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// One child process with what to say about it.
pub struct Step {
    name: String,
    command: Command,
    limit: Duration,
    hint: String,
    echo: bool,
}

/// What a captured child printed, both streams in the order of writing, and how it ended.
pub struct Captured {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output and standard error.
    pub text: String,
}

impl Step {
    /// A step of ten minutes at most, with its name as a person would say it.
    pub fn new(name: impl Into<String>, command: Command) -> Self {
        Self {
            name: name.into(),
            command,
            limit: Duration::from_mins(10),
            hint: String::new(),
            echo: false,
        }
    }

    /// The longest time that it may take.
    pub fn minutes(mut self, minutes: u64) -> Self {
        self.limit = Duration::from_mins(minutes);
        self
    }

    /// What to try when it fails.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Shows the lines of a captured child while they come.
    pub fn echo(mut self) -> Self {
        self.echo = true;
        self
    }

    /// Runs it in the open: its output goes to the terminal. Any code but 0 is a failure.
    pub fn run(self) -> Outcome {
        let (name, hint) = (self.name.clone(), self.hint.clone());
        let status = self.status()?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::new(name, format!("it ended with {status}"), &hint))
    }

    /// Runs it in the open and returns how it ended.
    pub fn status(mut self) -> Outcome<ExitStatus> {
        let mut child = self.spawn()?;
        self.wait(&mut child, None)
    }

    /// Runs it with its output collected; how it ended is the caller's to judge.
    pub fn capture(mut self) -> Outcome<Captured> {
        let lines = self.collect_lines()?;
        let mut child = self.spawn()?;
        // The command holds the pipe's writing end: as long as it lives the reader would not see the end.
        self.command = Command::new("");
        let mut text = String::new();
        let status = self.wait(&mut child, Some((&lines, &mut text)))?;
        Ok(Captured {
            code: status.code(),
            text,
        })
    }

    /// Runs it in silence; any code but 0 is a failure that shows the last lines of its output.
    pub(crate) fn quiet(self) -> Outcome<String> {
        let (name, hint) = (self.name.clone(), self.hint.clone());
        let captured = self.capture()?;
        if captured.code == Some(0) {
            return Ok(captured.text);
        }
        let lines: Vec<&str> = captured.text.lines().collect();
        let tail = lines[lines.len().saturating_sub(20)..].join("\n  ");
        let code = captured
            .code
            .map_or("a signal".to_owned(), |code| format!("code {code}"));
        Err(Failure::new(
            name,
            format!("it ended with {code}:\n  {tail}"),
            &hint,
        ))
    }

    fn spawn(&mut self) -> Outcome<Child> {
        self.command
            .spawn()
            .or_fail(self.name.clone(), self.hint.as_str())
    }

    /// Sends both streams through one pipe, so that errors stand between the right lines of output.
    fn collect_lines(&mut self) -> Outcome<Receiver<String>> {
        let (reader, writer) = io::pipe().or_fail(self.name.clone(), "")?;
        let second = writer.try_clone().or_fail(self.name.clone(), "")?;
        self.command
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(second);
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(reader);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                if sender.send(text).is_err() {
                    return;
                }
            }
        });
        Ok(receiver)
    }

    fn wait(
        &self,
        child: &mut Child,
        mut output: Option<(&Receiver<String>, &mut String)>,
    ) -> Outcome<ExitStatus> {
        let start = Instant::now();
        let mut beat = start;
        loop {
            if let Some((lines, text)) = &mut output {
                self.take_lines(lines, text, LOOK);
            } else {
                thread::sleep(LOOK);
            }
            if let Some(status) = child.try_wait().or_fail(self.name.clone(), "")? {
                if let Some((lines, text)) = &mut output {
                    self.take_lines(lines, text, Duration::from_secs(2));
                }
                return Ok(status);
            }
            if start.elapsed() > self.limit {
                kill_tree(child);
                let cause = format!("killed: not done after {} s", self.limit.as_secs());
                return Err(Failure::new(self.name.clone(), cause, &self.hint));
            }
            if output.is_some() && !self.echo && beat.elapsed() > HEARTBEAT {
                beat = Instant::now();
                println!(
                    "  … still at it: {} ({} s)",
                    self.name,
                    start.elapsed().as_secs()
                );
            }
        }
    }

    /// Takes what comes within `span`, or until the stream ends. A grandchild may keep the stream open for ever,
    /// and a child may never stop printing: hence the limit.
    fn take_lines(&self, lines: &Receiver<String>, text: &mut String, span: Duration) {
        let end = Instant::now() + span;
        loop {
            match lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if self.echo {
                        println!("{line}");
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => return thread::sleep(LOOK.min(span)),
            }
        }
    }
}

/// Prints the heading of a long step.
pub(crate) fn announce(text: &str) {
    println!("== {text}");
}

/// The program that started us, so that its toolchain is the one that is used.
pub(crate) fn cargo() -> Command {
    let mut command =
        Command::new(std::env::var_os("CARGO").map_or(PathBuf::from("cargo"), PathBuf::from));
    command.current_dir(crate::paths::root());
    command
}

/// A background process that is killed when it goes out of scope.
pub struct Background(pub Child);

impl Drop for Background {
    fn drop(&mut self) {
        kill_tree(&mut self.0);
    }
}

/// Kills a child and whatever it started. Best effort: it may have ended meanwhile.
fn kill_tree(child: &mut Child) {
    let mut family = descendants(child.id());
    family.reverse();
    for pid in family {
        let _ = Command::new("kill")
            .args(["-9", &pid.to_string()])
            .stderr(Stdio::null())
            .status();
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// All processes below `pid`, parents first. Empty where there is no `/proc`.
fn descendants(pid: u32) -> Vec<u32> {
    let pairs: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent(pid)?)))
        .collect();
    let mut family = vec![pid];
    let mut next = 0;
    while let Some(&parent) = family.get(next) {
        family.extend(pairs.iter().filter(|pair| pair.1 == parent).map(|p| p.0));
        next += 1;
    }
    family.remove(0);
    family
}

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; state and parent follow the last one.
    stat.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Step {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Step::new("a shell", command)
    }

    #[test]
    fn both_streams_arrive_in_the_order_of_writing() {
        let captured = shell("echo a; echo b >&2; echo c; exit 3").capture();
        let captured = captured.ok().map(|c| (c.code, c.text));
        assert_eq!(captured, Some((Some(3), "a\nb\nc\n".to_owned())));
    }

    #[test]
    fn an_overdue_child_is_killed_with_its_children_and_named() {
        let start = Instant::now();
        let mut step = shell("sleep 60 & sleep 60");
        step.limit = Duration::from_millis(200);
        let failure = step.capture().err().map(|failure| failure.to_string());
        assert!(
            failure.is_some_and(|text| text.contains("a shell") && text.contains("not done after"))
        );
        assert!(start.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn a_failing_quiet_step_shows_its_last_lines_and_the_hint() {
        let failure = shell("echo broken; exit 1").hint("mend it").quiet().err();
        let text = failure.map(|f| f.to_string()).unwrap_or_default();
        assert!(text.contains("broken") && text.contains("Try: mend it"));
    }
}
