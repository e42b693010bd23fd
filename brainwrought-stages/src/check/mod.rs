//! The gate: what a video must be like before it counts as done, measured on the finished file.

mod captions;
mod error;
mod flashes;
mod limits;
mod pictures;
mod rules;
mod screening;
mod sound;
mod speech;
mod stage;
mod table;

pub use error::CheckError;
pub use limits::{CaptionUse, Limits};
pub(crate) use screening::unfit;
pub use stage::Check;
pub use table::{ReportFile, table};
