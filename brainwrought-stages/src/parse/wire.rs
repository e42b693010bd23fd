//! [`Request`] and [`Answer`]: what goes in and out of the reading process.
//!
//! Both ways it is a length (four bytes, little-endian), that many bytes of JSON, and the large bytes after it.

use std::path::PathBuf;

use brainwrought_core::data::Rect;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::Refusal;
use super::limits::ParseLimits;

/// What the reading process is asked to do. The bytes of the PDF follow it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    pub libpdfium: Option<PathBuf>,
    pub password: Option<String>,
    pub limits: ParseLimits,
    pub work: Work,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Work {
    Parse,
    Render(Vec<CropRequest>),
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

/// What the reading process answers.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    /// The JSON of a parsed document follows.
    Parsed,
    /// Pictures of these widths and heights follow, as premultiplied RGBA.
    Pictures(Vec<(usize, usize)>),
    Refused(Refusal),
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
        let refusal = Answer::Refused(Refusal::TooManyPages { pages: 9, limit: 3 });
        let message = pack(&refusal, b"body").unwrap();
        let (answer, start) = unpack::<Answer>(&message).unwrap();
        assert!(matches!(answer, Answer::Refused(Refusal::TooManyPages { pages: 9, limit: 3 })));
        assert_eq!(message.get(start..), Some(&b"body"[..]));
    }

    #[test]
    fn cut_message_is_refused() {
        let message = pack(&Answer::Parsed, &[]).unwrap();
        for end in 0..message.len() {
            assert!(unpack::<Answer>(&message[..end]).is_err());
        }
    }
}
