//! [`Vocabulary`]: what a language says the words of a sentence do.

use std::collections::{BTreeSet, HashMap};

use rust_stemmers::Stemmer;

use super::thesaurus::Thesaurus;
use super::token::Token;
use crate::language::{LanguageData, Meaning, Phrases, Words};
use crate::script::lexicon::{stemmer, stop_words};

/// What a word or a run of words does to a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Cue {
    Negation,
    Failing,
    All,
    Most,
    Many,
    Some,
    Few,
    Only,
    May,
    Can,
    Must,
    Should,
    Hedge,
    Softener,
    Proof,
    About,
    Almost,
    Above,
    Below,
    AtLeast,
    AtMost,
    CauseBehind,
    CauseBefore,
    Causal,
    Correlation,
    Before,
    After,
    Superlative,
    Scope,
    /// The whole world, or all of time.
    Reach,
    /// Does nothing, and keeps what it holds from doing anything.
    Neutral,
}

/// A place where a cue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) cue: Cue,
    /// The place of its first token.
    pub(super) at: usize,
    /// The place behind its last one.
    pub(super) end: usize,
}

/// A group of words, and where in it a word stands.
type Places = HashMap<String, Vec<(usize, usize)>>;

/// What a language says the words of a sentence do.
pub(super) struct Vocabulary {
    stemmer: Option<Stemmer>,
    meaning: &'static Meaning,
    /// True for the language that the thesaurus is in.
    has_thesaurus: bool,
    forms: HashMap<&'static str, &'static str>,
    /// Verbs that are little else, without their endings.
    verbs: &'static Words,
    light: BTreeSet<&'static str>,
    stop: BTreeSet<&'static str>,
    negations: BTreeSet<&'static str>,
    cues: HashMap<&'static str, Vec<(Vec<&'static str>, Cue)>>,
    contraries: Places,
    exclusive: Places,
    alike: Places,
}

/// A name that ends like an adverb has fewer letters, as Kelly and Emily do.
const MIN_ADVERB: usize = 6;

impl Vocabulary {
    /// The vocabulary of a language; words that a language has no list for do nothing.
    pub(super) fn of(language: &str) -> Self {
        let data = LanguageData::of(language);
        let meaning = &data.meaning;
        let forms = meaning.forms.iter().filter_map(|pair| pair.split_once('/')).collect();
        let light =
            if meaning.light.is_empty() { stop_words(language) } else { meaning.light.iter().collect() };
        let own: BTreeSet<&str> = data.words.negations.iter().collect();
        let any =
            || LanguageData::all().iter().flat_map(|language| language.words.negations.iter()).collect();
        let mut vocabulary = Self {
            stemmer: stemmer(language),
            meaning,
            has_thesaurus: data.code == "en",
            forms,
            verbs: &data.words.verb_stems,
            light,
            stop: stop_words(language),
            negations: if own.is_empty() { any() } else { own },
            cues: HashMap::new(),
            contraries: Places::new(),
            exclusive: Places::new(),
            alike: Places::new(),
        };
        vocabulary.read_cues();
        for (set, (one, other)) in meaning.contraries.iter().enumerate() {
            for (side, words) in [one, other].into_iter().enumerate() {
                vocabulary.put(|all| &mut all.contraries, words.split_whitespace(), set, |_| side);
            }
        }
        for (set, words) in meaning.exclusive.iter().enumerate() {
            for (member, writings) in words.split_whitespace().enumerate() {
                vocabulary.put(|all| &mut all.exclusive, writings.split('/'), set, |_| member);
            }
        }
        for (set, words) in meaning.alike.iter().enumerate() {
            vocabulary.put(|all| &mut all.alike, words.split_whitespace(), set, |_| 0);
        }
        vocabulary
    }

    fn put(
        &mut self,
        list: impl Fn(&mut Self) -> &mut Places,
        words: impl Iterator<Item = &'static str>,
        set: usize,
        place: impl Fn(usize) -> usize,
    ) {
        for (index, word) in words.enumerate() {
            let stem = self.stem(word);
            let places = list(self).entry(stem).or_default();
            if !places.contains(&(set, place(index))) {
                places.push((set, place(index)));
            }
        }
    }

