//! The stages that turn a PDF into a video.
//!
//! # Features
//!
//! All but the last two are on unless told otherwise. Each is there to leave a heavy dependency out.
//!
//! | feature | what it brings | what is left without it |
//! | --- | --- | --- |
//! | `ffmpeg` | FFmpeg, by `video-rs`: the modules `media`, `render`, `assemble`, `check`, `publish` and `standard`, and clips among the pictures | documents, scripts, narration and panels: [`parse`], [`script`], [`audio`] and [`visuals`] |
//! | `pdfium` | the native PDFium library, which is loaded where it is installed | the built-in engine reads every PDF; its text is a little worse |
//! | `onnxruntime` | ONNX Runtime, by `ort`: the voices of Kokoro | the default voice, Piper, espeak-ng and hosted voices |
//! | `providers` | HTTP and the Model Context Protocol, by `reqwest` and `rmcp`: hosted models, voices, pictures, sounds and trends, and servers of one's own | everything that needs no connection: the offline writer, the voices of this machine, a folder of pictures, the lexicon of trends or a file of them |
//! | `c2pa` | signs finished videos with content credentials | |
//! | `clap` | the choices of `standard::MakeOptions` as command-line values | |
//!
//! Choices and settings that are stored are the same in every build, so that a job can be read by any. What this build leaves out fails
//! when it is opened, or its price is asked for, with a [`MissingFeature`] that names the feature; stages that have another
//! way take it, as they do when a provider fails.

#![cfg_attr(docsrs, feature(doc_cfg))]
#[cfg(feature = "ffmpeg")]
pub mod assemble;
pub mod audio;
pub mod background;
#[cfg(feature = "ffmpeg")]
pub mod check;
pub mod child;
mod contained;
#[cfg(feature = "c2pa")]
pub mod credentials;
mod direction;
pub mod frame;
pub mod gate;
pub mod icons;
pub mod language;
mod licence;
pub mod llm;
#[cfg(feature = "ffmpeg")]
pub mod media;
mod missing_feature;
pub mod parse;
pub mod picture;
pub mod provider;
#[cfg(feature = "ffmpeg")]
pub mod publish;
#[cfg(feature = "ffmpeg")]
pub mod render;
pub mod script;
#[cfg(feature = "ffmpeg")]
pub mod standard;
pub mod text;
pub mod visuals;

pub use contained::is_contained;
pub use missing_feature::MissingFeature;
