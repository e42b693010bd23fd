//! [`NarratedTrial`]: scripts are spoken ahead by the stage that narrates them, and judged by the gate's rules.

use async_trait::async_trait;
use brainwrought_core::data::{Rule, Script};
use brainwrought_core::stage::{StageContext, StageError};
use serde_json::Value;

use crate::audio::{Narrate, SpokenSegment};
use crate::check::{Part, early_rules};
use crate::gate::Limits;
use crate::render::planned_captions;
use crate::script::TrialNarration;
use crate::text::Fonts;

/// Speaks scripts as `narrate` will, and judges what is heard as the gate will.
#[derive(Debug)]
pub(super) struct NarratedTrial {
    pub(super) narrate: Narrate,
    pub(super) limits: Limits,
    pub(super) fonts: Fonts,
}

impl NarratedTrial {
    async fn spoken(
        &self,
        cx: &StageContext,
        script: &Script,
    ) -> Result<Option<Vec<SpokenSegment>>, StageError> {
        let mut spoken = Vec::with_capacity(script.segments.len());
        for segment in &script.segments {
            match self.narrate.narrate_trial(cx, segment).await? {
                Some(segment) => spoken.push(segment),
                None => return Ok(None),
            }
        }
        Ok(Some(spoken))
    }
}

#[async_trait]
impl TrialNarration for NarratedTrial {
    fn settings(&self) -> Value {
        self.narrate.manner()
    }

    async fn lines_ms(&self, cx: &StageContext, script: &Script) -> Result<Option<Vec<u64>>, StageError> {
        let mut all = Vec::new();
        for segment in &script.segments {
            match self.narrate.lines_ms(cx, segment).await? {
                Some(lines) => all.extend(lines),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    async fn broken_rules(&self, cx: &StageContext, script: &Script) -> Result<Vec<Rule>, StageError> {
        let Some(spoken) = self.spoken(cx, script).await? else { return Ok(Vec::new()) };
        let (fonts, limits, target_ms) = (self.fonts.clone(), self.limits.clone(), script.target_ms);
        let fps = self.narrate.settings.fps;
        let kinds: Vec<Vec<_>> = script
            .segments
            .iter()
            .map(|segment| segment.scenes.iter().map(|scene| scene.kind).collect())
            .collect();
        let judge = move || {
            let parts: Vec<Part> = spoken
                .into_iter()
                .zip(kinds)
                .map(|(SpokenSegment { samples, words, marks }, scenes)| {
                    let captions = planned_captions(&words, samples.len() as u64 / 48, &fonts, fps);
                    Part { scenes, samples, words, marks, captions }
                })
                .collect();
            early_rules(&parts, target_ms, fps, &limits)
        };
        let rules = tokio::task::spawn_blocking(judge).await?;
        Ok(rules.into_iter().filter(|rule| !rule.passed).collect())
    }
}
