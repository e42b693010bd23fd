//! [`OfflineWriter`]: writes scripts of the document's own sentences, without any model.

use std::collections::BTreeSet;

use async_trait::async_trait;
use brainwrought_core::data::{
    Analysis, BlockKind, Citation, CitedSentence, Concept, ContentsEntry, Document, Language, Line, LineRole,
    Scene, SceneKind, Script, VisualCue,
};
use brainwrought_core::stage::StageContext;
use serde_json::Value;

use super::bullets::lists;
use super::claim::claim;
use super::clean::{Cleaned, Section, clean};
use super::concepts::concepts;
use super::dialogue::Asker;
use super::duration::{LINE_GAP_MS, estimate_ms};
use super::focus::focus;
use super::grounding::retain_grounded;
use super::hook::{Frame, Material, frame};
use super::length::on_time;
use super::lexicon::has_cue;
use super::memes::add_memes;
use super::quiz::{Quiz, quiz};
use super::rank::{Topic, Unit, pick, units};
use super::scenes::{Beat, beat_line, content_scenes, segments, source_scene};
use super::seeded::Seeded;
use super::sentences::{Sentence, sentences};
use super::writer::{Brief, ScriptError, ScriptWriter};
use crate::language::LanguageData;

/// How long the source card is shown, in milliseconds.
pub(super) const SOURCE_MS: u64 = 2_000;
/// Whoever asks does so before one thought in so many.
const ASKS_EVERY: usize = 2;
/// The time that a question takes at most, in milliseconds.
const ASKED_MS: u64 = 1_600;
/// How much more a sentence is worth that says what the document's name stands for.
const DEFINES: f32 = 0.25;

/// Writes scripts of the document's own sentences, shortened and set in order. The same document and brief give the
/// same script.
#[derive(Debug, Clone, Copy, Default)]
pub struct OfflineWriter;

#[async_trait]
impl ScriptWriter for OfflineWriter {
    fn settings(&self) -> Value {
        Value::from("offline")
    }

    async fn write(
        &self,
        document: &Document,
        brief: &Brief,
        _: &StageContext,
    ) -> Result<Script, ScriptError> {
        let (document, brief) = (document.clone(), brief.clone());
        let work = tokio::task::spawn_blocking(move || write(&document, &brief));
        match work.await {
            Ok(script) => script,
            Err(error) => Err(ScriptError::Failed { retryable: false, source: error.into() }),
        }
    }
}

/// What a draft is made of.
pub(super) struct Draft<'a> {
    pub(super) document: &'a Document,
    pub(super) brief: &'a Brief,
    pub(super) language: &'a str,
    pub(super) cleaned: &'a Cleaned,
    /// The words of the document as they are written.
    pub(super) known: &'a BTreeSet<&'a str>,
    pub(super) sentences: &'a [Sentence],
    pub(super) concepts: &'a [Concept],
    pub(super) units: &'a [Unit],
    pub(super) focus: Option<&'a str>,
    pub(super) claim: Option<(f32, &'a Sentence)>,
}

fn write(document: &Document, brief: &Brief) -> Result<Script, ScriptError> {
    let language = match document.language.as_str() {
        "und" => "en",
        other => other,
    };
    let cleaned = clean(document);
    let all = said_of(document, &cleaned, language);
    let enough = (brief.pace.estimated(brief.length_ms) as f64 * 1.5) as u64;
    let (said, part) = focus(&cleaned, all, enough);
    // The title over the first page may be taken for a section.
    let part = part.filter(|part| part.to_lowercase() != document.title.to_lowercase());
    if said.is_empty() {
        return Err(ScriptError::TooLittleText { title: document.title.clone(), sentences: 0 });
    }
    let concepts = concepts(&document.title, &cleaned, &said, language);
    let title =
        part.as_ref().map_or_else(|| document.title.clone(), |part| format!("{} {part}", document.title));
    let leads: Vec<f32> = cleaned.sections.iter().map(|section| lead(&cleaned, section)).collect();
    let topic = Topic { title: &title, language, concepts: &concepts, leads: &leads };
    let claim = if language == "en" { claim(&said, &title, &concepts, &leads) } else { None };
    let mut units = units(&said, &topic);
    // What the document's name stands for is said if it can be.
    for unit in &mut units {
        if unit
            .members
            .first()
            .and_then(|&member| said.get(member))
            .is_some_and(|first| defines(first, &title, &concepts))
        {
            unit.score += DEFINES;
        }
    }
    // What opens the video is not said twice.
    units.retain(|unit| claim.is_none_or(|(_, claim)| !unit.members.contains(&claim)));
    let known: BTreeSet<&str> = document
        .pages
        .iter()
        .flat_map(|page| &page.blocks)
        .filter(|block| block.kind != BlockKind::Heading)
        .flat_map(|block| block.text.split(|letter: char| !letter.is_alphanumeric() && letter != '-'))
        .collect();
    let draft = Draft {
        document,
        brief,
        language,
        cleaned: &cleaned,
        known: &known,
        sentences: &said,
        concepts: &concepts,
        units: &units,
        focus: part.as_deref(),
        claim: claim.and_then(|(worth, claim)| Some((worth, said.get(claim)?))),
    };
    let mut script = on_time(&draft)?;
    if let Some(part) = &part {
        script.warnings.push(format!("the document is long: the video covers “{part}”"));
    }
    if language != "en" {
        script.warnings.push(format!(
            "there is no phrase book for the language `{language}`: the script is made of the document's sentences alone"
        ));
    }
    if brief.dialogue && Asker::new(language, "", &mut Seeded::new(brief.seed)).is_none() {
        script.warnings.push(format!(
            "there is no phrase book for the language `{language}`, so nobody asks: one speaker says everything"
        ));
    }
    Ok(script)
}

