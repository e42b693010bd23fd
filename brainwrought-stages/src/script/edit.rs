//! [`judge_edit`]: what a script is with other words in some of its lines, and what speaks against it.

use std::ops::RangeInclusive;

use brainwrought_core::data::{Document, Line, Scene, SceneKind, Script, Segment};

use super::duration::{LENGTHS_MS, LINE_GAP_MS, SCENE_GAP_MS, estimate_ms, scene_ms};
use super::edit_verdict::{EditVerdict, LineFault, LineVerdict};
use super::grounding::{UngroundedLine, doubted, unknown};
use super::quiz_grounding::quiz_answers;
use super::sayable::Delivery;
use super::show_labels::foreign_of;
use crate::direction::direct;
use crate::gate::{Limits, STILL_MS};
use crate::text::has_invisible;

/// The longest line, in characters: some 25 seconds of speech.
pub const MAX_LINE_CHARS: usize = 400;

/// Other words for a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineEdit {
    /// The line's place among all lines of the script, from 0.
    pub line: usize,
    /// Its new words.
    pub text: String,
    /// True when they are to stand although the document does not bear them out.
    pub overruled: bool,
}

/// Edits do not say which line gets which words. Lines are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongEdits {
    /// The script has no such line.
    #[error("there is no line {line}; there are {count}, counted from 0")]
    NoSuchLine {
        /// What was asked for.
        line: usize,
        /// How many lines there are.
        count: usize,
    },
    /// Two edits give one line different words.
    #[error("line {line}, counted from 0, is given twice, with different words")]
    Ambiguous {
        /// The line.
        line: usize,
    },
}

/// Judges other words for lines of a script without making anything. What the gate would refuse of the finished video is
/// refused here by the gate's own rule: every edited line must be grounded in `document` as [`grounding`](super::grounding())
/// sees it, unless a person overrules that. A line that states no fact, such as the opening or the quiz, may not bring in
/// numbers or names that the document lacks.
///
/// `delivery` says what the lines are shown with and said by. The planned length follows the words,
/// within the limits of the format; a script that was shorter or longer than these may stay so. It is an estimate, which the
/// finished video need not meet: the gate holds a video with [edited](brainwrought_core::data::Line::edited) lines to the
/// length of its narration.
///
/// # Errors
///
/// Fails when the script has no such line, or a line is given twice with different words.
pub fn judge_edit(
    document: &Document,
    script: &Script,
    edits: &[LineEdit],
    delivery: &Delivery,
) -> Result<EditVerdict, WrongEdits> {
    let count = script.lines().count();
    if let Some(edit) = edits.iter().find(|edit| edit.line >= count) {
        return Err(WrongEdits::NoSuchLine { line: edit.line, count });
    }
    let mut changes: Vec<Option<Change>> = vec![None; count];
    for edit in edits {
        let text = edit.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut is_overruled = edit.overruled;
        if let Some(other) = &changes[edit.line] {
            if other.text != text {
                return Err(WrongEdits::Ambiguous { line: edit.line });
            }
            is_overruled |= other.is_overruled;
        }
        changes[edit.line] = Some(Change { text, is_overruled });
    }
    let mut edited = edited(script, &changes);
    // A script from before there were shows keeps its pictures.
    if script.lines().any(|line| !line.shows.is_empty()) {
        direct(&mut edited, document);
    }
    let ungrounded = doubted(&edited, document);
    let changed = script.lines().zip(changes).enumerate();
    let lines = changed.filter_map(|(line, (before, change))| {
        let Change { text, is_overruled } = change.filter(|change| change.text != before.text)?;
        let mut faults = written_faults(&text);
        if faults.is_empty() {
            faults.extend(faults_of(&ungrounded, line));
            // What `grounding` lets pass in a quiz, whose choices may be wrong, is no wording to bring it in with.
            if !before.role.states_facts() {
                let foreign = unknown(document, &before.text, &text).into_iter().map(LineFault::Ungrounded);
                let new: Vec<LineFault> = foreign.filter(|fault| !faults.contains(fault)).collect();
                faults.extend(new);
            }
            faults.extend(delivery.faults(&text, &before.text));
        }
        Some(LineVerdict::new(line, text, faults, is_overruled))
    });
    let lines = lines.collect();
    let allowed_ms = allowed_ms(script.target_ms);
    Ok(EditVerdict { script: edited, lines, allowed_ms, quiz_fault: None })
}

