//! Creation of certificates.

use godot::classes::{Crypto, CryptoKey, X509Certificate};
use godot::prelude::*;
use godot_rustls_pki::certificate::{Certificate, PublicKeyKind};
use godot_rustls_pki::issuance::{self, AlternativeNames, Subject, Validity};
use godot_rustls_pki::text::quoted;

use super::RustlsCrypto;
use crate::crypto::keys::{RecentKey, SecretKey, public_key};
use crate::engine::convert::{godot_text, warn};
use crate::engine::objects::{certificate_bytes, certificates, quietly, x509_certificate};
use crate::reasons::{of_issuance, of_validity};

#[godot_api(secondary)]
impl RustlsCrypto {
    /// Creates a certificate that is signed with its own key. A client trusts it only if the client
    /// names it, for instance with [method RustlsTLSOptions.client] or in
    /// `network/tls/certificate_bundle_override`.
    ///
    /// [param issuer_name] is the subject: attributes such as `CN=myserver,O=myorganisation,C=IT`,
    /// in any order, several of a kind if needed. Write a comma inside a value as `\,`. The common
    /// name (CN) is required. [param not_before] and [param not_after] are dates in UTC of the form
    /// `YYYYMMDDhhmmss`; the default is that of [Crypto], 2014 to 2034.
    /// [param subject_alternative_names] are the DNS names and IP addresses that the certificate is
    /// valid for. If there are none, the common name is used, provided that it is a DNS name or an
    /// address. Browsers, curl and Python check only the alternative names.
    ///
    /// Like a certificate of [Crypto], it may issue other certificates (CA:TRUE, path length 0).
    /// The signature uses SHA-256, with P-384 keys SHA-384 and with P-521 keys SHA-512. In addition
    /// it contains the key usage and a key identifier, which strict verifiers require.
    ///
    /// Returns null and prints an error for names and dates that cannot be read, for more names
    /// than the engine's [X509Certificate] returns (4 KiB as PEM, about a hundred), and if the key
    /// is null, empty or public-only.
    ///
    /// ```gdscript
    /// var key := crypto.generate_ecdsa()
    /// var names: PackedStringArray = ["server.lan", "192.168.1.5", "fd00::5"]
    /// var certificate := crypto.generate_self_signed_certificate(key, "CN=My LAN server",
    /// 		"20260101000000", "20360101000000", names)
    /// certificate.save("user://server.crt")
    /// key.save("user://server.key") # On the server alone.
    /// ```
    ///
    /// The next function returns a date some days after now, or before. Let certificates begin
    /// yesterday, because not every clock is right.
    ///
    /// ```gdscript
    /// func date_in(days: int) -> String:
    /// 	var seconds := int(Time.get_unix_time_from_system()) + days * 86400
    /// 	var text := Time.get_datetime_string_from_unix_time(seconds)
    /// 	return text.replace("-", "").replace("T", "").replace(":", "")
    /// ```
    #[func]
    fn generate_self_signed_certificate(
        &self,
        key: Option<Gd<CryptoKey>>,
        #[opt(default = "CN=myserver,O=myorganisation,C=IT")] issuer_name: GString,
        #[opt(default = "20140101000000")] not_before: GString,
        #[opt(default = "20340101000000")] not_after: GString,
        #[opt(default = &PackedStringArray::new())] subject_alternative_names: PackedStringArray,
    ) -> Option<Gd<X509Certificate>> {
        let made = self_signed(
            &self.recent,
            key,
            &issuer_name,
            (&not_before, &not_after),
            &subject_alternative_names,
        );
        self.conclude(made.map(Some))
    }

    /// Creates the certificate of your own certificate authority (CA), which issues certificates
    /// with [method issue_certificate]. Whoever trusts the CA trusts all of its certificates, also
    /// later ones.
    ///
    /// The formats of names and dates are those of [method generate_self_signed_certificate]. The
    /// CA issues certificates for servers and clients, not for further CAs (path length 0). Returns
    /// null and prints an error for names and dates that cannot be read, and if the key is null,
    /// empty, public-only, or of a kind that peers do not accept.
    ///
    /// [b]Warning:[/b] Whoever has the key of the CA can impersonate any server to those who trust
    /// the CA. Keep the key apart from the servers, and off players' machines.
    #[func]
    fn generate_certificate_authority(
        &self,
        key: Option<Gd<CryptoKey>>,
        subject_name: GString,
        not_before: GString,
        not_after: GString,
    ) -> Option<Gd<X509Certificate>> {
        let made = authority(&self.recent, key, &subject_name, (&not_before, &not_after));
        self.conclude(made.map(Some))
    }

