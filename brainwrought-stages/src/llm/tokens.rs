//! How many tokens a text may have, without the tokeniser of the model.

/// The most tokens that a text is likely to have: three letters make one, a digit or a sign is one, and outside ASCII each
/// byte is one. Tokenisers of 2023 to 2026 take a third less for English prose, and much less for other scripts.
pub fn estimate_tokens(text: &str) -> u32 {
    let (mut letters, mut others) = (0_usize, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b' ' => letters += 1,
            _ => others += 1,
        }
    }
    u32::try_from(letters.div_ceil(3) + others).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_no_less_than_what_tokenisers_count() {
        // Counts of o200k_base, by hand: one token a word and one a sign.
        assert!(estimate_tokens("The queue never loses work.") >= 6);
        assert_eq!(estimate_tokens("2026"), 4);
        assert_eq!(estimate_tokens("日本"), 6);
        assert_eq!(estimate_tokens(""), 0);
    }
}
