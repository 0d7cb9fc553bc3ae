//! Sentences about handshakes and connections that failed.

use rustls::{AlertDescription, Error, InvalidMessage, PeerIncompatible};

use super::{Cause, Diagnosis, Vocabulary, from_refusal, library_errors, quoted};
use crate::callback_report::CertificateRequest;
use crate::options::{TlsVersion, VersionRange};
use crate::provider::{self, KeyExchangeGroups};
use godot_rustls_pki::role::Role;
use godot_rustls_pki::verifier::Refusal;

/// What is known about the connection beside the error.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Which side this is.
    pub role: Role,
    /// The first bytes that the peer sent.
    pub first_bytes: &'a [u8],
    /// The versions this side allows.
    pub versions: VersionRange,
    /// The key exchange groups of this side.
    pub groups: &'a KeyExchangeGroups,
    /// The handshake was complete.
    pub was_connected: bool,
    /// The server asked this client for a certificate.
    pub certificate_request: Option<CertificateRequest>,
    /// This client's own certificate, by name.
    pub identity: Option<&'a str>,
    /// Application protocols of this side, for sentences.
    pub protocols: &'a str,
    /// Application protocols that this server's client offers, for sentences.
    pub client_protocols: &'a str,
}

/// Returns the diagnosis of an error of rustls; `refusal` is why the verifier refused the peer's chain.
pub fn from_rustls(error: &Error, refusal: Option<&Refusal>, context: Context<'_>) -> Diagnosis {
    if let Some(refusal) = refusal {
        return from_refusal(refusal, context.role.peer());
    }
    match error {
        Error::AlertReceived(alert) => from_alert(*alert, context),
        Error::PeerIncompatible(reason) => incompatible(reason, context),
        Error::InvalidMessage(reason) => invalid_message(*reason, context),
        Error::InvalidCertificate(reason) => Diagnosis::new(
            Cause::BadCertificate,
            match reason {
                rustls::CertificateError::BadSignature => {
                    "the peer could not prove that it holds the private key of its certificate"
                        .to_owned()
                }
                other => format!(
                    "the peer's certificate cannot be used ({})",
                    library_errors::of_certificate(other)
                ),
            },
        ),
        Error::NoCertificatesPresented => match context.role {
            Role::Client => Diagnosis::new(Cause::BadCertificate, "the server sent no certificate"),
            Role::Server => Diagnosis::new(
                Cause::ClientCertificateRequired,
                "the client sent no certificate, and set_client_authentication() requires one",
            ),
        },
        Error::DecryptError => Diagnosis::new(
            Cause::Other,
            "a record from the peer was altered on its way or encrypted with another key",
        ),
        Error::PeerSentOversizedRecord => not_tls_or(
            context,
            Diagnosis::new(
                Cause::Other,
                "the peer sent a record larger than TLS allows",
            ),
        ),
        Error::NoApplicationProtocol => Diagnosis::new(
            Cause::Other,
            format!(
                "the client offers the application protocols {}, this server speaks {}: let both name one (alpn_protocols)",
                context.client_protocols, context.protocols
            ),
        ),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            not_tls_or(context, protocol_broken(error))
        }
        Error::PeerMisbehaved(_) => protocol_broken(error),
        other => Diagnosis::new(
            Cause::Other,
            format!(
                "the TLS connection failed ({})",
                library_errors::of_rustls(other)
            ),
        ),
    }
}

/// The peer did what TLS forbids.
fn protocol_broken(error: &Error) -> Diagnosis {
    Diagnosis::new(
        Cause::Other,
        format!(
            "the peer broke the TLS protocol ({})",
            library_errors::of_rustls(error)
        ),
    )
}

/// The peer ended the connection after the handshake, as it may.
pub fn closed() -> Diagnosis {
    Diagnosis::new(Cause::Closed, "the peer closed the connection")
}

