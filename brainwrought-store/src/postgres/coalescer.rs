//! [`Coalescer`]: calls that arrive while others are under way execute together, in one statement and one commit.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::database::CALL_LIMIT;
use super::fault::Fault;

/// A batch that takes longer no longer holds up the next one: it may wait for a row that is locked.
const MAX_HOLD: Duration = Duration::from_millis(200);

/// Executes concurrent calls of one kind together (group commit).
///
/// One batch is in flight at a time. A call that finds none in flight starts one after yielding once, so that tasks that are
/// ready to run can join: a lone caller waits for nobody, and callers that were answered together stay together. Further
/// calls are queued and executed as the next batch. Each call returns only when its own transaction is durable.
#[derive(Debug)]
pub(super) struct Coalescer<Q, A> {
    waiting: Mutex<Waiting<Q, A>>,
}

#[derive(Debug)]
struct Waiting<Q, A> {
    callers: Vec<Caller<Q, A>>,
    /// True while a batch is in flight, or about to start.
    is_in_flight: bool,
}

#[derive(Debug)]
struct Caller<Q, A> {
    request: Q,
    answer: oneshot::Sender<Result<A, Fault>>,
}

/// Where the answer of a queued call arrives.
type Waits<A> = oneshot::Receiver<Result<A, Fault>>;

/// What a batch executes, and which calls may share one.
pub(super) trait Batch: Clone + Send + Sync + 'static {
    /// What a call asks.
    type Request: Send + 'static;
    /// What it gets.
    type Answer: Send + 'static;

    /// True when a call may join those that are on the list already.
    fn may_join(&self, list: &[Self::Request], next: &Self::Request) -> bool;

    /// Answers all, in their order.
    fn execute(
        &self,
        requests: Vec<Self::Request>,
    ) -> impl Future<Output = Result<Vec<Self::Answer>, Fault>> + Send;
}

/// The right to execute a batch. Dropping it starts the next batch, if calls are queued.
struct Turn<T: Batch> {
    coalescer: Arc<Coalescer<T::Request, T::Answer>>,
    /// What the next batch is executed with.
    batch: Option<T>,
}

impl<Q, A> Default for Coalescer<Q, A> {
    fn default() -> Self {
        Self { waiting: Mutex::new(Waiting { callers: Vec::new(), is_in_flight: false }) }
    }
}

