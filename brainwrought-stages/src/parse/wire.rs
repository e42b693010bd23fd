//! [`Request`] and [`Answer`]: what goes in and out of the reading process.
//!
//! Both ways it is a length (four bytes, little-endian), that many bytes of JSON, and the large bytes after it. Pictures
//! come one such answer each, as soon as they are drawn.

use std::io::Read;
use std::path::PathBuf;

use brainwrought_core::data::{Figure, Language, OutlineEntry, Page, PageUnit, Rect, Section};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::ParseFailure;
use super::limits::{DrawLimits, ParseLimits};
use super::ocr::OcrMode;
use super::sandbox::Power;

/// The hidden argument that makes a program the reading process.
pub(crate) const CHILD_ARGUMENT: &str = "__pdf-worker";

/// What the reading process is asked to do. The bytes of the file follow it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub libpdfium: Option<PathBuf>,
    /// The folder with the weights of the text recognition.
    pub ocr_weights: Option<PathBuf>,
    pub password: Option<String>,
    pub work: Work,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Work {
    /// Reads all pages but these of a PDF, and recognises text where the mode says so.
    Parse(ParseLimits, Vec<u32>, OcrMode),
    /// Reads a file that is no PDF, with the name that the user knows it by.
    Read(ParseLimits, String),
    Render(Vec<CropRequest>, DrawLimits),
    /// Tells what the process could do. No file follows.
    Probe,
}

impl Work {
    /// Processor time for what is done first, in seconds: before text is recognised.
    pub(crate) fn first_seconds(&self) -> u64 {
        match self {
            Self::Parse(limits, ..) => limits.max_seconds,
            Self::Read(..) | Self::Render(..) | Self::Probe => self.max_seconds(),
        }
    }

    /// Processor time for all of it, in seconds.
    pub(crate) fn max_seconds(&self) -> u64 {
        match self {
            Self::Parse(limits, _, OcrMode::Never) | Self::Read(limits, _) => limits.max_seconds,
            Self::Parse(limits, ..) => limits.max_seconds.saturating_add(limits.max_ocr_seconds),
            // Each picture may begin within a second that others have begun.
            Self::Render(crops, limits) => {
                limits.max_seconds.saturating_add(1).saturating_mul(crops.len() as u64)
            }
            Self::Probe => ParseLimits::default().max_seconds,
        }
    }

    /// Memory that may be mapped, in bytes.
    pub(crate) fn max_memory(&self) -> u64 {
        match self {
            Self::Parse(limits, _, OcrMode::Never) | Self::Read(limits, _) => limits.max_memory,
            Self::Parse(limits, ..) => limits.max_memory.saturating_add(limits.max_ocr_memory),
            Self::Render(_, limits) => limits.max_memory,
            Self::Probe => ParseLimits::default().max_memory,
        }
    }
}

/// A picture that is wanted of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CropRequest {
    /// The page, from 1.
    pub page: u32,
    /// The part of the page in points; the whole page when there is none.
    pub crop: Option<Rect>,
    /// The width of the picture in pixels, at most 4096; its height follows.
    pub width_px: u32,
}

/// What was read from a file: a [`brainwrought_core::data::Document`] that does not know its file yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParsedPdf {
    /// The title, if the file has one.
    pub title: Option<String>,
    /// The language of most of the text.
    pub language: Language,
    /// Every page, in order.
    pub pages: Vec<Page>,
    /// What the pages are to readers.
    #[serde(default)]
    pub unit: PageUnit,
    /// The outline, in reading order.
    pub outline: Vec<OutlineEntry>,
    /// The sections, in reading order.
    pub sections: Vec<Section>,
    /// Figures and tables with a caption, in reading order.
    pub figures: Vec<Figure>,
    /// The engine that read it.
    pub engine: String,
    /// Its version.
    #[serde(default)]
    pub engine_version: String,
    /// What a reader of the report should know.
    pub warnings: Vec<String>,
}

/// What the reading process answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// A page is read now; the next answer comes after this.
    Reading(Reading),
    /// The text of a page, from 1, was recognised, and so many pages there are; the next answer comes after this.
    Progress {
        page: u32,
        pages: u32,
    },
    /// The JSON of a parsed document follows.
    Parsed,
    /// A picture of this width and height follows, as premultiplied RGBA; the next answer comes after it.
    Picture(usize, usize),
    /// The next picture cannot be drawn; the next answer comes after this.
    NoPicture(ParseFailure),
    Probed(Probed),
    Refused(ParseFailure),
}

/// How far a reading process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reading {
    /// The page, from 1; `None` once all are read.
    pub page: Option<u32>,
    /// The processor time that was used before it, in seconds.
    pub used_seconds: u64,
}

/// What a reading process could do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Probed {
    /// Why the library could not be loaded, if one was named and could not.
    pub library_error: Option<String>,
    /// What the process was not kept from.
    pub powers: Vec<Power>,
}

pub(crate) fn pack<T: Serialize>(header: &T, body: &[u8]) -> Result<Vec<u8>, serde_json::Error> {
    let header = serde_json::to_vec(header)?;
    let mut bytes = Vec::with_capacity(4 + header.len() + body.len());
    bytes.extend_from_slice(&(header.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&header);
    bytes.extend_from_slice(body);
    Ok(bytes)
}

/// Splits a message into its header and the place where the bytes after it start.
pub(crate) fn unpack<T: DeserializeOwned>(message: &[u8]) -> Result<(T, usize), WireError> {
    let (length, rest) = message.split_first_chunk::<4>().ok_or(WireError::Short)?;
    let length = u32::from_le_bytes(*length) as usize;
    let header = rest.get(..length).ok_or(WireError::Short)?;
    Ok((serde_json::from_slice(header)?, 4 + length))
}

/// The most bytes of JSON before the PDF. A request holds a path, a password and a few numbers.
const MAX_REQUEST_BYTES: u32 = 1 << 20;

/// Reads a request, and nothing of the PDF after it.
pub(crate) fn read_request(input: &mut impl Read) -> Result<Request, WireError> {
    let mut length = [0; 4];
    input.read_exact(&mut length).map_err(|_| WireError::Short)?;
    let length = u32::from_le_bytes(length).min(MAX_REQUEST_BYTES);
    let mut header = vec![0; length as usize];
    input.read_exact(&mut header).map_err(|_| WireError::Short)?;
    Ok(serde_json::from_slice(&header)?)
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    #[error("the message ends too early")]
    Short,
    #[error("the message has another form")]
    Form(#[from] serde_json::Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_survives_the_way() {
        let refusal = Answer::Refused(ParseFailure::TooManyPages { pages: 9, limit: 3 });
        let message = pack(&refusal, b"body").unwrap();
        let (answer, start) = unpack::<Answer>(&message).unwrap();
        assert!(matches!(answer, Answer::Refused(ParseFailure::TooManyPages { pages: 9, limit: 3 })));
        assert_eq!(message.get(start..), Some(&b"body"[..]));
    }

    #[test]
    fn a_request_is_read_without_what_follows_it() {
        let request = Request { libpdfium: None, ocr_weights: None, password: None, work: Work::Probe };
        let message = pack(&request, b"%PDF-").unwrap();
        let mut rest = &message[..];
        assert!(matches!(read_request(&mut rest).unwrap().work, Work::Probe));
        assert_eq!(rest, b"%PDF-");
    }

    #[test]
    fn cut_message_is_refused() {
        let message = pack(&Answer::Parsed, &[]).unwrap();
        for end in 0..message.len() {
            assert!(unpack::<Answer>(&message[..end]).is_err());
        }
    }
}
