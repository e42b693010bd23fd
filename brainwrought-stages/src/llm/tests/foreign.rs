//! The clients with servers of other people, and what they say with what the providers publish.

use std::sync::Arc;

use brainwrought_core::budget::Cost;
use brainwrought_testing::LLAMA;
use serde_json::{Value, json};

use super::{Topic, context, prompt, topic};
use crate::llm::{Finish, LanguageModel, LlmChoice, LlmError, Message, Prompt, ask};
use crate::provider::peer::Peer;
use crate::provider::{ProviderClient, ProviderError, ProviderSettings, Request, Secret, Timeouts};

const LLMOCK: &str = r#"
import sys
from llmock.simulation import MockResponseSettings
from llmock.testing import LLMockServer
server = LLMockServer(responses=MockResponseSettings(response_style="hello")).start()
print(server.url, flush=True)
sys.stdin.read()
"#;

/// The hosted providers, with a model each, and where their own tools expect them under a base.
const HOSTED: [(&str, &str, &str); 3] = [
    ("openai", "gpt-4.1-mini", "/v1"),
    ("gemini", "gemini-2.5-flash", ""),
    ("anthropic", "claude-haiku-4-5", ""),
];

fn settings(timeouts: Timeouts) -> ProviderSettings {
    let mut settings = ProviderSettings { timeouts, ..ProviderSettings::default() };
    for (provider, ..) in HOSTED {
        settings.keys.insert(provider.to_owned(), Secret::new("sk-hush-0123456789").unwrap());
    }
    settings
}

fn open(provider: &str, model: &str, base: String, timeouts: Timeouts) -> Arc<dyn LanguageModel> {
    let mut settings = settings(timeouts);
    settings.bases.insert(provider.to_owned(), base);
    format!("{provider}:{model}").parse::<LlmChoice>().unwrap().open(&settings).unwrap()
}

async fn fetch(url: &str, request: &Request) -> Value {
    let client: ProviderClient =
        ProviderClient::for_server(&settings(Timeouts::default()), "peer", "peer", url).unwrap();
    client.call(&context(), request, |reply| Ok((reply.json()?, Cost::FREE))).await.unwrap()
}

