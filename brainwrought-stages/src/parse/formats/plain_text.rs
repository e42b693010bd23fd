//! Text without marks: paragraphs are told by empty lines, and headings by how they stand.

use std::sync::LazyLock;

use regex::Regex;

use super::flow::{Flow, Kind};
use super::text_encoding::decode;
use crate::language::{LanguageData, alternatives};
use crate::parse::error::ParseFailure;
use crate::parse::layout::{is_list_start, without_marker};

/// The longest line that may be a heading, in letters.
const MAX_HEADING: usize = 80;
/// A numbered heading that ends in a full stop has no more words.
const MAX_NUMBERED_WORDS: usize = 6;
/// With so many blanks before it a line was set in the middle.
const CENTRED: usize = 10;
/// Where lines are this long, nobody broke them by hand: each is a paragraph.
const LONG_LINE: usize = 120;

/// "Chapter 3", "Teil II: Der Weg", "3. Results", "IV. Design".
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    let words = alternatives(LanguageData::all().iter().flat_map(|data| data.layout.numbering.iter()));
    let pattern = format!(
        r"^(?i:{words})\s+(?:\d{{1,3}}|[IVXLC]{{1,7}})\b|^(?:\d{{1,2}}(?:\.\d{{1,2}}){{0,3}}\.?|[IVX]{{1,5}}\.)\s+\p{{Lu}}"
    );
    Regex::new(&pattern).expect("the pattern is a constant that tests compile")
});

/// A paragraph with the lines that it was written on.
struct Paragraph<'t> {
    lines: Vec<&'t str>,
    /// How many blanks stand before its first line.
    indent: usize,
}

/// Reads a text.
pub(super) fn read(file: &[u8], flow: &mut Flow) -> Result<(), ParseFailure> {
    let text = decode(file, None).replace("\r\n", "\n").replace('\r', "\n");
    let paragraphs = paragraphs(&text);
    let mut body = paragraphs.as_slice();
    if let [first, rest @ ..] = body
        && is_title(first, rest)
    {
        flow.printed_title = Some(first.lines.join(" "));
        flow.add(Kind::Heading(1), &first.lines.join(" "))?;
        body = rest;
    }
    for (place, paragraph) in body.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| body.get(before));
        match heading_level(paragraph, before, body.get(place + 1)) {
            Some(level) => flow.add(Kind::Heading(level), paragraph.heading())?,
            None => paragraph.blocks().into_iter().try_for_each(|(kind, text)| flow.add(kind, &text))?,
        }
    }
    Ok(())
}

/// Divides a text at its empty lines, or at every line where lines are as long as paragraphs.
fn paragraphs(text: &str) -> Vec<Paragraph<'_>> {
    let lines = || text.lines().map(str::trim_end);
    let mut lengths: Vec<usize> =
        lines().map(|line| line.chars().count()).filter(|length| *length > 0).collect();
    lengths.sort_unstable();
    // Of the longer lines: the last one of a paragraph and headings are short either way.
    let usual = lengths.get(lengths.len() * 3 / 4).copied().unwrap_or(0);
    let mut paragraphs = Vec::new();
    let (mut open, mut indent) = (Vec::new(), 0);
    for line in lines() {
        if line.trim().is_empty() || usual > LONG_LINE {
            paragraphs.push(Paragraph { lines: std::mem::take(&mut open), indent });
        }
        if !line.trim().is_empty() {
            if open.is_empty() {
                indent = line.len() - line.trim_start().len();
            }
            open.push(line.trim());
        }
    }
    paragraphs.push(Paragraph { lines: open, indent });
    paragraphs.retain(|paragraph| !paragraph.lines.is_empty());
    paragraphs
}

/// Tells whether a text opens with its title: a short line, or two, that are no sentence, before longer text.
fn is_title(first: &Paragraph<'_>, rest: &[Paragraph<'_>]) -> bool {
    let text = first.heading();
    let is_short = first.lines.len() <= 2 && first.lines.join(" ").chars().count() <= 2 * MAX_HEADING;
    let goes_on = rest.iter().any(|paragraph| paragraph.lines.join(" ").len() > MAX_HEADING);
    is_short && goes_on && !is_list_start(text) && !ends_like_a_sentence(text)
}

fn ends_like_a_sentence(text: &str) -> bool {
    text.ends_with(['.', ',', ';', ':', '!', '。', '，'])
}

