//! [`ModelWish`]: which language model somebody asks for; a model by name, or the best of this machine.

use std::fmt;
use std::str::FromStr;

use brainwrought_stages::llm::{LlmChoice, NoSuchLlm};
use serde::Deserialize;

/// The word for the best model of this machine.
const AUTO: &str = "auto";

/// Which language model somebody asks for. Jobs store a [`LlmChoice`], which this becomes before they are created.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) enum ModelWish {
    /// The best model of a server on this machine.
    Auto,
    /// A model by its name.
    Named(LlmChoice),
}

impl ModelWish {
    /// The model, if it has a name.
    pub(crate) fn named(&self) -> Option<&LlmChoice> {
        match self {
            Self::Auto => None,
            Self::Named(choice) => Some(choice),
        }
    }

    /// As [`named`](Self::named).
    pub(crate) fn into_named(self) -> Option<LlmChoice> {
        match self {
            Self::Auto => None,
            Self::Named(choice) => Some(choice),
        }
    }
}

impl FromStr for ModelWish {
    type Err = NoSuchLlm;

    fn from_str(text: &str) -> Result<Self, NoSuchLlm> {
        if text == AUTO { Ok(Self::Auto) } else { text.parse().map(Self::Named) }
    }
}

impl fmt::Display for ModelWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str(AUTO),
            Self::Named(choice) => choice.fmt(f),
        }
    }
}

impl TryFrom<String> for ModelWish {
    type Error = NoSuchLlm;

    fn try_from(text: String) -> Result<Self, NoSuchLlm> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_one_word() {
        assert_eq!("auto".parse(), Ok(ModelWish::Auto));
        let named: ModelWish = "openai:gpt-5-mini".parse().unwrap();
        assert_eq!(
            (named.to_string().as_str(), ModelWish::Auto.to_string().as_str()),
            ("openai:gpt-5-mini", "auto")
        );
        assert!(named.into_named().is_some() && "clippy:97".parse::<ModelWish>().is_err());
    }
}
