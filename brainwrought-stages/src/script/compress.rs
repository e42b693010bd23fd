//! Shortening a sentence without changing what it says; in doubt it is kept or dropped whole.

use std::sync::LazyLock;

use regex::Regex;

use super::third_person::third_person;
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

/// What is left of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shortened {
    /// The sentence as it is said alone.
    pub(super) text: String,
    /// How it hangs together with the sentence before it.
    pub(super) tie: Option<Tie>,
}

/// How a sentence hangs together with the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    /// It says the contrary.
    Contrast,
    /// It follows.
    Consequence,
    /// It is an example.
    Example,
}

impl Tie {
    /// The word that says so in front of a sentence, where a language has one.
    pub(super) fn word(self, language: &str) -> Option<&'static str> {
        let story = &LanguageData::of(language).story;
        let word = match self {
            Self::Contrast => &story.contrast,
            Self::Consequence => &story.consequence,
            Self::Example => &story.example,
        };
        word.as_deref()
    }

    /// Takes the word that ties a sentence to the one before it off its start, where the sentence stands without it.
    fn take(text: &str, language: &str) -> Option<(Self, String)> {
        let story = &LanguageData::of(language).story;
        let kinds = [
            (Self::Contrast, &story.contrasts),
            (Self::Consequence, &story.consequences),
            (Self::Example, &story.examples),
        ];
        kinds.into_iter().find_map(|(tie, words)| {
            let said = tie.word(language)?;
            words.iter().find_map(|word| {
                let rest = text.strip_prefix(word.as_str())?;
                let bare = said.trim_end_matches(',') == word;
                // Without a comma the word may be part of the sentence: "Still waters run deep."
                let rest = rest.strip_prefix(", ").or_else(|| rest.strip_prefix(' ').filter(|_| bare))?;
                (words_of(rest) >= 3 && !rest.to_lowercase().starts_with("wh"))
                    .then(|| (tie, capitalised(rest)))
            })
        })
    }
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
// A number in brackets that is no year is a negative one in accounts, and no aside.
static ASIDE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\s\((?:[^()]*[^\W\d_][^()]*|(?:1[5-9]|20)\d\d)\)"));
static CONNECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^{}(?:,\s+|\s+(?:that|the)\b\s*)?",
        alternatives(LanguageData::english().text.connectives.iter())
    ))
});
static SPACE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s+([,.;:!?])"));

/// Takes citations out.
pub(super) fn without_citations(sentence: &str) -> String {
    let sentence = NUMBERED.replace_all(sentence, "");
    NAMED.replace_all(&sentence, "").into_owned()
}

/// Shortens `sentence`; gives one sentence, two where it was split, or none where it cannot be mended.
pub(super) fn compress(sentence: &str, style: Style, language: &str) -> Vec<Shortened> {
    let text = ASIDE.replace_all(sentence, "");
    let text = SPACE.replace_all(&text, "$1").split_whitespace().collect::<Vec<_>>().join(" ");
    let text = without_dash_label(&text);
    let (tie, text) = match Tie::take(&text, language) {
        Some((tie, text)) => (Some(tie), text),
        None => (None, text),
    };
    if style == Style::Plain {
        return vec![Shortened { text: without_label(&without_remark(&text)), tie }];
    }
    let (tie, text) = without_inner_tie(tie, &text);
    let text = without_remark(&without_label(&without_connective(&text)));
    let text = if style == Style::EnglishPaper {
        match third_person(&without_report(&text)) {
            Some(text) => text,
            None => return Vec::new(),
        }
    } else {
        text
    };
    let mut found = split(&text);
    if let Some(first) = found.first_mut() {
        first.tie = tie;
    }
    found
}

