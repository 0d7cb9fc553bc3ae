//! Targets of the references in texts.

use super::description::Class;
use super::text::{Kind, Reference};

/// Target of a reference.
#[derive(Debug)]
pub(crate) enum Target<'a> {
    /// A member of a class of the addon.
    Own {
        class: &'a Class,
        kind: Kind,
        name: &'a str,
    },
    /// A member of a class of the engine, or of `@GlobalScope`.
    Engine {
        class: &'a str,
        kind: Kind,
        name: &'a str,
    },
    /// A member that the class inherits from one of the engine's.
    Inherited { kind: Kind, name: &'a str },
}

/// Finds a class of the addon.
pub(crate) fn own<'a>(classes: &'a [Class], name: &str) -> Option<&'a Class> {
    classes.iter().find(|class| class.name == name)
}

/// Finds what a reference in a text of `class` names.
pub(crate) fn resolve<'a>(
    classes: &'a [Class],
    class: &'a Class,
    reference: &'a Reference,
) -> Result<Target<'a>, String> {
    let Reference { kind, owner, name } = reference;
    let (kind, name) = (*kind, name.as_str());
    let Some(owner) = owner else {
        return Ok(member(class, kind, name).unwrap_or(match kind {
            Kind::Constant | Kind::Enum => Target::Engine {
                class: "@GlobalScope",
                kind,
                name,
            },
            _ => Target::Inherited { kind, name },
        }));
    };
    match own(classes, owner) {
        Some(owner) => {
            member(owner, kind, name).ok_or_else(|| format!("{} has no {name}", owner.name))
        }
        None => Ok(Target::Engine {
            class: owner,
            kind,
            name,
        }),
    }
}

/// Finds a member that a class has itself. A getter or setter stands for its property.
fn member<'a>(class: &'a Class, kind: Kind, name: &'a str) -> Option<Target<'a>> {
    if kind == Kind::Method
        && let Some(property) = class.accessors.get(name)
    {
        return Some(Target::Own {
            class,
            kind: Kind::Property,
            name: property,
        });
    }
    let is_there = match kind {
        Kind::Method => class.methods.iter().any(|it| it.name == name),
        Kind::Property => class.properties.iter().any(|it| it.name == name),
        Kind::Signal => class.signals.iter().any(|it| it.name == name),
        Kind::Enum => class.enums.iter().any(|it| it.name == name),
        Kind::Constant => {
            let mut values = class.enums.iter().flat_map(|it| &it.values);
            values.any(|value| value.name == name)
        }
    };
    is_there.then_some(Target::Own { class, kind, name })
}
