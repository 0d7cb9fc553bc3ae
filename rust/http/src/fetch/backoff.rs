//! Waiting before a request is sent again: exponential backoff with full jitter.
//!
//! Full jitter spreads the clients of a server that failed evenly over the whole delay. Without it
//! all of them come back in the same moment, and the server fails again.

use std::time::Duration;

use godot_rustls_pki::crypto::fill_with_random;

/// The longest delay before the first repetition. It doubles with each further one.
const FIRST: Duration = Duration::from_millis(500);

/// The longest delay at all. Nobody who plays a game waits much longer, and a server that is down
/// for hours gets two requests a minute from each client.
const LONGEST: Duration = Duration::from_secs(30);

/// Returns the delay after so many failures in a row. `random` is a number of [`random`].
pub(super) fn delay(failures: u32, random: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let most = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    most.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

/// Returns an evenly distributed number; without random numbers the largest, which waits longest.
pub(super) fn random() -> u32 {
    let mut bytes = [0; 4];
    match fill_with_random(&mut bytes) {
        Ok(()) => u32::from_ne_bytes(bytes),
        Err(_) => u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_delay_doubles_up_to_half_a_minute() {
        let milliseconds = |failures| delay(failures, u32::MAX).as_millis();
        let delays: Vec<_> = (0..9).map(milliseconds).collect();
        let expected = [500, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
        assert_eq!(delays, expected);
        assert_eq!(milliseconds(u32::MAX), 30_000);
    }

    #[test]
    fn chance_takes_any_part_of_the_delay() {
        assert_eq!(delay(3, 0), Duration::ZERO);
        assert_eq!(delay(3, u32::MAX / 2).as_millis(), 1_000);
        let drawn: std::collections::HashSet<_> = (0..8).map(|_| random()).collect();
        assert!(drawn.len() > 4);
    }
}
