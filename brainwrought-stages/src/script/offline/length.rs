//! The length of a script: drafts are made again until one is as long as the video should be.

use brainwrought_core::data::Script;

use super::super::duration::{LINE_GAP_MS, SCENE_GAP_MS};
use super::super::found_text::FoundText;
use super::super::length::share_out;
use super::super::scenes::SOURCE_MS;
use super::super::writer::{Brief, ScriptError};
use super::draft::{Draft, Drafted, drafted};

/// A script this much longer or shorter than asked for is on time.
const TOLERANCE: f64 = TOLERANCE_PERCENT as f64 / 100.0;
const TOLERANCE_PERCENT: u64 = 4;
/// So much shorter a script may be where what is left would only fill the time: as much as the gate lets pass.
const EARLY: f64 = 0.07;
/// What a second must be worth, so that a listener is better off with it than with an earlier end. An average sentence of the
/// body is worth about as much, one of an abstract twice that.
const LISTENING: f32 = 0.6;
/// So much longer the source card may be shown where something is left of the time, in milliseconds.
const STRETCH_MS: u64 = 1_200;
/// How many budgets on either side are tried beside the one that fits the time.
const AROUND: u64 = 2;
/// A video shorter than this, in milliseconds, has too few lines for their estimates to even out.
const SHORT_MS: u64 = 25_000;
/// How often the length is corrected before the script is taken as it is.
const ROUNDS: usize = 8;
/// How many budgets are tried when that did not help.
const SWEEP: u64 = 24;

/// Drafts again with a corrected budget until the length fits.
pub(super) fn on_time(draft: &Draft<'_>) -> Result<Script, ScriptError> {
    let target = draft.brief.length_ms;
    let asking = closest(draft, has_quiz(draft.brief))?;
    let pace = &draft.brief.pace;
    let fits = |script: &Script| (pace.planned_ms(script) as f64 / target as f64 - 1.0).abs() <= TOLERANCE;
    // Whether a question is found changes the length by seconds, so a script without one is its own search.
    let script = if fits(&asking) || !has_quiz(draft.brief) {
        asking
    } else {
        let plain = closest(draft, false)?;
        let off = |script: &Script| pace.planned_ms(script).abs_diff(target);
        if off(&plain) < off(&asking) { plain } else { asking }
    };
    finished(draft, script)
}

/// How bad it is that a draft is not as long as it should be. Too long cannot be mended; too short can, by a longer card or a
/// lower target. In a short video few lines make up for each other's estimates.
fn off(length: u64, target: u64) -> u64 {
    let tolerance = if target < SHORT_MS { 0.0 } else { TOLERANCE };
    let late = length as f64 > target as f64 * (1.0 + tolerance);
    length.abs_diff(target) * if late { 3 } else { 1 }
}

/// Looks for the best draft that is on time, or the one that comes closest where none is.
fn closest(draft: &Draft<'_>, asks: bool) -> Result<Script, ScriptError> {
    let target = draft.brief.length_ms;
    let pace = &draft.brief.pace;
    // Budgets are reckoned by the estimate that sentences are chosen by.
    let wanted = pace.estimated(target);
    let mut budget = pace.estimated(target.saturating_sub(SOURCE_MS + SCENE_GAP_MS));
    let mut drafts: Vec<(u64, Drafted)> = Vec::new();
    let mut tried = |budget: u64| -> Result<u64, ScriptError> {
        let drafted = drafted(draft, budget, asks)?;
        let length = pace.planned_ms(&drafted.script);
        drafts.push((length, drafted));
        Ok(length)
    };
    let mut centre = budget;
    for _ in 0..ROUNDS {
        let length = tried(budget)?;
        centre = budget;
        if off(length, target) as f64 <= target as f64 * 0.015 {
            break;
        }
        let next = (budget + wanted).saturating_sub(pace.estimated(length)).max(3_000);
        // The same budget again would give the same draft: step aside a little.
        budget = if next == budget { budget + 700 } else { next.min(wanted + 8_000) };
    }
    // What fills the time to the second need not be what is worth most, so those around it are looked at, too.
    for step in 1..=AROUND {
        let aside = step * wanted * TOLERANCE_PERCENT / 100 / AROUND;
        tried(centre.saturating_sub(2 * aside).max(3_000))?;
        tried(centre + aside)?;
    }
    tried(centre.saturating_sub((wanted as f64 * EARLY) as u64 + STRETCH_MS).max(3_000))?;
    let is_near = |length: u64| off(length, target) as f64 <= target as f64 * TOLERANCE;
    // Where the corrections circle around the length, all budgets are tried.
    if !drafts.iter().any(|(length, _)| is_near(*length)) {
        for step in 1..=SWEEP {
            let drafted = drafted(draft, wanted * step / SWEEP, asks)?;
            drafts.push((pace.planned_ms(&drafted.script), drafted));
        }
    }
    let tolerance = target as f64 * TOLERANCE;
    let on_time = |length: u64| {
        (length + STRETCH_MS) as f64 >= target as f64 * (1.0 - EARLY)
            && off(length.max(target), target) as f64 <= tolerance
    };
    let gain = |(length, drafted): &(u64, Drafted)| drafted.worth - LISTENING * *length as f32 / 1000.0;
    let best = if drafts.iter().any(|(length, _)| on_time(*length)) {
        drafts
            .into_iter()
            .filter(|(length, _)| on_time(*length))
            .reduce(|best, other| if gain(&other) > gain(&best) { other } else { best })
    } else {
        drafts.into_iter().reduce(
            |best, other| {
                if off(other.0, target) < off(best.0, target) { other } else { best }
            },
        )
    };
    best.map(|(_, drafted)| drafted.script).ok_or_else(|| ScriptError::TooLittleText {
        title: draft.document.title.clone(),
        sentences: 0,
        found: FoundText::new(draft.document),
    })
}

/// Fills what is left over, and says so where the script stays shorter than asked for.
fn finished(draft: &Draft<'_>, mut script: Script) -> Result<Script, ScriptError> {
    let (target, pace) = (draft.brief.length_ms, &draft.brief.pace);
    let length = pace.planned_ms(&script);
    if length < target
        && let Some(last) = script.segments.last_mut().and_then(|segment| segment.scenes.last_mut())
    {
        // What is left over is shown as a longer source card, as far as that is not dull.
        last.min_ms += (target - length).min(STRETCH_MS);
    }
    let length = pace.planned_ms(&script);
    if (length as f64) < target as f64 * (1.0 - TOLERANCE) {
        script.target_ms = length;
    }
    if ((length + STRETCH_MS) as f64) < target as f64 * (1.0 - EARLY) {
        let sayable: u64 =
            draft.sentences.iter().map(|sentence| pace.line_ms(&sentence.text) + LINE_GAP_MS).sum();
        // Much may be there that says the same or does not fit; only what is not there is too little.
        let why = if sayable < target {
            "the document holds too little to say"
        } else {
            "no choice of sentences fits"
        };
        script.warnings.push(format!("{why} for {} s: the video is {} s long", target / 1000, length / 1000));
    }
    share_out(&mut script, pace);
    Ok(script)
}

/// Tells whether there is time for a question.
fn has_quiz(brief: &Brief) -> bool {
    brief.length_ms >= 45_000
}
