//! [`ScriptBuilder`]: puts a script together from what its writer has to say.

use super::{Analysis, Document, Language, Profile, QuizQuestion, Scene, Script, Segment};

/// Puts a [`Script`] together; whatever is not said stays empty.
///
/// ```
/// use brainwrought_core::data::{Citation, Document, Line, LineRole, Scene, SceneKind, Script, VisualCue};
///
/// fn script(document: &Document) -> Script {
///     let citation = Citation { page: 1, quote: "Queues keep 97% of the work".to_owned() };
///     let line = Line::new("Queues keep 97% of the work.", LineRole::Fact, citation);
///     let scene = Scene::new(SceneKind::Content, vec![line], VisualCue::Motion, 0);
///     Script::builder(document, "mine/1").segment("Queues", 15_000, vec![scene]).build()
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ScriptBuilder {
    script: Script,
    target_ms: Option<u64>,
}

impl Script {
    /// Begins the script of a document, with its title, its language and the number of its pages. `writer` says who wrote it,
    /// for the report.
    pub fn builder(document: &Document, writer: impl Into<String>) -> ScriptBuilder {
        let script = Self {
            title: document.title.clone(),
            language: document.language.clone(),
            page_count: u32::try_from(document.pages.len()).unwrap_or(u32::MAX),
            unit: document.unit,
            page_labels: document.page_labels(),
            writer: writer.into(),
            target_ms: 0,
            analysis: Analysis::default(),
            segments: Vec::new(),
            quiz: Vec::new(),
            profile: None,
            mood: None,
            calls: Vec::new(),
            warnings: Vec::new(),
        };
        ScriptBuilder { script, target_ms: None }
    }
}

impl ScriptBuilder {
    /// Sets the language of the script where it is not the document's. Segments that follow are in it.
    pub fn language(mut self, language: Language) -> Self {
        self.script.language = language;
        self
    }

    /// Sets how long the video should be, in milliseconds: the gate measures it against this. Without it, the segments' planned
    /// lengths are added up.
    pub fn target_ms(mut self, target_ms: u64) -> Self {
        self.target_ms = Some(target_ms);
        self
    }

    /// Adds a segment that is planned to be `planned_ms` milliseconds long, behind the one before.
    pub fn segment(mut self, title: impl Into<String>, planned_ms: u64, scenes: Vec<Scene>) -> Self {
        let segment = Segment {
            index: u32::try_from(self.script.segments.len()).unwrap_or(u32::MAX),
            title: title.into(),
            language: self.script.language.clone(),
            planned_start_ms: self.planned_ms(),
            planned_ms,
            scenes,
        };
        self.script.segments.push(segment);
        self
    }

    /// Sets the segments, which are planned already.
    pub fn segments(mut self, segments: Vec<Segment>) -> Self {
        self.script.segments = segments;
        self
    }

    /// Sets what the writer understood of the document.
    pub fn analysis(mut self, analysis: Analysis) -> Self {
        self.script.analysis = analysis;
        self
    }

    /// Sets the questions.
    pub fn quiz(mut self, quiz: Vec<QuizQuestion>) -> Self {
        self.script.quiz = quiz;
        self
    }

    /// Sets who the video is for.
    pub fn profile(mut self, profile: Option<Profile>) -> Self {
        self.script.profile = profile;
        self
    }

    /// Sets the mood, by which music is chosen.
    pub fn mood(mut self, mood: Option<String>) -> Self {
        self.script.mood = mood;
        self
    }

    /// Puts it together.
    pub fn build(mut self) -> Script {
        self.script.target_ms = self.target_ms.unwrap_or_else(|| self.planned_ms());
        self.script
    }

    fn planned_ms(&self) -> u64 {
        self.script.segments.iter().map(|segment| segment.planned_ms).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Citation, Line, LineRole, SceneKind, VisualCue};
    use super::*;

    fn scene(text: &str) -> Scene {
        let line = Line::new(text, LineRole::Fact, Citation { page: 1, quote: text.to_owned() });
        Scene::new(SceneKind::Content, vec![line], VisualCue::Motion, 0)
    }

    #[test]
    fn segments_follow_each_other_and_make_up_the_length() {
        let golden = include_str!("../../tests/schemas/document.json");
        let golden: serde_json::Value = serde_json::from_str(golden).unwrap();
        let document: Document = serde_json::from_value(golden["value"].clone()).unwrap();
        let built = Script::builder(&document, "mine/1").segment("One", 8_000, vec![scene("one")]).segment(
            "Two",
            12_000,
            vec![scene("two")],
        );
        let script = built.clone().build();
        assert_eq!((script.title, script.page_count), (document.title.clone(), document.pages.len() as u32));
        assert_eq!(script.target_ms, 20_000);
        let planned: Vec<_> =
            script.segments.iter().map(|s| (s.index, s.planned_start_ms, s.planned_ms)).collect();
        assert_eq!(planned, [(0, 0, 8_000), (1, 8_000, 12_000)]);
        assert_eq!(built.target_ms(15_000).build().target_ms, 15_000);
    }
}
