//! [`Token`]: a word of a text, and how it stands there.

use std::ops::Range;

/// A word of a text; in Chinese and Japanese, a character of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it stands, in bytes.
    pub(super) range: Range<usize>,
    /// The word in small letters.
    pub(super) lower: String,
    pub(super) shape: Shape,
    /// Its place among the parts of a hyphenated word, and how many there are.
    pub(super) part: usize,
    pub(super) parts: usize,
    /// Nothing stands between it and the one before.
    pub(super) is_joined: bool,
    /// It opens a sentence.
    pub(super) is_first: bool,
    /// It is part of code or of an address.
    pub(super) is_code: bool,
}

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Small,
    Capital,
    /// In capitals, two at least.
    Capitals,
}

/// Splits a text into its words.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut start = None;
    let mut before = ' ';
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        let is_word = letter.is_alphanumeric() || is_mark(letter);
        let is_character = is_word && stands_alone(letter);
        if let Some(from) = start
            && (!is_word || is_character || stands_alone(before))
        {
            push(&mut found, text, from..at);
            start = None;
        }
        if is_word && start.is_none() {
            start = Some(at);
        }
        before = letter;
    }
    number_parts(&mut found, text);
    found
}

fn push(found: &mut Vec<Token>, text: &str, range: Range<usize>) {
    let word = &text[range.clone()];
    let mut letters = word.chars();
    let is_capital = letters.next().is_some_and(char::is_uppercase);
    let has_more = letters.clone().next().is_some();
    let shape = match is_capital {
        true if has_more && letters.all(|letter| !letter.is_lowercase()) => Shape::Capitals,
        true => Shape::Capital,
        false => Shape::Small,
    };
    let between = &text[found.last().map_or(0, |last| last.range.end)..range.start];
    let opens = |sign: char| matches!(sign, '.' | '!' | '?' | ':' | '…' | '"' | '“' | '„' | '«' | '•');
    found.push(Token {
        lower: word.to_lowercase().chars().filter(|letter| !is_mark(*letter)).collect(),
        shape,
        part: 0,
        parts: 1,
        is_joined: !found.is_empty() && between.is_empty(),
        is_first: found.is_empty() || between.contains(opens),
        is_code: is_code(text, &range),
        range,
    });
}

/// Tells whether what touches a word shows that nobody would say it: `data.frame`, `plot(x)`, `a_b`, `me@home`.
fn is_code(text: &str, range: &Range<usize>) -> bool {
    const SIGNS: [char; 8] = ['.', '_', '@', '\\', '(', '=', '$', '~'];
    let mut back = text[..range.start].chars().rev();
    let mut ahead = text[range.end..].chars();
    let touches = |sign: Option<char>, beyond: Option<char>| {
        sign.is_some_and(|sign| SIGNS.contains(&sign)) && beyond.is_some_and(char::is_alphanumeric)
    };
    let behind = touches(back.next(), back.next());
    let calls = text[range.end..].starts_with("()");
    calls || behind || touches(ahead.next(), ahead.next())
}

/// Numbers the parts of words that hyphens join.
fn number_parts(tokens: &mut [Token], text: &str) {
    let mut from = 0;
    while from < tokens.len() {
        let joins = |place: usize| {
            let gap = &text[tokens[place - 1].range.end..tokens[place].range.start];
            matches!(gap, "-" | "‐" | "‑")
        };
        let mut to = from + 1;
        while to < tokens.len() && joins(to) {
            to += 1;
        }
        for (part, token) in tokens[from..to].iter_mut().enumerate() {
            (token.part, token.parts) = (part, to - from);
        }
        from = to;
    }
}

/// Tells whether a character is a word, or a part of one that no space shows: those of Chinese and Japanese.
pub(super) fn stands_alone(letter: char) -> bool {
    is_han(letter) || is_kana(letter)
}

/// Tells whether a character is Chinese.
pub(super) fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '々')
}

/// Tells whether a character is one of those that Japanese writes foreign words with.
pub(super) fn is_katakana(letter: char) -> bool {
    matches!(letter, '\u{30a1}'..='\u{30ff}')
}

fn is_kana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{30ff}')
}

/// Tells whether a character is a vowel sign of Arabic, which most texts leave out, or an accent of its own.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' | '\u{300}'..='\u{36f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.lower).collect()
    }

    #[test]
    fn words_are_split_at_hyphens_and_apostrophes() {
        assert_eq!(lower("The brain's X-ray, l'hôpital."), ["the", "brain", "s", "x", "ray", "l", "hôpital"]);
        let parts: Vec<_> =
            tokens("a state-of-the-art lab").iter().map(|word| (word.part, word.parts)).collect();
        assert_eq!(parts, [(0, 1), (0, 4), (1, 4), (2, 4), (3, 4), (0, 1)]);
    }

    #[test]
    fn characters_without_spaces_stand_alone() {
        assert_eq!(lower("医院 DNA"), ["医", "院", "dna"]);
        assert!(tokens("医院")[1].is_joined);
    }

    #[test]
    fn code_and_addresses_are_told_from_words() {
        let code = |text: &str| tokens(text).iter().map(|token| token.is_code).collect::<Vec<_>>();
        assert_eq!(code("data.frame"), [true, true]);
        assert_eq!(code("It plots plot(x) now."), [false, false, true, true, false]);
        assert_eq!(code("A car. The (new) bus"), [false; 5]);
    }
}
