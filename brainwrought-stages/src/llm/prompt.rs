//! [`Prompt`]: what a language model is asked.

use std::borrow::Cow;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::schema;
use super::tokens::estimate_tokens;

/// What a language model is asked. Its serialised form may be a part of the key that an answer is remembered by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// What the call is for, such as `script: analysis`; for the manifest and the log.
    pub purpose: String,
    /// Who the model is to be, and what it must do.
    pub system: String,
    /// What stands ahead of the first message, and is the same in several prompts: a document, say. Providers that remember the
    /// beginnings of prompts are told where it ends.
    #[serde(default)]
    pub shared: String,
    /// The conversation so far; the last message is the user's.
    pub messages: Vec<Message>,
    /// The form of the answer.
    pub schema: Option<AnswerSchema>,
    /// The most tokens of the answer, those of thinking included.
    pub max_tokens: u32,
    /// How freely the model chooses its words, from 0 to 2. Models that take none are asked without.
    pub temperature: Option<f32>,
    /// Makes some models answer alike each time.
    pub seed: Option<u64>,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said.
    pub text: String,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The one who asks.
    User,
    /// The model.
    Assistant,
}

/// The form of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerSchema {
    /// Its name: letters, digits, `_` and `-`.
    pub name: String,
    /// Its JSON Schema: every property required, no others allowed.
    pub schema: Value,
}

impl Prompt {
    /// A prompt of one message, with room for an answer of 4,096 tokens.
    pub fn new(purpose: impl Into<String>, system: impl Into<String>, user: impl Into<String>) -> Self {
        Self {
            purpose: purpose.into(),
            system: system.into(),
            shared: String::new(),
            messages: vec![Message { role: Role::User, text: user.into() }],
            schema: None,
            max_tokens: 4096,
            temperature: None,
            seed: None,
        }
    }

    /// About how many tokens the prompt has, the schema included; see [`estimate_tokens`].
    pub fn tokens(&self) -> u32 {
        /// What formats of conversations add to a message.
        const MESSAGE: u32 = 8;
        let schema = self.schema.as_ref().map_or(0, |form| estimate_tokens(&form.schema.to_string()));
        let messages = self.messages.iter().map(|message| estimate_tokens(&message.text) + MESSAGE);
        let ahead = estimate_tokens(&self.system).saturating_add(estimate_tokens(&self.shared));
        messages.fold(ahead.saturating_add(schema + MESSAGE), u32::saturating_add)
    }

    /// The messages with what stands ahead of the first one.
    pub(super) fn whole_messages(&self) -> impl Iterator<Item = (Role, Cow<'_, str>)> {
        self.messages.iter().enumerate().map(|(index, message)| {
            let text = match index {
                0 if !self.shared.is_empty() => Cow::Owned(format!("{}{}", self.shared, message.text)),
                _ => Cow::Borrowed(message.text.as_str()),
            };
            (message.role, text)
        })
    }

    /// The system text, with the form of the answer in words for servers that know of no schemas.
    pub(super) fn system_with_schema(&self) -> String {
        let mut text = self.system.clone();
        if let Some(form) = &self.schema {
            let _ = write!(
                text,
                "\n\nAnswer with one JSON object and nothing else. It must match this JSON Schema:\n{}",
                form.schema
            );
        }
        text
    }
}

impl Message {
    /// A message of the one who asks.
    pub fn user(text: impl Into<String>) -> Self {
        Self { role: Role::User, text: text.into() }
    }

    /// A message of the model.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self { role: Role::Assistant, text: text.into() }
    }
}

impl AnswerSchema {
    /// The form of a Rust type, which must be a struct. Doc comments of its fields tell the model what is wanted; maps
    /// have no strict form, so a list of pairs takes their place. Limits of texts and numbers are left out, as models are
    /// cut off in the middle of a word by them; check afterwards. Those of lists stay, for servers that hold a model to them.
    pub fn new<T: JsonSchema>() -> Self {
        let letters = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        Self { name: T::schema_name().chars().map(letters).take(64).collect(), schema: schema::strict::<T>() }
    }
}
