//! Encoding, joining and decoding video and sound, through FFmpeg.

mod aac;
mod annex_b;
mod clip_reader;
mod encoder;
mod error;
mod ffmpeg;
mod flash_meter;
mod mp4;
mod picture_meter;
mod probe;
mod tags;

pub use clip_reader::{ClipReader, ClipSettings};
pub use encoder::{EncoderSettings, H264Encoder};
pub use error::MediaError;
pub use ffmpeg::encoder_available;
pub use mp4::{Mp4Settings, Mp4Writer};
pub(crate) use picture_meter::{CaptionSpot, PictureMeter};
pub use probe::{AudioTrack, LumaView, Probe, VideoTrack, Viewer, probe};
pub use tags::tags;

/// Samples per second of every sound that is made here.
pub const SAMPLE_RATE: u32 = 48_000;
