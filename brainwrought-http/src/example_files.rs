//! How the files of an [`Example`](crate::Example) are sent.

use std::io::SeekFrom;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::extract::{Path as Address, State};
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use tokio::io::AsyncSeekExt as _;

use crate::ApiError;
use crate::app_state::AppState;
use crate::media::{head, stream};
use crate::output_files::FILES;

/// What an example can be asked for.
const SHOWN: [&str; 3] = ["video.mp4", "captions.vtt", "poster.png"];

/// A file of an example.
pub(crate) async fn example(
    State(state): State<Arc<AppState>>,
    Address((name, file)): Address<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let example = state.settings.examples.iter().find(|example| example.name == name);
    let kind = FILES.iter().find(|kind| kind.name == file && SHOWN.contains(&kind.name));
    let (example, kind) = example.zip(kind).ok_or(ApiError::NoSuchPage)?;
    let mut opened =
        tokio::fs::File::open(example.folder.join(kind.name)).await.map_err(|_| ApiError::NoSuchPage)?;
    let metadata = opened.metadata().await.map_err(|_| ApiError::NoSuchPage)?;
    let changed = metadata.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
    let tag = format!("\"{:x}-{:x}\"", metadata.len(), changed.unwrap_or_default().as_millis());
    let (mut response, part) = head(&headers, metadata.len(), &tag, kind.media_type)?;
    if let Some((start, end)) = part.filter(|_| method != Method::HEAD) {
        opened.seek(SeekFrom::Start(start)).await.map_err(|_| ApiError::NoSuchPage)?;
        *response.body_mut() = stream(opened, end - start);
    }
    Ok(response)
}
