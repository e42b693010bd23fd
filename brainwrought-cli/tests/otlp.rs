//! Spans reach a collector that reads them with the official classes of OpenTelemetry.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use brainwrought_core::id::JobId;
use brainwrought_testing::PythonPeer;
use serde_json::Value;

/// Keeps what is sent to it, and shows it as JSON to whoever asks.
const COLLECTOR: &str = "
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest, ExportTraceServiceResponse)
received = []
class Collector(BaseHTTPRequestHandler):
    def answer(self, kind, body):
        self.send_response(200)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        request = MessageToDict(ExportTraceServiceRequest.FromString(body))
        received.append({'path': self.path, 'type': self.headers['Content-Type'], 'request': request})
        self.answer('application/x-protobuf', ExportTraceServiceResponse().SerializeToString())
    def do_GET(self):
        self.answer('application/json', json.dumps(received).encode())
    def log_message(self, *args):
        pass
server = ThreadingHTTPServer(('127.0.0.1', 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
print('127.0.0.1:%d' % server.server_port, flush=True)
sys.stdin.read()
";

/// What the collector has received.
fn received(address: &str) -> Vec<Value> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// The value of an attribute, whatever its kind.
fn attribute(of: &Value, name: &str) -> Option<String> {
    let attributes = of["attributes"].as_array()?;
    let found = attributes.iter().find(|attribute| attribute["key"] == name)?;
    let value = found["value"].as_object()?.values().next()?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[test]
fn spans_of_job_stage_and_attempt_reach_a_collector_with_their_attributes() {
    let collector = PythonPeer::start(COLLECTOR);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.pdf"), "%PDF-1.7 and nothing more").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_brainwrought"));
    for name in ["BRAINWROUGHT_STORE", "BRAINWROUGHT_CONFIG", "DATABASE_URL", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.args(["make", "broken.pdf"]).current_dir(folder.path()).stdin(Stdio::null());
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{}", collector.greeting));
    // The job fails at its first stage, and the command ends when it has sent what is left.
    let made = command.output().unwrap();
    assert_eq!(made.status.code(), Some(1), "{made:?}");

    let received = received(&collector.greeting);
    assert!(!received.is_empty(), "nothing was sent: {made:?}");
    let mut spans = Vec::new();
    for post in &received {
        assert_eq!((&post["path"], &post["type"]), (&"/v1/traces".into(), &"application/x-protobuf".into()));
        for resource in post["request"]["resourceSpans"].as_array().unwrap() {
            assert_eq!(
                attribute(&resource["resource"], "service.name").as_deref(),
                Some("brainwrought"),
                "{resource}"
            );
            for scope in resource["scopeSpans"].as_array().unwrap() {
                spans.extend(scope["spans"].as_array().unwrap().clone());
            }
        }
    }
    let of = |name: &str| {
        let found: Vec<&Value> = spans.iter().filter(|span| span["name"] == name).collect();
        assert_eq!(found.len(), 1, "spans named {name} among {spans:#?}");
        found[0]
    };
    let (job, stage, attempt) = (of("job"), of("stage"), of("attempt"));
    assert!(job["parentSpanId"].is_null(), "{job}");
    for (child, parent) in [(stage, job), (attempt, stage)] {
        assert_eq!(child["parentSpanId"], parent["spanId"]);
        assert_eq!(child["traceId"], parent["traceId"]);
    }
    let time = |span: &Value, end: &str| span[end].as_str().unwrap().parse::<u64>().unwrap();
    assert!(time(attempt, "endTimeUnixNano") > time(attempt, "startTimeUnixNano"));
    assert!(attribute(job, "job").unwrap().parse::<JobId>().is_ok(), "{job}");
    assert!(attribute(job, "pipeline").is_some(), "{job}");
    assert_eq!(attribute(stage, "stage").as_deref(), Some("parse"));
    assert_eq!(attribute(attempt, "attempt").as_deref(), Some("1"));
    assert_eq!(attribute(attempt, "token").as_deref(), Some("1"));
    // What was logged meanwhile stands in the span as an event.
    let events = attempt["events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["name"] == "an attempt failed"), "{attempt}");
}
