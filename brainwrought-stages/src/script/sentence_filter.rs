//! The sentence filter: which sentences can be said and understood on their own.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::duration::{estimate_ms, is_ideograph};
use super::pieces::{MAX_PIECE_MS, pieces};
use super::verbs::has_verb;
use crate::language::{LanguageData, alternatives};

/// The fewest and most words of a line.
const WORDS: std::ops::RangeInclusive<usize> = 6..=26;
/// The fewest and most characters of a line in a script without spaces.
const IDEOGRAPHS: std::ops::RangeInclusive<usize> = 10..=48;
/// The fewest and most words of a sentence that may be said in several lines.
const SENTENCE_WORDS: std::ops::RangeInclusive<usize> = 4..=50;
/// The fewest and most characters of such a sentence in a script without spaces.
const SENTENCE_IDEOGRAPHS: std::ops::RangeInclusive<usize> = 8..=110;
/// The longest that a line may take, in milliseconds: a scene is shown for at most 8 s.
const MAX_MS: u64 = 7_900;

/// Words that point at what is not heard, in any language: a figure, another section, the left of the page.
static POINTS_AWAY: LazyLock<Regex> = LazyLock::new(|| {
    let all = || LanguageData::all().iter().map(|data| &data.text);
    let numbered = alternatives(all().flat_map(|text| text.numbered.iter()));
    let pointers = alternatives(all().flat_map(|text| text.pointers.iter()));
    let selves = alternatives(all().flat_map(|text| text.selves.iter()));
    let pattern = format!(
        r"(?i)\b{numbered}\s+(?-i:[\dA-Z(])|\bpp?\.\s?[\divxlc]|\b(?:this|previous|next)\s+{selves}\b|\b{pointers}\b"
    );
    Regex::new(&pattern).expect("the pattern is made of constants that tests compile")
});

static ROADMAP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)\b(?:authors?|we|they)\s+(?:now\s+|then\s+|also\s+|first\s+|\w+ly\s+)?(?:closes?\s+with|gives?\s+an?\s+overview|
        discuss(?:es)?|(?:describe|present)\s+(?:their|our|how)|summarizes?|reviews?|outlines?|concludes?|turns?\s+to|thanks?|would\s+like|
        refers?|points?\s+to|hopes?|hypothesizes?|begins?\s+with|starts?\s+with|assumes?|let)\b
        |^(?:let|recall|see|proof|prove|show|describe|give|argue|verify)\b",
    )
    .expect("the pattern is a constant that tests compile")
});

/// Questions to the reader, such as those of exercises, which nobody answers: "Can you draw it?"
static ASKS_READER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?:can|could|did|do|have|are|will|would)\ you\b.*\?$
        |^(?:what|how|why)\ (?:did|do|can|would|could)\ you\b.*\?$|\bdo\ you\ (?:remember|see|notice)\b",
    )
    .expect("the pattern is a constant that tests compile")
});

/// Tells whether `text` can be said in one line: length, letters, end, no pointer to something that is not heard.
pub(super) fn is_speakable(text: &str, language: &str) -> bool {
    let fits = if is_ideographic(text) {
        IDEOGRAPHS.contains(&text.chars().count())
    } else {
        WORDS.contains(&text.split_whitespace().count()) && estimate_ms(text) <= MAX_MS
    };
    fits && is_whole(text, language)
}

/// Tells whether `text` can be said in one line or in [several](pieces).
pub(super) fn is_tellable(text: &str, language: &str) -> bool {
    let fits = if is_ideographic(text) {
        SENTENCE_IDEOGRAPHS.contains(&text.chars().count())
    } else {
        SENTENCE_WORDS.contains(&text.split_whitespace().count())
    };
    fits && is_whole(text, language)
        && pieces(text, language).iter().all(|piece| estimate_ms(piece) <= MAX_PIECE_MS)
}

fn is_ideographic(text: &str) -> bool {
    let ideographs = text.chars().filter(|&letter| is_ideograph(letter)).count();
    ideographs * 2 > text.chars().count()
}

