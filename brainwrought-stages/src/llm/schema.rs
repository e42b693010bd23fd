//! The strict form of a JSON Schema: what every provider takes.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Keywords that say no more than types do, or that some provider refuses.
const DROPPED: [&str; 18] = [
    "$schema",
    "title",
    "default",
    "examples",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The schema of a Rust type: all properties required, no others allowed, nothing but types, lists, choices and words.
pub(super) fn strict<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    tighten(&mut schema);
    schema
}

fn tighten(schema: &mut Value) {
    let Value::Object(map) = schema else { return };
    for keyword in DROPPED {
        map.remove(keyword);
    }
    // Only `anyOf` is known everywhere, and where the choices exclude each other it says the same.
    if let Some(choices) = map.remove("oneOf") {
        map.insert("anyOf".to_owned(), choices);
    }
    if let Some(value) = map.remove("const") {
        map.insert("enum".to_owned(), json!([value]));
    }
    // A type with words of its own around it.
    if let Some(Value::Array(parts)) = map.get("allOf")
        && let [Value::Object(part)] = parts.as_slice()
    {
        let part = part.clone();
        map.remove("allOf");
        for (keyword, value) in part {
            map.entry(keyword).or_insert(value);
        }
        return tighten(schema);
    }
    for keyword in ["anyOf", "prefixItems"] {
        if let Some(Value::Array(parts)) = map.get_mut(keyword) {
            parts.iter_mut().for_each(tighten);
        }
    }
    if let Some(items) = map.get_mut("items") {
        tighten(items);
    }
    for keyword in ["$defs", "properties"] {
        if let Some(Value::Object(parts)) = map.get_mut(keyword) {
            parts.values_mut().for_each(tighten);
        }
    }
    if map.get("type") == Some(&json!("object")) {
        let names: Vec<Value> = match map.get("properties") {
            Some(Value::Object(properties)) => properties.keys().map(|name| json!(name)).collect(),
            _ => Vec::new(),
        };
        map.insert("required".to_owned(), Value::Array(names));
        map.insert("additionalProperties".to_owned(), json!(false));
    }
    join_choices(map);
}

/// Makes one list of words out of choices that are words, which is how an enum with documented variants arrives.
fn join_choices(map: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = map.get("anyOf") else { return };
    let words = |choice: &Value| match (choice.get("type")?.as_str()?, choice.get("enum")?) {
        ("string", Value::Array(words)) => Some(words.clone()),
        _ => None,
    };
    let Some(words) = choices.iter().map(words).collect::<Option<Vec<_>>>() else { return };
    let told = choices.iter().filter_map(|choice| {
        let word = choice.get("enum")?.get(0)?.as_str()?;
        Some(format!("`{word}`: {}", choice.get("description")?.as_str()?))
    });
    let told: Vec<String> =
        map.get("description").and_then(Value::as_str).map(str::to_owned).into_iter().chain(told).collect();
    if !told.is_empty() {
        map.insert("description".to_owned(), json!(told.join(" ")));
    }
    map.remove("anyOf");
    map.insert("type".to_owned(), json!("string"));
    map.insert("enum".to_owned(), Value::Array(words.concat()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A quiz.
    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Quiz {
        /// The question.
        #[schemars(length(max = 80))]
        question: String,
        answers: Vec<Answer>,
        level: Level,
        pages: Option<u32>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Answer {
        #[serde(default)]
        text: String,
        weight: f64,
    }

    /// How hard.
    #[derive(JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    #[expect(dead_code, reason = "only its schema is looked at")]
    enum Level {
        /// For all.
        Easy,
        Hard,
    }

    #[test]
    fn a_schema_is_strict() {
        let schema = strict::<Quiz>();
        let answer = json!({
            "type": "object",
            "properties": { "text": { "type": "string" }, "weight": { "type": "number" } },
            "required": ["text", "weight"],
            "additionalProperties": false,
        });
        let expected = json!({
            "type": "object",
            "description": "A quiz.",
            "properties": {
                "question": { "type": "string", "description": "The question." },
                "answers": { "type": "array", "items": answer },
                "level": {
                    "type": "string",
                    "description": "How hard. `easy`: For all.",
                    "enum": ["hard", "easy"],
                },
                "pages": { "type": ["integer", "null"] },
            },
            "required": ["answers", "level", "pages", "question"],
            "additionalProperties": false,
        });
        assert_eq!(sorted(&schema), sorted(&expected));
    }

    /// The order of properties is that of the map, which a feature of another crate may change.
    fn sorted(schema: &Value) -> Value {
        match schema {
            Value::Array(values) => {
                let mut values: Vec<Value> = values.iter().map(sorted).collect();
                values.sort_by_key(Value::to_string);
                Value::Array(values)
            }
            Value::Object(map) => {
                let sorted: std::collections::BTreeMap<_, _> =
                    map.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
                json!(sorted)
            }
            other => other.clone(),
        }
    }
}
