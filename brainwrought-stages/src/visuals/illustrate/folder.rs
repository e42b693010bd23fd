//! [`Folder`]: the user's own pictures and clips, found by the words in their names.

use std::collections::BTreeSet;

use async_trait::async_trait;
use brainwrought_core::data::{BlobRef, IllustrationKind};
use brainwrought_core::stage::StageContext;
use serde::{Deserialize, Serialize};

use super::credit::Credit;
use super::error::IllustrateError;
use super::illustrator::{Found, Illustrator, ImageRequest};
use crate::licence;
use crate::provider::ProviderError;

/// Words shorter than this say little about a picture.
const MIN_WORD_CHARS: usize = 3;

/// One of the user's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PictureFile {
    /// Its name, without folders.
    pub name: String,
    /// Its bytes; the media type starts with `image/` or `video/`.
    pub file: BlobRef,
}

/// The user's own files.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) files: Vec<PictureFile>,
}

impl PictureFile {
    fn is(&self, kind: IllustrationKind) -> bool {
        self.file.media_type.starts_with("video/") == (kind == IllustrationKind::Clip)
    }

    fn words(&self) -> BTreeSet<String> {
        let stem = self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem);
        words(stem)
    }
}

/// Finds a still that all the words of its name suit, for a scene that nobody asked a picture for, and returns those words:
/// what is said anyway, and nothing else of the name.
pub(super) fn unasked(files: &[PictureFile], text: &str) -> Option<String> {
    let said = words(text);
    let suiting = files.iter().filter(|file| file.is(IllustrationKind::Still)).filter_map(|file| {
        let own = file.words();
        (!own.is_empty() && own.is_subset(&said)).then_some((own.len(), file))
    });
    // More words are a better reason; of equals the first by name.
    let (_, file) = suiting.rev().max_by_key(|(count, _)| *count)?;
    Some(file.words().into_iter().collect::<Vec<_>>().join(" "))
}

/// Finds the file whose name has the most words in common with a query, of the kind where there is one.
fn asked<'a>(files: &'a [PictureFile], wish: &ImageRequest) -> Option<&'a PictureFile> {
    let wanted = words(&wish.query);
    let score = |file: &PictureFile| {
        let own = file.words();
        let common = own.intersection(&wanted).count();
        (common, file.is(wish.kind), usize::MAX - own.len())
    };
    let best = files.iter().rev().max_by_key(|file| score(file))?;
    (score(best).0 > 0 && best.is(wish.kind)).then_some(best)
}

/// The words of a text, small, without the `s` of a plural.
fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| word.chars().any(char::is_alphabetic)).map(|word| {
        let word = word.to_lowercase();
        word.strip_suffix('s').map(str::to_owned).unwrap_or(word)
    });
    words.filter(|word| word.chars().count() >= MIN_WORD_CHARS).collect()
}

#[async_trait]
impl Illustrator for Folder {
    fn identity(&self) -> String {
        let files: Vec<String> =
            self.files.iter().map(|file| format!("{}={}", file.name, file.file.digest)).collect();
        format!("folder {}", files.join(" "))
    }

    fn makes(&self, kind: IllustrationKind) -> bool {
        self.files.iter().any(|file| file.is(kind))
    }

    async fn illustrate(&self, cx: &StageContext, wish: &ImageRequest) -> Result<Found, IllustrateError> {
        let provider = "the folder of pictures".to_owned();
        let nothing = || IllustrateError::Nothing { provider: provider.clone(), query: wish.query.clone() };
        let file = asked(&self.files, wish).ok_or_else(nothing)?;
        let bytes = cx.get(&file.file).await.map_err(|source| ProviderError::Unreachable {
            provider: provider.clone(),
            source: source.to_string().into(),
        })?;
        let credit = Credit {
            provider: "folder".to_owned(),
            author: None,
            // The name of a file of somebody's is nobody else's business; its digest is recorded.
            source: None,
            licence: licence::SUPPLIED.to_owned(),
            synthetic: false,
            shown: None,
        };
        Ok(Found { bytes, credit })
    }
}

#[cfg(test)]
mod tests {
    use brainwrought_core::id::Digest;

    use super::*;

    fn files(names: &[&str]) -> Vec<PictureFile> {
        let file = |name: &&str| PictureFile {
            name: (*name).to_owned(),
            file: BlobRef {
                digest: Digest::of(name.as_bytes()),
                bytes: 1,
                media_type: if name.ends_with("mp4") { "video/mp4" } else { "image/png" }.to_owned(),
            },
        };
        names.iter().map(file).collect()
    }

    #[test]
    fn files_are_found_by_the_words_of_their_names() {
        let files = files(&["01 queue.png", "long-queues_airport.png", "rain.mp4", "0815.png"]);
        let unasked = |text: &str| unasked(&files, text);
        assert_eq!(unasked("A queue grows.").as_deref(), Some("queue"));
        assert_eq!(unasked("Long queues at an airport.").as_deref(), Some("airport long queue"));
        assert_eq!(unasked("Rain falls on 0815."), None);
        let asked = |query: &str, kind| {
            let wish = ImageRequest { query: query.to_owned(), kind, width: 1, height: 1 };
            asked(&files, &wish).map(|file| file.name.clone())
        };
        assert_eq!(
            asked("airport at night", IllustrationKind::Still).as_deref(),
            Some("long-queues_airport.png")
        );
        assert_eq!(asked("a queue", IllustrationKind::Still).as_deref(), Some("01 queue.png"));
        assert_eq!(asked("heavy rain", IllustrationKind::Clip).as_deref(), Some("rain.mp4"));
        assert_eq!(asked("heavy snow", IllustrationKind::Clip), None);
    }
}
