//! [`Values`]: how much each sentence is worth saying, and how alike two sentences are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use brainwrought_core::data::{Concept, DocumentKind, SectionRole};
use regex::Regex;

use super::super::clean::Cleaned;
use super::super::compress::Tie;
use super::super::duration::estimate_ms;
use super::super::kind::{has_year, is_year};
use super::super::lexicon::{has_cue, stemmer, stop_words, words};
use super::super::sentences::Sentence;
use super::lead::{ABSTRACT, Lead, leads};
use super::reference::unheard;
use super::short_forms::ShortForms;
use super::topic::{defines, names_subject, nearness};
use crate::language::LanguageData;

// A sentence is worth between 0 and some 1.5 for each second that it takes. How near it is to what all the others say,
// and whether it names what the document is about, count most; the rest tells good sentences about it apart.
const CENTRALITY: f32 = 0.35;
const CONCEPTS: f32 = 0.3;
const TITLE: f32 = 0.25;
/// What a word is worth that tells of a problem, an idea, a mechanism or a result: how something works and what came out is
/// what listeners want to know, and what they can say afterwards.
const CUES: [f32; 4] = [0.04, 0.12, 0.15, 0.12];
/// What it is worth to give a reason.
const REASON: f32 = 0.06;
/// The same where nobody wrote a short version: what is done, and why, is the upshot of a case.
const REASON_IN_CASE: f32 = 0.25;
/// What is left of the worth of a sentence that speaks of letters, of numbered things or of several abbreviations, which stand
/// for what was said or shown elsewhere: "class 1", "the columns of A", "letters from LSAT, SCAC and PTO".
const LABELLED: f32 = 0.5;
/// So many abbreviations that nothing explains make a sentence a riddle; one can be followed by ear.
const RIDDLES: usize = 2;
/// What the first sentence of a paragraph is worth more: there authors say what it is about.
const OPENS: f32 = 0.08;
/// What it costs to be hard to follow: a long sentence, or one of long words.
const HARD: f32 = 0.15;
/// What it costs to speak of those who wrote.
const SELF: f32 = 0.1;
/// What is left of the worth of a sentence that says how the work was done, which nobody asks first.
const METHODS: f32 = 0.45;
/// What is left of the worth of a sentence that tells what the text has done or will do.
const SELF_TALK: f32 = 0.25;
/// What is left of the worth of a sentence that names what the authors treat, without what they say of it.
const REPORTS: f32 = 0.5;
/// What an example or a number is worth: they make one thing vivid.
const VIVID: f32 = 0.08;
// Where nobody wrote a short version, one case is told from its start rather than the whole in general.
/// What it is worth to set a scene, and what each of the next sentences is worth more for it.
const BEGINS_CASE: f32 = 0.5;
const CASE: f32 = 0.2;
/// How much of what a sentence is worth there is the same for all: a case has words of its own, which the rest of the text
/// does not repeat.
const EVEN: f32 = 0.3;
/// So many sentences of its section belong to a case.
const CASE_SENTENCES: usize = 10;
/// What it is worth there to say what the title names is: "Induction is a proof technique."
const DEFINES: f32 = 0.35;
/// What it is worth to open with such a sentence: as much as a jump costs from there to the stretch that is told.
const OPENS_WITH_DEFINITION: f32 = 6.0;
/// What it costs there to tell of a year, unless years are what the text is about: where an idea comes from is no idea.
const DATED: f32 = 0.2;
/// What is left there of the worth of sentences in whose neighbourhood nothing is about the title.
const ASIDE: f32 = 0.5;
/// The same where the text has a name for what the title names, so that it shows where it speaks of that.
const OFF_SUBJECT: f32 = 0.2;
/// What it is worth to say that something matters most, or is so instead of otherwise.
const KEY: f32 = 0.12;
/// What it is worth to say how many kinds, reasons or steps there are: that is how authors sort their matter.
const LISTED: f32 = 0.15;
/// What a number is worth that came out of the work.
const FOUND: f32 = 0.45;
/// What the very first sentence is worth more than one behind the first third: what comes early explains what comes later.
const EARLY: f32 = 0.12;
/// The same in a text of more than so many sentences: nobody is told a book in a minute, but what it is for.
const EARLY_IN_BOOK: f32 = 0.4;
const BOOK_SENTENCES: usize = 300;

