//! [`LocalModel`]: a model that a server on this machine has, and the rule by which one is picked.

use std::cmp::Reverse;
use std::fmt;

use serde_json::Value;

use super::LlmChoice;
use crate::provider::Address;

/// The share of this machine's memory that the weights of a model may take: the rest is for its context and everything else.
const MEMORY_SHARE: f64 = 0.75;
/// The bytes that a parameter takes in the 4-bit form in which local servers usually have models, with what they add to it:
/// 4.5 to 5 bits (llama.cpp, Q4_K_M).
const BYTES_PER_PARAMETER: f64 = 0.6;
/// A billion.
const BILLION: f64 = 1e9;
/// Words in the names of models that write no text of their own.
const NO_WRITERS: [&str; 12] =
    ["embed", "bge-", "e5-", "gte-", "minilm", "rerank", "whisper", "tts", "clip", "ocr", "guard", "reward"];
/// Families of models, as servers name them, that only embed.
const EMBEDDING_FAMILIES: [&str; 4] = ["bert", "nomic-bert", "jina-bert-v2", "xlm-roberta"];
/// Words in the names of models that were trained to follow instructions.
const INSTRUCT: [&str; 6] = ["instruct", "chat", "-it", ":it", "assistant", "hermes"];
/// Words in the names of models that only go on with a text.
const BASE: [&str; 4] = ["-base", ":base", "-pt", "-text"];
/// Words in the names of models that were trained for something else than prose.
const SPECIAL: [&str; 8] = ["coder", "code", "math", "sql", "medical", "vision", "-vl", "llava"];

/// A model that a server on this machine has.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LocalModel {
    /// Which program serves it, for people.
    pub server: LocalServer,
    /// The base of the server's addresses, such as `http://127.0.0.1:11434`.
    pub base: String,
    /// Its name at the server.
    pub name: String,
    /// How many parameters it has, where the server or its name says so.
    pub parameters: Option<u64>,
    /// The bytes of its weights, where the server says so.
    pub bytes: Option<u64>,
    /// True when it is in memory already.
    pub is_loaded: bool,
    /// True when the server says that it only embeds.
    pub(super) embeds: bool,
}

/// The programs that serve models on a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocalServer {
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// llama.cpp, or another server that lists models as OpenAI does.
    LlamaCpp,
}

impl fmt::Display for LocalServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::LlamaCpp => "llama.cpp",
        })
    }
}

impl fmt::Display for LocalModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(parameters) = self.parameters {
            write!(f, ", {:.1} billion parameters", parameters as f64 / BILLION)?;
        }
        write!(f, ", {} at {}", self.server, self.base)
    }
}

impl LocalModel {
    /// The choice that names it.
    pub fn choice(&self) -> LlmChoice {
        LlmChoice::Server { base: Address::new(&format!("{}/v1", self.base)), model: self.name.clone() }
    }

    /// Tells whether it writes text.
    pub fn is_writer(&self) -> bool {
        !self.embeds && !self.has(&NO_WRITERS)
    }

    /// Tells whether its weights leave room in a memory of so many bytes. One that is in memory already does.
    pub fn fits(&self, memory_bytes: Option<u64>) -> bool {
        let Some(memory) = memory_bytes.filter(|_| !self.is_loaded) else { return true };
        let estimated = self.parameters.map(|count| count as f64 * BYTES_PER_PARAMETER);
        let bytes = self.bytes.map(|bytes| bytes as f64).or(estimated);
        bytes.is_none_or(|bytes| bytes <= memory as f64 * MEMORY_SHARE)
    }

    fn has(&self, words: &[&str]) -> bool {
        let name = self.name.to_lowercase();
        words.iter().any(|word| name.contains(word))
    }

    /// Whether it follows instructions: surely not, probably, surely.
    fn obedience(&self) -> u8 {
        match (self.has(&INSTRUCT), self.has(&BASE)) {
            (true, _) => 2,
            (false, false) => 1,
            (false, true) => 0,
        }
    }
}

/// Picks the best of some models for a machine with so much memory: of those that write text and whose weights leave room,
/// first one that is no base model, then one for prose and not for something else, then the one with most parameters, then
/// the one with the most bytes for them, then one that is known to follow instructions; after all that, the first.
pub fn best_local_model(models: &[LocalModel], memory_bytes: Option<u64>) -> Option<&LocalModel> {
    let usable = models.iter().filter(|model| model.is_writer() && model.fits(memory_bytes));
    usable.min_by_key(|model| {
        (
            model.obedience() == 0,
            model.has(&SPECIAL),
            Reverse(model.parameters),
            Reverse(model.bytes),
            Reverse(model.obedience()),
        )
    })
}

