//! [`Reading`]: a text as the checks compare it, and [`Pairing`]: which of its words another text bears out.

use super::quantity::{Kind, Quantity, quantities};
use super::token::{Token, tokens};
use super::vocabulary::{Cue, Mark, Vocabulary};

/// The most words of a text that are compared one by one; of more, only numbers and names are.
pub(super) const MAX_WORDS: usize = 240;

/// A text as the checks compare it.
pub(super) struct Reading {
    pub(super) tokens: Vec<Token>,
    pub(super) marks: Vec<Mark>,
    pub(super) numbers: Vec<Quantity>,
    /// The places of the words that state something, numbers aside.
    pub(super) content: Vec<usize>,
    /// The place behind the last word of its own; those behind it are lent, such as the words of an abbreviation.
    pub(super) own: usize,
}

impl Reading {
    pub(super) fn new(text: &str, vocabulary: &Vocabulary) -> Self {
        let tokens = tokens(text, |key| vocabulary.stem(key), |word| vocabulary.is_number(word));
        let marks = vocabulary.marks(&tokens);
        let numbers = quantities(&tokens, vocabulary.numbers());
        let is_counted = |place: usize| {
            numbers.iter().any(|number| number.kind != Kind::Name && (number.at..number.end).contains(&place))
        };
        let states = |place: usize| {
            let token = &tokens[place];
            token.key.chars().any(char::is_alphabetic)
                && !vocabulary.is_light(token)
                && !vocabulary.is_negation(token)
                && !is_counted(place)
        };
        let content = (0..tokens.len().min(MAX_WORDS)).filter(|&place| states(place)).collect();
        let own = tokens.len();
        Self { tokens, marks, numbers, content, own }
    }

    /// Several texts as one, of which none goes on in the next.
    pub(super) fn of_all(texts: &[&str], vocabulary: &Vocabulary) -> Self {
        Self::new(&texts.join(" . "), vocabulary)
    }

    /// Tells whether one of `cues` stands among the words that are compared.
    pub(super) fn has(&self, cues: &[Cue]) -> bool {
        self.of(cues).next().is_some()
    }

    /// The cues of these kinds among the words that are compared, in the order of the text.
    pub(super) fn of<'a>(&'a self, cues: &'a [Cue]) -> impl Iterator<Item = Mark> + 'a {
        let near = self.marks.iter().take_while(|mark| mark.at < MAX_WORDS);
        near.copied().filter(move |mark| cues.contains(&mark.cue))
    }

    pub(super) fn shown(&self, mark: Mark) -> String {
        self.words(mark.at, mark.end)
    }

    pub(super) fn words(&self, at: usize, end: usize) -> String {
        let words: Vec<&str> = self.tokens[at..end].iter().map(|token| token.text.as_str()).collect();
        words.join(" ")
    }

    /// Finds the word of `source` that stands between the same two words as these do.
    pub(super) fn takes_place(&self, at: usize, end: usize, source: &Self) -> Option<usize> {
        let key = |reading: &Self, place: Option<usize>| {
            place.and_then(|place| reading.tokens.get(place)).map(|token| token.key.clone())
        };
        let (before, behind) = (key(self, at.checked_sub(1)), key(self, Some(end)));
        (0..source.tokens.len()).find(|&there| {
            key(source, there.checked_sub(1)) == before && key(source, Some(there + 1)) == behind
        })
    }

    pub(super) fn clause(&self, place: usize) -> usize {
        self.tokens.get(place).map_or(usize::MAX, |token| token.clause)
    }

    /// The words that state something behind a place, in its clause, up to a word that opens another.
    pub(super) fn behind<'a>(
        &'a self,
        place: usize,
        vocabulary: &'a Vocabulary,
    ) -> impl Iterator<Item = usize> + 'a {
        let clause = self.clause(place);
        let end = (place..self.tokens.len())
            .find(|&at| {
                self.clause(at) != clause || (at > place && vocabulary.opens_clause(&self.tokens[at]))
            })
            .unwrap_or(self.tokens.len());
        self.content.iter().copied().filter(move |&at| at >= place && at < end)
    }

    /// The words that state something before a place, in its clause, the nearest first.
    pub(super) fn ahead<'a>(&'a self, place: usize) -> impl Iterator<Item = usize> + 'a {
        let clause = self.clause(place);
        self.content.iter().rev().copied().filter(move |&at| at < place && self.clause(at) == clause)
    }
}

/// Which words of a claim its source bears out.
pub(super) struct Pairing {
    /// For each place in the claim, the place in the source of a word that it may stand for.
    partners: Vec<Option<usize>>,
    /// For each place in the source, whether the claim has a word for it.
    is_kept: Vec<bool>,
    /// Pairs in one order, as places in both: the longest such row.
    pub(super) row: Vec<(usize, usize)>,
}

impl Pairing {
    pub(super) fn new(claim: &Reading, source: &Reading, vocabulary: &Vocabulary) -> Self {
        let (left, right) = (&claim.content, &source.content);
        let width = right.len();
        let mut same = vec![false; left.len() * width];
        for (i, &here) in left.iter().enumerate() {
            for (j, &there) in right.iter().enumerate() {
                same[i * width + j] = vocabulary.is_same(&claim.tokens[here], &source.tokens[there]);
            }
        }
        let exact = |i: usize, j: usize| claim.tokens[left[i]].stem == source.tokens[right[j]].stem;
        // A word stands for itself rather than for another.
        let worth = |i: usize, j: usize| {
            if !same[i * width + j] {
                0_u32
            } else if exact(i, j) {
                3
            } else {
                2
            }
        };
        let step = width + 1;
        let mut best = vec![0_u32; (left.len() + 1) * step];
        for i in (0..left.len()).rev() {
            for j in (0..width).rev() {
                let on = if worth(i, j) > 0 { worth(i, j) + best[(i + 1) * step + j + 1] } else { 0 };
                best[i * step + j] = on.max(best[(i + 1) * step + j]).max(best[i * step + j + 1]);
            }
        }
        let mut partners = vec![None; claim.tokens.len()];
        let mut is_kept = vec![false; source.tokens.len()];
        let mut row = Vec::new();
        let (mut i, mut j) = (0, 0);
        while i < left.len() && j < width {
            if worth(i, j) > 0 && best[i * step + j] == worth(i, j) + best[(i + 1) * step + j + 1] {
                row.push((left[i], right[j]));
                partners[left[i]] = Some(right[j]);
                i += 1;
                j += 1;
            } else if best[(i + 1) * step + j] >= best[i * step + j + 1] {
                i += 1;
            } else {
                j += 1;
            }
        }
        for (i, &here) in left.iter().enumerate() {
            if partners[here].is_none() {
                let most = (0..width).filter(|&j| worth(i, j) > 0).max_by_key(|&j| worth(i, j));
                partners[here] = most.map(|j| right[j]);
            }
        }
        for (j, &there) in right.iter().enumerate() {
            is_kept[there] = (0..left.len()).any(|i| exact(i, j) || partners[left[i]] == Some(there));
        }
        Self { partners, is_kept, row }
    }

    /// The place in the source of what a word of the claim stands for.
    pub(super) fn partner(&self, place: usize) -> Option<usize> {
        self.partners.get(place).copied().flatten()
    }

    /// Tells whether the claim has a word for that at a place in the source.
    pub(super) fn is_kept(&self, place: usize) -> bool {
        self.is_kept.get(place).copied().unwrap_or(false)
    }

    /// Tells whether the claim has a word that its source does not bear out.
    pub(super) fn is_new(&self, place: usize) -> bool {
        self.partner(place).is_none()
    }
}
