//! [`Check`]: the stage that measures the finished video.

use brainwrought_core::data::{
    Audio, Clip, Document, DocumentKind, Reader, Report, Rule, Script, Video, Visuals,
};
use brainwrought_core::event::LogLevel;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::CheckError;
use super::captions::{self, Captions};
use super::ending::long_ending;
use super::manifest::manifest;
use super::rules::{Measured, Verdict};
use super::sound::SoundMeter;
use super::speech::Speech;
use super::table::ReportFile;
use crate::assemble::{Part, Spending, Timeline, samples};
use crate::gate::Limits;
use crate::media::{LumaView, MediaError, PictureMeter, SAMPLE_RATE, Viewer, probe};
use crate::script::LineReport;

/// Frames between two reports of progress.
const PROGRESS: u64 = 30;

/// Decodes the finished file and measures every rule of the gate on it. A video that breaks one is not done. Writes the report
/// and the manifest, which lists all files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Check {
    /// The numbers of the gate.
    pub limits: Limits,
}

impl Stage for Check {
    const NAME: &'static str = "check";
    const VERSION: u32 = 7;
    type Input = (Document, Script, Video, Vec<Audio>, Vec<Visuals>, Vec<Clip>);
    type Output = Report;

    async fn run(
        &self,
        cx: &StageContext,
        (document, script, video, audios, visuals, clips): Self::Input,
    ) -> Result<Report, StageError> {
        let told = (document.reader(), script.analysis.kind);
        let report = self.measure(cx, (document, script, video, audios, visuals, clips)).await?;
        if report.is_passed() {
            return Ok(report);
        }
        let json =
            summary(told, &report.rules, Vec::new(), &report.warnings, None).map_err(StageError::fatal)?;
        cx.log(LogLevel::Error, json.to_string());
        let rules = report.rules.into_iter().filter(|rule| !rule.passed).collect();
        Err(StageError::fatal(CheckError::Failed { rules }))
    }
}

impl Check {
    /// Measures a video without judging it as a whole: the report comes back even when rules failed.
    ///
    /// # Errors
    ///
    /// Fails when the video cannot be opened, its parts are not in the artifact store, or the work is cancelled.
    pub async fn measure(
        &self,
        cx: &StageContext,
        (document, script, mut video, audios, visuals, clips): <Self as Stage>::Input,
    ) -> Result<Report, StageError> {
        cx.check_cancelled()?;
        let parts = Part::all(&script, &audios, &visuals, &clips).map_err(StageError::fatal)?;
        let timeline = Timeline::from_parts(&parts).map_err(StageError::fatal)?;
        let file = cx.get(&video.video).await?;
        let spent = Spending::new(&script, &parts, &video.calls);
        let told = (document.reader(), script.analysis.kind);
        let mut narration = Vec::new();
        for audio in &audios {
            narration.extend(samples(&cx.get(&audio.pcm).await?));
        }
        let (limits, watched, shape) = (self.limits.clone(), cx.clone(), video.clone());
        let work = move || {
            judge(&watched, &limits, &file, &narration, &timeline, &document, &script, &shape)
                .map(|verdict| (verdict, timeline, document, script))
        };
        let judged = tokio::task::spawn_blocking(work).await?;
        let (verdict, timeline, document, script) = judged.map_err(|error| match error {
            MediaError::Stopped => StageError::cancelled(),
            other => StageError::fatal(other),
        })?;
        let mut warnings = video.warnings.clone();
        warnings.extend(verdict.warnings);
        let lines = verdict.lines.clone();
        let json = summary(told, &verdict.rules, lines, &warnings, spent).map_err(StageError::fatal)?;
        let json = serde_json::to_vec_pretty(&json).map_err(|e| StageError::fatal(CheckError::Report(e)))?;
        let blob = cx.put(json.into(), "application/json").await?;
        video.sidecars.insert("report.json".to_owned(), blob);
        let parts = Part::all(&script, &audios, &visuals, &clips).map_err(StageError::fatal)?;
        let manifest = manifest(&document, &script, &verdict.lines, &parts, &timeline, &video)
            .map_err(|e| StageError::fatal(CheckError::Manifest(e)))?;
        let blob = cx.put(manifest.into(), "application/json").await?;
        video.sidecars.insert("manifest.json".to_owned(), blob);
        Ok(Report { rules: verdict.rules, warnings, video })
    }
}

fn summary(
    (reader, kind): (Reader, Option<DocumentKind>),
    rules: &[Rule],
    lines: Vec<LineReport>,
    warnings: &[String],
    spent: Option<Spending>,
) -> Result<serde_json::Value, CheckError> {
    let passed = rules.iter().all(|rule| rule.passed);
    let (rules, warnings) = (rules.to_vec(), warnings.to_vec());
    let file = ReportFile {
        schema: "gate/1".to_owned(),
        passed,
        reader: Some(reader),
        kind,
        rules,
        lines,
        warnings,
        spent,
    };
    serde_json::to_value(file).map_err(CheckError::Report)
}

#[expect(clippy::too_many_arguments, reason = "everything that is measured against everything else")]
fn judge(
    cx: &StageContext,
    limits: &Limits,
    file: &Bytes,
    narration: &[f32],
    timeline: &Timeline,
    document: &Document,
    script: &Script,
    video: &Video,
) -> Result<Verdict, MediaError> {
    let mut gate = Gate {
        cx,
        frames: video.frames,
        pictures: PictureMeter::new(video.fps, captions::spots(timeline)),
        sound: SoundMeter::new(),
    };
    let probe = probe(file, &mut gate)?;
    let alignment = gate.sound.alignment(narration);
    let measured = Measured {
        video,
        script,
        document,
        probe: &probe,
        pictures: &gate.pictures,
        sound: &gate.sound,
        alignment: &alignment,
        narration_ms: narration.len() as u64 * 1000 / u64::from(SAMPLE_RATE),
        speech: &Speech::new(narration, timeline, limits.silence_ms),
        captions: &Captions::new(timeline, video.width, video.height, limits),
    };
    let mut verdict = Verdict::new(&measured, limits);
    verdict.warnings.extend(long_ending(timeline, script));
    Ok(verdict)
}

/// Hands what is decoded to the meters.
struct Gate<'a> {
    cx: &'a StageContext,
    frames: u64,
    pictures: PictureMeter,
    sound: SoundMeter,
}

impl Viewer for Gate<'_> {
    fn frame(&mut self, frame: LumaView<'_>) -> bool {
        if frame.index.is_multiple_of(PROGRESS) {
            self.cx.progress(frame.index, self.frames);
        }
        self.pictures.frame(frame);
        !self.cx.cancellation().is_cancelled()
    }

    fn sound(&mut self, samples: &[f32]) {
        self.sound.sound(samples);
    }
}
