//! [`direct`]: places what is shown along the lines of a script.

use std::collections::BTreeSet;
use std::ops::Range;

use brainwrought_core::data::{
    Document, Line, LineRole, Scene, SceneKind, Script, Show, ShowCue, ShowItem, VisualCue,
};

use super::clauses::{FEWEST, stretches};
use super::phrase::Phrase;
use super::{amounts, enumeration, meaning, relations};
use crate::icons::IconLibrary;

/// So many words of a line are heard before a picture of the scene's own makes room: some three seconds.
const OWN_PICTURE_WORDS: usize = 8;
/// The most words of a cited sentence that are shown as one.
const RECEIPT_WORDS: Range<usize> = 5..26;
/// One of so many shows of words alone is the cited sentence on its page.
const RECEIPT_EVERY: usize = 3;
/// The most words that a caption lifts out of a line.
const MAX_EMPHASIS: usize = 2;
/// The most words around an icon's own that name the thing.
const MAX_ICON_LABEL: usize = 4;
/// So many bytes of what was said before tell the senses of words.
const MAX_AROUND: usize = 400;
/// An icon is shown for what it surely means.
const SURE: f32 = 0.55;
/// Signs that large and alone judge what is said, and name nothing.
const MISREAD: [&str; 3] = ["cross-mark", "check-mark-button", "check-mark"];
/// The same icon comes again after so many others.
const ICONS_BETWEEN: usize = 6;

/// A show with the words of the line that it is about, and why.
type Found = (Range<usize>, Show, &'static str);

/// Chooses what is shown for every line that says what the document says and has no shows yet. What is chosen is a function of
/// script and document alone.
pub(crate) fn direct(script: &mut Script, document: &Document) {
    let language = script.language.as_str().to_owned();
    let concepts: BTreeSet<String> = script
        .analysis
        .concepts
        .iter()
        .take(8)
        .flat_map(|concept| concept.term.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>())
        .collect();
    let around = script.title.clone();
    let mut director =
        Director { document, language: &language, concepts, around, icons: Vec::new(), plain: 0 };
    for scene in script.segments.iter_mut().flat_map(|segment| &mut segment.scenes) {
        director.scene(scene);
    }
}

struct Director<'a> {
    document: &'a Document,
    language: &'a str,
    /// Words of the key concepts, in small letters.
    concepts: BTreeSet<String>,
    /// What helps to tell the senses of words: the title, and the lines before.
    around: String,
    /// The icons that were shown last.
    icons: Vec<String>,
    /// How many shows of words alone there were.
    plain: usize,
}

