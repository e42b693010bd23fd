//! Encoding, joining and decoding video and sound, through FFmpeg.

mod encoder;
mod error;
mod ffmpeg;

pub use encoder::{EncoderSettings, H264Encoder};
pub use error::MediaError;
pub use ffmpeg::encoder_available;
