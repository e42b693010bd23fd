//! [`Draft`]: one script of the document's own sentences, before its length is right.

use std::collections::BTreeSet;

use brainwrought_core::data::{
    Analysis, Citation, CitedSentence, Concept, ContentsEntry, Document, Language, Line, LineRole, Scene,
    SceneKind, Script, VisualCue,
};

use super::clean::Cleaned;
use super::dialogue::Asker;
use super::duration::{LINE_GAP_MS, estimate_ms};
use super::found_text::FoundText;
use super::hook::{Frame, frame};
use super::lexicon::has_cue;
use super::material::Material;
use super::memes::add_memes;
use super::questions::questions;
use super::rank::{Unit, pick};
use super::scenes::{Beat, SOURCE_MS, beat_line, content_scenes, segments, source_scene};
use super::seeded::Seeded;
use super::sentences::Sentence;
use super::writer::{Brief, ScriptError};
use crate::language::LanguageData;

/// Whoever asks does so before one thought in so many.
const ASKS_EVERY: usize = 2;
/// The time that a question takes at most, in milliseconds.
const ASKED_MS: u64 = 1_600;

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
            found: FoundText::new(document),
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
    let questions = if english && asks { questions(&said, draft.concepts, &mut seeded) } else { Vec::new() };
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
        scenes.extend(question.scenes().map(|scene| ("Quiz".to_owned(), scene)));
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
