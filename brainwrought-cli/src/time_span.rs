//! [`time_span`]: a length of time as people type it.

use std::time::Duration;

use jiff::fmt::friendly::SpanParser;
use jiff::{SignedDuration, SpanRelativeTo};

/// A month and a year on average, in seconds: 30.44 and 365.25 days.
const MONTH: i64 = 2_630_016;
const YEAR: i64 = 31_557_600;

/// Reads a length of time, such as `12h`, `7d`, `2h 30m` or `6 months`. A month is also `M`, and nothing at all is `0`.
///
/// # Errors
///
/// Fails when the text is none, or one that runs backwards.
pub(crate) fn time_span(text: &str) -> Result<Duration, String> {
    let wrong = |_| "expected a length of time, such as 12h, 7d or 2h 30m".to_owned();
    if text.trim() == "0" {
        return Ok(Duration::ZERO);
    }
    let span = SpanParser::new().parse_span(text.trim().replace('M', "mo")).map_err(wrong)?;
    let average = i64::from(span.get_years()) * YEAR + i64::from(span.get_months()) * MONTH;
    let exact = span.years(0).months(0).to_duration(SpanRelativeTo::days_are_24_hours()).map_err(wrong)?;
    let sum = exact.saturating_add(SignedDuration::from_secs(average));
    Duration::try_from(sum).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_read_as_it_is_typed() {
        const HOUR: u64 = 3600;
        const DAY: u64 = 24 * HOUR;
        for (text, seconds) in [
            ("30d", 30 * DAY),
            ("12h", 12 * HOUR),
            ("7d", 7 * DAY),
            ("2h 30m", 2 * HOUR + 1800),
            ("2h30min", 2 * HOUR + 1800),
            (" 1 day 12 hours ", 36 * HOUR),
            ("1week", 7 * DAY),
            ("2wks", 14 * DAY),
            ("1M", 2_630_016),
            ("6 months", 6 * 2_630_016),
            ("1y 1d", 31_557_600 + DAY),
            ("90s", 90),
            ("1.5h", 5400),
            ("0", 0),
            ("0s", 0),
        ] {
            assert_eq!(time_span(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        assert_eq!(time_span("1ms"), Ok(Duration::from_millis(1)));
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in ["", "7", "d", "7 bananas", "-7d", "7d ago", "1h 2h", "99999999999d", "P7D"] {
            assert!(time_span(text).is_err(), "{text}");
        }
    }
}
