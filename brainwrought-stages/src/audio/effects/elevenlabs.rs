//! [`ElevenLabsEffects`]: sounds that ElevenLabs makes of descriptions.

use brainwrought_core::budget::Cost;
use brainwrought_core::data::BlobRef;
use brainwrought_core::stage::{StageContext, StageError};
use bytes::Bytes;
use serde_json::json;

use super::super::mix::decode;
use crate::provider::{
    Accept, Bill, Price, ProviderClient, ProviderError, ProviderSettings, Reply, Request, Service,
};

/// What a sound is called in the table of prices.
const PRICED: &str = "sound-generation";
/// The model that makes sounds.
const MODEL: &str = "eleven_text_to_sound_v2";
/// How long a sound is asked to be, in seconds. It may be 0.5 to 30.
const SECONDS: f64 = 2.0;
/// How closely the description is followed, from 0 to 1; sounds that are known by name should be those.
const INFLUENCE: f64 = 0.5;
/// What is used of a sound, in seconds.
const MAX_SECONDS: usize = 3;
/// A sound is at most this large, in bytes.
const MAX_BYTES: u64 = 4 << 20;
/// Frames that a sound fades out over where it was cut: 60 ms.
const FADE: usize = 2_880;
/// What is quieter than this part of the loudest is silence at the edges of a sound.
const QUIET: f32 = 0.01;
/// Grows whenever the same description would be asked for, or cut, in another way.
const VERSION: u32 = 1;
/// The kind of what is stored.
const STORED: &str = "audio/pcm;rate=48000;channels=2;encoding=float";

/// Sounds that ElevenLabs makes of descriptions.
#[derive(Debug)]
pub(super) struct ElevenLabsEffects {
    client: ProviderClient,
    price: Option<Price>,
}

impl ElevenLabsEffects {
    pub(super) const NAME: &str = "elevenlabs";

    /// Opens the client. Opens no connection.
    pub(super) fn new(settings: &ProviderSettings) -> Result<Self, ProviderError> {
        let service = Service::named(Self::NAME).expect("the table of services has it");
        let client = ProviderClient::for_service(settings, service)?;
        let price = client.price(settings, &Self::priced());
        Ok(Self { client, price })
    }

    /// The name of the price.
    pub(super) fn priced() -> String {
        format!("{}/{PRICED}", Self::NAME)
    }

    /// What one sound costs, if anybody knows. It is paid by the piece.
    pub(super) fn one_sound(&self) -> Option<Cost> {
        self.price.as_ref().map(Price::one_call)
    }

    /// The sound that a description asks for: interleaved stereo at 48 kHz as little-endian `f32`. It is made once,
    /// whichever job asks for it.
    pub(super) async fn sound(&self, cx: &StageContext, description: &str) -> Result<BlobRef, StageError> {
        let text = description.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let key = json!({
            "by": self.client.who(), "model": MODEL, "sound": text, "seconds": SECONDS, "version": VERSION,
        });
        cx.cached("effect", &key, |cx| async move {
            let made = self.made(&cx, &text).await.map_err(StageError::fatal)?;
            cx.put(made, STORED).await
        })
        .await
    }

    async fn made(&self, cx: &StageContext, text: &str) -> Result<Bytes, ProviderError> {
        let body = json!({
            "text": text,
            "duration_seconds": SECONDS,
            "prompt_influence": INFLUENCE,
            "model_id": MODEL,
        });
        let paid = self.one_sound().unwrap_or(Cost::FREE);
        let request = Request::post("v1/sound-generation", &body, "assemble: effect")
            // What every plan may have.
            .with_query("output_format", "mp3_44100_128")
            .accepting(Accept::Audio)
            .billed(PRICED, Bill::by(self.price.as_ref(), Price::one_call))
            .with_most_bytes(MAX_BYTES);
        self.client.call(cx, &request, |reply| Ok((read(reply)?, paid))).await
    }
}

fn read(reply: &Reply) -> Result<Bytes, ProviderError> {
    let stereo = decode(&reply.bytes, MAX_SECONDS)
        .map_err(|error| reply.bad(brainwrought_core::report::chain(&error)))?;
    let cut = cut(&stereo).ok_or_else(|| reply.bad("its sound is silent"))?;
    Ok(cut.iter().flat_map(|sample| sample.to_le_bytes()).collect::<Vec<u8>>().into())
}

/// Cuts silence off at both ends, so that the sound is heard when it should be, and fades the end.
fn cut(stereo: &[f32]) -> Option<Vec<f32>> {
    let peak = stereo.iter().map(|sample| sample.abs()).fold(0.0, f32::max);
    if peak < 1e-3 {
        return None;
    }
    let loud = |sample: &f32| sample.abs() > peak * QUIET;
    let first = stereo.iter().position(loud)? / 2;
    let last = stereo.iter().rposition(loud)? / 2 + 1;
    let mut kept = stereo.get(first * 2..last * 2)?.to_vec();
    let frames = kept.len() / 2;
    for (frame, pair) in kept.chunks_exact_mut(2).enumerate() {
        let left = (frames - frame) as f32 / FADE.min(frames) as f32;
        pair.iter_mut().for_each(|sample| *sample *= left.min(1.0));
    }
    Some(kept)
}
