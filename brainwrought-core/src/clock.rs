//! [`Clock`]: where stores and the engine get their time from.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// Wall time in milliseconds since 1970-01-01 UTC. For people: nothing is decided by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

/// A point on a clock that only goes forward.
///
/// Two readings compare only within one epoch (one boot of a machine, one life of a process, one database). A reading
/// of another epoch lies in the past: its machine went down.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reading {
    /// Names the epoch, such as a boot id.
    pub epoch: String,
    /// Milliseconds since the epoch began.
    pub ms: u64,
}

/// What a clock shows: wall time for people, a reading for decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Now {
    /// Wall time.
    pub wall: Timestamp,
    /// The reading that leases and due times are measured by.
    pub reading: Reading,
}

/// A source of time. A store has exactly one and measures every lease by it.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Reads the clock.
    fn now(&self) -> Now;
}

impl Timestamp {
    /// Reads a date as HTTP headers have it (RFC 9110, section 5.6.7): in the form of mail, such as
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, or in one of the two obsolete forms, which recipients must take as well. What is none
    /// of them, or before 1970, is nothing. A weekday that is not that of the date is overlooked.
    pub fn from_http_date(text: &str) -> Option<Self> {
        /// The forms of RFC 850 and of the function `asctime` of C.
        const OBSOLETE: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
        let mail = rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok();
        let date = mail.or_else(|| {
            let obsolete = OBSOLETE.iter().find_map(|form| DateTime::strptime(form, text).ok())?;
            TimeZone::UTC.to_timestamp(obsolete).ok()
        })?;
        u64::try_from(date.as_millisecond()).ok().map(Self)
    }
}

impl Reading {
    /// The reading `duration` later, in the same epoch.
    #[must_use]
    pub fn after(&self, duration: Duration) -> Self {
        let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self { epoch: self.epoch.clone(), ms: self.ms.saturating_add(ms) }
    }

    /// Tells whether this point has been reached at `now`.
    pub fn is_reached(&self, now: &Self) -> bool {
        self.epoch != now.epoch || self.ms <= now.ms
    }
}

/// The clock of this process: wall time, and a monotonic reading that starts with the clock.
#[derive(Debug)]
pub struct ProcessClock {
    start: Instant,
}

impl Default for ProcessClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time enters the engine")]
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for ProcessClock {
    fn now(&self) -> Now {
        let ms = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Now { wall: wall_time(), reading: Reading { epoch: "process".to_owned(), ms } }
    }
}

/// Reads the system's wall clock.
#[expect(clippy::disallowed_methods, reason = "this is where time enters the engine")]
pub fn wall_time() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A clock that stands still until it is moved, for tests.
#[derive(Debug, Default)]
pub struct ManualClock {
    ms: Mutex<u64>,
}

impl ManualClock {
    /// Moves the clock forward.
    pub fn advance(&self, duration: Duration) {
        let mut ms = self.ms.lock().unwrap_or_else(PoisonError::into_inner);
        *ms += u64::try_from(duration.as_millis()).unwrap_or(0);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Now {
        let ms = *self.ms.lock().unwrap_or_else(PoisonError::into_inner);
        Now { wall: Timestamp(ms), reading: Reading { epoch: "manual".to_owned(), ms } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_http_is_read_in_each_of_its_forms() {
        // The standard's own examples, RFC 9110, section 5.6.7, and what is nearly one.
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("Sun, 06 Nov 1994 08:49:37 +0000", Some(784_111_777)),
            ("Mon, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Wed, 31 Dec 1969 23:59:59 GMT", None),
            ("Thu, 30 Dec 9999 12:00:00 GMT", Some(253_402_171_200)),
            ("Sun, 06 Nov 1994 25:49:37 GMT", None),
            ("Sun, 30 Feb 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994", None),
            ("1994-11-06T08:49:37Z", None),
            ("soon", None),
            ("", None),
        ] {
            let read = Timestamp::from_http_date(text);
            assert_eq!(read, seconds.map(|seconds: u64| Timestamp(seconds * 1000)), "{text}");
        }
    }
}
