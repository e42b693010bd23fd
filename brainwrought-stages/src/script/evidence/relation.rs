//! What hangs together how: causes, the order in time, comparisons, and who does what to whom.

use super::doubt::Doubt;
use super::reading::{Pairing, Reading};
use super::vocabulary::{Cue, Mark, Vocabulary};
use crate::language::LanguageData;

/// How many words on each side of a connective are compared.
const SIDE: usize = 3;

/// What two readings are compared with.
pub(super) struct Relation<'a> {
    pub(super) claim: &'a Reading,
    pub(super) source: &'a Reading,
    pub(super) pairing: &'a Pairing,
    pub(super) vocabulary: &'a Vocabulary,
}

/// The words on both sides of a connective, as places.
struct Sides {
    left: Vec<usize>,
    right: Vec<usize>,
}

impl Relation<'_> {
    pub(super) fn doubted(&self) -> Vec<Doubt> {
        let mut found: Vec<Doubt> = self.cause().into_iter().collect();
        found.extend(self.time());
        found.extend(self.agent());
        found
    }

    fn cause(&self) -> Option<Doubt> {
        let (claim, source) = (self.claim, self.source);
        let causes = [Cue::CauseBehind, Cue::CauseBefore];
        let mark = claim.of(&causes).next()?;
        if !source.has(&causes) && (source.has(&[Cue::Correlation]) || !source.has(&[Cue::Causal])) {
            return Some(Doubt::Cause(claim.shown(mark)));
        }
        let other = source.of(&causes).next()?;
        let (said, written) = (self.causal_sides(claim, mark), self.causal_sides(source, other));
        let (direct, crossed) = self.overlap(&said, &written);
        (crossed > direct + 1).then(|| Doubt::Order(self.between(claim, &said, mark)))
    }

    /// The effect on the left, the cause on the right.
    fn causal_sides(&self, reading: &Reading, mark: Mark) -> Sides {
        let Sides { left, right } = self.sides(reading, mark, 3 * SIDE);
        if mark.cue == Cue::CauseBefore { Sides { left: right, right: left } } else { Sides { left, right } }
    }

    /// The words before and behind a connective; where it opens its sentence, the second clause is what stands before.
    fn sides(&self, reading: &Reading, mark: Mark, most: usize) -> Sides {
        let clause = reading.clause(mark.at);
        let opens = reading.ahead(mark.at).next().is_none()
            && (mark.at == 0 || reading.tokens[mark.at].starts || reading.tokens[mark.at - 1].starts);
        let states = |place: usize| !self.vocabulary.is_light(&reading.tokens[place]);
        let places = |range: std::ops::Range<usize>| range.filter(|&place| states(place));
        let count = reading.tokens.len();
        let right: Vec<usize> = places(mark.end..count)
            .take_while(|&place| !opens || reading.clause(place) == clause)
            .take(most)
            .collect();
        let left: Vec<usize> = if opens {
            places(mark.end..count).filter(|&place| reading.clause(place) > clause).take(most).collect()
        } else {
            (0..mark.at).rev().filter(|&place| states(place)).take(most).collect()
        };
        Sides { left, right }
    }

    /// How many words stand on the same sides, and how many on the other ones.
    fn overlap(&self, said: &Sides, written: &Sides) -> (usize, usize) {
        let common = |one: &[usize], other: &[usize]| {
            one.iter().filter(|&&here| other.iter().any(|&there| self.is_one(here, there))).count()
        };
        (
            common(&said.left, &written.left) + common(&said.right, &written.right),
            common(&said.left, &written.right) + common(&said.right, &written.left),
        )
    }

    fn between(&self, reading: &Reading, sides: &Sides, mark: Mark) -> String {
        let text = |place: Option<&usize>| {
            place.map(|&place| reading.tokens[place].text.as_str()).unwrap_or_default()
        };
        format!("{} … {} … {}", text(sides.left.first()), reading.shown(mark), text(sides.right.first()))
    }

    fn time(&self) -> Option<Doubt> {
        let (claim, source) = (self.claim, self.source);
        let cues = [Cue::Before, Cue::After];
        for mark in claim.of(&cues) {
            let Some(other) = source.of(&cues).next() else { continue };
            let (said, written) = (self.sides(claim, mark, SIDE), self.sides(source, other, SIDE));
            let (direct, crossed) = self.overlap(&said, &written);
            let is_turned = if mark.cue == other.cue { crossed > direct } else { direct > crossed };
            let counts = direct + crossed > 0 && source.of(&cues).count() == 1;
            if is_turned && counts {
                return Some(Doubt::Order(self.between(claim, &said, mark)));
            }
        }
        None
    }

    /// Tells whether the sides of a comparison are exchanged; `None` where not both compare, or it cannot be told.
    pub(super) fn is_exchanged(&self) -> Option<bool> {
        // "More than 50" compares nothing.
        let bounds =
            |reading: &Reading, place: usize| reading.numbers.iter().any(|number| number.at == place + 1);
        let place = |reading: &Reading| {
            let is_than = |place: &usize| self.vocabulary.is_than(&reading.tokens[*place]);
            (0..reading.tokens.len()).find(|place| is_than(place) && !bounds(reading, *place))
        };
        let mark = |at: usize| Mark { cue: Cue::Neutral, at, end: at + 1 };
        let (here, there) = (place(self.claim)?, place(self.source)?);
        let around = |reading: &Reading, mark: Mark| Sides {
            left: reading.ahead(mark.at).take(3 * SIDE).collect(),
            right: reading.behind(mark.end, self.vocabulary).take(3 * SIDE).collect(),
        };
        let (said, written) = (around(self.claim, mark(here)), around(self.source, mark(there)));
        // What stands on both sides tells nothing.
        let own = |reading: &Reading, side: &[usize], other: &[usize]| -> Vec<usize> {
            let stem = |place: usize| &reading.tokens[place].stem;
            side.iter()
                .copied()
                .filter(|&place| other.iter().all(|&there| stem(there) != stem(place)))
                .collect()
        };
        let part = |reading: &Reading, sides: &Sides| Sides {
            left: own(reading, &sides.left, &sides.right),
            right: own(reading, &sides.right, &sides.left),
        };
        let (said, written) = (part(self.claim, &said), part(self.source, &written));
        let common = |one: &[usize], other: &[usize]| {
            one.iter().any(|&here| other.iter().any(|&there| self.is_one(here, there)))
        };
        let is_crossed = common(&said.right, &written.left) && common(&said.left, &written.right);
        let is_direct = common(&said.left, &written.left) && common(&said.right, &written.right);
        match (is_crossed, is_direct, common(&said.right, &written.right)) {
            (true, false, _) => Some(true),
            (false, _, true) => Some(false),
            _ => None,
        }
    }

    fn is_one(&self, here: usize, there: usize) -> bool {
        let (one, other) = (&self.claim.tokens[here], &self.source.tokens[there]);
        one.stem == other.stem || self.pairing.partner(here) == Some(there)
    }

    /// The comparison of the claim, to be shown.
    pub(super) fn compared(&self) -> String {
        let place = self.claim.tokens.iter().position(|token| self.vocabulary.is_than(token)).unwrap_or(0);
        let text = |place: Option<usize>| {
            place.map(|place| self.claim.tokens[place].text.as_str()).unwrap_or_default()
        };
        let (before, behind) =
            (self.claim.ahead(place).last(), self.claim.behind(place + 1, self.vocabulary).next());
        format!("{} … {} … {}", text(before), self.claim.tokens[place].text, text(behind))
    }

    /// Compares who does it where one sentence names the agent behind the verb and the other before.
    fn agent(&self) -> Option<Doubt> {
        let (claim, source) = (self.claim, self.source);
        let agents = |reading: &Reading| {
            (1..reading.tokens.len()).find(|&place| {
                names_agent(&reading.tokens[place].key) && self.is_participle(&reading.tokens[place - 1].key)
            })
        };
        let (active, passive, at, is_claim) = match (agents(claim), agents(source)) {
            (Some(at), None) => (source, claim, at, true),
            (None, Some(at)) => (claim, source, at, false),
            _ => return None,
        };
        let same = |one: usize, other: usize| {
            let (here, there) = if is_claim { (one, other) } else { (other, one) };
            self.pairing.partner(here) == Some(there)
        };
        let verb = at - 1;
        let active_verb = active.content.iter().copied().find(|&place| same(verb, place))?;
        let find = |wanted: Vec<usize>| -> Vec<usize> {
            wanted
                .into_iter()
                .filter_map(|one| active.content.iter().copied().find(|&other| same(one, other)))
                .collect()
        };
        let agent = find(passive.behind(at + 1, self.vocabulary).take(SIDE).collect());
        let patient = find(passive.ahead(verb).take(SIDE).collect());
        let behind = |places: &[usize]| !places.is_empty() && places.iter().all(|&place| place > active_verb);
        let before = |places: &[usize]| !places.is_empty() && places.iter().all(|&place| place < active_verb);
        let turned = behind(&agent) && (patient.is_empty() || before(&patient)) && !patient.is_empty();
        turned.then(|| {
            Doubt::Order(
                claim.words(at.saturating_sub(1).min(claim.tokens.len()), claim.tokens.len().min(at + 3)),
            )
        })
    }

    fn is_participle(&self, key: &str) -> bool {
        key.ends_with("ed")
            || key.ends_with("en")
            || self.vocabulary.stem(key) != key && !key.ends_with("ing") && !key.ends_with('s')
    }
}

fn names_agent(key: &str) -> bool {
    LanguageData::all().iter().any(|data| data.words.agents.contains(key))
}
