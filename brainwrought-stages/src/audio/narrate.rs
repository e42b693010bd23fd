//! [`Narrate`]: the stage that speaks a segment.

use std::collections::BTreeMap;
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::data::{AssetRecord, Audio, Language, Line, Segment, Speaker};
use brainwrought_core::stage::{Stage, StageContext, StageError};
use bytes::Bytes;
use serde::Serialize;

use super::narrate_settings::{NarrateSettings, VoiceFailure};
use super::narration::{Narration, Pauses, SAMPLE_RATE};
use super::pace::{breathed, correction, pace, paced, resampled};
use super::quiet::tightened;
use super::resample::ResampleError;
use super::spoken_line::{LineError, spoken_line};
use super::voice::{
    AUTO, HostedVoice, Speech, Utterance, Voice, VoiceError, VoiceLibrary, VoiceRights, VoiceSettings,
};

/// What speed 1 is to the neural voice, so that a script with its pauses runs at about 175 words a minute.
const DEFAULT_SPEED: f32 = 1.05;
/// The pace above which a narration is hard to follow, in words a minute.
const MAX_PACE: u64 = 200;
/// The names of Piper's voices start like this.
const PIPER: &str = "piper:";

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

impl Stage for Narrate {
    const NAME: &'static str = "audio";
    const VERSION: u32 = 7;
    type Input = Segment;
    type Output = Audio;

    async fn run(&self, cx: &StageContext, segment: Segment) -> Result<Audio, StageError> {
        cx.check_cancelled()?;
        let mut warnings = Vec::new();
        let tell = |done, lines| cx.progress(done, lines);
        let (cast, speeches) = match self.speak_all(cx, &segment, tell).await {
            Err(LineError::Voice(error)) if self.may_fall_back(cx, &error) => {
                // The whole segment, so that no sentence changes its voice half way.
                let embedded = self.embedded();
                let spoken = embedded.speak_all(cx, &segment, tell).await?;
                warnings.push(format!(
                    "Segment {} is spoken by {}, because {}.",
                    segment.index + 1,
                    spoken.0.names(),
                    brainwrought_core::report::chain(&error)
                ));
                spoken
            }
            spoken => spoken?,
        };
        let has_lines = !speeches.is_empty();
        let (stage, blocking) = (self.clone(), segment.clone());
        let work = move || ready(speeches).map(|speeches| stage.lay_out(&blocking, speeches));
        let (narration, pace) = tokio::task::spawn_blocking(work).await?.map_err(StageError::fatal)?;
        if let Some(pace) = pace.filter(|pace| *pace > MAX_PACE) {
            warnings.push(format!(
                "Segment {} is spoken at {pace} words a minute; over {MAX_PACE} is hard to follow.",
                segment.index + 1
            ));
        }
        if cast.0.values().any(|voice| voice.name().starts_with("espeak")) && is_written_with_han(&segment) {
            warnings.push(format!(
                "Segment {} has Han characters, which espeak-ng cannot read in Japanese; choose another voice.",
                segment.index + 1
            ));
        }
        let samples = narration.samples.len() as u64;
        let bytes: Vec<u8> = narration.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let pcm = cx.put(Bytes::from(bytes), "audio/pcm;rate=48000;encoding=float").await?;
        let unspoken = || self.settings.voice_of(0, &segment.language).to_owned();
        Ok(Audio {
            pcm,
            sample_rate: SAMPLE_RATE,
            samples,
            words: narration.words,
            marks: narration.marks,
            assets: if has_lines { cast.assets() } else { Vec::new() },
            voice: if has_lines { cast.names() } else { unspoken() },
            warnings,
            calls: cx.calls(),
        })
    }
}

