//! [`Soundtrack`]: the music and the effects of a video, chosen and ready to be mixed.

use brainwrought_core::data::{BlobRef, Script};
use brainwrought_core::stage::{StageContext, StageError};

use super::timeline::Timeline;
use crate::audio::{
    EffectLibrary, Effects, Mix, Mood, MusicFile, MusicSource, MusicTrack, Prepared, SoundCue, best_track,
    heard_cues,
};
use crate::provider::ProviderSettings;

/// A sound starts at least this long before its scene ends, in milliseconds.
const BEFORE_END_MS: u64 = 300;

/// What a soundtrack is chosen by.
#[derive(Debug, Clone, Copy)]
pub(super) struct SoundtrackSettings<'a> {
    /// Effects, the seed, and the music where the user brings none.
    pub(super) mix: &'a Mix,
    /// The user's own music.
    pub(super) music_file: Option<&'a BlobRef>,
    /// The user's own folder of music.
    pub(super) music_folder: &'a [MusicTrack],
    /// What this machine knows of providers.
    pub(super) providers: &'a ProviderSettings,
}

/// The music and the effects of a video.
#[derive(Debug)]
pub(super) struct Soundtrack {
    /// What plays, where it is no file.
    composed: MusicSource,
    /// The user's file, with its name where that is known.
    pub(super) file: Option<BlobRef>,
    /// The sounds that the script asks for.
    pub(super) effects: Prepared,
}

impl Soundtrack {
    /// Chooses the music and gets the sounds ready; only sounds that will be heard are looked for, as some must be paid.
    pub(super) async fn prepare(
        settings: &SoundtrackSettings<'_>,
        cx: &StageContext,
        script: &Script,
        timeline: &Timeline,
    ) -> Result<Self, StageError> {
        let mood = mood(script);
        let track = best_track(settings.music_folder, &mood, settings.mix.seed);
        let file = match (settings.music_file, track) {
            (Some(file), _) => Some(file.clone()),
            (None, Some(track)) => Some(track.file.clone()),
            (None, None) => None,
        };
        let composed = match &settings.mix.music {
            MusicSource::Bed { mood: None } => MusicSource::Bed { mood: Mood::meant_by(&mood) },
            music => music.clone(),
        };
        let effects = match settings.mix.effects {
            Effects::Off => Prepared::default(),
            Effects::On | Effects::ElevenLabs => {
                let cues = cues(script, timeline);
                let times: Vec<u64> = cues.iter().map(|cue| cue.at_ms).collect();
                let heard = heard_cues(&timeline.marks, &times, settings.mix.effect_gap_ms);
                let heard: Vec<SoundCue> =
                    heard.into_iter().filter_map(|place| cues.get(place).cloned()).collect();
                let library = EffectLibrary::new(settings.mix.effects, settings.providers);
                library.prepare(cx, &heard).await?
            }
        };
        Ok(Self { composed, file, effects })
    }

    /// Fetches the music.
    pub(super) async fn music(&self, cx: &StageContext) -> Result<MusicSource, StageError> {
        Ok(match &self.file {
            Some(file) => MusicSource::File(MusicFile::new(cx.get(file).await?)),
            None => self.composed.clone(),
        })
    }

    /// Tells whether the program composed the music.
    pub(super) fn is_composed(&self) -> bool {
        self.file.is_none() && matches!(self.composed, MusicSource::Bed { .. })
    }

    /// Tells whether there is a file of the user's, by whichever way it came.
    pub(super) fn is_supplied(&self) -> bool {
        self.file.is_some() || matches!(self.composed, MusicSource::File(_))
    }
}

/// The mood of a script in words, and where nobody named one, its tone.
fn mood(script: &Script) -> String {
    let tone = || script.profile.as_ref().map(|profile| format!("{} {}", profile.tone, profile.pacing));
    script.mood.clone().or_else(tone).unwrap_or_default()
}

