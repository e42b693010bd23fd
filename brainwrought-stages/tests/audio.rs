//! The voices with their real files, and the narration stage from segment to sound.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::PathBuf;
use std::sync::Arc;

use brainwrought_core::data::{
    Audio, Citation, Language, Line, LineRole, MarkKind, Scene, SceneKind, Segment, VisualCue,
};
use brainwrought_core::id::{JobId, StageName, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::{Stage, StageContext};
use brainwrought_stages::audio::{
    Engine, EngineExt as _, EspeakVoice, HibariVoice, KokoroVoice, Lexicon, Mix, Mood, MusicFile,
    MusicSource, Narrate, PiperFiles, PiperVoice, Sounds, Speech, Utterance, VoiceError, VoiceFiles,
    VoiceLibrary, VoiceSettings, align, measure, mix, silences,
};
use tokio_util::sync::CancellationToken;

/// Where `make setup` puts voices.
#[expect(clippy::disallowed_methods, reason = "a test looks for the files where setup puts them")]
fn voices() -> PathBuf {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    let data = set("BRAINWROUGHT_DATA")
        .or_else(|| set("XDG_DATA_HOME").map(|home| home.join("brainwrought")))
        .or_else(|| set("HOME").map(|home| home.join(".local/share/brainwrought")))
        .expect("HOME is set");
    data.join("voices")
}

fn hibari() -> HibariVoice {
    HibariVoice::load(&VoiceFiles { folder: voices().join("hibari-heart") })
        .unwrap_or_else(|error| panic!("{error}; run `make setup` first"))
}

fn speak(engine: &dyn Engine, line: &str) -> Speech {
    engine.speak_whole(&Utterance::new(line), &CancellationToken::new()).unwrap()
}

fn check_order(line: &str, speech: &Speech, expected: &[&str]) {
    let words: Vec<&str> = speech.words.iter().map(|word| &line[word.written.clone()]).collect();
    assert_eq!(words, expected);
    let mut last = 0;
    for word in &speech.words {
        assert!(word.samples.start >= last && word.samples.end >= word.samples.start, "{:?}", speech.words);
        assert!(word.samples.end <= speech.samples.len());
        last = word.samples.start;
    }
}

#[test]
fn the_neural_voice_gives_the_same_samples_on_any_number_of_threads() {
    let line = "Raft elects a leader, and $45 buys 2.5 GB.";
    let voice = hibari().with_threads(1);
    let one = speak(&voice, line);
    assert_eq!(one, speak(&voice, line));
    assert_eq!(one, speak(&voice.with_threads(2), line));
    check_order(line, &one, &["Raft", "elects", "a", "leader,", "and", "$45", "buys", "2.5", "GB."]);
    let spoken_for = |word: usize| one.words[word].samples.len();
    assert!(spoken_for(5) > 2 * spoken_for(4), "forty five dollars takes longer than and: {:?}", one.words);
    let pause = one.words[4].samples.start - one.words[3].samples.end;
    assert!((1_200..18_000).contains(&pause), "the comma is a pause of {pause} samples");
}

#[test]
fn odd_lines_are_spoken_without_fear() {
    let voice = hibari();
    for line in ["", "   ", "—", "🙂", "日本語", "Xyzzyqwop's 94% ≥ 0x1F @foo #bar", "[a](b) <c> {d}"]
    {
        let speech = speak(&voice, line);
        assert!(speech.samples.iter().all(|sample| sample.is_finite()), "{line}");
    }
    let long = "the leader keeps a log and everybody copies it ".repeat(30);
    let speech = speak(&voice, &long);
    assert_eq!(speech.words.len(), 270);
    assert!(speech.words.iter().all(|word| !word.samples.is_empty()));
}

#[test]
fn a_cancelled_line_stops() {
    let cancellation = CancellationToken::new();
    cancellation.cancel();
    let result = hibari().speak_whole(&Utterance::new("Hello there."), &cancellation);
    assert!(matches!(result, Err(VoiceError::Cancelled)));
}

#[test]
fn espeak_speaks_german_with_a_time_for_every_word() {
    let token = CancellationToken::new();
    let voice = EspeakVoice::find("espeak-ng", &Language::new("de"), "", &token)
        .unwrap_or_else(|error| panic!("{error}; run `make setup` first"));
    let line = "Das ist ein Test, der zeigt, wie gut es geht.";
    let speech = speak(&voice, line);
    check_order(line, &speech, &["Das", "ist", "ein", "Test,", "der", "zeigt,", "wie", "gut", "es", "geht."]);
    assert!(speech.words.iter().all(|word| word.samples.len() > 500), "{:?}", speech.words);
    let pause = speech.words[4].samples.start - speech.words[3].samples.end;
    assert!(pause > 1_000, "the comma is a pause of {pause} samples");
    assert_eq!(speech, speak(&voice, line));
}

#[test]
fn words_are_found_in_speech_that_came_without_timings() {
    let heart = hibari();
    let oak = heart.speaker("hibari/oak").unwrap();
    let token = CancellationToken::new();
    let espeak = EspeakVoice::find("espeak-ng", &Language::english(), "", &token).unwrap();
    let lines = [
        "Light travels slower in glass than in air, which is why lenses bend it.",
        "Nobody expected the smaller network to win.",
        "A majority of the servers must agree before an entry is committed.",
        "When a worker dies, its lease runs out and somebody else takes the task.",
    ];
    // espeak-ng runs small words together in the last two, so its own times are off there.
    let pairs: [(&dyn Engine, &dyn Engine, f32, usize); 2] =
        [(&espeak, &heart, 1.0, 2), (&heart, &oak, 0.85, 4)];
    for (reference, target, speed, count) in pairs {
        let mut distances = Vec::new();
        for line in lines.into_iter().take(count) {
            let utterance = Utterance { manner: VoiceSettings { speed, seed: 2 }, ..Utterance::new(line) };
            let truth = target.speak_whole(&utterance, &token).unwrap();
            let found = align(&speak(reference, line), &truth.samples, truth.sample_rate).unwrap();
            assert_eq!(found.len(), truth.words.len());
            let starts = found.iter().zip(&truth.words);
            distances.extend(starts.map(|(a, b)| a.samples.start.abs_diff(b.samples.start) * 1000 / 24_000));
        }
        distances.sort_unstable();
        let (median, high) = (distances[distances.len() / 2], distances[distances.len() * 9 / 10]);
        assert!(median <= 60 && high <= 160, "{} by {}: {distances:?}", target.name(), reference.name());
    }
}

#[test]
fn derived_speakers_say_the_same_at_the_same_time_with_another_pitch() {
    let heart = hibari();
    let line = "Nobody expected the smaller network to win.";
    let own = speak(&heart, line);
    for (name, factor) in [("hibari/oak", 0.58), ("hibari/fern", 1.15)] {
        let other = speak(&heart.speaker(name).unwrap(), line);
        for (a, b) in own.words.iter().zip(&other.words) {
            assert!(a.samples.start.abs_diff(b.samples.start) <= 24 * 20, "{name}: {a:?} {b:?}");
        }
        let (of_own, of_other) = (pitches(&own.samples), pitches(&other.samples));
        let ratios: Vec<f32> =
            of_own.iter().zip(&of_other).filter_map(|(own, other)| Some((*other)? / (*own)?)).collect();
        let (count, ratio) = (ratios.len(), middle(ratios));
        assert!((ratio / factor - 1.0).abs() < 0.12, "{name}: {ratio} of {count} windows");
    }
    assert!(heart.speaker("hibari/yew").is_none());
}

/// The middle pitch of what is voiced, in hertz.
fn pitch(samples: &[f32]) -> f32 {
    middle(pitches(samples).into_iter().flatten().collect())
}

fn middle(mut of: Vec<f32>) -> f32 {
    of.sort_by(f32::total_cmp);
    of[of.len() / 2]
}

/// The pitch of each window of 80 ms that is voiced, by autocorrelation, in hertz.
fn pitches(samples: &[f32]) -> Vec<Option<f32>> {
    let pitch = |window: &[f32]| {
        let (head, tail) = (&window[..960], window);
        let power = |part: &[f32]| part.iter().map(|x| x * x).sum::<f32>();
        let own = power(head);
        let likeness = |lag: usize| {
            let other = &tail[lag..lag + 960];
            let product: f32 = head.iter().zip(other).map(|(a, b)| a * b).sum();
            product / (own * power(other)).sqrt().max(1e-9)
        };
        // 70 to 400 Hz.
        let best = (60..343).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap();
        (own > 0.5 && likeness(best) > 0.7).then(|| 24_000.0 / best as f32)
    };
    samples.chunks_exact(1_920).map(pitch).collect()
}

#[test]
fn espeak_says_what_it_speaks_and_whether_it_is_there() {
    let token = CancellationToken::new();
    let error = EspeakVoice::find("espeak-ng", &Language::new("qqq"), "", &token).unwrap_err();
    assert!(error.to_string().contains("de"), "{error}");
    let error = EspeakVoice::find("/nowhere/espeak-ng", &Language::new("de"), "", &token).unwrap_err();
    assert!(matches!(error, VoiceError::NoEspeak { .. }), "{error}");
}

/// Where `make setup-tests` puts a voice of Piper.
fn piper_files() -> [Vec<u8>; 2] {
    let folder = voices().join("../test-voices");
    ["en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"].map(|name| {
        std::fs::read(folder.join(name))
            .unwrap_or_else(|error| panic!("{error}; run `make setup-tests` first"))
    })
}

#[test]
fn a_voice_of_piper_says_each_word_when_its_model_says_so() {
    let token = CancellationToken::new();
    let [model, settings] = piper_files();
    let english = Language::english();
    let voice = PiperVoice::load("piper:joe", model, &settings, &english, "espeak-ng", &token).unwrap();
    let line = "When a worker dies, its lease runs out — and $45 is lost.";
    let speech = speak(&voice, line);
    assert_eq!(speech, speak(&voice, line));
    let expected =
        ["When", "a", "worker", "dies,", "its", "lease", "runs", "out —", "and", "$45", "is", "lost."];
    check_order(line, &speech, &expected);
    assert!(speech.words[9].samples.len() > 2 * speech.words[8].samples.len(), "{:?}", speech.words);
    // Another engine hears the words at the same places.
    let found = align(&speak(&hibari(), line), &speech.samples, speech.sample_rate).unwrap();
    let mut distances: Vec<usize> = found
        .iter()
        .zip(&speech.words)
        .map(|(a, b)| a.samples.start.abs_diff(b.samples.start) * 1000 / 22_050)
        .collect();
    distances.sort_unstable();
    // A caption that is a tenth of a second off is not noticed. Half the words have to be nearer: the noise that the
    // model draws differs between processors, and the other engine has an accent of its own. Words that are off by one
    // are off by two tenths and more.
    assert!(distances[6] <= 100, "{distances:?}");
    let lexicon: Lexicon = "lease = /lˈiːs lˈiːs lˈiːs/".parse().unwrap();
    let longer = voice.speak_whole(&Utterance { lexicon, ..Utterance::new(line) }, &token).unwrap();
    assert!(longer.words[5].samples.len() > 2 * speech.words[5].samples.len());
}

#[test]
fn a_voice_of_kokoro_says_each_word_when_its_model_says_so() {
    let library = VoiceLibrary::new(voices());
    let folder = voices().join("kokoro");
    let voice = KokoroVoice::load("kokoro/am_michael", &folder, &library.files()).unwrap();
    let line = "Nobody expected the smaller network to win, and $45 is lost.";
    let speech = speak(&voice, line);
    assert_eq!(speech, speak(&voice, line));
    let expected =
        ["Nobody", "expected", "the", "smaller", "network", "to", "win,", "and", "$45", "is", "lost."];
    check_order(line, &speech, &expected);
    assert!(speech.words[8].samples.len() > 2 * speech.words[7].samples.len(), "{:?}", speech.words);
    // Another engine hears the words at the same places, and a man is lower than a woman.
    let heart = hibari();
    let other = speak(&heart, line);
    let found = align(&other, &speech.samples, speech.sample_rate).unwrap();
    let mut distances: Vec<usize> = found
        .iter()
        .zip(&speech.words)
        .map(|(a, b)| a.samples.start.abs_diff(b.samples.start) * 1000 / 24_000)
        .collect();
    distances.sort_unstable();
    assert!(distances[5] <= 60, "{distances:?}");
    assert!(pitch(&speech.samples) < 0.8 * pitch(&other.samples));
    let german = library.voice("kokoro/am_michael", &Language::new("de"), &CancellationToken::new());
    assert!(german.unwrap_err().to_string().contains("does not speak `de`"));
    let error = VoiceLibrary::new("/nowhere")
        .voice("kokoro/am_michael", &Language::english(), &CancellationToken::new())
        .unwrap_err();
    assert!(error.to_string().contains("make setup-kokoro"), "{error}");
}

#[tokio::test]
async fn the_files_of_a_voice_travel_with_the_job() {
    let scratch = tempfile::tempdir().unwrap();
    let cx = context(&scratch);
    let mut stage = Narrate { voices: VoiceLibrary::new("/nowhere"), ..Narrate::default() };
    stage.settings.voice = "piper:joe@12345678".to_owned();
    let error = stage.run(&cx, segment()).await.unwrap_err();
    assert!(!error.is_retryable() && error.to_string().contains("artifact store"), "{error}");
    let [model, settings] = piper_files();
    let model = cx.put(model.into(), "application/onnx").await.unwrap();
    let settings = cx.put(settings.into(), "application/json").await.unwrap();
    let files = PiperFiles { model: model.clone(), settings };
    stage.settings.voice_files.insert(stage.settings.voice.clone(), files);
    let audio = stage.run(&cx, segment()).await.unwrap();
    assert_eq!((audio.voice.as_str(), audio.words.len()), ("piper:joe@12345678", 19));
    // Another segment finds the voice open.
    let again = stage.run(&cx, segment()).await.unwrap();
    assert_eq!(again, audio);
    // A worker that has the job and not the files says so.
    cx.artifacts().delete(&model.digest).await.unwrap();
    stage.voices = VoiceLibrary::new("/nowhere");
    let error = stage.run(&cx, segment()).await.unwrap_err();
    assert!(error.to_string().contains("submit the PDF again"), "{error}");
}

#[test]
fn a_lexicon_changes_how_a_word_is_said_and_no_other() {
    let voice = hibari();
    let line = "Use CUDA with care.";
    let plain = speak(&voice, line);
    for entry in ["CUDA = a very long way of saying it", "CUDA = /ˈɛksəpʃənəlˈiˈɛksəpʃənəlˈi/"]
    {
        let utterance = Utterance { lexicon: entry.parse().unwrap(), ..Utterance::new(line) };
        let speech = voice.speak_whole(&utterance, &CancellationToken::new()).unwrap();
        check_order(line, &speech, &["Use", "CUDA", "with", "care."]);
        assert!(speech.words[1].samples.len() > 2 * plain.words[1].samples.len(), "{entry}: {speech:?}");
    }
}

fn scene(kind: SceneKind, lines: &[&str], visual: VisualCue) -> Scene {
    let line = |text: &&str| {
        Line::new((*text).to_owned(), LineRole::Fact, Citation { page: 1, quote: String::new() })
    };
    Scene::new(kind, lines.iter().map(line).collect(), visual, 1_500)
}

fn segment() -> Segment {
    Segment {
        index: 0,
        title: "Opening".to_owned(),
        language: Language::english(),
        planned_start_ms: 0,
        planned_ms: 0,
        scenes: vec![
            scene(SceneKind::Hook, &["Half of these servers can crash."], VisualCue::TitleCard),
            scene(
                SceneKind::Content,
                &["Nobody notices, because a leader keeps the log.", "It costs $45 in 1999."],
                VisualCue::Figure { figure: "1".to_owned() },
            ),
        ],
    }
}

fn context(scratch: &tempfile::TempDir) -> StageContext {
    StageContext::new(
        JobId::from_bytes([7; 16]),
        TaskKey { stage: StageName("audio".to_owned()), segment: Some(0) },
        Arc::new(MemoryArtifactStore::default()),
        scratch.path().to_owned(),
        CancellationToken::new(),
    )
}

async fn narrate(stage: &Narrate, segment: Segment) -> (Audio, Vec<f32>) {
    let scratch = tempfile::tempdir().unwrap();
    let cx = context(&scratch);
    let audio = stage.run(&cx, segment).await.unwrap();
    let bytes = cx.get(&audio.pcm).await.unwrap();
    let samples = bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    (audio, samples)
}

#[tokio::test]
async fn a_segment_becomes_sound_and_the_sound_a_programme_at_its_loudness() {
    let stage = Narrate { voices: VoiceLibrary::new(voices()), ..Narrate::default() };
    let (audio, samples) = narrate(&stage, segment()).await;
    assert_eq!(audio, narrate(&stage, segment()).await.0);
    assert_eq!(audio.voice, "hibari/heart");
    assert_eq!((audio.sample_rate, audio.samples % 1_600), (48_000, 0));
    assert_eq!(samples.len() as u64, audio.samples);
    assert_eq!(audio.words.len(), 19);
    assert!(audio.words[0].start_ms <= 300, "{:?}", audio.words[0]);
    assert_eq!(audio.words.iter().find(|word| word.text == "$45").map(|w| (w.scene, w.line)), Some((1, 1)));
    let kinds: Vec<MarkKind> = audio.marks.iter().map(|mark| mark.kind).collect();
    assert_eq!(kinds, [MarkKind::Scene, MarkKind::Impact, MarkKind::Scene, MarkKind::Whoosh]);
    let last = audio.words.last().unwrap().end_ms;
    assert!(silences(&samples, 48_000, -55.0, 1_000).iter().all(|silence| silence.end_ms > last));

    let sounds = Sounds { narration: &samples, marks: &audio.marks, cues: &[] };
    for music in [MusicSource::None, MusicSource::Bed { mood: Some(Mood::Bright) }] {
        let settings = Mix { music, ..Mix::default() };
        let programme = mix(&sounds, &settings, &|| false).unwrap();
        assert_eq!(programme.len(), 2 * samples.len());
        let loudness = measure(&programme, 2, 48_000);
        assert!((loudness.integrated_lufs + 14.0).abs() <= 0.5, "{loudness:?}");
        assert!(loudness.true_peak_dbtp <= -1.0, "{loudness:?}");
        assert_eq!(programme, mix(&sounds, &settings, &|| false).unwrap());
    }
}

#[tokio::test]
async fn a_missing_voice_is_fatal_and_says_what_to_do() {
    let stage = Narrate { voices: VoiceLibrary::new("/nowhere"), ..Narrate::default() };
    let scratch = tempfile::tempdir().unwrap();
    let error = stage.run(&context(&scratch), segment()).await.unwrap_err();
    assert!(!error.is_retryable());
    assert!(error.to_string().contains("make setup"), "{error}");
}

#[test]
fn music_files_are_decoded_looped_and_refused_when_they_are_none() {
    let tone: Vec<i16> = (0..22_050).map(|n| ((n as f32 * 0.06).sin() * 9_000.0) as i16).collect();
    let mut wav = Vec::new();
    let length = tone.len() as u32 * 2;
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + length).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x22\x56\0\0\x44\xac\0\0\x02\0\x10\0data");
    wav.extend_from_slice(&length.to_le_bytes());
    tone.iter().for_each(|sample| wav.extend_from_slice(&sample.to_le_bytes()));
    let voice: Vec<f32> = (0..48_000 * 4).map(|n| (n as f32 * 0.02).sin() * 0.2).collect();
    let sounds = Sounds { narration: &voice, marks: &[], cues: &[] };
    let with = |bytes: Vec<u8>| {
        let settings = Mix { music: MusicSource::File(MusicFile::new(bytes.into())), ..Mix::default() };
        mix(&sounds, &settings, &|| false)
    };
    let programme = with(wav).unwrap();
    assert!((measure(&programme, 2, 48_000).integrated_lufs + 14.0).abs() <= 0.5);
    assert!(with(b"no music at all".to_vec()).is_err());
    assert!(mix(&sounds, &Mix::default(), &|| true).is_err());
}
