//! Encoding, joining and decoding video and sound, through FFmpeg.

mod access_units;
mod encoder;
mod error;
mod ffmpeg;
mod mp4;

pub use encoder::{EncoderSettings, H264Encoder};
pub use error::MediaError;
pub use ffmpeg::encoder_available;
pub use mp4::{AUDIO_RATE, Tags, write_mp4};
