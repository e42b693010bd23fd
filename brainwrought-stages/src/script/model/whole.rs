//! A script of a model that can hold the whole document: story, openings, script, fit, ending.

use std::fmt::Write as _;

use brainwrought_core::data::{LineRole, Script};
use brainwrought_core::event::LogLevel;

use super::super::duration::SCENE_GAP_MS;
use super::super::trends::{Trend, TrendTopic, research};
use super::assembly::{assembled, taken_apart, timed};
use super::draft::{Draft, Maker, claims, settle_guesses};
use super::ending::{Ends, Measure};
use super::facts::Claim;
use super::prompt::Prompts;
use super::repair::Passed;
use super::reply::{Changes, Ending, Notes, ScriptAnswer, StoryAnswer};
use super::room::Room;
use super::steps::{Ended, Work};
use super::story::Story;
use super::{MIN_FACTS, ModelWriter, document_tokens, fit};

/// The steps of a script, for whoever watches.
const STEPS: u64 = 7;
/// How often the model fits its script to the time before it ends it, and afterwards.
const FITS: usize = 2;
/// How often the ending is written: once, and twice again.
const ENDINGS: usize = 3;
/// How much of what a long document may take is left to the summaries of its parts.
const SUMMARY_SHARE: u32 = 4;

impl ModelWriter {
    /// Writes a script of what the whole document says.
    pub(super) async fn whole(&self, work: &Work<'_>) -> Result<Script, Ended> {
        let Work { document, brief, facts, prompts, cx } = *work;
        let mut warnings = facts.sources.warnings();
        let room = Room::of(brief, &facts.sources);
        let material = self.material(work).await?;
        let trends = self.researched(work, &mut warnings).await?;
        cx.progress(1, STEPS);
        let StoryAnswer { story } = self.step(cx, "story", prompts.story(&material, &trends)).await?;
        cx.progress(2, STEPS);
        let hooks = self.hooks(&story, work, &mut warnings).await?;
        cx.progress(3, STEPS);
        let shown: Vec<String> = hooks.iter().map(|hook| hook.text.clone()).collect();
        let prompt = prompts.script(&material, &story, &shown, &room, self.offer.as_ref(), &trends);
        let ScriptAnswer { script: mut reply } = self.step(cx, "script", prompt).await?;
        cx.progress(4, STEPS);
        settle_guesses(&mut reply.scenes, &mut warnings);
        let lines = claims(&reply.scenes, facts);
        let mut repair = self.repaired(lines, work, &mut warnings).await?;
        let opinions = self.reviewed(&mut repair, work, &mut warnings).await?;
        let passed = repair.finish(&mut warnings);
        let chosen = (reply.hook as usize).checked_sub(1).and_then(|place| hooks.get(place));
        let hook = chosen.or(hooks.first()).cloned();
        let maker = Maker { document, brief, facts, offer: self.offer.as_ref() };
        let mut draft = maker.draft(hook, reply.scenes, passed, &mut warnings);
        if draft.facts() < MIN_FACTS {
            return Err(Ended::Weak(format!(
                "only {} of its lines are facts of the document",
                draft.facts()
            )));
        }
        cx.progress(5, STEPS);
        draft = self.fitted(draft, room.until_ending_ms(), work, &mut warnings).await?;
        cx.progress(6, STEPS);
        self.end(&mut draft, &story.message.text, &room, work, &mut warnings).await?;
        let draft = self.fitted(draft, until_card(brief.length_ms, &room), work, &mut warnings).await?;
        let mut script = self.closed(&draft, brief.length_ms, work, Some(&story), &reply.mood, warnings)?;
        let scenes = script.segments.iter_mut().flat_map(|segment| &mut segment.scenes);
        for line in scenes.flat_map(|scene| &mut scene.lines) {
            // Lines with other words by now were not read.
            line.opinion = opinions.get(&line.text).cloned();
        }
        cx.progress(STEPS, STEPS);
        Ok(script)
    }

