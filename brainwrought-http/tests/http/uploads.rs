//! Uploads: what is taken, what is refused, and what is left behind.

use std::time::Duration;

use brainwrought_stages::parse::{FileFormat, HEAD_BYTES};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::desk::{Desk, Reply, form};

const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=xyz");

/// Nothing may be left of an upload that was refused: no job, no file, no artifact.
async fn assert_clean(desk: &Desk) {
    assert!(desk.jobs.list(&Default::default()).await.unwrap().is_empty());
    assert!(desk.artifacts.list().await.unwrap().artifacts.is_empty());
    let inputs = desk.folder.path().join("inputs");
    let left = inputs.read_dir().map(Iterator::count).unwrap_or_default();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn an_upload_that_cannot_be_read_is_refused() {
    let desk = Desk::start().await;
    let picture = desk.upload("paper.pdf", b"\x89PNG\r\n\x1a\n\0", &[], &[]).await;
    assert_eq!((picture.status, picture.code().as_str()), (415, "not-a-pdf"));
    assert!(picture.text().contains("a picture (PNG)") && picture.text().contains("EPUB"), "{picture:?}");
    let late = desk.upload("paper.pdf", &[vec![b' '; 65_532], b"%PDF-".to_vec()].concat(), &[], &[]).await;
    assert_eq!(late.status, 415);
    let empty = desk.upload("paper.pdf", b"", &[], &[]).await;
    assert_eq!((empty.status, empty.code().as_str()), (400, "wrong-request"));
    let body = desk.send(&[desk.head("POST", "/api/jobs", &[], 5), b"%PDF-".to_vec()].concat()).await;
    assert_eq!(body.status, 415);
    let none = b"--xyz\r\nContent-Disposition: form-data; name=\"length\"\r\n\r\n30\r\n--xyz--";
    let none =
        desk.send(&[desk.head("POST", "/api/jobs", &[FORM], none.len()), none.to_vec()].concat()).await;
    assert_eq!(none.status, 400);
    assert_clean(&desk).await;
}

#[tokio::test]
async fn options_are_checked_before_anything_is_made() {
    let desk = Desk::start().await;
    for (name, value) in
        [("length", "5"), ("background", "../../etc"), ("music", "/etc/passwd"), ("nope", "1")]
    {
        let reply = desk.upload("paper.pdf", b"%PDF-1.7", &[(name, value)], &[]).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "wrong-request"), "{name}");
    }
    assert_clean(&desk).await;
}

#[tokio::test]
async fn the_server_chooses_who_writes() {
    let llm = "http://127.0.0.1:9/v1#small";
    let desk = Desk::with(|settings| settings.llm = Some(llm.parse().unwrap()), 0).await;
    assert_eq!(desk.upload("paper.pdf", b"%PDF-1.7", &[], &[]).await.status, 202);
    assert_eq!(desk.upload("paper.pdf", b"%PDF-1.7", &[("llm", "openai:gpt-5")], &[]).await.status, 400);
    let jobs = desk.jobs.list(&Default::default()).await.unwrap();
    assert_eq!((jobs.len(), &jobs[0].job.options["llm"]), (1, &llm.into()));
}

#[tokio::test]
async fn a_pdf_that_is_too_large_is_refused_early() {
    let desk = Desk::with(|settings| settings.limits.upload_bytes = 50_000, 0).await;
    // The length alone is enough: not one byte of the body is sent.
    let announced = desk.send(&desk.head("POST", "/api/jobs", &[FORM], usize::MAX / 4)).await;
    assert_eq!((announced.status, announced.code().as_str()), (413, "too-large"));
    let body = form("paper.pdf", &[b"%PDF-1.7".to_vec(), vec![b'a'; 60_000]].concat(), &[]);
    let sent = desk.send(&[desk.head("POST", "/api/jobs", &[FORM], body.len()), body.clone()].concat()).await;
    assert_eq!(sent.status, 413);
    // Without a length, in chunks.
    let head =
        String::from_utf8(desk.head("POST", "/api/jobs", &[FORM, ("transfer-encoding", "chunked")], 0))
            .unwrap();
    let head = head.replace("content-length: 0\r\n", "");
    let chunk = [format!("{:x}\r\n", body.len()).into_bytes(), body, b"\r\n0\r\n\r\n".to_vec()].concat();
    assert_eq!(desk.send(&[head.into_bytes(), chunk].concat()).await.status, 413);
    assert_clean(&desk).await;
}

