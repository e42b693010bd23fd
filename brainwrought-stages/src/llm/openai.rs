//! [`OpenAi`]: OpenAI's chat completions, and all the servers that speak them.

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;
use serde_json::{Value, json};

use super::LanguageModel;
use super::completion::{Completion, Finish, Usage};
use super::connection::Connection;
use super::error::LlmError;
use super::prompt::{AnswerSchema, Prompt, Role};
use super::request_format::{Capabilities, Form, RequestFormat};
use super::schema;
use super::tokens::estimate_tokens;
use crate::provider::{Accept, Price, ProviderClient, ProviderError, Reply, Request};

/// A model that is spoken to through `chat/completions`: at OpenAI, or at a server of one's own.
#[derive(Debug)]
pub struct OpenAi {
    connection: Connection,
    is_hosted: bool,
}

/// How many tokens OpenAI's models take, by the start of their names; the longest that fits counts.
const CONTEXT: [(&str, u32); 8] = [
    ("gpt-3.5", 16_385),
    ("gpt-4", 8_192),
    ("gpt-4-turbo", 128_000),
    ("gpt-4.1", 1_047_576),
    ("gpt-4o", 128_000),
    ("gpt-5", 400_000),
    ("o3", 200_000),
    ("o4", 200_000),
];

impl OpenAi {
    /// A model at OpenAI.
    pub fn hosted(client: ProviderClient, model: &str, price: Option<Price>) -> Self {
        let known = CONTEXT.iter().filter(|(start, _)| model.starts_with(start));
        let context = known.max_by_key(|(start, _)| start.len()).map(|(_, tokens)| *tokens);
        let thinks = ["gpt-5", "o1", "o3", "o4"].iter().any(|start| model.starts_with(start));
        // Models that think first take no temperature.
        let manner = RequestFormat { tunes: !thinks, ..RequestFormat::HOSTED };
        let ladder = Capabilities::new(manner, false);
        Self { connection: Connection::new(client, model, price, ladder, context), is_hosted: true }
    }

    /// A model at a server that speaks as OpenAI does.
    pub fn compatible(client: ProviderClient, model: &str, price: Option<Price>) -> Self {
        let ladder = Capabilities::new(RequestFormat::FOREIGN, true);
        Self { connection: Connection::new(client, model, price, ladder, None), is_hosted: false }
    }

    fn request(&self, prompt: &Prompt, manner: RequestFormat) -> Request {
        // OpenAI shows its models the schema; other servers only hold the answer to it, and what the fields mean stays unsaid.
        let has_words = manner.form != Form::Schema || !self.is_hosted;
        let system = if has_words { prompt.system_with_schema() } else { prompt.system.clone() };
        let mut messages = Vec::new();
        if !system.is_empty() {
            messages.push(json!({ "role": "system", "content": system }));
        }
        messages.extend(prompt.whole_messages().map(|(role, text)| {
            let role = match role {
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            json!({ "role": role, "content": text })
        }));
        let mut body = json!({ "model": self.connection.model, "messages": messages });
        let limit = if manner.names_limit_anew { "max_completion_tokens" } else { "max_tokens" };
        body[limit] = prompt.max_tokens.into();
        if manner.tunes {
            if let Some(temperature) = prompt.temperature {
                body["temperature"] = rounded(temperature);
            }
            if let Some(seed) = prompt.seed {
                // Larger numbers than this are not the same to every reader of JSON.
                body["seed"] = (seed & 0xFFFF_FFFF).into();
            }
        }
        if manner.streams {
            body["stream"] = true.into();
            body["stream_options"] = json!({ "include_usage": true });
        }
        if self.is_hosted {
            body["store"] = false.into();
        }
        // A small model on a machine of one's own needs to be told when a list is full; its grammar then holds it to that.
        let shown = |form: &AnswerSchema| match self.is_hosted {
            true => schema::without_lengths(&form.schema),
            false => form.schema.clone(),
        };
        match (&prompt.schema, manner.form) {
            (Some(form), Form::Schema) => {
                let schema = json!({ "name": form.name, "strict": true, "schema": shown(form) });
                body["response_format"] = json!({ "type": "json_schema", "json_schema": schema });
            }
            (Some(_), Form::Loose) => body["response_format"] = json!({ "type": "json_object" }),
            _ => {}
        }
        let accept = if manner.streams { Accept::Events } else { Accept::Json };
        Request::post("chat/completions", &body, &prompt.purpose).accepting(accept)
    }
}

#[async_trait]
impl LanguageModel for OpenAi {
    fn name(&self) -> &str {
        &self.connection.name
    }

