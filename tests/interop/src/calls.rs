//! Calls of RustlsCrypto, made by the driver (`calls.gd`).

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::godot::{Job, Outcome};

/// What a method is given.
#[derive(Debug, Clone, Copy)]
pub enum Argument<'a> {
    /// A private key in a PEM file, as the engine's loader reads it.
    Key(&'a Path),
    /// A public key in a PEM file.
    PublicKey(&'a Path),
    /// A certificate in a PEM file.
    Certificate(&'a Path),
    /// The text of a file.
    File(&'a Path),
    /// A text.
    Text(&'a str),
    /// A PackedByteArray.
    Bytes(&'a [u8]),
    /// A PackedStringArray.
    Names(&'a [&'a str]),
    /// An int.
    Number(i64),
    /// A constant of a class: `HashingContext.HASH_SHA256`.
    Constant(&'a str),
}

impl Argument<'_> {
    fn to_json(self) -> Value {
        match self {
            Self::Key(path) => json!({ "key": path }),
            Self::PublicKey(path) => json!({ "public_key": path }),
            Self::Certificate(path) => json!({ "certificate": path }),
            Self::File(path) => json!({ "file": path }),
            Self::Text(text) => json!(text),
            Self::Bytes(bytes) => json!({ "bytes": to_hex(bytes) }),
            Self::Names(names) => json!({ "names": names }),
            Self::Number(number) => json!(number),
            Self::Constant(name) => json!({ "constant": name }),
        }
    }
}

impl Job {
    /// A call of this method, which is done before the jobs that follow.
    pub fn call(method: &str, arguments: &[Argument<'_>]) -> Self {
        let arguments: Vec<Value> = arguments.iter().map(|one| one.to_json()).collect();
        Self::new(method, "call")
            .set("method", method)
            .set("arguments", arguments)
    }

    /// Puts the key, the certificate or the text that the method returns into a file.
    pub fn into_file(self, path: &Path) -> Self {
        self.set("into", path.to_str().unwrap())
    }
}

impl Outcome {
    /// The bytes that a method returned.
    #[track_caller]
    pub fn bytes(&self) -> Vec<u8> {
        from_hex(self.text("returned")).unwrap_or_else(|| panic!("no bytes: {self:?}"))
    }

    /// Fails unless a method returned null, and said this.
    #[track_caller]
    pub fn assert_nothing_made(&self, words: &str) {
        assert!(self.is_null("returned"), "{self:?}");
        let error = self.text("error");
        assert!(error.contains(words), "no {words:?}: {self:?}");
    }

    /// Fails unless a method made a key or a certificate, and put it into its file.
    #[track_caller]
    pub fn assert_made(&self) {
        assert_eq!(self.text("returned"), "OK", "{self:?}");
        assert_eq!(self.text("error"), "", "{self:?}");
    }
}

/// Bytes as openssl and Godot write them.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Bytes as openssl and Godot write them, in capitals or not.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
