//! [`MemesBy`], and [`Imgflip`]: memes that Imgflip draws, under the user's account.

use async_trait::async_trait;
use brainwrought_core::budget::Cost;
use brainwrought_core::data::{IllustrationKind, Meme};
use brainwrought_core::stage::StageContext;
use serde::{Deserialize, Serialize};

use super::MAX_PICTURE;
use super::credit::Credit;
use super::error::IllustrateError;
use super::illustrator::{Found, Illustrator, ImageRequest};
use super::openai::fetched;
use crate::provider::{Accept, ProviderClient, ProviderError, ProviderSettings, Request, Service};

/// The purpose of its calls.
const PURPOSE: &str = "visuals: meme";
/// What is known of the pictures behind its memes.
const LICENCE: &str =
    "a picture that users of Imgflip share, whose rights nobody has cleared; https://imgflip.com/terms";
/// The most of its words that are repeated, in characters.
const MAX_TEXT_CHARS: usize = 200;

/// The template of Imgflip's that is used for each of our own: its number there, and what it shows. Those for two texts
/// are taken where there is a choice. Source: the list at `https://api.imgflip.com/get_memes`.
const COUNTERPARTS: [(&str, &str, &str); 25] = [
    ("mind-blown", "155067746", "Surprised Pikachu"),
    ("skull", "4087833", "Waiting Skeleton"),
    ("eyes", "148909805", "Monkey Puppet"),
    ("thinking", "61516", "Philosoraptor"),
    ("monocle", "89370399", "Roll Safe Think About It"),
    ("doubt", "101288", "Third World Skeptical Kid"),
    ("clown", "1509839", "Captain Picard Facepalm"),
    ("dizzy", "101470", "Ancient Aliens"),
    ("melting", "97984", "Disaster Girl"),
    ("scream", "91538330", "X, X Everywhere"),
    ("sweat", "27813981", "Hide the Pain Harold"),
    ("crying", "61539", "First World Problems"),
    ("cat", "405658", "Grumpy Cat"),
    ("nerd", "61520", "Futurama Fry"),
    ("cool", "61532", "The Most Interesting Man In The World"),
    ("stars", "5496396", "Leonardo Dicaprio Cheers"),
    ("goat", "61544", "Success Kid"),
    ("hundred", "16464531", "But That's None Of My Business"),
    ("idea", "28251713", "Oprah You Get A"),
    ("salute", "5496396", "Leonardo Dicaprio Cheers"),
    ("popcorn", "438680", "Batman Slapping Robin"),
    ("versus", "181913649", "Drake Hotline Bling"),
    ("moods", "178591752", "Tuxedo Winnie The Pooh"),
    ("brain", "178591752", "Tuxedo Winnie The Pooh"),
    ("fine", "55311130", "This Is Fine"),
];

/// Who draws memes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MemesBy {
    /// This program, from its own templates.
    #[default]
    Own,
    /// Imgflip, from well-known pictures whose rights are not cleared; this program where that fails.
    Imgflip,
}

impl MemesBy {
    /// Tells whether the program draws them itself.
    pub fn is_own(&self) -> bool {
        *self == Self::Own
    }

    /// Checks that whoever draws them can be asked from here. Opens no connection.
    ///
    /// # Errors
    ///
    /// Fails when the network is off, and when there is no account.
    pub fn check(self, settings: &ProviderSettings) -> Result<(), ProviderError> {
        self.open(settings).map(drop)
    }

    /// Opens a client of whoever draws them; nothing where that is the program.
    pub(in super::super) fn open(
        self,
        settings: &ProviderSettings,
    ) -> Result<Option<ProviderClient>, ProviderError> {
        match self {
            Self::Own => Ok(None),
            Self::Imgflip => {
                let service = Service::named("imgflip").expect("the table of services has it");
                ProviderClient::for_service(settings, service).map(Some)
            }
        }
    }
}

/// A meme that Imgflip draws.
#[derive(Debug)]
pub(in super::super) struct Imgflip {
    pub(in super::super) client: ProviderClient,
    pub(in super::super) meme: Meme,
}

#[derive(Debug, Deserialize)]
struct Drawn {
    success: bool,
    #[serde(default)]
    data: Option<Place>,
    #[serde(default)]
    error_message: String,
}

/// Where the meme is.
#[derive(Debug, Deserialize)]
struct Place {
    url: String,
    #[serde(default)]
    page_url: String,
}

impl Imgflip {
    /// The number of its template at Imgflip.
    fn template(&self) -> Option<&'static str> {
        COUNTERPARTS.iter().find(|(own, ..)| *own == self.meme.template).map(|(_, theirs, _)| *theirs)
    }
}

#[async_trait]
impl Illustrator for Imgflip {
    fn identity(&self) -> String {
        let Meme { top, bottom, .. } = &self.meme;
        format!("{} {} {top:?} {bottom:?}", self.client.who(), self.template().unwrap_or_default())
    }

    fn makes(&self, kind: IllustrationKind) -> bool {
        kind == IllustrationKind::Still
    }

    async fn illustrate(&self, cx: &StageContext, wish: &ImageRequest) -> Result<Found, IllustrateError> {
        let provider = || self.client.who().to_owned();
        let nothing = || IllustrateError::Nothing { provider: provider(), query: wish.query.clone() };
        let template = self.template().ok_or_else(nothing)?;
        let fields = [
            ("template_id", template),
            ("text0", self.meme.top.as_str()),
            ("text1", self.meme.bottom.as_str()),
        ];
        let request = Request::post_form("caption_image", &fields, PURPOSE);
        let drawn: Drawn = self.client.call(cx, &request, |reply| Ok((reply.json()?, Cost::FREE))).await?;
        // It says no with a good status.
        let Some(place) = drawn.data.filter(|_| drawn.success) else {
            let said = self.client.scrub(&drawn.error_message).chars().take(MAX_TEXT_CHARS).collect();
            return Err(IllustrateError::Refused { provider: provider(), said });
        };
        let bytes = fetched(&self.client, cx, &place.url, Accept::Image, MAX_PICTURE).await?;
        Ok(Found { bytes, credit: Credit::stock("imgflip", "Imgflip", "", &place.page_url, LICENCE) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::MEME_TEMPLATES;

    #[test]
    fn every_template_has_a_counterpart() {
        let own: Vec<&str> = MEME_TEMPLATES.iter().map(|template| template.name).collect();
        assert_eq!(COUNTERPARTS.map(|(name, ..)| name).to_vec(), own);
        assert!(
            COUNTERPARTS.iter().all(|(_, theirs, shows)| theirs.parse::<u32>().is_ok() && !shows.is_empty())
        );
    }
}
