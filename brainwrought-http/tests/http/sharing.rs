//! What leaves the server with a link, another version of a video, and errors as browsers see them.

use brainwrought_core::budget::Cost;
use brainwrought_core::id::{JobId, ViewId};
use serde_json::json;

use crate::desk::{Desk, form};

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

async fn made() -> (Desk, String, String) {
    let desk = Desk::start().await;
    let id = desk.submit("my paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    let view = ViewId::from_job(&id.parse::<JobId>().unwrap()).to_string();
    (desk, id, view)
}

#[tokio::test]
async fn a_view_only_link_shows_the_video_and_holds_no_key_to_the_job() {
    let (desk, id, view) = made().await;
    let page = desk.get(&format!("/v/{view}")).await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let shown = page.text();
    for part in [
        format!("src=\"/v/{view}/video.mp4\""),
        format!("href=\"/v/{view}/video.mp4?download\""),
        format!("href=\"/v/{view}\""),
        "Line 1 of".to_owned(),
        "p. 2".to_owned(),
        "Which &lt;i&gt;one".to_owned(),
    ] {
        assert!(shown.contains(&part), "{part} in {shown}");
    }
    for part in [id.as_str(), "wrote three lines", "/script\"", "method=\"post\"", "input.pdf"] {
        assert!(!shown.contains(part), "{part} in {shown}");
    }
    for file in ["video.mp4", "captions.vtt", "poster.png", "quiz.json"] {
        let own = desk.get(&format!("/jobs/{id}/{file}")).await;
        let shared = desk.get(&format!("/v/{view}/{file}")).await;
        assert_eq!((shared.status, &shared.body), (200, &own.body), "{file}");
        for header in ["content-type", "etag", "cache-control", "cross-origin-resource-policy"] {
            assert_eq!(shared.header(header), own.header(header), "{file}: {header}");
        }
        assert!(!shared.text().contains(&id), "{file}");
    }
    let part = desk.ask("GET", &format!("/v/{view}/video.mp4"), &[("range", "bytes=2-4")]).await;
    assert_eq!((part.status, part.body.len()), (206, 3));
    for file in ["input.pdf", "report.json", "manifest.json", "panel", "script", "events", "..%2f"] {
        assert_eq!(desk.get(&format!("/v/{view}/{file}")).await.status, 404, "{file}");
    }
    // The id of a view is no id of a job, anywhere.
    for (method, path) in [
        ("GET", format!("/api/jobs/{view}")),
        ("DELETE", format!("/api/jobs/{view}")),
        ("POST", format!("/api/jobs/{view}/cancel")),
        ("POST", format!("/jobs/{view}/delete")),
        ("GET", format!("/jobs/{view}/input.pdf")),
        ("GET", format!("/v/{id}")),
    ] {
        assert_eq!(desk.ask(method, &path, &[]).await.status, 404, "{method} {path}");
    }
    assert_eq!(desk.ask("DELETE", &format!("/api/jobs/{id}"), &[]).await.status, 204);
    assert_eq!(desk.get(&format!("/v/{view}/video.mp4")).await.status, 404);
}

#[tokio::test]
async fn the_page_and_the_api_share_addresses_of_the_view() {
    let (desk, id, view) = made().await;
    let shown = desk.get(&format!("/?job_id={id}")).await.text();
    for part in [
        format!(
            "<video controls playsinline preload=\"metadata\" src=\"/v/{view}/video.mp4\" poster=\"/v/{view}/poster.png\""
        ),
        format!("src=\"/v/{view}/captions.vtt\""),
        format!("href=\"/v/{view}/video.mp4?download\""),
        format!("id=\"share\" href=\"/v/{view}\""),
    ] {
        assert!(shown.contains(&part), "{part} in {shown}");
    }
    assert!(!shown.contains(&format!("/jobs/{id}/video.mp4")), "{shown}");
    let links = desk.get(&format!("/api/jobs/{id}")).await.json()["links"].clone();
    for (name, end) in [("view", format!("/v/{view}")), ("video.mp4", format!("/v/{view}/video.mp4"))] {
        assert!(links[name].as_str().unwrap().ends_with(&end), "{links:#}");
    }
    assert!(links["manifest.json"].as_str().unwrap().ends_with(&format!("/jobs/{id}/manifest.json")));
}

#[tokio::test]
async fn a_shared_page_waits_for_its_video_and_tells_nothing_before() {
    let desk = Desk::with(|_| {}, 0).await;
    let id = desk.submit("secret plans.pdf").await;
    desk.wait_for(&id, "RUNNING").await;
    let view = ViewId::from_job(&id.parse::<JobId>().unwrap());
    let page = desk.get(&format!("/v/{view}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("is being made") && page.text().contains("data-waiting"));
    assert!(!page.text().contains("secret plans") && !page.text().contains(&id), "{}", page.text());
}

#[tokio::test]
async fn a_pasted_link_works_where_an_id_does() {
    let (desk, id, view) = made().await;
    let (job_page, view_page) = (format!("/?job_id={id}"), format!("/v/{view}"));
    for (pasted, page) in [
        (format!("https://videos.example/?job_id={id}"), &job_page),
        (format!("http://localhost:7860/jobs/{id}/report.json"), &job_page),
        (format!("videos.example/api/jobs/{id}"), &job_page),
        (format!("https://videos.example/v/{view}"), &view_page),
        (format!("/v/{view}/video.mp4?download"), &view_page),
        (view.clone(), &view_page),
    ] {
        let coded = pasted.replace('/', "%2F").replace('?', "%3F").replace('=', "%3D").replace(':', "%3A");
        let found = desk.get(&format!("/?job_id={coded}")).await;
        assert_eq!((found.status, found.header("location")), (303, page.as_str()), "{pasted}");
    }
    let shown = desk.get(&format!("/?job_id=+{}+", id.to_uppercase())).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let odd = desk.get("/?job_id=paper").await;
    assert_eq!(odd.status, 404);
    assert!(odd.text().contains("neither a job ID nor a link"), "{}", odd.text());
}

#[tokio::test]
async fn another_version_is_made_of_the_same_pdf_without_an_upload() {
    let desk = Desk::start().await;
    let options = [("length", "30"), ("voice", "oak"), ("lexicon", "CUDA = koo duh")];
    let sent = desk.upload("paper.pdf", b"%PDF-1.7 once", &options, &[]).await;
    let id = sent.json()["job_id"].as_str().unwrap().to_owned();
    let first = desk.wait_for(&id, "COMPLETED").await;

    let address = format!("/api/jobs/{id}/variants");
    let post = async |body: &str, headers: &[(&str, &str)]| {
        let all = [&[("content-type", "application/json")], headers].concat();
        let head = desk.head("POST", &address, &all, body.len());
        desk.send(&[head, body.as_bytes().to_vec()].concat()).await
    };
    let key = [("idempotency-key", "again")];
    let reply = post(r#"{"length":45}"#, &key).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    let other = reply.json()["job_id"].as_str().unwrap().to_owned();
    assert_ne!(other, id);
    assert_eq!(post(r#"{"length":45}"#, &key).await.json()["job_id"], other.as_str());
    assert_eq!(post(r#"{"length":46}"#, &key).await.status, 422);
    let stored = desk.jobs.get(&other.parse().unwrap()).await.unwrap().job;
    let before = desk.jobs.get(&id.parse().unwrap()).await.unwrap().job;
    assert_eq!((&stored.input, &stored.options["length-ms"]), (&before.input, &json!(45_000)));
    assert_eq!(
        (&stored.options["voice"], &stored.options["lexicon"]["CUDA"]),
        (&json!("oak"), &json!("koo duh"))
    );
    for wrong in [r#"{"length":1}"#, r#"{"lenght":30}"#, r#"{"voice":"elvis"}"#, "[]"] {
        assert_eq!(post(wrong, &[]).await.status, 400, "{wrong}");
    }
    assert_eq!(desk.get(&format!("/api/jobs/{id}")).await.json()["updated_at"], first["updated_at"]);

    let page = desk.get(&format!("/jobs/{id}/variants")).await.text();
    for part in ["paper.pdf", "value=\"30\"", "value=\"oak\" checked", "CUDA = koo duh"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let body = b"--xyz\r\nContent-Disposition: form-data; name=\"length\"\r\n\r\n60\r\n--xyz--\r\n";
    let form_type = [("content-type", "multipart/form-data; boundary=xyz")];
    let head = desk.head("POST", &format!("/jobs/{id}/variants"), &form_type, body.len());
    let made = desk.send(&[head, body.to_vec()].concat()).await;
    assert_eq!(made.status, 303, "{made:?}");
    let third = made.header("location").strip_prefix("/?job_id=").unwrap().to_owned();
    desk.wait_for(&third, "COMPLETED").await;
    let body = body.map(|byte| if byte == b'6' { b'x' } else { byte });
    let head = desk.head("POST", &format!("/jobs/{id}/variants"), &form_type, body.len());
    let refused = desk.send(&[head, body.to_vec()].concat()).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.text().contains("must be a whole number") && refused.text().contains("Make another version")
    );
}

#[tokio::test]
async fn own_music_comes_with_the_form_and_stays_with_another_version() {
    let desk = Desk::start().await;
    let upload = async |music: &[u8], name: &str| {
        let mut body = form("paper.pdf", b"%PDF-1.7 x", &[("music", "none")]);
        body.truncate(body.len() - b"--xyz--\r\n".len());
        body.extend(
            format!("--xyz\r\nContent-Disposition: form-data; name=\"music\"; filename=\"{name}\"\r\n\r\n")
                .bytes(),
        );
        body.extend(music);
        body.extend(b"\r\n--xyz--\r\n");
        let headers = [("content-type", "multipart/form-data; boundary=xyz")];
        desk.send(&[desk.head("POST", "/api/jobs", &headers, body.len()), body].concat()).await
    };
    let stored = async |reply: crate::desk::Reply| {
        assert_eq!(reply.status, 202, "{reply:?}");
        let id: JobId = reply.json()["job_id"].as_str().unwrap().parse().unwrap();
        (id.clone(), desk.jobs.get(&id).await.unwrap().job.options["music"].clone())
    };
    let song = wav(8_000);
    let (id, music) = stored(upload(&song, "song.wav").await).await;
    assert_eq!(
        (&music["file"]["bytes"], &music["file"]["media_type"]),
        (&json!(song.len()), &json!("audio/wav"))
    );
    for damaged in [&wav(0), &wav(u32::MAX), &b"ID3 a song"[..]] {
        let refused = upload(damaged, "song.wav").await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "wrong-request"), "{}", refused.text());
    }
    assert_eq!(stored(upload(b"", "").await).await.1, "none", "a field that nobody used");
    let junk = upload(b"<html>", "song.mp3").await;
    assert_eq!(junk.status, 400);
    assert!(junk.text().contains("WAV, MP3, FLAC or Ogg"), "{junk:?}");
    let head =
        desk.head("POST", &format!("/api/jobs/{id}/variants"), &[("content-type", "application/json")], 2);
    let again = desk.send(&[head, b"{}".to_vec()].concat()).await;
    assert_eq!(stored(again).await.1, music);
    assert!(desk.get(&format!("/jobs/{id}/variants")).await.text().contains("value=\"own\" selected"));
}

#[tokio::test]
async fn errors_in_a_browser_are_pages_with_their_status_and_json_for_programs() {
    let desk = Desk::with(|settings| settings.limits.upload_bytes = 1000, 0).await;
    let none = "0123456789abcdef0123456789abcdef";
    let id = desk.submit("paper.pdf").await;
    for (method, path, status) in [
        ("GET", "/nowhere".to_owned(), 404),
        ("GET", format!("/v/{none}"), 404),
        ("GET", format!("/jobs/{none}/video.mp4"), 404),
        ("GET", format!("/jobs/{id}/video.mp4"), 404),
        ("GET", format!("/api/jobs/{none}"), 404),
        ("GET", "/assets/none.js".to_owned(), 404),
        ("GET", "/jobs/%ff/panel".to_owned(), 404),
        ("DELETE", "/".to_owned(), 405),
        ("POST", "/healthz".to_owned(), 405),
        ("GET", "/jobs".to_owned(), 405),
        ("POST", format!("/jobs/{none}/cancel"), 404),
        ("DELETE", format!("/api/jobs/{id}"), 409),
        ("POST", "/api/jobs".to_owned(), 415),
    ] {
        let page = desk.ask(method, &path, &[BROWSER]).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (status, "text/html; charset=utf-8"),
            "{path}"
        );
        let text = page.text();
        assert!(text.contains("class=\"brand\"") && text.contains("<h1"), "{path}: {text}");
        assert!(!text.contains("brainwrought "), "{path}: {text}");
        if !path.ends_with("/cancel") {
            let json = desk.ask(method, &path, &[]).await;
            assert_eq!((json.status, json.header("content-type")), (status, "application/json"), "{path}");
            assert!(!json.code().is_empty(), "{path}");
        }
    }
    let pdf = [b"%PDF-1.7".as_slice(), &[b' '; 2000]].concat();
    let large = desk.upload_to("/jobs", "a.pdf", &pdf, &[], &[BROWSER]).await;
    assert_eq!((large.status, large.header("content-type")), (413, "text/html; charset=utf-8"));
    let tight = Desk::with(|settings| settings.quotas.requests = 1, 0).await;
    assert_eq!(tight.ask("GET", "/", &[BROWSER]).await.status, 200);
    let mut last = tight.ask("GET", "/", &[BROWSER]).await;
    while last.status == 200 {
        last = tight.ask("GET", "/", &[BROWSER]).await;
    }
    assert_eq!((last.status, last.header("content-type")), (429, "text/html; charset=utf-8"));
    assert!(!last.header("retry-after").is_empty() && last.text().contains("Too many requests"));
}

#[tokio::test]
async fn a_hopeless_retry_is_not_offered_and_no_command_is_advised() {
    let desk = Desk::start().await;
    let id = desk.submit("locked.pdf").await;
    while desk.get(&format!("/api/jobs/{id}")).await.json()["status"] != "FAILED" {
        desk.jobs.wait_for_work(std::time::Duration::from_millis(50)).await;
    }
    let shown = desk.get(&format!("/?job_id={id}")).await.text();
    assert!(
        shown.contains("save a copy without a password") && shown.contains("Choose another file"),
        "{shown}"
    );
    assert!(!shown.contains("/retry\"") && !shown.contains("brainwrought make"), "{shown}");
    let job = desk.get(&format!("/api/jobs/{id}")).await.json();
    assert_eq!(job["error"], "parse: the PDF is locked; save a copy without a password");
}

#[tokio::test]
async fn a_job_that_its_cost_limit_stopped_offers_a_higher_one_where_there_is_one() {
    for (most, offered) in [(5.0, "with a higher cost limit"), (1.0, "the highest that this server allows")] {
        let desk = Desk::with(|settings| settings.max_cost = Some(Cost::from_usd(most)), 1000).await;
        let made = desk.upload("costly.pdf", b"%PDF-1.7", &[("max-cost", "1")], &[]).await;
        let id = made.json()["job_id"].as_str().unwrap().to_owned();
        while desk.get(&format!("/api/jobs/{id}")).await.json()["status"] != "FAILED" {
            desk.jobs.wait_for_work(std::time::Duration::from_millis(50)).await;
        }
        let shown = desk.get(&format!("/?job_id={id}")).await.text();
        assert!(shown.contains(offered) && shown.contains("/variants\""), "{shown}");
        assert!(!shown.contains("/retry\"") && !shown.contains("Try again"), "{shown}");
    }
}

#[tokio::test]
async fn samples_are_made_when_they_are_asked_for_and_voices_are_offered_where_they_are() {
    let desk = Desk::start().await;
    let sample = desk.get("/samples/backgrounds/calm.mp4").await;
    assert_eq!((sample.status, sample.header("content-type")), (200, "video/mp4"));
    assert!(sample.header("cache-control").starts_with("public") && sample.body.len() > 1000);
    let part = desk.ask("GET", "/samples/backgrounds/calm.mp4", &[("range", "bytes=0-1")]).await;
    assert_eq!((part.status, part.body), (206, sample.body[..2].to_vec()));
    let captions = desk.get("/samples/captions/karaoke.mp4").await;
    assert_eq!((captions.status, captions.header("content-type")), (200, "video/mp4"));
    for path in [
        "/samples/backgrounds/auto.mp4",
        "/samples/backgrounds/calm",
        "/samples/captions/fireworks.mp4",
        "/samples/voices/heart.wav",
    ] {
        assert_eq!(desk.get(path).await.status, 404, "{path}");
    }
    let home = desk.get("/").await.text();
    assert!(home.contains("/samples/captions/one-word.mp4"), "{home}");
    assert!(home.contains("/samples/backgrounds/runner.mp4") && home.contains("value=\"heart\""), "{home}");
    assert!(!home.contains("kokoro/") && !home.contains("data-listen"), "nothing is known of this machine");
    let refused = desk.upload("a.pdf", b"%PDF-1.7", &[("voice", "kokoro/am_michael")], &[]).await;
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(!home.contains("max-cost"), "nothing here costs anything");
}

/// A WAV file with a second of 8-bit sound, whose header names this sample rate.
fn wav(rate: u32) -> Vec<u8> {
    let samples = [128_u8, 200, 128, 56].repeat(2_000);
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + samples.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1_u16, 1].map(u16::to_le_bytes).concat());
    bytes.extend([rate, rate].map(u32::to_le_bytes).concat());
    bytes.extend([1_u16, 8].map(u16::to_le_bytes).concat());
    bytes.extend(b"data");
    bytes.extend((samples.len() as u32).to_le_bytes());
    bytes.extend(samples);
    bytes
}
