//! Narration, music, effects and loudness.

mod align;
mod decoding;
mod effects;
mod lexicon;
mod loudness;
mod mix;
mod mood;
mod narrate;
mod narrate_settings;
mod narration;
mod noise;
mod pace;
mod quiet;
mod resample;
mod sound_words;
#[cfg(feature = "ffmpeg")]
mod speaking_ahead;
mod spoken;
mod spoken_line;
mod stretch;
mod voice;

pub use crate::text::written_words;
pub use align::{AlignError, align, guess_words};
pub use effects::{EffectLibrary, Prepared, SoundCue};
pub use lexicon::{Lexicon, LexiconError};
pub use loudness::{Loudness, Silence, measure, silences};
pub use mix::{
    CuedEffect, Effect, Effects, Mix, MixError, Mood, MusicFile, MusicSource, Recorded, Sound, Sounds,
    heard_cues, mix,
};
pub use mood::{MusicTrack, best_track};
pub use narrate::Narrate;
pub use narrate_settings::{NarrateSettings, VoiceFailure};
pub use narration::Pauses;
#[cfg(feature = "ffmpeg")]
pub(crate) use speaking_ahead::SpokenSegment;
pub use spoken::{SpokenToken, spoken_form};
#[cfg(feature = "onnxruntime")]
pub use voice::KokoroVoice;
pub use voice::{
    AUTO, ChunkSink, Engine, EngineExt, EspeakVoice, HibariVoice, HostedVoice, LocalVoice, NoSuchHostedVoice,
    PiperFiles, PiperVoice, Speech, SpokenWord, Utterance, Voice, VoiceError, VoiceFiles, VoiceLibrary,
    VoiceListing, VoiceRights, VoiceSettings,
};
