//! Whether numbers of a script keep the units that they have on the cited page.

use std::sync::LazyLock;

use brainwrought_core::data::{Document, LineRole, Script};
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// A number and the unit behind it.
static MEASURES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(\d+(?:[.,]\d+)*)\s?((?:[kMGTmµn]?(?:B|Hz|W|s|m|g|V|A|J)|°[CF]|bit|km|cm|mm|kg|ms)\b|%)")
        .expect("the expression is checked by the tests")
});

/// Lists the facts whose number has another unit on the page, one sentence each.
pub(super) fn faults(script: &Script, document: &Document) -> Vec<String> {
    let mut faults = Vec::new();
    for line in script.lines().filter(|line| line.role == LineRole::Fact) {
        let Some(page) = document.page(line.citation.page) else { continue };
        let page = packed(&page.text());
        for found in MEASURES.captures_iter(&line.text) {
            let part = |place| found.get(place).map_or("", |part| part.as_str());
            let (digits, unit) = (packed(part(1)), packed(part(2)));
            if !has(&page, &digits, &unit) {
                let (text, number) = (&line.text, line.citation.page);
                faults.push(format!("“{text}” says {digits} {unit}, not on page {number}"));
            }
        }
    }
    faults
}

/// Tells whether a number stands in a text without spaces, with its unit, and not as the end of a longer number.
fn has(page: &str, digits: &str, unit: &str) -> bool {
    let spelled = if unit == "%" { "percent" } else { unit };
    [unit, spelled].iter().any(|unit| {
        page.match_indices(&format!("{digits}{unit}")).any(|(at, _)| {
            let before = page.get(..at).and_then(|before| before.chars().next_back());
            !before.is_some_and(|before| before.is_ascii_digit() || before == '.')
        })
    })
}

/// Takes out spaces and the commas between digits.
fn packed(text: &str) -> String {
    let text: Vec<char> = text.nfkc().filter(|c| !c.is_whitespace()).collect();
    let is_digit = |place: Option<&char>| place.is_some_and(char::is_ascii_digit);
    let kept = text.iter().enumerate().filter(|(n, c)| {
        **c != ','
            || !is_digit(n.checked_sub(1).and_then(|before| text.get(before)))
            || !is_digit(text.get(n + 1))
    });
    kept.map(|(_, c)| *c).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(page: &str, measure: &str) -> bool {
        let found = MEASURES.captures(measure).unwrap();
        has(&packed(page), &packed(&found[1]), &packed(&found[2]))
    }

    #[test]
    fn numbers_keep_their_units() {
        assert!(on("took 4,200 ms on average", "4200 ms"));
        assert!(on("took 4200ms on average", "4,200 ms"));
        assert!(on("grew by 12.5 percent", "12.5%"));
        assert!(!on("took 42 ms", "2 ms"));
        assert!(!on("took 42 s", "42 ms"));
        assert!(!on("it grew", "12%"));
    }
}
