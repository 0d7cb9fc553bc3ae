//! `reference`: the class reference as pages of Markdown.

pub(crate) mod description;
pub(crate) mod links;
mod markdown;
mod page;
pub(crate) mod text;

#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};

use crate::failure::{Failure, OrFail, Outcome};
use crate::godot::{Godot, is_problem};
use crate::paths;
use crate::process::Step;
use description::Class;

/// Folder of the pages, relative to the root.
pub(crate) const FOLDER: &str = "docs/reference";

/// A file as it should be.
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

const SCRIPT: &str = include_str!("reference/describe.gd");

/// Asks a Godot for the addon's classes. The project has the addon of the suites, which alone gives its texts back.
pub(crate) fn classes(godot: &Godot, project: &Path) -> Outcome<Vec<Class>> {
    let step = "describing the addon's classes";
    let hint = "cargo xtask build --test";
    let folder = paths::target().join("class-reference");
    let (script, out) = (folder.join("describe.gd"), folder.join("classes.json"));
    paths::write(&script, SCRIPT)?;
    let mut command = godot.headless(project);
    command.arg("--script").arg(&script);
    command.arg("--").arg(format!("--out={}", out.display()));
    let log = Step::new(step, command).minutes(2).hint(hint).quiet()?;
    let problems: Vec<&str> = log.lines().filter(|line| is_problem(line)).collect();
    if !problems.is_empty() {
        return Err(Failure::new(step, problems.join("\n  "), hint));
    }
    description::parse(&paths::read(&out)?).or_fail(step, hint)
}

/// Returns the page of each class, and the index.
pub(crate) fn pages(classes: &[Class]) -> Outcome<Vec<File>> {
    let folder = paths::root().join(FOLDER);
    let fail = |name: &str, error: String| {
        let hint = "mend the doc comment in rust/extension/src/classes";
        Failure::new(format!("writing the page of {name}"), error, hint)
    };
    let index = page::index(classes).map_err(|error| fail("all classes", error))?;
    let mut files = vec![File {
        path: folder.join("README.md"),
        text: index,
    }];
    for class in classes {
        files.push(File {
            path: folder.join(format!("{}.md", class.name)),
            text: page::page(classes, class).map_err(|error| fail(&class.name, error))?,
        });
    }
    Ok(files)
}
