//! Joining clips to the finished video, with everything that goes beside it.

mod caption_file;
mod disclosure;
mod error;
mod manifest;
mod poster;
mod rights;
mod soundtrack;
mod spending;
mod stage;
mod timeline;
mod transcript;

pub(crate) use disclosure::is_own_video;
pub use error::AssembleError;
pub use spending::{Spending, SpendingLine};
pub use stage::Assemble;
use timeline::Cue;
pub(crate) use timeline::{Timeline, TimelinePart, narrations, samples};
