//! Joining clips to the finished video, with everything that goes beside it.

mod caption_file;
mod error;
mod manifest;
mod poster;
mod rights;
mod soundtrack;
mod stage;
mod timeline;
mod transcript;

pub use error::AssembleError;
pub use stage::Assemble;
use timeline::Cue;
pub(crate) use timeline::{Timeline, narrations, samples};