/// Takes a tie out that stands inside the sentence: "Raft, however, is easier."
fn without_inner_tie(tie: Option<Tie>, text: &str) -> (Option<Tie>, String) {
    for (word, kind) in [
        (", however,", Tie::Contrast),
        (", therefore,", Tie::Consequence),
        (", thus,", Tie::Consequence),
        (", for example,", Tie::Example),
        (", for instance,", Tie::Example),
    ] {
        if text.contains(word) {
            return (tie.or(Some(kind)), text.replacen(word, "", 1));
        }
    }
    (tie, text.to_owned())
}

/// Takes off what only says that the text says it: "In this paper, we show that …".
fn without_report(text: &str) -> String {
    static PLACE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^In this (?:paper|article|work|report|study|essay|section|chapter|note),?\s+")
    });
    static SHOWS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:I|We|This (?:paper|article|work|report|study)|Our (?:results?|experiments?|analysis|findings?|evaluation|work|study|data)|The results?|Results)\s+(?:also\s+|further\s+|then\s+|clearly\s+)?(?:show|shows|showed|find|finds|found|prove|proves|proved|demonstrate|demonstrates|demonstrated|observe|observed|note|see|saw|reveal|reveals|revealed|confirm|confirms|confirmed)\s+that\s+",
        )
    });
    static PRESENTS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^This (?:paper|article|work|report|study|thesis|essay)\s+(?:here\s+)?(?P<verb>present|introduce|propose|describe|develop|explore|examine|argue)s\s+(?:the design and (?:implementation|evaluation) of\s+)?(?P<what>.*)$",
        )
    });
    static FOUND: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:I|We)\b[^,;:]{0,120}?\band\s+(?:found|find|show|showed|saw|see|observed|conclude|concluded)\s+that\s+",
        )
    });
    let text = capitalised(&PLACE.replace(text, ""));
    if let Some(found) = SHOWS.find(&text).or_else(|| FOUND.find(&text)) {
        return capitalised(&text[found.end()..]);
    }
    match PRESENTS.captures(&text) {
        // A thing that is shown is met: "This paper presents Raft, a …" needs nobody who presents it.
        Some(found)
            if ["present", "introduce", "describe"].contains(&&found["verb"])
                && is_apposed(&found["what"]) =>
        {
            format!("Meet {}", &found["what"])
        }
        Some(found) => format!("The authors {} {}", &found["verb"], &found["what"]),
        None => text,
    }
}

