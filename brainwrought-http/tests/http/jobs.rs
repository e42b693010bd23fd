//! Jobs through the API: from an upload to its removal.

use std::time::Duration;

use brainwrought_http::{OperatorToken, Operators};
use serde_json::json;

use crate::desk::{Desk, Reply};

#[tokio::test]
async fn a_pdf_becomes_a_job_that_can_be_followed_to_its_video() {
    let desk = Desk::start().await;
    let reply = desk.upload("paper.pdf", b"%PDF-1.7 x", &[("length", "30")], &[]).await;
    assert_eq!(reply.status, 202);
    let submitted = reply.json();
    let id = submitted["job_id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    let base = format!("http://{}", desk.address);
    assert_eq!(reply.header("location"), format!("{base}/api/jobs/{id}"));
    assert_eq!(submitted["links"]["self"], format!("{base}/api/jobs/{id}"));
    assert_eq!(submitted["links"]["page"], format!("{base}/?job_id={id}"));

    let job = desk.wait_for(id, "COMPLETED").await;
    assert_eq!(job["file_name"], "paper.pdf");
    assert_eq!(job["options"]["length"], 30);
    assert_eq!(job["progress"]["share"], 1.0);
    assert_eq!(job["stages"].as_array().unwrap().len(), 7);
    assert_eq!(job["stages"][0]["label"], "Reading the PDF");
    let view = brainwrought_core::id::ViewId::from_job(&id.parse().unwrap());
    assert_eq!(job["links"]["video.mp4"], format!("{base}/v/{view}/video.mp4"));
    let copy = desk.folder.path().join("inputs").join(id).join("input.pdf");
    assert_eq!(std::fs::read(copy).unwrap(), b"%PDF-1.7 x");
}

#[tokio::test]
async fn links_name_the_host_that_the_client_used() {
    let forwarded = [("x-forwarded-host", "video.example"), ("x-forwarded-proto", "https")];
    for (proxies, base) in [(0, None), (1, Some("https://video.example"))] {
        let desk = Desk::with(|settings| settings.proxies = proxies, 1000).await;
        let base = base.map_or_else(|| format!("http://{}", desk.address), str::to_owned);
        let reply = desk.upload("paper.pdf", b"%PDF-1.7", &[], &forwarded).await;
        let id = reply.json()["job_id"].as_str().unwrap().to_owned();
        let job = desk.ask("GET", &format!("/api/jobs/{id}"), &forwarded).await.json();
        assert!(
            job["links"].as_object().unwrap().values().all(|link| link.as_str().unwrap().starts_with(&base))
        );
        assert_eq!(job["links"]["events"], format!("{base}/api/jobs/{id}/events"));
    }
}

#[tokio::test]
async fn a_long_poll_answers_when_the_status_changes() {
    let desk = Desk::with(|settings| settings.timeouts.answer = Duration::from_millis(100), 0).await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "RUNNING").await;
    let path = format!("/api/jobs/{id}");
    let status = async |query: &str| desk.get(&format!("{path}?{query}")).await.json()["status"].clone();
    assert_eq!(status("wait=60&status=pending").await, "RUNNING", "the client knew another status");
    assert_eq!(status("wait=1").await, "RUNNING", "its time is up, and longer than others may take");
    let cancel = async {
        let _ = tokio::time::timeout(Duration::from_millis(100), std::future::pending::<()>()).await;
        desk.ask("POST", &format!("{path}/cancel"), &[]).await
    };
    let (seen, _) = tokio::join!(status("wait=60"), cancel);
    assert_eq!(seen, "CANCELLED");
    assert_eq!(status("wait=60").await, "CANCELLED", "a job that has ended is shown at once");
    for wrong in ["wait=soon", "wait=-1", "wait=1&status=lost", "whait=1"] {
        let refused = desk.get(&format!("{path}?{wrong}")).await;
        assert_eq!(refused.status, 400, "{wrong}");
        assert!(!refused.text().contains("body"), "{}", refused.text());
    }
}

