//! [`IconLibrary`]: small drawings of things, found by the words that mean them.
//!
//! A wrong drawing is worse than none. A word finds one only where a table says so, none where its sense cannot be
//! told, and nothing light-hearted where a sentence is grave.

mod drawings;
mod forms;
mod lexicon;
mod token;
mod topics;

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use crate::language::LanguageData;
use drawings::Drawings;
use lexicon::{Lexicon, Sense, Spelling};
use token::{Shape, Token};
use topics::Scene;

/// The drawings, with what is to know of each.
const SET: &str = include_str!("../../assets/icons/set.txt");
/// What things are called, by language.
const NAMES: &str = include_str!("../../assets/icons/names.txt");

macro_rules! tables {
    ($($language:literal),* $(,)?) => {
        /// The languages that have a table, by their ISO 639-1 codes.
        const TABLES: &[(&str, &str)] =
            &[$(($language, include_str!(concat!("../../assets/icons/words/", $language, ".txt")))),*];
    };
}

tables!["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh"];

static LIBRARY: LazyLock<IconLibrary> = LazyLock::new(IconLibrary::read);

/// The drawings, and what they are found by. The words of a language are read when it is first asked for.
pub struct IconLibrary {
    icons: Vec<Icon>,
    places: HashMap<&'static str, usize>,
    lexicons: Vec<(&'static str, OnceLock<Lexicon>)>,
    drawings: Drawings,
}

impl fmt::Debug for IconLibrary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IconLibrary").field("icons", &self.icons.len()).finish_non_exhaustive()
    }
}

/// A drawing of the set.
struct Icon {
    name: &'static str,
    /// Never shown beside what is grave.
    is_light: bool,
}

/// A drawing that words of a text have found.
#[derive(Debug, Clone, PartialEq)]
pub struct IconMatch {
    /// The name of the drawing.
    pub icon: &'static str,
    /// Where the words stand in the text, in bytes.
    pub words: Range<usize>,
    /// How surely and how plainly the drawing shows what the words mean, from 0 to 1.
    pub weight: f32,
}

impl IconLibrary {
    /// The drawings that the program carries.
    pub fn embedded() -> &'static Self {
        &LIBRARY
    }

    fn read() -> Self {
        let rows = SET.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let mut words = line.split_whitespace();
            Some(Icon { name: words.next()?, is_light: words.any(|word| word == "light") })
        });
        let icons: Vec<Icon> = rows.collect();
        Self {
            places: icons.iter().enumerate().map(|(place, icon)| (icon.name, place)).collect(),
            icons,
            lexicons: TABLES.iter().map(|(language, _)| (*language, OnceLock::new())).collect(),
            drawings: Drawings::open(),
        }
    }

    /// The names of all drawings, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.icons.iter().map(|icon| icon.name)
    }

    /// A drawing as SVG of 128 × 128 units; nothing when there is none of that name.
    pub fn svg(&self, name: &str) -> Option<String> {
        self.drawings.svg(self.icons.get(*self.places.get(name)?)?.name)
    }

    /// Finds drawings for the words of `text`, in the order of the text, each at most once.
    ///
    /// `language` is an ISO 639-1 code; one without a table finds nothing. `around` is text that helps to tell the
    /// senses of words and the mood, such as the heading or the sentences before; it may be empty.
    pub fn find(&self, language: &str, text: &str, around: &str) -> Vec<IconMatch> {
        let Some(lexicon) = self.lexicon(language) else { return Vec::new() };
        let words = token::tokens(text);
        let bases = lexicon.bases(&words);
        let others = token::tokens(around);
        let reading = Reading {
            scene: lexicon.topics.scene(&words, &others),
            is_grave: is_grave(lexicon, language, text, &words)
                || is_grave(lexicon, language, around, &others),
            is_titled: is_titled(&words),
            has_cases: words.iter().any(|word| word.shape == Shape::Small),
            lexicon,
            text,
            words: &words,
            icons: &self.icons,
        };
        let mut found: Vec<IconMatch> = Vec::new();
        let mut shown = BTreeSet::new();
        let mut at = 0;
        while at < words.len() {
            let Some((end, icon, weight)) = reading.choose(&bases, at) else {
                at += 1;
                continue;
            };
            if let Some(icon) = icon
                && shown.insert(icon)
            {
                let words = words[at].range.start..words[end - 1].range.end;
                found.push(IconMatch { icon: self.icons[icon].name, words, weight });
            }
            at = end;
        }
        found
    }

    fn lexicon(&self, language: &str) -> Option<&Lexicon> {
        let code = language.split(['-', '_']).next()?.to_lowercase();
        let (language, lexicon) = self.lexicons.iter().find(|(known, _)| *known == code)?;
        Some(lexicon.get_or_init(|| self.read_lexicon(language).0))
    }

    fn read_lexicon(&self, language: &'static str) -> (Lexicon, Vec<lexicon::Fault>) {
        let own = TABLES.iter().find(|(known, _)| *known == language).map_or("", |(_, table)| table);
        let head = format!("[{language}]\n");
        let names = NAMES.split_once(&head).map_or("", |(_, names)| names);
        let names = names.split("\n[").next().unwrap_or(names);
        Lexicon::read(language, &[own, names], |name| self.places.get(name).copied())
    }
}

