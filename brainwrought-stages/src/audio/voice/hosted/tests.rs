//! What hosted voices ask for, where their words end up, and what becomes of every way to fail.

use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use brainwrought_core::data::{
    Audio, Citation, Language, Line, LineRole, Scene, SceneKind, Segment, VisualCue,
};
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::{Stage as _, StageContext, StageError};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::super::{
    ChunkSink, Engine, LocalVoice, Speech, SpokenWord, Utterance, Voice, VoiceLibrary, VoiceRights,
    VoiceSettings,
};
use super::recording::tests::wave;
use super::*;
use crate::audio::written_words;
use crate::audio::{Narrate, NarrateSettings, VoiceFailure};
use crate::provider::peer::Peer;
use crate::provider::scripted_server::{Act, ScriptedServer, json as answer};
use crate::provider::{Network, ProviderError, Request, Secret, Timeouts};

const AUDIO: &str = "content-type: audio/wav\r\n";
/// A rate, and a number of samples, whose bytes in a WAV are all ASCII, as bodies of the scripted server are text.
const RATE: u32 = 11_025;
const SAMPLES: usize = 8_192;

/// Three quarters of a second of sound, all bytes of it ASCII.
fn sound() -> Vec<u8> {
    let tone = |n: usize| ((n as f32 * 0.2).sin() * 31.0 + 32.0) as i16 * 256;
    let samples: Vec<i16> = (0..SAMPLES).map(tone).collect();
    wave(&samples, RATE, 2 * SAMPLES as u32)
}

fn sound_as_text() -> String {
    String::from_utf8(sound()).unwrap()
}

/// Says every word in 100 ms; stands for the embedded voice.
#[derive(Debug)]
struct Beeper;

impl Engine for Beeper {
    fn name(&self) -> &str {
        "hibari/heart"
    }

    fn identity(&self) -> String {
        "beeper".to_owned()
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
        for (number, written) in written_words(&utterance.line).into_iter().enumerate() {
            let pitch = 0.05 + 0.1 * number as f32;
            let samples = (0..2_400).map(|n| (n as f32 * pitch).sin() * 0.3).collect();
            chunks(Speech {
                samples,
                sample_rate: 24_000,
                words: vec![SpokenWord { written, samples: 0..2_400 }],
            });
        }
        Ok(())
    }
}

fn settings(server: &ScriptedServer) -> ProviderSettings {
    let mut settings = ProviderSettings::default();
    for name in ["elevenlabs", "openai"] {
        settings.keys.insert(name.to_owned(), Secret::new("sk-hush-0123456789").unwrap());
    }
    settings.bases.insert("elevenlabs".to_owned(), server.url.clone());
    settings.bases.insert("openai".to_owned(), format!("{}/v1", server.url));
    settings.timeouts = Timeouts { retries: Some(1), read_timeout_ms: Some(150), first_rest_ms: Some(1) };
    settings
}

fn context() -> StageContext {
    let key = TaskKey { stage: "audio".into(), segment: Some(0) };
    let artifacts = Arc::new(MemoryArtifactStore::default());
    StageContext::new(JobId::random().unwrap(), key, artifacts, PathBuf::new(), CancellationToken::new())
}

fn open(name: &str, server: &ScriptedServer) -> Arc<dyn Voice> {
    let voice: HostedVoice = name.parse().unwrap();
    voice.open(&settings(server), Some(Arc::new(Beeper)), &Language::english()).unwrap()
}

