//! Joining clips to the finished video, with everything that goes beside it.

mod caption_file;
mod disclosure;
mod error;
mod part;
mod poster;
mod rights;
mod soundtrack;
mod spending;
mod stage;
mod timeline;
mod transcript;

pub(crate) use disclosure::is_own_video;
pub use disclosure::{Disclosure, SourceType};
pub use error::AssembleError;
pub(crate) use part::Part;
pub(crate) use spending::calls;
pub use spending::{Spending, SpendingLine};
pub use stage::Assemble;
use timeline::Cue;
pub(crate) use timeline::{Timeline, TimelinePart, samples};
