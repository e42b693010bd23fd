//! The stage `render` against encoding alone: the same frames, the same settings, the same run. Beside it, the same
//! picture made by the ffmpeg command line.

#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use brainwrought_benches::{Short, median, resources, time};
use brainwrought_core::data::{Audio, Background, Script, Visuals};
use brainwrought_core::id::TaskKey;
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_core::stage::{Stage as _, StageContext};
use brainwrought_stages::background;
use brainwrought_stages::media::H264Encoder;
use brainwrought_stages::picture::{Area, YuvFrame};
use brainwrought_stages::render::Render;
use brainwrought_stages::standard::{MakeOptions, Stages};
use tokio_util::sync::CancellationToken;

/// Frames that are composed before they are encoded alone; 3 MB each.
const MAX_FRAMES: usize = 600;
/// Rounds in which the stage and the encoder alone take turns; the ratio is the median of the rounds' own.
const ROUNDS: usize = 7;
/// Frames that the ffmpeg command line gets.
const PEER_FRAMES: u64 = 150;

fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let url = format!("file:{}", folder.path().join("data").display());
    let artifacts = brainwrought_store::open_artifact_store(&url)?;
    let jobs = Arc::new(MemoryJobStore::default());
    let short = runtime.block_on(Short::make(jobs, artifacts, folder.path()))?;
    let script: Script = runtime.block_on(short.output("script", None))?;
    // Not the first one: that makes the poster as well.
    let segment = script.segments.get(1).context("the script has no second segment")?.clone();
    let audio: Audio = runtime.block_on(short.output("audio", Some(1)))?;
    let visuals: Visuals = runtime.block_on(short.output("visuals", Some(1)))?;
    let options: MakeOptions = serde_json::from_value(short.job.options.clone())?;
    let render = Stages::new(&options, &resources(folder.path().join("outputs"))?).render;
    let task = TaskKey { stage: "render".into(), segment: Some(1) };
    let token = CancellationToken::new();
    let scratch = folder.path().to_owned();
    let cx = StageContext::new(short.job.job_id.clone(), task, Arc::clone(&short.artifacts), scratch, token);

    let (mut whole, mut alone, mut composing, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut frames = 0;
    for _ in 0..ROUNDS {
        let input = (segment.clone(), audio.clone(), visuals.clone());
        let (clip, wall) = time(|| runtime.block_on(render.run(&cx, input)));
        frames = clip?.frames;
        let staged = frames as f64 / wall.as_secs_f64();
        let source = runtime.block_on(render.frames(&cx, &segment, &audio, &visuals))?;
        let (encoded, composed) = encode_alone(&render, source)?;
        whole.push(staged);
        alone.push(encoded);
        ratios.push(staged / encoded);
        composing.push(composed);
    }
    let (whole, alone, composing) = (median(whole), median(alone), median(composing));
    println!("render  {frames} frames of {}×{}", render.encoder.width, render.encoder.height);
    println!("  stage        {whole:.1} frames a second");
    println!("  encode only  {alone:.1} frames a second");
    println!("  compose only {composing:.1} frames a second, on one core");
    println!("  stage over encode only: {:.2} (at least 0.85)", median(ratios));
    match peer(folder.path(), &render, &visuals, &short)? {
        Some(peer) => {
            println!(
                "  ffmpeg command line, same picture: {peer:.1} frames a second; stage over it: {:.2}",
                whole / peer
            );
        }
        None => println!("  ffmpeg command line: not installed, not compared"),
    }
    Ok(())
}

/// Frames a second of encoding alone, and of composing alone.
fn encode_alone(
    render: &Render,
    mut source: brainwrought_stages::render::FrameSource,
) -> anyhow::Result<(f64, f64)> {
    let (width, height) = (render.encoder.width as usize, render.encoder.height as usize);
    let (mut frames, mut drawing) = (Vec::new(), 0.0);
    while frames.len() < MAX_FRAMES {
        let mut frame = YuvFrame::black(width, height);
        let (drawn, wall) = time(|| source.next_into(&mut frame));
        drawing += wall.as_secs_f64();
        if !drawn? {
            break;
        }
        frames.push(frame);
    }
    // All at once: between two parts, the encoder's threads would go on while nobody takes the time.
    let (stream, wall) = time(|| {
        let mut encoder = H264Encoder::new(&render.encoder)?;
        frames.iter().try_for_each(|frame| encoder.push(frame))?;
        encoder.finish()
    });
    stream?;
    let count = frames.len() as f64;
    Ok((count / wall.as_secs_f64(), count / drawing))
}

/// Frames a second of the ffmpeg command line for background, panel and captions. `None` without ffmpeg.
#[expect(clippy::disallowed_methods, reason = "the peer is a program")]
fn peer(folder: &Path, render: &Render, visuals: &Visuals, short: &Short) -> anyhow::Result<Option<f64>> {
    let Background::Procedural { style, seed, offset_ms } = &visuals.background else { return Ok(None) };
    let (width, height, fps) = (render.encoder.width, render.encoder.height, render.encoder.fps);
    let mut drawn = background::open(style, *seed, width as usize, height as usize, fps, *offset_ms)?;
    let raw = folder.join("background.yuv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&raw)?);
    let mut frame = YuvFrame::black(width as usize, height as usize);
    for n in 0..PEER_FRAMES {
        drawn.draw(n, &mut frame, &Area::default());
        [&frame.y, &frame.u, &frame.v].into_iter().try_for_each(|plane| file.write_all(plane))?;
    }
    file.flush()?;
    let panel = visuals.scenes.iter().find_map(|scene| scene.panel.as_ref()).context("there is no panel")?;
    let digits = panel.image.digest.as_str();
    let panel = folder.join("data/artifacts").join(&digits[..2]).join(digits);
    let captions = short.video.with_file_name("captions.ass");
    let size = format!("{width}x{height}");
    let filter = format!("[0][1]overlay=108:290,ass={}", captions.display());
    let rate = fps.to_string();
    let arguments =
        ["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", &rate, "-i"];
    let coder =
        ["-c:v", "libx264", "-preset", "superfast", "-crf", "23", "-x264-params", "bframes=0:weightp=0"];
    let mut figures = Vec::new();
    for _ in 0..ROUNDS {
        let mut command = std::process::Command::new("ffmpeg");
        command.args(arguments).arg(&raw).args(["-f", "png_pipe", "-i"]).arg(&panel);
        let threads = render.encoder.threads.to_string();
        command
            .args(["-filter_complex", &filter])
            .args(coder)
            .args(["-threads", &threads, "-f", "null", "-"]);
        let (status, wall) = time(|| command.status());
        match status {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            status => anyhow::ensure!(status?.success(), "ffmpeg failed"),
        }
        figures.push(PEER_FRAMES as f64 / wall.as_secs_f64());
    }
    Ok(Some(median(figures)))
}
