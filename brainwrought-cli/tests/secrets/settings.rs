//! Every setting that an operator has, and what may become of it. What is read here is what the program itself knows: its
//! help, the messages of its parser, the names in its source.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use brainwrought_stages::provider::SERVICES;

use self::Fate::{Inside, Plain, Secret, Shown};

/// What may become of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is in no answer, no log line and no file.
    Secret,
    /// It is in no answer. Log lines and files of the server itself may have it: names of files and folders, and names
    /// that only operators have a use for.
    Inside,
    /// Clients are meant to see it.
    Shown(&'static str),
    /// It takes a number, a word out of a list, or something else that can hold nothing of one's own.
    Plain,
}

const ADDRESS: &str = "the address that the page is served at";
const BROWSERS: &str = "browsers learn by a header who may frame the page";
const NAMED: &str = "videos and their manifests name the model or the licence";

/// The flags of the commands that serve, submit and work.
pub(crate) const FLAGS: [(&str, Fate); 58] = [
    ("artifacts", Secret),
    ("background", Inside),
    ("bind", Shown(ADDRESS)),
    ("callback-host", Inside),
    ("captions", Plain),
    ("characters", Plain),
    ("colours", Plain),
    ("concurrency", Plain),
    ("config", Inside),
    ("document-tokens", Plain),
    ("effects", Plain),
    ("examples", Inside),
    ("format", Plain),
    ("frame-ancestor", Shown(BROWSERS)),
    ("host", Inside),
    ("idempotency-key", Inside),
    ("intensity", Plain),
    ("jobs", Secret),
    ("keep", Plain),
    ("kind", Plain),
    ("layout", Plain),
    ("length", Plain),
    ("lexicon", Inside),
    ("llm", Secret),
    ("log-format", Plain),
    ("max-cost", Plain),
    ("max-jobs", Plain),
    ("max-storage", Plain),
    ("max-upload", Plain),
    ("max-video", Plain),
    ("memes", Plain),
    ("memes-by", Plain),
    ("metrics", Plain),
    ("music", Inside),
    ("ocr", Plain),
    ("output", Inside),
    ("password", Secret),
    ("pictures", Inside),
    ("poll", Plain),
    ("port", Shown(ADDRESS)),
    ("priority", Plain),
    ("proxies", Plain),
    ("resources", Inside),
    ("script", Inside),
    ("seed", Plain),
    ("size", Plain),
    ("slang", Plain),
    ("stage", Plain),
    ("store", Secret),
    ("style", Inside),
    ("trends", Secret),
    ("voice", Secret),
    ("voice-failure", Plain),
    ("voice2", Secret),
    // Switches take no text; they are here so that one which comes to take some is looked at.
    ("no-workers", Plain),
    ("offline", Plain),
    ("dialogue", Plain),
    ("verbose", Plain),
];

/// The variables of the environment, beside those of [`SERVICES`].
pub(crate) const VARIABLES: [(&str, Fate); 27] = [
    ("BRAINWROUGHT_ADDRESSES", Secret),
    ("BRAINWROUGHT_ARTIFACTS", Secret),
    ("BRAINWROUGHT_CONFIG", Inside),
    ("BRAINWROUGHT_DATA", Inside),
    ("BRAINWROUGHT_JOBS", Secret),
    ("BRAINWROUGHT_LLM", Secret),
    ("BRAINWROUGHT_LLM_KEY", Secret),
    // Addresses of this machine without user, password and query; others are refused.
    ("BRAINWROUGHT_LLM_SERVERS", Plain),
    ("BRAINWROUGHT_LOG_FORMAT", Plain),
    ("BRAINWROUGHT_METRICS", Plain),
    ("BRAINWROUGHT_OFFLINE", Plain),
    ("BRAINWROUGHT_OPERATOR_TOKEN", Secret),
    ("BRAINWROUGHT_PDF_PASSWORD", Secret),
    ("BRAINWROUGHT_STORE", Secret),
    ("BRAINWROUGHT_TRENDS", Secret),
    ("BRAINWROUGHT_TRENDS_KEY", Secret),
    ("BRAINWROUGHT_VIDEO_KEY", Secret),
    ("BRAINWROUGHT_WEBHOOK_SECRET", Secret),
    ("DATABASE_URL", Secret),
    ("HF_DATASET_REPO", Shown("it is where finished videos are published")),
    ("HOME", Inside),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", Secret),
    ("PORT", Shown(ADDRESS)),
    ("RUST_LOG", Inside),
    ("XDG_DATA_HOME", Inside),
    // Read by libraries: proxies on the way to providers and stores.
    ("HTTPS_PROXY", Secret),
    ("HTTP_PROXY", Secret),
];

/// Options of remote stores, by their variables; the crates behind them take more, and all travel the same way.
pub(crate) const STORE_OPTIONS: [&str; 11] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_ENDPOINT",
    "AZURE_STORAGE_SAS_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "HF_ENDPOINT",
    "HF_TOKEN",
];

