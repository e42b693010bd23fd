//! Quiz questions: what was said with a number or a name left out.

use brainwrought_core::data::{Citation, Concept, QuizQuestion};

use super::compress::capitalised;
use super::lexicon::{stop_words, words};
use super::quiz::Quiz;
use super::seeded::Seeded;
use super::sentences::Sentence;
use super::verbs::is_verb;

/// The most words of a sentence that is asked about: a viewer has a few seconds to hear it.
const MAX_WORDS: usize = 16;

/// Makes questions of `facts`, best first, each with exactly one right choice. None is better than a broken one.
pub(super) fn questions(facts: &[&Sentence], concepts: &[Concept], seeded: &mut Seeded) -> Vec<Quiz> {
    let fit: Vec<&Sentence> = facts
        .iter()
        .copied()
        .filter(|fact| {
            !fact.dangles
                && fact.text.ends_with('.')
                && fact.text.split_whitespace().count() <= MAX_WORDS
                && !fact.text.contains(['“', '"', ':'])
        })
        .collect();
    let mut questions: Vec<Quiz> = Vec::new();
    questions.extend(fit.iter().filter_map(|fact| number(fact, seeded)));
    questions.extend(fit.iter().filter_map(|fact| name(fact, concepts, seeded)));
    questions.extend(fit.iter().filter_map(|fact| gap(fact, concepts, seeded)));
    let mut asked = std::collections::BTreeSet::new();
    questions.retain(|quiz| asked.insert(quiz.question.citation.quote.clone()));
    questions.truncate(5);
    questions
}

/// Leaves the only number of a sentence out.
fn number(fact: &Sentence, seeded: &mut Seeded) -> Option<Quiz> {
    let words: Vec<&str> = fact.text.split_whitespace().collect();
    let has_digit = |word: &&str| word.contains(|letter: char| letter.is_ascii_digit());
    let place = words.iter().position(has_digit)?;
    if words.iter().filter(|word| has_digit(word)).count() != 1 {
        return None;
    }
    // A number that counts or measures has a word of small letters behind it; others are names and dates.
    let raw = words.get(place)?.trim_end_matches(['.', ',']);
    let next = words.get(place + 1).copied().unwrap_or_default();
    let before = place.checked_sub(1).and_then(|before| words.get(before)).copied().unwrap_or_default();
    let counts = raw.contains(['%', '$', '€', '£']) || next.starts_with(char::is_lowercase);
    // "The leader proposes command 142 of its log": a thing before the number and none behind it make a name of both.
    let is_thing = |word: &str| {
        let word = word.trim_end_matches(['.', ',', ';']);
        word.starts_with(char::is_lowercase) && !is_verb(word) && !stop_words("en").contains(word)
    };
    let is_plain = raw.chars().all(|letter| letter.is_ascii_digit());
    let is_label = before.starts_with(char::is_uppercase) && place > 1
        || is_plain && is_thing(before) && !is_thing(next);
    if !counts || is_label || ["and", "or", "to"].contains(&next) {
        return None;
    }
    let digits = raw.trim_start_matches(['$', '€', '£']).trim_end_matches('%');
    let value: f64 = digits.replace(',', "").parse().ok()?;
    let is_percent = raw.ends_with('%');
    let is_year = !raw.contains(['%', '$', ',']) && (1500.0..2100.0).contains(&value);
    if value < 2.0 || is_year || is_percent && value > 100.0 {
        return None;
    }
    let decimals = digits.split_once('.').map_or(0, |(_, after)| after.len());
    let [low, high] = match (is_percent && value > 50.0, seeded.below(3)) {
        (true, _) => [value - 45.0, value - 20.0],
        (false, 0) => [value / 2.0, value * 2.0],
        (false, 1) if value >= 8.0 => [value / 4.0, value / 2.0],
        (false, _) if is_percent => [value / 2.0, value * 1.8],
        (false, _) => [value * 2.0, value * 4.0],
    };
    let written = |number: f64| {
        let plain = format!("{number:.decimals$}");
        let plain = if digits.contains(',') { thousands(&plain) } else { plain };
        raw.replacen(digits, &plain, 1)
    };
    let mut numbers = vec![(value, raw.to_owned()), (low, written(low)), (high, written(high))];
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0));
    let choices: Vec<String> = numbers.into_iter().map(|(_, text)| text).collect();
    if choices.iter().enumerate().any(|(index, choice)| choices[..index].contains(choice)) {
        return None;
    }
    let asked = match raw {
        _ if raw.contains(['$', '€', '£']) => "how much",
        _ if is_percent => "what percentage",
        _ => "how many",
    };
    let question = asking(&fact.text.replacen(raw, asked, 1));
    made(fact, question, choices, raw)
}

