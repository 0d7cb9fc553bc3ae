//! The engine's numbers for the phase of a request.

use godot::classes::http_client::Status;
use godot::obj::EngineEnum as _;
use godot_rustls_net::phase::Phase;

/// Returns the number of HTTPClient.Status.
pub(crate) fn of_phase(phase: Phase) -> i64 {
    let status = match phase {
        Phase::Idle => Status::DISCONNECTED,
        Phase::Resolving => Status::RESOLVING,
        Phase::Connecting | Phase::Waiting => Status::CONNECTING,
        Phase::Requesting => Status::REQUESTING,
        Phase::Body => Status::BODY,
    };
    i64::from(status.ord())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_documentation() {
        for (phase, number) in [
            (Phase::Idle, 0),
            (Phase::Resolving, 1),
            (Phase::Connecting, 3),
            (Phase::Waiting, 3),
            (Phase::Requesting, 6),
            (Phase::Body, 7),
        ] {
            assert_eq!(of_phase(phase), number);
        }
    }
}
