//! How much and how surely: quantifiers, modal verbs, hedges, superlatives and limits.

use super::doubt::Doubt;
use super::polarity::denies;
use super::quantity::{Kind, Quantity};
use super::reading::{Pairing, Reading};
use super::vocabulary::{Cue, Mark, Vocabulary};

const QUANTIFIERS: [Cue; 5] = [Cue::All, Cue::Most, Cue::Many, Cue::Some, Cue::Few];
/// What says that a statement is not sure.
const UNSURE: [Cue; 5] = [Cue::May, Cue::Can, Cue::Hedge, Cue::Softener, Cue::Should];
/// Nouns that "some" does not count: "for some years" is "for years".
const TIMES: [&str; 14] = [
    "time",
    "times",
    "while",
    "moments",
    "seconds",
    "minutes",
    "hours",
    "days",
    "weeks",
    "months",
    "years",
    "decades",
    "centuries",
    "distance",
];
/// English adverbs of frequency by how often they say that something is.
const OFTEN: [(u8, &[&str]); 5] = [
    (ALWAYS, &["always", "invariably"]),
    (3, &["usually", "generally", "typically", "normally", "mostly"]),
    (2, &["often", "frequently", "commonly"]),
    (1, &["sometimes", "occasionally"]),
    (RARELY, &["rarely", "seldom"]),
];
const ALWAYS: u8 = 4;
const RARELY: u8 = 0;
/// Stems of words that bear out "rarely".
const RARE: [&str; 7] = ["rare", "uncommon", "unusu", "infrequ", "except", "minor", "littl"];
/// How far from its noun a quantifier stands, in words.
const APART: usize = 4;
/// How many words behind it a hedge governs, of those that state something.
const GOVERNED: usize = 4;

/// What two readings are compared with.
pub(super) struct Strength<'a> {
    pub(super) claim: &'a Reading,
    pub(super) source: &'a Reading,
    pub(super) pairing: &'a Pairing,
    pub(super) vocabulary: &'a Vocabulary,
}

