//! Bodies as values of the engine, by their content type.

use godot::classes::{ClassDb, RefCounted};
use godot::global::Error;
use godot::prelude::*;
use godot_rustls_pki::text::{excerpt, quoted};

use super::RustlsHTTPResponse;
use crate::engine::convert::godot_text;
use crate::engine::objects::{describe, quietly};

/// Content types of images, and the engine's methods that read them.
const IMAGES: [(&str, &str); 6] = [
    ("image/png", "load_png_from_buffer"),
    ("image/jpeg", "load_jpg_from_buffer"),
    ("image/webp", "load_webp_from_buffer"),
    ("image/bmp", "load_bmp_from_buffer"),
    ("image/x-tga", "load_tga_from_buffer"),
    ("image/svg+xml", "load_svg_from_buffer"),
];

#[godot_api(secondary)]
impl RustlsHTTPResponse {
    /// Returns the body as its `Content-Type` says: JSON as a [Dictionary], an [Array] or another
    /// value, text as a [String], PNG, JPEG, WebP, BMP, TGA and SVG as an [Image], and anything else
    /// as a [PackedByteArray]. Returns null for a body that is not what its type says:
    /// [method get_decode_error] returns the reason.
    ///
    /// Text is in UTF-8 unless the type names `iso-8859-1` or `us-ascii`. An image takes the memory
    /// of its pixels, which can be far more than the body.
    ///
    /// ```gdscript
    /// var avatar: RustlsHTTPResponse = await RustlsHTTP.request("https://example.org/avatar.png")
    /// var image: Image = avatar.decode()
    /// if image != null:
    /// 	print(image.get_size())
    /// else:
    /// 	print(avatar.get_decode_error())
    /// ```
    #[func]
    fn decode(&self) -> Variant {
        self.decoded().unwrap_or_default()
    }

    /// Returns why [method decode] returns null; empty if the body can be decoded.
    #[func]
    fn get_decode_error(&self) -> GString {
        godot_text(&self.decoded().err().unwrap_or_default())
    }

    fn decoded(&self) -> Result<Variant, String> {
        let header = self.get_header("Content-Type".into()).to_string();
        let mut parts = header.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_json = kind == "application/json" || kind.ends_with("+json");
        if is_json {
            let error = self.get_json_error();
            return if error.is_empty() {
                Ok(self.get_json())
            } else {
                Err(error.to_string())
            };
        }
        if let Some((_, method)) = IMAGES.iter().find(|(image, _)| *image == kind) {
            return image(self.get_body(), &kind, method);
        }
        if kind.starts_with("text/") {
            let charset = parts.find_map(|part| {
                part.split_once('=')
                    .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
            });
            let charset = charset.map_or("utf-8", |(_, value)| value.trim_matches('"'));
            return text(self.get_body().as_slice(), charset);
        }
        Ok(self.get_body().to_variant())
    }
}

/// Reads an image by the engine's class, which an engine built without it does not have.
fn image(body: PackedByteArray, kind: &str, method: &str) -> Result<Variant, String> {
    let object = ClassDb::singleton().instantiate("Image");
    let Ok(mut image) = object.try_to::<Gd<RefCounted>>() else {
        return Err(format!(
            "the body is of type {kind}, and this build of the engine has no class Image: use the bytes of body"
        ));
    };
    if !image.has_method(method) {
        return Err(format!(
            "the body is of type {kind}, which this build of the engine cannot read: use the bytes of body"
        ));
    }
    // The engine's errors name its own source files: the returned one says what is wrong.
    let outcome = quietly(|| image.call(method, &[body.to_variant()]));
    match outcome.try_to::<Error>() {
        Ok(Error::OK) => Ok(object),
        Ok(error) => Err(format!(
            "the body is not the image that its type {kind} says: {}",
            describe(error)
        )),
        Err(_) => Err(format!("the engine cannot read a body of type {kind}")),
    }
}

fn text(body: &[u8], charset: &str) -> Result<Variant, String> {
    let text = match charset.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" | "us-ascii" => match std::str::from_utf8(body) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                let (at, start) = (error.valid_up_to(), String::from_utf8_lossy(body));
                let start: String = start.chars().take(40).collect();
                return Err(format!(
                    "the body is not text in {}: byte {at} is wrong (it begins with {})",
                    excerpt(charset),
                    quoted(&start)
                ));
            }
        },
        // The first 256 characters of Unicode are those of ISO 8859-1.
        "iso-8859-1" | "latin1" => body.iter().copied().map(char::from).collect(),
        _ => {
            return Err(format!(
                "the text is in the encoding {}, which cannot be read: use the bytes of body",
                quoted(charset)
            ));
        }
    };
    // A byte order mark is no part of the text.
    Ok(godot_text(text.strip_prefix('\u{feff}').unwrap_or(&text)).to_variant())
}
