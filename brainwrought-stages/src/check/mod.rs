//! The gate: what a video must be like before it counts as done, measured on the finished file.

mod captions;
mod error;
mod foresight;
mod manifest;
mod rules;
mod sound;
mod speech;
mod stage;
mod table;

pub use crate::gate::Limits;
pub use error::CheckError;
pub(crate) use foresight::{Part, foreseen};
pub use manifest::{Manifest, ManifestChapter, ManifestSource, ManifestVideo};
pub use stage::Check;
pub use table::{ReportFile, table};
