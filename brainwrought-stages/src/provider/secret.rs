//! [`Secret`]: a key that only its provider gets to see.

use std::fmt;

/// A key. It cannot be serialised, and its `Debug` form does not show it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a key, without the white space that comes along when one is copied; nothing where nothing is left.
    pub fn new(key: &str) -> Option<Self> {
        let key = key.trim();
        (!key.is_empty()).then(|| Self(key.to_owned()))
    }

    /// The key itself, for the header or the variable that carries it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// Takes the key out of a text, and words that repeat its start or its end, as providers like to do.
    pub(crate) fn scrub(&self, text: &str) -> String {
        /// Parts shorter than this stand in ordinary words too.
        const PART: usize = 4;
        let key: Vec<char> = self.0.chars().collect();
        let text = text.replace(&self.0, "(key)");
        if key.len() < 3 * PART {
            return text;
        }
        let start: String = key.iter().take(PART + 2).collect();
        let end: String = key.iter().skip(key.len() - PART).collect();
        let words = text.split(' ').map(|word| match word.contains(&start) || word.contains(&end) {
            true => "(key)",
            false => word,
        });
        words.collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_not_shown() {
        let key = Secret::new(" sk-hush-0123456789\n").unwrap();
        assert_eq!(key.reveal(), "sk-hush-0123456789");
        assert!(!format!("{key:?}").contains("hush"));
        assert_eq!(Secret::new(" \n"), None);
    }

    #[test]
    fn a_key_is_taken_out_of_what_a_provider_says() {
        let key = Secret::new("sk-hush-0123456789").unwrap();
        let said = "Incorrect API key provided: sk-hush-0123456789. See sk-hus*****6789, please.";
        assert_eq!(key.scrub(said), "Incorrect API key provided: (key). See (key) please.");
        assert_eq!(Secret::new("short").unwrap().scrub("a short one"), "a (key) one");
    }
}
