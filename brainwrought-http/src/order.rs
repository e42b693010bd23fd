//! [`Order`]: what a client wants made of its PDF, and the job that comes of it.

use brainwrought_core::budget::Cost;
use brainwrought_core::data::SourcePdf;
use brainwrought_core::id::Digest;
use brainwrought_core::job::{Callback, Job};
use brainwrought_core::job_store::{Created, JobView};
use brainwrought_stages::standard::{Approved, MakeOptions, Music};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::admission::{check_room, check_size, enter_queue};
use crate::api_error::SAVE_UPLOAD;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::idempotency_key::is_known;
use crate::links::Base;
use crate::nameless_file::read_whole;
use crate::shown_name::shown_name;
use crate::video_options::VideoOptions;
use crate::{ApiError, fair_queue, metrics, own_music, webhook};

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

/// What a client wants of its PDF, checked.
pub(crate) struct Wanted {
    file_name: String,
    options: MakeOptions,
    max_cost: Option<Cost>,
    callback: Option<Callback>,
    /// The key under which the job is found again, as the store has it.
    pub(crate) key: Option<String>,
    /// The client's own music.
    music: Option<Bytes>,
    /// The script that was approved.
    script: Option<Bytes>,
}

impl Wanted {
    /// The video of a script that was approved in the job `view`: like it in everything else, its callback and what is left of
    /// its spending limit included.
    pub(crate) fn of_script(view: &JobView, file_name: &str, approved: Approved) -> Self {
        let Approved { options, script } = approved;
        let ledger = &view.job.ledger;
        let left = |limit: Cost| Cost(limit.0.saturating_sub(ledger.spent().0));
        let callback = view.job.callback.as_ref();
        let key = format!("{} {}", view.job.job_id, Digest::of(&script));
        Self {
            file_name: file_name.to_owned(),
            options,
            max_cost: ledger.max_cost.map(left),
            callback: callback.map(|known| Callback::new(known.url.clone(), known.base_url.clone())),
            // The same script is made into one video, whoever asks how often.
            key: Some(format!("script:{}", Digest::of(key.as_bytes()))),
            music: None,
            script: Some(script),
        }
    }

    /// Checks what a client wants before anything is stored.
    pub(crate) async fn read(
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
        let file_name = shown_name(&file_name);
        Ok(Self { file_name, options, max_cost, callback, key, music, script: None })
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

/// Creates the job of an upload that was written to a file.
pub(crate) async fn create(
    state: &AppState,
    client: ClientId,
    file: tokio::fs::File,
    wanted: Wanted,
) -> Result<Created, ApiError> {
    let failed = |error| ApiError::unavailable(SAVE_UPLOAD, error);
    let file = file.into_std().await;
    let bytes = file.metadata().map_err(failed)?.len();
    let _turn = state.handover_turn(bytes).await?;
    let pdf = read_whole(file).await?;
    submit(state, client, pdf, wanted).await
}

/// Hands a PDF to the engine.
pub(crate) async fn submit(
    state: &AppState,
    client: ClientId,
    pdf: Bytes,
    wanted: Wanted,
) -> Result<Created, ApiError> {
    let Wanted { file_name, mut options, max_cost, callback, key, music, script } = wanted;
    let cost = fair_queue::cost(&options);
    if let Some(music) = music {
        options.music = Music::File(own_music::store(state, music).await?);
    }
    options.llm.clone_from(&state.settings.llm);
    options.document_tokens = state.settings.document_tokens;
    options.trends.clone_from(&state.settings.trends);
    options.pictures.clone_from(&state.settings.pictures);
    options.memes_by = state.settings.memes_by;
    if options.ocr.is_auto() {
        options.ocr = state.settings.ocr;
    }
    if !is_known(state, key.as_deref()).await? {
        check_room(state, client, &options).await?;
    }
    let bytes = pdf.clone();
    // The seed is drawn from all of the PDF.
    let submission = tokio::task::spawn_blocking(move || options.submission(&file_name, bytes)).await;
    let mut submission = submission
        .map_err(|error| ApiError::unavailable(SAVE_UPLOAD, error))?
        .map_err(|error| ApiError::unavailable("write the options", error))?;
    submission.blobs.extend(script);
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

/// Tells whether a job was made from these bytes.
fn is_of(job: &Job, pdf: &Bytes) -> bool {
    let input: Option<SourcePdf> = job.input.get();
    input.is_some_and(|input| input.pdf.digest == Digest::of(pdf))
}