/// Judges all lines of a script as [`judge_edit`] judges those that are edited, for one that somebody wrote or rearranged.
pub fn judge_script(document: &Document, script: Script, delivery: &Delivery) -> EditVerdict {
    let ungrounded = doubted(&script, document);
    let marks: Vec<bool> = script.lines().map(|line| line.overruled).collect();
    // A sentence that several lines say is let stand as a whole.
    let is_overruled = |place: usize| {
        let found = ungrounded.iter().find(|found| found.has(place));
        found.map_or(marks[place], |found| marks[found.line..found.line + found.count].contains(&true))
    };
    let judged = |(place, line): (usize, &Line)| {
        let mut faults = written_faults(&line.text);
        if faults.is_empty() {
            faults.extend(faults_of(&ungrounded, place));
            let quoted: Vec<&str> = line.sources().map(|source| source.quote.as_str()).collect();
            faults.extend(delivery.faults(&line.text, &quoted.join(" ")));
            faults.extend(foreign_of(line).into_iter().map(LineFault::ForeignOnScreen));
        }
        LineVerdict::new(place, line.text.clone(), faults, is_overruled(place))
    };
    let lines = script.lines().enumerate().map(judged).collect();
    let quiz = quiz_answers(&script, document);
    let quiz_fault = (!quiz.passed).then(|| format!("the quiz: {}", quiz.figure));
    EditVerdict { lines, allowed_ms: LENGTHS_MS, quiz_fault, script }
}

/// New words for a line, with single spaces.
#[derive(Debug, Clone)]
struct Change {
    text: String,
    is_overruled: bool,
}

/// What the gate finds of the sentence that a line says, alone or with others.
fn faults_of(ungrounded: &[UngroundedLine], line: usize) -> impl Iterator<Item = LineFault> {
    let found = ungrounded.iter().find(|found| found.has(line));
    found.into_iter().flat_map(|found| found.faults.iter().cloned().map(LineFault::Ungrounded))
}

/// The lengths that the video may have: those of the format with what the gate allows on either side, and the one it has.
fn allowed_ms(target_ms: u64) -> RangeInclusive<u64> {
    let share = Limits::default().duration_percent / 100.0;
    // In whole tenths of a second, as they are shown.
    let least = (*LENGTHS_MS.start() as f64 * (1.0 - share) / 100.0).ceil() as u64 * 100;
    // Longer than its format a video may not be: platforms refuse it.
    least.min(target_ms)..=target_ms.max(*LENGTHS_MS.end())
}

/// What is wrong with words whatever the document says.
fn written_faults(text: &str) -> Vec<LineFault> {
    let count = text.chars().count();
    let mut faults = Vec::new();
    if !text.chars().any(char::is_alphanumeric) {
        faults.push(LineFault::NoWords);
    }
    if count > MAX_LINE_CHARS {
        faults.push(LineFault::TooLong(count));
    }
    if has_invisible(text) {
        faults.push(LineFault::InvisibleCharacters);
    }
    faults
}

/// The script with other words, its plan included. Segments whose words stay the same stay the same altogether, so that
/// nothing of them is made again; that their planned start may have moved only shifts the motion behind them.
fn edited(script: &Script, changes: &[Option<Change>]) -> Script {
    let mut script = script.clone();
    let mut changes = changes.iter();
    let mut target_ms = script.target_ms;
    for segment in &mut script.segments {
        let before_ms = segment_ms(segment);
        let mut is_changed = false;
        for scene in &mut segment.scenes {
            let spoken_ms = spoken_ms(scene);
            let mut is_scene_changed = false;
            for (line, change) in scene.lines.iter_mut().zip(&mut changes) {
                if let Some(change) = change.as_ref().filter(|change| change.text != line.text) {
                    line.text.clone_from(&change.text);
                    line.edited = true;
                    line.overruled = change.is_overruled;
                    line.opinion = None;
                    // They are about the words as they were.
                    line.shows.clear();
                    line.emphasis.clear();
                    line.on_screen.clear();
                    is_scene_changed = true;
                }
            }
            if is_scene_changed {
                refit(scene, spoken_ms);
                is_changed = true;
            }
        }
        if is_changed {
            let after_ms = segment_ms(segment);
            let old = if segment.planned_ms > 0 { segment.planned_ms } else { before_ms };
            // The plan of a segment may differ from the estimate; what was learned of its pace holds for the new words.
            let new = if segment.planned_ms > 0 { old * after_ms / before_ms.max(1) } else { after_ms };
            if segment.planned_ms > 0 {
                segment.planned_ms = new;
            }
            target_ms = (target_ms + new).saturating_sub(old);
        }
    }
    script.target_ms = target_ms;
    script
}