impl Narrate {
    /// Speaks every line of the segment, or finds how it was spoken before.
    pub(super) async fn speak_all(
        &self,
        cx: &StageContext,
        segment: &Segment,
        tell: impl Fn(u64, u64) + Send,
    ) -> Result<(Cast, Vec<Speech>), LineError> {
        let manner = VoiceSettings { speed: DEFAULT_SPEED * self.settings.speed, seed: self.settings.seed };
        let lines: Vec<&Line> = segment.scenes.iter().flat_map(|scene| &scene.lines).collect();
        let mut cast = Cast::default();
        let mut speeches = Vec::with_capacity(lines.len());
        for (done, line) in (0_u64..).zip(&lines) {
            cx.check_cancelled()?;
            let voice = self.voice(cx, &mut cast, speaker_of(line.speaker), &segment.language).await?;
            let lexicon = self.settings.lexicon.clone();
            let utterance = Utterance { line: line.text.clone(), manner, lexicon };
            speeches.push(spoken_line(cx, voice.as_ref(), utterance).await?);
            tell(done + 1, lines.len() as u64);
        }
        Ok((cast, speeches))
    }

    /// Tells whether the embedded voice should take over from a provider that failed.
    ///
    /// What may pass gets another attempt first; the lines that are done are remembered.
    fn may_fall_back(&self, cx: &StageContext, error: &VoiceError) -> bool {
        let VoiceError::Provider(error) = error else { return false };
        self.settings.voice_failure == VoiceFailure::FallBack
            && error.allows_fallback()
            && (cx.attempt() > 1 || !error.is_retryable())
    }

    /// The same with the embedded voices in the place of hosted ones.
    fn embedded(&self) -> Self {
        let mut embedded = self.clone();
        for name in [&mut embedded.settings.voice, &mut embedded.settings.voice2] {
            if HostedVoice::is_meant(name) {
                AUTO.clone_into(name);
            }
        }
        embedded
    }

    /// Finds the voice of a speaker; loading one takes a moment.
    async fn voice(
        &self,
        cx: &StageContext,
        cast: &mut Cast,
        speaker: usize,
        language: &Language,
    ) -> Result<Arc<dyn Voice>, LineError> {
        let speaker = speaker.min(1);
        if let Some(voice) = cast.0.get(&speaker) {
            return Ok(Arc::clone(voice));
        }
        let (voices, name) = (self.voices.clone(), self.settings.voice_of(speaker, language).to_owned());
        let (spoken, cancellation) = (language.clone(), cx.cancellation().clone());
        let is_piper = name.starts_with(PIPER);
        if is_piper && let Some(voice) = voices.find_opened(&name, language) {
            cast.0.insert(speaker, Arc::clone(&voice));
            return Ok(voice);
        }
        let piper = if is_piper { Some(self.piper_files(cx, &name).await?) } else { None };
        let work = move || match piper {
            Some(files) => voices.piper(&name, || files, &spoken, &cancellation),
            None => voices.voice(&name, &spoken, &cancellation),
        };
        let voice = tokio::task::spawn_blocking(work).await.map_err(StageError::from)??;
        cast.0.insert(speaker, Arc::clone(&voice));
        Ok(voice)
    }

    /// Fetches the files of a voice of Piper, which travel with the job.
    async fn piper_files(&self, cx: &StageContext, name: &str) -> Result<(Vec<u8>, Vec<u8>), LineError> {
        let not_stored = || VoiceError::NotStored { voice: name.to_owned() };
        let files = self.settings.voice_files.get(name).ok_or_else(not_stored)?;
        let mut bytes = Vec::with_capacity(2);
        for blob in [&files.model, &files.settings] {
            bytes.push(match cx.artifacts().get(&blob.digest).await {
                Ok(bytes) => bytes.to_vec(),
                Err(ArtifactStoreError::NotFound(_)) => return Err(not_stored().into()),
                Err(error) => return Err(StageError::from(error).into()),
            });
        }
        let settings = bytes.pop().unwrap_or_default();
        Ok((bytes.pop().unwrap_or_default(), settings))
    }