    /// What the model sees of the document: all of it, or, of one that is longer than it can hold, a summary of each part with its
    /// chief sentences and those beside them.
    async fn material(&self, work: &Work<'_>) -> Result<String, Ended> {
        let sources = &work.facts.sources;
        let room = document_tokens(self.document_tokens, self.context_tokens());
        if sources.tokens() <= room {
            return Ok(sources.shown(&sources.all()));
        }
        let parts = sources.parts(room);
        let each = room / u32::try_from(parts.len()).unwrap_or(u32::MAX).max(1);
        let each = each - each / SUMMARY_SHARE;
        let most = (each as usize / 100).clamp(3, 60);
        let mut material = format!("{}\n", Prompts::preface());
        for (index, part) in parts.iter().enumerate() {
            let prompt = work.prompts.notes(&sources.shown(part), index + 1, parts.len(), most);
            let notes: Notes = self.step(work.cx, "notes", prompt).await?;
            let marked = sources.named(&notes.sentences);
            let marked: Vec<usize> = marked.into_iter().filter(|at| part.contains(at)).take(most).collect();
            // Without marks, the part begins with what it is about.
            let wanted = if marked.is_empty() { part.iter().copied().take(most).collect() } else { marked };
            let summary = notes.summary.split_whitespace().collect::<Vec<_>>().join(" ");
            let shown = sources.shown(&sources.within(each, &wanted));
            let _ = writeln!(material, "(summary of part {}) {summary}\n{shown}", index + 1);
        }
        Ok(material)
    }

    /// What people say now, where the script may use any of it.
    async fn researched(&self, work: &Work<'_>, warnings: &mut Vec<String>) -> Result<Vec<Trend>, Ended> {
        let Work { document, brief, prompts, cx, .. } = *work;
        let Some(source) = self.trends.as_ref().filter(|_| brief.slang > 0) else { return Ok(Vec::new()) };
        let topic = TrendTopic {
            subject: document.title.split_whitespace().collect::<Vec<_>>().join(" "),
            language: prompts.language.as_str().to_owned(),
            slang: brief.slang,
            seed: brief.seed,
        };
        let found = research(source.as_ref(), &topic, cx).await?;
        warnings.extend(found.warning);
        Ok(found.trends)
    }

