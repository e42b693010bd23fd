//! Measurements turned into the rules of a report.

use brainwrought_core::data::{Document, Rule, Script, Video};

use super::captions::Captions;
use super::pictures::Pictures;
use super::sound::{Alignment, SoundMeter};
use super::speech::Speech;
use crate::frame::CaptionStyle;
use crate::gate::rule::rule;
use crate::gate::{Limits, rules};
use crate::media::{PictureMeter, Probe};
use crate::script::{LENGTH_SECONDS, LineReport, citations, foreign_labels, line_reports};

/// Everything that was measured.
pub(super) struct Measured<'a> {
    pub(super) video: &'a Video,
    pub(super) script: &'a Script,
    pub(super) document: &'a Document,
    pub(super) probe: &'a Probe,
    pub(super) pictures: &'a PictureMeter,
    pub(super) sound: &'a SoundMeter,
    pub(super) alignment: &'a Alignment,
    /// The length of the narration, in milliseconds.
    pub(super) narration_ms: u64,
    pub(super) speech: &'a Speech,
    pub(super) captions: &'a Captions,
    pub(super) shown: &'a Pictures,
}

/// Rules and what is worth knowing beside them.
#[derive(Default)]
pub(super) struct Verdict {
    pub(super) rules: Vec<Rule>,
    /// The lines of the script with what was found of them.
    pub(super) lines: Vec<LineReport>,
    pub(super) warnings: Vec<String>,
}

impl Verdict {
    fn add(&mut self, name: &str, passed: bool, figure: String, limit: String) {
        self.rules.push(rule(name, passed, figure, limit));
    }

    /// Judges everything.
    pub(super) fn new(measured: &Measured<'_>, limits: &Limits) -> Self {
        let mut verdict = Self::default();
        verdict.judge_file(measured);
        verdict.judge_length(measured, limits);
        verdict.judge_sound(measured, limits);
        verdict.judge_pictures(measured, limits);
        verdict.rules.extend(measured.shown.rules(limits));
        verdict.judge_captions(measured, limits);
        verdict.judge_speech(measured, limits);
        verdict.judge_grounding(measured);
        verdict
    }

    fn judge_file(&mut self, measured: &Measured<'_>) {
        let Measured { probe, video, .. } = measured;
        let found = probe.video.clone().unwrap_or_default();
        let passed = probe.faults == 0 && found.frames == video.frames;
        let figure = format!("{} of {} frames, {} faults", found.frames, video.frames, probe.faults);
        self.add("decodes", passed, figure, "all frames, no fault".to_owned());

        let sound = probe.audio.clone().unwrap_or_default();
        let pictures_right = (found.codec.as_str(), found.profile.as_str()) == ("h264", "High")
            && found.is_yuv420p
            && found.is_bt709
            && (found.width, found.height) == (video.width, video.height)
            && (found.fps - f64::from(video.fps)).abs() < 0.001;
        let sound_right = (sound.codec.as_str(), sound.profile.as_str()) == ("aac", "LC")
            && (sound.rate, sound.channels) == (48_000, 2);
        let shape = |codec: &str, profile: &str, width, height, fps: f64| {
            format!("{codec} {profile} {width}×{height} {fps:.0} fps")
        };
        let mut figure = shape(&found.codec, &found.profile, found.width, found.height, found.fps);
        figure += &format!(", {} {} {} Hz ×{}", sound.codec, sound.profile, sound.rate, sound.channels);
        for (right, wrong) in [
            (found.is_yuv420p, "not 8-bit 4:2:0"),
            (found.is_bt709, "not tagged BT.709"),
            (probe.faststart, "header at the end"),
        ] {
            if !right {
                figure += &format!(", {wrong}");
            }
        }
        let limit = shape("h264", "High", video.width, video.height, f64::from(video.fps));
        let limit = format!("{limit}, aac LC 48000 Hz ×2");
        self.add("format", pictures_right && sound_right && probe.faststart, figure, limit);
    }

    fn judge_length(&mut self, measured: &Measured<'_>, limits: &Limits) {
        let frames = measured.probe.video.as_ref().map_or(0, |video| video.frames);
        let length = frames as f64 / f64::from(measured.video.fps.max(1));
        let (script, narrated_ms) = (measured.script, measured.narration_ms);
        let most_ms = u64::from(*LENGTH_SECONDS.end()) * 1000;
        self.rules.push(if script.lines().any(|line| line.edited) {
            rules::edited_duration(length, narrated_ms, most_ms.max(script.target_ms), limits)
        } else {
            rules::duration(length, script.target_ms, limits)
        });
    }

