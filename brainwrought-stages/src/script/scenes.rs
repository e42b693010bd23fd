//! Scenes and segments: which lines share a picture, and which pictures those are.

use std::collections::BTreeSet;

use brainwrought_core::data::{
    Citation, Document, Figure, Language, Line, LineRole, Scene, SceneKind, Segment, VisualCue,
};

use super::duration::{LINE_GAP_MS, SCENE_GAP_MS, estimate_ms, scene_ms};
use super::lexicon::words;

/// How long the source card is shown, in milliseconds.
pub(super) const SOURCE_MS: u64 = 2_000;
/// A scene is not made longer than this, in milliseconds, by adding a line.
const SCENE_MS: u64 = 6_500;
/// A segment that has run this long, in milliseconds, ends with the next scene.
const SEGMENT_MS: u64 = 10_500;
/// A segment is not longer than this, in milliseconds, whatever its last sentence is.
const LONGEST_MS: u64 = 30_000;
/// The most scenes of a segment.
const SEGMENT_SCENES: usize = 4;

/// A line with the section that it belongs to, and whether it starts a new thought.
#[derive(Debug, Clone)]
pub(super) struct Beat {
    pub(super) line: Line,
    pub(super) section: String,
    pub(super) starts: bool,
}

/// Groups `beats` into scenes and chooses a picture for each.
pub(super) fn content_scenes(beats: &[Beat], document: &Document) -> Vec<(String, Scene)> {
    let mut groups: Vec<Vec<&Beat>> = Vec::new();
    for beat in beats {
        let joins = groups.last().is_some_and(|group: &Vec<&Beat>| {
            let spoken: u64 = group.iter().map(|beat| estimate_ms(&beat.line.text) + LINE_GAP_MS).sum();
            let fits = spoken + estimate_ms(&beat.line.text) <= SCENE_MS;
            let leads = group.iter().all(|beat| beat.line.role != LineRole::Fact);
            // A beat of slang belongs to what was just said; a transition to what comes.
            let belongs = beat.line.role == LineRole::Interjection
                || leads
                || (!beat.starts && beat.line.role == LineRole::Fact && same_page(group, beat));
            belongs
                && (fits
                    || spoken + estimate_ms(&beat.line.text) <= 8_000
                        && (leads || beat.line.role == LineRole::Interjection))
        });
        match groups.last_mut() {
            Some(group) if joins => group.push(beat),
            // A beat of slang that does not fit behind its fact is left out.
            _ if beat.line.role == LineRole::Interjection => {}
            _ => groups.push(vec![beat]),
        }
    }
    let mut pictured = Pictured::new(document);
    groups
        .into_iter()
        .map(|group| {
            let lines: Vec<Line> = group.iter().map(|beat| beat.line.clone()).collect();
            let visual = pictured.picture(&lines);
            let section = group.last().map(|beat| beat.section.clone()).unwrap_or_default();
            (section, Scene::new(SceneKind::Content, lines, visual, 0))
        })
        .collect()
}

fn same_page(group: &[&Beat], beat: &Beat) -> bool {
    group.iter().all(|other| other.line.citation.page == beat.line.citation.page)
}

/// Chooses pictures for scenes, and knows which were shown.
pub(super) struct Pictured<'a> {
    document: &'a Document,
    shown: BTreeSet<String>,
}

impl<'a> Pictured<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Self { document, shown: BTreeSet::new() }
    }

    /// Chooses what a scene shows: a figure that its words are about, else the page.
    pub(super) fn picture(&mut self, lines: &[Line]) -> VisualCue {
        let Some(fact) = lines.iter().find(|line| line.role == LineRole::Fact) else {
            return VisualCue::Motion;
        };
        let said: BTreeSet<String> =
            lines.iter().flat_map(|line| words(&line.text)).filter(|word| word.len() > 4).collect();
        let best = self
            .document
            .figures
            .iter()
            .filter(|figure| !self.shown.contains(&figure.id))
            .map(|figure| (relevance(figure, &said, fact.citation.page), figure))
            .filter(|&(score, _)| score >= 2)
            .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.id.cmp(&a.1.id)));
        if let Some((_, figure)) = best {
            self.shown.insert(figure.id.clone());
            return VisualCue::Figure { figure: figure.id.clone() };
        }
        VisualCue::PageCrop { page: fact.citation.page, quote: fact.citation.quote.clone() }
    }
}

