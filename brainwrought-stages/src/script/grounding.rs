//! [`grounding`]: whether every number, unit and name of a fact stands on the page that the line cites.

use std::collections::BTreeMap;

use brainwrought_core::data::{Document, LineRole, Script};
use unicode_normalization::UnicodeNormalization;

use super::sentences::Sentence;

/// A line that says something its page does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UngroundedLine {
    /// The line's place among all lines of the script, from 0.
    pub line: usize,
    /// What is said.
    pub text: String,
    /// The page that the line cites, from 1.
    pub page: u32,
    /// The numbers, units and names that are not on the page; the page itself where it does not exist.
    pub missing: Vec<String>,
}

/// Finds the lines of `script` that are not grounded in `document`.
///
/// Every cited page must exist. Every number (with its unit) and every name inside a fact line must stand on the
/// cited page; letter case, hyphens, kinds of quotes and ligatures do not matter.
pub fn grounding(script: &Script, document: &Document) -> Vec<UngroundedLine> {
    let pages: BTreeMap<u32, String> =
        document.pages.iter().map(|page| (page.number, normalised(&page.text()))).collect();
    let mut found = Vec::new();
    for (index, line) in script.lines().enumerate() {
        let page = line.citation.page;
        let missing = match pages.get(&page) {
            None => vec![format!("page {page}")],
            Some(text) if line.role == LineRole::Fact => {
                claims(&line.text).into_iter().filter(|claim| !stands_in(text, claim)).collect()
            }
            Some(_) => Vec::new(),
        };
        if !missing.is_empty() {
            found.push(UngroundedLine { line: index, text: line.text.clone(), page, missing });
        }
    }
    found
}

/// Keeps the sentences whose numbers and names stand on their page.
pub(super) fn retain_grounded(sentences: &mut Vec<Sentence>, document: &Document) {
    let pages: BTreeMap<u32, String> =
        document.pages.iter().map(|page| (page.number, normalised(&page.text()))).collect();
    sentences.retain(|sentence| {
        pages
            .get(&sentence.page)
            .is_some_and(|text| claims(&sentence.text).iter().all(|claim| stands_in(text, claim)))
    });
}

/// Lists the numbers and mid-sentence names of `text`.
fn claims(text: &str) -> Vec<String> {
    let mut claims = Vec::new();
    let mut starts = true;
    for raw in text.split_whitespace() {
        let word = raw.trim_matches(|letter: char| !(letter.is_alphanumeric() || "%$€£°".contains(letter)));
        let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        let has_digit = word.chars().any(|letter| letter.is_ascii_digit());
        let is_name =
            !starts && word.chars().next().is_some_and(char::is_uppercase) && word.chars().count() > 1;
        if has_digit || is_name {
            claims.push(word.to_owned());
        }
        starts = raw.ends_with(['.', '!', '?', ':', '“', '"']);
    }
    claims
}

fn stands_in(page: &str, claim: &str) -> bool {
    let claim = normalised(claim);
    let mut from = 0;
    while let Some(at) = page[from..].find(&claim) {
        let start = from + at;
        let end = start + claim.len();
        let before = page[..start].chars().next_back();
        let after = page[end..].chars().next();
        // "5" must not be found inside "95"; a name may carry an ending.
        let digit_before = claim.starts_with(|c: char| c.is_ascii_digit())
            && before.is_some_and(|letter| letter.is_ascii_digit());
        let digit_after = claim.ends_with(|c: char| c.is_ascii_digit())
            && after.is_some_and(|letter| letter.is_ascii_digit());
        if !digit_before && !digit_after {
            return true;
        }
        from = end;
    }
    false
}

/// Lower case, no hyphens or spaces, ligatures opened: what two writings of the same words share.
fn normalised(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '\u{ad}' | '‐' | '‑'))
        .map(|letter| if letter == '’' { '\'' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::BlockKind;

    use super::super::offline::tests::{block, document, script_with};
    use super::*;

    #[test]
    fn invented_numbers_and_names_are_found() {
        let document =
            document(vec![vec![block(BlockKind::Paragraph, "In 1909 Agner Erlang served 95% of calls.")]]);
        assert!(grounding(&script_with("In 1909, Erlang served 95% of calls.", 1), &document).is_empty());
        let found = grounding(&script_with("By 1910 Agner Kingman served 5%.", 1), &document);
        assert_eq!(found[0].missing, ["1910", "Kingman", "5%"]);
        assert_eq!(grounding(&script_with("Calls wait.", 7), &document)[0].missing, ["page 7"]);
    }
}
