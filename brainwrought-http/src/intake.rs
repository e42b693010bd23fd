//! [`receive`]: an upload becomes a job.

use std::io::Read as _;
use std::io::Seek as _;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use brainwrought_core::job::{Callback, JobStatus};
use brainwrought_core::job_store::Created;
use brainwrought_core::purse::Cost;
use brainwrought_stages::output_file::write_whole;
use brainwrought_stages::parse::{PDF_HEADER_WITHIN, find_pdf_header};
use brainwrought_stages::standard::MakeOptions;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::SemaphorePermit;
use url::form_urlencoded;

use crate::links::Base;
use crate::multipart::{Multipart, Part};
use crate::site::Site;
use crate::timed_body::{BodyLimits, TimedBody};
use crate::video_options::VideoOptions;
use crate::{ApiError, multipart, webhook};

/// The most fields of a form, and the most bytes of one that is no file.
const MAX_FIELDS: usize = 40;
const MAX_FIELD_BYTES: usize = 4 << 10;

/// The longest file name that is kept, in characters.
const MAX_NAME: usize = 160;

/// A request that brings a PDF.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PdfRequest<'a> {
    pub(crate) headers: &'a HeaderMap,
    /// The query of its URL; options may stand there.
    pub(crate) query: Option<&'a str>,
    /// Where links in a webhook's message begin; a callback needs an absolute one.
    pub(crate) base: &'a Base,
}

/// What a client wants made of its PDF.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    /// The name that the file has at the client.
    pub(crate) file_name: String,
    pub(crate) options: VideoOptions,
    pub(crate) callback_url: Option<String>,
    /// The key under which the job is found again, as the store has it.
    pub(crate) key: Option<String>,
}

/// A PDF that came in whole, in a file without a name: whatever happens, nothing of it stays.
struct Upload {
    file: tokio::fs::File,
    file_name: Option<String>,
    fields: Vec<(String, String)>,
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

/// Takes an upload, as a form or as the PDF alone, and creates its job, or finds the one that was created with the same
/// key. Options may be fields of the form, parameters of the query, or both; a field wins.
///
/// The body goes to disk as it arrives.
pub(crate) async fn receive(site: &Site, request: PdfRequest<'_>, body: Body) -> Result<Created, ApiError> {
    let headers = request.headers;
    let key = idempotency_key(headers)?;
    let query = form_urlencoded::parse(request.query.unwrap_or_default().as_bytes());
    let mut fields: Vec<(String, String)> = query.into_owned().collect();
    if fields.len() > MAX_FIELDS {
        return Err(ApiError::WrongRequest(format!("a query has at most {MAX_FIELDS} parameters")));
    }
    let _turn = admit(site, headers, key.as_deref()).await?;
    let content_type = header(headers, CONTENT_TYPE).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let upload = if essence.eq_ignore_ascii_case("application/pdf") {
        read_pdf(site, headers, body).await?
    } else {
        let form = Multipart::new(content_type, body.into_data_stream(), body_limits(site))?;
        read_form(site, form).await?
    };
    fields.extend(upload.fields);
    let mut take = |name: &str| {
        let mut last = None;
        fields.retain(|(field, value)| {
            let is_other = field != name;
            if !is_other && !value.trim().is_empty() {
                last = Some(value.trim().to_owned());
            }
            is_other
        });
        last
    };
    let (callback_url, named) = (take("callback_url"), take("file_name"));
    let file_name = upload.file_name.or(named).unwrap_or_default();
    let order = Order { file_name, options: VideoOptions::from_fields(fields)?, callback_url, key };
    create(site, upload.file, order, request.base).await
}

/// Takes a PDF that was ordered before, at an address that was given out for it.
pub(crate) async fn receive_ordered(
    site: &Site,
    request: PdfRequest<'_>,
    body: Body,
    order: Order,
) -> Result<Created, ApiError> {
    let _turn = admit(site, request.headers, order.key.as_deref()).await?;
    let upload = read_pdf(site, request.headers, body).await?;
    create(site, upload.file, order, request.base).await
}

/// Takes a PDF that is in memory already and creates its job, or finds the one that was created with the same key.
pub(crate) async fn receive_whole(
    site: &Site,
    pdf: Bytes,
    order: Order,
    base: &Base,
) -> Result<Created, ApiError> {
    let limit = site.settings.limits.upload_bytes;
    if pdf.len() as u64 > limit {
        return Err(ApiError::TooLarge { limit });
    }
    if find_pdf_header(&pdf).is_none() {
        return Err(ApiError::NotAPdf);
    }
    let wanted = Wanted::of(site, order, base).await?;
    let _upload = upload_turn(site)?;
    check_room(site, wanted.key.as_deref()).await?;
    let _handover = site.handover_turn(pdf.len() as u64).await?;
    site.metrics.uploaded.fetch_add(pdf.len() as u64, Ordering::Relaxed);
    submit(site, pdf, wanted).await
}

/// Refuses what is announced as too large, and takes a turn to upload.
async fn admit<'a>(
    site: &'a Site,
    headers: &HeaderMap,
    key: Option<&str>,
) -> Result<SemaphorePermit<'a>, ApiError> {
    let limit = site.settings.limits.upload_bytes;
    let announced = header(headers, CONTENT_LENGTH).and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > limit.saturating_add(1 << 20)) {
        return Err(ApiError::TooLarge { limit });
    }
    let turn = upload_turn(site)?;
    check_room(site, key).await?;
    Ok(turn)
}

