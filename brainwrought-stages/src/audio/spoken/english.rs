//! [`english`]: a line of English, piece by piece.

use super::SpokenToken;
use super::currency::is_scale_word;
use super::number::is_number;
use super::phone::{phone_numbers, phone_words};
use super::piece::{Context, Said, say};
use crate::text::written_words;

/// Opens or closes a piece without being said.
const WRAPPING: &str = "([{<\"“”„«»‘*_`|)]}";

/// Says how a line of English is read aloud.
pub(super) fn english(line: &str) -> Vec<SpokenToken> {
    let words = written_words(line);
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for (word, written) in words.iter().enumerate() {
        pieces.extend(split(&line[written.clone()]).into_iter().map(|text| Piece::new(line, text, word)));
    }
    let mut tokens: Vec<SpokenToken> =
        words.into_iter().map(|written| SpokenToken { written, spoken: String::new() }).collect();
    let phone_numbers = phone_numbers(line);
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
            stops: piece.stop.is_some(),
            closes: piece.closes,
            pauses: piece.second_stop.is_some(),
            owed: owed.take(),
        };
        let is_loss = piece.is_loss(&context);
        let Said { words, owes, takes_stop } =
            if phone_numbers.iter().any(|range| range.contains(&piece.start)) {
                phone_words(piece.core).into()
            } else if is_loss {
                say(&format!("-{}", piece.core), &context)
            } else {
                say(piece.core, &context)
            };
        owed = owes;
        let Some(token) = tokens.get_mut(piece.word) else { continue };
        in_brackets |= piece.opens && !is_loss;
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
    /// Its place in the line, in bytes.
    start: usize,
}

impl<'a> Piece<'a> {
    /// Reads a piece; `text` lends from `line`.
    fn new(line: &str, text: &'a str, word: usize) -> Self {
        let start = text.as_ptr() as usize - line.as_ptr() as usize;
        if matches!(text, "—" | "--") {
            return Self {
                core: "",
                stop: Some('—'),
                second_stop: None,
                opens: false,
                closes: false,
                word,
                start,
            };
        }
        if text == "<" {
            return Self {
                core: text,
                stop: None,
                second_stop: None,
                opens: false,
                closes: false,
                word,
                start,
            };
        }
        let opens = text.starts_with('(');
        // "<5" compares, "<tag" opens a mark.
        let compares = |text: &str| {
            text.strip_prefix('<')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
        };
        let mut text = text;
        while text.starts_with(|c: char| WRAPPING.contains(c)) && !compares(text) {
            text = text.trim_start_matches(|c: char| WRAPPING.contains(c) && c != '<');
            text = if compares(text) { text } else { text.trim_start_matches('<') };
        }
        let core = text.trim_end_matches(|c: char| WRAPPING.contains(c) || ".,;:!?…'’".contains(c));
        let tail = &text[core.len()..];
        let mut stops = tail.chars().filter(|c| ".,;:!?…".contains(*c));
        let first = stops.next();
        let stop = if tail.contains("...") { Some('…') } else { first };
        let core = core.trim_start_matches(['\'', '’', '…']);
        let opens = opens && !core.contains(')');
        let closes = tail.contains(')');
        Self { core, stop, second_stop: stops.next(), opens, closes, word, start }
    }

    /// Tells whether a number in parentheses is negative, as accountants write it: "(4.2) million", "was (1,204)". A bare
    /// "(4.2)" is the number of an equation or a remark.
    fn is_loss(&self, context: &Context<'_>) -> bool {
        const BEFORE: [&str; 8] = ["was", "were", "is", "of", "to", "at", "from", "and"];
        let is_amount = is_scale_word(context.next) || matches!(context.next, "%" | "percent");
        let is_result = self.core.contains(',') && BEFORE.contains(&context.previous);
        self.opens && self.closes && is_number(self.core) && (is_amount || is_result)
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
