//! [`MediaError`]: what can go wrong with video and sound.

/// Video or sound could not be encoded, joined or decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// FFmpeg was built without an encoder that is needed.
    #[error("this FFmpeg has no encoder `{0}`; run `make setup`, or build FFmpeg with it")]
    NoEncoder(&'static str),
    /// FFmpeg refused.
    #[error("could not {action}")]
    Ffmpeg {
        /// What was tried.
        action: &'static str,
        /// What FFmpeg says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A frame does not have the size that the encoder was opened with.
    #[error("a frame of {found_width}×{found_height} was given to an encoder for {width}×{height}")]
    FrameSize {
        /// The width that the encoder was opened with.
        width: u32,
        /// The height that the encoder was opened with.
        height: u32,
        /// The width of the frame.
        found_width: usize,
        /// The height of the frame.
        found_height: usize,
    },
    /// The sound is not as long as the pictures.
    #[error(
        "the sound has {found} samples where the pictures need {expected}; the narration has to be made again"
    )]
    Lengths {
        /// The samples that the pictures need.
        expected: u64,
        /// The samples there are.
        found: u64,
    },
    /// The work was told to stop.
    #[error("the work was stopped")]
    Stopped,
    /// A byte stream is not what it should be.
    #[error("the stored video is damaged: {0}; it has to be rendered again")]
    Damaged(&'static str),
}
