//! [`ApprovedScript`]: the writer of a script that a person has read before anything is rendered.

use async_trait::async_trait;
use brainwrought_core::data::{BlobRef, Document, Script};
use brainwrought_core::stage::StageContext;
use serde_json::Value;

use super::super::writer::{Brief, ScriptError, ScriptWriter};

/// Writes the script that a person has read and approved, which is stored as JSON.
#[derive(Debug, Clone)]
pub struct ApprovedScript {
    script: BlobRef,
}

impl ApprovedScript {
    /// The script behind `script`.
    pub fn new(script: BlobRef) -> Self {
        Self { script }
    }
}

#[async_trait]
impl ScriptWriter for ApprovedScript {
    fn settings(&self) -> Value {
        Value::from(format!("approved/{}", self.script.digest))
    }

    fn is_written(&self) -> bool {
        true
    }

    async fn write(&self, _: &Document, _: &Brief, cx: &StageContext) -> Result<Script, ScriptError> {
        let bytes = cx.get(&self.script).await.map_err(|error| ScriptError::Failed {
            retryable: error.is_retryable(),
            source: Box::new(error),
        })?;
        let unread = |error| ScriptError::Failed { retryable: false, source: Box::new(error) };
        let mut script: Script = serde_json::from_slice(&bytes).map_err(unread)?;
        // Its lengths are estimates until it is spoken: the video is as long as its lines take.
        for line in script
            .segments
            .iter_mut()
            .flat_map(|segment| &mut segment.scenes)
            .flat_map(|scene| &mut scene.lines)
        {
            line.edited = true;
        }
        Ok(script)
    }
}
