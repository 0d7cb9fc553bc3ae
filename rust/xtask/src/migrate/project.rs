//! The files of a Godot project, and writing them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::engine::{self, Source};
use crate::failure::{Failure, OrFail, Outcome};

/// What was read of a project.
#[derive(Debug, Default)]
pub(super) struct Project {
    pub(super) root: PathBuf,
    pub(super) sources: Vec<Source>,
    /// Files and folders that were left alone, with the reason.
    pub(super) skipped: Vec<Skipped>,
}

/// A file or folder that was left alone.
#[derive(Debug)]
pub(super) struct Skipped {
    pub(super) path: String,
    pub(super) reason: &'static str,
    /// Somebody has to look at it.
    pub(super) is_open: bool,
}

/// Folder of the addon, whose own scripts are as they should be.
const ADDON: &str = "addons/rustls";

const HINT: &str = "check the folder's rights";

impl Project {
    /// Reads the project in a folder.
    pub(super) fn read(dir: &Path) -> Outcome<Self> {
        let step = || format!("reading the project {}", dir.display());
        let root = fs::canonicalize(dir).or_fail(step(), "name the folder of a Godot project")?;
        if !root.join("project.godot").is_file() {
            return Err(Failure::new(
                step(),
                "it has no project.godot",
                "name the folder that holds it",
            ));
        }
        let mut project = Self {
            root: root.clone(),
            ..Self::default()
        };
        project.folder(&root, "")?;
        Ok(project)
    }

    /// Reads a folder below the project's; `path` ends in a slash or is empty.
    fn folder(&mut self, dir: &Path, path: &str) -> Outcome {
        let step = || format!("reading {}", dir.display());
        let mut entries: Vec<fs::DirEntry> = fs::read_dir(dir)
            .and_then(Iterator::collect)
            .or_fail(step(), HINT)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                self.skip(
                    format!("{path}{}", name.to_string_lossy()),
                    "its name is not UTF-8",
                    true,
                );
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let below = format!("{path}{name}");
            let kind = entry.file_type().or_fail(step(), HINT)?;
            if kind.is_symlink() {
                self.link(&entry.path(), below);
            } else if kind.is_dir() {
                self.subfolder(&entry.path(), below)?;
            } else if kind.is_file() {
                self.file(&entry.path(), below)?;
            }
        }
        Ok(())
    }

    fn subfolder(&mut self, dir: &Path, path: String) -> Outcome {
        if path == ADDON {
            return Ok(());
        }
        if dir.join("project.godot").exists() {
            self.skip(path, "it is another project", false);
            return Ok(());
        }
        if dir.join(".gdignore").exists() {
            return Ok(());
        }
        self.folder(dir, &format!("{path}/"))
    }

    /// Notes a link. One to another place of the project needs none: the file is read there.
    fn link(&mut self, link: &Path, path: String) {
        let is_inside = fs::canonicalize(link).is_ok_and(|target| target.starts_with(&self.root));
        if !is_inside {
            self.skip(path, "it is a link that leaves the project", false);
        }
    }

    fn file(&mut self, file: &Path, path: String) -> Outcome {
        let (is_readable, is_binary) = (engine::is_readable(&path), engine::is_binary(&path));
        if !is_readable && !is_binary {
            return Ok(());
        }
        let content = fs::read(file).or_fail(format!("reading {}", file.display()), HINT)?;
        if is_binary {
            if engine::names_class(&content) {
                self.skip(
                    path,
                    "it is binary and names one of the classes: save it as text",
                    true,
                );
            }
            return Ok(());
        }
        match String::from_utf8(content) {
            Ok(text) => self.sources.push(Source { path, text }),
            Err(_) => self.skip(path, "it is not UTF-8", true),
        }
        Ok(())
    }

    fn skip(&mut self, path: String, reason: &'static str, is_open: bool) {
        self.skipped.push(Skipped {
            path,
            reason,
            is_open,
        });
    }

    /// Writes a file of the project beside its place and renames it, with the rights that it had.
    pub(super) fn write(&self, path: &str, text: &str) -> Outcome {
        let file = self.root.join(path);
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let fresh = file.with_file_name(format!(".{name}.rustls-migrate"));
        let step = || format!("writing {}", file.display());
        let written = write_new(&file, &fresh, text).and_then(|()| fs::rename(&fresh, &file));
        if written.is_err() {
            // What is left of it is of no use; that it cannot be removed is not the failure to tell.
            let _ = fs::remove_file(&fresh);
        }
        written.or_fail(step(), HINT)
    }
}

fn write_new(file: &Path, fresh: &Path, text: &str) -> std::io::Result<()> {
    let rights = fs::metadata(file)?.permissions();
    // A file of that name can only be left from a run that was interrupted.
    if fresh.symlink_metadata().is_ok() {
        fs::remove_file(fresh)?;
    }
    let mut target = fs::File::create_new(fresh)?;
    target.set_permissions(rights)?;
    target.write_all(text.as_bytes())?;
    target.sync_all()
}