/// The peer ended the connection in the middle of the handshake.
pub fn closed_in_handshake(role: Role, received: u64, groups: &KeyExchangeGroups) -> Diagnosis {
    let message = match (received, role) {
        (0, Role::Client) => format!(
            "the server closed the connection without an answer: is it a TLS server, and on this port?{}",
            about_large_hellos(groups)
        ),
        (0, Role::Server) => "the client closed the connection without saying anything".to_owned(),
        (_, Role::Client) => format!(
            "the server closed the connection in the middle of the handshake, after {received} bytes: its log may say why"
        ),
        (_, Role::Server) => format!(
            "the client closed the connection in the middle of the handshake, after {received} bytes: it may not trust this server's certificate"
        ),
    };
    Diagnosis::new(Cause::Closed, message)
}

/// The stream below failed when a client had said hello and no byte had come back.
pub fn hello_unanswered(reason: &str, groups: &KeyExchangeGroups) -> Diagnosis {
    let mut diagnosis = transport(reason);
    diagnosis.message.push_str(&about_large_hellos(groups));
    diagnosis
}

/// A key share of ML-KEM makes the hello larger than what old servers and boxes on the way read at once.
fn about_large_hellos(groups: &KeyExchangeGroups) -> String {
    if !groups.make_a_large_hello() {
        return String::new();
    }
    " If it does so only here, it may not read a ClientHello that takes two packets: set key_exchange_groups without X25519MLKEM768, for instance to [\"x25519\", \"secp256r1\", \"secp384r1\"]".to_owned()
}

/// The stream ended without close_notify (RFC 8446 section 6.1).
pub fn truncated() -> Diagnosis {
    Diagnosis::new(
        Cause::Truncated,
        "the connection ended without the closing message of TLS (close_notify): the last data may be missing",
    )
}

/// The peer asked for renegotiation (RFC 5246 section 7.4.1.1) and got no more than a refusal before the connection ended
/// as told.
pub fn after_renegotiation(end: &Diagnosis, role: Role) -> Diagnosis {
    let hint = match role {
        Role::Client => {
            "let the server ask for a client certificate at the beginning of a connection, or speak TLS 1.3 with it"
        }
        Role::Server => "let the client open another connection instead",
    };
    Diagnosis::new(
        end.cause,
        format!(
            "{}, after it had asked to begin the handshake of TLS 1.2 anew (renegotiation), which is always refused here: {hint}",
            end.message
        ),
    )
}

/// The stream below failed.
pub fn transport(reason: &str) -> Diagnosis {
    Diagnosis::new(Cause::Transport, format!("the connection broke ({reason})"))
}

/// The handshake did not end in time.
pub fn timeout(seconds: f64, received: u64, vocabulary: Vocabulary) -> Diagnosis {
    let seen = match received {
        0 => "the peer sent nothing".to_owned(),
        n => format!("the peer sent {n} bytes"),
    };
    Diagnosis::new(
        Cause::Timeout,
        format!(
            "the handshake did not finish within {seconds} seconds ({seen}): raise {} if the peer is just slow",
            vocabulary.connect_limit
        ),
    )
}

fn from_alert(alert: AlertDescription, context: Context<'_>) -> Diagnosis {
    use AlertDescription as Alert;
    let peer = context.role.peer().name();
    let name = format!("{} ({})", alert_name(alert), u8::from(alert));
    if let Some(message) = own_certificate_refused(alert, &name, context) {
        return Diagnosis::new(Cause::ClientCertificateRequired, message);
    }
    let (cause, message) = match alert {
        Alert::ProtocolVersion => (
            Cause::NoCommonVersion,
            format!(
                "the {peer} speaks no TLS version that is allowed here ({}): alert {name}",
                context.versions.describe()
            ),
        ),
        Alert::HandshakeFailure | Alert::InsufficientSecurity if !context.was_connected => (
            Cause::NoCommonCipher,
            format!(
                "the {peer} found nothing in common: alert {name}. Offered here: {}",
                offer(context)
            ),
        ),
        Alert::UnknownCA
        | Alert::BadCertificate
        | Alert::CertificateUnknown
        | Alert::CertificateExpired
        | Alert::CertificateRevoked
        | Alert::UnsupportedCertificate => (
            Cause::PeerAlert,
            format!("the {peer} refused the certificate of this side: alert {name}"),
        ),
        Alert::NoApplicationProtocol => (
            Cause::PeerAlert,
            format!(
                "the {peer} speaks none of the application protocols offered ({}): alert {name}",
                context.protocols
            ),
        ),
        Alert::UnrecognisedName => (
            Cause::PeerAlert,
            format!("the {peer} does not serve that name: alert {name}"),
        ),
        _ => (
            Cause::PeerAlert,
            format!("the {peer} ended the connection with alert {name}"),
        ),
    };
    Diagnosis::new(cause, message)
}

