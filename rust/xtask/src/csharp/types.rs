//! Types of arguments and results, and their way into and out of a `Variant`.

use super::names;
use crate::reference::description::{Class, Type};
use crate::reference::links::own;

/// A type of the API in C#.
pub(super) struct CSharpType {
    /// Such as `long` and `HttpClient.Method`.
    pub(super) name: String,
    form: Form,
}

enum Form {
    Void,
    Variant,
    /// A value that `Variant` converts by the method of this name.
    Value(&'static str),
    /// An array, for which null stands for an empty one in defaults.
    Packed {
        element: &'static str,
        convert: &'static str,
    },
    /// A dictionary, for which null stands for an empty one in defaults.
    Dictionary,
    Enum,
    EngineObject,
    Wrapper,
    Wrappers {
        element: String,
    },
}

/// Returns the type, or says that there is no way for it yet.
pub(super) fn of(classes: &[Class], kind: &Type) -> Result<CSharpType, String> {
    match kind {
        Type::Builtin(name) => builtin(name),
        Type::Class(name) => Ok(CSharpType {
            name: names::class(name),
            form: match own(classes, name) {
                Some(_) => Form::Wrapper,
                None => Form::EngineObject,
            },
        }),
        Type::Array(element) if own(classes, element).is_some() => {
            let element = names::class(element);
            Ok(CSharpType {
                name: format!("{element}[]"),
                form: Form::Wrappers { element },
            })
        }
        Type::Array(_) => Err(format!("there is no C# type for {}", kind.name())),
        Type::Enum(name) => Ok(CSharpType {
            name: enumeration(classes, name),
            form: Form::Enum,
        }),
    }
}

fn builtin(name: &str) -> Result<CSharpType, String> {
    let packed = |element, convert| Form::Packed { element, convert };
    let (written, form) = match name {
        "void" => ("void", Form::Void),
        "Variant" => ("Variant", Form::Variant),
        "bool" => ("bool", Form::Value("AsBool")),
        "int" => ("long", Form::Value("AsInt64")),
        "float" => ("double", Form::Value("AsDouble")),
        "String" => ("string", Form::Value("AsString")),
        "Signal" => ("Signal", Form::Value("AsSignal")),
        "Array" => ("Godot.Collections.Array", Form::Value("AsGodotArray")),
        "Dictionary" => ("Godot.Collections.Dictionary", Form::Dictionary),
        "PackedByteArray" => ("byte[]", packed("byte", "AsByteArray")),
        "PackedStringArray" => ("string[]", packed("string", "AsStringArray")),
        _ => return Err(format!("there is no C# type for {name}")),
    };
    Ok(CSharpType {
        name: written.to_owned(),
        form,
    })
}

/// Returns the name of an enum; `name` is that of GDScript, such as `HTTPClient.Method`.
fn enumeration(classes: &[Class], name: &str) -> String {
    match name.split_once('.') {
        None => names::class(name),
        Some((owner, name)) => {
            let nested = match own(classes, owner) {
                Some(owner) => nested_enum(owner, name),
                None => names::class(name),
            };
            format!("{}.{nested}", names::class(owner))
        }
    }
}

/// Returns the name of an enum within its class. One that a member has already gets a suffix, as in the engine's API.
pub(super) fn nested_enum(class: &Class, name: &str) -> String {
    let own = names::class(name);
    let properties = class.properties.iter().map(|it| &it.name);
    let methods = class.methods.iter().map(|it| &it.name);
    let signals = class.signals.iter().map(|it| &it.name);
    let mut taken = properties
        .chain(methods)
        .chain(signals)
        .map(|name| names::member(name));
    if taken.any(|name| name == own) {
        format!("{own}Enum")
    } else {
        own
    }
}

impl CSharpType {
    /// Returns true for an object of the addon, and for an array of them.
    pub(super) fn is_wrapped(&self) -> bool {
        matches!(self.form, Form::Wrapper | Form::Wrappers { .. })
    }

    /// Returns the expression that passes a value of this type to a call.
    pub(super) fn passed(&self, value: &str, has_default: bool) -> String {
        match &self.form {
            Form::Packed { element, .. } if has_default => {
                format!("{value} ?? System.Array.Empty<{element}>()")
            }
            Form::Dictionary if has_default => format!("{value} ?? new {}()", self.name),
            Form::Enum => format!("(long){value}"),
            Form::Wrapper => format!("{value}?.Instance"),
            _ => value.to_owned(),
        }
    }

    /// Returns the expression that takes a value of this type out of a `Variant`.
    pub(super) fn taken(&self, variant: &str) -> String {
        let name = &self.name;
        match &self.form {
            Form::Void | Form::Variant => variant.to_owned(),
            Form::Value(convert) | Form::Packed { convert, .. } => format!("{variant}.{convert}()"),
            Form::Dictionary => format!("{variant}.AsGodotDictionary()"),
            Form::Enum => format!("({name}){variant}.AsInt64()"),
            Form::EngineObject => format!("({name}){variant}.AsGodotObject()"),
            Form::Wrapper => {
                format!("Extension.Wrap({variant}, instance => new {name}(instance))")
            }
            Form::Wrappers { element } => {
                format!("Extension.WrapAll({variant}, instance => new {element}(instance))")
            }
        }
    }

    /// Returns the default of an argument; `default` is in GDScript's notation.
    pub(super) fn default(&self, default: &str) -> String {
        match &self.form {
            Form::Packed { .. } | Form::Dictionary => "null".to_owned(),
            Form::Variant if default == "null" => "default".to_owned(),
            Form::Enum => format!("({}){default}", self.name),
            _ => default.to_owned(),
        }
    }
}
