//! Fitting a script to its time: the model shortens, drops and adds lines, each of which passes the gate; what is still too long
//! loses lines in the order of importance that the model gave them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use brainwrought_core::data::{Importance, Line, LineRole, Speaker};

use super::super::duration::Pace;
use super::draft::{Draft, cite, emphasised, settled};
use super::facts::{Claim, Facts, ended};
use super::prompt::{Fit, seconds};
use super::repair::named;
use super::reply::{Changes, Role};

/// A script this much longer or shorter than it should be is on time.
pub(super) const TOLERANCE: f64 = 0.04;
/// The least part of the lines of a dialogue that are the asker's.
const ASKS: usize = 3;

/// What does not fit of a script that should take so long; nothing where all does.
pub(super) fn misfit(draft: &Draft, pace: &Pace, wanted_ms: u64, is_dialogue: bool) -> Option<Fit> {
    let took_ms = draft.planned_ms(pace);
    let said: Vec<&Line> = draft.lines().collect();
    let asks = said.iter().filter(|line| line.speaker == Speaker::Asker).count();
    let is_silent = is_dialogue && asks * ASKS < said.len();
    let asks = is_silent.then_some((asks, said.len()));
    let fit = Fit { took_ms, wanted_ms, asks };
    (!fit.is_on_time() || is_silent).then_some(fit)
}

/// What a model is shown of a script: its lines with their times, and the sentences that they come from.
pub(super) fn timed(draft: &Draft, facts: &Facts, pace: &Pace) -> String {
    let mut text = String::new();
    let mut cited = BTreeSet::new();
    for (line, number) in draft.lines().zip(1..) {
        let star = if is_fixed(line.role) { "*" } else { "" };
        let importance = match line.importance {
            Importance::High => "high",
            Importance::Normal => "normal",
            Importance::Low => "low",
        };
        let speaker = if line.speaker == Speaker::Asker { ", asker" } else { "" };
        let places: BTreeSet<usize> =
            line.sources().flat_map(|cited| facts.sources.quoted(&cited.quote)).collect();
        let numbers: Vec<String> = places.iter().map(|place| (place + 1).to_string()).collect();
        cited.extend(places);
        let _ = writeln!(
            text,
            "{number}{star}. ({} s, {}, {importance}{speaker}) {} {}",
            seconds(pace.line_ms(&line.text)),
            named(line.role),
            line.text,
            if numbers.is_empty() { String::new() } else { format!("[{}]", numbers.join(", ")) },
        );
    }
    let cited: Vec<usize> = cited.into_iter().collect();
    format!("{text}Sentences:\n{}", facts.sources.shown_around(&cited))
}

/// The lines of a script with the sentences that they come from, for its ending.
pub(super) fn told(draft: &Draft, facts: &Facts) -> String {
    let mut text = String::new();
    let mut cited = BTreeSet::new();
    for (line, number) in draft.lines().zip(1..) {
        let _ = writeln!(text, "{number}. {}", line.text);
        cited.extend(line.sources().flat_map(|cited| facts.sources.quoted(&cited.quote)));
    }
    format!("{text}Sentences:\n{}", facts.sources.shown(&cited.into_iter().collect::<Vec<_>>()))
}

/// Tells whether a line stays as it is.
fn is_fixed(role: LineRole) -> bool {
    matches!(role, LineRole::Hook | LineRole::Quiz | LineRole::Answer | LineRole::Close)
}

