//! Narration, music, effects and loudness.

mod loudness;
mod mix;
mod narrate;
mod narration;
mod noise;
mod resample;
mod spoken;
mod voice;
mod written;

pub use loudness::{Loudness, Silence, measure, silences};
pub use mix::{Effects, Mix, MixError, Mood, Music, MusicFile, mix};
pub use narrate::{Narrate, NarrateSettings};
pub use narration::Pauses;
pub use spoken::{SpokenToken, spoken_form};
pub use voice::{
    AUTO, EspeakVoice, HibariVoice, Manner, Speech, SpokenWord, Voice, VoiceError, VoiceFiles, VoiceLibrary,
};
pub use written::written_words;