/// Tells whether `text` is a whole sentence that is understood by its words alone.
fn is_whole(text: &str, language: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if is_ideographic(text) {
        // A letter of its own among the characters is a variable.
        let variable = text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let symbol =
            text.contains(|letter: char| "=<>|\\^_~∈→−±×∑∫√≤≥αβγδεηθλμνπρστφχψω$#*@…".contains(letter));
        return text.ends_with(['。', '！', '？', '.', '!', '?']) && !variable && !symbol;
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    if !(first.is_uppercase() || first.is_ascii_digit()) && first.is_alphabetic() && first.is_lowercase() {
        return false;
    }
    let opens = first.is_alphanumeric() || matches!(first, '“' | '"' | '«' | '¿' | '¡' | '„');
    let ends = text.trim_end_matches(['”', '"', '»', '“']).ends_with(['.', '!', '?']);
    if !opens || !ends || text.ends_with("..") {
        return false;
    }
    let first_word = words.first().copied().unwrap_or_default();
    let is_label =
        first_word.len() > 3 && first_word.ends_with(':') && !first_word.chars().any(char::is_lowercase);
    let is_bad = language == "en" && is_bad_english(text, &words);
    // A heading that was taken for the start of a sentence.
    let is_numbered =
        words.get(1).is_some_and(|second| second.starts_with(|sign: char| sign.is_ascii_digit()))
            && matches!(first_word, "Sec." | "Sect." | "Section" | "Chapter" | "§");
    !is_label && !is_bad && !is_numbered && is_prose(text, &words) && !POINTS_AWAY.is_match(text)
}

/// Tells whether `text` is made of words: no symbols, code or lone letters.
pub(super) fn is_prose(text: &str, words: &[&str]) -> bool {
    let visible = text.chars().filter(|letter| !letter.is_whitespace()).count();
    let fit = text
        .chars()
        .filter(|&letter| {
            letter.is_alphabetic()
                || (letter.is_numeric() && letter.is_ascii())
                || ",.'’-%$?!;:".contains(letter)
        })
        .count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let banned =
        "=<>{}[]|\\^_~∈∀∃→←↔∪∩⊆⊂∑∫√≤≥≠≈∞·•■□◦†‡§#*@`αβγδεζηθικλμνξπρστυφχψωΔΓΛΦΨΩΣΠ∂∇(){}+/…⇒⇐⇔✗✓✔➔➜★☆▶";
    // One letter can be followed by ear, be it a variable or a name: "for every value of n", "the language S".
    let lone: BTreeSet<&str> = words
        .iter()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .enumerate()
        .filter(|(place, word)| {
            is_variable(word)
                || word.chars().count() == 1
                    && word.chars().all(char::is_alphabetic)
                    && !is_word(word, *place > 0 && !ends_sentence(words[place - 1]))
        })
        .map(|(_, word)| word)
        .collect();
    // Two capitals in a row inside a word, or letters that no keyboard joins, come from fonts that were not decoded.
    let odd = text
        .chars()
        .any(|letter| matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{FFFD}' | '\u{0}'..='\u{1F}'))
        || text.chars().any(|letter| ('\u{1D400}'..='\u{1D7FF}').contains(&letter));
    fit * 100 >= visible * 95
        && digits * 6 <= visible
        && !text.contains(|letter| banned.contains(letter))
        && lone.len() <= 1
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

/// Tells whether a letter of its own is a word of some language, or a programming language that a sentence begins with. Within a
/// sentence, a capital one is a variable: "the columns of A".
fn is_word(letter: &str, is_within: bool) -> bool {
    matches!(letter, "a" | "I" | "y" | "e" | "o" | "à" | "é" | "i")
        || !is_within && matches!(letter, "A" | "Y" | "O" | "E" | "R" | "C")
}

/// Tells whether a capital letter may stand behind a word for no other reason than that a sentence begins.
fn ends_sentence(word: &str) -> bool {
    word.ends_with(['.', '!', '?', ':', '“', '”', '"', '»', '—', '–'])
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
        || text.starts_with("Which ") && !text.ends_with('?')
        || ASKS_READER.is_match(text)
        || !has_verb(words)
        || FUSED.is_match(text)
        || words.iter().any(|word| is_broken(word))
        || ["If ", "Although ", "While ", "Whereas ", "Because "].iter().any(|start| text.starts_with(start))
            && !text.contains(',')
}

/// Tells whether letters were lost from a word, as ligatures of some fonts are: "nds" for "finds".
fn is_broken(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.', ';', ':', '!', '?']);
    word.chars().count() >= 3
        && word.chars().all(|letter| letter.is_ascii_lowercase())
        && !word.contains(['a', 'e', 'i', 'o', 'u', 'y'])
}

/// A label, a number or a heading that ran into the sentence: "Finding 9 A majority …", "C. Cookies as …", "E It's …".
static FUSED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:[A-Z]\.\s|[IVX]+\.\s|[B-HJ-Z]\s[A-Z]|\d+(?:\.\d+)*\.?\s+[A-Z]|(?:Finding|Item|Step|Part|Phase|Rule|Type|Case|Level|Lesson|Task|Question|Claim|Fact|Property|Example|Remark|Note|Definition|Theorem|Lemma|Unit|Week|Day)s?\s\d)
        |^(?:[A-Z][\w-]*\s){1,4}(?:Although|When|The|If|While|This|These|In|To|For|Because|Since|We|It|Once|As|An?|Our|You|There)\s
        |^A\s(?:can|is|are|was|has|will|may|must|and|or|to|in|of)\b
        |^\d+[:)]|[a-z]{3,}\s(?:The|In|For|When|However|This|These|We|It|Prior|Although|Since|While|Because|There)\s[a-z]
        |\b[a-z]{3,}\d+\b|\?\d|’’|\s(?:the|an?|of|as|from)[,.;]|[a-z]\s[A-Z][a-z]+\s(?:is|are|was|were|has|can|will)\s[A-Z][a-z]
        |(?:^|\s)-[a-z]|[A-Za-z]-\s(?:\d|and\b|[a-z]{1,4}\b\s\d)|\b(?:In|in)\s(?:Part|Step|Phase)\s\d|\bno\.\s\d",
    )
    .expect("the pattern is a constant that tests compile")
});

