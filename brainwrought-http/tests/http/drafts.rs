//! Scripts that are read and edited before anything is rendered.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::desk::Desk;

/// What the pages of the tests' document say.
const GOOD: &str = "Good words, fine words and last words.";

/// A job that ends with its script, when it has.
async fn written(desk: &Desk) -> String {
    let reply = desk.upload("paper.pdf", b"%PDF-1.7 a paper", &[("script-only", "true")], &[]).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    let id = reply.json()["job_id"].as_str().unwrap().to_owned();
    let job = desk.wait_for(&id, "COMPLETED").await;
    assert_eq!(job["options"]["script-only"], true);
    let stages: Vec<&str> =
        job["stages"].as_array().unwrap().iter().map(|task| task["stage"].as_str().unwrap()).collect();
    assert_eq!(stages, ["parse", "script"]);
    assert!(job["links"]["video"].is_string() && job["links"].get("video.mp4").is_none(), "{job:#}");
    id
}

/// Replaces the script, and returns what was saved.
async fn put(desk: &Desk, id: &str, draft: &Value) -> Value {
    let reply = desk.send_json("PUT", &format!("/api/jobs/{id}/script"), draft).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn good() -> Value {
    json!({ "lines": [
        { "role": "hook", "text": "So what?" },
        { "line": 2, "text": GOOD },
        { "role": "fact", "text": "We say other words." },
    ] })
}

#[tokio::test]
async fn a_script_is_edited_as_a_whole_and_made_into_one_video() {
    let desk = Desk::start().await;
    let id = written(&desk).await;
    assert_eq!(desk.strings.spoken.load(Ordering::SeqCst), 0, "nobody speaks before the script is approved");
    let script = desk.get(&format!("/api/jobs/{id}/script")).await.json();
    assert_eq!((&script["version"], script["lines"].as_array().unwrap().len()), (&json!(1), 3));
    let first = &script["lines"][0];
    assert_eq!(
        (&first["role"], &first["page"], &first["overruled"]),
        (&json!("fact"), &json!(1), &json!(false))
    );
    assert!(first["seconds"].as_f64().unwrap() > 0.5);
    assert_eq!(script["verdict"]["passed"], false, "no page says what the lines say: {script:#}");

    let saved = put(&desk, &id, &good()).await;
    assert_eq!((&saved["version"], &saved["verdict"]["lines"][1]["errors"]), (&json!(2), &json!([])));
    let texts: Vec<&str> =
        saved["lines"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["So what?", GOOD, "We say other words."]);
    assert!(saved["lines"][2]["quote"].as_str().unwrap().contains("other words"), "it was looked up");
    // The same again changes nothing, and an older version is not written over a newer one.
    let again = json!({ "version": 2, "lines": [{ "line": 0 }, { "line": 1 }, { "line": 2 }] });
    assert_eq!(put(&desk, &id, &again).await["version"], 2);
    let stale = json!({ "version": 1, "lines": [{ "line": 0 }] });
    let refused = desk.send_json("PUT", &format!("/api/jobs/{id}/script"), &stale).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));

    let made = desk.ask("POST", &format!("/api/jobs/{id}/video"), &[]).await;
    assert_eq!(made.status, 422, "a video of three seconds is too short: {made:?}");
    let long: Vec<Value> = (0..8).map(|_| json!({ "role": "fact", "text": GOOD })).collect();
    assert_eq!(put(&desk, &id, &json!({ "lines": long })).await["verdict"]["passed"], true);
    let made = desk.ask("POST", &format!("/api/jobs/{id}/video"), &[]).await;
    assert_eq!(made.status, 202, "{made:?}");
    let video = made.json()["job_id"].as_str().unwrap().to_owned();
    assert!(video != id && made.header("location").ends_with(&video));
    desk.wait_for(&video, "COMPLETED").await;
    assert!(desk.get(&format!("/jobs/{video}/video.mp4")).await.text().contains(GOOD));
    let again = desk.ask("POST", &format!("/api/jobs/{id}/video"), &[]).await;
    assert_eq!(again.json()["job_id"], video.as_str(), "a script is made into one video");
    assert!(desk.get(&format!("/api/jobs/{video}")).await.json()["options"]["script-only"] == false);
    // The script that was there first can be brought back, and makes another video.
    assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/restore?version=1"), &[]).await.status, 202);
    let script = desk.get(&format!("/api/jobs/{id}/script")).await.json();
    assert!(script["lines"][0]["text"].as_str().unwrap().starts_with("Line 0"), "{script:#}");
}

