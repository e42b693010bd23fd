//! [`receive`]: an upload becomes a job.

use std::io::Read as _;
use std::io::Seek as _;
use std::path::Path;
use std::sync::atomic::Ordering;

use axum::body::{Body, BodyDataStream};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use brainwrought_core::job_store::Created;
use brainwrought_core::private_folder::private_folder;
use brainwrought_core::purse::Cost;
use brainwrought_stages::output_file::write_whole;
use brainwrought_stages::standard::{MakeOptions, Music};
use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;

use crate::ApiError;
use crate::admission::{admit, check_size, enter_queue};
use crate::fair_queue;
use crate::multipart::{BodyLimits, Multipart, Part};
use crate::own_music;
use crate::rate_limit::ClientId;
use crate::site::Site;
use crate::video_options::VideoOptions;

/// The most fields of a form, and the most bytes of one that is no file.
const MAX_FIELDS: usize = 40;
const MAX_FIELD_BYTES: usize = 4 << 10;

/// A PDF may have junk in front; readers look for its mark in so many bytes (ISO 32000-1, implementation note 13).
const SNIFFED: usize = 1024;

/// The longest file name that is kept, in characters.
const MAX_NAME: usize = 160;

/// A form that came in whole. Its files have no names on disk: whatever happens, nothing of them stays.
#[derive(Default)]
struct Form {
    pdf: Option<(tokio::fs::File, String)>,
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

/// Takes an upload and creates its job, or finds the one that was created with the same key.
///
/// The body goes to disk as it arrives.
pub(crate) async fn receive(
    site: &Site,
    client: ClientId,
    headers: &HeaderMap,
    body: Body,
) -> Result<Created, ApiError> {
    let key = idempotency_key(headers)?;
    let limit = site.settings.limits.upload_bytes;
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > limit.saturating_add(own_music::MAX_BYTES + (1 << 20))) {
        return Err(ApiError::TooLarge { limit });
    }
    // A body whose length is not announced may be as long as one may be.
    let admitted = admit(site, client, key.as_deref(), announced.unwrap_or(limit)).await?;
    let form = read_form(site, multipart(site, headers, body)?).await?;
    let created = create(site, client, form, key).await?;
    admitted.keep();
    Ok(created)
}

/// Takes a form that chooses options and sends no PDF.
pub(crate) async fn receive_choices(
    site: &Site,
    client: ClientId,
    headers: &HeaderMap,
    body: Body,
) -> Result<Choices, ApiError> {
    let _admitted = admit(site, client, None, own_music::MAX_BYTES).await?;
    let form = read_form(site, multipart(site, headers, body)?).await?;
    if form.pdf.is_some() {
        return Err(ApiError::WrongRequest("this form takes no PDF: the one of the job is used".to_owned()));
    }
    Ok(Choices { fields: form.fields, music: own_music::read_back(site, form.music).await? })
}

fn multipart(site: &Site, headers: &HeaderMap, body: Body) -> Result<Multipart<BodyDataStream>, ApiError> {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bytes = site.settings.limits.upload_bytes.saturating_add(own_music::MAX_BYTES);
    let limits = BodyLimits { bytes, patience: site.settings.patience };
    Multipart::new(content_type, body.into_data_stream(), limits)
}

/// A PDF that came in whole.
pub(crate) struct Document<'a> {
    pub(crate) pdf: Bytes,
    /// The name that the file has at the client.
    pub(crate) file_name: &'a str,
    /// The client's own music.
    pub(crate) music: Option<Bytes>,
}

