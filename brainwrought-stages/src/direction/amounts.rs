//! Numbers of a line: one that counts, one that changed, two that are compared, and years.

use std::ops::Range;
use std::sync::LazyLock;

use brainwrought_core::data::{Amount, Show, TimelineEvent};
use regex::Regex;

use super::phrase::Phrase;

/// A number in digits with what is stuck to it, and the words that multiply or measure it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// The words that it stands in.
    pub(super) words: Range<usize>,
    /// As it is written.
    pub(super) shown: String,
    pub(super) value: f64,
    /// What it is counted in, where that is a sign or a word of [`MEASURES`].
    pub(super) unit: String,
    pub(super) is_year: bool,
}

/// Words behind a number that belong to it in any of the languages.
static MEASURES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:%|percent|per\s?cent|prozent|pour\s?cent|por\s?ciento|por\s?cento|per\s?cento|thousand|million|millions|billion|trillion|tausend|mio\.?|millionen|milliarden|mille|milliards?|mil|millones|milh(?:ão|ões)|mila|milioni|miliardi|times|x|times?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|sekunden?|minuten?|stunden?|tagen?|wochen?|monaten?|jahren?|heures?|jours?|semaines?|mois|ans|années|horas?|d[ií]as?|semanas?|meses|años|anos|ore|giorni|settimane|mesi|anni|ms|s|km|m|cm|mm|kg|g|mg|gb|mb|tb|kb|gw|mw|kw|kwh|°c|dollars?|euros?|pounds?|points?|fold)$",
    )
    .expect("the pattern is a constant that tests compile")
});

/// A word that holds a number: signs of money before it, what it is counted in behind it.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^[(\[“«]?(?P<sign>[$€£¥≈~]|US\$)?(?P<number>\d{1,3}(?:[.,\u{a0}\u{202f}’]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?)(?P<unit>%|‰|°C?|[kKMBx]|bn|ms|km|kg|mg|GB|MB|TB|-fold)?(?P<end>[\]).,;:!?”»]*)$",
    )
    .expect("the pattern is a constant that tests compile")
});

/// The numbers of a line, in its order.
pub(super) fn numbers(phrase: &Phrase<'_>) -> Vec<Number> {
    let mut found: Vec<Number> = Vec::new();
    let mut at = 0;
    while at < phrase.len() {
        match number(phrase, at) {
            Some(number) => {
                at = number.words.end;
                found.push(number);
            }
            None => at += 1,
        }
    }
    found
}

fn number(phrase: &Phrase<'_>, at: usize) -> Option<Number> {
    in_digits(phrase, at).or_else(|| in_words(phrase, at))
}

/// A large number or a part of a whole that is written out: "tens of thousands", "two thirds".
fn in_words(phrase: &Phrase<'_>, at: usize) -> Option<Number> {
    let meaning = &phrase.language.meaning;
    let worth = |at: usize| -> Option<f64> {
        let key = phrase.key(at);
        let plural = || meaning.numbers.get(key.strip_suffix('s')?).filter(|&&value| value >= 10.0);
        meaning.numbers.get(&key).or_else(plural).copied()
    };
    let is_part = |at: usize| meaning.fractions.contains_key(&phrase.key(at));
    let mut end = at;
    let (mut largest, mut count, mut has_part) = (0.0_f64, 0, false);
    while end < phrase.len() && end < at + 5 {
        match worth(end) {
            Some(value) => {
                largest = largest.max(value);
                count += 1;
            }
            None if is_part(end) && (end > at || phrase.key(end) == "half") => has_part = true,
            // "Tens of thousands".
            None if end > at
                && phrase.key(end) == "of"
                && worth(end + 1).is_some_and(|value| value >= 100.0) => {}
            None => break,
        }
        end += 1;
        if phrase.breaks_behind(end - 1) {
            break;
        }
    }
    // "Half of", "two thirds of"; small numbers in words are no figures.
    // "One in a hundred" is a share and no hundred.
    let is_large = largest >= 1000.0 || largest >= 100.0 && count > 1;
    let tells = is_large || has_part && phrase.key(end) == "of";
    if !tells || end == at {
        return None;
    }
    let shown = phrase.label(at..end);
    Some(Number { words: at..end, value: largest.max(1.0), unit: shown.clone(), shown, is_year: false })
}

