//! The addon's classes as the engine knows them, read from the JSON that `describe.gd` writes.

use std::collections::BTreeMap;

use serde_json::Value;

/// A class with its members, each kind in alphabetical order.
#[derive(Debug, Default)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) inherits: String,
    /// False: only other objects of the addon create it, or it has static methods alone.
    pub(crate) can_instantiate: bool,
    pub(crate) brief: String,
    pub(crate) description: String,
    pub(crate) properties: Vec<Property>,
    /// The properties of getters and setters, which have no entry of their own.
    pub(crate) accessors: BTreeMap<String, String>,
    pub(crate) methods: Vec<Method>,
    pub(crate) signals: Vec<Signal>,
    pub(crate) enums: Vec<Enum>,
}

#[derive(Debug)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) kind: Type,
    pub(crate) is_read_only: bool,
    /// In GDScript's notation. A class that scripts cannot create has no defaults.
    pub(crate) default: Option<String>,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: String,
    pub(crate) is_static: bool,
    pub(crate) returns: Type,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Signal {
    pub(crate) name: String,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Argument {
    pub(crate) name: String,
    pub(crate) kind: Type,
    /// In GDScript's notation.
    pub(crate) default: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Enum {
    pub(crate) name: String,
    /// In the order of their numbers.
    pub(crate) values: Vec<EnumValue>,
}

#[derive(Debug)]
pub(crate) struct EnumValue {
    pub(crate) name: String,
    pub(crate) value: i64,
    pub(crate) text: String,
}

/// A type by the name that GDScript knows it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    /// Such as `String`, `Variant` and `void`.
    Builtin(String),
    /// A class of the engine or of the addon.
    Class(String),
    /// Such as `HTTPClient.Method`, or `Error` of the global scope.
    Enum(String),
    /// An array of a class or built-in type, by the name of that.
    Array(String),
}

impl Type {
    /// Returns the type in GDScript's notation.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Builtin(name) | Self::Class(name) | Self::Enum(name) => name.clone(),
            Self::Array(element) => format!("Array[{element}]"),
        }
    }
}

/// Reads the classes, or returns the JSON path of what is missing.
pub(crate) fn parse(json: &str) -> Result<Vec<Class>, String> {
    let value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    sorted(&value, class, |class| class.name.clone())
}

fn class(value: &Value) -> Result<Class, String> {
    let accessors = value["accessors"].as_object();
    let accessors = accessors.into_iter().flatten();
    let accessors = accessors
        .filter_map(|(name, property)| Some((name.clone(), property.as_str()?.to_owned())));
    Ok(Class {
        name: text(value, "name")?,
        inherits: text(value, "inherits")?,
        can_instantiate: flag(value, "can_instantiate")?,
        brief: text(value, "brief")?,
        description: text(value, "description")?,
        properties: sorted(&value["properties"], property, |it| it.name.clone())?,
        accessors: accessors.collect(),
        methods: sorted(&value["methods"], method, |it| it.name.clone())?,
        signals: sorted(&value["signals"], signal, |it| it.name.clone())?,
        enums: sorted(&value["enums"], enumeration, |it| it.name.clone())?,
    })
}

fn property(value: &Value) -> Result<Property, String> {
    Ok(Property {
        name: text(value, "name")?,
        kind: kind(&value["type"])?,
        is_read_only: flag(value, "is_read_only")?,
        default: value["default"].as_str().map(str::to_owned),
        text: text(value, "text")?,
    })
}

fn method(value: &Value) -> Result<Method, String> {
    Ok(Method {
        name: text(value, "name")?,
        is_static: flag(value, "is_static")?,
        returns: kind(&value["returns"])?,
        arguments: all(&value["arguments"], argument)?,
        text: text(value, "text")?,
    })
}

fn signal(value: &Value) -> Result<Signal, String> {
    Ok(Signal {
        name: text(value, "name")?,
        arguments: all(&value["arguments"], argument)?,
        text: text(value, "text")?,
    })
}

fn argument(value: &Value) -> Result<Argument, String> {
    Ok(Argument {
        name: text(value, "name")?,
        kind: kind(&value["type"])?,
        default: value["default"].as_str().map(str::to_owned),
    })
}

fn enumeration(value: &Value) -> Result<Enum, String> {
    let values = sorted(&value["values"], enum_value, |it| {
        (it.value, it.name.clone())
    });
    Ok(Enum {
        name: text(value, "name")?,
        values: values?,
    })
}

fn enum_value(value: &Value) -> Result<EnumValue, String> {
    let number = value["value"].as_i64();
    Ok(EnumValue {
        name: text(value, "name")?,
        value: number.ok_or_else(|| missing("value", value))?,
        text: text(value, "text")?,
    })
}

fn kind(value: &Value) -> Result<Type, String> {
    let name = text(value, "name")?;
    let element = name
        .strip_prefix("Array[")
        .and_then(|it| it.strip_suffix(']'));
    match (text(value, "kind")?.as_str(), element) {
        ("enum", _) => Ok(Type::Enum(name)),
        ("class", _) => Ok(Type::Class(name)),
        ("array", Some(element)) => Ok(Type::Array(element.to_owned())),
        ("builtin", _) => Ok(Type::Builtin(name)),
        _ => Err(missing("kind", value)),
    }
}

fn all<T>(value: &Value, read: fn(&Value) -> Result<T, String>) -> Result<Vec<T>, String> {
    let list = value.as_array().ok_or_else(|| missing("list", value))?;
    list.iter().map(read).collect()
}

/// Reads a list and sorts it: ClassDB's order follows that of registration, which the linker decides.
fn sorted<T, K: Ord>(
    value: &Value,
    read: fn(&Value) -> Result<T, String>,
    key: fn(&T) -> K,
) -> Result<Vec<T>, String> {
    let mut list = all(value, read)?;
    list.sort_by_key(key);
    Ok(list)
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    let text = value[name].as_str().ok_or_else(|| missing(name, value))?;
    Ok(text.to_owned())
}

fn flag(value: &Value, name: &str) -> Result<bool, String> {
    value[name].as_bool().ok_or_else(|| missing(name, value))
}

fn missing(name: &str, value: &Value) -> String {
    format!("there is no usable \"{name}\" in {value}")
}
