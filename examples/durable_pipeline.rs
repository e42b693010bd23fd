//! Runs a pipeline that has nothing to do with PDFs, and keeps what is done: stopped and run again, it goes on from there.
#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use brainwrought_core::engine::Engine;
use brainwrought_core::pipeline::Pipeline;
use brainwrought_core::stage::{Stage, StageContext, StageError};
use tokio_util::sync::CancellationToken;

#[derive(Debug, serde::Serialize)]
struct Sort;

impl Stage for Sort {
    const NAME: &'static str = "sort";
    const VERSION: u32 = 1;
    type Input = Vec<u64>;
    type Output = Vec<u64>;

    async fn run(&self, _cx: &StageContext, mut numbers: Vec<u64>) -> Result<Vec<u64>, StageError> {
        numbers.sort_unstable();
        Ok(numbers)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = brainwrought_examples::scratch("durable_pipeline")?;
    let url = format!("file:{}", folder.display());
    let engine = Engine::builder(Pipeline::new("sorted", |p, numbers| p.stage(Sort, numbers))?)
        .job_store(brainwrought_store::open_job_store(&url)?)
        .artifact_store(brainwrought_store::open_artifact_store(&url)?)
        .build()?;
    // With the same key the same job goes on, in this process or another.
    let submission = engine.submission(vec![3, 1, 2]).with_idempotency_key(Some("3 1 2".to_owned()));
    let sorted = engine.run_submission(submission, CancellationToken::new()).await?;
    println!("{sorted:?}");
    anyhow::ensure!(sorted == [1, 2, 3]);
    Ok(())
}
