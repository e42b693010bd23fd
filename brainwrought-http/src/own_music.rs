//! A client's own music: read from the form, checked by its first bytes, and stored with the job.

use axum::body::BodyDataStream;
use brainwrought_core::data::BlobRef;
use brainwrought_core::report::chain;
use brainwrought_stages::audio::MusicFile;
use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;

use crate::app_state::AppState;
use crate::multipart::Multipart;
use crate::nameless_file::{nameless_file, read_whole};
use crate::{ApiError, metrics};

/// The largest file, in bytes: eight minutes of MP3 at the highest rate, or two minutes of WAV.
pub(crate) const MAX_BYTES: u64 = 20_000_000;

/// How many bytes tell the kind of a file.
const MARK: usize = 12;

/// Writes the music to a file without a name. Whether it can be played shows when it is mixed in.
///
/// # Errors
///
/// Fails when it is too large, or no WAV, MP3, FLAC or Ogg file.
pub(crate) async fn save(
    state: &AppState,
    form: &mut Multipart<BodyDataStream>,
) -> Result<tokio::fs::File, ApiError> {
    let mut file = nameless_file(state).await?;
    let mut start = Vec::with_capacity(MARK);
    let mut length = 0;
    while let Some(chunk) = form.next_chunk().await? {
        length += chunk.len() as u64;
        if length > MAX_BYTES {
            let text = format!("the music file is larger than {} MB", MAX_BYTES / 1_000_000);
            return Err(ApiError::WrongRequest(text));
        }
        start.extend(chunk.iter().take(MARK.saturating_sub(start.len())));
        metrics::uploaded(chunk.len());
        file.write_all(&chunk).await.map_err(ApiError::unsaved)?;
    }
    if media_type(&start).is_none() {
        let text = "the music must be a WAV, MP3, FLAC or Ogg Vorbis file";
        return Err(ApiError::WrongRequest(text.to_owned()));
    }
    file.flush().await.map_err(ApiError::unsaved)?;
    Ok(file)
}

/// Reads the music back, if there is any, and plays a second of it.
///
/// # Errors
///
/// Fails when it cannot be played.
pub(crate) async fn read_back(
    state: &AppState,
    file: Option<tokio::fs::File>,
) -> Result<Option<Bytes>, ApiError> {
    let Some(file) = file else { return Ok(None) };
    let _turn = state.handover_turn(MAX_BYTES).await?;
    let music = read_whole(file.into_std().await).await?;
    let probe = MusicFile::new(music.clone());
    let checked = tokio::task::spawn_blocking(move || probe.check()).await;
    match checked.map_err(|error| ApiError::unavailable("check the music", error))? {
        Ok(()) => Ok(Some(music)),
        Err(error) => Err(ApiError::wrong_request(&format!("the music cannot be used: {}", chain(&error)))),
    }
}

/// Hands the music to the artifact store.
pub(crate) async fn store(state: &AppState, music: Bytes) -> Result<BlobRef, ApiError> {
    let kind = media_type(&music[..music.len().min(MARK)]).unwrap_or("audio/*");
    let bytes = music.len() as u64;
    let digest = state.engine.artifacts().put(music).await?;
    Ok(BlobRef { digest, bytes, media_type: kind.to_owned() })
}

/// Tells the kind of a file by its first bytes.
fn media_type(start: &[u8]) -> Option<&'static str> {
    match start {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some("audio/wav"),
        [b'f', b'L', b'a', b'C', ..] => Some("audio/flac"),
        [b'O', b'g', b'g', b'S', ..] => Some("audio/ogg"),
        // A tag of ID3, or the sync word of a frame (ISO 11172-3) of layer III.
        [b'I', b'D', b'3', ..] => Some("audio/mpeg"),
        [0xff, second, ..] if second & 0xe6 == 0xe2 => Some("audio/mpeg"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn music_is_known_by_its_first_bytes() {
        for (start, kind) in [
            (&b"RIFF\x10\0\0\0WAVEfmt "[..], Some("audio/wav")),
            (b"fLaC\0", Some("audio/flac")),
            (b"OggS\0", Some("audio/ogg")),
            (b"ID3\x04", Some("audio/mpeg")),
            (b"\xff\xfb\x90", Some("audio/mpeg")),
            (b"\xff\xd8\xff", None),
            (b"%PDF-", None),
            (b"", None),
        ] {
            assert_eq!(media_type(start), kind, "{start:?}");
        }
    }
}
