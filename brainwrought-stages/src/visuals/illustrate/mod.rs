//! Pictures from elsewhere: drawn by models, found at photo services, or lying in a folder of the user's.
//!
//! **Invariants:** no bytes of others go further than [`raster`] and [`footage`], which bound and check them; what was
//! paid for is remembered by who was asked for what, so that it is paid once.

mod choice;
mod credit;
mod error;
mod folder;
#[cfg_attr(not(feature = "ffmpeg"), path = "no_footage.rs")]
mod footage;
mod gemini;
mod generator;
mod illustrator;
mod imgflip;
mod openai;
mod pexels;
mod pixabay;
mod raster;
#[cfg(feature = "ffmpeg")]
mod screening;
mod stock;

pub use choice::{GENERATOR_KEY, NoSuchPictures, PictureChoice, Pictures};
pub use credit::Credit;
pub use error::IllustrateError;
pub use folder::PictureFile;
pub use generator::VideoGenerator;
pub use illustrator::{Found, Illustrator, ImageRequest, Kept, illustration};
pub(super) use imgflip::Imgflip;
pub use imgflip::MemesBy;

/// How a model is told to draw.
const STYLE: &str = "A clear and friendly illustration for a short educational video, one subject, strong colours, readable on a \
small screen. No text, no letters, no numbers, no logos, no watermark.";
/// The largest picture that is fetched, in bytes.
const MAX_PICTURE: u64 = 24 << 20;
/// The largest clip that is fetched, in bytes.
const MAX_CLIP: u64 = 96 << 20;

#[cfg(test)]
#[cfg(all(feature = "ffmpeg", feature = "providers"))]
mod tests;
