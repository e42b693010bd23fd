//! [`StageCosts`]: what each stage of a job costs, by its length and the size of its frames.

use brainwrought_core::job::Job;
use serde_json::Value;

use super::MakeOptions;

/// What each stage of a job costs, all its tasks together. Only the ratios matter: a job's own pace is measured as it runs.
///
/// Fitted to the jobs of `standard/timelines.json`, 15 to 180 s long and 0.13 to 2.07 megapixels large, made by a release
/// build on two cores. The script costs what speaking its lines ahead does; the audio stage finds them spoken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct StageCosts {
    /// The length of the video.
    pub(super) seconds: f64,
    /// The size of a frame.
    pub(super) megapixels: f64,
    /// The size of the document.
    pub(super) pdf_megabytes: f64,
    /// How many segments there are, or are likely to be.
    pub(super) segments: usize,
}

/// The script cuts a video into segments of at most about so many seconds.
const SEGMENT_SECONDS: f64 = 15.5;

impl Default for StageCosts {
    fn default() -> Self {
        Self::new(&MakeOptions::default())
    }
}

impl StageCosts {
    fn new(options: &MakeOptions) -> Self {
        let seconds = options.length_ms as f64 / 1000.0;
        Self {
            seconds,
            megapixels: f64::from(options.width) * f64::from(options.height) / 1e6,
            pdf_megabytes: 0.5,
            segments: (seconds / SEGMENT_SECONDS).ceil().max(1.0) as usize,
        }
    }

    /// Reads what a job will cost. Once its script is written, the number of segments bounds its length: a short document
    /// makes a shorter video than was asked for.
    pub(super) fn from_job(job: &Job) -> Self {
        let usual = MakeOptions::default();
        let number = |name: &str, usual: u64| job.options.get(name).and_then(Value::as_u64).unwrap_or(usual);
        let options = MakeOptions {
            length_ms: number("length-ms", usual.length_ms),
            width: u32::try_from(number("width", usual.width.into())).unwrap_or(usual.width),
            height: u32::try_from(number("height", usual.height.into())).unwrap_or(usual.height),
            ..usual
        };
        let bytes: u64 = job.input.blobs().iter().map(|blob| blob.bytes).sum();
        let mut costs = Self { pdf_megabytes: bytes as f64 / 1e6, ..Self::new(&options) };
        if let Some(items) = job.stages.iter().filter_map(|task| task.items).max().filter(|items| *items > 0)
        {
            costs.segments = items as usize;
            costs.seconds = costs.seconds.min(SEGMENT_SECONDS * f64::from(items));
        }
        costs
    }
}
