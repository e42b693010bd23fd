//! [`Anthropic`]: Anthropic's models through `messages`.

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;
use serde_json::{Value, json};

use super::LanguageModel;
use super::completion::{Completion, Finish, Usage};
use super::connection::Connection;
use super::error::LlmError;
use super::openai::{guess, rounded};
use super::prompt::{Prompt, Role};
use super::request_format::{Capabilities, Form, RequestFormat};
use super::schema;
use crate::provider::{Accept, Price, ProviderClient, ProviderError, Reply, Request};

/// A model at Anthropic.
///
/// The form of an answer is asked for as `output_config.format`; models that do not know it are made to use a tool of that
/// form instead.
#[derive(Debug)]
pub struct Anthropic {
    connection: Connection,
}

/// Every Claude model since 3 takes as much.
const CONTEXT: u32 = 200_000;

impl Anthropic {
    /// A model at Anthropic.
    pub fn new(client: ProviderClient, model: &str, price: Option<Price>) -> Self {
        let ladder = Capabilities::new(RequestFormat::HOSTED, false);
        let context = model.starts_with("claude").then_some(CONTEXT);
        Self { connection: Connection::new(client, model, price, ladder, context) }
    }

    fn request(&self, prompt: &Prompt, manner: RequestFormat) -> Request {
        let has_words = manner.form == Form::Words;
        let system = if has_words { prompt.system_with_schema() } else { prompt.system.clone() };
        let messages = prompt.messages.iter().enumerate().map(|(index, message)| {
            let role = match message.role {
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            if index > 0 || prompt.shared.is_empty() {
                return json!({ "role": role, "content": message.text });
            }
            // What stands before the mark is remembered, form and system text included.
            let shared = json!({
                "type": "text", "text": prompt.shared, "cache_control": { "type": "ephemeral" },
            });
            json!({ "role": role, "content": [shared, { "type": "text", "text": message.text }] })
        });
        let mut body = json!({
            "model": self.connection.model,
            "max_tokens": prompt.max_tokens,
            "messages": messages.collect::<Vec<_>>(),
        });
        if !system.is_empty() {
            body["system"] = system.into();
        }
        if let Some(temperature) = prompt.temperature.filter(|_| manner.tunes) {
            // Here the scale ends at 1.
            body["temperature"] = rounded(temperature.min(1.0));
        }
        if manner.streams {
            body["stream"] = true.into();
        }
        match (&prompt.schema, manner.form) {
            (Some(form), Form::Schema) => {
                let format =
                    json!({ "type": "json_schema", "schema": schema::without_lengths(&form.schema) });
                body["output_config"] = json!({ "format": format });
            }
            (Some(form), Form::Loose) => {
                let tool = json!({
                    "name": form.name,
                    "description": "Takes the answer.",
                    "input_schema": schema::without_lengths(&form.schema),
                });
                body["tools"] = json!([tool]);
                body["tool_choice"] = json!({ "type": "tool", "name": form.name });
            }
            _ => {}
        }
        let accept = if manner.streams { Accept::Events } else { Accept::Json };
        Request::post("v1/messages", &body, &prompt.purpose).accepting(accept)
    }
}

#[async_trait]
impl LanguageModel for Anthropic {
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

/// What is put together from a reply, whole or in parts.
#[derive(Debug, Default)]
struct Parts {
    text: String,
    stop: Option<String>,
    usage: Option<Usage>,
}

fn read(reply: &Reply, prompt: &Prompt) -> Result<Completion, ProviderError> {
    let mut parts = Parts::default();
    match reply.events() {
        None => {
            let message: Value = reply.json()?;
            let Some(content) = message.get("content").and_then(Value::as_array) else {
                return Err(reply.bad("it holds no answer"));
            };
            content.iter().for_each(|block| parts.take_block(block));
            parts.take_end(&message);
            parts.take_usage(message.get("usage"));
        }
        Some(events) => {
            let mut is_done = false;
            for event in &events {
                let event: Value = serde_json::from_str(&event.data)
                    .map_err(|_| reply.bad("an event of its stream is no JSON"))?;
                is_done |= parts.take_event(reply, &event)?;
            }
            if !is_done {
                return Err(reply.cut());
            }
        }
    }
    let finish = match parts.stop.as_deref() {
        Some("end_turn" | "stop_sequence" | "tool_use") | None => Finish::Stop,
        Some("max_tokens" | "model_context_window_exceeded") => Finish::Length,
        Some("refusal") => Finish::Refused("the model's own judgement".to_owned()),
        Some(other) => Finish::Other(other.to_owned()),
    };
    let usage = parts.usage.unwrap_or_else(|| guess(prompt, &parts.text));
    Ok(Completion { text: parts.text, finish, usage })
}

impl Parts {
    /// Takes one event of a stream; true when it is the last one.
    fn take_event(&mut self, reply: &Reply, event: &Value) -> Result<bool, ProviderError> {
        match event.get("type").and_then(Value::as_str).unwrap_or_default() {
            "message_start" => self.take_usage(event.pointer("/message/usage")),
            // With a tool, its input is empty here and comes in parts.
            "content_block_start" => {
                if let Some(text) = event.pointer("/content_block/text").and_then(Value::as_str) {
                    self.text.push_str(text);
                }
            }
            "content_block_delta" => {
                for place in ["/delta/text", "/delta/partial_json"] {
                    if let Some(text) = event.pointer(place).and_then(Value::as_str) {
                        self.text.push_str(text);
                    }
                }
            }
            "message_delta" => {
                self.take_end(event.get("delta").unwrap_or(&Value::Null));
                self.take_usage(event.get("usage"));
            }
            "message_stop" => return Ok(true),
            "error" => {
                let what = event.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
                return Err(reply.bad(format!("it broke off: {what}").chars().take(200).collect::<String>()));
            }
            _ => {}
        }
        Ok(false)
    }

    fn take_block(&mut self, block: &Value) {
        match (block.get("type").and_then(Value::as_str), block.get("text"), block.get("input")) {
            (Some("text"), Some(Value::String(text)), _) => self.text.push_str(text),
            (Some("tool_use"), _, Some(input)) => self.text.push_str(&input.to_string()),
            _ => {}
        }
    }

    fn take_end(&mut self, holder: &Value) {
        if let Some(stop) = holder.get("stop_reason").and_then(Value::as_str) {
            self.stop = Some(stop.to_owned());
        }
    }

    /// Counts come at the start and, as sums, at the end; what is left out there has not changed.
    fn take_usage(&mut self, usage: Option<&Value>) {
        let Some(usage) = usage.filter(|usage| usage.is_object()) else { return };
        let count = |name: &str| usage.get(name).and_then(Value::as_u64);
        let mut sum = self.usage.unwrap_or_default();
        if let Some(fresh) = count("input_tokens") {
            let read = count("cache_read_input_tokens").unwrap_or(0);
            sum.cached_tokens = read;
            sum.input_tokens = fresh + read + count("cache_creation_input_tokens").unwrap_or(0);
        }
        sum.output_tokens = count("output_tokens").unwrap_or(sum.output_tokens);
        self.usage = Some(sum);
    }
}
