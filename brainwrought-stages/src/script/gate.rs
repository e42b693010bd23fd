//! The gate: which sentences can be said and understood on their own.

use std::sync::LazyLock;

use regex::Regex;

use super::pace::{estimate_ms, is_ideograph};

/// The fewest and most words of a line.
const WORDS: std::ops::RangeInclusive<usize> = 6..=26;
/// The fewest and most characters of a line in a script without spaces.
const IDEOGRAPHS: std::ops::RangeInclusive<usize> = 10..=48;
/// The longest that a line may take, in milliseconds: a scene is shown for at most 8 s.
const LONGEST_MS: u64 = 7_900;

/// What authors say about their text rather than about its topic, beside English.
const BACK_STAGE: [&str; 16] = [
    "beweis",
    "zu zeigen",
    " wir ",
    "im folgenden",
    "hier ",
    "vorlesung",
    "skript",
    "revisado por",
    "traducido por",
    "a continuación",
    "demostración",
    "veremos",
    "nous verrons",
    "démonstration",
    "dieser arbeit",
    "man mache",
];

static POINTS_AWAY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:fig(?:ure|s)?\.?|tables?|sections?|chapters?|equations?|eq\.|theorem|lemma|corollary|appendix|
        exercises?|algorithm|listing|abbildung|abb\.|tabelle|kapitel|abschnitt|satz|definition|bemerkung|beispiel|figura|tabla|
        sección|tableau|page|listing)\s+(?-i:[\dA-Z(])
        |\bpp?\.\s?[\divxlc]
        |\b(?:above|below|following|as\ follows|previous\ (?:section|chapter)|next\ (?:section|chapter)|this\ (?:section|chapter|paper|appendix|document|book|
        publication|redpaper|manual|note|article|guide|report|tutorial|lecture|course|thesis)|our\ introduction|the\ rest\ of|remainder\ of|see\ also|we\ will\ (?:see|show|discuss|describe)|we\ discuss|
        in\ the\ figure|is\ shown\ in|left|right-hand|bottom|left-hand|section|chapter|exercise)\b",
    )
    .expect("the pattern is a constant that tests compile")
});

static ROADMAP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:authors|we|they)\s+(?:now\s+|then\s+|also\s+|first\s+)?(?:discuss|describe|present|summarize|review|
        outline|conclude|turn\s+to|thank|would\s+like|refer|hypothesize|begin\s+with|start\s+with|assume|let)\b|^(?:let|consider|suppose|recall|see|proof|imagine|prove|show|describe|give)\b",
    )
    .expect("the pattern is a constant that tests compile")
});

/// Tells whether `text` can be said: length, letters, end, no pointer to something that is not heard.
pub(super) fn is_sayable(text: &str, language: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let ideographs = text.chars().filter(|&letter| is_ideograph(letter)).count();
    if ideographs * 2 > text.chars().count() {
        return IDEOGRAPHS.contains(&text.chars().count()) && text.ends_with(['。', '！', '？']);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if !WORDS.contains(&words.len()) || estimate_ms(text) > LONGEST_MS {
        return false;
    }
    if !(first.is_uppercase() || first.is_ascii_digit()) && first.is_alphabetic() && first.is_lowercase() {
        return false;
    }
    if !first.is_alphanumeric() || !text.ends_with(['.', '!', '?']) || text.ends_with("..") {
        return false;
    }
    let first_word = words.first().copied().unwrap_or_default();
    let is_label =
        first_word.len() > 3 && first_word.ends_with(':') && !first_word.chars().any(char::is_lowercase);
    let lower = text.to_lowercase();
    let is_bad = if language == "en" {
        is_bad_english(text, &words)
    } else {
        BACK_STAGE.iter().any(|phrase| lower.contains(phrase))
    };
    !is_label && !is_bad && is_prose(text, &words) && !POINTS_AWAY.is_match(text)
}

/// Tells whether `text` is made of words: no symbols, code or lone letters.
fn is_prose(text: &str, words: &[&str]) -> bool {
    let visible = text.chars().filter(|letter| !letter.is_whitespace()).count();
    let fit = text
        .chars()
        .filter(|&letter| {
            letter.is_alphabetic() || (letter.is_numeric() && letter.is_ascii()) || ",.'’-%$".contains(letter)
        })
        .count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let banned = "=<>{}[]|\\^_~∈∀∃→←↔∪∩⊆⊂∑∫√≤≥≠≈∞·•■□◦†‡§#*@`αβγδεζηθικλμνξπρστυφχψωΔΓΛΦΨΩΣΠ∂∇(){}+/…";
    let lone = words
        .iter()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| {
            is_variable(word)
                || word.chars().count() == 1 && word.chars().all(char::is_alphabetic) && !is_word(word)
        })
        .count();
    // Two capitals in a row inside a word, or letters that no keyboard joins, come from fonts that were not decoded.
    let odd = text
        .chars()
        .any(|letter| matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}' | '\u{0}'..='\u{1F}'))
        || text.chars().any(|letter| ('\u{1D400}'..='\u{1D7FF}').contains(&letter));
    fit * 100 >= visible * 95
        && digits * 6 <= visible
        && !text.contains(|letter| banned.contains(letter))
        && lone == 0
        && !odd
        && text.matches('"').count().is_multiple_of(2)
        && text.matches('“').count() == text.matches('”').count()
}