/// Takes a PDF that is in memory already and creates its job, or finds the one that was created with the same key.
pub(crate) async fn receive_whole(
    site: &Site,
    client: ClientId,
    document: Document<'_>,
    options: VideoOptions,
    key: Option<&str>,
) -> Result<Created, ApiError> {
    let key = key.map(stored_key).transpose()?;
    let limit = site.settings.limits.upload_bytes;
    if document.pdf.len() as u64 > limit {
        return Err(ApiError::TooLarge { limit });
    }
    if !is_pdf(&document.pdf[..document.pdf.len().min(SNIFFED)]) {
        return Err(ApiError::NotAPdf);
    }
    let wanted = Wanted::read(site, client, options, key, document.music).await?;
    let admitted = admit(site, client, wanted.key.as_deref(), document.pdf.len() as u64).await?;
    let _handover = site.handover_turn(document.pdf.len() as u64).await?;
    site.metrics.uploaded.fetch_add(document.pdf.len() as u64, Ordering::Relaxed);
    let created = submit(site, document.pdf, &shown_name(document.file_name), wanted).await?;
    admitted.keep();
    Ok(created)
}

async fn read_form(site: &Site, mut form: Multipart<BodyDataStream>) -> Result<Form, ApiError> {
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
                let file = save_pdf(site, &mut form).await?;
                read.pdf = Some((file, shown_name(file_name.as_deref().unwrap_or_default())));
            }
            // A browser sends the field of a file that nobody chose with an empty name.
            Part { name, file_name: Some(file_name) } if name == "music" => {
                if !file_name.is_empty() {
                    read.music = Some(own_music::save(site, &mut form).await?);
                }
            }
            Part { name, .. } => read.fields.push((name, text(&mut form).await?)),
        }
    }
    Ok(read)
}

/// Makes a file without a name.
pub(crate) async fn nameless_file(site: &Site) -> Result<tokio::fs::File, ApiError> {
    let folder = site.settings.inputs.clone();
    let made = move || private_folder(&folder).and_then(|()| tempfile::tempfile_in(&folder));
    let file = tokio::task::spawn_blocking(made).await.map_err(|error| ApiError::unavailable(SAVE, error))?;
    file.map(tokio::fs::File::from_std).map_err(unsaved)
}

