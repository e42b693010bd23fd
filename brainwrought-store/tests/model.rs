//! Drives each store and the bare state machine with the same random steps, and compares every job after each.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::clock::{Clock, ManualClock, Now};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::{Digest, FencingToken, JobId, TaskId, TaskKey, WorkerId};
use brainwrought_core::job::{Failure, Job, JobInput, NewJob, Outcome, Plan, Renewal, Revision, StagePlan};
use brainwrought_core::job_store::{ClaimRequest, JobFilter, JobStore, JobStoreError};
use brainwrought_core::memory::MemoryJobStore;
use brainwrought_store::FileJobStore;
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

const LEASE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
enum Step {
    Create(i32),
    Advance,
    Claim(usize),
    Renew(usize),
    SetAside(usize, u64),
    Settle(usize, u64),
    Limit(usize, Option<u64>),
    Commit(usize, End),
    Tick(u64),
    Recover,
    Cancel(usize),
    Retry(usize, Option<&'static str>),
    Replace(usize, &'static str, u8),
    Restore(usize, u32, Option<&'static str>),
}

#[derive(Debug, Clone, Copy)]
enum End {
    Done,
    Passing,
    Lasting,
    HandedBack,
}

/// What the state machine alone says: jobs in the order of their creation, and every loan ever made.
#[derive(Debug, Clone)]
struct Reference {
    jobs: Vec<Job>,
    loans: Vec<Loan>,
    ms: u64,
}

#[derive(Debug, Clone, PartialEq)]
struct Loan {
    job: usize,
    key: TaskKey,
    token: FencingToken,
}

impl Reference {
    fn now(&self) -> Now {
        let clock = ManualClock::default();
        clock.advance(Duration::from_millis(self.ms));
        clock.now()
    }

    /// Carries a step out, and tells what a store should answer.
    fn take(&mut self, step: &Step) -> Answer {
        let now = self.now();
        match step {
            Step::Create(priority) => {
                let id = JobId::from_bytes([self.jobs.len() as u8; 16]);
                self.jobs.push(Job::create(id, new_job(*priority), &now));
                // No two jobs are created in the same millisecond, so that their order is certain.
                self.ms += 1;
                Answer::Nothing
            }
            Step::Advance => Answer::Moved(self.sweep(|job| job.advance(&now))),
            Step::Recover => {
                Answer::Moved(self.sweep(|job| job.recover(|lease| lease.is_expired(&now), &now)))
            }
            Step::Claim(limit) => {
                let mut order: Vec<usize> = (0..self.jobs.len()).collect();
                order.sort_by_key(|&place| std::cmp::Reverse(self.jobs[place].priority));
                let mut lent = Vec::new();
                for place in order {
                    let job = &mut self.jobs[place];
                    for key in job.claimable(None, &now) {
                        if lent.len() < *limit {
                            let token = job.claim(&key, &worker(), LEASE, None, &now).unwrap().token;
                            lent.push(Loan { job: place, key, token });
                        }
                    }
                }
                self.loans.extend(lent.clone());
                Answer::Lent(lent)
            }
            Step::Renew(at) => match self.loan(*at) {
                None => Answer::Nothing,
                Some(loan) => Answer::Renewed(self.jobs[loan.job].renew(&loan.key, loan.token, LEASE, &now)),
            },
            Step::SetAside(at, most) => match self.loan(*at) {
                None => Answer::Nothing,
                Some(loan) => {
                    let job = &mut self.jobs[loan.job];
                    Answer::Accepted(job.reserve(&loan.key, loan.token, &charge(*most), &now).is_ok())
                }
            },
            Step::Settle(at, cost) => match self.loan(*at) {
                None => Answer::Nothing,
                Some(loan) => {
                    let job = &mut self.jobs[loan.job];
                    let settled = job.settle(&loan.key, loan.token, &charge(9), Cost(*cost), &now);
                    Answer::Accepted(settled.is_ok())
                }
            },
            Step::Limit(at, limit) => {
                if let Some(place) = at.checked_rem(self.jobs.len()) {
                    self.jobs[place].limit_cost(limit.map(Cost), &now);
                }
                Answer::Nothing
            }
            Step::Commit(at, end) => match self.loan(*at) {
                None => Answer::Nothing,
                Some(loan) => {
                    let outcome = outcome(&loan.key, *end);
                    Answer::Accepted(self.jobs[loan.job].commit(&loan.key, loan.token, outcome, &now).is_ok())
                }
            },
            Step::Tick(ms) => {
                self.ms += ms;
                Answer::Nothing
            }
            Step::Cancel(at) => match self.jobs.len() {
                0 => Answer::Nothing,
                count => Answer::Accepted(self.jobs[at % count].cancel(&now).is_ok()),
            },
            Step::Retry(at, from) => match self.jobs.len() {
                0 => Answer::Nothing,
                count => {
                    let from = from.map(Into::into);
                    Answer::Accepted(self.jobs[at % count].retry(from.as_ref(), &now).is_ok())
                }
            },
            Step::Replace(..) | Step::Restore(..) => match self.revision(step) {
                None => Answer::Nothing,
                Some((place, revision)) => Answer::Accepted(self.jobs[place].revise(&revision, &now).is_ok()),
            },
        }
    }

    /// The job and the change that a step means.
    fn revision(&self, step: &Step) -> Option<(usize, Revision)> {
        match step {
            Step::Replace(at, stage, text) => {
                let place = at.checked_rem(self.jobs.len())?;
                let key = TaskKey { stage: (*stage).into(), segment: None };
                let expected = self.jobs[place].output(&key).cloned().unwrap_or_else(|| Digest::of(b"none"));
                let items = (*stage == "split").then_some(u32::from(text % 4));
                let output = Digest::of(&[*text]);
                Some((place, Revision::Replace { stage: (*stage).into(), expected, output, items }))
            }
            Step::Restore(at, number, rerun) => {
                let place = at.checked_rem(self.jobs.len())?;
                let rerun = rerun.iter().map(|stage| (*stage).into()).collect();
                Some((place, Revision::Restore { number: *number, rerun }))
            }
            _ => None,
        }
    }

    fn loan(&self, at: usize) -> Option<Loan> {
        (!self.loans.is_empty()).then(|| self.loans[at % self.loans.len()].clone())
    }

    fn sweep(&mut self, change: impl Fn(&mut Job) -> Vec<TaskKey>) -> usize {
        self.jobs.iter_mut().map(|job| change(job).len()).sum()
    }
}

#[derive(Debug, PartialEq)]
enum Answer {
    Nothing,
    Moved(usize),
    Lent(Vec<Loan>),
    Renewed(Renewal),
    Accepted(bool),
}

/// One of two providers gets the money.
fn charge(most: u64) -> Charge {
    let provider = if most.is_multiple_of(2) { "even/1" } else { "odd/1" };
    Charge { provider: provider.to_owned(), most: Cost(most) }
}

fn worker() -> WorkerId {
    WorkerId("model".to_owned())
}

fn new_job(priority: i32) -> NewJob {
    let stage = |name: &str, needs: &[&str], fan: Option<&str>| StagePlan {
        name: name.into(),
        needs: needs.iter().map(|need| (*need).into()).collect(),
        fan: fan.map(Into::into),
    };
    let stages = vec![
        stage("split", &[], None),
        stage("shout", &["split"], Some("split")),
        stage("join", &["shout"], None),
    ];
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    NewJob::new(
        "model",
        Plan::new(stages).unwrap(),
        JobInput::new(&SourcePdf { file_name: "model.pdf".to_owned(), pdf }).unwrap(),
    )
    .with_priority(priority)
    .with_max_attempts(2)
    .with_max_cost((priority > 0).then_some(Cost(40)))
}

fn outcome(key: &TaskKey, end: End) -> Outcome {
    let failed = |retryable| Outcome::Failed(Failure { error: "no".to_owned(), retryable, backoff_ms: 20 });
    match end {
        End::Done => Outcome::Done {
            output: Digest::of(b"output"),
            items: (key.stage.0 == "split").then_some(2),
            cached: false,
        },
        End::Passing => failed(true),
        End::Lasting => failed(false),
        End::HandedBack => Outcome::HandedBack,
    }
}

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self { jobs: Vec::new(), loans: Vec::new(), ms: 0 }).boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Step> {
        let end = prop_oneof![
            6 => Just(End::Done),
            2 => Just(End::Passing),
            1 => Just(End::Lasting),
            1 => Just(End::HandedBack),
        ];
        let from = prop_oneof![Just(None), Just(Some("split")), Just(Some("shout")), Just(Some("nonsense"))];
        prop_oneof![
            2 => (-1..2).prop_map(Step::Create),
            6 => Just(Step::Advance),
            6 => (1..4_usize).prop_map(Step::Claim),
            3 => any::<usize>().prop_map(Step::Renew),
            3 => (any::<usize>(), 1..20_u64).prop_map(|(at, most)| Step::SetAside(at, most)),
            2 => (any::<usize>(), 0..12_u64).prop_map(|(at, cost)| Step::Settle(at, cost)),
            1 => (any::<usize>(), proptest::option::of(0..60_u64))
                .prop_map(|(at, limit)| Step::Limit(at, limit)),
            10 => (any::<usize>(), end).prop_map(|(at, end)| Step::Commit(at, end)),
            3 => (1..60_u64).prop_map(Step::Tick),
            3 => Just(Step::Recover),
            1 => any::<usize>().prop_map(Step::Cancel),
            2 => (any::<usize>(), from).prop_map(|(at, from)| Step::Retry(at, from)),
            3 => (any::<usize>(), prop_oneof![3 => Just("split"), 1 => Just("join"), 1 => Just("shout")], 0..8_u8)
                .prop_map(|(at, stage, text)| Step::Replace(at, stage, text)),
            3 => (any::<usize>(), 1..4_u32, prop_oneof![Just(None), Just(Some("join")), Just(Some("shout"))])
                .prop_map(|(at, number, rerun)| Step::Restore(at, number, rerun)),
        ]
        .boxed()
    }

    fn apply(mut state: Self, step: &Step) -> Self {
        state.take(step);
        state
    }
}

/// A store, what moves its clock, and the reference as it was before the step.
struct Subject {
    store: Box<dyn JobStore>,
    tick: Box<dyn FnMut(u64)>,
    ids: Vec<JobId>,
    before: Reference,
    runtime: tokio::runtime::Runtime,
    _folder: Option<tempfile::TempDir>,
}

#[derive(Debug)]
struct Shared(Arc<ManualClock>);

impl Clock for Shared {
    fn now(&self) -> Now {
        self.0.now()
    }
}

impl Subject {
    fn new(open: impl FnOnce(&std::path::Path, Arc<ManualClock>) -> Box<dyn JobStore>) -> Self {
        let clock = Arc::new(ManualClock::default());
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), Arc::clone(&clock));
        let tick = move |ms| clock.advance(Duration::from_millis(ms));
        Self { _folder: Some(folder), ..Self::over(store, Box::new(tick)) }
    }

    fn over(store: Box<dyn JobStore>, tick: Box<dyn FnMut(u64)>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let before = Reference { jobs: Vec::new(), loans: Vec::new(), ms: 0 };
        Self { store, tick, ids: Vec::new(), before, runtime, _folder: None }
    }

    fn task(&self, loan: &Loan) -> TaskId {
        TaskId { job: self.ids[loan.job].clone(), key: loan.key.clone() }
    }

    fn take(&mut self, step: &Step) -> Answer {
        let run = &self.runtime;
        match step {
            Step::Create(priority) => {
                let created = run.block_on(self.store.create(new_job(*priority))).unwrap();
                self.ids.push(created.view.job.job_id);
                (self.tick)(1);
                Answer::Nothing
            }
            Step::Advance => Answer::Moved(run.block_on(self.store.advance()).unwrap().len()),
            Step::Recover => Answer::Moved(run.block_on(self.store.recover()).unwrap().len()),
            Step::Claim(limit) => {
                let request = ClaimRequest::new(worker(), LEASE, *limit);
                let claims = run.block_on(self.store.claim(&request)).unwrap();
                let place = |id: &JobId| self.ids.iter().position(|known| known == id).unwrap();
                let loans = claims.into_iter();
                Answer::Lent(
                    loans.map(|c| Loan { job: place(&c.id.job), key: c.id.key, token: c.token }).collect(),
                )
            }
            Step::Renew(at) => match self.before.loan(*at) {
                None => Answer::Nothing,
                Some(loan) => Answer::Renewed(
                    run.block_on(self.store.renew(&self.task(&loan), loan.token, LEASE)).unwrap(),
                ),
            },
            Step::SetAside(at, most) => match self.before.loan(*at) {
                None => Answer::Nothing,
                Some(loan) => {
                    let (task, charge) = (self.task(&loan), charge(*most));
                    Answer::Accepted(run.block_on(self.store.reserve(&task, loan.token, &charge)).is_ok())
                }
            },
            Step::Settle(at, cost) => match self.before.loan(*at) {
                None => Answer::Nothing,
                Some(loan) => {
                    let (task, charge) = (self.task(&loan), charge(9));
                    let settled = self.store.settle(&task, loan.token, &charge, Cost(*cost));
                    Answer::Accepted(run.block_on(settled).is_ok())
                }
            },
            Step::Limit(at, limit) => {
                if let Some(place) = at.checked_rem(self.ids.len()) {
                    run.block_on(self.store.limit_cost(&self.ids[place], limit.map(Cost))).unwrap();
                }
                Answer::Nothing
            }
            Step::Commit(at, end) => match self.before.loan(*at) {
                None => Answer::Nothing,
                Some(loan) => {
                    let task = self.task(&loan);
                    let ended = run.block_on(self.store.commit(&task, loan.token, outcome(&loan.key, *end)));
                    let lost = matches!(ended, Err(JobStoreError::LeaseLost { .. }));
                    assert!(ended.is_ok() || lost, "{ended:?}");
                    Answer::Accepted(ended.is_ok())
                }
            },
            Step::Tick(ms) => {
                (self.tick)(*ms);
                Answer::Nothing
            }
            Step::Cancel(at) => match self.ids.len() {
                0 => Answer::Nothing,
                count => Answer::Accepted(run.block_on(self.store.cancel(&self.ids[at % count])).is_ok()),
            },
            Step::Retry(at, from) => match self.ids.len() {
                0 => Answer::Nothing,
                count => {
                    let from = from.map(Into::into);
                    let retried = self.store.retry(&self.ids[at % count], from.as_ref());
                    Answer::Accepted(run.block_on(retried).is_ok())
                }
            },
            Step::Replace(..) | Step::Restore(..) => match self.before.revision(step) {
                None => Answer::Nothing,
                Some((place, revision)) => {
                    let revised = self.store.revise(&self.ids[place], &revision);
                    Answer::Accepted(run.block_on(revised).is_ok())
                }
            },
        }
    }

    fn step(mut self, after: &Reference, step: &Step) -> Self {
        let expected = self.before.clone().take(step);
        assert_eq!(self.take(step), expected, "{step:?}");
        let views = self.runtime.block_on(self.store.list(&JobFilter::default())).unwrap();
        assert_eq!(views.len(), after.jobs.len());
        let now = after.now();
        for (view, expected) in views.into_iter().rev().zip(&after.jobs) {
            assert_eq!(view.status, expected.status(&now));
            let mut job = view.job;
            job.job_id = expected.job_id.clone();
            for task in &mut job.stages {
                if let Some(lease) = &mut task.lease {
                    lease.holder = None;
                }
                // Each store names its clock in its own way.
                let readings = task.lease.as_mut().map(|lease| &mut lease.expires);
                for reading in readings.into_iter().chain(&mut task.due) {
                    reading.epoch = "manual".to_owned();
                }
            }
            assert_eq!(job, *expected, "after {step:?}");
        }
        self.before = after.clone();
        self
    }
}

