//! The description of the API as a page.

use std::sync::Arc;

use axum::extract::Extension;
use axum::response::Html;
use maud::{Markup, html};
use serde_json::{Map, Value};
use utoipa::openapi::OpenApi;

use super::shell::frame;
use crate::ApiError;
use crate::links::Base;

/// Draws the description, from the same document that programs get.
pub(crate) async fn docs(
    base: Base,
    Extension(document): Extension<Arc<OpenApi>>,
) -> Result<Html<String>, ApiError> {
    let document = serde_json::to_value(document.as_ref())
        .map_err(|error| ApiError::unavailable("write the description", error))?;
    let empty = Map::new();
    let map = |value: &'_ Value| value.as_object().cloned().unwrap_or_default();
    let paths = document["paths"].as_object().unwrap_or(&empty);
    let schemas = map(&document["components"]["schemas"]);
    let content = html! {
        div.docs {
            h1 { "API" }
            p.lead { (text(&document["info"]["description"])) }
            p { a href={ (base.0) "/api/openapi.json" } { "openapi.json" } " is the same description for programs." }
            pre { code { "curl -F pdf=@paper.pdf -F length=30 \\\n     -H 'Idempotency-Key: '$(uuidgen) \\\n     http://localhost:7860" (base.0) "/api/jobs" } }
            h2 { "Endpoints" }
            @for (path, item) in paths {
                @for (method, operation) in map(item) { (request(path, &method, &operation)) }
            }
            h2 { "Schemas" }
            @for (name, schema) in &schemas { (body(name, schema)) }
        }
    };
    Ok(Html(frame(&base.0, "API · Brainwrought", false, &content).into_string()))
}

fn request(path: &str, method: &str, operation: &Value) -> Markup {
    let empty = Vec::new();
    let parameters = operation["parameters"].as_array().unwrap_or(&empty);
    let responses = operation["responses"].as_object().cloned().unwrap_or_default();
    html! {
        details.block.request {
            summary { code { b { (method.to_uppercase()) } " " (path) } " " span { (text(&operation["summary"])) } }
            @if !operation["description"].is_null() { p { (text(&operation["description"])) } }
            @if !parameters.is_empty() {
                h3 { "Parameters" }
                dl { @for parameter in parameters {
                    dt { code { (text(&parameter["name"])) } " in " (text(&parameter["in"])) }
                    dd { (text(&parameter["description"])) }
                } }
            }
            @if let Some(content) = operation["requestBody"]["content"].as_object() {
                h3 { "Request body" }
                @for (kind, media) in content { p { code { (kind) } " " (type_of(&media["schema"])) } }
            }
            h3 { "Responses" }
            dl { @for (status, response) in &responses {
                dt { code { (status) } }
                dd {
                    (text(&response["description"])) " "
                    @for (kind, media) in response["content"].as_object().into_iter().flatten() { code { (kind) } " " (type_of(&media["schema"])) }
                }
            } }
        }
    }
}

fn body(name: &str, schema: &Value) -> Markup {
    html! {
        details.block id=(name) {
            summary { code { (name) } " " span { (text(&schema["description"])) } }
            dl { @for (field, property) in schema["properties"].as_object().into_iter().flatten() {
                dt { code { (field) } " " (type_of(property)) }
                dd { (text(&property["description"])) }
            } }
        }
    }
}

/// Says what a value is, with a link where it has a description of its own.
fn type_of(schema: &Value) -> Markup {
    if let Some(name) = schema["$ref"].as_str().and_then(|link| link.rsplit('/').next()) {
        return html! { a href={ "#" (name) } { (name) } };
    }
    if schema["items"].is_object() {
        return html! { "list of " (type_of(&schema["items"])) };
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        return html! { @for choice in choices { @if choice["type"] != "null" { (type_of(choice)) } } };
    }
    match &schema["type"] {
        Value::Array(kinds) => {
            html! { (kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")) }
        }
        kind => html! { (text(kind)) },
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
