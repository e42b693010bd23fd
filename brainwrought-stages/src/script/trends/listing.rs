//! Reading expressions out of what programs answer: JSON of some shape, or lines of text.

use serde_json::Value;

use super::source::TrendError;
use super::trend::Trend;

/// The names under which answers keep their list.
const LISTS: [&str; 8] = ["trends", "results", "result", "items", "data", "phrases", "entries", "articles"];
/// The names under which an entry keeps its phrase, the best first.
const PHRASES: [&str; 8] = ["phrase", "term", "word", "expression", "trend", "name", "title", "query"];
/// The names under which an entry keeps its meaning, the best first.
const MEANINGS: [&str; 8] =
    ["meaning", "definition", "explanation", "description", "summary", "content", "snippet", "text"];
/// Marks that stand between a phrase and its meaning in a line.
const MARKS: [&str; 5] = [" — ", " – ", " - ", ": ", " = "];
/// A quotation longer than this many words is no expression.
const QUOTED_WORDS: usize = 5;
/// The most entries that are read.
const MAX_ENTRIES: usize = 400;

/// Reads JSON.
pub(super) fn read_json(text: &str, source: &str) -> Result<Vec<Trend>, TrendError> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| TrendError::unreadable(source, error.to_string()))?;
    let trends = of_value(&value, source);
    if trends.is_empty() {
        let what = "no list of phrases is in it; write [{\"phrase\": …, \"meaning\": …}]";
        return Err(TrendError::unreadable(source, what));
    }
    Ok(trends)
}

/// Reads JSON where it is some, and lines of text where it is none.
#[cfg(any(feature = "providers", test))]
pub(super) fn read_any(text: &str, source: &str) -> Vec<Trend> {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => of_value(&value, source),
        Err(_) => of_lines(text, source),
    }
}

/// Finds the list in an answer: the answer itself, or what it keeps under a usual name.
pub(super) fn of_value(value: &Value, source: &str) -> Vec<Trend> {
    match value {
        Value::Array(entries) => {
            entries.iter().take(MAX_ENTRIES).filter_map(|entry| of_entry(entry, source)).collect()
        }
        Value::Object(fields) => {
            let list = LISTS.iter().find_map(|name| fields.get(*name).filter(|list| !list.is_null()));
            match list {
                Some(list) => of_value(list, source),
                None => of_entry(value, source).into_iter().collect(),
            }
        }
        Value::String(text) => of_lines(text, source),
        _ => Vec::new(),
    }
}

fn of_entry(entry: &Value, source: &str) -> Option<Trend> {
    let text = |names: &[&str]| {
        names.iter().find_map(|name| entry.get(*name)?.as_str().filter(|text| !text.trim().is_empty()))
    };
    match entry {
        Value::String(text) => of_line(text, source),
        Value::Object(_) => {
            let phrase = text(&PHRASES)?;
            Some(Trend::new(phrase, text(&MEANINGS).unwrap_or_default(), source))
        }
        _ => None,
    }
}

fn of_lines(text: &str, source: &str) -> Vec<Trend> {
    text.lines().take(MAX_ENTRIES).filter_map(|line| of_line(line, source)).collect()
}

/// Reads `- phrase: meaning`, with or without its parts around.
fn of_line(line: &str, source: &str) -> Option<Trend> {
    let line = line.trim().trim_start_matches(['-', '*', '•', '·']).trim();
    let numbered = line.split_once(['.', ')']).filter(|(number, rest)| {
        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) && rest.starts_with(' ')
    });
    let line = numbered.map_or(line, |(_, rest)| rest).trim();
    if line.is_empty() {
        return None;
    }
    let cut = MARKS.iter().filter_map(|mark| Some((line.find(mark)?, mark.len()))).min();
    let (phrase, meaning) = match cut {
        Some((at, length)) => (line.get(..at)?, line.get(at + length..)?),
        None => (line, ""),
    };
    Some(Trend::new(phrase, meaning, source))
}

/// Finds the expressions that a text quotes, each with its sentence.
pub(super) fn quoted(text: &str, source: &str) -> Vec<Trend> {
    let mut found = Vec::new();
    for sentence in text.split_inclusive(['.', '!', '?', '\n']) {
        for (open, close) in [('"', '"'), ('“', '”'), ('‘', '’'), ('«', '»'), ('„', '“')] {
            let mut rest = sentence;
            while let Some((_, after)) = rest.split_once(open) {
                let Some((inside, next)) = after.split_once(close) else { break };
                let phrase = inside.trim().trim_end_matches(['.', ',', '!', '?']);
                if (1..=QUOTED_WORDS).contains(&phrase.split_whitespace().count()) {
                    found.push(Trend::new(phrase, sentence, source));
                }
                rest = next;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(trends: &[Trend]) -> Vec<(&str, &str)> {
        trends.iter().map(|trend| (trend.phrase.as_str(), trend.meaning.as_str())).collect()
    }

    #[test]
    fn many_shapes_are_read() {
        let expected = [("no cap", "truly")];
        for text in [
            r#"[{"phrase":"no cap","meaning":"truly"}]"#,
            r#"{"trends":[{"term":"no cap","definition":"truly"}]}"#,
            r#"{"result":[{"title":"no cap","content":"truly","score":1}]}"#,
            r#"{"results":{"items":["no cap: truly", 7]}}"#,
            r#"{"phrase":"no cap","meaning":"truly"}"#,
        ] {
            assert_eq!(phrases(&read_json(text, "x").unwrap()), expected, "{text}");
        }
        assert_eq!(phrases(&read_any("\n 1. no cap — truly\n", "x")), expected);
        assert_eq!(phrases(&read_any("• rizz\n- mid: so-so", "x")), [("rizz", ""), ("mid", "so-so")]);
        for wrong in ["", "no", "[]", "{}", "7", "[[[]]]"] {
            assert!(read_json(wrong, "x").is_err(), "{wrong}");
        }
    }

    #[test]
    fn quotations_are_expressions_and_long_ones_are_not() {
        let text = "People say \"no cap\" and “it's giving”. He said \"this one is far too long to be one\".";
        let found = quoted(text, "x");
        assert_eq!(found.iter().map(|t| t.phrase.as_str()).collect::<Vec<_>>(), ["no cap", "it's giving"]);
        assert!(found[0].meaning.starts_with("People say"));
        assert!(quoted("an open \"quote", "x").is_empty());
    }
}
