//! [`ask`]: a question whose answer is a Rust type.

use brainwrought_core::event::LogLevel;
use brainwrought_core::stage::StageContext;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use super::completion::Finish;
use super::error::LlmError;
use super::prompt::{AnswerSchema, Message, Prompt};
use super::{LanguageModel, lenient};
use crate::provider::ProviderError;

/// The most of a bad answer that goes back to the model, in characters.
const MAX_RETURNED: usize = 20_000;

/// Asks a model for a value of a Rust type, which must be a struct.
///
/// The type's JSON Schema goes along. The reply is read leniently; one that has not the form goes back once, with what is
/// wrong with it. An answer for which there was no room is asked for once more with twice the room. After that there is a
/// typed end, and never half a value.
///
/// # Errors
///
/// Fails as [`LlmError`] tells.
pub async fn ask<T: DeserializeOwned + JsonSchema>(
    model: &dyn LanguageModel,
    mut prompt: Prompt,
    cx: &StageContext,
) -> Result<T, LlmError> {
    prompt.schema = Some(AnswerSchema::new::<T>());
    let name = || model.name().to_owned();
    let (mut was_short, mut was_repaired) = (false, false);
    loop {
        let max_tokens = prompt.max_tokens;
        let completion = match model.complete(&prompt, cx).await {
            // Twice the room was more than the model has.
            Err(LlmError::Provider(ProviderError::BadRequest { .. }) | LlmError::TooLong { .. })
                if was_short =>
            {
                return Err(LlmError::Truncated { model: name(), max_tokens: max_tokens / 2 });
            }
            other => other?,
        };
        match completion.finish {
            Finish::Refused(why) => return Err(LlmError::Refused { model: name(), why }),
            // The limit may strike between the last bracket and the model's own end.
            Finish::Length if let Ok(answer) = serde_json::from_str(completion.text.trim()) => {
                return Ok(answer);
            }
            Finish::Length if was_short => return Err(LlmError::Truncated { model: name(), max_tokens }),
            Finish::Length => {
                was_short = true;
                prompt.max_tokens = max_tokens.saturating_mul(2);
                cx.log(LogLevel::Info, format!("{}: no room for {}, asking again", name(), prompt.purpose));
                continue;
            }
            Finish::Stop | Finish::Other(_) => {}
        }
        let why = match lenient::read(&completion.text) {
            Ok(answer) => return Ok(answer),
            Err(why) => why,
        };
        if was_repaired {
            return Err(LlmError::InvalidReply { model: name(), why });
        }
        was_repaired = true;
        cx.log(LogLevel::Info, format!("{}: {} must be repaired: {why}", name(), prompt.purpose));
        let schema = prompt.schema.as_ref().map(|form| form.schema.to_string()).unwrap_or_default();
        let returned: String = completion.text.chars().take(MAX_RETURNED).collect();
        // An empty message is refused by some.
        let returned = if returned.trim().is_empty() { "(nothing)".to_owned() } else { returned };
        prompt.messages.push(Message::assistant(returned));
        prompt.messages.push(Message::user(format!(
            "That cannot be read: {why}. Answer again with one JSON object and nothing else, matching this JSON Schema:\n{schema}"
        )));
    }
}
