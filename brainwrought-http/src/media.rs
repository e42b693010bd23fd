//! [`serve_file`]: files of jobs, with ranges, validators and the right types.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::Response;
use brainwrought_core::data::BlobRef;
use brainwrought_core::id::JobId;
use brainwrought_core::job::Job;
use brainwrought_stages::parse::FileFormat;
use brainwrought_stages::standard::input_name;
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use crate::ApiError;
use crate::app_state::AppState;
use crate::byte_range::ByteRange;
use crate::output_files::{INPUT, PDF, fetch, locate};

/// How much of a file is read at a time, in bytes.
const PIECE: usize = 64 << 10;

/// Some browsers' viewers of PDFs are pages of their own with styles inside, and obey the policy of the PDF.
const PDF_POLICY: &str =
    "default-src 'self'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Downloads a file of a job: `video.mp4`, `captions.vtt`, `captions.srt`, `captions.ass`, `poster.png`, `transcript.md`,
/// `chapters.txt`, `quiz.json`, `report.json`, `manifest.json` or `input.pdf`.
#[utoipa::path(
    get, path = "/jobs/{job_id}/{file}", tag = "files",
    params(
        ("job_id" = String, Path, description = "The job ID."),
        ("file" = String, Path, description = "The file name."),
        ("download" = Option<String>, Query, description = "If present, browsers save the file instead of displaying it."),
        ("Range" = Option<String>, Header, description = "A single byte range."),
    ),
    responses(
        (status = 200, description = "The file.", content_type = "*/*", body = serde_json::Value, headers(
            ("Accept-Ranges" = String, description = "`bytes`."),
            ("Content-Disposition" = String, description = "With `download`, the file name to save as."),
            ("ETag" = String, description = "Identifies this version of the file."),
        )),
        (status = 206, description = "The requested part of the file.", content_type = "*/*", body = serde_json::Value, headers(
            ("Content-Range" = String, description = "The range that is returned."),
            ("ETag" = String, description = "Identifies this version of the file."),
        )),
        (status = 304, description = "The client already has the current version."),
        (status = 404, description = "There is no such job or file, or the file does not exist yet.", body = crate::api_error::ErrorBody),
        (status = 416, description = "The range lies outside the file.", body = crate::api_error::ErrorBody, headers(
            ("Content-Range" = String, description = "The size of the file."),
        )),
    )
)]
pub(crate) async fn serve_file(
    State(state): State<Arc<AppState>>,
    Path((job_id, name)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let view = state.job(&job_id).await?;
    let request = FileRequest { name: &name, query: query.as_deref(), method: &method, headers: &headers };
    send(&state, &view.job, request).await
}

/// What a request for a file of a job says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileRequest<'a> {
    /// The name of the file.
    pub(crate) name: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) method: &'a Method,
    pub(crate) headers: &'a HeaderMap,
}

/// Sends a file of a job.
///
/// # Errors
///
/// Fails when there is no such file, or not yet, or no byte is in the range that is asked for.
pub(crate) async fn send(
    state: &AppState,
    job: &Job,
    request: FileRequest<'_>,
) -> Result<Response, ApiError> {
    let name = request.name;
    let (blob, media_type) = locate(state, job, name).await?;
    let tag = format!("\"{}\"", blob.digest);
    let (mut response, part) = head(request.headers, blob.bytes, &tag, media_type)?;
    let set = response.headers_mut();
    let is_pdf = media_type == PDF;
    if name == INPUT && is_pdf {
        set.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PDF_POLICY));
    }
    let is_saved = request.query.is_some_and(|query| query.split('&').any(|key| key.starts_with("download")));
    if is_saved || name == INPUT && !is_pdf {
        set.insert(CONTENT_DISPOSITION, value(&disposition(&input_name(job), name))?);
    }
    if let Some((start, end)) = part.filter(|_| request.method != Method::HEAD) {
        *response.body_mut() = body(state, &job.job_id, name, &blob, start, end).await?;
    }
    Ok(response)
}

/// The head of an answer with a file, and which of its bytes belong to it; none when the client has them already.
///
/// # Errors
///
/// Fails when no byte is in the range that is asked for.
pub(crate) fn head(
    headers: &HeaderMap,
    length: u64,
    tag: &str,
    media_type: &'static str,
) -> Result<(Response, Option<(u64, u64)>), ApiError> {
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let mut response = Response::new(Body::empty());
    let set = response.headers_mut();
    set.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // A job's video changes when its script does, so it is looked for again each time; the tag makes that cheap.
    set.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    set.insert(ETAG, value(tag)?);
    let is_known =
        |known: &str| known == "*" || known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag);
    if header(IF_NONE_MATCH).is_some_and(is_known) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok((response, None));
    }
    set.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    // A range of another version would be joined with this one.
    let range = header(RANGE).filter(|_| header(IF_RANGE).is_none_or(|known| known == tag));
    let (start, end) = match ByteRange::parse(range, length) {
        ByteRange::Whole => (0, length),
        ByteRange::Unsatisfiable => return Err(ApiError::OutOfRange { length }),
        ByteRange::Part { start, end } => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let part = format!("bytes {start}-{}/{length}", end - 1);
            response.headers_mut().insert(CONTENT_RANGE, value(&part)?);
            (start, end)
        }
    };
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(end - start));
    Ok((response, Some((start, end))))
}

/// The bytes from `start` to `end`: from the file on this machine when it is the right one, else from the artifact
/// store.
async fn body(
    state: &AppState,
    id: &JobId,
    name: &str,
    blob: &BlobRef,
    start: u64,
    end: u64,
) -> Result<Body, ApiError> {
    let folder = if name == INPUT { &state.settings.inputs } else { &state.settings.outputs };
    let path = folder.join(id.as_str()).join(name);
    if let Some(file) = state.local_files.open(path, blob, start).await {
        return Ok(stream(file, end - start));
    }
    let bytes = fetch(state, id, blob).await?.ok_or_else(|| ApiError::NoSuchFile(name.to_owned()))?;
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = range.filter(|(start, end)| start <= end && *end <= bytes.len());
    let (start, end) = part.ok_or_else(|| ApiError::NoSuchFile(name.to_owned()))?;
    Ok(Body::from(bytes.slice(start..end)))
}

/// The next `length` bytes of a file, piece by piece.
pub(crate) fn stream(file: tokio::fs::File, length: u64) -> Body {
    Body::from_stream(ReaderStream::with_capacity(file.take(length), PIECE))
}

/// Names the file after the document: `paper.mp4`, `paper.captions.srt`.
fn disposition(document: &str, name: &str) -> String {
    let stem = document.rsplit_once('.').map_or(document, |(stem, _)| stem);
    let name = match name {
        "video.mp4" => format!("{stem}.mp4"),
        INPUT if FileFormat::of_name(document).is_some() => document.to_owned(),
        INPUT => format!("{stem}.pdf"),
        other => format!("{stem}.{other}"),
    };
    // RFC 8187: whatever is no attribute character is written as the hex of its bytes.
    let coded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("attachment; filename*=UTF-8''{coded}")
}

fn value(text: &str) -> Result<HeaderValue, ApiError> {
    HeaderValue::from_str(text).map_err(|error| ApiError::unavailable("write the answer", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_is_named_after_the_document() {
        assert_eq!(disposition("paper.pdf", "video.mp4"), "attachment; filename*=UTF-8''paper.mp4");
        let odd = disposition("a\"b;\r\né.pdf", "captions.srt");
        assert_eq!(odd, "attachment; filename*=UTF-8''a%22b%3B%0D%0A%C3%A9.captions.srt");
    }
}
