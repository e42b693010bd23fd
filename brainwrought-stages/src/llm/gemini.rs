//! [`Gemini`]: Google's models through `generateContent`.

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

/// A model at Google.
#[derive(Debug)]
pub struct Gemini {
    connection: Connection,
}

/// Every Gemini model since 1.5 takes as much.
const CONTEXT: u32 = 1_048_576;

impl Gemini {
    /// A model at Google.
    pub fn new(client: ProviderClient, model: &str, price: Option<Price>) -> Self {
        let ladder = Capabilities::new(RequestFormat::HOSTED, false);
        let context = model.starts_with("gemini").then_some(CONTEXT);
        Self { connection: Connection::new(client, model, price, ladder, context) }
    }

    fn request(&self, prompt: &Prompt, manner: RequestFormat) -> Request {
        let has_words = manner.form != Form::Schema;
        let system = if has_words { prompt.system_with_schema() } else { prompt.system.clone() };
        let contents = prompt.whole_messages().map(|(role, text)| {
            let role = match role {
                Role::User => "user",
                Role::Assistant => "model",
            };
            json!({ "role": role, "parts": [{ "text": text }] })
        });
        let mut config = json!({ "maxOutputTokens": prompt.max_tokens });
        if manner.tunes {
            if let Some(temperature) = prompt.temperature {
                config["temperature"] = rounded(temperature);
            }
            if let Some(seed) = prompt.seed {
                config["seed"] = (seed & 0x7FFF_FFFF).into();
            }
        }
        if let Some(form) = &prompt.schema
            && manner.form != Form::Words
        {
            config["responseMimeType"] = "application/json".into();
            if manner.form == Form::Schema {
                config["responseJsonSchema"] = schema::without_lengths(&form.schema);
            }
        }
        let mut body = json!({ "contents": contents.collect::<Vec<_>>(), "generationConfig": config });
        if !system.is_empty() {
            body["systemInstruction"] = json!({ "parts": [{ "text": system }] });
        }
        let model = &self.connection.model;
        if manner.streams {
            Request::post(&format!("v1beta/models/{model}:streamGenerateContent"), &body, &prompt.purpose)
                .with_query("alt", "sse")
                .accepting(Accept::Events)
        } else {
            Request::post(&format!("v1beta/models/{model}:generateContent"), &body, &prompt.purpose)
        }
    }
}

#[async_trait]
impl LanguageModel for Gemini {
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
    finish: Option<Finish>,
    usage: Option<Usage>,
}

fn read(reply: &Reply, prompt: &Prompt) -> Result<Completion, ProviderError> {
    let mut parts = Parts::default();
    match reply.events() {
        None => parts.take(reply, &reply.json()?)?,
        Some(events) => {
            for event in &events {
                let part: Value = serde_json::from_str(&event.data)
                    .map_err(|_| reply.bad("an event of its stream is no JSON"))?;
                parts.take(reply, &part)?;
            }
        }
    }
    let finish = parts.finish.ok_or_else(|| reply.cut())?;
    let usage = parts.usage.unwrap_or_else(|| guess(prompt, &parts.text));
    Ok(Completion { text: parts.text, finish, usage })
}

impl Parts {
    fn take(&mut self, reply: &Reply, value: &Value) -> Result<(), ProviderError> {
        if let Some(what) = value.pointer("/error/message").and_then(Value::as_str) {
            return Err(reply.bad(what.chars().take(200).collect::<String>()));
        }
        if let Some(usage) = value.get("usageMetadata") {
            let count = |name: &str| usage.get(name).and_then(Value::as_u64).unwrap_or(0);
            self.usage = Some(Usage {
                input_tokens: count("promptTokenCount") + count("toolUsePromptTokenCount"),
                cached_tokens: count("cachedContentTokenCount"),
                output_tokens: count("candidatesTokenCount") + count("thoughtsTokenCount"),
            });
        }
        if let Some(reason) = value.pointer("/promptFeedback/blockReason").and_then(Value::as_str) {
            self.finish = Some(Finish::Refused(format!("the prompt was blocked: {reason}")));
        }
        let Some(candidate) = value.pointer("/candidates/0") else { return Ok(()) };
        let parts = candidate.pointer("/content/parts").and_then(Value::as_array);
        for part in parts.into_iter().flatten() {
            let is_thought = part.get("thought").and_then(Value::as_bool).unwrap_or(false);
            if let Some(text) = part.get("text").and_then(Value::as_str).filter(|_| !is_thought) {
                self.text.push_str(text);
            }
        }
        self.finish = match candidate.get("finishReason").and_then(Value::as_str) {
            None | Some("FINISH_REASON_UNSPECIFIED") => self.finish.take(),
            Some("STOP") => Some(Finish::Stop),
            Some("MAX_TOKENS") => Some(Finish::Length),
            Some(
                reason @ ("SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII"
                | "IMAGE_SAFETY"),
            ) => Some(Finish::Refused(reason.to_owned())),
            Some(other) => Some(Finish::Other(other.to_owned())),
        };
        Ok(())
    }
}