/// A text whose words are looked up.
struct Reading<'a> {
    lexicon: &'a Lexicon,
    text: &'a str,
    words: &'a [Token],
    scene: Scene,
    is_grave: bool,
    /// Written with capitals as a heading is: they tell nothing.
    is_titled: bool,
    has_cases: bool,
    icons: &'a [Icon],
}

impl Reading<'_> {
    /// The drawing of the longest run of words at `at` that has one, with the place behind it and its weight; no drawing
    /// where the run means none.
    fn choose(&self, bases: &[Vec<String>], at: usize) -> Option<(usize, Option<usize>, f32)> {
        let senses = self.lexicon.senses_at(self.words, bases, at);
        if let Some((end, _)) = senses.iter().find(|(_, sense)| sense.icon.is_none()) {
            // A longer run may still mean something: "state of the art" is none, "art museum" is.
            if senses.first().is_some_and(|(longest, _)| longest == end) {
                return Some((*end, None, 0.0));
            }
        }
        if senses.is_empty() {
            let sense = self.lexicon.compound(&self.words[at])?;
            // Short words of food and animals end many others: "Automaten" are no "Tomaten".
            let is_light = sense.icon.is_some_and(|icon| self.icons[icon].is_light);
            let is_meant = !is_light && self.allows(&sense, at, at + 1);
            return is_meant.then_some((at + 1, sense.icon, sense.weight));
        }
        let mut ends: Vec<usize> = senses.iter().map(|(end, _)| *end).collect();
        ends.dedup();
        ends.into_iter().find_map(|end| {
            let here = senses.iter().filter(|(other, _)| *other == end).map(|(_, sense)| *sense);
            let fitting: Vec<&Sense> = here.filter(|sense| self.allows(sense, at, end)).collect();
            let told: Vec<&&Sense> = fitting.iter().filter(|sense| sense.only_with.is_some()).collect();
            let icons: BTreeSet<Option<usize>> = told.iter().map(|sense| sense.icon).collect();
            // Two senses that both fit cannot be told apart.
            if icons.len() > 1 {
                return None;
            }
            let sense = told.first().map_or_else(|| fitting.first().copied(), |sense| Some(**sense))?;
            Some((end, sense.icon, sense.weight))
        })
    }

    /// Tells whether the words at `from..to` may have this sense here.
    fn allows(&self, sense: &Sense, from: usize, to: usize) -> bool {
        let is_one_word = to - from == 1;
        let is_light = sense.icon.is_some_and(|icon| self.icons[icon].is_light);
        let topic = |topic: Option<usize>| topic.map(|topic| self.scene.has(topic, self.words, from, to));
        (!is_light || !self.is_grave)
            && self.words[from..to].iter().all(|word| !word.is_code)
            && (!is_one_word || self.is_head(from))
            && self.is_spelled(sense, from, to)
            && (!sense.is_noun || self.is_noun(from, to))
            && topic(sense.only_with) != Some(false)
            && topic(sense.never_with) != Some(true)
    }

    /// Tells whether a word is what a hyphenated one is about: the last of two, or the first of "rule-based".
    fn is_head(&self, at: usize) -> bool {
        const WEAK: [&str; 10] = [
            "based",
            "related",
            "driven",
            "like",
            "oriented",
            "intensive",
            "style",
            "sized",
            "specific",
            "wide",
        ];
        let word = &self.words[at];
        let weak =
            |place: usize| self.words.get(place).is_some_and(|word| WEAK.contains(&word.lower.as_str()));
        match (word.part, word.parts) {
            (_, 1) => true,
            (0, 2) => weak(at + 1),
            (1, 2) => !["non", "anti", "pseudo", "self"].contains(&self.words[at - 1].lower.as_str()),
            _ => false,
        }
    }

    fn is_spelled(&self, sense: &Sense, from: usize, to: usize) -> bool {
        let word = &self.words[from];
        match &sense.spelling {
            Spelling::Exact(written) => {
                let here = &self.text[word.range.start..self.words[to - 1].range.end];
                here.strip_suffix('s').unwrap_or(here) == written || here == written
            }
            Spelling::Capital => word.shape != Shape::Small,
            Spelling::Any if to - from > 1 || self.is_titled || !self.has_cases => true,
            Spelling::Any => match word.shape {
                Shape::Small => true,
                Shape::Capitals => word.lower.chars().count() > 5,
                Shape::Capital => word.is_first && !self.is_in_name(from),
            },
            Spelling::Name => true,
        }
    }

    /// Tells whether the first word of a sentence is the first of a name.
    fn is_in_name(&self, at: usize) -> bool {
        let next = self.words.get(at + 1).filter(|word| !word.is_first && word.part == 0);
        next.is_some_and(|word| word.shape == Shape::Capital)
    }

    /// Tells whether an English word cannot be a verb where it stands.
    fn is_noun(&self, from: usize, to: usize) -> bool {
        const BEFORE_VERBS: [&str; 24] = [
            "to", "can", "will", "would", "should", "may", "must", "could", "might", "shall", "not", "we",
            "they", "i", "you", "it", "he", "she", "who", "which", "cannot", "also", "then", "please",
        ];
        const BEHIND_VERBS: [&str; 20] = [
            "the", "a", "an", "this", "these", "those", "its", "their", "our", "his", "her", "it", "them",
            "us", "whether", "how", "you", "me", "him", "your",
        ];
        let before = from.checked_sub(1).map(|place| self.words[place].lower.as_str());
        let after = self.words.get(to).filter(|word| !word.is_first).map(|word| word.lower.as_str());
        !before.is_some_and(|word| BEFORE_VERBS.contains(&word))
            && !after.is_some_and(|word| BEHIND_VERBS.contains(&word))
    }
}

/// Tells whether a text speaks of what nobody jokes about.
fn is_grave(lexicon: &Lexicon, language: &str, text: &str, words: &[Token]) -> bool {
    let code = language.split(['-', '_']).next().unwrap_or(language);
    let small = format!(" {} ", text.to_lowercase());
    let begins = |part: &String| {
        // Without spaces it can only stand somewhere.
        let is_spaced = !part.chars().any(token::stands_alone);
        if is_spaced {
            words.iter().any(|word| word.lower.starts_with(part.as_str()))
        } else {
            text.contains(part.as_str())
        }
    };
    LanguageData::of(code).cues.grave.stand_in(&small) || lexicon.grave.iter().any(begins)
}

/// Tells whether most words of a text begin with a capital.
fn is_titled(words: &[Token]) -> bool {
    let long: Vec<&Token> = words.iter().filter(|word| word.lower.chars().count() > 3).collect();
    let capitals = long.iter().filter(|word| word.shape != Shape::Small).count();
    long.len() > 1 && capitals * 4 > long.len() * 3
}

#[cfg(test)]
mod tests;