    /// Lays the lines out at the pace that the plan asks for; returns that pace in words a minute, if it is known.
    ///
    /// What was said is stretched, not said again: a line is spoken once whatever becomes of its neighbours, and a paid
    /// voice is paid once.
    pub(super) fn lay_out(&self, segment: &Segment, mut speeches: Vec<Speech>) -> (Narration, Option<u64>) {
        let lay_out = |speeches: &[Speech], pauses: &Pauses| {
            Narration::lay_out(segment, speeches, pauses, self.settings.fps)
        };
        let mut narration = lay_out(&speeches, &self.settings.pauses);
        if let Some(factor) = correction(segment, &narration, &speeches) {
            speeches = speeches.iter().map(|speech| paced(speech, factor)).collect();
            narration = lay_out(&speeches, &self.settings.pauses);
        }
        if let Some(pauses) = breathed(segment, &narration, &self.settings.pauses) {
            narration = lay_out(&speeches, &pauses);
        }
        (narration, pace(&speeches))
    }
}

/// What was said, without silences that are too long and at the rate of narrations.
pub(super) fn ready(speeches: Vec<Speech>) -> Result<Vec<Speech>, ResampleError> {
    speeches.into_iter().map(|speech| resampled(&tightened(speech))).collect()
}

/// The speakers of a segment with their voices.
#[derive(Debug, Default)]
pub(super) struct Cast(BTreeMap<usize, Arc<dyn Voice>>);

impl Cast {
    /// The names of the voices, the first speaker's first.
    fn names(&self) -> String {
        let names: Vec<&str> = self.0.values().map(|voice| voice.name()).collect();
        names.join(", ")
    }

    /// The voices and the right to use them.
    fn assets(&self) -> Vec<AssetRecord> {
        let record = |voice: &Arc<dyn Voice>| {
            let VoiceRights { licence, is_model } = voice.rights();
            AssetRecord {
                synthetic: is_model,
                ..AssetRecord::new(Narrate::NAME, "voice", voice.name(), licence)
            }
        };
        self.0.values().map(record).collect()
    }
}

/// Tells whether a segment is in Japanese with Han characters in it.
fn is_written_with_han(segment: &Segment) -> bool {
    let has_han = |text: &str| text.chars().any(crate::text::is_han);
    segment.language.as_str() == "ja"
        && segment.scenes.iter().flat_map(|scene| &scene.lines).any(|line| has_han(&line.text))
}

