//! What is deleted is gone from every file of the server, and what is lost is made again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::artifact_store::Hold;
use brainwrought_core::id::Digest;
use brainwrought_http::{HttpSettings, expire, tidy};
use brainwrought_store::{open_artifact_store, open_job_store};

use crate::desk::{Desk, Strings};

/// Words of the document, of its name, of its script and of an edit, as they stand in files.
const WORDS: [&str; 4] = ["zyzzyva", "xylophonics", "a quote", "quixotry"];

/// A server whose stores are in its folder.
async fn desk() -> Desk {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let url = folder.path().to_str().unwrap().to_owned();
    let (jobs, artifacts) = (open_job_store(&url).unwrap(), open_artifact_store(&url).unwrap());
    Desk::open(folder, jobs, artifacts, Strings::open(1000), |_| {}).await
}

async fn submit(desk: &Desk, pdf: &str) -> String {
    let reply = desk.upload("Zyzzyva.pdf", pdf.as_bytes(), &[], &[]).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.json()["job_id"].as_str().unwrap().to_owned()
}

/// Submits a document, edits its script, and brings the writer's script back: three versions of everything.
async fn edited(desk: &Desk) -> String {
    let id = submit(desk, "%PDF-1.7 xylophonics").await;
    desk.wait_for(&id, "COMPLETED").await;
    let body = r#"{"lines":[{"line":1,"text":"Quixotry."}]}"#;
    let json = [("content-type", "application/json")];
    let head = desk.head("PATCH", &format!("/api/jobs/{id}/script"), &json, body.len());
    assert_eq!(desk.send(&[head, body.as_bytes().to_vec()].concat()).await.status, 202);
    desk.wait_for(&id, "COMPLETED").await;
    let again = desk.ask("POST", &format!("/api/jobs/{id}/retry?from=parse"), &[]).await;
    assert_eq!(again.status, 202);
    desk.wait_for(&id, "COMPLETED").await;
    for word in WORDS {
        assert!(!files_with(desk.folder.path(), word).is_empty(), "the test looks for `{word}` in vain");
    }
    id
}

/// The files whose names or bytes hold a word, in any case.
fn files_with(folder: &Path, word: &str) -> Vec<PathBuf> {
    let holds =
        |bytes: &[u8]| bytes.to_ascii_lowercase().windows(word.len()).any(|part| part == word.as_bytes());
    let mut found = Vec::new();
    // The server may be removing files at this moment; what is gone holds no word.
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if holds(path.file_name().unwrap().as_encoded_bytes()) {
            found.push(path.clone());
        }
        if path.is_dir() {
            found.extend(files_with(&path, word));
        } else if fs::read(&path).is_ok_and(|bytes| holds(&bytes)) {
            found.push(path);
        }
    }
    found
}

async fn assert_nothing_left(desk: &Desk) {
    for word in WORDS {
        let found = files_with(desk.folder.path(), word);
        assert!(found.is_empty(), "{word}: {found:?}");
    }
    let listing = desk.artifacts.list().await.unwrap();
    assert_eq!((listing.artifacts, listing.bindings), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn no_word_of_a_document_stays_after_its_job_is_deleted() {
    let desk = desk().await;
    let id = edited(&desk).await;
    assert_eq!(desk.ask("DELETE", &format!("/api/jobs/{id}"), &[]).await.status, 204);
    assert_nothing_left(&desk).await;
}

#[tokio::test]
async fn no_word_of_a_document_stays_after_its_job_has_expired() {
    let desk = desk().await;
    let id = edited(&desk).await;
    let mut settings =
        HttpSettings::new(desk.folder.path().join("inputs"), desk.folder.path().join("outputs"));
    settings.keep = Some(Duration::ZERO);
    let expiry = tokio::spawn(expire(desk.engine.clone(), settings, desk.shutdown.clone()));
    while desk.get(&format!("/api/jobs/{id}")).await.status != 404 {
        desk.jobs.wait_for_work(Duration::from_millis(20)).await;
    }
    desk.shutdown.cancel();
    expiry.await.unwrap();
    assert_nothing_left(&desk).await;
}

#[tokio::test]
async fn no_word_of_a_document_stays_whose_video_failed() {
    let desk = desk().await;
    let id = desk.upload("silent Zyzzyva.pdf", b"%PDF-1.7 xylophonics", &[], &[]).await.json()["job_id"]
        .as_str()
        .unwrap()
        .to_owned();
    while desk.get(&format!("/api/jobs/{id}")).await.json()["status"] != "FAILED" {
        desk.jobs.wait_for_work(Duration::from_millis(20)).await;
    }
    assert_eq!(desk.ask("DELETE", &format!("/api/jobs/{id}"), &[]).await.status, 204);
    assert_nothing_left(&desk).await;
}

#[tokio::test]
async fn an_upload_that_is_refused_leaves_nothing() {
    let desk = desk().await;
    let key = [("idempotency-key", "one")];
    assert_eq!(desk.upload("a.pdf", b"%PDF-1.7 first", &[], &key).await.status, 202);
    let refused = desk.upload("Zyzzyva.pdf", b"%PDF-1.7 xylophonics", &[], &key).await;
    assert_eq!(refused.status, 422);
    // The name and the bytes of the refused one; the other job has words of its own.
    for word in ["zyzzyva", "xylophonics"] {
        let found = files_with(desk.folder.path(), word);
        assert!(found.is_empty(), "{word}: {found:?}");
    }
    assert!(!files_with(desk.folder.path(), "%pdf-1.7 first").is_empty());
}

#[tokio::test]
async fn a_deletion_that_was_cut_short_is_finished_by_the_next_server() {
    let desk = desk().await;
    let id = edited(&desk).await.parse().unwrap();
    // The process dies after the record is gone.
    desk.artifacts.hold(&id, &Hold::Deleting).await.unwrap();
    desk.jobs.delete(&id).await.unwrap();
    let settings = HttpSettings::new(desk.folder.path().join("inputs"), desk.folder.path().join("outputs"));
    let tidying = tokio::spawn(tidy(desk.engine.clone(), settings, desk.shutdown.clone()));
    let gone = async {
        let holds = async || desk.artifacts.holds().await.unwrap();
        while holds().await.iter().any(|stored| stored.hold != Hold::Deleting) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
    desk.shutdown.cancel();
    tidying.await.unwrap();
    assert_nothing_left(&desk).await;
}

#[tokio::test]
async fn a_video_that_is_damaged_is_made_again_when_somebody_asks_for_it() {
    let desk = desk().await;
    let id = submit(&desk, "%PDF-1.7 xylophonics").await;
    desk.wait_for(&id, "COMPLETED").await;
    let address = format!("/jobs/{id}/video.mp4");
    let video = desk.get(&address).await.body;
    let digest = Digest::of(&video);
    let path = desk.folder.path().join("artifacts").join(&digest.as_str()[..2]).join(digest.as_str());
    for damage in [true, false] {
        fs::remove_dir_all(desk.folder.path().join("outputs")).unwrap();
        let lost = if damage { fs::write(&path, "no video") } else { fs::remove_file(&path) };
        lost.unwrap();
        let reply = desk.get(&address).await;
        assert_eq!((reply.status, reply.code().as_str()), (503, "being-remade"));
        assert_eq!(reply.header("retry-after"), "30");
        desk.wait_for(&id, "COMPLETED").await;
        let again = desk.get(&address).await;
        assert_eq!(again.status, 200, "{}", again.text());
        assert!(again.body == video);
    }
}
