//! RustlsCertificateInfo.

use godot::classes::X509Certificate;
use godot::prelude::*;
use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::digest::{hex, public_key_pin, sha256};
use godot_rustls_pki::pem::{Bundle, read_bundle, write_certificate};

use crate::engine::convert::{godot_text, report};
use crate::engine::objects::{certificate_bytes, certificates};

/// What a certificate says: for whom it is, who issued it, how long it counts, which key it is about.
///
/// Read certificates with [method from_certificate] or [method from_pem]; what the other side of a connection showed
/// gives [method RustlsStreamPeerTLS.get_peer_certificates]. Reading a certificate checks nothing about it:
/// [method RustlsTLSOptions.verify_certificate_chain] does that.
///
/// ```gdscript
/// for info in RustlsCertificateInfo.from_certificate(load("res://server.crt")):
///     print(info.subject, ", for ", info.subject_alternative_names)
///     print("until ", Time.get_date_string_from_unix_time(info.not_after))
/// ```
#[derive(GodotClass)]
#[class(tool, no_init, base=RefCounted)]
pub(crate) struct RustlsCertificateInfo {
    /// For whom the certificate is, in the form of RFC 4514 such as [code]CN=play.example.org,O=Example,C=US[/code].
    /// Empty when it has no subject.
    #[var(no_set)]
    subject: GString,
    /// Who issued it, in the form of RFC 4514.
    #[var(no_set)]
    issuer: GString,
    /// The most specific common name of the subject, or empty when there is none. Empty too when it is not well-formed or
    /// holds U+0000, at which a [String] ends: [code]admin\0.guest[/code] is not told as [code]admin[/code], and stands in
    /// [member subject] alone, escaped. Whether it counts as a server's name is another question: see
    /// [method RustlsTLSOptions.client].
    #[var(no_set)]
    common_name: GString,
    /// The number that the issuer gave it, in hexadecimal digits: lower case, two a byte, without the zero byte that
    /// only says that it is positive.
    #[var(no_set)]
    serial_number: GString,
    /// From when it counts, in seconds since the Unix epoch. Negative before 1970.
    #[var(no_set)]
    not_before: i64,
    /// Until when it counts, that second included, in seconds since the Unix epoch.
    #[var(no_set)]
    not_after: i64,
    /// The names it is for (RFC 5280 section 4.2.1.6): DNS names, then IP addresses. Other kinds of names are left out, and
    /// DNS names that hold U+0000.
    #[var(no_set)]
    subject_alternative_names: PackedStringArray,
    /// Whether it may issue other certificates (basic constraints, RFC 5280 section 4.2.1.9).
    #[var(no_set)]
    is_certificate_authority: bool,
    /// Whether it was issued by itself: subject and issuer are the same name, and the signature is its own key's. A
    /// signature that is too weak to be checked, such as one with SHA-1, is not counted against it.
    #[var(no_set)]
    is_self_signed: bool,
    /// The kind of its key, such as [code]RSA 2048[/code], [code]ECDSA P-256[/code] or [code]Ed25519[/code].
    #[var(no_set)]
    public_key_algorithm: GString,
    /// How it was signed, such as [code]sha256WithRSAEncryption[/code], or the number of an unknown algorithm.
    #[var(no_set)]
    signature_algorithm: GString,
    /// The SHA-256 hash of the whole certificate, 64 hexadecimal digits in lower case.
    #[var(no_set)]
    sha256_fingerprint: GString,
    /// The pin of its key, [code]"sha256/BASE64"[/code] of its SubjectPublicKeyInfo (RFC 7469 section 2.4): what
    /// [member RustlsTLSOptions.pinned_public_keys] takes. A certificate that is renewed with its key keeps it.
    #[var(no_set)]
    public_key_pin: GString,
    pem: GString,
    base: Base<RefCounted>,
}

#[godot_api]
impl RustlsCertificateInfo {
    /// Reads every certificate of [param certificate], in its order. Returns an empty array for null, for an empty
    /// object, and with an error when the certificates cannot be known.
    ///
    /// [b]Note:[/b] Several certificates must come from [method @GDScript.load]: the engine gives out only the first of
    /// those that were loaded otherwise. Use [method from_pem] for text.
    #[func]
    fn from_certificate(certificate: Option<Gd<X509Certificate>>) -> Array<Gd<Self>> {
        let Some(certificate) = certificate else {
            return Array::new();
        };
        match certificate_bytes(&certificate) {
            Ok(bytes) => Self::of_bundle(&certificates(&bytes)),
            Err(problem) => {
                report(&problem);
                Array::new()
            }
        }
    }

    /// Reads every certificate of a PEM text, in its order. Comments and items of other kinds are passed over; a
    /// certificate that cannot be read, and whatever looks like one, is left out with an error that says which and why.
    #[func]
    fn from_pem(pem: GString) -> Array<Gd<Self>> {
        Self::of_bundle(&read_bundle(pem.to_string().as_bytes()))
    }

    /// Returns the certificate as PEM text.
    #[func]
    fn get_pem(&self) -> GString {
        self.pem.clone()
    }

    pub(crate) fn of(certificate: &Certificate) -> Gd<Self> {
        let facts = certificate.facts();
        let names = facts.alternative_names();
        Gd::from_init_fn(|base| Self {
            subject: godot_text(&facts.subject),
            issuer: godot_text(&facts.issuer),
            common_name: godot_text(facts.common_name.as_deref().unwrap_or_default()),
            serial_number: godot_text(&hex(facts.serial_number())),
            not_before: facts.not_before,
            not_after: facts.not_after,
            subject_alternative_names: names.map(|name| godot_text(&name)).collect(),
            is_certificate_authority: facts.basic_constraints.is_some_and(|basic| basic.is_ca),
            is_self_signed: certificate.is_self_signed(),
            public_key_algorithm: godot_text(&facts.public_key.to_string()),
            signature_algorithm: godot_text(&facts.signature_algorithm),
            sha256_fingerprint: godot_text(&hex(&sha256(certificate.der()))),
            public_key_pin: godot_text(&public_key_pin(&facts.public_key_info_der)),
            pem: godot_text(&write_certificate(certificate)),
            base,
        })
    }

    fn of_bundle(bundle: &Bundle) -> Array<Gd<Self>> {
        for problem in &bundle.problems {
            report(problem);
        }
        bundle.certificates.iter().map(Self::of).collect()
    }
}
