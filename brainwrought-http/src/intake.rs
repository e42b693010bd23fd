//! [`receive`]: an upload becomes a job.

use std::io::Read as _;
use std::io::Seek as _;
use std::path::Path;

use axum::body::{Body, BodyDataStream};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use brainwrought_core::budget::Cost;
use brainwrought_core::data::SourcePdf;
use brainwrought_core::id::Digest;
use brainwrought_core::job::{Callback, Job};
use brainwrought_core::job_store::Created;
use brainwrought_core::private_folder::private_folder;
use brainwrought_stages::parse::{PDF_HEADER_WITHIN, find_pdf_header};
use brainwrought_stages::standard::{MakeOptions, Music};
use brainwrought_stages::text::without_invisible;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use url::form_urlencoded;

use crate::admission::{admit, check_size, enter_queue};
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::fair_queue;
use crate::idempotency_key::{idempotency_key, is_known};
use crate::links::Base;
use crate::multipart::{Multipart, Part};
use crate::own_music;
use crate::timed_body::{BodyLimits, TimedBody};
use crate::video_options::VideoOptions;
use crate::{ApiError, metrics, multipart, webhook};

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

/// A form, or a PDF alone, that came in whole. Its files have no names on disk: whatever happens, nothing of them stays.
#[derive(Default)]
struct Form {
    pdf: Option<tokio::fs::File>,
    /// The name that the PDF has at the client.
    file_name: Option<String>,
    /// The client's own music.
    music: Option<tokio::fs::File>,
    fields: Vec<(String, String)>,
}

