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
const BACK_STAGE: [&str; 61] = [
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
    " ich ",
    "ich ",
    " mir ",
    "mir ",
    "mein ",
    "meine ",
    "zeigen sie",
    "zeichnen sie",
    "beweisen sie",
    "geben sie",
    "berechnen sie",
    "bestimmen sie",
    "sehr geehrte",
    "übung",
    "aufgabe",
    "siehe",
    "vgl",
    "je ",
    "nous vous",
    "vous étudierez",
    "vous apprendrez",
    "cette partie",
    "la première partie",
    "la seconde partie",
    "ce chapitre",
    "ce livre",
    "ce cours",
    "exercice",
    "voir ",
    "soit ",
    "considérons",
    "commençons",
    "este capítulo",
    "esta sección",
    "este libro",
    "este trabajo",
    "este artículo",
    "ejercicio",
    "véase",
    "sea ",
    "consideremos",
    "supongamos",
    "neste capítulo",
    "nesta seção",
    "este livro",
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

/// Tells whether `text` can be said and speaks of the topic, not of the text, its authors or its licence.
pub(super) fn is_sayable(text: &str, language: &str) -> bool {
    is_speakable(text, language) && !is_back_stage(text, language)
}

fn is_back_stage(text: &str, language: &str) -> bool {
    let lower = text.to_lowercase();
    let phrases: &[&str] = if language == "en" { &BACK_STAGE_EN } else { &BACK_STAGE };
    phrases.iter().any(|phrase| {
        // A phrase that only ends in a space is a word at the start of the sentence.
        if phrase.ends_with(' ') && !phrase.starts_with(' ') {
            lower.starts_with(phrase)
        } else {
            lower.contains(phrase)
        }
    })
}

/// Tells whether `text` can be said: length, letters, end, no pointer to something that is not heard.
pub(super) fn is_speakable(text: &str, language: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let ideographs = text.chars().filter(|&letter| is_ideograph(letter)).count();
    if ideographs * 2 > text.chars().count() {
        // A letter of its own among the characters is a variable.
        let variable = text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let symbol =
            text.contains(|letter: char| "=<>|\\^_~∈→−±×∑∫√≤≥αβγδεηθλμνπρστφχψω$#*@…".contains(letter));
        return IDEOGRAPHS.contains(&text.chars().count())
            && text.ends_with(['。', '！', '？'])
            && !variable
            && !symbol;
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
    let is_bad = language == "en" && is_bad_english(text, &words);
    !is_label && !is_bad && is_prose(text, &words) && !POINTS_AWAY.is_match(text)
}

/// Tells whether `text` is made of words: no symbols, code or lone letters.
pub(super) fn is_prose(text: &str, words: &[&str]) -> bool {
    let visible = text.chars().filter(|letter| !letter.is_whitespace()).count();
    let fit = text
        .chars()
        .filter(|&letter| {
            letter.is_alphabetic() || (letter.is_numeric() && letter.is_ascii()) || ",.'’-%$".contains(letter)
        })
        .count();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let banned =
        "=<>{}[]|\\^_~∈∀∃→←↔∪∩⊆⊂∑∫√≤≥≠≈∞·•■□◦†‡§#*@`αβγδεζηθικλμνξπρστυφχψωΔΓΛΦΨΩΣΠ∂∇(){}+/…⇒⇐⇔✗✓✔➔➜★☆▶";
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
        || !has_verb(words)
        || FUSED.is_match(text)
        || ["If ", "Although ", "While ", "Whereas ", "Because "].iter().any(|start| text.starts_with(start))
            && !text.contains(',')
}

/// What authors say about their text, their thanks or their copyright rather than about its topic.
const BACK_STAGE_EN: [&str; 53] = [
    "this book",
    "this document",
    "this paper",
    "this report",
    "this manual",
    "this course",
    "this lecture",
    "the reader",
    "our presentation",
    "without loss of generality",
    "left as an exercise",
    "proof of",
    "the proof",
    "as follows",
    "supported by",
    "funded by",
    "grateful",
    "thank you",
    "acknowledg",
    "copyright",
    "all rights",
    "warranty",
    "trademark",
    "licensed under",
    "permission",
    "email",
    "e-mail",
    "et al",
    "ibid",
    "see the",
    "please contact",
    "please see",
    "refer to",
    "please let",
    "in press",
    "previous work",
    "related work",
    "prior work",
    "future work",
    " published ",
    "next section",
    "next chapter",
    "last section",
    "earlier section",
    "the remainder",
    "rest of the",
    "the appendix",
    "click on",
    "open access",
    "conference",
    "workshop",
    "be found in",
    "sidebar",
];

/// A label, a number or a heading that ran into the sentence: "Finding 9 A majority …", "C. Cookies as …", "E It's …".
static FUSED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:[A-Z]\.\s|[IVX]+\.\s|[B-HJ-Z]\s|\d+(?:\.\d+)*\.?\s+[A-Z]|(?:Finding|Step|Part|Phase|Rule|Type|Case|Level|Lesson|Task|Question|Claim|Fact|Property|Example|Remark|Note|Definition|Theorem|Lemma|Unit|Week|Day)s?\s\d)
        |^(?:[A-Z][\w-]*\s){1,4}(?:Although|When|The|If|While|This|These|In|To|For|Because|Since|We|It|Once|As|An?|Our|You|There)\s
        |\b[a-z]{3,}\d+\b|\?\d|’’|[a-z]\s[A-Z][a-z]+\s(?:is|are|was|were|has|can|will)\s[A-Z][a-z]
        |(?:^|\s)-[a-z]|[A-Za-z]-\s(?:\d|and\b|[a-z]{1,4}\b\s\d)|\b(?:In|in)\s(?:Part|Step|Phase)\s\d|\bno\.\s\d",
    )
    .expect("the pattern is a constant that tests compile")
});