#[tokio::test]
async fn long_polls_are_bounded_and_end_with_the_server() {
    let desk = Desk::with(|settings| settings.limits.streams = 1, 0).await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "RUNNING").await;
    let head = desk.head("GET", &format!("/api/jobs/{id}?wait=60"), &[], 0);
    let mut stream = tokio::net::TcpStream::connect(desk.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, &head).await.unwrap();
    let refused = async {
        // The place is taken as soon as the first request is read.
        while desk.get(&format!("/api/jobs/{id}?wait=1")).await.status != 429 {}
    };
    tokio::time::timeout(Duration::from_secs(20), refused).await.unwrap();
    let mut bytes = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut bytes);
    let (_, read) = tokio::join!(desk.stop(), read);
    read.unwrap();
    assert_eq!(Reply::parse(&bytes).json()["status"], "RUNNING");
}

#[tokio::test]
async fn no_answer_holds_a_path_of_the_server() {
    let desk = Desk::start().await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    let text = desk.get(&format!("/api/jobs/{id}")).await.text();
    assert!(text.contains("read [path]"), "{text}");
    let folder = desk.folder.path().to_str().unwrap();
    assert!(!text.contains("/srv/secret") && !text.contains(folder) && !text.contains("lease"), "{text}");
}

#[tokio::test]
async fn the_same_key_finds_the_same_job_and_nobody_elses() {
    let desk = Desk::start().await;
    let key = [("idempotency-key", "3f1c")];
    let first = desk.upload("a.pdf", b"%PDF-1.7 x", &[], &key).await;
    let second = desk.upload("a.pdf", b"%PDF-1.7 x", &[], &key).await;
    assert_eq!((first.status, second.status), (202, 202));
    assert_eq!(first.json()["job_id"], second.json()["job_id"]);
    assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), ("", "true"));
    let other = desk.upload("a.pdf", b"%PDF-1.7 y", &[], &key).await;
    assert_eq!((other.status, other.code().as_str()), (422, "idempotency-key-reused"));
    let longer = desk.upload("a.pdf", b"%PDF-1.7 x", &[("length", "30")], &key).await;
    assert_eq!(longer.status, 422);
}

#[tokio::test]
async fn a_key_leads_nobody_else_to_a_job() {
    let desk = Desk::with(|settings| settings.proxies = 1, 64).await;
    let upload = async |client: &str| {
        let headers = [("idempotency-key", "1"), ("x-forwarded-for", client)];
        desk.upload("a.pdf", b"%PDF-1.7 x", &[], &headers).await.json()["job_id"].clone()
    };
    let first = upload("192.0.2.1").await;
    assert_eq!(upload("192.0.2.1").await, first);
    assert_ne!(upload("192.0.2.2").await, first);
    // What stands in front of a proxy's own entry anybody may have written, and a port is another for each connection.
    for same in ["192.0.2.1:4711", "\"192.0.2.1\"", "192.0.2.9, 192.0.2.1"] {
        assert_eq!(upload(same).await, first, "{same}");
    }
    let mut seen = vec![first];
    for other in
        ["7.7.7.7:1", "8.8.8.8:1", "[2001:db8::1]:80", "[2001:db8:1::1]:80", "unknown", "192.0.2.1, _hidden"]
    {
        let job = upload(other).await;
        assert!(job.is_string() && !seen.contains(&job), "{other} has the job of another");
        seen.push(job);
    }
}

#[tokio::test]
async fn a_job_can_be_stopped_begun_again_and_removed() {
    let desk = Desk::with(|_| {}, 0).await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "RUNNING").await;
    let refused = desk.ask("DELETE", &format!("/api/jobs/{id}"), &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));
    let early = desk.get(&format!("/jobs/{id}/video.mp4")).await;
    assert_eq!((early.status, early.code().as_str()), (404, "no-such-file"));

    let cancelled = desk.ask("POST", &format!("/api/jobs/{id}/cancel"), &[]).await;
    assert_eq!(cancelled.json()["status"], "CANCELLED");
    assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/cancel"), &[]).await.status, 200);
    let wrong = desk.ask("POST", &format!("/api/jobs/{id}/retry?from=nothing"), &[]).await;
    assert_eq!(wrong.status, 409);
    desk.strings.gate.add_permits(1000);
    assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/retry"), &[]).await.status, 202);
    desk.wait_for(&id, "COMPLETED").await;
    assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/cancel"), &[]).await.status, 409);

    let outputs = desk.folder.path().join("outputs").join(&id);
    assert!(outputs.join("video.mp4").is_file());
    assert!(!desk.artifacts.list().await.unwrap().artifacts.is_empty());
    assert_eq!(desk.ask("DELETE", &format!("/api/jobs/{id}"), &[]).await.status, 204);
    assert_eq!(desk.get(&format!("/api/jobs/{id}")).await.status, 404);
    assert!(!outputs.exists() && !desk.folder.path().join("inputs").join(&id).exists());
    assert_eq!(desk.artifacts.list().await.unwrap().artifacts, []);
}