/// Makes the changes that pass the gate. A changed line that does not stays as it was, and an added one that does not is none.
pub(super) fn changed(draft: &Draft, changes: &Changes, facts: &Facts, is_dialogue: bool) -> Draft {
    let dropped: BTreeSet<usize> = changes.drop.iter().filter_map(|&number| place(number)).collect();
    let mut made = Draft { scenes: Vec::new(), quiz: draft.quiz.clone() };
    let mut at = 0;
    for (title, scene) in &draft.scenes {
        let mut scene = scene.clone();
        let lines = std::mem::take(&mut scene.lines);
        let was_spoken = !lines.is_empty();
        for mut line in lines {
            let here = at;
            at += 1;
            let is_fixed = is_fixed(line.role);
            if !is_fixed {
                let change = changes.change.iter().find(|change| place(change.number) == Some(here));
                if let Some(change) = change.filter(|change| !change.text.trim().is_empty()) {
                    reword(&mut line, &change.text, facts);
                }
            }
            let page = line.citation.page;
            if is_fixed || !dropped.contains(&here) {
                scene.lines.push(line);
            }
            let added = changes.add.iter().filter(|added| place(added.after) == Some(here) && !is_fixed);
            scene.lines.extend(added.filter_map(|added| {
                let role = LineRole::from(added.line.role);
                let sources = facts.sources.named(&added.line.sources);
                let claim = Claim { text: ended(&added.line.text), role, sources };
                let citations = facts.judge(&claim).ok()?;
                let nowhere = brainwrought_core::data::Citation { page, quote: String::new() };
                let mut line = Line::new(claim.text, role, nowhere);
                cite(&mut line, citations);
                line.importance = added.line.importance.into();
                line.mood = added.line.mood.into();
                line.emphasis = emphasised(&added.line.emphasis, &line.text);
                let asks = matches!(added.line.role, Role::Question | Role::Guess | Role::Interjection)
                    || Speaker::from(added.line.speaker) == Speaker::Asker && !role.states_facts();
                let recaps = role == LineRole::Recap && Speaker::from(added.line.speaker) == Speaker::Asker;
                if is_dialogue && (asks || recaps) {
                    line.speaker = Speaker::Asker;
                }
                Some(line)
            }));
        }
        // The model dropped what settled a guess: it goes, too.
        scene.lines = settled(scene.lines, &mut Vec::new());
        if !scene.lines.is_empty() || !was_spoken {
            made.scenes.push((title.clone(), scene));
        }
    }
    made
}

/// Gives a line other words, where its own sentences bear them out.
fn reword(line: &mut Line, text: &str, facts: &Facts) {
    let sources: BTreeSet<usize> =
        line.sources().flat_map(|cited| facts.sources.quoted(&cited.quote)).collect();
    let claim = Claim { text: ended(text), role: line.role, sources: sources.into_iter().collect() };
    if let Ok(citations) = facts.judge(&claim) {
        line.emphasis = emphasised(&line.emphasis, &claim.text);
        line.text = claim.text;
        // They are about the words as they were.
        line.shows.clear();
        line.opinion = None;
        cite(line, citations);
    }
}

fn place(number: u32) -> Option<usize> {
    (number as usize).checked_sub(1)
}

/// Leaves lines out until the script is no longer than it may be, those of low importance first and never one of high; each
/// with a warning. What leads to a line goes with it.
pub(super) fn shortened(draft: &Draft, pace: &Pace, wanted_ms: u64, warnings: &mut Vec<String>) -> Draft {
    let leads =
        |line: &Line| matches!(line.role, LineRole::Question | LineRole::Guess | LineRole::Transition);
    let mut draft = draft.clone();
    let most_ms = wanted_ms as f64 * (1.0 + TOLERANCE);
    for importance in [Importance::Low, Importance::Normal] {
        while draft.planned_ms(pace) as f64 > most_ms {
            let Some((scene, line)) = last_of(&draft, importance) else { break };
            let Some((_, scene_of)) = draft.scenes.get_mut(scene) else { break };
            let mut gone = vec![scene_of.lines.remove(line)];
            // What leads to nothing now is the last of its scene.
            while scene_of.lines.len() <= line && scene_of.lines.last().is_some_and(leads) {
                gone.extend(scene_of.lines.pop());
            }
            gone.reverse();
            if scene_of.lines.is_empty() {
                draft.scenes.remove(scene);
            }
            let gone: Vec<&str> = gone.iter().map(|line| line.text.as_str()).collect();
            warnings
                .push(format!("“{}” was left out: the script was too long for the video", gone.join(" ")));
        }
    }
    draft
}

/// The last line of an importance that may go; two facts stay whatever they are.
fn last_of(draft: &Draft, importance: Importance) -> Option<(usize, usize)> {
    let may_go = |line: &Line| {
        line.importance == importance
            && !is_fixed(line.role)
            && (line.role != LineRole::Fact || draft.facts() > super::MIN_FACTS)
    };
    draft
        .scenes
        .iter()
        .enumerate()
        .rev()
        .find_map(|(scene, (_, lines))| lines.lines.iter().rposition(may_go).map(|line| (scene, line)))
}
