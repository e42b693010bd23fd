//! Language models: one small trait, hosted models and servers of one's own behind it, and answers that are Rust types.
//!
//! [`ask`] is how stages use them: it sends the JSON Schema of a Rust type along, reads what comes leniently, and lets
//! the model repair its answer once. Whatever goes wrong has a typed end, [`LlmError`], after which a stage writes
//! without the model.

mod anthropic;
mod ask;
mod choice;
mod completion;
mod connection;
mod error;
mod gemini;
mod lenient;
mod local_model;
mod local_servers;
mod openai;
mod prompt;
mod request_format;
mod schema;
mod tokens;

use std::fmt::Debug;

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;

pub use anthropic::Anthropic;
pub use ask::ask;
pub use choice::{ChosenLlm, LlmChoice, NoSuchLlm, Quote, SERVER_KEY};
pub use completion::{Completion, Finish, Usage};
pub use error::LlmError;
pub use gemini::Gemini;
pub use local_model::{LocalModel, LocalServer, best_local_model};
pub use local_servers::{LOCAL_SERVERS, local_models};
pub use openai::OpenAi;
pub use prompt::{AnswerSchema, Message, Prompt, Role};
pub use tokens::estimate_tokens;

/// A language model. Object-safe, held as `Arc<dyn LanguageModel>`.
///
/// # Contract
///
/// It is guaranteed that a call is paid for, noted and stopped by the context, and that no two calls share anything but
/// what the client learned about its server. It is not guaranteed that an answer keeps to the schema of its prompt:
/// reading it is the caller's work, and [`ask`] does it.
///
/// ```
/// use brainwrought_core::stage::StageContext;
/// use brainwrought_stages::llm::{Completion, Finish, LanguageModel, LlmError, Prompt, Usage};
///
/// /// Says what it is told to.
/// #[derive(Debug)]
/// struct Parrot;
///
/// #[async_trait::async_trait]
/// impl LanguageModel for Parrot {
///     fn name(&self) -> &str {
///         "parrot/grey"
///     }
///
///     fn context_tokens(&self) -> Option<u32> {
///         None
///     }
///
///     async fn complete(&self, prompt: &Prompt, _cx: &StageContext) -> Result<Completion, LlmError> {
///         let text = prompt.messages.iter().map(|message| message.text.as_str()).collect();
///         Ok(Completion { text, finish: Finish::Stop, usage: Usage::default() })
///     }
/// }
/// ```
#[async_trait]
pub trait LanguageModel: Debug + Send + Sync + 'static {
    /// The model's name, such as `openai/gpt-5-mini`. It goes into the settings of the stage that uses it.
    fn name(&self) -> &str;

    /// How many tokens a prompt and its answer may have together, if that is known.
    fn context_tokens(&self) -> Option<u32>;

    /// Answers a prompt.
    ///
    /// # Errors
    ///
    /// Fails with [`LlmError::TooLong`] when the prompt does not fit, and with [`LlmError::Provider`] when the provider
    /// does not answer. An answer that was refused or cut off is no error here: [`Completion::finish`] tells.
    async fn complete(&self, prompt: &Prompt, cx: &StageContext) -> Result<Completion, LlmError>;
}

#[cfg(test)]
#[cfg(feature = "providers")]
pub(crate) mod tests;
