//! Credentials of the scheme "Basic" (RFC 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Returns the value of an `Authorization` or `Proxy-Authorization` field. A user with a colon
/// cannot be expressed (RFC 7617 section 2): the server reads a part of it as the password.
pub fn basic_authorization(user: &str, password: &str) -> Zeroizing<String> {
    let pair = Zeroizing::new(format!("{user}:{password}"));
    let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
    Zeroizing::new(format!("Basic {}", encoded.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_7617_are_encoded() {
        let value = basic_authorization("Aladdin", "open sesame");
        assert_eq!(value.as_str(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let value = basic_authorization("test", "123\u{a3}");
        assert_eq!(value.as_str(), "Basic dGVzdDoxMjPCow==");
    }
}
