//! [`Gather`]: calls that arrive while others are under way travel together, in one statement and one commit.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::database::{CALL_LIMIT, Fault};

/// A trip that takes longer holds up nobody else: it may wait for a row that somebody has locked.
const PATIENCE: Duration = Duration::from_millis(200);

/// Brings calls of one kind together.
///
/// One trip is under way at a time. A call that finds none leaves as soon as whoever is ready to run has had a turn to
/// come along: gathering costs a lone caller nothing, and callers who were answered together stay together. The others wait
/// for the next trip, and leave with everybody who came meanwhile. Each call ends only when its own transaction is durable.
#[derive(Debug)]
pub(super) struct Gather<Q, A> {
    waiting: Mutex<Waiting<Q, A>>,
}

#[derive(Debug)]
struct Waiting<Q, A> {
    callers: Vec<Caller<Q, A>>,
    /// True while a trip is under way, or about to leave.
    is_away: bool,
}

#[derive(Debug)]
struct Caller<Q, A> {
    question: Q,
    answer: oneshot::Sender<Result<A, Fault>>,
}

/// Where the answer arrives.
type Waits<A> = oneshot::Receiver<Result<A, Fault>>;

/// What a trip does, and who may share one.
pub(super) trait Trip: Clone + Send + Sync + 'static {
    /// What a call asks.
    type Question: Send + 'static;
    /// What it gets.
    type Answer: Send + 'static;

    /// True when a call may join those that are on the list already.
    fn may_join(&self, list: &[Self::Question], next: &Self::Question) -> bool;

    /// Answers all, in their order.
    fn travel(
        &self,
        questions: Vec<Self::Question>,
    ) -> impl Future<Output = Result<Vec<Self::Answer>, Fault>> + Send;
}

/// A place on the road. Whoever leaves it, also by being dropped, lets those who wait go on.
struct Place<T: Trip> {
    gather: Arc<Gather<T::Question, T::Answer>>,
    /// What the next trip is made with; without it nobody can go on.
    trip: Option<T>,
}

