//! The stages that turn a PDF into a video.

pub mod assemble;
pub mod audio;
pub mod check;
pub mod media;
pub mod parse;
pub mod render;
pub mod script;
pub mod visuals;
