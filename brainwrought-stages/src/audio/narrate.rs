//! [`Narrate`]: the stage that speaks a segment.

use std::sync::Arc;

use brainwrought_core::data::{Audio, Segment};
use brainwrought_core::stage::{Stage, StageContext, StageError};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::narration::{Narration, Pauses, SAMPLE_RATE};
use super::resample::resample;
use super::voice::{AUTO, Manner, Speech, SpokenWord, Voice, VoiceError, VoiceLibrary};

/// What speed 1 is to the neural voice, so that a script with its pauses runs at about 175 words a minute.
const DEFAULT_SPEED: f32 = 1.05;
/// The pace above which a narration is hard to follow, in words a minute.
const FASTEST_PACE: u64 = 200;
/// What a narration is slowed down to when it is faster, in words a minute.
const COMFORTABLE_PACE: f32 = 188.0;

/// Speaks a segment: [`Segment`] in, [`Audio`] out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Narrate {
    /// What changes the sound.
    #[serde(flatten)]
    pub settings: NarrateSettings,
    /// Where the voices lie.
    #[serde(skip)]
    pub voices: VoiceLibrary,
}

/// The settings of [`Narrate`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct NarrateSettings {
    /// `auto`, `hibari/heart` or `espeak-ng`.
    pub voice: String,
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
        Self { voice: AUTO.to_owned(), speed: 1.0, pauses: Pauses::default(), fps: 30, seed: 1 }
    }
}

impl Stage for Narrate {
    const NAME: &'static str = "audio";
    const VERSION: u32 = 1;
    type Input = Segment;
    type Output = Audio;

    async fn run(&self, cx: &StageContext, segment: Segment) -> Result<Audio, StageError> {
        cx.check_cancelled()?;
        let (stage, context) = (self.clone(), cx.clone());
        let work = move || stage.narrate(&segment, &context);
        let (narration, voice, warnings) = tokio::task::spawn_blocking(work).await?.map_err(explain)?;
        let samples = narration.samples.len() as u64;
        let bytes: Vec<u8> = narration.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let pcm = cx.put(Bytes::from(bytes), "audio/pcm;rate=48000;encoding=float").await?;
        Ok(Audio {
            pcm,
            sample_rate: SAMPLE_RATE,
            samples,
            words: narration.words,
            marks: narration.marks,
            voice,
            warnings,
        })
    }
}

impl Narrate {
    fn narrate(
        &self,
        segment: &Segment,
        cx: &StageContext,
    ) -> Result<(Narration, String, Vec<String>), VoiceError> {
        let voice = self.voices.voice(&self.settings.voice, &segment.language, cx.cancellation())?;
        let mut manner = Manner { speed: DEFAULT_SPEED * self.settings.speed, seed: self.settings.seed };
        let (mut speeches, mut narration) = self.speak_all(&voice, segment, manner, cx)?;
        if let Some(correction) = correction(segment, &narration, &speeches) {
            manner.speed *= correction;
            (speeches, narration) = self.speak_all(&voice, segment, manner, cx)?;
        }
        let mut warnings = Vec::new();
        if let Some(pace) = pace(&speeches).filter(|pace| *pace > FASTEST_PACE) {
            warnings.push(format!(
                "Segment {} is spoken at {pace} words a minute; over {FASTEST_PACE} is hard to follow.",
                segment.index + 1
            ));
        }
        Ok((narration, voice.name().to_owned(), warnings))
    }
}

impl Narrate {
    fn speak_all(
        &self,
        voice: &Arc<dyn Voice>,
        segment: &Segment,
        manner: Manner,
        cx: &StageContext,
    ) -> Result<(Vec<Speech>, Narration), VoiceError> {
        let lines: Vec<&str> =
            segment.scenes.iter().flat_map(|scene| &scene.lines).map(|line| line.text.as_str()).collect();
        let mut speeches = Vec::with_capacity(lines.len());
        for (done, line) in (0_u64..).zip(&lines) {
            speeches.push(speak(voice, line, manner, cx.cancellation())?);
            cx.progress(done + 1, lines.len() as u64);
        }
        let narration = Narration::lay_out(segment, &speeches, &self.settings.pauses, self.settings.fps);
        Ok((speeches, narration))
    }
}

/// How much faster the lines should be spoken to meet the plan, if that is worth it.
///
/// No estimate from letters is exact, and a gate holds the length of the whole; a voice that is a few percent slower
/// or faster is not noticed. A pace that is hard to follow is slowed down even where that breaks the plan.
fn correction(segment: &Segment, narration: &Narration, speeches: &[Speech]) -> Option<f32> {
    let length = narration.samples.len() as f32 * 1000.0 / SAMPLE_RATE as f32;
    let spoken: usize = speeches.iter().map(|speech| speech.samples.len()).sum();
    let spoken = spoken as f32 * 1000.0 / SAMPLE_RATE as f32;
    let mut factor = 1.0;
    if segment.planned_ms > 0 && spoken > 0.0 {
        // Only speech gives way, pauses do not.
        let wanted = (spoken + segment.planned_ms as f32 - length).max(spoken * 0.5);
        factor = (spoken / wanted).clamp(0.85, 1.15);
    }
    if let Some(pace) = pace(speeches) {
        factor = factor.min(COMFORTABLE_PACE / pace.max(1) as f32).max(0.75);
    }
    ((factor - 1.0).abs() > 0.015).then_some(factor)
}

/// Speaks a line at [`SAMPLE_RATE`].
fn speak(
    voice: &Arc<dyn Voice>,
    line: &str,
    manner: Manner,
    cancellation: &CancellationToken,
) -> Result<Speech, VoiceError> {
    if cancellation.is_cancelled() {
        return Err(VoiceError::Cancelled);
    }
    let speech = voice.speak(line, manner, cancellation)?;
    let failed = |source| VoiceError::Engine {
        voice: voice.name().to_owned(),
        action: "change its sample rate".to_owned(),
        source,
    };
    let samples =
        resample(&speech.samples, 1, speech.sample_rate, SAMPLE_RATE).map_err(|e| failed(e.into()))?;
    let place = |at: usize| at * SAMPLE_RATE as usize / speech.sample_rate.max(1) as usize;
    let words = speech.words.into_iter();
    let words = words.map(|word| SpokenWord {
        written: word.written,
        samples: place(word.samples.start)..place(word.samples.end),
    });
    Ok(Speech { words: words.collect(), samples, sample_rate: SAMPLE_RATE })
}

/// Words a minute while the voice speaks; `None` for less than three seconds, which say nothing about a pace.
fn pace(speeches: &[Speech]) -> Option<u64> {
    let words: u64 = speeches.iter().map(|speech| speech.words.len() as u64).sum();
    let samples: u64 = speeches.iter().map(|speech| speech.samples.len() as u64).sum();
    (samples >= 3 * u64::from(SAMPLE_RATE)).then(|| words * 60 * u64::from(SAMPLE_RATE) / samples)
}

/// A missing file or program stays missing; only a stop is worth another attempt.
fn explain(error: VoiceError) -> StageError {
    match error {
        VoiceError::Cancelled => StageError::cancelled(),
        other => StageError::fatal(other),
    }
}