#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_sees_why_it_was_refused() {
    let desk = Desk::with(|settings| settings.limits.upload_bytes = 50_000, 0).await;
    let body = form("paper.pdf", &[b"%PDF-1.7".to_vec(), vec![b'a'; 20_000_000]].concat(), &[]);
    let picture = form("paper.pdf", &[b"\x89PNG\r\n\x1a\n".to_vec(), vec![0; 40_000]].concat(), &[]);
    let mut in_chunks = desk.head("POST", "/api/jobs", &[FORM, ("transfer-encoding", "chunked")], 0);
    let length = b"content-length: 0\r\n";
    let at = in_chunks.windows(length.len()).position(|bytes| bytes == length).unwrap();
    in_chunks.drain(at..at + length.len());
    in_chunks.extend(format!("{:x}\r\n", body.len()).into_bytes());
    let foreign = [FORM, ("origin", "https://elsewhere.example")];
    let requests = [
        ("too-large", 413, [desk.head("POST", "/api/jobs", &[FORM], body.len()), body.clone()]),
        ("too-large", 413, [in_chunks, body.clone()]),
        ("not-a-pdf", 415, [desk.head("POST", "/api/jobs", &[FORM], picture.len()), picture]),
        ("foreign", 403, [desk.head("POST", "/api/jobs", &foreign, body.len()), body.clone()]),
        ("no-such-page", 404, [desk.head("POST", "/nowhere", &[FORM], body.len()), body]),
    ];
    for (code, status, request) in requests {
        let mut stream = TcpStream::connect(desk.address).await.unwrap();
        for piece in request.concat().chunks(100_000) {
            stream.write_all(piece).await.unwrap_or_else(|error| panic!("{code}: {error}"));
            // As slowly as a line would take it.
            tokio::task::yield_now().await;
        }
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap_or_else(|error| panic!("{code}: {error}"));
        let reply = Reply::parse(&bytes);
        assert_eq!((reply.status, reply.header("connection")), (status, "close"), "{reply:?}");
        assert_eq!(reply.code(), code);
    }
    assert_clean(&desk).await;
}

#[tokio::test]
async fn ten_gigabytes_are_refused_before_they_come() {
    let desk = Desk::start().await;
    for path in ["/api/jobs", "/jobs"] {
        let head = desk.head("POST", path, &[FORM, ("expect", "100-continue")], 10_000_000_000);
        let reply = desk.send(&[head, b"--xyz\r\n".to_vec()].concat()).await;
        assert_eq!(reply.status, 413, "{path}: {reply:?}");
    }
    assert_clean(&desk).await;
}

#[tokio::test]
async fn a_body_declared_as_pdf_is_checked() {
    let desk = Desk::start().await;
    // A zip, as a bomb of that kind begins, under a PDF's name and type.
    let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
    zip.resize(20_000, 0);
    let reply = desk.upload("bomb.pdf", &zip, &[], &[]).await;
    assert_eq!((reply.status, reply.code().as_str()), (415, "not-a-pdf"));
    let body = form("a.pdf", b"%PDF-1.7", &[]);
    for kind in [
        "application/x-www-form-urlencoded",
        "multipart/mixed; boundary=xyz",
        "multipart/form-data",
        "\u{e9}",
        "a/b; =",
    ] {
        let head = desk.head("POST", "/api/jobs", &[("content-type", kind)], body.len());
        let reply = desk.send(&[head, body.clone()].concat()).await;
        assert_eq!((reply.status, reply.code().as_str()), (415, "wrong-media-type"), "{kind}");
    }
    // A coding that the server does not undo leaves no form to read, and nothing grows.
    let coded = desk.upload("a.pdf", b"\x1f\x8b\x08", &[], &[("content-encoding", "gzip")]).await;
    assert_eq!(coded.status, 415);
    assert_clean(&desk).await;
}

#[tokio::test]
async fn a_text_is_taken_under_its_own_type() {
    let desk = Desk::start().await;
    for kind in ["text/plain", "text/plain; charset=utf-8", "TEXT/PLAIN", "text/markdown", "text/html"] {
        let body = b"Queues keep the work when the server restarts. A lease of 60 s was long enough.";
        let head = desk.head("POST", "/api/jobs", &[("content-type", kind)], body.len());
        let reply = desk.send(&[head, body.to_vec()].concat()).await;
        assert_eq!(reply.status, 202, "{kind}: {reply:?}");
    }
}

