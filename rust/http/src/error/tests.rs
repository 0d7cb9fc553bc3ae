//! Tests of the errors' classes, causes and sources.

use std::time::Duration;

use super::*;
use crate::decode::Coding;
use crate::diagnosis::{self, Vocabulary};

#[test]
fn every_setting_in_a_message_is_named_by_the_vocabulary() {
    let words = Vocabulary {
        timeout: "T",
        read_timeout: "R",
        size_limit: "S",
        redirect_limit: "L",
        downgrade: "D",
        download_file: "F",
        ..Vocabulary::default()
    };
    let limit = Duration::from_millis(1500);
    for (error, part) in [
        (
            FetchError::Timeout {
                limit,
                step: Step::Connecting,
            },
            "1.5 seconds (T) while connecting",
        ),
        (
            FetchError::ReadTimeout {
                limit,
                silence: Silence::InBody,
            },
            "1.5 seconds in the middle of the body: raise R if",
        ),
        (
            FetchError::BodyTooLarge {
                limit: 4,
                size: 5,
                measured: Measured::Decoded,
            },
            "has, decompressed, at least 5 bytes, and S is 4",
        ),
        (FetchError::DecompressionBomb { received: 9 }, "set S to"),
        (FetchError::OutOfMemory, "set F or S"),
        (FetchError::TooManyRedirects { followed: 8 }, "raise L if"),
        (
            FetchError::RedirectDowngrade {
                from: "a".to_owned(),
                to: "b".to_owned(),
            },
            "or set D",
        ),
    ] {
        let message = diagnosis::message(&error, &words);
        assert!(message.contains(part), "{message}");
        assert_eq!(diagnosis::diagnose(&error, &words).message, message);
    }
}

#[test]
fn neutral_messages_name_no_property() {
    let limit = Duration::from_secs(1);
    for error in [
        FetchError::Timeout {
            limit,
            step: Step::Response,
        },
        FetchError::ReadTimeout {
            limit,
            silence: Silence::BeforeResponse,
        },
        FetchError::DecompressionBomb { received: 1 },
        FetchError::OutOfMemory,
        FetchError::TooManyRedirects { followed: 1 },
    ] {
        assert!(!error.to_string().contains('_'), "{error}");
    }
}

#[test]
fn a_reason_that_an_error_holds_is_its_source() {
    let closed = TransportError::Closed;
    let cut = BodyCut::Transport(closed.clone());
    let error = FetchError::from(cut.clone());
    let source = error.source().unwrap();
    assert_eq!(source.downcast_ref(), Some(&cut));
    assert_eq!(source.source().unwrap().downcast_ref(), Some(&closed));
    assert_eq!(error.kind(), FetchErrorKind::Connection);
    assert_eq!(error.cause(), Cause::BodyIncomplete);
    assert_eq!(FetchError::from(closed).cause(), Cause::Closed);
}

#[test]
fn a_stream_that_ends_early_is_an_incomplete_body_and_a_broken_one_is_not() {
    for (problem, cause) in [
        (DecodeProblem::Cut, Cause::BodyIncomplete),
        (DecodeProblem::CheckSum, Cause::Other),
    ] {
        let coding = Coding::Gzip;
        let error = FetchError::from(DecodeError { coding, problem });
        assert_eq!(error.kind(), FetchErrorKind::Decompress);
        assert_eq!(error.cause(), cause);
    }
}