fn body_limits(site: &Site) -> BodyLimits {
    let patience = site.settings.patience;
    BodyLimits { bytes: site.settings.limits.upload_bytes, chunk: patience.chunk, whole: patience.upload }
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn upload_turn(site: &Site) -> Result<SemaphorePermit<'_>, ApiError> {
    site.uploads.try_acquire().map_err(|_| ApiError::Busy {
        reason: "too many uploads are under way".to_owned(),
        after: Duration::from_secs(5),
    })
}

/// Refuses when there are too many jobs already, unless the key shows that the job is one of them.
async fn check_room(site: &Site, key: Option<&str>) -> Result<(), ApiError> {
    let active = site.active_jobs().await?;
    let is_known = key.is_some() && active.iter().any(|view| view.job.idempotency_key.as_deref() == key);
    // Uploads under way become jobs soon; this one holds a permit itself.
    let uploading = site.settings.limits.uploads.saturating_sub(site.uploads.available_permits() + 1);
    if active.len() + uploading < site.settings.limits.active_jobs || is_known {
        return Ok(());
    }
    let waiting = active.iter().filter(|view| view.status == JobStatus::Pending).count();
    Err(ApiError::Busy {
        reason: format!("the queue is full: {waiting} jobs wait"),
        after: Duration::from_secs(60),
    })
}

