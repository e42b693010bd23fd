//! [`ElevenLabsVoice`]: speech with a time for every character.

use async_trait::async_trait;
use brainwrought_core::budget::Cost;
use brainwrought_core::id::Digest;
use brainwrought_core::stage::StageContext;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{ChunkSink, Utterance, Voice, VoiceError, VoiceRights};
use super::parts::Parts;
use super::recording::{Recording, silence, sound_in};
use super::synthesis_text::SynthesisText;
use crate::provider::{Bill, ProviderError, Reply, Request};

/// The slowest and the fastest pace that ElevenLabs takes.
const PACE: std::ops::RangeInclusive<f32> = 0.7..=1.2;
/// Samples per second of the sound that is asked for. Plain samples have no delay as MP3 has, so the times fit.
const RATE: u32 = 24_000;
/// The model that designs voices.
const DESIGNER: &str = "eleven_multilingual_ttv_v2";
/// Seeds go from 0 to 4294967295.
const SEEDS: u64 = 1 << 32;
/// A line of sound and times is at most this large, in bytes.
const MAX_BYTES: u64 = 32 << 20;

/// A voice of ElevenLabs.
#[derive(Debug)]
pub(super) struct ElevenLabsVoice {
    parts: Parts,
    who: Who,
    model: String,
    /// Held while a voice is looked for or made, so that lines which start together make one.
    design: tokio::sync::Mutex<Option<String>>,
}

/// Which voice it is.
#[derive(Debug)]
enum Who {
    /// One of the library.
    Known(String),
    /// One that is made from a description.
    Described(String),
}

/// A line as ElevenLabs sends it.
#[derive(Debug, Deserialize)]
struct Timed {
    audio_base64: String,
    alignment: Option<Alignment>,
}

#[derive(Debug, Deserialize)]
struct Alignment {
    characters: Vec<String>,
    character_start_times_seconds: Vec<f64>,
    character_end_times_seconds: Vec<f64>,
}

#[derive(Debug, Deserialize)]
struct Voices {
    voices: Vec<KnownVoice>,
}

#[derive(Debug, Deserialize)]
struct KnownVoice {
    voice_id: String,
    #[serde(default)]
    name: String,
}

#[derive(Debug, Deserialize)]
struct Designs {
    previews: Vec<Design>,
}

#[derive(Debug, Deserialize)]
struct Design {
    generated_voice_id: String,
}

impl ElevenLabsVoice {
    pub(super) fn new(parts: Parts, voice: String, model: String) -> Self {
        Self { parts, who: Who::Known(voice), model, design: tokio::sync::Mutex::new(None) }
    }

    pub(super) fn designed(parts: Parts, description: String, model: String) -> Self {
        Self { parts, who: Who::Described(description), model, design: tokio::sync::Mutex::new(None) }
    }

    /// The id of the voice. A described one is made once: the account keeps it under a name that belongs to the
    /// description, and every job and machine finds it there.
    async fn id(&self, cx: &StageContext) -> Result<String, ProviderError> {
        let description = match &self.who {
            Who::Known(id) => return Ok(id.clone()),
            Who::Described(description) => description,
        };
        let mut known = self.design.lock().await;
        if let Some(id) = known.as_ref() {
            return Ok(id.clone());
        }
        let digest = Digest::of(description.as_bytes());
        let name = format!("Brainwrought {}", digest.as_str().get(..12).unwrap_or_default());
        let client = &self.parts.client;
        let request = Request::get("v1/voices", "audio: voices");
        let voices: Voices = client.call(cx, &request, |reply| Ok((reply.json()?, Cost::FREE))).await?;
        let id = match voices.voices.into_iter().find(|voice| voice.name == name) {
            Some(voice) => voice.voice_id,
            None => self.design(cx, &name, description).await?,
        };
        *known = Some(id.clone());
        Ok(id)
    }

    async fn design(
        &self,
        cx: &StageContext,
        name: &str,
        description: &str,
    ) -> Result<String, ProviderError> {
        let client = &self.parts.client;
        let body =
            json!({ "voice_description": description, "auto_generate_text": true, "model_id": DESIGNER });
        // Previews are sold by the letters of their text, of which there are at most 1,000.
        let bill = Bill::by(self.parts.price.as_ref(), |price| price.speech(1_000));
        let spent = self.parts.price.unwrap_or_default().speech(1_000);
        let request = Request::post("v1/text-to-voice/design", &body, "audio: voice design")
            .billed(DESIGNER, bill)
            .with_most_bytes(MAX_BYTES);
        let design = client
            .call(cx, &request, |reply| {
                let designs: Designs = reply.json()?;
                let first = designs.previews.into_iter().next();
                Ok((first.ok_or_else(|| reply.bad("it holds no voice"))?, spent))
            })
            .await?;
        let body = json!({
            "voice_name": name,
            "voice_description": description,
            "generated_voice_id": design.generated_voice_id,
        });
        let request = Request::post("v1/text-to-voice", &body, "audio: voice design");
        let voice: KnownVoice = client.call(cx, &request, |reply| Ok((reply.json()?, Cost::FREE))).await?;
        Ok(voice.voice_id)
    }

    fn body(&self, sent: &SynthesisText, utterance: &Utterance) -> Value {
        let pace = utterance.manner.speed.clamp(*PACE.start(), *PACE.end());
        json!({
            "text": sent.text,
            "model_id": self.model,
            "seed": utterance.manner.seed % SEEDS,
            "voice_settings": { "speed": (f64::from(pace) * 100.0).round() / 100.0 },
        })
    }
}

#[async_trait]
impl Voice for ElevenLabsVoice {
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
        let id = self.id(cx).await?;
        let path = format!("v1/text-to-speech/{id}/with-timestamps");
        let request = Request::post(&path, &self.body(&sent, utterance), "audio: line")
            .with_query("output_format", &format!("pcm_{RATE}"))
            .billed(&self.model, self.parts.bill(&sent.text))
            .with_most_bytes(MAX_BYTES);
        let cost = self.parts.cost(&sent.text);
        let read = |reply: &Reply| Ok((read(reply)?, cost));
        let (recording, alignment) = self.parts.client.call(cx, &request, read).await?;
        let speech = match alignment.filter(|alignment| alignment.is_of(&sent)) {
            Some(Alignment { character_start_times_seconds, character_end_times_seconds, .. }) => {
                let rate = recording.sample_rate;
                let words =
                    sent.by_characters(&character_start_times_seconds, &character_end_times_seconds, rate);
                recording.with_words(words)
            }
            // Some models normalise the text themselves, and then the times are those of another one.
            None => recording.aligned(&self.parts, utterance, cx).await?,
        };
        chunks(speech);
        Ok(())
    }
}

impl Alignment {
    /// Tells whether there is a time for every character that was sent.
    fn is_of(&self, sent: &SynthesisText) -> bool {
        let times = [&self.character_start_times_seconds, &self.character_end_times_seconds];
        let text = self.characters.concat();
        let mut single = self.characters.iter().map(|character| character.chars().count());
        text == sent.text
            && single.all(|count| count == 1)
            && times.iter().all(|times| times.len() == self.characters.len())
            && times.iter().all(|times| times.iter().all(|time| time.is_finite()))
    }
}

fn read(reply: &Reply) -> Result<(Recording, Option<Alignment>), ProviderError> {
    let timed: Timed = reply.json()?;
    let samples = sound_in(reply, &timed.audio_base64)?;
    Ok((Recording::from_pcm_reply(reply, &samples, RATE)?, timed.alignment))
}