/// All sentences of a document that can be said, in the order of its pages.
pub(super) fn said_of(document: &Document, cleaned: &Cleaned, language: &str) -> Vec<Sentence> {
    let mut all = sentences(cleaned, language);
    all.extend(lists(document, cleaned, language));
    all.sort_by_key(|sentence| sentence.page);
    // A sentence that the clean-up led astray must not be said.
    retain_grounded(&mut all, document);
    all
}

/// Tells whether `sentence` says what the document's name or a name among its first concepts is.
fn defines(sentence: &Sentence, title: &str, concepts: &[Concept]) -> bool {
    let head = title.split(':').next().filter(|head| head.split_whitespace().count() <= 3);
    let names = concepts
        .iter()
        .take(3)
        .map(|concept| concept.term.as_str())
        .filter(|term| term.starts_with(char::is_uppercase));
    head.into_iter().chain(names).any(|name| {
        let rest = sentence.text.strip_prefix(name);
        rest.is_some_and(|rest| {
            [" is a ", " is an ", " is the ", " are "].iter().any(|verb| rest.starts_with(verb))
        })
    })
}

/// How much more the sentences of a section are worth: authors sum up at the start and at the end of a paper.
fn lead(cleaned: &Cleaned, section: &Section) -> f32 {
    let title = section.title.to_lowercase();
    let starts = |words: &[&str]| words.iter().any(|word| title.starts_with(word));
    if !cleaned.is_paper {
        return if starts(&["introduction", "overview", "summary", "einleitung", "introducción"]) {
            0.04
        } else {
            0.0
        };
    }
    if starts(&["abstract", "summary", "zusammenfassung", "resumen", "résumé"]) {
        0.16
    } else if starts(&["conclu", "discussion", "lessons", "fazit"]) {
        0.10
    } else if starts(&["introduction", "motivation", "overview"]) {
        0.08
    } else {
        0.0
    }
}

