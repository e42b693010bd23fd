//! The reference of the config file and of the environment, from what serde reads.

use std::fmt::Write as _;

use brainwrought_stages::visuals::VideoGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::markdown::{code, table};
use super::{environment, sorted};
use crate::config_file::ConfigFile;

/// How the reference begins.
const INTRODUCTION: &str = "# Config file and environment

The config file is `--config FILE`, `$BRAINWROUGHT_CONFIG`, or `brainwrought.toml` in the current folder. Arguments win over
environment variables, these over the config file, and that over defaults. A key that does not exist is an error. Keys of
providers come from the environment only, so that a config file can be shared.

";

/// A whole file.
const EXAMPLE: &str = r#"```toml
jobs = "postgres://user@host/database"
artifacts = "s3://bucket/prefix"
llm = "openai:gpt-5-mini"
max-cost = 0.50

[prices."gpu-box:8080/llama"]
call = 0.001

[worker]
stages = ["audio", "render"]
concurrency = 4

[observe]
log-format = "json"
metrics = "127.0.0.1:9464"

[options]
AWS_REGION = "eu-central-1"
```

"#;

/// Renders the whole document.
pub(super) fn render() -> String {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<ConfigFile>().to_value();
    let mut text = format!("{}\n{INTRODUCTION}{EXAMPLE}## Top-level keys\n\n", super::NOTE);
    let properties = sorted(&schema["properties"]);
    let plain = properties.iter().filter(|(_, property)| section_of(property).is_none());
    text.push_str(&keys(plain.map(|(key, property)| (key.as_str(), *property)), &Value::Null));
    let defaults = generator_defaults();
    for (key, property) in &properties {
        let Some((heading, inner)) = section_of(property) else { continue };
        let heading = heading.replace("KEY", key);
        let _ = write!(text, "## {heading}\n\n{}\n\n", description(property));
        let inner = sorted(&inner["properties"]);
        let defaults = if key == "video-generators" { &defaults } else { &Value::Null };
        text.push_str(&keys(inner.iter().map(|(key, property)| (key.as_str(), *property)), defaults));
    }
    text.push_str(&environment::render());
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The heading of a key that is a section of its own, with `KEY` for its name, and the schema of what stands below.
fn section_of(property: &Value) -> Option<(&'static str, &Value)> {
    if property["properties"].is_object() {
        return Some(("[KEY]", property));
    }
    let inner = &property["additionalProperties"];
    inner.is_object().then(|| (if inner["properties"].is_object() { "[KEY.NAME]" } else { "[KEY]" }, inner))
}

/// What a generator is unless a file says otherwise, as far as its stored form leaves it out: the schema has no defaults of
/// fields that are never written.
fn generator_defaults() -> Value {
    let generator = VideoGenerator::default();
    json!({
        "body": generator.body, "done": generator.done, "download": generator.download, "failed": generator.failed,
        "id": generator.id, "longest-wait": generator.longest_wait, "poll": generator.poll,
        "poll-every-ms": generator.poll_every_ms, "status": generator.status, "submit": generator.submit,
    })
}

/// A table of keys. Where the schema has no default, that of `defaults` counts.
fn keys<'a>(properties: impl Iterator<Item = (&'a str, &'a Value)>, defaults: &Value) -> String {
    let rows: Vec<Vec<String>> = properties
        .map(|(key, property)| {
            let mut meaning = description(property);
            let default = property.get("default").unwrap_or(&defaults[key]);
            if let Some(default) = text_of_default(default) {
                let _ = write!(meaning, " Default: {}.", code(&default));
            }
            vec![code(key), type_of(property), meaning]
        })
        .collect();
    table(&["key", "type", "meaning"], &rows)
}

/// A default that says something: not nothing, not an empty text or list, not zero.
fn text_of_default(default: &Value) -> Option<String> {
    let is_silent = match default {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::Bool(true) => false,
    };
    (!is_silent).then(|| default.to_string())
}

fn type_of(property: &Value) -> String {
    let name = |kind: &str| match kind {
        "array" => format!("list of {}s", type_of(&property["items"])),
        other => other.to_owned(),
    };
    match &property["type"] {
        Value::String(kind) => name(kind),
        Value::Array(kinds) => {
            let kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            kinds.map(name).collect::<Vec<_>>().join(" or ")
        }
        _ => "table".to_owned(),
    }
}

fn description(property: &Value) -> String {
    property["description"].as_str().unwrap_or_default().replace('\n', " ")
}
