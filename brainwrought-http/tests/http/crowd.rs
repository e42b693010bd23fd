//! Many clients at once, some of whom take all they can get. Each has an address of its own on this machine.

use std::net::SocketAddr;
use std::time::Duration;

use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::Digest;
use brainwrought_core::job::{JobInput, NewJob, Plan, StagePlan};
use brainwrought_http::{OperatorToken, Operators, VideoSize};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::desk::{Desk, Reply, form};

const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=xyz");

/// Connects as the client with the address `127.0.0.<client>`.
async fn connect(desk: &Desk, client: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, client], 0))).unwrap();
    socket.connect(desk.address).await.unwrap()
}

/// Sends bytes as a client and reads what comes back until the server closes.
async fn send(desk: &Desk, client: u8, request: &[u8]) -> Reply {
    let mut stream = connect(desk, client).await;
    let _ = stream.write_all(request).await;
    read(&mut stream).await
}

async fn read(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await;
    let _ = read.expect("the server neither answers nor closes");
    Reply::parse(&bytes)
}

async fn upload(desk: &Desk, client: u8, name: &str, fields: &[(&str, &str)]) -> Reply {
    let body = form(name, format!("%PDF-1.7 {name}").as_bytes(), fields);
    send(desk, client, &[desk.head("POST", "/api/jobs", &[FORM], body.len()), body].concat()).await
}

async fn submit(desk: &Desk, client: u8, name: &str, fields: &[(&str, &str)]) -> String {
    let reply = upload(desk, client, name, fields).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    reply.json()["job_id"].as_str().unwrap().to_owned()
}

/// Begins an upload and sends a byte of it now and then, for as long as the server takes them.
async fn trickle(desk: &Desk, client: u8) -> TcpStream {
    let mut stream = connect(desk, client).await;
    let start = [desk.head("POST", "/api/jobs", &[FORM], 100_000), form("a.pdf", b"%PDF-1.7", &[])].concat();
    stream.write_all(&start[..start.len() - 20]).await.unwrap();
    stream
}

#[tokio::test]
async fn uploads_that_trickle_leave_room_for_those_of_others() {
    let desk = Desk::with(
        |settings| {
            settings.limits.uploads = 6;
            settings.limits.uploads_per_client = 3;
            settings.timeouts.chunk = Duration::from_secs(20);
            settings.timeouts.upload_grace = Duration::from_millis(600);
        },
        0,
    )
    .await;
    let mut trickling = Vec::new();
    for _ in 0..3 {
        trickling.push(trickle(&desk, 2).await);
    }
    // All of the client's slots are taken once the server says so.
    let refused = upload(&desk, 2, "more.pdf", &[]).await;
    let refused = if refused.status == 429 { refused } else { upload(&desk, 2, "more.pdf", &[]).await };
    assert_eq!((refused.status, refused.code().as_str()), (429, "busy"), "{refused:?}");
    assert!(refused.text().contains("your uploads"), "{refused:?}");
    submit(&desk, 3, "other.pdf", &[]).await;
    // Each byte comes in time for the next one, but the average is too low.
    for stream in &mut trickling {
        let (mut reader, mut writer) = stream.split();
        let mut bytes = Vec::new();
        let dripping = async {
            loop {
                if writer.write_all(b"a").await.is_err() {
                    std::future::pending::<()>().await;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            _ = reader.read_to_end(&mut bytes) => {}
            () = dripping => {}
            () = tokio::time::sleep(Duration::from_secs(15)) => panic!("the server listens for ever"),
        }
        let reply = Reply::parse(&bytes);
        assert!([0, 408].contains(&reply.status), "{reply:?}");
    }
    submit(&desk, 2, "in a better way.pdf", &[]).await;
}

#[tokio::test]
async fn connections_that_send_nothing_give_way() {
    let desk = Desk::with(
        |settings| {
            settings.limits.connections = 40;
            settings.limits.connections_per_client = 20;
        },
        0,
    )
    .await;
    // An answer that is under way is not touched, whatever comes.
    let id = submit(&desk, 3, "a.pdf", &[]).await;
    let mut live = connect(&desk, 3).await;
    live.write_all(&desk.head("GET", &format!("/api/jobs/{id}/events"), &[], 0)).await.unwrap();
    let mut first = [0; 12];
    live.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // More half-open connections than there are places in all, from one address and from several.
    let mut half_open = Vec::new();
    for client in [2, 2, 2, 4, 5, 6] {
        for _ in 0..20 {
            let mut stream = connect(&desk, client).await;
            stream.write_all(b"GET / HTTP/1.1\r\nx: ").await.unwrap();
            half_open.push(stream);
        }
        let served = send(&desk, 9, &desk.head("GET", "/healthz", &[], 0)).await;
        assert_eq!(served.status, 200, "{served:?}");
    }
    // The oldest ones are closed, and the stream is not.
    let mut bytes = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(10), half_open[0].read_to_end(&mut bytes)).await;
    assert!(closed.is_ok(), "the oldest half-open connection is still there");
    desk.jobs.cancel(&id.parse().unwrap()).await.unwrap();
    let mut rest = String::new();
    tokio::time::timeout(Duration::from_secs(10), live.read_to_string(&mut rest)).await.unwrap().unwrap();
    assert!(rest.contains("event: end"), "{rest}");
}

#[tokio::test]
async fn a_client_that_uses_all_its_connections_is_told_so() {
    let desk = Desk::with(|settings| settings.limits.connections_per_client = 2, 0).await;
    let id = submit(&desk, 3, "a.pdf", &[]).await;
    let mut streams = Vec::new();
    for _ in 0..2 {
        let mut stream = connect(&desk, 2).await;
        stream.write_all(&desk.head("GET", &format!("/api/jobs/{id}/events"), &[], 0)).await.unwrap();
        stream.read_exact(&mut [0; 12]).await.unwrap();
        streams.push(stream);
    }
    let refused = read(&mut connect(&desk, 2).await).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "5"));
    assert_eq!(send(&desk, 3, &desk.head("GET", "/healthz", &[], 0)).await.status, 200);
}