    fn judge_sound(&mut self, measured: &Measured<'_>, limits: &Limits) {
        let loudness = measured.sound.loudness();
        let off = (loudness - limits.loudness_lufs).abs();
        let limit = format!("{} ±{} LUFS", limits.loudness_lufs, limits.loudness_tolerance);
        self.add("loudness", off <= limits.loudness_tolerance, format!("{loudness:.1} LUFS"), limit);
        let peak = measured.sound.true_peak();
        let limit = format!("at most {} dBTP", limits.true_peak_dbtp);
        self.add("true peak", peak <= limits.true_peak_dbtp, format!("{peak:.1} dBTP"), limit);

        let (figure, passed) = self.drift(measured, limits);
        self.add("audio/video drift", passed, figure, format!("at most {} ms", limits.drift_ms));
    }

    /// The furthest that sound and pictures are apart: where the narration is heard, how even frames come, how both end.
    fn drift(&self, measured: &Measured<'_>, limits: &Limits) -> (String, bool) {
        let (Some(video), Some(audio)) = (&measured.probe.video, &measured.probe.audio) else {
            return ("not known, since there are no pictures or no sound".to_owned(), false);
        };
        let alignment = measured.alignment;
        if !alignment.is_found() {
            let figure = format!(
                "not known, since the narration is heard at {} of {} places",
                alignment.lags_ms.len(),
                alignment.places
            );
            return (figure, false);
        }
        let start = (audio.start - video.start) * 1000.0;
        let lag = alignment.lags_ms.iter().map(|lag| (lag + start).abs()).fold(0.0, f64::max);
        let uneven = (video.unevenness + video.start.abs()) * 1000.0;
        let ends =
            audio.samples as f64 / f64::from(audio.rate.max(1)) - video.frames as f64 / video.fps.max(1.0);
        let worst = lag.max(uneven).max((ends * 1000.0 + start).abs());
        (format!("{worst:.1} ms at {} places", alignment.places), worst <= limits.drift_ms)
    }

    fn judge_pictures(&mut self, measured: &Measured<'_>, limits: &Limits) {
        let fps = u64::from(measured.video.fps.max(1));
        let limit = format!("at most {} s", limits.still_ms as f64 / 1000.0);
        for (name, frames) in
            [("black", measured.pictures.longest_black), ("frozen", measured.pictures.longest_frozen)]
        {
            let ms = frames * 1000 / fps;
            // One frame alone is always the same as itself.
            let figure = format!("{:.2} s", if frames > 1 { ms as f64 / 1000.0 } else { 0.0 });
            self.add(name, ms <= limits.still_ms, figure, limit.clone());
        }
        let flashes = measured.pictures.flashes();
        let limit = format!("at most {} a second", limits.flashes);
        self.add("flashes", flashes <= limits.flashes, format!("{flashes} a second"), limit);
    }

    fn judge_captions(&mut self, measured: &Measured<'_>, limits: &Limits) {
        let captions = measured.captions;
        if limits.captions == CaptionStyle::Off {
            self.warnings.push("the picture has no captions, as was asked for".to_owned());
            return;
        }
        self.rules.push(rules::captions_complete(captions.drawn, captions.words_without));
        let (seen, all) =
            (measured.pictures.captions - measured.pictures.unseen_captions, measured.pictures.captions);
        self.add(
            "captions visible",
            seen == all,
            format!("{seen} of {all} in the picture"),
            "all".to_owned(),
        );
        let figure = match captions.outside_count {
            0 => "all inside".to_owned(),
            count => format!("{count} outside, by up to {:.0} px", captions.outside),
        };
        let [left, top, right, bottom] = limits.safe_box;
        let limit = format!("x {left}–{right}, y {top}–{bottom} of 1080×1920");
        self.add("caption safe box", captions.outside_count == 0, figure, limit);
        let limit = format!("at least {}:1", limits.contrast);
        self.add(
            "caption contrast",
            captions.contrast >= limits.contrast,
            format!("{:.1}:1", captions.contrast),
            limit,
        );
        self.rules.extend(captions.rules(limits));
    }

    fn judge_speech(&mut self, measured: &Measured<'_>, limits: &Limits) {
        let speech = measured.speech;
        self.rules.extend(speech.rules(measured.alignment.median_ms(), limits));
        if speech.fastest_pace > limits.words_per_minute {
            self.warnings
                .push(format!("the fastest ten seconds have {:.0} words a minute", speech.fastest_pace));
        }
    }

    fn judge_grounding(&mut self, measured: &Measured<'_>) {
        self.rules.push(citations(measured.script, measured.document));
        self.rules.push(rules::labels(&foreign_labels(measured.script)));
        self.lines = line_reports(measured.script, measured.document);
    }
}
