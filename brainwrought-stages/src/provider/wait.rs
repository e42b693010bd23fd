//! How long a provider wants to be left alone, and how long to rest without its word.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

/// Reads `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). `now_ms` is wall time.
pub(super) fn retry_after(value: &str, now_ms: u64) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(value).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(date.saturating_sub(Duration::from_millis(now_ms)))
}

/// Reads the `retryDelay` of `google.rpc.RetryInfo`, such as `"34s"`, out of the body of an error.
pub(super) fn retry_info(body: &Value) -> Option<Duration> {
    let details = body.pointer("/error/details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    Duration::try_from_secs_f64(delay.strip_suffix('s')?.parse().ok()?).ok()
}

/// Half to all of a rest that doubles with every try up to `longest`, so that those who were turned away together do not
/// come back together. `draw` is a random number from 0 to 1.
pub(super) fn backoff(first: Duration, longest: Duration, tries: u32, draw: f64) -> Duration {
    let full = first.saturating_mul(1 << tries.min(16)).min(longest);
    full.mul_f64(0.5 + 0.5 * draw.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        assert_eq!(retry_after(" 7 ", 0), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("0.25", 0), Some(Duration::from_millis(250)));
        // The date is that of the standard's own example, 1994-11-06T08:49:37Z.
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(retry_after(date, 784_111_770_000), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(date, 784_111_800_000), Some(Duration::ZERO));
        for wrong in ["soon", "-1", "NaN", "1e99", ""] {
            assert_eq!(retry_after(wrong, 0), None, "{wrong}");
        }
    }

    #[test]
    fn a_delay_stands_in_the_details_of_an_error() {
        let body = json!({ "error": { "details": [{ "@type": "x" }, { "retryDelay": "34.5s" }] } });
        assert_eq!(retry_info(&body), Some(Duration::from_millis(34_500)));
        assert_eq!(retry_info(&json!({ "error": "no" })), None);
    }

    #[test]
    fn rests_double_and_end_somewhere() {
        let rest = |tries, draw| {
            backoff(Duration::from_millis(100), Duration::from_secs(1), tries, draw).as_millis()
        };
        assert_eq!([rest(0, 1.0), rest(1, 1.0), rest(9, 1.0), rest(u32::MAX, 1.0)], [100, 200, 1000, 1000]);
        assert_eq!(rest(0, 0.0), 50);
    }
}
