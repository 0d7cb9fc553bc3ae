//! Texts of the class reference as XML comments.

use super::names;
use super::types::nested_enum;
use crate::reference::description::{Class, Signal};
use crate::reference::links::{self, Target};
use crate::reference::text::{self, Block, Kind, Reference, Span};

/// The widest line of a comment, without its indentation.
const WIDTH: usize = 110;

/// Returns the lines of a comment: the first paragraph as the summary, the others as remarks. Examples are left out,
/// since they are GDScript.
pub(super) fn comment(
    classes: &[Class],
    class: &Class,
    texts: &[&str],
) -> Result<Vec<String>, String> {
    Ok(lines_of(&paragraphs(classes, class, texts)?))
}

/// Returns the lines of an event's comment, which names the arguments: C# knows only their types.
pub(super) fn event_comment(
    classes: &[Class],
    class: &Class,
    signal: &Signal,
) -> Result<Vec<String>, String> {
    let mut paragraphs = paragraphs(classes, class, &[&signal.text])?;
    let mut names = Vec::new();
    for argument in &signal.arguments {
        let name = names::argument(&argument.name);
        let name = format!("<c>{}</c>", name.trim_start_matches('@'));
        for paragraph in &mut paragraphs {
            *paragraph = paragraph.replace(&parameter(&argument.name), &name);
        }
        names.push(name);
    }
    if !names.is_empty() {
        paragraphs.push(format!("Arguments: {}.", names.join(", ")));
    }
    Ok(lines_of(&paragraphs))
}

fn paragraphs(classes: &[Class], class: &Class, texts: &[&str]) -> Result<Vec<String>, String> {
    let mut paragraphs = Vec::new();
    for text in texts {
        for block in text::parse(text)? {
            if let Block::Paragraph(spans) = block {
                paragraphs.push(paragraph(classes, class, &spans)?);
            }
        }
    }
    Ok(paragraphs)
}

fn lines_of(paragraphs: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    let Some((summary, remarks)) = paragraphs.split_first() else {
        return lines;
    };
    element(&mut lines, "summary", std::slice::from_ref(summary));
    if !remarks.is_empty() {
        element(&mut lines, "remarks", remarks);
    }
    lines
}

fn element(lines: &mut Vec<String>, name: &str, paragraphs: &[String]) {
    if let [only] = paragraphs
        && only.len() + 2 * name.len() + 5 <= WIDTH
    {
        lines.push(format!("/// <{name}>{only}</{name}>"));
        return;
    }
    lines.push(format!("/// <{name}>"));
    for paragraph in paragraphs {
        let text = match paragraphs.len() {
            1 => paragraph.clone(),
            _ => format!("<para>{paragraph}</para>"),
        };
        lines.extend(wrapped(&text).iter().map(|line| format!("/// {line}")));
    }
    lines.push(format!("/// </{name}>"));
}

/// Breaks a text into lines between words, but not within a tag.
fn wrapped(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match words.last_mut() {
            Some(tag) if tag.rfind('<') > tag.rfind('>') => {
                tag.push(' ');
                tag.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in words {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += &word;
    }
    lines.push(line);
    lines
}

fn paragraph(classes: &[Class], class: &Class, spans: &[Span]) -> Result<String, String> {
    let mut out = String::new();
    for span in spans {
        match span {
            Span::Plain(text) => out += &escaped(text),
            Span::Code(code) => out += &in_code(code),
            Span::Bold(true) => out += "<b>",
            Span::Bold(false) => out += "</b>",
            Span::Italic(true) => out += "<i>",
            Span::Italic(false) => out += "</i>",
            Span::LineBreak => out += "<br/>",
            Span::Parameter(name) => out += &parameter(name),
            Span::Class(name) => out += &class_reference(name),
            Span::Member(reference) => out += &member_reference(classes, class, reference)?,
            Span::LinkStart(address) => out += &format!("<see href=\"{}\">", escaped(address)),
            Span::LinkEnd => out += "</see>",
        }
    }
    let out = out.trim();
    // An example stood behind the colon.
    Ok(out
        .strip_suffix(':')
        .map_or_else(|| out.to_owned(), |text| format!("{text}.")))
}

fn parameter(name: &str) -> String {
    let name = names::argument(name);
    format!("<paramref name=\"{}\"/>", name.trim_start_matches('@'))
}

fn class_reference(name: &str) -> String {
    match name {
        "String" => "<c>string</c>".to_owned(),
        "Array" | "Dictionary" => format!("<c>{name}</c>"),
        "PackedByteArray" => "<c>byte[]</c>".to_owned(),
        "PackedStringArray" => "<c>string[]</c>".to_owned(),
        _ => see(&names::class(name)),
    }
}

fn member_reference(
    classes: &[Class],
    class: &Class,
    reference: &Reference,
) -> Result<String, String> {
    Ok(match links::resolve(classes, class, reference)? {
        Target::Own {
            class: owner,
            kind,
            name,
        } => {
            let name = match kind {
                Kind::Constant => constant(owner, name).ok_or_else(|| format!("no {name}"))?,
                Kind::Enum => nested_enum(owner, name),
                Kind::Method | Kind::Property | Kind::Signal => names::member(name),
            };
            see(&format!("{}.{name}", names::class(&owner.name)))
        }
        Target::Engine { class, kind, name } => in_code(&engine_member(class, kind, name)),
        Target::Inherited { name, .. } => in_code(&names::member(name)),
    })
}

/// Returns the constant of an enum of ours, with the enum's name.
fn constant(class: &Class, name: &str) -> Option<String> {
    class.enums.iter().find_map(|list| {
        let names: Vec<&str> = list
            .values
            .iter()
            .map(|value| value.name.as_str())
            .collect();
        let place = names.iter().position(|candidate| *candidate == name)?;
        let written = names::constants(&names).into_iter().nth(place)?;
        Some(format!("{}.{written}", nested_enum(class, &list.name)))
    })
}

/// Returns a member of the engine. The enum of a constant is not known, other than that of errors.
fn engine_member(class: &str, kind: Kind, name: &str) -> String {
    if class == "@GlobalScope" && (name == "OK" || name.starts_with("ERR_")) {
        let name = name.trim_start_matches("ERR_").to_lowercase();
        return format!("Error.{}", names::member(&name));
    }
    let member = match kind {
        Kind::Constant => name.to_owned(),
        Kind::Enum => names::class(name),
        Kind::Method | Kind::Property | Kind::Signal => names::member(name),
    };
    match class {
        "@GlobalScope" => member,
        "@GDScript" => format!("GD.{member}"),
        _ => format!("{}.{member}", names::class(class)),
    }
}

fn see(name: &str) -> String {
    format!("<see cref=\"{name}\"/>")
}

fn in_code(code: &str) -> String {
    match code {
        "true" | "false" | "null" => format!("<see langword=\"{code}\"/>"),
        _ => format!("<c>{}</c>", escaped(code)),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
