//! [`PictureChoice`] and [`Pictures`]: where pictures come from, as a user writes it and as a job keeps it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use brainwrought_core::budget::Cost;
use brainwrought_core::data::IllustrationKind;
use brainwrought_core::id::Digest;
use serde::{Deserialize, Serialize};

use super::folder::{self, Folder, PictureFile};
use super::gemini::GeminiPictures;
use super::generator::{Generator, VideoGenerator};
use super::illustrator::Illustrator;
use super::openai::OpenAiPictures;
use super::pexels::Pexels;
use super::pixabay::Pixabay;
use crate::frame::PictureOffer;
use crate::provider::{Price, ProviderClient, ProviderError, ProviderSettings, Service};

/// The name under which the key of a video generator is kept in [`ProviderSettings::keys`].
pub const GENERATOR_KEY: &str = "video";

/// Where pictures come from, as a user writes it: `openai:MODEL`, `gemini:MODEL`, `pexels`, `pixabay`, `video:NAME` for a
/// generator of the config file, a folder, or `none`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
#[non_exhaustive]
pub enum PictureChoice {
    /// From nowhere.
    None,
    /// From a model of OpenAI.
    OpenAi(String),
    /// From a model of Google.
    Gemini(String),
    /// From Pexels.
    Pexels,
    /// From Pixabay.
    Pixabay,
    /// From a generator of this name.
    Generator(String),
    /// From a folder.
    Folder(PathBuf),
}

/// Where pictures come from, with everything that a job needs to know but keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Pictures {
    /// A model of OpenAI draws them.
    OpenAi(String),
    /// A model of Google draws them.
    Gemini(String),
    /// They are found at Pexels.
    Pexels,
    /// They are found at Pixabay.
    Pixabay,
    /// A server makes clips.
    Generator(Box<VideoGenerator>),
    /// They are the user's own.
    Files(Vec<PictureFile>),
}

/// A text names no place for pictures to come from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no place for pictures to come from; give openai:MODEL, gemini:MODEL, pexels, pixabay, video:NAME, \
     a folder, or none"
)]
pub struct NoSuchPictures(String);

impl FromStr for PictureChoice {
    type Err = NoSuchPictures;

