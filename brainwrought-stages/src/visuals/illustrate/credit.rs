//! [`Credit`]: who made a picture, and by which right it is shown.

use serde::{Deserialize, Serialize};

/// Who made a picture, and by which right it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Who gave it, such as `pexels` or `openai/gpt-image-1`.
    pub provider: String,
    /// Who made it, where somebody did.
    pub author: Option<String>,
    /// The page where it was found.
    pub source: Option<String>,
    /// The SPDX expression of its licence, or a sentence where there is none.
    pub licence: String,
    /// True when a model made it.
    pub synthetic: bool,
    /// The words that stand on the picture, where something should.
    pub shown: Option<String>,
}

impl Credit {
    /// The credit of what a model made.
    pub(super) fn synthetic(provider: &str, model: &str, licence: &str) -> Self {
        Self {
            provider: format!("{provider}/{model}"),
            author: None,
            source: None,
            licence: licence.to_owned(),
            synthetic: true,
            shown: Some(format!("AI · {model}")),
        }
    }

    /// The credit of a photo service.
    pub(super) fn stock(provider: &str, shown_as: &str, author: &str, source: &str, licence: &str) -> Self {
        // A name out of the net is one short line.
        let author: String =
            author.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
        let shown = if author.is_empty() { shown_as.to_owned() } else { format!("{author} / {shown_as}") };
        Self {
            provider: provider.to_owned(),
            author: Some(author).filter(|author| !author.is_empty()),
            source: Some(source.chars().take(400).collect()).filter(|source: &String| !source.is_empty()),
            licence: licence.to_owned(),
            synthetic: false,
            shown: Some(shown),
        }
    }
}
