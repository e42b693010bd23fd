//! [`WriteScript`]: the stage that writes the script.

use std::sync::Arc;

use brainwrought_core::data::{Document, DocumentKind, Script};
use brainwrought_core::event::LogLevel;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use serde::{Serialize, Serializer};

use super::delivery::deliver;
use super::dialogue::give_parts;
use super::duration::LENGTHS_MS;
use super::grounding::citations;
use super::length::share_out;
use super::offline::OfflineWriter;
use super::quiz_grounding::quiz_answers;
use super::showable::{check_document, check_lines, showable_part};
use super::trends::{TrendFile, voiced};
use super::trial_narration::{TrialNarration, on_time};
use super::writer::{Brief, ScriptError, ScriptWriter};
use crate::direction::direct;
use crate::text::Fonts;

/// How often a script is spoken and written again by a writer of its own.
const REFITS: usize = 2;

/// Writes the [`Script`] of a [`Document`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct WriteScript {
    /// How long the video should be, in milliseconds; [`LENGTH_SECONDS`](super::LENGTH_SECONDS) says what is possible.
    pub length_ms: u64,
    /// Decides between choices that are equally good.
    pub seed: u64,
    /// How much slang, from 0 (none) to 3.
    pub slang: u8,
    /// How many memes, from 0 (none) to 3.
    pub memes: u8,
    /// Whether two speakers share the lines: one who explains, and one who asks.
    pub dialogue: bool,
    /// What kind of document it is, where its structure should not decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<DocumentKind>,
    /// Who writes; without one, [`OfflineWriter`]. Its [settings](ScriptWriter::settings) are part of the stage's.
    #[serde(serialize_with = "settings_of", skip_serializing_if = "Option::is_none")]
    pub writer: Option<Arc<dyn ScriptWriter>>,
    /// The user's own expressions, for the beats of a script that no model writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trends: Option<TrendFile>,
    /// Speaks the script before it is final, so that it is as long with this voice as it should be, and what the gate would
    /// refuse is refused here; without it, lengths are estimates.
    #[serde(
        rename = "rehearsal",
        serialize_with = "trial_settings_of",
        skip_serializing_if = "Option::is_none"
    )]
    pub trial: Option<Arc<dyn TrialNarration>>,
    /// The fonts of captions that are drawn into the picture, if they are: a script that they cannot show is not written.
    #[serde(skip)]
    pub captions: Option<Fonts>,
}

fn trial_settings_of<S: Serializer>(
    trial: &Option<Arc<dyn TrialNarration>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    trial.as_ref().map(|trial| trial.settings()).serialize(serializer)
}

fn settings_of<S: Serializer>(
    writer: &Option<Arc<dyn ScriptWriter>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    writer.as_ref().map(|writer| writer.settings()).serialize(serializer)
}

impl Default for WriteScript {
    fn default() -> Self {
        Self {
            length_ms: 55_000,
            seed: 0,
            slang: 1,
            memes: 1,
            dialogue: false,
            kind: None,
            writer: None,
            trends: None,
            trial: None,
            captions: None,
        }
    }
}

impl Stage for WriteScript {
    const NAME: &'static str = "script";
    const VERSION: u32 = 17;
    type Input = Document;
    type Output = Script;

    async fn run(&self, cx: &StageContext, input: Document) -> Result<Script, StageError> {
        cx.progress(0, 1);
        if !LENGTHS_MS.contains(&self.length_ms) {
            return Err(ScriptError::Length { length_ms: self.length_ms }.into());
        }
        let brief = Brief {
            length_ms: self.length_ms,
            seed: self.seed,
            slang: self.slang.min(3),
            memes: self.memes.min(3),
            dialogue: self.dialogue,
            kind: self.kind,
            ..Brief::default()
        };
        let script = tokio::select! {
            script = self.written(cx, input, brief) => script?,
            () = cx.cancellation().cancelled() => return Err(StageError::cancelled()),
        };
        for warning in &script.warnings {
            cx.log(LogLevel::Warn, warning.clone());
        }
        cx.progress(1, 1);
        Ok(script)
    }
}

