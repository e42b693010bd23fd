//! [`Thesaurus`]: which English words may stand for which.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::super::lexicon::stemmer;

/// Groups of words with one meaning, one a line, each followed by the numbers of the lines of more general meanings, and behind `&` of
/// those that an adjective is a shade of; then, behind a
/// line `=`, words of one root that do not look like it, and behind a line `!`, contraries. Made from WordNet 3.1.
const LINES: &str = include_str!("../../../assets/thesaurus/english.txt");

/// How many steps up a more general word may be.
const STEPS: usize = 2;

static ENGLISH: LazyLock<Thesaurus> = LazyLock::new(|| Thesaurus::read(LINES));

/// Which words may stand for which.
pub(super) struct Thesaurus {
    /// The meanings of each stem.
    meanings: HashMap<String, Vec<u32>>,
    /// The more general meanings of each meaning.
    general: Vec<Vec<u32>>,
    /// For adjectives, the meanings that they are shades of.
    heads: Vec<Vec<u32>>,
    roots: HashMap<String, HashSet<String>>,
    contraries: HashMap<String, HashSet<String>>,
}

impl Thesaurus {
    pub(super) fn english() -> &'static Self {
        &ENGLISH
    }

    /// Tells whether a stem is that of a word in it.
    pub(super) fn knows(&self, stem: &str) -> bool {
        self.meanings.contains_key(stem)
            || self.roots.contains_key(stem)
            || self.contraries.contains_key(stem)
    }

    fn read(text: &str) -> Self {
        let stemmer = stemmer("en");
        let mut stems: HashMap<&str, String> = HashMap::new();
        let mut read = Self {
            meanings: HashMap::new(),
            general: Vec::new(),
            heads: Vec::new(),
            roots: HashMap::new(),
            contraries: HashMap::new(),
        };
        let mut part = ' ';
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if matches!(line, "=" | "!") {
                part = if line == "=" { '=' } else { '!' };
                continue;
            }
            let (mut general, mut heads) = (Vec::new(), Vec::new());
            let mut words = Vec::new();
            for field in line.split(' ') {
                if let Some(head) = field.strip_prefix('&') {
                    heads.extend(u32::from_str_radix(head, 36));
                } else if field
                    .starts_with(|letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit())
                {
                    general.extend(u32::from_str_radix(field, 36));
                } else {
                    let stem = stems.entry(field).or_insert_with(|| {
                        stemmer
                            .as_ref()
                            .map_or_else(|| field.to_owned(), |stemmer| stemmer.stem(field).into_owned())
                    });
                    words.push(stem.clone());
                }
            }
            if part == ' ' {
                let number = read.general.len() as u32;
                read.general.push(general);
                read.heads.push(heads);
                for word in words {
                    let meanings = read.meanings.entry(word).or_default();
                    if meanings.last() != Some(&number) {
                        meanings.push(number);
                    }
                }
            } else if let [one, other] = &words[..] {
                let pairs = if part == '=' { &mut read.roots } else { &mut read.contraries };
                pairs.entry(one.clone()).or_default().insert(other.clone());
                pairs.entry(other.clone()).or_default().insert(one.clone());
            }
        }
        read
    }

    /// Tells whether a sentence with the stem `written` bears out one with `said`: the words mean the same, or `said` is
    /// the more general one, by at most two steps.
    pub(super) fn bears_out(&self, said: &str, written: &str) -> bool {
        if self.roots.get(said).is_some_and(|roots| roots.contains(written)) {
            return true;
        }
        let (Some(said), Some(written)) = (self.meanings.get(said), self.meanings.get(written)) else {
            return false;
        };
        // Shades of one quality stand for each other, and for it.
        let shades = |meanings: &[u32]| -> Vec<u32> {
            let heads = meanings.iter().filter_map(|&meaning| self.heads.get(meaning as usize)).flatten();
            heads.copied().collect()
        };
        let (one, other) = (shades(said), shades(written));
        if one.iter().any(|head| other.contains(head) || written.contains(head))
            || other.iter().any(|head| said.contains(head))
        {
            return true;
        }
        let mut reached = written.clone();
        for _ in 0..=STEPS {
            if reached.iter().any(|meaning| said.contains(meaning)) {
                return true;
            }
            reached = reached.iter().flat_map(|&meaning| self.general_of(meaning)).copied().collect();
        }
        false
    }

    fn general_of(&self, meaning: u32) -> &[u32] {
        self.general.get(meaning as usize).map_or(&[], Vec::as_slice)
    }

    pub(super) fn are_contraries(&self, one: &str, other: &str) -> bool {
        self.contraries.get(one).is_some_and(|contraries| contraries.contains(other))
    }
}
