//! Puts a stage of its own between two default ones: a writer's editor that gives every video the same last words.

#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::sync::Arc;

use brainwrought_core::data::{LineRole, Script, SourcePdf};
use brainwrought_core::engine::{Engine, EngineSettings};
use brainwrought_core::id::WorkerId;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::pipeline::{Handle, Pipeline};
use brainwrought_core::stage::{Stage, StageContext, StageError};
use brainwrought_examples::{resources, scratch};
use brainwrought_stages::standard::{MakeOptions, Resources, Stages};
use tokio_util::sync::CancellationToken;

/// Changes the last words. What is serialised is its settings: other words give another fingerprint.
#[derive(Debug, serde::Serialize)]
struct SignOff {
    words: String,
}

impl Stage for SignOff {
    const NAME: &'static str = "sign-off";
    const VERSION: u32 = 1;
    type Input = Script;
    type Output = Script;

    async fn run(&self, cx: &StageContext, mut script: Script) -> Result<Script, StageError> {
        let scenes = script.segments.iter_mut().flat_map(|segment| &mut segment.scenes);
        let lines = scenes.flat_map(|scene| &mut scene.lines);
        if let Some(last) = lines.filter(|line| line.role == LineRole::Close).last() {
            last.text.clone_from(&self.words);
        }
        cx.log(brainwrought_core::event::LogLevel::Info, "signed off");
        Ok(script)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let folder = scratch("custom_stage")?;
    let resources = Resources::new(&resources(), folder.join("outputs"))?;
    let pipelines = move |_name: &str, options: &serde_json::Value| {
        let options: MakeOptions = serde_json::from_value(options.clone())?;
        let stages = Stages::new(&options, &resources);
        // The default wiring up to the narration, with one more step. A handle of the wrong type does not compile.
        let pipeline = Pipeline::new("signed", |p, pdf: Handle<SourcePdf>| {
            let document = p.stage(stages.parse, pdf);
            let script = p.stage(stages.script, document);
            let signed = p.stage(SignOff { words: "That is all, folks.".to_owned() }, script);
            p.each(signed, |p, segment| p.stage(stages.audio, segment))
        })?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(pipeline)
    };
    let settings = EngineSettings::new(WorkerId("example".to_owned()), folder.join("scratch"));
    let jobs = Arc::new(MemoryJobStore::default());
    let engine = Engine::new(jobs, Arc::new(MemoryArtifactStore::default()), pipelines, settings);

    let (pdf, _) = brainwrought_examples::arguments("unused");
    let options = MakeOptions::default().with_length_ms(20_000);
    let created = engine.submit(options.submission("queues.pdf", std::fs::read(pdf)?.into())?).await?;
    let view = engine.run_job(&created.view.job.job_id, CancellationToken::new()).await?;
    for task in &view.job.stages {
        println!("{:<12} {}", task.key.to_string(), task.status);
    }
    anyhow::ensure!(view.job.error().is_none(), "{}", view.job.error().unwrap_or_default());
    Ok(())
}
