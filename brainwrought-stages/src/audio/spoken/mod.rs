//! [`spoken_form`]: how English text is said, written word by written word.

/// Declares a pattern that is compiled once.
macro_rules! pattern {
    ($visible:vis $name:ident, $text:expr) => {
        $visible static $name: LazyLock<Regex> =
            LazyLock::new(|| Regex::new($text).expect("the pattern is well formed"));
    };
}

mod abbreviation;
mod mixture;
mod number;
mod piece;
mod symbol;
mod unit;

use std::ops::Range;

use super::caption_words::written_words;
use piece::{Context, Said, say};

/// Opens or closes a piece without being said.
const WRAPPING: &str = "([{<\"“”„«»‘*_`|)]}";

/// A written word and what the voice says for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpokenToken {
    /// The place of the written word in the line, in bytes.
    pub written: Range<usize>,
    /// Plain words and the punctuation that shapes the melody; empty for what is not said.
    pub spoken: String,
}

/// Says how `line` is read aloud in English: "$45" is "forty five dollars", "CO₂" is "C O two".
///
/// It is guaranteed that there is one token for each of [`written_words`], in order, and that what is said holds only
/// letters, apostrophes, spaces and the punctuation `, . ; : ! ? … —`. It is not guaranteed that a guess is right: "2000" may
/// be a year or a count.
///
/// ```
/// use brainwrought_stages::audio::spoken_form;
///
/// let tokens = spoken_form("It cost $4.2 billion in 1999.");
/// let said: Vec<&str> = tokens.iter().map(|token| token.spoken.as_str()).collect();
/// assert_eq!(said, ["It", "cost", "four point two", "billion dollars", "in", "nineteen ninety nine."]);
/// ```
pub fn spoken_form(line: &str) -> Vec<SpokenToken> {
    let words = written_words(line);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for (word, written) in words.iter().enumerate() {
        pieces.extend(split(&line[written.clone()]).into_iter().map(|text| Piece::new(text, word)));
    }
    let mut tokens: Vec<SpokenToken> =
        words.into_iter().map(|written| SpokenToken { written, spoken: String::new() }).collect();
    let mut owed = None;
    let mut in_brackets = false;
    for place in 0..pieces.len() {
        let piece = pieces[place];
        let neighbour = |at: Option<usize>| at.and_then(|at| pieces.get(at)).map_or("", |piece| piece.core);
        let context = Context {
            previous: neighbour(place.checked_sub(1)),
            next: neighbour(Some(place + 1)),
            is_last: place + 1 == pieces.len(),
            ends_with_stop: piece.stop == Some('.'),
            owed: owed.take(),
        };
        let Said { words, owes, takes_stop } = say(piece.core, &context);
        owed = owes;
        let Some(token) = tokens.get_mut(piece.word) else { continue };
        in_brackets |= piece.opens;
        let mut stop = piece.stop;
        if takes_stop && !context.is_last {
            stop = piece.second_stop;
        }
        if piece.closes && in_brackets {
            // A remark in brackets ends in a small pause.
            in_brackets = false;
            stop = stop.or(Some(','));
        }
        append(&mut token.spoken, &words, stop);
    }
    tokens
}

/// A run without spaces: what is said, and the pause after it.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    core: &'a str,
    stop: Option<char>,
    /// The pause that is left when the first stop belongs to a short form: "i.e.,".
    second_stop: Option<char>,
    opens: bool,
    closes: bool,
    word: usize,
}

impl<'a> Piece<'a> {
    fn new(text: &'a str, word: usize) -> Self {
        if matches!(text, "—" | "--") {
            return Self {
                core: "", stop: Some('—'), second_stop: None, opens: false, closes: false, word
            };
        }
        let opens = text.starts_with('(');
        let text = text.trim_start_matches(|c: char| WRAPPING.contains(c));
        let core = text.trim_end_matches(|c: char| WRAPPING.contains(c) || ".,;:!?…'’".contains(c));
        let tail = &text[core.len()..];
        let mut stops = tail.chars().filter(|c| ".,;:!?…".contains(*c));
        let first = stops.next();
        let stop = if tail.contains("...") { Some('…') } else { first };
        let core = core.trim_start_matches(['\'', '’', '…']);
        let closes = tail.contains(')');
        Self { core, stop, second_stop: stops.next(), opens, closes, word }
    }
}

/// Splits a written word at dashes between words and at spaces.
fn split(word: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for part in word.split_whitespace() {
        let mut rest = part;
        while let Some(at) = rest.find('—').or_else(|| rest.find("--")) {
            let length = if rest[at..].starts_with('—') { '—'.len_utf8() } else { 2 };
            pieces
                .extend([&rest[..at], &rest[at..at + length]].into_iter().filter(|piece| !piece.is_empty()));
            rest = &rest[at + length..];
        }
        pieces.extend(Some(rest).filter(|rest| !rest.is_empty()));
    }
    pieces
}

fn append(spoken: &mut String, words: &str, stop: Option<char>) {
    if !words.is_empty() {
        if !spoken.is_empty() {
            spoken.push(' ');
        }
        spoken.push_str(words);
    }
    if let Some(stop) = stop.filter(|_| !spoken.is_empty()) {
        if spoken.ends_with(|c: char| ".,;:!?…—".contains(c)) {
            return;
        }
        if stop == '—' {
            spoken.push(' ');
        }
        spoken.push(stop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        spoken_form(line).into_iter().map(|token| token.spoken).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn written_forms_are_said_as_people_say_them() {
        let cases = include_str!("cases.txt");
        let mut wrong = Vec::new();
        for line in cases.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (written, expected) = line.split_once(" => ").expect("each line holds an arrow");
            let said = said(written);
            if said != expected {
                wrong.push(format!("{written}\n   said {said}\n   want {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn only_plain_letters_and_pauses_are_said() {
        let odd =
            "∮ 日本 🙂 x₁²⁺ß [a](b) <tag> a|b \u{200b} $ % — … ١٢ 1e-5 0x1F 3..5 ''' ) #tag @you --- 1/0 ½ ﬁ";
        for token in spoken_form(odd) {
            let plain = |c: char| c.is_alphabetic() || "' ,.;:!?…—".contains(c);
            assert!(token.spoken.chars().all(plain), "{:?}", token.spoken);
        }
    }
}
