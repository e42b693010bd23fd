//! The page, as a browser without scripts and a careless or hostile author of PDFs meet it.

use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::artifact_store::ArtifactStore as _;
use brainwrought_core::data::{BlobRef, Publication, SourcePdf};
use brainwrought_core::id::{Digest, WorkerId};
use brainwrought_core::job::{JobInput, NewJob, Outcome, Plan, StagePlan};
use brainwrought_core::job_store::{ClaimRequest, JobStore};
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};
use brainwrought_core::stage::StageData as _;
use brainwrought_http::Example;

use crate::desk::{Desk, Strings};

#[tokio::test]
async fn a_pdf_is_submitted_and_retrieved_without_scripts() {
    let desk = Desk::start().await;
    let home = desk.get("/").await;
    assert_eq!((home.status, home.header("content-type")), (200, "text/html; charset=utf-8"));
    let text = home.text();
    for part in ["action=\"/jobs\"", "enctype=\"multipart/form-data\"", "name=\"pdf\"", "role=\"tablist\""] {
        assert!(text.contains(part), "{part}");
    }
    let sent =
        desk.upload_to("/jobs", "paper.pdf", b"%PDF-1.7 x", &[("length", "30"), ("seed", "")], &[]).await;
    assert_eq!(sent.status, 303);
    let page = sent.header("location").to_owned();
    let id = page.strip_prefix("/?job_id=").unwrap().to_owned();
    desk.wait_for(&id, "COMPLETED").await;

    let shown = desk.get(&page).await.text();
    assert!(shown.contains(&format!("<code id=\"the-id\">{id}</code>")), "{shown}");
    for part in [
        format!("href=\"/jobs/{id}/input.pdf#page=2\""),
        format!("href=\"/jobs/{id}/report.json?download\""),
        format!("href=\"/jobs/{id}/variants\""),
        format!("action=\"/jobs/{id}/delete\""),
        "1 of 1 passed".to_owned(),
        "wrote three lines".to_owned(),
    ] {
        assert!(shown.contains(&part), "{part} in {shown}");
    }
    assert!(!shown.contains("http-equiv"), "what is over is not loaded again");
    let gone = desk.ask("POST", &format!("/jobs/{id}/delete"), &[]).await;
    assert_eq!((gone.status, gone.header("location")), (303, "/?deleted=1"));
    assert_eq!(desk.get(&page).await.status, 404);
}

#[tokio::test]
async fn a_job_that_runs_is_shown_live_and_can_be_steered() {
    let desk = Desk::with(|_| {}, 0).await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "RUNNING").await;
    let page = format!("/?job_id={id}");
    let shown = desk.get(&page).await.text();
    assert!(shown.contains("<noscript><meta http-equiv=\"refresh\" content=\"5\"></noscript>"), "{shown}");
    assert!(shown.contains("data-live") && shown.contains("id=\"bar\""));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let cancelled = desk.ask("POST", &format!("/jobs/{id}/cancel"), &[form]).await;
    assert_eq!((cancelled.status, cancelled.header("location")), (303, page.as_str()));
    assert!(desk.get(&page).await.text().contains(&format!("action=\"/jobs/{id}/retry\"")));
    desk.strings.gate.add_permits(1000);
    assert_eq!(desk.ask("POST", &format!("/jobs/{id}/retry"), &[form]).await.status, 303);
    desk.wait_for(&id, "COMPLETED").await;
    let saved = desk.send_form(&format!("/jobs/{id}/script"), "line-0=%3Cu%3Eother%3C%2Fu%3E+words.").await;
    assert_eq!((saved.status, saved.header("location")), (303, page.as_str()));
    desk.wait_for(&id, "COMPLETED").await;
    assert!(desk.get(&page).await.text().contains("&lt;u&gt;other&lt;/u&gt; words."));
}