/// The server did not let this client in for want of a certificate that it likes.
fn own_certificate_refused(
    alert: AlertDescription,
    alert_name: &str,
    context: Context<'_>,
) -> Option<String> {
    use AlertDescription as Alert;
    let request = match (context.certificate_request, alert) {
        (Some(request), _) => request,
        (None, Alert::CertificateRequired) => CertificateRequest::NothingToShow,
        (None, _) => return None,
    };
    // TLS 1.2 has no alert of its own for a missing certificate (RFC 5246 section 7.4.6).
    let means_it = match alert {
        Alert::CertificateRequired
        | Alert::BadCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateRevoked
        | Alert::CertificateExpired
        | Alert::CertificateUnknown
        | Alert::UnknownCA
        | Alert::AccessDenied => true,
        Alert::HandshakeFailure => !context.was_connected,
        _ => false,
    };
    let own = quoted(context.identity.unwrap_or_default());
    means_it.then(|| match request {
        CertificateRequest::NothingToShow => format!(
            "the server requires a client certificate, and this client has none to show (alert {alert_name}): give the options one that the server trusts with set_identity()"
        ),
        CertificateRequest::Unsuitable => format!(
            "the server requires a client certificate, and the key of {own} cannot sign in any way that it allows (alert {alert_name}): give set_identity() one with another kind of key"
        ),
        CertificateRequest::Shown => format!(
            "the server refused this client's certificate {own} (alert {alert_name}): {}",
            what_to_do_about(alert)
        ),
    })
}

/// With a client certificate that a server refused with that alert.
fn what_to_do_about(alert: AlertDescription) -> &'static str {
    use AlertDescription as Alert;
    match alert {
        Alert::UnknownCA => {
            "let the server trust its issuer, and give set_identity() the intermediate certificates too"
        }
        Alert::CertificateExpired => "renew it, or correct the clocks",
        Alert::CertificateRevoked => "it was revoked and must be replaced",
        Alert::UnsupportedCertificate => {
            "it must be issued for clients (extended key usage clientAuth)"
        }
        _ => "the server's log may say why",
    }
}

fn incompatible(reason: &PeerIncompatible, context: Context<'_>) -> Diagnosis {
    use PeerIncompatible as P;
    match reason {
        P::ServerDoesNotSupportTls12Or13
        | P::ServerTlsVersionIsDisabledByOurConfig
        | P::SupportedVersionsExtensionRequired
        | P::Tls12NotOffered
        | P::Tls12NotOfferedOrEnabled => Diagnosis::new(
            Cause::NoCommonVersion,
            format!(
                "{}; allowed here: {}",
                peer_versions(reason, context.versions),
                context.versions.describe()
            ),
        ),
        P::NoCipherSuitesInCommon
        | P::NoKxGroupsInCommon
        | P::NoSignatureSchemesInCommon
        | P::NoEcPointFormatsInCommon
        | P::NoCertificateRequestSignatureSchemesInCommon
        | P::NamedGroupsExtensionRequired
        | P::EcPointsExtensionRequired
        | P::UncompressedEcPointsRequired => Diagnosis::new(
            Cause::NoCommonCipher,
            format!(
                "{} in common with the peer. Offered here: {}",
                missing(reason),
                offer(context)
            ),
        ),
        other => Diagnosis::new(
            Cause::Other,
            format!(
                "the peer's TLS is not compatible ({})",
                library_errors::of_rustls(&Error::PeerIncompatible(other.clone()))
            ),
        ),
    }
}

