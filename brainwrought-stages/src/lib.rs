//! The stages that turn a PDF into a video.

pub mod assemble;
pub mod audio;
pub mod background;
pub mod check;
pub mod child;
#[cfg(feature = "c2pa")]
pub mod credentials;
pub mod frame;
mod gate;
pub mod language;
mod licence;
pub mod llm;
pub mod media;
pub mod parse;
pub mod picture;
pub mod provider;
pub mod publish;
pub mod render;
pub mod script;
pub mod standard;
pub mod text;
pub mod visuals;
