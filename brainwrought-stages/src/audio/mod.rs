//! Narration, music, effects and loudness.

mod align;
mod lexicon;
mod loudness;
mod mix;
mod narrate;
mod narration;
mod noise;
mod pace;
mod resample;
mod spoken;
mod spoken_line;
mod stretch;
mod voice;
mod written;

pub use align::{AlignError, align, guess_words};
pub use lexicon::{Lexicon, LexiconError};
pub use loudness::{Loudness, Silence, measure, silences};
pub use mix::{Effects, Mix, MixError, Mood, Music, MusicFile, mix};
pub use narrate::{Narrate, NarrateSettings, VoiceFailure};
pub use narration::Pauses;
pub use spoken::{SpokenToken, spoken_form};
pub use voice::{
    AUTO, ChunkSink, Engine, EngineExt, EspeakVoice, HibariVoice, HostedVoice, LocalVoice, Manner,
    NoSuchHostedVoice, PiperFiles, PiperVoice, Speech, SpokenWord, Utterance, Voice, VoiceError, VoiceFiles,
    VoiceLibrary, VoiceListing,
};
pub use written::written_words;
