//! Edits of a finished video: judged at once, never taking the old video away, and undone in a moment.

use std::sync::atomic::Ordering;

use serde_json::json;

use crate::desk::Desk;

/// A finished job, and the bytes of its video.
async fn finished(desk: &Desk) -> (String, Vec<u8>) {
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    let video = desk.get(&format!("/jobs/{id}/video.mp4")).await;
    assert_eq!(video.status, 200);
    (id, video.body)
}

#[tokio::test]
async fn a_body_that_cannot_be_used_is_refused_with_the_reason() {
    let desk = Desk::start().await;
    let (id, _) = finished(&desk).await;
    let script = format!("/api/jobs/{id}/script");
    let large = json!({ "lines": [{ "line": 1, "text": "x".repeat(3 << 20) }] });
    let refused = desk.send_json("PATCH", &script, &large).await;
    assert_eq!((refused.status, refused.code().as_str()), (413, "too-large"));
    let wrong =
        desk.send_json("PATCH", &script, &json!({ "lines": [{ "line": "first", "text": "x" }] })).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "wrong-request"));
    assert!(wrong.text().contains("lines[0].line"), "{}", wrong.text());
    let unnamed = desk.ask("PATCH", &script, &[]).await;
    assert_eq!((unnamed.status, unnamed.code().as_str()), (415, "wrong-media-type"));
    let hidden = json!({ "lines": [{ "line": 1, "text": "We say \u{202e}it here." }] });
    let refused = desk.send_json("PATCH", &script, &hidden).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "edit-refused"));
}