#[tokio::test]
async fn document_text_is_never_markup() {
    let desk = Desk::start().await;
    let id = desk.submit("<script>alert(1)</script><img src=x onerror=alert(1)>.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    for path in [format!("/?job_id={id}"), format!("/jobs/{id}/panel")] {
        let shown = desk.get(&path).await.text();
        for markup in ["<script>alert", "<img", "<b>alert", "of <b>", "<i>one", "<u>note"] {
            assert!(!shown.contains(markup), "{path}: {markup} in {shown}");
        }
        assert!(shown.contains("&lt;img src=x onerror=alert(1)&gt;"), "{shown}");
        assert!(
            shown.contains("Which &lt;i&gt;one&lt;/i&gt;?") && shown.contains("&lt;u&gt;note"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn errors_are_pages_too() {
    let desk = Desk::with(|settings| settings.limits.upload_bytes = 7_000_000, 0).await;
    let unknown = desk.get("/?job_id=0123456789abcdef0123456789abcdef").await;
    assert_eq!((unknown.status, unknown.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(unknown.text().contains("role=\"alert\"") && unknown.text().contains("There is no job"));
    let odd = desk.get("/?job_id=%22%3E%3Cscript%3E").await;
    assert_eq!(odd.status, 404);
    assert!(!odd.text().contains("\"><script>"), "{}", odd.text());
    let picture = desk.upload_to("/jobs", "paper.pdf", b"\x89PNG\r\n\x1a\n\0", &[], &[]).await;
    assert_eq!(picture.status, 415);
    assert!(picture.text().contains("The file is a picture (PNG)") && picture.text().contains("up to 7 MB"));
}

#[tokio::test]
async fn the_page_asks_nobody_else_and_runs_nothing_inline() {
    let desk = Desk::start().await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    for path in ["/".to_owned(), format!("/?job_id={id}"), "/api/docs".to_owned()] {
        let text = desk.get(&path).await.text();
        let bare = text.replace("http://localhost:7860", "");
        for outside in ["http://", "https://", "src=\"//", " style=", "onclick=", "<style"] {
            assert!(!bare.contains(outside), "{path}: {outside}");
        }
        assert!(text.matches("<script").count() == text.matches("<script src=\"/assets/").count(), "{path}");
    }
    for (name, kind) in [
        ("style.css", "text/css; charset=utf-8"),
        ("page.js", "text/javascript; charset=utf-8"),
        ("form.js", "text/javascript; charset=utf-8"),
        ("recent.js", "text/javascript; charset=utf-8"),
        ("script.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("display.ttf", "font/ttf"),
    ] {
        let asset = desk.get(&format!("/assets/{name}")).await;
        assert_eq!((asset.status, asset.header("content-type")), (200, kind), "{name}");
    }
    assert_eq!(desk.get("/assets/..%2fmod.rs").await.status, 404);
    assert!(desk.get("/api/docs").await.text().contains("/api/jobs/{job_id}/events"));
}

#[tokio::test]
async fn the_router_can_be_mounted_below_another() {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt as _;
    let desk = Desk::start().await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    let outer = axum::Router::new().nest("/video", desk.router.clone());
    for (path, part) in [
        (format!("/video/api/jobs/{id}"), format!("\"/video/jobs/{id}/report.json\"")),
        (format!("/video?job_id={id}"), "src=\"/video/v/".to_owned()),
        ("/video".to_owned(), "href=\"/video/assets/style.css".to_owned()),
    ] {
        let request = axum::http::Request::builder().uri(&path).body(Body::empty()).unwrap();
        let answer = outer.clone().oneshot(request).await.unwrap();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains(&part), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_video_that_did_not_pass_shows_why_and_what_may_help() {
    let desk = Desk::start().await;
    let id = desk.submit("silent.pdf").await;
    let path = format!("/api/jobs/{id}");
    while desk.get(&path).await.json()["status"] != "FAILED" {
        desk.jobs.wait_for_work(std::time::Duration::from_millis(50)).await;
    }
    let job = desk.get(&path).await.json();
    assert_eq!(job["error"], "check: the video did not pass: see [path]");
    assert!(job["links"].get("video.mp4").is_none());
    let shown = desk.get(&format!("/?job_id={id}")).await.text();
    for part in [
        "0 of 1 passed",
        "silence",
        "data-passed=\"false\"",
        "the video did not pass: see [path]",
        "Make another version",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(!shown.contains("/retry\""), "the same options give the same video: {shown}");
    assert!(!shown.contains("gate/1") && !shown.contains("<video"), "{shown}");
}

#[tokio::test]
async fn examples_are_shown_and_sent_and_nothing_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let one = folder.path().join("one <b>");
    std::fs::create_dir(&one).unwrap();
    let manifest = r#"{"title":"Bees <i>","video":{"duration_ms":54000},"source":{"pages":9}}"#;
    for (name, bytes) in [
        ("video.mp4", "0123456789"),
        ("captions.vtt", "WEBVTT"),
        ("manifest.json", manifest),
        ("secret", "x"),
    ] {
        std::fs::write(one.join(name), bytes).unwrap();
    }
    let examples = Example::read_all(folder.path()).unwrap();
    let desk = Desk::with(|settings| settings.examples = examples, 0).await;
    let home = desk.get("/").await.text();
    assert!(home.contains("Bees &lt;i&gt;") && home.contains("9 pages → 54 s"), "{home}");
    let start = home.find("/examples/").unwrap();
    let base = home[start..].split("/video.mp4").next().unwrap().to_owned();
    assert!(!base.contains("one"), "the folder's name is nobody's business: {base}");
    let part = desk.ask("GET", &format!("{base}/video.mp4"), &[("range", "bytes=2-4")]).await;
    assert_eq!((part.status, part.text().as_str()), (206, "234"));
    assert_eq!(part.header("content-type"), "video/mp4");
    let known = [("if-none-match", part.header("etag"))];
    assert_eq!(desk.ask("GET", &format!("{base}/video.mp4"), &known).await.status, 304);
    for file in ["secret", "manifest.json", "poster.png", "..%2f..%2fsecret"] {
        assert_eq!(desk.get(&format!("{base}/{file}")).await.status, 404, "{file}");
    }
    let desk = Desk::start().await;
    assert!(!desk.get("/").await.text().contains("gallery"), "there is no empty gallery");
    assert_eq!(desk.get(&format!("{base}/video.mp4")).await.status, 404);
}

#[tokio::test]
async fn the_page_says_how_long_things_stay() {
    for (keep, said) in [
        (None, "until you delete them"),
        (Some(Duration::from_secs(7 * 24 * 3600)), "deleted 7 days after"),
        (Some(Duration::from_secs(1800)), "deleted 1 hour after"),
    ] {
        let desk = Desk::with(|settings| settings.keep = keep, 0).await;
        let home = desk.get("/").await.text();
        assert!(home.contains(said), "{said}: {home}");
    }
}

#[tokio::test]
async fn a_published_video_is_linked() {
    let jobs: Arc<dyn JobStore> = Arc::new(MemoryJobStore::default());
    let stage = StagePlan { name: "publish".into(), needs: Vec::new(), fan: None };
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    let new = NewJob::new(
        "short",
        Plan::new(vec![stage]).unwrap(),
        JobInput::new(&SourcePdf { file_name: "bees.pdf".to_owned(), pdf }).unwrap(),
    )
    .with_max_attempts(1);
    let id = jobs.create(new).await.unwrap().view.job.job_id;
    jobs.advance().await.unwrap();
    let worker = WorkerId("elsewhere".to_owned());
    let lease = Duration::from_secs(60);
    let request = ClaimRequest::new(worker, lease, 1);
    let claim = jobs.claim(&request).await.unwrap().remove(0);
    let address = "https://huggingface.co/datasets/a/b/resolve/main/videos/1/video.mp4";
    let artifacts = MemoryArtifactStore::default();
    let value = Publication { output_hf_url: Some(address.to_owned()), ..Publication::default() };
    let stored = serde_json::json!({ "schema": Publication::SCHEMA, "value": value });
    let output = artifacts.put(stored.to_string().into()).await.unwrap();
    let done = Outcome::Done { output, items: None, cached: false };
    jobs.commit(&claim.id, claim.token, done).await.unwrap();

    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(Arc::new(folder), jobs, Arc::new(artifacts), Strings::open(0), |_| {}).await;
    assert_eq!(desk.get(&format!("/api/jobs/{id}")).await.json()["output_hf_url"], address);
    let shown = desk.get(&format!("/?job_id={id}")).await.text();
    assert!(shown.contains(&format!("href=\"{address}\"")), "{shown}");
}
