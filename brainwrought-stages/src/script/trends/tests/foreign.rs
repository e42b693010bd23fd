//! Sources that are asked of servers of other people.

use serde_json::json;

use super::*;
use crate::provider::ProviderClient;
use crate::provider::Request;
use crate::provider::peer::{Peer, interpreter, reference_script};

const SERVER: &str = include_str!("trend_server.py");

#[tokio::test(flavor = "multi_thread")]
async fn a_search_is_what_tavilys_own_client_would_send_and_a_strangers_server_answers() {
    let reference = Peer::start_reference(SERVER, "aimock");
    let mut known = settings(&reference.url);
    known.timeouts = Timeouts::default();
    let cx = context();
    let found = found_with(&TrendChoice::Tavily, &known, None, &cx).await;
    // What it quotes counts, but not where it speaks to a model; a page that quotes nothing is told by its title.
    assert_eq!(phrases(&found), ["clock it", "What is six seven"], "{found:?}");
    assert_eq!(found.trends[0].source, "words.example");

    known.keys.insert(TrendChoice::SERVER_KEY.to_owned(), Secret::new("mcp-hush").unwrap());
    let server: TrendChoice = format!("{}/mcp", reference.url).parse().unwrap();
    let found = found_with(&server, &known, None, &cx).await;
    assert_eq!((phrases(&found), &found.warning), (vec!["clock it", "queues core"], &None));

    let client = ProviderClient::for_server(&known, "reference", "reference", &reference.url).unwrap();
    let request = Request::get("verdict", "test");
    let verdict: Value =
        client.call(&context(), &request, |reply| Ok((reply.json()?, Default::default()))).await.unwrap();
    assert_eq!((&verdict["requests"], &verdict["faults"]), (&json!(1), &json!([])), "{verdict:#}");
    let keys = verdict["keys"].as_array().unwrap();
    assert!(keys.len() >= 4 && keys.iter().all(|key| key == "Bearer mcp-hush"), "{verdict:#}");
    let calls = cx.calls();
    assert_eq!((calls.len(), calls[1].provider.as_str(), &calls[1].host), (2, "mcp", &calls[0].host));
    assert!(calls[1].sent_bytes > 300 && calls[1].received_bytes > 300, "{calls:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_server_is_asked_over_http_and_over_pipes() {
    let reference = Peer::start_reference(SERVER, "mcp");
    let known = ProviderSettings::default();
    let at = |tool: &str| format!("{}/mcp#{tool}", reference.url).parse::<TrendChoice>().unwrap();
    let first = found(&at("trends"), &known).await;
    assert_eq!((phrases(&first)[0], first.warning.as_deref()), ("very queues", None));
    gave_way(&found(&at("broken"), &known).await, "failed: Error executing tool broken");
    gave_way(&found(&at("nothing"), &known).await, "there is no `nothing`; it offers trends, broken, late");
    let source = at("late").open(&known, None).unwrap();
    let limit = Duration::from_millis(300);
    gave_way(&within(limit, source.as_ref(), &topic(), &context()).await.unwrap(), "did not answer within");

    // In a folder of its own: Python takes modules from where a script lies.
    let (python, folder) = (interpreter(), tempfile::tempdir().unwrap());
    let script = folder.path().join("server.py");
    std::fs::write(&script, reference_script(SERVER)).unwrap();
    let line = format!("mcp:$HUSH '{}' '{}' stdio x x #trends", python.display(), script.display());
    let choice: TrendChoice = line.parse().unwrap();
    let allowed = TrendCommand::allow(&choice, |_| Some("hush".to_owned()));
    let cx = context();
    let found = found_with(&choice, &known, allowed.as_ref(), &cx).await;
    assert_eq!((phrases(&found), &found.warning), (vec!["very queues", "seen"], &None));
    // It saw the variable that was named, and the manifest tells that it was asked.
    assert_eq!(found.trends[1].meaning, "HUSH");
    assert!(cx.calls()[0].host.starts_with("program python"), "{:?}", cx.calls());
}
