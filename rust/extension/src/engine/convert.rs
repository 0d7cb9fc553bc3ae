//! Conversions between Godot's types and Rust's that several classes need.

use std::time::Duration;

use godot::meta::GodotImmutable;
use godot::meta::conv::ByValue;
use godot::meta::shape::GodotShape;
use godot::prelude::*;
use godot_rustls_pki::UnixTime;

/// An object argument whose default is null. A plain `Gd` would turn a script's null into a script
/// error instead of the error code that the engine's classes return.
#[derive(Debug)]
pub(crate) struct OrNull<T: GodotClass>(pub(crate) Option<Gd<T>>);

impl<T: GodotClass> OrNull<T> {
    /// The default.
    pub(crate) const NULL: Self = Self(None);
}

impl<T: GodotClass> Clone for OrNull<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: GodotClass> GodotConvert for OrNull<T> {
    type Via = Option<Gd<T>>;

    fn godot_shape() -> GodotShape {
        <Option<Gd<T>> as GodotConvert>::godot_shape()
    }
}

impl<T: GodotClass> ToGodot for OrNull<T> {
    type Pass = ByValue;

    fn to_godot(&self) -> Self::Via {
        self.0.clone()
    }
}

impl<T: GodotClass> FromGodot for OrNull<T> {
    fn try_from_godot(via: Self::Via) -> Result<Self, ConvertError> {
        Ok(Self(via))
    }
}

// SAFETY: the only value used as a default is `NULL`, which is immutable and holds no object.
unsafe impl<T: GodotClass> GodotImmutable for OrNull<T> {}

/// A value of any type whose default is null.
#[derive(Debug, Clone)]
pub(crate) struct OrNil(pub(crate) Option<Variant>);

impl OrNil {
    /// The default.
    pub(crate) const NIL: Self = Self(None);
}

impl GodotConvert for OrNil {
    type Via = Variant;

    fn godot_shape() -> GodotShape {
        Variant::godot_shape()
    }
}

impl ToGodot for OrNil {
    type Pass = ByValue;

    fn to_godot(&self) -> Variant {
        self.0.clone().unwrap_or_default()
    }
}

impl FromGodot for OrNil {
    fn try_from_godot(via: Variant) -> Result<Self, ConvertError> {
        Ok(Self(Some(via).filter(|value| !value.is_nil())))
    }
}

// SAFETY: the only value used as a default is `NIL`, which is immutable and holds nothing.
unsafe impl GodotImmutable for OrNil {}

/// A Dictionary of options whose default is an empty one.
#[derive(Debug, Clone)]
pub(crate) struct OptionsArgument(pub(crate) VarDictionary);

impl OptionsArgument {
    /// The default.
    pub(crate) fn none() -> Self {
        Self(VarDictionary::new())
    }
}

impl GodotConvert for OptionsArgument {
    type Via = VarDictionary;

    fn godot_shape() -> GodotShape {
        VarDictionary::godot_shape()
    }
}

impl ToGodot for OptionsArgument {
    type Pass = ByValue;

    fn to_godot(&self) -> VarDictionary {
        self.0.clone()
    }
}

impl FromGodot for OptionsArgument {
    fn try_from_godot(via: VarDictionary) -> Result<Self, ConvertError> {
        Ok(Self(via))
    }
}

// SAFETY: the default is a dictionary of its own, which no method changes or gives to a script.
unsafe impl GodotImmutable for OptionsArgument {}

/// Returns the bytes of a value that is a packed byte array. The binding makes an empty array of
/// any other value.
pub(crate) fn packed_bytes(value: &Variant) -> Option<PackedByteArray> {
    (value.get_type() == VariantType::PACKED_BYTE_ARRAY).then(|| value.to())
}

/// Converts text from outside to a Godot string, which ends at U+0000: each is replaced by U+FFFD,
/// so that nothing after it is lost and `admin\0.guest` is not read as `admin`. No other code of
/// this library makes a Godot string of such text.
pub(crate) fn godot_text(text: &str) -> GString {
    const ENDS_A_STRING: char = '\0';
    if text.contains(ENDS_A_STRING) {
        GString::from(&text.replace(ENDS_A_STRING, "\u{FFFD}"))
    } else {
        GString::from(text)
    }
}

/// Prints an error as a script's own `push_error` does.
pub(crate) fn report(message: &str) {
    godot::global::push_error(&[godot_text(message).to_variant()]);
}

/// Prints a warning as a script's own `push_warning` does.
pub(crate) fn warn(message: &str) {
    godot::global::push_warning(&[godot_text(message).to_variant()]);
}

/// Prints a warning once nothing is bound: a script may listen, and use the object that the warning
/// is about.
pub(crate) fn warn_later(message: String) {
    let print = Callable::from_sync_fn("warn", move |_: &[&Variant]| warn(&message));
    print.call_deferred(&[]);
}

/// Prints a broken precondition, as the engine does, and returns the error code.
pub(crate) fn refuse(error: godot::global::Error, message: &str) -> godot::global::Error {
    report(message);
    error
}

/// Returns the time that a script passed, or the current time for -1.
pub(crate) fn unix_time(seconds: i64) -> Result<UnixTime, String> {
    match u64::try_from(seconds) {
        Ok(seconds) => Ok(UnixTime::since_unix_epoch(Duration::from_secs(seconds))),
        Err(_) if seconds == -1 => Ok(UnixTime::now()),
        Err(_) => Err(format!(
            "unix_time is {seconds}: use seconds since 1970, or -1 for now"
        )),
    }
}

/// Longest duration. A longer one is replaced by this one, which can be added to any time.
const MAX_DURATION: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Converts a script's number of seconds. `None` means no limit, for 0.
pub(crate) fn seconds(seconds: f64) -> Option<Duration> {
    if seconds > MAX_DURATION.as_secs_f64() {
        return Some(MAX_DURATION);
    }
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|duration| !duration.is_zero())
}
