//! The command in a fleet: jobs in a database, artifacts in a bucket, machines that share nothing else.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "these tests start processes and wait for them")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use brainwrought_core::id::Digest;
use brainwrought_testing::PostgresServer;
use brainwrought_testing::PythonPeer;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

const UNKNOWN: &str = "0123456789abcdef0123456789abcdef";

const MOTO: &str = "
import sys
from moto.server import ThreadedMotoServer
from moto.s3.models import s3_backends
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
s3_backends['123456789012']['aws'].create_bucket('bucket', 'us-east-1')
print('http://%s:%d' % server.get_host_and_port(), flush=True)
sys.stdin.read()
";

/// One machine: a folder of its own, and where it is told that the stores are.
struct Machine {
    folder: tempfile::TempDir,
    stores: Vec<(&'static str, String)>,
}

/// The processes of a machine, killed when this goes.
struct Running(Vec<Child>);

impl Drop for Running {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Machine {
    fn new(jobs: &str) -> Self {
        let stores = vec![("jobs", jobs.to_owned())];
        Self { folder: tempfile::tempdir().unwrap(), stores }
    }

    /// A machine whose artifacts are in the bucket, whose server the second argument names.
    fn with_bucket(jobs: &str, endpoint: &str) -> Self {
        let mut machine = Self::new(jobs);
        machine.stores.push(("artifacts", "s3://bucket/fleet".to_owned()));
        machine.stores.push(("endpoint", endpoint.to_owned()));
        machine
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brainwrought"));
        command.args(arguments).current_dir(self.folder.path());
        for store in ["BRAINWROUGHT_STORE", "BRAINWROUGHT_JOBS", "BRAINWROUGHT_ARTIFACTS"] {
            command.env_remove(store);
        }
        command.stdin(Stdio::null());
        for (name, value) in &self.stores {
            match *name {
                "endpoint" => command
                    .env("AWS_ENDPOINT_URL", value)
                    .env("AWS_ACCESS_KEY_ID", "key")
                    .env("AWS_SECRET_ACCESS_KEY", "secret"),
                store => command.env(format!("BRAINWROUGHT_{}", store.to_uppercase()), value),
            };
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(arguments);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stdout(std::fs::File::options().create(true).append(true).open(self.path("said")).unwrap());
        command.stderr(Stdio::null()).spawn().unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the processes here printed.
    fn said(&self) -> String {
        std::fs::read_to_string(self.path("said")).unwrap_or_default()
    }

    /// Fails unless a command ends with this code and says this.
    fn expect(&self, arguments: &[&str], code: i32, hint: &str) {
        let output = self.run(arguments);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(hint), "{arguments:?} does not say `{hint}`: {said}");
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The example paper, small and short: everything but the number of pixels is as in a real run.
fn small<'a>(command: &'a str, pdf: &'a str) -> Vec<&'a str> {
    vec![command, pdf, "--size", "270x480", "--length", "20", "--json"]
}

fn example() -> String {
    let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf");
    pdf.canonicalize().unwrap().to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_database_serves_every_command() {
    let machine = Machine::new(&PostgresServer::shared().await.database().await);
    let pdf = example();
    let id = machine.json(&small("submit", &pdf))["job_id"].as_str().unwrap().to_owned();
    assert_eq!(machine.json(&["status", &id, "--json"])["status"], "PENDING");
    machine.expect(&["list"], 0, &id);
    machine.expect(&["orchestrator", "--once"], 0, "1 ready");
    machine.expect(&["recovery", "--once"], 0, "0 taken back");
    machine.expect(&["cancel", &id], 0, "CANCELLED");
    machine.expect(&["logs", &id], 0, "");
    machine.expect(&["retry", &id], 0, "PENDING");
    machine.expect(&["fetch", &id], 1, "has no finished video");
    machine.expect(&["publish", &id], 1, "only a completed one");
    machine.expect(&["status", UNKNOWN], 2, "there is no job");
    machine.expect(&["gc", "--dry-run"], 0, "would remove");
    machine.expect(&["doctor"], 0, "postgres://localhost");
    machine.expect(&["recovery", "--once", "--keep", "1h"], 0, "0 removed");
    machine.expect(&["cancel", &id], 0, "CANCELLED");
    machine.expect(&["recovery", "--once", "--keep", "1ms"], 0, "1 removed");
    machine.expect(&["status", &id], 2, "there is no job");
}

#[tokio::test]
async fn a_job_of_a_pipeline_that_no_worker_has_waits_and_says_so() {
    let url = PostgresServer::shared().await.database().await;
    let machine = Machine::new(&url);
    let pdf = example();
    let foreign = machine.json(&small("submit", &pdf))["job_id"].as_str().unwrap().to_owned();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let renamed = sqlx::query("update brainwrought.jobs set pipeline = 'opera' where job_id = $1");
    renamed.bind(&foreign).execute(&mut connection).await.unwrap();
    let own = machine.json(&small("submit", &pdf))["job_id"].as_str().unwrap().to_owned();
    let _running = Running(vec![machine.start(&["dev", "--poll", "0.1"])]);
    let started = Instant::now();
    while machine.json(&["status", &own, "--json"])["stages"][0]["status"] != "DONE" {
        assert!(started.elapsed() < Duration::from_secs(60), "the worker does nothing: {}", machine.said());
        std::thread::sleep(Duration::from_millis(200));
    }
    let waiting = machine.json(&["status", &foreign, "--json"]);
    assert_eq!((&waiting["status"], &waiting["stages"][0]["attempt"]), (&"PENDING".into(), &0.into()));
    for command in [&["status", &foreign][..], &["top", "--once"]] {
        machine.expect(command, 0, "a worker that has the pipeline `opera`");
    }
    let stuck: Vec<(String,)> = sqlx::query_as(
        "update brainwrought.tasks set updated_at_ms = 0 where job_id = $1 and status = 'READY' returning job_id",
    )
    .bind(&foreign)
    .fetch_all(&mut connection)
    .await
    .unwrap();
    assert_eq!(stuck.len(), 1);
    let reason: String = sqlx::query_scalar("select reason from brainwrought.stuck_tasks where job_id = $1")
        .bind(&foreign)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(reason, "it waits for a worker that has the pipeline opera");
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_in_the_middle_of_a_task_hands_it_back() {
    let url = PostgresServer::shared().await.database().await;
    let machine = Machine::new(&url);
    let pdf = example();
    // A quick voice, and pictures so large that a render takes far longer than a worker is given to stop.
    let submit = ["submit", &pdf, "--voice", "espeak", "--size", "1080x1920", "--length", "20", "--json"];
    machine.json(&submit);
    let mut running = Running(vec![
        machine.start(&["worker", "--concurrency", "1", "--poll", "0.1"]),
        machine.start(&["orchestrator", "--poll", "0.1"]),
    ]);
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let render = "select status, attempt, token, history::text from brainwrought.tasks
        where stage = 'render' order by segment limit 1";
    let give_up = Instant::now() + Duration::from_secs(240);
    loop {
        let task: Option<(String, i64, i64, String)> =
            sqlx::query_as(render).fetch_optional(&mut connection).await.unwrap();
        if task.is_some_and(|(status, ..)| status == "RUNNING") {
            break;
        }
        assert!(Instant::now() < give_up, "no render began: {}", machine.said());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let asked = Instant::now();
    let worker = &mut running.0[0];
    rustix::process::kill_process(rustix::process::Pid::from_child(worker), rustix::process::Signal::TERM)
        .unwrap();
    let status = worker.wait().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(5), "it took {:?} to stop", asked.elapsed());
    assert_eq!(status.code(), Some(0), "a worker that is told to stop ends well");
    let task: (String, i64, i64, String) = sqlx::query_as(render).fetch_one(&mut connection).await.unwrap();
    assert_eq!(task, ("READY".to_owned(), 0, 1, "[]".to_owned()), "the attempt does not count");
}

#[tokio::test]
async fn tables_that_are_missing_or_newer_are_refused_with_a_hint() {
    let url = PostgresServer::shared().await.empty_database().await;
    let machine = Machine::new(&url);
    for command in
        [&["list"][..], &["worker"], &["orchestrator"], &["recovery"], &["dev"], &["stage", "list"]]
    {
        machine.expect(command, 3, "run `brainwrought migrate`");
    }
    machine.expect(&["make", &example()], 3, "run `brainwrought migrate`");
    machine.expect(&["migrate"], 0, "from schema version 0 to");
    machine.expect(&["migrate"], 0, "nothing was changed");
    machine.expect(&["list"], 0, "no jobs yet");
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("insert into brainwrought.schema_version (version) values (99)")
        .execute(&mut connection)
        .await
        .unwrap();
    machine.expect(&["list"], 3, "update it");
    machine.expect(&["migrate"], 3, "update it");
    Machine::new("file:./data").expect(&["migrate"], 2, "ready as it is");
    let nowhere = Machine::new("postgres://me:secret@127.0.0.1:1/none");
    nowhere.expect(&["migrate"], 3, "127.0.0.1:1");
    let told = nowhere.run(&["doctor"]);
    assert!(!text(&told.stdout).contains("secret") && !text(&told.stderr).contains("secret"), "{told:?}");
}

#[tokio::test]
async fn stages_are_held_back_in_the_whole_fleet() {
    let machine = Machine::new(&PostgresServer::shared().await.database().await);
    machine.expect(&["stage", "list"], 0, "no stage is paused or limited");
    machine.expect(&["stage", "pause", "render"], 0, "paused");
    machine.expect(&["stage", "limit", "audio", "4"], 0, "at most 4");
    let controls = machine.json(&["stage", "list", "--json"]);
    assert_eq!(controls[0]["stage"], "audio");
    assert_eq!((&controls[0]["max_running"], &controls[0]["paused"]), (&Value::from(4), &Value::from(false)));
    assert_eq!((&controls[1]["stage"], &controls[1]["paused"]), (&Value::from("render"), &Value::from(true)));
    machine.expect(&["stage", "limit", "audio"], 0, "render");
    machine.expect(&["stage", "resume", "render"], 0, "no stage is paused or limited");
    machine.expect(&["stage", "pause", "nonsense"], 2, "stages are parse");
    machine.expect(&["stage", "limit", "audio", "0"], 2, "0");
    Machine::new("file:./data").expect(&["stage", "pause", "render"], 2, "postgres://");
}

#[test]
fn urls_that_no_store_has_are_refused_with_those_there_are() {
    for accepted in ["file:./data", "memory:", "postgres://"] {
        Machine::new("memory:").expect(&["list", "--jobs", "gopher://store"], 2, accepted);
    }
    let machine = Machine::new("memory:");
    for accepted in ["file:./data", "memory:", "s3://", "gs://", "az://", "hf://datasets/"] {
        machine.expect(&["gc", "--artifacts", "gopher://store"], 2, accepted);
    }
}

#[tokio::test]
async fn machines_that_share_a_database_and_a_bucket_make_the_video_that_one_makes() {
    let database = PostgresServer::shared().await.database().await;
    let moto = PythonPeer::start(MOTO);
    let machine = || Machine::with_bucket(&database, &moto.greeting);
    let (client, steering, first, second) = (machine(), machine(), machine(), machine());
    let pdf = example();
    let id = client.json(&small("submit", &pdf))["job_id"].as_str().unwrap().to_owned();
    let running = Running(vec![
        steering.start(&["orchestrator", "--poll", "0.1"]),
        steering.start(&["recovery", "--poll", "0.1"]),
        first.start(&["worker", "--stage", "parse", "--stage", "audio", "--stage", "render"]),
        second.start(&[
            "worker", "--stage", "script", "--stage", "visuals", "--stage", "render", "--stage", "assemble",
            "--stage", "check", "--stage", "publish",
        ]),
    ]);

    let alone = Machine::new("file:./data");
    let made = alone.run(&[&small("make", &pdf)[..], &["-o", "video.mp4"]].concat());
    assert!(made.status.success(), "{}", text(&made.stderr));

    let give_up = Instant::now() + Duration::from_secs(240);
    let status = loop {
        let status = client.json(&["status", &id, "--json"])["status"].clone();
        if status == "COMPLETED" || status == "FAILED" || Instant::now() > give_up {
            break status;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    drop(running);
    assert_eq!(status, "COMPLETED", "{}", text(&client.run(&["logs", &id]).stdout));
    assert!(
        first.said().contains("audio[0]  done") && second.said().contains("check  done"),
        "both have worked"
    );
    for machine in [&client, &steering, &first, &second] {
        assert!(!machine.path("data/artifacts").exists() && !machine.path("data/jobs").exists());
    }
    client.expect(&["fetch", &id, "-o", "video.mp4"], 0, "video.mp4");
    let digest = |machine: &Machine| Digest::of(&std::fs::read(machine.path("video.mp4")).unwrap());
    assert_eq!(digest(&client), digest(&alone));
    assert!(client.path("data/outputs").join(&id).join("report.json").exists());
}
