//! Texts as Postgres keeps them: it refuses the character NUL, which file names and messages of programs may hold.

use std::borrow::Cow;

/// Stands before what cannot be stored: `␀0` is NUL, `␀␀` the sign itself.
const SIGN: char = '\u{2400}';

/// The text as it is stored.
pub(super) fn stored(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', SIGN]) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\0' => escaped.extend([SIGN, '0']),
            SIGN => escaped.extend([SIGN, SIGN]),
            _ => escaped.push(letter),
        }
    }
    Cow::Owned(escaped)
}

/// The text as it was before it was stored.
pub(super) fn original(text: &str) -> String {
    if !text.contains(SIGN) {
        return text.to_owned();
    }
    let mut letters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        if letter == SIGN {
            plain.push(if letters.next() == Some('0') { '\0' } else { SIGN });
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for text in ["", "plain", "a\0b", "\0", "␀", "␀0", "␀␀\0", "C:\\new\\0"] {
            assert!(!stored(text).contains('\0'));
            assert_eq!(original(&stored(text)), text);
        }
    }
}
