//! [`Subject`]: a store that takes the same steps, and is compared with the reference after each.

use std::sync::Arc;
use std::time::Duration;

use brainwrought_core::budget::Cost;
use brainwrought_core::clock::{Clock, ManualClock, Now};
use brainwrought_core::id::{JobId, TaskId};
use brainwrought_core::job_store::{ClaimRequest, JobFilter, JobStore, JobStoreError};

use crate::reference::{Answer, LEASE, Loan, Reference, Step, charge, new_job, outcome, worker};

/// A store, what moves its clock, and the reference as it was before the step.
pub(crate) struct Subject {
    pub(crate) store: Box<dyn JobStore>,
    pub(crate) tick: Box<dyn FnMut(u64)>,
    pub(crate) ids: Vec<JobId>,
    pub(crate) before: Reference,
    pub(crate) runtime: tokio::runtime::Runtime,
    pub(crate) _folder: Option<tempfile::TempDir>,
}

#[derive(Debug)]
pub(crate) struct Shared(pub(crate) Arc<ManualClock>);

impl Clock for Shared {
    fn now(&self) -> Now {
        self.0.now()
    }
}

impl Subject {
    pub(crate) fn new(open: impl FnOnce(&std::path::Path, Arc<ManualClock>) -> Box<dyn JobStore>) -> Self {
        let clock = Arc::new(ManualClock::default());
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), Arc::clone(&clock));
        let tick = move |ms| clock.advance(Duration::from_millis(ms));
        Self { _folder: Some(folder), ..Self::over(store, Box::new(tick)) }
    }

    pub(crate) fn over(store: Box<dyn JobStore>, tick: Box<dyn FnMut(u64)>) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let before = Reference { jobs: Vec::new(), loans: Vec::new(), ms: 0 };
        Self { store, tick, ids: Vec::new(), before, runtime, _folder: None }
    }

    pub(crate) fn task(&self, loan: &Loan) -> TaskId {
        TaskId { job: self.ids[loan.job].clone(), key: loan.key.clone() }
    }

    pub(crate) fn take(&mut self, step: &Step) -> Answer {
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

    pub(crate) fn step(mut self, after: &Reference, step: &Step) -> Self {
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