/// Tells whether somebody is spoken of at the start whom only the sentence before can have named: "If they come at
/// random, …". A subject of its own, as in "When a node fails, it …", comes first in most sentences that explain themselves.
fn opens_with_a_stranger(lower: &str) -> bool {
    let words: Vec<&str> = lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(6)
        .collect();
    let joins =
        ["if", "when", "because", "although", "while", "since", "as", "once", "unless", "whether", "though"];
    let is_person = |word: &&str| ["they", "he", "she", "them", "him"].contains(word);
    // "In a way, it didn’t match": what a sentence without a second clause calls "it" was named before, unless it stands for
    // nothing, as in "Today it is clear".
    let nothing = [
        "is", "was", "seems", "takes", "will", "would", "may", "might", "can", "has", "s", "makes", "becomes",
    ];
    let mut pairs = words.windows(2);
    let stands_for_something = pairs.any(|pair| pair[0] == "it" && !nothing.contains(&pair[1]));
    if stands_for_something && !words.iter().any(|word| joins.contains(word)) {
        return true;
    }
    words.iter().take(5).any(is_person)
        || (words.first().is_some_and(|word| joins.contains(word)) && words.get(1) == Some(&"it"))
}

/// Tells whether a word inside a sentence points to the one before: "Wenn man diesen Punkt …".
fn points_inside(lower: &str, language: &str) -> bool {
    LanguageData::of(language).text.leaning_parts.stand_in(lower)
}

/// Openings that speak of something just told: "The second approach …", "The resulting graph …", "In that case, …".
static REFERS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?:(?:the|our|their)\ (?:second|third|fourth|final|last|other|others|same|resulting|remaining|model|answer|idea|former|latter|method|
        approach|rule|reason|reasons|result|results|problem|solution|difference|first|next|rest|opposite|above|new|trick|key|point|question|figure|table|authors\ (?:call|then|therefore|also|next)|step)\b
        |in\ (?:this|that|these|those|such|both|either|other|its|their|each|all)\b|for\ (?:this|that|these|those|each|example|instance)\b|
        by\ (?:this|that|doing|contrast)\b|at\ (?:this|that|each)\b|to\ (?:this|that|do)\b|
        (?:two|three|four|five|many|most|some|all|none|any|several|few)\ of\ (?:these|those|them|the)\b|
        (?:after|before|from|with|without|under|on|of)\ (?:this|that|these|those|which|it|them)\b|others?\b|doing\ so|
        as\ (?:a\ result|such|before)|(?:did|does|do|is|was|are|were|can|could|would|should|has|have)\ (?:it|this|that|they|these|he|she)\b|more\ (?:generally|formally|specifically)|accordingly|besides|rather|conversely|meanwhile|
        afterwards?|later|next|yet|nor|further|another|additional|additionally|because\ of\ (?:this|that)|what\ is\ more|in\ turn|if\ (?:so|not)\b)
        |\b(?:do|does|did)\ so\b|\bthe\ (?:former|latter|two\ approaches|same\ (?:way|argument|reason))\b|\bthe\ same\.$",
    )
    .expect("the pattern is a constant that tests compile")
});

