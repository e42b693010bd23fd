//! The reference of the environment variables.

use brainwrought_stages::provider::SERVICES;

use super::markdown::{code, table};

/// What the program reads, beside keys and addresses of providers and what clients of remote stores read.
const VARIABLES: [(&str, &str); 28] = [
    (
        "BRAINWROUGHT_ADDRESSES",
        "Full addresses of servers, separated by spaces, for workers: jobs store addresses without their passwords and queries.",
    ),
    ("BRAINWROUGHT_ARTIFACTS", "URL of the artifact store: `--artifacts`."),
    ("BRAINWROUGHT_CONFIG", "Config file: `--config`."),
    ("BRAINWROUGHT_DATA", "Folder with the voices and the PDF engine: `--resources`."),
    ("BRAINWROUGHT_JOBS", "URL of the job store: `--jobs`."),
    ("BRAINWROUGHT_LLM", "Language model: `--llm`."),
    ("BRAINWROUGHT_LLM_KEY", "Key of an OpenAI-compatible server of your own."),
    (
        "BRAINWROUGHT_LLM_SERVERS",
        "Model servers of this machine that `--llm auto` looks at, separated by spaces: `llm-servers`.",
    ),
    ("BRAINWROUGHT_LOG_FORMAT", "`text` or `json`: `--log-format`."),
    ("BRAINWROUGHT_METRICS", "Address to serve Prometheus metrics at: `--metrics`."),
    ("BRAINWROUGHT_OFFLINE", "`1` or `0`: `--offline`."),
    (
        "BRAINWROUGHT_OPERATOR_TOKEN",
        "Bearer token of the operators of a server, at least 24 visible ASCII characters; generated and kept in `data/operator-token` unless set.",
    ),
    ("BRAINWROUGHT_PDF_PASSWORD", "Password of encrypted PDFs. It is kept in memory only."),
    ("BRAINWROUGHT_STORE", "Folder or URL of both stores: `--store`."),
    ("BRAINWROUGHT_TRENDS", "Source of slang and trends: `--trends`."),
    ("BRAINWROUGHT_TRENDS_KEY", "Key of an MCP server for trends."),
    ("BRAINWROUGHT_VIDEO_KEY", "Key of a server that generates video clips."),
    (
        "BRAINWROUGHT_WEBHOOK_SECRET",
        "Secret that signs callbacks; generated and kept in `data/credentials/webhook.secret` unless set.",
    ),
    ("DATABASE_URL", "URL of the job store if it is a Postgres URL and nothing else names one."),
    ("HF_DATASET_REPO", "Hugging Face dataset that videos are published to."),
    ("HF_TOKEN", "Token for the Hugging Face Hub."),
    ("HOME", "Where the folder of voices is looked up unless it is named."),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "OpenTelemetry collector, in builds with `--features otlp`."),
    ("PGPASSWORD", "Password of a Postgres job store, if its URL has none."),
    ("PORT", "Port of `serve`."),
    ("RUST_LOG", "Filter of log lines."),
    ("XDG_DATA_HOME", "Where the folder of voices is looked up, before `HOME`."),
    (
        "AWS_*, GOOGLE_*, AZURE_*",
        "Credentials, endpoints and regions of remote artifact stores, as the providers' own tools read them; `AWS_ENDPOINT_URL` names an S3-compatible server.",
    ),
];

/// Renders the tables.
pub(super) fn render() -> String {
    let rows = VARIABLES.map(|(names, meaning)| {
        let names: Vec<String> = names.split(", ").map(code).collect();
        vec![names.join(", "), meaning.to_owned()]
    });
    let providers = SERVICES.map(|service| {
        let variables = [service.key_variable, service.base_variable].map(code);
        [vec![code(service.name)], variables.to_vec(), vec![code(service.base)]].concat()
    });
    let variables = table(&["variable", "meaning"], &rows);
    let providers = table(&["provider", "key", "address", "default address"], &providers);
    format!("## Environment variables\n\n{variables}## Providers\n\n{providers}")
}

/// The texts of a source file that look like names of variables.
fn names_in(source: &str) -> Vec<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let is_name = |text: &&str| {
        text.len() > 3 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    code.split('"').skip(1).step_by(2).filter(is_name).collect()
}

#[test]
fn every_variable_that_is_read_is_described() {
    let mut found = 0;
    for source in [include_str!("../config.rs"), include_str!("../providers.rs")] {
        for name in names_in(source) {
            assert!(VARIABLES.iter().any(|(known, _)| known == &name), "{name} is not described");
            found += 1;
        }
    }
    assert!(found > 20, "found {found} names only: this looks in the wrong place");
}
