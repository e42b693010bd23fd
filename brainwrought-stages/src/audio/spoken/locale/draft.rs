//! [`Draft`]: a line of which parts are already said in other words.

use std::ops::Range;

use regex::{Captures, Regex};

use super::super::SpokenToken;
use crate::text::written_words;

/// A line and the parts of it that are said otherwise than they are written.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) line: &'a str,
    /// Parts that do not overlap, and what is said for each.
    claims: Vec<(Range<usize>, String)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self { line, claims: Vec::new() }
    }

    /// Tells whether nothing is laid down yet for a part.
    pub(super) fn is_free(&self, part: &Range<usize>) -> bool {
        self.claims.iter().all(|(claimed, _)| part.end <= claimed.start || claimed.end <= part.start)
    }

    /// Lays down what is said for a part, unless something is laid down for it already.
    pub(super) fn claim(&mut self, part: Range<usize>, said: String) {
        if !part.is_empty() && self.is_free(&part) {
            self.claims.push((part, said));
        }
    }

    /// Lays down what `say` makes of each match.
    pub(super) fn claim_each(
        &mut self,
        pattern: &Regex,
        say: impl Fn(&Captures<'a>, &'a str) -> Option<(Range<usize>, String)>,
    ) {
        for found in pattern.captures_iter(self.line) {
            if let Some((part, said)) = say(&found, self.line) {
                self.claim(part, said);
            }
        }
    }

    /// One token for each written word. What is said for several words is shared out among them.
    pub(super) fn tokens(mut self) -> Vec<SpokenToken> {
        self.claims.sort_by_key(|(part, _)| part.start);
        let mut claims = self.claims.into_iter().peekable();
        // What a claim that goes on into the next word still has to say, and where it ends.
        let mut left: Option<(Vec<String>, usize)> = None;
        let words = written_words(self.line);
        let tokens = words.into_iter().map(|written| {
            let mut spoken = String::new();
            let mut at = written.start;
            let mut ends_as_written = false;
            while at < written.end {
                if let Some((mut said, end)) = left.take() {
                    let goes_on = end > written.end;
                    let now = if goes_on {
                        said.drain(..said.len().min(1)).collect()
                    } else {
                        std::mem::take(&mut said)
                    };
                    add(&mut spoken, &now.join(" "));
                    at = end.min(written.end);
                    ends_as_written = false;
                    left = goes_on.then_some((said, end));
                    continue;
                }
                if let Some((part, said)) = claims.next_if(|(part, _)| part.start <= at) {
                    left = Some((said.split(' ').map(str::to_owned).collect(), part.end));
                    continue;
                }
                let until = claims.peek().map_or(written.end, |(part, _)| part.start.min(written.end));
                plain(&mut spoken, &self.line[at..until]);
                ends_as_written = true;
                at = until;
            }
            if ends_as_written {
                close_brackets(&mut spoken, &self.line[written.clone()]);
            }
            SpokenToken { written, spoken: spoken.trim().to_owned() }
        });
        tokens.collect()
    }
}

/// Marks that shape the melody.
const PAUSES: &str = ",.;:!?…—";

fn add(spoken: &mut String, said: &str) {
    if said.is_empty() {
        return;
    }
    if spoken.ends_with(char::is_alphanumeric) {
        spoken.push(' ');
    }
    spoken.push_str(said);
    // Whatever follows is another word.
    spoken.push(' ');
}

/// Adds text as it is written, without what is not said.
fn plain(spoken: &mut String, text: &str) {
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        let is_between = |test: fn(char) -> bool| before.is_some_and(test) && next.is_some_and(test);
        match letter {
            '–' | '—' => {
                trim_space(spoken);
                spoken.push_str(if spoken.is_empty() { "" } else { " — " });
            }
            '\'' | '’' if before.is_some_and(char::is_alphanumeric) => spoken.push(letter),
            '-' if is_between(char::is_alphanumeric) => spoken.push('-'),
            _ if PAUSES.contains(letter) => {
                trim_space(spoken);
                // "3.5" that is no number keeps its stop apart.
                if !spoken.is_empty() && !spoken.ends_with(|c: char| PAUSES.contains(c)) {
                    spoken.push(letter);
                }
            }
            _ if letter.is_alphanumeric() => {
                if spoken.ends_with(|c: char| PAUSES.contains(c)) {
                    spoken.push(' ');
                }
                spoken.push(letter);
            }
            _ if !spoken.is_empty() && !spoken.ends_with(' ') && letter != '\u{ad}' => spoken.push(' '),
            _ => {}
        }
        before = Some(letter);
    }
}

fn trim_space(spoken: &mut String) {
    spoken.truncate(spoken.trim_end().len());
}

/// A remark in brackets ends in a small pause.
fn close_brackets(spoken: &mut String, word: &str) {
    let is_closed = word.ends_with(')') && !word.trim_start_matches('(').contains('(');
    if is_closed && spoken.trim_end().ends_with(char::is_alphanumeric) {
        trim_space(spoken);
        spoken.push(',');
    }
}
