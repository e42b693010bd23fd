//! True or false: a sentence, or the contrary of what it says.

use brainwrought_core::data::{Citation, QuizQuestion};

use super::quiz::Quiz;
use super::seeded::Seeded;
use super::sentences::Sentence;
use crate::language::{Contraries, LanguageData};

/// Says the contrary of a sentence, or the sentence itself, and asks which it was.
pub(super) fn true_false(fact: &Sentence, seeded: &mut Seeded) -> Option<Quiz> {
    let words: Vec<&str> = fact.text.split_whitespace().collect();
    let Contraries { both_ways, one_way } = &LanguageData::english().contraries;
    let (right, wrong, place) = words.iter().enumerate().skip(1).find_map(|(place, word)| {
        let bare = word.trim_end_matches([',', '.']);
        let either = both_ways.iter().find_map(|(one, other)| match bare {
            _ if bare == one => Some((one.as_str(), other.as_str(), place)),
            _ if bare == other => Some((other.as_str(), one.as_str(), place)),
            _ => None,
        });
        let turned = || one_way.iter().find(|(one, _)| one == bare);
        either.or_else(|| turned().map(|(one, other)| (one.as_str(), other.as_str(), place)))
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
