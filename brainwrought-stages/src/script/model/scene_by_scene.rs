//! A script of a model that can hold little: a short passage and one scene at a time, so that a weak answer costs one scene.

use std::collections::BTreeSet;

use brainwrought_core::data::{LineRole, Script};

use super::draft::Maker;
use super::facts::{Claim, Facts, ended};
use super::passages::{TRIES, passages, scenes_in};
use super::repair::Passed;
use super::reply::{ImportanceReply, LineReply, OneLine, Passage, SceneReply};
use super::room::Room;
use super::steps::{Ended, Work};
use super::{MIN_FACTS, ModelWriter};

/// A model that leaves so many scenes unanswered at first is asked for no more.
const FAILURES: usize = 2;

impl ModelWriter {
    /// Writes a script of the passages that tell most of what the document is about.
    pub(super) async fn scene_by_scene(
        &self,
        work: &Work<'_>,
        mut warnings: Vec<String>,
    ) -> Result<Script, Ended> {
        let Work { document, brief, facts, prompts, cx } = *work;
        let sources = &facts.sources;
        warnings.extend(sources.warnings());
        let room = Room::of(brief, sources);
        let ranked = passages(facts, &document.title);
        let wanted = scenes_in(room.story_ms);
        let mut told: Vec<(Vec<usize>, Vec<Passed>)> = Vec::new();
        let (mut written, mut failed) = (0, 0);
        let spoken = |told: &[(Vec<usize>, Vec<Passed>)]| -> u64 {
            told.iter().flat_map(|(_, lines)| lines).map(|line| brief.pace.line_ms(&line.text) + 200).sum()
        };
        for (nth, passage) in ranked.iter().take(wanted * TRIES).enumerate() {
            if spoken(&told) >= room.story_ms {
                break;
            }
            cx.progress(nth as u64, (wanted + 2) as u64);
            let before = told.last().and_then(|(_, lines)| lines.last()).map(|line| line.text.as_str());
            let prompt = prompts.passage(&sources.shown(passage), before);
            let reply: Option<Passage> = self.extra(cx, "scene", prompt, &mut warnings).await?;
            match &reply {
                None if failed + 1 >= FAILURES && written == 0 => {
                    return Err(Ended::Without("it did not answer".to_owned()));
                }
                None => failed += 1,
                Some(_) => {}
            }
            let said: BTreeSet<String> =
                told.iter().flat_map(|(_, lines)| lines).map(|line| line.text.to_lowercase()).collect();
            let mut lines = written_of(facts, passage, &reply.unwrap_or_default());
            lines.retain(|line| !said.contains(&line.text.to_lowercase()));
            written += lines.len();
            if lines.is_empty() {
                lines.extend(own_line(facts, passage, &mut warnings));
            }
            if !lines.is_empty() {
                told.push((passage.clone(), lines));
            }
        }
        let rank: Vec<Vec<usize>> = told.iter().map(|(passage, _)| passage.clone()).collect();
        told.sort_by(|one, other| one.0.cmp(&other.0));
        let all: Vec<usize> =
            told.iter().flat_map(|(passage, _)| passage.iter().copied().take(2)).take(6).collect();
        let lines: usize = told.iter().map(|(_, lines)| lines.len()).sum();
        if written == 0 || lines < MIN_FACTS {
            return Err(Ended::Without("the document bears out nothing that it wrote".to_owned()));
        }
        let opening: Option<OneLine> =
            self.extra(cx, "opening", prompts.opening(&sources.shown(&all)), &mut warnings).await?;
        let hook = opening.and_then(|line| edge(facts, &line.text, LineRole::Hook, &all));
        let scenes: Vec<SceneReply> = told
            .iter()
            .map(|(passage, lines)| {
                // What tells least of the subject goes first where there is too much.
                let late =
                    rank.iter().position(|other| other == passage).is_some_and(|at| at * 2 >= rank.len());
                let importance = if late { ImportanceReply::Low } else { ImportanceReply::Normal };
                let lines = lines.iter().map(|line| LineReply {
                    text: line.text.clone(),
                    importance,
                    ..LineReply::default()
                });
                SceneReply { lines: lines.collect(), ..SceneReply::default() }
            })
            .collect();
        let passed = told.into_iter().flat_map(|(_, lines)| lines.into_iter().map(Some)).collect();
        let maker = Maker { document, brief, facts, offer: None };
        let mut draft = maker.draft(hook, scenes, passed, &mut warnings);
        let closing: Option<OneLine> =
            self.extra(cx, "closing", prompts.closing(&sources.shown(&all)), &mut warnings).await?;
        if let Some(close) = closing.and_then(|line| edge(facts, &line.text, LineRole::Close, &all)) {
            draft.close_with(close);
        }
        self.closed(&draft, brief.length_ms, work, None, "", warnings)
    }
}

/// What passes of what was written of a passage.
fn written_of(facts: &Facts, passage: &[usize], reply: &Passage) -> Vec<Passed> {
    let mut lines: Vec<Passed> = Vec::new();
    for line in reply.lines.iter().take(2) {
        let named = facts.sources.named(&[line.source]);
        let is_here = !named.is_empty() && named.iter().all(|at| passage.contains(at));
        let sources = if is_here { named } else { passage.to_vec() };
        let claim = Claim { text: ended(&line.text), role: LineRole::Fact, sources };
        if let Some(passed) = Passed::of(facts, &claim)
            && !lines.iter().any(|other| other.text == passed.text)
        {
            lines.push(passed);
        }
    }
    lines
}

/// A sentence of a passage in the place of what did not pass.
fn own_line(facts: &Facts, passage: &[usize], warnings: &mut Vec<String>) -> Option<Passed> {
    let claim = Claim { text: String::new(), role: LineRole::Fact, sources: passage.to_vec() };
    let (text, at) = facts.own_sentence(&claim, &BTreeSet::new())?;
    let own = Passed::of(facts, &Claim { text, role: LineRole::Fact, sources: vec![at] })?;
    warnings.push(format!(
        "a scene is the document's own sentence “{}”: what was written of it does not stand there",
        own.text
    ));
    Some(own)
}

/// An opening or a last line that passes; it may come from any of the sentences that were shown.
fn edge(facts: &Facts, text: &str, role: LineRole, shown: &[usize]) -> Option<Passed> {
    let mut places: Vec<Vec<usize>> = vec![shown.iter().copied().take(3).collect()];
    places.extend(shown.iter().map(|&at| vec![at]));
    places.into_iter().find_map(|sources| Passed::of(facts, &Claim { text: ended(text), role, sources }))
}
