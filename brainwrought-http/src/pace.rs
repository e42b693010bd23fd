//! [`Pace`]: how long the body of a request may take, piece by piece and on the whole.

use std::time::Duration;

use tokio::time::Instant;

use crate::settings::Timeouts;

/// How long a body may take: each piece, the whole, and on average once the grace time is over.
///
/// A client that sends a byte now and then keeps every single deadline, so the average is what ends it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    began: Instant,
    timeouts: Timeouts,
    received: u64,
}

impl Pace {
    /// Starts the clock.
    pub(crate) fn begin(timeouts: Timeouts) -> Self {
        Self { began: Instant::now(), timeouts, received: 0 }
    }

    /// Counts what has arrived.
    pub(crate) fn received(&mut self, bytes: usize) {
        self.received += bytes as u64;
    }

    /// The moment by which the next piece has to arrive, as seen from `now`.
    pub(crate) fn deadline(&self, now: Instant) -> Instant {
        let Timeouts { chunk, upload, upload_grace, upload_rate, .. } = self.timeouts;
        let earned = Duration::from_secs_f64(self.received as f64 / upload_rate.max(1) as f64);
        (now + chunk).min(self.began + upload).min(self.began + upload_grace + earned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_needs_its_average_once_the_grace_time_is_over() {
        let seconds = Duration::from_secs;
        let timeouts = Timeouts {
            chunk: seconds(20),
            upload: seconds(600),
            upload_grace: seconds(15),
            upload_rate: 1000,
            ..Timeouts::default()
        };
        let mut pace = Pace::begin(timeouts);
        let began = pace.began;
        assert_eq!(pace.deadline(began), began + seconds(15));
        pace.received(2000);
        assert_eq!(pace.deadline(began + seconds(10)), began + seconds(17));
        pace.received(50_000);
        assert_eq!(
            pace.deadline(began + seconds(10)),
            began + seconds(30),
            "each piece has its own deadline"
        );
        pace.received(10_000_000);
        assert_eq!(pace.deadline(began + seconds(590)), began + seconds(600));
    }
}