#[tokio::test]
async fn event_streams_of_one_client_leave_some_to_others() {
    let desk = Desk::with(|settings| settings.limits.streams_per_client = 1, 0).await;
    let id = submit(&desk, 3, "a.pdf", &[]).await;
    let events = desk.head("GET", &format!("/api/jobs/{id}/events"), &[], 0);
    let mut first = connect(&desk, 2).await;
    first.write_all(&events).await.unwrap();
    first.read_exact(&mut [0; 12]).await.unwrap();
    assert_eq!(send(&desk, 2, &events).await.status, 429);
    let mut other = connect(&desk, 3).await;
    other.write_all(&events).await.unwrap();
    let mut start = [0; 12];
    other.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
}

#[tokio::test]
async fn an_upload_that_does_not_fit_is_refused_before_it_is_sent() {
    let desk = Desk::with(
        |settings| {
            settings.storage.bytes = Some(2_000_000);
            settings.storage.reserve = 0;
        },
        1000,
    )
    .await;
    let pdf = |bytes| [b"%PDF-1.7".to_vec(), vec![b'a'; bytes]].concat();
    let small = [("size", "180x320"), ("length", "15")];
    let first = desk.upload("a.pdf", &pdf(500_000), &small, &[]).await;
    assert_eq!(first.status, 202, "{first:?}");
    // The head alone, so that nothing is sent in vain.
    let refused = desk.send(&desk.head("POST", "/api/jobs", &[FORM], 700_000)).await;
    assert_eq!((refused.status, refused.code().as_str()), (507, "full"));
    assert!(refused.text().contains("stores at most"), "{}", refused.text());
    assert_eq!(desk.jobs.list(&Default::default()).await.unwrap().len(), 1);
    // Room that is made is found.
    let id = first.json()["job_id"].as_str().unwrap().to_owned();
    desk.wait_for(&id, "COMPLETED").await;
    assert_eq!(desk.ask("DELETE", &format!("/api/jobs/{id}"), &[]).await.status, 204);
    let until = tokio::time::Instant::now() + Duration::from_secs(10);
    while desk.upload("b.pdf", &pdf(500_000), &small, &[]).await.status != 202 {
        assert!(tokio::time::Instant::now() < until, "the room is not found");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let desk = Desk::with(|settings| settings.storage.reserve = u64::MAX, 0).await;
    let refused = desk.upload("a.pdf", b"%PDF-1.7", &[], &[]).await;
    assert_eq!((refused.status, refused.code().as_str()), (507, "full"));
    assert!(refused.text().contains("disk is nearly full"), "{}", refused.text());
}

#[tokio::test]
async fn a_video_that_is_too_large_is_refused() {
    let desk = Desk::with(|_| {}, 0).await;
    for (size, length, status) in [
        ("2160x3840", "180", 422),
        ("2160x3840", "61", 422),
        ("2160x3840", "60", 202),
        ("1080x1920", "180", 202),
    ] {
        let reply = upload(&desk, 2, "a.pdf", &[("size", size), ("length", length)]).await;
        assert_eq!(reply.status, status, "{size} {length}: {reply:?}");
        if status == 422 {
            assert_eq!(reply.code(), "video-too-large");
            assert!(reply.text().contains("at most those of 2160x3840x60"), "{}", reply.text());
        }
    }
}

#[tokio::test]
async fn clients_take_turns_and_see_where_they_stand() {
    let desk = Desk::with(|settings| settings.limits.video = VideoSize::new(2160, 3840, 180), 0).await;
    // Two parts of one job keep both workers busy.
    let running = submit(&desk, 8, "running.pdf", &[]).await;
    let is_busy = |job: &Value| {
        let stages = job["stages"].as_array().unwrap();
        stages.iter().filter(|task| task["status"] == "RUNNING" && task["stage"] == "audio").count() == 2
    };
    while !is_busy(&desk.get(&format!("/api/jobs/{running}")).await.json()) {
        desk.jobs.wait_for_work(Duration::from_millis(50)).await;
    }
    let large = submit(&desk, 2, "large.pdf", &[("size", "2160x3840"), ("length", "180")]).await;
    let mut many = Vec::new();
    for n in 0..4 {
        many.push(submit(&desk, 3, &format!("many {n}.pdf"), &[]).await);
    }
    let small = submit(&desk, 4, "small.pdf", &[("size", "540x960"), ("length", "30")]).await;
    // The queue is looked at every second.
    let until = tokio::time::Instant::now() + Duration::from_secs(20);
    let (mut jobs, mut positions): (Vec<Value>, Vec<Value>);
    loop {
        jobs = Vec::new();
        for id in [&small, &many[0], &many[1], &many[3], &large] {
            jobs.push(desk.get(&format!("/api/jobs/{id}")).await.json());
        }
        positions = jobs.iter().map(|job| job["queue_position"].clone()).collect();
        if positions == [json!(1), json!(2), json!(3), json!(5), json!(6)] {
            break;
        }
        assert!(tokio::time::Instant::now() < until, "{positions:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(jobs[0]["progress"]["doing"], "Waiting: next in the queue");
    assert_eq!(jobs[2]["progress"]["doing"], "Waiting: 3rd in the queue");
    let page = desk.get(&format!("/?job_id={}", many[1])).await.text();
    assert!(page.contains("3rd in the queue"), "{page}");
    desk.strings.gate.add_permits(1000);
    let done = desk.wait_for(&large, "COMPLETED").await;
    assert_eq!(done["queue_position"], Value::Null);
}

#[tokio::test]
async fn a_job_that_runs_again_stands_where_a_new_one_would_and_is_told_so() {
    let desk = Desk::with(|_| {}, 0).await;
    let mut again = Vec::new();
    for n in 0..2 {
        // Nothing else waits, so it has the best place that there is.
        let failed = submit(&desk, 2, &format!("locked {n}.pdf"), &[]).await;
        while desk.get(&format!("/api/jobs/{failed}")).await.json()["status"] != "FAILED" {
            desk.jobs.wait_for_work(Duration::from_millis(50)).await;
        }
        again.push(failed);
    }
    let running = submit(&desk, 8, "running.pdf", &[]).await;
    let is_busy = |job: &Value| {
        let stages = job["stages"].as_array().unwrap();
        stages.iter().filter(|task| task["status"] == "RUNNING" && task["stage"] == "audio").count() == 2
    };
    while !is_busy(&desk.get(&format!("/api/jobs/{running}")).await.json()) {
        desk.jobs.wait_for_work(Duration::from_millis(50)).await;
    }
    for n in 0..2 {
        submit(&desk, 2, &format!("waiting {n}.pdf"), &[]).await;
    }
    let retry = desk.head("POST", &format!("/api/jobs/{}/retry", again[0]), &[], 0);
    let retried = send(&desk, 2, &retry).await;
    assert_eq!((retried.status, &retried.json()["queue_position"]), (202, &json!(3)), "{}", retried.text());
    assert_eq!(retried.json()["progress"]["doing"], "Waiting: 3rd in the queue");
    // Agents are told the same.
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "retry_job", "arguments": { "job_id": again[1] } },
    });
    let accept = ("accept", "application/json, text/event-stream");
    let head =
        desk.head("POST", "/mcp", &[("content-type", "application/json"), accept], call.to_string().len());
    let told = send(&desk, 2, &[head, call.to_string().into_bytes()].concat()).await.text();
    assert!(told.contains("\"queue_position\":4"), "{told}");
    let cancelled = desk.ask("POST", &format!("/api/jobs/{}/cancel", again[0]), &[]).await.json();
    assert_eq!((&cancelled["status"], &cancelled["queue_position"]), (&json!("CANCELLED"), &Value::Null));
}

