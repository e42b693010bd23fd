//! Programs of other people: one that tries everything the API's description allows, and one that speaks for agents.

use std::process::Output;

use crate::desk::Desk;
use brainwrought_testing::python;

/// Runs Python and hands back what it said.
async fn run(arguments: &[&str], folder: &std::path::Path) -> Output {
    let mut command = python();
    command.args(arguments).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONPATH", folder);
    command.env("SCHEMATHESIS_HOOKS", "upload_hooks");
    tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap()
}

/// What schemathesis looks at. Two checks are left out: that every valid request is taken, because what a PDF is cannot be
/// described, and that every other one is refused, because parameters that nobody asked for are passed over.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance,\
    missing_required_header";

/// What schemathesis must be told: how a PDF begins, and what a script looks like. It leaves the beginning out now and then.
const HOOKS: &str = "
import schemathesis
from hypothesis import strategies as st

pdf = st.binary(max_size=200).map(lambda rest: b'%PDF-1.7 ' + rest)
schemathesis.openapi.media_type('application/pdf', pdf | st.binary(max_size=20))
schemathesis.openapi.format('binary', pdf)
script = st.just(b'version = 1\\n[[line]]\\nrole = \\'fact\\'\\ntext = \\'Good words.\\'\\n')
schemathesis.openapi.media_type('application/toml', script | st.binary(max_size=20))
";

