//! [`receive`]: an upload becomes a job.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use brainwrought_core::job_store::Created;
use brainwrought_stages::parse::FileFormat;
use bytes::Bytes;
use url::form_urlencoded;

use crate::admission::admit;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::idempotency_key::idempotency_key;
use crate::links::Base;
use crate::order::{Order, Wanted, create, submit};
use crate::received_form::{MAX_FIELDS, ReceivedForm, announced, save_alone};
use crate::video_options::VideoOptions;
use crate::{ApiError, metrics, own_music};

/// A request that brings a PDF.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PdfRequest<'a> {
    pub(crate) headers: &'a HeaderMap,
    /// The query of its URL; options may stand there.
    pub(crate) query: Option<&'a str>,
    /// Where links in a webhook's message begin; a callback needs an absolute one.
    pub(crate) base: &'a Base,
}

/// What a form chooses for a video whose PDF is here already.
pub(crate) struct Choices {
    pub(crate) fields: Vec<(String, String)>,
    /// The client's own music.
    pub(crate) music: Option<Bytes>,
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
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default();
    let sent = FileFormat::of_media_type(essence.trim());
    let is_alone = sent.is_some() || essence.trim().eq_ignore_ascii_case("application/octet-stream");
    let beside = if is_alone { 0 } else { own_music::MAX_BYTES };
    let admitted = admit(state, client, key.as_deref(), announced(state, headers, beside)?).await?;
    let form = if is_alone {
        ReceivedForm::read_pdf(state, headers, body).await?
    } else {
        ReceivedForm::read_form(state, headers, body).await?
    };
    let none = || ApiError::WrongRequest("the form has no file; send it in the field `pdf`".to_owned());
    let pdf = form.pdf.ok_or_else(none)?;
    fields.extend(form.fields);
    let (callback_url, named) = (take(&mut fields, "callback_url"), take(&mut fields, "file_name"));
    // A text without a name is what it is sent as.
    let unnamed = || sent.map(|format| format!("document.{}", format.extensions()[0]));
    let file_name = form.file_name.or(named).or_else(unnamed).unwrap_or_default();
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
    let form = ReceivedForm::read_form(state, headers, body).await?;
    if form.pdf.is_some() {
        return Err(ApiError::WrongRequest("this form takes no file: the one of the job is used".to_owned()));
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
    FileFormat::check_head(&pdf)?;
    let wanted = Wanted::read(state, order, music, base).await?;
    let bytes = pdf.len() as u64;
    let admitted = admit(state, client, wanted.key.as_deref(), bytes).await?;
    let _handover = state.handover_turn(bytes).await?;
    metrics::uploaded(pdf.len());
    let created = submit(state, client, pdf, wanted).await?;
    admitted.keep();
    Ok(created)
}

/// Creates the job of an order whose PDF is in the store already, or finds it.
pub(crate) async fn receive_known(
    state: &AppState,
    client: ClientId,
    pdf: Bytes,
    wanted: Wanted,
) -> Result<Created, ApiError> {
    let bytes = pdf.len() as u64;
    let admitted = admit(state, client, wanted.key.as_deref(), bytes).await?;
    let _handover = state.handover_turn(bytes).await?;
    let created = submit(state, client, pdf, wanted).await?;
    admitted.keep();
    Ok(created)
}