/// Where the short version takes less than this part of the time, the rest is one stretch of the text.
const BRIEF: f32 = 0.5;

/// How something is done: "by electing a leader".
static BY_DOING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bby (?:first |then )?[a-z]{3,}ing\b").expect("the pattern is a constant that tests compile")
});

/// What the authors treat, without what they say of it: "The author analyzes bidding behavior."
static REPORTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^the authors? (?:(?:also|then|first|\w+ly) )?(?:(?:describe|analy[sz]e|discuss|explore|examine|consider|investigate|review|survey|outline|evaluate|compare|illustrate|summari[sz]e|cover|answer|target)s?|stud(?:y|ies)|address(?:es)?)\b",
    )
    .expect("the pattern is a constant that tests compile")
});

/// How many of something there are: "three areas", "two key features".
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:two|three|four|five|six|seven) (?:[a-z-]+ )?(?:[a-z]{3,}s|phenomena|criteria)\b")
        .expect("the pattern is a constant that tests compile")
});

/// What the writer and the reader did together earlier in the text: "we transformed the pieces".
static WE_DID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\bwe(?:['’]ve| have)? (?:\w+ly )?\w+ed\b")
        .expect("the pattern is a constant that tests compile")
});

/// How alike a sentence must be to one of the abstract to support it.
const SUPPORTS: f32 = 0.35;

type Vector = BTreeMap<String, f32>;

/// What a document is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Topic<'a> {
    pub(super) title: &'a str,
    pub(super) concepts: &'a [Concept],
}

/// What the sentences of a document are worth.
#[derive(Debug)]
pub(super) struct Values {
    /// What each sentence is worth for a second that it takes.
    pub(super) worth: Vec<f32>,
    /// True where one stretch of the text is told rather than a sentence here and there: nobody wrote a short version, whose
    /// sentences hold together what is far apart, and no slides say one thing each.
    pub(super) in_stretches: bool,
    /// What each sentence is worth as the first one, in all: whoever hears what a thing is follows what is said of it.
    pub(super) opens: Vec<f32>,
    /// Which sentences only tell what the text treats or has done, so that nobody misses them between two others.
    pub(super) unmissed: Vec<bool>,
    /// Which sentences name something again that none of the sentences before them in their paragraph named.
    pub(super) unheard: Vec<bool>,
    vectors: Vec<Vector>,
    middle: Vector,
}