/// Reads what Ollama lists (`/api/tags`).
pub(super) fn of_ollama(base: &str, listed: &Value) -> Option<Vec<LocalModel>> {
    let models = listed.get("models")?.as_array()?;
    let read = |model: &Value| {
        let name = model.get("name").or_else(|| model.get("model"))?.as_str()?.to_owned();
        let details = model.get("details").unwrap_or(&Value::Null);
        let written = details.get("parameter_size").and_then(Value::as_str).and_then(parameters_in);
        let families = details.get("families").and_then(Value::as_array).into_iter().flatten();
        let mut families = families.chain(details.get("family")).filter_map(Value::as_str);
        let abilities = model.get("capabilities").and_then(Value::as_array);
        let only_embeds = abilities.is_some_and(|abilities| !abilities.iter().any(|one| one == "completion"));
        Some(LocalModel {
            server: LocalServer::Ollama,
            base: base.to_owned(),
            parameters: written.or_else(|| parameters_in(&name)),
            bytes: model.get("size").and_then(Value::as_u64),
            is_loaded: false,
            embeds: only_embeds || families.any(|family| EMBEDDING_FAMILIES.contains(&family)),
            name,
        })
    };
    Some(models.iter().filter_map(read).collect())
}

/// Reads what LM Studio lists (`/api/v0/models`).
pub(super) fn of_lm_studio(base: &str, listed: &Value) -> Option<Vec<LocalModel>> {
    let models = listed.get("data")?.as_array()?;
    let read = |model: &Value| {
        let name = model.get("id")?.as_str()?.to_owned();
        let text = |key: &str| model.get(key).and_then(Value::as_str).unwrap_or_default();
        Some(LocalModel {
            server: LocalServer::LmStudio,
            base: base.to_owned(),
            parameters: parameters_in(&name),
            bytes: None,
            is_loaded: text("state") == "loaded",
            embeds: text("type") == "embeddings",
            name,
        })
    };
    Some(models.iter().filter_map(read).collect())
}

/// Reads what llama.cpp and others list that speak as OpenAI does (`/v1/models`).
pub(super) fn of_openai(base: &str, listed: &Value) -> Option<Vec<LocalModel>> {
    let models = listed.get("data")?.as_array()?;
    let read = |model: &Value| {
        let name = model.get("id")?.as_str()?.to_owned();
        let meta = |key: &str| model.get("meta").and_then(|meta| meta.get(key)).and_then(Value::as_u64);
        Some(LocalModel {
            server: LocalServer::LlamaCpp,
            base: base.to_owned(),
            parameters: meta("n_params").or_else(|| parameters_in(&name)),
            bytes: meta("size"),
            // llama.cpp serves what it has loaded; `meta` is only told of that.
            is_loaded: model.get("meta").is_some_and(Value::is_object),
            embeds: false,
            name,
        })
    };
    Some(models.iter().filter_map(read).collect())
}

