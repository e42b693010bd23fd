//! Event streams: live, and taken up again.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpStream;

use crate::desk::Desk;

#[derive(Debug, Default, Clone)]
struct Event {
    name: String,
    id: String,
    data: Value,
}

struct Stream {
    lines: Lines<BufReader<TcpStream>>,
}

impl Stream {
    async fn open(desk: &Desk, id: &str, last: Option<&str>) -> Self {
        let mut socket = TcpStream::connect(desk.address).await.unwrap();
        let headers: Vec<(&str, &str)> = last.map(|last| ("last-event-id", last)).into_iter().collect();
        socket.write_all(&desk.head("GET", &format!("/api/jobs/{id}/events"), &headers, 0)).await.unwrap();
        let mut stream = Self { lines: BufReader::new(socket).lines() };
        assert!(stream.line().await.unwrap().contains("200"));
        stream
    }

    async fn line(&mut self) -> Option<String> {
        let line = tokio::time::timeout(Duration::from_secs(10), self.lines.next_line()).await;
        line.expect("the stream stands still").unwrap()
    }

    /// The next event; what belongs to the transfer rather than to the stream is passed over.
    async fn next(&mut self) -> Option<Event> {
        let mut event = Event::default();
        loop {
            let line = self.line().await?;
            if let Some(name) = line.strip_prefix("event: ") {
                event.name = name.to_owned();
            } else if let Some(id) = line.strip_prefix("id: ") {
                event.id = id.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                event.data = serde_json::from_str(data).unwrap();
            } else if line.is_empty() && !event.name.is_empty() {
                return Some(event);
            }
        }
    }

    async fn rest(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

fn lines(events: &[Event]) -> Vec<String> {
    let logs = events.iter().filter(|event| event.name == "log");
    logs.map(|event| event.data["message"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_stream_follows_a_job_to_its_end() {
    let desk = Desk::with(|_| {}, 0).await;
    let id = desk.submit("paper.pdf").await;
    let mut stream = Stream::open(&desk, &id, None).await;
    let first = stream.next().await.unwrap();
    assert!(["job", "log"].contains(&first.name.as_str()), "{first:?}");
    desk.strings.gate.add_permits(1000);
    let events = stream.rest().await;
    let last = events.last().unwrap();
    assert_eq!((last.name.as_str(), &last.data["status"]), ("end", &Value::from("COMPLETED")));
    let job = events.iter().rfind(|event| event.name == "job").unwrap();
    assert_eq!(job.data["progress"]["share"], 1.0);
    assert!(job.data["links"]["video.mp4"].is_string());
    let told = Stream::open(&desk, &id, None).await.rest().await;
    assert_eq!(lines(&told), ["read [path]", "wrote three lines"]);
}

#[tokio::test]
async fn a_stream_goes_on_where_it_was_lost() {
    let desk = Desk::start().await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    let whole = Stream::open(&desk, &id, None).await.rest().await;
    for (place, event) in whole.iter().enumerate() {
        let all_seen =
            desk.ask("GET", &format!("/api/jobs/{id}/events"), &[("last-event-id", &event.id)]).await;
        if event.name == "log" {
            assert_eq!(all_seen.status, 200);
            let rest = Stream::open(&desk, &id, Some(&event.id)).await.rest().await;
            assert_eq!(lines(&rest), lines(&whole[place + 1..]), "after {event:?}");
        } else {
            assert_eq!(all_seen.status, 204, "nothing more comes after {event:?}");
        }
    }
    let odd = Stream::open(&desk, &id, Some("what?")).await.rest().await;
    assert_eq!(lines(&odd), lines(&whole));
}

#[tokio::test]
async fn a_stream_tells_that_its_job_is_gone_and_ends_with_the_server() {
    let desk = Desk::with(|_| {}, 0).await;
    let (one, two) = (desk.submit("one.pdf").await, desk.submit("two.pdf").await);
    let mut stream = Stream::open(&desk, &one, None).await;
    let mut other = Stream::open(&desk, &two, None).await;
    stream.next().await.unwrap();
    desk.ask("POST", &format!("/api/jobs/{one}/cancel"), &[]).await;
    assert_eq!(stream.rest().await.last().unwrap().name, "end");
    desk.shutdown.cancel();
    assert!(other.rest().await.iter().all(|event| event.name != "end"));
}

#[tokio::test]
async fn streams_are_counted() {
    let desk = Desk::with(|settings| settings.limits.streams = 1, 0).await;
    let id = desk.submit("paper.pdf").await;
    let open = Stream::open(&desk, &id, None).await;
    let refused = desk.get(&format!("/api/jobs/{id}/events")).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "5"));
    drop(open);
}

#[tokio::test]
async fn many_who_upload_and_watch_at_once_lose_nothing() {
    let desk = Desk::with(
        |settings| {
            settings.operators = brainwrought_http::Operators::Everybody;
            settings.limits.uploads_per_client = 40;
        },
        0,
    )
    .await;
    let id = desk.submit("watched.pdf").await;
    let open = (0..60).map(|_| Stream::open(&desk, &id, None));
    let mut streams = futures::future::join_all(open).await;
    let pdfs: Vec<Vec<u8>> = (0..40u8).map(|n| [b"%PDF-1.7 ".to_vec(), vec![n; 300_000]].concat()).collect();
    let uploads = pdfs.iter().map(|pdf| desk.upload("paper.pdf", pdf, &[], &[]));
    let replies = futures::future::join_all(uploads).await;
    let listed = desk.get("/api/jobs?limit=100").await.json();
    let listed: Vec<&str> =
        listed["jobs"].as_array().unwrap().iter().map(|job| job["job_id"].as_str().unwrap()).collect();
    assert_eq!(listed.len(), 41);
    for (reply, pdf) in replies.iter().zip(&pdfs) {
        assert_eq!(reply.status, 202, "{reply:?}");
        let job = reply.json()["job_id"].as_str().unwrap().to_owned();
        assert!(listed.contains(&job.as_str()));
        assert!(desk.get(&format!("/jobs/{job}/input.pdf")).await.body == *pdf);
    }
    desk.strings.gate.add_permits(1000);
    let ends = futures::future::join_all(streams.iter_mut().map(Stream::rest)).await;
    assert!(ends.iter().all(|events| events.last().is_some_and(|event| event.name == "end")));
}
