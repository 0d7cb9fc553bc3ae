//! Texts and types of the class reference as Markdown.

use super::description::{Class, Type};
use super::links::{self, Target};
use super::text::{self, Block, Kind, Reference, Span};

/// The engine's class reference.
const ENGINE: &str = "https://docs.godotengine.org/en/stable/classes";

/// The classes, and the one whose page is written.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) classes: &'a [Class],
    pub(super) class: &'a Class,
}

impl Page<'_> {
    /// Returns a text as paragraphs and examples.
    pub(super) fn text(self, text: &str) -> Result<String, String> {
        let blocks = text::parse(text)?.into_iter().map(|block| match block {
            Block::Paragraph(spans) => self.paragraph(&spans),
            Block::Example(code) => Ok(format!("```gdscript\n{code}\n```")),
        });
        Ok(blocks.collect::<Result<Vec<_>, _>>()?.join("\n\n"))
    }

    /// Returns a text for a cell of a table, which is one line.
    pub(super) fn cell(self, text: &str) -> Result<String, String> {
        let text = self.text(text)?.replace("\n\n", "<br>");
        Ok(text
            .replace("\\\n", " ")
            .replace('\n', " ")
            .replace('|', "\\|"))
    }

    fn paragraph(self, spans: &[Span]) -> Result<String, String> {
        let mut out = String::new();
        for (index, span) in spans.iter().enumerate() {
            match span {
                Span::Plain(text) => out += &escaped(text),
                Span::Code(code) => out += &in_code(code),
                Span::Bold(_) => out += "**",
                Span::Italic(_) => out += "*",
                Span::LineBreak => out += line_break(spans.get(index + 1)),
                Span::Parameter(name) => out += &in_code(name),
                Span::Class(name) => out += &self.class_link(name),
                Span::Member(reference) => out += &self.member_link(reference)?,
                Span::LinkStart(_) => out.push('['),
                Span::LinkEnd => out += &format!("]({})", address(&spans[..index])),
            }
        }
        Ok(out)
    }

    /// Returns a link to a class.
    pub(super) fn class_link(self, name: &str) -> String {
        format!("[{name}]({})", self.class_address(name))
    }

    fn class_address(self, name: &str) -> String {
        if links::own(self.classes, name).is_some() {
            format!("{name}.md")
        } else {
            format!("{ENGINE}/class_{}.html", name.to_lowercase())
        }
    }

    /// Returns a type, linked to its page.
    pub(super) fn type_link(self, kind: &Type) -> Result<String, String> {
        match kind {
            Type::Builtin(name) if name == "void" => Ok("void".to_owned()),
            Type::Builtin(name) | Type::Class(name) => Ok(self.class_link(name)),
            Type::Array(element) => Ok(format!(
                "{}\\[{}\\]",
                self.class_link("Array"),
                self.class_link(element)
            )),
            Type::Enum(name) => {
                let (owner, name) = match name.split_once('.') {
                    Some((owner, name)) => (Some(owner.to_owned()), name),
                    None => (None, name.as_str()),
                };
                self.member_link(&Reference {
                    kind: Kind::Enum,
                    owner,
                    name: name.to_owned(),
                })
            }
        }
    }

    fn member_link(self, reference: &Reference) -> Result<String, String> {
        let shown = |kind, name: &str| match kind {
            Kind::Method => format!("{name}()"),
            _ => name.to_owned(),
        };
        let target = links::resolve(self.classes, self.class, reference)?;
        Ok(match target {
            Target::Inherited { kind, name } => in_code(&shown(kind, name)),
            Target::Own { class, kind, name } => {
                let is_here = class.name == self.class.name;
                let (page, owner) = if is_here {
                    (String::new(), String::new())
                } else {
                    (format!("{}.md", class.name), format!("{}.", class.name))
                };
                let label = in_code(&format!("{owner}{}", shown(kind, name)));
                format!("[{label}]({page}#{})", anchor(kind, name))
            }
            Target::Engine { class, kind, name } => {
                let owner = match class {
                    "@GlobalScope" | "@GDScript" => String::new(),
                    _ => format!("{class}."),
                };
                let label = in_code(&format!("{owner}{}", shown(kind, name)));
                let address = self.class_address(class);
                format!("[{label}]({address}#{})", engine_anchor(class, kind, name))
            }
        })
    }
}

/// Returns the anchor of a member on our pages.
pub(super) fn anchor(kind: Kind, name: &str) -> String {
    let kind = match kind {
        Kind::Method => "method",
        Kind::Property => "property",
        Kind::Signal => "signal",
        Kind::Constant => "constant",
        Kind::Enum => "enum",
    };
    format!("{kind}-{name}")
}

/// Returns the anchor of a member on a page of the engine's class reference.
fn engine_anchor(class: &str, kind: Kind, name: &str) -> String {
    let class = class.trim_start_matches('@').to_lowercase();
    let name = name.to_lowercase().replace('_', "-");
    match kind {
        Kind::Enum if class == "globalscope" => format!("enum-globalscope-{name}"),
        Kind::Enum => format!("enum-{class}-{name}"),
        Kind::Method => format!("class-{class}-method-{name}"),
        Kind::Property => format!("class-{class}-property-{name}"),
        Kind::Signal => format!("class-{class}-signal-{name}"),
        Kind::Constant => format!("class-{class}-constant-{name}"),
    }
}

/// Returns code that may contain a backtick.
pub(super) fn in_code(code: &str) -> String {
    if code.contains('`') {
        format!("`` {code} ``")
    } else {
        format!("`{code}`")
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if matches!(character, '\\' | '*' | '<' | '[' | ']' | '`') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Returns a plain end of line before an item of a numbered list, which begins a line by itself.
fn line_break(next: Option<&Span>) -> &'static str {
    let is_item = next.is_some_and(|next| match next {
        Span::Plain(text) => text
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .starts_with(". "),
        _ => false,
    });
    if is_item { "\n" } else { "\\\n" }
}

/// Returns the address of the last link that was begun.
fn address(spans: &[Span]) -> &str {
    let addresses = spans.iter().rev().filter_map(|span| match span {
        Span::LinkStart(address) => Some(address.as_str()),
        _ => None,
    });
    addresses.into_iter().next().unwrap_or_default()
}
