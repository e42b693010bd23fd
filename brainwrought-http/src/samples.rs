//! Samples of voices and backgrounds, made when somebody asks for them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use brainwrought_core::id::Digest;
use brainwrought_stages::standard::{background_preview, background_styles, voice_sample};
use bytes::Bytes;

use crate::ApiError;
use crate::app_state::AppState;
use crate::media::head;
use crate::previews::{MAKE_SAMPLE, sample_file};

/// A few seconds of a background: `runner.mp4`.
pub(crate) async fn background(
    State(state): State<Arc<AppState>>,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name =
        file.strip_suffix(".mp4").and_then(|name| background_styles().into_iter().find(|s| *s == name));
    let name = name.ok_or(ApiError::NoSuchPage)?;
    let make = async || {
        let drawn = tokio::task::spawn_blocking(move || {
            let folder = tempfile::tempdir()?;
            background_preview(name, folder.path())
        });
        let drawn = drawn.await.map_err(|error| ApiError::unavailable(MAKE_SAMPLE, error))?;
        drawn.map_err(|error| ApiError::unavailable(MAKE_SAMPLE, error))
    };
    let sample = state.previews.sample(format!("background {name}"), make).await?;
    answer(&sample, "video/mp4", &method, &headers)
}

/// A sentence of a voice: `heart.wav`, `kokoro-am_michael.wav`.
pub(crate) async fn voice(
    State(state): State<Arc<AppState>>,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let voices = state.previews.voices().await;
    let voice = voices.iter().find(|voice| voice.has_sample && sample_file(&voice.name) == file);
    let (voice, library) = voice.zip(state.previews.library.as_ref()).ok_or(ApiError::NoSuchPage)?;
    let make = async || {
        let spoken = voice_sample(library, &voice.name).await;
        spoken.map_err(|error| ApiError::unavailable(MAKE_SAMPLE, error))
    };
    let sample = state.previews.sample(format!("voice {}", voice.name), make).await?;
    answer(&sample, "audio/wav", &method, &headers)
}

fn answer(
    sample: &Bytes,
    media_type: &'static str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let tag = format!("\"{}\"", Digest::of(sample));
    let (mut response, part) = head(headers, sample.len() as u64, &tag, media_type)?;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    if let Some((start, end)) = part.filter(|_| method != Method::HEAD) {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(sample.len());
        *response.body_mut() = Body::from(sample.slice(place(start)..place(end)));
    }
    Ok(response)
}
