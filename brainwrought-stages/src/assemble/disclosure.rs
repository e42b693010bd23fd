//! [`Disclosure`]: what of a video no person spoke, wrote, drew or filmed.

use std::collections::BTreeMap;

use brainwrought_core::data::AssetRecord;
use serde::{Deserialize, Serialize};

use crate::licence;

/// How the tag `comment` of every video begins that this program made.
pub(super) const COMMENT_START: &str = "Made from ";

/// How the tag `description` of every such video begins.
const DESCRIPTION_START: &str = "Synthetic: ";

/// Tells by the tags of an MP4 file whether this program made it. A copy that another program made of it counts, as long
/// as the tags are kept.
pub(crate) fn is_own_video(tags: &BTreeMap<String, String>) -> bool {
    let begins = |tag: &str, start: &str| tags.get(tag).is_some_and(|text| text.starts_with(start));
    begins("comment", COMMENT_START) && begins("description", DESCRIPTION_START)
}

/// What of a video no person spoke, wrote, drew or filmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Disclosure {
    /// One sentence for each thing that is synthetic.
    pub synthetic: Vec<String>,
    /// Where the whole comes from, as the news industry names it.
    pub digital_source_type: SourceType,
}

/// Where a video comes from: the terms of IPTC's Digital Source Type that fit what this program makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum SourceType {
    /// Programs made all of it, none of which was trained on anybody's work.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia")]
    Algorithmic,
    /// Trained models made a part of it, and nothing in it is anybody's work.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")]
    Trained,
    /// Trained models made a part of it, and other parts are somebody's work.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia")]
    CompositeWithTrained,
}

impl Disclosure {
    /// Says what of a video with these assets is synthetic. `writer` is who wrote its script.
    pub(crate) fn new(writer: &str, assets: &[AssetRecord]) -> Self {
        // A model is named as its provider or server and itself; what writes without one is not.
        let by = match writer.split(['/', ' ']).next() {
            Some("offline" | "plain") | None => None,
            _ => Some(format!("the language model {writer}")),
        };
        let mut is_trained = by.is_some();
        let mut has_work = false;
        let by = by.unwrap_or_else(|| "a program".to_owned());
        let mut synthetic = vec![format!("the script was written by {by} from the document")];
        for asset in assets {
            let is_own = asset.licence != licence::SUPPLIED;
            match asset.kind.as_str() {
                "voice" => {
                    is_trained |= asset.synthetic;
                    synthetic.push(format!("the narration is spoken by the synthetic voice {}", asset.name));
                }
                "picture" | "clip" if asset.synthetic => {
                    is_trained = true;
                    let model = asset.provider.as_deref().unwrap_or("a model");
                    synthetic
                        .push(format!("the {} “{}” was made by the model {model}", asset.kind, asset.name));
                }
                "background" if is_own => {
                    synthetic.push(format!("the background is drawn by a program ({})", asset.name));
                }
                "music" | "effects" if is_own => synthetic.push(
                    format!("the {} is {}", asset.kind, asset.name).replace("effects is", "effects are"),
                ),
                "figure" | "page" | "picture" | "clip" | "background" | "music" => has_work = true,
                _ => {}
            }
        }
        let digital_source_type = match (is_trained, has_work) {
            (false, _) => SourceType::Algorithmic,
            (true, false) => SourceType::Trained,
            (true, true) => SourceType::CompositeWithTrained,
        };
        Self { synthetic, digital_source_type }
    }

    /// The same as one text, for the file itself.
    pub(super) fn text(&self) -> String {
        format!(
            "{DESCRIPTION_START}{}. Digital source type: {}.",
            self.synthetic.join("; "),
            self.digital_source_type.term()
        )
    }
}

impl SourceType {
    /// The last part of the term's address.
    fn term(self) -> &'static str {
        match self {
            Self::Algorithmic => "algorithmicMedia",
            Self::Trained => "trainedAlgorithmicMedia",
            Self::CompositeWithTrained => "compositeWithTrainedAlgorithmicMedia",
        }
    }
}

/// Names those whose pictures are shown, for whoever only has the file.
pub(super) fn thanks(assets: &[AssetRecord]) -> String {
    let named = assets.iter().filter(|asset| !asset.synthetic).filter_map(|asset| {
        let (author, provider) = (asset.author.as_deref()?, asset.provider.as_deref()?);
        Some(format!("{author} ({provider}, {})", asset.source.as_deref().unwrap_or(&asset.name)))
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() { String::new() } else { format!(" Pictures by {}.", named.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(kind: &str, name: &str) -> AssetRecord {
        AssetRecord::new("", kind, name, licence::OWN)
    }

    #[test]
    fn only_synthetic_parts_are_disclosed() {
        let espeak = [asset("voice", "espeak-ng"), asset("background", "procedural:marbles")];
        let plain = Disclosure::new("plain", &espeak);
        assert_eq!(plain.digital_source_type, SourceType::Algorithmic);
        let drawn = AssetRecord {
            provider: Some("openai/gpt-image-1".to_owned()),
            synthetic: true,
            ..asset("picture", "a queue")
        };
        let found = AssetRecord {
            provider: Some("pexels".to_owned()),
            author: Some("Ann".to_owned()),
            source: Some("https://www.pexels.com/photo/7/".to_owned()),
            ..asset("picture", "a line")
        };
        let supplied =
            AssetRecord { licence: licence::SUPPLIED.to_owned(), ..asset("music", "the user's file") };
        let voice = AssetRecord { synthetic: true, ..asset("voice", "hibari/heart") };
        let trained = Disclosure::new("offline/en", &[voice.clone(), drawn.clone()]);
        assert_eq!(trained.digital_source_type, SourceType::Trained);
        assert_eq!(
            trained.synthetic,
            [
                "the script was written by a program from the document",
                "the narration is spoken by the synthetic voice hibari/heart",
                "the picture “a queue” was made by the model openai/gpt-image-1",
            ]
        );
        let all = [voice, drawn, found, supplied, asset("figure", "Figure 1, p. 2")];
        let mixed = Disclosure::new("openai/gpt-5-mini", &all);
        assert!(mixed.synthetic[0].contains("the language model openai/gpt-5-mini"));
        assert_eq!(mixed.synthetic.len(), 3);
        assert!(mixed.text().ends_with("Digital source type: compositeWithTrainedAlgorithmicMedia."));
        assert_eq!(thanks(&all), " Pictures by Ann (pexels, https://www.pexels.com/photo/7/).");
        assert_eq!(thanks(&espeak), "");
    }
}