impl<Q, A> Default for Gather<Q, A> {
    fn default() -> Self {
        Self { waiting: Mutex::new(Waiting { callers: Vec::new(), is_away: false }) }
    }
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    /// Asks, alone or with others.
    pub(super) async fn call<T>(self: &Arc<Self>, trip: T, question: Q) -> Result<A, Fault>
    where
        T: Trip<Question = Q, Answer = A>,
    {
        // Whoever finds a trip away stands in line while it is still away, or nobody would come for it.
        let leaves = self.lock().leave(question);
        let question = match leaves {
            Ok(question) => question,
            Err(waits) => return waits.await.unwrap_or(Err(Fault::Silent)),
        };
        let place = Place { gather: Arc::clone(self), trip: Some(trip.clone()) };
        tokio::task::yield_now().await;
        let alone = self.lock().leave_alone(question);
        let question = match alone {
            Ok(question) => question,
            Err(waits) => {
                drop(place);
                return waits.await.unwrap_or(Err(Fault::Silent));
            }
        };
        let (answers, place) = place.hold(pin!(trip.travel(vec![question]))).await;
        drop(place);
        answers?.pop().ok_or(Fault::Silent)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Q, A> Waiting<Q, A> {
    /// Begins a trip, unless one is away: then the caller stands in line.
    fn leave(&mut self, question: Q) -> Result<Q, Waits<A>> {
        if self.is_away {
            return Err(self.stand(self.callers.len(), question));
        }
        self.is_away = true;
        Ok(question)
    }

    /// Gives the question back, unless others have come: then the caller stands in line before them.
    fn leave_alone(&mut self, question: Q) -> Result<Q, Waits<A>> {
        if self.callers.is_empty() { Ok(question) } else { Err(self.stand(0, question)) }
    }

    fn stand(&mut self, place: usize, question: Q) -> Waits<A> {
        let (answer, waits) = oneshot::channel();
        self.callers.insert(place, Caller { question, answer });
        waits
    }
}

impl<T: Trip> Drop for Place<T> {
    fn drop(&mut self) {
        let mut waiting = self.gather.lock();
        // Without a runtime nobody can be served any more; those who wait are told so.
        let (Some(trip), Ok(runtime)) = (self.trip.take(), tokio::runtime::Handle::try_current()) else {
            waiting.is_away = false;
            waiting.callers.clear();
            return;
        };
        if waiting.callers.is_empty() {
            waiting.is_away = false;
            return;
        }
        drop(waiting);
        // A runtime that is ending drops what it is given at once, and then there is no next trip.
        let mut next = Self { gather: Arc::clone(&self.gather), trip: None };
        runtime.spawn(async move {
            next.trip = Some(trip.clone());
            next.go(trip).await;
        });
    }
}

impl<T: Trip> Place<T> {
    /// Takes those along who wait, until nobody does.
    async fn go(self, trip: T) {
        let mut place = Some(self);
        while let Some(held) = place.take() {
            tokio::task::yield_now().await;
            let callers = take(&mut held.gather.lock().callers, &trip);
            if callers.is_empty() {
                return;
            }
            let (questions, answers): (Vec<_>, Vec<_>) =
                callers.into_iter().map(|caller| (caller.question, caller.answer)).unzip();
            let travel = tokio::time::timeout(CALL_LIMIT, trip.travel(questions));
            let (result, held) = held.hold(pin!(travel)).await;
            place = held;
            match result.unwrap_or(Err(Fault::Silent)) {
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

    /// Waits for a trip, and keeps the place until then, unless it takes too long.
    async fn hold<R>(self, mut travel: Pin<&mut impl Future<Output = R>>) -> (R, Option<Self>) {
        match tokio::time::timeout(PATIENCE, travel.as_mut()).await {
            Ok(result) => (result, Some(self)),
            Err(_) => {
                drop(self);
                (travel.await, None)
            }
        }
    }
}

/// Takes the first caller and those that may join; the others keep their order.
fn take<T: Trip>(
    callers: &mut Vec<Caller<T::Question, T::Answer>>,
    trip: &T,
) -> Vec<Caller<T::Question, T::Answer>> {
    let mut left = Vec::new();
    let (mut questions, mut answers) = (Vec::new(), Vec::new());
    for caller in callers.drain(..) {
        if questions.is_empty() || trip.may_join(&questions, &caller.question) {
            questions.push(caller.question);
            answers.push(caller.answer);
        } else {
            left.push(caller);
        }
    }
    *callers = left;
    questions.into_iter().zip(answers).map(|(question, answer)| Caller { question, answer }).collect()
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    /// Answers each number with how many travelled; only numbers of one parity go together, 13 breaks down, and 0 never
    /// arrives.
    #[derive(Debug, Clone, Default)]
    struct Count;

    impl Trip for Count {
        type Question = usize;
        type Answer = (usize, usize);

        fn may_join(&self, list: &[usize], next: &usize) -> bool {
            list[0] % 2 == next % 2
        }

        async fn travel(&self, questions: Vec<usize>) -> Result<Vec<(usize, usize)>, Fault> {
            tokio::task::yield_now().await;
            if questions.contains(&0) {
                futures::future::pending::<()>().await;
            }
            if questions.contains(&13) {
                return Err(Fault::Raced);
            }
            let count = questions.len();
            Ok(questions.into_iter().map(|question| (question, count)).collect())
        }
    }

    #[tokio::test]
    async fn a_lone_call_travels_alone() {
        let gather = Arc::new(Gather::default());
        for n in 1..4 {
            assert_eq!(gather.call(Count, n).await.unwrap(), (n, 1));
            assert!(!gather.lock().is_away);
        }
    }

    #[tokio::test]
    async fn calls_of_one_moment_travel_together() {
        let gather = Arc::new(Gather::default());
        let answers = join_all((1..=10).map(|n| gather.call(Count, n))).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, (1..=10).map(|n| (n, 5)).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_trip_that_does_not_end_holds_up_no_other() {
        let gather = Arc::new(Gather::default());
        let mut lost = Box::pin(gather.call(Count, 0));
        let next = gather.call(Count, 1);
        let next = tokio::select! {
            _ = &mut lost => unreachable!("it never arrives"),
            next = next => next,
        };
        assert_eq!(next.unwrap(), (1, 1));
        let mut also_lost = Box::pin(join_all([gather.call(Count, 0), gather.call(Count, 2)]));
        let next = tokio::select! {
            _ = &mut also_lost => unreachable!("they never arrive"),
            next = gather.call(Count, 1) => next,
        };
        assert_eq!(next.unwrap(), (1, 1));
    }

    #[tokio::test]
    async fn a_breakdown_is_told_to_all_who_travelled() {
        let gather = Arc::new(Gather::default());
        let answers = join_all([4, 1, 13, 2, 15].map(|n| gather.call(Count, n))).await;
        let broken: Vec<_> = answers.iter().map(Result::is_err).collect();
        assert_eq!(broken, [false, true, true, false, true]);
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_the_first_gives_up() {
        let gather = Arc::new(Gather::default());
        let mut first = Box::pin(gather.call(Count, 1));
        let mut second = Box::pin(gather.call(Count, 3));
        assert!(futures::poll!(&mut first).is_pending() && futures::poll!(&mut second).is_pending());
        let mut third = Box::pin(gather.call(Count, 5));
        assert!(futures::poll!(&mut third).is_pending());
        drop(first);
        assert_eq!(third.await.unwrap(), (5, 2));
        second.await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn nobody_is_forgotten() {
        let gather = Arc::new(Gather::default());
        let callers = (1..=8).map(|n| {
            let gather = Arc::clone(&gather);
            tokio::spawn(async move {
                for _ in 0..2000 {
                    assert_eq!(gather.call(Count, n).await.unwrap().0, n);
                }
            })
        });
        let all = tokio::time::timeout(Duration::from_secs(30), join_all(callers)).await;
        assert!(all.expect("each call is answered").iter().all(Result::is_ok));
    }
}
