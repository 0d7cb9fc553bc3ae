//! Decision whether a request is sent once more after its connection was lost.
//!
//! A server may close a kept connection at any moment, also while a request is on its way. RFC 9110
//! section 9.2.2 lets a client retry requests with idempotent methods then. Others may be retried
//! only with a sign that the first request was not applied. A *reused* connection that ends without
//! a byte of a response is taken as that sign, as in curl and Chromium: the usual reason is the
//! server's idle timeout, which expired while the request was on its way. Without the retry, a
//! heartbeat with the period of that timeout loses half of its requests. It is no proof: if the
//! server crashes while it processes the request, or if an attacker cuts the connection, the
//! request arrives twice. [`crate::request::FetchLimits::retry_lost_post`] turns the retry of such
//! requests off. A second failure is never retried.

/// Number of times that a request may be sent on a shared connection which the server ends before
/// it processes the request. Hundreds of requests at once meet a server's limit several times.
const MAX_REFUSALS: usize = 32;

/// End of an attempt without a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing of the request was sent.
    Unsent,
    /// The server says that it did not process this request, because it ends the connection or has
    /// enough requests (RFC 9113 section 8.7).
    Refused,
    /// The server ends the connection and says that it did not process this request, because of an
    /// error (RFC 9113 section 6.8) or because the request came too late (RFC 9110 section 15.5.9).
    NotBegun,
    /// The connection ended without a byte of a response.
    NoResponse,
    /// The connection ended within the response head, or broke in another way, such as by an alert
    /// or by records that were tampered with.
    Broken,
    /// The failure does not concern the connection: the response is not HTTP, or the request's body
    /// cannot be read.
    Other,
}

/// Attempt that failed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    pub(super) end: End,
    /// Property of the method (RFC 9110 section 9.2.2).
    pub(super) is_idempotent: bool,
    /// The connection served a request before.
    pub(super) is_reused: bool,
    /// The connection serves other requests at the same time.
    pub(super) is_shared: bool,
    /// Requests that are not idempotent may be retried too.
    pub(super) may_repeat: bool,
    /// Attempts of this request, including this one, that the server did not process.
    pub(super) refusals: usize,
    /// Other failed attempts of this request, including this one.
    pub(super) losses: usize,
}

/// Decision after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    No,
    /// Over any connection of the pool but this one.
    Pooled,
    /// Over a new connection.
    New,
}

pub(super) fn next(attempt: &Attempt) -> Retry {
    let may_again = match attempt.end {
        End::Unsent | End::Refused => attempt.refusals <= MAX_REFUSALS,
        End::NotBegun => attempt.losses <= 1,
        End::NoResponse => {
            let is_allowed = attempt.is_idempotent || attempt.is_reused && attempt.may_repeat;
            is_allowed && attempt.losses <= 1
        }
        End::Broken => attempt.is_idempotent && attempt.losses <= 1,
        End::Other => false,
    };
    match (may_again, attempt.is_shared, attempt.is_reused) {
        // Other requests are refused at the same time: one new connection is enough for all of
        // them.
        (true, true, _) => Retry::Pooled,
        (true, false, true) => Retry::New,
        (true, false, false) | (false, ..) => Retry::No,
    }
}

impl End {
    /// Returns whether the server did not process the request.
    pub(super) fn is_refusal(self) -> bool {
        matches!(self, Self::Unsent | Self::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_retried_is_retried_as_often_as_it_may() {
        use End::{Broken, NoResponse, NotBegun, Other, Refused, Unsent};
        use Retry::{New, No, Pooled};
        // For each end: an idempotent request, one that is not and may be repeated, and one that
        // may not be, each over a new connection, a reused one, and a reused one that is shared.
        for (end, idempotent, repeatable, once) in [
            (
                Unsent,
                [No, New, Pooled],
                [No, New, Pooled],
                [No, New, Pooled],
            ),
            (
                Refused,
                [No, New, Pooled],
                [No, New, Pooled],
                [No, New, Pooled],
            ),
            (
                NotBegun,
                [No, New, Pooled],
                [No, New, Pooled],
                [No, New, Pooled],
            ),
            (NoResponse, [No, New, Pooled], [No, New, Pooled], [No; 3]),
            (Broken, [No, New, Pooled], [No; 3], [No; 3]),
            (Other, [No; 3], [No; 3], [No; 3]),
        ] {
            for (is_idempotent, may_repeat, expected) in [
                (true, false, idempotent),
                (false, true, repeatable),
                (false, false, once),
            ] {
                for (number, expected) in expected.into_iter().enumerate() {
                    let attempt = Attempt {
                        end,
                        is_idempotent,
                        is_reused: number > 0,
                        is_shared: number > 1,
                        may_repeat,
                        refusals: usize::from(end.is_refusal()),
                        losses: usize::from(!end.is_refusal()),
                    };
                    assert_eq!(next(&attempt), expected, "{attempt:?}");
                    let tired = Attempt {
                        refusals: attempt.refusals * (MAX_REFUSALS + 1),
                        losses: attempt.losses * 2,
                        ..attempt
                    };
                    assert_eq!(next(&tired), No, "{tired:?}");
                }
            }
        }
    }
}