/// Counts what a figure shares with the words that are said; being on the cited page counts for one and a half words.
fn relevance(figure: &Figure, said: &BTreeSet<String>, page: u32) -> usize {
    let caption = figure.caption.as_deref().unwrap_or_default();
    let shared = words(caption).into_iter().collect::<BTreeSet<_>>().intersection(said).count();
    let near = usize::from(figure.page == page);
    if near == 0 && shared < 3 { 0 } else { shared + near }
}

/// Groups scenes into segments of some 8 to 20 seconds and plans where each starts.
pub(super) fn segments(scenes: Vec<(String, Scene)>, title: &str, language: &Language) -> Vec<Segment> {
    let mut groups: Vec<Vec<(String, Scene)>> = Vec::new();
    let mut spoken = 0;
    for scene in scenes {
        let ms = scene_ms(&scene.1) + SCENE_GAP_MS;
        match groups.last_mut() {
            // Nothing pauses inside a sentence, or between a question and its answer.
            Some(group)
                if group.len() < 2
                    || group
                        .last()
                        .is_some_and(|(_, last)| goes_on(last) || last.kind == SceneKind::Quiz)
                        && spoken + ms <= LONGEST_MS
                    || (spoken < SEGMENT_MS && group.len() < SEGMENT_SCENES && spoken + ms <= 20_000) =>
            {
                group.push(scene);
                spoken += ms;
            }
            _ => {
                groups.push(vec![scene]);
                spoken = ms;
            }
        }
    }
    // The last segment takes a lone scene in, rather than leave it alone.
    if groups.len() > 1
        && groups.last().is_some_and(|last| last.len() == 1)
        && let Some(last) = groups.pop()
        && let Some(group) = groups.last_mut()
    {
        group.extend(last);
    }
    let mut start = 0;
    let mut made: Vec<Segment> = Vec::new();
    for (index, group) in groups.into_iter().enumerate() {
        let chapter = group
            .iter()
            .filter(|(section, scene)| !section.is_empty() && scene.kind == SceneKind::Content)
            .map(|(section, _)| section.as_str())
            .find(|section| *section != "Quiz" && !made.iter().any(|other| other.title == *section))
            .or_else(|| group.iter().map(|(section, _)| section.as_str()).find(|section| !section.is_empty()))
            .map_or_else(|| title.to_owned(), str::to_owned);
        let planned_start_ms = start;
        let planned_ms = group.iter().map(|(_, scene)| scene_ms(scene) + SCENE_GAP_MS).sum::<u64>();
        start += planned_ms;
        made.push(Segment {
            index: index as u32,
            title: chapter,
            language: language.clone(),
            planned_start_ms,
            planned_ms,
            scenes: group.into_iter().map(|(_, scene)| scene).collect(),
        });
    }
    made
}

/// Tells whether the last sentence of a scene goes on in the next one.
fn goes_on(scene: &Scene) -> bool {
    scene.lines.last().is_some_and(|line| {
        let text = line.text.trim_end_matches(['”', '"', '»', '’', ')']);
        !text.ends_with(['.', '!', '?', '…', ':', '。', '！', '？', '؟', '।'])
    })
}

/// The card at the end.
pub(super) fn source_scene(title: &str, pages: Vec<u32>, min_ms: u64) -> Scene {
    Scene::new(
        SceneKind::Source,
        Vec::new(),
        VisualCue::SourceCard { title: title.to_owned(), pages },
        min_ms,
    )
}

/// A line that states no fact.
pub(super) fn beat_line(text: impl Into<String>, role: LineRole, page: u32) -> Line {
    Line::new(text.into(), role, Citation { page, quote: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_segment_ends_inside_a_sentence() {
        let scene = |text: &str| {
            let line = Line::new(text, LineRole::Fact, Citation { page: 1, quote: String::new() });
            (String::new(), Scene::new(SceneKind::Content, vec![line], VisualCue::Motion, 0))
        };
        let whole = "A long line of guests waits in front of the only open door of the shop today.";
        let open = "Whoever comes late to the shop in the middle of the busy morning of a market day";
        let scenes = vec![
            scene(whole),
            scene(whole),
            scene(open),
            scene("waits longer than all the others do."),
            scene(whole),
        ];
        let made = segments(scenes, "Queues", &Language::english());
        assert!(made.len() > 1);
        for segment in made {
            let last = segment.scenes.last().and_then(|scene| scene.lines.last()).unwrap();
            assert!(last.text.ends_with('.'), "{}", last.text);
        }
    }
}
