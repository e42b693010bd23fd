//! [`Repair`]: lines on their way through the gate: what does not pass goes back to the model with the reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use brainwrought_core::data::{Citation, LineRole, Opinion, OpinionVerdict};

use super::facts::{Claim, Facts, ended, spaced};
use super::reply::{Review, ReviewVerdict, Rewrites};

/// Lines on their way through the gate.
#[derive(Debug)]
pub(super) struct Repair<'a> {
    facts: &'a Facts,
    lines: Vec<Doubted>,
}

/// A line with what is known of it.
#[derive(Debug)]
struct Doubted {
    claim: Claim,
    verdict: Verdict,
    /// What the model would say instead, which passed.
    second: Option<(Claim, Vec<Citation>)>,
    /// True when it was written anew as often as it may be.
    is_given_up: bool,
}

#[derive(Debug)]
enum Verdict {
    Passed(Vec<Citation>),
    /// What is wrong with it.
    Doubted(Vec<String>),
    /// The model has nothing to say in its place.
    Withdrawn,
}

/// A line that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) text: String,
    /// Where it comes from; nowhere for a line that states nothing.
    pub(super) citations: Vec<Citation>,
}

impl Passed {
    /// The line, if it passes.
    pub(super) fn of(facts: &Facts, claim: &Claim) -> Option<Self> {
        let claim = Claim { text: ended(&claim.text), ..claim.clone() };
        let citations = facts.judge(&claim).ok()?;
        Some(Self { text: claim.text, citations })
    }
}

impl<'a> Repair<'a> {
    pub(super) fn new(facts: &'a Facts, claims: Vec<Claim>) -> Self {
        let judged = |mut claim: Claim| {
            claim.text = ended(&claim.text);
            let verdict = facts.judge(&claim).map_or_else(Verdict::Doubted, Verdict::Passed);
            Doubted { claim, verdict, second: None, is_given_up: false }
        };
        Self { facts, lines: claims.into_iter().map(judged).collect() }
    }

    /// The places of the lines that did not pass.
    pub(super) fn doubted(&self) -> Vec<usize> {
        let doubted =
            |(_, line): &(usize, &Doubted)| matches!(line.verdict, Verdict::Doubted(_)) && !line.is_given_up;
        self.lines.iter().enumerate().filter(doubted).map(|(index, _)| index).collect()
    }

    /// The lines that passed.
    pub(super) fn standing(&self) -> Vec<Passed> {
        let passed = self.lines.iter().filter_map(|line| match &line.verdict {
            Verdict::Passed(citations) => {
                Some(Passed { text: line.claim.text.clone(), citations: citations.clone() })
            }
            _ => None,
        });
        passed.collect()
    }

    /// What a model is shown of the facts that passed, and how many they are; nothing where there are none.
    pub(super) fn shown_facts(&self) -> Option<(String, usize)> {
        let sources = &self.facts.sources;
        let (mut text, mut cited, mut count) = (String::new(), BTreeSet::new(), 0);
        for (line, number) in self.lines.iter().zip(1..) {
            let Verdict::Passed(citations) = &line.verdict else { continue };
            if !line.claim.role.states_facts() {
                continue;
            }
            let places: BTreeSet<usize> =
                citations.iter().flat_map(|cited| sources.quoted(&cited.quote)).collect();
            let numbers: Vec<String> = places.iter().map(|place| (place + 1).to_string()).collect();
            let _ = writeln!(text, "Line {number}: {} [{}]", line.claim.text, numbers.join(", "));
            cited.extend(places);
            count += 1;
        }
        let cited: Vec<usize> = cited.into_iter().collect();
        (count > 0).then(|| (format!("{text}Sentences:\n{}", sources.shown_around(&cited)), count))
    }

    /// Takes a second opinion of the facts that passed: those that it says no to are doubted, with a warning. Returns what it
    /// says of the others, by their words. What the gate still doubts stays as it is.
    pub(super) fn hear(&mut self, review: &Review, warnings: &mut Vec<String>) -> BTreeMap<String, Opinion> {
        let mut opinions = BTreeMap::new();
        for line in self.lines.iter_mut().filter(|line| matches!(line.verdict, Verdict::Doubted(_))) {
            line.is_given_up = true;
        }
        for heard in &review.lines {
            let place = (heard.number as usize).checked_sub(1);
            let Some(line) = place.and_then(|place| self.lines.get_mut(place)) else { continue };
            if !matches!(line.verdict, Verdict::Passed(_)) || !line.claim.role.states_facts() {
                continue;
            }
            // Words that the line does not have are no words of it.
            let words = spaced(&heard.words);
            let words = if line.claim.text.to_lowercase().contains(&words.to_lowercase()) {
                words
            } else {
                String::new()
            };
            let verdict = match heard.verdict {
                ReviewVerdict::BorneOut => OpinionVerdict::BorneOut,
                ReviewVerdict::Partly => OpinionVerdict::Partly,
                ReviewVerdict::Not => {
                    let shown = if words.is_empty() { "it".to_owned() } else { format!("“{words}”") };
                    warnings.push(format!(
                        "on second reading, the sentences of the line “{}” do not say {shown}; it was written anew",
                        line.claim.text
                    ));
                    line.verdict = Verdict::Doubted(vec![format!(
                        "on second reading, its sentences do not say {shown}"
                    )]);
                    continue;
                }
            };
            let words = if verdict == OpinionVerdict::BorneOut { String::new() } else { words };
            opinions.insert(line.claim.text.clone(), Opinion { verdict, words });
        }
        opinions
    }

