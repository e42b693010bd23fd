//! [`OpenAiVoice`]: speech as OpenAI sends it, and servers of one's own do.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use brainwrought_core::stage::StageContext;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ChunkSink, Utterance, Voice, VoiceError, VoiceRights};
use super::parts::Parts;
use super::recording::{Recording, silence, sound_in};
use super::synthesis_text::SynthesisText;
use crate::provider::{Accept, ProviderClient, ProviderError, Reply, Request};

/// The slowest and the fastest pace that is taken.
const PACE: std::ops::RangeInclusive<f32> = 0.25..=4.0;
/// OpenAI speaks texts of at most so many letters.
const MAX_CHARS: usize = 4_096;
/// The sound of a line is at most this large, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// A voice of OpenAI, or of a server that speaks as it does.
#[derive(Debug)]
pub(super) struct OpenAiVoice {
    parts: Parts,
    voice: String,
    model: String,
    /// Where a server may know how to tell the times of words, until it turns out that it does not.
    captions: Option<ProviderClient>,
    tells_no_times: AtomicBool,
}

/// A line with the times of its words, as Kokoro-FastAPI sends it.
#[derive(Debug, Deserialize)]
struct Captioned {
    audio: String,
    #[serde(default)]
    timestamps: Option<Vec<Timestamp>>,
}

#[derive(Debug, Deserialize)]
struct Timestamp {
    word: String,
    start_time: f64,
    end_time: f64,
}

impl OpenAiVoice {
    pub(super) fn new(parts: Parts, voice: String, model: String) -> Self {
        Self { parts, voice, model, captions: None, tells_no_times: AtomicBool::new(false) }
    }

    /// A server of one's own is asked for times first, at `captions`; most know none.
    pub(super) fn of_server(parts: Parts, captions: ProviderClient, voice: String, model: String) -> Self {
        Self { parts, voice, model, captions: Some(captions), tells_no_times: AtomicBool::new(false) }
    }

    fn body(&self, sent: &SynthesisText, utterance: &Utterance) -> Value {
        let mut body = json!({
            "model": self.model,
            "voice": self.voice,
            "input": sent.text,
            "response_format": "wav",
        });
        // Models that take instructions have no pace.
        if !self.model.starts_with("gpt-") {
            let pace = utterance.manner.speed.clamp(*PACE.start(), *PACE.end());
            body["speed"] = ((f64::from(pace) * 100.0).round() / 100.0).into();
        }
        body
    }

    /// Asks a server for sound with times; `None` when it has no such thing.
    async fn captioned(
        &self,
        cx: &StageContext,
        client: &ProviderClient,
        sent: &SynthesisText,
        utterance: &Utterance,
    ) -> Result<Option<(Recording, Vec<(String, f64, f64)>)>, ProviderError> {
        let mut body = self.body(sent, utterance);
        body["stream"] = false.into();
        body["return_timestamps"] = true.into();
        let request = Request::post("dev/captioned_speech", &body, "audio: line")
            .billed(&self.model, self.parts.bill(&sent.text))
            .with_most_bytes(MAX_BYTES);
        let cost = self.parts.cost(&sent.text);
        let read = |reply: &Reply| {
            let captioned: Captioned = reply.json()?;
            let recording = Recording::from_reply(reply, &sound_in(reply, &captioned.audio)?)?;
            let times = captioned.timestamps.unwrap_or_default().into_iter();
            let times: Vec<_> = times.map(|time| (time.word, time.start_time, time.end_time)).collect();
            Ok(((recording, times), cost))
        };
        match client.call(cx, &request, read).await {
            Ok(captioned) => Ok(Some(captioned)),
            Err(ProviderError::BadRequest { .. } | ProviderError::WrongContentType { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Voice for OpenAiVoice {
    fn name(&self) -> &str {
        &self.parts.name
    }

    fn identity(&self) -> String {
        self.parts.identity(&self.model)
    }

    fn rights(&self) -> VoiceRights {
        VoiceRights::hosted()
    }

    async fn speak(
        &self,
        cx: &StageContext,
        utterance: &Utterance,
        chunks: ChunkSink<'_>,
    ) -> Result<(), VoiceError> {
        let sent = SynthesisText::new(utterance, &self.parts.language);
        if sent.is_silent() {
            chunks(silence(&sent));
            return Ok(());
        }
        if sent.text.chars().count() > MAX_CHARS {
            return Err(VoiceError::LineTooLong { voice: self.parts.name.clone(), longest: MAX_CHARS });
        }
        let captions = self.captions.as_ref().filter(|_| !self.tells_no_times.load(Ordering::Relaxed));
        if let Some(client) = captions {
            if let Some((recording, times)) = self.captioned(cx, client, &sent, utterance).await? {
                let sane = times.iter().all(|(_, start, end)| start.is_finite() && end.is_finite());
                let words = sane.then(|| sent.by_parts(&times, recording.sample_rate)).flatten();
                chunks(match words {
                    Some(words) => recording.with_words(words),
                    None => recording.aligned(&self.parts, utterance, cx).await?,
                });
                return Ok(());
            }
            self.tells_no_times.store(true, Ordering::Relaxed);
        }
        let request = Request::post("audio/speech", &self.body(&sent, utterance), "audio: line")
            .accepting(Accept::Audio)
            .billed(&self.model, self.parts.bill(&sent.text))
            .with_most_bytes(MAX_BYTES);
        let cost = self.parts.cost(&sent.text);
        let read = |reply: &Reply| Ok((Recording::from_reply(reply, &reply.bytes)?, cost));
        let recording = self.parts.client.call(cx, &request, read).await?;
        chunks(recording.aligned(&self.parts, utterance, cx).await?);
        Ok(())
    }
}
