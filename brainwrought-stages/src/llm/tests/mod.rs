//! How each client asks, reads whole and streamed answers, and how answers that cannot be used end.

mod foreign;

use std::path::PathBuf;
use std::sync::Arc;

use brainwrought_core::id::{JobId, StageName, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::{StageContext, StageError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::provider::scripted_server::{Act, ScriptedServer, json as answer};
use crate::provider::{ProviderError, ProviderSettings, Secret, Timeouts};

const EVENTS: &str = "content-type: text/event-stream\r\n";

/// What a document is about.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Topic {
    /// In three words.
    title: String,
    pages: Vec<u32>,
}

fn topic() -> Topic {
    Topic { title: "Queues".to_owned(), pages: vec![1, 2] }
}

const TOPIC: &str = r#"{"title": "Queues", "pages": [1, 2]}"#;

fn context() -> StageContext {
    let key = TaskKey { stage: StageName("script".to_owned()), segment: None };
    let artifacts = Arc::new(MemoryArtifactStore::default());
    StageContext::new(JobId::random().unwrap(), key, artifacts, PathBuf::new(), CancellationToken::new())
}

fn prompt() -> Prompt {
    let prompt = Prompt::new("script: test", "You are brief.", "What is it about?");
    Prompt { max_tokens: 100, temperature: Some(0.2), seed: Some(7), ..prompt }
}

/// Opens a model of the provider at a scripted server.
fn open(provider: &str, server: &ScriptedServer) -> Arc<dyn LanguageModel> {
    let timeouts = Timeouts { retries: Some(1), first_rest_ms: Some(1), ..Timeouts::default() };
    let mut settings = ProviderSettings { timeouts, ..ProviderSettings::default() };
    let choice = match provider {
        "server" => format!("{}/v1#tiny", server.url),
        hosted => format!("{hosted}:tiny"),
    };
    settings.bases.insert(provider.to_owned(), server.url.clone());
    settings.keys.insert(provider.to_owned(), Secret::new("sk-hush-0123456789").unwrap());
    choice.parse::<LlmChoice>().unwrap().open(&settings).unwrap()
}

/// A stream of events, each with its name where the provider gives it one.
fn stream(events: &[Value]) -> String {
    let event = |event: &Value| match event["type"].as_str() {
        Some(name) => format!("event: {name}\ndata: {event}\n\n"),
        None => format!("data: {event}\n\n"),
    };
    events.iter().map(event).collect()
}

/// An answer of the provider as a stream, cut into two.
fn streamed(provider: &str, text: &str, finish: &str) -> String {
    let (head, tail) = text.split_at(text.len() / 2);
    match provider {
        "gemini" => stream(&[
            json!({ "candidates": [{ "content": { "parts": [{ "text": "hm", "thought": true }, { "text": head }] } }] }),
            json!({
                "candidates": [{ "content": { "parts": [{ "text": tail }] }, "finishReason": finish }],
                "usageMetadata": { "promptTokenCount": 20, "candidatesTokenCount": 4, "thoughtsTokenCount": 6,
                    "cachedContentTokenCount": 5 },
            }),
        ]),
        "anthropic" => stream(&[
            json!({ "type": "message_start", "message": { "usage": { "input_tokens": 10, "output_tokens": 1,
                "cache_creation_input_tokens": 5, "cache_read_input_tokens": 5 } } }),
            json!({ "type": "ping" }),
            json!({ "type": "content_block_start", "content_block": { "type": "text", "text": "" } }),
            json!({ "type": "content_block_delta", "delta": { "type": "text_delta", "text": head } }),
            json!({ "type": "content_block_delta", "delta": { "type": "text_delta", "text": tail } }),
            json!({ "type": "message_delta", "delta": { "stop_reason": finish }, "usage": { "output_tokens": 10 } }),
            json!({ "type": "message_stop" }),
        ]),
        _ => {
            stream(&[
                json!({ "choices": [{ "delta": { "role": "assistant", "content": head } }] }),
                json!({ "choices": [{ "delta": { "content": tail }, "finish_reason": null }] }),
                json!({ "choices": [{ "delta": {}, "finish_reason": finish }] }),
                json!({ "choices": [], "usage": { "prompt_tokens": 20, "completion_tokens": 10,
                    "prompt_tokens_details": { "cached_tokens": 5 } } }),
            ]) + "data: [DONE]\n\n"
        }
    }
}

/// The providers, with their words for an answer that is done and one that had no room.
const PROVIDERS: [(&str, &str, &str); 4] = [
    ("openai", "stop", "length"),
    ("server", "stop", "length"),
    ("gemini", "STOP", "MAX_TOKENS"),
    ("anthropic", "end_turn", "max_tokens"),
];

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn every_client_reads_a_stream() {
    for (provider, done, _) in PROVIDERS {
        let server =
            ScriptedServer::start(vec![Act::Answer(200, EVENTS, streamed(provider, "Hé llo", done))]).await;
        let model = open(provider, &server);
        let completion = model.complete(&prompt(), &context()).await.unwrap();
        let usage = Usage { input_tokens: 20, cached_tokens: 5, output_tokens: 10 };
        let expected = Completion { text: "Hé llo".to_owned(), finish: Finish::Stop, usage };
        assert_eq!(completion, expected, "{provider}");
    }
}

#[tokio::test]
async fn a_stream_that_is_cut_is_no_answer() {
    for (provider, done, _) in PROVIDERS {
        let whole = streamed(provider, "Hello", done);
        // After the first event, and in the middle of the second.
        let first = whole.find("\n\n").unwrap() + 2;
        for end in [first, first + 9] {
            let cut = || Act::Answer(200, EVENTS, whole[..end].to_owned());
            let server = ScriptedServer::start(vec![cut(), cut()]).await;
            let error = open(provider, &server).complete(&prompt(), &context()).await.unwrap_err();
            let is_cut = matches!(error, LlmError::Provider(ProviderError::Cut { .. }));
            assert!(is_cut, "{provider} {end}: {error}");
            assert_eq!(server.requests().len(), 2);
        }
        // The connection breaks; the next try is whole.
        let broken = Act::Cut(EVENTS, whole[..first].to_owned());
        let server = ScriptedServer::start(vec![broken, Act::Answer(200, EVENTS, whole.clone())]).await;
        let completion = open(provider, &server).complete(&prompt(), &context()).await.unwrap();
        assert_eq!(completion.text, "Hello", "{provider}");
        let garbled = || Act::Answer(200, EVENTS, format!("data: {{oops\n\n{whole}"));
        let server = ScriptedServer::start(vec![garbled(), garbled()]).await;
        let error = open(provider, &server).complete(&prompt(), &context()).await.unwrap_err();
        assert!(matches!(error, LlmError::Provider(ProviderError::BadReply { .. })), "{provider}: {error}");
    }
}

#[tokio::test]
async fn an_answer_is_a_value_and_is_repaired_once() {
    for (provider, done, short) in PROVIDERS {
        let say = |text: &str, finish: &str| Act::Answer(200, EVENTS, streamed(provider, text, finish));
        let server = ScriptedServer::start(vec![say(TOPIC, done)]).await;
        let model = open(provider, &server);
        assert_eq!(ask::<Topic>(model.as_ref(), prompt(), &context()).await.unwrap(), topic());

        let server = ScriptedServer::start(vec![say("no idea", done), say(TOPIC, done)]).await;
        let model = open(provider, &server);
        assert_eq!(ask::<Topic>(model.as_ref(), prompt(), &context()).await.unwrap(), topic());
        let repair = body(&server.requests()[1]).to_string();
        assert!(repair.contains("no idea") && repair.contains("there is no JSON in it"), "{repair}");

        let server = ScriptedServer::start(vec![say("{}", done), say("[]", done)]).await;
        let model = open(provider, &server);
        let error = ask::<Topic>(model.as_ref(), prompt(), &context()).await.unwrap_err();
        assert!(matches!(error, LlmError::InvalidReply { .. }), "{provider}: {error}");
        assert!(error.allows_fallback() && !StageError::from(error).is_retryable());

        let half = &TOPIC[..12];
        let server = ScriptedServer::start(vec![say(half, short), say(TOPIC, done)]).await;
        let model = open(provider, &server);
        assert_eq!(ask::<Topic>(model.as_ref(), prompt(), &context()).await.unwrap(), topic());
        assert!(server.requests()[1].contains("200"), "{provider}");

        let server = ScriptedServer::start(vec![say(half, short), say(half, short)]).await;
        let model = open(provider, &server);
        let error = ask::<Topic>(model.as_ref(), prompt(), &context()).await.unwrap_err();
        assert!(matches!(error, LlmError::Truncated { max_tokens: 200, .. }), "{provider}: {error}");
    }
}

#[tokio::test]
async fn a_refusal_is_told() {
    let refusals = [
        (
            "openai",
            stream(&[
                json!({ "choices": [{ "delta": { "refusal": "I cannot." }, "finish_reason": "stop" }] }),
            ]),
        ),
        ("openai", streamed("openai", "", "content_filter")),
        ("gemini", streamed("gemini", "", "SAFETY")),
        ("gemini", stream(&[json!({ "promptFeedback": { "blockReason": "OTHER" } })])),
        ("anthropic", streamed("anthropic", "", "refusal")),
    ];
    for (provider, refusal) in refusals {
        let server = ScriptedServer::start(vec![Act::Answer(200, EVENTS, refusal)]).await;
        let model = open(provider, &server);
        let error = ask::<Topic>(model.as_ref(), prompt(), &context()).await.unwrap_err();
        assert!(matches!(error, LlmError::Refused { .. }), "{provider}: {error}");
    }
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_is_told_with_the_limit() {
    let refusals = [
        (
            "server",
            json!({ "error": { "message": "the request exceeds the available context size (512 tokens)" } }),
        ),
        ("anthropic", json!({ "error": { "message": "prompt is too long: 9 tokens > 8 maximum" } })),
    ];
    for (provider, refusal) in refusals {
        let server = ScriptedServer::start(vec![answer(400, &refusal)]).await;
        let model = open(provider, &server);
        let error = ask::<Topic>(model.as_ref(), prompt(), &context()).await.unwrap_err();
        assert!(matches!(error, LlmError::TooLong { limit: Some(_), .. }), "{provider}: {error}");
        assert!(model.context_tokens().is_some_and(|tokens| tokens <= 512));
    }
}

#[tokio::test]
async fn requests_carry_the_form_the_key_and_the_limits() {
    let mut bodies = Vec::new();
    for (provider, done, _) in PROVIDERS {
        let server =
            ScriptedServer::start(vec![Act::Answer(200, EVENTS, streamed(provider, TOPIC, done))]).await;
        let cx = context();
        ask::<Topic>(open(provider, &server).as_ref(), prompt(), &cx).await.unwrap();
        let request = server.requests().remove(0);
        let line = request.lines().next().unwrap().to_owned();
        bodies.push(body(&request));
        let (path, key) = match provider {
            "openai" => ("POST /chat/completions ", "authorization: Bearer sk-hush-0123456789\r\n"),
            "server" => ("POST /v1/chat/completions ", ""),
            "gemini" => (
                "POST /v1beta/models/tiny:streamGenerateContent?alt=sse ",
                "x-goog-api-key: sk-hush-0123456789\r\n",
            ),
            _ => ("POST /v1/messages ", "x-api-key: sk-hush-0123456789\r\n"),
        };
        assert!(line.starts_with(path) && request.contains(key), "{request}");
        assert_eq!(request.contains("hush"), provider != "server");
        assert_eq!(cx.calls()[0].purpose, "script: test");
    }
    let schema = AnswerSchema::new::<Topic>().schema;
    assert_eq!(bodies[0]["response_format"]["json_schema"]["schema"], schema);
    assert_eq!(bodies[0]["max_completion_tokens"], 100);
    assert_eq!((&bodies[1]["max_tokens"], &bodies[1]["temperature"]), (&json!(100), &json!(0.2)));
    assert_eq!(bodies[2]["generationConfig"]["responseJsonSchema"], schema);
    assert_eq!(bodies[2]["systemInstruction"]["parts"][0]["text"], "You are brief.");
    assert_eq!(bodies[3]["output_config"]["format"]["schema"], schema);
    assert_eq!(bodies[3]["system"], "You are brief.");
}

#[tokio::test]
async fn an_old_server_is_asked_in_the_way_it_knows() {
    let refuse = |what: &str| answer(400, &json!({ "error": { "message": what } }));
    let whole = |text: &str| {
        answer(200, &json!({ "choices": [{ "message": { "content": text }, "finish_reason": "stop" }] }))
    };
    let script = vec![
        refuse("stream is not supported"),
        refuse("response_format.type: unknown `json_schema`"),
        refuse("response_format is not supported"),
        whole(TOPIC),
        whole(TOPIC),
    ];
    let server = ScriptedServer::start(script).await;
    let model = open("server", &server);
    let cx = context();
    assert_eq!(ask::<Topic>(model.as_ref(), prompt(), &cx).await.unwrap(), topic());
    assert_eq!(ask::<Topic>(model.as_ref(), prompt(), &cx).await.unwrap(), topic());
    let bodies: Vec<Value> = server.requests().iter().map(|request| body(request)).collect();
    assert_eq!(bodies[2]["response_format"], json!({ "type": "json_object" }));
    // What was learned is remembered: the second question is asked right at once.
    assert_eq!(bodies.len(), 5);
    assert_eq!(bodies[3], bodies[4]);
    assert!(bodies[4].get("response_format").is_none() && bodies[4].get("stream").is_none());
    assert!(bodies[4]["messages"][0]["content"].as_str().unwrap().contains("additionalProperties"));
}

#[tokio::test]
async fn an_older_model_of_anthropic_is_made_to_use_a_tool() {
    let refuse = json!({ "error": { "message": "output_config.format: not supported by this model" } });
    let events = stream(&[
        json!({ "type": "message_start", "message": {} }),
        json!({ "type": "content_block_start", "content_block": { "type": "tool_use", "input": {} } }),
        json!({ "type": "content_block_delta", "delta": { "type": "input_json_delta", "partial_json": TOPIC } }),
        json!({ "type": "message_delta", "delta": { "stop_reason": "tool_use" } }),
        json!({ "type": "message_stop" }),
    ]);
    let server = ScriptedServer::start(vec![answer(400, &refuse), Act::Answer(200, EVENTS, events)]).await;
    let model = open("anthropic", &server);
    assert_eq!(ask::<Topic>(model.as_ref(), prompt(), &context()).await.unwrap(), topic());
    assert_eq!(body(&server.requests()[1])["tool_choice"], json!({ "type": "tool", "name": "Topic" }));
}

#[tokio::test]
async fn what_prompts_share_stands_ahead_and_is_marked_where_that_is_wanted() {
    for (provider, done, _) in PROVIDERS {
        let server =
            ScriptedServer::start(vec![Act::Answer(200, EVENTS, streamed(provider, "Yes", done))]).await;
        let prompt = Prompt { shared: "The document.\n".to_owned(), ..prompt() };
        let asked = prompt.messages[0].text.clone();
        open(provider, &server).complete(&prompt, &context()).await.unwrap();
        let body = body(&server.requests()[0]);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let sent = match provider {
            "gemini" => text(&body["contents"][0]["parts"][0]["text"]),
            "anthropic" => {
                let parts = &body["messages"][0]["content"];
                assert_eq!(parts[0]["cache_control"], json!({ "type": "ephemeral" }));
                text(&parts[0]["text"]) + &text(&parts[1]["text"])
            }
            _ => text(&body["messages"].as_array().unwrap().last().unwrap()["content"]),
        };
        assert_eq!(sent, format!("The document.\n{asked}"), "{provider}");
        assert_eq!(body.to_string().contains("cache_control"), provider == "anthropic");
    }
}
