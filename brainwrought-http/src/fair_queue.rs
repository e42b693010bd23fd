//! [`FairQueue`]: the priority of a new job, or of one that runs again, so that clients share the workers however many and however large their jobs
//! are.
//!
//! This is start-time fair queuing (Goyal, Vin and Cheng, "Start-time Fair Queuing", SIGCOMM 1996) over whole jobs. Each
//! job costs what it takes compared with the default video. It starts at the virtual time at which the client's last job
//! finishes, or now when that is over, and finishes its cost later; the job that finishes first is worked on first. So a
//! client that submits ten jobs stands behind another one's first, and a job that takes sixteen times as long stands
//! behind small ones that come while it waits or runs. The finish is stored as the job's priority and as nothing else.
//!
//! **Invariant:** no job waits for ever. Every job that is over moves the virtual time on by its cost, divided by the number
//! of clients that share the workers, so that those that come later finish later, and in the end after any job that waits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use brainwrought_core::id::JobId;
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::MakeOptions;

use crate::client_id::ClientId;
use crate::video_options::make_options_of;

/// Gives new jobs their priorities.
#[derive(Debug, Default)]
pub(crate) struct FairQueue(Mutex<Clock>);

#[derive(Debug, Default)]
struct Clock {
    /// The virtual time. It is 0 whenever nothing is queued.
    now: f64,
    /// The jobs that were queued at the last look, and what each costs.
    queued: BTreeMap<JobId, f64>,
    /// Whose jobs those are that were created here.
    owners: BTreeMap<JobId, ClientId>,
    /// When the last job of each client finishes, where that is not over.
    finishes: BTreeMap<ClientId, f64>,
}

/// A job that waits or runs, as far as the queue is concerned. The unit of its times is the default video.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Queued {
    id: JobId,
    start: f64,
    cost: f64,
}

/// Priorities for each unit of cost.
const SCALE: f64 = 1000.0;

/// What the smallest job costs: reading a PDF and writing a script take their time whatever the video is like.
const MIN_COST: f64 = 0.1;

impl Queued {
    /// Reads the tags back from a stored job; `None` for one that did not come through this queue. Those have a priority of
    /// 0 or more, which goes before all that is queued here.
    pub(crate) fn from_view(view: &JobView) -> Option<Self> {
        let job = &view.job;
        if job.priority >= 0 {
            return None;
        }
        Some(Self::read(job.job_id.clone(), job.priority, cost_of(view)))
    }

    fn read(id: JobId, priority: i32, cost: f64) -> Self {
        let finish = -f64::from(priority) / SCALE;
        Self { id, start: (finish - cost).max(0.0), cost }
    }
}

impl FairQueue {
    /// Takes the place of a job of `client` beside those that wait and run, and returns its priority.
    pub(crate) fn enter(&self, client: ClientId, cost: f64, queued: &[Queued]) -> i32 {
        let mut clock = self.clock();
        clock.catch_up(queued);
        let now = clock.now;
        let start = clock.finishes.get(&client).copied().unwrap_or(now).max(now);
        let finish = start + cost;
        clock.finishes.insert(client, finish);
        priority(finish)
    }

    /// Notes which job took the place.
    pub(crate) fn created(&self, client: ClientId, cost: f64, id: &JobId) {
        let mut clock = self.clock();
        clock.owners.insert(id.clone(), client);
        // It may be over before the next look.
        clock.queued.insert(id.clone(), cost);
    }

    /// Gives the place of a job back that was not created after all.
    pub(crate) fn leave(&self, client: ClientId, cost: f64) {
        if let Some(finish) = self.clock().finishes.get_mut(&client) {
            *finish -= cost;
        }
    }

    fn clock(&self) -> MutexGuard<'_, Clock> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FairQueue {
    /// Counts those of `jobs` that were created here for a client.
    pub(crate) fn held_by<'a>(&self, client: ClientId, jobs: impl Iterator<Item = &'a JobId>) -> usize {
        let clock = self.clock();
        jobs.filter(|id| clock.owners.get(*id) == Some(&client)).count()
    }
}

impl Clock {
    /// Moves the time on by what has been done since the last look, and takes up what another server, or this one before it
    /// was started again, has queued.
    fn catch_up(&mut self, queued: &[Queued]) {
        let Some(earliest) = queued.iter().map(|job| job.start).min_by(f64::total_cmp) else {
            *self = Self::default();
            return;
        };
        let queued: BTreeMap<JobId, f64> = queued.iter().map(|job| (job.id.clone(), job.cost)).collect();
        let over = self.queued.iter().filter(|(id, _)| !queued.contains_key(id));
        let done: f64 = over.map(|(_, cost)| cost).sum();
        self.owners.retain(|id, _| queued.contains_key(id));
        let clients: BTreeSet<&ClientId> = self.owners.values().collect();
        // Jobs that are not known here count as those of one client more.
        let sharing = clients.len() + usize::from(self.owners.len() < queued.len());
        self.now = (self.now + done / sharing.max(1) as f64).max(earliest);
        self.queued = queued;
        let now = self.now;
        self.finishes.retain(|_, finish| *finish > now);
    }
}

/// What a stored job costs. One that runs again costs as much as the first time: nobody knows how much of it is reused.
pub(crate) fn cost_of(view: &JobView) -> f64 {
    cost(&make_options_of(view))
}

/// What a job costs: its pixels times its length, compared with the default video.
pub(crate) fn cost(options: &MakeOptions) -> f64 {
    if options.script_only {
        return MIN_COST;
    }
    let work = |options: &MakeOptions| {
        f64::from(options.width) * f64::from(options.height) * options.length_ms as f64
    };
    (work(options) / work(&MakeOptions::default())).max(MIN_COST)
}