/// Lets schemathesis try the API; `known` is a job that it may meddle with.
async fn try_everything(desk: &Desk, known: Option<&str>, phases: &str) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let config = known.map_or_else(String::new, |id| format!("[parameters]\n\"path.job_id\" = \"{id}\"\n"));
    std::fs::write(scratch.path().join("schemathesis.toml"), config).unwrap();
    std::fs::write(scratch.path().join("upload_hooks.py"), HOOKS).unwrap();
    let document = format!("http://{}/api/openapi.json", desk.address);
    let arguments = [
        ["-m", "schemathesis.cli", "run"].as_slice(),
        &[&document, "--seed", "7", "--generation-deterministic"],
        &["--phases", phases, "--max-examples", "12", "--workers", "1"],
        &["--checks", CHECKS, "--request-timeout", "10", "--no-color", "--warnings", "off"],
        &["--header", "Authorization: Bearer a-secret-of-25-characters"],
        &["--continue-on-failure", "--no-shrink", "--suppress-health-check", "all"],
    ];
    let output = run(&arguments.concat(), scratch.path()).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(desk.get("/healthz").await.status, 200);
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_is_as_it_is_described() {
    // Its jobs come to their end at once, and so do the streams of their events.
    let desk = Desk::with(|settings| settings.quotas.requests = 1_000_000, 1_000_000).await;
    let before = desk.counted("brainwrought_jobs_submitted_total").await;
    // It follows the links from a new job to what can be done with it.
    let said = try_everything(&desk, None, "examples,coverage,fuzzing,stateful").await;
    assert!(said.contains("Stateful"), "{said}");
    // Those of tests beside this one count along, so this is the least that was made.
    let submitted = desk.counted("brainwrought_jobs_submitted_total").await - before;
    assert!(submitted >= 3.0, "hardly any job was made: {submitted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_answers_as_it_is_described() {
    let desk = Desk::with(
        |settings| {
            settings.quotas.requests = 1_000_000;
            settings.quotas.changes = 1_000_000;
            settings.operators = brainwrought_http::Operators::Bearer(
                brainwrought_http::OperatorToken::new("a-secret-of-25-characters").unwrap(),
            );
        },
        1_000_000,
    )
    .await;
    let id = desk.submit("paper.pdf").await;
    desk.wait_for(&id, "COMPLETED").await;
    try_everything(&desk, Some(&id), "examples,coverage,fuzzing").await;
}

const AGENT: &str = r#"
import asyncio, base64, json, sys, urllib.error, urllib.request
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

address, pdf = sys.argv[1], open(sys.argv[2], 'rb').read()

def good(result):
    assert not result.is_error, result
    assert json.loads(result.content[0].text) == result.structured_content
    return result.structured_content

async def bad(call, code):
    print('this should be refused as', code, file=sys.stderr)
    result = await call
    assert result.is_error and result.content[0].text.startswith(code + ': '), (code, result)
    assert '/srv/secret' not in result.content[0].text

async def visit(mode):
    # A document of its own, or the second visit would find all work done.
    coded = base64.b64encode(pdf + b'% ' + mode.encode()).decode()
    async with Client(f'http://{address}/mcp', mode=mode) as client:
        assert client.server_info.name == 'brainwrought', client.server_info
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {'submit_pdf', 'request_upload', 'get_job', 'wait_for_job', 'list_jobs', 'get_output', 'get_script',
            'edit_script', 'replace_script', 'make_video', 'restore_version', 'cancel_job', 'retry_job', 'delete_job'}, tools
        assert tools['get_job'].annotations.read_only_hint and tools['delete_job'].annotations.destructive_hint

        wanted = dict(pdf_base64=coded, file_name='../../queues.pdf', options=dict(length=30), idempotency_key=mode)
        job = good(await client.call_tool('submit_pdf', wanted))
        again = good(await client.call_tool('submit_pdf', wanted))
        assert job['job_id'] == again['job_id'], (job, again)
        await bad(client.call_tool('submit_pdf', {**wanted, 'options': dict(length=31)}), 'idempotency-key-reused')
        one = dict(job_id=job['job_id'])

        told = []
        async def tell(progress, total, message):
            told.append((progress, total, message))
        while True:
            state = good(await client.call_tool('wait_for_job', {**one, 'seconds': 5}, progress_callback=tell))
            if state['status'] in ('COMPLETED', 'FAILED', 'CANCELLED'):
                break
        assert state['status'] == 'COMPLETED' and state['file_name'] == 'queues.pdf', state
        assert state == good(await client.call_tool('get_job', one))
        assert '/srv/secret' not in json.dumps(state), state
        with urllib.request.urlopen(state['links']['video.mp4']) as video:
            assert len(video.read()) >= 100_000
        with urllib.request.urlopen(state['links']['page']) as page:
            assert job['job_id'] in page.read().decode()
        link = good(await client.call_tool('get_output', {**one, 'name': 'video.mp4'}))
        assert link['link'] == state['links']['video.mp4'] and 'text' not in link, link
        captions = good(await client.call_tool('get_output', {**one, 'name': 'captions.vtt'}))
        assert captions['text'].startswith('WEBVTT'), captions
        await bad(client.call_tool('get_output', {**one, 'name': '../../secret'}), 'no-such-file')

        script = good(await client.call_tool('get_script', one))
        assert len(script['lines']) == 3, script
        edit = dict(lines=[dict(line=0, text='Other words.')])
        edited = good(await client.call_tool('edit_script', {**one, **edit}))
        assert edited['status'] != 'COMPLETED' or edited['updated_at'] > state['updated_at']
        while good(await client.call_tool('wait_for_job', one))['status'] != 'COMPLETED':
            pass
        assert good(await client.call_tool('get_script', one))['lines'][0]['text'] == 'Other words.'
        await bad(client.call_tool('cancel_job', one), 'conflict')
        await bad(client.call_tool('retry_job', {**one, 'from': 'nonsense'}), 'conflict')
        good(await client.call_tool('retry_job', {**one, 'from': 'check'}))
        good(await client.call_tool('wait_for_job', one))

        order = dict(file_name="it's a paper.pdf", options=dict(length=30))
        given = good(await client.call_tool('request_upload', order))
        assert given['method'] == 'PUT' and given['url'] in given['curl'] and given['good_until'], given
        def put(url, body):
            request = urllib.request.Request(url, body, method='PUT')
            try:
                with urllib.request.urlopen(request) as answer:
                    return answer.status, json.loads(answer.read())
            except urllib.error.HTTPError as error:
                return error.code, json.loads(error.read())
        status, sent = put(given['url'], pdf + b'% upload ' + mode.encode())
        assert status == 202, (status, sent)
        state = good(await client.call_tool('get_job', dict(job_id=sent['job_id'])))
        assert state['file_name'] == "it's a paper.pdf" and state['options']['length'] == 30, state
        status, again = put(given['url'], pdf + b'% upload ' + mode.encode())
        assert (status, again['job_id']) == (202, sent['job_id']), 'an address is good for one job'
        assert put(given['url'], pdf)[0] == 422 and put(given['url'][:-1], pdf)[0] == 404
        while good(await client.call_tool('wait_for_job', dict(job_id=sent['job_id'])))['status'] != 'COMPLETED':
            pass
        good(await client.call_tool('delete_job', dict(job_id=sent['job_id'])))
        await bad(client.call_tool('request_upload', {**order, 'options': dict(length=5)}), 'wrong-request')
        await bad(client.call_tool('request_upload', {**order, 'callback_url': 'http://127.0.0.1/'}), 'callback-refused')

        await bad(client.call_tool('list_jobs', {}), 'operators-only')
        await bad(client.call_tool('get_job', dict(job_id='../../etc/passwd')), 'no-such-job')
        await bad(client.call_tool('submit_pdf', dict(pdf_base64='%%%')), 'wrong-request')
        await bad(client.call_tool('submit_pdf', dict(pdf_base64='iVBORw0KGgo=')), 'not-a-pdf')
        await bad(client.call_tool('submit_pdf', {**wanted, 'options': dict(background='/etc/passwd')}), 'wrong-request')
        await bad(client.call_tool('submit_pdf', dict(pdf_base64=coded, url='http://169.254.169.254/')), 'wrong-request')
        await bad(client.call_tool('submit_pdf', dict(pdf_base64='A' * 13_340_000)), 'too-large')

        good(await client.call_tool('delete_job', one))
        await bad(client.call_tool('get_job', one), 'no-such-job')
        return told

for mode in ('auto', 'legacy'):
    told = asyncio.run(visit(mode))
    assert told and all(0 <= progress <= total == 1 and message for progress, total, message in told), (mode, told)
print('all is well')
"#;

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_submits_watches_and_fetches() {
    let token = brainwrought_http::OperatorToken::new("a-secret-of-25-characters").unwrap();
    let desk =
        Desk::with(|settings| settings.operators = brainwrought_http::Operators::Bearer(token), 0).await;
    // Its jobs take a moment, so that there is something to wait for.
    let gate = std::sync::Arc::clone(&desk.strings.gate);
    let pace = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(std::time::Duration::from_millis(150));
        loop {
            ticks.tick().await;
            gate.add_permits(1_usize.saturating_sub(gate.available_permits()));
        }
    });
    let pdf = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/queues.pdf");
    let output = run(&["-c", AGENT, &desk.address.to_string(), pdf], desk.folder.path()).await;
    pace.abort();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("all is well"), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(desk.jobs.list(&Default::default()).await.unwrap().is_empty());
}

