//! The gate fails a video for what is wrong with it, and for nothing else.

use brainwrought_core::stage::Stage;
use brainwrought_stages::check::{Check, Limits};
use brainwrought_stages::frame::CaptionStyle;

use super::short::{Look, Short};

/// Runs the gate on a broken video and tells which rules failed.
async fn failed(break_it: impl FnOnce(&mut Short)) -> Vec<String> {
    let mut short = Short::new();
    break_it(&mut short);
    let report = short.measure().await;
    report.rules.into_iter().filter(|rule| !rule.passed).map(|rule| rule.name).collect()
}

#[tokio::test]
async fn a_right_video_passes() {
    let mut short = Short::new();
    let video = short.assemble().await;
    let input = short.measured(video);
    let report = Check::default().run(&short.cx, input).await.unwrap();
    assert!(report.is_passed(), "{:#?}", report.rules);
    let json = short.cx.get(&report.video.sidecars["report.json"]).await.unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["rules"].as_array().unwrap().len(), report.rules.len());
    assert_eq!(json["passed"], true);
    let manifest = short.cx.get(&report.video.sidecars["manifest.json"]).await.unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let digest = report.video.sidecars["report.json"].digest.as_str();
    assert_eq!(manifest["files"]["report.json"]["blob"], digest);
}

#[tokio::test]
async fn a_failed_video_is_an_error_that_names_rule_figure_and_limit() {
    let mut short = Short::new();
    short.script.target_ms = 20_000;
    let video = short.assemble().await;
    let input = short.measured(video);
    let error = Check::default().run(&short.cx, input).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(
        error.to_string(),
        "the video did not pass the gate: duration is 8.0 s (-60.0 %), allowed is 20.0 s ±7 %"
    );
}

#[tokio::test]
async fn words_of_a_person_take_what_they_take() {
    let mut short = Short::new();
    short.script.target_ms = 6_000;
    let line = &mut short.script.segments[0].scenes[0].lines[0];
    line.edited = true;
    let report = short.measure().await;
    assert!(report.is_passed(), "{:#?}", report.rules);
    let duration = report.rules.iter().find(|rule| rule.name == "duration").unwrap();
    assert_eq!(duration.figure, "8.0 s (+0.0 %)");
}

#[tokio::test]
async fn a_rule_that_failed_is_told_in_a_sentence() {
    let mut short = Short::new();
    short.sounds.iter_mut().for_each(|sound| sound.fill(0.0));
    let video = short.assemble().await;
    let input = short.measured(video);
    let error = Check::default().run(&short.cx, input).await.unwrap_err().to_string();
    let told = "audio/video drift is not known, since the narration is heard at 0 of ";
    assert!(error.contains(told), "{error}");
    assert!(error.contains("first speech is not heard, allowed is at most"), "{error}");
}

#[tokio::test]
async fn captions_that_are_late_fail() {
    let rules = failed(|short| {
        for caption in short.clips.iter_mut().flat_map(|clip| &mut clip.captions) {
            caption.lit_ms.iter_mut().for_each(|ms| *ms += 150);
        }
    });
    assert_eq!(rules.await, ["caption timing"]);
}

#[tokio::test]
async fn words_that_are_not_where_the_voice_is_fail() {
    let rules = failed(|short| {
        for (clip, audio) in short.clips.iter_mut().zip(&mut short.audios) {
            audio.words.iter_mut().for_each(|word| {
                word.start_ms += 150;
                word.end_ms += 150;
            });
            for caption in &mut clip.captions {
                caption.lit_ms.iter_mut().for_each(|ms| *ms += 150);
            }
        }
    });
    assert_eq!(rules.await, ["word timing"]);
}

#[tokio::test]
async fn silence_fails() {
    let rules = failed(|short| short.sounds.iter_mut().for_each(|sound| sound.fill(0.0))).await;
    assert_eq!(rules, ["loudness", "audio/video drift", "word timing", "silence", "first speech"]);
}

#[tokio::test]
async fn a_hole_in_the_narration_fails() {
    let rules = failed(|short| short.sounds[0][48 * 800..48 * 2400].fill(0.0)).await;
    assert_eq!(rules, ["silence"]);
}