impl Values {
    /// Values `sentences` for a video of `length_ms`.
    pub(super) fn new(
        sentences: &[Sentence],
        cleaned: &Cleaned,
        topic: Topic<'_>,
        language: &str,
        kind: DocumentKind,
        short_forms: &ShortForms,
        length_ms: u64,
    ) -> Self {
        let Topic { title, concepts } = topic;
        let stop = stop_words(language);
        let stemmer = stemmer(language);
        let stem = |word: &String| {
            stemmer.as_ref().map_or_else(|| word.clone(), |stemmer| stemmer.stem(word).into_owned())
        };
        let stems = |text: &str| -> Vec<String> {
            if language_without_spaces(language) {
                return pairs(text);
            }
            words(text).iter().filter(|word| !stop.contains(word.as_str())).map(stem).collect()
        };
        let bags: Vec<Vec<String>> =
            sentences.iter().map(|sentence| stems(&short_forms.with_long_forms(&sentence.text))).collect();
        let mut frequency: BTreeMap<&str, usize> = BTreeMap::new();
        for bag in &bags {
            for word in bag.iter().map(String::as_str).collect::<BTreeSet<_>>() {
                *frequency.entry(word).or_default() += 1;
            }
        }
        let count = sentences.len().max(1) as f32;
        let rarity =
            |word: &str| (1.0 + count / (1.0 + frequency.get(word).copied().unwrap_or_default() as f32)).ln();
        let vectors: Vec<Vector> = bags
            .iter()
            .map(|bag| {
                let mut vector = Vector::new();
                for word in bag {
                    *vector.entry(word.clone()).or_default() += rarity(word);
                }
                normalised(vector)
            })
            .collect();
        let mut middle = Vector::new();
        for vector in &vectors {
            for (word, weight) in vector {
                *middle.entry(word.clone()).or_default() += weight;
            }
        }
        let middle = normalised(middle);
        // A letter may be the name of what the document is about, such as a language.
        let names: Vec<&str> = title.split(|letter: char| !letter.is_alphanumeric()).collect();
        let leads = leads(sentences, cleaned, title);
        let title = stems(title);
        let names_subject = names_subject(&title, &bags);
        let title: BTreeSet<String> = title.into_iter().collect();
        let concepts: Vec<(BTreeSet<String>, f32)> = concepts
            .iter()
            .map(|concept| (stems(&concept.term).into_iter().collect(), concept.weight))
            .collect();
        let first = if sentences.len() > BOOK_SENTENCES { EARLY_IN_BOOK } else { EARLY };
        let has_short_version = leads.iter().any(|lead| lead.worth >= ABSTRACT);
        let case = if tells_cases(kind) { cases(sentences) } else { vec![0.0; sentences.len()] };
        let definitions: Vec<f32> = sentences
            .iter()
            .map(|sentence| if defines(&sentence.text, &title, &stems) { DEFINES } else { 0.0 })
            .collect();
        let opens = definitions
            .iter()
            .map(|defines| if *defines > 0.0 && !has_short_version { OPENS_WITH_DEFINITION } else { 0.0 })
            .collect();
        let dated = dates(sentences, kind);
        let aside = if names_subject.is_some() { OFF_SUBJECT } else { ASIDE };
        let near = nearness(&bags, sentences, &title, &concepts, names_subject.as_deref());
        let data = LanguageData::of(language);
        let cues = [&data.cues.problem, &data.cues.idea, &data.cues.how, &data.cues.result];
        let talks = |text: &str| {
            let lower = text.to_lowercase();
            data.story.self_talk.stand_in(&lower) || language == "en" && WE_DID.is_match(&lower)
        };
        let reports = |text: &str| language == "en" && REPORTED.is_match(&text.to_lowercase());
        let unmissed =
            sentences.iter().map(|sentence| talks(&sentence.text) || reports(&sentence.text)).collect();
        let unheard = unheard(sentences, &bags, language, &stem);
        let worth = sentences
            .iter()
            .enumerate()
            .map(|(index, sentence)| {
                let bag: BTreeSet<String> = bags[index].iter().cloned().collect();
                let named: f32 = concepts
                    .iter()
                    .filter(|(words, _)| !words.is_empty() && words.is_subset(&bag))
                    .map(|&(_, weight)| weight)
                    .sum();
                let in_title = bag.intersection(&title).count() as f32 / title.len().clamp(1, 3) as f32;
                let lower = sentence.text.to_lowercase();
                let cued: f32 = cues
                    .iter()
                    .zip(CUES)
                    .filter(|(cues, _)| has_cue(&sentence.source, cues))
                    .map(|(_, worth)| worth)
                    .sum();
                let cued =
                    if language == "en" && BY_DOING.is_match(&lower) { cued.max(CUES[2]) } else { cued };
                let opens = index == 0 || sentences[index - 1].passage != sentence.passage;
                let own = lower.contains("the authors");
                let found = (leads[index].worth >= ABSTRACT || has_cue(&sentence.source, &data.cues.result))
                    && has_number(&sentence.text);
                let vivid = sentence.tie == Some(Tie::Example) || has_number(&lower);
                let early = 1.0 - index as f32 / count * 3.0;
                let worth = CENTRALITY * (dot(&vectors[index], &middle) * 2.5).min(1.0)
                    + CONCEPTS * (named / 1.8).min(1.0)
                    + TITLE * in_title.min(1.0)
                    + cued
                    + if opens { OPENS } else { 0.0 }
                    + if vivid { VIVID } else { 0.0 }
                    + if has_cue(&lower, &data.cues.key) { KEY } else { 0.0 }
                    + if language == "en" && COUNTED.is_match(&lower) { LISTED } else { 0.0 }
                    + if found { FOUND } else { 0.0 }
                    + if has_short_version { 0.0 } else { definitions[index] }
                    + match data.story.reasons.stand_in(&lower) {
                        true if has_short_version => REASON,
                        true => REASON_IN_CASE,
                        false => 0.0,
                    }
                    + if has_short_version { EARLY } else { first } * early.max(0.0)
                    - if own { SELF } else { 0.0 }
                    - HARD * hardness(&sentence.text)
                    + leads[index].worth;
                let role = cleaned.sections.get(sentence.section).and_then(|section| section.role);
                let of_methods = if role == Some(SectionRole::Methods) { METHODS } else { 1.0 };
                let of_talk = if talks(&sentence.text) {
                    SELF_TALK
                } else if reports(&sentence.text) {
                    REPORTS
                } else {
                    1.0
                };
                let of_labels = if speaks_of_labels(&sentence.text, &names, language)
                    || short_forms.unexplained(&sentence.text, &names) >= RIDDLES
                {
                    LABELLED
                } else {
                    1.0
                };
                let of_aside = aside + (1.0 - aside) * near[index];
                let weight = of_talk * of_labels * of_methods * leads[index].left;
                if leads[index].worth >= ABSTRACT {
                    worth * weight
                } else if has_short_version {
                    (EVEN + (1.0 - EVEN) * worth) * weight
                } else {
                    (EVEN * of_aside + (1.0 - EVEN) * worth * of_aside + case[index]) * weight - dated[index]
                }
            })
            .map(|worth| worth.max(0.02))
            .collect();
        let short_ms: u64 = sentences
            .iter()
            .zip(&leads)
            .filter(|(_, lead)| lead.worth >= ABSTRACT)
            .map(|(sentence, _)| estimate_ms(&sentence.text))
            .sum();
        let is_brief = (short_ms as f32) < length_ms as f32 * BRIEF;
        let in_stretches = is_brief && !stands_apart(kind);
        let mut values = Self { worth, in_stretches, opens, unmissed, unheard, vectors, middle };
        values.raise_support(sentences, &leads);
        values
    }

