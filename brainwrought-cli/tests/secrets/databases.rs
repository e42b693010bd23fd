//! A server whose jobs are in a database with a password, whose trends come from a command, and whose providers are behind
//! addresses with secrets and behind proxies; then the database goes away.

use std::path::Path;

use brainwrought_stages::provider::SERVICES;
use serde_json::json;

use crate::planted::{Planted, Reader, Seen};
use crate::providers::{Providers, WRITER};
use crate::server::{Desk, Server};
use crate::{example, folder, link_resources};

/// Runs jobs, asks for everything, and asks again without the database.
pub(crate) fn serve(planted: &Planted, seen: &Seen, providers: &Providers, home: &Path, poster: &[u8]) {
    let host = &providers.host;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (database, url) = runtime.block_on(async {
        let database = brainwrought_testing::PostgresServer::own().await;
        let url = database.database().await;
        (database, url)
    });
    let with_password =
        |setting: &str| url.replace("tester@", &format!("tester:{}@", planted.secret(setting)));

    let mut desk = Desk { folder: home.to_owned(), variables: Vec::new() };
    let share = folder(home, &planted.secret("XDG_DATA_HOME"));
    link_resources(&share.join("brainwrought"));
    desk.set("XDG_DATA_HOME", share.to_str().unwrap());
    desk.set("BRAINWROUGHT_LOG_FORMAT", "json");
    desk.set("BRAINWROUGHT_OPERATOR_TOKEN", planted.secret("BRAINWROUGHT_OPERATOR_TOKEN"));
    for name in ["HTTP_PROXY", "HTTPS_PROXY"] {
        desk.set(name, format!("http://{}:{}@{host}", planted.secret(name), planted.secret(name)));
    }
    for service in &SERVICES {
        let base = planted.address(service.base_variable, "http", host, &format!("/{}", service.name));
        // One of them is only in the file.
        if service.name != "openai" {
            desk.set(service.base_variable, base);
        }
    }
    let pictures = folder(home, &planted.secret("pictures"));
    std::fs::write(pictures.join(format!("queue {}.png", planted.secret("pictures"))), poster).unwrap();
    let program = home.join("mcp.sh");
    std::fs::write(&program, "echo \"$@\"; echo \"$@\" >&2; exit 3\n").unwrap();
    let config = home.join(format!("{}.toml", planted.secret("--config")));
    let text = format!(
        r#"
        llm = "{}#{WRITER}"
        trends = "mcp:sh {} {} --key={}"
        pictures = "{}"
        callback-hosts = ["{}.example"]
        [observe]
        log-filter = "debug,{}=warn"
        otlp-endpoint = "{}"
        [providers.openai]
        base-url = "{}"
        "#,
        planted.address("llm", "http", host, "/v1"),
        program.display(),
        planted.secret("trends"),
        planted.secret("trends"),
        pictures.display(),
        planted.secret("callback-hosts"),
        planted.secret("observe.log-filter"),
        // Nobody is there.
        planted.address("observe.otlp-endpoint", "http", "127.0.0.1:1", ""),
        planted.address("providers.*.base-url", "http", host, "/openai"),
    );
    std::fs::write(&config, text).unwrap();
    let artifacts = folder(home, &planted.place("--artifacts"));
    let (jobs, store) = (with_password("--jobs"), format!("file:{}", artifacts.display()));
    let stores =
        ["--jobs", jobs.as_str(), "--artifacts", store.as_str(), "--config", config.to_str().unwrap()];
    let server = Server::start(&desk, seen, &stores);
    let token =
        desk.variables.iter().find(|(name, _)| name == "BRAINWROUGHT_OPERATOR_TOKEN").unwrap().1.clone();
    server.ask_about_the_server(&token);

    let pdf = std::fs::read(example()).unwrap();
    let written = server.upload(&pdf, &[("slang", "3")]);
    let submit = |arguments: &[&str]| desk.submit(seen, &example(), &[&stores, arguments].concat());
    let jobs = [
        submit(&["--llm", "openai:gpt-5-mini"]),
        submit(&["--llm", "anthropic:claude"]),
        submit(&["--llm", "http://llm.example/v1#model"]),
        submit(&["--voice", "elevenlabs:rachel", "--voice-failure", "fail"]),
    ];
    let far = submit(&["--llm", "https://llm.example/v1#model"]);
    // A proxy that lets nobody through may do so later, so this would be tried for minutes.
    server.wait(&far, |job| !job["logs"].as_array().unwrap().is_empty() || job["status"] == "FAILED");
    server.ask("POST", &format!("/api/jobs/{far}/cancel"), "", b"");
    let job = server.wait_for_end(&written);
    assert_eq!(job["status"], "COMPLETED", "{job:#}");
    for id in jobs.iter().chain([&far]) {
        server.wait_for_end(id);
        server.ask_everything_about(id);
    }
    server.ask_everything_about(&written);
    seen.note_folder(&artifacts);
    seen.note_folder(&home.join("data"));

    database.kill();
    for path in [
        format!("/api/jobs/{written}"),
        format!("/?job_id={written}"),
        "/readyz".to_owned(),
        "/metrics".to_owned(),
    ] {
        server.get(&path);
        server.ask("GET", &path, "accept: text/html\r\n", b"");
    }
    server.upload_without_store(&pdf);
    server.tool("get_job", &json!({ "job_id": written }), "");
    server.terminate();
    database.revive();

    // The command on the operator's own desk shows what it made to others, too.
    let output = home.join(format!("{}.mp4", planted.secret("--output")));
    let resources = home.join(planted.secret("--resources"));
    link_resources(&resources);
    let pdf = example();
    let arguments = [
        "make",
        pdf.to_str().unwrap(),
        "--output",
        output.to_str().unwrap(),
        "--resources",
        resources.to_str().unwrap(),
        "--length",
        "20",
        "--size",
        "270x480",
    ];
    let made = desk.command(&[&arguments[..], &stores].concat()).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    seen.note(Reader::Client, "the video that was made", std::fs::read(&output).unwrap());
    let server = Server::start(&desk, seen, &stores);
    let operator = format!("authorization: Bearer {token}\r\n");
    let listed = server.ask("GET", "/api/jobs", &operator, b"").1;
    let listed: serde_json::Value = serde_json::from_slice(&listed).unwrap();
    server.ask_everything_about(listed["jobs"][0]["job_id"].as_str().unwrap());
    server.terminate();
}
