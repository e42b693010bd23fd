//! True or false: a sentence, or the contrary of what it says.

use brainwrought_core::data::{Citation, QuizQuestion};

use super::quiz::Quiz;
use super::seeded::Seeded;
use super::sentences::Sentence;

/// Words that turn a statement into its contrary.
const CONTRARIES: [(&str, &str); 97] = [
    ("increases", "decreases"),
    ("increase", "decrease"),
    ("faster", "slower"),
    ("fastest", "slowest"),
    ("longest", "shortest"),
    ("longer", "shorter"),
    ("higher", "lower"),
    ("highest", "lowest"),
    ("largest", "smallest"),
    ("larger", "smaller"),
    ("best", "worst"),
    ("better", "worse"),
    ("always", "never"),
    ("before", "after"),
    ("first", "last"),
    ("easy", "hard"),
    ("easier", "harder"),
    ("maximum", "minimum"),
    ("maximal", "minimal"),
    ("maximizes", "minimizes"),
    ("maximize", "minimize"),
    ("stronger", "weaker"),
    ("strong", "weak"),
    ("cheap", "expensive"),
    ("rises", "falls"),
    ("grows", "shrinks"),
    ("inside", "outside"),
    ("succeeds", "fails"),
    ("public", "private"),
    ("accept", "reject"),
    ("internal", "external"),
    ("important", "unimportant"),
    ("possible", "impossible"),
    ("oldest", "newest"),
    ("low", "high"),
    ("early", "late"),
    ("static", "dynamic"),
    ("decentralized", "centralized"),
    ("asynchronous", "synchronous"),
    ("local", "global"),
    ("valid", "invalid"),
    ("known", "unknown"),
    ("common", "rare"),
    ("often", "rarely"),
    ("cannot", "can"),
    ("two", "four"),
    ("three", "five"),
    ("five", "seven"),
    ("small", "large"),
    ("most", "least"),
    ("independent", "dependent"),
    ("directly", "indirectly"),
    ("automatic", "manual"),
    ("automatically", "manually"),
    ("never", "often"),
    ("every", "no"),
    ("zero", "ten"),
    ("simple", "complex"),
    ("new", "old"),
    ("open", "closed"),
    ("positive", "negative"),
    ("inner", "outer"),
    ("many", "few"),
    ("similar", "different"),
    ("finite", "infinite"),
    ("bounded", "unbounded"),
    ("discrete", "continuous"),
    ("necessary", "unnecessary"),
    ("difficult", "easy"),
    ("useful", "useless"),
    ("prevalent", "rare"),
    ("able", "unable"),
    ("likely", "unlikely"),
    ("major", "minor"),
    ("primary", "secondary"),
    ("temporary", "permanent"),
    ("explicit", "implicit"),
    ("explicitly", "implicitly"),
    ("optional", "mandatory"),
    ("trusted", "untrusted"),
    ("correct", "incorrect"),
    ("safe", "unsafe"),
    ("secure", "insecure"),
    ("reads", "writes"),
    ("receives", "sends"),
    ("wins", "loses"),
    ("begins", "ends"),
    ("above", "below"),
    ("earliest", "latest"),
    ("identical", "different"),
    ("fundamental", "minor"),
    ("meaningful", "meaningless"),
    ("convenient", "awkward"),
    ("remarkable", "poor"),
    ("desired", "undesired"),
    ("greater", "smaller"),
    ("without", "with"),
];

/// Those of them that are never put in the place of their contrary.
const ONE_WAY: [&str; 23] = [
    "without",
    "cannot",
    "two",
    "three",
    "five",
    "never",
    "every",
    "zero",
    "most",
    "new",
    "many",
    "similar",
    "able",
    "prevalent",
    "identical",
    "fundamental",
    "difficult",
    "convenient",
    "remarkable",
    "desired",
    "receives",
    "simple",
    "greater",
];

/// Says the contrary of a sentence, or the sentence itself, and asks which it was.
pub(super) fn contrary(fact: &Sentence, seeded: &mut Seeded) -> Option<Quiz> {
    let words: Vec<&str> = fact.text.split_whitespace().collect();
    let (right, wrong, place) = words.iter().enumerate().skip(1).find_map(|(place, word)| {
        let bare = word.trim_end_matches([',', '.']);
        CONTRARIES.iter().find_map(|&(one, other)| match bare {
            _ if bare == one => Some((one, other, place)),
            // These words stand in many sentences that they do not decide.
            _ if bare == other && !ONE_WAY.contains(&one) => Some((other, one, place)),
            _ => None,
        })
    })?;
    // "First" and "last" in "the first" are said of things; "at first" is not.
    let before = words.get(place.checked_sub(1)?)?;
    // A comparison needs both its sides, or the contrary is no sentence.
    let compares =
        right.ends_with("er") && right != "after" && right != "never" || ["worse", "better"].contains(&right);
    let behind = words.get(place + 1).copied().unwrap_or_default();
    let is_vowel = |word: &str| word.starts_with(['a', 'e', 'i', 'o', 'u']);
    if ["a", "an", "A", "An"].contains(&words.get(place.checked_sub(1)?).copied()?)
        && is_vowel(right) != is_vowel(wrong)
    {
        return None;
    }
    if compares && !fact.text.contains(" than ")
        || *before == "no"
        || right == "without" && behind.ends_with("ing")
        || ["enough", "decade", "decades", "year", "years", "few", "century", "time"].contains(&behind)
    {
        return None;
    }
    // "The most important" has a contrary; "most servers" and "most of them" have none.
    if right == "most" && *before != "the"
        || ["two", "three", "five"].contains(&right) && ["one", "or", "and", "-"].contains(before)
        || ["at", "not", "is", "are", "as"].contains(before) && ["first", "last", "best"].contains(&right)
        || words.iter().filter(|word| word.trim_end_matches([',', '.']) == right).count() != 1
        || fact.text.contains(" not ")
        || fact.text.to_lowercase().contains(wrong) && right != "without"
    {
        return None;
    }
    let is_false = seeded.below(3) > 0;
    let statement = if is_false {
        let changed: Vec<String> = words
            .iter()
            .enumerate()
            .map(
                |(index, word)| {
                    if index == place { word.replacen(right, wrong, 1) } else { (*word).to_owned() }
                },
            )
            .collect();
        changed.join(" ")
    } else {
        fact.text.clone()
    };
    let told = if is_false {
        format!("False! It is “{right}”, not “{wrong}”.")
    } else {
        "True! That is what the page says.".to_owned()
    };
    Some(Quiz {
        asked: vec!["Quick quiz: true or false?".to_owned(), statement.clone()],
        question: QuizQuestion {
            question: statement,
            choices: vec!["True".to_owned(), "False".to_owned()],
            answer: u32::from(is_false),
            citation: Citation { page: fact.page, quote: fact.source.clone() },
        },
        told,
    })
}
