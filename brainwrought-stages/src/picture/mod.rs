//! Pictures in memory: planar YUV frames for the encoder, RGBA images for everything drawn.

mod area;
mod rgba;
mod yuv_frame;

pub use area::Area;
pub use rgba::{RgbaImage, RgbaImageError};
pub use yuv_frame::YuvFrame;
