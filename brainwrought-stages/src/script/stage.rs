//! [`WriteScript`]: the stage that writes the script.

use std::sync::Arc;

use brainwrought_core::data::{Document, Script};
use brainwrought_core::event::LogLevel;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use serde::{Serialize, Serializer};

use super::dialogue::give_parts;
use super::offline::OfflineWriter;
use super::trends::{TrendFile, voiced};
use super::writer::{Brief, ScriptError, ScriptWriter};

/// The lengths that a script can be written for, in milliseconds.
pub(super) const LENGTHS_MS: std::ops::RangeInclusive<u64> = 15_000..=180_000;

/// Writes the [`Script`] of a [`Document`].
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct WriteScript {
    /// How long the video should be, in milliseconds: 15,000 to 180,000.
    pub length_ms: u64,
    /// Decides between choices that are equally good.
    pub seed: u64,
    /// How much slang, from 0 (none) to 3.
    pub slang: u8,
    /// How many memes, from 0 (none) to 3.
    pub memes: u8,
    /// Whether two speakers share the lines: one who explains, and one who asks.
    pub dialogue: bool,
    /// Who writes; without one, [`OfflineWriter`]. Its [settings](ScriptWriter::settings) are part of the stage's.
    #[serde(serialize_with = "settings_of", skip_serializing_if = "Option::is_none")]
    pub writer: Option<Arc<dyn ScriptWriter>>,
    /// The user's own expressions, for the beats of a script that no model writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trends: Option<TrendFile>,
}

fn settings_of<S: Serializer>(
    writer: &Option<Arc<dyn ScriptWriter>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    writer.as_ref().map(|writer| writer.settings()).serialize(serializer)
}

impl Default for WriteScript {
    fn default() -> Self {
        Self { length_ms: 55_000, seed: 0, slang: 1, memes: 1, dialogue: false, writer: None, trends: None }
    }
}

impl Stage for WriteScript {
    const NAME: &'static str = "script";
    const VERSION: u32 = 8;
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
        };
        let work = async {
            match &self.writer {
                Some(writer) => writer.write(&input, &brief, cx).await,
                None => {
                    let script = OfflineWriter.write(&input, &brief, cx).await?;
                    Ok(match &self.trends {
                        Some(file) => voiced(script, file, brief.seed),
                        None => script,
                    })
                }
            }
        };
        let script = tokio::select! {
            script = work => {
                let mut script = script?;
                if self.dialogue {
                    give_parts(&mut script);
                }
                script
            }
            () = cx.cancellation().cancelled() => return Err(StageError::cancelled()),
        };
        for warning in &script.warnings {
            cx.log(LogLevel::Warn, warning.clone());
        }
        cx.progress(1, 1);
        Ok(script)
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
            r#"{"length-ms":55000,"seed":0,"slang":1,"memes":1,"dialogue":false,"writer":null}"#
        );
    }
}
