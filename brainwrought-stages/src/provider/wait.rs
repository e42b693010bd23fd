//! How long a provider wants to be left alone, by the body of its error.

use std::time::Duration;

use serde_json::Value;

/// Reads the `retryDelay` of `google.rpc.RetryInfo`, such as `"34s"`, out of the body of an error.
pub(super) fn retry_info(body: &Value) -> Option<Duration> {
    let details = body.pointer("/error/details")?.as_array()?;
    let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str())?;
    Duration::try_from_secs_f64(delay.strip_suffix('s')?.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_delay_stands_in_the_details_of_an_error() {
        let body = json!({ "error": { "details": [{ "@type": "x" }, { "retryDelay": "34.5s" }] } });
        assert_eq!(retry_info(&body), Some(Duration::from_millis(34_500)));
        assert_eq!(retry_info(&json!({ "error": "no" })), None);
    }
}