/// What a form chooses for a video whose PDF is here already.
pub(crate) struct Choices {
    pub(crate) fields: Vec<(String, String)>,
    /// The client's own music.
    pub(crate) music: Option<Bytes>,
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
pub(crate) async fn receive(
    state: &AppState,
    client: ClientId,
    request: PdfRequest<'_>,
    body: Body,
) -> Result<Created, ApiError> {
    let headers = request.headers;
    let key = idempotency_key(client, headers)?;
    let query = form_urlencoded::parse(request.query.unwrap_or_default().as_bytes());
    let mut fields: Vec<(String, String)> = query.into_owned().collect();
    if fields.len() > MAX_FIELDS {
        return Err(ApiError::WrongRequest(format!("a query has at most {MAX_FIELDS} parameters")));
    }
    let essence = header(headers, CONTENT_TYPE).unwrap_or_default().split(';').next().unwrap_or_default();
    let is_alone = essence.trim().eq_ignore_ascii_case("application/pdf");
    let beside = if is_alone { 0 } else { own_music::MAX_BYTES };
    let admitted = admit(state, client, key.as_deref(), announced(state, headers, beside)?).await?;
    let form = if is_alone {
        read_pdf(state, headers, body).await?
    } else {
        read_form(state, multipart(state, headers, body)?).await?
    };
    let none = || ApiError::WrongRequest("the form has no PDF; send it in the field `pdf`".to_owned());
    let pdf = form.pdf.ok_or_else(none)?;
    fields.extend(form.fields);
    let (callback_url, named) = (take(&mut fields, "callback_url"), take(&mut fields, "file_name"));
    let file_name = form.file_name.or(named).unwrap_or_default();
    let order = Order { file_name, options: VideoOptions::from_fields(fields)?, callback_url, key };
    let music = own_music::read_back(state, form.music).await?;
    let wanted = Wanted::read(state, order, music, request.base).await?;
    let created = create(state, client, pdf, wanted).await?;
    admitted.keep();
    Ok(created)
}

/// Takes a PDF that was ordered before, at an address that was given out for it.
pub(crate) async fn receive_ordered(
    state: &AppState,
    client: ClientId,
    request: PdfRequest<'_>,
    body: Body,
    order: Order,
) -> Result<Created, ApiError> {
    let bytes = announced(state, request.headers, 0)?;
    let admitted = admit(state, client, order.key.as_deref(), bytes).await?;
    let pdf = save_alone(state, body).await?;
    let wanted = Wanted::read(state, order, None, request.base).await?;
    let created = create(state, client, pdf, wanted).await?;
    admitted.keep();
    Ok(created)
}

/// Takes a form that chooses options and sends no PDF.
pub(crate) async fn receive_choices(
    state: &AppState,
    client: ClientId,
    headers: &HeaderMap,
    body: Body,
) -> Result<Choices, ApiError> {
    let _admitted = admit(state, client, None, own_music::MAX_BYTES).await?;
    let form = read_form(state, multipart(state, headers, body)?).await?;
    if form.pdf.is_some() {
        return Err(ApiError::WrongRequest("this form takes no PDF: the one of the job is used".to_owned()));
    }
    Ok(Choices { fields: form.fields, music: own_music::read_back(state, form.music).await? })
}

/// Takes the fields of a name out, and returns the last value that was given.
fn take(fields: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let mut last = None;
    fields.retain(|(field, value)| {
        let is_other = field != name;
        if !is_other && !value.trim().is_empty() {
            last = Some(value.trim().to_owned());
        }
        is_other
    });
    last
}

/// How many bytes a body may have: as many as its head says, else as many as a PDF may. `beside` is how many there may be
/// beside the PDF.
///
/// # Errors
///
/// Fails when the head says too many.
fn announced(state: &AppState, headers: &HeaderMap, beside: u64) -> Result<u64, ApiError> {
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

/// A PDF that is in memory already.
pub(crate) struct Document {
    pub(crate) pdf: Bytes,
    /// The client's own music.
    pub(crate) music: Option<Bytes>,
}

/// Takes a PDF that is in memory already and creates its job, or finds the one that was created with the same key.
pub(crate) async fn receive_whole(
    state: &AppState,
    client: ClientId,
    document: Document,
    order: Order,
    base: &Base,
) -> Result<Created, ApiError> {
    let Document { pdf, music } = document;
    let limit = state.settings.limits.upload_bytes;
    if pdf.len() as u64 > limit {
        return Err(ApiError::TooLarge { limit });
    }
    if find_pdf_header(&pdf).is_none() {
        return Err(ApiError::NotAPdf);
    }
    let wanted = Wanted::read(state, order, music, base).await?;
    let bytes = pdf.len() as u64;
    let admitted = admit(state, client, wanted.key.as_deref(), bytes).await?;
    let _handover = state.handover_turn(bytes).await?;
    metrics::uploaded(pdf.len());
    let created = submit(state, client, pdf, wanted).await?;
    admitted.keep();
    Ok(created)
}

async fn read_pdf(state: &AppState, headers: &HeaderMap, body: Body) -> Result<Form, ApiError> {
    let file = save_alone(state, body).await?;
    let disposition = headers.get(CONTENT_DISPOSITION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let file_name = disposition.and_then(|disposition| multipart::file_name(&disposition));
    Ok(Form { pdf: Some(file), file_name, ..Form::default() })
}

/// Writes a body that is the PDF alone to a file without a name.
async fn save_alone(state: &AppState, body: Body) -> Result<tokio::fs::File, ApiError> {
    let body = TimedBody::new(body.into_data_stream(), body_limits(state, 0), 0);
    save_pdf(state, PdfBody::Whole(body)).await
}

async fn read_form(state: &AppState, mut form: Multipart<BodyDataStream>) -> Result<Form, ApiError> {
    let mut read = Form::default();
    let mut parts = 0;
    while let Some(part) = form.next_part().await? {
        parts += 1;
        if parts > MAX_FIELDS {
            return Err(ApiError::WrongRequest(format!("a form has at most {MAX_FIELDS} fields")));
        }
        match part {
            Part { name, file_name } if name == "pdf" || name == "file" => {
                if read.pdf.is_some() {
                    return Err(ApiError::WrongRequest("send one PDF at a time".to_owned()));
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

/// Makes a file without a name.
pub(crate) async fn nameless_file(state: &AppState) -> Result<tokio::fs::File, ApiError> {
    let folder = state.settings.inputs.clone();
    let made = move || private_folder(&folder).and_then(|()| tempfile::tempfile_in(&folder));
    let file = tokio::task::spawn_blocking(made).await.map_err(|error| ApiError::unavailable(SAVE, error))?;
    file.map(tokio::fs::File::from_std).map_err(unsaved)
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
        let wanted = PDF_HEADER_WITHIN.saturating_sub(start.len()).min(chunk.len());
        if wanted > 0 {
            start.extend_from_slice(&chunk[..wanted]);
            // There is no point in taking a hundred megabytes of something else.
            if start.len() == PDF_HEADER_WITHIN && find_pdf_header(&start).is_none() {
                return Err(ApiError::NotAPdf);
            }
        }
        metrics::uploaded(chunk.len());
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
    String::from_utf8(bytes)
        .map_err(|_| ApiError::WrongRequest("a field of the form is not valid UTF-8".to_owned()))
}

/// Creates the job of an upload.
async fn create(
    state: &AppState,
    client: ClientId,
    file: tokio::fs::File,
    wanted: Wanted,
) -> Result<Created, ApiError> {
    let failed = |error| ApiError::unavailable(SAVE, error);
    let file = file.into_std().await;
    let bytes = file.metadata().map_err(failed)?.len();
    let _turn = state.handover_turn(bytes).await?;
    let pdf = read_whole(file).await?;
    submit(state, client, pdf, wanted).await
}

/// What a client wants of its PDF, checked.
struct Wanted {
    file_name: String,
    options: MakeOptions,
    max_cost: Option<Cost>,
    callback: Option<Callback>,
    key: Option<String>,
    /// The client's own music.
    music: Option<Bytes>,
}

impl Wanted {
    /// Checks what a client wants before anything is stored.
    async fn read(
        state: &AppState,
        order: Order,
        music: Option<Bytes>,
        base: &Base,
    ) -> Result<Self, ApiError> {
        let Order { file_name, options, callback_url, key } = order;
        let max_cost = options.limit(state.settings.max_cost)?;
        state.previews.check_voice("voice", &options.voice).await?;
        state.previews.check_voice("voice2", &options.voice2).await?;
        let options = options.make_options()?;
        check_size(state, &options)?;
        let callback = match callback_url {
            Some(url) => Some(webhook::admit(&state.settings, &url, base).await?),
            None => None,
        };
        Ok(Self { file_name: shown_name(&file_name), options, max_cost, callback, key, music })
    }
}

/// Checks an order whose PDF is still to come.
///
/// # Errors
///
/// Fails when it would be refused with its PDF, too.
pub(crate) async fn check(state: &AppState, order: Order, base: &Base) -> Result<(), ApiError> {
    Wanted::read(state, order, None, base).await.map(drop)
}

/// Hands a PDF to the engine.
async fn submit(state: &AppState, client: ClientId, pdf: Bytes, wanted: Wanted) -> Result<Created, ApiError> {
    let Wanted { file_name, mut options, max_cost, callback, key, music } = wanted;
    let cost = fair_queue::cost(&options);
    if let Some(music) = music {
        options.music = Music::File(own_music::store(state, music).await?);
    }
    options.llm.clone_from(&state.settings.llm);
    options.trends.clone_from(&state.settings.trends);
    options.pictures.clone_from(&state.settings.pictures);
    options.memes_by = state.settings.memes_by;
    if options.ocr.is_auto() {
        options.ocr = state.settings.ocr;
    }
    if !is_known(state, key.as_deref()).await? {
        state.check_room(client, &options).await?;
    }
    let bytes = pdf.clone();
    // The seed is drawn from all of the PDF.
    let submission = tokio::task::spawn_blocking(move || options.submission(&file_name, bytes)).await;
    let mut submission = submission
        .map_err(|error| ApiError::unavailable(SAVE, error))?
        .map_err(|error| ApiError::unavailable("write the options", error))?;
    submission.idempotency_key.clone_from(&key);
    submission.max_cost = max_cost;
    let chosen = submission.options.clone();
    submission.priority = enter_queue(state, client, cost).await?;
    let created = state.engine.submit(submission).await;
    match &created {
        Ok(Created { view, is_new: true }) => {
            state.fair_queue.created(client, cost, &view.job.job_id);
            state.storage.brought(client, &view.job.job_id);
        }
        _ => state.fair_queue.leave(client, cost),
    }
    let created = created?;
    let job = &created.view.job;
    if created.is_new {
        metrics::submitted();
    } else if job.options != chosen || !is_of(job, &pdf) {
        return Err(ApiError::KeyReused);
    }
    webhook::attach(state, &created, callback).await?;
    Ok(created)
}

pub(crate) const SAVE: &str = "save the upload";

/// Tells whether a job was made from these bytes.
fn is_of(job: &Job, pdf: &Bytes) -> bool {
    let input: Option<SourcePdf> = job.input.get();
    input.is_some_and(|input| input.pdf.digest == Digest::of(pdf))
}

/// Reads a file that was written just now into memory.
pub(crate) async fn read_whole(mut file: std::fs::File) -> Result<Bytes, ApiError> {
    let read = move || {
        file.rewind()?;
        let mut bytes = Vec::with_capacity(usize::try_from(file.metadata()?.len()).unwrap_or_default());
        file.read_to_end(&mut bytes)?;
        Ok::<_, std::io::Error>(bytes.into())
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.map_err(|error| ApiError::unavailable(SAVE, error))?
        .map_err(|error| ApiError::unavailable(SAVE, error))
}

/// A name to show: without folders, control characters and what turns the direction of text around.
pub(crate) fn shown_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cut: String = without_invisible(base).chars().take(MAX_NAME).collect();
    // The cut may have gone through a flag.
    let clean = without_invisible(&cut);
    let clean = clean.trim();
    if clean.is_empty() || Path::new(clean).file_name().is_none() {
        "document.pdf".to_owned()
    } else {
        clean.to_owned()
    }
}

pub(crate) fn unsaved(error: std::io::Error) -> ApiError {
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
            (
                "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}.pdf",
                "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}.pdf",
            ),
        ] {
            assert_eq!(shown_name(name), shown, "{name:?}");
        }
        assert_eq!(shown_name(&"x".repeat(5000)).len(), MAX_NAME);
    }
}