    fn context_tokens(&self) -> Option<u32> {
        self.connection.context_tokens()
    }

    async fn complete(&self, prompt: &Prompt, cx: &StageContext) -> Result<Completion, LlmError> {
        self.connection.complete(prompt, cx, |manner| self.request(prompt, manner), read).await
    }
}

/// A number as people write it: 0.2, not 0.20000000298023224.
pub(super) fn rounded(number: f32) -> Value {
    json!((f64::from(number) * 1000.0).round() / 1000.0)
}

/// What is put together from a reply, whole or in parts.
#[derive(Debug, Default)]
struct Parts {
    text: String,
    refusal: String,
    finish: Option<String>,
    usage: Option<Usage>,
}

fn read(reply: &Reply, prompt: &Prompt) -> Result<Completion, ProviderError> {
    let mut parts = Parts::default();
    match reply.events() {
        None => parts.take(reply, &reply.json()?, "message")?,
        Some(events) => {
            let mut is_done = false;
            for event in &events {
                if event.data.trim() == "[DONE]" {
                    is_done = true;
                    break;
                }
                let part: Value = serde_json::from_str(&event.data)
                    .map_err(|_| reply.bad("an event of its stream is no JSON"))?;
                parts.take(reply, &part, "delta")?;
            }
            // Without a reason to end, the end of the stream is not the end of the answer.
            if parts.finish.is_none() && (!is_done || parts.text.is_empty()) {
                return Err(reply.cut());
            }
        }
    }
    let finish = match parts.finish.as_deref() {
        _ if !parts.refusal.is_empty() => Finish::Refused(parts.refusal),
        Some("stop") | None => Finish::Stop,
        Some("length") => Finish::Length,
        Some("content_filter") => Finish::Refused("the provider's content filter".to_owned()),
        Some(other) => Finish::Other(other.to_owned()),
    };
    let usage = parts.usage.unwrap_or_else(|| guess(prompt, &parts.text));
    Ok(Completion { text: parts.text, finish, usage })
}

impl Parts {
    fn take(&mut self, reply: &Reply, value: &Value, key: &str) -> Result<(), ProviderError> {
        if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
            let what = error.get("message").and_then(Value::as_str).unwrap_or("it holds an error");
            return Err(reply.bad(what.chars().take(200).collect::<String>()));
        }
        if let Some(usage) = value.get("usage").filter(|usage| usage.is_object()) {
            let count = |place: &str| usage.pointer(place).and_then(Value::as_u64).unwrap_or(0);
            self.usage = Some(Usage {
                input_tokens: count("/prompt_tokens"),
                cached_tokens: count("/prompt_tokens_details/cached_tokens"),
                output_tokens: count("/completion_tokens"),
            });
        }
        let Some(choice) = value.pointer("/choices/0") else {
            // The last part of a stream has the counts alone.
            let is_whole = key == "message";
            return if is_whole { Err(reply.bad("it holds no answer")) } else { Ok(()) };
        };
        let message = choice.get(key).unwrap_or(&Value::Null);
        match message.get("content") {
            Some(Value::String(text)) => self.text.push_str(text),
            // Some servers send a list of parts.
            Some(Value::Array(parts)) => {
                parts
                    .iter()
                    .filter_map(|part| part.get("text")?.as_str())
                    .for_each(|text| self.text.push_str(text));
            }
            _ => {}
        }
        if let Some(refusal) = message.get("refusal").and_then(Value::as_str) {
            self.refusal.push_str(refusal);
        }
        if let Some(finish) = choice.get("finish_reason").and_then(Value::as_str).filter(|f| !f.is_empty()) {
            self.finish = Some(finish.to_owned());
        }
        Ok(())
    }
}

/// Counts by the texts, for servers that count nothing.
pub(super) fn guess(prompt: &Prompt, text: &str) -> Usage {
    let output_tokens = estimate_tokens(text).into();
    Usage { input_tokens: prompt.tokens().into(), cached_tokens: 0, output_tokens }
}