async fn read_pdf(site: &Site, headers: &HeaderMap, body: Body) -> Result<Upload, ApiError> {
    let body = TimedBody::new(body.into_data_stream(), body_limits(site), 0);
    let file = save(site, PdfBody::Whole(body)).await?;
    let disposition = headers.get(CONTENT_DISPOSITION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let file_name = disposition.and_then(|disposition| multipart::file_name(&disposition));
    Ok(Upload { file, file_name, fields: Vec::new() })
}

async fn read_form(site: &Site, mut form: Multipart<BodyDataStream>) -> Result<Upload, ApiError> {
    let mut fields = Vec::new();
    let mut found = None;
    let mut parts = 0;
    while let Some(part) = form.next_part().await? {
        parts += 1;
        if parts > MAX_FIELDS {
            return Err(ApiError::WrongRequest(format!("a form has at most {MAX_FIELDS} fields")));
        }
        match part {
            Part { name, file_name } if name == "pdf" || name == "file" => {
                if found.is_some() {
                    return Err(ApiError::WrongRequest("send one PDF at a time".to_owned()));
                }
                let file = save(site, PdfBody::Part(&mut form)).await?;
                found = Some((file, file_name));
            }
            Part { name, .. } => fields.push((name, text(&mut form).await?)),
        }
    }
    let none = || ApiError::WrongRequest("the form has no PDF; send it in the field `pdf`".to_owned());
    let (file, file_name) = found.ok_or_else(none)?;
    Ok(Upload { file, file_name, fields })
}

/// Writes the PDF to a file without a name.
async fn save(site: &Site, mut body: PdfBody<'_>) -> Result<tokio::fs::File, ApiError> {
    let folder = site.settings.inputs.clone();
    let made = move || std::fs::create_dir_all(&folder).and_then(|()| tempfile::tempfile_in(&folder));
    let file = tokio::task::spawn_blocking(made).await.map_err(|error| ApiError::unavailable(SAVE, error))?;
    let mut file = tokio::fs::File::from_std(file.map_err(unsaved)?);
    let limit = site.settings.limits.upload_bytes;
    let mut length = 0;
    let mut start = Vec::new();
    while let Some(chunk) = body.next_chunk().await? {
        length += chunk.len() as u64;
        if length > limit {
            return Err(ApiError::TooLarge { limit });
        }
        let wanted = PDF_HEADER_WITHIN.saturating_sub(start.len()).min(chunk.len());
        if wanted > 0 {
            start.extend_from_slice(&chunk[..wanted]);
            // There is no point in taking a hundred megabytes of something else.
            if start.len() == PDF_HEADER_WITHIN && find_pdf_header(&start).is_none() {
                return Err(ApiError::NotAPdf);
            }
        }
        site.metrics.uploaded.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        file.write_all(&chunk).await.map_err(unsaved)?;
    }
    if length == 0 {
        return Err(ApiError::WrongRequest("the file is empty; choose a PDF".to_owned()));
    }
    if find_pdf_header(&start).is_none() {
        return Err(ApiError::NotAPdf);
    }
    file.flush().await.map_err(unsaved)?;
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
    String::from_utf8(bytes).map_err(|_| ApiError::WrongRequest("a field of the form is no UTF-8".to_owned()))
}

/// Creates the job of an upload.
async fn create(site: &Site, file: tokio::fs::File, order: Order, base: &Base) -> Result<Created, ApiError> {
    let wanted = Wanted::of(site, order, base).await?;
    let failed = |error| ApiError::unavailable(SAVE, error);
    let file = file.into_std().await;
    let bytes = file.metadata().map_err(failed)?.len();
    let _turn = site.handover_turn(bytes).await?;
    let pdf = tokio::task::spawn_blocking(move || read_back(file)).await;
    let pdf = pdf.map_err(|error| ApiError::unavailable(SAVE, error))?.map_err(failed)?;
    submit(site, pdf, wanted).await
}

/// What a client wants of its PDF, checked.
struct Wanted {
    file_name: String,
    options: MakeOptions,
    max_cost: Option<Cost>,
    callback: Option<Callback>,
    key: Option<String>,
}

impl Wanted {
    async fn of(site: &Site, order: Order, base: &Base) -> Result<Self, ApiError> {
        let max_cost = order.options.limit(site.settings.max_cost)?;
        let options = order.options.make_options()?;
        let callback = match order.callback_url {
            Some(url) => Some(webhook::admit(&site.settings, &url, base).await?),
            None => None,
        };
        Ok(Self { file_name: shown_name(&order.file_name), options, max_cost, callback, key: order.key })
    }
}

/// Checks an order whose PDF is still to come.
///
/// # Errors
///
/// Fails when it would be refused with its PDF, too.
pub(crate) async fn check(site: &Site, order: Order, base: &Base) -> Result<(), ApiError> {
    Wanted::of(site, order, base).await.map(drop)
}

/// Hands a PDF to the engine and keeps a readable copy beside the jobs.
async fn submit(site: &Site, pdf: Bytes, wanted: Wanted) -> Result<Created, ApiError> {
    let Wanted { file_name, mut options, max_cost, callback, key } = wanted;
    options.llm.clone_from(&site.settings.llm);
    options.trends.clone_from(&site.settings.trends);
    options.pictures.clone_from(&site.settings.pictures);
    options.memes_by = site.settings.memes_by;
    let bytes = pdf.clone();
    // The seed is drawn from all of the PDF.
    let submission = tokio::task::spawn_blocking(move || options.submission(&file_name, bytes)).await;
    let mut submission = submission
        .map_err(|error| ApiError::unavailable(SAVE, error))?
        .map_err(|error| ApiError::unavailable("write the options", error))?;
    submission.idempotency_key.clone_from(&key);
    submission.max_cost = max_cost;
    let chosen = submission.options.clone();
    let created = site.engine.submit(submission).await?;
    let job = &created.view.job;
    if created.is_new {
        site.metrics.submitted.fetch_add(1, Ordering::Relaxed);
        let copy = site.settings.inputs.join(job.job_id.as_str()).join("input.pdf");
        // The job has the PDF from the artifact store; the copy is for people, so a failure is no reason to stop.
        let kept = tokio::task::spawn_blocking(move || write_whole(&copy, &pdf)).await;
        if !matches!(kept, Ok(Ok(()))) {
            tracing::warn!(job = %job.job_id, "could not keep a copy of the PDF");
        }
    } else if job.options != chosen || job.input.pdf.digest != brainwrought_core::id::Digest::of(&pdf) {
        return Err(ApiError::KeyReused);
    }
    webhook::attach(site, &created, callback).await?;
    Ok(created)
}

const SAVE: &str = "save the upload";

fn read_back(mut file: std::fs::File) -> std::io::Result<Bytes> {
    file.rewind()?;
    let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len()).unwrap_or_default());
    file.read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// A name to show: without folders, control characters and what turns the direction of text around.