    /// Creates a certificate for [param subject_key], for a server or a client (mutual TLS), signed
    /// by the certificate authority (CA) [param ca_certificate] with its key [param ca_key].
    ///
    /// [param subject_key] may be public-only: the private half need not leave its server. The
    /// formats of names and dates are those of [method generate_self_signed_certificate]. Apple's
    /// systems refuse certificates for more than 825 days, also those of your own CA. A certificate
    /// is valid only while the certificate of its CA is: a warning is printed if its dates exceed
    /// those of the CA.
    ///
    /// Returns null and prints an error for names and dates that cannot be read, if a key is null,
    /// empty or of a kind that peers do not accept, if [param ca_key] is public-only or not the key
    /// of [param ca_certificate], and if [param ca_certificate] is not the certificate of a CA.
    ///
    /// ```gdscript
    /// var ca_key := crypto.generate_ecdsa()
    /// var ca := crypto.generate_certificate_authority(ca_key, "CN=My CA",
    /// 		"20260101000000", "20360101000000")
    /// var key := crypto.generate_ecdsa()
    /// var certificate := crypto.issue_certificate(ca_key, ca, key, "CN=play.example.org",
    /// 		["play.example.org", "203.0.113.7"], "20260101000000", "20270101000000")
    /// ```
    #[func]
    #[allow(clippy::too_many_arguments)] // Fixed by the design, and each is needed.
    fn issue_certificate(
        &self,
        ca_key: Option<Gd<CryptoKey>>,
        ca_certificate: Option<Gd<X509Certificate>>,
        subject_key: Option<Gd<CryptoKey>>,
        subject_name: GString,
        subject_alternative_names: PackedStringArray,
        not_before: GString,
        not_after: GString,
    ) -> Option<Gd<X509Certificate>> {
        let dates = (&not_before, &not_after);
        let subject = (&subject_name, &subject_alternative_names);
        let made = issued(
            &self.recent,
            (ca_key, ca_certificate),
            subject_key,
            subject,
            dates,
        );
        self.conclude(made.map(Some))
    }

    /// Creates a certificate signing request (PKCS#10, RFC 2986) as PEM text, for a public
    /// certificate authority (CA) or that of a company. The request contains the public half of
    /// [param key] and the names, never the private half.
    ///
    /// The format of names is that of [method generate_self_signed_certificate]. Returns an empty
    /// string and prints an error for names that cannot be read, and if the key is null, empty,
    /// public-only, or of a kind that CAs do not accept.
    #[func]
    fn generate_certificate_signing_request(
        &self,
        key: Option<Gd<CryptoKey>>,
        subject_name: GString,
        subject_alternative_names: PackedStringArray,
    ) -> GString {
        let made = signing_request(&self.recent, key, &subject_name, &subject_alternative_names);
        self.conclude(made.map(|pem| godot_text(&pem)))
    }
}

type Made = Result<Gd<X509Certificate>, String>;

fn self_signed(
    recent: &RecentKey,
    key: Option<Gd<CryptoKey>>,
    subject_name: &GString,
    dates: (&GString, &GString),
    names: &PackedStringArray,
) -> Made {
    let key = recent.of(key)?;
    let (subject, names) = (named(subject_name)?, alternative_names(names)?);
    let validity = validity(dates)?;
    let made = if let Some(rare) = key.rare_kind()? {
        let made = by_engine(&key, &rare, (subject_name, dates), &names)?;
        check_engine(&made, &rare, &subject, &validity)?;
        made
    } else {
        let made = issuance::self_signed(&*key.certifying()?, &subject, &validity, &names);
        let made = made.map_err(|error| of_issuance(&error))?;
        x509_certificate(&made)?
    };
    if validity.is_reversed() {
        warn(&format!(
            "the certificate is never valid: it ends ({}) before it begins ({})",
            dates.1, dates.0
        ));
    }
    Ok(made)
}