#[tokio::test]
async fn the_header_may_stand_as_late_as_where_the_reader_finds_it() {
    let desk = Desk::start().await;
    let pdf = [vec![b' '; HEAD_BYTES - 5], b"%PDF-1.7".to_vec()].concat();
    assert_eq!(desk.upload("paper.pdf", &pdf, &[], &[]).await.status, 202);
    assert!(FileFormat::check_head(&pdf).is_ok());
    assert!(FileFormat::check_head(&[b" ", &pdf[..]].concat()).is_err());
}

#[tokio::test]
async fn a_pdf_alone_is_taken_with_its_options_in_the_query() {
    let desk = Desk::with(|settings| settings.limits.upload_bytes = 50_000, 1000).await;
    let send = async |query: &str, headers: &[(&str, &str)], body: &[u8]| {
        let all = [&[("content-type", "application/pdf; version=1.7")], headers].concat();
        desk.send(
            &[desk.head("POST", &format!("/api/jobs{query}"), &all, body.len()), body.to_vec()].concat(),
        )
        .await
    };
    let named = [("content-disposition", "attachment; filename*=UTF-8''caf%C3%A9.pdf")];
    for (query, headers, name) in [
        ("?length=30&memes=0&file_name=a%20b.pdf", &[][..], "a b.pdf"),
        ("?length=30&memes=0&file_name=other.pdf", &named, "café.pdf"),
        ("?length=30&options=%7B%22memes%22%3A0%7D", &[], "document.pdf"),
    ] {
        let reply = send(query, headers, b"%PDF-1.7 a paper").await;
        assert_eq!(reply.status, 202, "{query}: {reply:?}");
        let job = desk.get(&format!("/api/jobs/{}", reply.json()["job_id"].as_str().unwrap())).await.json();
        assert_eq!((&job["file_name"], &job["options"]["length"]), (&name.into(), &30.into()), "{query}");
        assert_eq!(job["options"]["memes"], 0, "{query}");
    }
    let jobs = desk.jobs.list(&Default::default()).await.unwrap().len();
    for (query, body, status) in [
        ("?length=5", &b"%PDF-1.7"[..], 400),
        ("?nope=1", b"%PDF-1.7", 400),
        ("", b"", 400),
        ("", b"\x7fELF\x02\x01\x01\0", 415),
        ("", &[b"%PDF-1.7".to_vec(), vec![0; 60_000]].concat(), 413),
    ] {
        let reply = send(query, &[], body).await;
        assert_eq!(reply.status, status, "{query}: {reply:?}");
    }
    // It is cut short.
    let head = desk.head("POST", "/api/jobs", &[("content-type", "application/pdf")], 1000);
    let mut stream = TcpStream::connect(desk.address).await.unwrap();
    stream.write_all(&[head, b"%PDF-1.7".to_vec()].concat()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    assert!([0, 400].contains(&Reply::parse(&bytes).status));
    assert_eq!(desk.jobs.list(&Default::default()).await.unwrap().len(), jobs);
}

#[tokio::test]
async fn a_form_has_bounds() {
    let desk = Desk::start().await;
    let many = vec![("length", ""); 41];
    let long = "a".repeat(5000);
    let (nameless, two) = (form("a.pdf", b"%PDF-1.7", &[("", "x")]), form("a.pdf", b"%PDF-1.7", &[]));
    let two = [&two[..two.len() - 9], &two[..]].concat();
    for body in [
        form("a.pdf", b"%PDF-1.7", &many),
        form("a.pdf", b"%PDF-1.7", &[("length", &long)]),
        form("a.pdf", b"%PDF-1.7", &[(&long, "30"), (&long, "30")]),
        form(&long.repeat(2), b"%PDF-1.7", &[]),
        nameless,
        two,
    ] {
        let head = desk.head("POST", "/api/jobs", &[FORM], body.len());
        let reply = desk.send(&[head, body].concat()).await;
        assert_eq!((reply.status, reply.code().as_str()), (400, "wrong-request"), "{reply:?}");
        assert!(reply.body.len() < 1000, "what was sent is not sent back");
    }
    assert_clean(&desk).await;
}

#[tokio::test]
async fn a_truncated_upload_leaves_nothing() {
    let desk = Desk::start().await;
    let body = form("paper.pdf", &[b"%PDF-1.7".to_vec(), vec![b'a'; 100_000]].concat(), &[]);
    // The client goes away in the middle.
    let mut stream = TcpStream::connect(desk.address).await.unwrap();
    stream.write_all(&desk.head("POST", "/api/jobs", &[FORM], body.len())).await.unwrap();
    stream.write_all(&body[..50_000]).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    assert!([0, 400].contains(&Reply::parse(&bytes).status));
    // The body is whole but the form in it is not.
    let cut = &body[..body.len() - 12];
    let reply = desk.send(&[desk.head("POST", "/api/jobs", &[FORM], cut.len()), cut.to_vec()].concat()).await;
    assert_eq!((reply.status, reply.code().as_str()), (400, "truncated"));
    assert_clean(&desk).await;
}

#[tokio::test]
async fn slow_clients_are_sent_away() {
    let short = Duration::from_millis(200);
    let desk = Desk::with(
        |settings| {
            settings.timeouts.chunk = short;
            settings.timeouts.head = short;
        },
        0,
    )
    .await;
    let mut body = desk.head("POST", "/api/jobs", &[FORM], 1000);
    body.extend(b"--xyz\r\n");
    let reply = desk.send(&body).await;
    assert_eq!((reply.status, reply.code().as_str()), (408, "too-slow"));
    let reply = desk.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\nx-slow: ").await;
    assert!([0, 408].contains(&reply.status), "{reply:?}");
    // One that says nothing at all, and one that keeps the connection without using it.
    assert_eq!(desk.send(b"").await.status, 0);
    assert_eq!(desk.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.status, 200);
    assert_clean(&desk).await;
}

#[tokio::test]
async fn a_full_queue_refuses_new_jobs_and_knows_its_own() {
    let desk = Desk::with(|settings| settings.limits.active_jobs = 2, 0).await;
    let key = [("idempotency-key", "mine")];
    let mine = desk.upload("a.pdf", b"%PDF-1.7 a", &[], &key).await;
    desk.submit("b.pdf").await;
    let refused = desk.upload("c.pdf", b"%PDF-1.7 c", &[], &[]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "60"));
    let again = desk.upload("a.pdf", b"%PDF-1.7 a", &[], &key).await;
    assert_eq!(again.json()["job_id"], mine.json()["job_id"]);
    desk.strings.gate.add_permits(1000);
    desk.wait_for(mine.json()["job_id"].as_str().unwrap(), "COMPLETED").await;
    desk.submit("c.pdf").await;
}