/// Finds a number of parameters such as `7.6B`, `270M` or `8x7b`.
fn parameters_in(text: &str) -> Option<u64> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let found = words.filter_map(|word| {
        let word = word.to_ascii_lowercase();
        let (number, unit) = match (word.strip_suffix('b'), word.strip_suffix('m')) {
            (Some(number), _) => (number, BILLION),
            (_, Some(number)) => (number, 1e6),
            _ => return None,
        };
        // Experts beside each other: they share a part, but all of them lie in memory.
        let (experts, each) = number.split_once('x').unwrap_or(("1", number));
        // `e2b` counts what is in use at a time.
        let each = each.trim_start_matches(['a', 'e']);
        let count = experts.parse::<f64>().ok()? * each.parse::<f64>().ok()? * unit;
        (1e6..1e13).contains(&count).then_some(count as u64)
    });
    found.max()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GB: u64 = 1_000_000_000;

    fn ollama(models: &Value) -> Vec<LocalModel> {
        of_ollama("http://127.0.0.1:11434", &json!({ "models": models })).unwrap()
    }

    fn best(models: &[LocalModel], gigabytes: u64) -> Option<&str> {
        best_local_model(models, Some(gigabytes * GB)).map(|model| model.name.as_str())
    }

    #[test]
    fn parameters_are_read_from_what_servers_and_names_say() {
        for (text, millions) in [
            ("7.6B", 7_600),
            ("134.52M", 134),
            ("qwen2.5:7b-instruct-q4_K_M", 7_000),
            ("Mixtral-8x7B-Instruct-v0.1", 56_000),
            ("qwen3-30b-a3b", 30_000),
            ("gemma-3n-e4b", 4_000),
            ("SmolLM2-135M-Instruct", 135),
        ] {
            assert_eq!(parameters_in(text).map(|count| count / 1_000_000), Some(millions), "{text}");
        }
        for text in ["llama3:latest", "model.gguf", "b", "v0.1"] {
            assert_eq!(parameters_in(text), None, "{text}");
        }
    }

    #[test]
    fn the_largest_model_that_fits_and_writes_is_picked() {
        let models = ollama(&json!([
            { "name": "nomic-embed-text:latest", "size": 274 << 20, "details": { "families": ["nomic-bert"], "parameter_size": "137M" } },
            { "name": "llama3.3:70b", "size": 43 * GB, "details": { "families": ["llama"], "parameter_size": "70.6B" } },
            { "name": "qwen2.5:7b", "size": 4_700_000_000_u64, "details": { "families": ["qwen2"], "parameter_size": "7.6B" } },
            { "name": "qwen2.5:14b-base", "size": 9 * GB, "details": { "parameter_size": "14.8B" } },
            { "name": "qwen2.5-coder:14b", "size": 9 * GB, "details": { "parameter_size": "14.8B" } },
            { "name": "smollm2:135m", "size": 271 << 20, "details": { "parameter_size": "134.52M" } },
        ]));
        assert_eq!(best(&models, 128), Some("llama3.3:70b"));
        assert_eq!(best(&models, 16), Some("qwen2.5:7b"));
        assert_eq!(best(&models, 4), Some("smollm2:135m"));
        assert_eq!(best_local_model(&models, None).unwrap().name, "llama3.3:70b");
        assert_eq!(best(&models[..1], 16), None, "it only embeds");
        // What there is nothing better than is taken.
        assert_eq!(best(&models[3..5], 16), Some("qwen2.5-coder:14b"));
        assert_eq!(best(&models[3..4], 16), Some("qwen2.5:14b-base"));
    }

    #[test]
    fn more_exact_weights_and_instructions_decide_between_equals() {
        let models = ollama(&json!([
            { "name": "m:7b-q4", "size": 4 * GB },
            { "name": "m:7b-q8", "size": 8 * GB },
            { "name": "n:7b-instruct-q8", "size": 8 * GB },
        ]));
        assert_eq!(best(&models, 32), Some("n:7b-instruct-q8"));
        assert_eq!(best(&models[..2], 32), Some("m:7b-q8"));
        assert_eq!(best(&models[..2], 8), Some("m:7b-q4"));
    }

    #[test]
    fn the_lists_of_all_three_servers_are_read() {
        let studio = json!({ "data": [
            { "id": "qwen2.5-7b-instruct", "type": "llm", "state": "not-loaded" },
            { "id": "text-embedding-nomic-embed-text-v1.5", "type": "embeddings", "state": "loaded" },
        ] });
        let studio = of_lm_studio("http://127.0.0.1:1234", &studio).unwrap();
        assert_eq!((studio[0].parameters, studio[1].is_writer()), (Some(7 * GB), false));
        assert!(!studio[0].fits(Some(4 * GB)), "some 4 GB are estimated");
        let llama = json!({ "data": [
            { "id": "model.gguf", "meta": { "n_params": 1_543_714_304_u64, "size": 1_100_000_000_u64 } },
        ] });
        let llama = of_openai("http://127.0.0.1:8080", &llama).unwrap();
        assert!(llama[0].fits(Some(GB)), "it is loaded, so it fits");
        assert_eq!(llama[0].choice().to_string(), "http://127.0.0.1:8080/v1#model.gguf");
        assert_eq!(
            llama[0].to_string(),
            "model.gguf, 1.5 billion parameters, llama.cpp at http://127.0.0.1:8080"
        );
        for other in [json!([]), json!({ "models": 3 }), json!("x")] {
            assert!(of_ollama("b", &other).is_none() && of_openai("b", &other).is_none());
        }
    }
}
