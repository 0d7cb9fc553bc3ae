//! A runnable Godot 4 and the ways to start it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, OrFail, Outcome};
use crate::paths;
use crate::process::{Background, Step};

/// The oldest Godot that the addon loads into, as in the manifest.
pub(crate) const MINIMUM: (u32, u32) = (4, 3);

/// A Godot 4 editor binary.
#[derive(Debug)]
pub struct Godot {
    /// The program, or the wrapper script that starts it.
    pub bin: PathBuf,
    /// As `--version` prints it.
    pub version: String,
    /// The export template of release builds, where setup brought one that starts by itself.
    pub template: Option<PathBuf>,
}

impl Godot {
    /// Godot without a window, on a project.
    pub fn headless(&self, project: &Path) -> Command {
        let mut command = Command::new(&self.bin);
        command.arg("--headless").arg("--path").arg(project);
        command
    }

    /// Imports a project, which also finds its scripts' classes. The log must be clean.
    pub fn import(&self, project: &Path) -> Outcome {
        // A headless editor that meets an extension for the first time and quits soon after crashes
        // (godotengine/godot#111048): it must know the addon from the start.
        list_extension(project)?;
        let name = format!("importing {} into Godot", paths::shown(project));
        let mut command = self.headless(project);
        command.arg("--import");
        let hint = format!(
            "open the project in the editor: {} --path {} --editor",
            self.bin.display(),
            project.display()
        );
        let log = Step::new(name.clone(), command)
            .minutes(5)
            .hint(hint.clone())
            .quiet()?;
        let problems: Vec<&str> = log.lines().filter(|line| is_problem(line)).collect();
        if problems.is_empty() {
            return Ok(());
        }
        Err(Failure::new(name, problems.join("\n  "), &hint))
    }
}

/// Whether a line of Godot's log tells of an error.
pub fn is_problem(line: &str) -> bool {
    let marks = [
        "ERROR:",
        "SCRIPT ERROR",
        "panicked at",
        "leaked at exit",
        "Leaked instance",
        "ObjectDB instances",
        "handle_crash",
    ];
    marks.iter().any(|mark| line.contains(mark))
}

/// Makes the engine load a project's addon on the first start, before the editor has ever looked for extensions.
pub fn list_extension(project: &Path) -> Outcome {
    if !project.join(paths::ADDON).join(paths::MANIFEST).is_file() {
        return Ok(());
    }
    let list = project.join(".godot/extension_list.cfg");
    let entry = format!("res://{}/{}\n", paths::ADDON, paths::MANIFEST);
    if fs::read_to_string(&list).is_ok_and(|text| text.contains(entry.trim_end())) {
        return Ok(());
    }
    paths::write(&list, entry)
}

/// A virtual display for as long as the value lives.
pub struct Display {
    name: String,
    _server: Background,
}

impl Display {
    /// Starts Xvfb and waits until it takes connections.
    pub fn start() -> Outcome<Self> {
        const STEP: &str = "starting a virtual display (Xvfb)";
        const HINT: &str = "cargo xtask setup --peers";
        let program = paths::program("Xvfb")
            .ok_or_else(|| Failure::new(STEP, "it is not installed", HINT))?;
        let mut child = Command::new(program)
            .args(["-displayfd", "1", "-screen", "0", "1280x720x24"])
            .args(["-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .or_fail(STEP, HINT)?;
        let output = child.stdout.take();
        let server = Background(child);
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            if let Some(output) = output {
                let _ = BufReader::new(output).read_line(&mut line);
            }
            let _ = sender.send(line);
        });
        // The server prints its number when it is ready.
        let number = receiver
            .recv_timeout(Duration::from_secs(20))
            .or_fail(STEP, HINT)?;
        if number.trim().is_empty() {
            return Err(Failure::new(STEP, "it ended at once", HINT));
        }
        Ok(Self {
            name: format!(":{}", number.trim()),
            _server: server,
        })
    }

    /// Sends a windowed Godot to this display, with the software renderer.
    pub(crate) fn show(&self, command: &mut Command) {
        command
            .env("DISPLAY", &self.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .args(["--display-driver", "x11"])
            .args(["--rendering-driver", "opengl3"])
            .args(["--audio-driver", "Dummy"]);
    }
}