/// Writes one draft whose facts take up to `budget` milliseconds with all that surrounds them.
pub(super) fn drafted(draft: &Draft<'_>, budget: u64, asks: bool) -> Result<Script, ScriptError> {
    let document = draft.document;
    let english = draft.language == "en";
    let mut seeded = Seeded::new(
        document
            .title
            .bytes()
            .fold(draft.brief.seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())),
    );
    // Hook, close and quiz take their share; what is guessed wrong is corrected in the next round.
    let overhead = match (english, asks) {
        (true, true) => 14_000,
        (true, false) if draft.brief.length_ms < 25_000 => 3_000,
        (true, false) => 7_000,
        (false, _) => 3_000,
    };
    let mut picked = pick(draft.units, draft.sentences, budget.saturating_sub(overhead));
    if picked.is_empty() {
        // However short the video is, it says one thing.
        picked.extend(draft.units.iter().min_by_key(|unit| unit.ms).cloned());
    }
    let said: Vec<&Sentence> =
        picked.iter().flat_map(|unit| &unit.members).map(|&member| &draft.sentences[member]).collect();
    if said.is_empty() {
        return Err(ScriptError::TooLittleText {
            title: document.title.clone(),
            sentences: draft.sentences.len(),
        });
    }
    let worth: Vec<f32> = picked
        .iter()
        .flat_map(|unit| &unit.members)
        .map(|&member| {
            let alone = draft.units.iter().find(|unit| unit.members == [member]);
            alone.map_or(0.0, |unit| unit.score)
        })
        .collect();
    let material = Material {
        title: &document.title,
        focus: draft.focus,
        concepts: draft.concepts,
        said: &said,
        worth: &worth,
        movable: &movable(&picked),
        claim: draft.claim,
        known: draft.known,
        language: draft.language,
        length_ms: draft.brief.length_ms,
    };
    let frame = frame(&material);
    if let Some(quote) = frame.kept() {
        leave_for_the_end(&mut picked, draft.sentences, quote);
    }
    let questions = if english && asks { quiz(&said, draft.concepts, &mut seeded) } else { Vec::new() };
    let asker =
        if draft.brief.dialogue { Asker::new(draft.language, &frame.hook, &mut seeded) } else { None };
    let beats = beats(draft, &picked, english, asker, &mut seeded);

    let mut content = content_scenes(&beats, document);
    if english {
        add_memes(&mut content, draft.concepts, draft.brief.memes, draft.brief.length_ms, &mut seeded);
    }
    let mut scenes = vec![(String::new(), hook_scene(&frame))];
    scenes.append(&mut content);
    if let Some(question) = questions.first() {
        scenes.extend(quiz_scenes(question).map(|scene| ("Quiz".to_owned(), scene)));
    }
    if !frame.close.is_empty() {
        let line = Line::new(frame.close, LineRole::Close, frame.close_citation);
        scenes.push((String::new(), Scene::new(SceneKind::Content, vec![line], VisualCue::Motion, 0)));
    }
    let questions = questions.into_iter().map(|quiz| quiz.question).collect();
    let script_language = if english { Language::english() } else { document.language.clone() };
    let pages: BTreeSet<u32> = said.iter().map(|sentence| sentence.page).collect();
    scenes.push((String::new(), source_scene(&document.title, pages.into_iter().collect(), SOURCE_MS)));

    Ok(Script::builder(document, if english { "offline/en" } else { "plain" })
        .language(script_language.clone())
        .target_ms(draft.brief.length_ms)
        .analysis(analysis(draft, &said))
        .segments(segments(scenes, &document.title, &script_language))
        .quiz(questions)
        .build())
}

/// Tells of each picked sentence whether it can be said later: the last of its unit, of a story that goes on without it.
fn movable(picked: &[Unit]) -> Vec<bool> {
    let ends = picked.iter().flat_map(|unit| (1..=unit.members.len()).map(|nth| nth == unit.members.len()));
    ends.enumerate().map(|(index, ends)| ends && index > 0 && picked.len() > 2).collect()
}

/// Takes the sentence that closes the video out of its middle.
fn leave_for_the_end(picked: &mut Vec<Unit>, sentences: &[Sentence], quote: &str) {
    let closes = |member: usize| sentences.get(member).is_some_and(|sentence| sentence.source == quote);
    for unit in picked.iter_mut() {
        if unit.members.last().is_some_and(|&last| closes(last)) {
            unit.members.pop();
        }
    }
    picked.retain(|unit| !unit.members.is_empty());
}

