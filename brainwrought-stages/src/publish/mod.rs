//! The stage `publish`, and how a finished video comes to a place that a user names.

mod fetch;
mod output_file;
mod stage;

pub use fetch::{FetchError, fetch_job};
pub use output_file::{OutputError, OutputTarget, Overwrite};
pub use stage::{Publish, PublishError, PublishJobError, publication, publish_job};
