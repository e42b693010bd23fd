//! Files without a name, which uploads are written to: whatever happens, nothing of them stays.

use std::io::Read as _;
use std::io::Seek as _;

use brainwrought_core::private_folder::private_folder;
use bytes::Bytes;

use crate::ApiError;
use crate::api_error::SAVE_UPLOAD;
use crate::app_state::AppState;

/// Makes a file without a name.
pub(crate) async fn nameless_file(state: &AppState) -> Result<tokio::fs::File, ApiError> {
    let folder = state.settings.inputs.clone();
    let made = move || private_folder(&folder).and_then(|()| tempfile::tempfile_in(&folder));
    let file =
        tokio::task::spawn_blocking(made).await.map_err(|error| ApiError::unavailable(SAVE_UPLOAD, error))?;
    file.map(tokio::fs::File::from_std).map_err(ApiError::unsaved)
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
    read.map_err(|error| ApiError::unavailable(SAVE_UPLOAD, error))?
        .map_err(|error| ApiError::unavailable(SAVE_UPLOAD, error))
}