fn in_digits(phrase: &Phrase<'_>, at: usize) -> Option<Number> {
    let parts = NUMBER.captures(phrase.word(at))?;
    let digits = parts.name("number")?.as_str();
    let part = |name: &str| parts.name(name).map_or("", |part| part.as_str());
    let plain = worth(digits)?;
    let mut end = at + 1;
    let mut unit = [part("sign"), part("unit")].concat();
    while part("end").is_empty() && end < phrase.len() && end < at + 3 {
        let next = phrase.key(end);
        if !MEASURES.is_match(&next) {
            break;
        }
        unit = next;
        end += 1;
        if phrase.breaks_behind(end - 1) {
            break;
        }
    }
    // A number that names something counts nothing: "Figure 3", "GPT 4", "Article 12".
    let before = at.checked_sub(1).map(|before| phrase.word(before)).unwrap_or_default();
    let is_capital = |letter: char| letter.is_uppercase();
    let capital = match at {
        0 => false,
        // Any word is written large where the line begins.
        1 => before.chars().count() > 1 && before.chars().all(is_capital),
        _ => before.chars().next().is_some_and(is_capital) && !phrase.breaks_behind(at - 1),
    };
    let is_year = unit.is_empty() && !digits.contains(['.', ',']) && (1500.0..2100.0).contains(&plain);
    if unit.is_empty() && !is_year && (capital || plain < 2.0) {
        return None;
    }
    Some(Number { words: at..end, shown: phrase.label(at..end), value: plain, unit, is_year })
}

/// What digits are worth. A separator with three digits behind it parts thousands.
fn worth(digits: &str) -> Option<f64> {
    let last = digits.rfind([',', '.']).filter(|at| digits.len() - at - 1 != 3);
    let mut plain = String::new();
    for (at, letter) in digits.char_indices() {
        match letter {
            _ if letter.is_ascii_digit() => plain.push(letter),
            _ if Some(at) == last => plain.push('.'),
            _ => {}
        }
    }
    plain.parse().ok()
}

/// What a number counts: the words behind it, up to where the thought ends; else those before it.
fn counted(phrase: &Phrase<'_>, number: &Number) -> String {
    let end = number.words.end;
    if !phrase.breaks_behind(end - 1) {
        let mut to = end;
        while to < phrase.len() && to - end < Show::MAX_LABEL_WORDS {
            if to > end && opens_clause(phrase, to) {
                break;
            }
            to += 1;
            if phrase.breaks_behind(to - 1) {
                break;
            }
        }
        // A thought that is too long ends before the words that lead on, and never with one of them.
        if to < phrase.len() && !phrase.breaks_behind(to - 1) && to - end == Show::MAX_LABEL_WORDS {
            to = (end + 1..to).rev().find(|&at| phrase.is_function(at)).unwrap_or(to);
        }
        let leads_on =
            |at: usize, first: usize| phrase.is_function(at) || at > first + 1 && phrase.is_verb(at);
        while to > end && leads_on(to - 1, end) {
            to -= 1;
        }
        if (end..to).any(|at| !phrase.is_function(at)) {
            return phrase.label(end..to);
        }
    }
    subject(phrase, number)
}

/// The words before a number, from the beginning of their clause on.
fn subject(phrase: &Phrase<'_>, number: &Number) -> String {
    let start = number.words.start;
    let mut from = start;
    while from > 0
        && start - from < Show::MAX_LABEL_WORDS
        && !phrase.breaks_behind(from - 1)
        && !opens_clause(phrase, from - 1)
    {
        from -= 1;
    }
    let range = phrase.trimmed(from..start);
    phrase.label(range)
}

fn opens_clause(phrase: &Phrase<'_>, at: usize) -> bool {
    let key = phrase.key(at);
    phrase.language.words.conjunctions.contains(&key) || phrase.language.story.clause_openers.contains(&key)
}

