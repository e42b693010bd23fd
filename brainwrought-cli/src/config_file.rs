//! [`ConfigFile`]: what `brainwrought.toml` says.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use brainwrought_core::budget::MAX_USD;
use brainwrought_stages::parse::OcrMode;
use brainwrought_stages::provider::{Price, SERVICES, Service};
use brainwrought_stages::visuals::{MemesBy, PictureChoice, VideoGenerator};
use serde::Deserialize;

use crate::args::LogFormat;
use crate::byte_size::ByteSize;
use crate::exit::WrongCommand;
use crate::model_wish::ModelWish;
use crate::money::MaxCost;
use crate::small_file::read_text;

/// The name of the file that is read where a command is typed, when there is one.
pub(crate) const NAME: &str = "brainwrought.toml";

/// What a config file may say. Arguments and the environment win over all of it.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ConfigFile {
    /// Folder or URL of the job store and the artifact store; `file:./data` unless set. Environment: `BRAINWROUGHT_STORE`.
    pub(crate) store: Option<String>,
    /// URL of the job store, if it differs. Environment: `BRAINWROUGHT_JOBS`, or `DATABASE_URL` if that is a Postgres URL.
    pub(crate) jobs: Option<String>,
    /// URL of the artifact store, if it differs. Environment: `BRAINWROUGHT_ARTIFACTS`.
    pub(crate) artifacts: Option<String>,
    /// Folder with the voices and the PDF engine; `~/.local/share/brainwrought` unless set. Environment:
    /// `BRAINWROUGHT_DATA`.
    pub(crate) resources: Option<PathBuf>,
    /// Hugging Face dataset that videos are published to, as `owner/name`. Environment: `HF_DATASET_REPO`.
    pub(crate) dataset: Option<String>,
    /// Language model that writes scripts, as for `--llm`. Environment: `BRAINWROUGHT_LLM`.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) llm: Option<ModelWish>,
    /// Model servers of this machine that `--llm auto` looks at; those of Ollama, llama.cpp and LM Studio at their usual ports
    /// unless set. Environment: `BRAINWROUGHT_LLM_SERVERS`, parted by white space.
    pub(crate) llm_servers: Vec<String>,
    /// Tokens of a document that the language model is sent at once, as for `--document-tokens`; a server uses it for all
    /// jobs.
    pub(crate) document_tokens: Option<u32>,
    /// Source of additional pictures, as for `--pictures`; a server uses it for all jobs.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) pictures: Option<PictureChoice>,
    /// Who draws memes: `own` (this program) or `imgflip`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) memes_by: MemesBy,
    /// When text is recognised, as for `--ocr`; a server does so for jobs that leave it to `auto`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) ocr: OcrMode,
    /// Servers that generate video clips, selected with `--pictures video:NAME`.
    pub(crate) video_generators: BTreeMap<String, VideoGenerator>,
    /// Source of slang and trends, as for `--trends`. Environment: `BRAINWROUGHT_TRENDS`.
    pub(crate) trends: Option<String>,
    /// True to send no request to any provider. Environment: `BRAINWROUGHT_OFFLINE`.
    pub(crate) offline: bool,
    /// Spending limit of each job for providers in US dollars, unless `--max-cost` sets another; no client of a server may
    /// exceed it.
    pub(crate) max_cost: Option<f64>,
    /// Maximum total storage of a server, such as `20GB`, unless `--max-storage` sets another.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) max_storage: Option<ByteSize>,
    /// Hosts that clients of a server may name in a callback URL, unless `--callback-host` names others.
    pub(crate) callback_hosts: Vec<String>,
    /// What workers run, unless arguments say otherwise.
    pub(crate) worker: WorkerSection,
    /// Logs, metrics and traces.
    pub(crate) observe: ObserveSection,
    /// Who signs videos for `brainwrought make --c2pa`.
    pub(crate) c2pa: C2paSection,
    /// Addresses of providers, if they differ from the usual ones. NAME is that of the provider, such as `openai`.
    pub(crate) providers: BTreeMap<String, ProviderSection>,
    /// What models cost in US dollars, by `provider/model`, or `provider/*` for all other models of a provider. They replace
    /// the built-in list prices.
    pub(crate) prices: BTreeMap<String, Price>,
    /// Credentials, endpoints and regions of remote stores, under the names of their environment variables, such as
    /// `AWS_REGION`. Environment variables win.
    pub(crate) options: BTreeMap<String, String>,
}

