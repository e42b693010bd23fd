//! Clients that mean harm.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::desk::{Desk, Reply, form};

/// Every route that takes an id, and what it is asked with.
const ROUTES: [(&str, &str); 21] = [
    ("GET", "/api/jobs/{id}"),
    ("DELETE", "/api/jobs/{id}"),
    ("GET", "/api/jobs/{id}/events"),
    ("GET", "/api/jobs/{id}/script"),
    ("PATCH", "/api/jobs/{id}/script"),
    ("POST", "/api/jobs/{id}/script/check"),
    ("POST", "/api/jobs/{id}/restore"),
    ("POST", "/api/jobs/{id}/cancel"),
    ("POST", "/api/jobs/{id}/retry"),
    ("GET", "/jobs/{id}/video.mp4"),
    ("GET", "/jobs/{id}/input.pdf"),
    ("GET", "/jobs/{id}/panel"),
    ("POST", "/jobs/{id}/cancel"),
    ("POST", "/jobs/{id}/delete"),
    ("POST", "/jobs/{id}/script"),
    ("POST", "/jobs/{id}/restore"),
    ("GET", "/?job_id={id}"),
    ("GET", "/jobs/{id}/variants"),
    ("POST", "/api/jobs/{id}/variants"),
    ("GET", "/v/{id}"),
    ("GET", "/v/{id}/video.mp4"),
];

#[tokio::test]
async fn no_route_follows_an_id_out_of_its_folder() {
    let desk = Desk::start().await;
    let secret = desk.folder.path().join("secret");
    std::fs::create_dir_all(desk.folder.path().join("inputs")).unwrap();
    std::fs::write(&secret, b"words of the file").unwrap();
    for id in [
        "..",
        "../secret",
        "..%2fsecret",
        "..%2Fsecret%00",
        "%2e%2e%2fsecret",
        "%252e%252e%252fsecret",
        "..%5csecret",
        "%c0%ae%c0%ae%c0%afsecret",
        "%2fetc%2fpasswd",
        "....//secret",
        "0123456789abcdef0123456789abcdef%2f..%2f..%2fsecret",
        "0123456789ABCDEF0123456789ABCDE\u{ff26}",
        "'%3b%20drop%20table%20jobs%3b--",
        "0123456789abcdef0123456789abcdef%0d%0aset-cookie:%20a=b",
    ] {
        for (method, route) in ROUTES {
            let path = route.replace("{id}", id);
            let headers = match method {
                "PATCH" => [("content-type", "application/json"), ("content-length", "12")],
                _ => [("content-type", "application/x-www-form-urlencoded"), ("x", "y")],
            };
            let mut request = desk.head(method, &path, &headers, 0);
            request.extend(if method == "PATCH" { &b"{\"lines\":[]}"[..] } else { b"" });
            let reply = desk.send(&request).await;
            assert!((400..500).contains(&reply.status), "{method} {path}: {reply:?}");
            assert_eq!(reply.header("set-cookie"), "", "{path}");
            assert!(!reply.text().contains("words of the file") && !reply.text().contains("root:"), "{path}");
        }
    }
    assert_eq!(std::fs::read(secret).unwrap(), b"words of the file", "nothing was deleted either");
}

#[tokio::test]
async fn names_in_forms_stay_names_however_they_are_written() {
    let desk = Desk::start().await;
    for parameters in [
        "filename=\"..%2f..%2f..%2fsecret.pdf\"",
        "filename=\"..\\..\\secret.pdf\"",
        "filename=../../secret.pdf",
        "filename=\"a.pdf\"; filename*=UTF-8''..%2F..%2Fsecret.pdf",
        "filename=\"a%0D%0ASet-Cookie: a=b.pdf\"",
        "filename=\"/proc/self/environ\"",
        "filename=\"\u{202e}fdp.exe\"",
    ] {
        let body = format!(
            "--xyz\r\nContent-Disposition: form-data; name=\"pdf\"; {parameters}\r\n\r\n%PDF-1.7 x\r\n--xyz--\r\n"
        );
        let headers = [("content-type", "multipart/form-data; boundary=xyz")];
        let head = desk.head("POST", "/api/jobs", &headers, body.len());
        let reply = desk.send(&[head, body.into_bytes()].concat()).await;
        assert_eq!(reply.status, 202, "{parameters}: {reply:?}");
        let id = reply.json()["job_id"].as_str().unwrap().to_owned();
        let job = desk.wait_for(&id, "COMPLETED").await;
        let name = job["file_name"].as_str().unwrap();
        assert!(!name.contains(['/', '\\', '\r', '\n', '\u{202e}']), "{name:?}");
        let saved = desk.get(&format!("/jobs/{id}/video.mp4?download")).await;
        assert!(saved.header("content-disposition").is_ascii() && saved.header("set-cookie").is_empty());
        assert!(!saved.header("content-disposition").contains(['/', '\\', '"']), "{saved:?}");
    }
    let inputs = desk.folder.path().join("inputs").read_dir().unwrap();
    for entry in inputs.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        assert!(entry.len() == 32 && entry.bytes().all(|byte| byte.is_ascii_hexdigit()), "{entry}");
    }
}