    fn from_str(text: &str) -> Result<Self, NoSuchPictures> {
        let wrong = || NoSuchPictures(text.chars().take(80).collect());
        match text {
            "" => return Err(wrong()),
            "none" => return Ok(Self::None),
            "pexels" => return Ok(Self::Pexels),
            "pixabay" => return Ok(Self::Pixabay),
            _ => {}
        }
        let Some((kind, name)) = text.split_once(':') else { return Ok(Self::Folder(text.into())) };
        // The name becomes part of an address.
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_known = !name.is_empty() && name.chars().all(is_name);
        match kind {
            "openai" if is_known => Ok(Self::OpenAi(name.to_owned())),
            "gemini" if is_known => Ok(Self::Gemini(name.to_owned())),
            "video" if is_known => Ok(Self::Generator(name.to_owned())),
            // A folder with a colon in its name can still be given by its path.
            _ if kind.contains('/') => Ok(Self::Folder(text.into())),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for PictureChoice {
    type Error = NoSuchPictures;

    fn try_from(text: String) -> Result<Self, NoSuchPictures> {
        text.parse()
    }
}

impl Pictures {
    /// The same with what this machine's settings say of a generator, of which a job stores the name and little else.
    #[must_use]
    pub fn completed(self, generators: &BTreeMap<String, VideoGenerator>) -> Self {
        match self {
            Self::Generator(stored) => match generators.get(&stored.name) {
                Some(own) => {
                    let mut own = VideoGenerator { name: stored.name, ..own.clone() };
                    let digest = Digest::of(format!("{own:?}").as_bytes());
                    digest.as_str()[..16].clone_into(&mut own.settings_digest);
                    Self::Generator(Box::new(own))
                }
                None => Self::Generator(stored),
            },
            other => other,
        }
    }

    /// Opens the place. Opens no connection.
    ///
    /// # Errors
    ///
    /// Fails when the network is off, when the key is missing, and when an address is none; never for the user's own files.
    pub fn open(&self, settings: &ProviderSettings) -> Result<Arc<dyn Illustrator>, ProviderError> {
        Ok(match self {
            Self::OpenAi(model) => {
                let (client, price) = hosted(settings, "openai", model)?;
                Arc::new(OpenAiPictures { client, model: model.clone(), price })
            }
            Self::Gemini(model) => {
                let (client, price) = hosted(settings, "gemini", model)?;
                Arc::new(GeminiPictures { client, model: model.clone(), price })
            }
            Self::Pexels => Arc::new(Pexels { client: hosted(settings, "pexels", "")?.0 }),
            Self::Pixabay => Arc::new(Pixabay { client: hosted(settings, "pixabay", "")?.0 }),
            Self::Generator(generator) => {
                let name = format!("video:{}", generator.name);
                if generator.base_url.is_empty() {
                    let what =
                        format!("this machine's settings have no video generator `{}`", generator.name);
                    return Err(ProviderError::Misconfigured { provider: name, what });
                }
                let client = ProviderClient::for_server(settings, &name, GENERATOR_KEY, &generator.base_url)?;
                let price = client.price(settings, &format!("{name}/{}", generator.model));
                Arc::new(Generator { client, settings: generator.as_ref().clone(), price })
            }
            Self::Files(files) => Arc::new(Folder { files: files.clone() }),
        })
    }

    /// Tells who would be paid, and how much for one picture or clip, if anybody knows; nobody where it costs nothing. Needs
    /// neither a key nor the network.
    ///
    /// # Errors
    ///
    /// Fails when the address of the provider is none.
    pub fn quote(
        &self,
        settings: &ProviderSettings,
    ) -> Result<Option<(String, Option<Cost>)>, ProviderError> {
        let settings = settings.for_quotes();
        let (name, price) = match self {
            Self::OpenAi(model) => (format!("openai/{model}"), hosted(&settings, "openai", model)?.1),
            Self::Gemini(model) => (format!("gemini/{model}"), hosted(&settings, "gemini", model)?.1),
            Self::Pexels | Self::Pixabay | Self::Files(_) => return Ok(None),
            Self::Generator(generator) => {
                let name = format!("video:{}", generator.name);
                let client =
                    ProviderClient::for_server(&settings, &name, GENERATOR_KEY, &generator.base_url)?;
                let name = format!("{name}/{}", generator.model);
                let price = client.price(&settings, &name);
                (name, price)
            }
        };
        let one = price.map(|price| match self {
            Self::Generator(generator) => price.video(f64::from(generator.seconds)),
            _ => price.images(1),
        });
        Ok((one != Some(Cost::FREE)).then_some((name, one)))
    }

    /// What a script may ask for.
    pub fn offer(&self) -> PictureOffer {
        use IllustrationKind::{Clip, Still};
        let (kinds, names) = match self {
            Self::OpenAi(_) | Self::Gemini(_) => (vec![Still], Vec::new()),
            Self::Pexels | Self::Pixabay => (vec![Still, Clip], Vec::new()),
            Self::Generator(_) => (vec![Clip], Vec::new()),
            Self::Files(files) => {
                let folder = Folder { files: files.clone() };
                let kinds = [Still, Clip].into_iter().filter(|kind| folder.makes(*kind)).collect();
                (kinds, files.iter().map(|file| file.name.clone()).collect())
            }
        };
        PictureOffer { kinds, names }
    }

    /// What to ask for a scene that nobody asked a picture for: only the user's own files, and only where the name of one
    /// suits what is said.
    pub(in super::super) fn unasked(&self, said: &str) -> Option<String> {
        match self {
            Self::Files(files) => folder::unasked(files, said),
            _ => None,
        }
    }
}

fn hosted(
    settings: &ProviderSettings,
    name: &str,
    model: &str,
) -> Result<(ProviderClient, Option<Price>), ProviderError> {
    let service = Service::named(name).expect("the table of services has it");
    let client = ProviderClient::for_service(settings, service)?;
    let price = client.price(settings, &format!("{name}/{model}"));
    Ok((client, price))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        let parsed = |text: &str| text.parse::<PictureChoice>();
        assert_eq!(parsed("openai:gpt-image-1"), Ok(PictureChoice::OpenAi("gpt-image-1".to_owned())));
        assert_eq!(parsed("video:ltx"), Ok(PictureChoice::Generator("ltx".to_owned())));
        assert_eq!(parsed("pictures"), Ok(PictureChoice::Folder("pictures".into())));
        assert_eq!(parsed("./a:b"), Ok(PictureChoice::Folder("./a:b".into())));
        assert_eq!(parsed("none"), Ok(PictureChoice::None));
        for wrong in ["", "openai:", "openai:../x", "clippy:97", "gemini:a b"] {
            let error = parsed(wrong).unwrap_err().to_string();
            assert!(error.contains("gemini:MODEL"), "{wrong}");
        }
    }

    #[cfg(feature = "providers")]
    #[test]
    fn keys_are_asked_for_where_they_are_needed() {
        let settings = ProviderSettings::default();
        let missing = |pictures: Pictures| pictures.open(&settings).unwrap_err().to_string();
        assert!(missing(Pictures::Pexels).contains("PEXELS_API_KEY"));
        assert!(missing(Pictures::Pixabay).contains("PIXABAY_API_KEY"));
        assert!(missing(Pictures::OpenAi("gpt-image-1".to_owned())).contains("OPENAI_API_KEY"));
        let offline =
            ProviderSettings { network: crate::provider::Network::Off, ..ProviderSettings::default() };
        assert!(matches!(Pictures::Pexels.open(&offline), Err(ProviderError::Offline { .. })));
        assert!(Pictures::Files(Vec::new()).open(&offline).is_ok());
    }

    #[cfg(feature = "providers")]
    #[test]
    fn the_price_of_a_picture_is_known_without_a_key() {
        let settings = ProviderSettings::default();
        let quote = |pictures: Pictures| pictures.quote(&settings).unwrap();
        let drawn = quote(Pictures::OpenAi("gpt-image-1".to_owned()));
        assert_eq!(drawn, Some(("openai/gpt-image-1".to_owned(), Some(Cost::from_usd(0.25)))));
        assert_eq!(quote(Pictures::Gemini("new".to_owned())), Some(("gemini/new".to_owned(), None)));
        assert_eq!(quote(Pictures::Pexels), None);
        let base_url = "http://127.0.0.1:9".to_owned();
        let own = VideoGenerator { name: "ltx".to_owned(), base_url, ..VideoGenerator::default() };
        assert_eq!(quote(Pictures::Generator(Box::new(own))), None, "a server on this machine costs nothing");
    }
}
