//! Whether a script says only what stands on the pages that it cites.

use std::sync::LazyLock;

use brainwrought_core::data::{Document, Line, LineRole, Script};
use regex::Regex;
use unicode_normalization::UnicodeNormalization;

/// Numbers with what belongs to them: a currency before, a percent sign or unit after.
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"([$€£¥]\s?)?(\d+(?:[.,]\d+)*)(\s?(?:%|‰|°[CF]?|(?:[kMGTmµn]?(?:B|Hz|W|s|m|g|V|A|J)|bit|kB|km|cm|mm|kg|mg|ms)\b))?")
        .expect("the expression is checked by the tests")
});

/// Lists what does not stand where the script says it does, one sentence each.
pub(super) fn faults(script: &Script, document: &Document) -> Vec<String> {
    script.lines().filter_map(|line| fault(line, script, document)).collect()
}

fn fault(line: &Line, script: &Script, document: &Document) -> Option<String> {
    let number = line.citation.page;
    let Some(page) = document.page(number) else {
        return Some(format!("“{}” cites page {number}, which does not exist", line.text));
    };
    if matches!(line.role, LineRole::Interjection | LineRole::Transition) {
        return None;
    }
    let text = plain(&page.text());
    let packed = packed(&text);
    let missing_number = NUMBERS.captures_iter(&line.text).find_map(|found| {
        let whole = found.get(0)?.as_str().trim();
        let (before, digits, after) = (group(&found, 1), group(&found, 2), group(&found, 3));
        (!stands(&packed, before, digits, after)).then(|| whole.to_owned())
    });
    let missing = missing_number.or_else(|| {
        let is_fact = line.role == LineRole::Fact;
        let title = plain(&script.title);
        let unknown = |name: &&str| !text.contains(&plain(name)) && !title.contains(&plain(name));
        names(&line.text, script).into_iter().filter(|_| is_fact).find(unknown).map(str::to_owned)
    })?;
    Some(format!("“{}” says “{missing}”, which is not on page {number}", line.text))
}

fn group<'a>(found: &regex::Captures<'a>, place: usize) -> &'a str {
    found.get(place).map_or("", |part| part.as_str()).trim()
}

/// Tells whether a number stands in a text without spaces, not as a part of a longer number.
fn stands(packed: &str, before: &str, digits: &str, after: &str) -> bool {
    let wanted = format!("{before}{}{}", digits.replace(',', ""), after.to_lowercase());
    let spelled = match after {
        "%" => Some(format!("{}percent", digits.replace(',', ""))),
        _ => None,
    };
    [Some(wanted), spelled].into_iter().flatten().any(|wanted| {
        packed.match_indices(&wanted).any(|(at, _)| {
            let left = packed.get(..at).and_then(|left| left.chars().next_back());
            let right = packed.get(at + wanted.len()..).unwrap_or_default();
            let mut right = right.chars();
            let goes_on = match right.next() {
                Some(next) if next.is_ascii_digit() => true,
                Some('.') => right.next().is_some_and(|next| next.is_ascii_digit()),
                _ => false,
            };
            !(left.is_some_and(|left| left.is_ascii_digit() || left == '.') || (goes_on && after.is_empty()))
        })
    })
}

/// Lists words that name something: capitals inside a sentence, and words of capitals or with digits anywhere.
fn names<'a>(text: &'a str, script: &Script) -> Vec<&'a str> {
    let capitals_name = script.language.as_str() != "de";
    let mut names = Vec::new();
    let mut starts = true;
    for word in text.split_whitespace() {
        let ends = word.ends_with(['.', '!', '?', ':', '”', '"']);
        let name = word.trim_matches(|c: char| !c.is_alphanumeric());
        let name = name.strip_suffix("'s").or_else(|| name.strip_suffix("’s")).unwrap_or(name);
        let capitals = name.chars().filter(|c| c.is_uppercase()).count();
        let starts_capital = name.chars().next().is_some_and(char::is_uppercase);
        let is_acronym = capitals >= 2 && name.chars().count() >= 2;
        if is_acronym || (starts_capital && !starts && capitals_name && name.chars().count() >= 3) {
            names.push(name);
        }
        starts = ends;
    }
    names
}

/// Makes writing comparable: one form of every character, small letters, plain dashes and quotes.
fn plain(text: &str) -> String {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    text.replace(['‐', '‑', '–', '—', '−'], "-").replace(['’', '‘'], "'")
}

/// Takes out spaces, and the commas between thousands.
fn packed(text: &str) -> String {
    let text: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let is_digit = |place: Option<&char>| place.is_some_and(char::is_ascii_digit);
    let kept = text.iter().enumerate().filter(|(n, c)| {
        let between =
            is_digit(n.checked_sub(1).and_then(|before| text.get(before))) && is_digit(text.get(n + 1));
        **c != ',' || !between
    });
    kept.map(|(_, c)| *c).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(page: &str, number: &str) -> bool {
        let found = NUMBERS.captures(number).unwrap();
        stands(&packed(&plain(page)), group(&found, 1), group(&found, 2), group(&found, 3))
    }

    #[test]
    fn numbers_stand_with_their_units() {
        assert!(on("took 4,200 ms on average", "4200 ms"));
        assert!(on("took 4200 ms on average", "4,200"));
        assert!(on("grew by 12.5 percent", "12.5%"));
        assert!(on("in 2017, and", "2017"));
        assert!(on("costs $45.", "$45"));
        assert!(!on("took 42 ms", "4 ms"));
        assert!(!on("took 42.5 ms", "42"));
        assert!(!on("took 42 s", "42 ms"));
        assert!(!on("it grew", "12%"));
    }
}