/// Writes the PDF to a file without a name.
async fn save_pdf(site: &Site, form: &mut Multipart<BodyDataStream>) -> Result<tokio::fs::File, ApiError> {
    let mut file = nameless_file(site).await?;
    let limit = site.settings.limits.upload_bytes;
    let mut length = 0;
    let mut start = Vec::with_capacity(SNIFFED);
    while let Some(chunk) = form.next_chunk().await? {
        length += chunk.len() as u64;
        if length > limit {
            return Err(ApiError::TooLarge { limit });
        }
        let wanted = SNIFFED.saturating_sub(start.len()).min(chunk.len());
        if wanted > 0 {
            start.extend_from_slice(&chunk[..wanted]);
            // There is no point in taking a hundred megabytes of something else.
            if start.len() == SNIFFED && !is_pdf(&start) {
                return Err(ApiError::NotAPdf);
            }
        }
        site.metrics.uploaded.fetch_add(chunk.len() as u64, Ordering::Relaxed);
        file.write_all(&chunk).await.map_err(unsaved)?;
    }
    if length == 0 {
        return Err(ApiError::WrongRequest("the file is empty; choose a PDF".to_owned()));
    }
    if !is_pdf(&start) {
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
async fn create(site: &Site, client: ClientId, form: Form, key: Option<String>) -> Result<Created, ApiError> {
    let none = || ApiError::WrongRequest("the form has no PDF; send it in the field `pdf`".to_owned());
    let (file, file_name) = form.pdf.ok_or_else(none)?;
    let options = VideoOptions::from_fields(form.fields)?;
    let music = own_music::read_back(site, form.music).await?;
    let wanted = Wanted::read(site, client, options, key, music).await?;
    let failed = |error| ApiError::unavailable(SAVE, error);
    let file = file.into_std().await;
    let bytes = file.metadata().map_err(failed)?.len();
    let _turn = site.handover_turn(bytes).await?;
    let pdf = read_whole(file).await?;
    submit(site, pdf, &file_name, wanted).await
}

/// What a client wants of its PDF.
struct Wanted {
    client: ClientId,
    options: MakeOptions,
    max_cost: Option<Cost>,
    key: Option<String>,
    /// The client's own music.
    music: Option<Bytes>,
}

impl Wanted {
    /// Checks what a client wants before anything is stored.
    async fn read(
        site: &Site,
        client: ClientId,
        options: VideoOptions,
        key: Option<String>,
        music: Option<Bytes>,
    ) -> Result<Self, ApiError> {
        let max_cost = options.limit(site.settings.max_cost)?;
        site.previews.check_voice("voice", &options.voice).await?;
        site.previews.check_voice("voice2", &options.voice2).await?;
        Ok(Self { client, options: options.make_options()?, max_cost, key, music })
    }
}

/// Hands a PDF to the engine and keeps a readable copy beside the jobs.
async fn submit(site: &Site, pdf: Bytes, file_name: &str, wanted: Wanted) -> Result<Created, ApiError> {
    let Wanted { client, mut options, max_cost, key, music } = wanted;
    check_size(site, &options)?;
    let cost = fair_queue::cost(&options);
    if let Some(music) = music {
        options.music = Music::File(own_music::store(site, music).await?);
    }
    options.llm.clone_from(&site.settings.llm);
    options.trends.clone_from(&site.settings.trends);
    options.pictures.clone_from(&site.settings.pictures);
    options.memes_by = site.settings.memes_by;
    let (name, bytes) = (file_name.to_owned(), pdf.clone());
    // The seed is drawn from all of the PDF.
    let submission = tokio::task::spawn_blocking(move || options.submission(&name, bytes)).await;
    let mut submission = submission
        .map_err(|error| ApiError::unavailable(SAVE, error))?
        .map_err(|error| ApiError::unavailable("write the options", error))?;
    submission.idempotency_key.clone_from(&key);
    submission.max_cost = max_cost;
    let chosen = submission.options.clone();
    submission.priority = enter_queue(site, client, cost).await?;
    let created = site.engine.submit(submission).await;
    match &created {
        Ok(Created { view, is_new: true }) => site.fair_queue.created(client, cost, &view.job.job_id),
        _ => site.fair_queue.leave(client, cost),
    }
    let created = created?;
    if created.is_new {
        site.metrics.submitted.fetch_add(1, Ordering::Relaxed);
        let copy = site.settings.inputs.join(created.view.job.job_id.as_str()).join("input.pdf");
        // The job has the PDF from the artifact store; the copy is for people, so a failure is no reason to stop.
        let kept = tokio::task::spawn_blocking(move || write_whole(&copy, &pdf)).await;
        if !matches!(kept, Ok(Ok(()))) {
            tracing::warn!(job = %created.view.job.job_id, "could not keep a copy of the PDF");
        }
        return Ok(created);
    }
    let job = &created.view.job;
    let is_same = job.options == chosen && job.input.pdf.digest == brainwrought_core::id::Digest::of(&pdf);
    if is_same { Ok(created) } else { Err(ApiError::KeyReused) }
}

pub(crate) const SAVE: &str = "save the upload";

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

fn is_pdf(start: &[u8]) -> bool {
    start.windows(5).any(|bytes| bytes == b"%PDF-")
}

/// A name to show: without folders, control characters and what turns the direction of text around.
fn shown_name(name: &str) -> String {
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

fn stored_key(key: &str) -> Result<String, ApiError> {
    if !key.is_ascii() || !(1..=255).contains(&key.len()) {
        return Err(ApiError::WrongRequest(
            "an Idempotency-Key must be 1 to 255 ASCII characters".to_owned(),
        ));
    }
    Ok(format!("http:{}", brainwrought_core::id::Digest::of(key.as_bytes())))
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
        ] {
            assert_eq!(shown_name(name), shown, "{name:?}");
        }
        assert_eq!(shown_name(&"x".repeat(5000)).len(), MAX_NAME);
    }

    #[test]
    fn a_pdf_is_known_by_its_mark() {
        assert!(is_pdf(b"%PDF-1.7") && is_pdf(b"junk\n%PDF-1.4"));
        assert!(!is_pdf(b"<html>") && !is_pdf(b"%PDF") && !is_pdf(b""));
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
