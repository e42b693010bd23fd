//! [`JobInput`]: the value that a job starts from.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::data::{BlobRef, SourcePdf, blobs_in};
use crate::stage::StageData;

/// The value that a job starts from, with the name and number of its form.
///
/// It is stored as an object of its own fields with `schema` beside them; a value that is no object, or that has a field
/// of one of these names, stands under `value`. Records that were written when every job started from a PDF have no `schema`: their input is a
/// [`SourcePdf`](crate::data::SourcePdf) in its first form, whose fields have stayed the same.
#[derive(Debug, Clone, PartialEq)]
pub struct JobInput {
    schema: String,
    value: Value,
}

/// The key of the schema.
const SCHEMA: &str = "schema";

/// The key of a value whose fields cannot stand beside the schema.
const VALUE: &str = "value";

/// What a record without a schema holds.
const FIRST_SCHEMA: &str = "source-pdf/1";

impl JobInput {
    /// Takes a value as the input of a job.
    ///
    /// # Errors
    ///
    /// Fails when the value cannot be written as JSON.
    pub fn new<I: StageData>(value: &I) -> Result<Self, serde_json::Error> {
        Ok(Self { schema: I::SCHEMA.to_owned(), value: serde_json::to_value(value)? })
    }

    /// The name and number of the value's form, as [`StageData::SCHEMA`].
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The value as JSON.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Reads the value; `None` when it has another form.
    pub fn get<I: StageData>(&self) -> Option<I> {
        if self.schema != I::SCHEMA {
            return None;
        }
        I::deserialize(&self.value).ok()
    }

    /// Lists the blobs that the value names, in order of appearance.
    pub fn blobs(&self) -> Vec<BlobRef> {
        blobs_in(&self.value)
    }

    /// The same input with every text, keys included, changed by `change`; for stores that cannot keep every character.
    #[must_use]
    pub fn with_texts(&self, change: &dyn Fn(&str) -> String) -> Self {
        Self { schema: change(&self.schema), value: changed(&self.value, change) }
    }
}

fn changed(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(items) => Value::Array(items.iter().map(|item| changed(item, change)).collect()),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| (change(key), changed(value, change)));
            Value::Object(fields.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

impl Serialize for JobInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut stored = match &self.value {
            Value::Object(fields) if !fields.contains_key(SCHEMA) && !fields.contains_key(VALUE) => {
                fields.clone()
            }
            value => Map::from_iter([(VALUE.to_owned(), value.clone())]),
        };
        stored.insert(SCHEMA.to_owned(), Value::String(self.schema.clone()));
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for JobInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut stored = Map::<String, Value>::deserialize(deserializer)?;
        let schema = match stored.remove(SCHEMA) {
            None => {
                let value = Value::Object(stored);
                // Nothing else says that these are the fields of an input.
                SourcePdf::deserialize(&value).map_err(D::Error::custom)?;
                return Ok(Self { schema: FIRST_SCHEMA.to_owned(), value });
            }
            Some(Value::String(schema)) => schema,
            Some(_) => return Err(D::Error::custom("the schema of a job's input is not a string")),
        };
        let value = stored.remove(VALUE).unwrap_or(Value::Object(stored));
        Ok(Self { schema, value })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored(schema: &str, value: Value) -> Value {
        serde_json::to_value(JobInput { schema: schema.to_owned(), value }).unwrap()
    }

    #[test]
    fn every_json_value_comes_back() {
        let object = json!({ "a": 1 });
        for value in [
            json!(null),
            json!("text"),
            json!([1, 2]),
            json!({}),
            object,
            json!({ "schema": 1 }),
            json!({ "value": 2 }),
            json!({ "value": 1, "schema": 2 }),
        ] {
            let read: JobInput = serde_json::from_value(stored("any/3", value.clone())).unwrap();
            assert_eq!(read, JobInput { schema: "any/3".to_owned(), value });
        }
    }

    #[test]
    fn a_pdf_is_stored_with_the_fields_it_always_had() {
        let pdf = SourcePdf::new("../papers/a.pdf", b"%PDF-");
        let input = serde_json::to_value(JobInput::new(&pdf).unwrap()).unwrap();
        assert_eq!(input["file_name"], "a.pdf");
        assert_eq!(input["pdf"]["bytes"], 5);
        assert_eq!(input["schema"], "source-pdf/1");
    }

    #[test]
    fn an_input_without_a_schema_is_a_pdf() {
        let pdf = SourcePdf::new("a.pdf", b"%PDF-");
        let old = serde_json::to_value(&pdf).unwrap();
        let input: JobInput = serde_json::from_value(old).unwrap();
        assert_eq!(input.get::<SourcePdf>(), Some(pdf.clone()));
        assert_eq!(input.blobs(), [pdf.pdf]);
        assert_eq!(input.get::<String>(), None, "it is no text");
    }

    #[test]
    fn a_damaged_input_is_refused() {
        for damaged in [json!({ "schema": 4 }), json!({}), json!({ "file_name": "a.pdf" }), json!(null)] {
            assert!(serde_json::from_value::<JobInput>(damaged).is_err());
        }
    }
}