/// Tells whether a name opens `text` and what it names follows behind a comma: "Raft, a consensus algorithm …".
fn is_apposed(text: &str) -> bool {
    text.split_once(", ").is_some_and(|(name, rest)| {
        name.starts_with(char::is_uppercase)
            && words_of(name) <= 3
            && ["a ", "an ", "the "].iter().any(|article| rest.starts_with(article))
    })
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
    for start in ["And, ", "And "] {
        if let Some(rest) = text.strip_prefix(start)
            && words_of(rest) >= 6
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
    if words_of(label) <= 5 && starts && words_of(rest) >= 5 && !label.contains(',') {
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
        Some((label, rest)) if announces(label) && words_of(rest) >= 5 => capitalised(rest),
        _ => text.to_owned(),
    }
}

/// Takes off the label that an item of a list starts with: "Leader election: Raft uses …".
fn without_label(text: &str) -> String {
    match text.split_once(": ") {
        Some((label, rest))
            if words_of(label) <= 4
                && words_of(rest) >= 6
                && rest.starts_with(char::is_uppercase)
                && !label.contains(|letter: char| letter.is_ascii_digit())
                && !label.chars().all(|letter| letter.is_uppercase() || !letter.is_alphabetic()) =>
        {
            rest.to_owned()
        }
        _ => text.to_owned(),
    }
}

fn split(text: &str) -> Vec<Shortened> {
    let alone = |text: String| Shortened { text, tie: None };
    if words_of(text) <= LONG || text.contains(['“', '"']) {
        return vec![alone(text.to_owned())];
    }
    if let Some((left, right)) = text.split_once("; ")
        && words_of(left) >= 5
        && words_of(right) >= 5
        && !right.contains("; ")
        && starts_clause(right)
    {
        return vec![alone(format!("{left}.")), alone(capitalised(right))];
    }
    let subordinate =
        ["If ", "When ", "While ", "Although ", "Because ", "Since ", "Whether ", "Once ", "As "];
    if !subordinate.iter().any(|start| text.starts_with(start)) {
        for (joint, tie) in
            [(", and ", None), (", but ", Some(Tie::Contrast)), (", so ", Some(Tie::Consequence))]
        {
            if let Some((left, right)) = text.split_once(joint)
                && words_of(left) >= 5
                && words_of(right) >= 5
                && !left.contains(',')
                && !left.to_lowercase().contains("both ")
                && !left.contains(" that ")
                && !left.contains(" if ")
                && starts_clause(right)
            {
                return vec![alone(format!("{left}.")), Shortened { text: capitalised(right), tie }];
            }
        }
    }
    vec![alone(text.to_owned())]
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

fn words_of(text: &str) -> usize {
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

    fn texts(sentence: &str, style: Style) -> Vec<String> {
        compress(sentence, style, "en").into_iter().map(|short| short.text).collect()
    }

    #[test]
    fn citations_and_asides_go_but_o_of_n_stays() {
        let text =
            without_citations("Adam Back's Hashcash [6], like a mint (see Fig. 2), runs in O(n) time [2-5].");
        assert_eq!(texts(&text, Style::English), ["Adam Back's Hashcash, like a mint, runs in O(n) time."]);
        assert_eq!(without_citations("Paxos is hard (Lamport, 1998)."), "Paxos is hard.");
    }

    #[test]
    fn terms_and_remarks_before_a_sentence_go() {
        let plain = |text: &str| compress(text, Style::Plain, "es").remove(0).text;
        assert_eq!(plain("Dropout – Dropout is a good technique."), "Dropout is a good technique.");
        assert_eq!(plain("Observación: la regla es un caso particular."), "La regla es un caso particular.");
        assert_eq!(plain("Paris – die Stadt, die alle lieben."), "Paris – die Stadt, die alle lieben.");
    }

    #[test]
    fn what_ties_a_sentence_to_another_is_kept_apart() {
        let tie = |text: &str, language: &str| compress(text, Style::Plain, language).remove(0);
        let short = tie("However, the queue grows at night.", "en");
        assert_eq!((short.text.as_str(), short.tie), ("The queue grows at night.", Some(Tie::Contrast)));
        assert_eq!(short.tie.unwrap().word("en"), Some("But"));
        assert_eq!(tie("Sin embargo, la cola crece.", "es").tie, Some(Tie::Contrast));
        assert_eq!(tie("Still waters in a queue run deep.", "en").tie, None);
        // German sets the verb behind such a word, so it stays.
        assert_eq!(tie("Jedoch wächst die Schlange.", "de").text, "Jedoch wächst die Schlange.");
    }

    #[test]
    fn what_only_reports_goes() {
        let paper = |text: &str| texts(text, Style::EnglishPaper).remove(0);
        assert_eq!(paper("In this paper, we show that queues need slack."), "Queues need slack.");
        assert_eq!(paper("We find that 3% of the calls wait."), "3% of the calls wait.");
        assert_eq!(
            paper("Our results suggest that queues wait."),
            "The authors’ results suggest that queues wait."
        );
        assert_eq!(
            paper("This paper presents the design and implementation of Raft, a consensus algorithm."),
            "Meet Raft, a consensus algorithm."
        );
    }

    #[test]
    fn long_sentences_are_split_at_clauses_only() {
        let long = "The leader sends a message to every server in the cluster, and the servers are \
                    expected to answer it within a few milliseconds.";
        assert_eq!(texts(long, Style::English).len(), 2);
        let list = "The leader sends a message to every server, client and proxy in the cluster, and the other \
                    machines that it knows of.";
        assert_eq!(texts(list, Style::English).len(), 1);
    }
}
