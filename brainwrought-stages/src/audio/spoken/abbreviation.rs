//! [`abbreviation`]: short forms as full words.

use super::piece::Context;

/// Written with its stop, and said. Lower case stands for any case.
const ALWAYS: &[(&str, &str)] = &[
    ("e.g.", "for example"),
    ("i.e.", "that is"),
    ("etc.", "et cetera"),
    ("etc", "et cetera"),
    ("vs.", "versus"),
    ("vs", "versus"),
    ("v.s.", "versus"),
    ("cf.", "compare"),
    ("ca.", "about"),
    ("approx.", "approximately"),
    ("resp.", "respectively"),
    ("w.r.t.", "with respect to"),
    ("wrt", "with respect to"),
    ("s.t.", "such that"),
    ("iff", "if and only if"),
    ("i.i.d.", "eye eye dee"),
    ("a.k.a.", "also known as"),
    ("aka", "also known as"),
    ("w/", "with"),
    ("w/o", "without"),
    ("b/c", "because"),
    ("ph.d.", "pea aitch dee"),
    ("phd", "pea aitch dee"),
    ("a.m.", "ay em"),
    ("p.m.", "pea em"),
    ("dr.", "doctor"),
    ("mr.", "mister"),
    ("mrs.", "missus"),
    ("ms.", "miz"),
    ("prof.", "professor"),
    ("st.", "saint"),
    ("jr.", "junior"),
    ("sr.", "senior"),
    ("inc.", "incorporated"),
    ("ltd.", "limited"),
    ("corp.", "corporation"),
    ("dept.", "department"),
    ("univ.", "university"),
    ("gov.", "governor"),
    ("gen.", "general"),
    ("sen.", "senator"),
    ("jan.", "January"),
    ("feb.", "February"),
    ("apr.", "April"),
    ("aug.", "August"),
    ("sept.", "September"),
    ("oct.", "October"),
    ("nov.", "November"),
    ("dec.", "December"),
    ("figs.", "figures"),
    ("eqs.", "equations"),
    ("thm.", "theorem"),
    ("def.", "definition"),
    ("c++", "see plus plus"),
    ("c#", "see sharp"),
    ("f#", "eff sharp"),
    ("i/o", "eye oh"),
    ("tcp/ip", "TCP eye pea"),
    ("24/7", "twenty four seven"),
    ("9/11", "nine eleven"),
    ("sql", "sequel"),
    ("mysql", "my sequel"),
    ("nosql", "no sequel"),
    ("postgresql", "post gress"),
    ("arxiv", "archive"),
    ("jpeg", "jay peg"),
    ("json", "jason"),
    ("bert", "Bert"),
    ("cuda", "cooda"),
    ("crispr", "crisper"),
    ("lidar", "lie dar"),
    ("sota", "sota"),
    ("nginx", "engine X"),
];

/// Said so only before a number.
const BEFORE_NUMBER: &[(&str, &str)] = &[
    ("fig.", "figure"),
    ("fig", "figure"),
    ("eq.", "equation"),
    ("sec.", "section"),
    ("sect.", "section"),
    ("ch.", "chapter"),
    ("chap.", "chapter"),
    ("tab.", "table"),
    ("ref.", "reference"),
    ("alg.", "algorithm"),
    ("app.", "appendix"),
    ("no.", "number"),
    ("nos.", "numbers"),
    ("nr.", "number"),
    ("vol.", "volume"),
    ("p.", "page"),
    ("pp.", "pages"),
    ("mar.", "March"),
    ("jun.", "June"),
    ("jul.", "July"),
    ("sep.", "September"),
    ("art.", "article"),
    ("arts.", "articles"),
    ("para.", "paragraph"),
    ("cl.", "clause"),
    ("c.", "circa"),
    ("max.", "maximum"),
    ("min.", "minimum"),
];

/// Months, as they stand before a day.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// How a short form is said.
pub(super) fn abbreviation(text: &str, next_is_number: bool) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(short, _)| *short == lower).map(|(_, full)| *full)
    };
    find(ALWAYS).or_else(|| if next_is_number { find(BEFORE_NUMBER) } else { None })
}

/// What a street is called where "St." or "Ave." stands behind its name; `None` elsewhere, as in "St. John".
pub(super) fn street(core: &str, context: &Context<'_>) -> Option<&'static str> {
    let name = match core.to_lowercase().as_str() {
        "st" => "street",
        "ave" => "avenue",
        "blvd" => "boulevard",
        "rd" => "road",
        "hwy" => "highway",
        _ => return None,
    };
    let is_named = context.previous.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let ends = context.is_last || context.pauses || !context.next.starts_with(char::is_uppercase);
    (is_named && ends).then_some(name)
}

/// The name of a month from its number.
pub(super) fn month(number: u64) -> Option<&'static str> {
    MONTHS.get(usize::try_from(number).ok()?.checked_sub(1)?).copied()
}

/// Tells whether a word is a month that a day may follow.
pub(super) fn is_month(word: &str) -> bool {
    let lower = word.trim_end_matches('.').to_lowercase();
    let short = ["jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"];
    MONTHS.contains(&lower.as_str()) || short.contains(&lower.as_str())
}
