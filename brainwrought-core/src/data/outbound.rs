//! [`OutboundCall`]: one conversation with a provider, as the manifest tells it.

use serde::{Deserialize, Serialize};

use crate::budget::Cost;
use crate::id::StageName;

/// One conversation with a provider: who learned how much, what for, and what it cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredCall")]
pub struct OutboundCall {
    /// The stage that made it.
    pub stage: StageName,
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

/// A call as it is stored. Earlier versions wrote no stage.
#[derive(Deserialize)]
struct StoredCall {
    #[serde(default)]
    stage: Option<StageName>,
    provider: String,
    host: String,
    purpose: String,
    sent_bytes: u64,
    received_bytes: u64,
    cost: Cost,
}

impl From<StoredCall> for OutboundCall {
    fn from(stored: StoredCall) -> Self {
        let StoredCall { stage, provider, host, purpose, sent_bytes, received_bytes, cost } = stored;
        // Every purpose began with its stage then: `script: analysis`.
        let stage = stage.unwrap_or_else(|| StageName::from(purpose.split(':').next().unwrap_or_default()));
        Self { stage, provider, host, purpose, sent_bytes, received_bytes, cost }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_call_that_was_stored_without_its_stage_stays_readable() {
        let mut stored = json!({
            "provider": "p/m", "host": "127.0.0.1:9", "purpose": "script: quiz", "sent_bytes": 1,
            "received_bytes": 2, "cost": 3,
        });
        let call: OutboundCall = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(call.stage, StageName::from("script"));
        stored["stage"] = json!("visuals");
        let call: OutboundCall = serde_json::from_value(stored.clone()).unwrap();
        assert_eq!(call.stage, StageName::from("visuals"), "the purpose is for people");
        assert_eq!(serde_json::to_value(call).unwrap(), stored);
    }
}
