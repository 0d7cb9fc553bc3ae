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
        VariantType::FLOAT => check_finite(&[value.to()], place),
        VariantType::PACKED_FLOAT32_ARRAY => {
            let numbers = value.to::<PackedFloat32Array>();
            let numbers: Vec<_> = numbers.as_slice().iter().copied().map(f64::from).collect();
            check_finite(&numbers, place)
        }
        VariantType::PACKED_FLOAT64_ARRAY => {
            check_finite(value.to::<PackedFloat64Array>().as_slice(), place)
        }
        VariantType::ARRAY => {
            let array = value.to::<AnyArray>();
            let mut elements = array.iter_shared().enumerate();
            elements.try_for_each(|(index, element)| {
                check_json(&element, &format!("{place}[{index}]"), depth + 1)
            })
        }
        VariantType::DICTIONARY => check_dictionary(&value.to(), place, depth),
        other => Err(not_for_json(place, &format!("of type {other:?}"))),
    }
}

fn check_dictionary(pairs: &AnyDictionary, place: &str, depth: usize) -> Result<(), String> {
    pairs.iter_shared().try_for_each(|(key, element)| {
        let place = format!("{place}[{key}]");
        match key.get_type() {
            VariantType::STRING | VariantType::STRING_NAME | VariantType::INT => {
                check_json(&element, &place, depth + 1)
            }
            other => Err(format!(
                "the data cannot be sent as JSON: the key of {place} is of type {other:?}: use a String"
            )),
        }
    })
}

fn check_finite(numbers: &[f64], place: &str) -> Result<(), String> {
    match numbers.iter().find(|number| !number.is_finite()) {
        Some(number) => Err(not_for_json(place, &number.to_string())),
        None => Ok(()),
    }
}

fn not_for_json(place: &str, what: &str) -> String {
    format!(
        "the data cannot be sent as JSON: {place} is {what}, which JSON has no form for: convert it, for instance with str() or var_to_str()"
    )
}
