//! What comes out beside the video, and that the same input gives the same bytes.

use brainwrought_core::data::{AssetRecord, BlobRef, Video};
use brainwrought_core::stage::Stage;

use brainwrought_stages::media::{LumaView, Viewer, probe};

use super::short::{FRAMES, Short};

async fn text(short: &Short, blob: &BlobRef) -> String {
    String::from_utf8(short.cx.get(blob).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn the_same_input_gives_the_same_video_everywhere() {
    let (mut one, mut two) = (Short::new(), Short::new());
    assert_ne!(one.folder(), two.folder());
    let videos: [Video; 2] = [one.assemble().await, two.assemble().await];
    assert_eq!(videos[0], videos[1]);
}

#[tokio::test]
async fn times_of_the_second_segment_count_from_the_start_of_the_video() {
    let mut short = Short::new();
    let video = short.assemble().await;
    assert_eq!((video.frames, &video.segment_starts[..]), (2 * FRAMES, &[0, FRAMES][..]));
    let srt = text(&short, &video.sidecars["captions.srt"]).await;
    assert!(srt.contains("\n6\n00:00:04,000 --> 00:00:04,900\nword0 word1\n"), "{srt}");
    let vtt = text(&short, &video.sidecars["captions.vtt"]).await;
    assert!(
        vtt.contains("00:00:04.000 --> 00:00:04.900\n<00:00:04.100><c>word0</c> <00:00:04.500><c>word1</c>"),
        "{vtt}"
    );
    let chapters = text(&short, &video.sidecars["chapters.txt"]).await;
    assert_eq!(chapters, "00:00 Part 1\n00:04 Part 2\n");
    let transcript = text(&short, &video.sidecars["transcript.md"]).await;
    assert!(transcript.contains("## 00:04 Part 2\n\n- A lease of 60 s is enough. (p. 1)\n"), "{transcript}");
}

#[tokio::test]
async fn the_manifest_lists_every_file_and_right_and_nothing_of_the_machine() {
    let mut short = Short::new();
    let video = short.measure().await.video;
    let text = text(&short, &video.sidecars["manifest.json"]).await;
    assert!(!text.contains(short.folder().to_str().unwrap()) && !text.contains(short.cx.job().as_str()));
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    for (name, blob) in video.sidecars.iter().filter(|(name, _)| *name != "manifest.json") {
        assert_eq!(manifest["files"][name]["blob"], blob.digest.as_str(), "{name}");
    }
    assert_eq!(manifest["files"]["video.mp4"]["bytes"], video.video.bytes);
    let licences: Vec<(&str, &str)> =
        video.assets.iter().map(|asset| (asset.kind.as_str(), asset.licence.as_str())).collect();
    for expected in [
        ("voice", "Apache-2.0"),
        ("font", "OFL-1.1"),
        ("background", "MIT OR Apache-2.0"),
        ("document", "rights stay with the author of queues.pdf"),
    ] {
        assert!(licences.contains(&expected), "{expected:?} is not in {licences:?}");
    }
    assert_eq!(video.warnings, ["page 2 could not be read", "a picture was small"]);
    let poster = short.cx.get(&video.sidecars["poster.png"]).await.unwrap();
    assert!(poster.starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn clips_that_do_not_fit_are_refused() {
    let mut short = Short::new();
    short.assemble().await;
    let run =
        async |short: &Short| short.settings.run(&short.cx, short.parts()).await.unwrap_err().to_string();
    short.audios[1].samples -= 1;
    assert!(run(&short).await.contains("segment 1 has 191999 samples where its pictures need 192000"));
    short.audios[1].samples += 1;
    short.clips[1].fps = 60;
    assert!(run(&short).await.contains("another size or frame rate"));
    short.clips.pop();
    assert!(run(&short).await.contains("1 clips for 2 segments"));
    short.clips.clear();
    assert!(run(&short).await.contains("no segments"));
    assert!(short.folder().exists());
}

#[tokio::test]
async fn a_cancelled_stage_says_so() {
    let mut short = Short::new();
    short.assemble().await;
    short.cx.cancellation().cancel();
    assert!(short.settings.run(&short.cx, short.parts()).await.unwrap_err().is_cancelled());
}

/// Looks at nothing: only what the file says about itself counts.
struct Blind;

impl Viewer for Blind {
    fn frame(&mut self, _: LumaView<'_>) -> bool {
        true
    }

    fn sound(&mut self, _: &[f32]) {}
}

#[tokio::test]
async fn the_file_and_the_manifest_say_what_is_synthetic_and_thank_the_others() {
    let mut short = Short::new();
    let picture = |name: &str, provider: &str, synthetic: bool| AssetRecord {
        stage: "visuals".to_owned(),
        kind: "picture".to_owned(),
        name: name.to_owned(),
        bytes: Some(1),
        sha256: None,
        licence: "some".to_owned(),
        provider: Some(provider.to_owned()),
        author: (!synthetic).then(|| "Ann Example".to_owned()),
        source: None,
        synthetic,
    };
    let assets = vec![picture("a queue", "openai/gpt-image-1", true), picture("a line", "pexels", false)];
    short.visuals[0].assets.extend(assets.clone());
    let video = short.measure().await.video;
    assert!(assets.iter().all(|asset| video.assets.contains(asset)));
    let file = probe(&short.cx.get(&video.video).await.unwrap(), &mut Blind).unwrap();
    let (comment, description) = (&file.tags["comment"], &file.tags["description"]);
    for told in [
        "the script was written by",
        "the narration is spoken by the synthetic voice hibari/heart",
        "the picture “a queue” was made by the model openai/gpt-image-1",
        "the background is drawn by a program",
    ] {
        assert!(comment.contains(told) && description.contains(told), "{told}: {comment}\n{description}");
    }
    assert!(comment.ends_with(" Pictures by Ann Example (pexels, a line)."), "{comment}");
    let manifest = text(&short, &video.sidecars["manifest.json"]).await;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let kind = manifest["digital_source_type"].as_str().unwrap();
    assert!(kind.ends_with("/compositeWithTrainedAlgorithmicMedia"), "{kind}");
    assert!(description.ends_with("Digital source type: compositeWithTrainedAlgorithmicMedia."));
    assert!(manifest["synthetic"].to_string().contains("gpt-image-1"));
}