static EMPTY_IT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^It (?:\w+ly )?(?:appears|seems|turns out|follows|is|was|has been|is well|may be|can be) (?:\w+ )?that ")
        .expect("the pattern is a constant that tests compile")
});

/// Tells whether `text` leans on the sentence before it.
pub(super) fn is_dangling(text: &str, language: &str) -> bool {
    // The "it" of "It appears that queues grow" stands for nothing.
    let text = if language == "en" { EMPTY_IT.find(text).map_or(text, |it| &text[it.end()..]) } else { text };
    let lower = text.to_lowercase();
    let first = lower.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
    LanguageData::of(language).text.leaning_openings.contains(first)
        || (language == "en" && (opens_with_a_stranger(&lower) || REFERS_BACK.is_match(text)))
        || points_inside(&lower, language)
        || (language == "en" && points_back(&lower))
}

/// Tells whether an English sentence points at what was said before it. What it has named itself is known: "… to assemble
/// transcripts and to count these transcripts."
fn points_back(lower: &str) -> bool {
    if lower.contains(" such as ") || lower.contains("those who") {
        return false;
    }
    let pointers = [" this ", " these ", " such ", " those "];
    lower.contains(" again ")
        || pointers.iter().any(|pointer| {
            lower.match_indices(pointer).any(|(at, _)| {
                let rest = &lower[at + pointer.len()..];
                let noun = rest.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
                let stem = noun.trim_end_matches('s');
                let is_noun = stem.chars().count() >= 4;
                let mut before = lower[..at].split(|letter: char| !letter.is_alphanumeric());
                !(is_noun && before.any(|word| word.trim_end_matches('s') == stem))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::super::meta_text::is_meta_text;
    use super::*;

    fn is_sayable(text: &str, language: &str) -> bool {
        is_speakable(text, language) && !is_meta_text(text, language)
    }

    #[test]
    fn sound_sentences_pass() {
        for text in [
            "A barista can serve sixty customers in every hour.",
            "Raft is a consensus algorithm for managing a replicated log.",
            "At 95% load the barista has three spare minutes an hour.",
            "R is a language for statistics. A vector is its simplest form.",
            "For every value of n the wait is finite.",
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
            "All the columns of A are combinations of the two columns of C.",
            "In Section 4 the authors describe the leader election algorithm.",
            "The algorithm runs in time O(n log n) for every input.",
            "A can be kept on a disk as well as the others.",
            "The authors briefly describe their experience with a network.",
            "The search engine nds all the web pages of the world.",
            "Monday, June 3 at 9:30 AM in the small lecture hall.",
            "If the function being entered recorded with the new type map.",
            "ZooKeeper Locks Although ZooKeeper is no lock service, it can lock.",
        ] {
            assert!(!is_sayable(text, "en"), "{text}");
        }
    }

    #[test]
    fn captions_labels_and_thanks_do_not() {
        for text in [
            "Transformation of the Energy of Light Rays in Empty Space.",
            "Error rates of the complex recognizer systems.",
            "Finding 9 A majority of the failures can be reproduced by a test.",
            "C. Cookies as Macaroons Cookies are widely used for many tokens.",
            "The last two tours are full, thank you to everybody who came.",
            "The -rst step is to call the inner loop of the program.",
        ] {
            assert!(!is_sayable(text, "en"), "{text}");
        }
        assert!(is_sayable("Choose one style guide and stick to it.", "en"));
    }

    #[test]
    fn a_sentence_may_lean_on_the_one_before() {
        for text in [
            "The second approach costs more memory.",
            "In that case, the server waits.",
            "As a result it stops.",
        ] {
            assert!(is_dangling(text, "en"), "{text}");
        }
        assert!(!is_dangling("In practice most servers wait for the disk.", "en"));
        assert!(is_dangling("The authors count these transcripts with a second method.", "en"));
        let named =
            "The authors assemble transcripts from long reads and count these transcripts with short ones.";
        assert!(!is_dangling(named, "en"));
    }

    #[test]
    fn openings_that_lean_back_are_known() {
        assert!(is_dangling("This makes it slower.", "en"));
        assert!(!is_dangling("Thistles grow slower.", "en"));
        assert!(is_dangling("Diese Menge ist offen.", "de"));
        assert!(is_dangling("Wenn man diesen Punkt entfernt, zerfällt der Raum.", "de"));
        assert!(!is_sayable("实际上，神经元以概率 p 被随机丢弃或者保留下来。", "zh"));
        assert!(is_sayable("神经网络是一类按照层次结构搭建起来的模型。", "zh"));
    }
}
