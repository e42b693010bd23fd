//! [`quiz_answers`]: whether the document bears out the quiz of a script that somebody wrote.

use brainwrought_core::data::{Document, QuizQuestion, Rule, Script};

use super::edit::MAX_LINE_CHARS;
use super::evidence::{Doubt, Evidence};
use super::grounding::GroundingFault;
use crate::gate::rule::rule;

/// The longest choice, in characters: two lines of its button on the card.
const MAX_CHOICE_CHARS: usize = 80;
/// How much of a question is repeated where it is at fault, in characters.
const NAMED_CHARS: usize = 80;

/// Judges the questions of a script's quiz: each fits its card, names a page of the document, the right choice stands in the words that it
/// quotes, or on the page where it quotes none, and the question brings in no number and no name that the document lacks. The
/// other choices may be wrong.
pub(super) fn quiz_answers(script: &Script, document: &Document) -> Rule {
    let evidence = Evidence::new(document);
    let told = |question: &QuizQuestion| {
        let named: Vec<String> = match too_long(question) {
            Some(fault) => vec![fault],
            None => faults(question, document, &evidence).iter().map(ToString::to_string).collect(),
        };
        let begin: String = question.question.chars().take(NAMED_CHARS).collect();
        (!named.is_empty()).then(|| format!("“{begin}”: {}", named.join(", ")))
    };
    let faulty: Vec<String> = script.quiz.iter().filter_map(told).collect();
    let figure = if faulty.is_empty() { "borne out".to_owned() } else { faulty.join("; ") };
    rule("quiz", faulty.is_empty(), figure, "every right choice stands on the page that it cites".to_owned())
}

fn too_long(question: &QuizQuestion) -> Option<String> {
    if question.question.chars().count() > MAX_LINE_CHARS {
        return Some(format!("a question has at most {MAX_LINE_CHARS} characters"));
    }
    let is_long = |choice: &String| choice.chars().count() > MAX_CHOICE_CHARS;
    question
        .choices
        .iter()
        .any(is_long)
        .then(|| format!("a choice has at most {MAX_CHOICE_CHARS} characters"))
}

fn faults(question: &QuizQuestion, document: &Document, evidence: &Evidence) -> Vec<GroundingFault> {
    let (cited, answer) = (&question.citation, question.choices.get(question.answer as usize));
    let Some(page) = document.pages.iter().find(|page| page.number == cited.page) else {
        return vec![GroundingFault::NoPage(cited.page)];
    };
    if !evidence.has_quote(cited.page, &cited.quote) {
        return vec![GroundingFault::NoQuote];
    }
    let source = if cited.quote.is_empty() { page.text() } else { cited.quote.clone() };
    // The question says what is counted: "How many calls? 40."
    // A name at the start of a sentence may be any word.
    let said = answer.map(|answer| format!("It is {answer}")).unwrap_or_default();
    let doubts = evidence.doubts(&said, &source).into_iter();
    let doubted = doubts.filter(|doubt| !matches!(doubt, Doubt::Unit(_))).map(GroundingFault::Doubted);
    let foreign = evidence.foreign(&question.question, "").into_iter().map(GroundingFault::Unknown);
    doubted.chain(foreign).collect()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{BlockKind, Citation};

    use super::super::offline::tests::{block, document, script_with};
    use super::*;

    #[test]
    fn a_right_choice_stands_where_it_says() {
        let paragraph = "In 1909 Agner Erlang served 95% of calls within 20 ms.";
        let document = document(vec![vec![block(BlockKind::Paragraph, paragraph)]]);
        let judged = |question: &str, choices: [&str; 2], page: u32, quote: &str| {
            let mut script = script_with("Who waits?", 1);
            script.quiz = vec![QuizQuestion {
                question: question.to_owned(),
                choices: choices.map(str::to_owned).to_vec(),
                answer: 0,
                citation: Citation { page, quote: quote.to_owned() },
            }];
            quiz_answers(&script, &document)
        };
        for quote in [paragraph, ""] {
            assert!(judged("How many calls were served?", ["95%", "40%"], 1, quote).passed);
            assert!(judged("Who served the calls?", ["Agner Erlang", "Kingman"], 1, quote).passed);
            let wrong = judged("How many calls were served?", ["40%", "95%"], 1, quote);
            assert!(!wrong.passed && wrong.figure.contains("40%"), "{wrong:?}");
            assert!(!judged("Who served the calls?", ["Kingman", "Erlang"], 1, quote).passed);
            assert!(!judged("Did Kingman serve 95%?", ["95%", "40%"], 1, quote).passed);
            let elsewhere = judged("How many calls were served?", ["95%", "40%"], 7, quote);
            assert!(elsewhere.figure.contains("there is no page 7"), "{elsewhere:?}");
        }
        let long = judged(&"W".repeat(200_000), ["95%", "40%"], 1, "");
        assert!(!long.passed && long.figure.len() < 300, "{}", long.figure.len());
        assert!(!judged("How many?", ["95%", &"W".repeat(200_000)], 1, "").passed);
        let unquoted =
            judged("How many calls were served?", ["95%", "40%"], 1, "Calls wait 95% of the time.");
        assert!(unquoted.figure.contains("not on the page"), "{unquoted:?}");
    }
}
