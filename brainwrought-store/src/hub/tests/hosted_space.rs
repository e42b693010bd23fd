//! [`HostedSpace`]: what the test's Hub keeps of a Space beside its files.

use std::collections::BTreeMap;

use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};

use super::server::{failure, ok};

/// How a Space runs.
#[derive(Debug, Default)]
pub(super) struct HostedSpace {
    hardware: Option<String>,
    sleep_seconds: Option<i64>,
    variables: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

impl HostedSpace {
    /// Answers a request below the Space's address.
    pub(super) fn answer(&mut self, method: &Method, what: &str, body: &[u8]) -> Response {
        let asked: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |key: &str| asked[key].as_str().unwrap().to_owned();
        match (method, what) {
            (&Method::POST, "variables") => drop(self.variables.insert(text("key"), text("value"))),
            (&Method::POST, "secrets") => drop(self.secrets.insert(text("key"), text("value"))),
            (&Method::POST, "hardware") => self.hardware = Some(text("flavor")),
            (&Method::POST, "sleeptime") => self.sleep_seconds = asked["seconds"].as_i64(),
            (&Method::GET, "runtime" | "variables" | "secrets") => {}
            _ => return failure(404, "", "no such interface"),
        }
        let listed = |values: &BTreeMap<String, String>, is_secret: bool| {
            let shown = |value: &str| if is_secret { json!({}) } else { json!({ "value": value }) };
            json!(values.iter().map(|(key, value)| (key, shown(value))).collect::<BTreeMap<_, _>>())
        };
        ok(&match what {
            "variables" => listed(&self.variables, false),
            "secrets" => listed(&self.secrets, true),
            _ => json!({
                "stage": "BUILDING",
                "hardware": { "current": null, "requested": self.hardware },
                "gcTimeout": self.sleep_seconds,
            }),
        })
    }
}