async fn say(voice: &Arc<dyn Voice>, cx: &StageContext, line: &str) -> Result<Speech, VoiceError> {
    let manner = VoiceSettings { speed: 1.05, seed: 7 };
    let mut speech = Speech::silent();
    let utterance = Utterance { manner, ..Utterance::new(line) };
    voice.speak(cx, &utterance, &mut |chunk| speech.append(chunk)).await?;
    Ok(speech)
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// A line of ElevenLabs with 20 ms for every character of `text`.
fn timed(text: &str) -> Act {
    let count = text.chars().count();
    let times = |from: usize| (from..from + count).map(|at| at as f64 * 0.02).collect::<Vec<_>>();
    answer(
        200,
        &json!({
            "audio_base64": STANDARD.encode(sound()),
            "alignment": {
                "characters": text.chars().map(String::from).collect::<Vec<_>>(),
                "character_start_times_seconds": times(0),
                "character_end_times_seconds": times(1),
            },
            "normalized_alignment": null,
        }),
    )
}

#[tokio::test]
async fn elevenlabs_is_asked_for_times_and_its_words_are_where_it_says() {
    let server = ScriptedServer::start(vec![timed("Costs five dollars, now.")]).await;
    let voice = open("elevenlabs:21m00Tcm4TlvDq8ikWAM", &server);
    let cx = context();
    let speech = say(&voice, &cx, "Costs $5, now.").await.unwrap();
    let starts: Vec<usize> = speech.words.iter().map(|word| word.samples.start).collect();
    // 0, 6 and 20 characters of 20 ms.
    let expected = [0, 1_323, 4_410];
    assert!(starts.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 200), "{starts:?}");
    let request = &server.requests()[0];
    let line = request.lines().next().unwrap();
    assert_eq!(
        line,
        "POST /v1/text-to-speech/21m00Tcm4TlvDq8ikWAM/with-timestamps?output_format=pcm_24000 HTTP/1.1"
    );
    assert!(request.contains("xi-api-key: sk-hush-0123456789"));
    let sent = body(request);
    assert_eq!(sent["text"], "Costs five dollars, now.");
    assert_eq!((&sent["model_id"], &sent["seed"]), (&json!("eleven_multilingual_v2"), &json!(7)));
    assert_eq!(sent["voice_settings"], json!({ "speed": 1.05 }));
    let calls = cx.calls();
    assert_eq!(calls.len(), 1);
    // 24 letters at $300 a million.
    assert_eq!((calls[0].provider.as_str(), calls[0].cost.0), ("elevenlabs/eleven_multilingual_v2", 7_200));
}

#[tokio::test]
async fn times_of_another_text_are_not_trusted() {
    let server = ScriptedServer::start(vec![timed("Something else entirely.")]).await;
    let voice = open("elevenlabs:abc", &server);
    let speech = say(&voice, &context(), "Now or never.").await.unwrap();
    assert_eq!(speech.words.len(), 3);
    assert!(speech.words.iter().all(|word| word.samples.end <= speech.samples.len()));
    assert!(speech.words[0].samples.end <= speech.words[2].samples.start);
}

#[tokio::test]
async fn a_described_voice_is_made_once_and_found_again() {
    let description = "A calm old man who has seen it all.";
    let name =
        format!("Brainwrought {}", &brainwrought_core::id::Digest::of(description.as_bytes()).as_str()[..12]);
    let known = json!({ "voices": [{ "voice_id": "other", "name": "Rachel" }, { "voice_id": "mine", "name": name }] });
    let script = vec![
        answer(200, &json!({ "voices": [] })),
        answer(
            200,
            &json!({ "text": "…", "previews": [{ "generated_voice_id": "g1", "audio_base_64": "" }] }),
        ),
        answer(200, &json!({ "voice_id": "made", "name": name })),
        timed("One."),
        timed("Two."),
        answer(200, &known),
        timed("One."),
    ];
    let server = ScriptedServer::start(script).await;
    let chosen = format!("elevenlabs:design:{description}");
    let voice = open(&chosen, &server);
    let cx = context();
    say(&voice, &cx, "One.").await.unwrap();
    say(&voice, &cx, "Two.").await.unwrap();
    // Another machine, or another day.
    say(&open(&chosen, &server), &cx, "One.").await.unwrap();
    let lines: Vec<String> =
        server.requests().iter().map(|r| r.split(" HTTP").next().unwrap().to_owned()).collect();
    let speech = |id: &str| format!("POST /v1/text-to-speech/{id}/with-timestamps?output_format=pcm_24000");
    assert_eq!(
        lines,
        [
            "GET /v1/voices".to_owned(),
            "POST /v1/text-to-voice/design".to_owned(),
            "POST /v1/text-to-voice".to_owned(),
            speech("made"),
            speech("made"),
            "GET /v1/voices".to_owned(),
            speech("mine"),
        ]
    );
    assert_eq!(body(&server.requests()[2])["generated_voice_id"], "g1");
}

