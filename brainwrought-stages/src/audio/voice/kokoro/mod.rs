//! The neural English voices of Kokoro-82M: their names, and their engine.
//!
//! They sound better than the embedded voice and take forty times its work. Their files are fetched on demand and not with
//! the rest: the model has 92 MB, the runtime 29 MB.

#[cfg_attr(not(feature = "onnxruntime"), path = "no_voice.rs")]
mod voice;

#[cfg(feature = "onnxruntime")]
pub use voice::KokoroVoice;
pub(super) use voice::{KokoroModel, find};

/// What its voices are called, before the name of the speaker.
const PREFIX: &str = "kokoro/";
/// The speakers whose English is American, as the phonemes are; `f` speaks as a woman, `m` as a man.
const SPEAKERS: [&str; 20] = [
    "af_alloy",
    "af_aoede",
    "af_bella",
    "af_heart",
    "af_jessica",
    "af_kore",
    "af_nicole",
    "af_nova",
    "af_river",
    "af_sarah",
    "af_sky",
    "am_adam",
    "am_echo",
    "am_eric",
    "am_fenrir",
    "am_liam",
    "am_michael",
    "am_onyx",
    "am_puck",
    "am_santa",
];

/// Lists the names of the voices.
pub(super) fn names() -> impl Iterator<Item = String> {
    SPEAKERS.iter().map(|speaker| format!("{PREFIX}{speaker}"))
}

/// Tells whether a voice is called so.
pub(super) fn is_name(name: &str) -> bool {
    speaker(name).is_some()
}

/// The speaker behind the name of a voice.
fn speaker(name: &str) -> Option<&'static str> {
    let wanted = name.strip_prefix(PREFIX)?;
    SPEAKERS.iter().find(|speaker| **speaker == wanted).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_american_speakers() {
        assert!(is_name("kokoro/am_michael"));
        assert!(!is_name("kokoro/bf_emma") && !is_name("am_michael"));
        assert_eq!(names().count(), SPEAKERS.len());
    }
}