/// Verbs that make a statement, beside auxiliaries; their endings are made up.
const VERB_STEMS: &str = "accelerate accept accompany accumulate achieve acquire act adapt add address adjust adopt advance affect \
aggregate agree aim allow alter analyze announce answer anticipate appear apply approach argue arise arrive ask \
assemble assert assess assign assist associate assume attach attack attempt attend attract avoid balance base \
beat become begin behave believe belong benefit bind block boost borrow bring build bypass calculate call cancel \
capture carry cause change check choose claim clarify classify clean clear click close coincide collapse collect \
combine come communicate compare compensate compile complete compress comprise compute concern conclude conduct \
configure confirm conform connect consider consist constitute construct consult consume contain continue \
contribute control convert convey convince cooperate coordinate copy correct correspond cost count cover crawl \
create cross cut damage deal decay decide declare decompose decrease decrypt deduce defend define degrade delay \
delete deliver demonstrate deny depend deploy derive describe design destroy detect determine develop deviate \
diagnose dictate die differ discard disclose discover discuss display distribute divide do dominate double draw \
drive drop duplicate ease edit elect eliminate embed embrace emerge emit emphasize employ enable encode \
encounter encourage encrypt end enforce engage enhance enjoy enrich ensure entail enter equal erase escape \
establish estimate evaluate evolve examine exceed exchange exclude execute exhibit exist expand expect expire \
explain exploit explore export expose express extend face facilitate fail fall feed feel fetch fill filter find \
finish fit fix float flow focus follow force forget form formulate freeze fuse gain generate get give go grant \
grow guarantee guess guide halt handle happen harm have hear help hide hinder hire hit hold hurt identify ignore \
illustrate implement imply import impose improve include incorporate increase incur indicate induce infer \
influence inform inherit inject insert inspect inspire install integrate intend interact interfere interpret \
introduce invent invest investigate invite invoke involve isolate issue iterate join jump justify keep kill know \
lack last launch lay lead learn leave lend let lie lift limit link live load locate lock look lose maintain make \
manage manipulate map match matter maximise maximize mean measure meet mention merge migrate mimic minimise \
minimize mislead mitigate mix modify monitor motivate mount move multiply navigate need negate neglect negotiate \
normalize note notice obey observe obtain occur offer omit open operate optimise optimize organise organize \
originate outperform overcome overlap override overwrite own parse partition pass pay penalize penetrate perform \
permit persist pick place play point populate pose possess postpone pour predict prefer present preserve prevent \
print prioritize probe proceed process produce progress prohibit promise propagate propose protect prove provide \
publish pull pursue push put qualify quantify query radiate raise randomize rank reach react read recall receive \
recognise recognize recommend reconstruct record recover recycle reduce refer refine reflect refresh refuse \
regard regulate reinforce reject relate relax release rely remain remember remind remove render renew rent \
reorder repair repeat replace replicate report represent reproduce request require rescue reserve reset reside \
resist resolve respond restart restore restrict result retain retrieve return reuse reveal reverse review revise \
revolve reward rewrite rise rotate route run satisfy save say scale scan search secure see seek seem select sell \
send sense separate serve set shape share shift shorten show shrink shut sign simulate sit skip sleep slow \
smooth solve sort span spawn speak specialize specify spend spin split spread stabilize stand start stay steal \
stimulate stop store stretch strike struggle study submit subtract succeed suffer suggest sum summarize supply \
support suppose suppress surprise surround survive suspect sustain swap switch synchronize tackle take talk \
tamper target teach tell tend terminate test thank think threaten throw tie tolerate touch trace track train \
transfer transform translate transmit transport trap travel traverse treat trigger trust try tune turn twist \
undergo underlie undermine underpin understand unify unlock update upgrade use validate vanish vary verify view \
violate visit visualize vote wait wake walk want warn wash waste watch weaken wear weigh welcome widen win wish \
work wrap write yield";
/// Forms that no ending makes.
const IRREGULAR: &str = "is are was were be been has had have can could will would may might must should shall does do did cannot \
isn't aren't wasn't weren't can't couldn't won't wouldn't don't doesn't didn't hasn't haven't hadn't it's that's there's we're they're you're he's she's what's \
isn’t aren’t wasn’t weren’t can’t couldn’t won’t wouldn’t don’t doesn’t didn’t hasn’t haven’t hadn’t it’s that’s there’s we’re they’re you’re he’s she’s what’s let’s \
became began broke brought built bought came chose cut dealt drew drove fell felt fought found gave gets got grew held kept knew known led left lent \
lost made meant met paid put ran read rose said sat saw sent showed shown sold spent split spoke stood struck taught thought threw \
told took understood went won wrote goes says dies lies tries relies applies implies varies carries satisfies identifies specifies \
simplifies studies copies supplies relied applied implied varied carried satisfied identified specified studied tried died lied";

