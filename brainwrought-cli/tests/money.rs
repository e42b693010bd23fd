//! Money as a person meets it: an estimate that asks nobody, a limit that stops before anything is sent, and a video that
//! is paid once.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use brainwrought_testing::ModelServer;
use serde_json::Value;

/// A folder with a store and a price list of its own, and the command in it.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("brainwrought.toml"), config).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brainwrought"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("BRAINWROUGHT_") && name != "BRAINWROUGHT_DATA" || name.ends_with("_API_KEY")
            {
                command.env_remove(name);
            }
        }
        command.output().unwrap()
    }

    fn make(&self, arguments: &[&str]) -> Output {
        let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf");
        let usual = ["make", pdf.to_str().unwrap(), "-o", "out.mp4", "--size", "270x480", "--length", "20"];
        self.run(&[&usual, arguments].concat())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn an_estimate_needs_no_key_and_no_network_and_makes_nothing() {
    let desk = Desk::new("");
    let free = desk.make(&["--estimate"]);
    assert_eq!(free.status.code(), Some(0), "{free:?}");
    assert!(text(&free.stdout).starts_with("nothing is paid"), "{free:?}");

    let chosen = ["--estimate", "--offline", "--llm", "openai:gpt-5-mini", "--voice", "openai:alloy"];
    let table = desk.make(&chosen);
    assert_eq!(table.status.code(), Some(0), "{table:?}");
    let lines = text(&table.stdout);
    for said in ["script    openai/gpt-5-mini", "audio     openai/gpt-4o-mini-tts", "total", "--max-cost"] {
        assert!(lines.contains(said), "{said}: {lines}");
    }
    let estimate = json(&desk.make(&[&chosen[..], &["--json"]].concat()));
    let [usually, most] = ["usually_usd", "most_usd"].map(|sum| estimate[sum].as_f64().unwrap());
    assert!(0.001 < usually && usually < most && most < 5.0, "{estimate}");
    assert_eq!(estimate["lines"][0]["stage"], "script");

    let unknown = text(&desk.make(&["--estimate", "--llm", "openai:gpt-99"]).stdout);
    assert!(unknown.contains("[prices.\"openai/gpt-99\"]"), "{unknown}");
    assert!(
        !desk.path("data/jobs").exists()
            || desk.path("data/jobs").read_dir().unwrap().all(|entry| {
                entry.unwrap().path().extension().is_none_or(|extension| extension != "json")
            }),
        "no job was made"
    );
}

#[test]
fn a_limit_stops_before_anything_is_sent_and_a_higher_one_finishes_the_video() {
    let server = ModelServer::start([]);
    let host = server.url.trim_start_matches("http://");
    let config =
        format!("max-cost = 0.01\n[prices.\"{host}/tiny\"]\ninput-tokens = 1.0\noutput-tokens = 10.0\n");
    let desk = Desk::new(&config);
    let llm = format!("{}/v1#tiny", server.url);
    let chosen = ["--llm", &llm];

    let stopped = desk.make(&chosen);
    let said = text(&stopped.stderr);
    assert_eq!(stopped.status.code(), Some(1), "{said}");
    assert!(said.contains("estimate usually $") && said.contains("the job stops at $0.01"), "{said}");
    assert!(said.contains("retry --max-cost"), "{said}");
    assert!(server.asked().is_empty(), "nothing was sent");
    let listed = json(&desk.run(&["list", "--json"]));
    let id = listed[0]["job_id"].as_str().unwrap();
    let status = json(&desk.run(&["status", id, "--json"]));
    assert_eq!((&status["status"], &status["spent"]["max_cost_usd"]), (&"FAILED".into(), &0.01.into()));

    let raised = desk.run(&["retry", id, "--max-cost", "1"]);
    assert_eq!(raised.status.code(), Some(0), "{raised:?}");
    let made = desk.make(&[&chosen[..], &["--json"]].concat());
    assert_eq!(made.status.code(), Some(0), "{made:?}");
    let made = json(&made);
    assert_eq!((made["job_id"].as_str(), made["spent"]["set_aside_usd"].as_f64()), (Some(id), Some(0.0)));
    let asked = server.asked();
    assert!(asked.starts_with(&["story".to_owned(), "script".to_owned()]) && asked.len() >= 3, "{asked:?}");
    let spent = made["spent"]["settled_usd"].as_f64().unwrap();
    assert!((spent - asked.len() as f64 * 0.002).abs() < 1e-9, "{spent} for {asked:?}");

    let beside = Path::new(made["output_local_path"].as_str().unwrap()).parent().unwrap().to_owned();
    for file in ["report.json", "manifest.json"] {
        let file: Value = serde_json::from_slice(&std::fs::read(beside.join(file)).unwrap()).unwrap();
        assert_eq!(file["spent"]["usd"].as_f64(), Some(spent), "{file}");
        assert_eq!(file["spent"]["by"][0]["provider"], format!("{host}/tiny"));
    }
    let page = text(&desk.run(&["status", id]).stdout);
    assert!(page.contains("of at most $1.00") && page.contains(&format!("{host}/tiny")), "{page}");

    let again = desk.make(&[&chosen[..], &["--max-cost", "1"]].concat());
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert_eq!(server.asked().len(), asked.len(), "what is done is not paid again");
}
