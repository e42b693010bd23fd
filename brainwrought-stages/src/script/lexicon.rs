//! Words that the writer knows: stop words, cues, slang beats and phrases.

use rust_stemmers::{Algorithm, Stemmer};

/// English words that say nothing about the topic.
const STOP_EN: &str = "a about above across after again against all almost alone along already also although always am among an \
and another any anyone anything are around as at away back be became because become been before being below between \
both but by came can cannot come could did do does doing done down during each either else enough even ever every \
everyone few first for found from full further gave get gets give given go goes going got had has have having he hence her here \
hers him his how however i if in indeed instead into is it its itself just keep kept know known last later least less let \
like made make makes many may maybe me might mine more moreover most much must my near need needs never next no nobody \
none nor not nothing now of off often on once one only onto or other others our out over own part per perhaps please put \
rather really said same say second see seem seems several shall she should since so some something sometimes soon still \
such take taken takes than that the their them then there therefore these they thing things third this those though \
three through thus to together too toward two under until up upon us use used uses using usually very via want was way ways we \
well were what when where whether which while who whole whom whose why will with within without would yes yet you your \
et al ie eg fig four five six seven eight nine ten hundred thousand second seconds figure table section chapter page paper author authors work example examples case cases number numbers \
result results different new good simple large small long short following general current called note show shows shown";
const STOP_DE: &str = "aber alle als also am an auch auf aus bei beim bis da dann das dass dem den der des die dies diese \
dieser dieses doch durch ein eine einem einen einer eines er es für gibt hat ich im in ist ja jede jeder jedes kann kein \
man mit nach nicht nur ob oder sei seien sich sie sind so über um und uns unter vom von vor wann war was wenn wie wir wird \
zu zum zur heißt gilt genau dabei damit sowie";
const STOP_ES: &str = "a al algo ante aquí así aunque bajo cada como con contra cual cuando de del desde donde dos el ella en \
entre era es esa ese esta este esto está están fue ha hay la las le lo los más mas mi mismo muy ni no nos o otra otro para \
pero por porque que qué se sea según ser si sí sin sobre son su sus también tal tan todo todos un una uno y ya";
const STOP_FR: &str = "à au aux avec ce ces cette ci comme dans de des du elle en entre est et être eu fait il ils je la le les leur \
leurs lui mais même ne nous on ont ou où par pas plus pour qu que qui sa sans se ses si son sont sur tout tous un une vous y";
const STOP_PT: &str = "a ao aos as às com como da das de do dos e é ela ele em entre era essa esse esta este eu foi há isso já mais mas \
na nas não no nos o os ou para pela pelo por qual quando que se sem ser seu sua são também tem um uma";

/// What problems are told with.
pub(super) const PROBLEM_CUES: [&str; 16] = [
    "the problem",
    "weakness",
    "drawback",
    "suffer",
    "bottleneck",
    "the challenge",
    "challenges",
    "limitation",
    "fails to",
    "failures are",
    "is difficult",
    "are difficult",
    "hard to",
    "impossible",
    "vulnerab",
    "worst case",
];
/// What ideas are told with.
pub(super) const IDEA_CUES: [&str; 12] = [
    "propose a",
    "proposes",
    "the idea",
    "key idea",
    "main idea",
    "insight",
    "authors introduce",
    "we introduce",
    "solution to",
    "new approach",
    "novel",
    "the trick",
];
/// What mechanisms are told with.
pub(super) const HOW_CUES: [&str; 8] = [
    "works by",
    "consists of",
    "is based on",
    "by using",
    "by taking",
    "by means of",
    "each time",
    "each step",
];
/// What results are told with.
pub(super) const RESULT_CUES: [&str; 18] = [
    "results show",
    "shows that",
    "show that",
    "found that",
    "outperform",
    "we conclude",
    "demonstrates that",
    "demonstrate that",
    "improves",
    "reduces",
    "times faster",
    "achieves",
    "in practice",
    "in our experiments",
    "as a consequence",
    "can be reproduced",
    "is optimal",
    "are able to",
];

/// Words of a sentence that may surprise.
pub(super) const SURPRISES: [&str; 12] = [
    "never",
    "always",
    "only",
    "every",
    "nobody",
    "cannot",
    "without",
    "no matter",
    "hardly",
    "at all",
    "must",
    "optimal",
];

/// Beats of slang by level, from 1. They claim nothing about the document.
pub(super) const INTERJECTIONS: [&[&str]; 3] = [
    &[
        "Wild, right?",
        "Okay, stay with me.",
        "Let that sink in.",
        "Yep, really.",
        "Big if you think about it.",
        "Hold that thought.",
        "Read that again.",
        "Now we're talking.",
    ],
    &[
        "No cap.",
        "Plot twist energy.",
        "That one goes hard.",
        "Brain: expanded.",
        "Main character moment.",
        "Lowkey important.",
        "This is the good part.",
        "We move.",
    ],
    &[
        "Bro. Bro.",
        "Straight fire.",
        "Big brain hours.",
        "Sheesh.",
        "That's kind of unhinged.",
        "Absolute cinema.",
        "Chat, is this real?",
        "It's giving genius.",
    ],
];

/// Tells the stop words of a language, or of English when it has none here.
pub(super) fn stop_words(language: &str) -> std::collections::BTreeSet<&'static str> {
    let list = match language {
        "de" => STOP_DE,
        "es" => STOP_ES,
        "fr" => STOP_FR,
        "pt" => STOP_PT,
        _ => STOP_EN,
    };
    list.split_whitespace().collect()
}

/// The stemmer of a language, if there is one.
pub(super) fn stemmer(language: &str) -> Option<Stemmer> {
    let algorithm = match language {
        "ar" => Algorithm::Arabic,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "hu" => Algorithm::Hungarian,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "no" | "nb" => Algorithm::Norwegian,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sv" => Algorithm::Swedish,
        "tr" => Algorithm::Turkish,
        _ => return None,
    };
    Some(Stemmer::create(algorithm))
}

/// Splits `text` into lower-case words of letters and digits, hyphens and apostrophes inside.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '\'' | '’')))
        .map(|word| word.trim_matches(['-', '\'', '’']).to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Tells whether one of `cues` stands in `text`.
pub(super) fn has_cue(text: &str, cues: &[&str]) -> bool {
    let lower = text.to_lowercase();
    cues.iter().any(|cue| lower.contains(cue))
}
