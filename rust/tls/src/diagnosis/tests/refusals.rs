//! Words of the sentences about refused chains, for every reason that names values.

use webpki::RevocationReason;

use godot_rustls_pki::certificate::ParseError;
use godot_rustls_pki::verifier::RevocationListFault;

use super::*;

const ISSUER: &str = "CN=Test Root";

/// 2021-03-04 05:06:07 UTC.
const DATE: i64 = 1_614_834_367;

fn issuer() -> String {
    ISSUER.to_owned()
}

#[test]
fn issuers_that_are_not_the_trusted_ones_are_named() {
    says(
        &of_server(&Refusal::IssuerKeyMismatch {
            subject: subject(),
            issuer: issuer(),
        }),
        Cause::UntrustedIssuer,
        &[LEAF, ISSUER, "another key"],
    );
    says(
        &of_server(&Refusal::TrustedLeafIsNotAnchor {
            subject: subject(),
            issuer: issuer(),
        }),
        Cause::UntrustedIssuer,
        &[LEAF, ISSUER, "instead"],
    );
    says(
        &of_server(&Refusal::NothingTrusted { problem: None }),
        Cause::UntrustedIssuer,
        &["no certificate is trusted: "],
    );
}

#[test]
fn a_name_mismatch_has_the_presented_names_and_the_one_asked_for() {
    let presented = ["play.example.org", "b.example.org", "10.0.0.1"];
    says(
        &of_server(&mismatch(&presented, "localhost", None)),
        Cause::NameMismatch,
        &[
            "certificate is for \"play.example.org\" (and 2 more names), not \"localhost\": connect with that name or pass ",
        ],
    );
}

#[test]
fn a_pin_mismatch_tells_the_key_that_is_there_and_how_many_were_asked_for() {
    for (pinned, words) in [(1, "the one pinned key"), (2, "the 2 pinned keys")] {
        let refusal = Refusal::PinMismatch {
            subject: subject(),
            pin: "sha256/AAAA".to_owned(),
            pinned,
        };
        let words = [LEAF, "sha256/AAAA", words];
        says(&of_server(&refusal), Cause::PinMismatch, &words);
    }
}

#[test]
fn a_revocation_is_told_with_date_issuer_and_reason() {
    use RevocationReason as Reason;
    for (reason, name) in [
        (None, "no reason given"),
        (Some(Reason::Unspecified), "unspecified"),
        (Some(Reason::KeyCompromise), "keyCompromise"),
        (Some(Reason::CaCompromise), "cACompromise"),
        (Some(Reason::AffiliationChanged), "affiliationChanged"),
        (Some(Reason::Superseded), "superseded"),
        (Some(Reason::CessationOfOperation), "cessationOfOperation"),
        (Some(Reason::CertificateHold), "certificateHold"),
        (Some(Reason::RemoveFromCrl), "removeFromCRL"),
        (Some(Reason::PrivilegeWithdrawn), "privilegeWithdrawn"),
        (Some(Reason::AaCompromise), "aACompromise"),
    ] {
        let refusal = Refusal::Revoked {
            subject: subject(),
            issuer: issuer(),
            date: DATE,
            reason,
        };
        let words = [LEAF, ISSUER, "2021-03-04 05:06 UTC", name];
        says(&of_server(&refusal), Cause::Revoked, &words);
    }
}

#[test]
fn a_list_that_cannot_be_relied_on_is_named_with_its_fault() {
    for (fault, words) in [
        (
            RevocationListFault::Expired {
                next_update: NOW,
                now: NOW,
            },
            &["out of date since 2026-06-01"][..],
        ),
        (
            RevocationListFault::NotYetValid {
                this_update: NOW,
                now: NOW - 1,
            },
            &["counts only from 2026-06-01", "clock"],
        ),
        (
            RevocationListFault::SignatureBroken,
            &["not signed with that issuer's key"],
        ),
        (RevocationListFault::SignerNotAllowed, &["lacks cRLSign"]),
    ] {
        let refusal = Refusal::RevocationList {
            issuer: issuer(),
            fault,
        };
        let diagnosis = of_server(&refusal);
        says(&diagnosis, Cause::Other, words);
        says(
            &diagnosis,
            Cause::Other,
            &["revocation list of \"CN=Test Root\""],
        );
    }
}

#[test]
fn a_certificate_that_is_too_large_is_told_with_its_size() {
    says(
        &of_server(&Refusal::Malformed(ParseError::TooLarge(70_000))),
        Cause::BadCertificate,
        &["70000", "65535"],
    );
}