/// Turns the picked units into lines, with transitions where the text claims a role and a few beats of slang.
fn beats(
    draft: &Draft<'_>,
    picked: &[Unit],
    english: bool,
    mut asker: Option<Asker>,
    seeded: &mut Seeded,
) -> Vec<Beat> {
    let LanguageData { slang, cues, .. } = LanguageData::english();
    let mut slang: Vec<&str> = slang
        .iter()
        .take(usize::from(draft.brief.slang))
        .rev()
        .flat_map(|level| level.iter().map(String::as_str))
        .collect();
    seeded.shuffle(&mut slang);
    // About one beat in 30, 20 or 12 seconds.
    let every = [usize::MAX, 4, 3, 2][usize::from(draft.brief.slang.min(3))];
    // A role is claimed only where its words stand, once, and where the story can have come to it: in percent.
    let mut roles = vec![
        (&cues.problem, "Here is the problem.", 0..45),
        (&cues.idea, "Here is the idea.", 10..60),
        (&cues.how, "Here is how it works.", 20..75),
        (&cues.result, "And the result?", 60..101),
    ];
    let mut quiet_until = 0;
    let mut beats = Vec::new();
    for (index, unit) in picked.iter().enumerate() {
        for (nth, &member) in unit.members.iter().enumerate() {
            let sentence = &draft.sentences[member];
            let section = draft
                .cleaned
                .sections
                .get(sentence.section)
                .map(|section| section.title.clone())
                .unwrap_or_default();
            let at = index * 100 / picked.len().max(1);
            let role = roles
                .iter()
                .position(|(cues, _, range)| range.contains(&at) && has_cue(&sentence.text, cues));
            // Whoever asks does so before every other thought; a transition would only repeat it.
            if nth == 0
                && index.is_multiple_of(ASKS_EVERY)
                && let Some(asker) = &mut asker
                && estimate_ms(&sentence.text) + LINE_GAP_MS + ASKED_MS <= 7_800
                && let Some(prompt) = asker.asks(&sentence.text)
            {
                let line = beat_line(prompt, LineRole::Transition, sentence.page);
                beats.push(Beat { line, section: section.clone(), starts: true });
            } else if english
                && nth == 0
                && index > 0
                && asker.is_none()
                && let Some(role) = role
                // It shares a scene with what it leads to, or is not said.
                && estimate_ms(roles[role].1) + LINE_GAP_MS + estimate_ms(&sentence.text) <= 7_800
            {
                let (_, transition, _) = roles.remove(role);
                let line = beat_line(transition, LineRole::Transition, sentence.page);
                beats.push(Beat { line, section: section.clone(), starts: true });
            }
            let citation = Citation { page: sentence.page, quote: sentence.source.clone() };
            let line = Line::new(sentence.text.clone(), LineRole::Fact, citation);
            beats.push(Beat { line, section: section.clone(), starts: nth == 0 });
            let ends = nth + 1 == unit.members.len();
            // Surprise is voiced only behind something that may surprise, and not twice in a row.
            let surprises = has_cue(&sentence.text, &cues.surprise)
                || sentence.text.contains(|letter: char| letter.is_ascii_digit());
            if english
                && ends
                && surprises
                && index >= quiet_until
                && index + 1 < picked.len()
                && let Some(text) = slang.pop()
            {
                quiet_until = index + every;
                let line = beat_line(text, LineRole::Interjection, sentence.page);
                beats.push(Beat { line, section, starts: false });
            }
        }
    }
    beats
}

fn hook_scene(frame: &Frame) -> Scene {
    let line = Line::new(frame.hook.clone(), LineRole::Hook, frame.citation.clone());
    Scene::new(SceneKind::Hook, vec![line], VisualCue::TitleCard, 2_000)
}

/// The question is asked with its choices, so that the time to think is not silent; then the answer is told.
pub(super) fn quiz_scenes(quiz: &Quiz) -> impl Iterator<Item = Scene> {
    let Citation { page, quote } = quiz.question.citation.clone();
    let quoted =
        |text: &String| Line::new(text.clone(), LineRole::Quiz, Citation { page, quote: quote.clone() });
    let spoken: u64 = quiz.asked.iter().map(|line| estimate_ms(line)).sum();
    [
        Scene::new(
            SceneKind::Quiz,
            quiz.asked.iter().map(quoted).collect(),
            VisualCue::QuizCard { question: quiz.question.clone() },
            (spoken + 900).max(3_500),
        ),
        Scene::new(
            SceneKind::Content,
            vec![quoted(&quiz.told)],
            VisualCue::PageCrop { page, quote: quote.clone() },
            2_000,
        ),
    ]
    .into_iter()
}

fn analysis(draft: &Draft<'_>, said: &[&Sentence]) -> Analysis {
    let spoken: BTreeSet<usize> = draft.sentences.iter().map(|sentence| sentence.section).collect();
    let contents = draft
        .cleaned
        .sections
        .iter()
        .enumerate()
        .filter(|(index, section)| spoken.contains(index) && !section.title.is_empty())
        .map(|(_, section)| ContentsEntry { title: section.title.clone(), page: section.page })
        .collect();
    let summary = said
        .iter()
        .map(|sentence| CitedSentence {
            text: sentence.text.clone(),
            citation: Citation { page: sentence.page, quote: sentence.source.clone() },
        })
        .collect();
    Analysis { contents, concepts: draft.concepts.to_vec(), summary }
}

#[cfg(test)]
#[path = "offline_tests.rs"]
pub(super) mod tests;
