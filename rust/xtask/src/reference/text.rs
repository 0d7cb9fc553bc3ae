//! Texts of the class reference: Godot's BBCode, taken apart.

/// A paragraph or an example.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    Paragraph(Vec<Span>),
    /// GDScript, indented with tabs.
    Example(String),
}

/// A part of a paragraph.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Span {
    Plain(String),
    Code(String),
    Bold(bool),
    Italic(bool),
    LineBreak,
    /// A parameter of the method or signal that the text is about.
    Parameter(String),
    Class(String),
    Member(Reference),
    /// The address of the text up to [`Span::LinkEnd`].
    LinkStart(String),
    LinkEnd,
}

/// Target of a tag such as `[method RustlsCrypto.sign]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) kind: Kind,
    /// The class, if the tag names one.
    pub(crate) owner: Option<String>,
    pub(crate) name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Method,
    Property,
    Signal,
    Constant,
    Enum,
}

impl Kind {
    /// Returns the kind by the word of its tag.
    fn of(tag: &str) -> Option<Self> {
        Some(match tag {
            "method" => Self::Method,
            "member" => Self::Property,
            "signal" => Self::Signal,
            "constant" => Self::Constant,
            "enum" => Self::Enum,
            _ => return None,
        })
    }
}

/// Takes a text apart, or returns the tag that Godot does not know.
pub(crate) fn parse(text: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Blocks::default();
    let mut rest = text.trim();
    while let Some(start) = rest.find('[') {
        blocks.plain(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(']').ok_or_else(|| unknown(rest))?;
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let name = tag.split(' ').next().unwrap_or_default();
        if matches!(name, "code" | "codeblock") {
            let close = format!("[/{name}]");
            let (inside, after) = rest.split_once(&close).ok_or_else(|| unknown(tag))?;
            rest = after;
            if name == "code" {
                blocks.span(Span::Code(inside.to_owned()));
            } else {
                blocks.example(inside);
            }
        } else if let Some(after) = rest.strip_prefix("[br]").filter(|_| tag == "br") {
            rest = after;
            blocks.end_paragraph();
        } else {
            blocks.span(span(tag, name)?);
        }
    }
    blocks.plain(rest);
    blocks.end_paragraph();
    Ok(blocks.done)
}

fn span(tag: &str, name: &str) -> Result<Span, String> {
    let target = tag[name.len()..].trim();
    if let Some(kind) = Kind::of(name) {
        let (owner, member) = match target.split_once('.') {
            Some((owner, member)) => (Some(owner.to_owned()), member),
            None => (None, target),
        };
        return Ok(Span::Member(Reference {
            kind,
            owner,
            name: member.to_owned(),
        }));
    }
    Ok(match name {
        "b" | "/b" => Span::Bold(name == "b"),
        "i" | "/i" => Span::Italic(name == "i"),
        "br" => Span::LineBreak,
        "lb" => Span::Plain("[".to_owned()),
        "rb" => Span::Plain("]".to_owned()),
        "param" => Span::Parameter(target.to_owned()),
        "/url" => Span::LinkEnd,
        _ if name.starts_with("url=") => Span::LinkStart(tag["url=".len()..].to_owned()),
        _ if tag.starts_with(|first: char| first.is_ascii_uppercase() || first == '@') => {
            Span::Class(tag.to_owned())
        }
        _ => return Err(unknown(tag)),
    })
}

fn unknown(tag: &str) -> String {
    let shown: String = tag.chars().take(40).collect();
    format!("the tag \"{shown}\" is unknown or not closed")
}

#[derive(Default)]
struct Blocks {
    done: Vec<Block>,
    paragraph: Vec<Span>,
}

impl Blocks {
    fn plain(&mut self, text: &str) {
        if !text.is_empty() {
            self.span(Span::Plain(text.to_owned()));
        }
    }

    fn span(&mut self, span: Span) {
        match (self.paragraph.last_mut(), span) {
            (Some(Span::Plain(before)), Span::Plain(text)) => before.push_str(&text),
            (_, span) => self.paragraph.push(span),
        }
    }

    fn example(&mut self, code: &str) {
        self.end_paragraph();
        self.done
            .push(Block::Example(code.trim_matches('\n').to_owned()));
    }

    fn end_paragraph(&mut self) {
        let is_blank = |span: &Span| match span {
            Span::Plain(text) => text.trim().is_empty(),
            Span::LineBreak => true,
            _ => false,
        };
        let paragraph = std::mem::take(&mut self.paragraph);
        if !paragraph.iter().all(is_blank) {
            self.done.push(Block::Paragraph(paragraph));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Span {
        Span::Plain(text.to_owned())
    }

    #[test]
    fn two_breaks_end_a_paragraph_and_one_breaks_the_line() {
        let blocks = parse("One.[br]Two.[br][br]Three.");
        let expected = [
            Block::Paragraph(vec![plain("One."), Span::LineBreak, plain("Two.")]),
            Block::Paragraph(vec![plain("Three.")]),
        ];
        assert_eq!(blocks.as_deref(), Ok(expected.as_slice()));
    }

    #[test]
    fn tags_within_code_are_text() {
        let text =
            "See [code]a[0][/code]:[br][br][codeblock lang=gdscript]x[1] = y\n\tz[/codeblock]";
        let expected = [
            Block::Paragraph(vec![
                plain("See "),
                Span::Code("a[0]".to_owned()),
                plain(":"),
            ]),
            Block::Example("x[1] = y\n\tz".to_owned()),
        ];
        assert_eq!(parse(text).as_deref(), Ok(expected.as_slice()));
    }

    #[test]
    fn references_have_their_kind_and_class() {
        let blocks = parse("[method A.b][constant C][param d][PackedByteArray]");
        let reference = |kind, owner: Option<&str>, name: &str| {
            Span::Member(Reference {
                kind,
                owner: owner.map(str::to_owned),
                name: name.to_owned(),
            })
        };
        let expected = [Block::Paragraph(vec![
            reference(Kind::Method, Some("A"), "b"),
            reference(Kind::Constant, None, "C"),
            Span::Parameter("d".to_owned()),
            Span::Class("PackedByteArray".to_owned()),
        ])];
        assert_eq!(blocks.as_deref(), Ok(expected.as_slice()));
    }

    #[test]
    fn brackets_by_name_are_text() {
        let blocks = parse("[lb]x[rb]");
        let expected = [Block::Paragraph(vec![plain("[x]")])];
        assert_eq!(blocks.as_deref(), Ok(expected.as_slice()));
    }

    #[test]
    fn a_tag_that_is_none_is_named() {
        for text in ["[nonsense]", "[code]open", "[method a"] {
            assert!(
                parse(text).is_err_and(|error| error.contains("tag")),
                "{text}"
            );
        }
    }
}
