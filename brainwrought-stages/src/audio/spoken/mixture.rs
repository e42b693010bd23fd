//! [`mixed`]: letters, digits and signs said one run after another.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::abbreviation::abbreviation;
use super::number::{digits, is_number, number};
use super::symbol::{lowered, raised, symbol};

pattern!(
    pub(super) ADDRESS,
    r"^(?:https?://|www\.)\S+$|^[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|ai|edu|gov|mil|int|info|dev|rs|uk|de|eu|fr|ch|ca)(?:/\S*)?$|^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$"
);
pattern!(CALL, r"(\p{L}\p{M}?|log|ln|sin|cos|tan|exp|max|min|arg)\(");
pattern!(POWER, r"\^[\{(]?([-−+]?[\w]+)[\})]?");
pattern!(HASHTAG, r"^#(\p{L}[\p{L}\d_]*)$");
pattern!(pub(super) INITIALS, r"^(?:\p{L}\.)+\p{L}\.?$");

/// Single letters by name. "A" alone would be said as the article.
pub(super) fn letters(text: &str) -> String {
    let names = text.chars().filter(|c| c.is_alphabetic()).map(|letter| match letter.to_ascii_uppercase() {
        'A' => "ay".to_owned(),
        other => other.to_string(),
    });
    names.collect::<Vec<_>>().join(" ")
}

/// Says letters, digits and signs one run after another.
pub(super) fn mixed(core: &str) -> String {
    if INITIALS.is_match(core) {
        return letters(core);
    }
    let core = POWER.replace_all(core, |found: &Captures<'_>| format!(" {} ", power(&found[1])));
    let core = CALL.replace_all(&core, "$1 of ");
    let mut words: Vec<String> = Vec::new();
    let mut rest = &*core;
    while let Some(first) = rest.chars().next() {
        let run = |test: fn(char) -> bool| rest.find(|c: char| !test(c)).unwrap_or(rest.len());
        let length = if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(rest.len());
            let text = rest[..end].trim_end_matches(['.', ',']);
            words.push(if is_number(text) { number(text) } else { digits(text) });
            text.len()
        } else if raised(first).is_some() {
            let end = run(|c| raised(c).is_some());
            words.push(power(&rest[..end].chars().filter_map(raised).collect::<String>()));
            end
        } else if lowered(first).is_some() {
            let end = run(|c| lowered(c).is_some());
            let plain: String = rest[..end].chars().filter_map(lowered).collect();
            words.push(mixed(&plain));
            end
        } else if let Some(sign) = symbol(first) {
            // "-" and "~" between letters are no signs.
            words.push(sign.to_owned());
            first.len_utf8()
        } else if first.is_alphabetic() {
            let end = rest
                .find(|c: char| {
                    !(c.is_alphabetic() || "'’".contains(c))
                        || symbol(c).is_some()
                        || lowered(c).is_some()
                        || raised(c).is_some()
                })
                .unwrap_or(rest.len());
            let spelled = rest.len() > end || !words.is_empty();
            words.push(word(rest[..end].trim_end_matches(['\'', '’']), spelled));
            end
        } else {
            let after = &rest[first.len_utf8()..];
            let joins = !words.is_empty() && after.starts_with(char::is_alphanumeric);
            words.extend((first == '.' && joins).then(|| "dot".to_owned()));
            first.len_utf8()
        };
        rest = &rest[length.max(first.len_utf8().min(rest.len()))..];
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

/// A run of letters: small letters and names as they are, capitals with digits or signs around them by letter.
fn word(text: &str, among_others: bool) -> String {
    let plain: String = text.replace('’', "'").chars().filter(|c| c.is_alphabetic() || *c == '\'').collect();
    let capitals = plain.chars().all(char::is_uppercase);
    if among_others && capitals && plain.chars().count() <= 2 {
        return letters(&plain);
    }
    if let Some(stem) =
        plain.strip_suffix('s').filter(|stem| stem.len() > 1 && stem.chars().all(char::is_uppercase))
    {
        // "GPUs": the voice knows the possessive of an acronym, which sounds the same.
        return format!("{stem}'s");
    }
    abbreviation(&plain, false).map_or(plain, str::to_owned)
}

pub(super) fn power(exponent: &str) -> String {
    match exponent {
        "2" => "squared".to_owned(),
        "3" => "cubed".to_owned(),
        "-1" => "inverse".to_owned(),
        "T" => "transposed".to_owned(),
        _ => {
            let plain = exponent.trim_start_matches(['-', '−', '+']);
            let sign = if exponent.starts_with(['-', '−']) { "minus " } else { "" };
            format!("to the {sign}{}", mixed(plain))
        }
    }
}

/// The longest path of an address that is said: nobody keeps more of it in mind, and captions show it.
const MAX_PATH: usize = 16;

/// An address of the web or a mailbox, sign by sign. A path that is long or holds a query is left out.
pub(super) fn address(text: &str) -> String {
    let text = text.trim_start_matches("https://").trim_start_matches("http://").trim_start_matches("www.");
    let text = text.trim_end_matches('/');
    let (host, path) = text.split_at(text.find('/').unwrap_or(text.len()));
    let is_long = path.len() > MAX_PATH || path.contains(['?', '&', '=', '#', '%']);
    // The sign of a country is spelled.
    let (name, country) = match host.rsplit_once('.') {
        Some((name, country)) if country.len() == 2 => (name, Some(country)),
        _ => (host, None),
    };
    let mut words = sign_by_sign(name);
    words.extend(country.map(|country| format!("dot {}", letters(&country.to_uppercase()))));
    words.extend(if is_long { Vec::new() } else { sign_by_sign(path) });
    words.join(" ")
}

fn sign_by_sign(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut run = String::new();
    for sign in text.chars().chain(Some(' ')) {
        if sign.is_alphanumeric() {
            run.push(sign);
            continue;
        }
        words.extend(Some(mixed(&run)).filter(|run| !run.is_empty()));
        run.clear();
        words.extend(
            match sign {
                '.' => Some("dot"),
                '/' => Some("slash"),
                '@' => Some("at"),
                '-' => Some("dash"),
                '_' => Some("underscore"),
                '+' => Some("plus"),
                _ => None,
            }
            .map(str::to_owned),
        );
    }
    words
}

/// "#MachineLearning" is "hashtag Machine Learning".
pub(super) fn hashtag(core: &str) -> Option<String> {
    HASHTAG.captures(core).map(|found| format!("hashtag {}", camel_words(&found[1])))
}

/// "MachineLearning" as two words.
fn camel_words(text: &str) -> String {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for letter in text.chars() {
        if was_small && letter.is_uppercase() || letter == '_' {
            words.push(String::new());
        }
        was_small = letter.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| letter != '_') {
            word.push(letter);
        }
    }
    let words: Vec<String> = words.iter().map(|word| mixed(word)).collect();
    match words.as_slice() {
        [one] if one.chars().count() < 3 => letters(one),
        words => words.join(" "),
    }
}
