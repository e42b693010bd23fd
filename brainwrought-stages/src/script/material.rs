//! [`Material`]: what hooks and closing lines are made of.

use std::collections::BTreeSet;

use brainwrought_core::data::Concept;

use super::sentences::Sentence;

/// What hooks are made of.
#[derive(Debug)]
pub(super) struct Material<'a> {
    pub(super) title: &'a str,
    /// The section that the video is about, where it is not the whole document.
    pub(super) focus: Option<&'a str>,
    pub(super) concepts: &'a [Concept],
    /// The sentences that are said, in order.
    pub(super) said: &'a [&'a Sentence],
    /// What each of them is worth.
    pub(super) worth: &'a [f32],
    /// Whether each of them can be left for the end: nothing that follows leans on it.
    pub(super) movable: &'a [bool],
    /// The sentence that opens the video, from [`claim`](super::claim::claim).
    pub(super) claim: Option<(f32, &'a Sentence)>,
    /// The words of the document as they are written.
    pub(super) known: &'a BTreeSet<&'a str>,
    pub(super) language: &'a str,
    /// How long the video should be, in milliseconds.
    pub(super) length_ms: u64,
}
