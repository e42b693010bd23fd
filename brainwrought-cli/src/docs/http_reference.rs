//! The reference of the HTTP API, from its OpenAPI description.

use std::fmt::Write as _;

use serde_json::Value;

use super::markdown::{code, escaped, table};
use super::sorted;

/// How the reference begins.
const INTRODUCTION: &str = "# HTTP API

What `brainwrought serve` answers below its address. A server describes itself at `/api/docs`, and for programs at
`/api/openapi.json` (OpenAPI). See the [guide](../guide/api.md) for examples, callbacks and agents.

";

/// Renders the whole document.
pub(super) fn render() -> String {
    let description = brainwrought_http::api_description();
    let mut text = format!("{}\n{INTRODUCTION}", super::NOTE);
    for (path, item) in sorted(&description["paths"]) {
        for (method, operation) in sorted(item) {
            endpoint(&method.to_uppercase(), &path, operation, &mut text);
        }
    }
    for (name, item) in sorted(&description["webhooks"]) {
        for (method, operation) in sorted(item) {
            endpoint(
                &format!("Callback {name}: {}", method.to_uppercase()),
                "callback_url",
                operation,
                &mut text,
            );
        }
    }
    text.push_str("## Schemas\n\n");
    for (name, schema) in sorted(&description["components"]["schemas"]) {
        let _ = write!(text, "### {name}\n\n{}", paragraph(&schema["description"]));
        let fields = sorted(&schema["properties"]);
        let rows: Vec<Vec<String>> = fields
            .iter()
            .map(|(field, property)| vec![code(field), type_of(property), said(&property["description"])])
            .collect();
        text.push_str(&table(&["field", "type", "meaning"], &rows));
        if fields.is_empty() {
            let _ = write!(text, "{}.\n\n", type_of(schema));
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn endpoint(method: &str, path: &str, operation: &Value, text: &mut String) {
    let _ = write!(text, "## {method} {path}\n\n{}", paragraph(&operation["summary"]));
    text.push_str(&paragraph(&operation["description"]));
    let parameters: Vec<Vec<String>> = list(&operation["parameters"])
        .map(|parameter| {
            let required = if parameter["required"] == true { ", required" } else { "" };
            let place = format!("{}{required}", said(&parameter["in"]));
            vec![
                code(&said(&parameter["name"])),
                place,
                type_of(&parameter["schema"]),
                said(&parameter["description"]),
            ]
        })
        .collect();
    text.push_str(&table(&["parameter", "in", "type", "meaning"], &parameters));
    let bodies: Vec<Vec<String>> = sorted(&operation["requestBody"]["content"])
        .into_iter()
        .map(|(kind, media)| vec![code(&kind), type_of(&media["schema"])])
        .collect();
    text.push_str(&table(&["request body", "type"], &bodies));
    let responses: Vec<Vec<String>> = sorted(&operation["responses"])
        .into_iter()
        .map(|(status, response)| {
            let content = sorted(&response["content"]);
            let kinds = content.iter().map(|(kind, media)| match type_of(&media["schema"]).as_str() {
                "" => code(kind),
                schema => format!("{}: {schema}", code(kind)),
            });
            vec![code(&status), said(&response["description"]), kinds.collect::<Vec<_>>().join(", ")]
        })
        .collect();
    text.push_str(&table(&["status", "meaning", "body"], &responses));
}

/// Says what a value is, with a link where it has a section of its own.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|link| link.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if schema["items"].is_object() {
        return format!("list of {}", type_of(&schema["items"]));
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if schema[key].is_array() {
            let choices = list(&schema[key]).filter(|choice| choice["type"] != "null").map(type_of);
            return choices.filter(|choice| !choice.is_empty()).collect::<Vec<_>>().join(" or ");
        }
    }
    let choices: Vec<String> = list(&schema["enum"]).filter_map(Value::as_str).map(code).collect();
    if !choices.is_empty() {
        return choices.join(", ");
    }
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        kind => said(kind),
    }
}

fn paragraph(text: &Value) -> String {
    let text = escaped(&said(text));
    if text.is_empty() { String::new() } else { format!("{text}\n\n") }
}

fn said(text: &Value) -> String {
    text.as_str().unwrap_or_default().trim().to_owned()
}

fn list(values: &Value) -> impl Iterator<Item = &Value> {
    values.as_array().into_iter().flatten()
}