#[tokio::test]
async fn openai_is_asked_as_it_says_and_aligned_here() {
    let server = ScriptedServer::start(vec![
        Act::Answer(200, AUDIO, sound_as_text()),
        Act::Answer(200, AUDIO, sound_as_text()),
    ])
    .await;
    let cx = context();
    let speech = say(&open("openai:onyx", &server), &cx, "Five words, said by nobody.").await.unwrap();
    assert_eq!(speech.words.len(), 5);
    assert_eq!(speech.sample_rate, RATE);
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /v1/audio/speech HTTP/1.1\r\n"), "{request}");
    let expected = json!({
        "model": "gpt-4o-mini-tts", "voice": "onyx", "input": "Five words, said by nobody.",
        "response_format": "wav",
    });
    assert_eq!(body(request), expected);
    say(&open("openai:onyx@tts-1", &server), &cx, "Hi there.").await.unwrap();
    assert_eq!(body(&server.requests()[1])["speed"], 1.05);
    let long = "word ".repeat(1_000);
    assert!(matches!(
        say(&open("openai:onyx", &server), &cx, &long).await,
        Err(VoiceError::LineTooLong { .. })
    ));
}

#[tokio::test]
async fn a_server_that_tells_times_is_believed_and_another_is_asked_once() {
    let word = |word: &str, at: f64| json!({ "word": word, "start_time": at, "end_time": at + 0.2 });
    let captioned = json!({
        "audio": STANDARD.encode(sound()), "audio_format": "audio/wav",
        "timestamps": [word("Now", 0.0), word("or", 0.25), word("never", 0.5), word(".", 0.7)],
    });
    let server = ScriptedServer::start(vec![answer(200, &captioned)]).await;
    let base = format!("{}/v1", server.url);
    let cx = context();
    let speech = say(&open(&format!("{base}#af_bella"), &server), &cx, "Now or never.").await.unwrap();
    let starts: Vec<usize> = speech.words.iter().map(|word| word.samples.start).collect();
    assert!(starts.iter().zip([0, 2_756, 5_512]).all(|(a, b)| a.abs_diff(b) <= 200), "{starts:?}");
    assert!(server.requests()[0].starts_with("POST /dev/captioned_speech HTTP/1.1"));

    let server = ScriptedServer::start(vec![
        answer(404, &json!({ "detail": "Not Found" })),
        Act::Answer(200, AUDIO, sound_as_text()),
        Act::Answer(200, AUDIO, sound_as_text()),
    ])
    .await;
    let voice = open(&format!("{}/v1#alloy", server.url), &server);
    say(&voice, &cx, "One two.").await.unwrap();
    say(&voice, &cx, "Three four.").await.unwrap();
    let paths: Vec<String> =
        server.requests().iter().map(|r| r.split_whitespace().nth(1).unwrap().to_owned()).collect();
    assert_eq!(paths, ["/dev/captioned_speech", "/v1/audio/speech", "/v1/audio/speech"]);
}

fn segment(lines: &[&str]) -> Segment {
    let line = |text: &&str| {
        Line::new((*text).to_owned(), LineRole::Fact, Citation { page: 1, quote: String::new() })
    };
    Segment {
        index: 2,
        title: String::new(),
        language: Language::english(),
        planned_start_ms: 0,
        planned_ms: 0,
        scenes: vec![Scene::new(SceneKind::Content, lines.iter().map(line).collect(), VisualCue::Motion, 0)],
    }
}

/// Narrates two lines with the voice of OpenAI after it failed in this way as often as it is asked for the second.
async fn narrate(
    failure: Act,
    attempt: u32,
    on_failure: VoiceFailure,
) -> (Result<Audio, StageError>, Vec<String>) {
    let script = vec![Act::Answer(200, AUDIO, sound_as_text()), failure.clone(), failure];
    let server = ScriptedServer::start(script).await;
    let stage = Narrate {
        settings: NarrateSettings {
            voice: "openai:onyx".to_owned(),
            voice_failure: on_failure,
            ..NarrateSettings::default()
        },
        voices: VoiceLibrary::new("/nowhere")
            .with_voice(Arc::new(LocalVoice::new(Arc::new(Beeper))))
            .with_providers(settings(&server)),
    };
    let end = stage.run(&context().with_attempt(attempt), segment(&["Said well.", "Not said."])).await;
    (end, server.requests())
}

fn refusal(status: u16) -> Act {
    answer(status, &json!({ "error": { "message": "no", "type": "x", "code": null } }))
}