#[tokio::test]
async fn who_came_through_a_proxy_that_was_not_announced_is_no_operator() {
    let list = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"list_jobs\",\"arguments\":{}}}";
    for operators in
        [Operators::Everybody, Operators::Bearer(OperatorToken::new("open-sesame-open-sesame!").unwrap())]
    {
        let mut desk = Desk::with(|settings| settings.operators = operators.clone(), 0).await;
        let auth = ("authorization", "Bearer open-sesame-open-sesame!");
        let call =
            [("content-type", "application/json"), ("accept", "application/json, text/event-stream"), auth];
        for (header, status) in [
            ("x-requested-with", 200),
            ("x-forwarded-for", 401),
            ("x-forwarded-host", 401),
            ("x-forwarded-proto", 401),
            ("forwarded", 401),
            ("via", 401),
            ("x-real-ip", 401),
            ("cf-connecting-ip", 401),
            ("true-client-ip", 401),
        ] {
            let sign = (header, "192.0.2.1");
            assert_eq!(desk.ask("GET", "/api/jobs", &[auth, sign]).await.status, status, "{header}");
            let head = desk.head("POST", "/mcp", &[&call[..], &[sign]].concat(), list.len());
            let answer = desk.send(&[&head, list.as_bytes()].concat()).await;
            assert_eq!(answer.text().contains("operators-only"), status == 401, "{header}: {answer:?}");
        }
        desk.shutdown.cancel();
        desk = Desk::with(
            |settings| {
                settings.operators = operators;
                settings.proxies = 1;
            },
            0,
        )
        .await;
        assert_eq!(desk.ask("GET", "/api/jobs", &[auth, ("x-forwarded-for", "192.0.2.1")]).await.status, 200);
    }
}