#[tokio::test]
async fn ten_megabytes_arrive_as_they_were_sent() {
    let desk = Desk::start().await;
    let pdf: Vec<u8> = b"%PDF-1.7"
        .iter()
        .copied()
        .chain((0..10_000_000u32).map(|n| (n.wrapping_mul(n) % 253) as u8))
        .collect();
    let reply = desk.upload("large.pdf", &pdf, &[], &[]).await;
    let id = reply.json()["job_id"].as_str().unwrap().to_owned();
    assert!(desk.get(&format!("/jobs/{id}/input.pdf")).await.body == pdf);
}

#[tokio::test]
async fn a_client_that_takes_nothing_gives_its_place_to_others() {
    let desk = Desk::with(
        |settings| {
            settings.timeouts.stalled = Duration::from_millis(200);
            settings.limits.connections = 1;
        },
        1000,
    )
    .await;
    let pdf = [b"%PDF-1.7".to_vec(), vec![b'a'; 30_000_000]].concat();
    let id = desk.upload("large.pdf", &pdf, &[], &[]).await.json()["job_id"].as_str().unwrap().to_owned();
    let mut idle = TcpStream::connect(desk.address).await.unwrap();
    idle.write_all(&desk.head("GET", &format!("/jobs/{id}/input.pdf"), &[], 0)).await.unwrap();
    // The only place is taken by somebody who does not read, so this waits until he is cut off.
    assert_eq!(desk.get("/healthz").await.status, 200);
    let mut bytes = Vec::new();
    let _ = idle.read_to_end(&mut bytes).await;
    assert!(bytes.len() < pdf.len(), "{} bytes came through", bytes.len());
}
