//! [`Meaning`]: the words that sentences are compared by.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Phrases, Words};

/// What a line must not change when it says in other words what its source says.
///
/// All words are in small letters. Phrases are runs of whole words.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Meaning {
    /// Words that state nothing by themselves; the stop words where there are none.
    pub(crate) light: Words,
    /// Words of grammar that lists of meanings leave out, so that one which the document lacks is no name at the start of a
    /// sentence.
    pub(crate) links: Words,
    /// Irregular forms with their base, as `lost/lose`.
    pub(crate) forms: Words,
    /// Words that open another clause within a sentence.
    pub(crate) breaks: Words,
    /// Words between the sides of a comparison.
    pub(crate) than: Words,
    /// What denies without a negation.
    pub(crate) failing: Phrases,
    pub(crate) all: Phrases,
    pub(crate) most: Phrases,
    pub(crate) many: Phrases,
    pub(crate) some: Phrases,
    pub(crate) few: Phrases,
    pub(crate) only: Phrases,
    pub(crate) may: Phrases,
    pub(crate) can: Phrases,
    pub(crate) must: Phrases,
    pub(crate) should: Phrases,
    /// What makes a statement less sure than it would be.
    pub(crate) hedges: Phrases,
    /// What does so as well, and may be left out.
    pub(crate) softeners: Phrases,
    /// What holds a negation and denies nothing.
    pub(crate) neutral: Phrases,
    /// What makes it surer.
    pub(crate) proofs: Phrases,
    pub(crate) about: Phrases,
    /// Near a number, from below.
    pub(crate) almost: Phrases,
    pub(crate) above: Phrases,
    pub(crate) below: Phrases,
    pub(crate) at_least: Phrases,
    pub(crate) at_most: Phrases,
    /// What stands before a cause.
    pub(crate) causes_behind: Phrases,
    /// What stands between a cause and its effect.
    pub(crate) causes_before: Phrases,
    /// What is said of causes in other ways.
    pub(crate) causal: Phrases,
    /// What says that things go together, and no more.
    pub(crate) correlations: Phrases,
    pub(crate) before: Phrases,
    pub(crate) after: Phrases,
    pub(crate) superlatives: Phrases,
    /// Words that end like a superlative and are none.
    pub(crate) no_superlatives: Words,
    /// Groups and settings that a finding may be limited to.
    pub(crate) scopes: Phrases,
    /// The whole world, or all of time, behind a superlative.
    pub(crate) reaches: Phrases,
    /// Whoever speaks or listens.
    pub(crate) address: Words,
    /// Words of one side are contraries of those of the other, and may stand for each other.
    pub(crate) contraries: Vec<(String, String)>,
    /// Words of one kind, none of which is another; writings of one are joined by `/`.
    pub(crate) exclusive: Vec<String>,
    /// Words that may stand for each other.
    pub(crate) alike: Vec<String>,
    /// Words for numbers; from 100 on they multiply what stands before them.
    pub(crate) numbers: BTreeMap<String, f64>,
    /// Words for large amounts, with the least that each stands for.
    pub(crate) masses: BTreeMap<String, f64>,
    /// Words for parts of a whole.
    pub(crate) fractions: BTreeMap<String, f64>,
    /// Words that tell how many times.
    pub(crate) multiples: BTreeMap<String, f64>,
    /// Words that tell the place in an order.
    pub(crate) ordinals: BTreeMap<String, f64>,
}
