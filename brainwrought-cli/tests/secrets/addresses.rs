//! A server whose settings are addresses with a password and a key in them, and keys; whoever it calls repeats them.

use std::path::Path;

use brainwrought_stages::provider::SERVICES;
use serde_json::{Value, json};

use crate::planted::{Planted, Seen};
use crate::providers::{Providers, WRITER};
use crate::server::{Desk, Server};
use crate::{example, folder, link_resources, wav};

/// Runs jobs of every kind to their ends, and asks for everything.
///
/// Returns a picture that was made.
pub(crate) fn serve(planted: &Planted, seen: &Seen, providers: &Providers, home: &Path) -> Vec<u8> {
    let host = &providers.host;
    let mut desk = Desk { folder: home.to_owned(), variables: Vec::new() };
    let data = home.join(planted.secret("BRAINWROUGHT_DATA"));
    link_resources(&data);
    desk.set("BRAINWROUGHT_DATA", data.to_str().unwrap());
    let store = folder(home, &planted.place("BRAINWROUGHT_STORE"));
    desk.set("BRAINWROUGHT_STORE", format!("file:{}", store.display()));
    desk.set("HOME", home.join(planted.secret("HOME")).to_str().unwrap());
    let llm = planted.address("BRAINWROUGHT_LLM", "http", host, "/v1");
    desk.set("BRAINWROUGHT_LLM", format!("{llm}#{WRITER}"));
    let trends = planted.address("BRAINWROUGHT_TRENDS", "http", host, "/mcp");
    desk.set("BRAINWROUGHT_TRENDS", trends);
    for name in [
        "BRAINWROUGHT_TRENDS_KEY",
        "BRAINWROUGHT_VIDEO_KEY",
        "BRAINWROUGHT_OPERATOR_TOKEN",
        "BRAINWROUGHT_LLM_KEY",
        "BRAINWROUGHT_PDF_PASSWORD",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AZURE_STORAGE_ACCOUNT_KEY",
        "AZURE_STORAGE_SAS_KEY",
        "GOOGLE_SERVICE_ACCOUNT_KEY",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "HF_TOKEN",
    ] {
        desk.set(name, planted.secret(name));
    }
    let webhook = planted.secret("BRAINWROUGHT_WEBHOOK_SECRET");
    desk.set("BRAINWROUGHT_WEBHOOK_SECRET", webhook.repeat(3));
    desk.set(
        "BRAINWROUGHT_ADDRESSES",
        planted.address("BRAINWROUGHT_ADDRESSES", "https", "elsewhere.example", "/v1"),
    );
    desk.set("RUST_LOG", format!("debug,{}=warn", planted.secret("RUST_LOG")));
    let spans = planted.address("OTEL_EXPORTER_OTLP_ENDPOINT", "http", host, "/otel");
    desk.set("OTEL_EXPORTER_OTLP_ENDPOINT", spans);
    desk.set("HF_DATASET_REPO", "owner/videos");
    desk.set("HF_ENDPOINT", planted.address("HF_ENDPOINT", "http", host, "/hub"));
    for service in &SERVICES {
        let key = planted.secret(service.key_variable);
        let key = if service.name == "imgflip" {
            format!("{}:{key}", planted.secret(service.key_variable))
        } else {
            key
        };
        desk.set(service.key_variable, key);
        desk.set(service.base_variable, format!("http://{host}/{}", service.name));
    }
    let config = home.join(format!("{}.toml", planted.secret("BRAINWROUGHT_CONFIG")));
    let plant = |key: &str| planted.secret(key);
    let generator = |key: &str| planted.secret(&format!("video-generators.*.{key}"));
    let text = format!(
        r#"
        store = "file:{}"
        jobs = "file:{}"
        artifacts = "file:{}"
        resources = "/{}"
        dataset = "owner/{}"
        llm = "{}#model"
        trends = "{}"
        pictures = "video:ltx"
        memes-by = "imgflip"
        callback-hosts = ["{}.example"]
        [observe]
        log-filter = "{}"
        otlp-endpoint = "{}"
        [c2pa]
        certificate = "/{}/a.pem"
        key = "/{}/b.pem"
        [options]
        HF_TOKEN = "{}"
        [video-generators.ltx]
        base-url = "{}"
        submit = "videos/{}"
        poll = "videos/{{id}}/{}"
        download = "videos/{{id}}/{}"
        body = {{ prompt = "{{prompt}}", key = "{}" }}
        done = ["{}"]
        failed = ["failed", "{}"]
        [video-generators.odd]
        base-url = "http://{host}/odd"
        id = "/{}/id"
        [video-generators.mute]
        base-url = "http://{host}/mute"
        status = "/{}/status"
        url = "/{}/url"
        "#,
        plant("store"),
        plant("jobs"),
        plant("artifacts"),
        plant("resources"),
        plant("dataset"),
        planted.address("llm", "http", host, "/v1"),
        planted.address("trends", "http", host, "/mcp"),
        plant("callback-hosts"),
        plant("observe.log-filter"),
        planted.address("observe.otlp-endpoint", "http", host, "/otel"),
        plant("c2pa.certificate"),
        plant("c2pa.key"),
        plant("options"),
        planted.address("video-generators.*.base-url", "http", host, "/ltx"),
        generator("submit"),
        generator("poll"),
        generator("download"),
        generator("body"),
        generator("done"),
        generator("failed"),
        generator("id"),
        generator("status"),
        generator("url"),
    );
    std::fs::write(&config, text).unwrap();
    desk.set("BRAINWROUGHT_CONFIG", config.to_str().unwrap());
    let examples = folder(home, &planted.secret("--examples"));
    let hosts = ["--host", "--callback-host"].map(|flag| format!("{}.example", planted.secret(flag)));
    let server = Server::start(
        &desk,
        seen,
        &["--examples", examples.to_str().unwrap(), "--host", &hosts[0], "--callback-host", &hosts[1]],
    );
    let token =
        desk.variables.iter().find(|(name, _)| name == "BRAINWROUGHT_OPERATOR_TOKEN").unwrap().1.clone();
    server.ask_about_the_server(&token);

    let pdf = std::fs::read(example()).unwrap();
    let written = server.upload(&pdf, &[("slang", "2")]);
    let broken = server.upload(b"%PDF-1.7 and nothing more", &[]);
    let refused = format!("{}#refuser", planted.address("--llm", "http", host, "/v1"));
    let voice = format!("{}#somebody", planted.address("--voice", "http", host, "/v1"));
    let voice2 = format!("{}#somebody", planted.address("--voice2", "http", host, "/v1"));
    let own_trends = planted.address("--trends", "http", host, "/mcp");
    let (key, password) = (planted.secret("--idempotency-key"), planted.secret("--password"));
    let submit = |arguments: &[&str]| desk.submit(seen, &example(), arguments);
    let mut jobs = vec![
        submit(&["--llm", "openai:gpt-5-mini", "--idempotency-key", &key]),
        submit(&["--llm", "gemini:gemini-3", "--password", &password]),
        submit(&["--llm", "anthropic:claude"]),
        submit(&["--llm", &refused]),
        submit(&["--voice", &voice, "--voice-failure", "fail"]),
        submit(&["--voice", "openai:alloy", "--voice-failure", "fail"]),
        submit(&[
            "--voice",
            "elevenlabs:rachel",
            "--voice2",
            &voice2,
            "--dialogue",
            "--effects",
            "elevenlabs",
        ]),
        submit(&["--trends", "tavily", "--pictures", "pexels", "--effects", "elevenlabs", "--slang", "3"]),
        submit(&["--trends", &own_trends, "--pictures", "pixabay"]),
        submit(&["--trends", "none", "--pictures", "openai:gpt-image-1"]),
        submit(&["--trends", "none", "--pictures", "gemini:gemini-3-image"]),
        submit(&["--trends", "none", "--pictures", "video:odd"]),
        submit(&["--trends", "none", "--pictures", "video:mute"]),
    ];
    let written_job = server.wait_for_end(&written);
    assert_eq!(written_job["status"], "COMPLETED", "{written_job:#}");
    assert_eq!(server.wait_for_end(&broken)["status"], "FAILED");

    // What the user of the command has on the disk is the operator's too.
    let video = server.get(&format!("/jobs/{written}/video.mp4")).1;
    let poster = server.get(&format!("/jobs/{written}/poster.png")).1;
    let clips = folder(home, &planted.secret("--background"));
    std::fs::write(clips.join(format!("{}.mp4", planted.secret("--background"))), video).unwrap();
    let music = folder(home, &planted.secret("--music"));
    std::fs::write(music.join(format!("calm {}.wav", planted.secret("--music"))), wav()).unwrap();
    let pictures = folder(home, &planted.secret("--pictures"));
    std::fs::write(pictures.join(format!("queue {}.png", planted.secret("--pictures"))), &poster).unwrap();
    let lexicon = home.join(planted.secret("--lexicon"));
    std::fs::write(&lexicon, "queue = kyoo\n").unwrap();
    let style = home.join(format!("{}.toml", planted.secret("--style")));
    std::fs::write(&style, format!("summary = \"{}\"\ncaptions = \"box\"\n", planted.secret("--style")))
        .unwrap();
    let script = home.join(planted.secret("--script"));
    std::fs::write(&script, script_file()).unwrap();
    jobs.push(submit(&["--script", script.to_str().unwrap()]));
    jobs.push(submit(&[
        "--background",
        clips.to_str().unwrap(),
        "--music",
        music.to_str().unwrap(),
        "--lexicon",
        lexicon.to_str().unwrap(),
        "--style",
        style.to_str().unwrap(),
        "--pictures",
        pictures.to_str().unwrap(),
        "--trends",
        "none",
    ]));
    let mut ends: Vec<(String, Value)> =
        jobs.iter().map(|id| (id.clone(), server.wait_for_end(id))).collect();
    let completed = ends.iter().filter(|(_, job)| job["status"] == "COMPLETED").count();
    let shown: Vec<String> =
        ends.iter().map(|(id, job)| format!("{id} {} {}", job["status"], job["error"])).collect();
    assert!(completed >= 7 && completed < ends.len(), "{shown:#?}");
    ends.push((broken, Value::Null));
    for (id, _) in &ends {
        server.ask_everything_about(id);
    }
    server.ask_everything_about(&written);
    let view = written_job["links"]["view"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    server.get(&format!("/v/{view}"));
    let upload = server.tool("request_upload", &json!({ "file_name": "a.pdf" }), "");
    let upload = upload["result"]["structuredContent"]["url"].as_str().unwrap_or_else(|| panic!("{upload}"));
    let upload = upload.rsplit('/').next().unwrap().to_owned();
    seen.note_folder(&store);
    server.walk_the_description(&written, &view, &upload);
    server.get("/metrics");
    seen.note_folder(&store);
    server.terminate();
    poster
}

/// A script of the example paper that is long enough for a video.
fn script_file() -> String {
    let facts = [
        "A busy system does not slow down a little at a time.",
        "It feels fine at 80% load, tense at 90%, and broken at 95%.",
        "The reason is a century-old result about waiting lines.",
        "If customers came exactly one minute and three seconds apart, nobody would ever wait.",
        "Two shops with one barista each, both at 90% load, keep customers for ten minutes.",
    ];
    let lines = facts.map(|fact| format!("[[line]]\nrole = \"fact\"\ntext = \"{fact}\"\nnew-scene = true\n"));
    format!("version = 1\n[[line]]\nrole = \"hook\"\ntext = \"Why do queues explode?\"\n{}", lines.concat())
}