/// A message as an agent sends it, to the oldest version that needs no handshake.
async fn message(desk: &Desk, body: &str, headers: &[(&str, &str)]) -> crate::desk::Reply {
    let usual = [("content-type", "application/json"), ("accept", "application/json, text/event-stream")];
    let head = desk.head("POST", "/mcp", &[&usual, headers].concat(), body.len());
    desk.send(&[head, body.as_bytes().to_vec()].concat()).await
}

fn call(tool: &str, arguments: &serde_json::Value) -> String {
    let params = serde_json::json!({ "name": tool, "arguments": arguments });
    serde_json::json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string()
}

#[tokio::test]
async fn an_agent_is_held_to_what_everybody_is_held_to() {
    let desk = Desk::with(
        |settings| {
            settings.hosts = Some(vec!["127.0.0.1".to_owned()]);
            settings.quotas.changes = 2;
            settings.quotas.change_every = std::time::Duration::from_secs(1000);
            settings.operators = brainwrought_http::Operators::Bearer(
                brainwrought_http::OperatorToken::new("a-secret-of-25-characters").unwrap(),
            );
        },
        0,
    )
    .await;
    let list = call("list_jobs", &serde_json::json!({}));
    for foreign in ["https://evil.example", "null", "http://localhost:1"] {
        let reply = message(&desk, &list, &[("origin", foreign)]).await;
        assert_eq!((reply.status, reply.code().as_str()), (403, "foreign"), "{foreign}");
    }
    let rebound =
        "POST /mcp HTTP/1.1\r\nhost: rebound.example\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    assert_eq!(desk.send(rebound.as_bytes()).await.status, 403);

    let refused = message(&desk, &list, &[]).await.json();
    assert!(refused["result"]["isError"] == true, "{refused}");
    let listed = message(&desk, &list, &[("authorization", "Bearer a-secret-of-25-characters")]).await.json();
    assert_eq!(listed["result"]["structuredContent"]["jobs"], serde_json::json!([]), "{listed}");

    // Questions are free, changes are not.
    let submit = call("submit_pdf", &serde_json::json!({ "pdf_base64": "JVBERi0xLjcgYQ==" }));
    let replies = [message(&desk, &submit, &[]).await, message(&desk, &submit, &[]).await];
    assert!(replies.iter().all(|reply| reply.json()["result"]["isError"] == false), "{replies:?}");
    let refused = message(&desk, &submit, &[]).await.json();
    assert!(refused["result"]["content"][0]["text"].as_str().unwrap().starts_with("busy: "), "{refused}");
    assert_eq!(message(&desk, &list, &[]).await.status, 200);

    let long =
        desk.send(&desk.head("POST", "/mcp", &[("content-type", "application/json")], 100_000_000)).await;
    assert_eq!((long.status, long.code().as_str()), (413, "too-large"));
    for broken in ["", "{", "[]", "{\"jsonrpc\":\"2.0\"}", "\u{0}"] {
        let reply = message(&desk, broken, &[]).await;
        assert!((400..500).contains(&reply.status), "{broken}: {reply:?}");
    }
    assert_eq!(desk.get("/mcp").await.status, 405);
}

