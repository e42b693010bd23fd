//! Mounts Brainwrought in an axum server of your own, under a path of your choice, and uses it as a client would.

#![expect(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::routing::get;
use brainwrought_core::engine::{Engine, EngineSettings, WorkScope};
use brainwrought_core::id::WorkerId;
use brainwrought_examples::{arguments, resources, scratch};
use brainwrought_http::HttpSettings;
use brainwrought_stages::standard::{Resources, pipelines};
use tokio_util::sync::CancellationToken;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let (pdf, video) = arguments("mounted.mp4");
    let folder = scratch("mount_server")?;
    let (inputs, outputs) = (folder.join("data/inputs"), folder.join("data/outputs"));
    let url = format!("file:{}", folder.join("data").display());
    let engine = Engine::new(
        brainwrought_store::open_job_store(&url)?,
        brainwrought_store::open_artifact_store(&url)?,
        pipelines(Resources::new(&resources(), outputs.clone())?),
        EngineSettings::new(WorkerId("example".to_owned()), folder.join("scratch")),
    );

    // A server of your own, with one more path.
    let shutdown = CancellationToken::new();
    let videos = brainwrought_http::app(engine.clone(), HttpSettings::new(inputs, outputs), shutdown.clone());
    let router =
        Router::new().route("/", get(async || "this server does other things, too")).nest("/videos", videos);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}/videos", listener.local_addr()?);
    let stop = shutdown.clone().cancelled_owned();
    let server = tokio::spawn(async { axum::serve(listener, router).with_graceful_shutdown(stop).await });
    // This process does the work as well; a fleet could instead.
    let (worker, until) = (engine.clone(), shutdown.clone());
    let worker = tokio::spawn(async move { worker.run_all(WorkScope::default(), until).await });
    println!("the page is at {address}/");

    let made = watch(&address, std::fs::read(pdf)?).await?;
    std::fs::write(&video, &made)?;
    println!("{} bytes arrived in {}", made.len(), video.display());
    shutdown.cancel();
    server.await??;
    worker.await?;
    Ok(())
}

/// Uploads a PDF, and comes back for its video.
async fn watch(address: &str, pdf: Vec<u8>) -> anyhow::Result<bytes::Bytes> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
    let part = |name: &str, value: &str| {
        format!("--part\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let file = "--part\r\ncontent-disposition: form-data; name=\"pdf\"; filename=\"queues.pdf\"\r\n\r\n";
    let start = part("length", "15") + &part("size", "270x480") + file;
    let form = [start.as_bytes(), &pdf, b"\r\n--part--\r\n"].concat();
    let created = client
        .post(format!("{address}/api/jobs"))
        .header("content-type", "multipart/form-data; boundary=part")
        .body(form)
        .send()
        .await?
        .error_for_status()?;
    let job: serde_json::Value = serde_json::from_slice(&created.bytes().await?)?;
    let id = job["job_id"].as_str().context("a job has an id")?.to_owned();
    println!("job {id}");
    loop {
        let answer = client.get(format!("{address}/api/jobs/{id}")).send().await?.error_for_status()?;
        let job: serde_json::Value = serde_json::from_slice(&answer.bytes().await?)?;
        match job["status"].as_str() {
            Some("COMPLETED") => break,
            Some("FAILED" | "CANCELLED") => anyhow::bail!("{}", job["error"]),
            _ => println!("{}", job["progress"]["doing"].as_str().unwrap_or_default()),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let video = client.get(format!("{address}/jobs/{id}/video.mp4")).send().await?.error_for_status()?;
    Ok(video.bytes().await?)
}