impl<Q: Send + 'static, A: Send + 'static> Coalescer<Q, A> {
    /// Asks, alone or with others.
    pub(super) async fn call<T>(self: &Arc<Self>, batch: T, request: Q) -> Result<A, Fault>
    where
        T: Batch<Request = Q, Answer = A>,
    {
        // Enqueue under the lock while a batch is in flight; otherwise nobody would start the next one.
        let leaves = self.lock().start(request);
        let request = match leaves {
            Ok(request) => request,
            Err(waits) => return waits.await.unwrap_or(Err(Fault::NoResponse)),
        };
        let turn = Turn { coalescer: Arc::clone(self), batch: Some(batch.clone()) };
        tokio::task::yield_now().await;
        let alone = self.lock().start_alone(request);
        let request = match alone {
            Ok(request) => request,
            Err(waits) => {
                drop(turn);
                return waits.await.unwrap_or(Err(Fault::NoResponse));
            }
        };
        let (answers, turn) = turn.hold(pin!(batch.execute(vec![request]))).await;
        drop(turn);
        answers?.pop().ok_or(Fault::NoResponse)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Q, A> Waiting<Q, A> {
    /// Starts a batch, or enqueues the call while one is in flight.
    fn start(&mut self, request: Q) -> Result<Q, Waits<A>> {
        if self.is_in_flight {
            return Err(self.enqueue(self.callers.len(), request));
        }
        self.is_in_flight = true;
        Ok(request)
    }

    /// Returns the request if nobody else has come; otherwise enqueues the call before the others.
    fn start_alone(&mut self, request: Q) -> Result<Q, Waits<A>> {
        if self.callers.is_empty() { Ok(request) } else { Err(self.enqueue(0, request)) }
    }

    fn enqueue(&mut self, place: usize, request: Q) -> Waits<A> {
        let (answer, waits) = oneshot::channel();
        self.callers.insert(place, Caller { request, answer });
        waits
    }
}

impl<T: Batch> Drop for Turn<T> {
    fn drop(&mut self) {
        let mut waiting = self.coalescer.lock();
        // Without a runtime nobody can be served any more; those who wait are told so.
        let (Some(batch), Ok(runtime)) = (self.batch.take(), tokio::runtime::Handle::try_current()) else {
            waiting.is_in_flight = false;
            waiting.callers.clear();
            return;
        };
        if waiting.callers.is_empty() {
            waiting.is_in_flight = false;
            return;
        }
        drop(waiting);
        // A runtime that is ending drops what it is given at once, and then there is no next batch.
        let mut next = Self { coalescer: Arc::clone(&self.coalescer), batch: None };
        runtime.spawn(async move {
            next.batch = Some(batch.clone());
            next.run(batch).await;
        });
    }
}

impl<T: Batch> Turn<T> {
    /// Executes what is queued, batch after batch, until the queue is empty.
    async fn run(self, batch: T) {
        let mut turn = Some(self);
        while let Some(held) = turn.take() {
            tokio::task::yield_now().await;
            let callers = take(&mut held.coalescer.lock().callers, &batch);
            if callers.is_empty() {
                return;
            }
            let (requests, answers): (Vec<_>, Vec<_>) =
                callers.into_iter().map(|caller| (caller.request, caller.answer)).unzip();
            let execute = tokio::time::timeout(CALL_LIMIT, batch.execute(requests));
            let (result, held) = held.hold(pin!(execute)).await;
            turn = held;
            match result.unwrap_or(Err(Fault::NoResponse)) {
                // Whoever has gone meanwhile needs no answer.
                Ok(found) => answers.into_iter().zip(found).for_each(|(answer, found)| {
                    let _ = answer.send(Ok(found));
                }),
                Err(fault) => {
                    let fault = Arc::new(fault);
                    for answer in answers {
                        let _ = answer.send(Err(Fault::Shared(Arc::clone(&fault))));
                    }
                }
            }
        }
    }

    /// Waits for a batch, and holds the turn until then, but at most for `MAX_HOLD`.
    async fn hold<R>(self, mut execute: Pin<&mut impl Future<Output = R>>) -> (R, Option<Self>) {
        match tokio::time::timeout(MAX_HOLD, execute.as_mut()).await {
            Ok(result) => (result, Some(self)),
            Err(_) => {
                drop(self);
                (execute.await, None)
            }
        }
    }
}

/// Takes the first caller and those that may join; the others keep their order.
fn take<T: Batch>(
    callers: &mut Vec<Caller<T::Request, T::Answer>>,
    batch: &T,
) -> Vec<Caller<T::Request, T::Answer>> {
    let mut left = Vec::new();
    let (mut requests, mut answers) = (Vec::new(), Vec::new());
    for caller in callers.drain(..) {
        if requests.is_empty() || batch.may_join(&requests, &caller.request) {
            requests.push(caller.request);
            answers.push(caller.answer);
        } else {
            left.push(caller);
        }
    }
    *callers = left;
    requests.into_iter().zip(answers).map(|(request, answer)| Caller { request, answer }).collect()
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    /// Answers each number with how many were executed together; only numbers of one parity go together, 13 fails, and 0 never
    /// returns.
    #[derive(Debug, Clone, Default)]
    struct Count;

    impl Batch for Count {
        type Request = usize;
        type Answer = (usize, usize);

        fn may_join(&self, list: &[usize], next: &usize) -> bool {
            list[0] % 2 == next % 2
        }

        async fn execute(&self, requests: Vec<usize>) -> Result<Vec<(usize, usize)>, Fault> {
            tokio::task::yield_now().await;
            if requests.contains(&0) {
                futures::future::pending::<()>().await;
            }
            if requests.contains(&13) {
                return Err(Fault::Raced);
            }
            let count = requests.len();
            Ok(requests.into_iter().map(|request| (request, count)).collect())
        }
    }

    #[tokio::test]
    async fn a_lone_call_travels_alone() {
        let coalescer = Arc::new(Coalescer::default());
        for n in 1..4 {
            assert_eq!(coalescer.call(Count, n).await.unwrap(), (n, 1));
            assert!(!coalescer.lock().is_in_flight);
        }
    }

    #[tokio::test]
    async fn calls_of_one_moment_travel_together() {
        let coalescer = Arc::new(Coalescer::default());
        let answers = join_all((1..=10).map(|n| coalescer.call(Count, n))).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, (1..=10).map(|n| (n, 5)).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_trip_that_does_not_end_holds_up_no_other() {
        let coalescer = Arc::new(Coalescer::default());
        let mut lost = Box::pin(coalescer.call(Count, 0));
        let next = coalescer.call(Count, 1);
        let next = tokio::select! {
            _ = &mut lost => unreachable!("it never arrives"),
            next = next => next,
        };
        assert_eq!(next.unwrap(), (1, 1));
        let mut also_lost = Box::pin(join_all([coalescer.call(Count, 0), coalescer.call(Count, 2)]));
        let next = tokio::select! {
            _ = &mut also_lost => unreachable!("they never arrive"),
            next = coalescer.call(Count, 1) => next,
        };
        assert_eq!(next.unwrap(), (1, 1));
    }

    #[tokio::test]
    async fn a_breakdown_is_told_to_all_who_travelled() {
        let coalescer = Arc::new(Coalescer::default());
        let answers = join_all([4, 1, 13, 2, 15].map(|n| coalescer.call(Count, n))).await;
        let broken: Vec<_> = answers.iter().map(Result::is_err).collect();
        assert_eq!(broken, [false, true, true, false, true]);
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_the_first_gives_up() {
        let coalescer = Arc::new(Coalescer::default());
        let mut first = Box::pin(coalescer.call(Count, 1));
        let mut second = Box::pin(coalescer.call(Count, 3));
        assert!(futures::poll!(&mut first).is_pending() && futures::poll!(&mut second).is_pending());
        let mut third = Box::pin(coalescer.call(Count, 5));
        assert!(futures::poll!(&mut third).is_pending());
        drop(first);
        assert_eq!(third.await.unwrap(), (5, 2));
        second.await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn nobody_is_forgotten() {
        let coalescer = Arc::new(Coalescer::default());
        let callers = (1..=8).map(|n| {
            let coalescer = Arc::clone(&coalescer);
            tokio::spawn(async move {
                for _ in 0..2000 {
                    assert_eq!(coalescer.call(Count, n).await.unwrap().0, n);
                }
            })
        });
        let all = tokio::time::timeout(Duration::from_secs(30), join_all(callers)).await;
        assert!(all.expect("each call is answered").iter().all(Result::is_ok));
    }
}
