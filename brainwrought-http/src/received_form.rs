//! [`ReceivedForm`]: what an upload brings, read from a form or from a body that is the PDF alone.

use axum::body::{Body, BodyDataStream};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use brainwrought_stages::parse::{FileFormat, HEAD_BYTES};
use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;

use crate::app_state::AppState;
use crate::header_parameters::file_name;
use crate::multipart::{Multipart, Part};
use crate::nameless_file::nameless_file;
use crate::timed_body::{BodyLimits, TimedBody};
use crate::{ApiError, metrics, own_music};

/// The most fields of a form.
pub(crate) const MAX_FIELDS: usize = 40;

/// The most bytes of a field that is no file.
const MAX_FIELD_BYTES: usize = 4 << 10;

/// A form, or a PDF alone, that came in whole. Its files have no names on disk: whatever happens, nothing of them stays.
#[derive(Debug, Default)]
pub(crate) struct ReceivedForm {
    pub(crate) pdf: Option<tokio::fs::File>,
    /// The name that the PDF has at the client.
    pub(crate) file_name: Option<String>,
    /// The client's own music.
    pub(crate) music: Option<tokio::fs::File>,
    pub(crate) fields: Vec<(String, String)>,
}

impl ReceivedForm {
    /// Reads a body that is the PDF alone.
    pub(crate) async fn read_pdf(
        state: &AppState,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Self, ApiError> {
        let file = save_alone(state, body).await?;
        let disposition =
            headers.get(CONTENT_DISPOSITION).map(|value| String::from_utf8_lossy(value.as_bytes()));
        let file_name = disposition.and_then(|disposition| file_name(&disposition));
        Ok(Self { pdf: Some(file), file_name, ..Self::default() })
    }

    /// Reads a form.
    pub(crate) async fn read_form(
        state: &AppState,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Self, ApiError> {
        let mut form = multipart(state, headers, body)?;
        let mut read = Self::default();
        let mut parts = 0;
        while let Some(part) = form.next_part().await? {
            parts += 1;
            if parts > MAX_FIELDS {
                return Err(ApiError::WrongRequest(format!("a form has at most {MAX_FIELDS} fields")));
            }
            match part {
                Part { name, file_name } if name == "pdf" || name == "file" => {
                    if read.pdf.is_some() {
                        return Err(ApiError::WrongRequest("send one file at a time".to_owned()));
                    }
                    read.pdf = Some(save_pdf(state, PdfBody::Part(&mut form)).await?);
                    read.file_name = file_name;
                }
                // A browser sends the field of a file that nobody chose with an empty name.
                Part { name, file_name: Some(file_name) } if name == "music" => {
                    if !file_name.is_empty() {
                        read.music = Some(own_music::save(state, &mut form).await?);
                    }
                }
                Part { name, .. } => read.fields.push((name, text(&mut form).await?)),
            }
        }
        Ok(read)
    }
}

/// How many bytes a body may have: as many as its head says, else as many as a PDF may. `beside` is how many there may be
/// beside the PDF.
///
/// # Errors
///
/// Fails when the head says too many.
pub(crate) fn announced(state: &AppState, headers: &HeaderMap, beside: u64) -> Result<u64, ApiError> {
    let limit = state.settings.limits.upload_bytes;
    let announced = header(headers, CONTENT_LENGTH).and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > limit.saturating_add(beside + (1 << 20))) {
        return Err(ApiError::TooLarge { limit });
    }
    Ok(announced.unwrap_or(limit))
}

fn multipart(
    state: &AppState,
    headers: &HeaderMap,
    body: Body,
) -> Result<Multipart<BodyDataStream>, ApiError> {
    let content_type = header(headers, CONTENT_TYPE).unwrap_or_default();
    Multipart::new(content_type, body.into_data_stream(), body_limits(state, own_music::MAX_BYTES))
}

/// What a body may be like that has a PDF and `beside` bytes of files beside it.
fn body_limits(state: &AppState, beside: u64) -> BodyLimits {
    let bytes = state.settings.limits.upload_bytes.saturating_add(beside);
    BodyLimits { bytes, timeouts: state.settings.timeouts }
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Writes a body that is the PDF alone to a file without a name.
pub(crate) async fn save_alone(state: &AppState, body: Body) -> Result<tokio::fs::File, ApiError> {
    let body = TimedBody::new(body.into_data_stream(), body_limits(state, 0), 0);
    save_pdf(state, PdfBody::Whole(body)).await
}

/// Where the bytes of a PDF come from.
enum PdfBody<'a> {
    /// The current part of a form.
    Part(&'a mut Multipart<BodyDataStream>),
    /// A body of its own.
    Whole(TimedBody<BodyDataStream>),
}

impl PdfBody<'_> {
    async fn next_chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        match self {
            Self::Part(form) => form.next_chunk().await,
            Self::Whole(body) => body.next_chunk().await,
        }
    }
}

/// Writes the PDF to a file without a name.
async fn save_pdf(state: &AppState, mut body: PdfBody<'_>) -> Result<tokio::fs::File, ApiError> {
    let mut file = nameless_file(state).await?;
    let limit = state.settings.limits.upload_bytes;
    let mut length = 0;
    let mut start = Vec::new();
    while let Some(chunk) = body.next_chunk().await? {
        length += chunk.len() as u64;
        if length > limit {
            return Err(ApiError::TooLarge { limit });
        }
        let wanted = HEAD_BYTES.saturating_sub(start.len()).min(chunk.len());
        if wanted > 0 {
            start.extend_from_slice(&chunk[..wanted]);
            // There is no point in taking a hundred megabytes of something else.
            if start.len() == HEAD_BYTES {
                FileFormat::check_head(&start)?;
            }
        }
        metrics::uploaded(chunk.len());
        file.write_all(&chunk).await.map_err(ApiError::unsaved)?;
    }
    if length == 0 {
        return Err(ApiError::WrongRequest("the file is empty; choose another one".to_owned()));
    }
    FileFormat::check_head(&start)?;
    file.flush().await.map_err(ApiError::unsaved)?;
    Ok(file)
}

async fn text(form: &mut Multipart<BodyDataStream>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = form.next_chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_FIELD_BYTES {
            return Err(ApiError::WrongRequest("a field of the form is too long".to_owned()));
        }
    }
    String::from_utf8(bytes)
        .map_err(|_| ApiError::WrongRequest("a field of the form is not valid UTF-8".to_owned()))
}