/// Shows for the numbers of a line: each with the word at which it appears and the words that it stands for.
pub(super) fn shows(phrase: &Phrase<'_>) -> Vec<(Range<usize>, Show, &'static str)> {
    let numbers = numbers(phrase);
    if let Some(show) = changed(phrase, &numbers).or_else(|| compared(phrase, &numbers)) {
        return vec![show];
    }
    let mut shows: Vec<(Range<usize>, Show, &'static str)> = Vec::new();
    for number in &numbers {
        // What stands in the label of the one before is shown there.
        let is_told = |(_, show, _): &(Range<usize>, Show, &'static str)| matches!(show, Show::Number { label, .. } if label.contains(&number.shown));
        if shows.last().is_some_and(is_told) {
            continue;
        }
        if number.is_year {
            let event = TimelineEvent {
                when: number.shown.clone(),
                what: happened(phrase, number),
                at_word: number.words.start as u32,
            };
            if !event.what.is_empty() {
                shows.push((number.words.clone(), Show::Timeline { events: vec![event] }, "a year is named"));
            }
            continue;
        }
        let label = counted(phrase, number);
        // Small whole numbers without a unit ("2 of them") are words, and no figures.
        if number.unit.is_empty() && (number.value < 10.0 || label.is_empty()) {
            continue;
        }
        let show = Show::Number { value: number.shown.clone(), label, from: None };
        shows.push((number.words.clone(), show, "a number is named"));
    }
    join_years(shows)
}

/// Years of one line share a line of time.
fn join_years(shows: Vec<(Range<usize>, Show, &'static str)>) -> Vec<(Range<usize>, Show, &'static str)> {
    let mut joined: Vec<(Range<usize>, Show, &'static str)> = Vec::new();
    for (words, show, why) in shows {
        if let (Some((range, Show::Timeline { events }, _)), Show::Timeline { events: more }) =
            (joined.last_mut(), &show)
            && events.len() < Show::MAX_STEPS
        {
            range.end = words.end;
            events.extend(more.iter().cloned());
            continue;
        }
        joined.push((words, show, why));
    }
    for (_, show, _) in &mut joined {
        if let Show::Timeline { events } = show {
            events.sort_by_key(|event| event.when.parse::<u32>().unwrap_or(u32::MAX));
        }
    }
    joined
}

/// What happened in a year: the words behind it where it opens its clause, else those before it.
fn happened(phrase: &Phrase<'_>, number: &Number) -> String {
    let most = Show::MAX_LABEL_WORDS;
    let start = number.words.start;
    let opens =
        start <= 1 || phrase.breaks_behind(start - 1) || start >= 2 && phrase.breaks_behind(start - 2);
    let behind = || {
        let from = number.words.end;
        let mut to = from;
        while to < phrase.len() && to - from < most {
            to += 1;
            if phrase.breaks_behind(to - 1) {
                break;
            }
        }
        phrase.trimmed(from..to)
    };
    let before = || {
        let mut from = start;
        while from > 0 && start - from < most && !phrase.breaks_behind(from - 1) {
            from -= 1;
        }
        phrase.trimmed(from..start)
    };
    let range = if opens { behind() } else { before() };
    if range.len() < 2 { String::new() } else { phrase.label(range) }
}

/// "From 12 % to 34 %".
fn changed(phrase: &Phrase<'_>, numbers: &[Number]) -> Option<(Range<usize>, Show, &'static str)> {
    let words = &phrase.language.shows.ranges;
    let [one, other] = numbers.windows(2).find_map(|pair| {
        let [one, other] = pair else { return None };
        let opens = one.words.start.checked_sub(1).map(|at| phrase.key(at))?;
        let between = phrase.key(one.words.end);
        let is_range = words
            .iter()
            .any(|pair| pair.split_once(' ').is_some_and(|(from, to)| from == opens && to == between))
            && other.words.start == one.words.end + 1;
        (is_range && !one.is_year && !other.is_year).then(|| [one.clone(), other.clone()])
    })?;
    // The first one has the unit of the second.
    let label = counted(phrase, &other);
    let start = one.words.start - 1;
    let show = Show::Number { value: other.shown.clone(), label, from: Some(one.shown) };
    Some((start..other.words.end, show, "a number changes"))
}

/// Two amounts of one unit in one sentence.
fn compared(phrase: &Phrase<'_>, numbers: &[Number]) -> Option<(Range<usize>, Show, &'static str)> {
    let compares = (0..phrase.len()).any(|at| phrase.language.shows.compares.contains(&phrase.key(at)));
    let [a, b] = numbers else { return None };
    let fits = compares && a.unit == b.unit && !a.unit.is_empty() && a.value > 0.0 && b.value > 0.0;
    let subjects = (subject(phrase, a), subject(phrase, b));
    let (one, other) = match subjects {
        (one, other) if !one.is_empty() && !other.is_empty() => (one, other),
        _ => (counted(phrase, a), counted(phrase, b)),
    };
    // Each needs a name of its own, and neither one holds the other's number.
    let named = !one.is_empty() && !other.is_empty() && one != other;
    let apart = !one.contains(&b.shown) && !other.contains(&a.shown);
    if !fits || !named || !apart || (0..b.words.end).any(|at| at < b.words.start && phrase.ends_sentence(at))
    {
        return None;
    }
    let amount = |number: &Number, label: String| Amount {
        label,
        shown: number.shown.clone(),
        value: number.value,
        at_word: number.words.start as u32,
    };
    let show = Show::Compare { a: amount(a, one), b: amount(b, other) };
    Some((a.words.start..b.words.end, show, "two amounts are compared"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let phrase = Phrase::new(text, "en");
        let told = |(_, show, _): (Range<usize>, Show, &str)| {
            format!("{} {}", show.name(), show.labels().join(" | "))
        };
        shows(&phrase).into_iter().map(told).collect()
    }

    #[test]
    fn a_number_stands_with_what_it_counts() {
        assert_eq!(shown("It costs $45 a month."), ["number $45 | a month"]);
        assert_eq!(
            shown("The study followed 1,299 patients with a first stroke for two years."),
            ["number 1,299 | patients with a first stroke"]
        );
        assert_eq!(shown("Errors fell by 12.5 percent."), ["number 12.5 percent | Errors fell"]);
        assert_eq!(
            shown("A study with 43 students at two schools shows"),
            ["number 43 | students at two schools"]
        );
        assert_eq!(shown("AC 101 starts early."), [""; 0]);
        assert_eq!(shown("As Figure 3 shows, 2 of them wait."), [""; 0]);
    }

    #[test]
    fn what_changes_and_what_is_compared_is_shown_as_such() {
        assert_eq!(shown("Utilisation rose from 50% to 90% of the day."), ["number 90% | of the day | 50%"]);
        assert_eq!(
            shown("It took 45% of the small firms, and 12% of the large firms."),
            ["number 45% | of the small firms", "number 12% | of the large firms"]
        );
        assert_eq!(
            shown("Red took 45% of all firms while blue took 12% of them."),
            ["compare Red took | 45% | blue took | 12%"]
        );
    }

    #[test]
    fn what_is_written_out_counts_where_it_is_large_or_a_part() {
        assert_eq!(
            shown("It runs on tens of thousands of servers and two machines."),
            ["number tens of thousands | of servers"]
        );
        assert_eq!(shown("Two thirds of all guests leave."), ["number Two thirds | of all guests"]);
        assert_eq!(shown("An idle guest in a hundred halves the visit of all."), [""; 0]);
        assert_eq!(shown("The third party and one of the two waits."), [""; 0]);
    }

    #[test]
    fn a_number_in_the_label_of_another_stands_there() {
        assert_eq!(
            shown("They take 300 mg for the first 2 weeks, and then less."),
            ["number 300 mg | for the first 2 weeks"]
        );
    }

    #[test]
    fn years_stand_on_a_line_of_time() {
        assert_eq!(
            shown("In 1994 the first network went online."),
            ["timeline 1994 | first network went online"]
        );
        assert_eq!(shown("In 1994, it was over."), [""; 0]);
    }

    #[test]
    fn digits_are_read_as_they_are_written() {
        assert_eq!(
            (worth("1,299"), worth("12.5"), worth("1.234.567")),
            (Some(1299.0), Some(12.5), Some(1_234_567.0))
        );
    }
}
