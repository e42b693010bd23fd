//! [`Audio`]: the narration of a segment with word timings.

use serde::{Deserialize, Serialize};

use super::{AssetRecord, BlobRef, OutboundCall, Speaker};
use crate::stage::StageData;

/// The narration of one segment, before music, effects and loudness.
///
/// Its length is a whole number of video frames, so that segments join without drift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audio {
    /// Mono PCM as little-endian `f32` without a header, `audio/pcm;rate=48000;encoding=float`.
    pub pcm: BlobRef,
    /// Samples per second: 48,000.
    pub sample_rate: u32,
    /// The number of samples.
    pub samples: u64,
    /// The words, in the order they are spoken.
    pub words: Vec<Word>,
    /// The start of every scene and the moments where an effect fits, sorted by time.
    pub marks: Vec<AudioMark>,
    /// The engine and voice that spoke, such as `hibari/heart`.
    pub voice: String,
    /// The voices that spoke, with the right to use them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetRecord>,
    /// What a reader of the report should know.
    pub warnings: Vec<String>,
    /// The calls to providers that the narration took, those for remembered lines included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<OutboundCall>,
}

/// One word as the caption shows it and when the voice says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The written form with its punctuation ("$45,"); one or more spoken words.
    pub text: String,
    /// When the voice starts it, in milliseconds from the start of the segment.
    pub start_ms: u64,
    /// When the voice ends it, in milliseconds from the start of the segment.
    pub end_ms: u64,
    /// The scene it belongs to, from 0 in its segment.
    pub scene: u32,
    /// The line it belongs to, from 0 in its scene.
    pub line: u32,
    /// Who says it.
    #[serde(default, skip_serializing_if = "Speaker::is_explainer")]
    pub speaker: Speaker,
}

/// A moment in the narration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioMark {
    /// When, in milliseconds from the start of the segment.
    pub at_ms: u64,
    /// What happens.
    pub kind: MarkKind,
}

/// What an [`AudioMark`] marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MarkKind {
    /// A scene starts; there is one for every scene, in order, the first at 0.
    Scene,
    /// The hook has been said.
    Impact,
    /// A picture appears.
    Whoosh,
    /// The quiz is asked.
    Ding,
}

impl Audio {
    /// The length in milliseconds, rounded down.
    pub fn duration_ms(&self) -> u64 {
        self.samples * 1000 / u64::from(self.sample_rate.max(1))
    }
}

impl StageData for Audio {
    const SCHEMA: &'static str = "audio/1";
}
