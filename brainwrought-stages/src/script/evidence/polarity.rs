//! Negations: whether a sentence denies what its source says, or says what its source denies.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::token::Token;
use crate::language::LanguageData;

/// Words that turn a statement into its opposite, in any language.
static NEGATIONS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    LanguageData::all().iter().flat_map(|language| language.words.negations.iter()).collect()
});

pub(super) fn is_negation(token: &Token) -> bool {
    NEGATIONS.contains(token.key.as_str()) || token.key.ends_with("n't")
}

/// Compares the negations of a claim with those of its source, along the words that they share.
///
/// `pairs` are the places of shared words in the claim and in the source, both ascending. The result is a negation
/// that the claim adds or leaves out.
pub(super) fn turned(claim: &[Token], source: &[Token], pairs: &[(usize, usize)]) -> Option<String> {
    // Words between two shared ones that follow each other belong together; what the source says before the first
    // and after the last shared word was left out on purpose.
    for window in pairs.windows(2) {
        let [(from, there), (to, beyond)] = *window else { continue };
        let said = negations(&claim[from + 1..to]);
        let written = negations(&source[there + 1..beyond]);
        // A clause that was cut out may deny something of its own.
        let is_cut = beyond - there > (to - from) + 3;
        if said.len() != written.len() && !(is_cut && said.len() < written.len()) {
            return said.into_iter().chain(written).next();
        }
    }
    let (first, last) = (pairs.first()?, pairs.last()?);
    let opening = negations(&claim[..first.0]);
    let before = negations(&source[first.1.saturating_sub(first.0 + 2)..first.1]);
    let ending = negations(&claim[last.0 + 1..]);
    let after = negations(&source[last.1 + 1..]);
    if opening.len() > before.len() {
        return opening.into_iter().next();
    }
    // The word before the first shared one denies it: "No node waits" is not "Node waits".
    if opening.is_empty() && first.1.checked_sub(1).is_some_and(|place| is_negation(&source[place])) {
        return before.into_iter().next_back();
    }
    if ending.len() > after.len() { ending.into_iter().next() } else { None }
}

fn negations(tokens: &[Token]) -> Vec<String> {
    tokens.iter().filter(|token| is_negation(token)).map(|token| token.text.clone()).collect()
}
