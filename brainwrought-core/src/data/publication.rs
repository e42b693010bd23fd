//! [`Publication`]: where the finished video went.

use serde::{Deserialize, Serialize};

use crate::stage::StageData;

/// Where the finished video went: the result of the pipeline that makes one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// The file on the machine that delivered it.
    #[serde(default)]
    pub output_local_path: Option<String>,
    /// The address at the Hugging Face Hub.
    #[serde(default)]
    pub output_hf_url: Option<String>,
    /// What a reader of the report should know.
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl StageData for Publication {
    const SCHEMA: &'static str = "publication/1";
}
