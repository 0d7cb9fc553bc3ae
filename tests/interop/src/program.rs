//! Child processes with a deadline, killed with their owner.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// The longest that a program may take to be ready, to answer or to end.
const PATIENCE: Duration = Duration::from_secs(150);

/// Kills its child when it goes.
#[derive(Debug)]
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Kept {
    /// Waits for an end that is near, since the output has ended.
    fn end(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.0.try_wait() {
                return Some(status);
            }
            thread::yield_now();
        }
        None
    }
}

/// A program that prints lines.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Kept,
    lines: Receiver<String>,
    log: String,
}

impl Program {
    /// Starts it with nothing to read; both its outputs are collected.
    pub fn start(name: &str, command: Command) -> Self {
        Self::start_with(name, command, Stdio::null())
    }

    /// Starts it with an input that stays open and silent, for programs that leave when theirs ends.
    pub fn start_waiting(name: &str, command: Command) -> Self {
        Self::start_with(name, command, Stdio::piped())
    }

    fn start_with(name: &str, mut command: Command, input: Stdio) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        command
            .stdin(input)
            .stdout(writer.try_clone().unwrap())
            .stderr(writer);
        let child = command.spawn();
        // The command holds the writing ends, without which the reader sees the end.
        drop(command);
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            let mut reader = BufReader::new(reader);
            let mut line = Vec::new();
            while reader
                .read_until(b'\n', &mut line)
                .is_ok_and(|count| count > 0)
            {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                if sender.send(text).is_err() {
                    return;
                }
            }
        });
        Self {
            name: name.to_owned(),
            child: Kept(child.unwrap_or_else(|error| panic!("{name}: {error}"))),
            lines,
            log: String::new(),
        }
    }

    /// Reads on until a line says what is wanted.
    ///
    /// # Panics
    /// When the program ends or takes too long before that.
    pub fn wait_for<T>(&mut self, what: &str, mut wanted: impl FnMut(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.log.push_str(&line);
                    self.log.push('\n');
                    if let Some(found) = wanted(&line) {
                        return found;
                    }
                }
                Err(why) => {
                    let ended = why == RecvTimeoutError::Disconnected;
                    let how = if ended { "ended" } else { "took too long" };
                    panic!("{} {how} before {what}:\n{}", self.name, self.log);
                }
            }
        }
    }

    /// Gives one that waits a line to read.
    ///
    /// # Panics
    /// When it does not read.
    pub fn tell(&mut self, line: &str) {
        let input = self.child.0.stdin.as_mut().unwrap();
        // In one piece, which is what programs read as a command.
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// Reads on to its end by itself; its exit code and everything it printed.
    pub fn finish(mut self) -> (Option<i32>, String) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.log.push_str(&line);
                    self.log.push('\n');
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let status = self.child.end();
                    return (status.and_then(|status| status.code()), self.log);
                }
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{} does not end:\n{}", self.name, self.log)
                }
            }
        }
    }
}

/// A program that is spoken to over its standard streams, in bytes.
#[derive(Debug)]
pub struct Conversation {
    name: String,
    child: Kept,
    input: Option<ChildStdin>,
    output: Receiver<Vec<u8>>,
    errors: Receiver<String>,
}

impl Conversation {
    /// Starts it.
    pub fn start(name: &str, mut command: Command) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn();
        let mut child = Kept(child.unwrap_or_else(|error| panic!("{name}: {error}")));
        let (sender, output) = mpsc::channel();
        let mut pipe = child.0.stdout.take().unwrap();
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (sender, errors) = mpsc::channel();
        let mut pipe = child.0.stderr.take().unwrap();
        thread::spawn(move || {
            let mut text = Vec::new();
            let _ = pipe.read_to_end(&mut text);
            let _ = sender.send(String::from_utf8_lossy(&text).into_owned());
        });
        Self {
            name: name.to_owned(),
            input: child.0.stdin.take(),
            child,
            output,
            errors,
        }
    }

    /// Sends `data` and reads `count` bytes meanwhile; fewer when the program ends.
    pub fn exchange(&mut self, data: &[u8], count: usize) -> Vec<u8> {
        let mut input = self.input.take().unwrap();
        let data = data.to_vec();
        let writer = thread::spawn(move || {
            // A program that left early shows in what it printed.
            let _ = input.write_all(&data).and_then(|()| input.flush());
            input
        });
        let deadline = Instant::now() + PATIENCE;
        let mut got = Vec::new();
        while got.len() < count {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(part) => got.extend(part),
                Err(RecvTimeoutError::Disconnected) => return got,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("{} gave {} of {count} bytes", self.name, got.len())
                }
            }
        }
        self.input = writer.join().ok();
        got
    }

    /// Ends its input and waits for its end: what more it printed, its exit code and its errors.
    pub fn finish(mut self) -> (Vec<u8>, Option<i32>, String) {
        drop(self.input.take());
        let mut rest = Vec::new();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(part) => rest.extend(part),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("{} does not end", self.name),
            }
        }
        let errors = self.errors.recv_timeout(PATIENCE).unwrap_or_default();
        let code = self.child.end().and_then(|status| status.code());
        (rest, code, errors)
    }
}