#[tokio::test]
async fn a_voice_that_fails_for_good_gives_way_for_the_whole_segment() {
    let no_sound = Act::Answer(200, AUDIO, "no sound at all".to_owned());
    let html = Act::Answer(200, "content-type: text/html\r\n", "<html>".to_owned());
    let cases = [
        (refusal(401), 2, "refused the key (401)"),
        (refusal(402), 2, "wants to be paid first (402)"),
        (Act::Answer(429, "retry-after: 0\r\n", String::new()), 3, "takes no more requests"),
        (refusal(500), 3, "failed (500)"),
        (Act::Silence, 3, "did not answer in time"),
        (Act::Cut(AUDIO, "RIFF".to_owned()), 3, "ended early"),
        (Act::Stall(AUDIO, "RIFF".to_owned()), 3, "did not answer in time"),
        (html, 2, "sent `text/html` instead of sound"),
        (no_sound, 3, "cannot be read"),
    ];
    for (failure, asked, told) in cases {
        let (end, requests) = narrate(failure.clone(), 2, VoiceFailure::FallBack).await;
        let audio = end.unwrap();
        assert_eq!(audio.voice, "hibari/heart", "{told}");
        assert_eq!(audio.words.len(), 4);
        assert_eq!(requests.len(), asked, "{told}");
        let warning = &audio.warnings[0];
        assert!(warning.starts_with("Segment 3 is spoken by hibari/heart, because"), "{warning}");
        assert!(warning.contains("openai (127.0.0.1:"), "{warning}");
        assert!(warning.contains(told) && !warning.contains("hush"), "{warning}");
        // The first line was paid, and the manifest has to tell.
        assert!(audio.calls.iter().any(|call| call.provider == "openai/gpt-4o-mini-tts"), "{told}");

        let (end, _) = narrate(failure, 2, VoiceFailure::Fail).await;
        assert!(end.unwrap_err().to_string().contains(told), "{told}");
    }
}

#[tokio::test]
async fn a_transient_failure_gets_another_attempt_first() {
    let (end, _) = narrate(refusal(500), 1, VoiceFailure::FallBack).await;
    assert!(end.unwrap_err().is_retryable());
    let (end, _) = narrate(refusal(401), 1, VoiceFailure::FallBack).await;
    assert_eq!(end.unwrap().voice, "hibari/heart");
}

#[tokio::test]
async fn offline_nothing_is_asked_and_the_report_says_so() {
    let server = ScriptedServer::start(vec![]).await;
    let mut offline = settings(&server);
    offline.network = Network::Off;
    let stage = Narrate {
        settings: NarrateSettings { voice: "elevenlabs:abc".to_owned(), ..NarrateSettings::default() },
        voices: VoiceLibrary::new("/nowhere")
            .with_voice(Arc::new(LocalVoice::new(Arc::new(Beeper))))
            .with_providers(offline.clone()),
    };
    let audio = stage.run(&context(), segment(&["One line."])).await.unwrap();
    assert!(audio.warnings[0].contains("--offline"), "{:?}", audio.warnings);
    assert!(server.requests().is_empty() && audio.calls.is_empty());
    let voice: HostedVoice = "openai:onyx".parse().unwrap();
    let refused = voice.check(&offline).unwrap_err();
    assert!(matches!(refused, VoiceError::Provider(ProviderError::Offline { .. })), "{refused}");
    let keyless = voice.check(&ProviderSettings::default()).unwrap_err();
    assert!(keyless.to_string().contains("OPENAI_API_KEY"), "{keyless}");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_follow_openais_published_api_and_a_third_party_server_answers() {
    let reference = Peer::start_reference(include_str!("speech_server.py"), "aimock");
    let mut known = ProviderSettings::default();
    known.keys.insert("openai".to_owned(), Secret::new("sk-hush-0123456789").unwrap());
    known.bases.insert("openai".to_owned(), format!("{}/v1", reference.url));
    let cx = context();
    // The server knows nothing of times, so it is asked for sound alone after that.
    for name in ["openai:onyx", "openai:alloy@tts-1-hd", &format!("{}/v1#nova", reference.url)] {
        let voice: HostedVoice = name.parse().unwrap();
        let voice = voice.open(&known, Some(Arc::new(Beeper)), &Language::english()).unwrap();
        let speech = say(&voice, &cx, "Said by somebody else.").await.unwrap();
        assert_eq!((speech.words.len(), speech.sample_rate), (4, 24_000), "{name}");
        assert!(speech.samples.len() > 24_000);
    }
    let client = ProviderClient::for_server(&known, "reference", "reference", &reference.url).unwrap();
    let request = Request::get("verdict", "test");
    let verdict: Value = client
        .call(&cx, &request, |reply| Ok((reply.json()?, brainwrought_core::budget::Cost::FREE)))
        .await
        .unwrap();
    assert_eq!(verdict, json!({ "requests": 3, "faults": [] }));
}