/// Fits the least time of a scene to its new words: the viewer of a question keeps the time to think, and nowhere else
/// is it silent for long.
fn refit(scene: &mut Scene, before_ms: u64) {
    let after_ms = spoken_ms(scene);
    match scene.kind {
        SceneKind::Quiz => scene.min_ms = (scene.min_ms + after_ms).saturating_sub(before_ms),
        SceneKind::Source => {}
        _ => scene.min_ms = scene.min_ms.min(after_ms + STILL_MS),
    }
}

fn spoken_ms(scene: &Scene) -> u64 {
    let lines: u64 = scene.lines.iter().map(|line| estimate_ms(&line.text)).sum();
    lines + LINE_GAP_MS * (scene.lines.len() as u64).saturating_sub(1)
}

fn segment_ms(segment: &Segment) -> u64 {
    segment.scenes.iter().map(|scene| scene_ms(scene) + SCENE_GAP_MS).sum()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{BlockKind, Citation, Language, LineRole, VisualCue};

    use super::super::evidence::Doubt;
    use super::super::grounding::GroundingFault;
    use super::super::grounding::grounding;
    use super::super::offline::tests::{block, document, script_with};
    use super::*;
    use crate::text::Fonts;

    const PARAGRAPH: &str = "In 1909 Agner Erlang served 95% of calls within 20 ms. Most calls did not wait.";

    /// Two segments of two lines each, planned for 30 s.
    fn written() -> (Document, Script) {
        let document = document(vec![vec![block(BlockKind::Paragraph, PARAGRAPH)]]);
        let mut script = script_with("Erlang served 95% of calls.", 1);
        let mut segment = script.segments.swap_remove(0);
        let line =
            |text: &str, role| Line::new(text, role, Citation { page: 1, quote: PARAGRAPH.to_owned() });
        let scene =
            |text: &str, role| Scene::new(SceneKind::Content, vec![line(text, role)], VisualCue::Motion, 0);
        segment.scenes = vec![
            scene("So what?", LineRole::Transition),
            scene("Erlang served 95% of calls.", LineRole::Fact),
        ];
        segment.planned_ms = 15_000;
        let mut other = segment.clone();
        other.index = 1;
        other.planned_start_ms = 15_000;
        script.segments = vec![segment, other];
        script.target_ms = 30_000;
        (document, script)
    }

    fn edit(line: usize, text: &str) -> LineEdit {
        LineEdit { line, text: text.to_owned(), overruled: false }
    }

    fn delivery() -> Delivery {
        Delivery { captions: Some(Fonts::embedded()), voice: Some(Language::english()) }
    }

    fn judged(edits: &[LineEdit]) -> EditVerdict {
        let (document, script) = written();
        judge_edit(&document, &script, edits, &delivery()).unwrap()
    }

    #[test]
    fn numbers_and_names_that_are_not_in_the_source_are_refused_beside_their_lines() {
        let verdict = judged(&[
            edit(1, "Agner Kingman served 42% of calls."),
            edit(3, "Agner  Erlang\nserved 95% of calls within 20 ms."),
        ]);
        assert!(!verdict.is_passed());
        let doubted = |doubt| LineFault::Ungrounded(GroundingFault::Doubted(doubt));
        assert_eq!(
            verdict.lines[0].faults,
            [doubted(Doubt::Number("42%".to_owned())), doubted(Doubt::Name("Kingman".to_owned()))]
        );
        assert_eq!((verdict.lines[1].line, verdict.lines[1].faults.len()), (3, 0));
        assert_eq!(verdict.lines[1].text, "Agner Erlang served 95% of calls within 20 ms.");
        let told = "“Agner Kingman served 42% of calls.”: the words it quotes do not say the number 42%";
        assert_eq!(verdict.faults()[0], told);
    }

    #[test]
    fn a_line_that_states_no_fact_brings_in_no_numbers_and_names() {
        let faults = |text: &str| judged(&[edit(0, text)]).lines[0].faults.clone();
        let unknown = |doubt| LineFault::Ungrounded(GroundingFault::Unknown(doubt));
        assert_eq!(faults("So how did Agner Erlang serve 95% of calls?"), []);
        assert_eq!(faults("So why is one call in the queue?"), []);
        assert_eq!(faults("So what about 1492?"), [unknown(Doubt::Number("1492".to_owned()))]);
        for number in ["٧٧٧", "७७७", "７７７", "½", "ⅷ", "10⁹", "x777"] {
            let found = faults(&format!("So what about {number}?"));
            assert_eq!(found.first(), Some(&unknown(Doubt::Number(number.to_owned()))), "{number}");
        }
        assert_eq!(faults("So what did Kingman say?"), [unknown(Doubt::Name("Kingman".to_owned()))]);
        let told = judged(&[edit(0, "So what about 1492?")]).faults();
        assert_eq!(told, ["“So what about 1492?”: the document does not say the number 1492"]);
    }

    #[test]
    fn an_accepted_edit_passes_the_gates_own_rule() {
        let (document, _) = written();
        let negated = judged(&[edit(1, "Erlang never served 95% of calls.")]);
        assert_eq!(negated.is_passed(), grounding(&negated.script, &document).is_empty());
        assert!(!negated.is_passed());
        let passed = judged(&[edit(1, "Within 20 ms, Erlang served 95% of calls.")]);
        assert!(passed.is_passed() && grounding(&passed.script, &document).is_empty());
    }

    #[test]
    fn words_that_cannot_be_said_or_shown_are_refused() {
        let faults = |text: &str| judged(&[edit(0, text)]).lines[0].faults.clone();
        assert_eq!(faults(" \n "), [LineFault::NoWords]);
        assert_eq!(faults("?!"), [LineFault::NoWords]);
        for trick in ["a\u{7}b", "a\u{202e}b", "a\u{200b}b"] {
            assert_eq!(faults(trick), [LineFault::InvisibleCharacters]);
        }
        assert_eq!(faults(&"word ".repeat(90)), [LineFault::TooLong(449)]);
        assert_eq!(faults("So 注?"), [LineFault::MissingGlyphs("“注”".to_owned())]);
        let told = |text: &str| faults(text).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(told("Новое?"), ["the voice reads English and would say nothing for “Новое?”"]);
        assert!(matches!(&faults(&format!("So {}?", "a".repeat(200)))[..], [LineFault::TooWide(_)]));
        let (document, script) = written();
        let plain = judge_edit(&document, &script, &[edit(0, "So 注?")], &Delivery::default()).unwrap();
        assert!(plain.is_passed(), "captions that are not drawn need no font");
    }

    #[test]
    fn the_length_follows_the_words_and_other_segments_stay_as_they_are() {
        let (_, script) = written();
        let longer = judged(&[edit(
            1,
            "In 1909 Agner Erlang served 95% of calls within 20 ms, and most calls did not wait.",
        )]);
        assert!(longer.is_passed(), "{:?}", longer.faults());
        assert!(longer.planned_ms() > 40_000, "beyond 7 % of the old length: {}", longer.planned_ms());
        assert_eq!(longer.script.segments[1], script.segments[1]);
        let edited: Vec<bool> = longer.script.lines().map(|line| line.edited).collect();
        assert_eq!(
            edited,
            longer
                .script
                .lines()
                .enumerate()
                .map(|(at, _)| longer.lines.iter().any(|line| line.line == at))
                .collect::<Vec<_>>()
        );
        let planned: u64 = longer.script.segments.iter().map(|segment| segment.planned_ms).sum();
        assert_eq!(planned, longer.planned_ms());
        let same = judged(&[edit(1, "Erlang served 95%  of calls.")]);
        assert_eq!((same.script, same.lines), (script, Vec::new()));
    }

    #[test]
    fn a_length_that_the_format_does_not_have_is_refused() {
        let long = "most calls did not wait and ".repeat(14);
        let verdict = judged(&[edit(0, &long), edit(2, &long)]);
        let fault = verdict.length_fault().unwrap();
        assert!(fault.ends_with("long; the limit is 180.0 s"), "{fault}");
        let (document, mut script) = written();
        script.target_ms = 15_200;
        script.segments.iter_mut().for_each(|segment| segment.planned_ms = 7_600);
        let short =
            judge_edit(&document, &script, &[edit(1, "Calls."), edit(3, "Calls.")], &Delivery::default())
                .unwrap();
        assert!(short.length_fault().is_some_and(|fault| fault.ends_with("must be at least 14.0 s")));
        assert!(!short.is_passed());
        // What was short before may stay so.
        script.target_ms = 9_000;
        script.segments.iter_mut().for_each(|segment| segment.planned_ms = 4_500);
        assert!(
            judge_edit(&document, &script, &[edit(0, "So what now?")], &Delivery::default())
                .unwrap()
                .is_passed()
        );
    }

    #[test]
    fn a_shorter_line_leaves_no_silence() {
        let (document, mut script) = written();
        script.segments[0].scenes[0].kind = SceneKind::Hook;
        script.segments[0].scenes[0].min_ms = 3_000;
        let verdict = judge_edit(&document, &script, &[edit(0, "So?")], &Delivery::default()).unwrap();
        let scene = &verdict.script.segments[0].scenes[0];
        assert!(scene.min_ms < 1_300, "{}", scene.min_ms);
    }

    #[test]
    fn a_line_that_is_not_there_is_named() {
        let (document, script) = written();
        let none = judge_edit(&document, &script, &[edit(4, "x")], &Delivery::default()).unwrap_err();
        assert_eq!(none, WrongEdits::NoSuchLine { line: 4, count: 4 });
    }

    #[test]
    fn a_line_that_is_given_twice_is_refused_unless_the_words_are_the_same() {
        let (document, script) = written();
        let twice = judge_edit(&document, &script, &[edit(0, "So?"), edit(0, "Why?")], &Delivery::default())
            .unwrap_err();
        assert_eq!(twice, WrongEdits::Ambiguous { line: 0 });
        assert!(
            judge_edit(&document, &script, &[edit(0, "So?"), edit(0, " So? ")], &Delivery::default()).is_ok()
        );
    }

    #[test]
    fn a_person_may_let_doubted_words_stand_but_not_words_that_cannot_be_shown() {
        let overruled = |text: &str| LineEdit { overruled: true, ..edit(1, text) };
        let verdict = judged(&[overruled("Erlang served nearly all of the 600 calls.")]);
        assert!(verdict.is_passed(), "{:?}", verdict.faults());
        assert!(!verdict.lines[0].overruled.is_empty());
        let (document, _) = written();
        assert_eq!(grounding(&verdict.script, &document), []);
        assert!(verdict.script.lines().nth(1).unwrap().overruled);
        let refused = judged(&[overruled("Erlang\u{202e} served 600 calls.")]);
        assert_eq!(refused.lines[0].faults, [LineFault::InvisibleCharacters]);
        // Other words are judged anew.
        let again = judge_edit(
            &document,
            &verdict.script,
            &[edit(1, "Erlang served 601 calls.")],
            &Delivery::default(),
        )
        .unwrap();
        assert!(!again.is_passed() && !again.script.lines().nth(1).unwrap().overruled);
    }

    #[test]
    fn all_lines_of_a_script_are_judged() {
        let (document, mut script) = written();
        script.segments[1].scenes[1].lines[0].text = "Erlang served 42% of calls.".to_owned();
        let verdict = judge_script(&document, script.clone(), &Delivery::default());
        assert_eq!(verdict.lines.len(), 4);
        let faulty: Vec<usize> =
            verdict.lines.iter().filter(|line| !line.faults.is_empty()).map(|line| line.line).collect();
        assert_eq!(faulty, [3]);
        script.segments[1].scenes[1].lines[0].overruled = true;
        assert!(judge_script(&document, script, &Delivery::default()).is_passed());
    }

    #[test]
    fn a_sentence_in_several_lines_is_judged_whole() {
        let (document, mut script) = written();
        let line = &mut script.segments[0].scenes[1].lines[0];
        line.text = "Erlang served 95%".to_owned();
        let mut rest = line.clone();
        rest.text = "of calls.".to_owned();
        script.segments[0].scenes[1].lines.push(rest);
        let verdict =
            judge_edit(&document, &script, &[edit(2, "of no calls.")], &Delivery::default()).unwrap();
        assert!(!verdict.lines[0].faults.is_empty(), "{verdict:?}");
    }
}
