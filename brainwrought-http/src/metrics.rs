//! [`Metrics`]: what the server counts, as Prometheus reads it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::job::JobStatus;

/// What the server counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(String, String, u16), Requests>>,
    /// Bytes of PDFs that came in.
    pub(crate) uploaded: AtomicU64,
    /// Jobs that were made here.
    pub(crate) submitted: AtomicU64,
    /// Requests that were refused for coming too often.
    pub(crate) throttled: AtomicU64,
    /// Event streams that are open.
    pub(crate) streams: AtomicU64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Requests {
    count: u64,
    seconds: f64,
}

impl Metrics {
    /// Counts an answered request. `route` is a pattern of the router, so that there are only so many.
    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = requests.entry((method.to_owned(), route.to_owned(), status)).or_default();
        entry.count += 1;
        entry.seconds += took.as_secs_f64();
    }

    /// Writes everything in Prometheus's text format, with the number of jobs by status.
    pub(crate) fn text(&self, jobs: &BTreeMap<JobStatus, usize>) -> String {
        let mut text = String::new();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut family = |name: &str, kind: &str, help: &str, samples: Vec<(String, f64)>| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(text, "{name}{labels} {value}");
            }
        };
        let of_requests = |value: fn(&Requests) -> f64| {
            let label = |((method, route, status), requests): (&(String, String, u16), &Requests)| {
                let labels = format!("{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}");
                (labels, value(requests))
            };
            requests.iter().map(label).collect()
        };
        let plain = |value: &AtomicU64| vec![(String::new(), value.load(Ordering::Relaxed) as f64)];
        let statuses = jobs.iter().map(|(status, count)| (format!("{{status=\"{status}\"}}"), *count as f64));
        family(
            "brainwrought_http_requests_total",
            "counter",
            "Requests that were answered.",
            of_requests(|requests| requests.count as f64),
        );
        family(
            "brainwrought_http_request_seconds_total",
            "counter",
            "Time until their answers began.",
            of_requests(|requests| requests.seconds),
        );
        family("brainwrought_http_throttled_total", "counter", "Refused requests.", plain(&self.throttled));
        family("brainwrought_http_streams", "gauge", "Open event streams.", plain(&self.streams));
        family("brainwrought_uploaded_bytes_total", "counter", "Bytes of PDFs.", plain(&self.uploaded));
        family("brainwrought_jobs_submitted_total", "counter", "Jobs made here.", plain(&self.submitted));
        family("brainwrought_jobs", "gauge", "Jobs in the store.", statuses.collect());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.answered("GET", "/api/jobs/{job_id}", 200, Duration::from_millis(500));
        metrics.answered("GET", "/api/jobs/{job_id}", 200, Duration::from_millis(250));
        let text = metrics.text(&BTreeMap::from([(JobStatus::Running, 3)]));
        let labels = "{method=\"GET\",route=\"/api/jobs/{job_id}\",status=\"200\"}";
        assert!(text.contains(&format!("brainwrought_http_requests_total{labels} 2\n")), "{text}");
        assert!(text.contains(&format!("brainwrought_http_request_seconds_total{labels} 0.75\n")), "{text}");
        assert!(text.contains("brainwrought_jobs{status=\"RUNNING\"} 3\n"), "{text}");
        assert!(text.lines().all(|line| line.starts_with("# ") || line.starts_with("brainwrought_")));
    }
}