#[tokio::test]
async fn artifacts_of_another_job_survive_a_removal() {
    let desk = Desk::start().await;
    let (one, two) = (desk.submit("paper.pdf").await, desk.submit("paper.pdf").await);
    desk.wait_for(&one, "COMPLETED").await;
    desk.wait_for(&two, "COMPLETED").await;
    assert_eq!(desk.ask("DELETE", &format!("/api/jobs/{one}"), &[]).await.status, 204);
    assert_eq!(desk.get(&format!("/jobs/{two}/video.mp4")).await.status, 200);
    assert_eq!(desk.get(&format!("/jobs/{two}/input.pdf")).await.body, b"%PDF-1.7 a paper");
    std::fs::remove_dir_all(desk.folder.path().join("outputs")).unwrap();
    assert_eq!(desk.get(&format!("/jobs/{two}/video.mp4")).await.status, 200, "the store has it still");
}

#[tokio::test]
async fn only_operators_may_list() {
    let desk = Desk::start().await;
    let refused = desk.get("/api/jobs").await;
    assert_eq!((refused.status, refused.code().as_str()), (401, "operators-only"));

    let token = || Operators::Bearer(OperatorToken::new("open-sesame-open-sesame!").unwrap());
    let desk = Desk::with(|settings| settings.operators = token(), 1000).await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    assert_eq!(desk.ask("GET", "/api/jobs", &[("authorization", "Bearer sesame")]).await.status, 401);
    let auth = [("authorization", "Bearer open-sesame-open-sesame!")];
    let list = desk.ask("GET", "/api/jobs?status=completed,FAILED&limit=5", &auth).await.json();
    assert_eq!(list["jobs"][0]["job_id"], json!(id));
    assert_eq!(desk.ask("GET", "/api/jobs?status=failed", &auth).await.json(), json!({ "jobs": [] }));
    for (wrong, reason) in [
        ("limit=-1", "the query of the request"),
        ("sort=up", "`sort`"),
        ("status=lost", "RUNNING, INTERRUPTED"),
    ] {
        let refused = desk.ask("GET", &format!("/api/jobs?{wrong}"), &auth).await;
        assert_eq!(refused.status, 400, "{wrong}");
        assert!(refused.text().contains(reason), "{}", refused.text());
    }
}

#[tokio::test]
async fn tokens_of_operators_cannot_be_guessed_for_long() {
    let token = OperatorToken::new("open-sesame-open-sesame!").unwrap();
    let desk = Desk::with(|settings| settings.operators = Operators::Bearer(token), 0).await;
    let ask = async |token: &str| {
        let auth = format!("Bearer {token}");
        desk.ask("GET", "/api/jobs", &[("authorization", &auth)]).await
    };
    assert_eq!(ask("open-sesame-open-sesame!").await.status, 200);
    for _ in 0..10 {
        assert_eq!(ask("wrong").await.status, 401);
    }
    for token in ["wrong", "open-sesame-open-sesame!"] {
        let refused = ask(token).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "busy"), "{token}");
        assert!(refused.text().contains("too many wrong operator tokens"), "{}", refused.text());
    }
    assert_eq!(desk.get("/api/jobs").await.status, 401, "who sends none is told what is missing");
}

#[tokio::test]
async fn a_server_that_ends_hands_its_work_back_and_the_next_one_goes_on() {
    let desk = Desk::with(|_| {}, 1).await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "RUNNING").await;
    let strings = desk.strings.clone();
    let (folder, jobs, artifacts) = desk.stop().await;
    let view = jobs.get(&id.parse().unwrap()).await.unwrap();
    assert!(view.job.stages.iter().all(|task| task.lease.is_none()), "{:?}", view.job.stages);
    assert!(view.job.stages.iter().all(|task| task.history.is_empty()), "handing back is no failure");

    strings.gate.add_permits(1000);
    let desk = Desk::open(folder, jobs, artifacts, strings, |_| {}).await;
    desk.wait_for(&id, "COMPLETED").await;
}

