//! Writing the script: what is said of a document, in which order, and on which page each sentence stands.

mod back_stage;
mod bullets;
mod claim;
mod clean;
mod compress;
mod concepts;
mod contrary;
mod dialogue;
mod edit;
mod evidence;
mod focus;
mod gate;
mod grounding;
mod hook;
mod jokes;
mod length;
mod lexicon;
mod model;
mod offline;
mod orders;
mod pace;
mod quiz;
mod rank;
mod rehearsal;
mod scenes;
mod seeded;
mod sentences;
mod showable;
mod stage;
mod subject;
mod trends;
mod verbs;
mod writer;

pub use edit::{EditVerdict, LineEdit, LineFault, LineVerdict, MAX_LINE_CHARS, WrongEdits, judge_edit};
pub use evidence::{Doubt, Evidence};
pub(crate) use grounding::citations;
pub use grounding::{GroundingFault, UngroundedLine, grounding};
pub use model::{ModelStep, ModelWriter, model_steps};
pub use offline::OfflineWriter;
pub use pace::{LINE_GAP_MS, Pace, SCENE_GAP_MS, estimate_ms, planned_ms};
pub use rehearsal::Rehearsal;
pub use stage::{LENGTH_SECONDS, WriteScript};
pub use trends::{
    NoSuchTrends, Trend, TrendChoice, TrendCommand, TrendError, TrendFile, TrendLexicon, TrendProgram,
    TrendServer, TrendSource, TrendTopic,
};
pub use writer::{Brief, ScriptError, ScriptWriter};
