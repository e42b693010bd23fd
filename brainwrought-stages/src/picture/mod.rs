//! Pictures in memory: planar YUV frames for the encoder, RGBA images for everything drawn.

mod rgba;
mod yuv_frame;

pub use rgba::{RgbaImage, RgbaImageError};
pub use yuv_frame::YuvFrame;
