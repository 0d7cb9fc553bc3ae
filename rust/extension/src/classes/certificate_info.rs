//! RustlsCertificateInfo.

use godot::classes::{IRefCounted, X509Certificate};
use godot::prelude::*;
use godot_rustls_pki::certificate::Certificate;
use godot_rustls_pki::digest::{hex, public_key_pin, sha256};
use godot_rustls_pki::pem::{Bundle, read_bundle, write_certificate};
use godot_rustls_pki::text::{excerpt, moment};

use crate::engine::convert::{godot_text, report};
use crate::engine::objects::{certificate_bytes, certificates};

/// The contents of a certificate: its subject, issuer, dates, names and public key.
///
/// [method from_certificate] and [method from_pem] read certificates.
/// [method RustlsStreamPeerTLS.get_peer_certificates] returns those that the peer of a connection
/// presented. Reading a certificate does not verify it:
/// [method RustlsTLSOptions.verify_certificate_chain] does.
///
/// ```gdscript
/// for info in RustlsCertificateInfo.from_certificate(load("res://server.crt")):
/// 	print(info.subject, ", for ", info.subject_alternative_names)
/// 	print("valid until ", Time.get_date_string_from_unix_time(info.not_after))
/// ```
#[derive(GodotClass)]
#[class(tool, no_init, base=RefCounted)]
pub(crate) struct RustlsCertificateInfo {
    /// The subject in the form of RFC 4514, such as `CN=play.example.org,O=Example,C=US`. Empty if
    /// the certificate has no subject.
    #[var(no_set)]
    subject: GString,
    /// The issuer in the form of RFC 4514.
    #[var(no_set)]
    issuer: GString,
    /// The most specific common name of the subject, or an empty string if there is none. Also
    /// empty if the name is not well-formed, or contains U+0000, at which a [String] ends:
    /// `admin\0.guest` is not returned as `admin` and appears only in [member subject], escaped.
    ///
    /// A common name is not always accepted as the name of a server: see
    /// [method RustlsTLSOptions.client].
    #[var(no_set)]
    common_name: GString,
    /// The serial number in lower-case hexadecimal, two digits per byte. A leading zero byte that
    /// only marks the number as positive is left out.
    #[var(no_set)]
    serial_number: GString,
    /// The first second of validity, in seconds since the Unix epoch. Negative before 1970.
    #[var(no_set)]
    not_before: i64,
    /// The last second of validity, in seconds since the Unix epoch.
    #[var(no_set)]
    not_after: i64,
    /// The names that the certificate is valid for (RFC 5280 section 4.2.1.6): DNS names, followed
    /// by IP addresses. Names of other kinds and DNS names that contain U+0000 are left out.
    #[var(no_set)]
    subject_alternative_names: PackedStringArray,
    /// `true` if the certificate may issue other certificates (basic constraints, RFC 5280 section
    /// 4.2.1.9).
    #[var(no_set)]
    is_certificate_authority: bool,
    /// `true` if the certificate issued itself: the subject and the issuer are the same name, and
    /// the signature was made with the certificate's own key. A signature that is too weak to be
    /// checked, for instance with SHA-1, is assumed to be right.
    #[var(no_set)]
    is_self_signed: bool,
    /// The kind of public key, such as `RSA 2048`, `ECDSA P-256` or `Ed25519`.
    #[var(no_set)]
    public_key_algorithm: GString,
    /// The signature algorithm, such as `sha256WithRSAEncryption`, or the object identifier of an
    /// unknown algorithm.
    #[var(no_set)]
    signature_algorithm: GString,
    /// The SHA-256 hash of the whole certificate: 64 hexadecimal digits in lower case.
    #[var(no_set)]
    sha256_fingerprint: GString,
    /// The pin of the public key: `sha256/` followed by the Base64 hash of the SubjectPublicKeyInfo
    /// (RFC 7469 section 2.4), as [member RustlsTLSOptions.pinned_public_keys] takes it. A
    /// certificate that is renewed with the same key keeps its pin.
    #[var(no_set)]
    public_key_pin: GString,
    pem: GString,
    base: Base<RefCounted>,
}

#[godot_api]
impl IRefCounted for RustlsCertificateInfo {
    /// Returns subject, issuer and the end of validity, for `print()`.
    fn to_string(&self) -> GString {
        let issuer = if self.is_self_signed {
            "self-signed".to_owned()
        } else {
            format!("issued by {}", excerpt(&self.issuer.to_string()))
        };
        let text = format!(
            "<RustlsCertificateInfo: {}, {issuer}, valid until {}>",
            excerpt(&self.subject.to_string()),
            moment(self.not_after)
        );
        godot_text(&text)
    }
}

#[godot_api]
impl RustlsCertificateInfo {
    /// Reads every certificate of [param certificate], in order. Returns an empty array for null
    /// and for an empty object. Also returns an empty array, and prints an error, if the contents
    /// of the object cannot be read.
    ///
    /// [b]Note:[/b] Load an [X509Certificate] with several certificates with
    /// [method @GDScript.load]: if it was loaded otherwise, the engine returns only the first of
    /// them. For PEM text use [method from_pem].
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

    /// Reads every certificate of a PEM text, in order. Comments and items of other kinds are
    /// skipped. A certificate that cannot be read, or text that only looks like one, is left out
    /// with an error message that names the certificate and the reason.
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
            report(&problem.to_string());
        }
        bundle.certificates.iter().map(Self::of).collect()
    }
}
