//! `csharp`: wrappers of the addon's classes for Godot's .NET edition.

mod comments;
mod members;
mod names;
mod types;

#[cfg(test)]
mod tests;

use crate::failure::{Failure, Outcome};
use crate::paths;
use crate::reference::File;
use crate::reference::description::Class;

/// The file inside of the addon's folder. Godot ignores its folder: an export from the .NET edition demands a solution of
/// every project in which Godot sees a C# file, also of one that has only this.
pub(crate) const WRAPPERS: &str = "csharp/RustlsForGodot.cs";

/// The file that makes Godot ignore the folder.
pub(crate) const IGNORE: &str = "csharp/.gdignore";

/// The part that no class is named in.
const HEAD: &str = include_str!("csharp/head.cs");

/// Returns the file of all wrappers, and the one that hides it from Godot.
pub(crate) fn files(classes: &[Class]) -> Outcome<Vec<File>> {
    let mut text = HEAD.to_owned();
    for class in classes {
        let wrapper = members::wrapper(classes, class).map_err(|error| {
            let step = format!("writing the C# wrapper of {}", class.name);
            Failure::new(step, error, "see rust/xtask/src/csharp")
        })?;
        text.push('\n');
        text += &wrapper;
    }
    text += "}\n";
    let addon = paths::demo_project().join(paths::ADDON);
    Ok(vec![
        File {
            path: addon.join(WRAPPERS),
            text,
        },
        File {
            path: addon.join(IGNORE),
            text: String::new(),
        },
    ])
}
