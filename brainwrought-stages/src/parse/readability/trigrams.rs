//! [`Trigrams`]: runs of three letters that languages have.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};

/// The runs that are frequent in languages of a script.
#[derive(Debug)]
pub(super) struct Trigrams {
    scripts: Vec<ScriptRuns>,
}

#[derive(Debug)]
struct ScriptRuns {
    script: Script,
    /// The part of the runs of a text that are frequent ones, at which a text is as much letters in any order as language.
    even: f32,
    frequent: HashSet<[char; 3]>,
}

/// How many runs of a script were found, and how many of them are frequent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RunCount {
    pub(super) runs: usize,
    frequent: usize,
    even: f32,
}

/// Scripts of whose languages runs are known. Text of a language that is among them has twice the part given here or more,
/// a language of the same script that is not has more than it; the same letters in another order have less.
const SCRIPTS: [(&str, Script, f32); 5] = [
    ("Latin", Script::Latin, 0.40),
    ("Cyrillic", Script::Cyrillic, 0.10),
    ("Arabic", Script::Arabic, 0.10),
    ("Devanagari", Script::Devanagari, 0.16),
    ("Hebrew", Script::Hebrew, 0.12),
];

/// The edge of a word in the file and in runs.
const EDGE: char = '_';

/// Shorter words are nothing but edges.
const MIN_WORD: usize = 3;

static TRIGRAMS: LazyLock<Trigrams> =
    LazyLock::new(|| Trigrams::parse(include_str!("../../../assets/readability/trigrams.txt")));

impl Trigrams {
    /// Those that the program knows.
    pub(super) fn get() -> &'static Self {
        &TRIGRAMS
    }

    fn parse(file: &str) -> Self {
        let line = |(name, script, even): &(&str, Script, f32)| {
            let runs = file.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            let letters: Vec<char> = runs.unwrap_or_default().chars().collect();
            ScriptRuns {
                script: *script,
                even: *even,
                frequent: letters.as_chunks().0.iter().copied().collect(),
            }
        };
        Self { scripts: SCRIPTS.iter().map(line).collect() }
    }

    /// Counts the runs of words, for each script.
    pub(super) fn count(&self, words: &[String]) -> Vec<RunCount> {
        let empty = |script: &ScriptRuns| RunCount { runs: 0, frequent: 0, even: script.even };
        let mut counts: Vec<RunCount> = self.scripts.iter().map(empty).collect();
        for word in words {
            let letters = folded(word);
            for part in letters.split(|letter| !is_letter(*letter)).filter(|part| part.len() >= MIN_WORD) {
                let script = part.first().map(UnicodeScript::script);
                let known = self.scripts.iter().zip(&mut counts);
                for (known, count) in known.filter(|(known, _)| Some(known.script) == script) {
                    let framed = [&[EDGE], part, &[EDGE]].concat();
                    let runs = || framed.windows(3).filter_map(|run| <[char; 3]>::try_from(run).ok());
                    count.runs += runs().count();
                    count.frequent += runs().filter(|run| known.frequent.contains(run)).count();
                }
            }
        }
        counts
    }

    /// Tells whether a letter is a word of some language; true where no words of its script are known.
    pub(super) fn is_word(&self, letter: char) -> bool {
        let folded = folded(letter.encode_utf8(&mut [0; 4]));
        let own = self.scripts.iter().find(|known| known.script == letter.script());
        let frequent = |known: &ScriptRuns| folded.iter().all(|c| known.frequent.contains(&[EDGE, *c, EDGE]));
        own.is_none_or(frequent)
    }
}

impl RunCount {
    /// From 0 (letters in any order) to 1 (language).
    pub(super) fn fit(&self) -> f32 {
        let part = self.frequent as f32 / (self.runs as f32).max(1.0);
        (part / (2.0 * self.even)).min(1.0)
    }
}

/// Small letters, ligatures taken apart, without the accents of Latin ones.
fn folded(word: &str) -> Vec<char> {
    let small = word.chars().flat_map(char::to_lowercase).nfkd();
    let small = small.filter(|letter| !matches!(letter, '\u{0300}'..='\u{036F}'));
    small.map(plain).collect()
}

/// Letters with a stroke have no accent to take off.
fn plain(letter: char) -> char {
    match letter {
        'đ' => 'd',
        'ł' => 'l',
        'ø' => 'o',
        'ı' => 'i',
        'ß' => 's',
        _ => letter,
    }
}

fn is_letter(letter: char) -> bool {
    letter.is_alphabetic() || is_combining_mark(letter) || letter == '\u{200C}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_runs_of_every_script() {
        for script in &Trigrams::get().scripts {
            assert!(script.frequent.len() > 400, "{:?}: {}", script.script, script.frequent.len());
            assert!(
                script
                    .frequent
                    .iter()
                    .flatten()
                    .all(|c| *c == EDGE || c.script() != Script::Common || *c > 'z')
            );
        }
        assert!(
            Trigrams::get().is_word('à') && Trigrams::get().is_word('й') && !Trigrams::get().is_word('q')
        );
        assert!(Trigrams::get().is_word('ก'), "no words of the script are known");
    }

    #[test]
    fn runs_are_counted_by_script() {
        let counts =
            Trigrams::get().count(&["The".to_owned(), "ﬁrst".to_owned(), "мир".to_owned(), "of".to_owned()]);
        assert_eq!(counts.iter().map(|count| count.runs).collect::<Vec<_>>(), [8, 3, 0, 0, 0]);
        assert!(counts[0].fit() > 0.9);
    }
}