/// Lets the engine create the certificate of a key on a curve that the provider lacks, without
/// alternative names.
fn by_engine(
    key: &SecretKey,
    kind: &PublicKeyKind,
    (subject, (not_before, not_after)): (&GString, (&GString, &GString)),
    names: &AlternativeNames,
) -> Made {
    if !names.is_empty() {
        return Err(format!(
            "only the engine creates certificates for {kind} keys, and only without alternative names: use generate_ecdsa()"
        ));
    }
    let lacking = format!("{kind} keys cannot sign certificates: use RSA, or generate_ecdsa()");
    let mut engine = Crypto::new_gd();
    let made = engine.generate_self_signed_certificate_ex(key.object());
    let made = made.issuer_name(subject);
    quietly(|| made.not_before(not_before).not_after(not_after).done()).ok_or(lacking)
}

/// Refuses a certificate that the engine changed: it silently drops repeated attributes and shifts
/// years before 1950.
fn check_engine(
    made: &Gd<X509Certificate>,
    kind: &PublicKeyKind,
    subject: &Subject,
    validity: &Validity,
) -> Result<(), String> {
    let made = first_of(Some(made.clone()))?;
    if issuance::is_as_asked(&made, subject, validity) {
        return Ok(());
    }
    Err(format!(
        "only the engine creates certificates for {kind} keys, and it loses repeated attributes of a name and years before 1950: leave them out, or use generate_ecdsa()"
    ))
}

fn authority(
    recent: &RecentKey,
    key: Option<Gd<CryptoKey>>,
    subject: &GString,
    dates: (&GString, &GString),
) -> Made {
    let key = recent.of(key)?;
    let subject = named(subject)?;
    let made = issuance::authority(&*key.certifying()?, &subject, &validity(dates)?);
    let made = made.map_err(|error| of_issuance(&error))?;
    x509_certificate(&made)
}

fn issued(
    recent: &RecentKey,
    (ca_key, ca): (Option<Gd<CryptoKey>>, Option<Gd<X509Certificate>>),
    subject_key: Option<Gd<CryptoKey>>,
    (subject, names): (&GString, &PackedStringArray),
    dates: (&GString, &GString),
) -> Made {
    let ca_key = recent
        .of(ca_key)
        .map_err(|problem| format!("ca_key: {problem}"))?;
    let ca = first_of(ca).map_err(|problem| format!("ca_certificate: {problem}"))?;
    let key = subject_key.ok_or("subject_key is null: pass the key that the certificate is for")?;
    let key = public_key(&key)?.ok_or("subject_key is empty: load it first")?;
    let (subject, names) = (named(subject)?, alternative_names(names)?);
    let made = issuance::issued(
        &*ca_key.certifying()?,
        &ca,
        key.info_der(),
        &subject,
        &names,
        &validity(dates)?,
    )
    .map_err(|error| of_issuance(&error))?;
    let (leaf, above) = (made.facts(), ca.facts());
    if leaf.not_before < above.not_before || leaf.not_after > above.not_after {
        warn(&format!(
            "the certificate is valid from {} to {}, beyond the dates of its CA {}: it is accepted only while both are valid",
            dates.0,
            dates.1,
            quoted(&above.display_name())
        ));
    }
    x509_certificate(&made)
}

fn signing_request(
    recent: &RecentKey,
    key: Option<Gd<CryptoKey>>,
    subject: &GString,
    names: &PackedStringArray,
) -> Result<String, String> {
    let key = recent.of(key)?;
    let (subject, names) = (named(subject)?, alternative_names(names)?);
    issuance::signing_request(&*key.certifying()?, &subject, &names)
        .map_err(|error| of_issuance(&error))
}

/// Returns the first certificate of an engine object.
fn first_of(certificate: Option<Gd<X509Certificate>>) -> Result<Certificate, String> {
    let certificate = certificate.ok_or("it is null: pass the certificate of the CA")?;
    let bundle = certificates(&certificate_bytes(&certificate)?);
    let problem = bundle.problems.into_iter().next();
    let first = bundle.certificates.into_iter().next();
    first.ok_or_else(|| {
        problem.map_or("it is empty: load one first".to_owned(), |problem| {
            problem.to_string()
        })
    })
}

fn validity((not_before, not_after): (&GString, &GString)) -> Result<Validity, String> {
    let validity = Validity::parse(&not_before.to_string(), &not_after.to_string());
    validity.map_err(|error| of_validity(&error))
}

fn alternative_names(names: &PackedStringArray) -> Result<AlternativeNames, String> {
    let names: Vec<String> = names.as_slice().iter().map(ToString::to_string).collect();
    AlternativeNames::parse(&names).map_err(|error| error.to_string())
}

/// Reads a distinguished name.
fn named(text: &GString) -> Result<Subject, String> {
    Subject::parse(&text.to_string()).map_err(|error| error.to_string())
}
