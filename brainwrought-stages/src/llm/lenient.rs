//! Finds the JSON in what a model wrote.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// So many places where JSON may begin are tried.
const MAX_STARTS: usize = 32;

/// Reads the first JSON value of the right form out of a text: past thoughts, prose and fences, with commas too many and
/// bare line breaks in strings forgiven.
///
/// # Errors
///
/// Says what is wrong with the value that came furthest, in words that a model can use.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    // Some servers leave the thoughts of a model in its answer.
    let text = text.rsplit_once("</think>").map_or(text, |(_, answer)| answer);
    let mended = mend(text);
    let mut wrong = None;
    for text in [text, &mended] {
        for (start, _) in text.match_indices(['{', '[']).take(MAX_STARTS) {
            let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter::<Value>();
            match values.next() {
                Some(Ok(value)) => match serde_json::from_value(value) {
                    Ok(answer) => return Ok(answer),
                    Err(error) => wrong = wrong.or(Some(error.to_string())),
                },
                Some(Err(error)) if start == 0 => wrong = wrong.or(Some(format!("it is no JSON: {error}"))),
                _ => {}
            }
        }
    }
    Err(wrong.unwrap_or_else(|| "there is no JSON in it".to_owned()))
}

/// Takes out commas before closing brackets, and escapes control characters in strings.
fn mend(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        if in_string {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                '\n' => {
                    mended.push_str("\\n");
                    continue;
                }
                c if c.is_control() => {
                    mended.push(' ');
                    continue;
                }
                _ => {}
            }
        } else if c == '"' {
            in_string = true;
        } else if matches!(c, '}' | ']') {
            let kept = mended.trim_end().len();
            if mended[..kept].ends_with(',') {
                mended.truncate(kept - 1);
            }
        }
        mended.push(c);
    }
    mended
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Line {
        text: String,
        page: u32,
    }

    fn line(text: &str, page: u32) -> Result<Line, String> {
        Ok(Line { text: text.to_owned(), page })
    }

    #[test]
    fn json_is_found_wherever_it_stands() {
        let bare = r#"{"text": "a {b} [c]", "page": 2}"#;
        let wrapped = [
            bare.to_owned(),
            format!("Sure! Here it is:\n```json\n{bare}\n```\nAnything else?"),
            format!("<think>maybe {{\"text\": \"no\", \"page\": 1}}</think>{bare}"),
            format!("In the set {{1, 2}} lies [3]: {bare}"),
            r#"{"text": "a {b} [c]", "page": 2 , }"#.to_owned(),
            format!("[{bare}]"),
        ];
        for text in &wrapped {
            assert_eq!(read::<Line>(text), line("a {b} [c]", 2), "{text}");
        }
        assert_eq!(read::<Line>("{\"text\": \"a\nb\\\"\", \"page\": 2,\n}"), line("a\nb\"", 2));
        assert_eq!(read::<Vec<u8>>("[1, 2, ]"), Ok(vec![1, 2]));
    }

    #[test]
    fn the_place_of_a_mistake_is_told() {
        assert_eq!(read::<Line>("I would rather not."), Err("there is no JSON in it".to_owned()));
        let error = read::<Line>(r#"{"text": "a"}"#).unwrap_err();
        assert!(error.contains("missing field `page`"), "{error}");
        let error = read::<Line>(r#"{"text": "a", "page": "#).unwrap_err();
        assert!(error.contains("no JSON"), "{error}");
        for odd in ["", "{", "[[[[", "\"", "}{", ",}", "\u{0}{", "é{é"] {
            assert!(read::<Line>(odd).is_err(), "{odd}");
        }
    }
}
