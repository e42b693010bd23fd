//! A model checker tries every order of claims, renewals, outcomes, expiries, crashes and retries on the real state
//! machine, with workers that come back late; and it must catch four machines whose fence is broken.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::time::Duration;

use brainwrought_core::clock::{Now, Reading, Timestamp};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::{Digest, FencingToken, JobId, TaskKey, WorkerId};
use brainwrought_core::job::{
    Failure, Job, JobInput, JobStatus, NewJob, Outcome, Plan, Renewal, StagePlan, TaskStatus,
};
use stateright::{Checker, Model, Property};

/// What keeps a late worker from being believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fence {
    /// The real one: the token.
    Token,
    /// Mutant: whoever comes is believed while the task is running.
    StatusOnly,
    /// Mutant: whoever has the name of the lease's worker is believed.
    WorkerName,
    /// Mutant: a retry starts counting tokens from the beginning.
    TokenResetByRetry,
    /// Mutant: a recovered task can still be completed by the token that lost it.
    NoStatusCheck,
}

/// The most of everything, so that the search ends.
const CLAIMS: u8 = 4;
const TICKS: u8 = 2;
const WORKERS: usize = 2;
const LEASE: Duration = Duration::from_millis(10);

struct Protocol {
    fence: Fence,
}

/// Two stages, the second fanned out over the first, and workers that remember what they were lent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    /// The job as a store would keep it.
    job: String,
    ticks: u8,
    claims: u8,
    retried: bool,
    workers: [Vec<Loan>; WORKERS],
    /// Ghosts, which the protocol does not see: the loan that truly holds each task, and what was done wrong.
    holders: Vec<(TaskKey, u8)>,
    wrong: Option<&'static str>,
}

/// What a worker was lent; it may be over without the worker knowing.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Loan {
    serial: u8,
    key: TaskKey,
    token: u64,
}

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Advance,
    Tick,
    Recover,
    Retry,
    Claim(usize),
    Crash(usize),
    Renew(usize, Loan),
    Commit(usize, Loan, End),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Done,
    Failed,
    HandedBack,
}

impl World {
    fn job(&self) -> Job {
        serde_json::from_str(&self.job).unwrap()
    }

    fn now(&self) -> Now {
        // Each tick is longer than a lease.
        let ms = u64::from(self.ticks) * 20;
        Now { wall: Timestamp(0), reading: Reading { epoch: "model".to_owned(), ms } }
    }

    fn with(mut self, job: &Job) -> Self {
        self.job = serde_json::to_string(job).unwrap();
        self
    }

    fn release(&mut self, key: &TaskKey) {
        self.holders.retain(|(held, _)| held != key);
    }

    fn holds(&self, loan: &Loan) -> bool {
        self.holders.contains(&(loan.key.clone(), loan.serial))
    }
}

impl Protocol {
    /// Ends an attempt as a store with this fence would; tells whether it was accepted.
    fn commit(&self, job: &mut Job, worker: usize, loan: &Loan, end: End, now: &Now) -> bool {
        let believed = job.task(&loan.key).and_then(|task| {
            let lease = task.lease.as_ref();
            match self.fence {
                Fence::Token | Fence::TokenResetByRetry => Some(FencingToken(loan.token)),
                Fence::StatusOnly => lease.map(|lease| lease.token),
                Fence::WorkerName => {
                    lease.filter(|lease| lease.worker == name(worker)).map(|lease| lease.token)
                }
                Fence::NoStatusCheck => Some(FencingToken(loan.token)),
            }
        });
        if self.fence == Fence::NoStatusCheck
            && let Some(task) = job.stages.iter_mut().find(|task| task.key == loan.key)
            && task.token == FencingToken(loan.token)
            && task.status == TaskStatus::Ready
        {
            task.status = TaskStatus::Done;
            return true;
        }
        let outcome = match end {
            End::Done => Outcome::Done {
                output: Digest::of(b"output"),
                items: (loan.key.segment.is_none()).then_some(1),
                cached: false,
            },
            End::Failed => {
                Outcome::Failed(Failure { error: "no".to_owned(), retryable: true, backoff_ms: 0 })
            }
            End::HandedBack => Outcome::HandedBack,
        };
        believed.is_some_and(|token| job.commit(&loan.key, token, outcome, now).is_ok())
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let stage = |name: &str, needs: &[&str], fan: Option<&str>| StagePlan {
            name: name.into(),
            needs: needs.iter().map(|need| (*need).into()).collect(),
            fan: fan.map(Into::into),
        };
        let plan = Plan::new(vec![stage("split", &[], None), stage("shout", &["split"], Some("split"))]);
        let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
        let new = NewJob::new(
            "model",
            plan.unwrap(),
            JobInput::new(&SourcePdf { file_name: "model.pdf".to_owned(), pdf }).unwrap(),
        )
        .with_max_attempts(3);
        let world = World {
            job: String::new(),
            ticks: 0,
            claims: 0,
            retried: false,
            workers: Default::default(),
            holders: Vec::new(),
            wrong: None,
        };
        let job = Job::create(JobId::from_bytes([7; 16]), new, &world.now());
        vec![world.with(&job)]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        if world.wrong.is_some() {
            return;
        }
        steps.extend([Step::Advance, Step::Recover]);
        if world.ticks < TICKS {
            steps.push(Step::Tick);
        }
        if !world.retried {
            steps.push(Step::Retry);
        }
        for (worker, loans) in world.workers.iter().enumerate() {
            if world.claims < CLAIMS {
                steps.push(Step::Claim(worker));
            }
            if !loans.is_empty() {
                steps.push(Step::Crash(worker));
            }
            for loan in loans {
                steps.push(Step::Renew(worker, loan.clone()));
                for end in [End::Done, End::Failed, End::HandedBack] {
                    steps.push(Step::Commit(worker, loan.clone(), end));
                }
            }
        }
    }