#[tokio::test]
async fn a_header_holds_one_line() {
    let desk = Desk::start().await;
    let body = form("a.pdf", b"%PDF-1.7", &[]);
    for key in [&b"a\rSet-Cookie: x=y"[..], b"a\nx: y\r\n b", b"a\0b", b"\xff\xfe", b"", &[b'a'; 300]] {
        let head = desk.head(
            "POST",
            "/api/jobs",
            &[("content-type", "multipart/form-data; boundary=xyz")],
            body.len(),
        );
        let head = [&head[..head.len() - 2], b"idempotency-key: ", key, b"\r\n\r\n"].concat();
        let reply = desk.send(&[head, body.clone()].concat()).await;
        // A line feed alone ends a header at lenient servers; what comes after is then one of its own.
        let is_split = key.contains(&b'\n') && reply.status == 202;
        assert!(reply.status == 400 || is_split, "{key:?}: {reply:?}");
        assert_eq!(reply.header("set-cookie"), "");
    }
    let odd = desk.get("/jobs/%0d%0aset-cookie:%20a=b/video.mp4?download=%0d%0aset-cookie:%20a=b").await;
    assert_eq!((odd.status, odd.header("set-cookie")), (404, ""));
}

/// Sends many requests over one connection and reads all answers.
async fn pipelined(desk: &Desk, requests: &[u8]) -> String {
    let mut stream = TcpStream::connect(desk.address).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut bytes = Vec::new();
    let (sent, read) = tokio::join!(writer.write_all(requests), reader.read_to_end(&mut bytes));
    sent.unwrap();
    read.unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn ten_thousand_unknown_ids_leave_nothing_behind() {
    let desk = Desk::with(|settings| settings.quotas.requests = 100_000, 0).await;
    let ask = |n: u32| {
        let path = match n % 4 {
            0 => format!("/api/jobs/{n:032x}"),
            1 => format!("/api/jobs/{n:032x}/events"),
            2 => format!("/jobs/{n:032x}/video.mp4"),
            _ => format!("/api/jobs/{n}"),
        };
        format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")
    };
    for batch in 0..10 {
        let mut requests: String = (batch * 1000..batch * 1000 + 999).map(ask).collect();
        requests += "GET /api/jobs/last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let replies = pipelined(&desk, requests.as_bytes()).await;
        assert_eq!(replies.matches("HTTP/1.1 404 ").count(), 1000);
        assert_eq!(replies.matches("HTTP/1.1 ").count(), 1000);
    }
    // Other servers of this process count along, on the same few routes.
    let metrics = desk.get("/metrics").await.text();
    let is_of_ids =
        |line: &&str| line.starts_with("brainwrought_http_requests_total{") && line.contains("/{job_id}");
    let counted = metrics.lines().filter(is_of_ids).count();
    assert!((3..200).contains(&counted), "what is counted must not grow with what is asked: {counted}");
    assert!(!metrics.contains(&format!("{:032x}", 4)) && metrics.len() < 200_000, "{metrics}");
    assert_eq!(desk.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn who_tries_ids_is_slowed_down() {
    let desk = Desk::with(|settings| settings.quotas = Default::default(), 0).await;
    let mut requests: String =
        (0..999).map(|n| format!("GET /api/jobs/{n:032x} HTTP/1.1\r\nhost: a\r\n\r\n")).collect();
    requests += "GET /api/jobs/last HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let replies = pipelined(&desk, requests.as_bytes()).await;
    let refused = replies.matches("HTTP/1.1 429 ").count();
    assert!(refused > 600 && replies.matches("retry-after: ").count() == refused, "{refused}");
}

/// Sends `start`, then a byte now and then until the server has had enough.
async fn drip(desk: &Desk, start: &[u8]) -> Reply {
    let stream = TcpStream::connect(desk.address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(start).await.unwrap();
    let dripping = tokio::spawn(async move {
        let mut drops = tokio::time::interval(Duration::from_millis(20));
        loop {
            drops.tick().await;
            if writer.write_all(b"a").await.is_err() {
                return;
            }
        }
    });
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), reader.read_to_end(&mut bytes)).await;
    dripping.abort();
    let _ = read.expect("the server listens for ever");
    Reply::parse(&bytes)
}

#[tokio::test]
async fn a_client_that_drips_is_sent_away() {
    let short = Duration::from_millis(300);
    let desk = Desk::with(
        |settings| {
            settings.timeouts.head = short;
            settings.timeouts.upload = short;
            settings.timeouts.answer = short;
        },
        0,
    )
    .await;
    let headers = [("content-type", "multipart/form-data; boundary=xyz")];
    // Each byte comes in time, the whole does not.
    for path in ["/api/jobs", "/jobs"] {
        let reply = drip(&desk, &desk.head("POST", path, &headers, 100_000)).await;
        assert_eq!(reply.status, 408, "{path}: {reply:?}");
    }
    let reply = drip(&desk, b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: ").await;
    assert!([0, 408].contains(&reply.status), "{reply:?}");
    let id = desk.submit("a.pdf").await;
    let head =
        desk.head("PATCH", &format!("/api/jobs/{id}/script"), &[("content-type", "application/json")], 1000);
    assert!([408, 503].contains(&drip(&desk, &head).await.status));
}

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

#[tokio::test]
async fn an_agent_is_told_what_is_wrong_with_its_message() {
    let desk = Desk::start().await;
    let deep = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{}{}}}",
        "[".repeat(500),
        "]".repeat(500)
    );
    let call = [("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
    for (message, code, id, told) in [
        ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", -32_600, json!(null), "batches"),
        (&deep, -32_700, json!(null), "recursion limit"),
        ("{\"jsonrpc\":", -32_700, json!(null), "cannot be read as JSON"),
        ("{\"jsonrpc\":\"1.0\",\"id\":7}", -32_600, json!(7), "no JSON-RPC 2.0 request"),
    ] {
        let head = desk.head("POST", "/mcp", &call, message.len());
        let answer = desk.send(&[&head, message.as_bytes()].concat()).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        let body = answer.json();
        assert_eq!(
            (&body["error"]["code"], &body["id"], &body["jsonrpc"]),
            (&json!(code), &id, &json!("2.0"))
        );
        assert!(body["error"]["message"].as_str().unwrap().contains(told), "{body}");
    }
}
