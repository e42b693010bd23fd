//! Puts a script together from a draft, and takes it apart again.

use std::collections::BTreeSet;

use brainwrought_core::data::{
    self, Citation, CitedSentence, Concept, ContentsEntry, Document, Language, Scene, SceneKind, Script,
};

use super::super::duration::{LENGTHS_MS, Pace};
use super::super::length::share_out;
use super::super::scenes::segments;
use super::draft::{Draft, short};
use super::facts::Facts;
use super::fit::TOLERANCE;
use super::story::Story;

/// The most concepts, entries of the contents and sentences of the summary that a script keeps.
const CONCEPTS: usize = 15;
const CONTENTS: usize = 40;
const SUMMARY: usize = 8;

/// The language that a script for a document is in.
pub(super) fn language_of(document: &Document) -> Language {
    match document.language.as_str() {
        "und" => Language::english(),
        _ => document.language.clone(),
    }
}

/// Puts the script together.
pub(super) fn assembled(
    draft: Draft,
    document: &Document,
    facts: &Facts,
    story: Option<&Story>,
    mood: &str,
    writer: &str,
) -> Script {
    let language = language_of(document);
    let segments = segments(draft.scenes, &document.title, &language);
    let mood = Some(short(mood, 40)).filter(|mood| !mood.is_empty());
    Script::builder(document, writer)
        .language(language)
        .analysis(analysis(document, facts, story))
        .segments(segments)
        .quiz(draft.quiz)
        .profile(story.and_then(Story::profile))
        .mood(mood)
        .build()
}

/// Sets how long the video is: as long as wanted, or as long as what there is to say takes, which a warning then tells.
pub(super) fn timed(script: &mut Script, pace: &Pace, wanted_ms: u64) -> Result<(), String> {
    let length = pace.planned_ms(script);
    let off = length.abs_diff(wanted_ms) as f64;
    script.target_ms = wanted_ms;
    if off > wanted_ms as f64 * TOLERANCE {
        if length > *LENGTHS_MS.end() {
            return Err(format!("it takes {} s to say", length / 1000));
        }
        script.target_ms = length;
        let why =
            if length < wanted_ms { "too little to say was found" } else { "nothing more could be left out" };
        script.warnings.push(format!(
            "{why} for {} s: the video is {} s long",
            wanted_ms / 1000,
            length / 1000
        ));
    }
    share_out(script, pace);
    Ok(())
}

/// The scenes of a script, without the card at its end.
pub(super) fn taken_apart(script: &Script) -> Draft {
    let scenes = script.segments.iter().flat_map(|segment| {
        let titles = std::iter::once(segment.title.clone()).chain(std::iter::repeat(String::new()));
        titles.zip(segment.scenes.iter().cloned())
    });
    let scenes: Vec<(String, Scene)> = scenes.filter(|(_, scene)| scene.kind != SceneKind::Source).collect();
    Draft { scenes, quiz: script.quiz.clone() }
}

fn analysis(document: &Document, facts: &Facts, story: Option<&Story>) -> data::Analysis {
    let contents = facts.sources.contents();
    let contents = contents.map(|(title, page)| ContentsEntry { title: title.to_owned(), page });
    let cited = story.into_iter().flat_map(|story| {
        [&story.message, &story.stakes, &story.mechanism, &story.consequence]
            .into_iter()
            .chain(&story.numbers)
            .flat_map(|cited| facts.sources.named(&cited.sources))
    });
    let mut seen = BTreeSet::new();
    let summary = cited.filter(|at| seen.insert(*at)).filter_map(|at| {
        let source = facts.sources.at(at)?;
        let Citation { page, quote } = source.pieces.first()?.clone();
        Some(CitedSentence { text: source.quote.clone(), citation: Citation { page, quote } })
    });
    data::Analysis {
        kind: None,
        contents: contents.take(CONTENTS).collect(),
        concepts: story.map_or_else(Vec::new, |story| concepts(document, story)),
        summary: summary.take(SUMMARY).collect(),
    }
}

/// The model's concepts, as far as the document has them.
fn concepts(document: &Document, story: &Story) -> Vec<Concept> {
    let pages: Vec<(u32, String)> =
        document.pages.iter().map(|page| (page.number, page.text().to_lowercase())).collect();
    let mut heard = BTreeSet::new();
    let terms = story.concepts.iter().map(|term| term.trim()).filter(|term| !term.is_empty());
    let found: Vec<(String, u32)> = terms
        .filter(|term| heard.insert(term.to_lowercase()))
        .filter_map(|term| {
            let lower = term.to_lowercase();
            let (page, _) = pages.iter().find(|(_, text)| text.contains(&lower))?;
            Some((term.to_owned(), *page))
        })
        .take(CONCEPTS)
        .collect();
    let count = found.len().max(1) as f32;
    let weighted = found.into_iter().enumerate();
    weighted.map(|(place, (term, page))| Concept { term, weight: 1.0 - place as f32 / count, page }).collect()
}
