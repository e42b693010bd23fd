//! Clients that mean harm.

use crate::desk::Desk;

#[tokio::test]
async fn odd_ids_and_names_name_nothing() {
    let desk = Desk::start().await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    std::fs::write(desk.folder.path().join("secret"), b"words of the file").unwrap();
    for path in [
        "/api/jobs/..%2F..%2Fsecret".to_owned(),
        "/api/jobs/%00".to_owned(),
        format!("/api/jobs/{}", "a".repeat(5000)),
        format!("/api/jobs/{}", id.to_uppercase().replace(|c: char| c.is_ascii_digit(), "A")),
        format!("/api/jobs/{id}%0d%0aX: y"),
        format!("/jobs/{id}/..%2F..%2F..%2Fsecret"),
        format!("/jobs/{id}/../../secret"),
        format!("/jobs/{id}/%2e%2e%2f%2e%2e%2fsecret"),
        format!("/jobs/{id}/.video.mp4.part"),
        format!("/jobs/{id}/video.mp4%00.txt"),
        format!("/jobs/..%2F{id}/video.mp4"),
        "/jobs/<script>/video.mp4".to_owned(),
    ] {
        let reply = desk.get(&path).await;
        assert!([400, 404].contains(&reply.status), "{path}: {reply:?}");
        assert!(
            !reply.text().contains("words of the file") && !reply.text().contains("<script>"),
            "{path}: {}",
            reply.text()
        );
    }
}

#[tokio::test]
async fn a_name_from_a_client_becomes_no_path() {
    let desk = Desk::start().await;
    for (name, shown) in [
        ("../../../../tmp/evil.pdf", "evil.pdf"),
        ("/etc/cron.d/evil", "evil"),
        ("..", "document.pdf"),
        ("C:\\\\evil.pdf", "evil.pdf"),
    ] {
        let id = desk.submit(name).await;
        assert_eq!(desk.wait_for(&id, "COMPLETED").await["file_name"], shown);
    }
    let top: Vec<_> =
        desk.folder.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        top.iter().all(|name| ["inputs", "outputs", "scratch"].map(Into::into).contains(name)),
        "{top:?}"
    );
}

#[tokio::test]
async fn every_answer_is_dressed_for_strangers() {
    let desk = Desk::start().await;
    for path in ["/healthz", "/nothing", "/api/openapi.json", "/api/jobs"] {
        let reply = desk.get(path).await;
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("referrer-policy"), "same-origin");
        assert_eq!(reply.header("x-frame-options"), "DENY");
        assert_eq!(reply.header("access-control-allow-origin"), "");
        assert_eq!(reply.header("server"), "");
    }
    let asked = desk.ask("OPTIONS", "/api/jobs", &[("origin", "https://evil.example")]).await;
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (405, ""));
}

#[tokio::test]
async fn pages_of_other_sites_change_nothing() {
    let desk = Desk::with(|_| {}, 0).await;
    let id = desk.submit("paper.pdf").await;
    for foreign in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let reply = desk.upload("a.pdf", b"%PDF-1.7", &[], &[foreign]).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "foreign"), "{foreign:?}");
        assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/cancel"), &[foreign]).await.status, 403);
        assert_eq!(desk.ask("DELETE", &format!("/api/jobs/{id}"), &[foreign]).await.status, 403);
    }
    let own = ("origin", &*format!("http://{}", desk.address));
    assert_eq!(desk.ask("POST", &format!("/api/jobs/{id}/cancel"), &[own]).await.status, 200);
}

#[tokio::test]
async fn a_server_answers_only_to_its_names() {
    let desk = Desk::with(|settings| settings.hosts = Some(vec!["localhost".to_owned()]), 0).await;
    assert_eq!(desk.get("/healthz").await.status, 403, "127.0.0.1 is not on the list");
    for (host, status) in [("localhost:1234", 200), ("rebound.evil.example", 403)] {
        let request = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        assert_eq!(desk.send(request.as_bytes()).await.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_slowed_down() {
    let desk = Desk::with(
        |settings| {
            settings.quotas.changes = 2;
            settings.quotas.change_every = std::time::Duration::from_secs(1000);
            settings.proxies = 1;
        },
        0,
    )
    .await;
    let from = |address: &'static str| [("x-forwarded-for", address)];
    for _ in 0..2 {
        assert_eq!(desk.upload("a.pdf", b"%PDF-1.7", &[], &from("192.0.2.1")).await.status, 202);
    }
    // Only the last address is the proxy's word; what stands before it the client wrote.
    let refused = desk.upload("a.pdf", b"%PDF-1.7", &[], &from("198.51.100.7, 192.0.2.1")).await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "busy"));
    assert_eq!(refused.header("retry-after"), "1000");
    assert_eq!(desk.upload("a.pdf", b"%PDF-1.7", &[], &from("192.0.2.2")).await.status, 202);
    assert_eq!(desk.ask("GET", "/healthz", &from("192.0.2.1")).await.status, 200);
}

#[tokio::test]
async fn broken_requests_do_not_break_the_server() {
    let desk = Desk::start().await;
    for request in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /api/jobs HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/jobs HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    ] {
        let reply = desk.send(request).await;
        assert!(reply.status == 0 || reply.status >= 400, "{reply:?}");
    }
    let many = format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "a".repeat(200_000));
    assert!([0, 431].contains(&desk.send(many.as_bytes()).await.status));
    assert_eq!(desk.get("/healthz").await.status, 200);
}
