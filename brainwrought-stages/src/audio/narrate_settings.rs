//! [`NarrateSettings`]: who speaks, and how.

use std::collections::BTreeMap;

use brainwrought_core::data::Language;
use serde::{Deserialize, Serialize};

use super::lexicon::Lexicon;
use super::narration::Pauses;
use super::voice::{AUTO, PiperFiles, automatic, full_name};

/// The settings of [`Narrate`](super::Narrate).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct NarrateSettings {
    /// Who speaks: `auto`, or the name of a voice, such as `hibari/heart` or `espeak-ng`.
    pub voice: String,
    /// Who speaks the lines of the second speaker; `auto` is somebody else than `voice`.
    pub voice2: String,
    /// How single words are said.
    pub lexicon: Lexicon,
    /// The files of Piper's voices by their names, `piper:NAME`.
    pub voice_files: BTreeMap<String, PiperFiles>,
    /// What to do when a hosted voice still fails after all retries.
    pub voice_failure: VoiceFailure,
    /// The pace relative to the default, which is about 175 words a minute.
    pub speed: f32,
    /// The pauses.
    pub pauses: Pauses,
    /// Frames per second of the video; the sound is a whole number of frames long.
    pub fps: u32,
    /// Picks the breath noise of a neural voice.
    pub seed: u64,
}

impl Default for NarrateSettings {
    fn default() -> Self {
        let voice = AUTO.to_owned();
        Self {
            voice: voice.clone(),
            voice2: voice,
            lexicon: Lexicon::default(),
            voice_files: BTreeMap::new(),
            voice_failure: VoiceFailure::FallBack,
            speed: 1.0,
            pauses: Pauses::default(),
            fps: 30,
            seed: 1,
        }
    }
}

/// What to do when a hosted voice still fails after all retries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum VoiceFailure {
    /// Speak the segment with a local voice and say so in the report.
    #[default]
    FallBack,
    /// Fail the job; `retry` resumes it.
    Fail,
}

impl NarrateSettings {
    /// The name of the voice for a speaker: 0 is the first, everybody else the second.
    pub fn voice_of(&self, speaker: usize, language: &Language) -> &str {
        let first = || match self.voice.as_str() {
            AUTO => automatic(0, language),
            name => full_name(name),
        };
        match (speaker, self.voice2.as_str()) {
            (0, _) => first(),
            // Two people with one voice are nobody's idea of a dialogue.
            (_, AUTO) if first() == automatic(1, language) => automatic(0, language),
            (_, AUTO) => automatic(1, language),
            (_, name) => full_name(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_speakers_never_share_a_voice_unless_told_to() {
        let with = |voice: &str, voice2: &str| NarrateSettings {
            voice: voice.to_owned(),
            voice2: voice2.to_owned(),
            ..NarrateSettings::default()
        };
        let names = |settings: NarrateSettings, language: &str| {
            [0, 1].map(|speaker| settings.voice_of(speaker, &Language::new(language)).to_owned())
        };
        assert_eq!(names(with("auto", "auto"), "en"), ["hibari/heart", "hibari/oak"]);
        assert_eq!(names(with("oak", "auto"), "en"), ["hibari/oak", "hibari/heart"]);
        assert_eq!(names(with("auto", "auto"), "de"), ["espeak-ng", "espeak-ng+f3"]);
        assert_eq!(names(with("fern", "fern"), "en"), ["hibari/fern", "hibari/fern"]);
    }
}
