//! How well a page is read: documents with known answers, and what a reader made of them, in figures.
//!
//! The documents lie in `benches/reading`, with a description.

mod known;
mod matching;
mod mistakes;
mod read;
mod score;
mod text;

pub use known::{Known, KnownBlock, KnownFigure, KnownPage, known_documents};
pub use mistakes::mistakes;
pub use read::{Read, ReadBlock, ReadFigure, ReadPage, ReadRow};
pub use score::{Score, score};
