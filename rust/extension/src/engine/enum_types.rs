//! Arguments and results of methods that are values of an enum, so that the editor completes them
//! and its help links to the values.
//!
//! GDScript accepts no value of one enum for another. If the type of an argument were
//! `HTTPClient.Method`, no script with `RustlsHTTPClient.METHOD_POST` could be parsed, and if it
//! were the addon's type, none with `HTTPClient.METHOD_POST`. Migrated scripts use either. The
//! engine marks a type as an enum or as a bit field, completes both, and treats a bit field as a
//! plain integer when it checks types: so the addon's enums with a counterpart in the engine are
//! marked as bit fields with its name.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use godot::meta::GodotImmutable;
use godot::meta::conv::ByValue;
use godot::meta::shape::GodotShape;
use godot::prelude::*;

/// An enum, by its name in scripts.
pub(crate) trait EnumName {
    const NAME: &'static str;
    /// True if values of the engine's enum and of the addon's are accepted.
    const HAS_COUNTERPART: bool;
}

/// A number that a script passes or receives as a value of an enum. A script can pass any number.
pub(crate) struct EnumValue<E>(pub(crate) i64, PhantomData<E>);

macro_rules! enums {
    ($($alias:ident = $marker:ident $name:literal, has_counterpart: $has_counterpart:literal;)*) => {
        $(
            pub(crate) struct $marker;

            impl EnumName for $marker {
                const NAME: &'static str = $name;
                const HAS_COUNTERPART: bool = $has_counterpart;
            }

            pub(crate) type $alias = EnumValue<$marker>;
        )*
    };
}

enums! {
    MethodValue = Method "HTTPClient.Method", has_counterpart: true;
    ClientStatus = OfHttpClient "HTTPClient.Status", has_counterpart: true;
    StreamStatus = OfStreamPeer "StreamPeerTLS.Status", has_counterpart: true;
    HashTypeValue = HashType "HashingContext.HashType", has_counterpart: true;
    ClientAuthenticationValue = ClientAuthentication "RustlsTLSOptions.ClientAuthentication", has_counterpart: false;
    CurveValue = Curve "RustlsCrypto.Curve", has_counterpart: false;
    SourceValue = Source "RustlsTrustStore.Source", has_counterpart: false;
    RequestCause = OfRequest "RustlsHTTPRequest.Cause", has_counterpart: false;
    ResponseCause = OfResponse "RustlsHTTPResponse.Cause", has_counterpart: false;
    ClientCause = OfClient "RustlsHTTPClient.Cause", has_counterpart: false;
    StreamCause = OfStream "RustlsStreamPeerTLS.Cause", has_counterpart: false;
}

impl MethodValue {
    /// HTTPClient.METHOD_GET.
    pub(crate) const GET: Self = Self::new(0);
    /// HTTPClient.METHOD_POST.
    pub(crate) const POST: Self = Self::new(2);
}

impl<E> EnumValue<E> {
    pub(crate) const fn new(value: i64) -> Self {
        Self(value, PhantomData)
    }
}

impl<E: EnumName> fmt::Debug for EnumValue<E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}({})", E::NAME, self.0)
    }
}

impl<E> Clone for EnumValue<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for EnumValue<E> {}

impl<E: EnumName> GodotConvert for EnumValue<E> {
    type Via = i64;

    fn godot_shape() -> GodotShape {
        GodotShape::Enum {
            variant_type: VariantType::INT,
            enumerators: Cow::Borrowed(&[]),
            godot_name: Some(Cow::Borrowed(E::NAME)),
            is_bitfield: E::HAS_COUNTERPART,
        }
    }
}

impl<E: EnumName> ToGodot for EnumValue<E> {
    type Pass = ByValue;

    fn to_godot(&self) -> i64 {
        self.0
    }
}

impl<E: EnumName> FromGodot for EnumValue<E> {
    fn try_from_godot(value: i64) -> Result<Self, ConvertError> {
        Ok(Self::new(value))
    }
}

// SAFETY: a number.
unsafe impl<E: EnumName> GodotImmutable for EnumValue<E> {}
