//! [`OutboundCall`]: one conversation with a provider, as the manifest tells it.

use serde::{Deserialize, Serialize};

use crate::budget::Cost;

/// One conversation with a provider: who learned how much, what for, and what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundCall {
    /// The provider and its model, such as `openai/gpt-5-mini`.
    pub provider: String,
    /// The host that was spoken to, with its port where that is not the usual one.
    pub host: String,
    /// What it was for, such as `script: analysis`.
    pub purpose: String,
    /// Bytes of the requests' bodies and queries, those of repeated requests included.
    pub sent_bytes: u64,
    /// Bytes of the replies' bodies.
    pub received_bytes: u64,
    /// What it cost by the price table; nothing where the table knows no price. Tries whose end is not known count in full.
    pub cost: Cost,
}
