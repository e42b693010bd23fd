//! Reads what a model writes in the place of a number, a choice or a list: what is none of it names nothing, and the rest of
//! the reply stands.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// What stands where a model should have written a number and did not: no sentence, line or scene has it.
pub(super) const NONE: u32 = u32::MAX;

/// Reads a number however a model writes it: as `7.0`, `"7"` or `"[7]"`.
pub(super) fn number<'de, D: Deserializer<'de>>(reply: D) -> Result<u32, D::Error> {
    Ok(number_in(&Value::deserialize(reply)?))
}

/// Reads a time; one that is none is the start.
pub(super) fn moment<'de, D: Deserializer<'de>>(reply: D) -> Result<u32, D::Error> {
    Ok(Some(number(reply)?).filter(|ms| *ms != NONE).unwrap_or_default())
}

/// Reads numbers from a list, or one that stands alone; `"[3], [4]"` is two.
pub(super) fn numbers<'de, D: Deserializer<'de>>(reply: D) -> Result<Vec<u32>, D::Error> {
    let all = match Value::deserialize(reply)? {
        Value::Array(values) => values,
        Value::String(text) => text.split([',', ';', ' ']).map(Value::from).collect(),
        other => vec![other],
    };
    Ok(all.iter().map(number_in).filter(|number| *number != NONE).collect())
}

/// Reads words from a list, or some that stand alone.
pub(super) fn words<'de, D: Deserializer<'de>>(reply: D) -> Result<Vec<String>, D::Error> {
    let shown = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    Ok(match Value::deserialize(reply)? {
        Value::Array(values) => values.iter().filter_map(shown).collect(),
        other => shown(&other).into_iter().collect(),
    })
}

/// Reads one of a few words; another one is the usual one.
pub(super) fn choice<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(
    reply: D,
) -> Result<T, D::Error> {
    let value = match Value::deserialize(reply)? {
        Value::String(text) => Value::from(text.trim().to_lowercase().replace([' ', '_'], "-")),
        other => other,
    };
    Ok(serde_json::from_value(value).unwrap_or_default())
}

fn number_in(value: &Value) -> u32 {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim_matches(|c: char| !c.is_ascii_digit() && c != '-').to_owned(),
        _ => return NONE,
    };
    let whole = text.split_once('.').map_or(text.as_str(), |(whole, _)| whole);
    whole.parse().unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::reply::{EffectReply, LineReply, Notes, PassageLine, Role};
    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_written() {
        let line = |source: Value| {
            let line = json!({ "text": "It is so.", "source": source });
            serde_json::from_value::<PassageLine>(line).unwrap().source
        };
        for written in [json!(7), json!(7.0), json!("7"), json!(" [7] "), json!("#7")] {
            assert_eq!(line(written.clone()), 7, "{written}");
        }
        for none in [json!(-3), json!("-3"), json!(1e20), json!("seven"), json!(null), json!([1])] {
            assert_eq!(line(none.clone()), NONE, "{none}");
        }
        let notes = |sentences: Value| {
            serde_json::from_value::<Notes>(json!({ "sentences": sentences })).unwrap().sentences
        };
        assert_eq!(notes(json!([3, -1, "4", 5.0])), [3, 4, 5]);
        assert_eq!((notes(json!(3)), notes(json!("[3], [4]"))), (vec![3], vec![3, 4]));
        let at = |ms: Value| serde_json::from_value::<EffectReply>(json!({ "sound": "ding", "at_ms": ms }));
        assert_eq!((at(json!("250 ms")).unwrap().at_ms, at(json!(-1)).unwrap().at_ms), (250, 0));
    }

    #[test]
    fn an_unknown_choice_is_the_usual_one() {
        let role = |role: Value| {
            serde_json::from_value::<LineReply>(json!({ "text": "It is so.", "role": role })).unwrap().role
        };
        assert_eq!(role(json!("Gloss")), Role::Gloss);
        assert_eq!((role(json!("statement")), role(json!(null))), (Role::Fact, Role::Fact));
    }
}