fn server_script() -> String {
    format!("{LLAMA}{}", include_str!("model_server.py"))
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_replies_follow_the_published_apis() {
    let reference = Peer::start_reference(&server_script(), "aimock");
    for (provider, model, path) in HOSTED {
        let conversation = Prompt {
            messages: vec![
                Message::user("Hello."),
                Message::assistant("Hello!"),
                Message::user("Say something else"),
            ],
            ..prompt()
        };
        let model_at = |base: String| open(provider, model, base, Timeouts::default());
        let plain = model_at(format!("{}{path}", reference.url));
        let completion = plain.complete(&conversation, &context()).await.unwrap();
        assert_eq!((completion.text.as_str(), completion.finish), ("Something else.", Finish::Stop));
        // The first answer is no JSON, the repaired one is.
        assert_eq!(ask::<Topic>(plain.as_ref(), conversation, &context()).await.unwrap(), topic());
        assert_eq!(ask::<Topic>(plain.as_ref(), prompt(), &context()).await.unwrap(), topic());
        // Every way of asking, down to words alone and an answer in one piece.
        let walked = model_at(format!("{}/walk-3{path}", reference.url));
        assert_eq!(ask::<Topic>(walked.as_ref(), prompt(), &context()).await.unwrap(), topic(), "{provider}");
    }
    let verdict = fetch(&reference.url, &Request::get("verdict", "test")).await;
    assert_eq!(verdict["faults"], json!([]), "{verdict:#}");
    assert_eq!(verdict["requests"], 3 * (1 + 2 + 1 + 4));
    assert_eq!(verdict["replies"], 3);
    assert!(verdict["events"].as_u64().unwrap() > 3 * 4 * 5, "{verdict}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_model_on_this_machine_answers_in_the_form_that_was_asked_for() {
    /// What a word is.
    #[derive(Debug, serde::Deserialize, schemars::JsonSchema)]
    struct Answer {
        kind: Kind,
        sure: bool,
    }
    #[derive(Debug, PartialEq, serde::Deserialize, schemars::JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Colour,
        Animal,
    }
    let reference = Peer::start_reference(&server_script(), "llama");
    let choice: LlmChoice = format!("{}/v1#smollm2", reference.url).parse().unwrap();
    let model = choice.open(&settings(Timeouts::default())).unwrap();
    let cx = context();
    let prompt = Prompt { max_tokens: 32, temperature: Some(0.0), ..Prompt::new("test", "", "Red is a?") };
    let answer: Answer = ask(model.as_ref(), prompt.clone(), &cx).await.unwrap();
    assert!(matches!(answer, Answer { kind: Kind::Colour | Kind::Animal, sure: true | false }));
    let call = &cx.calls()[0];
    assert_eq!((call.cost, &call.provider), (Cost::FREE, &format!("{}/smollm2", call.host)));
    assert!(call.sent_bytes > 100 && call.received_bytes > 100);

    let short = Prompt { max_tokens: 2, ..prompt.clone() };
    let completion = model.complete(&short, &context()).await.unwrap();
    assert_eq!(completion.finish, Finish::Length);
    assert!(completion.usage.input_tokens > 5 && completion.usage.output_tokens == 2, "{completion:?}");

    let long = Prompt { messages: vec![Message::user("word ".repeat(3000))], ..prompt };
    let error = model.complete(&long, &context()).await.unwrap_err();
    assert!(matches!(error, LlmError::TooLong { limit: Some(1024), .. }), "{error}");
    assert_eq!(model.context_tokens(), Some(1024));

    let verdict = fetch(&reference.url, &Request::get("verdict", "test")).await;
    assert_eq!((&verdict["faults"], &verdict["requests"]), (&json!([]), &json!(3)), "{verdict:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_finds_nothing_wrong_with_how_faults_are_taken() {
    let server = Peer::start(LLMOCK, "llmock");
    let [openai, gemini, anthropic] = HOSTED.map(|hosted| suffer(&server.url, hosted));
    tokio::join!(openai, gemini, anthropic);
    let verdict = fetch(&server.url, &Request::get("_llmock/verdict", "test")).await;
    assert_eq!(verdict["errors"], 0, "{verdict:#}");
    // A call whose stream held nonsense counts as over when it was read, and its second try as another.
    assert_eq!(verdict["calls"], 3 * (2 + 1 + 4), "{verdict:#}");
    assert_eq!(verdict["faults_injected"], 3 * (4 + 4 + 4), "{verdict:#}");
}

/// Lets a client meet everything that may pass, and then what may not.
async fn suffer(server: &str, (provider, model, path): (&str, &str, &str)) {
    let timeouts = Timeouts { first_rest_ms: Some(25), read_timeout_ms: Some(400), ..Timeouts::default() };
    let path = if provider == "openai" { path.to_owned() } else { format!("/{provider}") };
    let model = open(provider, model, format!("{server}{path}"), timeouts);
    let plan = async |mut faults: Value| {
        for fault in faults.as_array_mut().unwrap() {
            fault["match"] = json!({ "provider": provider });
        }
        let scenario = json!({ "behaviors": faults });
        fetch(server, &Request::post("_llmock/scenario", &scenario, "test")).await;
    };
    let some = json!([
        { "type": "fail", "status": 429, "retry_after": 0.3 },
        { "type": "fail", "status": 503, "times": 2 },
        { "type": "stream_fault", "kind": "truncate", "after_chunks": 1 },
    ]);
    let others = json!([
        { "type": "fail", "status": 529 },
        { "type": "stream_fault", "kind": "disconnect", "after_chunks": 1 },
        { "type": "stream_fault", "kind": "malformed", "after_chunks": 1 },
        { "type": "stream_fault", "kind": "stall", "after_chunks": 1, "stall_seconds": 2.0 },
    ]);
    for (name, faults) in [("some", some), ("others", others)] {
        plan(faults).await;
        // Whoever asks twice in the same words is taken for asking again.
        let prompt = Prompt::new("test", "", format!("Say hello after {name} faults of {provider}."));
        let completion = model.complete(&prompt, &context()).await.unwrap();
        assert!(!completion.text.is_empty() && completion.finish == Finish::Stop, "{completion:?}");
    }
    for status in [400, 401, 403, 404] {
        plan(json!([{ "type": "fail", "status": status }])).await;
        let prompt = Prompt::new("test", "", format!("Fail for {provider} with {status}."));
        let error = model.complete(&prompt, &context()).await.unwrap_err();
        let LlmError::Provider(error) = error else { panic!("{error}") };
        assert_eq!(matches!(error, ProviderError::BadKey { .. }), matches!(status, 401 | 403), "{error}");
        assert!(!error.is_retryable());
    }
}
