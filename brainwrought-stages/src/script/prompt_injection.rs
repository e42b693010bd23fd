//! [`speaks_to_a_model`]: text that gives orders to a language model instead of telling a reader something.

use std::sync::LazyLock;

use regex::Regex;

static ORDERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|context|above|previous)\b
        |\b(?:system|developer)\s+(?:prompt|message)\b
        |\byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:AI|assistant|chatbot|language\s+model|large\s+language)
        |\bas\s+an?\s+(?:AI|language)\s+(?:language\s+)?model\b
        |\b(?:to|for|dear|attention)\s+(?:the\s+)?(?:AI|LLM|language\s+models?|chatbots?|assistants?)\b.{0,20}\b(?:reading|summari[sz]ing|processing|reviewing)\b
        |</?(?:document|system|user|assistant|instructions?)\b",
    )
    .expect("the pattern is a constant that tests compile")
});

/// Tells whether a text speaks to a model instead of a reader.
pub(super) fn speaks_to_a_model(text: &str) -> bool {
    ORDERS.is_match(text)
}