/// The sounds that the script asks for, each inside its scene.
fn cues(script: &Script, timeline: &Timeline) -> Vec<SoundCue> {
    let scenes = script.segments.iter().flat_map(|segment| &segment.scenes);
    let placed = timeline.scenes.iter().zip(scenes).flat_map(|(span, scene)| {
        let last = span.end_ms.saturating_sub(span.start_ms).saturating_sub(BEFORE_END_MS);
        scene
            .effects
            .iter()
            .map(move |cue| SoundCue { at_ms: span.start_ms + cue.at_ms.min(last), sound: cue.sound.clone() })
    });
    let mut cues: Vec<SoundCue> = placed.collect();
    cues.sort_by_key(|cue| cue.at_ms);
    cues
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use brainwrought_core::data::{
        Analysis, AudioMark, EffectCue, Language, MarkKind, Profile, Scene, SceneKind, Segment, VisualCue,
    };
    use brainwrought_core::id::{Digest, JobId, TaskKey};
    use brainwrought_core::memory::MemoryArtifactStore;
    use tokio_util::sync::CancellationToken;

    use super::super::Assemble;
    use super::super::timeline::SceneSpan;
    use super::*;
    use crate::audio::{Effect, Sound};

    fn script(effects: &[&[(&str, u64)]]) -> Script {
        let scene = |cues: &&[(&str, u64)]| Scene {
            effects: cues
                .iter()
                .map(|(sound, at_ms)| EffectCue { sound: (*sound).to_owned(), at_ms: *at_ms })
                .collect(),
            ..Scene::new(SceneKind::Content, Vec::new(), VisualCue::Motion, 0)
        };
        let segment = |(index, cues): (u32, &&[(&str, u64)])| Segment {
            index,
            title: String::new(),
            language: Language::english(),
            planned_start_ms: 0,
            planned_ms: 0,
            scenes: vec![scene(cues)],
        };
        Script {
            title: "Rain".to_owned(),
            language: Language::english(),
            page_count: 1,
            unit: Default::default(),
            page_labels: Default::default(),
            writer: "offline/en".to_owned(),
            target_ms: 20_000,
            analysis: Analysis::default(),
            segments: (0..).zip(effects).map(segment).collect(),
            quiz: Vec::new(),
            profile: None,
            mood: None,
            calls: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Three scenes of five seconds, with pictures that appear in the second and the third.
    fn timeline() -> Timeline {
        let span = |start_ms: u64| SceneSpan { kind: SceneKind::Content, start_ms, end_ms: start_ms + 5_000 };
        let mark = |at_ms: u64| AudioMark { at_ms, kind: MarkKind::Whoosh };
        Timeline {
            fps: 30,
            frames: 450,
            starts: vec![0, 150, 300],
            scenes: [0, 5_000, 10_000].map(span).to_vec(),
            cues: Vec::new(),
            words: Vec::new(),
            marks: vec![mark(5_000), mark(10_000)],
        }
    }

    async fn prepared(settings: &Assemble, script: &Script) -> Soundtrack {
        let key = TaskKey { stage: "assemble".into(), segment: None };
        let (job, store) = (JobId::random().unwrap(), Arc::new(MemoryArtifactStore::default()));
        let cx = StageContext::new(job, key, store, PathBuf::new(), CancellationToken::new());
        Soundtrack::prepare(&settings.soundtrack(), &cx, script, &timeline()).await.unwrap()
    }

    #[tokio::test]
    async fn sounds_are_heard_in_their_scenes_and_not_too_close_together() {
        let script =
            script(&[&[("pop", 1_000)], &[("whoosh", 99_000), ("nothing known", 500)], &[("boom", 2_000)]]);
        let soundtrack = prepared(&Assemble::default(), &script).await;
        let heard: Vec<_> =
            soundtrack.effects.cues.iter().map(|cue| (cue.at_ms, cue.sound.clone())).collect();
        // The unknown one had its place before it was found to be none; the last is too close to the one before.
        let expected = [(1_000, Sound::BuiltIn(Effect::Pop)), (9_700, Sound::BuiltIn(Effect::Whoosh))];
        assert_eq!(heard, expected);
        assert_eq!(soundtrack.effects.warnings.len(), 1);
        let mut off = Assemble::default();
        off.mix.effects = Effects::Off;
        assert_eq!(prepared(&off, &script).await.effects, Prepared::default());
    }

    #[tokio::test]
    async fn music_fits_the_mood_of_the_script_or_its_tone() {
        let mut script = script(&[&[], &[], &[]]);
        let bed = async |script: &Script| prepared(&Assemble::default(), script).await.composed;
        assert_eq!(bed(&script).await, MusicSource::Bed { mood: None });
        script.profile = Some(Profile { tone: "calm and warm".to_owned(), ..Profile::default() });
        assert_eq!(bed(&script).await, MusicSource::Bed { mood: Some(Mood::Calm) });
        script.mood = Some("dark and tense".to_owned());
        assert_eq!(bed(&script).await, MusicSource::Bed { mood: Some(Mood::Focus) });

        let track = |name: &str| MusicTrack {
            name: name.to_owned(),
            file: BlobRef { digest: Digest::of(name.as_bytes()), bytes: 4, media_type: "audio/*".to_owned() },
        };
        let music_folder = ["sunny.mp3", "dark alley.mp3"].map(track).to_vec();
        let settings = Assemble { music_folder, ..Assemble::default() };
        let soundtrack = prepared(&settings, &script).await;
        assert_eq!(soundtrack.file.clone().unwrap().digest, Digest::of(b"dark alley.mp3"));
        assert!(soundtrack.is_supplied() && !soundtrack.is_composed());
    }
}