/// The keys of the config file; `*` stands for a name.
pub(crate) const KEYS: [(&str, Fate); 56] = [
    ("artifacts", Secret),
    ("c2pa.certificate", Inside),
    ("c2pa.key", Inside),
    ("callback-hosts", Inside),
    ("dataset", Shown("it is where finished videos are published")),
    ("document-tokens", Plain),
    ("jobs", Secret),
    ("llm", Secret),
    ("llm-servers", Plain),
    ("max-cost", Plain),
    ("max-storage", Plain),
    ("memes-by", Plain),
    ("observe.log-filter", Inside),
    ("observe.log-format", Plain),
    ("observe.metrics", Plain),
    ("observe.otlp-endpoint", Secret),
    ("ocr", Plain),
    ("offline", Plain),
    ("options", Secret),
    ("pictures", Inside),
    ("prices.*.cached-tokens", Plain),
    ("prices.*.call", Plain),
    ("prices.*.characters", Plain),
    ("prices.*.image", Plain),
    ("prices.*.input-tokens", Plain),
    ("prices.*.output-tokens", Plain),
    ("prices.*.video-second", Plain),
    ("providers.*.base-url", Secret),
    ("resources", Inside),
    ("store", Secret),
    ("trends", Secret),
    ("video-generators.*.base-url", Secret),
    ("video-generators.*.body", Secret),
    ("video-generators.*.done", Secret),
    ("video-generators.*.download", Secret),
    ("video-generators.*.failed", Secret),
    ("video-generators.*.id", Secret),
    ("video-generators.*.licence", Shown(NAMED)),
    ("video-generators.*.longest-wait", Plain),
    ("video-generators.*.model", Shown(NAMED)),
    ("video-generators.*.name", Shown(NAMED)),
    ("video-generators.*.poll", Secret),
    ("video-generators.*.poll-every-ms", Plain),
    ("video-generators.*.seconds", Plain),
    ("video-generators.*.status", Secret),
    ("video-generators.*.submit", Secret),
    ("video-generators.*.url", Secret),
    ("worker.concurrency", Plain),
    ("worker.poll", Plain),
    ("worker.stages", Plain),
    // Tables.
    ("c2pa", Plain),
    ("observe", Plain),
    ("prices", Plain),
    ("providers", Plain),
    ("video-generators", Plain),
    ("worker", Plain),
];

/// Every setting with what may become of it.
pub(crate) fn all() -> impl Iterator<Item = (String, Fate)> {
    let flags = FLAGS.iter().map(|(name, fate)| (format!("--{name}"), *fate));
    let variables = VARIABLES.iter().map(|(name, fate)| ((*name).to_owned(), *fate));
    let services = SERVICES.iter().flat_map(|service| [service.key_variable, service.base_variable]);
    let secrets = services.chain(STORE_OPTIONS).map(|name| (name.to_owned(), Secret));
    let keys = KEYS.iter().map(|(name, fate)| ((*name).to_owned(), *fate));
    flags.chain(variables).chain(secrets).chain(keys)
}

/// Fails when the program knows a setting that is not in the tables.
pub(crate) fn check_that_none_is_missing(folder: &Path) {
    let known: BTreeSet<String> = all().map(|(name, _)| name).collect();
    let missing = |found: BTreeSet<String>, least: usize| {
        assert!(found.len() >= least, "only {found:?} were found");
        let missing: Vec<&String> = found.difference(&known).collect();
        assert!(
            missing.is_empty(),
            "say in `settings.rs` what may become of {missing:?}, and plant a secret in it"
        );
    };
    missing(flags(), 45);
    missing(variables(), 24);
    let keys = keys(folder);
    missing(keys.iter().cloned().collect(), 45);
    let gone: Vec<&str> = KEYS.iter().map(|(name, _)| *name).filter(|name| !keys.contains(*name)).collect();
    assert!(gone.is_empty(), "the config file has no {gone:?} any more");
}

/// The flags, as the commands' help lists them.
fn flags() -> BTreeSet<String> {
    let help = |command: &str| {
        let said = program().args([command, "--help"]).output().unwrap();
        String::from_utf8(said.stdout).unwrap()
    };
    let help = ["serve", "submit", "make", "worker"].map(help).concat();
    let lines = help.lines().map(str::trim).filter(|line| line.starts_with('-'));
    let flags = lines.filter_map(|line| {
        let name = line.split_once("--")?.1.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').next()?;
        // What only prints, or is about one video and takes nothing.
        let is_switch = ["help", "version", "json", "force", "estimate", "c2pa"].contains(&name);
        (!name.is_empty() && !is_switch).then(|| format!("--{name}"))
    });
    flags.collect()
}

/// The variables: whatever the program's source quotes that looks like one.
fn variables() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // Only tests compile this one.
    let documents = source.join("docs");
    let mut folders = vec![source];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.extend((path != documents).then_some(path));
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let quoted = text.split("#[cfg(test)]").next().unwrap_or_default().split('"');
            found.extend(quoted.filter(|text| is_variable(text)).map(str::to_owned));
        }
    }
    found
}

fn is_variable(text: &str) -> bool {
    let is_long = text.contains('_') || ["PORT", "HOME"].contains(&text);
    is_long && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The keys, as the parser lists them when it meets one that it does not know.
fn keys(folder: &Path) -> BTreeSet<String> {
    let expected = |before: &str, after: &str| {
        let path = folder.join("wrong.toml");
        std::fs::write(&path, format!("{before}no-such-key = 1\n{after}")).unwrap();
        let said = program().args(["list", "--config"]).arg(path).output().unwrap();
        let said = String::from_utf8(said.stderr).unwrap();
        assert!(said.contains("unknown field `no-such-key`"), "{said}");
        let list = said.split("expected ").nth(1).unwrap().split(" in line").next().unwrap();
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut keys: BTreeSet<String> = expected("", "").into_iter().collect();
    for (table, shown) in [
        ("worker", "worker"),
        ("observe", "observe"),
        ("c2pa", "c2pa"),
        ("providers.openai", "providers.*"),
        ("prices.\"a/b\"", "prices.*"),
        ("video-generators.a", "video-generators.*"),
    ] {
        let inner = expected(&format!("[{table}]\n"), "");
        keys.extend(inner.into_iter().map(|key| format!("{shown}.{key}")));
    }
    // A machine fills this in; a file cannot.
    keys.remove("video-generators.*.settings-digest");
    keys
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_brainwrought"))
}
