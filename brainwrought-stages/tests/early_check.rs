//! What can be known before rendering is known before: fonts, length, silences and pace.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::data::{
    Audio, BlobRef, Block, BlockKind, Document, Language, Page, Rect, SceneKind, Script,
};
use brainwrought_core::id::{Digest, JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use brainwrought_stages::audio::{
    ChunkSink, Speech, SpokenWord, Utterance, Voice, VoiceError, VoiceLibrary, VoiceRights, silences,
    written_words,
};
use brainwrought_stages::frame::CaptionStyle;
use brainwrought_stages::script::ScriptError;
use brainwrought_stages::standard::{MakeOptions, Resources, Stages};
use brainwrought_stages::text::Fonts;
use tokio_util::sync::CancellationToken;

/// A voice that takes as long as it is told, and breathes in the middle of each line.
#[derive(Debug, Clone, Copy)]
struct Metronome {
    word_ms: usize,
    breath_ms: usize,
}

#[async_trait::async_trait]
impl Voice for Metronome {
    fn name(&self) -> &str {
        "metronome"
    }

    fn identity(&self) -> String {
        format!("{self:?}")
    }

    fn rights(&self) -> VoiceRights {
        VoiceRights { licence: "CC0-1.0".to_owned(), is_model: false }
    }

    async fn speak(
        &self,
        _: &StageContext,
        utterance: &Utterance,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError> {
        let words = written_words(&utterance.line);
        let middle = words.len() / 2;
        for (n, written) in words.into_iter().enumerate() {
            let length = self.word_ms * 24;
            let breath = if n == middle && n > 0 { self.breath_ms * 24 } else { 0 };
            let tone = |n: usize| (n as f32 * 0.05).sin() * 0.3;
            let mut samples = vec![0.0; breath];
            samples.extend((0..length).map(tone));
            let word = SpokenWord { written, samples: breath..breath + length };
            chunks(Speech { samples, sample_rate: 24_000, words: vec![word] });
        }
        Ok(())
    }
}

const TOPICS: [&str; 16] = [
    "Bäcker",
    "Lehrer",
    "Flughafen",
    "Drucker",
    "Kellner",
    "Gärtner",
    "Bahnhof",
    "Richter",
    "Maler",
    "Pförtner",
    "Schneider",
    "Fahrer",
    "Winzer",
    "Müller",
    "Händler",
    "Tischler",
];

/// A German document with enough sentences of many lengths.
fn german() -> Document {
    let texts = TOPICS.iter().enumerate().map(|(n, topic)| {
        let other = TOPICS[(n + 5) % TOPICS.len()];
        format!(
            "Der {topic} hat an einem langen Tag kaum noch freie Zeit. Die Schlange vor dem {topic} wächst schneller, \
             als die meisten Leute erwarten. Ein zweiter {topic} hilft mehr als ein schneller {other} jemals könnte. \
             Am Abend zählt der {topic} noch einmal alle Kunden und schreibt ihre Wünsche auf."
        )
    });
    document("Warteschlangen", "de", texts.collect())
}

fn document(title: &str, language: &str, texts: Vec<String>) -> Document {
    let bbox = Rect { x: 50.0, y: 50.0, width: 400.0, height: 40.0 };
    let block = |text| Block { kind: BlockKind::Paragraph, text, bbox, font_size: 10.0, ..Block::default() };
    let blocks = texts.into_iter().map(block).collect();
    Document {
        unit: Default::default(),
        source: BlobRef { digest: Digest::of(b""), bytes: 0, media_type: "application/pdf".to_owned() },
        file_name: "document.pdf".to_owned(),
        title: title.to_owned(),
        language: Language::new(language),
        pages: vec![Page { number: 1, width: 595.0, height: 842.0, blocks, ..Page::default() }],
        outline: Vec::new(),
        sections: Vec::new(),
        figures: Vec::new(),
        engine: "none".to_owned(),
        engine_version: String::new(),
        warnings: Vec::new(),
    }
}

struct World {
    stages: Stages,
    artifacts: Arc<dyn ArtifactStore>,
    scratch: tempfile::TempDir,
}

impl World {
    fn new(options: MakeOptions, voice: Metronome, fonts: Fonts) -> Self {
        let mut resources = Resources::new(Path::new("/nowhere"), "out".into()).unwrap();
        resources.voices = VoiceLibrary::new("/nowhere").with_voice(Arc::new(voice));
        resources.fonts = fonts;
        let options = options.with_voice("metronome").with_seed(7);
        Self {
            stages: Stages::new(&options, &resources),
            artifacts: Arc::new(MemoryArtifactStore::default()),
            scratch: tempfile::tempdir().unwrap(),
        }
    }

    fn context(&self, stage: &str, segment: Option<u32>) -> StageContext {
        let task = TaskKey { stage: stage.into(), segment };
        let (job, folder) = (JobId::from_bytes([7; 16]), self.scratch.path().to_owned());
        StageContext::new(job, task, Arc::clone(&self.artifacts), folder, CancellationToken::new())
    }

    async fn script(&self, document: Document) -> Result<Script, StageError> {
        self.stages.script.run(&self.context("script", None), document).await
    }

    async fn narrated(&self, script: &Script) -> Vec<(Audio, Vec<f32>)> {
        let mut narrated = Vec::new();
        for segment in &script.segments {
            let cx = self.context("audio", Some(segment.index));
            let audio = self.stages.audio.run(&cx, segment.clone()).await.unwrap();
            let bytes = cx.get(&audio.pcm).await.unwrap();
            let samples = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap()));
            narrated.push((audio, samples.collect()));
        }
        narrated
    }
}

