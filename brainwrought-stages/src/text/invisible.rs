//! [`is_invisible`]: characters that change how a text looks or is found without being seen themselves.

/// Tells whether a character is a control character, or one of Unicode's that is never drawn: what turns the direction of
/// text around (UAX #9), zero-width spaces, and tags. What the spelling of a language needs is none of them: the joiners
/// of Persian and Hindi, the direction marks of Arabic and Hebrew.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_is_visible_and_tricks_are_not() {
        assert!(
            "a é 注 می\u{200c}خواهم क\u{200d} \u{200f}שלום 👩\u{200d}🔬".chars().all(|c| !is_invisible(c))
        );
        for trick in ['\0', '\u{7}', '\u{200b}', '\u{202e}', '\u{2067}', '\u{feff}', '\u{e0041}'] {
            assert!(is_invisible(trick), "{trick:?}");
        }
    }
}
