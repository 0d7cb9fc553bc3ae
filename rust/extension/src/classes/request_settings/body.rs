//! Bodies of requests.

use godot::classes::Json;
use godot::prelude::*;
use godot_rustls_http::body::Content;

use crate::classes::RustlsMultipartForm;
use crate::engine::convert::packed_bytes;
use crate::runtime::packed_bytes::Bytes;

/// Levels of arrays and dictionaries in each other. One that contains itself has no end.
const MAX_DEPTH: usize = 128;

/// Body of a request, and its content type unless the caller sets one.
pub(crate) struct Data {
    pub(super) content: Content,
    pub(super) content_type: Option<String>,
}

impl Data {
    /// No body.
    pub(crate) const NONE: Self = Self {
        content: Content::None,
        content_type: None,
    };

    pub(crate) fn text(text: &GString) -> Self {
        let text = text.to_string();
        if text.is_empty() {
            return Self::NONE;
        }
        Self {
            content: Content::Bytes(text.into()),
            content_type: None,
        }
    }

    /// The bytes are not copied.
    pub(crate) fn bytes(array: PackedByteArray) -> Self {
        if array.is_empty() {
            return Self::NONE;
        }
        Self {
            content: Content::Bytes(bytes::Bytes::from_owner(Bytes::of(array))),
            content_type: None,
        }
    }

    /// Returns the body that a script passed as any value, or an error message.
    pub(crate) fn of(value: &Variant) -> Result<Self, String> {
        match value.get_type() {
            VariantType::NIL => return Ok(Self::NONE),
            VariantType::DICTIONARY | VariantType::ARRAY => return Self::json(value),
            _ => {}
        }
        if let Ok(text) = value.try_to::<GString>() {
            return Ok(Self::text(&text));
        }
        if let Some(array) = packed_bytes(value) {
            return Ok(Self::bytes(array));
        }
        let Ok(mut form) = value.try_to::<Gd<RustlsMultipartForm>>() else {
            return Err(format!(
                "the data is of type {:?}: pass a String, a PackedByteArray, a Dictionary, an Array or a RustlsMultipartForm",
                value.get_type()
            ));
        };
        match form.bind_mut().content() {
            Some((content, content_type)) => Ok(Self {
                content,
                content_type: Some(content_type),
            }),
            None => {
                Err("the form cannot be sent: the system provides no random numbers".to_owned())
            }
        }
    }

    fn json(value: &Variant) -> Result<Self, String> {
        check_json(value, "data", 0)?;
        let text = Json::stringify_ex(value)
            .sort_keys(false)
            .full_precision(true)
            .done();
        Ok(Self {
            content: Content::Bytes(text.to_string().into()),
            content_type: Some("application/json".to_owned()),
        })
    }
}

/// Checks that JSON has a form for the value (RFC 8259). The engine writes an object as its name,
/// and a number that is not finite as one that is.
fn check_json(value: &Variant, place: &str, depth: usize) -> Result<(), String> {
    if depth > MAX_DEPTH {
        return Err(format!(
            "the data cannot be sent as JSON: it is nested more than {MAX_DEPTH} times, or contains itself"
        ));
    }
    let refuse = |what: String| {
        Err(format!(
            "the data cannot be sent as JSON: {place} is {what}: convert it, for instance with str() or var_to_str()"
        ))
    };
    match value.get_type() {
        VariantType::NIL
        | VariantType::BOOL
        | VariantType::INT
        | VariantType::STRING
        | VariantType::STRING_NAME
        | VariantType::PACKED_BYTE_ARRAY
        | VariantType::PACKED_INT32_ARRAY
        | VariantType::PACKED_INT64_ARRAY
        | VariantType::PACKED_STRING_ARRAY => Ok(()),
        VariantType::FLOAT => match value.to::<f64>() {
            number if number.is_finite() => Ok(()),
            number => refuse(format!("{number}, which JSON has no form for")),
        },
        VariantType::PACKED_FLOAT32_ARRAY => {
            let numbers = value.to::<PackedFloat32Array>();
            match numbers.as_slice().iter().find(|number| !number.is_finite()) {
                Some(number) => refuse(format!("an array with {number}")),
                None => Ok(()),
            }
        }
        VariantType::PACKED_FLOAT64_ARRAY => {
            let numbers = value.to::<PackedFloat64Array>();
            match numbers.as_slice().iter().find(|number| !number.is_finite()) {
                Some(number) => refuse(format!("an array with {number}")),
                None => Ok(()),
            }
        }
        VariantType::ARRAY => {
            let array = value.to::<AnyArray>();
            for (index, element) in array.iter_shared().enumerate() {
                check_json(&element, &format!("{place}[{index}]"), depth + 1)?;
            }
            Ok(())
        }
        VariantType::DICTIONARY => {
            let dictionary = value.to::<AnyDictionary>();
            for (key, element) in dictionary.iter_shared() {
                let place = format!("{place}[{key}]");
                let is_name = matches!(
                    key.get_type(),
                    VariantType::STRING | VariantType::STRING_NAME | VariantType::INT
                );
                if !is_name {
                    return Err(format!(
                        "the data cannot be sent as JSON: the key of {place} is of type {:?}: use a String",
                        key.get_type()
                    ));
                }
                check_json(&element, &place, depth + 1)?;
            }
            Ok(())
        }
        other => refuse(format!("of type {other:?}")),
    }
}