/// The level of a heading: one that is underlined, numbered, set in capitals or in the middle.
fn heading_level(
    paragraph: &Paragraph<'_>,
    before: Option<&Paragraph<'_>>,
    next: Option<&Paragraph<'_>>,
) -> Option<u8> {
    let text = paragraph.heading();
    if text.chars().count() > MAX_HEADING || !text.chars().any(char::is_alphabetic) {
        return None;
    }
    match paragraph.lines.as_slice() {
        [_, rule] if is_rule(rule, '=') => return Some(1),
        [_, rule] if is_rule(rule, '-') || is_rule(rule, '~') => return Some(2),
        [_] => {}
        _ => return None,
    }
    // A heading is one of something.
    let next = next?;
    let is_short = text.split_whitespace().count() <= MAX_NUMBERED_WORDS;
    if NUMBERED.is_match(text) && (is_short || !ends_like_a_sentence(text)) {
        let number = text.split_whitespace().next().unwrap_or_default().trim_end_matches('.');
        let is_number = number.starts_with(|c: char| c.is_ascii_digit());
        // An item of a list stands beside the next one.
        let is_item = before.is_some_and(|before| NUMBERED.is_match(before.heading()))
            || NUMBERED.is_match(next.heading());
        return (!is_item).then(|| if is_number { 2 + number.matches('.').count() as u8 } else { 2 });
    }
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    let is_capital = letters().all(char::is_uppercase) && letters().count() >= 4;
    let is_centred = paragraph.indent >= CENTRED && next.indent < CENTRED && !ends_like_a_sentence(text);
    (is_capital && !text.ends_with([',', ';']) || is_centred).then_some(2)
}

fn is_rule(line: &str, mark: char) -> bool {
    line.chars().count() >= 3 && line.chars().all(|c| c == mark)
}

impl Paragraph<'_> {
    /// Its first line, which is all of a heading.
    fn heading(&self) -> &str {
        self.lines.first().copied().unwrap_or_default()
    }

    /// Its blocks: the items of a list, one each, or all of it.
    fn blocks(&self) -> Vec<(Kind, String)> {
        let mut blocks: Vec<(Kind, String)> = Vec::new();
        let starts = self.lines.iter().filter(|line| is_list_start(line)).count();
        // A single line that begins like an item may be the middle of a sentence: "… in 1914\n4. August".
        let is_list = self.lines.first().is_some_and(|first| is_list_start(first)) || starts > 1;
        for line in &self.lines {
            match blocks.last_mut() {
                Some((_, text)) if !(is_list && is_list_start(line)) => {
                    // A word that was divided by hand is left as it stands: whether the hyphen is its own nobody knows.
                    text.push(' ');
                    text.push_str(line);
                }
                _ if is_list && is_list_start(line) => {
                    blocks.push((Kind::ListItem, without_marker(line).to_owned()));
                }
                _ => blocks.push((Kind::Paragraph, (*line).to_owned())),
            }
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(text: &str) -> Vec<Option<u8>> {
        let paragraphs = paragraphs(text);
        let next = |place: usize| paragraphs.get(place + 1);
        let before = |place: usize| paragraphs.get(place.checked_sub(1)?);
        let level = |(place, own)| heading_level(own, before(place), next(place));
        paragraphs.iter().enumerate().map(level).collect()
    }

    #[test]
    fn headings_are_told_by_how_they_stand() {
        assert_eq!(
            levels("Queues\n======\n\nText.\n\nWaiting\n-------\n\nText."),
            [Some(1), None, Some(2), None]
        );
        assert_eq!(levels("Chapter 3\n\nText.\n\n2.1 Arrivals\n\nText."), [Some(2), None, Some(3), None]);
        assert_eq!(levels("INTRODUCTION\n\nText.\n\nUSA\n\nText."), [Some(2), None, None, None]);
        assert_eq!(levels("1. Apples\n\n2. Pears\n\n3. Plums"), [None, None, None]);
        let centred = format!("Text.\n\n{}Preamble\n\nText.", " ".repeat(20));
        assert_eq!(levels(&centred), [None, Some(2), None]);
        assert_eq!(levels("0. Definitions.\n\nText of it."), [Some(2), None]);
        assert_eq!(levels("Dear all,\n\nthis is no heading."), [None, None]);
    }

    #[test]
    fn lines_are_joined_where_they_were_broken_by_hand() {
        let broken = paragraphs("A line that was\nbroken by hand.\n\nAnother.");
        assert_eq!(broken.len(), 2);
        assert_eq!(broken[0].blocks(), [(Kind::Paragraph, "A line that was broken by hand.".to_owned())]);
        let long = format!("{}\n{}\n", "word ".repeat(40), "other ".repeat(40));
        assert_eq!(paragraphs(&long).len(), 2);
        let list = paragraphs("We need:\n- apples,\n  red ones\n- pears");
        let kinds: Vec<(Kind, String)> = list[0].blocks();
        assert_eq!(kinds[1], (Kind::ListItem, "apples, red ones".to_owned()));
        assert_eq!((kinds.len(), kinds[2].1.as_str()), (3, "pears"));
    }
}