/// Tells whether `word` is a variable's name rather than a word: `z1`, `4P`, `dH`, `gj`.
fn is_variable(word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    match letters[..] {
        [a, b] => {
            (a.is_alphabetic() && b.is_ascii_digit())
                || (a.is_ascii_digit() && b.is_alphabetic())
                || (a.is_lowercase() && b.is_uppercase())
                || (a.is_alphabetic()
                    && b.is_lowercase()
                    && !"aeiouyäöüáéíóúàèìòùâêîôû"
                        .contains(|vowel| vowel == a.to_ascii_lowercase() || vowel == b)
                    && a.is_ascii()
                    && !matches!(word, "Mr" | "Ms" | "Dr" | "vs" | "St"))
        }
        _ => false,
    }
}

fn is_word(letter: &str) -> bool {
    matches!(letter, "a" | "A" | "I" | "y" | "e" | "o" | "à" | "é" | "Y" | "O" | "E" | "R" | "C" | "i")
}

fn is_bad_english(text: &str, words: &[&str]) -> bool {
    let last = words.last().map_or("", |word| word.trim_end_matches(['.', '!', '?']));
    let hanging = [
        "the", "a", "an", "of", "to", "and", "or", "with", "for", "by", "in", "is", "are", "that", "as",
        "e.g", "i.e",
    ];
    let lower = text.to_lowercase();
    ROADMAP.is_match(text)
        || hanging.contains(&last)
        || ["not", "do", "does", "did", "ms", "mr", "dr", "prof", "vs", "no", "fig"]
            .contains(&last.to_lowercase().as_str())
        || lower.contains(" et al")
        || lower.contains("e.g")
        || lower.contains("i.e")
        || lower.contains(" etc")
        || lower.contains(" above")
        || lower.contains(" here")
        || lower.contains("respectively")
        || lower.contains("the former")
        || lower.contains("the latter")
        || lower.contains(" ie ")
        || text.starts_with("And ")
        || text.starts_with("Or ")
        || text.starts_with("Nor ")
        || text.starts_with("For example")
        || text.starts_with("Which ")
}

/// Tells whether somebody is spoken of at the start whom only the sentence before can have named: "If they come at
/// random, …". A subject of its own, as in "When a node fails, it …", comes first in most sentences that explain themselves.
fn opens_with_a_stranger(lower: &str) -> bool {
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(5)
        .collect();
    let joins =
        ["if", "when", "because", "although", "while", "since", "as", "once", "unless", "whether", "though"];
    let is_person = |word: &&str| ["they", "he", "she", "them", "him"].contains(word);
    words.iter().any(is_person)
        || (words.first().is_some_and(|word| joins.contains(word)) && words.get(1) == Some(&"it"))
}

/// Tells whether `text` leans on the sentence before it.
pub(super) fn is_dangling(text: &str, language: &str) -> bool {
    let openings: &[&str] = match language {
        "en" => &[
            "this",
            "that",
            "these",
            "those",
            "it",
            "its",
            "they",
            "their",
            "them",
            "such",
            "he",
            "she",
            "his",
            "her",
            "but",
            "so",
            "then",
            "there",
            "here",
            "however",
            "otherwise",
            "another",
            "again",
            "both",
            "neither",
            "either",
            "thus",
            "instead",
            "also",
            "one",
            "hence",
            "even",
            "similarly",
            "therefore",
            "still",
            "only",
            "each",
        ],
        "de" => &[
            "dies", "diese", "dieser", "dieses", "er", "sie", "es", "damit", "dabei", "daher", "also", "so",
            "dann", "aber", "somit",
        ],
        "es" => &[
            "este", "esta", "esto", "estos", "estas", "ese", "esa", "eso", "él", "ella", "pero", "así",
            "entonces",
        ],
        "fr" => &["ce", "cette", "ces", "cela", "il", "elle", "ils", "elles", "mais", "donc", "ainsi"],
        "pt" => &["este", "esta", "isto", "isso", "esse", "essa", "ele", "ela", "mas", "assim", "então"],
        _ => &[],
    };
    let lower = text.to_lowercase();
    let first = lower.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
    openings.contains(&first)
        || (language == "en" && opens_with_a_stranger(&lower))
        || (language == "en"
            && [" this ", " these ", " such ", " those "].iter().any(|word| lower.contains(word))
            && !lower.contains(" such as ")
            && !lower.contains("those who"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_sentences_pass() {
        for text in [
            "A barista can serve sixty customers in every hour.",
            "Raft is a consensus algorithm for managing a replicated log.",
            "At 95% load the barista has three spare minutes an hour.",
        ] {
            assert!(is_sayable(text, "en"), "{text}");
        }
    }

    #[test]
    fn pointers_formulas_and_stumps_do_not() {
        for text in [
            "The result is shown in Figure 3 for all of the servers.",
            "Let x = 3 be the number of all customers here.",
            "the second half of a sentence stands here alone.",
            "It is short.",
            "In Section 4 the authors describe the leader election algorithm.",
            "The algorithm runs in time O(n log n) for every input.",
        ] {
            assert!(!is_sayable(text, "en"), "{text}");
        }
    }

    #[test]
    fn openings_that_lean_back_are_known() {
        assert!(is_dangling("This makes it slower.", "en"));
        assert!(!is_dangling("Thistles grow slower.", "en"));
        assert!(is_dangling("Diese Menge ist offen.", "de"));
    }
}
