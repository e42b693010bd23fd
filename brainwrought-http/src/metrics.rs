//! Names of what the server counts, for any recorder of the `metrics` crate.
//!
//! They are beside those of [`brainwrought_core::metrics`], in the same recorder of the process.

use std::collections::BTreeMap;
use std::time::Duration;

use ::metrics::{Unit, counter, describe_counter, describe_gauge, gauge};
use brainwrought_core::job::JobStatus;

/// Requests that were answered, by the labels `method`, `route` and `status`.
const REQUESTS: &str = "brainwrought_http_requests_total";
/// Time until their answers began, in seconds. It only grows, but it is a gauge: counters of the `metrics` crate are whole
/// numbers.
const REQUEST_SECONDS: &str = "brainwrought_http_request_seconds_total";
/// Requests that were refused for coming too often.
const THROTTLED: &str = "brainwrought_http_throttled_total";
/// Event streams that are open.
const STREAMS: &str = "brainwrought_http_streams";
/// Bytes of PDFs and music that came in.
const UPLOADED: &str = "brainwrought_uploaded_bytes_total";
/// Jobs that were made here.
const SUBMITTED: &str = "brainwrought_jobs_submitted_total";
/// Jobs in the store, by the label `status`.
const JOBS: &str = "brainwrought_jobs";

/// Tells the recorder of this process what the names mean, and begins at 0 what has no labels, so that it is there before
/// anything happens.
pub(crate) fn describe() {
    describe_counter!(REQUESTS, "Requests that were answered.");
    describe_gauge!(REQUEST_SECONDS, Unit::Seconds, "Time until their answers began.");
    describe_counter!(THROTTLED, "Requests that were refused for coming too often.");
    describe_gauge!(STREAMS, "Open event streams.");
    describe_counter!(UPLOADED, Unit::Bytes, "Bytes that were uploaded.");
    describe_counter!(SUBMITTED, "Jobs that were made here.");
    describe_gauge!(JOBS, "Jobs in the store.");
    for name in [THROTTLED, UPLOADED, SUBMITTED] {
        counter!(name).increment(0);
    }
    gauge!(STREAMS).increment(0.0);
}

/// Counts an answered request. `route` is a pattern of the router, so that there are only so many.
pub(crate) fn answered(method: &str, route: &str, status: u16, took: Duration) {
    let labels = [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
    counter!(REQUESTS, &labels).increment(1);
    gauge!(REQUEST_SECONDS, &labels).increment(took.as_secs_f64());
}

pub(crate) fn throttled() {
    counter!(THROTTLED).increment(1);
}

pub(crate) fn stream_opened() {
    gauge!(STREAMS).increment(1.0);
}

pub(crate) fn stream_closed() {
    gauge!(STREAMS).decrement(1.0);
}

pub(crate) fn uploaded(bytes: usize) {
    counter!(UPLOADED).increment(bytes as u64);
}

pub(crate) fn submitted() {
    counter!(SUBMITTED).increment(1);
}

/// Sets the gauges of the jobs in the store. A status that is not listed has none.
pub(crate) fn observe(jobs: &BTreeMap<JobStatus, usize>) {
    for status in JobStatus::ALL {
        let count = jobs.get(status).copied().unwrap_or_default();
        gauge!(JOBS, "status" => status.to_string()).set(count as f64);
    }
}

/// Takes what providers were paid out of a text of metrics: it is nobody's business but the operator's.
pub(crate) fn without_spending(text: &str) -> String {
    let is_spending = |line: &&str| {
        let named = line.strip_prefix("# HELP ").or_else(|| line.strip_prefix("# TYPE ")).unwrap_or(line);
        named.starts_with(brainwrought_core::metrics::SPENT)
    };
    text.split_inclusive('\n').filter(|line| !is_spending(line)).collect()
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn spending_is_left_out_with_its_description() {
        let text = "# HELP brainwrought_spent_micros_total Paid.\n# TYPE brainwrought_spent_micros_total counter\n\
            brainwrought_spent_micros_total{provider=\"openai/gpt\"} 7\nbrainwrought_jobs{status=\"FAILED\"} 1\n";
        assert_eq!(without_spending(text), "brainwrought_jobs{status=\"FAILED\"} 1\n");
    }

    #[test]
    fn the_names_are_those_that_scrapers_know() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        ::metrics::with_local_recorder(&recorder, || {
            describe();
            answered("GET", "/api/jobs/{job_id}", 200, Duration::from_millis(500));
            answered("GET", "/api/jobs/{job_id}", 200, Duration::from_millis(250));
            stream_opened();
            stream_opened();
            stream_closed();
            uploaded(7);
            observe(&BTreeMap::from([(JobStatus::Running, 3), (JobStatus::Failed, 1)]));
            observe(&BTreeMap::from([(JobStatus::Running, 3)]));
        });
        let text = handle.render();
        let labels = "{method=\"GET\",route=\"/api/jobs/{job_id}\",status=\"200\"}";
        for line in [
            &format!("brainwrought_http_requests_total{labels} 2"),
            &format!("brainwrought_http_request_seconds_total{labels} 0.75"),
            "brainwrought_http_throttled_total 0",
            "brainwrought_http_streams 1",
            "brainwrought_uploaded_bytes_total 7",
            "brainwrought_jobs_submitted_total 0",
            "brainwrought_jobs{status=\"RUNNING\"} 3",
            "brainwrought_jobs{status=\"FAILED\"} 0",
            "# TYPE brainwrought_http_requests_total counter",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
