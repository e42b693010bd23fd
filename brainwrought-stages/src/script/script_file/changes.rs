//! [`LineChange`]: a line of a script that is edited as a whole.

use brainwrought_core::data::{Citation, Importance, LineRole, Mood, Script, Speaker};

use super::{FileLine, FileQuestion, ScriptFile, ScriptFileError};

/// A line of a script that is edited as a whole: it may be one that was there, changed or moved, or a new one. What is not
/// given is that of the line it was.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LineChange {
    /// The place, from 0, that it has in the script as it was; `None` for a new line.
    pub line: Option<usize>,
    /// What it does; a new line states a fact.
    pub role: Option<LineRole>,
    /// What is said.
    pub text: Option<String>,
    /// The page that it comes from, from 1. Another page than before has its words looked up there, unless they are given.
    pub page: Option<u32>,
    /// What the page says.
    pub quote: Option<String>,
    /// Where else it comes from.
    pub more_sources: Option<Vec<Citation>>,
    /// Who says it.
    pub speaker: Option<Speaker>,
    /// Its words that carry it.
    pub emphasis: Option<Vec<String>>,
    /// How it is said.
    pub mood: Option<Mood>,
    /// Words that stand on the screen meanwhile.
    pub on_screen: Option<String>,
    /// How much the script needs it.
    pub importance: Option<Importance>,
    /// Whether a new picture comes with it.
    pub new_scene: Option<bool>,
    /// Whether it is to stand although the document does not bear it out. Other words do not inherit it.
    pub overruled: Option<bool>,
}

impl ScriptFile {
    /// The script with exactly these lines in this order; without `quiz`, its questions stay.
    ///
    /// # Errors
    ///
    /// Says which line is wrong and what it needs.
    pub fn changed(
        script: &Script,
        changes: Vec<LineChange>,
        quiz: Option<Vec<FileQuestion>>,
    ) -> Result<Self, ScriptFileError> {
        let before = Self::new(script);
        let count = before.lines.len();
        let mut after = Self { lines: Vec::with_capacity(changes.len()), ..before.clone() };
        for change in changes {
            let was = match change.line {
                None => None,
                Some(line) => {
                    let none = || ScriptFileError::NoSuchLine { line, count };
                    Some(before.lines.get(line).ok_or_else(none)?)
                }
            };
            after.lines.push(change.applied_to(was));
        }
        if let Some(quiz) = quiz {
            after.quiz = quiz;
        }
        after.check()?;
        Ok(after)
    }
}

impl LineChange {
    fn applied_to(self, was: Option<&FileLine>) -> FileLine {
        let mut line = was.cloned().unwrap_or_else(|| FileLine {
            role: LineRole::Fact,
            text: String::new(),
            page: None,
            quote: String::new(),
            more_sources: Vec::new(),
            speaker: Speaker::Explainer,
            emphasis: Vec::new(),
            mood: Mood::Neutral,
            on_screen: String::new(),
            importance: Importance::Normal,
            new_scene: false,
            overruled: false,
            seconds: None,
        });
        line.seconds = None;
        if let Some(text) = self.text {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text != line.text {
                line.text = text;
                line.overruled = false;
                line.emphasis.retain(|words| line.text.contains(words));
            }
        }
        if let Some(page) = self.page.filter(|page| line.page != Some(*page)) {
            line.page = Some(page);
            line.quote.clear();
            line.more_sources.clear();
        }
        line.role = self.role.unwrap_or(line.role);
        line.quote = self.quote.unwrap_or(line.quote);
        line.more_sources = self.more_sources.unwrap_or(line.more_sources);
        line.speaker = self.speaker.unwrap_or(line.speaker);
        line.emphasis = self.emphasis.unwrap_or(line.emphasis);
        line.mood = self.mood.unwrap_or(line.mood);
        line.on_screen = self.on_screen.unwrap_or(line.on_screen);
        line.importance = self.importance.unwrap_or(line.importance);
        line.new_scene = self.new_scene.unwrap_or(line.new_scene);
        line.overruled = self.overruled.unwrap_or(line.overruled);
        line
    }
}