impl WriteScript {
    /// Writes a script that the gate will let pass, as far as that can be told without pictures.
    async fn written(
        &self,
        cx: &StageContext,
        document: Document,
        mut brief: Brief,
    ) -> Result<Script, StageError> {
        let document = Arc::new(document);
        let mut script = match &self.writer {
            None => self.own(cx, &document, &mut brief).await?,
            Some(writer) => {
                if let Some(fonts) = self.captions.clone() {
                    // Before a model is paid.
                    let document = Arc::clone(&document);
                    tokio::task::spawn_blocking(move || check_document(&document, &fonts)).await??;
                }
                if self.trial.is_some() && !writer.is_written() {
                    // What is written without the model is only spoken to hear how fast the voice is.
                    match self.own(cx, &document, &mut brief).await {
                        Err(error) if error.is_cancelled() => return Err(error),
                        _ => {}
                    }
                }
                let mut script = writer.write(&document, &brief, cx).await?;
                if let Some(trial) = self.trial.as_ref().filter(|_| !writer.is_written()) {
                    for _ in 0..REFITS {
                        let Some(lines_ms) = trial.lines_ms(cx, &script).await? else { break };
                        brief.pace.learn(&script, &lines_ms);
                        let before = script.clone();
                        script = writer.refit(&document, &brief, script, cx).await?;
                        if script == before {
                            break;
                        }
                    }
                }
                // A writer that knows who asks has said so.
                let is_shared = script.lines().any(|line| !line.speaker.is_explainer());
                if self.dialogue && !writer.is_written() && !is_shared {
                    give_parts(&mut script);
                }
                script
            }
        };
        script.page_labels = document.page_labels();
        if !LENGTHS_MS.contains(&script.target_ms)
            && self.writer.as_ref().is_some_and(|writer| writer.is_written())
        {
            return Err(ScriptError::Length { length_ms: script.target_ms }.into());
        }
        if let Some(trial) = &self.trial
            && let Some(lines_ms) = trial.lines_ms(cx, &script).await?
        {
            brief.pace.learn(&script, &lines_ms);
            if self.writer.as_ref().is_some_and(|writer| writer.is_written()) {
                script.target_ms = brief.pace.planned_ms(&script);
            }
            share_out(&mut script, &brief.pace);
        }
        let fonts = self.captions.clone();
        // The quiz of any other writer was compared question by question when it was written.
        let is_written = self.writer.as_ref().is_some_and(|writer| writer.is_written());
        let judge = move || {
            direct(&mut script, &document);
            if let Some(fonts) = fonts {
                check_lines(&script, &fonts)?;
            }
            let mut rules = Vec::from([citations(&script, &document)]);
            rules.extend(is_written.then(|| quiz_answers(&script, &document)));
            Ok::<_, ScriptError>((script, rules))
        };
        let (script, mut rules) = tokio::task::spawn_blocking(judge).await??;
        if let Some(trial) = &self.trial {
            rules.extend(trial.broken_rules(cx, &script).await?);
        }
        rules.retain(|rule| !rule.passed);
        match (rules.is_empty(), &self.writer) {
            (true, _) => Ok(script),
            (false, Some(writer)) if writer.is_written() => Err(ScriptError::LinesWouldFail { rules }.into()),
            (false, _) => Err(ScriptError::WouldFail { rules }.into()),
        }
    }

    /// The script that is written without a model, as long as the voice takes for it.
    async fn own(
        &self,
        cx: &StageContext,
        document: &Arc<Document>,
        brief: &mut Brief,
    ) -> Result<Script, StageError> {
        let script = self.own_on_time(cx, document, brief).await?;
        let Some(fonts) = self.captions.clone() else { return Ok(script) };
        let whole = Arc::clone(document);
        let work = move || {
            if check_lines(&script, &fonts).is_ok() {
                return Ok((script, None));
            }
            check_document(&whole, &fonts)?;
            Ok::<_, ScriptError>((script, Some(showable_part(&whole, &fonts))))
        };
        match tokio::task::spawn_blocking(work).await?? {
            (_, Some(part)) => self.own_on_time(cx, &part, brief).await,
            (script, None) => Ok(script),
        }
    }

    async fn own_on_time(
        &self,
        cx: &StageContext,
        document: &Document,
        brief: &mut Brief,
    ) -> Result<Script, StageError> {
        let write = |brief: Brief| async move {
            let mut script = OfflineWriter.write(document, &brief, cx).await?;
            if let Some(file) = &self.trends {
                script = voiced(script, file, brief.seed);
            }
            if self.dialogue {
                give_parts(&mut script);
            }
            deliver(&mut script);
            Ok(script)
        };
        match &self.trial {
            Some(trial) => on_time(trial.as_ref(), cx, brief, write).await,
            None => Ok(write(brief.clone()).await?),
        }
    }
}

impl From<ScriptError> for StageError {
    fn from(error: ScriptError) -> Self {
        match error {
            ScriptError::Failed { retryable: true, .. } => Self::retryable(error),
            _ => Self::fatal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_is_part_of_the_settings_by_its_own() {
        let settings = serde_json::to_string(&WriteScript::default()).unwrap();
        assert_eq!(settings, r#"{"length-ms":55000,"seed":0,"slang":1,"memes":1,"dialogue":false}"#);
        let stage = WriteScript { writer: Some(Arc::new(OfflineWriter)), ..WriteScript::default() };
        let settings = serde_json::to_string(&stage).unwrap();
        assert_eq!(
            settings,
            r#"{"length-ms":55000,"seed":0,"slang":1,"memes":1,"dialogue":false,"writer":"offline"}"#
        );
    }
}
