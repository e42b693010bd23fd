//! [`Connection`]: what the clients of all models share: cost accounting, the fallback to fewer capabilities, and prompts that do not fit.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use brainwrought_core::event::LogLevel;
use brainwrought_core::stage::StageContext;

use super::completion::Completion;
use super::error::LlmError;
use super::prompt::Prompt;
use super::request_format::{Capabilities, RequestFormat};
use crate::provider::{Bill, Price, ProviderClient, ProviderError, Reply, Request};

/// The most downgrades that one call goes down.
const MAX_DOWNGRADES: u32 = 6;
/// So many bytes of a stream make one line in the log; a token takes some 200.
const LOG_EVERY: u64 = 64 << 10;

/// A model at a provider.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) client: ProviderClient,
    pub(super) model: String,
    /// `provider/model`.
    pub(super) name: String,
    pub(super) price: Option<Price>,
    pub(super) ladder: Capabilities,
    /// How many tokens fit; 0 while that is not known.
    context: AtomicU32,
}

impl Connection {
    pub(super) fn new(
        client: ProviderClient,
        model: &str,
        price: Option<Price>,
        ladder: Capabilities,
        context: Option<u32>,
    ) -> Self {
        let name = format!("{}/{model}", client.name());
        let context = AtomicU32::new(context.unwrap_or(0));
        Self { client, model: model.to_owned(), name, price, ladder, context }
    }

    pub(super) fn context_tokens(&self) -> Option<u32> {
        Some(self.context.load(Ordering::Relaxed)).filter(|tokens| *tokens > 0)
    }

    /// Sends what `ask` makes of the manner that the server takes, and reads the reply with `read`.
    pub(super) async fn complete(
        &self,
        prompt: &Prompt,
        cx: &StageContext,
        ask: impl Fn(RequestFormat) -> Request + Send + Sync,
        read: fn(&Reply, &Prompt) -> Result<Completion, ProviderError>,
    ) -> Result<Completion, LlmError> {
        let price = self.price.as_ref();
        let most = |price: &Price| price.tokens(prompt.tokens().into(), 0, prompt.max_tokens.into());
        let bill = Bill::by(price, most);
        let mut downgrades = 0;
        loop {
            let manner = self.ladder.manner();
            let request = ask(manner).billed(&self.model, bill);
            let logged = AtomicU64::new(0);
            let watch = |bytes: u64| {
                if bytes / LOG_EVERY > logged.fetch_max(bytes / LOG_EVERY, Ordering::Relaxed) {
                    let line =
                        format!("{}: {} kB of the answer to {}", self.name, bytes >> 10, prompt.purpose);
                    cx.log(LogLevel::Info, line);
                }
            };
            let answer = self.client.call_watched(cx, &request, &watch, |reply| {
                let completion = read(reply, prompt)?;
                let cost = completion.usage.cost(price);
                Ok((completion, cost))
            });
            let error = match answer.await {
                Ok(completion) => return Ok(completion),
                Err(error) => error,
            };
            let (status, said) = match &error {
                ProviderError::BadRequest { status, said, .. } => (*status, said),
                ProviderError::Server { status, said, .. } => (*status, said),
                _ => return Err(error.into()),
            };
            if status == 413 || is_overflow(said) {
                if let Some(limit) = limit_in(said) {
                    self.context.store(limit, Ordering::Relaxed);
                }
                return Err(LlmError::TooLong { model: self.name.clone(), limit: self.context_tokens() });
            }
            // A server of one's own that fails over a schema says so; one that is down does not.
            let is_about_request =
                matches!(status, 400 | 415 | 422 | 501) || (status == 500 && said.contains("grammar"));
            downgrades += 1;
            if !is_about_request
                || downgrades > MAX_DOWNGRADES
                || !self.ladder.learn(manner, said, prompt.schema.is_some())
            {
                return Err(error.into());
            }
            cx.log(LogLevel::Info, format!("{error}; asking in another way"));
        }
    }
}

/// Tells whether a refusal is about a prompt that is too long. Providers have no common code for it.
fn is_overflow(said: &str) -> bool {
    const SAID: [&str; 9] = [
        "context length",
        "context_length",
        "context size",
        "context window",
        "context limit",
        "prompt is too long",
        "input is too long",
        "exceeds the maximum number of tokens",
        "too many tokens",
    ];
    let said = said.to_ascii_lowercase();
    SAID.iter().any(|words| said.contains(words))
}

/// Finds the limit in a refusal such as `maximum context length is 8192 tokens`.
fn limit_in(said: &str) -> Option<u32> {
    const BEFORE: [&str; 6] = [
        "context length is ",
        "context size (",
        "context limit: ",
        "tokens > ",
        "number of tokens allowed (",
        "context window of ",
    ];
    let number = |text: &str| {
        let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
        digits.replace(',', "").parse().ok()
    };
    BEFORE.iter().find_map(|before| number(said.split_once(before)?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_that_do_not_fit_are_known_by_what_providers_say() {
        let said = [
            ("This model's maximum context length is 8192 tokens. However, you requested 9001", Some(8192)),
            ("prompt is too long: 208310 tokens > 200000 maximum", Some(200_000)),
            (
                "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576)",
                Some(1_048_576),
            ),
            (
                "request (4097 tokens) exceeds the available context size (512 tokens), try increasing it",
                Some(512),
            ),
            ("the context window is full", None),
        ];
        for (said, limit) in said {
            assert!(is_overflow(said), "{said}");
            assert_eq!(limit_in(said), limit, "{said}");
        }
        assert!(!is_overflow("max_tokens is too large: 99999"));
    }
}