    /// What puts a number behind a sentence of the abstract is worth as much as that sentence.
    fn raise_support(&mut self, sentences: &[Sentence], leads: &[Lead]) {
        let (short, body): (Vec<usize>, Vec<usize>) =
            (0..sentences.len()).partition(|&index| leads[index].worth >= ABSTRACT);
        for &index in &body {
            if sentences[index].dangles || !has_number(&sentences[index].text) {
                continue;
            }
            let supported = short
                .iter()
                .filter(|&&told| !has_number(&sentences[told].text) && self.likeness(told, index) >= SUPPORTS)
                .map(|&told| self.worth[told])
                .fold(0.0, f32::max);
            self.worth[index] = self.worth[index].max(supported);
        }
    }

    /// How alike two sentences are, from 0 to 1.
    pub(super) fn likeness(&self, one: usize, other: usize) -> f32 {
        match (self.vectors.get(one), self.vectors.get(other)) {
            (Some(one), Some(other)) => dot(one, other),
            _ => 0.0,
        }
    }

    /// How much of what a sentence says another one said before it, by the weight of its words, from 0 to 1.
    pub(super) fn known(&self, earlier: usize, later: usize) -> f32 {
        let (Some(earlier), Some(later)) = (self.vectors.get(earlier), self.vectors.get(later)) else {
            return 0.0;
        };
        later.iter().filter(|(word, _)| earlier.contains_key(*word)).map(|(_, weight)| weight * weight).sum()
    }

    /// How near a sentence is to what all of them say, from 0 to 1.
    pub(super) fn centrality(&self, index: usize) -> f32 {
        self.vectors.get(index).map_or(0.0, |vector| dot(vector, &self.middle))
    }
}

/// What sentences are worth for the case that they belong to.
fn cases(sentences: &[Sentence]) -> Vec<f32> {
    let mut left = 0;
    let mut section = usize::MAX;
    sentences
        .iter()
        .map(|sentence| {
            if sentence.section != section {
                (section, left) = (sentence.section, 0);
            }
            if sentence.leads_on && !sentence.asks() && left == 0 {
                left = CASE_SENTENCES;
                return BEGINS_CASE;
            }
            left = left.saturating_sub(1);
            if left > 0 { CASE } else { 0.0 }
        })
        .collect()
}