    /// What a model is shown of the lines that did not pass.
    pub(super) fn shown(&self) -> String {
        let mut text = String::new();
        let spoken = |index: Option<usize>| {
            index.and_then(|index| self.lines.get(index)).map_or("", |line| line.claim.text.as_str())
        };
        for index in self.doubted() {
            let Some(Doubted { claim, verdict: Verdict::Doubted(reasons), .. }) = self.lines.get(index)
            else {
                continue;
            };
            let (before, after) = (spoken(index.checked_sub(1)), spoken(index.checked_add(1)));
            let _ = writeln!(
                text,
                "Line {} ({}): {}\nBefore it: {before}\nAfter it: {after}\nWrong: {}\nSentences:\n{}",
                index + 1,
                named(claim.role),
                claim.text,
                reasons.join("; "),
                self.facts.sources.shown_around(&claim.sources),
            );
        }
        text
    }

    /// Takes what the model wrote instead.
    pub(super) fn take(&mut self, rewrites: Rewrites) {
        let facts = self.facts;
        for rewrite in rewrites.lines {
            let place = (rewrite.number as usize).checked_sub(1);
            let Some(line) = place.and_then(|place| self.lines.get_mut(place)) else { continue };
            if !matches!(line.verdict, Verdict::Doubted(_)) {
                continue;
            }
            if rewrite.text.trim().is_empty() {
                line.verdict = Verdict::Withdrawn;
                continue;
            }
            let named = facts.sources.named(&rewrite.sources);
            let sources = if named.is_empty() { line.claim.sources.clone() } else { named };
            let role = line.claim.role;
            let claim = Claim { text: ended(&rewrite.text), role, sources: sources.clone() };
            let second = Claim { text: ended(&rewrite.second), role, sources };
            if !rewrite.second.trim().is_empty()
                && let Ok(citations) = facts.judge(&second)
            {
                line.second = Some((second, citations));
            }
            line.verdict = facts.judge(&claim).map_or_else(Verdict::Doubted, Verdict::Passed);
            line.claim = claim;
        }
    }

    /// What became of each line, in their order; nothing for one that is left out. In the place of what never passed stands
    /// the model's second choice, or else the document's own sentence where it fits.
    pub(super) fn finish(self, warnings: &mut Vec<String>) -> Vec<Option<Passed>> {
        let facts = self.facts;
        // What is said already need not be said again. A line is made of what it names; its quote may hold the neighbours.
        let mut taken: BTreeSet<usize> = self
            .lines
            .iter()
            .filter_map(|line| match &line.verdict {
                Verdict::Passed(_) => Some(line.claim.sources.clone()),
                _ => None,
            })
            .flatten()
            .collect();
        let finished = self.lines.into_iter().map(|Doubted { claim, verdict, second, .. }| {
            let reasons = match verdict {
                Verdict::Passed(citations) => return Some(Passed { text: claim.text, citations }),
                Verdict::Doubted(reasons) => reasons.join("; "),
                Verdict::Withdrawn => "the model found nothing true to say in its place".to_owned(),
            };
            if let Some((second, citations)) = second {
                return Some(Passed { text: second.text, citations });
            }
            let states = claim.role.states_facts() || matches!(claim.role, LineRole::Hook | LineRole::Close);
            if states
                && let Some((text, at)) = facts.own_sentence(&claim, &taken)
                && let Ok(citations) =
                    facts.judge(&Claim { text: text.clone(), role: claim.role, sources: vec![at] })
            {
                taken.insert(at);
                warnings.push(format!(
                    "the line “{}” gave way to a sentence of the document, “{text}”: {reasons}",
                    claim.text
                ));
                return Some(Passed { text, citations });
            }
            warnings.push(format!("the line “{}” was left out: {reasons}", claim.text));
            None
        });
        finished.collect()
    }
}

/// The name of a role as a model knows it.
pub(super) fn named(role: LineRole) -> &'static str {
    match role {
        LineRole::Hook => "opening",
        LineRole::Fact => "fact",
        LineRole::Gloss => "gloss",
        LineRole::Transition => "transition",
        LineRole::Interjection => "interjection",
        LineRole::Question => "question",
        LineRole::Guess => "guess",
        LineRole::Recap => "recap",
        LineRole::Callback => "callback",
        LineRole::Quiz => "quiz",
        LineRole::Answer => "answer",
        LineRole::Close => "close",
        _ => "line",
    }
}
