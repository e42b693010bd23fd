//! [`EffectLibrary`]: finds or makes the sounds that a script asks for.

use std::collections::BTreeMap;
use std::sync::Arc;

use brainwrought_core::budget::Cost;
use brainwrought_core::data::BlobRef;
use brainwrought_core::report::chain;
use brainwrought_core::stage::{StageContext, StageError};

use super::super::mix::{CuedEffect, Effects, Recorded, Sound};
use super::elevenlabs::ElevenLabsEffects;
use super::meaning::effect_of;
use crate::provider::{ProviderError, ProviderSettings};

/// A sound that a script asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundCue {
    /// When, in milliseconds from the start of the video.
    pub at_ms: u64,
    /// What it sounds like, in words.
    pub sound: String,
}

/// Finds or makes the sounds that a script asks for.
#[derive(Debug)]
pub struct EffectLibrary {
    /// Nothing where the program makes all sounds; or why nobody else can.
    made: Option<Result<ElevenLabsEffects, ProviderError>>,
}

/// Sounds that are ready to be mixed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prepared {
    /// The sounds with their moments, in order.
    pub cues: Vec<CuedEffect>,
    /// Those that a provider made, by what was asked for, with the provider.
    pub provided: BTreeMap<String, (&'static str, BlobRef)>,
    /// What a reader of the report should know.
    pub warnings: Vec<String>,
}

impl EffectLibrary {
    /// Prepares the provider, if one is chosen. Opens no connection.
    pub fn new(by: Effects, settings: &ProviderSettings) -> Self {
        Self { made: (by == Effects::ElevenLabs).then(|| ElevenLabsEffects::new(settings)) }
    }

    /// Tells who would be paid, and how much for one sound, if anybody knows; nobody where it costs nothing. Needs neither a
    /// key nor the network.
    ///
    /// # Errors
    ///
    /// Fails when the address of the provider is none.
    pub fn quote(
        by: Effects,
        settings: &ProviderSettings,
    ) -> Result<Option<(String, Option<Cost>)>, ProviderError> {
        if by != Effects::ElevenLabs {
            return Ok(None);
        }
        let one = ElevenLabsEffects::new(&settings.for_quotes())?.one_sound();
        Ok((one != Some(Cost::FREE)).then(|| (ElevenLabsEffects::priced(), one)))
    }

    /// Gets every sound ready. A provider that fails is asked no more; then the built-in sound that is meant is heard, or
    /// none.
    ///
    /// # Errors
    ///
    /// Fails when the work is cancelled, when the job may spend no more, and when the artifact store fails.
    pub async fn prepare(&self, cx: &StageContext, cues: &[SoundCue]) -> Result<Prepared, StageError> {
        let mut prepared = Prepared::default();
        let mut maker = match &self.made {
            Some(Ok(maker)) if !cues.is_empty() => Some(maker),
            Some(Err(error)) if !cues.is_empty() => {
                prepared.warnings.push(gave_way(&chain(error)));
                None
            }
            _ => None,
        };
        let mut unknown: Vec<&str> = Vec::new();
        for cue in cues {
            cx.check_cancelled()?;
            if let Some(by) = maker {
                match recorded(by, cx, &cue.sound).await {
                    Ok((blob, sound)) => {
                        let name = cue.sound.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
                        prepared.provided.insert(name, (ElevenLabsEffects::NAME, blob));
                        prepared.cues.push(CuedEffect { at_ms: cue.at_ms, sound: Sound::Recorded(sound) });
                        continue;
                    }
                    Err(error) => {
                        prepared.warnings.push(gave_way(&chain(&allowed(error)?)));
                        maker = None;
                    }
                }
            }
            match effect_of(&cue.sound) {
                Some(effect) => {
                    prepared.cues.push(CuedEffect { at_ms: cue.at_ms, sound: Sound::BuiltIn(effect) });
                }
                None if unknown.contains(&cue.sound.as_str()) => {}
                None => unknown.push(&cue.sound),
            }
        }
        if !unknown.is_empty() {
            prepared.warnings.push(format!(
                "there is no built-in sound for “{}”, so none is heard there",
                unknown.join("”, “")
            ));
        }
        Ok(prepared)
    }
}

fn gave_way(why: &str) -> String {
    format!("the built-in sounds are heard in the place of others: {why}")
}

/// The failure of a provider that something else can stand in for.
fn allowed(error: StageError) -> Result<ProviderError, StageError> {
    match error.downcast::<ProviderError>() {
        Ok(error) if error.allows_fallback() => Ok(error),
        Ok(error) => Err(error.into()),
        Err(error) => Err(error),
    }
}

async fn recorded(
    maker: &ElevenLabsEffects,
    cx: &StageContext,
    sound: &str,
) -> Result<(BlobRef, Recorded), StageError> {
    let blob = maker.sound(cx, sound).await?;
    let bytes = cx.get(&blob).await?;
    let sample = |bytes: &[u8]| bytes.try_into().map_or(0.0, f32::from_le_bytes);
    let frames = bytes.chunks_exact(8).map(|frame| {
        let (left, right) = frame.split_at(4);
        [sample(left), sample(right)]
    });
    let frames = frames.collect();
    Ok((blob, Recorded(Arc::new(frames))))
}
