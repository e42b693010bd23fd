//! [`TrialNarration`]: the port through which a script is spoken before it is final, and [`on_time`], which writes until what is
//! spoken is as long as the video should be.

use std::fmt;

use async_trait::async_trait;
use brainwrought_core::data::{Rule, Script};
use brainwrought_core::stage::{StageContext, StageError};
use serde_json::Value;

use super::writer::{Brief, ScriptError};

/// How often a script is spoken and written again.
const ROUNDS: usize = 5;
/// A script that runs this much longer or shorter than it should is on time; the voice makes up for it.
const TOLERANCE: f64 = 0.02;

/// Speaks scripts ahead of the stage that narrates them, as far as that costs nothing.
#[async_trait]
pub trait TrialNarration: fmt::Debug + Send + Sync + 'static {
    /// What decides how long a line takes. It is part of the stage's settings, so that a script is planned anew for another
    /// voice; never a secret.
    fn settings(&self) -> Value;

    /// Tells how long each line takes to say, in milliseconds and in their order; `None` where that cannot be told ahead.
    ///
    /// # Errors
    ///
    /// Fails when the work is cancelled or a store cannot be reached.
    async fn lines_ms(&self, cx: &StageContext, script: &Script) -> Result<Option<Vec<u64>>, StageError>;

    /// Tells which rules of the gate the finished video would break whatever its pictures are; none where that cannot be told
    /// ahead.
    ///
    /// # Errors
    ///
    /// As [`lines_ms`](Self::lines_ms).
    async fn broken_rules(&self, cx: &StageContext, script: &Script) -> Result<Vec<Rule>, StageError>;
}

/// Has `write` write until the voice takes as long for the script as it should. The brief learns the voice's pace.
pub(super) async fn on_time<W, F>(
    trial: &dyn TrialNarration,
    cx: &StageContext,
    brief: &mut Brief,
    write: W,
) -> Result<Script, StageError>
where
    W: Fn(Brief) -> F + Send,
    F: Future<Output = Result<Script, ScriptError>> + Send,
{
    let mut best = write(brief.clone()).await?;
    let Some(mut heard) = Heard::listen(&best, trial, cx, brief).await? else { return Ok(best) };
    let mut off = heard.off;
    for _ in 1..ROUNDS {
        if heard.is_final {
            break;
        }
        let script = write(brief.clone()).await?;
        let Some(now) = Heard::listen(&script, trial, cx, brief).await? else { break };
        heard = now;
        // Of two that are as good, the later one knew the voice better.
        if heard.off <= off {
            (best, off) = (script, heard.off);
        }
    }
    Ok(best)
}

/// What is known of a script once it was spoken.
struct Heard {
    /// How far it is from the length asked for, in milliseconds.
    off: u64,
    /// Whether writing again would be in vain: it is on time, or was written with all that is known now.
    is_final: bool,
}

impl Heard {
    async fn listen(
        script: &Script,
        trial: &dyn TrialNarration,
        cx: &StageContext,
        brief: &mut Brief,
    ) -> Result<Option<Self>, StageError> {
        let Some(lines_ms) = trial.lines_ms(cx, script).await? else { return Ok(None) };
        let is_news = brief.pace.learn(script, &lines_ms);
        let off = brief.pace.planned_ms(script).abs_diff(script.target_ms);
        // A script that is shorter than asked for says by how much, which only a known pace can tell.
        let is_whole = script.target_ms == brief.length_ms;
        let is_on_time = is_whole && off as f64 <= script.target_ms as f64 * TOLERANCE;
        // What fills the video goes before what does not.
        let off = off + brief.length_ms.saturating_sub(script.target_ms);
        Ok(Some(Self { off, is_final: is_on_time || !is_news }))
    }
}
