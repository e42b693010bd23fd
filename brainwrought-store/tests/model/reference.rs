//! [`Reference`]: what the state machine alone says, and the random steps that drive it.

use std::time::Duration;

use brainwrought_core::budget::{Charge, Cost};
use brainwrought_core::clock::{Clock, ManualClock, Now};
use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::{Digest, FencingToken, JobId, TaskKey, WorkerId};
use brainwrought_core::job::{Failure, Job, JobInput, NewJob, Outcome, Plan, Renewal, Revision, StagePlan};
use proptest::prelude::*;
use proptest_state_machine::ReferenceStateMachine;

pub(crate) const LEASE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub(crate) enum Step {
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
pub(crate) enum End {
    Done,
    Passing,
    Lasting,
    HandedBack,
}

/// What the state machine alone says: jobs in the order of their creation, and every loan ever made.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    pub(crate) jobs: Vec<Job>,
    pub(crate) loans: Vec<Loan>,
    pub(crate) ms: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Loan {
    pub(crate) job: usize,
    pub(crate) key: TaskKey,
    pub(crate) token: FencingToken,
}

impl Reference {
    pub(crate) fn now(&self) -> Now {
        let clock = ManualClock::default();
        clock.advance(Duration::from_millis(self.ms));
        clock.now()
    }

    /// Carries a step out, and tells what a store should answer.
    pub(crate) fn take(&mut self, step: &Step) -> Answer {
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
    pub(crate) fn revision(&self, step: &Step) -> Option<(usize, Revision)> {
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

    pub(crate) fn loan(&self, at: usize) -> Option<Loan> {
        (!self.loans.is_empty()).then(|| self.loans[at % self.loans.len()].clone())
    }

    pub(crate) fn sweep(&mut self, change: impl Fn(&mut Job) -> Vec<TaskKey>) -> usize {
        self.jobs.iter_mut().map(|job| change(job).len()).sum()
    }
}

#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Nothing,
    Moved(usize),
    Lent(Vec<Loan>),
    Renewed(Renewal),
    Accepted(bool),
}

/// One of two providers gets the money.
pub(crate) fn charge(most: u64) -> Charge {
    let provider = if most.is_multiple_of(2) { "even/1" } else { "odd/1" };
    Charge { provider: provider.to_owned(), most: Cost(most) }
}

pub(crate) fn worker() -> WorkerId {
    WorkerId("model".to_owned())
}

pub(crate) fn new_job(priority: i32) -> NewJob {
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

pub(crate) fn outcome(key: &TaskKey, end: End) -> Outcome {
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
