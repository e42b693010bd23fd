//! [`Lexicon`]: which words of one language find which drawing, and beside which others.
//!
//! A row of a table is `drawing: entry, entry …`. An entry is a word or a run of words, with these signs:
//!
//! | sign | means |
//! | --- | --- |
//! | `~entry` | a figure of speech: it counts half |
//! | `^entry` | also as part of a name, such as "University of Oslo" |
//! | `AI` | capitals: written like this only |
//! | `entry/n` | only where it can be no verb |
//! | `entry/v` | a verb; `/nv`: a noun and a verb |
//! | `entry/x` | in this form only |
//! | `entry+topic` | only where a word of the topic stands beside it |
//! | `entry!topic` | only where none does |
//!
//! `@topic: word start* …` names the words of a topic, `grave: part, part …` the parts of words that stand where nobody
//! jokes, and `none: entry …` what holds a word of the table and means something else.

use std::collections::HashMap;

use super::forms::{Inflection, noun_forms, verb_forms};
use super::token::{Shape, Token, is_han, is_katakana, tokens};
use super::topics::Topics;

/// What figures of speech count.
const FIGURE_WEIGHT: f32 = 0.5;
/// What a word counts whose sense was told by others, or that is the last part of a longer one.
const SENSE_WEIGHT: f32 = 0.8;
/// Letters of the last part of a compound word, at least: shorter ones are found in words of other origin.
const MIN_COMPOUND_PART: usize = 6;

/// The words of one language.
pub(super) struct Lexicon {
    senses: HashMap<String, Vec<Sense>>,
    pub(super) topics: Topics,
    /// Parts of words beside which nothing light-hearted is shown.
    pub(super) grave: Vec<String>,
    inflection: Inflection,
    language: &'static str,
}

/// What a run of words may mean.
#[derive(Debug, Clone)]
pub(super) struct Sense {
    /// The words behind the first one.
    rest: Vec<String>,
    /// The form that the last word must have.
    only_form: Option<String>,
    /// The place of the drawing in the set; nothing where the run means none.
    pub(super) icon: Option<usize>,
    pub(super) weight: f32,
    pub(super) only_with: Option<usize>,
    pub(super) never_with: Option<usize>,
    pub(super) is_noun: bool,
    pub(super) spelling: Spelling,
}

/// How a word must be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spelling {
    Any,
    /// Also as part of a name.
    Name,
    /// With a capital.
    Capital,
    Exact(String),
}

/// An entry of the tables that cannot be read, for the test that reads them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault(pub(super) String);

impl Lexicon {
    /// Reads the tables of a language; `place` tells the place of a drawing by its name.
    pub(super) fn read(
        language: &'static str,
        tables: &[&str],
        place: impl Fn(&str) -> Option<usize>,
    ) -> (Self, Vec<Fault>) {
        let mut lexicon = Self {
            senses: HashMap::new(),
            topics: Topics::default(),
            grave: Vec::new(),
            inflection: Inflection::of(language),
            language,
        };
        let mut faults = Vec::new();
        let rows = || tables.iter().flat_map(|table| table.lines()).filter_map(|line| line.split_once(": "));
        for (topic, words) in rows().filter_map(|(head, row)| Some((head.strip_prefix('@')?, row))) {
            lexicon.topics.add(topic, words);
        }
        for (head, row) in rows().filter(|(head, _)| !head.starts_with(['@', '#'])) {
            let entries = row.split(", ").map(str::trim);
            if head == "grave" {
                lexicon.grave.extend(entries.map(str::to_owned));
                continue;
            }
            let icon = place(head);
            if icon.is_none() && head != "none" {
                faults.push(Fault(format!("{language}: no drawing `{head}`")));
                continue;
            }
            for entry in entries {
                if lexicon.add(icon, entry).is_none() {
                    faults.push(Fault(format!("{language}: {head}: `{entry}`")));
                }
            }
        }
        for senses in lexicon.senses.values_mut() {
            senses.sort_by_key(|sense| std::cmp::Reverse(sense.rest.len()));
        }
        (lexicon, faults)
    }