#[tokio::test]
async fn a_job_that_another_version_planned_says_what_it_waits_for() {
    let desk = Desk::start().await;
    let stage = StagePlan { name: "opera".into(), needs: Vec::new(), fan: None };
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    let new = NewJob::new(
        "short",
        Plan::new(vec![stage]).unwrap(),
        JobInput::new(&SourcePdf { file_name: "paper.pdf".to_owned(), pdf }).unwrap(),
    )
    .with_options(json!({}))
    .with_max_attempts(3);
    let id = desk.jobs.create(new).await.unwrap().view.job.job_id;
    let job = loop {
        let job = desk.get(&format!("/api/jobs/{id}")).await.json();
        if job["waits_for"] != Value::Null {
            break job;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(job["status"], "PENDING");
    let doing = job["progress"]["doing"].as_str().unwrap();
    assert!(
        doing.starts_with("Waiting for a worker of another version") && doing.contains("`opera`"),
        "{doing}"
    );
    let page = desk.get(&format!("/?job_id={id}")).await.text();
    assert!(page.contains("Waiting for a worker of another version"), "{page}");
    let ordinary = desk.submit("ordinary.pdf").await;
    assert_eq!(desk.wait_for(&ordinary, "COMPLETED").await["waits_for"], Value::Null);
}

#[tokio::test]
async fn one_client_cannot_fill_the_queue() {
    let desk = Desk::with(|settings| settings.limits.active_jobs = 8, 0).await;
    for n in 0..6 {
        submit(&desk, 2, &format!("{n}.pdf"), &[]).await;
    }
    let refused = upload(&desk, 2, "more.pdf", &[]).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "60"));
    assert!(refused.text().contains("you have 6 jobs in the queue"), "{}", refused.text());
    submit(&desk, 3, "other.pdf", &[]).await;
    submit(&desk, 4, "another.pdf", &[]).await;
    let full = upload(&desk, 5, "late.pdf", &[]).await;
    assert!(full.status == 429 && full.text().contains("the queue is full"), "{}", full.text());
}