#[tokio::test]
async fn what_the_document_does_not_bear_out_is_named_and_may_be_overruled() {
    let desk = Desk::start().await;
    let id = written(&desk).await;
    let with = |overruled: bool| {
        let mut lines: Vec<Value> = (0..8).map(|_| json!({ "role": "fact", "text": GOOD })).collect();
        lines[3] = json!({ "role": "fact", "text": "Good words cost 42 dollars.", "overruled": overruled });
        json!({ "lines": lines })
    };
    let saved = put(&desk, &id, &with(false)).await;
    let line = &saved["verdict"]["lines"][3];
    assert!(line["errors"][0].as_str().unwrap().contains("42"), "{line:#}");
    assert_eq!((&saved["verdict"]["passed"], &line["overrulable"]), (&json!(false), &json!(true)));
    let refused = desk.ask("POST", &format!("/api/jobs/{id}/video"), &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "edit-refused"));
    assert!(refused.text().contains("no video was made"), "{refused:?}");
    let saved = put(&desk, &id, &with(true)).await;
    assert_eq!((&saved["verdict"]["passed"], &saved["lines"][3]["overruled"]), (&json!(true), &json!(true)));
    assert!(saved["verdict"]["lines"][3]["overruled"][0].as_str().unwrap().contains("42"));
    let toml = desk.get(&format!("/api/jobs/{id}/script.toml")).await;
    assert_eq!(toml.header("content-type"), "application/toml; charset=utf-8");
    assert!(toml.text().contains("overruled = true"), "{}", toml.text());
    assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/video"), &[]).await.status, 202);
    // What cannot be said or shown is no matter of judgement.
    let hidden = json!({ "lines": [{ "text": "Good \u{202e}words.", "overruled": true }] });
    let refused = desk.send_json("PUT", &format!("/api/jobs/{id}/script"), &hidden).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "wrong-request"));
    let invented =
        json!({ "lines": [{ "text": "Good words.", "page": 9, "quote": "Nothing.", "overruled": true }] });
    let saved = put(&desk, &id, &invented).await;
    assert_eq!(saved["verdict"]["lines"][0]["overrulable"], false, "{saved:#}");
}

#[tokio::test]
async fn the_text_of_a_script_can_be_sent_back() {
    let desk = Desk::start().await;
    let id = written(&desk).await;
    let (script, file) = (format!("/api/jobs/{id}/script"), format!("/api/jobs/{id}/script.toml"));
    let text = desk.get(&file).await.text();
    assert!(text.contains("[[line]]") && text.contains("make \"paper.pdf\" --script"), "{text}");
    let edited = text.replace("Line 1 of <b>paper.pdf</b>.", GOOD);
    let send = async |kind: &str, body: &str| {
        let head = desk.head("PUT", &script, &[("content-type", kind)], body.len());
        desk.send(&[head, body.as_bytes().to_vec()].concat()).await
    };
    let saved = send("application/toml", &edited).await;
    assert_eq!((saved.status, &saved.json()["lines"][1]["text"]), (200, &json!(GOOD)), "{saved:?}");
    let wrong = send("application/toml", "version = 1\n[[line]]\nrole = \"song\"").await;
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "wrong-request"));
    assert_eq!(send("image/png", "x").await.status, 415);
    assert_eq!(send("application/json", "{\"lines\": [{\"line\": 7}]}").await.status, 400);
}

