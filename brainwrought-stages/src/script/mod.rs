//! Writing the script: what is said of a document, in which order, and on which page each sentence stands.

mod bullets;
mod clean;
mod compress;
mod concepts;
mod delivery;
mod dialogue;
mod duration;
mod edit;
mod edit_verdict;
mod evidence;
mod found_text;
mod grounding;
mod kind;
mod length;
mod lexicon;
mod line_report;
mod memes;
mod meta_text;
mod model;
mod offline;
mod pieces;
mod prompt_injection;
mod questions;
mod quiz;
mod quiz_grounding;
mod sayable;
mod scenes;
mod script_file;
mod seeded;
mod segment;
mod sentence_filter;
mod sentences;
mod show_labels;
mod showable;
mod slides;
mod stage;
mod subject;
mod third_person;
mod trends;
mod trial_narration;
mod verbs;
mod writer;

pub use duration::{LENGTH_SECONDS, LINE_GAP_MS, Pace, SCENE_GAP_MS, estimate_ms, planned_ms};
pub use edit::{LineEdit, MAX_LINE_CHARS, WrongEdits, judge_edit, judge_script};
pub use edit_verdict::{EditVerdict, LineFault, LineVerdict};
pub use evidence::{Doubt, Evidence};
pub use found_text::FoundText;
pub use grounding::{GroundingFault, UngroundedLine, grounding};
#[cfg(feature = "ffmpeg")]
pub(crate) use grounding::{citations, line_reports};
#[cfg(feature = "ffmpeg")]
pub(crate) use length::{ENDING_KEPT_MS, ENDING_PERCENT};
pub use line_report::LineReport;
pub use model::{ModelStep, ModelWriter, model_steps};
pub use offline::OfflineWriter;
pub use sayable::Delivery;
pub use script_file::{
    ApprovedScript, FileLine, FileQuestion, LineChange, MAX_SCRIPT_FILE_BYTES, ScriptFile, ScriptFileError,
    WrittenScript, rewritten,
};
#[cfg(feature = "ffmpeg")]
pub(crate) use show_labels::foreign_labels;
pub use stage::WriteScript;
pub use trends::{
    NoSuchTrends, Trend, TrendChoice, TrendCommand, TrendError, TrendFile, TrendLexicon, TrendProgram,
    TrendServer, TrendSource, TrendTopic,
};
pub use trial_narration::TrialNarration;
pub use writer::{Brief, ScriptError, ScriptWriter};