/// An earlier finish is a higher priority, always below 0. A conversion from `f64` saturates, so that a queue that is never
/// empty for millions of videos ends in the order of age.
fn priority(finish: f64) -> i32 {
    -((finish * SCALE).ceil() as i32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue and what stands in it.
    #[derive(Default)]
    struct Model {
        queue: FairQueue,
        jobs: Vec<Standing>,
        made: u16,
    }

    #[derive(Clone)]
    struct Standing {
        client: u8,
        cost: f64,
        priority: i32,
        id: JobId,
    }

    impl Model {
        fn submit(&mut self, client: u8, cost: f64) {
            let queued = |job: &Standing| Queued::read(job.id.clone(), job.priority, job.cost);
            let queued: Vec<Queued> = self.jobs.iter().map(queued).collect();
            let address = ClientId::at([192, 0, 2, client].into());
            let priority = self.queue.enter(address, cost, &queued);
            assert!(priority < 0);
            self.made += 1;
            let mut bytes = [0; 16];
            bytes[..2].copy_from_slice(&self.made.to_be_bytes());
            let id = JobId::from_bytes(bytes);
            self.queue.created(address, cost, &id);
            self.jobs.push(Standing { client, cost, priority, id });
        }

        /// Finishes the job that is first in the queue: higher priority first, then older.
        fn finish(&mut self) -> Standing {
            let first = self.jobs.iter().map(|job| job.priority).max().unwrap();
            let place = self.jobs.iter().position(|job| job.priority == first).unwrap();
            self.jobs.remove(place)
        }

        fn order(&mut self) -> Vec<u8> {
            (0..self.jobs.len()).map(|_| self.finish().client).collect()
        }
    }

    #[test]
    fn clients_take_turns() {
        let mut model = Model::default();
        (0..4).for_each(|_| model.submit(1, 1.0));
        (0..2).for_each(|_| model.submit(2, 1.0));
        assert_eq!(model.order(), [1, 2, 1, 2, 1, 1]);
    }

    #[test]
    fn small_jobs_go_before_a_large_one_that_is_under_way() {
        let mut model = Model::default();
        model.submit(1, 13.0);
        (2..5).for_each(|client| model.submit(client, 1.0));
        assert_eq!(model.order(), [2, 3, 4, 1]);
    }

    #[test]
    fn nobody_waits_for_ever() {
        let mut model = Model::default();
        model.submit(1, 16.0);
        // Newcomers never end, each with a single small job, so that there is always one that could go first.
        let mut passed = 0.0;
        for n in 0..10_000_u32 {
            model.submit(2 + (n % 200) as u8, MIN_COST);
            let done = model.finish();
            if done.client == 1 {
                break;
            }
            passed += done.cost;
        }
        assert!(!model.jobs.iter().any(|job| job.client == 1), "the large job never had its turn");
        assert!(passed < 16.0 * 5.0, "it let {passed} times the default video pass");
    }

    #[test]
    fn a_large_job_gets_its_share_while_many_small_ones_always_wait() {
        let mut model = Model::default();
        model.submit(1, 16.0);
        let mut passed = 0.0;
        for n in 0..10_000_u32 {
            while model.jobs.len() < 20 {
                model.submit(2 + ((n * 7 + model.jobs.len() as u32) % 200) as u8, MIN_COST);
            }
            let done = model.finish();
            if done.client == 1 {
                break;
            }
            passed += done.cost;
        }
        assert!(!model.jobs.iter().any(|job| job.client == 1), "the large job never had its turn");
        assert!(passed < 16.0 * 20.0, "twenty clients share, so nineteen others get as much: {passed}");
    }

    #[test]
    fn one_client_with_many_jobs_does_not_keep_another_waiting() {
        let mut model = Model::default();
        (0..20).for_each(|_| model.submit(1, 1.0));
        let mut waited = 0;
        for _ in 0..20 {
            model.submit(1, 1.0);
            model.submit(2, 1.0);
            while model.finish().client != 2 {
                waited += 1;
            }
        }
        assert!(waited <= 40, "{waited} jobs of the other client went before twenty of this one");
    }

    #[test]
    fn a_server_that_is_started_again_goes_on_where_the_queue_is() {
        let mut model = Model::default();
        for n in 0..50 {
            model.submit(1, 1.0);
            if n % 2 == 1 {
                model.finish();
            }
        }
        model.queue = FairQueue::default();
        let waiting: Vec<i32> = model.jobs.iter().map(|job| job.priority).collect();
        model.submit(2, 1.0);
        let newcomer = model.jobs.last().unwrap().priority;
        assert!(newcomer <= waiting[0] && newcomer > waiting[2], "{newcomer} {waiting:?}");
    }

    #[test]
    fn an_empty_queue_begins_anew_and_a_place_can_be_given_back() {
        let mut model = Model::default();
        (0..3).for_each(|_| model.submit(1, 1.0));
        model.order();
        model.submit(1, 1.0);
        assert_eq!(model.jobs[0].priority, -1000);
        model.submit(1, 1.0);
        model.queue.leave(ClientId::at([192, 0, 2, 1].into()), 1.0);
        model.jobs.pop();
        model.submit(1, 1.0);
        assert_eq!(model.jobs[1].priority, -2000);
    }

    #[test]
    fn the_cost_is_what_a_job_takes_compared_with_the_default_video() {
        assert_eq!(cost(&MakeOptions::default()), 1.0);
        let large = MakeOptions::default().with_size(2160, 3840).with_length_ms(180_000);
        assert!((13.0..13.2).contains(&cost(&large)));
        assert_eq!(cost(&MakeOptions::default().with_size(180, 320)), MIN_COST);
        assert_eq!(priority(1e12), -i32::MAX);
        assert_eq!(priority(0.0), -1);
    }
}
