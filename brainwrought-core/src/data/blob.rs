//! [`BlobRef`]: large bytes that travel by digest.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::Digest;

/// Names bytes that lie in the artifact store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BlobRef {
    /// The SHA-256 of the bytes, and their key in the artifact store.
    #[serde(rename = "blob")]
    pub digest: Digest,
    /// The number of bytes.
    pub bytes: u64,
    /// The IANA media type, such as `image/png`.
    pub media_type: String,
}

/// Lists every [`BlobRef`] inside a serialised value, in order of appearance.
///
/// The worker uses this to see that a cached output is still whole, and garbage collection to keep what a job needs.
/// A type that travels between stages must therefore hold its blobs as `BlobRef`, never as bare digests.
pub fn blobs_in(value: &Value) -> Vec<BlobRef> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<BlobRef>) {
    match value {
        Value::Object(map) => {
            if map.contains_key("blob")
                && let Ok(blob) = BlobRef::deserialize(value)
            {
                found.push(blob);
                return;
            }
            map.values().for_each(|inner| collect(inner, found));
        }
        Value::Array(items) => items.iter().for_each(|inner| collect(inner, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
