//! [`Script`]: what is said, in which scenes, and on which page each sentence stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Citation, Language, Line, OutboundCall, PageUnit};
use crate::stage::{Fan, StageData};

/// The whole script of a video.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Script {
    /// The title of the document.
    pub title: String,
    /// The language of the narration.
    pub language: Language,
    /// The number of pages of the document.
    pub page_count: u32,
    /// What its pages are to readers.
    #[serde(default, skip_serializing_if = "PageUnit::is_page")]
    pub unit: PageUnit,
    /// The numbers that are printed on pages of the document, by page, where they are others than the pages' places in the
    /// file. See [`Script::page_name`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub page_labels: BTreeMap<u32, String>,
    /// The writer that made it, such as `offline/en` or `plain`.
    pub writer: String,
    /// The length that the video should have, in milliseconds. It is the length asked for, or less where the
    /// document holds too little to say; a warning then says so. In a script with an [edited](Line::edited) line it is an
    /// estimate, and the video is as long as its narration takes.
    pub target_ms: u64,
    /// What the writer understood of the document.
    pub analysis: Analysis,
    /// The parts that are made independently, in order; each holds a few scenes.
    pub segments: Vec<Segment>,
    /// Questions about the content, best first.
    pub quiz: Vec<QuizQuestion>,
    /// Who the video is for and how it speaks, where a writer decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<Profile>,
    /// The mood that the music should have, in a few words, where a writer decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<String>,
    /// The conversations with providers that writing took.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<OutboundCall>,
    /// What a reader of the report should know.
    pub warnings: Vec<String>,
}

/// Who a video is for and how it speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Who will watch it.
    pub audience: String,
    /// Who tells it.
    pub persona: String,
    /// The tone, in a few words.
    pub tone: String,
    /// The pacing, in a few words.
    pub pacing: String,
    /// What the viewer is asked to do.
    pub call_to_action: String,
    /// Hashtags without their `#`.
    pub hashtags: Vec<String>,
    /// The voice that fits, described for a voice designer.
    pub voice: String,
}

/// What a writer understood of a document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// What kind of document it is; nothing where no writer said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<super::DocumentKind>,
    /// The sections of the document that carry its content.
    pub contents: Vec<ContentsEntry>,
    /// The 5 to 15 key concepts, most important first.
    pub concepts: Vec<Concept>,
    /// A summary in the document's own sentences.
    pub summary: Vec<CitedSentence>,
}

/// One section of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentsEntry {
    /// The heading.
    pub title: String,
    /// The page it starts on, from 1.
    pub page: u32,
}

/// A key concept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Concept {
    /// The term as the document writes it.
    pub term: String,
    /// Its weight among the concepts, from 0 to 1.
    pub weight: f32,
    /// The page it is introduced on, from 1.
    pub page: u32,
}

/// A sentence with the place it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitedSentence {
    /// The sentence.
    pub text: String,
    /// Where it comes from.
    pub citation: Citation,
}

/// A part of the video that is narrated and rendered on its own, some 8 to 20 seconds long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Its place, from 0.
    pub index: u32,
    /// A short title, used as the chapter's name.
    pub title: String,
    /// The language of its lines.
    pub language: Language,
    /// Where it is planned to start, in milliseconds from the start of the video.
    pub planned_start_ms: u64,
    /// How long it is planned to be, in milliseconds; 0 where nobody planned. The voice may speak a little slower or
    /// faster to meet it.
    #[serde(default)]
    pub planned_ms: u64,
    /// The scenes, in order; at least one.
    pub scenes: Vec<Scene>,
}

/// A stretch of 2 to 8 seconds with one picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// What the scene is for.
    pub kind: SceneKind,
    /// The lines that are spoken; may be empty for a card that is only shown.
    pub lines: Vec<Line>,
    /// What is shown.
    pub visual: VisualCue,
    /// The least time that the scene is shown, in milliseconds; silence fills what the lines leave.
    pub min_ms: u64,
    /// The sounds that are heard beside the voice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<EffectCue>,
}

/// A sound effect with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectCue {
    /// What it sounds like, such as `whoosh` or `record scratch`.
    pub sound: String,
    /// When it starts, in milliseconds from the start of its scene.
    pub at_ms: u64,
}

impl Scene {
    /// A scene without effects.
    pub fn new(kind: SceneKind, lines: Vec<Line>, visual: VisualCue, min_ms: u64) -> Self {
        Self { kind, lines, visual, min_ms, effects: Vec::new() }
    }
}

/// What a [`Scene`] is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SceneKind {
    /// The opening that promises something.
    Hook,
    /// What the document says.
    Content,
    /// A question to the viewer.
    Quiz,
    /// The card with title and pages at the end.
    Source,
}

/// What a [`Scene`] shows beside captions and motion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "show")]
#[non_exhaustive]
pub enum VisualCue {
    /// The title of the document.
    TitleCard,
    /// A figure of the document.
    Figure {
        /// The figure's id in [`super::Document::figures`].
        figure: String,
    },
    /// The part of a page where the quoted words stand.
    PageCrop {
        /// The page, from 1.
        page: u32,
        /// The words to show and mark.
        quote: String,
    },
    /// A question of the quiz.
    QuizCard {
        /// The question with its choices.
        question: QuizQuestion,
    },
    /// Title, pages and source of the document.
    SourceCard {
        /// The title of the document.
        title: String,
        /// The pages that the video cites, sorted.
        pages: Vec<u32>,
    },
    /// A joke about what is said.
    Meme {
        /// The joke.
        meme: Meme,
    },
    /// A picture that is not the document's own.
    Illustration {
        /// What it should show, in a few words.
        query: String,
        /// Whether it stands still.
        kind: IllustrationKind,
        /// What is shown where there is no such picture.
        fallback: Box<Self>,
    },
    /// Motion and captions only.
    Motion,
}

/// A picture with words above and below it, which states nothing that the scene does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meme {
    /// The name of the drawing, such as `brain`; see the visuals stage for those there are.
    pub template: String,
    /// The words above.
    pub top: String,
    /// The words below.
    pub bottom: String,
}

impl Meme {
    /// All its words, for people.
    pub fn words(&self) -> String {
        let said = [&self.top, &self.bottom].into_iter().filter(|words| !words.is_empty());
        said.map(String::as_str).collect::<Vec<_>>().join(" / ")
    }
}

/// Whether an illustration stands still.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum IllustrationKind {
    /// A picture.
    #[default]
    Still,
    /// A clip without sound.
    Clip,
}

/// One question with its choices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuizQuestion {
    /// The question.
    pub question: String,
    /// The choices, 2 to 4.
    pub choices: Vec<String>,
    /// The place of the right one in `choices`, from 0.
    pub answer: u32,
    /// Where the answer stands.
    pub citation: Citation,
}

impl Script {
    /// What people call a page of the document: the number printed on it, else its place in the file.
    pub fn page_name(&self, page: u32) -> String {
        self.page_labels.get(&page).cloned().unwrap_or_else(|| page.to_string())
    }

    /// Names a page of the document in English, as in "p. xii" and "slide 3".
    pub fn cited(&self, page: u32) -> String {
        self.unit.cited(self.page_name(page))
    }

    /// Walks over all lines, in the order they are spoken.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.segments.iter().flat_map(|segment| &segment.scenes).flat_map(|scene| &scene.lines)
    }
}

impl StageData for Script {
    const SCHEMA: &'static str = "script/1";
}

impl StageData for Segment {
    const SCHEMA: &'static str = "segment/1";
}

impl Fan for Script {
    type Item = Segment;

    fn items(&self) -> Vec<Segment> {
        self.segments.clone()
    }
}