#[tokio::test]
async fn an_edit_that_fails_the_check_leaves_the_old_video_playable() {
    let desk = Desk::start().await;
    let (id, before) = finished(&desk).await;
    let (script, video) = (format!("/api/jobs/{id}/script"), format!("/jobs/{id}/video.mp4"));
    let edit = json!({ "lines": [{ "line": 1, "text": "We mumble here." }] });
    assert_eq!(desk.send_json("PATCH", &script, &edit).await.status, 202);
    let job = desk.wait_until_over(&id).await;
    assert_eq!(job["status"], "FAILED");
    assert!(job["links"]["video.mp4"].is_string());
    let numbers: Vec<_> =
        job["versions"].as_array().unwrap().iter().map(|version| &version["number"]).collect();
    assert_eq!(numbers, [1]);
    assert_eq!(desk.get(&video).await.body, before);
    let file = desk.folder.path().join("outputs").join(&id).join("video.mp4");
    assert_eq!(std::fs::read(&file).unwrap(), before, "only a version that passed is delivered");

    let page = desk.get(&format!("/?job_id={id}")).await.text();
    for part in ["<video", "the video did not pass", "We mumble here.", "action=\"/jobs/"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let view =
        job["links"]["view"].as_str().unwrap().strip_prefix(&format!("http://{}", desk.address)).unwrap();
    let shared = desk.get(view).await.text();
    assert!(shared.contains("Line 1 of") && !shared.contains("We mumble here."), "{shared}");
    // Another try passes, and only then the video changes.
    let edit = json!({ "lines": [{ "line": 1, "text": "We say it here." }] });
    assert_eq!(desk.send_json("PATCH", &script, &edit).await.status, 202);
    let job = desk.wait_for(&id, "COMPLETED").await;
    assert_eq!((&job["versions"][0]["number"], &job["versions"][0]["current"]), (&json!(2), &json!(true)));
    assert!(desk.get(&video).await.text().contains("We say it here."));
}

#[tokio::test]
async fn the_old_video_plays_while_the_new_one_is_made() {
    let desk = Desk::with(|_| {}, 3).await;
    let (id, before) = finished(&desk).await;
    let edit = json!({ "lines": [{ "line": 0, "text": "Other words." }] });
    assert_eq!(desk.send_json("PATCH", &format!("/api/jobs/{id}/script"), &edit).await.status, 202);
    let job = desk.wait_for(&id, "RUNNING").await;
    assert!(job["links"]["video.mp4"].is_string());
    assert_eq!(desk.get(&format!("/jobs/{id}/video.mp4")).await.body, before);
    assert!(desk.get(&format!("/?job_id={id}")).await.text().contains("<video"));
    let script = desk.get(&format!("/api/jobs/{id}/script")).await.json();
    assert_eq!((&script["version"], &script["lines"][0]["text"]), (&json!(2), &json!("Other words.")));
    let again = desk.send_json("PATCH", &format!("/api/jobs/{id}/script"), &edit).await;
    assert_eq!((again.status, again.code().as_str()), (409, "conflict"));
    let cancelled = desk.ask("POST", &format!("/api/jobs/{id}/cancel"), &[]).await;
    assert_eq!(cancelled.status, 200);
    assert_eq!(desk.get(&format!("/jobs/{id}/video.mp4")).await.body, before);
    // A cancelled edit is not shown as if it were in the video, nor taken up again with the next one.
    let script = desk.get(&format!("/api/jobs/{id}/script")).await.json();
    assert_ne!(script["lines"][0]["text"], "Other words.", "{script:#}");
    assert_eq!(script["version"], 1);
    assert!(!desk.get(&format!("/?job_id={id}")).await.text().contains("Other words."));
    desk.strings.gate.add_permits(1000);
    let edit = json!({ "lines": [{ "line": 1, "text": "Good words." }] });
    assert_eq!(desk.send_json("PATCH", &format!("/api/jobs/{id}/script"), &edit).await.status, 202);
    desk.wait_for(&id, "COMPLETED").await;
    let video = desk.get(&format!("/jobs/{id}/video.mp4")).await.text();
    assert!(video.contains("Good words.") && !video.contains("Other words."), "{video}");
}

#[tokio::test]
async fn an_undo_brings_the_same_bytes_back_and_speaks_nothing() {
    let desk = Desk::start().await;
    let (id, _) = finished(&desk).await;
    let (api, video) = (format!("/api/jobs/{id}"), format!("/jobs/{id}/video.mp4"));
    // Both are as long, so that only the bytes tell the versions apart.
    let mut made = Vec::new();
    for text in ["Some words.", "More words."] {
        let edit = json!({ "lines": [{ "line": 2, "text": text }] });
        assert_eq!(desk.send_json("PATCH", &format!("{api}/script"), &edit).await.status, 202);
        desk.wait_for(&id, "COMPLETED").await;
        made.push(desk.get(&video).await.body);
    }
    assert!(made[0] != made[1] && made[0].len() == made[1].len());
    let spoken = desk.strings.spoken.load(Ordering::SeqCst);

    let undone = desk.ask("POST", &format!("{api}/restore"), &[]).await;
    assert_eq!(undone.status, 202, "{undone:?}");
    assert!(desk.get(&video).await.body == made[0], "at once, before it is delivered again");
    let job = desk.wait_for(&id, "COMPLETED").await;
    let versions: Vec<_> = job["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| (&version["number"], &version["current"]))
        .collect();
    let (yes, no) = (json!(true), json!(false));
    assert_eq!(versions, [(&json!(3), &no), (&json!(2), &yes), (&json!(1), &no)]);
    let file = desk.folder.path().join("outputs").join(&id).join("video.mp4");
    assert!(std::fs::read(&file).unwrap() == made[0]);
    assert_eq!(desk.get(&format!("{api}/script")).await.json()["lines"][2]["text"], "Some words.");

    // The next one goes one step further back, and then there is nothing left.
    assert_eq!(desk.ask("POST", &format!("{api}/restore"), &[]).await.status, 202);
    let job = desk.wait_for(&id, "COMPLETED").await;
    assert_eq!((&job["versions"][2]["number"], &job["versions"][2]["current"]), (&json!(1), &yes));
    assert_eq!(desk.ask("POST", &format!("{api}/restore"), &[]).await.status, 409);

    assert_eq!(desk.ask("POST", &format!("{api}/restore?version=3"), &[]).await.status, 202);
    desk.wait_for(&id, "COMPLETED").await;
    assert!(desk.get(&video).await.body == made[1]);
    assert_eq!(desk.strings.spoken.load(Ordering::SeqCst), spoken);
    assert_eq!(desk.ask("POST", &format!("{api}/restore?version=9"), &[]).await.status, 409);
    assert_eq!(desk.ask("POST", &format!("{api}/restore?version=x"), &[]).await.status, 400);
}

#[tokio::test]
async fn a_job_that_was_never_edited_has_nothing_to_undo() {
    let desk = Desk::start().await;
    let (id, _) = finished(&desk).await;
    let refused = desk.ask("POST", &format!("/api/jobs/{id}/restore"), &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));
    assert_eq!(desk.get(&format!("/api/jobs/{id}")).await.json()["status"], "COMPLETED");
}

#[tokio::test]
async fn several_lines_are_saved_together() {
    let desk = Desk::start().await;
    let (id, _) = finished(&desk).await;
    let edit =
        json!({ "lines": [{ "line": 0, "text": "Good words." }, { "line": 2, "text": "Last words." }] });
    assert_eq!(desk.send_json("PATCH", &format!("/api/jobs/{id}/script"), &edit).await.status, 202);
    let job = desk.wait_for(&id, "COMPLETED").await;
    assert_eq!(job["versions"].as_array().unwrap().len(), 2, "one version for both");
    let video = desk.get(&format!("/jobs/{id}/video.mp4")).await.text();
    assert!(video.contains("Good words.") && video.contains("Last words."));
    assert_eq!(desk.strings.spoken.load(Ordering::SeqCst), 5);
    // Sent again, because the answer was lost, it changes nothing.
    assert_eq!(desk.send_json("PATCH", &format!("/api/jobs/{id}/script"), &edit).await.status, 202);
    let job = desk.get(&format!("/api/jobs/{id}")).await.json();
    assert_eq!((&job["status"], job["versions"].as_array().unwrap().len()), (&json!("COMPLETED"), 2));
}

#[tokio::test]
async fn an_edit_that_would_fail_is_refused_at_once_line_by_line() {
    let desk = Desk::start().await;
    let (id, before) = finished(&desk).await;
    let script = format!("/api/jobs/{id}/script");
    let edit = json!({ "lines": [
        { "line": 0, "text": "It is 42 kilometres long." },
        { "line": 1, "text": "Other words." },
        { "line": 2, "text": " " },
    ] });
    let judged = desk.send_json("POST", &format!("{script}/check"), &edit).await;
    assert_eq!(judged.status, 200, "{judged:?}");
    let judged = judged.json();
    assert_eq!((&judged["passed"], &judged["max_seconds"]), (&json!(false), &json!(180.0)));
    assert!(judged["lines"][0]["errors"][0].as_str().unwrap().contains("42"), "{judged:#}");
    assert_eq!(judged["lines"][1]["errors"], json!([]));
    assert!(judged["lines"][1]["seconds"].as_f64().unwrap() > 0.3);
    assert_eq!(judged["lines"][2]["errors"], json!(["a line needs at least one word"]));

    let refused = desk.send_json("PATCH", &script, &edit).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "edit-refused"));
    let error = refused.json()["error"].clone();
    assert_eq!(error["verdict"], judged);
    assert!(error["message"].as_str().unwrap().starts_with("nothing was saved: “"), "{error:#}");
    let job = desk.get(&format!("/api/jobs/{id}")).await.json();
    assert_eq!((&job["status"], job["versions"].as_array().unwrap().len()), (&json!("COMPLETED"), 1));
    assert_eq!(desk.get(&format!("/jobs/{id}/video.mp4")).await.body, before);
}

