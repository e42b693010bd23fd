//! [`RetryPolicy`]: how often a task is tried, and how long it rests in between.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Exponential backoff with full jitter: the rest before attempt *n* + 1 is drawn evenly from half to all of
/// `base` × 2ⁿ⁻¹, but never more than `cap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// How often a task is claimed at most. Attempts count when they start, so that a worker that dies counts too.
    pub max_attempts: u32,
    /// The rest after the first failure, in milliseconds.
    pub base_ms: u64,
    /// The longest rest, in milliseconds.
    pub cap_ms: u64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 4, base_ms: 1_000, cap_ms: 60_000 }
    }
}

impl RetryPolicy {
    /// The rest after `attempt` failed (the first is 1); `draw` is a random number from 0 to 1.
    pub fn backoff(&self, attempt: u32, draw: f64) -> Duration {
        let doublings = attempt.saturating_sub(1).min(32);
        let full = self.base_ms.saturating_mul(1 << doublings).min(self.cap_ms);
        let share = 0.5 + 0.5 * draw.clamp(0.0, 1.0);
        Duration::from_millis((full as f64 * share) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_doubles_up_to_the_cap() {
        let policy = RetryPolicy { max_attempts: 9, base_ms: 100, cap_ms: 1_000 };
        let rests: Vec<u128> = (1..=6).map(|attempt| policy.backoff(attempt, 1.0).as_millis()).collect();
        assert_eq!(rests, [100, 200, 400, 800, 1_000, 1_000]);
    }

    #[test]
    fn jitter_takes_away_at_most_half() {
        let policy = RetryPolicy { max_attempts: 9, base_ms: 100, cap_ms: 1_000 };
        assert_eq!(policy.backoff(2, 0.0).as_millis(), 100);
        assert_eq!(policy.backoff(u32::MAX, 0.0).as_millis(), 500);
    }
}
