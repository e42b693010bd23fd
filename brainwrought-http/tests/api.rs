//! The router, asked without a socket.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use brainwrought_core::data::BlobRef;
use brainwrought_core::id::{Digest, JobId, StageName};
use brainwrought_core::job::{JobInput, NewJob, Plan, StagePlan};
use brainwrought_core::job_store::JobStore;
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_http::app;
use serde_json::{Value, json};
use tower::ServiceExt as _;

async fn ask(app: &Router, method: &str, path: &str) -> (StatusCode, Value) {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap())
}

async fn create(store: &MemoryJobStore, file_name: &str) -> JobId {
    let stage = StagePlan { name: StageName("parse".to_owned()), needs: Vec::new(), fan: None };
    let pdf = BlobRef { digest: Digest::of(b"%PDF-"), bytes: 5, media_type: "application/pdf".to_owned() };
    let new = NewJob {
        pipeline: "short".to_owned(),
        plan: Plan::new(vec![stage]).unwrap(),
        input: JobInput { file_name: file_name.to_owned(), pdf },
        options: json!({}),
        priority: 0,
        max_attempts: 3,
        idempotency_key: None,
    };
    store.create(new).await.unwrap().view.job.job_id
}

#[tokio::test]
async fn a_store_that_can_be_read_is_healthy() {
    let app = app(Arc::new(MemoryJobStore::default()));
    assert_eq!(ask(&app, "GET", "/healthz").await, (StatusCode::OK, json!({ "status": "ok" })));
}

#[tokio::test]
async fn a_list_is_short_and_can_be_paged() {
    let store = Arc::new(MemoryJobStore::default());
    for name in ["a.pdf", "b.pdf", "c.pdf"] {
        create(&store, name).await;
    }
    let app = app(store);

    let (status, body) = ask(&app, "GET", "/api/jobs").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["jobs"].as_array().unwrap().len(), 3);
    assert_eq!(body["jobs"][0]["status"], "PENDING");
    assert_eq!(body["jobs"][0]["tasks"], json!({ "done": 0, "total": 1 }));
    assert!(body["jobs"][0].get("logs").is_none());

    let (_, page) = ask(&app, "GET", "/api/jobs?limit=1&offset=1").await;
    assert_eq!(page["jobs"].as_array().unwrap().len(), 1);
    assert_eq!(page["jobs"][0], body["jobs"][1]);

    let (_, none) = ask(&app, "GET", "/api/jobs?status=FAILED").await;
    assert_eq!(none, json!({ "jobs": [] }));
}

#[tokio::test]
async fn a_job_is_shown_as_it_is_stored_with_its_status() {
    let store = Arc::new(MemoryJobStore::default());
    let id = create(&store, "paper.pdf").await;
    let stored = serde_json::to_value(store.get(&id).await.unwrap().job).unwrap();
    let (status, mut body) = ask(&app(store), "GET", &format!("/api/jobs/{id}")).await;
    assert_eq!(status, StatusCode::OK);
    let shown = body.as_object_mut().unwrap();
    assert_eq!(shown.remove("status"), Some(json!("PENDING")));
    assert_eq!(shown.remove("error"), Some(Value::Null));
    assert_eq!(body, stored);
}

#[tokio::test]
async fn errors_have_a_code_and_a_status() {
    let app = app(Arc::new(MemoryJobStore::default()));
    let unknown = JobId::from_bytes([7; 16]);
    for (method, path, status, code) in [
        ("GET", format!("/api/jobs/{unknown}"), StatusCode::NOT_FOUND, "no-such-job"),
        ("GET", "/api/jobs/..%2F..%2Fetc%2Fpasswd".to_owned(), StatusCode::NOT_FOUND, "no-such-job"),
        ("GET", "/nothing".to_owned(), StatusCode::NOT_FOUND, "no-such-page"),
        ("POST", "/api/jobs".to_owned(), StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
        ("GET", "/api/jobs?limit=-1".to_owned(), StatusCode::BAD_REQUEST, "wrong-query"),
    ] {
        let (got, body) = ask(&app, method, &path).await;
        assert_eq!((got, &body["error"]["code"]), (status, &json!(code)), "{method} {path}");
        assert!(!body["error"]["message"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_router_can_be_mounted_below_another() {
    let outer = Router::new().nest("/video", app(Arc::new(MemoryJobStore::default())));
    assert_eq!(ask(&outer, "GET", "/video/healthz").await.0, StatusCode::OK);
}
