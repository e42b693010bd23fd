//! [`Publication`]: where the finished video went.

use serde::{Deserialize, Serialize};

use crate::job::Delivery;
use crate::stage::StageData;

/// Where the finished video went. The engine copies it to the job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Where the video and the files beside it lie.
    #[serde(flatten)]
    pub delivery: Delivery,
    /// What a reader of the report should know.
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl StageData for Publication {
    const SCHEMA: &'static str = "publication/1";
}
