//! [`Network`]: whether anything may be sent.

use serde::{Deserialize, Serialize};

/// Whether anything may be sent at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// Providers may be called.
    #[default]
    On,
    /// No call leaves: no name is resolved and no connection opened, to this machine neither.
    Off,
}
