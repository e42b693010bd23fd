//! [`AssembleError`]: why clips could not be joined.

/// Clips could not be joined to a video.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AssembleError {
    /// There is nothing to join.
    #[error("the script has no segments, so there is no video to make; it has to be written again")]
    Empty,
    /// There are more or fewer clips than segments.
    #[error("there are {clips} clips for {segments} segments; they have to be rendered again")]
    Count {
        /// The clips.
        clips: usize,
        /// The segments.
        segments: usize,
    },
    /// A clip has another size or frame rate than the first.
    #[error(
        "segment {0} was rendered in another size or frame rate than the first; it has to be rendered again"
    )]
    Mixed(usize),
    /// A clip's sound is not as long as its pictures.
    #[error(
        "the narration of segment {segment} has {found} samples where its pictures need {expected}; \
         it has to be narrated again"
    )]
    Length {
        /// The segment, from 0.
        segment: usize,
        /// The samples that the pictures need.
        expected: u64,
        /// The samples there are.
        found: u64,
    },
    /// The finished file could not be read back.
    #[error("could not read the video back from the scratch folder")]
    Scratch(#[source] std::io::Error),
    /// A sidecar file could not be written.
    #[error("could not write {name}")]
    Sidecar {
        /// The file's name.
        name: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