impl Strength<'_> {
    pub(super) fn doubted(&self) -> Vec<Doubt> {
        let mut found: Vec<Doubt> = self.quantifier().into_iter().collect();
        found.extend(self.frequency());
        found.extend(self.only());
        found.extend(self.modality());
        found.extend(self.superlative());
        found.extend(self.scope());
        found
    }

    /// What a quantifier is said of.
    fn noun(&self, reading: &Reading, mark: Mark) -> Option<usize> {
        reading.behind(mark.end, self.vocabulary).next().filter(|place| place - mark.end < APART)
    }

    /// The quantifiers that are said of a word of the source.
    fn said_of(&self, place: usize) -> Vec<Mark> {
        self.source.of(&QUANTIFIERS).filter(|&mark| self.noun(self.source, mark) == Some(place)).collect()
    }

    fn quantifier(&self) -> Option<Doubt> {
        let (claim, source) = (self.claim, self.source);
        let shown = |mark: Option<Mark>| mark.map(|mark| source.shown(mark)).unwrap_or_default();
        let doubt =
            |said: Mark, written: String| Some(Doubt::Quantifier { said: claim.shown(said), written });
        let share = source.numbers.iter().find(|number| number.measure().0 == "share");
        for mark in claim.of(&QUANTIFIERS) {
            // "The most important" is a superlative.
            let is_after_the =
                mark.at > 0 && claim.tokens[mark.at - 1].key == "the" && mark.end == mark.at + 1;
            if claim.numbers.iter().any(|number| number.at == mark.end)
                || mark.cue == Cue::Most && is_after_the
            {
                continue;
            }
            let place = self.noun(claim, mark).and_then(|place| self.pairing.partner(place));
            let own = place.map(|place| self.said_of(place)).unwrap_or_default();
            let counts = |mark: &Mark| source.numbers.iter().any(|number| number.at == mark.end);
            let any = |cues: &[Cue]| source.of(cues).find(|mark| !counts(mark));
            let has = |cue: Cue| own.iter().any(|mark| mark.cue == cue);
            let weaker = [Cue::Some, Cue::Few, Cue::Many, Cue::Most];
            let other = own.first().copied().or_else(|| any(&weaker));
            // "Nearly all" is most.
            let nearly =
                |reading: &Reading, mark: Mark| reading.of(&[Cue::Almost]).any(|other| other.end == mark.at);
            let is_nearly = nearly(claim, mark);
            if is_nearly && source.of(&[Cue::All]).any(|other| nearly(source, other)) {
                continue;
            }
            match if is_nearly { Cue::Most } else { mark.cue } {
                Cue::All => {
                    let is_own = has(Cue::All) || own.is_empty() && any(&[Cue::All]).is_some();
                    let is_none =
                        source.has(&[Cue::Negation]) && place.is_none_or(|place| denies(source, place));
                    // "A forager visits" is said of any of them.
                    let is_any = place.is_some_and(|place| {
                        (place.saturating_sub(1)..place)
                            .any(|at| ["a", "an", "per"].contains(&source.tokens[at].key.as_str()))
                    }) || source.tokens.iter().any(|token| token.key == "per");
                    let is_weak = ["both", "any", "each", "whole", "entire", "entirely"]
                        .contains(&claim.shown(mark).to_lowercase().as_str());
                    let is_negated =
                        mark.at > 0 && claim.of(&[Cue::Negation]).any(|other| other.end == mark.at);
                    // "All it can do" is "it can only".
                    if is_own || is_none || is_negated || source.has(&[Cue::Only]) {
                        continue;
                    }
                    if let Some(share) = share.filter(|share| share.measure().1 < 1.0)
                        && !claim.numbers.iter().any(|number| number.measure() == share.measure())
                    {
                        return doubt(mark, share.shown.clone());
                    }
                    if other.is_some() || !is_any && !is_weak {
                        return doubt(mark, shown(other));
                    }
                }
                Cue::Most => {
                    let exact = own.iter().find(|mark| matches!(mark.cue, Cue::All | Cue::Some | Cue::Few));
                    let part = share.filter(|share| share.measure().1 <= 0.5);
                    if has(Cue::Most) || own.is_empty() && any(&[Cue::Most]).is_some() {
                        continue;
                    }
                    if let Some(&exact) = exact {
                        return doubt(mark, source.shown(exact));
                    }
                    if let Some(part) = part {
                        return doubt(mark, part.shown.clone());
                    }
                    if place.is_some_and(|place| denies(source, place))
                        && !claim.has(&[Cue::Negation, Cue::Failing])
                    {
                        return doubt(mark, shown(any(&[Cue::Negation])));
                    }
                }
                Cue::Many | Cue::Some => {
                    let less = own.iter().find(|mark| mark.cue == Cue::Few);
                    if let Some(&less) = less
                        && mark.cue == Cue::Many
                    {
                        return doubt(mark, source.shown(less));
                    }
                    if own.iter().any(|mark| mark.cue == Cue::All)
                        && !source.has(&[Cue::Negation])
                        && mark.cue == Cue::Some
                    {
                        return doubt(mark, shown(own.first().copied()));
                    }
                }
                _ => {
                    let more = own.iter().find(|mark| matches!(mark.cue, Cue::All | Cue::Most | Cue::Many));
                    let more = more.copied().or_else(|| any(&[Cue::All, Cue::Most, Cue::Many]));
                    let is_few = has(Cue::Few) || source.has(&[Cue::Few, Cue::Failing, Cue::Some]);
                    if let Some(more) = more
                        && !is_few
                        && !claim.has(&[more.cue])
                    {
                        return doubt(mark, source.shown(more));
                    }
                }
            }
        }
        // "No students would" is not "most students would not".
        for mark in claim.of(&[Cue::Negation]) {
            let opens = mark.at == 0 || claim.clause(mark.at - 1) != claim.clause(mark.at);
            let noun =
                claim.behind(mark.end, self.vocabulary).next().filter(|&place| place == mark.end && opens);
            let own = noun
                .and_then(|place| self.pairing.partner(place))
                .map(|place| self.said_of(place))
                .unwrap_or_default();
            if let Some(&part) = own.iter().find(|mark| !matches!(mark.cue, Cue::All | Cue::Few)) {
                return doubt(mark, source.shown(part));
            }
        }
        self.generalized()
    }

    /// An adverb of frequency in the place of another: "always" for "often".
    fn frequency(&self) -> Option<Doubt> {
        let of = |reading: &Reading| {
            let rank =
                |key: &str| OFTEN.iter().find(|(_, words)| words.contains(&key)).map(|(rank, _)| *rank);
            let found = reading.tokens.iter().take(super::reading::MAX_WORDS);
            found.filter_map(|token| Some((rank(&token.key)?, token.text.clone()))).collect::<Vec<_>>()
        };
        let (said, written) = (of(self.claim), of(self.source));
        let is_part = |number: &Quantity| number.measure().0 == "share" && number.measure().1 < 0.5;
        if let ([(RARELY, said)], []) = (&said[..], &written[..])
            && !self.source.has(&[Cue::Few, Cue::Some, Cue::Failing, Cue::Negation, Cue::May, Cue::Only])
            && !self.source.numbers.iter().any(is_part)
            && !self.source.tokens.iter().any(|token| RARE.contains(&token.stem.as_str()))
        {
            return Some(Doubt::Quantifier { said: said.clone(), written: String::new() });
        }
        // Where each has one, they are said of the same thing.
        let ([(one, said)], [(other, written)]) = (&said[..], &written[..]) else { return None };
        let apart = one.abs_diff(*other);
        (apart > 1 || apart > 0 && *one == ALWAYS)
            .then(|| Doubt::Quantifier { said: said.clone(), written: written.clone() })
    }

    /// A quantifier that limits what is said of a noun, where the claim says it of all.
    fn generalized(&self) -> Option<Doubt> {
        let (claim, source) = (self.claim, self.source);
        for mark in source.of(&[Cue::Some, Cue::Few]) {
            if source.numbers.iter().any(|number| number.at == mark.end) {
                continue;
            }
            let Some(noun) = self.noun(source, mark).filter(|noun| noun - mark.end < 2) else { continue };
            // "For some years" and "for years" last as long.
            if TIMES.contains(&source.tokens[noun].key.as_str()) {
                continue;
            }
            let Some(said) = (0..claim.tokens.len()).find(|&place| self.pairing.partner(place) == Some(noun))
            else {
                continue;
            };
            let is_limited =
                claim.has(&[Cue::Some, Cue::Few, Cue::Many, Cue::May, Cue::Can, Cue::Negation, Cue::Failing])
                    || claim.numbers.iter().any(|number| {
                        number.kind == Kind::Count && number.end <= said + 1 && said < number.end + APART
                    })
                    || (said.saturating_sub(2)..said).any(|at| {
                        ["a", "an", "one", "these", "those"].contains(&claim.tokens[at].key.as_str())
                    });
            if !is_limited && claim.tokens[said].key == source.tokens[noun].key {
                return Some(Doubt::Quantifier { said: String::new(), written: source.shown(mark) });
            }
        }
        None
    }

    /// "Only" that was added, or left out where the words around it stayed.
    fn only(&self) -> Option<Doubt> {
        let (claim, source) = (self.claim, self.source);
        let counts = |mark: Mark| claim.numbers.iter().any(|number| number.at == mark.end);
        let evaluates = ["just", "merely", "alone", "unless"];
        let said = claim
            .of(&[Cue::Only])
            .find(|&mark| !counts(mark) && !evaluates.contains(&claim.shown(mark).to_lowercase().as_str()));
        // "Only with a key" is "a key is required".
        let known = [Cue::Only, Cue::Negation, Cue::Failing];
        let binds =
            source.of(&[Cue::Must]).any(|mark| !["will", "shall"].contains(&source.shown(mark).as_str()));
        if let Some(mark) = said
            && !source.has(&known)
            && !binds
        {
            return Some(Doubt::Superlative(claim.shown(mark)));
        }
        // "Only one way" is not one of several.
        let is_single = |mark: &Mark| source.tokens.get(mark.end).is_some_and(|token| token.key == "one");
        if let Some(single) = source.of(&[Cue::Only]).find(is_single)
            && let Some(many) = claim.of(&[Cue::Many]).next()
            && !claim.has(&[Cue::Only])
            && !source.has(&[Cue::Many])
        {
            return Some(Doubt::Quantifier {
                said: claim.shown(many),
                written: source.words(single.at, single.end + 1),
            });
        }
        for mark in source.of(&[Cue::Only]) {
            let is_plain = !evaluates.contains(&source.shown(mark).to_lowercase().as_str());
            let behind = source.behind(mark.end, self.vocabulary).next();
            let before = source.ahead(mark.at).next();
            let kept = |place: Option<usize>| place.is_some_and(|place| self.pairing.is_kept(place));
            let is_counted = source.numbers.iter().any(|number| number.at == mark.end);
            if is_plain
                && !is_counted
                && kept(behind)
                && kept(before)
                && !claim.has(&[Cue::Only, Cue::Negation, Cue::Few])
            {
                return Some(Doubt::Quantifier { said: String::new(), written: source.shown(mark) });
            }
        }
        None
    }

    fn modality(&self) -> Option<Doubt> {
        let (claim, source) = (self.claim, self.source);
        let doubt = |said: String, written: String| Some(Doubt::Modality { said, written });
        // What is governed ends with its clause, but for what is put in between behind the first word.
        let governs = |reading: &Reading, mark: Mark| -> Vec<usize> {
            let behind: Vec<usize> =
                reading.content.iter().copied().filter(|&place| place >= mark.end).take(GOVERNED).collect();
            let within = behind.iter().take_while(|&&place| reading.clause(place) == reading.clause(mark.at));
            let within: Vec<usize> = within.copied().collect();
            // "(perhaps in part)" stands apart, and says nothing of what follows.
            let stands_apart = mark.at > 0 && reading.clause(mark.at - 1) != reading.clause(mark.at);
            if within.len() < 2 && (within.is_empty() || !stands_apart) { behind } else { within }
        };
        if let Some(mark) = claim.of(&[Cue::Proof]).next()
            && !source.has(&[Cue::Proof])
            && let Some(weak) = source.of(&[Cue::May, Cue::Hedge, Cue::Softener, Cue::Correlation]).next()
        {
            return doubt(claim.shown(mark), source.shown(weak));
        }
        for place in claim.content.iter().copied() {
            let Some(written) = self.pairing.partner(place) else { continue };
            let (Some(said), Some(own)) = (modal_of(claim, place), modal_of(source, written)) else {
                continue;
            };
            let binds = |mark: Mark| match mark.cue {
                Cue::Must => 2,
                Cue::Should => 1,
                _ => 0,
            };
            if binds(said) != binds(own) {
                return doubt(claim.shown(said), source.shown(own));
            }
        }
        if let Some(mark) = claim.of(&[Cue::Must]).next() {
            let known = [Cue::Must, Cue::Proof, Cue::Only];
            let weak = source.of(&[Cue::May, Cue::Can, Cue::Should]).next();
            let governed = governs(claim, mark).into_iter().take(2).any(|place| !self.pairing.is_new(place));
            let requires = mark.end == mark.at + 1 && claim.tokens[mark.at].key != "must";
            if governed
                && !source.has(&known)
                && (weak.is_some() || !requires)
                && !source.has(&[Cue::Failing])
            {
                return doubt(claim.shown(mark), weak.map(|mark| source.shown(mark)).unwrap_or_default());
            }
        }
        if let Some(mark) = source.of(&[Cue::Must]).next()
            && let Some(weak) = claim.of(&[Cue::May, Cue::Can]).next()
            && !claim.has(&[Cue::Must, Cue::Should, Cue::Negation, Cue::Only])
            && !source.has(&[Cue::May, Cue::Can])
            && governs(source, mark).into_iter().take(2).any(|place| self.pairing.is_kept(place))
        {
            return doubt(claim.shown(weak), source.shown(mark));
        }
        // What is counted is a noun: "ten million requests that …".
        let is_counted = |mark: &Mark| source.numbers.iter().any(|number| number.end == mark.at);
        let marks = source.of(&[Cue::May, Cue::Hedge, Cue::Can, Cue::Should]);
        for mark in marks.filter(|mark| mark.cue != Cue::Hedge || !is_counted(mark)) {
            let governed = governs(source, mark);
            let count = governed.iter().filter(|&&place| self.pairing.is_kept(place)).count();
            let is_denied =
                source.of(&[Cue::Negation]).any(|other| other.at <= mark.end && mark.at <= other.end);
            let first = governed.first().is_some_and(|&place| self.pairing.is_kept(place));
            let told: &[Cue] = match mark.cue {
                Cue::Can => &[
                    Cue::Can,
                    Cue::May,
                    Cue::Hedge,
                    Cue::Must,
                    Cue::AtMost,
                    Cue::Only,
                    Cue::Negation,
                    Cue::Failing,
                    Cue::Softener,
                ],
                Cue::Should => {
                    &[Cue::Should, Cue::Must, Cue::May, Cue::Can, Cue::Hedge, Cue::Softener, Cue::Negation]
                }
                Cue::Hedge => &[Cue::May, Cue::Can, Cue::Hedge, Cue::Softener, Cue::Should, Cue::Failing],
                _ => &UNSURE,
            };
            // A hedge governs what follows; other verbs than its own may follow those of "can" and "should".
            let is_said = match mark.cue {
                Cue::Can | Cue::Should => first && (count >= 2 || governed.len() <= 2),
                _ => count >= 2 || count == governed.len() && count > 0,
            };
            if is_said && !is_denied && !claim.has(told) && !self.asks() {
                return doubt(String::new(), source.shown(mark));
            }
        }
        None
    }

    fn asks(&self) -> bool {
        self.claim.tokens.first().is_some_and(|token| {
            ["why", "how", "what", "who", "which", "where"].contains(&token.key.as_str())
        })
    }

    fn superlative(&self) -> Option<Doubt> {
        let (claim, source, vocabulary) = (self.claim, self.source, self.vocabulary);
        let is_number =
            |place: usize| claim.numbers.iter().any(|number| number.at <= place && place < number.end);
        let known = source.has(&[Cue::Superlative])
            || source.tokens.iter().any(|token| vocabulary.is_superlative(token) || token.key == "most");
        let marked = claim.of(&[Cue::Superlative]).map(|mark| claim.shown(mark));
        let ending = (0..claim.tokens.len())
            .filter(|&place| vocabulary.is_superlative(&claim.tokens[place]) && !is_number(place))
            .filter(|&place| self.pairing.is_new(place) || !known)
            .map(|place| claim.tokens[place].text.clone());
        let said = marked.chain(ending).next();
        said.filter(|_| !known).map(Doubt::Superlative)
    }

    fn scope(&self) -> Option<Doubt> {
        let mark = self.source.of(&[Cue::Scope]).next()?;
        let kept = (mark.at..mark.end).any(|place| self.pairing.is_kept(place));
        (!kept && !self.claim.has(&[Cue::Scope])).then(|| Doubt::Scope(self.source.shown(mark)))
    }
}

/// The modal verb that stands before a verb, with nothing that states anything between.
fn modal_of(reading: &Reading, place: usize) -> Option<Mark> {
    let before = reading.content.iter().copied().rev().find(|&other| other < place);
    let modals = [Cue::May, Cue::Can, Cue::Must, Cue::Should];
    let stands = |mark: &Mark| {
        mark.end <= place
            && before.is_none_or(|before| before < mark.end)
            && reading.clause(mark.at) == reading.clause(place)
    };
    reading.of(&modals).filter(stands).last()
}
