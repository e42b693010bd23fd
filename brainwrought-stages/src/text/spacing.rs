//! Where a space stands between words, and which letters are twice as wide as others.

/// Tells whether a space stands between what is written and the next word: in Chinese and Japanese nobody writes one.
pub(crate) fn needs_space(before: &str, next: &str) -> bool {
    let last = before.chars().next_back();
    last.is_some() && !(last.is_some_and(is_wide) && next.chars().next().is_some_and(is_wide))
}

/// True for the characters of Chinese and Japanese.
pub(crate) fn is_unspaced(letter: char) -> bool {
    matches!(letter, '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}')
}

/// True for those, and for the signs that are written with them, which are all as wide as two letters.
pub(crate) fn is_wide(letter: char) -> bool {
    is_unspaced(letter) || matches!(letter, '\u{3001}'..='\u{3004}' | '\u{FF01}'..='\u{FF60}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_japanese_words_are_not_spaced() {
        assert!(!needs_space("は、", "到着") && !needs_space("（例）", "一") && needs_space("AI", "が"));
    }
}
