//! Shortening a sentence without changing what it says; in doubt it is kept or dropped whole.

use std::sync::LazyLock;

use regex::Regex;

use crate::language::{LanguageData, alternatives};

/// How far a sentence may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// English of a research paper: "we" becomes "the authors".
    EnglishPaper,
    /// Other English.
    English,
    /// Any other language: citations and asides go, words stay.
    Plain,
}

/// A sentence above this many words is split where that is safe.
const LONG: usize = 16;

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that tests compile")
}

static NUMBERED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\s?\[\d[\d,;\s–-]*\]|\s?\[[A-Z][A-Za-z+]*\d{2,4}[a-z]?(?:,\s*[^\]]*)?\]"));
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\s\((?:see |e\.g\.,? |cf\. )?[A-Z][^()]*,? (?:1[89]|20)\d\d[a-z]?(?:[;,][^()]*)?\)")
});
static ASIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s\([^()]*\)"));
static CONNECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^{}(?:,\s+|\s+(?:that|the)\b\s*)?",
        alternatives(LanguageData::english().text.connectives.iter())
    ))
});
static WE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[Ww]e\b"));
static OUR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[Oo]ur\b"));
static US: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:us|ourselves|ours|I|my|me)\b"));
static SPACE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s+([,.;:!?])"));

/// Takes citations out.
pub(super) fn without_citations(sentence: &str) -> String {
    let sentence = NUMBERED.replace_all(sentence, "");
    NAMED.replace_all(&sentence, "").into_owned()
}

/// Shortens `sentence`; gives one sentence, two where it was split, or none where it cannot be mended.
pub(super) fn compress(sentence: &str, style: Style) -> Vec<String> {
    let text = ASIDE.replace_all(sentence, "");
    let text = SPACE.replace_all(&text, "$1").split_whitespace().collect::<Vec<_>>().join(" ");
    let text = without_dash_label(&text);
    if style == Style::Plain {
        return vec![without_label(&without_remark(&text))];
    }
    let text = text.replace(", however,", "").replace(", therefore,", "").replace(", for example,", "");
    let text = without_remark(&without_label(&without_connective(&text)));
    let text = if style == Style::EnglishPaper {
        match third_person(&text) {
            Some(text) => text,
            None => return Vec::new(),
        }
    } else {
        text
    };
    split(&text)
}

fn without_connective(text: &str) -> String {
    if let Some(found) = CONNECTIVE.find(text)
        && found.as_str().ends_with(", ")
    {
        let rest = &text[found.end()..];
        // "First, …" announces a list that may not follow; the sentence itself is sound.
        return capitalised(rest);
    }
    for start in ["Note that ", "Recall that ", "Observe that ", "Notice that ", "It should be noted that "] {
        if let Some(rest) = text.strip_prefix(start) {
            return capitalised(rest);
        }
    }
    for start in ["But, ", "And, ", "So, ", "But ", "And ", "So ", "Yet "] {
        if let Some(rest) = text.strip_prefix(start)
            && rest.split_whitespace().count() >= 6
            && !rest.to_lowercase().starts_with("wh")
        {
            return capitalised(rest);
        }
    }
    text.to_owned()
}

/// Takes off the term that a glossary or a cheat sheet sets before a sentence: "Dropout – Dropout is …".
fn without_dash_label(text: &str) -> String {
    if let Some((label, rest)) = text.split_once('–')
        && label.chars().count() <= 16
        && rest.trim_start().starts_with(super::duration::is_ideograph)
    {
        return rest.trim_start().to_owned();
    }
    let Some((label, rest)) = text.split_once(" – ").or_else(|| text.split_once(" — ")) else {
        return text.to_owned();
    };
    let starts = rest.starts_with(char::is_uppercase) || rest.starts_with(['¿', '¡']);
    if words(label) <= 5 && starts && words(rest) >= 5 && !label.contains(',') {
        rest.to_owned()
    } else {
        text.to_owned()
    }
}

/// Takes off the word that announces a remark: "Observación: la regla …".
fn without_remark(text: &str) -> String {
    let announces = |label: &str| {
        let label = label.trim().to_lowercase();
        LanguageData::all().iter().any(|data| data.text.remark_labels.contains(&label))
    };
    match text.split_once(": ") {
        Some((label, rest)) if announces(label) && words(rest) >= 5 => capitalised(rest),
        _ => text.to_owned(),
    }
}

/// Takes off the label that an item of a list starts with: "Leader election: Raft uses …".
fn without_label(text: &str) -> String {
    match text.split_once(": ") {
        Some((label, rest))
            if words(label) <= 4
                && words(rest) >= 6
                && rest.starts_with(char::is_uppercase)
                && !label.contains(|letter: char| letter.is_ascii_digit())
                && !label.chars().all(|letter| letter.is_uppercase() || !letter.is_alphabetic()) =>
        {
            rest.to_owned()
        }
        _ => text.to_owned(),
    }
}

