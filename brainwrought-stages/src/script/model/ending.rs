//! [`Ends`]: the question and the last line of a video, written when the rest is, and passed by the gate.

use std::collections::BTreeSet;

use brainwrought_core::data::{Citation, Line, LineRole, QuizQuestion, Scene, SceneKind, Speaker, VisualCue};

use super::super::duration::Pace;
use super::super::quiz::{ANSWER_WORDS, THINK_MS};
use super::draft::{Draft, cite};
use super::facts::{Claim, Facts, ended, spaced};
use super::reply::{Ending, Question};
use super::room::{CARD_MS, LATE_PERCENT, Room};

/// The most words of a question and of one of its choices.
const QUESTION_WORDS: std::ops::RangeInclusive<usize> = 3..=18;
const CHOICE_WORDS: usize = 8;

/// The question and the last line, as far as they passed.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// The question that is asked, with what is said of its answer.
    pub(super) asked: Option<(QuizQuestion, Option<Line>)>,
    /// Another question, for who wants more.
    more: Vec<QuizQuestion>,
    close: Option<Line>,
    /// What the model would close with instead, and the last that did not pass.
    second: Option<Line>,
    doubted: Option<(Claim, String)>,
}

/// What the ending is measured by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure<'a> {
    pub(super) facts: &'a Facts,
    pub(super) room: &'a Room,
    pub(super) pace: &'a Pace,
    /// The lines before, in small letters.
    pub(super) said: &'a [String],
}

impl Ends {
    /// Takes what passes of an answer; tells what is wrong with the rest.
    pub(super) fn take(&mut self, ending: &Ending, measure: Measure<'_>) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.close.is_none() {
            match closing(&ending.close.text, &ending.close.sources, measure) {
                Ok(line) => self.close = Some(line),
                Err((claim, reasons)) => {
                    let told = reasons.join("; ");
                    wrong.push(format!("close “{}”: {told}", claim.text));
                    self.doubted = Some((claim, told));
                }
            }
            if !ending.close_second.trim().is_empty() {
                let second = closing(&ending.close_second, &ending.close.sources, measure);
                self.second = second.ok().or(self.second.take());
            }
        }
        if measure.room.question_ms > 0 {
            wrong.extend(self.take_questions(&ending.questions, measure));
        }
        wrong
    }

    /// Takes the questions that pass in the place of earlier ones: the last line that is sent with them goes with them.
    fn take_questions(&mut self, questions: &[Question], measure: Measure<'_>) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut passed = Vec::new();
        for question in questions {
            match asked(question, measure) {
                Ok(question) => passed.push(question),
                Err(reasons) => {
                    let text = spaced(&question.question);
                    wrong.push(format!("question “{text}”: {}", reasons.join("; ")));
                }
            }
        }
        let mut passed = passed.into_iter();
        match passed.next() {
            Some(first) => {
                self.asked = Some(first);
                self.more = passed.map(|(question, _)| question).collect();
            }
            None if self.asked.is_some() => {}
            None if questions.is_empty() => return vec!["there is no question".to_owned()],
            None => return wrong,
        }
        // One question is enough, and where another answer is asked for, it is known which one there is.
        if let Some((question, _)) = &self.asked {
            wrong.push(format!(
                "question “{}” passed and is asked, unless you send another that suits the last line",
                question.question
            ));
        }
        wrong
    }

    /// Whether all is there that there is time for.
    pub(super) fn is_whole(&self, room: &Room) -> bool {
        self.close.is_some() && (self.asked.is_some() || room.question_ms == 0)
    }

    /// Adds the ending to a draft; what never passed is told in the warnings.
    pub(super) fn end(mut self, draft: &mut Draft, measure: Measure<'_>, warnings: &mut Vec<String>) {
        if self.close.is_none() {
            self.close = self.second.take();
        }
        if self.close.is_none() {
            self.close = self.own_close(draft, measure.facts, warnings);
        }
        let mut last_card = VisualCue::Motion;
        if let Some((question, reply)) = self.asked {
            let cited = question.citation.clone();
            let line = Line::new(question.question.clone(), LineRole::Quiz, cited);
            let least = (measure.pace.line_ms(&line.text) + THINK_MS).max(CARD_MS);
            let card = VisualCue::QuizCard { question: question.clone() };
            let asks = Scene::new(SceneKind::Quiz, vec![line], card.clone(), least);
            draft.scenes.push(("Quiz".to_owned(), asks));
            // The answer is told on the same card: by a line of its own, or by the last one.
            match reply {
                Some(mut reply) => {
                    // Where two talk, one puts the question and the other answers it.
                    if draft.lines().any(|line| line.speaker == Speaker::Asker) {
                        reply.speaker = Speaker::Asker;
                    }
                    let told = Scene::new(SceneKind::Content, vec![reply], card, 0);
                    draft.scenes.push((String::new(), told));
                }
                None => last_card = card,
            }
            draft.quiz.push(question);
        } else if measure.room.question_ms > 0 {
            warnings.push("the video asks no question, because none passed the check".to_owned());
        }
        draft.quiz.extend(self.more);
        if let Some(close) = self.close {
            let scene = Scene::new(SceneKind::Content, vec![close], last_card, 0);
            draft.scenes.push((String::new(), scene));
        }
    }

    /// A sentence of the document in the place of a last line that never passed.
    fn own_close(&self, draft: &Draft, facts: &Facts, warnings: &mut Vec<String>) -> Option<Line> {
        let Some((claim, reasons)) = &self.doubted else {
            warnings.push("the video has no last line, because none was written".to_owned());
            return None;
        };
        let quoted = |line: &Line| {
            line.sources().flat_map(|cited| facts.sources.quoted(&cited.quote)).collect::<Vec<_>>()
        };
        let taken: BTreeSet<usize> = draft.lines().flat_map(quoted).collect();
        let own = facts.own_sentence(claim, &taken).and_then(|(text, at)| {
            let own = Claim { text, role: LineRole::Close, sources: vec![at] };
            let citations = facts.judge(&own).ok()?;
            Some(line_of(own, citations))
        });
        match &own {
            Some(line) => warnings.push(format!(
                "the last line “{}” gave way to a sentence of the document, “{}”: {reasons}",
                claim.text, line.text
            )),
            None => warnings.push(format!("the last line “{}” was left out: {reasons}", claim.text)),
        }
        own
    }
}

