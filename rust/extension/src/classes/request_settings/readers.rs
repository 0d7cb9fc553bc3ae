//! Values of options as scripts pass them. A reader returns what it takes when the value is
//! something else; the caller adds which option it is.

use godot::prelude::*;

/// What an option takes, and what was passed.
pub(super) struct WrongValue {
    takes: &'static str,
    got: String,
}

impl WrongValue {
    pub(super) fn of_type(takes: &'static str, value: &Variant) -> Self {
        let got = format!("a value of type {:?}", value.get_type());
        Self { takes, got }
    }

    /// A value that may be shown.
    fn shown(takes: &'static str, value: &Variant) -> Self {
        let got = value.to_string();
        Self { takes, got }
    }

    /// A value of the right type that cannot be used for a reason.
    pub(super) fn because(takes: &'static str, reason: String) -> Self {
        Self { takes, got: reason }
    }

    pub(super) fn message(&self, option: &str) -> String {
        let Self { takes, got } = self;
        format!("the option \"{option}\" takes {takes}, and got {got}")
    }
}

type Read<T> = Result<T, WrongValue>;

pub(super) fn boolean(value: &Variant) -> Read<bool> {
    match value.get_type() {
        VariantType::BOOL => Ok(value.to()),
        _ => Err(WrongValue::of_type("true or false", value)),
    }
}

/// A whole number from `lowest` on.
pub(super) fn integer(value: &Variant, lowest: i64, takes: &'static str) -> Read<i64> {
    let number = match value.get_type() {
        VariantType::INT => value.to::<i64>(),
        _ => return Err(WrongValue::of_type(takes, value)),
    };
    if number < lowest {
        return Err(WrongValue::shown(takes, value));
    }
    Ok(number)
}

pub(super) fn seconds(value: &Variant) -> Read<f64> {
    const TAKES: &str = "seconds, 0 or more (0 means no limit)";
    let seconds = match value.get_type() {
        VariantType::INT => value.to::<i64>() as f64,
        VariantType::FLOAT => value.to::<f64>(),
        _ => return Err(WrongValue::of_type(TAKES, value)),
    };
    // NaN is refused too.
    if seconds >= 0.0 {
        Ok(seconds)
    } else {
        Err(WrongValue::shown(TAKES, value))
    }
}

pub(super) fn text(value: &Variant, takes: &'static str) -> Read<GString> {
    match value.get_type() {
        VariantType::STRING | VariantType::STRING_NAME => Ok(value.stringify()),
        _ => Err(WrongValue::of_type(takes, value)),
    }
}

/// An object of a class, or null.
pub(super) fn object<T: GodotClass + Inherits<Object>>(
    value: &Variant,
    takes: &'static str,
) -> Read<Option<Gd<T>>> {
    if value.is_nil() {
        return Ok(None);
    }
    let object = value.try_to::<Gd<T>>();
    object
        .map(Some)
        .map_err(|_| WrongValue::of_type(takes, value))
}

/// The elements of an array of any kind; none for another value.
pub(super) fn elements(value: &Variant) -> Option<Vec<Variant>> {
    Some(match value.get_type() {
        VariantType::ARRAY => value.to::<AnyArray>().iter_shared().collect(),
        VariantType::PACKED_STRING_ARRAY => {
            let texts = value.to::<PackedStringArray>();
            texts.as_slice().iter().map(ToGodot::to_variant).collect()
        }
        VariantType::PACKED_INT32_ARRAY => {
            let numbers = value.to::<PackedInt32Array>();
            numbers.as_slice().iter().map(ToGodot::to_variant).collect()
        }
        VariantType::PACKED_INT64_ARRAY => {
            let numbers = value.to::<PackedInt64Array>();
            numbers.as_slice().iter().map(ToGodot::to_variant).collect()
        }
        _ => return None,
    })
}

/// Header lines: an array of `Name: value`, or a dictionary of names and values.
pub(super) fn headers(value: &Variant) -> Read<Vec<String>> {
    const TAKES: &str =
        "an array of strings such as \"Accept: text/html\", or a Dictionary of names and values";
    if value.get_type() == VariantType::DICTIONARY {
        let pairs = value.to::<AnyDictionary>();
        return pairs
            .iter_shared()
            .map(|(name, value)| {
                let name = text(&name, TAKES)?;
                let value = scalar(&value).ok_or_else(|| WrongValue::of_type(TAKES, &value))?;
                Ok(format!("{name}: {value}"))
            })
            .collect();
    }
    let lines = elements(value).ok_or_else(|| WrongValue::of_type(TAKES, value))?;
    let lines = lines.iter().map(|line| text(line, TAKES));
    lines
        .map(|line| line.map(|line| line.to_string()))
        .collect()
}

/// Fields of a query: null leaves a field out, an array repeats its name.
pub(super) fn query(value: &Variant) -> Read<Vec<(String, String)>> {
    const TAKES: &str = "a Dictionary whose values are texts, numbers, true or false, null (left out) or arrays of them";
    if value.get_type() != VariantType::DICTIONARY {
        return Err(WrongValue::of_type(TAKES, value));
    }
    let mut fields = Vec::new();
    for (name, value) in value.to::<AnyDictionary>().iter_shared() {
        let name = scalar(&name).ok_or_else(|| WrongValue::of_type(TAKES, &name))?;
        let values = match elements(&value) {
            Some(values) => values,
            None if value.is_nil() => continue,
            None => vec![value],
        };
        for value in values {
            let text = scalar(&value).ok_or_else(|| WrongValue::of_type(TAKES, &value))?;
            fields.push((name.clone(), text));
        }
    }
    Ok(fields)
}

/// The text of a value that has one which everybody would write.
fn scalar(value: &Variant) -> Option<String> {
    match value.get_type() {
        VariantType::STRING | VariantType::STRING_NAME | VariantType::BOOL | VariantType::INT => {
            Some(value.stringify().to_string())
        }
        VariantType::FLOAT if value.to::<f64>().is_finite() => Some(value.stringify().to_string()),
        _ => None,
    }
}
