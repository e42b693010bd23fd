//! [`StoreClock`]: the time by the clock of a server, learnt from its replies.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The clock of a server, as far as its replies have told it; until then, the clock of this machine.
///
/// What is garbage is decided by age. A machine whose clock is an hour wrong must not take work in flight for garbage, so
/// ages are measured by the clock that also wrote the dates. Clones share what they learn.
#[derive(Debug, Clone, Default)]
pub(crate) struct StoreClock {
    /// How far the server is ahead of this machine, in milliseconds.
    ahead: Arc<AtomicI64>,
}

impl StoreClock {
    /// Learns from the `Date` header of a reply (RFC 9110, section 6.6.1).
    #[cfg(any(feature = "network", test))]
    pub(crate) fn learn(&self, date: &str) {
        if let Some(date) = brainwrought_core::clock::Timestamp::from_http_date(date) {
            let date_ms = i64::try_from(date.0).unwrap_or(i64::MAX);
            self.ahead.store(date_ms.saturating_sub(machine_ms()), Ordering::Relaxed);
        }
    }

    /// How long ago something happened, by the date that the server gave it. The future is now.
    pub(crate) fn age(&self, written_ms: i64) -> Duration {
        let now = machine_ms().saturating_add(self.ahead.load(Ordering::Relaxed));
        Duration::from_millis(u64::try_from(now.saturating_sub(written_ms)).unwrap_or(0))
    }

    /// The wait that a `Retry-After` header asks for, by the clock of the server.
    #[cfg(any(feature = "network", test))]
    pub(crate) fn wait(&self, retry_after: &str) -> Option<Duration> {
        let now = machine_ms().saturating_add(self.ahead.load(Ordering::Relaxed));
        let now = brainwrought_core::clock::Timestamp(u64::try_from(now).unwrap_or(0));
        brainwrought_core::retry::retry_after(retry_after, now)
    }
}

fn machine_ms() -> i64 {
    i64::try_from(brainwrought_core::clock::wall_time().0).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn ages_are_measured_by_the_servers_clock() {
        let clock = StoreClock::default();
        let now = jiff::Timestamp::from_millisecond(machine_ms() + HOUR_MS).unwrap();
        clock.learn(&now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
        let age = clock.age(machine_ms());
        assert!(age.as_secs().abs_diff(3600) <= 2, "{age:?}");
        assert_eq!(clock.age(machine_ms() + 2 * HOUR_MS), Duration::ZERO);
    }

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        let clock = StoreClock::default();
        assert_eq!(clock.wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(clock.wait("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(clock.wait("soon"), None);
    }
}