fn peer_versions(reason: &PeerIncompatible, allowed: VersionRange) -> &'static str {
    match reason {
        PeerIncompatible::ServerDoesNotSupportTls12Or13 => {
            "the server speaks only versions older than TLS 1.2"
        }
        PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => {
            "the server chose TLS 1.2 since it speaks no newer one"
        }
        PeerIncompatible::SupportedVersionsExtensionRequired => {
            "the client offers nothing newer than TLS 1.2"
        }
        PeerIncompatible::Tls12NotOffered => "the client offers only versions older than TLS 1.2",
        // rustls does not say which others.
        _ if allowed.allows(TlsVersion::V1_3) => "the client offers only older versions",
        _ => "the client offers TLS 1.3 alone, or only versions older than TLS 1.2",
    }
}

fn missing(reason: &PeerIncompatible) -> &'static str {
    match reason {
        PeerIncompatible::NoCipherSuitesInCommon => "no cipher suite",
        PeerIncompatible::NoSignatureSchemesInCommon
        | PeerIncompatible::NoCertificateRequestSignatureSchemesInCommon => "no signature scheme",
        _ => "no key exchange group",
    }
}

fn offer(context: Context<'_>) -> String {
    format!(
        "{}; groups {}",
        provider::offered_cipher_suites().join(", "),
        context.groups.describe()
    )
}

fn invalid_message(wrong: InvalidMessage, context: Context<'_>) -> Diagnosis {
    if matches!(
        wrong,
        InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge
    ) {
        let peer = context.role.peer().name();
        return Diagnosis::new(
            Cause::BadCertificate,
            format!(
                "the {peer} sent a handshake message of more than 64 KiB, which is too large: its certificates must be fewer or have fewer names"
            ),
        );
    }
    let not_a_record = matches!(
        wrong,
        InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge
            | InvalidMessage::InvalidEmptyPayload
    );
    let broken = Diagnosis::new(
        Cause::Other,
        format!(
            "the peer sent a broken TLS message ({})",
            library_errors::of_message(wrong)
        ),
    );
    if not_a_record {
        not_tls_or(context, broken)
    } else {
        broken
    }
}

/// "Not TLS" when the very first bytes were no TLS record, else `otherwise`.
fn not_tls_or(context: Context<'_>, otherwise: Diagnosis) -> Diagnosis {
    let is_record = matches!(context.first_bytes, [0x14..=0x18, 0x03, 0x00..=0x04, ..]);
    if context.was_connected || is_record || context.first_bytes.is_empty() {
        return otherwise;
    }
    let first = context.first_bytes;
    let starts_with = |words: &[&str]| {
        words.iter().any(|word| {
            first.len() >= word.len() && first[..word.len()].eq_ignore_ascii_case(word.as_bytes())
        })
    };
    let hint = if starts_with(&["HTTP/", "<!DOCTYPE", "<html"]) {
        "it answers in plain HTTP: connect to the HTTPS port"
    } else if starts_with(&["GET ", "POST ", "HEAD ", "PUT ", "OPTIONS "]) {
        "it sends a plain HTTP request: use https:// or wss:// there"
    } else if starts_with(&["SSH-"]) {
        "it is an SSH server: check the port"
    } else if starts_with(&["220 ", "220-"]) {
        "it greets like a mail or FTP server that starts without TLS (STARTTLS)"
    } else {
        "check the port, and that the other side uses TLS"
    };
    Diagnosis::new(
        Cause::NotTls,
        format!(
            "the peer does not speak TLS (it sent {}); {hint}",
            shown(first)
        ),
    )
}

/// The first bytes of a peer: as text when they are text, else in hex.
fn shown(first: &[u8]) -> String {
    let text = String::from_utf8_lossy(first);
    let is_text =
        text.chars().all(|c| !c.is_control() || c.is_whitespace()) && !text.contains('\u{fffd}');
    if is_text {
        return format!("{}…", quoted(text.trim_end()));
    }
    let hex: Vec<String> = first.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}…", hex.join(" "))
}

/// RFC 8446 section 6 name of an alert.
fn alert_name(alert: AlertDescription) -> String {
    let Some(camel) = alert.as_str() else {
        return "unknown".to_owned();
    };
    let mut out = String::new();
    for (index, c) in camel.chars().enumerate() {
        let previous_is_lower = index > 0
            && camel
                .as_bytes()
                .get(index - 1)
                .is_some_and(u8::is_ascii_lowercase);
        if c.is_ascii_uppercase() && previous_is_lower {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out.replace("unrecognised", "unrecognized")
}
