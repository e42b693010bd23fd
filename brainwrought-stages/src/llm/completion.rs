//! [`Completion`]: what a language model answered.

use serde::{Deserialize, Serialize};

use crate::provider::Price;
use brainwrought_core::budget::Cost;

/// What a language model answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// The text.
    pub text: String,
    /// Why it ends where it ends.
    pub finish: Finish,
    /// What was counted.
    pub usage: Usage,
}

/// Why an answer ends where it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finish {
    /// The model was done.
    Stop,
    /// There was no room for more.
    Length,
    /// The model or its provider did not want to; with their reason.
    Refused(String),
    /// Something else, by the provider's name for it.
    Other(String),
}

/// What a provider counted. Counts that it does not give are estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// All tokens of input.
    pub input_tokens: u64,
    /// Those of them that the provider had seen before.
    pub cached_tokens: u64,
    /// Tokens of output, those of thinking included.
    pub output_tokens: u64,
}

impl Usage {
    /// What it costs.
    pub fn cost(&self, price: Option<&Price>) -> Cost {
        price.map_or(Cost::FREE, |price| {
            price.tokens(self.input_tokens, self.cached_tokens, self.output_tokens)
        })
    }
}
