//! Canonical JSON and fingerprints: the one rule behind resume, edit and cache.

use serde_json::{Value, json};

use crate::id::{Digest, Fingerprint, StageName};

/// Writes JSON with sorted keys and no white space, so that equal values give equal bytes even when some other crate
/// turns on `serde_json/preserve_order`.
pub fn canonical_json(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(value, &mut bytes);
    bytes
}

/// Digests what determines the output of a stage.
pub fn fingerprint(stage: &StageName, version: u32, settings: &Value, inputs: &[Digest]) -> Fingerprint {
    let inputs: Vec<&str> = inputs.iter().map(Digest::as_str).collect();
    let value = json!({ "stage": stage.0, "version": version, "settings": settings, "inputs": inputs });
    Fingerprint(Digest::of(&canonical_json(&value)))
}

fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            bytes.push(b'{');
            for (place, (key, inner)) in entries.into_iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                write(&Value::String(key.clone()), bytes);
                bytes.push(b':');
                write(inner, bytes);
            }
            bytes.push(b'}');
        }
        Value::Array(items) => {
            bytes.push(b'[');
            for (place, inner) in items.iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                write(inner, bytes);
            }
            bytes.push(b']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            bytes.extend_from_slice(value.to_string().as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value = json!({ "b": [ { "z": 1, "a": null } ], "a": "x\"y" });
        assert_eq!(canonical_json(&value), br#"{"a":"x\"y","b":[{"a":null,"z":1}]}"#);
    }

    #[test]
    fn every_part_counts() {
        let stage = StageName::from("parse");
        let inputs = [Digest::of(b"one"), Digest::of(b"two")];
        let base = fingerprint(&stage, 1, &json!({}), &inputs);
        assert_eq!(base, fingerprint(&stage, 1, &json!({}), &inputs));
        assert_ne!(base, fingerprint(&StageName::from("script"), 1, &json!({}), &inputs));
        assert_ne!(base, fingerprint(&stage, 2, &json!({}), &inputs));
        assert_ne!(base, fingerprint(&stage, 1, &json!({ "pages": 3 }), &inputs));
        assert_ne!(base, fingerprint(&stage, 1, &json!({}), &inputs[..1]));
    }
}
