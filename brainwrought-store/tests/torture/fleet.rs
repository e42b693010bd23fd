//! [`Ordeal`]: one run of a fleet under blows.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::{JobFilter, JobStore, JobView};
use brainwrought_core::split_mix::SplitMix64;
use brainwrought_store::PostgresJobStore;
use rustix::process::{Pid, Signal, kill_process};

use super::plan;
use super::verdict::Verdict;
use super::worker::LEASE;
use brainwrought_testing::FakeClock;
use brainwrought_testing::Proxy;
use brainwrought_testing::{Around, PostgresServer};

/// The rest between two blows.
const BREATH: Duration = Duration::from_millis(250);

/// How far a clock is set, in seconds.
const HOUR: i64 = 3600;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Ordeal {
    pub(crate) jobs: usize,
    pub(crate) workers: usize,
    pub(crate) restarts: usize,
    pub(crate) seed: u64,
    pub(crate) fenced: bool,
    pub(crate) limit: Duration,
}

/// The processes, killed when this goes.
struct Fleet {
    members: Vec<(String, Child, Option<Instant>)>,
}

impl Drop for Fleet {
    fn drop(&mut self) {
        for (_, child, _) in &mut self.members {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Ordeal {
    #[expect(clippy::disallowed_methods, reason = "the run has a limit, and says how long it took")]
    pub(crate) async fn run(&self) -> Verdict {
        // One clock for the server and another for the fleet, as their machines are not the same.
        let clocks: Vec<FakeClock> =
            if cfg!(target_os = "linux") { vec![FakeClock::start(), FakeClock::start()] } else { Vec::new() };
        let environment = |which: usize| clocks.get(which).map(FakeClock::environment).unwrap_or_default();
        let around = Around { environment: environment(0), ..Around::default() };
        let fleets = environment(1);
        let server = PostgresServer::own_in("fsync = off", around).await;
        let url = server.database().await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("ledger")).unwrap();
        let database = url.rsplit_once('/').unwrap().1.split('?').next().unwrap();
        let proxy = Proxy::start(server.socket()).await;
        let cut_off = format!("postgres://tester@{}/{database}", proxy.address);
        let store = PostgresJobStore::new(&url).unwrap();
        for number in 0..self.jobs {
            store.create(plan::job(number)).await.unwrap();
        }
        let started = Instant::now();
        let mut dice = SplitMix64::new(self.seed);
        let mut fleet = Fleet { members: Vec::new() };
        for role in ["orchestrator", "recovery"] {
            fleet.members.push((role.to_owned(), self.spawn(role, &url, folder.path(), 0, &fleets), None));
        }
        for number in 0..self.workers {
            // The first worker's way to the database can be cut.
            let url = if number == 0 { &cut_off } else { &url };
            let role = format!("worker-{number}");
            let child = self.spawn(&role, url, folder.path(), dice.bits(), &fleets);
            fleet.members.push((role, child, None));
        }
        let (mut blows, mut restarts) = (BTreeMap::new(), 0);
        let mut cut: Option<Instant> = None;
        let mut views = Vec::new();
        while started.elapsed() < self.limit {
            tokio::time::sleep(BREATH).await;
            if let Ok(listed) = tokio::time::timeout(Duration::from_secs(2), all(&store)).await {
                views = listed.unwrap_or(views);
            }
            let over = views.iter().filter(|view| view.status.is_final()).count();
            if over == self.jobs {
                break;
            }
            for (_, child, wakes) in &mut fleet.members {
                if wakes.is_some_and(|at| Instant::now() >= at) {
                    signal(child, Signal::CONT);
                    *wakes = None;
                }
            }
            if cut.is_some_and(|until| Instant::now() >= until) {
                proxy.set_open(true);
                cut = None;
            }
            let progress = done_share(&views, self.jobs);
            if restarts < self.restarts && progress * (self.restarts + 1) as f64 > (restarts + 1) as f64 {
                restarts += 1;
                *blows.entry("restarts").or_insert(0) += 1;
                server.kill();
                server.revive();
                continue;
            }
            let victim = dice.below(fleet.members.len());
            match dice.below(7) {
                0 => {
                    *blows.entry("kills").or_insert(0) += 1;
                    let (role, child, wakes) = &mut fleet.members[victim];
                    child.kill().unwrap();
                    child.wait().unwrap();
                    let url = if role == "worker-0" { &cut_off } else { &url };
                    *child = self.spawn(role, url, folder.path(), dice.bits(), &fleets);
                    *wakes = None;
                }
                1..=3 if fleet.members[victim].2.is_none() => {
                    *blows.entry("stalls").or_insert(0) += 1;
                    signal(&fleet.members[victim].1, Signal::STOP);
                    // From a little longer than the lease to three times as long.
                    let longer = LEASE.mul_f64(1.2 + dice.below(18) as f64 / 10.0);
                    fleet.members[victim].2 = Some(Instant::now() + longer);
                }
                4 if cut.is_none() => {
                    *blows.entry("partitions").or_insert(0) += 1;
                    proxy.set_open(false);
                    cut = Some(Instant::now() + LEASE * 3);
                }
                5 if !clocks.is_empty() => {
                    *blows.entry("clocks set").or_insert(0) += 1;
                    let hours = dice.below(3) as i64 - 1;
                    clocks[dice.below(clocks.len())].set(hours * HOUR);
                }
                _ => {}
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        // Whoever was stalled or cut off still has a commit to try.
        proxy.set_open(true);
        for (_, child, _) in &fleet.members {
            signal(child, Signal::CONT);
        }
        tokio::time::sleep(LEASE * 2).await;
        drop(fleet);
        let views = all(&store).await.unwrap_or(views);
        let mut verdict = Verdict::read(self.jobs, &views, folder.path()).await;
        verdict.seconds = seconds;
        verdict.blows = blows;
        verdict
    }

    #[expect(clippy::disallowed_methods, reason = "the fleet is this program, started many times")]
    fn spawn(
        &self,
        role: &str,
        url: &str,
        folder: &Path,
        seed: u64,
        environment: &[(&str, String)],
    ) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args([role, url, folder.to_str().unwrap(), &seed.to_string()])
            .arg(if self.fenced { "fenced" } else { "unfenced" })
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

async fn all(store: &PostgresJobStore) -> Option<Vec<JobView>> {
    store.list(&JobFilter::default()).await.ok()
}

fn done_share(views: &[JobView], jobs: usize) -> f64 {
    let done: usize = views
        .iter()
        .map(|view| {
            let is_done = |task: &&brainwrought_core::job::Task| task.finished_at.is_some();
            if view.status == JobStatus::Completed {
                plan::TASKS
            } else {
                view.job.stages.iter().filter(is_done).count()
            }
        })
        .sum();
    done as f64 / (jobs * plan::TASKS) as f64
}

fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).unwrap();
    // A process that is gone already needs no signal.
    let _ = kill_process(pid, signal);
}
