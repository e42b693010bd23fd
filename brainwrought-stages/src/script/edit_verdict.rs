//! [`EditVerdict`]: what speaks against other words in a script, and how it is said to people.

use std::ops::RangeInclusive;

use brainwrought_core::data::Script;

use super::duration::estimate_ms;
use super::edit::MAX_LINE_CHARS;
use super::grounding::GroundingFault;
use crate::text::without_invisible;

/// A script with edits, judged before anything of it is made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EditVerdict {
    /// The script with the edits, planned for the time that it takes now.
    pub script: Script,
    /// The lines that were edited, in the order of the script. Lines whose words stay the same are left out.
    pub lines: Vec<LineVerdict>,
    /// The lengths that the video may have, in milliseconds.
    pub allowed_ms: RangeInclusive<u64>,
    /// What is wrong with the questions of the quiz, where the script was judged as a whole.
    pub quiz_fault: Option<String>,
}

/// What is to be known of an edited line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineVerdict {
    /// The line's place among all lines of the script, from 0.
    pub line: usize,
    /// Its words, with single spaces.
    pub text: String,
    /// How long they take to say, in milliseconds; an estimate.
    pub spoken_ms: u64,
    /// Why it cannot be taken; none when it can.
    pub faults: Vec<LineFault>,
    /// What the document does not bear out and a person lets stand.
    pub overruled: Vec<LineFault>,
}

/// Why a line cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineFault {
    /// There is nothing to say.
    #[error("a line needs at least one word")]
    NoWords,
    /// It has too many characters.
    #[error("it has {0} characters; the limit is {max}", max = MAX_LINE_CHARS)]
    TooLong(usize),
    /// It holds characters that are no text.
    #[error("it contains invisible characters; type it again")]
    InvisibleCharacters,
    /// It says what the page that it cites does not.
    #[error("{0}")]
    Ungrounded(GroundingFault),
    /// The words that it has for the screen stand neither in it nor in what it cites.
    #[error("“{0}” is to stand on the screen, but neither the line nor what it cites says that")]
    ForeignOnScreen(String),
    /// The captions could not show it.
    #[error("no installed font can show {0} in the captions")]
    MissingGlyphs(String),
    /// The voice would pass over most of it.
    #[error("the voice reads {language} and would say nothing for {words}")]
    Unsaid {
        /// The first of the words.
        words: String,
        /// The English name of the language.
        language: String,
    },
    /// A word is too long for a caption.
    #[error("“{0}” is too long a word for the captions")]
    TooWide(String),
}

impl LineFault {
    /// Tells whether a person can let a line stand that has it; see [`GroundingFault::is_overrulable`].
    pub fn is_overrulable(&self) -> bool {
        matches!(self, Self::Ungrounded(fault) if fault.is_overrulable())
    }
}

impl EditVerdict {
    /// How long the video is planned to be, in milliseconds.
    pub fn planned_ms(&self) -> u64 {
        self.script.target_ms
    }

    /// True when the video would be neither too short nor too long.
    pub fn is_length_allowed(&self) -> bool {
        self.lines.is_empty() || self.allowed_ms.contains(&self.planned_ms())
    }

    /// True when nothing speaks against the edit.
    pub fn is_passed(&self) -> bool {
        self.is_length_allowed()
            && self.quiz_fault.is_none()
            && self.lines.iter().all(|line| line.faults.is_empty())
    }

    /// Says why the video would be too short or too long.
    pub fn length_fault(&self) -> Option<String> {
        let seconds = |ms: u64| format!("{:.1} s", ms as f64 / 1000.0);
        let (least, most) = (*self.allowed_ms.start(), *self.allowed_ms.end());
        (!self.is_length_allowed()).then(|| {
            let planned = seconds(self.planned_ms());
            if self.planned_ms() > most {
                format!("the video would be {planned} long; the limit is {}", seconds(most))
            } else {
                // Rounded up, so that nobody is told a length that is refused.
                let least = seconds(least.next_multiple_of(100));
                format!("the video would be {planned} long; it must be at least {least}")
            }
        })
    }

    /// Everything that speaks against the edit, in sentences for people. A line is named by its first words: people count
    /// lines from 1 and programs from 0.
    pub fn faults(&self) -> Vec<String> {
        let lines = self
            .lines
            .iter()
            .flat_map(|line| line.faults.iter().map(|fault| format!("{}: {fault}", line.name())));
        lines.chain(self.quiz_fault.clone()).chain(self.length_fault()).collect()
    }
}

impl LineVerdict {
    /// The verdict of words with these faults, of which a person overrules those that may be.
    pub(super) fn new(line: usize, text: String, faults: Vec<LineFault>, is_overruled: bool) -> Self {
        let spoken_ms = estimate_ms(&text);
        let is_settled = |fault: &LineFault| is_overruled && fault.is_overrulable();
        let (overruled, faults) = faults.into_iter().partition(is_settled);
        Self { line, text, spoken_ms, faults, overruled }
    }

    /// Names the line by its first words, for a sentence.
    fn name(&self) -> String {
        const MAX_CHARS: usize = 40;
        let visible = without_invisible(&self.text);
        match visible.char_indices().nth(MAX_CHARS) {
            _ if visible.is_empty() => "the empty line".to_owned(),
            Some((end, _)) => format!("“{}…”", visible[..end].trim_end()),
            None => format!("“{visible}”"),
        }
    }
}
