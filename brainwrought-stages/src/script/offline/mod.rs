//! [`OfflineWriter`]: writes scripts of the document's own sentences, without any model.

mod claim;
mod draft;
mod excerpts;
mod frame;
mod lead;
mod length;
mod reference;
mod short_forms;
mod signpost;
mod topic;
mod value;

use std::collections::BTreeSet;

use async_trait::async_trait;
use brainwrought_core::data::{BlockKind, Document, DocumentKind, Script};
use brainwrought_core::stage::StageContext;
use serde_json::Value;

use self::draft::Draft;
use self::frame::{Frame, Material};
use self::length::on_time;
use self::short_forms::ShortForms;
use self::value::{Topic, Values};
use super::bullets::lists;
use super::clean::{Cleaned, clean};
use super::concepts::concepts;
use super::dialogue::Asker;
use super::evidence::Evidence;
use super::found_text::FoundText;
use super::grounding::retain_grounded;
use super::kind::kind_of;
use super::seeded::Seeded;
use super::sentences::{Sentence, sentences};
use super::writer::{Brief, ScriptError, ScriptWriter};
use crate::language::LanguageData;

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

pub(super) fn write(document: &Document, brief: &Brief) -> Result<Script, ScriptError> {
    let language = match document.language.as_str() {
        "und" => "en",
        other => other,
    };
    let mut cleaned = clean(document);
    if let Some(kind) = brief.kind {
        cleaned.is_paper = kind == DocumentKind::Paper;
    }
    let evidence = Evidence::new(document);
    let said = said_of(document, &cleaned, &evidence, language);
    if said.is_empty() {
        let (title, found) = (document.title.clone(), FoundText::new(document));
        return Err(ScriptError::TooLittleText { title, sentences: 0, found });
    }
    let concepts = concepts(&document.title, &cleaned, &said, language);
    let title = document.title.as_str();
    let kind = brief.kind.unwrap_or_else(|| kind_of(document, &cleaned, &said));
    let short_forms = ShortForms::new(document, &evidence);
    let topic = Topic { title, concepts: &concepts };
    let values = Values::new(&said, &cleaned, topic, language, kind, &short_forms, brief.length_ms);
    let known: BTreeSet<&str> = document
        .pages
        .iter()
        .flat_map(|page| &page.blocks)
        .filter(|block| block.kind != BlockKind::Heading)
        .flat_map(|block| block.text.split(|letter: char| !letter.is_alphanumeric() && letter != '-'))
        .collect();
    let material = Material {
        title,
        sentences: &said,
        cleaned: &cleaned,
        concepts: &concepts,
        values: &values,
        known: &known,
        language,
        length_ms: brief.length_ms,
    };
    let frame = Frame::new(&material);
    let draft = Draft {
        document,
        brief,
        language,
        kind,
        cleaned: &cleaned,
        known: &known,
        sentences: &said,
        values: &values,
        concepts: &concepts,
        frame: &frame,
        short_forms: &short_forms,
    };
    let mut script = on_time(&draft)?;
    if LanguageData::of(language).story.clause_openers.is_empty() {
        script.warnings.push(format!(
            "there is no phrase book for the language `{language}`: sentences are said as they stand, and long ones are left out"
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
pub(super) fn said_of(
    document: &Document,
    cleaned: &Cleaned,
    evidence: &Evidence,
    language: &str,
) -> Vec<Sentence> {
    let mut all = sentences(cleaned, language);
    all.extend(lists(document, cleaned, language));
    all.sort_by_key(|sentence| sentence.page);
    // A sentence that the clean-up led astray must not be said.
    retain_grounded(&mut all, evidence);
    all
}

#[cfg(test)]
pub(super) mod tests;
