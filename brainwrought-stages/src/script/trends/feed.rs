//! Reading the titles and descriptions of RSS and Atom feeds.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::source::TrendError;
use super::trend::Trend;

/// The most entries that are read.
const MAX_ENTRIES: usize = 400;
/// Elements nested deeper than this are no feed.
const DEEPEST: usize = 64;

/// Reads a feed: every `item` of RSS and `entry` of Atom with its title, and its description or summary.
pub(super) fn read(text: &str, source: &str) -> Result<Vec<Trend>, TrendError> {
    let wrong = |what: String| TrendError::unreadable(source, what);
    let mut reader = Reader::from_str(text);
    reader.config_mut().trim_text(false);
    let mut trends = Vec::new();
    let mut open: Vec<Vec<u8>> = Vec::new();
    let mut entry: Option<(String, String)> = None;
    loop {
        let event = reader.read_event().map_err(|error| wrong(error.to_string()))?;
        match event {
            Event::Start(start) => {
                open.push(start.local_name().as_ref().to_vec());
                if open.len() > DEEPEST {
                    return Err(wrong("its elements are nested too deep".to_owned()));
                }
                if is_entry(start.local_name().as_ref()) {
                    entry = Some(Default::default());
                }
            }
            Event::End(end) => {
                if is_entry(end.local_name().as_ref())
                    && let Some((title, meaning)) = entry.take()
                    && !title.trim().is_empty()
                {
                    trends.push(Trend::new(title.trim(), without_markup(&meaning), source));
                    if trends.len() >= MAX_ENTRIES {
                        break;
                    }
                }
                open.pop();
            }
            Event::Text(text) => {
                let decoded = text.decode().map_err(|error| wrong(error.to_string()))?;
                add(&mut entry, &open, &decoded);
            }
            Event::CData(text) => {
                let decoded = text.decode().map_err(|error| wrong(error.to_string()))?;
                add(&mut entry, &open, &decoded);
            }
            // Only the characters that stand for themselves: entities of a document's own are not expanded.
            Event::GeneralRef(reference) => {
                let name = reference.decode().map_err(|error| wrong(error.to_string()))?;
                let letter = match &*name {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                add(&mut entry, &open, letter.unwrap_or(' ').encode_utf8(&mut [0; 4]));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if trends.is_empty() {
        return Err(wrong("no entry of a feed is in it".to_owned()));
    }
    Ok(trends)
}

fn is_entry(name: &[u8]) -> bool {
    matches!(name, b"item" | b"entry")
}

/// Adds text to the part of the entry that is open.
fn add(entry: &mut Option<(String, String)>, open: &[Vec<u8>], text: &str) {
    let Some((title, meaning)) = entry else { return };
    // A title inside something else, such as a picture of the entry, is not its own.
    let is_own = open.len().checked_sub(2).and_then(|at| open.get(at)).is_some_and(|name| is_entry(name));
    match open.last().map(Vec::as_slice) {
        Some(b"title") if is_own => title.push_str(text),
        Some(b"description" | b"summary") if is_own => meaning.push_str(text),
        _ => {}
    }
}

/// Feeds carry pieces of pages in their descriptions.
fn without_markup(text: &str) -> String {
    let mut plain = String::new();
    let mut is_tag = false;
    for letter in text.chars() {
        match letter {
            '<' => is_tag = true,
            '>' if is_tag => {
                is_tag = false;
                plain.push(' ');
            }
            letter if !is_tag => plain.push(letter),
            _ => {}
        }
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rss_and_atom_are_read() {
        let rss = r#"<?xml version="1.0"?><rss version="2.0" xmlns:ht="x"><channel><title>Trends</title>
            <item><title>Crunch &amp; munch</title><ht:picture>p</ht:picture>
              <image><title>not this</title></image>
              <description><![CDATA[<p>Said of <b>exams</b></p>]]></description></item>
            <item><title>  </title></item>
            <item><title>caf&#233; mode</title></item></channel></rss>"#;
        let trends = read(rss, "x").unwrap();
        assert_eq!(trends[0], Trend::new("Crunch & munch", "Said of exams", "x"));
        assert_eq!((trends.len(), trends[1].phrase.as_str()), (2, "café mode"));
        let atom = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>All</title>
            <entry><title type="html">glow up</title><summary>a change for the better</summary></entry></feed>"#;
        assert_eq!(read(atom, "x").unwrap(), [Trend::new("glow up", "a change for the better", "x")]);
    }

    #[test]
    fn an_invalid_feed_is_refused() {
        let bomb = r#"<!DOCTYPE a [<!ENTITY b "boom"><!ENTITY c "&b;&b;">]>
            <rss><item><title>&c;x</title></item></rss>"#;
        assert_eq!(read(bomb, "x").unwrap()[0].phrase, "x");
        let deep = "<a>".repeat(1_000);
        for wrong in ["<rss>", "<rss></rss>", "<a></b>", "<html><title>x</title></html>", &deep, "<"] {
            assert!(read(wrong, "x").is_err(), "{wrong:.40}");
        }
    }
}
