//! [`ConfigFile`]: what `brainwrought.toml` says.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use brainwrought_stages::llm::LlmChoice;
use brainwrought_stages::provider::{Price, SERVICES, Service};
use brainwrought_stages::visuals::{MemesBy, PictureChoice, VideoGenerator};
use serde::Deserialize;

use crate::args::LogFormat;
use crate::byte_size::ByteSize;
use crate::exit::WrongCommand;
use crate::money::MaxCost;

/// The name of the file that is read where a command is typed, when there is one.
pub(crate) const NAME: &str = "brainwrought.toml";

/// What a config file may say. Arguments and the environment win over all of it.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ConfigFile {
    /// The folder or URL of both stores.
    pub(crate) store: Option<String>,
    /// The URL of the job store, when it differs.
    pub(crate) jobs: Option<String>,
    /// The URL of the artifact store, when it differs.
    pub(crate) artifacts: Option<String>,
    /// The folder with voices and libraries.
    pub(crate) resources: Option<PathBuf>,
    /// The dataset at the Hugging Face Hub that videos are published to, as `owner/name`.
    pub(crate) dataset: Option<String>,
    /// The language model that writes scripts, where no argument says otherwise.
    pub(crate) llm: Option<LlmChoice>,
    /// Where pictures come from, where no argument says otherwise.
    pub(crate) pictures: Option<PictureChoice>,
    /// Who draws memes, where no argument says otherwise.
    pub(crate) memes_by: MemesBy,
    /// Servers that make clips, by the names that `video:NAME` has for them.
    pub(crate) video_generators: BTreeMap<String, VideoGenerator>,
    /// Where slang and trends are looked up, where no argument says otherwise.
    pub(crate) trends: Option<String>,
    /// Whether nothing may be sent to any provider.
    pub(crate) offline: bool,
    /// The most that the providers of a job may be paid, in US dollars, where no argument says otherwise.
    pub(crate) max_cost: Option<f64>,
    /// The most that a server stores, where no argument says otherwise.
    pub(crate) max_storage: Option<ByteSize>,
    /// Hosts that clients of a server may have called once their job has ended.
    pub(crate) callback_hosts: Vec<String>,
    /// What workers take on.
    pub(crate) worker: WorkerSection,
    /// What is told of what happens.
    pub(crate) observe: ObserveSection,
    /// By whom videos are signed.
    pub(crate) c2pa: C2paSection,
    /// Where providers are, by their names, when it is not the usual place.
    pub(crate) providers: BTreeMap<String, ProviderSection>,
    /// What models cost, by `provider/model`. They win over the prices that are built in.
    pub(crate) prices: BTreeMap<String, Price>,
    /// Keys, endpoints and regions of remote stores, by the names that the environment has for them.
    pub(crate) options: BTreeMap<String, String>,
}

/// What workers take on.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct WorkerSection {
    /// Only these stages; empty means all.
    pub(crate) stages: Vec<String>,
    /// How many tasks at once, from 1 to 256.
    pub(crate) concurrency: Option<u16>,
    /// The longest rest between two looks at the store, in seconds, from 0.01 to 3600.
    pub(crate) poll: Option<f64>,
}

/// By whom videos are signed, where `make --c2pa` says that they are. Without both files, by a certificate that is made once
/// and that nobody vouches for.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct C2paSection {
    /// The certificates as PEM, the signer's first.
    pub(crate) certificate: Option<PathBuf>,
    /// The private key as PEM.
    pub(crate) key: Option<PathBuf>,
}

/// Where a provider is.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ProviderSection {
    /// The base of its addresses.
    pub(crate) base_url: Option<String>,
}

/// What is told of what happens.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ObserveSection {
    /// How log lines look.
    pub(crate) log_format: Option<LogFormat>,
    /// Which log lines there are, in the language of `RUST_LOG`.
    pub(crate) log_filter: Option<String>,
    /// The address at which Prometheus finds the metrics of a process of the fleet.
    pub(crate) metrics: Option<SocketAddr>,
    /// The OpenTelemetry collector that spans go to, over HTTP.
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
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => {
                Err(WrongCommand(format!("could not read the config file `{}`: {error}", path.display())))
            }
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, WrongCommand> {
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
            return Err(wrong("`max-cost` is no sum of US dollars".to_owned()));
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
    }
}