#[tokio::test]
async fn sound_that_comes_late_fails() {
    let mut short = Short::new();
    let video = short.assemble().await;
    // The gate is told that the narration starts 60 ms earlier than it is heard.
    for (audio, sound) in short.audios.iter_mut().zip(&short.sounds) {
        let early: Vec<u8> =
            sound[48 * 60..].iter().chain(&[0.0; 48 * 60]).flat_map(|x| x.to_le_bytes()).collect();
        audio.pcm = short.cx.put(early.into(), "audio/pcm").await.unwrap();
    }
    let report = Check::default().measure(&short.cx, short.measured(video)).await.unwrap();
    assert!(
        report.rules.iter().any(|rule| rule.name == "audio/video drift" && !rule.passed),
        "{:#?}",
        report.rules
    );
}

#[tokio::test]
async fn still_pictures_fail() {
    assert_eq!(failed(|short| short.look = Look::Frozen).await, ["frozen"]);
}

#[tokio::test]
async fn black_pictures_fail() {
    assert_eq!(failed(|short| short.look = Look::Black).await, ["black", "frozen", "captions visible"]);
}

#[tokio::test]
async fn flashing_pictures_fail() {
    assert!(failed(|short| short.look = Look::Flashing).await.contains(&"flashes".to_owned()));
}

#[tokio::test]
async fn captions_that_were_never_drawn_fail() {
    assert_eq!(failed(|short| short.look = Look::Bare).await, ["captions visible"]);
    let rules = failed(|short| short.clips.iter_mut().for_each(|clip| clip.captions.clear())).await;
    assert!(rules.contains(&"captions complete".to_owned()), "{rules:?}");
}

#[tokio::test]
async fn captions_may_be_left_out_when_that_was_asked_for() {
    let mut short = Short::new();
    short.look = Look::Bare;
    short.clips.iter_mut().for_each(|clip| clip.captions.clear());
    let video = short.assemble().await;
    let check = Check { limits: Limits::default().with_captions(CaptionStyle::Off) };
    let report = check.measure(&short.cx, short.measured(video)).await.unwrap();
    assert!(report.is_passed(), "{:#?}", report.rules);
}

#[tokio::test]
async fn captions_that_cannot_be_read_fail() {
    let rules = failed(|short| short.clips[1].captions[0].bbox.x = 10.0).await;
    assert_eq!(rules, ["caption safe box"]);
    let rules = failed(|short| short.clips[1].captions[1].contrast = 3.0).await;
    assert_eq!(rules, ["caption contrast"]);
    let rules = failed(|short| short.clips[0].captions[1].missing_glyphs = 1).await;
    assert_eq!(rules, ["missing glyphs"]);
    let rules =
        failed(|short| short.clips[0].captions[1].end_ms = short.clips[0].captions[1].start_ms + 200).await;
    assert_eq!(rules, ["caption on screen"]);
}

#[tokio::test]
async fn a_quote_that_is_not_on_the_page_fails() {
    for (text, page) in [
        ("They keep 98% of it.", 1),
        ("A lease of 60 ms is enough.", 1),
        ("We asked Oracle about it.", 1),
        ("They keep 97% of it.", 2),
    ] {
        let rules = failed(|short| {
            let line = &mut short.script.segments[0].scenes[1].lines[0];
            (line.text, line.citation.page) = (text.to_owned(), page);
        });
        assert_eq!(rules.await, ["citations"], "{text}");
    }
}

#[tokio::test]
async fn speech_that_is_too_fast_or_starts_late_fails() {
    let rules = failed(|short| {
        for word in short.audios.iter_mut().flat_map(|audio| &mut audio.words) {
            word.text = "one two".to_owned();
        }
    });
    assert_eq!(rules.await, ["pace"]);
    let rules = failed(|short| {
        short.sounds[0][..48 * 400].fill(0.0);
        short.audios[0].words[0].start_ms = 400;
    });
    assert!(rules.await.contains(&"first speech".to_owned()));
}

#[tokio::test]
async fn a_damaged_file_fails() {
    let mut short = Short::new();
    let mut video = short.assemble().await;
    let file = short.cx.get(&video.video).await.unwrap();
    video.video = short.cx.put(file.slice(..file.len() * 3 / 4), "video/mp4").await.unwrap();
    let report = Check::default().measure(&short.cx, short.measured(video)).await.unwrap();
    assert!(report.rules.iter().any(|rule| rule.name == "decodes" && !rule.passed), "{:#?}", report.rules);
}
