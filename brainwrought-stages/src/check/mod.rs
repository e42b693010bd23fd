//! The gate: what a video must be like before it counts as done, measured on the finished file.

mod captions;
mod early_check;
mod ending;
mod error;
mod manifest;
mod pictures;
mod rules;
mod sound;
mod speech;
mod stage;
mod table;

pub use crate::gate::Limits;
pub(crate) use early_check::{Part, early_rules};
pub use error::CheckError;
pub use manifest::{Manifest, ManifestChapter, ManifestSource, ManifestVideo};
pub use stage::Check;
pub use table::{ReportFile, table};
