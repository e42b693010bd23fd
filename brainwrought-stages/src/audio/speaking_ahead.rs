//! What the audio stage will say, spoken before it runs: how long it takes, and how it sounds.

use brainwrought_core::data::{AudioMark, Segment, Word};
use brainwrought_core::event::LogLevel;
use brainwrought_core::report::chain;
use brainwrought_core::stage::{Stage as _, StageContext, StageError};
use serde_json::{Value, json};

use super::narrate::{Narrate, ready};
use super::narrate_settings::NarrateSettings;
use super::narration::Narration;
use super::pace::{COMFORTABLE_PACE, pace, seconds};
use super::quiet::tightened;
use super::spoken_line::LineError;
use super::voice::{HostedVoice, Speech, VoiceError};

/// A segment that was spoken ahead.
#[derive(Debug)]
pub(crate) struct SpokenSegment {
    /// Its sound, as the stage will lay it out.
    pub(crate) samples: Vec<f32>,
    /// The words of the sound.
    pub(crate) words: Vec<Word>,
    /// The marks of the sound.
    pub(crate) marks: Vec<AudioMark>,
}

impl Narrate {
    /// Speaks a segment ahead of the stage, which finds the lines spoken then, and lays it out as the stage will; `None` where
    /// that would cost money or the voice is not at hand.
    pub(crate) async fn narrate_trial(
        &self,
        cx: &StageContext,
        segment: &Segment,
    ) -> Result<Option<SpokenSegment>, StageError> {
        let Some(speeches) = self.spoken_ahead(cx, segment).await? else { return Ok(None) };
        let (stage, segment) = (self.clone(), segment.clone());
        let work = move || ready(speeches).map(|speeches| stage.lay_out(&segment, speeches).0);
        let narration = tokio::task::spawn_blocking(work).await?.map_err(StageError::fatal)?;
        let Narration { samples, words, marks } = narration;
        Ok(Some(SpokenSegment { samples, words, marks }))
    }

    /// Tells how long each line of a segment takes, in milliseconds, at the voice's own pace, or at the one that is
    /// comfortable where it is faster; `None` as [`narrate_trial`](Self::narrate_trial).
    pub(crate) async fn lines_ms(
        &self,
        cx: &StageContext,
        segment: &Segment,
    ) -> Result<Option<Vec<u64>>, StageError> {
        let Some(speeches) = self.spoken_ahead(cx, segment).await? else { return Ok(None) };
        let work = move || {
            let speeches: Vec<Speech> = speeches.into_iter().map(tightened).collect();
            let slowing = slowing(&speeches);
            speeches.iter().map(|speech| (seconds(speech) * 1000.0 / slowing).round() as u64).collect()
        };
        Ok(Some(tokio::task::spawn_blocking(work).await?))
    }

    async fn spoken_ahead(
        &self,
        cx: &StageContext,
        segment: &Segment,
    ) -> Result<Option<Vec<Speech>>, StageError> {
        if self.is_hosted() {
            return Ok(None);
        }
        let cx = cx.clone().with_memory_of(Self::NAME);
        match self.speak_all(&cx, segment, |_, _| ()).await {
            Ok((_, speeches)) => Ok(Some(speeches)),
            // The stage that needs the voice may run where it is.
            Err(LineError::Voice(error)) if !matches!(error, VoiceError::Cancelled) => {
                let why = chain(&error);
                cx.log(LogLevel::Warn, format!("the length is planned without the voice: {why}"));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What decides how long a line takes to say; voices of providers are one and the same, as they are not asked ahead.
    pub(crate) fn manner(&self) -> Value {
        if self.is_hosted() {
            return json!({ "voice": "hosted" });
        }
        let NarrateSettings { voice, voice2, lexicon, speed, voice_files, .. } = &self.settings;
        json!({ "voice": voice, "voice2": voice2, "lexicon": lexicon, "speed": speed, "voice-files": voice_files })
    }

    fn is_hosted(&self) -> bool {
        [&self.settings.voice, &self.settings.voice2].into_iter().any(|name| HostedVoice::is_meant(name))
    }
}

/// What a voice is slowed down by where it is faster than is comfortable: 1 or less.
fn slowing(speeches: &[Speech]) -> f64 {
    pace(speeches).map_or(1.0, |pace| (f64::from(COMFORTABLE_PACE) / pace.max(1) as f64).clamp(0.75, 1.0))
}