/// Which voice a speaker has.
fn speaker_of(speaker: Speaker) -> usize {
    match speaker {
        Speaker::Explainer => 0,
        Speaker::Asker => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use brainwrought_core::artifact_store::ArtifactStore;
    use brainwrought_core::data::{Citation, LineRole, Scene, SceneKind, VisualCue};
    use brainwrought_core::id::{JobId, TaskKey};
    use brainwrought_core::memory::MemoryArtifactStore;
    use tokio_util::sync::CancellationToken;

    use super::super::voice::{ChunkSink, Engine, LocalVoice, SpokenWord};
    use super::*;
    use crate::text::written_words;

    /// Beeps for every word and writes down what it was asked to say.
    #[derive(Debug, Default)]
    struct Counting {
        said: Mutex<Vec<String>>,
        identity: &'static str,
    }

    impl Engine for Counting {
        fn name(&self) -> &str {
            "counting"
        }

        fn identity(&self) -> String {
            self.identity.to_owned()
        }

        fn rights(&self) -> VoiceRights {
            VoiceRights { licence: "CC0-1.0".to_owned(), is_model: false }
        }

        fn speak(
            &self,
            utterance: &Utterance,
            _: &CancellationToken,
            chunks: ChunkSink<'_>,
        ) -> Result<(), VoiceError> {
            self.said.lock().unwrap().push(utterance.line.clone());
            for written in written_words(&utterance.line) {
                let samples: Vec<f32> = (0..12_000).map(|n| (n as f32 * 0.05).sin() * 0.3).collect();
                chunks(Speech {
                    samples,
                    sample_rate: 24_000,
                    words: vec![SpokenWord { written, samples: 100..11_900 }],
                });
            }
            Ok(())
        }
    }

    struct World {
        voice: Arc<Counting>,
        artifacts: Arc<dyn ArtifactStore>,
        scratch: tempfile::TempDir,
    }

    impl World {
        fn new() -> Self {
            Self {
                voice: Arc::default(),
                artifacts: Arc::new(MemoryArtifactStore::default()),
                scratch: tempfile::tempdir().unwrap(),
            }
        }

        fn context(&self) -> StageContext {
            StageContext::new(
                JobId::random().unwrap(),
                TaskKey { stage: "audio".into(), segment: Some(0) },
                Arc::clone(&self.artifacts),
                self.scratch.path().to_owned(),
                CancellationToken::new(),
            )
        }

        /// Narrates in a job of its own; returns the narration and what the voice was asked for it.
        async fn narrate(&self, segment: &Segment) -> (Audio, Vec<String>) {
            let voice = LocalVoice::new(Arc::clone(&self.voice) as Arc<dyn Engine>);
            let stage = Narrate {
                settings: NarrateSettings { voice: "counting".to_owned(), ..NarrateSettings::default() },
                voices: VoiceLibrary::new("/nowhere").with_voice(Arc::new(voice)),
            };
            let audio = stage.run(&self.context(), segment.clone()).await.unwrap();
            (audio, std::mem::take(&mut self.voice.said.lock().unwrap()))
        }
    }

    fn segment(lines: &[&str], planned_ms: u64) -> Segment {
        let line = |text: &&str| {
            Line::new((*text).to_owned(), LineRole::Fact, Citation { page: 1, quote: String::new() })
        };
        let scene = Scene::new(SceneKind::Content, lines.iter().map(line).collect(), VisualCue::Motion, 0);
        Segment {
            index: 1,
            title: String::new(),
            language: Language::english(),
            planned_start_ms: 0,
            planned_ms,
            scenes: vec![scene],
        }
    }

    #[tokio::test]
    async fn an_edited_line_is_the_only_one_that_is_said_again() {
        let world = World::new();
        // The plan asks for another pace than the voice has, before and after the edit.
        let lines = ["one two three four", "five six seven", "eight nine"];
        let (first, said) = world.narrate(&segment(&lines, 5_000)).await;
        assert_eq!(said, lines);
        assert!((4_900..=5_100).contains(&first.duration_ms()), "{}", first.duration_ms());
        let (again, said) = world.narrate(&segment(&lines, 5_000)).await;
        assert_eq!((again, said), (first.clone(), Vec::new()));
        let edited = ["one two three four", "five six and a half", "eight nine"];
        let (edited, said) = world.narrate(&segment(&edited, 5_000)).await;
        assert_eq!(said, ["five six and a half"]);
        assert_ne!(edited.pcm, first.pcm);
        // Another order of known lines is no news either.
        assert!(world.narrate(&segment(&["eight nine", "five six seven"], 0)).await.1.is_empty());
    }

    #[tokio::test]
    async fn a_cached_line_sounds_like_the_first() {
        let (one, other) = (World::new(), World::new());
        let whole = segment(&["one two three", "four five"], 3_000);
        one.narrate(&segment(&["four five"], 0)).await;
        let (remembered, said) = one.narrate(&whole).await;
        assert_eq!(said, ["one two three"]);
        assert_eq!(remembered, other.narrate(&whole).await.0);
    }

    #[tokio::test]
    async fn another_voice_file_says_every_line_anew() {
        let mut world = World::new();
        world.narrate(&segment(&["one two"], 0)).await;
        world.voice = Arc::new(Counting { identity: "of other files", ..Counting::default() });
        assert_eq!(world.narrate(&segment(&["one two"], 0)).await.1, ["one two"]);
    }

    #[tokio::test]
    async fn the_pace_follows_the_plan_and_the_words_follow_the_pace() {
        let world = World::new();
        let lines = ["one two three four five six seven eight"];
        for planned in [3_800, 4_500] {
            let (audio, _) = world.narrate(&segment(&lines, planned)).await;
            assert!(audio.duration_ms().abs_diff(planned) < 60, "{planned}: {}", audio.duration_ms());
            let last = audio.words.last().unwrap().end_ms;
            assert!(last < audio.duration_ms() && last + 300 > audio.duration_ms(), "{last}");
        }
    }
}