/// What workers run, unless arguments say otherwise.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct WorkerSection {
    /// Run tasks of these stages only; empty for all.
    pub(crate) stages: Vec<String>,
    /// Number of tasks to run at once, from 1 to 256.
    pub(crate) concurrency: Option<u16>,
    /// Maximum seconds between two polls of the job store, from 0.01 to 3600.
    pub(crate) poll: Option<f64>,
}

/// Who signs videos for `brainwrought make --c2pa`. Set both files or neither; without them, a self-made certificate is used, which
/// viewers report as an unknown signer.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct C2paSection {
    /// PEM file with the certificate chain, the signer's first.
    pub(crate) certificate: Option<PathBuf>,
    /// PEM file with the private key.
    pub(crate) key: Option<PathBuf>,
}

/// Address of a provider.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ProviderSection {
    /// Base URL of the API. Environment: see the table of providers below.
    pub(crate) base_url: Option<String>,
}

/// Logs, metrics and traces.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ObserveSection {
    /// Format of log lines, `text` or `json`. Environment: `BRAINWROUGHT_LOG_FORMAT`.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) log_format: Option<LogFormat>,
    /// Filter of log lines, in the syntax of `RUST_LOG`. Environment: `RUST_LOG`.
    pub(crate) log_filter: Option<String>,
    /// Address to serve Prometheus metrics at, for processes of a fleet. Environment: `BRAINWROUGHT_METRICS`.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(crate) metrics: Option<SocketAddr>,
    /// OpenTelemetry collector that spans are sent to over HTTP, in builds with `--features otlp`. Environment:
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(crate) otlp_endpoint: Option<String>,
}

impl std::fmt::Debug for ConfigFile {
    /// Leaves out the values of the options, and URLs, which may carry passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let options: Vec<&String> = self.options.keys().collect();
        f.debug_struct("ConfigFile")
            .field("resources", &self.resources)
            .field("dataset", &self.dataset)
            .field("llm", &self.llm)
            .field("document_tokens", &self.document_tokens)
            .field("llm_servers", &self.llm_servers)
            .field("trends", &self.trends)
            .field("offline", &self.offline)
            .field("max_cost", &self.max_cost)
            .field("worker", &self.worker)
            .field("prices", &self.prices)
            .field("observe", &self.observe)
            .field("options", &options)
            .finish_non_exhaustive()
    }
}

impl ConfigFile {
    /// Reads the file that was named, or else the one in the current folder; without either, nothing is said.
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, WrongCommand> {
        let path = named.unwrap_or(Path::new(NAME));
        match read_text(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if named.is_none() && error.is_missing() => Ok(Self::default()),
            Err(error) => {
                Err(WrongCommand(format!("could not read the config file `{}`: {error}", path.display())))
            }
        }
    }

    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self, WrongCommand> {
        let wrong =
            |what: String| WrongCommand(format!("the config file `{}` is wrong: {what}", path.display()));
        // The message alone: what stands in the line may be a secret.
        let file: Self = toml::from_str(text).map_err(|error| {
            let line =
                error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count());
            wrong(format!("{} in line {}", without_value(error.message()), line + 1))
        })?;
        if file.worker.concurrency.is_some_and(|tasks| !(1..=256).contains(&tasks)) {
            return Err(wrong("`worker.concurrency` must be from 1 to 256".to_owned()));
        }
        if file.worker.poll.is_some_and(|poll| !(0.01..=3600.0).contains(&poll)) {
            return Err(wrong("`worker.poll` must be from 0.01 to 3600 seconds".to_owned()));
        }
        if file.c2pa.certificate.is_some() != file.c2pa.key.is_some() {
            return Err(wrong("[c2pa] needs both `certificate` and `key`, or neither".to_owned()));
        }
        if let Some(name) = file.providers.keys().find(|name| Service::named(name).is_none()) {
            let known: Vec<&str> = SERVICES.iter().map(|service| service.name).collect();
            return Err(wrong(format!("there is no provider `{name}`; there are {}", known.join(", "))));
        }
        if let Some((name, _)) = file.prices.iter().find(|(_, price)| !price.is_sound()) {
            return Err(wrong(format!("a price of `{name}` is less than nothing")));
        }
        if file.max_cost.is_some_and(|dollars| MaxCost::of_usd(dollars).is_none()) {
            return Err(wrong(format!("`max-cost` must be an amount of US dollars from 0 to {MAX_USD}")));
        }
        Ok(file)
    }
}

