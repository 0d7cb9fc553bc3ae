//! The documents that are shipped with the addon. Its folder is all that a user keeps.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{OrFail, Outcome};
use crate::markdown;
use crate::paths;
use crate::thirdparty;

/// Files of the repository's root that are shipped.
const SHIPPED: [&str; 6] = [
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "LICENSE",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];

/// The folder of the manual, which is shipped whole.
const MANUAL: &str = "docs";

/// The list of what is linked into the library.
pub(crate) const THIRD_PARTY: &str = "THIRDPARTY.txt";

/// The page of the sources, from the workspace's manifest. It is empty until the owner sets it.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// Puts licences, notices, readme and manual into the addon's folder of a project.
pub(crate) fn stage(project: &Path) -> Outcome {
    let addon = project.join(paths::ADDON);
    let names = shipped()?;
    for stale in manual_of(&addon)? {
        if !names.contains(&stale) {
            let step = format!("removing {stale} from the addon");
            fs::remove_file(addon.join(&stale)).or_fail(step, "")?;
        }
    }
    for name in &names {
        let text = paths::read(&paths::root().join(name))?;
        let text = match name.ends_with(".md") {
            true => as_shipped(name, &text, &names, REPOSITORY),
            false => text,
        };
        paths::write(&addon.join(name), text)?;
    }
    paths::write(&addon.join(THIRD_PARTY), thirdparty::notices()?)
}

/// Returns the names of all shipped files, relative to the root.
fn shipped() -> Outcome<Vec<String>> {
    let mut names: Vec<String> = SHIPPED.map(str::to_owned).to_vec();
    names.extend(manual_of(&paths::root())?);
    Ok(names)
}

/// Returns the pages of the manual below a folder.
fn manual_of(folder: &Path) -> Outcome<Vec<String>> {
    let manual = folder.join(MANUAL);
    if !manual.is_dir() {
        return Ok(Vec::new());
    }
    let step = "listing the manual";
    let mut names = Vec::new();
    for entry in fs::read_dir(&manual).or_fail(step, "")? {
        let name = PathBuf::from(entry.or_fail(step, "")?.file_name());
        if name.extension().is_some_and(|ending| ending == "md") {
            names.push(format!("{MANUAL}/{}", name.display()));
        }
    }
    names.sort();
    Ok(names)
}

/// Returns a document whose links all lead somewhere in the shipped folder: links to other files of the
/// repository lead to its page, or become plain text while there is none.
fn as_shipped(name: &str, text: &str, shipped: &[String], repository: &str) -> String {
    let mut result = text.to_owned();
    for link in markdown::links(text).into_iter().rev() {
        let Some((file, _)) = link.local() else {
            continue;
        };
        let Some(path) = markdown::resolve(name, file) else {
            continue;
        };
        if shipped.contains(&path) {
            continue;
        }
        let (mark, kind) = if link.is_image {
            ("!", "raw")
        } else {
            ("", "blob")
        };
        let replacement = match (repository.is_empty(), link.is_image) {
            (true, true) => String::new(),
            (true, false) => link.label,
            (false, _) => format!("{mark}[{}]({repository}/{kind}/main/{path})", link.label),
        };
        result.replace_range(link.range, &replacement);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "![Demo](pictures/demo.png)\nSee [the guide](docs/guide.md) and [BUILD](BUILD.md).\n";

    #[test]
    fn links_out_of_the_shipped_folder_become_text_or_lead_to_the_page_of_the_sources() {
        let shipped = ["README.md".to_owned(), "docs/guide.md".to_owned()];
        assert_eq!(
            as_shipped("README.md", TEXT, &shipped, ""),
            "\nSee [the guide](docs/guide.md) and BUILD.\n"
        );
        let page = "https://example.org/addon";
        assert_eq!(
            as_shipped("README.md", TEXT, &shipped, page),
            "![Demo](https://example.org/addon/raw/main/pictures/demo.png)\n\
             See [the guide](docs/guide.md) and [BUILD](https://example.org/addon/blob/main/BUILD.md).\n"
        );
    }

    #[test]
    fn every_relative_link_of_a_shipped_document_leads_to_a_shipped_file() {
        let names = shipped().unwrap_or_else(|failure| panic!("{failure}"));
        let documents: Vec<&String> = names.iter().filter(|name| name.ends_with(".md")).collect();
        assert!(documents.len() > 3);
        for name in documents {
            let read = |path: &str| {
                let path = names.iter().find(|name| *name == path)?;
                let text = paths::read(&paths::root().join(path)).ok()?;
                Some(as_shipped(path, &text, &names, ""))
            };
            let text = read(name).unwrap_or_default();
            assert_eq!(
                markdown::broken_links(name, &text, read),
                Vec::<String>::new()
            );
        }
    }
}