fn thousands(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// Asks for the name that a sentence defines: "Raft is a consensus algorithm …".
fn name(fact: &Sentence, concepts: &[Concept], seeded: &mut Seeded) -> Option<Quiz> {
    let (term, verb, rest) = concepts.iter().find_map(|concept| {
        let term = capitalised(&concept.term);
        [" is a ", " is an ", " is the ", " are "].into_iter().find_map(|verb| {
            let rest = fact.text.strip_prefix(&term)?.strip_prefix(verb)?;
            Some((concept.term.as_str(), verb, rest.to_owned()))
        })
    })?;
    let is_name = term.starts_with(char::is_uppercase);
    // "They" would have nobody to stand for in a question.
    if words(&rest)
        .iter()
        .any(|word| ["it", "its", "they", "their", "them", "this", "these"].contains(&word.as_str()))
    {
        return None;
    }
    if rest.split_whitespace().count() < 4 || !is_name && !term.contains([' ', '-']) {
        return None;
    }
    let mut choices = others(fact, term, concepts);
    choices.truncate(2);
    if choices.len() < 2 {
        return None;
    }
    choices.push(term.to_owned());
    seeded.shuffle(&mut choices);
    let question = format!("What{verb}{}?", rest.trim_end_matches('.'));
    made(fact, question, choices, term)
}

/// A statement with a word that asks in it, as a question; what it opens with may be asked for, too.
fn asking(text: &str) -> String {
    format!("{}?", capitalised(text.trim_end_matches('.')))
}

/// Leaves a term of several words out where nothing around it gives another term away.
fn gap(fact: &Sentence, concepts: &[Concept], seeded: &mut Seeded) -> Option<Quiz> {
    const ARTICLES: [&str; 8] = ["the", "a", "its", "their", "each", "every", "all", "any"];
    const BEFORE: [&str; 26] = [
        "the", "a", "of", "by", "for", "in", "on", "with", "to", "from", "its", "their", "each", "every",
        "all", "uses", "use", "using", "as", "into", "called", "through", "any", "no", "via", "and",
    ];
    const BEHIND: [&str; 22] = [
        "of", "in", "to", "for", "and", "or", "that", "which", "with", "by", "on", "from", "at", "as",
        "when", "if", "into", "over", "under", "through", "without", "because",
    ];
    concepts.iter().take(8).find_map(|concept| {
        let term = concept.term.as_str();
        let at = fact.text.find(term)?;
        if fact.text.matches(term).count() != 1 || !term.contains([' ', '-']) || at == 0 {
            return None;
        }
        let before = fact.text[..at].split_whitespace().next_back()?;
        let rest = &fact.text[at + term.len()..];
        let behind = rest.split_whitespace().next().unwrap_or_default();
        let free = rest.starts_with(['.', ',']) || BEHIND.contains(&behind) || is_verb(behind);
        if !fact.text[..at].ends_with(' ') || !BEFORE.contains(&before) || !free {
            return None;
        }
        let mut choices = others(fact, term, concepts);
        choices.retain(|other| other.contains([' ', '-']));
        // "A" and "an" would tell.
        if before == "a" {
            choices.retain(|other| !other.starts_with(['a', 'e', 'i', 'o']));
        }
        choices.truncate(2);
        if choices.len() < 2 {
            return None;
        }
        choices.push(term.to_owned());
        seeded.shuffle(&mut choices);
        // "What" takes the article with it: "It serves the barista" asks "It serves what?".
        let with = if ARTICLES.contains(&before) { format!("{before} {term}") } else { term.to_owned() };
        let question = asking(&fact.text.replacen(&with, "what", 1));
        made(fact, question, choices, term)
    })
}

/// Lists the terms of the same shape as `term` that the sentence does not speak of.
fn others(fact: &Sentence, term: &str, concepts: &[Concept]) -> Vec<String> {
    let heard = words(&fact.text);
    let is_name = |term: &str| term.starts_with(char::is_uppercase);
    let is_many = |term: &str| term.ends_with('s') && !term.ends_with("ss");
    let size = |term: &str| term.split_whitespace().count();
    let mut others: Vec<&str> = concepts
        .iter()
        .map(|concept| concept.term.as_str())
        .filter(|other| is_name(other) == is_name(term) && (is_name(term) || is_many(other) == is_many(term)))
        .filter(|other| size(other).abs_diff(size(term)) <= 1)
        .filter(|other| !words(other).iter().any(|word| heard.contains(word)))
        .collect();
    others.sort_by_key(|other| size(other).abs_diff(size(term)));
    others.into_iter().map(str::to_owned).collect()
}

fn made(fact: &Sentence, question: String, choices: Vec<String>, right: &str) -> Option<Quiz> {
    let answer = choices.iter().position(|choice| choice == right)?;
    Some(Quiz {
        told: format!("The answer: {}.", right),
        question: QuizQuestion {
            question,
            answer: answer as u32,
            choices,
            citation: Citation { page: fact.page, quote: fact.source.clone() },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(text: &str) -> Sentence {
        Sentence {
            text: text.into(),
            source: text.into(),
            page: 1,
            section: 0,
            passage: 0,
            place: 0,
            rest: None,
            dangles: false,
            leads_on: false,
            tie: None,
        }
    }

    fn concepts(terms: &[&str]) -> Vec<Concept> {
        terms.iter().map(|term| Concept { term: (*term).into(), weight: 1.0, page: 1 }).collect()
    }

    fn right(quiz: &Quiz) -> &str {
        &quiz.question.choices[quiz.question.answer as usize]
    }

    #[test]
    fn gap_takes_the_term_out_and_answer_points_to_it() {
        let terms = concepts(&["idle time", "arrival rate", "service rate"]);
        let quiz =
            questions(&[&fact("A shop with idle time can serve its guests.")], &terms, &mut Seeded::new(1));
        assert_eq!(quiz[0].question.question, "A shop with what can serve its guests?");
        assert_eq!(right(&quiz[0]), "idle time");
    }

    #[test]
    fn part_of_a_longer_term_is_no_gap() {
        let terms = concepts(&["replicated state", "idle time", "service rate"]);
        let fact = fact("Algorithms arise in the context of replicated state machines.");
        assert_eq!(questions(&[&fact], &terms, &mut Seeded::new(1)), []);
    }

    #[test]
    fn numbers_stand_beside_numbers_of_their_kind() {
        for (text, answer) in [
            ("Over 30% of the failures would have been prevented.", "30%"),
            ("On a normal morning 48 customers arrive at the shop.", "48"),
            ("The whole system costs $1,250,000 over its life.", "$1,250,000"),
        ] {
            let quiz = questions(&[&fact(text)], &[], &mut Seeded::new(3));
            assert_eq!(right(&quiz[0]), answer);
            assert_eq!(quiz[0].question.choices.len(), 3);
            assert!(quiz[0].question.question.ends_with('?'));
        }
        for text in [
            "The paper appeared in 1978 in a thin journal.",
            "The leader proposes command 142 of its log.",
            "Every shelf in row 12 holds the books of one year.",
            "Data security is no longer an option.",
        ] {
            assert_eq!(questions(&[&fact(text)], &[], &mut Seeded::new(3)), []);
        }
    }

    #[test]
    fn definition_asks_for_its_name() {
        let terms = concepts(&["Raft", "Paxos", "Chubby"]);
        let quiz =
            questions(&[&fact("Raft is a consensus algorithm for logs.")], &terms, &mut Seeded::new(1));
        assert_eq!(quiz[0].question.question, "What is a consensus algorithm for logs?");
        assert_eq!(right(&quiz[0]), "Raft");
    }
}
