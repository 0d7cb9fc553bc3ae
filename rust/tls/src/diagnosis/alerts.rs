//! Messages about alerts of the peer.

use rustls::AlertDescription;

use godot_rustls_pki::text::quoted;

use super::Vocabulary;
use super::phrases::offer;
use crate::failure::{CertificateRequest, ProtocolFailure};

/// Returns the message about an alert that ended the connection.
pub(super) fn message(
    alert: AlertDescription,
    failure: &ProtocolFailure,
    vocabulary: &Vocabulary,
) -> String {
    use AlertDescription as Alert;
    let peer = failure.role.peer().name();
    let name = format!("{} ({})", alert_name(alert), u8::from(alert));
    if let Some(request) = failure.refused_identity(alert) {
        return identity_refused(request, alert, &name, failure, vocabulary);
    }
    match alert {
        Alert::ProtocolVersion => format!(
            "the {peer} speaks no TLS version that is allowed here ({}): alert {name}",
            failure.local.versions.describe()
        ),
        Alert::HandshakeFailure | Alert::InsufficientSecurity if !failure.was_connected => {
            format!(
                "the {peer} found nothing in common: alert {name}. Offered here: {}",
                offer(failure)
            )
        }
        Alert::UnknownCA
        | Alert::BadCertificate
        | Alert::CertificateUnknown
        | Alert::CertificateExpired
        | Alert::CertificateRevoked
        | Alert::UnsupportedCertificate => {
            format!("the {peer} refused the certificate of this side: alert {name}")
        }
        Alert::NoApplicationProtocol => format!(
            "the {peer} speaks none of the application protocols offered ({}): alert {name}",
            failure.local.protocols.describe()
        ),
        Alert::UnrecognisedName => format!("the {peer} does not serve that name: alert {name}"),
        _ => format!("the {peer} ended the connection with alert {name}"),
    }
}

/// Returns the message about a server that refused this client's certificate, or the lack of one.
fn identity_refused(
    request: CertificateRequest,
    alert: AlertDescription,
    alert_name: &str,
    failure: &ProtocolFailure,
    vocabulary: &Vocabulary,
) -> String {
    let own = quoted(failure.local.identity.as_deref().unwrap_or_default());
    let setting = vocabulary.client_identity;
    match request {
        CertificateRequest::NothingToShow => format!(
            "the server requires a client certificate, and this client has none to show (alert {alert_name}): give the options one that the server trusts with {setting}"
        ),
        CertificateRequest::Unsuitable => format!(
            "the server requires a client certificate, and the key of {own} cannot sign in any way that it allows (alert {alert_name}): give {setting} one with another kind of key"
        ),
        CertificateRequest::Shown => format!(
            "the server refused this client's certificate {own} (alert {alert_name}): {}",
            remedy(alert, vocabulary)
        ),
    }
}

/// Returns what to do about a client certificate that a server refused with that alert.
fn remedy(alert: AlertDescription, vocabulary: &Vocabulary) -> String {
    use AlertDescription as Alert;
    match alert {
        Alert::UnknownCA => {
            return format!(
                "let the server trust its issuer, and give {} the intermediate certificates too",
                vocabulary.client_identity
            );
        }
        Alert::CertificateExpired => "renew it, or correct the clocks",
        Alert::CertificateRevoked => "it was revoked and must be replaced",
        Alert::UnsupportedCertificate => {
            "it must be issued for clients (extended key usage clientAuth)"
        }
        _ => "the server's log may say why",
    }
    .to_owned()
}

/// Returns the name of an alert as RFC 8446 section 6 has it.
fn alert_name(alert: AlertDescription) -> String {
    let Some(camel) = alert.as_str() else {
        return "unknown".to_owned();
    };
    let mut name = String::new();
    let mut was_lower = false;
    for c in camel.chars() {
        if c.is_ascii_uppercase() && was_lower {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
        was_lower = c.is_ascii_lowercase();
    }
    name.replace("unrecognised", "unrecognized")
}
