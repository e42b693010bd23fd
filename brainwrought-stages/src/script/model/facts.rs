//! [`Facts`]: the claim gate for lines that a model wrote.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::super::evidence::{Doubt, Evidence};
use super::super::lexicon::words;
use super::super::sentence_filter::is_speakable;
use super::reply::{Role, Scenes};
use super::sources::{Source, Sources};

/// The most words of a line that states nothing.
const BEAT_WORDS: usize = 10;

/// The most words of a scene's title.
const TITLE_WORDS: usize = 6;
/// A line is made of a sentence that has this share of its words.
const MOSTLY: f64 = 0.6;
/// A line that says something of a sentence in other words still has this share of its words.
const AKIN: f64 = 0.25;
/// A line with fewer words of its own is too short to tell: two words in common are no kinship, and none no strangeness.
const MIN_WORDS: usize = 5;

/// Words that begin with the same letters, as many as these, are taken for forms of one.
const STEM: usize = 5;

/// A line that says what its sentence does not.
#[derive(Debug, Clone)]
pub(super) struct Doubted<'a> {
    /// A number to tell it by, from 1.
    pub(super) number: u32,
    pub(super) scene: usize,
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) source: &'a Source,
    pub(super) doubts: Vec<String>,
}

/// The claim gate for lines that a model wrote.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    evidence: Evidence,
    sources: &'a Sources,
    language: &'a str,
}

impl<'a> Facts<'a> {
    pub(super) fn new(evidence: Evidence, sources: &'a Sources, language: &'a str) -> Self {
        Self { evidence, sources, language }
    }

    /// Tells what is wrong with a sentence that claims to come from `source`.
    pub(super) fn faults(&self, text: &str, source: &Source) -> Vec<String> {
        let mut faults: Vec<String> = self
            .evidence
            .doubts(text, &source.quote)
            .iter()
            .map(|doubt| format!("its sentence does not say {doubt}"))
            .collect();
        let said = bag(text);
        let shared = said.intersection(&bag(&source.quote)).count();
        if said.len() >= MIN_WORDS && (shared as f64) < AKIN * said.len() as f64 {
            faults.push("it has hardly a word in common with its sentence".to_owned());
        }
        if !is_speakable(text, self.language) {
            faults.push(
                "it cannot be spoken as it is: one plain sentence of 7 to 20 words is wanted".to_owned(),
            );
        }
        faults
    }

    /// Tells whether a short text, such as an opening or a choice, says nothing that its sentence does not.
    pub(super) fn bears_out(&self, text: &str, source: &Source) -> bool {
        self.evidence.doubts(text, &source.quote).is_empty()
    }

    /// Tells whether a line that states nothing really does.
    pub(super) fn is_beat(&self, text: &str, source: &Source) -> bool {
        let asserts = |doubt: &Doubt| matches!(doubt, Doubt::Number(_) | Doubt::Name(_) | Doubt::Unit(_));
        let count = text.split_whitespace().count();
        (1..=BEAT_WORDS).contains(&count)
            && text.chars().any(char::is_alphabetic)
            && !text
                .chars()
                .any(|letter| letter.is_numeric() || letter.is_control() || "<>{}[]|\\".contains(letter))
            && !self.evidence.doubts(text, &source.quote).iter().any(asserts)
    }

    /// Tells whether `text` can be written on a meme: a few words without numbers that claim nothing against the sentence.
    pub(super) fn is_joke(&self, text: &str, source: &Source) -> bool {
        let denies = |doubt: &Doubt| matches!(doubt, Doubt::Negation(_));
        self.is_beat(text, source) && !self.evidence.doubts(text, &source.quote).iter().any(denies)
    }

    /// Tells whether `text` can head what is said of a sentence: a few words that state nothing, one of which is the
    /// sentence's, its section's or the document's own.
    pub(super) fn is_title(&self, text: &str, source: &Source, document: &str) -> bool {
        let known = bag(&format!("{} {} {document}", source.quote, source.section));
        text.split_whitespace().count() <= TITLE_WORDS
            && self.is_joke(text, source)
            && !bag(text).is_disjoint(&known)
    }

    /// Gives fact lines that name a wrong sentence, or none, the one that they are made of, where there is one.
    pub(super) fn recite(&self, scenes: &mut Scenes) {
        let bags: Vec<BTreeSet<String>> = self.sources.iter().map(|source| bag(&source.quote)).collect();
        let lines = scenes.scenes.iter_mut().flat_map(|scene| &mut scene.lines);
        for line in lines.filter(|line| line.role == Role::Fact) {
            let said = bag(&line.text);
            let shared = |bag: &BTreeSet<String>| said.intersection(bag).count();
            let best =
                bags.iter().map(shared).enumerate().max_by_key(|&(index, shared)| (shared, Reverse(index)));
            let Some((index, most)) = best else { continue };
            let named = self.sources.index(line.source).and_then(|index| bags.get(index)).map_or(0, shared);
            let number = self.sources.number(index);
            if most as f64 >= MOSTLY * said.len().max(MIN_WORDS) as f64
                && named * 2 <= most
                && self.sources.get(number).is_some_and(|source| self.bears_out(&line.text, source))
            {
                line.source = number;
            }
        }
    }

    /// The fact lines that must be rewritten.
    pub(super) fn doubted(&self, scenes: &Scenes) -> Vec<Doubted<'a>> {
        let mut found = Vec::new();
        for (scene, reply) in scenes.scenes.iter().enumerate() {
            for (line, said) in reply.lines.iter().enumerate().filter(|(_, said)| said.role == Role::Fact) {
                let Some(source) = self.sources.get(said.source) else { continue };
                let doubts = self.faults(&said.text, source);
                if !doubts.is_empty() {
                    let number = found.len() as u32 + 1;
                    found.push(Doubted { number, scene, line, text: said.text.clone(), source, doubts });
                }
            }
        }
        found
    }

    /// Replaces what still fails by the sentence itself, and drops what cannot be replaced.
    pub(super) fn settled(&self, mut scenes: Scenes, warnings: &mut Vec<String>) -> Scenes {
        let (mut replaced, mut dropped) = (0, 0);
        let mut used = BTreeSet::new();
        for scene in &mut scenes.scenes {
            scene.lines.retain_mut(|line| {
                line.text = line.text.split_whitespace().collect::<Vec<_>>().join(" ");
                let Some(source) = self.sources.get(line.source) else {
                    dropped += 1;
                    return false;
                };
                if line.role != Role::Fact {
                    let stays = self.is_beat(&line.text, source);
                    dropped += usize::from(!stays);
                    return stays;
                }
                if self.faults(&line.text, source).is_empty() {
                    used.insert(line.source);
                    return true;
                }
                let extractive = source.said.iter().find(|said| !said.dangles).or(source.said.first());
                match extractive {
                    // What is said already need not be said again.
                    Some(said) if used.insert(line.source) => {
                        replaced += 1;
                        line.text.clone_from(&said.text);
                        true
                    }
                    _ => {
                        dropped += 1;
                        false
                    }
                }
            });
        }
        scenes.scenes.retain(|scene| scene.lines.iter().any(|line| line.role == Role::Fact));
        if replaced + dropped > 0 {
            warnings.push(format!(
                "the claim gate replaced {replaced} lines by the document's own sentences and dropped {dropped}"
            ));
        }
        scenes
    }
}

/// The words of a text that may tell it from others, without their endings.
fn bag(text: &str) -> BTreeSet<String> {
    let long = words(text).into_iter().filter(|word| word.chars().count() > 3);
    long.map(|word| word.chars().take(STEM).collect()).collect()
}
