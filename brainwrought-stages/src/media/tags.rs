//! [`tags`]: what an MP4 file says about itself, without decoding it.

use std::collections::BTreeMap;
use std::fs::File;

use video_rs::ffmpeg::format::context::StreamIo;
use video_rs::ffmpeg::{Dictionary, format};

use super::MediaError;
use super::ffmpeg::{init, refused};

/// The only demuxer that may look at the file, by one of the names that FFmpeg gives it.
const DEMUXER: &str = "mp4";

/// Reads the tags of an MP4 file, such as `title`, `comment` and `description`.
///
/// # Errors
///
/// Fails when the file cannot be read or is no MP4 file.
pub fn tags(file: File) -> Result<BTreeMap<String, String>, MediaError> {
    init()?;
    let source = StreamIo::from_read_seek(file).map_err(refused("read the file"))?;
    let mut options = Dictionary::new();
    options.set("format_whitelist", DEMUXER);
    let input = format::input_from_stream(source, None, Some(options))
        .map_err(refused("open the file as a video"))?;
    Ok(input.metadata().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}
