//! Makes a video with a stage of one's own put in, another replaced, and a mark on every frame.
#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::path::PathBuf;

use brainwrought_core::data::{LineRole, Publication, Report, Script, SourcePdf};
use brainwrought_core::engine::Engine;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use brainwrought_examples::{arguments, resources, scratch};
use brainwrought_stages::render::frame_hook;
use brainwrought_stages::standard::{MakeOptions, Resources, Short, Stages};

#[derive(Debug, serde::Serialize)] // What is serialised is the stage's settings.
struct SignOff(&'static str);
impl Stage for SignOff {
    const NAME: &'static str = "sign-off";
    const VERSION: u32 = 1;
    type Input = Script;
    type Output = Script;
    async fn run(&self, _cx: &StageContext, mut script: Script) -> Result<Script, StageError> {
        let lines = script.segments.iter_mut().flat_map(|s| &mut s.scenes).flat_map(|s| &mut s.lines);
        lines.filter(|line| line.role == LineRole::Close).for_each(|line| line.text = self.0.to_owned());
        Ok(script)
    }
}

#[derive(Debug, serde::Serialize)]
struct Deliver(PathBuf);
impl Stage for Deliver {
    const NAME: &'static str = "deliver";
    const VERSION: u32 = 1;
    const IS_CACHED: bool = false; // It is there for the file, which every job writes.
    type Input = Report;
    type Output = Publication;
    async fn run(&self, cx: &StageContext, report: Report) -> Result<Publication, StageError> {
        let video = cx.get(&report.video.video).await?;
        tokio::fs::write(&self.0, video).await.map_err(StageError::retryable)?;
        Ok(Publication { output_local_path: Some(self.0.display().to_string()), ..Publication::default() })
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child(); // PDFs are read in a child process, which is this program again.
    let (pdf, video) = arguments("own_stages.mp4");
    let options = MakeOptions::default().with_size(270, 480).with_length_ms(20_000);
    let mut stages = Stages::new(&options, &Resources::new(&resources(), scratch("own_stages")?)?);
    // A white bar along the upper edge of every frame.
    stages.render.hooks.push(frame_hook("white-bar/1", |frame, _| {
        let width = frame.width();
        frame.y[..width * 4].fill(235);
    }));
    let short = Short::new(stages).map_script(|p, script| p.stage(SignOff("That is all, folks."), script));
    let engine =
        Engine::in_memory(short.replace_publish(|p, report| p.stage(Deliver(video), report)).build()?)?;
    let pdf = bytes::Bytes::from(std::fs::read(pdf)?);
    let submission = engine.submission(SourcePdf::new("queues.pdf", &pdf)).with_blob(pdf);
    println!("{:?}", engine.run_submission(submission, Default::default()).await?.output_local_path);
    Ok(())
}
