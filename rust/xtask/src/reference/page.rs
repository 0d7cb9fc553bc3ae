//! The page of a class, and the index of all.

use std::fmt::Write;

use super::description::{Argument, Class, Enum, Method, Property, Signal};
use super::markdown::{Page, anchor, in_code};
use super::text::Kind;

const HEAD: &str = "<!-- Written by `cargo xtask reference` from the doc comments in rust/extension/src/classes. -->\n";

/// Returns the page of a class.
pub(super) fn page(classes: &[Class], class: &Class) -> Result<String, String> {
    let page = Page { classes, class };
    let mut out = format!("{HEAD}\n# {}\n\n", class.name);
    out += &format!("Inherits {}.\n\n", page.class_link(&class.inherits));
    out += &format!("{}\n", page.text(&class.brief)?);
    if !class.description.is_empty() {
        out += &format!("\n## Description\n\n{}\n", page.text(&class.description)?);
    }
    out += &overview(page, class)?;
    for (title, members) in [
        ("Signals", each(&class.signals, |it| signal(page, it))?),
        (
            "Enumerations",
            each(&class.enums, |it| enumeration(page, it))?,
        ),
        (
            "Property descriptions",
            each(&class.properties, |it| property(page, it))?,
        ),
        (
            "Method descriptions",
            each(&class.methods, |it| method(page, it))?,
        ),
    ] {
        if !members.is_empty() {
            out += &format!("\n## {title}\n\n{}", members.join("\n"));
        }
    }
    Ok(out)
}

/// Returns the list of all classes.
pub(super) fn index(classes: &[Class]) -> Result<String, String> {
    let mut out = format!(
        "{HEAD}\n# Class reference\n\nThe same texts are in the editor: press F1 and type `Rustls`. \
         C# reaches the classes through [wrappers](../csharp.md).\n\n| Class | |\n|---|---|\n"
    );
    for class in classes {
        let brief = Page { classes, class }.cell(&class.brief)?;
        // The links of a brief are those of the class's own page.
        let brief = brief.replace("](#", &format!("]({}.md#", class.name));
        let _ = writeln!(out, "| [{0}]({0}.md) | {brief} |", class.name);
    }
    Ok(out)
}

fn each<T>(
    members: &[T],
    write: impl Fn(&T) -> Result<String, String>,
) -> Result<Vec<String>, String> {
    members.iter().map(write).collect()
}

/// Returns the tables of properties and methods.
fn overview(page: Page<'_>, class: &Class) -> Result<String, String> {
    let mut out = String::new();
    if !class.properties.is_empty() {
        out += "\n## Properties\n\n| Property | Type | Default |\n|---|---|---|\n";
    }
    for property in &class.properties {
        let default = match (&property.default, property.is_read_only) {
            (_, true) => "read-only".to_owned(),
            (Some(default), false) => in_code(default),
            (None, false) => String::new(),
        };
        let (name, anchor) = (&property.name, anchor(Kind::Property, &property.name));
        let kind = page.type_link(&property.kind)?;
        let _ = writeln!(out, "| [`{name}`](#{anchor}) | {kind} | {default} |");
    }
    if !class.methods.is_empty() {
        out += "\n## Methods\n\n| Method | Returns |\n|---|---|\n";
    }
    for method in &class.methods {
        let names: Vec<&str> = method.arguments.iter().map(|it| it.name.as_str()).collect();
        let (name, anchor) = (&method.name, anchor(Kind::Method, &method.name));
        let returns = page.type_link(&method.returns)?;
        let names = names.join(", ");
        let _ = writeln!(out, "| [`{name}({names})`](#{anchor}) | {returns} |");
    }
    Ok(out)
}

/// Returns a heading with an anchor, a declaration in GDScript and a text.
fn entry(
    page: Page<'_>,
    kind: Kind,
    name: &str,
    declaration: &str,
    text: &str,
) -> Result<String, String> {
    let anchor = anchor(kind, name);
    let text = page
        .text(text)
        .map_err(|error| format!("{name}: {error}"))?;
    Ok(format!(
        "### <a id=\"{anchor}\"></a>{name}\n\n```gdscript\n{declaration}\n```\n\n{text}\n"
    ))
}

fn property(page: Page<'_>, property: &Property) -> Result<String, String> {
    let mut declaration = format!("var {}: {}", property.name, property.kind.name());
    if property.is_read_only {
        declaration += " # Read-only.";
    } else if let Some(default) = &property.default {
        let _ = write!(declaration, " = {default}");
    }
    entry(
        page,
        Kind::Property,
        &property.name,
        &declaration,
        &property.text,
    )
}

fn method(page: Page<'_>, method: &Method) -> Result<String, String> {
    entry(
        page,
        Kind::Method,
        &method.name,
        &declaration(method),
        &method.text,
    )
}

/// Returns the head of a method as GDScript declares it.
fn declaration(method: &Method) -> String {
    let word = if method.is_static {
        "static func"
    } else {
        "func"
    };
    let arguments = arguments(&method.arguments);
    let returns = method.returns.name();
    format!("{word} {}({arguments}) -> {returns}", method.name)
}

fn signal(page: Page<'_>, signal: &Signal) -> Result<String, String> {
    let declaration = format!("signal {}({})", signal.name, arguments(&signal.arguments));
    entry(page, Kind::Signal, &signal.name, &declaration, &signal.text)
}

fn arguments(arguments: &[Argument]) -> String {
    let shown = arguments.iter().map(|argument| {
        let default = argument.default.as_ref().map(|it| format!(" = {it}"));
        let Argument { name, kind, .. } = argument;
        format!("{name}: {}{}", kind.name(), default.unwrap_or_default())
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn enumeration(page: Page<'_>, list: &Enum) -> Result<String, String> {
    let mut out = format!(
        "### <a id=\"{}\"></a>enum {}\n\n| Constant | Value | |\n|---|---|---|\n",
        anchor(Kind::Enum, &list.name),
        list.name
    );
    for value in &list.values {
        let text = page
            .cell(&value.text)
            .map_err(|error| format!("{}: {error}", value.name))?;
        let (name, anchor) = (&value.name, anchor(Kind::Constant, &value.name));
        let _ = writeln!(
            out,
            "| <a id=\"{anchor}\"></a>`{name}` | {} | {text} |",
            value.value
        );
    }
    Ok(out)
}