pub(crate) fn shown_name(name: &str) -> String {
    let is_odd = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = base.chars().filter(|c| !is_odd(*c)).take(MAX_NAME).collect();
    let clean = clean.trim();
    if clean.is_empty() || Path::new(clean).file_name().is_none() {
        "document.pdf".to_owned()
    } else {
        clean.to_owned()
    }
}

/// Reads the key. It has a name of its own in the store, so that no other frontend's keys meet it.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    stored_key(value.to_str().unwrap_or_default()).map(Some)
}

/// The name that a key has in the store.
///
/// # Errors
///
/// Fails when it is no key.
pub(crate) fn stored_key(key: &str) -> Result<String, ApiError> {
    if !key.is_ascii() || !(1..=255).contains(&key.len()) {
        return Err(ApiError::WrongRequest("an idempotency key has 1 to 255 ASCII characters".to_owned()));
    }
    Ok(format!("http:{}", brainwrought_core::id::Digest::of(key.as_bytes())))
}

fn unsaved(error: std::io::Error) -> ApiError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            ApiError::Full(Box::new(error))
        }
        _ => ApiError::unavailable(SAVE, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_for_showing_only() {
        for (name, shown) in [
            ("paper.pdf", "paper.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\a b.pdf", "a b.pdf"),
            ("..", "document.pdf"),
            ("", "document.pdf"),
            ("a\u{202e}fdp.exe\r\n\0", "afdp.exe"),
            ("<script>.pdf", "<script>.pdf"),
        ] {
            assert_eq!(shown_name(name), shown, "{name:?}");
        }
        assert_eq!(shown_name(&"x".repeat(5000)).len(), MAX_NAME);
    }

    #[test]
    fn keys_are_bounded() {
        let read = |value: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert("idempotency-key", axum::http::HeaderValue::from_bytes(value).unwrap());
            idempotency_key(&headers)
        };
        assert!(read(b"k").unwrap().unwrap().starts_with("http:"));
        assert_ne!(read(b"k").unwrap(), read(b"l").unwrap());
        assert!(read(b"").is_err() && read(&[b'a'; 256]).is_err() && read(b"\xff").is_err());
    }
}
