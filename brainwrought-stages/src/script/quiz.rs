//! Quiz questions: a fact with a gap, and choices of the same shape.

use brainwrought_core::data::{Citation, Concept, QuizQuestion};

use super::lexicon::words;
use super::seeded::Seeded;
use super::sentences::Sentence;

/// What stands for the missing words.
pub(super) const GAP: &str = "____";

/// Makes questions of `facts`, best first. The right answer is always in the document; so are the others.
pub(super) fn quiz(facts: &[&Sentence], concepts: &[Concept], seeded: &mut Seeded) -> Vec<QuizQuestion> {
    let mut questions: Vec<(usize, QuizQuestion)> = Vec::new();
    for fact in facts {
        let Some((rank, concept)) = concepts.iter().enumerate().find(|(_, concept)| {
            fact.text.matches(concept.term.as_str()).count() == 1 && stands_alone(&fact.text, &concept.term)
        }) else {
            continue;
        };
        if fact.dangles || questions.iter().any(|(other, _)| *other == rank) {
            continue;
        }
        let heard = words(&fact.text);
        let size = concept.term.split_whitespace().count();
        let plural = concept.term.ends_with('s');
        let mut others: Vec<&str> = concepts
            .iter()
            .filter(|other| other.term != concept.term)
            .filter(|other| other.term.ends_with('s') == plural)
            .filter(|other| other.term.split_whitespace().count().abs_diff(size) <= 1)
            .filter(|other| !words(&other.term).iter().any(|word| heard.contains(word)))
            .filter(|other| {
                other.term.chars().next().is_some_and(char::is_uppercase)
                    == concept.term.chars().next().is_some_and(char::is_uppercase)
            })
            .map(|other| other.term.as_str())
            .collect();
        others.sort_by_key(|other| other.split_whitespace().count().abs_diff(size));
        others.truncate(2);
        if others.len() < 2 {
            continue;
        }
        let mut choices: Vec<String> =
            others.into_iter().chain([concept.term.as_str()]).map(str::to_owned).collect();
        seeded.shuffle(&mut choices);
        let Some(answer) = choices.iter().position(|choice| *choice == concept.term) else { continue };
        questions.push((
            rank,
            QuizQuestion {
                question: fact.text.replacen(concept.term.as_str(), GAP, 1),
                choices,
                answer: answer as u32,
                citation: Citation { page: fact.page, quote: fact.source.clone() },
            },
        ));
    }
    questions.sort_by_key(|(rank, _)| *rank);
    questions.into_iter().map(|(_, question)| question).take(5).collect()
}

fn stands_alone(text: &str, term: &str) -> bool {
    text.find(term).is_some_and(|at| {
        let before = text[..at].chars().next_back();
        let after = text[at + term.len()..].chars().next();
        at > 0 && before.is_none_or(|c| c == ' ') && after.is_none_or(|c| c == ' ' || c == '.' || c == ',')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gap_takes_the_term_out_and_answer_points_to_it() {
        let concept = |term: &str| Concept { term: term.into(), weight: 1.0, page: 1 };
        let concepts = [concept("idle time"), concept("arrival rate"), concept("service rate")];
        let fact = Sentence {
            text: "Only idle time can make a line shorter.".into(),
            source: "Only idle time can make a line shorter.".into(),
            page: 1,
            section: 0,
            passage: 0,
            place: 0,
            dangles: false,
        };
        let questions = quiz(&[&fact], &concepts, &mut Seeded::new(1));
        assert_eq!(questions[0].question, "Only ____ can make a line shorter.");
        assert_eq!(questions[0].choices[questions[0].answer as usize], "idle time");
    }
}