    /// The openings that pass; where none does, what becomes of them after the rounds with the model.
    async fn hooks(
        &self,
        story: &Story,
        work: &Work<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Vec<Passed>, Ended> {
        let facts = work.facts;
        let hooks = story.hooks.iter().filter(|hook| !hook.text.trim().is_empty()).take(5);
        let claims: Vec<Claim> = hooks
            .map(|hook| Claim {
                text: hook.text.clone(),
                role: LineRole::Hook,
                sources: facts.sources.named(&hook.sources),
            })
            .collect();
        let standing: Vec<Passed> = claims.iter().filter_map(|claim| Passed::of(facts, claim)).collect();
        if !standing.is_empty() || claims.is_empty() {
            return Ok(standing);
        }
        let repair = self.repaired(claims, work, warnings).await?;
        let standing = repair.standing();
        if !standing.is_empty() {
            return Ok(standing);
        }
        // What the last resort is, one warning tells; the others are not missed.
        let mut told = Vec::new();
        let own: Vec<Passed> = repair.finish(&mut told).into_iter().flatten().take(1).collect();
        let found = own.first();
        warnings.extend(told.into_iter().find(|told| found.is_some_and(|own| told.contains(&own.text))));
        Ok(own)
    }

    /// Fits a draft to its time with the model.
    async fn fitted(
        &self,
        mut draft: Draft,
        wanted_ms: u64,
        work: &Work<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Draft, Ended> {
        let Work { brief, facts, prompts, cx, .. } = *work;
        for _ in 0..FITS {
            let Some(misfit) = fit::misfit(&draft, &brief.pace, wanted_ms, brief.dialogue) else {
                return Ok(draft);
            };
            let shown = fit::timed(&draft, facts, &brief.pace);
            let prompt = prompts.fit(&shown, draft.lines().count(), misfit);
            let changes: Option<Changes> = self.extra(cx, "fit", prompt, warnings).await?;
            let Some(changes) = changes else { break };
            let made = fit::changed(&draft, &changes, facts, brief.dialogue);
            if made.facts() < MIN_FACTS {
                break;
            }
            let closer = |draft: &Draft| draft.planned_ms(&brief.pace).abs_diff(wanted_ms);
            cx.log(
                LogLevel::Info,
                format!("the script was {} ms off its time, and is {} ms now", closer(&draft), closer(&made)),
            );
            if closer(&made) > closer(&draft) && misfit.asks.is_none() {
                break;
            }
            draft = made;
        }
        Ok(draft)
    }

    /// Writes the ending, which goes back to the model twice as far as it does not pass.
    async fn end(
        &self,
        draft: &mut Draft,
        message: &str,
        room: &Room,
        work: &Work<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<(), Ended> {
        let Work { brief, facts, prompts, cx, .. } = *work;
        let told = fit::told(draft, facts);
        let said: Vec<String> = draft.lines().map(|line| line.text.to_lowercase()).collect();
        let measure = Measure { facts, room, pace: &brief.pace, said: &said };
        let mut ends = Ends::default();
        let mut again: Option<(String, String)> = None;
        for _ in 0..ENDINGS {
            let last = again.as_ref().map(|(answer, wrong)| (answer.as_str(), wrong.as_str()));
            let prompt = prompts.ending(&told, message, room, last);
            let ending: Option<Ending> = self.extra(cx, "ending", prompt, warnings).await?;
            let Some(ending) = ending else { break };
            let wrong = ends.take(&ending, measure);
            if ends.is_whole(room) {
                break;
            }
            let answer = serde_json::to_string(&ending).unwrap_or_default();
            again = Some((answer, wrong.join("\n")));
        }
        ends.end(draft, measure, warnings);
        Ok(())
    }

    /// Makes a draft a script: what is still too long loses lines in the model's own order of importance, each with a warning.
    pub(super) fn closed(
        &self,
        draft: &Draft,
        wanted_ms: u64,
        work: &Work<'_>,
        story: Option<&Story>,
        mood: &str,
        mut warnings: Vec<String>,
    ) -> Result<Script, Ended> {
        let Work { document, brief, facts, .. } = *work;
        let room = Room::of(brief, &facts.sources);
        let wanted = until_card(wanted_ms, &room);
        let mut draft = fit::shortened(draft, &brief.pace, wanted, &mut warnings);
        draft.end_with_source(&document.title, room.source_ms);
        let mut script = assembled(draft, document, facts, story, mood, &self.name);
        script.warnings = warnings;
        timed(&mut script, &brief.pace, wanted_ms).map_err(Ended::Weak)?;
        Ok(script)
    }

    /// The same script with lines that take as long as they should now that it was spoken; nothing where it fits.
    pub(super) async fn refitted(&self, work: &Work<'_>, script: &Script) -> Result<Option<Script>, Ended> {
        let (brief, wanted) = (work.brief, script.target_ms);
        let off = brief.pace.planned_ms(script).abs_diff(wanted);
        if off as f64 <= wanted as f64 * fit::TOLERANCE {
            return Ok(None);
        }
        let mut warnings = script.warnings.clone();
        let until = until_card(wanted, &Room::of(brief, &work.facts.sources));
        let draft = self.fitted(taken_apart(script), until, work, &mut warnings).await?;
        let mood = script.mood.as_deref().unwrap_or_default();
        let fitted = self.closed(&draft, wanted, work, None, mood, warnings)?;
        let (analysis, profile) = (script.analysis.clone(), script.profile.clone());
        Ok(Some(Script { analysis, profile, ..fitted }))
    }
}

/// What a video has before the card of its source, in milliseconds.
fn until_card(length_ms: u64, room: &Room) -> u64 {
    length_ms.saturating_sub(room.source_ms + SCENE_GAP_MS)
}
