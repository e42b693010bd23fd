//! [`RetryPolicy`] and [`Backoff`]: how often something is tried, and how long it rests in between; and what `Retry-After` asks.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// How often a task is tried, with a [`Backoff`] in between.
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
        let [initial, max] = [self.base_ms, self.cap_ms].map(Duration::from_millis);
        Backoff { initial, max }.delay(attempt.saturating_sub(1), draw)
    }
}

/// Exponential backoff with jitter: the rest doubles with every failure up to `max`, and is drawn evenly from half to all of
/// it, so that those who were turned away together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The rest after the first failure.
    pub initial: Duration,
    /// The longest rest.
    pub max: Duration,
}

impl Backoff {
    /// The rest after the first failure and `more` that followed it; `draw` is a random number from 0 to 1, see [`draw`].
    pub fn delay(&self, more: u32, draw: f64) -> Duration {
        let full = self.initial.saturating_mul(1 << more.min(31)).min(self.max);
        let share = 0.5 + 0.5 * draw.clamp(0.0, 1.0);
        Duration::try_from_secs_f64(full.as_secs_f64() * share).unwrap_or(full)
    }
}

/// Draws from 0 to 1 for the jitter of a rest; a system without random bytes gets no jitter.
pub fn draw() -> f64 {
    getrandom::u32().map_or(1.0, |bits| f64::from(bits) / f64::from(u32::MAX))
}

/// Reads the header `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3), which is taken from `now`, the wall time of
/// whoever wrote it. A moment that is over is no wait; what is neither is nothing.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        // Some write fractions.
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = Timestamp::from_http_date(value)?;
    Some(Duration::from_millis(date.0.saturating_sub(now.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_doubles_up_to_the_cap() {
        let policy = RetryPolicy { max_attempts: 9, base_ms: 100, cap_ms: 1_000 };
        let rests: Vec<u128> = (1..=6).map(|attempt| policy.backoff(attempt, 1.0).as_millis()).collect();
        assert_eq!(rests, [100, 200, 400, 800, 1_000, 1_000]);
        let backoff = Backoff { initial: Duration::from_millis(100), max: Duration::from_secs(1) };
        let rests = [0, 1, 9, u32::MAX].map(|more| backoff.delay(more, 1.0).as_millis());
        assert_eq!(rests, [100, 200, 1_000, 1_000]);
    }

    #[test]
    fn jitter_takes_away_at_most_half() {
        let policy = RetryPolicy { max_attempts: 9, base_ms: 100, cap_ms: 1_000 };
        assert_eq!(policy.backoff(2, 0.0).as_millis(), 100);
        assert_eq!(policy.backoff(u32::MAX, 0.0).as_millis(), 500);
        let endless = Backoff { initial: Duration::MAX, max: Duration::MAX };
        assert_eq!(endless.delay(3, 1.0), Duration::MAX);
        assert!((0.0..=1.0).contains(&draw()));
    }

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        let after = |value: &str, now_ms| retry_after(value, Timestamp(now_ms));
        assert_eq!(after(" 7 ", 0), Some(Duration::from_secs(7)));
        assert_eq!(after("0.25", 0), Some(Duration::from_millis(250)));
        // The date is that of the standard's own example, 1994-11-06T08:49:37Z.
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(after(date, 784_111_770_000), Some(Duration::from_secs(7)));
        assert_eq!(after(date, 784_111_800_000), Some(Duration::ZERO));
        for wrong in ["soon", "-1", "NaN", "1e99", ""] {
            assert_eq!(after(wrong, 0), None, "{wrong}");
        }
    }
}