struct MemoryMatches;

impl StateMachineTest for MemoryMatches {
    type SystemUnderTest = Subject;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Subject {
        Subject::new(|_, clock| Box::new(MemoryJobStore::with_clock(clock)))
    }

    fn apply(subject: Subject, after: &Reference, step: Step) -> Subject {
        subject.step(after, &step)
    }
}

struct FolderMatches;

impl StateMachineTest for FolderMatches {
    type SystemUnderTest = Subject;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Subject {
        Subject::new(|folder, clock| {
            Box::new(FileJobStore::open_with_clock(folder, Box::new(Shared(clock))).unwrap())
        })
    }

    fn apply(subject: Subject, after: &Reference, step: Step) -> Subject {
        subject.step(after, &step)
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_does_what_the_state_machine_says(sequential 1..60 => MemoryMatches);
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_folder_does_what_the_state_machine_says(sequential 1..60 => FolderMatches);
}

#[cfg(feature = "postgres")]
#[cfg(feature = "postgres")]
mod postgres {
    use brainwrought_store::PostgresJobStore;
    use sqlx::{Connection as _, PgConnection};

    use super::*;
    use brainwrought_testing::PostgresServer;

    /// Puts a clock that stands still in the place of the server's.
    const MANUAL_CLOCK: &str = "
        create table brainwrought.test_clock as select 0::bigint as ms;
        create or replace function brainwrought.now_ms() returns bigint language sql volatile as
            'select ms from brainwrought.test_clock';
        create or replace function brainwrought.up_since_ms() returns bigint language sql stable as
            'select 0::bigint'";

    struct PostgresMatches;

    impl StateMachineTest for PostgresMatches {
        type SystemUnderTest = Subject;
        type Reference = Reference;

        fn init_test(_: &Reference) -> Subject {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let url = runtime.block_on(async { PostgresServer::shared().await.database().await });
            let mut connection = runtime.block_on(PgConnection::connect(&url)).unwrap();
            runtime.block_on(sqlx::raw_sql(MANUAL_CLOCK).execute(&mut connection)).unwrap();
            let tick = move |ms: u64| {
                let moved = sqlx::query("update brainwrought.test_clock set ms = ms + $1")
                    .bind(i64::try_from(ms).unwrap())
                    .execute(&mut connection);
                runtime.block_on(moved).unwrap();
            };
            Subject::over(Box::new(PostgresJobStore::new(&url).unwrap()), Box::new(tick))
        }

        fn apply(subject: Subject, after: &Reference, step: Step) -> Subject {
            subject.step(after, &step)
        }
    }

    prop_state_machine! {
        #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn postgres_does_what_the_state_machine_says(sequential 1..60 => PostgresMatches);
    }
}