fn options(length_ms: u64) -> MakeOptions {
    MakeOptions::default().with_length_ms(length_ms)
}

#[tokio::test]
async fn the_length_is_met_with_slow_voices_and_with_fast_ones() {
    // From 200 words a minute, which is slowed down, to 67.
    for word_ms in [300, 380, 520, 700, 900] {
        let world = World::new(options(55_000), Metronome { word_ms, breath_ms: 0 }, Fonts::embedded());
        let script = world.script(german()).await.unwrap();
        // Lines of ten seconds and more do not fill any length, and no script is filled with what is not worth telling.
        let least = if word_ms >= 700 { 50_000 } else { 51_150 };
        assert!((least..=55_000).contains(&script.target_ms), "{word_ms}: {:?}", script.warnings);
        let narrated = world.narrated(&script).await;
        let samples: u64 = narrated.iter().map(|(audio, _)| audio.samples).sum();
        let off = (samples as f64 / 48.0 / script.target_ms as f64 - 1.0) * 100.0;
        assert!(off.abs() < 3.5, "{word_ms} ms a word: {off:+.1} %");
    }
}

#[tokio::test]
async fn nowhere_is_it_silent_for_longer_than_the_gate_allows() {
    let voice = Metronome { word_ms: 330, breath_ms: 2_500 };
    let world = World::new(options(40_000), voice, Fonts::embedded());
    let script = world.script(german()).await.unwrap();
    let narrated = world.narrated(&script).await;
    let samples: Vec<f32> = narrated.iter().flat_map(|(_, samples)| samples).copied().collect();
    // The card at the end is silent.
    let spoken = samples.iter().rposition(|sample| sample.abs() > 0.01).unwrap();
    let longest = silences(&samples[..spoken], 48_000, -50.0, 100).iter().map(|s| s.duration_ms()).max();
    assert!((400..=1_200).contains(&longest.unwrap()), "{longest:?}");
    for segment in &script.segments {
        assert!(segment.scenes.iter().all(|scene| scene.kind != SceneKind::Quiz));
    }
}

#[tokio::test]
async fn a_length_that_cannot_be_met_is_told_before_anything_is_rendered() {
    let world = World::new(options(15_000), Metronome { word_ms: 4_000, breath_ms: 0 }, Fonts::embedded());
    let error = world.script(german()).await.unwrap_err();
    assert!(!error.is_retryable());
    let text = error.to_string();
    assert!(text.contains("nothing was rendered") && text.contains("duration is"), "{text}");
    assert!(matches!(error.downcast::<ScriptError>(), Ok(ScriptError::WouldFail { .. })));
}

#[tokio::test]
async fn a_script_that_no_font_can_show_is_told_before_it_is_spoken() {
    let chinese = || {
        let texts = (1..20)
            .map(|n| format!("蜜蜂生活在大家庭中，第{n}个蜂巢里大约有六万只蜜蜂。蜂王每天产下两千个卵。"));
        document("蜜蜂", "zh", texts.collect())
    };
    let voice = Metronome { word_ms: 330, breath_ms: 0 };
    let world = World::new(options(30_000), voice, Fonts::embedded());
    let error = world.script(chinese()).await.unwrap_err();
    assert!(!error.is_retryable());
    let text = error.to_string();
    assert!(text.contains("Han") && text.contains("fonts-noto-cjk") && text.contains("蜜"), "{text}");
    assert!(matches!(error.downcast::<ScriptError>(), Ok(ScriptError::NoFont { .. })));
    let options = options(30_000).with_captions(CaptionStyle::Off);
    let world = World::new(options, voice, Fonts::embedded());
    assert!(world.script(chinese()).await.is_ok(), "nobody would see them");
}

#[tokio::test]
async fn speech_of_the_plan_is_not_made_again() {
    let world = World::new(options(30_000), Metronome { word_ms: 380, breath_ms: 0 }, Fonts::embedded());
    let script = world.script(german()).await.unwrap();
    // The voice is gone, and what it said is there.
    let mut stage = world.stages.audio.clone();
    stage.voices = VoiceLibrary::new("/nowhere").with_voice(Arc::new(Mute));
    for segment in &script.segments {
        stage.run(&world.context("audio", Some(segment.index)), segment.clone()).await.unwrap();
    }
}

/// Goes by the same name and cannot speak.
#[derive(Debug)]
struct Mute;

#[async_trait::async_trait]
impl Voice for Mute {
    fn name(&self) -> &str {
        "metronome"
    }

    fn identity(&self) -> String {
        Metronome { word_ms: 380, breath_ms: 0 }.identity()
    }

    fn rights(&self) -> VoiceRights {
        Metronome { word_ms: 380, breath_ms: 0 }.rights()
    }

    async fn speak(&self, _: &StageContext, _: &Utterance, _: ChunkSink<'_>) -> Result<(), VoiceError> {
        Err(VoiceError::Cancelled)
    }
}
