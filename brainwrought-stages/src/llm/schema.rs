//! The strict form of a JSON Schema: what every provider takes.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, ReplaceConstValue, Transform as _, transform_subschemas};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// Keywords that say no more than types do, or that some provider refuses.
const DROPPED: [&str; 17] = [
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
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The schema of a Rust type: all properties required, no others allowed, nothing but types, lists with the most that they
/// hold, choices and words.
pub(super) fn strict<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.inline_subschemas = true;
    });
    let settings = settings.with_transform(ReplaceConstValue::default()).with_transform(tighten);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// A schema without the lengths of lists, which some providers refuse.
pub(super) fn without_lengths(schema: &Value) -> Value {
    let Ok(mut schema) = Schema::try_from(schema.clone()) else { return schema.clone() };
    let remove_length = |schema: &mut Schema| {
        schema.remove("maxItems");
    };
    RecursiveTransform(remove_length).transform(&mut schema);
    schema.to_value()
}

fn tighten(schema: &mut Schema) {
    for keyword in DROPPED {
        schema.remove(keyword);
    }
    // Only `anyOf` is known everywhere, and where the choices exclude each other it says the same.
    if let Some(choices) = schema.remove("oneOf") {
        schema.insert("anyOf".to_owned(), choices);
    }
    // A type with words of its own around it.
    if let Some(Value::Array(parts)) = schema.get("allOf")
        && let [Value::Object(part)] = parts.as_slice()
    {
        let part = part.clone();
        schema.remove("allOf");
        for (keyword, value) in part {
            schema.ensure_object().entry(keyword).or_insert(value);
        }
        return tighten(schema);
    }
    transform_subschemas(&mut tighten, schema);
    if schema.get("type") == Some(&json!("object")) {
        let names: Vec<Value> = match schema.get("properties") {
            Some(Value::Object(properties)) => properties.keys().map(|name| json!(name)).collect(),
            _ => Vec::new(),
        };
        schema.insert("required".to_owned(), Value::Array(names));
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    join_choices(schema);
}

/// Makes one list of words out of choices that are words, which is how an enum with documented variants arrives.
fn join_choices(schema: &mut Schema) {
    let Some(Value::Array(choices)) = schema.get("anyOf") else { return };
    let words = |choice: &Value| match (choice.get("type")?.as_str()?, choice.get("enum")?) {
        ("string", Value::Array(words)) => Some(words.clone()),
        _ => None,
    };
    let Some(words) = choices.iter().map(words).collect::<Option<Vec<_>>>() else { return };
    let told = choices.iter().filter_map(|choice| {
        let word = choice.get("enum")?.get(0)?.as_str()?;
        Some(format!("`{word}`: {}", choice.get("description")?.as_str()?))
    });
    let own = schema.get("description").and_then(Value::as_str).map(str::to_owned);
    let told: Vec<String> = own.into_iter().chain(told).collect();
    if !told.is_empty() {
        schema.insert("description".to_owned(), json!(told.join(" ")));
    }
    schema.remove("anyOf");
    schema.insert("type".to_owned(), json!("string"));
    schema.insert("enum".to_owned(), Value::Array(words.concat()));
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

    #[test]
    fn lengths_are_left_out_and_properties_of_that_name_are_not() {
        let list = |length: Option<u32>| {
            let mut list =
                json!({ "type": "array", "items": { "anyOf": [{ "type": "array" }, { "type": "null" }] } });
            if let Some(length) = length {
                list["maxItems"] = json!(length);
                list["items"]["anyOf"][0]["maxItems"] = json!(length);
            }
            json!({ "type": "object", "properties": { "maxItems": list }, "additionalProperties": false })
        };
        assert_eq!(without_lengths(&list(Some(3))), list(None));
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