/// What it costs each sentence to tell of a year, where years are not what the text is about.
fn dates(sentences: &[Sentence], kind: DocumentKind) -> Vec<f32> {
    let cost = if matches!(kind, DocumentKind::Article | DocumentKind::Announcement) { 0.0 } else { DATED };
    sentences.iter().map(|sentence| if has_year(&sentence.text) { cost } else { 0.0 }).collect()
}

/// Tells whether a case stands for the whole of such a document. The examples of a manual show one of its many uses.
fn tells_cases(kind: DocumentKind) -> bool {
    kind != DocumentKind::Manual
}

/// Tells whether each part of such a document says one thing of its own.
fn stands_apart(kind: DocumentKind) -> bool {
    matches!(kind, DocumentKind::Slides | DocumentKind::Announcement)
}

/// Words before a number that measures rather than names something: "between 2 and 2.3 times".
const MEASURES: [&str; 14] = [
    "between", "from", "with", "about", "than", "only", "under", "over", "within", "least", "most", "nearly",
    "almost", "roughly",
];

/// Tells whether a sentence speaks of letters, or of things with a number of one digit: "class 1", "the columns of C".
fn speaks_of_labels(text: &str, names: &[&str], language: &str) -> bool {
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .collect();
    words.iter().enumerate().any(|(place, word)| {
        let mut letters = word.chars();
        let (Some(only), None) = (letters.next(), letters.next()) else { return false };
        let before = place.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
        if only.is_ascii_digit() {
            let next = words.get(place + 1).copied().unwrap_or_default();
            let counts =
                next.starts_with(char::is_lowercase) && !["and", "or", "is", "in", "to"].contains(&next);
            let measures = MEASURES.contains(&before.to_lowercase().as_str());
            return before.chars().count() > 3
                && before.chars().all(char::is_alphabetic)
                && !counts
                && !measures;
        }
        only.is_ascii_alphabetic()
            // Many languages have words of one small letter.
            && (only.is_uppercase() || language == "en")
            && !(matches!(only, 'a' | 'I') || only == 'A' && place == 0)
            && !names.contains(word)
    })
}

/// Tells whether a number that counts or measures stands in `text`, not only a year.
pub(super) fn has_number(text: &str) -> bool {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '-' && letter != '–').any(|word| {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        (1..4).contains(&digits) || digits > 4 || digits == 4 && !is_year(&word[..4])
    })
}

/// How hard a sentence is to follow by ear, from 0 to 1.
fn hardness(text: &str) -> f32 {
    let words: Vec<&str> = text.split_whitespace().collect();
    let count = words.len().max(1) as f32;
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count() as f32 / count;
    let long = ((count - 20.0) / 20.0).clamp(0.0, 1.0);
    let heavy = ((letters - 5.2) / 2.0).clamp(0.0, 1.0);
    (0.6 * long + 0.6 * heavy).min(1.0)
}

fn language_without_spaces(language: &str) -> bool {
    matches!(language, "zh" | "ja" | "ko" | "th")
}

/// Pairs of neighbouring characters, which stand for words where nothing divides these.
fn pairs(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().filter(|letter| letter.is_alphanumeric()).collect();
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

fn dot(a: &Vector, b: &Vector) -> f32 {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.iter().filter_map(|(word, weight)| long.get(word).map(|other| weight * other)).sum()
}

fn normalised(mut vector: Vector) -> Vector {
    let length = vector.values().map(|weight| weight * weight).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.values_mut().for_each(|weight| *weight /= length);
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naming_what_is_treated_is_no_message() {
        for report in ["the author analyzes bidding behavior.", "the authors also study how queues grow."] {
            assert!(REPORTED.is_match(report), "{report}");
        }
        for message in ["the authors show that queues grow.", "the authors propose a chain of blocks."] {
            assert!(!REPORTED.is_match(message), "{message}");
        }
    }

    #[test]
    fn numbers_that_measure_are_no_labels() {
        assert!(speaks_of_labels("Short rows belong to class 1.", &[], "en"));
        assert!(!speaks_of_labels("The value is between 2 and 2.3 times the price.", &[], "en"));
        assert!(!speaks_of_labels("Nobody waits longer than 5 and a half minutes.", &[], "en"));
    }
}