impl Director<'_> {
    fn scene(&mut self, scene: &mut Scene) {
        let is_card = matches!(scene.visual, VisualCue::QuizCard { .. } | VisualCue::SourceCard { .. });
        if is_card || !matches!(scene.kind, SceneKind::Hook | SceneKind::Content) {
            return;
        }
        let mut figure = match &scene.visual {
            VisualCue::Figure { figure } if self.document.figures.iter().any(|held| held.id == *figure) => {
                Some(figure.clone())
            }
            _ => None,
        };
        // A picture that was chosen for the scene is seen before others take its place.
        let mut own = match &scene.visual {
            VisualCue::PageCrop { .. } | VisualCue::Motion | VisualCue::Figure { .. } => 0,
            _ => OWN_PICTURE_WORDS,
        };
        for line in &mut scene.lines {
            let said = line.text.clone();
            let silent = matches!(line.role, LineRole::Interjection | LineRole::Quiz | LineRole::Answer);
            let words = Phrase::new(&line.text, self.language).len();
            let mut shows = std::mem::take(&mut line.shows);
            if shows.is_empty() && !silent {
                shows = self.line(line, own);
            } else {
                shows.retain(|cue| cue.at_word as usize >= own);
            }
            if let Some(id) = figure.take_if(|_| line.role.states_facts()) {
                shows.retain(|cue| cue.at_word as usize >= OWN_PICTURE_WORDS);
                let show = Show::Figure { figure: id, region: None };
                let reason = "the line is about this figure".to_owned();
                shows.insert(0, ShowCue { at_word: 0, show, reason });
            }
            line.shows = shows;
            own = own.saturating_sub(words);
            self.heard(&said);
        }
    }

    /// Keeps a line among those that tell what the next one is about.
    fn heard(&mut self, text: &str) {
        self.around = format!("{} {text}", self.around);
        let excess = self.around.len().saturating_sub(MAX_AROUND);
        let from = (excess..=self.around.len()).find(|&at| self.around.is_char_boundary(at)).unwrap_or(0);
        self.around.drain(..from);
    }

    /// What is shown while a line is said, from its word `own` on.
    fn line(&mut self, line: &mut Line, own: usize) -> Vec<ShowCue> {
        let text = line.text.clone();
        let phrase = Phrase::new(&text, self.language);
        let structures = match self.on_screen(&phrase, &line.on_screen, own) {
            Some(asked_for) => vec![asked_for],
            None => self.structures(&phrase, own),
        };
        let mut shows: Vec<Found> = Vec::new();
        let mut from = own;
        for found in structures {
            self.fill(&phrase, line, from..found.0.start, &mut shows);
            from = found.0.end.max(found.0.start + FEWEST);
            shows.push(found);
        }
        self.fill(&phrase, line, from..phrase.len(), &mut shows);
        if line.emphasis.is_empty() {
            line.emphasis = self.emphasis(&phrase);
        }
        let cue = |(words, show, reason): Found| ShowCue {
            at_word: words.start as u32,
            show,
            reason: reason.to_owned(),
        };
        shows.into_iter().map(cue).collect()
    }

    /// The words that the writer wants on the screen: from where the line says them on, else as long as it is said.
    fn on_screen(&self, phrase: &Phrase<'_>, words: &str, own: usize) -> Option<Found> {
        let wanted = Phrase::new(words, self.language);
        if wanted.len() == 0 || own >= phrase.len() {
            return None;
        }
        let says_them = |&at: &usize| (0..wanted.len()).all(|word| phrase.key(at + word) == wanted.key(word));
        let said = (own..phrase.len()).find(says_them);
        let show = Show::Quote { text: words.to_owned(), marked: Vec::new(), icon: None };
        let covered = said.map_or(own..phrase.len(), |at| at..at + wanted.len());
        Some((covered, show, "the writer wants these words on the screen"))
    }

    /// What a line says in a form that can be drawn, weightier forms first, without what would lie over another.
    fn structures(&self, phrase: &Phrase<'_>, own: usize) -> Vec<Found> {
        let icon = |label: &str| self.icon(label);
        let mut found: Vec<Found> = Vec::new();
        let candidates = [
            relations::steps(phrase),
            enumeration::show(phrase, icon),
            relations::cause(phrase, icon),
            meaning::show(phrase, icon),
            meaning::in_passing(phrase, |term| self.concepts.contains(term), icon),
            relations::way(phrase, icon),
        ];
        for candidate in candidates.into_iter().flatten().chain(amounts::shows(phrase)) {
            let near = |other: &Found| {
                candidate.0.start < other.0.end.max(other.0.start + FEWEST)
                    && other.0.start < candidate.0.end.max(candidate.0.start + FEWEST)
            };
            // Cut out behind a negation, it would say the contrary.
            let denied = phrase.is_denied(candidate.0.end.saturating_sub(1));
            if candidate.0.start >= own && !denied && !found.iter().any(near) {
                found.push(candidate);
            }
        }
        found.sort_by_key(|(words, ..)| words.start);
        found
    }

    /// Shows for words that nothing else was found for.
    fn fill(&mut self, phrase: &Phrase<'_>, line: &Line, words: Range<usize>, shows: &mut Vec<Found>) {
        let left = words.end.saturating_sub(words.start);
        if left < FEWEST {
            // A line of a few words is shown whole; what is left of another stays with its neighbour.
            let whole = words.start == 0 && words.end == phrase.len() && left > 1;
            if !whole {
                return;
            }
        }
        for range in stretches(phrase) {
            let range = range.start.max(words.start)..range.end.min(words.end);
            if range.start >= range.end {
                continue;
            }
            let is_short = range.len() < FEWEST;
            if is_short && (!shows.is_empty() || range.end < words.end) {
                continue;
            }
            // A few words without weight leave the picture before them.
            let weighty = range.clone().filter(|&at| !phrase.is_function(at)).count();
            if weighty < 2 && !shows.is_empty() {
                continue;
            }
            let (show, why) = self.filler(phrase, line, &range);
            // A picture of things comes when the first of them is named; until then the words stand there.
            let named = match &show {
                Show::Cast { members, .. } => members.first().map_or(0, |first| first.at_word as usize),
                _ => 0,
            };
            let start = range.start.max(named);
            if start >= range.start + FEWEST {
                let before = range.start..start;
                let (text, marked) = (phrase.label(before.clone()), self.marked(phrase, &before));
                shows.push((before, Show::Quote { text, marked, icon: None }, "the words"));
            }
            shows.push((start..range.end, show, why));
        }
    }

    fn filler(&mut self, phrase: &Phrase<'_>, line: &Line, range: &Range<usize>) -> (Show, &'static str) {
        let found = self.found_icons(phrase, range);
        for item in &found {
            self.icons.extend(item.icon.clone());
        }
        let before = self.icons.len().saturating_sub(ICONS_BETWEEN);
        self.icons.drain(..before);
        if found.len() > 1 {
            return (Show::Cast { members: found, passes: false }, "these things are named");
        }
        let text = phrase.label(range.clone());
        let marked = self.marked(phrase, range);
        if let Some(ShowItem { icon: Some(icon), label, at_word }) = found.into_iter().next() {
            let is_near = at_word as usize <= range.start + FEWEST;
            if range.len() <= FEWEST + 2 && is_near {
                return (Show::Icon { icon, label }, "this thing is named");
            }
            return (Show::Quote { text, marked, icon: Some(icon) }, "the words, with what they name");
        }
        self.plain += 1;
        let citation = &line.citation;
        let quoted = citation.quote.split_whitespace().count();
        if range.start == 0 && self.plain.is_multiple_of(RECEIPT_EVERY) && RECEIPT_WORDS.contains(&quoted) {
            let (page, quote) = (citation.page, citation.quote.clone());
            return (Show::Receipt { page, quote }, "the sentence on its page");
        }
        (Show::Quote { text, marked, icon: None }, "the words")
    }

    /// The icons for some words, each with the words that name it.
    fn found_icons(&self, phrase: &Phrase<'_>, range: &Range<usize>) -> Vec<ShowItem> {
        let (Some(first), Some(last)) = (phrase.words.get(range.start), phrase.words.get(range.end - 1))
        else {
            return Vec::new();
        };
        let bytes = first.start..last.end;
        let mut named: Vec<(Range<usize>, usize, f32, &'static str)> = Vec::new();
        for found in IconLibrary::embedded().find(self.language, phrase.text, &self.around) {
            let held = bytes.start <= found.words.start && found.words.end <= bytes.end;
            let is_new = !self.icons.iter().any(|icon| icon == found.icon);
            if !held || !is_new || found.weight < SURE || MISREAD.contains(&found.icon) {
                continue;
            }
            let at = phrase.words.iter().position(|word| word.end > found.words.start).unwrap_or(range.start);
            let end = phrase
                .words
                .iter()
                .position(|word| word.end >= found.words.end)
                .map_or(at + 1, |last| last + 1);
            let words = self.named(phrase, range, at..end);
            match named.last_mut() {
                // One thing that two words of it have icons for: the surer one stands for it.
                Some((before, _, weight, icon)) if words.start < before.end => {
                    before.end = words.end.max(before.end).min(before.start + Show::MAX_LABEL_WORDS);
                    if found.weight > *weight {
                        (*weight, *icon) = (found.weight, found.icon);
                    }
                }
                _ => named.push((words, at, found.weight, found.icon)),
            }
        }
        named.truncate(Show::MAX_ITEMS);
        let item = |(words, at, _, icon): (Range<usize>, usize, f32, &str)| ShowItem {
            label: phrase.label(words),
            icon: Some(icon.to_owned()),
            at_word: at as u32,
        };
        let mut items: Vec<ShowItem> = named.into_iter().map(item).collect();
        items.dedup_by(|next, before| next.icon == before.icon);
        items
    }

    /// The words that name a thing: those of its icon, with what stands around them up to a verb or a word without meaning.
    fn named(&self, phrase: &Phrase<'_>, range: &Range<usize>, words: Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = words;
        let belongs = |at: usize| !phrase.is_function(at) && !phrase.is_verb(at);
        while end < range.end
            && end - start < MAX_ICON_LABEL
            && !phrase.breaks_behind(end - 1)
            && belongs(end)
        {
            end += 1;
        }
        while start > range.start
            && end - start < MAX_ICON_LABEL
            && !phrase.breaks_behind(start - 1)
            && belongs(start - 1)
        {
            start -= 1;
        }
        start..end
    }

    /// The icon of a label, if it has one.
    fn icon(&self, label: &str) -> Option<String> {
        let found = IconLibrary::embedded().find(self.language, label, &self.around);
        let best = found
            .into_iter()
            .filter(|found| found.weight >= SURE)
            .max_by(|a, b| a.weight.total_cmp(&b.weight));
        best.map(|found| found.icon.to_owned())
    }

    /// The words of a stretch that carry it: those of key concepts and numbers, else the longest.
    fn marked(&self, phrase: &Phrase<'_>, range: &Range<usize>) -> Vec<String> {
        let is_key = |at: &usize| {
            let key = phrase.key(*at);
            self.concepts.contains(&key) || key.contains(|letter: char| letter.is_ascii_digit())
        };
        let content = || range.clone().filter(|&at| !phrase.is_function(at));
        let mut marked: Vec<usize> = content().filter(is_key).take(3).collect();
        if marked.is_empty() {
            marked
                .extend(content().max_by_key(|&at| (phrase.key(at).chars().count(), std::cmp::Reverse(at))));
        }
        let mut marked: Vec<String> = marked.into_iter().map(|at| phrase.label(at..at + 1)).collect();
        marked.dedup();
        marked
    }

    /// The words that captions lift out of a line.
    fn emphasis(&self, phrase: &Phrase<'_>) -> Vec<String> {
        let is_key = |at: &usize| {
            let key = phrase.key(*at);
            !phrase.is_function(*at)
                && (self.concepts.contains(&key) || key.contains(|letter: char| letter.is_ascii_digit()))
        };
        let mut words: Vec<String> =
            (0..phrase.len()).filter(is_key).map(|at| phrase.label(at..at + 1)).collect();
        words.dedup();
        words.truncate(MAX_EMPHASIS);
        words
    }
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Analysis, Citation, Concept, Figure, Language, Rect, Segment};

    use super::*;

    fn line(text: &str) -> Line {
        Line::new(text, LineRole::Fact, Citation { page: 1, quote: text.to_owned() })
    }

    fn page() -> VisualCue {
        VisualCue::PageCrop { page: 1, quote: String::new() }
    }

    fn document(figures: &[Figure]) -> Document {
        let blob = serde_json::json!({ "blob": "0".repeat(64), "bytes": 0, "media_type": "application/pdf" });
        let json = serde_json::json!({
            "title": "Queues", "file_name": "queues.pdf", "language": "en", "source": blob, "pages": [], "outline": [],
            "figures": figures, "warnings": [], "engine": "test",
        });
        serde_json::from_value(json).unwrap()
    }

    fn script_of(scenes: Vec<(Vec<Line>, VisualCue)>, document: &Document) -> Script {
        let scenes = scenes
            .into_iter()
            .map(|(lines, visual)| Scene::new(SceneKind::Content, lines, visual, 0))
            .collect();
        let segment = Segment {
            index: 0,
            title: String::new(),
            language: Language::english(),
            planned_start_ms: 0,
            planned_ms: 0,
            scenes,
        };
        let concept = Concept { term: "queue".to_owned(), weight: 1.0, page: 1 };
        Script::builder(document, "test")
            .language(Language::english())
            .analysis(Analysis { concepts: vec![concept], ..Analysis::default() })
            .segments(vec![segment])
            .build()
    }

    /// Directs scenes of lines, and returns the kinds with their words for each line.
    fn directed(scenes: Vec<(Vec<Line>, VisualCue)>, figures: &[Figure]) -> Vec<Vec<(u32, &'static str)>> {
        let document = document(figures);
        let mut script = script_of(scenes, &document);
        direct(&mut script, &document);
        let again = script.clone();
        direct(&mut script, &document);
        assert_eq!(script, again, "what is directed stays as it is");
        for line in script.lines() {
            let held = |label: &str| line.text.to_lowercase().contains(&label.to_lowercase());
            for label in line.shows.iter().flat_map(|cue| cue.show.labels()) {
                assert!(held(label), "“{label}” is not in “{}”", line.text);
            }
            for pair in line.shows.windows(2) {
                assert!(pair[1].at_word >= pair[0].at_word + 3, "{:?}", line.shows);
            }
            assert!(line.shows.iter().all(|cue| !cue.reason.is_empty()));
        }
        script
            .lines()
            .map(|line| line.shows.iter().map(|cue| (cue.at_word, cue.show.name())).collect())
            .collect()
    }

    #[test]
    fn words_for_the_screen_stand_there_when_they_are_said() {
        let mut said = line("Most of the callers in the town did not wait for a free line at all.");
        said.on_screen = "did not wait".to_owned();
        let mut unsaid = line("Nobody had to hang up before somebody answered.");
        unsaid.on_screen = "95 %".to_owned();
        unsaid.citation.quote = "95 % were answered.".to_owned();
        let document = document(&[]);
        let mut script = script_of(vec![(vec![said, unsaid], page())], &document);
        direct(&mut script, &document);
        let shown = |at: usize| -> Vec<(u32, String)> {
            let line = script.lines().nth(at).unwrap();
            let labels = |cue: &ShowCue| cue.show.labels().into_iter().next().unwrap().to_owned();
            line.shows.iter().map(|cue| (cue.at_word, labels(cue))).collect()
        };
        assert!(shown(0).contains(&(7, "did not wait".to_owned())), "{:?}", shown(0));
        assert_eq!(shown(1), [(0, "95 %".to_owned())]);
    }

    #[test]
    fn what_a_line_says_decides_what_is_shown() {
        let shows = directed(
            vec![(
                vec![
                    line("The study followed 1,299 guests through the long night."),
                    line("A queue is a line of guests that wait."),
                    line("First, guests take a number, then they wait, and finally they pay."),
                    line("In 1909 the first engineer counted phone calls."),
                ],
                page(),
            )],
            &[],
        );
        let kinds: Vec<Vec<&str>> =
            shows.iter().map(|line| line.iter().map(|(_, kind)| *kind).collect()).collect();
        assert!(kinds[0].contains(&"number"), "{kinds:?}");
        assert_eq!(kinds[1], ["define"]);
        assert_eq!(kinds[2], ["steps"]);
        assert!(kinds[3].contains(&"timeline"), "{kinds:?}");
    }

    #[test]
    fn every_line_that_says_something_has_a_picture_from_its_first_words_on() {
        let text = "Nobody tells the owners of the shop that their only server has no time left to catch up when guests come in groups.";
        let shows = directed(vec![(vec![line(text), line("They wait.")], page())], &[]);
        assert_eq!(shows[0].first().map(|(at, _)| *at), Some(0));
        assert!(shows[0].len() >= 2, "{shows:?}");
        assert_eq!(shows[1].len(), 1);
    }

    #[test]
    fn a_picture_of_the_scenes_own_is_seen_first() {
        let long = "The queue grows, and nobody tells the owners of the shop that their only server is busy.";
        let meme = VisualCue::TitleCard;
        let shows = directed(vec![(vec![line(long)], meme)], &[]);
        assert!(shows[0].iter().all(|(at, _)| *at >= OWN_PICTURE_WORDS as u32), "{shows:?}");
        let bbox = Rect { x: 0.0, y: 0.0, width: 100.0, height: 50.0 };
        let figure = Figure { id: "p1-f1".to_owned(), page: 1, bbox, label: None, caption: None };
        let shows =
            directed(vec![(vec![line(long)], VisualCue::Figure { figure: "p1-f1".to_owned() })], &[figure]);
        assert_eq!(shows[0][0], (0, "figure"));
    }
}