/// Says "the authors" for "we"; none where the sentence says "us" or "I".
fn third_person(text: &str) -> Option<String> {
    if US.is_match(text) || text.to_lowercase().contains("let us") {
        return None;
    }
    let mut named = false;
    let replaced = WE.replace_all(text, |_: &regex::Captures<'_>| {
        let word = if named { "they" } else { "the authors" };
        named = true;
        word
    });
    let replaced = OUR.replace_all(&replaced, |_: &regex::Captures<'_>| {
        let word = if named { "their" } else { "the authors’" };
        named = true;
        word
    });
    Some(capitalised(&replaced))
}

fn split(text: &str) -> Vec<String> {
    if text.split_whitespace().count() <= LONG || text.contains(['“', '"']) {
        return vec![text.to_owned()];
    }
    if let Some((left, right)) = text.split_once("; ")
        && words(left) >= 5
        && words(right) >= 5
        && !right.contains("; ")
        && starts_clause(right)
    {
        return vec![format!("{left}."), capitalised(right)];
    }
    let subordinate =
        ["If ", "When ", "While ", "Although ", "Because ", "Since ", "Whether ", "Once ", "As "];
    if !subordinate.iter().any(|start| text.starts_with(start)) {
        for joint in [", and ", ", but ", ", so "] {
            if let Some((left, right)) = text.split_once(joint)
                && words(left) >= 5
                && words(right) >= 5
                && !left.contains(',')
                && !left.to_lowercase().contains("both ")
                && !left.contains(" that ")
                && !left.contains(" if ")
                && starts_clause(right)
            {
                let right = if joint == ", but " { format!("But {right}") } else { capitalised(right) };
                return vec![format!("{left}."), right];
            }
        }
    }
    for tail in [", which ", ", where ", ", although ", ", even though ", ", such as ", ", including "] {
        if let Some((left, right)) = text.split_once(tail)
            && words(left) >= 6
            && words(right) >= 3
            && !right.contains(", ")
            && !subordinate.iter().any(|start| text.starts_with(start))
        {
            return vec![format!("{left}.")];
        }
    }
    vec![text.to_owned()]
}

/// Tells whether `text` begins like a clause of its own: a pronoun or article with a subject.
fn starts_clause(text: &str) -> bool {
    [
        "it ",
        "the ",
        "they ",
        "this ",
        "these ",
        "we ",
        "you ",
        "he ",
        "she ",
        "there ",
        "each ",
        "a ",
        "nobody ",
        "the authors ",
    ]
    .iter()
    .any(|start| text.starts_with(start))
        && has_finite_verb(text)
}

/// Tells whether a verb that cannot be mistaken for a noun stands near the start of `text`.
pub(super) fn has_finite_verb(text: &str) -> bool {
    const VERBS: [&str; 44] = [
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "can",
        "could",
        "will",
        "would",
        "may",
        "might",
        "must",
        "should",
        "does",
        "do",
        "did",
        "needs",
        "takes",
        "makes",
        "gives",
        "becomes",
        "provides",
        "allows",
        "uses",
        "works",
        "requires",
        "shows",
        "means",
        "keeps",
        "stays",
        "grows",
        "adds",
        "began",
        "increases",
        "decreases",
        "serves",
        "contains",
        "cannot",
        "produces",
        "remains",
        "goes",
        "turns",
    ];
    text.split_whitespace().take(9).any(|word| {
        VERBS.contains(&word.trim_matches(|letter: char| !letter.is_alphabetic()).to_lowercase().as_str())
    })
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Sets the first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_and_asides_go_but_o_of_n_stays() {
        let text =
            without_citations("Adam Back's Hashcash [6], like a mint (see Fig. 2), runs in O(n) time [2-5].");
        assert_eq!(
            compress(&text, Style::English),
            ["Adam Back's Hashcash, like a mint, runs in O(n) time."]
        );
        assert_eq!(without_citations("Paxos is hard (Lamport, 1998)."), "Paxos is hard.");
    }

    #[test]
    fn terms_and_remarks_before_a_sentence_go() {
        let plain = |text: &str| compress(text, Style::Plain).remove(0);
        assert_eq!(plain("Dropout – Dropout is a good technique."), "Dropout is a good technique.");
        assert_eq!(plain("Observación: la regla es un caso particular."), "La regla es un caso particular.");
        assert_eq!(plain("Paris – die Stadt, die alle lieben."), "Paris – die Stadt, die alle lieben.");
    }

    #[test]
    fn we_of_a_paper_are_the_authors() {
        assert_eq!(
            compress("However, we propose that we sign our coin.", Style::EnglishPaper),
            ["The authors propose that they sign their coin."]
        );
        assert!(compress("Let us see.", Style::EnglishPaper).is_empty());
        assert_eq!(compress("However, we agree.", Style::English), ["We agree."]);
    }

    #[test]
    fn long_sentences_are_split_at_clauses_only() {
        let long = "The leader sends a message to every server in the cluster, and the servers are \
                    expected to answer it within a few milliseconds.";
        assert_eq!(compress(long, Style::English).len(), 2);
        let list = "The leader sends a message to every server, client and proxy in the cluster, and the other \
                    machines that it knows of.";
        assert_eq!(compress(list, Style::English).len(), 1);
    }
}
