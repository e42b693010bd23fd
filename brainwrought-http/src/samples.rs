//! Samples of voices, backgrounds and captions, made when somebody asks for them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::response::Response;
use brainwrought_core::id::Digest;
use brainwrought_stages::frame::CaptionStyle;
use brainwrought_stages::standard::{
    PreviewError, background_preview, background_styles, caption_preview, voice_sample,
};
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
    let make = async || drawn(move |folder| background_preview(name, folder)).await;
    let sample = state.previews.sample(format!("background {name}"), make).await?;
    answer(&sample, "video/mp4", &method, &headers)
}

/// A sentence with captions of a style: `karaoke.mp4`.
pub(crate) async fn captions(
    State(state): State<Arc<AppState>>,
    Path(file): Path<String>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name = file.strip_suffix(".mp4");
    let style = CaptionStyle::ALL.iter().copied().find(|style| name == Some(style.name()));
    let style = style.ok_or(ApiError::NoSuchPage)?;
    let make = async || drawn(move |folder| caption_preview(style, folder)).await;
    let sample = state.previews.sample(format!("captions {}", style.name()), make).await?;
    answer(&sample, "video/mp4", &method, &headers)
}

/// Draws a sample with an empty folder at hand.
async fn drawn(
    draw: impl FnOnce(&std::path::Path) -> Result<Bytes, PreviewError> + Send + 'static,
) -> Result<Bytes, ApiError> {
    let drawn = tokio::task::spawn_blocking(move || {
        let folder = tempfile::tempdir()?;
        draw(folder.path())
    });
    let drawn = drawn.await.map_err(|error| ApiError::unavailable(MAKE_SAMPLE, error))?;
    drawn.map_err(|error| ApiError::unavailable(MAKE_SAMPLE, error))
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
