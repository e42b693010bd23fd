//! [`Lexicon`]: how a user wants words to be said.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A lexicon has at most this many words.
const MAX_WORDS: usize = 20_000;

/// Written words with the way they are said. It travels in the options of a job, so every worker says them alike.
///
/// A file has one word a line, `CUDA = koo duh` or `Raft = /ɹˈæft/`; what stands between slashes is phonemes of the
/// International Phonetic Alphabet. `#` starts a remark. A word in small letters stands for its capital forms as well,
/// and `Raft` for `Raft's`. Neural voices that run here take phonemes; others say the word as it is written.
///
/// ```
/// use brainwrought_stages::audio::Lexicon;
///
/// let lexicon: Lexicon = "CUDA = koo duh  # not see-uda\nlinux = /lˈɪnəks/".parse()?;
/// assert_eq!(lexicon.len(), 2);
/// # Ok::<_, brainwrought_stages::audio::LexiconError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lexicon(BTreeMap<String, String>);

/// Why a lexicon cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LexiconError {
    /// A line is none of the two forms.
    #[error("line {number} of the lexicon is `{line}`; write `word = spoken form` or `word = /phonemes/`")]
    Line {
        /// The number of the line, from 1.
        number: usize,
        /// What stands there.
        line: String,
    },
    /// There are too many words.
    #[error("the lexicon has more than {MAX_WORDS} words")]
    TooLong,
}

/// How a word is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Saying {
    /// As these words.
    Words(String),
    /// With these phonemes of the International Phonetic Alphabet.
    Phonemes(String),
}

impl Lexicon {
    /// The number of words.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The part that `line` needs, so that a change of another word leaves the line alone.
    #[must_use]
    pub(super) fn for_line(&self, line: &str) -> Self {
        let keys = line.split_whitespace().filter_map(|word| self.key(word).map(|(key, _)| key));
        Self(keys.filter_map(|key| self.0.get_key_value(key)).map(|(k, v)| (k.clone(), v.clone())).collect())
    }

    /// How a written word with its punctuation is said, if that is laid down.
    pub(super) fn saying(&self, written: &str) -> Option<Saying> {
        let (key, possessive) = self.key(written)?;
        let said = self.0.get(key)?;
        let phonemes = said.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        Some(match phonemes {
            Some(phonemes) => {
                let ending = match phonemes.chars().last() {
                    _ if !possessive => "",
                    Some('s' | 'z' | 'ʃ' | 'ʒ') => "ᵻz",
                    Some('p' | 't' | 'k' | 'f' | 'θ') => "s",
                    _ => "z",
                };
                Saying::Phonemes(format!("{phonemes}{ending}"))
            }
            None => Saying::Words(format!("{said}{}", if possessive { "'s" } else { "" })),
        })
    }

    /// A written word as a voice without phonemes should read it, with its punctuation.
    pub(super) fn said(&self, written: &str) -> String {
        match self.saying(written) {
            Some(Saying::Words(words)) => {
                let tail = written.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
                format!("{words}{}", written.get(tail..).unwrap_or_default())
            }
            _ => written.to_owned(),
        }
    }

    /// The word that is laid down for a written one, and whether it is somebody's.
    fn key(&self, written: &str) -> Option<(&str, bool)> {
        if self.0.is_empty() {
            return None;
        }
        let edges = |c: char| !c.is_alphanumeric() && !"+#".contains(c);
        let core = written.trim_matches(edges);
        let find = |core: &str| {
            let exact = self.0.get_key_value(core);
            exact.or_else(|| self.0.get_key_value(core.to_lowercase().as_str())).map(|(key, _)| key.as_str())
        };
        let owner = || core.strip_suffix("'s").or_else(|| core.strip_suffix("’s"));
        find(core).map(|key| (key, false)).or_else(|| find(owner()?).map(|key| (key, true)))
    }
}

impl std::str::FromStr for Lexicon {
    type Err = LexiconError;

    fn from_str(text: &str) -> Result<Self, LexiconError> {
        let mut words = BTreeMap::new();
        for (number, whole) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            // "C#" is a word, so a remark needs a space before it.
            let line = if whole.starts_with('#') { "" } else { whole.split(" #").next().unwrap_or_default() };
            if line.trim().is_empty() {
                continue;
            }
            let wrong = || LexiconError::Line { number, line: whole.chars().take(80).collect() };
            let (word, said) = line.split_once('=').ok_or_else(wrong)?;
            let (word, said) = (word.trim(), said.trim());
            let half_open = said.starts_with('/') != (said.len() > 1 && said.ends_with('/'));
            if word.is_empty() || said.is_empty() || word.contains(char::is_whitespace) || half_open {
                return Err(wrong());
            }
            words.insert(word.to_owned(), said.to_owned());
            if words.len() > MAX_WORDS {
                return Err(LexiconError::TooLong);
            }
        }
        Ok(Self(words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        "# ours\n\nCUDA = koo duh # remark\nraft = /ɹˈæft/\nC# = see sharp".parse().unwrap()
    }

    #[test]
    fn words_are_found_with_their_punctuation_and_owners() {
        let words = |said: &str| Some(Saying::Words(said.to_owned()));
        let phonemes = |said: &str| Some(Saying::Phonemes(said.to_owned()));
        assert_eq!(lexicon().saying("(CUDA),"), words("koo duh"));
        assert_eq!(lexicon().saying("cuda"), None);
        assert_eq!(lexicon().saying("Raft"), phonemes("ɹˈæft"));
        assert_eq!(lexicon().saying("Raft’s."), phonemes("ɹˈæfts"));
        assert_eq!(lexicon().saying("CUDA's"), words("koo duh's"));
        assert_eq!(lexicon().saying("C#!"), words("see sharp"));
        assert_eq!(lexicon().saying("rafting"), None);
    }

    #[test]
    fn a_line_takes_only_what_it_needs() {
        assert_eq!(lexicon().for_line("Use CUDA, please.").len(), 1);
        assert!(lexicon().for_line("Nothing here.").is_empty());
    }

    #[test]
    fn a_wrong_line_is_named() {
        for wrong in
            ["ok = fine\nno equals", "ok = fine\n = said", "ok = fine\ntwo words = x", "ok = fine\nx = /open"]
        {
            let error = wrong.parse::<Lexicon>().unwrap_err();
            assert!(error.to_string().contains("line 2"), "{error}");
        }
    }
}