fn closing(text: &str, sources: &[u32], measure: Measure<'_>) -> Result<Line, (Claim, Vec<String>)> {
    let sources = measure.facts.sources.named(sources);
    let claim = Claim { text: ended(text), role: LineRole::Close, sources };
    match measure.facts.judge(&claim) {
        Ok(_) if measure.said.contains(&claim.text.to_lowercase()) => {
            Err((claim, vec!["it was said before in the same words".to_owned()]))
        }
        Ok(citations) => match too_long(&claim.text, measure.room.close_ms, measure) {
            None => Ok(line_of(claim, citations)),
            Some(late) => Err((claim, vec![late])),
        },
        Err(reasons) => Err((claim, reasons)),
    }
}

/// A question whose right choice the document bears out, with what is said of it.
fn asked(question: &Question, measure: Measure<'_>) -> Result<(QuizQuestion, Option<Line>), Vec<String>> {
    let facts = measure.facts;
    let text = spaced(&question.question);
    let choices: Vec<String> =
        question.choices.iter().map(|choice| spaced(choice).trim_end_matches('.').to_owned()).collect();
    let count = |text: &str| text.split_whitespace().count();
    let mut wrong = Vec::new();
    let distinct: BTreeSet<String> = choices.iter().map(|choice| choice.to_lowercase()).collect();
    if !(2..=4).contains(&choices.len()) || distinct.len() != choices.len() {
        wrong.push("it needs three different choices".to_owned());
    }
    if !QUESTION_WORDS.contains(&count(&text)) && !text.ends_with(['？', '?']) {
        wrong.push("it is no question that can be said".to_owned());
    }
    if choices.iter().any(|choice| !(1..=CHOICE_WORDS).contains(&count(choice))) {
        wrong.push("each choice has one to six words".to_owned());
    }
    wrong.extend(too_long(&text, measure.room.question_ms, measure));
    let sources = facts.sources.named(&question.sources);
    let Some(right) = choices.get(question.answer as usize) else {
        wrong.push("`answer` is the place of no choice".to_owned());
        return Err(wrong);
    };
    let asks = Claim { text: text.clone(), role: LineRole::Question, sources: sources.clone() };
    wrong.extend(facts.judge(&asks).err().into_iter().flatten());
    let citations = match facts.bears_out(right, &sources) {
        Ok(citations) => citations,
        Err(reasons) => {
            wrong.extend(reasons.into_iter().map(|reason| format!("of its right choice, {reason}")));
            Vec::new()
        }
    };
    let mut reply = None;
    if measure.room.reply_ms > 0 && !question.reply.trim().is_empty() {
        let claim = Claim { text: ended(&question.reply), role: LineRole::Answer, sources };
        wrong.extend(too_long(&claim.text, measure.room.reply_ms, measure));
        if count(&claim.text) > ANSWER_WORDS {
            wrong.push(format!("its reply has more than {ANSWER_WORDS} words"));
        }
        match facts.judge(&claim) {
            Ok(citations) => reply = Some(line_of(claim, citations)),
            Err(reasons) => wrong.extend(reasons.into_iter().map(|reason| format!("of its reply, {reason}"))),
        }
    }
    let Some(citation) = citations.into_iter().next().filter(|_| wrong.is_empty()) else { return Err(wrong) };
    let asked = QuizQuestion { question: text, choices, answer: question.answer, citation };
    Ok((asked, reply))
}

fn too_long(text: &str, most_ms: u64, measure: Measure<'_>) -> Option<String> {
    let ms = measure.pace.line_ms(text);
    (ms * 100 > most_ms * LATE_PERCENT).then(|| {
        format!("it takes {:.1} s to say and has {:.1} s", ms as f64 / 1000.0, most_ms as f64 / 1000.0)
    })
}

fn line_of(claim: Claim, citations: Vec<Citation>) -> Line {
    let mut line = Line::new(claim.text, claim.role, Citation { page: 1, quote: String::new() });
    cite(&mut line, citations);
    line
}
