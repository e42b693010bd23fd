//! [`rewritten`]: a script that somebody edited as a whole, with the pictures of what stayed.

use brainwrought_core::data::{Document, EffectCue, Line, Scene, SceneKind, Script, VisualCue};

use super::super::duration::{planned_ms, scene_ms};
use super::super::scenes::{Pictured, segments};
use super::written::{Sources, closing_card, groups, question, scene};
use super::{FileLine, ScriptFile, ScriptFileError};

/// The script `before` as `file` has it now: its lines in their new order, with those that were added and without those that
/// were dropped. A scene keeps its picture and its sounds as long as a line of it is there; what the writer understood of the
/// document stays.
///
/// A fact with other words keeps its source where that bears it out; else the sentence of the document that shares most
/// words with it takes its place, if that does.
///
/// # Errors
///
/// Says which line is wrong and what it needs, as [`ScriptFile::check`].
pub fn rewritten(before: &Script, file: &ScriptFile, document: &Document) -> Result<Script, ScriptFileError> {
    file.check()?;
    let sources = Sources::new(document);
    let questions: Vec<_> = file.quiz.iter().map(question).collect();
    let mut pictured = Pictured::new(document);
    let mut former = Former::new(before);
    let mut scenes: Vec<(String, Scene)> = Vec::new();
    for group in groups(&file.lines) {
        let lines: Vec<Line> = group.iter().map(|line| sourced(before, &sources, line)).collect();
        let kept = former.take(&lines);
        let shown = kept.map(|(_, scene)| &scene.visual).filter(|visual| is_of(visual, &lines)).cloned();
        let made = scene(lines, scenes.is_empty(), questions.first(), |lines| {
            shown.unwrap_or_else(|| pictured.picture(lines))
        });
        let effects = kept.map(|(_, scene)| sounds(scene, &made)).unwrap_or_default();
        let mut made = Scene { effects, ..made };
        if let Some((_, hook)) =
            kept.filter(|(_, hook)| hook.kind == made.kind && made.kind == SceneKind::Hook)
        {
            (made.visual, made.min_ms) = (hook.visual.clone(), hook.min_ms);
        }
        let section = kept.map(|(title, _)| title.to_owned()).unwrap_or_default();
        scenes.push((section, made));
    }
    scenes.push((String::new(), closing_card(&scenes, document)));
    let mut script = before.clone();
    script.segments = segments(scenes, &document.title, &before.language);
    script.quiz = questions;
    script.target_ms = planned_ms(&script);
    Ok(script)
}

/// A line with its sources.
fn sourced(before: &Script, sources: &Sources<'_>, file: &FileLine) -> Line {
    let mut line = sources.line(file);
    let is_same = |old: &Line| old.text == line.text && old.role == line.role;
    if let Some(old) = before.lines().find(|old| is_same(old)) {
        line.opinion.clone_from(&old.opinion);
        // What is drawn may name words of the source.
        if (&old.citation, &old.more_sources) == (&line.citation, &line.more_sources) {
            line.shows.clone_from(&old.shows);
        }
        return line;
    }
    let is_left = |old: &Line| old.citation.quote == line.citation.quote && !line.citation.quote.is_empty();
    if !line.role.states_facts() || !before.lines().any(is_left) {
        return line;
    }
    let evidence = &sources.evidence;
    let quotes: Vec<&str> = line.sources().map(|source| source.quote.as_str()).collect();
    let nearest = sources.nearest(&line.text, None);
    let is_quoted = nearest.quote.trim() == line.text;
    if (is_quoted || !evidence.doubts_among(&line.text, &quotes).is_empty())
        && evidence.doubts(&line.text, &nearest.quote).is_empty()
    {
        line.citation = nearest;
        line.more_sources.clear();
    }
    line
}

/// The scenes of a script as it was, with the titles of their chapters.
struct Former<'a> {
    scenes: Vec<(&'a str, &'a Scene)>,
}

impl<'a> Former<'a> {
    fn new(script: &'a Script) -> Self {
        let scenes = script
            .segments
            .iter()
            .flat_map(|segment| segment.scenes.iter().map(move |scene| (segment.title.as_str(), scene)));
        Self { scenes: scenes.filter(|(_, scene)| !scene.lines.is_empty()).collect() }
    }

    /// Finds the scene that the first of some lines was in that is still there, which no other lines get then.
    fn take(&mut self, lines: &[Line]) -> Option<(&'a str, &'a Scene)> {
        let is_in = |scene: &Scene, line: &Line| {
            scene.lines.iter().any(|old| old.text == line.text && old.role == line.role)
        };
        let place =
            lines.iter().find_map(|line| self.scenes.iter().position(|(_, scene)| is_in(scene, line)))?;
        Some(self.scenes.remove(place))
    }
}

/// Tells whether a picture still goes with some lines.
fn is_of(visual: &VisualCue, lines: &[Line]) -> bool {
    match visual {
        VisualCue::PageCrop { page, quote } => {
            let mut sources = lines.iter().flat_map(Line::sources);
            sources.any(|source| source.page == *page && source.quote == *quote)
        }
        VisualCue::TitleCard | VisualCue::QuizCard { .. } | VisualCue::SourceCard { .. } => false,
        _ => true,
    }
}

/// The sounds of a scene that still begin while it is shown.
fn sounds(before: &Scene, now: &Scene) -> Vec<EffectCue> {
    let is_same_kind = before.kind == now.kind || now.kind == SceneKind::Content;
    let end_ms = if is_same_kind { scene_ms(now) } else { 0 };
    before.effects.iter().filter(|effect| effect.at_ms < end_ms).cloned().collect()
}
