//! How a client behaves with servers that fail, with keys, with money, and with the network off.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::budget::{Budget, BudgetError, Charge, Cost};
use brainwrought_core::id::{JobId, StageName, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::StageContext;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::scripted_server::{Act, ScriptedServer, json as answer};
use super::*;

/// A budget that writes down what happens to it.
#[derive(Debug, Default)]
struct WatchedPurse {
    limit: Option<Cost>,
    books: Mutex<Books>,
}

#[derive(Debug, Default, Clone, PartialEq)]
struct Books {
    aside: Cost,
    spent: Cost,
    asked: u32,
}

#[async_trait]
impl Budget for WatchedPurse {
    async fn reserve(&self, charge: &Charge) -> Result<(), BudgetError> {
        let mut books = self.books.lock().unwrap();
        let spent = books.spent + books.aside;
        if let Some(limit) = self.limit
            && spent + charge.most > limit
        {
            return Err(BudgetError::Exhausted {
                provider: charge.provider.clone(),
                most: charge.most,
                spent,
                limit,
            });
        }
        books.aside += charge.most;
        books.asked += 1;
        Ok(())
    }

    async fn settle(&self, charge: &Charge, cost: Cost) -> Result<(), BudgetError> {
        let mut books = self.books.lock().unwrap();
        books.aside = books.aside.less(charge.most);
        books.spent += cost;
        Ok(())
    }

    async fn is_limited(&self) -> Result<bool, BudgetError> {
        Ok(self.limit.is_some())
    }
}

fn context(budget: &Arc<WatchedPurse>) -> StageContext {
    let key = TaskKey { stage: StageName("script".to_owned()), segment: None };
    let artifacts = Arc::new(MemoryArtifactStore::default());
    StageContext::new(JobId::random().unwrap(), key, artifacts, PathBuf::new(), CancellationToken::new())
        .with_budget(Arc::clone(budget) as Arc<dyn Budget>)
}

fn settings(base: &str) -> ClientSettings {
    let mut settings = ClientSettings::new("openai", base);
    settings.key = Secret::new("sk-hush-0123456789");
    settings.initial_backoff = Duration::from_millis(1);
    settings.retries = 2;
    settings
}

const PAID: Bill = Bill::AtMost(Cost(100));

/// Asks once for JSON; the call costs 7 of at most 100.
async fn ask(client: &ProviderClient, cx: &StageContext) -> Result<Value, ProviderError> {
    let request = Request::post("chat/completions", &json!({ "a": 1 }), "test").billed("gpt", PAID);
    client.call(cx, &request, |reply| Ok((reply.json()?, Cost(7)))).await
}

/// Runs a script against a client and returns the end, the books and the requests.
async fn play(script: Vec<Act>) -> (Result<Value, ProviderError>, Books, Vec<String>, StageContext) {
    let server = ScriptedServer::start(script).await;
    let budget = Arc::new(WatchedPurse::default());
    let cx = context(&budget);
    let mut settings = settings(&format!("{}/v1/", server.url));
    settings.read_timeout = Duration::from_millis(100);
    let end = ask(&ProviderClient::new(settings).unwrap(), &cx).await;
    let books = budget.books.lock().unwrap().clone();
    (end, books, server.requests(), cx)
}

fn ok() -> Act {
    answer(200, &json!({ "ok": true }))
}

#[tokio::test]
async fn a_call_carries_the_key_is_paid_and_is_noted() {
    let (end, books, requests, cx) = play(vec![ok()]).await;
    assert_eq!(end.unwrap(), json!({ "ok": true }));
    assert_eq!(books, Books { aside: Cost::FREE, spent: Cost(7), asked: 1 });
    assert!(requests[0].starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{}", requests[0]);
    assert!(requests[0].contains("authorization: Bearer sk-hush-0123456789\r\n"));
    let calls = cx.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!((calls[0].provider.as_str(), calls[0].purpose.as_str()), ("openai/gpt", "test"));
    assert!(calls[0].host.starts_with("127.0.0.1:"));
    assert_eq!((calls[0].sent_bytes, calls[0].received_bytes, calls[0].cost), (7, 11, Cost(7)));
}

#[tokio::test]
async fn a_transient_failure_is_tried_again() {
    let busy = Act::Answer(429, "retry-after: 0\r\n", String::new());
    let (end, books, requests, cx) = play(vec![busy, answer(503, &json!({})), ok()]).await;
    assert!(end.is_ok());
    // What was refused did cost nothing.
    assert_eq!((books.aside, books.spent, books.asked), (Cost::FREE, Cost(7), 3));
    assert_eq!(requests.len(), 3);
    assert_eq!(cx.calls().len(), 1);
    assert_eq!(cx.calls()[0].sent_bytes, 21);
}

#[tokio::test]
async fn tries_come_to_an_end() {
    let fails = || answer(500, &json!({ "error": { "message": "oops" } }));
    let (end, _, requests, _) = play(vec![fails(), fails(), fails(), ok()]).await;
    let error = end.unwrap_err();
    assert!(matches!(error, ProviderError::Server { status: 500, .. }));
    assert!(error.to_string().ends_with("failed (500): oops; try again later"), "{error}");
    assert_eq!(requests.len(), 3);
}

#[tokio::test]
async fn a_permanent_failure_is_not_tried_again() {
    let said = json!({ "error": { "message": "bad key sk-hush-0123456789" } });
    let (end, books, requests, _) = play(vec![answer(401, &said), ok()]).await;
    let error = end.unwrap_err();
    assert!(
        matches!(error, ProviderError::BadKey { status: 401, .. }) && !error.to_string().contains("hush")
    );
    assert_eq!((requests.len(), books.spent, books.aside), (1, Cost::FREE, Cost::FREE));
    let (end, ..) = play(vec![answer(402, &json!({}))]).await;
    assert!(matches!(end, Err(ProviderError::Unpaid { status: 402, .. })));
    let (end, ..) = play(vec![answer(404, &json!({ "message": "no such model" }))]).await;
    assert!(end.unwrap_err().to_string().ends_with("refused the request (404): no such model"));
    let page = Act::Answer(200, "content-type: text/html\r\n", "<html>".to_owned());
    let (end, ..) = play(vec![page]).await;
    assert!(matches!(end, Err(ProviderError::WrongContentType { found, .. }) if found == "text/html"));
}

#[tokio::test]
async fn a_long_wait_is_told_and_not_waited_for() {
    let (end, _, requests, _) = play(vec![Act::Answer(429, "retry-after: 3600\r\n", String::new())]).await;
    let wait = Some(Duration::from_secs(3600));
    assert!(matches!(end, Err(ProviderError::RateLimited { wait: told, .. }) if told == wait));
    assert_eq!(requests.len(), 1);
}

#[tokio::test]
async fn of_what_ended_in_the_middle_nobody_knows_the_cost() {
    const JSON: &str = "content-type: application/json\r\n";
    for unclear in [Act::Cut(JSON, "{\"ok\"".to_owned()), Act::Stall(JSON, "{".to_owned()), Act::Silence] {
        let (end, books, _, cx) = play(vec![unclear, ok()]).await;
        assert!(end.is_ok());
        assert_eq!(books, Books { aside: Cost(100), spent: Cost(7), asked: 2 });
        assert_eq!(cx.calls()[0].cost, Cost(107));
    }
    let (end, books, ..) = play(vec![Act::Silence, Act::Silence, Act::Silence]).await;
    assert!(matches!(end, Err(ProviderError::Timeout { .. })));
    // Once more is enough: each time may cost.
    assert_eq!(books.aside, Cost(200));
    let (end, ..) = play(vec![Act::HangUp, Act::HangUp, Act::HangUp]).await;
    assert!(matches!(end, Err(ProviderError::Cut { .. })));
    let garbled = || Act::Answer(200, JSON, "{]".to_owned());
    let (end, _, requests, _) = play(vec![garbled(), garbled(), garbled()]).await;
    assert!(matches!(end, Err(ProviderError::BadReply { .. })));
    assert_eq!(requests.len(), 2);
    let (end, books, ..) = play(vec![answer(504, &json!({})), answer(500, &json!({})), ok()]).await;
    assert!(end.is_ok());
    assert_eq!(books, Books { aside: Cost(100), spent: Cost(7), asked: 3 });
}

#[tokio::test]
async fn a_server_that_is_not_there_costs_nothing() {
    // Bound and let go, so nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let budget = Arc::new(WatchedPurse::default());
    let cx = context(&budget);
    let client = ProviderClient::new(settings(&format!("http://{free}"))).unwrap();
    let error = ask(&client, &cx).await.unwrap_err();
    assert!(matches!(error, ProviderError::Unreachable { .. }), "{error}");
    assert_eq!(*budget.books.lock().unwrap(), Books { asked: 3, ..Books::default() });
    assert_eq!((cx.calls()[0].sent_bytes, cx.calls()[0].cost), (0, Cost::FREE));
}

#[tokio::test]
async fn an_empty_purse_sends_nothing() {
    let server = ScriptedServer::start(vec![ok()]).await;
    let budget = Arc::new(WatchedPurse { limit: Some(Cost(99)), ..WatchedPurse::default() });
    let cx = context(&budget);
    let client = ProviderClient::new(settings(&server.url)).unwrap();
    let end = ask(&client, &cx).await;
    assert!(matches!(end, Err(ProviderError::StageBudget(BudgetError::Exhausted { .. }))));
    let request = Request::get("x", "test").billed("new", Bill::Unknown);
    let end = client.call(&cx, &request, |_| Ok(((), Cost::FREE))).await;
    assert!(matches!(end, Err(ProviderError::StageBudget(BudgetError::Unpriced { .. }))));
    assert!(server.requests().is_empty() && cx.calls().is_empty());
    // Without a limit, a price that nobody knows is no reason not to call.
    let free = context(&Arc::default());
    assert!(client.call(&free, &request, |_| Ok(((), Cost::FREE))).await.is_ok());
}

#[tokio::test]
async fn with_the_network_off_nothing_is_connected() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(&format!("http://{}", listener.local_addr().unwrap()));
    settings.network = Network::Off;
    let budget = Arc::new(WatchedPurse::default());
    let cx = context(&budget);
    let client = ProviderClient::new(settings).unwrap();
    assert!(matches!(ask(&client, &cx).await, Err(ProviderError::Offline { .. })));
    // A connection would be waiting by now.
    let waiting = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    assert!(waiting.is_err());
    assert_eq!(*budget.books.lock().unwrap(), Books::default());
    assert!(cx.calls().is_empty());
    let offline = ProviderSettings { network: Network::Off, ..ProviderSettings::default() };
    for service in &SERVICES {
        assert!(
            matches!(ProviderClient::for_service(&offline, service), Err(ProviderError::Offline { .. })),
            "{}",
            service.name
        );
    }
    let server = ProviderClient::for_server(&offline, "mine", "mine", "http://localhost:8080/v1");
    assert!(matches!(server, Err(ProviderError::Offline { .. })));
}

#[tokio::test]
async fn a_call_stops_when_it_is_told_to() {
    let server = ScriptedServer::start(vec![Act::Silence]).await;
    let budget = Arc::new(WatchedPurse::default());
    let cx = context(&budget);
    let client = ProviderClient::new(settings(&server.url)).unwrap();
    let stop = async {
        while server.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        cx.cancellation().cancel();
    };
    let (end, ()) = tokio::join!(ask(&client, &cx), stop);
    assert!(matches!(end, Err(ProviderError::Cancelled { .. })));
    assert_eq!(budget.books.lock().unwrap().aside, Cost(100));
    assert!(matches!(ask(&client, &cx).await, Err(ProviderError::Cancelled { .. })));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_reply_has_a_largest_size() {
    let server = ScriptedServer::start(vec![ok(), ok()]).await;
    let cx = context(&Arc::default());
    let client = ProviderClient::new(settings(&server.url)).unwrap();
    let request = Request::get("x", "test").with_most_bytes(10);
    let end = client.call(&cx, &request, |_| Ok(((), Cost::FREE))).await;
    assert!(matches!(end, Err(ProviderError::TooLarge { limit: 10, .. })));
    let request = request.with_most_bytes(11);
    assert!(client.call(&cx, &request, |_| Ok(((), Cost::FREE))).await.is_ok());
}

#[tokio::test]
async fn a_key_stays_with_its_provider() {
    let other = ScriptedServer::start(vec![Act::Answer(200, "", "x".to_owned())]).await;
    let to = format!("location: {}/file\r\n", other.url);
    // The server lives as long as the test program, and so may its headers.
    let moved = Act::Answer(302, to.leak(), String::new());
    let server = ScriptedServer::start(vec![moved]).await;
    let cx = context(&Arc::default());
    let client = ProviderClient::new(settings(&server.url)).unwrap();
    let request = Request::download(&format!("{}/made", server.url), "test");
    for inside in ["https://127.0.0.1/", "https://localhost/", "https://[::1]/", "file:///etc/passwd"] {
        let request = Request::download(inside, "test");
        let end = client.call(&cx, &request, |_| Ok(((), Cost::FREE))).await;
        assert!(matches!(end, Err(ProviderError::BadReply { .. })), "{inside}");
    }
    let end = client.call(&cx, &request, |reply| Ok((reply.bytes.len(), Cost::FREE))).await;
    // The other address has no https, so nobody goes there.
    assert!(matches!(end, Err(ProviderError::BadReply { .. })));
    assert!(server.requests()[0].contains("sk-hush") && other.requests().is_empty());
    let within = Act::Answer(302, "location: /file\r\n", String::new());
    let server = ScriptedServer::start(vec![within, Act::Answer(200, "", "x".to_owned())]).await;
    let client = ProviderClient::new(settings(&server.url)).unwrap();
    let request = Request::download(&format!("{}/made", server.url), "test");
    assert_eq!(client.call(&cx, &request, |reply| Ok((reply.bytes.len(), Cost::FREE))).await.unwrap(), 1);
    assert!(server.requests()[1].starts_with("GET /file "));
}

#[test]
fn wrong_settings_are_refused_and_no_key_is_shown() {
    for wrong in ["", "nothing", "ftp://host", "http://api.openai.com/v1", "https://me:pass@host/"] {
        let end = ProviderClient::new(settings(wrong));
        assert!(matches!(end, Err(ProviderError::Misconfigured { .. })), "{wrong}");
    }
    let client = ProviderClient::new(settings("https://host/v1")).unwrap();
    assert!(!format!("{client:?}").contains("hush"));
    let mut providers = ProviderSettings::default();
    let openai = Service::named("openai").unwrap();
    let error = ProviderClient::for_service(&providers, openai).unwrap_err().to_string();
    assert!(error.contains("OPENAI_API_KEY"), "{error}");
    providers.keys.insert("openai".to_owned(), Secret::new("sk-hush-0123456789").unwrap());
    assert!(ProviderClient::for_service(&providers, openai).is_ok());
    assert!(!format!("{providers:?}").contains("hush"));
}

#[tokio::test]
async fn a_path_cannot_lead_out_of_the_base() {
    let server = ScriptedServer::start(vec![ok()]).await;
    let client = ProviderClient::new(settings(&format!("{}/v1", server.url))).unwrap();
    let request = Request::get("models/../../x?y=#z", "test").with_query("q", "a b&c");
    let cx = context(&Arc::default());
    client.call(&cx, &request, |_| Ok(((), Cost::FREE))).await.unwrap();
    assert!(
        server.requests()[0].starts_with("GET /v1/models/x%3Fy=%23z?q=a+b%26c HTTP"),
        "{:?}",
        server.requests()
    );
}
