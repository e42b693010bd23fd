//! Files of jobs: ranges, validators, types.

use crate::desk::{Desk, Reply};

async fn made() -> (Desk, String, Vec<u8>) {
    let desk = Desk::start().await;
    let id = desk.submit("my paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    let whole = desk.get(&format!("/jobs/{id}/video.mp4")).await;
    assert_eq!(whole.status, 200);
    (desk, id, whole.body)
}

#[tokio::test]
async fn a_video_is_served_in_parts() {
    let (desk, id, whole) = made().await;
    let path = format!("/jobs/{id}/video.mp4");
    let part = async |range: &str| desk.ask("GET", &path, &[("range", range)]).await;
    let check = |reply: &Reply, start: usize, end: usize| {
        assert_eq!(reply.status, 206);
        assert_eq!(reply.header("content-range"), format!("bytes {start}-{}/{}", end - 1, whole.len()));
        assert_eq!(reply.header("content-length"), (end - start).to_string());
        assert_eq!(reply.body, &whole[start..end]);
    };
    check(&part("bytes=0-0").await, 0, 1);
    check(&part("bytes=1000-70000").await, 1000, 70_001);
    check(&part("bytes=99000-").await, 99_000, whole.len());
    check(&part("bytes=-7").await, whole.len() - 7, whole.len());
    check(&part("bytes=5-99999999999").await, 5, whole.len());
    let beyond = part(&format!("bytes={}-", whole.len())).await;
    assert_eq!(beyond.status, 416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{}", whole.len()));
    for ignored in ["bytes=0-1,4-5", "lines=1-2", "bytes=9-1"] {
        let reply = part(ignored).await;
        assert_eq!((reply.status, reply.body.len()), (200, whole.len()), "{ignored}");
    }
}

#[tokio::test]
async fn parts_come_from_the_artifact_store_when_this_machine_has_no_file() {
    let (desk, id, whole) = made().await;
    std::fs::remove_dir_all(desk.folder.path().join("outputs")).unwrap();
    let reply = desk.ask("GET", &format!("/jobs/{id}/video.mp4"), &[("range", "bytes=10-19")]).await;
    assert_eq!((reply.status, reply.body), (206, whole[10..20].to_vec()));
}

#[tokio::test]
async fn validators_save_transfers_and_keep_versions_apart() {
    let (desk, id, whole) = made().await;
    let path = format!("/jobs/{id}/video.mp4");
    let head = desk.ask("HEAD", &path, &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), whole.len().to_string());
    assert_eq!((head.header("content-type"), head.header("accept-ranges")), ("video/mp4", "bytes"));
    let tag = head.header("etag");
    assert!(tag.starts_with('"') && tag.len() == 66, "{tag}");
    let known = desk.ask("GET", &path, &[("if-none-match", &format!("\"x\", {tag}"))]).await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    let same = desk.ask("GET", &path, &[("range", "bytes=0-9"), ("if-range", tag)]).await;
    assert_eq!(same.status, 206);
    let other = desk.ask("GET", &path, &[("range", "bytes=0-9"), ("if-range", "\"other\"")]).await;
    assert_eq!((other.status, other.body.len()), (200, whole.len()));
}

#[tokio::test]
async fn every_file_has_its_type_and_its_name() {
    let (desk, id, _) = made().await;
    for (name, kind) in [
        ("captions.vtt", "text/vtt; charset=utf-8"),
        ("poster.png", "image/png"),
        ("quiz.json", "application/json"),
        ("report.json", "application/json"),
        ("input.pdf", "application/pdf"),
    ] {
        let reply = desk.get(&format!("/jobs/{id}/{name}")).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, kind), "{name}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("content-disposition"), "");
    }
    let saved = desk.get(&format!("/jobs/{id}/video.mp4?download")).await;
    assert_eq!(saved.header("content-disposition"), "attachment; filename*=UTF-8''my%20paper.mp4");
}
