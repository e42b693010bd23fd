//! Expressions that people use now: who is asked for them, and what is kept of the answer.
//!
//! **Invariants:** what a source says is material like the document's text: it gives no orders to a model and states no
//! facts, and there is little of it. A source that fails, is late or talks nonsense gives way to the built-in lexicon with
//! a warning, and never stops a job.

#[cfg(feature = "providers")]
mod arguments;
mod beats;
mod choice;
mod feed;
mod file;
mod lexicon;
mod listing;
#[cfg_attr(not(feature = "providers"), path = "no_mcp.rs")]
mod mcp;
mod program;
mod research;
mod source;
mod tavily;
mod trend;

pub use choice::{NoSuchTrends, TrendChoice, TrendCommand, TrendProgram, TrendServer};
pub use file::TrendFile;
pub use lexicon::TrendLexicon;
pub use source::{TrendError, TrendSource, TrendTopic};
pub use trend::Trend;

pub(super) use beats::voiced;
pub(super) use research::research;

#[cfg(test)]
#[cfg(feature = "providers")]
mod tests;