#[tokio::test]
async fn our_own_client_for_trends_talks_to_our_own_server() {
    use brainwrought_core::memory::MemoryArtifactStore;
    use brainwrought_core::stage::StageContext;
    use brainwrought_stages::script::{TrendChoice, TrendTopic};

    let desk = Desk::start().await;
    let key = brainwrought_core::id::TaskKey { stage: "script".into(), segment: None };
    let job = brainwrought_core::id::JobId::random().unwrap();
    let store = std::sync::Arc::new(MemoryArtifactStore::default());
    let cx = StageContext::new(job, key, store, std::path::PathBuf::new(), Default::default());
    let ask = async |tool: &str| {
        let choice: TrendChoice = format!("http://{}/mcp{tool}", desk.address).parse().unwrap();
        let source = choice.open(&Default::default(), None).unwrap();
        source.fetch(&TrendTopic::default(), &cx).await
    };
    let error = ask("").await.unwrap_err().to_string();
    assert!(error.contains("it offers submit_pdf, request_upload, get_job"), "{error}");
    let error = ask("#submit_pdf").await.unwrap_err().to_string();
    assert!(error.contains("wants pdf_base64"), "{error}");
    // It is called and answers; it knows of jobs, and only its operators may see them.
    let error = ask("#list_jobs").await.unwrap_err().to_string();
    assert!(error.contains("operators-only"), "{error}");
    assert_eq!(cx.calls().len(), 3);
}
