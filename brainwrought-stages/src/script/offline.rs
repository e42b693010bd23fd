//! [`OfflineWriter`]: writes scripts of the document's own sentences, without any model.

use std::collections::BTreeSet;

use async_trait::async_trait;
use brainwrought_core::data::{BlockKind, Concept, Document, Script};
use brainwrought_core::stage::StageContext;
use serde_json::Value;

use super::bullets::lists;
use super::claim::claim;
use super::clean::{Cleaned, Section, clean};
use super::concepts::concepts;
use super::dialogue::Asker;
use super::draft::Draft;
use super::focus::focus;
use super::found_text::FoundText;
use super::grounding::retain_grounded;
use super::length::on_time;
use super::rank::{Topic, units};
use super::seeded::Seeded;
use super::sentences::{Sentence, sentences};
use super::writer::{Brief, ScriptError, ScriptWriter};

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
        let (title, found) = (document.title.clone(), FoundText::new(document));
        return Err(ScriptError::TooLittleText { title, sentences: 0, found });
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

#[cfg(test)]
#[path = "offline_tests.rs"]
pub(super) mod tests;