    fn next_state(&self, world: &World, step: Step) -> Option<World> {
        let mut next = world.clone();
        let mut job = world.job();
        let now = world.now();
        match step {
            Step::Advance => {
                if job.advance(&now).is_empty() {
                    return None;
                }
            }
            Step::Tick => next.ticks += 1,
            Step::Recover => {
                let moved = job.recover(|lease| lease.is_expired(&now), &now);
                if moved.is_empty() {
                    return None;
                }
                moved.iter().for_each(|key| next.release(key));
            }
            Step::Retry => {
                job.retry(Some(&"split".into()), &now).ok()?;
                next.retried = true;
                next.holders.clear();
                if self.fence == Fence::TokenResetByRetry {
                    job.token_floor = FencingToken(0);
                    job.stages.iter_mut().for_each(|task| task.token = FencingToken(0));
                }
            }
            Step::Claim(worker) => {
                let key = job.claimable(None, &now).into_iter().next()?;
                let token = job.claim(&key, &name(worker), LEASE, None, &now)?.token;
                next.claims += 1;
                let loan = Loan { serial: next.claims, key: key.clone(), token: token.0 };
                next.release(&key);
                next.holders.push((key, loan.serial));
                next.workers[worker].push(loan);
            }
            Step::Crash(worker) => next.workers[worker].clear(),
            Step::Renew(_, loan) => {
                let renewed = job.renew(&loan.key, FencingToken(loan.token), LEASE, &now);
                if self.fence == Fence::Token && (renewed == Renewal::Renewed) != world.holds(&loan) {
                    next.wrong = Some("a renewal does not tell who holds the lease");
                }
            }
            Step::Commit(worker, loan, end) => {
                let accepted = self.commit(&mut job, worker, &loan, end, &now);
                if accepted != world.holds(&loan) {
                    next.wrong =
                        Some("an outcome was taken from a loan that is over, or refused from one that holds");
                }
                if accepted {
                    next.release(&loan.key);
                }
                next.workers[worker].retain(|other| *other != loan);
            }
        }
        next.holders.sort();
        Some(next.with(&job))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("only the holder of the lease is believed", |_, world: &World| {
                world.wrong.is_none()
            }),
            Property::always("a task that runs has a lease, and no other has one", |_, world: &World| {
                let job = world.job();
                job.stages.iter().all(|task| (task.status == TaskStatus::Running) == task.lease.is_some())
            }),
            Property::sometimes("a job completes", |_, world: &World| {
                world.job().status(&world.now()) == JobStatus::Completed
            }),
            Property::sometimes("a job completes after a retry and a crash", |_, world: &World| {
                world.retried && world.ticks > 0 && world.job().status(&world.now()) == JobStatus::Completed
            }),
        ]
    }
}

fn name(worker: usize) -> WorkerId {
    WorkerId(format!("worker {worker}"))
}

#[test]
fn the_protocol_holds_in_every_order() {
    let checker = Protocol { fence: Fence::Token }.checker().threads(2).spawn_bfs().join();
    println!("{} states", checker.unique_state_count());
    assert!(checker.unique_state_count() > 1_000);
    checker.assert_properties();
}

#[test]
fn every_broken_fence_is_found_out() {
    for fence in [Fence::StatusOnly, Fence::WorkerName, Fence::TokenResetByRetry, Fence::NoStatusCheck] {
        let checker = Protocol { fence }.checker().threads(2).spawn_bfs().join();
        let found = checker.discovery("only the holder of the lease is believed");
        let path = found.unwrap_or_else(|| panic!("the mutant {fence:?} was not found out"));
        println!("{fence:?}: found out in {} steps", path.into_actions().len());
    }
}
