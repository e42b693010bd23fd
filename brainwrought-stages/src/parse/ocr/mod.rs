//! Text recognition for pages whose text cannot be read: [`OcrWeights`] and [`TextRecogniser`].
//!
//! Lines are found by one network, read by another, and become letters with their places, so that the layout makes columns,
//! paragraphs and tables of them as of any other page. The networks are those of PP-OCRv6, run by rten.

mod components;
mod detector;
mod direction;
mod grey_image;
mod ink;
mod line_reader;
mod mode;
mod network;
mod page_glyphs;
mod recogniser;
mod region;
mod strip;
mod weights;

pub use mode::OcrMode;
pub(super) use recogniser::{RecognisedPage, TextRecogniser};
pub(super) use weights::OpenWeights;
pub use weights::{OcrWeights, OcrWeightsError};
