//! The words that a claim shares with its source, in order.

use super::token::Token;
use super::vocabulary::Vocabulary;

/// The longest common subsequence of the words of two sentences, negations aside, as places in both.
///
/// Sentences have some 30 words, so the square of their lengths is small; a source of more than
/// [`MAX_WORDS`] words is compared up to there.
pub(super) fn shared(claim: &[Token], source: &[Token], vocabulary: &Vocabulary) -> Vec<(usize, usize)> {
    let places = |tokens: &[Token]| -> Vec<usize> {
        (0..tokens.len().min(MAX_WORDS)).filter(|&place| !vocabulary.is_negation(&tokens[place])).collect()
    };
    let (left, right) = (places(claim), places(source));
    let same = |i: usize, j: usize| claim[left[i]].stem == source[right[j]].stem;
    let width = right.len() + 1;
    let mut best = vec![0_u32; (left.len() + 1) * width];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            best[i * width + j] = if same(i, j) {
                best[(i + 1) * width + j + 1] + 1
            } else {
                best[(i + 1) * width + j].max(best[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < left.len() && j < right.len() {
        if same(i, j) {
            pairs.push((left[i], right[j]));
            i += 1;
            j += 1;
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// The most words of a sentence that are compared.
pub(super) const MAX_WORDS: usize = 400;