#[tokio::test]
async fn the_script_of_a_video_is_not_replaced_as_a_whole() {
    let desk = Desk::start().await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    let refused = desk.send_json("PUT", &format!("/api/jobs/{id}/script"), &good()).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));
    assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/video"), &[]).await.status, 409);
    assert!(desk.get(&format!("/api/jobs/{id}/script.toml")).await.text().contains("[[line]]"));
    // Its lines are edited one by one, and may be overruled as well.
    let edit = |overruled: bool| json!({ "lines": [{ "line": 1, "text": "We say 42 words.", "overruled": overruled }] });
    let refused = desk.send_json("PATCH", &format!("/api/jobs/{id}/script"), &edit(false)).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "edit-refused"));
    assert_eq!(desk.send_json("PATCH", &format!("/api/jobs/{id}/script"), &edit(true)).await.status, 202);
    desk.wait_for(&id, "COMPLETED").await;
    let script = desk.get(&format!("/api/jobs/{id}/script")).await.json();
    assert_eq!(
        (&script["lines"][1]["overruled"], &script["lines"][0]["overruled"]),
        (&json!(true), &json!(false))
    );
}

#[tokio::test]
async fn a_page_without_scripts_moves_adds_and_removes_lines() {
    let desk = Desk::start().await;
    let id = written(&desk).await;
    let (page, action) = (format!("/?job_id={id}"), format!("/jobs/{id}/draft"));
    let shown = desk.get(&page).await.text();
    for part in [
        "Move line 2 up",
        "Remove line 3",
        "Add a line below line 1",
        "Make the video",
        "name=\"line-2-text\"",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert!(!shown.contains("<video"), "there is none yet");
    assert!(shown.contains("name=\"quiz-0-text\"") && !shown.contains("line-0-speaker"), "{shown}");
    let lines = "version=1&line-0-from=0&line-0-text=One%3F&line-0-role=hook&line-1-from=1&line-1-text=Two.&line-1-role=fact";
    let place = |shown: &str, text: &str| shown.find(&format!("{text}</textarea>")).unwrap();
    let moved = desk.send_form(&action, &format!("{lines}&do=down-0")).await;
    assert_eq!(moved.status, 200);
    let shown = moved.text();
    assert!(place(&shown, "Two.") < place(&shown, "One?") && shown.contains("Not saved yet"), "{shown}");
    assert!(
        shown.contains("value=\"down-1\" formnovalidate data-move=\"down\" autofocus"),
        "the focus moves along"
    );
    let added = desk.send_form(&action, &format!("{lines}&do=add-0")).await.text();
    assert!(added.contains("required autofocus"), "{added}");
    let removed = desk.send_form(&action, &format!("{lines}&do=remove-1")).await.text();
    assert!(removed.contains("One?</textarea>") && !removed.contains("Two.</textarea>"));
    assert_eq!(desk.get(&format!("/api/jobs/{id}/script")).await.json()["version"], 1, "nothing was saved");

    // A line that cannot be saved keeps what was typed.
    let empty = desk.send_form(&action, &format!("{lines}&line-9-text=+&do=save")).await;
    assert!(empty.status == 400 && empty.text().contains("Two.</textarea>"), "{empty:?}");
    let saved = desk.send_form(&action, &format!("{lines}&do=save")).await;
    assert_eq!((saved.status, saved.header("location")), (303, page.as_str()));
    let refused =
        desk.send_form(&action, &format!("{}&do=video", lines.replace("version=1", "version=2"))).await;
    assert_eq!(refused.status, 422);
    let shown = refused.text();
    for part in [
        "No video was made yet",
        "aria-invalid=\"true\"",
        "name=\"line-1-overruled\"",
        "Restore this version",
    ] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let words = GOOD.replace(' ', "+").replace(',', "%2C");
    let good: String = (0..8).map(|n| format!("line-{n}-role=fact&line-{n}-text={words}&")).collect();
    let kept = "line-9-role=fact&line-9-text=Good+words+cost+42+dollars.&line-9-overruled=true&";
    let made = desk.send_form(&action, &format!("{good}{kept}do=video")).await;
    assert_eq!(made.status, 303, "{made:?}");
    let video = made.header("location").strip_prefix("/?job_id=").unwrap().to_owned();
    assert_ne!(video, id);
    desk.wait_for(&video, "COMPLETED").await;
    assert!(desk.get(&format!("/?job_id={video}")).await.text().contains("<video"));
}
