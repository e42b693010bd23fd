//! What is asked for, what is heard of it, and what becomes of every way to fail.

use std::path::PathBuf;
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::StageContext;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::super::mix::{Effect, Effects, Sound};
use super::*;
use crate::provider::peer::Peer;
use crate::provider::scripted_server::{Act, ScriptedServer, json as answer};
use crate::provider::{Network, ProviderClient, ProviderSettings, Request, Secret, Timeouts};

const AUDIO: &str = "content-type: audio/wav\r\n";

fn settings(base: &str) -> ProviderSettings {
    let mut settings = ProviderSettings::default();
    settings.keys.insert("elevenlabs".to_owned(), Secret::new("xi-hush-0123456789").unwrap());
    settings.bases.insert("elevenlabs".to_owned(), base.to_owned());
    settings.timeouts = Timeouts { retries: Some(1), read_timeout_ms: Some(150), first_rest_ms: Some(1) };
    settings
}

fn context(artifacts: &Arc<dyn ArtifactStore>) -> StageContext {
    let key = TaskKey { stage: "assemble".into(), segment: None };
    let job = JobId::random().unwrap();
    StageContext::new(job, key, Arc::clone(artifacts), PathBuf::new(), CancellationToken::new())
}

fn store() -> Arc<dyn ArtifactStore> {
    Arc::new(MemoryArtifactStore::default())
}

fn cues(sounds: &[&str]) -> Vec<SoundCue> {
    let cue = |(at_ms, sound): (u64, &&str)| SoundCue { at_ms, sound: (*sound).to_owned() };
    (0..).step_by(5_000).zip(sounds).map(cue).collect()
}

fn heard(prepared: &Prepared) -> Vec<Option<Effect>> {
    let built_in = |sound: &Sound| match sound {
        Sound::BuiltIn(effect) => Some(*effect),
        _ => None,
    };
    prepared.cues.iter().map(|cue| built_in(&cue.sound)).collect()
}

#[tokio::test]
async fn built_in_sounds_are_found_by_their_meaning_and_nobody_is_asked() {
    let cx = context(&store());
    let library = EffectLibrary::new(Effects::On, &ProviderSettings::default());
    let asked = cues(&["a quick whoosh", "crowd laughing", "Record scratch", "crowd laughing"]);
    let prepared = library.prepare(&cx, &asked).await.unwrap();
    assert_eq!(heard(&prepared), [Some(Effect::Whoosh), Some(Effect::Scratch)]);
    assert_eq!(prepared.cues[1].at_ms, 10_000);
    assert_eq!(
        prepared.warnings,
        ["there is no built-in sound for “crowd laughing”, so none is heard there"]
    );
    assert!(cx.calls().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_is_asked_for_as_elevenlabs_own_client_would_and_paid_once() {
    let reference = Peer::start_reference(include_str!("sound_server.py"), "aimock");
    let mut known = settings(&reference.url);
    known.timeouts = Timeouts::default();
    let artifacts = store();
    let cx = context(&artifacts);
    let library = EffectLibrary::new(Effects::ElevenLabs, &known);
    let prepared = library.prepare(&cx, &cues(&["Whale  song", "whoosh", "whale song"])).await.unwrap();
    assert_eq!((heard(&prepared), prepared.warnings.len()), (vec![None; 3], 0));
    assert_eq!(prepared.provided.len(), 2);
    let Sound::Recorded(sound) = &prepared.cues[0].sound else { panic!("{prepared:?}") };
    // The silence before it is cut off, and it fades out.
    assert!((23_000..25_000).contains(&sound.0.len()), "{sound:?}");
    assert!(sound.0[..200].iter().any(|frame| frame[0].abs() > 0.05));
    assert!(sound.0[sound.0.len() - 1][0].abs() < 0.01);
    assert_eq!(prepared.cues[0].sound, prepared.cues[2].sound);
    // Another job has it already; its manifest tells of the call all the same.
    let other = context(&artifacts);
    library.prepare(&other, &cues(&["whoosh"])).await.unwrap();
    for (cx, count) in [(&cx, 2), (&other, 1)] {
        let calls = cx.calls();
        assert_eq!(calls.len(), count, "{calls:?}");
        let first = &calls[0];
        assert_eq!((first.provider.as_str(), first.cost.0), ("elevenlabs/sound-generation", 120_000));
    }
    let client = ProviderClient::for_server(&known, "reference", "reference", &reference.url).unwrap();
    let request = Request::get("verdict", "test");
    let verdict: Value = client
        .call(&context(&artifacts), &request, |reply| Ok((reply.json()?, Default::default())))
        .await
        .unwrap();
    assert_eq!(verdict, json!({ "requests": 2, "faults": [] }));
}

#[tokio::test]
async fn a_provider_that_fails_gives_way_to_the_built_in_sounds_and_is_asked_no_more() {
    let html = Act::Answer(200, "content-type: text/html\r\n", "<html>".to_owned());
    let cases = [
        (answer(401, &json!({ "detail": "xi-hush-0123456789" })), 1, "refused the key (401)"),
        (answer(402, &json!({})), 1, "wants to be paid first (402)"),
        (answer(422, &json!({ "detail": [] })), 1, "refused the request (422)"),
        (Act::Answer(429, "retry-after: 0\r\n", String::new()), 2, "takes no more requests"),
        (answer(500, &json!({})), 2, "failed (500)"),
        (Act::Silence, 2, "did not answer in time"),
        (Act::Cut(AUDIO, "RIFF".to_owned()), 2, "ended early"),
        (html, 1, "sent `text/html` instead of sound"),
        (Act::Answer(200, AUDIO, "no sound at all".to_owned()), 2, "cannot be read"),
    ];
    for (act, asked, told) in cases {
        let server = ScriptedServer::start(vec![act.clone(), act]).await;
        let library = EffectLibrary::new(Effects::ElevenLabs, &settings(&server.url));
        let prepared = library.prepare(&context(&store()), &cues(&["whoosh", "pop"])).await.unwrap();
        assert_eq!(heard(&prepared), [Some(Effect::Whoosh), Some(Effect::Pop)], "{told}");
        assert_eq!((prepared.warnings.len(), server.requests().len()), (1, asked), "{told}");
        let warning = &prepared.warnings[0];
        assert!(warning.contains(told) && !warning.contains("hush"), "{told}: {warning}");
    }
}

#[tokio::test]
async fn without_a_key_or_a_network_the_built_in_sounds_are_heard() {
    let mut offline = settings("http://127.0.0.1:9");
    offline.network = Network::Off;
    for (known, told) in [(ProviderSettings::default(), "ELEVENLABS_API_KEY"), (offline, "--offline")] {
        let library = EffectLibrary::new(Effects::ElevenLabs, &known);
        let cx = context(&store());
        let prepared = library.prepare(&cx, &cues(&["whoosh"])).await.unwrap();
        assert_eq!(heard(&prepared), [Some(Effect::Whoosh)]);
        assert!(prepared.warnings[0].contains(told), "{:?}", prepared.warnings);
        assert!(cx.calls().is_empty());
        assert!(library.prepare(&cx, &[]).await.unwrap().warnings.is_empty());
    }
}