#[tokio::test]
async fn the_length_of_the_video_may_change_with_an_edit() {
    let desk = Desk::start().await;
    let (id, _) = finished(&desk).await;
    let script = format!("/api/jobs/{id}/script");
    let long = "other words and ".repeat(20);
    let longer = json!({ "lines": [{ "line": 0, "text": long }] });
    let judged = desk.send_json("POST", &format!("{script}/check"), &longer).await.json();
    let seconds = judged["seconds"].as_f64().unwrap();
    assert!(judged["passed"] == json!(true) && seconds > 40.0, "a third longer than before: {judged:#}");
    assert_eq!(desk.send_json("PATCH", &script, &longer).await.status, 202);
    desk.wait_for(&id, "COMPLETED").await;
    // The check measures against what is planned now.
    let again = desk.send_json("POST", &format!("{script}/check"), &json!({ "lines": [] })).await.json();
    assert_eq!(again["seconds"], judged["seconds"]);
}

#[tokio::test]
async fn a_page_without_scripts_shows_what_is_wrong_beside_each_field_and_keeps_the_words() {
    let desk = Desk::start().await;
    let (id, _) = finished(&desk).await;
    let page = desk.get(&format!("/?job_id={id}")).await.text();
    assert!(
        page.contains(&format!("action=\"/jobs/{id}/script\"")) && page.contains("name=\"line-2\""),
        "{page}"
    );
    assert!(!page.contains("/restore\""), "there is nothing to undo yet");
    let form = "line-0=It+is+42+%3Cb%3Ekilometres.&line-1=Other+words.&line-2=Line+2";
    let refused = desk.send_form(&format!("/jobs/{id}/script"), form).await;
    assert_eq!((refused.status, refused.header("content-type")), (422, "text/html; charset=utf-8"));
    let shown = refused.text();
    for part in [
        "the number 42",
        "It is 42 &lt;b&gt;kilometres.</textarea>",
        "Other words.</textarea>",
        "aria-invalid=\"true\"",
        "<video",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(!shown.contains("<b>kilometres"));
    let saved = desk.send_form(&format!("/jobs/{id}/script"), "line-0=Good+words.&line-1=Fine+words.").await;
    assert_eq!((saved.status, saved.header("location")), (303, format!("/?job_id={id}").as_str()));
    desk.wait_for(&id, "COMPLETED").await;
    let page = desk.get(&format!("/?job_id={id}")).await.text();
    assert!(page.contains(&format!("action=\"/jobs/{id}/restore\"")) && page.contains("Version 1"), "{page}");
    let undone = desk.send_form(&format!("/jobs/{id}/restore"), "version=1").await;
    assert_eq!(undone.status, 303);
    desk.wait_for(&id, "COMPLETED").await;
    assert!(!desk.get(&format!("/jobs/{id}/video.mp4")).await.text().contains("Good words."));
}