/// What the parser says, without the value that it met: `invalid type: string "…", expected a map`.
fn without_value(message: &str) -> String {
    let start = ["invalid type: ", "invalid value: "].into_iter().find(|start| message.starts_with(start));
    match start.zip(message.rsplit_once(", expected ")) {
        Some((start, (_, expected))) => format!("{}, expected {expected}", start.trim_end_matches(": ")),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ConfigFile, WrongCommand> {
        ConfigFile::parse(text, Path::new(NAME))
    }

    #[test]
    fn every_setting_is_read() {
        let file = parse(
            r#"
            jobs = "postgres://db/jobs"
            artifacts = "s3://bucket/artifacts"
            resources = "/srv/voices"
            dataset = "someone/videos"
            llm = "openai:gpt-5-mini"
            max-cost = 2.5
            pictures = "video:ltx"
            trends = "tavily"
            offline = true

            [providers.openai]
            base-url = "https://proxy.example.com/v1"

            [video-generators.ltx]
            base-url = "http://127.0.0.1:9000/v1"
            model = "ltx-video"
            body = { prompt = "{prompt}", width = "{width}", frames = 120 }

            [prices."openai/gpt-5-mini"]
            input-tokens = 0.25
            output-tokens = 2

            [worker]
            stages = ["render", "audio"]
            concurrency = 4
            poll = 0.5

            [observe]
            log-format = "json"
            log-filter = "info"
            metrics = "127.0.0.1:9464"
            otlp-endpoint = "http://127.0.0.1:4318"

            [c2pa]
            certificate = "/etc/brainwrought/chain.pem"
            key = "/etc/brainwrought/key.pem"

            [options]
            AWS_REGION = "eu-central-1"
            "#,
        )
        .unwrap();
        assert_eq!(file.jobs.as_deref(), Some("postgres://db/jobs"));
        assert_eq!((file.worker.concurrency, file.worker.stages.len()), (Some(4), 2));
        assert_eq!(file.observe.log_format, Some(LogFormat::Json));
        assert_eq!(file.observe.metrics.map(|at| at.port()), Some(9464));
        assert_eq!(file.options["AWS_REGION"], "eu-central-1");
        assert_eq!(file.c2pa.key.as_deref(), Some(Path::new("/etc/brainwrought/key.pem")));
        assert_eq!(
            (file.llm.map(|llm| llm.to_string()).as_deref(), file.offline),
            (Some("openai:gpt-5-mini"), true)
        );
        assert_eq!(file.trends.as_deref(), Some("tavily"));
        assert_eq!(file.providers["openai"].base_url.as_deref(), Some("https://proxy.example.com/v1"));
        assert_eq!(file.prices["openai/gpt-5-mini"].output_tokens, 2.0);
        assert_eq!(file.max_cost, Some(2.5));
        assert_eq!(file.pictures, Some(PictureChoice::Generator("ltx".to_owned())));
        let ltx = &file.video_generators["ltx"];
        assert_eq!((ltx.body["frames"].as_u64(), ltx.poll.as_str()), (Some(120), "videos/{id}"));
    }

    #[test]
    fn mistakes_are_named_with_their_line_and_without_what_stands_there() {
        let error = parse("store = \"file:./data\"\n\n[worker]\nconcurency = 4\n").unwrap_err().to_string();
        assert!(error.contains("line 4") && error.contains("concurency"), "{error}");
        let error = parse("[options]\nAWS_SECRET_ACCESS_KEY = \"hunter2\" \"\n").unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("hunter2"), "{error}");
        let error = parse("options = \"hunter2\"\n").unwrap_err().to_string();
        assert!(error.contains("invalid type, expected") && !error.contains("hunter2"), "{error}");
        assert!(parse("[worker]\nconcurrency = 0\n").is_err());
        assert!(parse("[worker]\npoll = -1.0\n").is_err());
        assert!(parse("llm = \"clippy:97\"\n").unwrap_err().to_string().contains("openai:MODEL"));
        assert!(parse("[providers.clippy]\n").unwrap_err().to_string().contains("elevenlabs"));
        assert!(parse("[prices.\"openai/x\"]\ncall = -1\n").is_err());
        assert!(parse("max-cost = -1\n").is_err() && parse("max-cost = nan\n").is_err());
    }

    #[test]
    fn no_secret_is_shown() {
        let file =
            parse("jobs = \"postgres://me:hunter2@db/jobs\"\n[options]\nHF_TOKEN = \"hunter2\"\n").unwrap();
        assert!(!format!("{file:?}").contains("hunter2"));
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let error = ConfigFile::find(Some(Path::new("/nowhere/at/all.toml"))).unwrap_err();
        assert!(error.to_string().contains("/nowhere/at/all.toml"), "{error}");
        let endless = ConfigFile::find(Some(Path::new("/dev/zero"))).unwrap_err();
        assert!(endless.to_string().contains("the limit"), "{endless}");
    }
}