static VERB_FORMS: LazyLock<std::collections::BTreeSet<String>> = LazyLock::new(|| {
    let mut forms: std::collections::BTreeSet<String> =
        IRREGULAR.split_whitespace().map(str::to_owned).collect();
    for stem in VERB_STEMS.split_whitespace() {
        forms.insert(stem.to_owned());
        forms.insert(format!("{stem}s"));
        forms.insert(format!("{stem}es"));
        forms.insert(format!("{}ed", stem.strip_suffix('e').unwrap_or(stem)));
        // "stop" becomes "stopped".
        if let Some(last) = stem.chars().last() {
            forms.insert(format!("{stem}{last}ed"));
        }
    }
    forms
});

/// Tells whether `word` may be a verb.
pub(super) fn is_verb(word: &str) -> bool {
    VERB_FORMS.contains(&word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase())
}

/// Tells whether a word among `words` may be the verb of a statement; a caption or a heading has none.
fn has_verb(words: &[&str]) -> bool {
    // What comes behind one of these is a noun, or no verb of its own.
    const BEFORE_NOUNS: [&str; 26] = [
        "the", "a", "an", "of", "in", "on", "for", "with", "by", "at", "from", "to", "its", "their", "our",
        "his", "her", "this", "these", "each", "every", "some", "any", "all", "as", "than",
    ];
    let mut before = String::new();
    for (place, word) in words.iter().enumerate() {
        let word = word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
        // An order starts with its verb: "Choose one style."
        let free = !BEFORE_NOUNS.contains(&before.as_str()) && (place > 0 || !word.ends_with("ed"));
        if free && VERB_FORMS.contains(&word) {
            return true;
        }
        before = word;
    }
    false
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

/// Tells whether a word inside a sentence points to the one before: "Wenn man diesen Punkt …".
fn points_inside(lower: &str, language: &str) -> bool {
    let words: &[&str] = match language {
        "de" => &[" diese ", " diesen ", " dieser ", " dieses ", " diesem ", " dessen ", " derselbe"],
        "es" => &[" este ", " esta ", " estos ", " estas ", " dicho ", " dicha ", " esto "],
        "fr" => &[" cet ", " cette ", " ces ", " cela ", " celui-ci", " celle-ci"],
        "pt" => &[" este ", " esta ", " esse ", " essa ", " isso ", " desse ", " dessa "],
        _ => &[],
    };
    words.iter().any(|word| lower.contains(word))
}

/// Openings that speak of something just told: "The second approach …", "The resulting graph …", "In that case, …".
static REFERS_BACK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix)^(?:the\ (?:second|third|fourth|final|last|other|others|same|resulting|remaining|model|answer|idea|former|latter|method|
        approach|rule|reason|reasons|result|results|problem|solution|difference|first|next|rest|opposite|above|new|trick|key|point|question|figure|table|authors\ (?:call|then|therefore|also|next)|step)\b
        |in\ (?:this|that|these|those|such|both|either|other|its|their|each|all)\b|for\ (?:this|that|these|those|each|example|instance)\b|
        by\ (?:this|that|doing|contrast)\b|at\ (?:this|that|each)\b|to\ (?:this|that|do)\b|
        (?:two|three|four|five|many|most|some|all|none|any|several|few)\ of\ (?:these|those|them|the)\b|
        (?:after|before|from|with|without|under|on|of)\ (?:this|that|these|those|which|it|them)\b|others?\b|doing\ so|
        as\ (?:a\ result|such|before)|more\ (?:generally|formally|specifically)|accordingly|besides|rather|conversely|meanwhile|
        afterwards?|later|next|yet|nor|because\ of\ (?:this|that)|what\ is\ more|in\ turn|if\ (?:so|not)\b)
        |\b(?:do|does|did)\ so\b|\bthe\ (?:former|latter|two\ approaches|same\ (?:way|argument|reason))\b",
    )
    .expect("the pattern is a constant that tests compile")
});

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
            "dies",
            "diese",
            "dieser",
            "dieses",
            "er",
            "sie",
            "es",
            "damit",
            "dabei",
            "daher",
            "also",
            "so",
            "dann",
            "aber",
            "somit",
            "jedoch",
            "außerdem",
            "dort",
            "denn",
            "deshalb",
            "darum",
            "folglich",
            "ebenso",
            "solche",
            "beide",
            "dazu",
            "davon",
            "zudem",
            "weiterhin",
            "andernfalls",
            "sonst",
            "deren",
            "dessen",
            "ihre",
            "sein",
            "seine",
            "danach",
            "dadurch",
            "dagegen",
            "allerdings",
            "trotzdem",
            "gerade",
            "bei",
        ],
        "es" => &[
            "este",
            "esta",
            "esto",
            "estos",
            "estas",
            "ese",
            "esa",
            "eso",
            "él",
            "ella",
            "pero",
            "así",
            "entonces",
            "además",
            "aquí",
            "ellos",
            "ellas",
            "aquel",
            "aquella",
            "esos",
            "esas",
            "dicho",
            "dicha",
            "luego",
            "también",
            "presentan",
            "presenta",
            "su",
            "sus",
            "sin",
            "por",
        ],
        "fr" => &[
            "ce", "cet", "cette", "ces", "cela", "ceci", "il", "elle", "ils", "elles", "mais", "donc",
            "ainsi", "ensuite", "déjà", "enfin", "or", "car", "puis", "ici", "là", "celui", "celle", "ceux",
            "celles", "et", "en", "leur", "leurs", "son", "sa", "ses",
        ],
        "pt" => &["este", "esta", "isto", "isso", "esse", "essa", "ele", "ela", "mas", "assim", "então"],
        _ => &[],
    };
    let lower = text.to_lowercase();
    let first = lower.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
    openings.contains(&first)
        || (language == "en" && (opens_with_a_stranger(&lower) || REFERS_BACK.is_match(text)))
        || points_inside(&lower, language)
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
            "Friday, March 9 at 8:45 AM in the ECE Kitchen.",
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
            "The final three Open Houses are open, thank you to all of you.",
            "The -rst step is to call the inner loop of the program.",
        ] {
            assert!(!is_sayable(text, "en"), "{text}");
        }
        assert!(is_sayable("Choose one style guide and stick to it.", "en"));
    }

    #[test]
    fn what_was_just_told_is_leaned_on() {
        for text in [
            "The second approach costs more memory.",
            "In that case, the server waits.",
            "As a result it stops.",
        ] {
            assert!(is_dangling(text, "en"), "{text}");
        }
        assert!(!is_dangling("In practice most servers wait for the disk.", "en"));
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