#[tokio::test]
async fn the_server_tells_how_it_is() {
    let desk = Desk::start().await;
    assert_eq!(desk.get("/healthz").await.json(), json!({ "status": "ok" }));
    assert_eq!(desk.get("/readyz").await.json(), json!({ "status": "ok" }));
    // Other servers of this process count along.
    let before = desk.counted("brainwrought_jobs_submitted_total").await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    assert!(desk.counted("brainwrought_jobs_submitted_total").await > before);
    assert_eq!(desk.ask("INVENTED", "/healthz", &[]).await.status, 405);
    let metrics = desk.get("/metrics").await;
    assert_eq!(metrics.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = metrics.text();
    assert!(text.contains("brainwrought_jobs{status=\"COMPLETED\"} "), "{text}");
    // What the engine in this process did is there, too, and what the queue holds.
    assert!(text.contains("brainwrought_completions_total{stage=\"audio\""), "{text}");
    assert!(text.contains("brainwrought_tasks{stage=\"parse\",status=\"READY\"} "), "{text}");
    assert!(text.contains("route=\"/api/jobs/{job_id}\",status=\"200\""), "{text}");
    assert!(!text.contains(&id) && !text.contains("INVENTED"), "{text}");
}

#[tokio::test]
async fn a_server_without_metrics_says_so() {
    let desk = Desk::with(|settings| settings.metrics = None, 0).await;
    let reply = desk.get("/metrics").await;
    assert_eq!((reply.status, reply.code().as_str()), (404, "no-metrics"), "{reply:?}");
}

#[tokio::test]
async fn the_description_names_every_route_and_every_field() {
    let desk = Desk::start().await;
    let document = desk.get("/api/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    for (path, method) in [
        ("/api/jobs", "post"),
        ("/api/jobs", "get"),
        ("/api/jobs/{job_id}", "get"),
        ("/api/jobs/{job_id}", "delete"),
        ("/api/jobs/{job_id}/events", "get"),
        ("/api/jobs/{job_id}/cancel", "post"),
        ("/api/jobs/{job_id}/retry", "post"),
        ("/jobs/{job_id}/{file}", "get"),
        ("/healthz", "get"),
        ("/readyz", "get"),
        ("/metrics", "get"),
    ] {
        assert!(paths[path][method]["responses"].is_object(), "{method} {path}");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            for status in ["403", "429", "503"] {
                let response = &operation["responses"][status];
                let reference = &response["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(reference, "#/components/schemas/ErrorBody", "{name} {status}");
                assert!(status == "403" || response["headers"]["Retry-After"].is_object(), "{name} {status}");
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let is_in_path = path.contains(&format!("{{{}}}", parameter["name"].as_str().unwrap()));
                assert_eq!(parameter["in"] == "path", is_in_path, "{name}: {parameter}");
                assert_eq!(parameter["in"] == "path", parameter["required"] == true, "{name}: {parameter}");
            }
        }
    }
    let odd = desk.get("/api/jobs/%ff").await;
    assert_eq!((odd.status, odd.code().as_str()), (404, "no-such-page"));
    let submit = &paths["/api/jobs"]["post"];
    let bodies = &submit["requestBody"]["content"];
    assert!(bodies["application/pdf"].is_object() && bodies["multipart/form-data"].is_object(), "{bodies}");
    let form = &schemas["UploadForm"]["properties"];
    for (field, key, value) in [
        ("pdf", "format", json!("binary")),
        ("length", "maximum", json!(180)),
        ("dialogue", "type", json!("boolean")),
        ("options", "$ref", json!("#/components/schemas/VideoOptions")),
        ("callback_url", "format", json!("uri")),
    ] {
        assert_eq!(form[field][key], value, "{field}: {}", form[field]);
    }
    let accepted = &submit["responses"]["202"];
    assert!(accepted["headers"]["Location"].is_object(), "{accepted}");
    assert_eq!(accepted["links"]["show"]["parameters"]["job_id"], "$response.body#/job_id");
    let message = &document["webhooks"]["jobEnded"]["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(message["schema"]["$ref"], "#/components/schemas/Message");
    assert!(schemas["Message"]["properties"]["event_id"].is_object());
    assert_eq!(schemas["VideoOptions"]["properties"]["length"]["maximum"], 180);
    let id = desk.submit("paper.pdf").await;
    let job = desk.wait_for(&id, "COMPLETED").await;
    let described = schemas["JobBody"]["properties"].as_object().unwrap();
    assert!(job.as_object().unwrap().keys().all(|key| described.contains_key(key)), "{described:?}");
    tokio::time::timeout(Duration::from_secs(5), desk.stop()).await.unwrap();
}

#[tokio::test]
async fn an_edited_line_is_spoken_anew_and_nothing_else_is() {
    let desk = Desk::start().await;
    let id = desk.submit("paper.pdf").await;
    let address = format!("/api/jobs/{id}/script");
    let patch = async |body: &str| {
        let head = desk.head("PATCH", &address, &[("content-type", "application/json")], body.len());
        desk.send(&[head, body.as_bytes().to_vec()].concat()).await
    };
    desk.wait_for(&id, "COMPLETED").await;
    assert_eq!(desk.strings.spoken.load(std::sync::atomic::Ordering::SeqCst), 3);
    let before = desk.get(&format!("/jobs/{id}/video.mp4")).await;
    let reply = patch(r#"{"lines":[{"line":1,"text":"  Other\n words. "}]}"#).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    desk.wait_for(&id, "COMPLETED").await;
    assert_eq!(desk.strings.spoken.load(std::sync::atomic::Ordering::SeqCst), 4, "two segments are reused");
    let script = desk.get(&address).await.json();
    assert_eq!(script["lines"][1]["text"], "Other words.");
    assert_eq!(script["lines"][2]["page"], 3);
    let after = desk.get(&format!("/jobs/{id}/video.mp4")).await;
    assert!(after.text().contains("Other words.") && after.header("etag") != before.header("etag"));

    for wrong in [r#"{"lines":[{"line":3,"text":"x"}]}"#, r#"{"lines":[{"line":0}]}"#, "["] {
        assert_eq!(patch(wrong).await.status, 400, "{wrong}");
    }
    assert_eq!(desk.get(&format!("/api/jobs/{id}")).await.json()["status"], "COMPLETED");
}

#[tokio::test]
async fn an_expired_job_is_removed_and_a_running_one_stays() {
    let desk = Desk::with(|_| {}, 3).await;
    let done = desk.submit("done.pdf").await;
    desk.wait_for(&done, "COMPLETED").await;
    let running = desk.submit("running.pdf").await;
    desk.wait_for(&running, "RUNNING").await;
    let (inputs, outputs) = (desk.folder.path().join("inputs"), desk.folder.path().join("outputs"));
    let mut settings = brainwrought_http::HttpSettings::new(inputs.clone(), outputs.clone());
    settings.keep = Some(Duration::from_secs(3600));
    let expiry = |settings| {
        tokio::spawn(brainwrought_http::expire(desk.engine.clone(), settings, desk.shutdown.clone()))
    };
    let patient = expiry(settings.clone());
    settings.keep = Some(Duration::ZERO);
    assert_eq!(desk.get(&format!("/api/jobs/{done}")).await.status, 200);
    let strict = expiry(settings);
    while desk.get(&format!("/api/jobs/{done}")).await.status != 404 {
        desk.jobs.wait_for_work(Duration::from_millis(20)).await;
    }
    while inputs.join(&done).exists() || outputs.join(&done).exists() {
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.get(&format!("/api/jobs/{running}")).await.json()["status"], "RUNNING");
    desk.shutdown.cancel();
    for expiry in [patient, strict] {
        tokio::time::timeout(Duration::from_secs(10), expiry).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn parallel_tasks_are_named_together() {
    let desk = Desk::with(|_| {}, 0).await;
    let id = desk.submit("paper.pdf").await;
    let said = async {
        while desk.get(&format!("/api/jobs/{id}")).await.json()["progress"]["doing"] != "Speaking parts 1, 2"
        {
            desk.jobs.wait_for_work(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), said).await.unwrap();
}