    /// Adds an entry; nothing when it cannot be read.
    fn add(&mut self, icon: Option<usize>, entry: &str) -> Option<()> {
        let (mut only_with, mut never_with) = (None, None);
        let (mut word, mut kind) = (entry, "");
        while let Some(at) = word.rfind(['+', '!', '/']) {
            let value = &word[at + 1..];
            match word.as_bytes()[at] {
                b'+' => only_with = Some(self.topics.place(value)?),
                b'!' => never_with = Some(self.topics.place(value)?),
                _ => kind = value,
            }
            word = &word[..at];
        }
        let is_figure = word.starts_with('~');
        let is_name = word.starts_with('^');
        let word = word.trim_start_matches(['~', '^']);
        let parts = tokens(word);
        let last = parts.last()?;
        let is_short = parts.iter().any(|part| part.shape == Shape::Capitals);
        let spelling = if is_short {
            Spelling::Exact(word.to_owned())
        } else if is_name {
            Spelling::Name
        } else if self.language == "de" && parts[0].shape == Shape::Capital {
            Spelling::Capital
        } else {
            Spelling::Any
        };
        let is_told = only_with.is_some();
        let weight = if is_figure {
            FIGURE_WEIGHT
        } else if is_told {
            SENSE_WEIGHT
        } else {
            1.0
        };
        let is_listed = matches!(self.inflection, Inflection::Listed) && !is_short;
        let forms = match kind {
            "" | "n" if is_listed && icon.is_some() => noun_forms(&last.lower),
            "v" if is_listed => verb_forms(&last.lower),
            "nv" if is_listed => [noun_forms(&last.lower), verb_forms(&last.lower)].concat(),
            "" | "n" | "x" => vec![last.lower.clone()],
            _ => return None,
        };
        for form in forms {
            let all = parts[..parts.len() - 1].iter().map(|part| part.lower.as_str()).chain([form.as_str()]);
            let mut keys = all.map(|part| self.inflection.key(part));
            let first = keys.next()?;
            let sense = Sense {
                rest: keys.collect(),
                only_form: (kind == "x").then(|| last.lower.clone()),
                icon,
                weight,
                only_with,
                never_with,
                is_noun: kind == "n",
                spelling: spelling.clone(),
            };
            self.senses.entry(first).or_default().push(sense);
        }
        Some(())
    }

    /// What each word of a text may be in the table.
    pub(super) fn bases(&self, words: &[Token]) -> Vec<Vec<String>> {
        words.iter().map(|word| self.inflection.bases(&word.lower)).collect()
    }

    /// The senses of the runs of words that begin at `at`, each with the place behind it, the longest first.
    pub(super) fn senses_at<'a>(
        &'a self,
        words: &[Token],
        bases: &[Vec<String>],
        at: usize,
    ) -> Vec<(usize, &'a Sense)> {
        let mut found: Vec<(usize, &Sense)> = Vec::new();
        for base in &bases[at] {
            for sense in self.senses.get(base).into_iter().flatten() {
                let end = at + 1 + sense.rest.len();
                let fits = bases.get(at + 1..end).is_some_and(|next| {
                    next.iter().zip(&sense.rest).all(|(bases, word)| bases.contains(word))
                });
                let is_form = |form: &String| words.get(end - 1).is_some_and(|word| word.lower == *form);
                if fits && sense.only_form.as_ref().is_none_or(is_form) && self.is_whole(words, at, end) {
                    found.push((end, sense));
                }
            }
        }
        // The form itself comes before what it may be a form of.
        found.sort_by_key(|(end, _)| std::cmp::Reverse(*end));
        found
    }

    /// The sense of the last part of a compound word: "Softwareentwickler" is a developer.
    pub(super) fn compound(&self, word: &Token) -> Option<Sense> {
        let is_noun = match self.language {
            "de" => word.shape == Shape::Capital,
            "nl" => true,
            _ => return None,
        };
        let letters = word.lower.char_indices().map(|(at, _)| at).skip(3);
        let ends = letters.filter(|at| word.lower[*at..].chars().count() >= MIN_COMPOUND_PART);
        let mut parts = ends.map(|at| &word.lower[at..]).filter(|_| is_noun);
        let sense = parts.find_map(|part| {
            let bases = self.inflection.bases(part);
            let long = bases.iter().filter(|base| base.chars().count() >= MIN_COMPOUND_PART);
            let mut senses = long.filter_map(|base| self.senses.get(base)).flatten();
            let fits = |sense: &&Sense| {
                let is_noun = self.language != "de" || sense.spelling == Spelling::Capital;
                sense.rest.is_empty() && sense.only_form.is_none() && sense.icon.is_some() && is_noun
            };
            senses.find(fits)
        })?;
        Some(Sense { weight: sense.weight.min(SENSE_WEIGHT), ..sense.clone() })
    }

    /// Tells whether a run of characters is no piece of a longer word; where spaces part words it never is.
    fn is_whole(&self, words: &[Token], at: usize, end: usize) -> bool {
        if !matches!(self.language, "ja" | "zh") {
            return true;
        }
        let letter =
            |place: usize| words.get(place).and_then(|word| word.lower.chars().next()).unwrap_or(' ');
        let (first, last) = (letter(at), letter(end - 1));
        let before = if at > 0 && words[at].is_joined { letter(at - 1) } else { ' ' };
        let after = if words.get(end).is_some_and(|word| word.is_joined) { letter(end) } else { ' ' };
        let cuts = |inner: char, outer: char| is_katakana(inner) && is_katakana(outer);
        let is_lone = end - at == 1 && is_han(first) && (is_han(before) || is_han(after));
        !is_lone && !cuts(first, before) && !cuts(last, after)
    }
}
