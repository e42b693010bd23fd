//! Which tool of an MCP server is asked, and with which arguments.

use rmcp::model::{JsonObject, Tool};
use serde_json::Value;

use super::source::{TrendError, TrendTopic};

/// Words in the name of a tool that looks things up, the best first.
const LOOKS_UP: [&str; 5] = ["trend", "slang", "search", "news", "query"];
/// Names under which tools take a question.
const QUESTIONS: [&str; 8] =
    ["query", "q", "question", "search", "search_query", "text", "prompt", "keyword"];

/// Chooses the tool: the one that was named, else the one that looks most as if it knows of trends.
pub(super) fn chosen<'a>(tools: &'a [Tool], wanted: Option<&str>, who: &str) -> Result<&'a Tool, TrendError> {
    let none = |what: String| TrendError::NoTool { who: who.to_owned(), what };
    let names = || {
        let names: Vec<&str> = tools.iter().take(20).map(|tool| tool.name.as_ref()).collect();
        if names.is_empty() { "it offers none".to_owned() } else { format!("it offers {}", names.join(", ")) }
    };
    if let Some(wanted) = wanted {
        let found = tools.iter().find(|tool| tool.name == wanted);
        return found.ok_or_else(|| none(format!("there is no `{wanted}`; {}", names())));
    }
    if let [tool] = tools {
        return Ok(tool);
    }
    let found =
        LOOKS_UP.iter().find_map(|word| tools.iter().find(|tool| tool.name.to_lowercase().contains(word)));
    found.ok_or_else(|| none(format!("{}; name one after a `#`", names())))
}

/// Fills in what the tool's schema asks for: a question, or a topic and a language.
pub(super) fn arguments(tool: &Tool, topic: &TrendTopic, who: &str) -> Result<JsonObject, TrendError> {
    let properties = tool.input_schema.get("properties").and_then(Value::as_object);
    let mut given = JsonObject::new();
    for name in properties.into_iter().flat_map(JsonObject::keys) {
        let value = match name.to_lowercase().as_str() {
            "topic" | "subject" | "theme" if takes(properties, name, &topic.subject) => topic.subject.clone(),
            "language" | "lang" | "locale" if takes(properties, name, &topic.language) => {
                topic.language.clone()
            }
            lower if QUESTIONS.contains(&lower) => topic.question(),
            _ => continue,
        };
        given.insert(name.clone(), Value::String(value));
    }
    let required = tool.input_schema.get("required").and_then(Value::as_array);
    let missing: Vec<&str> = required
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .filter(|name| !given.contains_key(*name))
        .take(5)
        .collect();
    if missing.is_empty() {
        return Ok(given);
    }
    let what = format!("`{}` wants {}, which nobody can fill in", tool.name, missing.join(", "));
    Err(TrendError::NoTool { who: who.to_owned(), what })
}

/// Tells whether an argument may have this value: some take only words of a list.
fn takes(properties: Option<&JsonObject>, name: &str, value: &str) -> bool {
    let choices = properties.and_then(|all| all.get(name)?.get("enum")?.as_array());
    choices.is_none_or(|choices| choices.iter().any(|choice| choice.as_str() == Some(value)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn tool(name: &'static str, schema: &Value) -> Tool {
        Tool::new(name, "", Arc::new(schema.as_object().unwrap().clone()))
    }

    fn topic() -> TrendTopic {
        TrendTopic { subject: "queues".to_owned(), language: "en".to_owned(), slang: 1, seed: 1 }
    }

    #[test]
    fn the_tool_is_the_named_one_or_the_likeliest() {
        let tools = [tool("add", &json!({})), tool("web_search", &json!({})), tool("get_trends", &json!({}))];
        assert_eq!(chosen(&tools, None, "x").unwrap().name, "get_trends");
        assert_eq!(chosen(&tools[..2], None, "x").unwrap().name, "web_search");
        assert_eq!(chosen(&tools[..1], None, "x").unwrap().name, "add");
        assert_eq!(chosen(&tools, Some("add"), "x").unwrap().name, "add");
        let error = chosen(&tools, Some("nothing"), "x").unwrap_err().to_string();
        assert!(error.contains("web_search"), "{error}");
        assert!(chosen(&[], None, "x").is_err());
    }

    #[test]
    fn arguments_are_filled_in_where_they_are_known() {
        let schema = json!({
            "properties": {
                "query": { "type": "string" }, "limit": { "type": "integer" }, "lang": { "enum": ["de"] },
                "topic": { "enum": ["general", "news"] },
            },
            "required": ["query"],
        });
        let given = arguments(&tool("search", &schema), &topic(), "x").unwrap();
        assert_eq!(given.keys().collect::<Vec<_>>(), ["query"]);
        assert!(given["query"].as_str().unwrap().contains("queues"));
        let schema = json!({ "properties": { "topic": {}, "language": {} }, "required": ["topic"] });
        let given = arguments(&tool("trends", &schema), &topic(), "x").unwrap();
        assert_eq!(Value::Object(given), json!({ "topic": "queues", "language": "en" }));
        let schema = json!({ "properties": { "city": {} }, "required": ["city"] });
        assert!(
            arguments(&tool("weather", &schema), &topic(), "x").unwrap_err().to_string().contains("city")
        );
    }
}
