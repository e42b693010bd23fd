//! [`grounding`]: whether every line of a script stands on the page that it cites.

use brainwrought_core::data::{Document, LineRole, Rule, Script};

use super::evidence::{Doubt, Evidence};
use super::sentences::Sentence;
use crate::gate::rule::rule;

/// Faults that are named one by one; the rest is counted.
const NAMED_FAULTS: usize = 5;

/// A line that says something its source does not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UngroundedLine {
    /// The line's place among all lines of the script, from 0.
    pub line: usize,
    /// What is said.
    pub text: String,
    /// The page that the line cites, from 1.
    pub page: u32,
    /// What is wrong with it; at least one.
    pub faults: Vec<GroundingFault>,
}

/// What is wrong with a citation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroundingFault {
    /// The document has no such page.
    #[error("there is no page {0}")]
    NoPage(u32),
    /// The words that are quoted do not stand on the page.
    #[error("the words it quotes are not on the page")]
    NoQuote,
    /// The sentence says what the quoted words do not.
    #[error("the words it quotes do not say {0}")]
    Doubted(Doubt),
    /// The sentence, which quotes nothing, says what stands nowhere in the document.
    #[error("the document does not say {0}")]
    Unknown(Doubt),
}

/// Finds the lines of `script` that are not grounded in `document`.
///
/// Every cited page must exist, and every quote must stand on its page. What a fact says (numbers with their units,
/// names, negations, who does what) must be what the words say that it quotes.
pub fn grounding(script: &Script, document: &Document) -> Vec<UngroundedLine> {
    let evidence = Evidence::new(document);
    let mut found = Vec::new();
    for (index, line) in script.lines().enumerate() {
        let page = line.citation.page;
        let mut faults = Vec::new();
        for source in line.sources() {
            if !evidence.has_page(source.page) {
                faults.push(GroundingFault::NoPage(source.page));
            } else if !evidence.has_quote(source.page, &source.quote) {
                faults.push(GroundingFault::NoQuote);
            }
        }
        if line.role == LineRole::Fact {
            let quotes: Vec<&str> = line.sources().map(|source| source.quote.as_str()).collect();
            let doubts = least_doubts(&evidence, &line.text, &quotes);
            faults.extend(doubts.into_iter().map(GroundingFault::Doubted));
        }
        if !faults.is_empty() {
            found.push(UngroundedLine { line: index, text: line.text.clone(), page, faults });
        }
    }
    found
}

/// What `claim` says that none of the quotes alone and not all of them together do: the fewest doubts of these.
pub(super) fn least_doubts(evidence: &Evidence, claim: &str, quotes: &[&str]) -> Vec<Doubt> {
    let whole = quotes.join(" ");
    let alone = quotes.iter().copied().filter(|_| quotes.len() > 1);
    let doubts = std::iter::once(whole.as_str()).chain(alone).map(|quote| evidence.doubts(claim, quote));
    doubts.min_by_key(Vec::len).unwrap_or_default()
}

/// What lines that state no facts of their own, such as the opening and the quiz, say in `after` that neither the document
/// nor `before` does: numbers and names.
pub(super) fn unknown(document: &Document, before: &str, after: &str) -> Vec<GroundingFault> {
    let evidence = Evidence::new(document);
    let texts = document.pages.iter().flat_map(|page| &page.blocks).map(|block| block.text.as_str());
    let mut known: Vec<&str> = texts.collect();
    known.extend([document.title.as_str(), before]);
    evidence.unknown(after, &known.join("\n")).into_iter().map(GroundingFault::Unknown).collect()
}

/// The gate's rule on citations, of a script with at least one sentence.
pub(crate) fn citations(script: &Script, document: &Document) -> Rule {
    let faults: Vec<String> = grounding(script, document)
        .into_iter()
        .map(|line| {
            let wrong: Vec<String> = line.faults.iter().map(ToString::to_string).collect();
            format!("“{}”, page {}: {}", line.text, line.page, wrong.join(", "))
        })
        .collect();
    let sentences = script.lines().count();
    let facts = script.lines().filter(|line| line.role == LineRole::Fact).count();
    let named = faults.iter().take(NAMED_FAULTS).cloned().collect::<Vec<_>>().join("; ");
    let figure = match faults.len() {
        0 => format!("{facts} of {sentences} sentences state facts, and their pages say the same"),
        count if count > NAMED_FAULTS => format!("{named}; and {} more", count - NAMED_FAULTS),
        _ => named,
    };
    let limit = "every number, unit, name and negation as the cited page has it".to_owned();
    rule("citations", faults.is_empty() && sentences > 0, figure, limit)
}

/// Keeps the sentences that say what their sources say, on pages that hold these.
pub(super) fn retain_grounded(sentences: &mut Vec<Sentence>, document: &Document) {
    let evidence = Evidence::new(document);
    sentences.retain(|sentence| {
        evidence.has_quote(sentence.page, &sentence.source)
            && evidence.doubts(&sentence.text, &sentence.source).is_empty()
    });
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::BlockKind;

    use super::super::offline::tests::{block, document, script_with};
    use super::*;

    #[test]
    fn invented_numbers_names_and_pages_are_found() {
        let paragraph = "In 1909 Agner Erlang served 95% of calls.";
        let document = document(vec![vec![block(BlockKind::Paragraph, paragraph)]]);
        let judged = |text: &str, page: u32, quote: &str| {
            let mut script = script_with(text, page);
            for line in
                script.segments.iter_mut().flat_map(|segment| &mut segment.scenes).flat_map(|s| &mut s.lines)
            {
                line.citation.quote = quote.to_owned();
            }
            let mut found = grounding(&script, &document);
            found.pop().map_or_else(Vec::new, |line| line.faults)
        };
        assert_eq!(judged("In 1909, Erlang served 95% of calls.", 1, paragraph), []);
        let doubted = |doubt| GroundingFault::Doubted(doubt);
        assert_eq!(
            judged("By 1910 Agner Kingman served 5%.", 1, paragraph),
            [
                doubted(Doubt::Number("1910".to_owned())),
                doubted(Doubt::Number("5%".to_owned())),
                doubted(Doubt::Name("Kingman".to_owned())),
            ]
        );
        assert_eq!(judged("Calls wait.", 7, "Calls wait."), [GroundingFault::NoPage(7)]);
        assert_eq!(judged("Calls wait.", 1, "Calls wait."), [GroundingFault::NoQuote]);
        assert_eq!(judged("Calls.", 1, ""), [doubted(Doubt::Source)]);
    }
}
