//! The sounds that a script asks for in words: found among the built-in ones by their meaning, or made by ElevenLabs.

mod elevenlabs;
mod library;
mod meaning;

pub use library::{EffectLibrary, Prepared, SoundCue};

#[cfg(test)]
#[cfg(feature = "providers")]
mod tests;
