//! Durable transitions a second, against the bare writes that they cannot do without.

#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use brainwrought_benches::{median, time};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::{Digest, WorkerId};
use brainwrought_core::job::{JobInput, NewJob, Outcome, Plan, StagePlan};
use brainwrought_core::job_store::{ClaimRequest, JobStore};

const JOBS: usize = 50;

fn main() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let (mut file, mut memory, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..5 {
        let data = folder.path().join(format!("round-{round}"));
        let url = format!("file:{}", data.display());
        let store = brainwrought_store::open_job_store(&url)?;
        file.push(runtime.block_on(transitions(store))?);
        memory.push(runtime.block_on(transitions(brainwrought_store::open_job_store("memory:")?))?);
        bare.push(bare_writes(&data)?);
    }
    let (file, memory, bare) = (median(file), median(memory), median(bare));
    println!("job_store  claims and commits of {JOBS} jobs, one process, one at a time");
    println!("  file    {file:.0} durable transitions a second");
    println!("  memory  {memory:.0} transitions a second");
    println!("  bare    {bare:.0} writes with fsync, rename and fsync of the folder a second");
    println!("  file over bare: {:.2}", file / bare);
    Ok(())
}

/// Claims and commits the only task of each of some jobs; returns transitions a second.
async fn transitions(store: Arc<dyn JobStore>) -> anyhow::Result<f64> {
    let stage = StagePlan { name: "only".into(), needs: Vec::new(), fan: None };
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    for _ in 0..JOBS {
        let new = NewJob::new(
            "bench",
            Plan::new(vec![stage.clone()])?,
            JobInput::new(&SourcePdf { file_name: "bench.pdf".to_owned(), pdf: pdf.clone() })?,
        )
        .with_max_attempts(1);
        store.create(new).await?;
    }
    store.advance().await?;
    let request = ClaimRequest::new(WorkerId("bench".to_owned()), Duration::from_secs(60), 1);
    let handle = tokio::runtime::Handle::current();
    let work = move || -> anyhow::Result<usize> {
        let mut done = 0;
        loop {
            let Some(claim) = handle.block_on(store.claim(&request))?.pop() else { return Ok(done) };
            let output = Digest::of(b"output");
            let outcome = Outcome::Done { output, items: None, cached: false };
            handle.block_on(store.commit(&claim.id, claim.token, outcome))?;
            done += 2;
        }
    };
    let (done, wall) = tokio::task::spawn_blocking(move || time(work)).await?;
    Ok(done? as f64 / wall.as_secs_f64())
}

/// Replaces a file of a job's size as durably as the store does; returns writes a second.
fn bare_writes(folder: &Path) -> anyhow::Result<f64> {
    let bytes = vec![b'x'; 1500];
    let (result, wall) = time(|| -> std::io::Result<()> {
        for n in 0..JOBS * 2 {
            let temporary = folder.join("bare.part");
            let mut file = std::fs::File::create(&temporary)?;
            file.write_all(&bytes)?;
            file.sync_data()?;
            std::fs::rename(&temporary, folder.join(format!("bare-{}", n % JOBS)))?;
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    });
    result?;
    Ok((JOBS * 2) as f64 / wall.as_secs_f64())
}
