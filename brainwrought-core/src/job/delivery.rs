//! [`Delivery`]: where the finished video lies.

use serde::{Deserialize, Serialize};

/// Where the finished video lies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The file on this machine.
    #[serde(default)]
    pub output_local_path: Option<String>,
    /// The address at the Hugging Face Hub.
    #[serde(default)]
    pub output_hf_url: Option<String>,
}