    fn read_cues(&mut self) {
        let meaning = self.meaning;
        let lists: [(&'static Phrases, Cue); 30] = [
            (&meaning.failing, Cue::Failing),
            (&meaning.all, Cue::All),
            (&meaning.most, Cue::Most),
            (&meaning.many, Cue::Many),
            (&meaning.some, Cue::Some),
            (&meaning.few, Cue::Few),
            (&meaning.only, Cue::Only),
            (&meaning.may, Cue::May),
            (&meaning.can, Cue::Can),
            (&meaning.must, Cue::Must),
            (&meaning.should, Cue::Should),
            (&meaning.hedges, Cue::Hedge),
            (&meaning.softeners, Cue::Softener),
            (&meaning.neutral, Cue::Neutral),
            (&meaning.proofs, Cue::Proof),
            (&meaning.about, Cue::About),
            (&meaning.almost, Cue::Almost),
            (&meaning.above, Cue::Above),
            (&meaning.below, Cue::Below),
            (&meaning.at_least, Cue::AtLeast),
            (&meaning.at_most, Cue::AtMost),
            (&meaning.causes_behind, Cue::CauseBehind),
            (&meaning.causes_before, Cue::CauseBefore),
            (&meaning.causal, Cue::Causal),
            (&meaning.correlations, Cue::Correlation),
            (&meaning.before, Cue::Before),
            (&meaning.after, Cue::After),
            (&meaning.superlatives, Cue::Superlative),
            (&meaning.scopes, Cue::Scope),
            (&meaning.reaches, Cue::Reach),
        ];
        let phrases = lists.into_iter().flat_map(|(list, cue)| list.iter().map(move |phrase| (phrase, cue)));
        let negations: Vec<(&'static str, Cue)> =
            self.negations.iter().map(|&word| (word, Cue::Negation)).collect();
        for (phrase, cue) in phrases.chain(negations) {
            let words: Vec<&str> = phrase.split_whitespace().collect();
            if let Some(&first) = words.first() {
                self.cues.entry(first).or_default().push((words, cue));
            }
        }
    }

    /// The word without its inflection; another writing of the same word gives the same.
    pub(super) fn stem(&self, key: &str) -> String {
        let key = self.forms.get(key).copied().unwrap_or(key);
        let mut stem =
            self.stemmer.as_ref().map_or_else(|| key.to_owned(), |stemmer| stemmer.stem(key).into_owned());
        if self.has_thesaurus {
            if stem.len() > 5 && stem.ends_with("is") && key.contains("is") {
                stem.replace_range(stem.len() - 1.., "z");
            } else if stem.len() > 4 && stem.ends_with("our") {
                stem.replace_range(stem.len() - 3.., "or");
            }
        }
        stem
    }

    pub(super) fn numbers(&self) -> &'static Meaning {
        if self.meaning.numbers.is_empty() { &LanguageData::english().meaning } else { self.meaning }
    }

    /// Tells whether a word in small letters is a number.
    pub(super) fn is_number(&self, word: &str) -> bool {
        self.numbers().numbers.contains_key(word)
    }

    /// How much a word for a large amount stands for at least: 1,000 for "thousands".
    pub(super) fn mass(&self, token: &Token) -> Option<f64> {
        self.meaning.masses.get(&token.key).copied()
    }

    /// Tells whether a sentence talks of whoever speaks or listens.
    pub(super) fn addresses(&self, tokens: &[Token]) -> bool {
        let base = |token: &Token| token.key.split('\'').next().unwrap_or_default().to_owned();
        tokens.iter().any(|token| self.meaning.address.contains(&base(token)))
    }

    pub(super) fn is_negation(&self, token: &Token) -> bool {
        self.negations.contains(token.key.as_str()) || token.key.ends_with("n't")
    }

    /// Tells whether a word states nothing by itself.
    pub(super) fn is_light(&self, token: &Token) -> bool {
        let key = token.key.as_str();
        // "They've" and "it'll" are no other words.
        let base =
            ["'ve", "'re", "'ll", "'d"].iter().find_map(|ending| key.strip_suffix(ending)).unwrap_or(key);
        self.light.contains(base) || key.chars().count() < 2
    }

    /// Tells whether a word that no document has is one of the language all the same; true where no list of words tells.
    pub(super) fn is_word(&self, token: &Token) -> bool {
        // No list has all nouns of all trades; names seldom look like the plural of one.
        let is_plural = token.key.ends_with('s') && !token.key.ends_with("ss");
        !self.has_thesaurus
            || is_plural
            || self.is_joint(token)
            || self.is_superlative(token)
            || Thesaurus::english().knows(&token.stem)
    }

    /// Tells whether a word at the start of a sentence joins, colours or orders what follows, and names nothing.
    pub(super) fn is_joint(&self, token: &Token) -> bool {
        let is_adverb = token.key.ends_with("ly") && token.key.len() > MIN_ADVERB;
        is_adverb
            || self.is_light(token)
            || self.is_stop(token)
            || self.is_negation(token)
            || self.meaning.links.contains(&token.key)
            || self.verbs.contains(&token.key)
    }

    /// Tells whether it is known which words may stand for which, so that one in the place of another can be told.
    pub(super) fn knows_synonyms(&self) -> bool {
        self.has_thesaurus
    }

    /// Tells whether the language has lists of what words do, so that its words can be compared at all.
    pub(super) fn knows_words(&self) -> bool {
        !self.meaning.contraries.is_empty()
    }

    /// Tells whether a word says nothing about the topic of any document.
    pub(super) fn is_stop(&self, token: &Token) -> bool {
        self.stop.contains(token.key.as_str())
    }

    pub(super) fn opens_clause(&self, token: &Token) -> bool {
        self.meaning.breaks.contains(&token.key)
    }

    pub(super) fn is_than(&self, token: &Token) -> bool {
        self.meaning.than.contains(&token.key)
    }

    /// Tells whether a word says that nothing goes beyond, by its ending.
    pub(super) fn is_superlative(&self, token: &Token) -> bool {
        let key = token.key.as_str();
        self.has_thesaurus
            && key.len() > 4
            && key.ends_with("est")
            && !self.meaning.no_superlatives.contains(key)
    }

    /// Finds the cues in `tokens`. Where a longer one stands, the shorter ones within it do not: "no more than" denies nothing.
    pub(super) fn marks(&self, tokens: &[Token]) -> Vec<Mark> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let stands = |words: &[&str]| {
                tokens.len() >= at + words.len()
                    && words.iter().zip(&tokens[at..]).all(|(word, token)| token.key == *word)
            };
            let known = self.cues.get(token.key.as_str()).map_or(&[][..], Vec::as_slice);
            let longest = known.iter().filter(|(words, _)| stands(words)).map(|(words, _)| words.len()).max();
            let length = longest.unwrap_or(1);
            for (words, cue) in known {
                if words.len() == length && stands(words) {
                    found.push(Mark { cue: *cue, at, end: at + length });
                }
            }
            if longest.is_none() && token.key.ends_with("n't") {
                found.push(Mark { cue: Cue::Negation, at, end: at + 1 });
            }
            at += length;
        }
        found
    }

    /// Tells whether one word may stand for another: `said` for `written`.
    pub(super) fn is_same(&self, said: &Token, written: &Token) -> bool {
        said.stem == written.stem
            || shares_root(&said.stem, &written.stem)
            || meet(&self.alike, said, written, |one, other| one == other)
            || meet(&self.contraries, said, written, |one, other| one == other)
            || meet(&self.exclusive, said, written, |one, other| one == other)
            || (self.has_thesaurus
                && !self.is_contrary(said, written)
                && Thesaurus::english().bears_out(&said.stem, &written.stem))
    }

    /// Tells whether two words are contraries, or are two things of one kind.
    pub(super) fn is_contrary(&self, said: &Token, written: &Token) -> bool {
        meet(&self.contraries, said, written, |one, other| one != other)
            && !meet(&self.contraries, said, written, |one, other| one == other)
            || meet(&self.exclusive, said, written, |one, other| one != other)
                && !meet(&self.exclusive, said, written, |one, other| one == other)
            || (self.has_thesaurus && Thesaurus::english().are_contraries(&said.stem, &written.stem))
    }
}

/// Tells whether two words stand in one set, in places that `fits`.
fn meet(places: &Places, one: &Token, other: &Token, fits: impl Fn(usize, usize) -> bool) -> bool {
    let (Some(left), Some(right)) = (places.get(&one.stem), places.get(&other.stem)) else { return false };
    left.iter().any(|(set, place)| right.iter().any(|(other, beside)| set == other && fits(*place, *beside)))
}

/// Tells whether two stems are forms of one root: long, and the same up to their last letters.
fn shares_root(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let common = short.chars().zip(long.chars()).take_while(|(left, right)| left == right).count();
    let (short, long) = (short.chars().count(), long.chars().count());
    common >= 5 && common + 2 >= short && common + 4 >= long
}
