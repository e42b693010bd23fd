//! [`Gather`]: calls that arrive while others are under way travel together, in one statement and one commit.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::database::{CALL_LIMIT, Fault};

/// How many statements of one kind a process has under way at once: while one waits for the disk, the next is worked on.
/// More would take the calls apart again.
const TRIPS: usize = 2;

/// Brings calls of one kind together.
///
/// A call that finds a free trip leaves at once, alone: gathering costs a lone caller nothing. The others wait for the
/// next trip, and leave with everybody who came meanwhile. Each call ends only when its own transaction is durable.
#[derive(Debug)]
pub(super) struct Gather<Q, A> {
    waiting: Mutex<Waiting<Q, A>>,
}

#[derive(Debug)]
struct Waiting<Q, A> {
    callers: Vec<Caller<Q, A>>,
    under_way: usize,
}

#[derive(Debug)]
struct Caller<Q, A> {
    question: Q,
    answer: oneshot::Sender<Result<A, Fault>>,
}

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
    trip: Option<T>,
}

impl<Q, A> Default for Gather<Q, A> {
    fn default() -> Self {
        Self { waiting: Mutex::new(Waiting { callers: Vec::new(), under_way: 0 }) }
    }
}

impl<Q: Send + 'static, A: Send + 'static> Gather<Q, A> {
    /// Asks, alone or with others.
    pub(super) async fn call<T>(self: &Arc<Self>, trip: T, question: Q) -> Result<A, Fault>
    where
        T: Trip<Question = Q, Answer = A>,
    {
        let waits = {
            let mut waiting = self.lock();
            if waiting.under_way < TRIPS && waiting.callers.is_empty() {
                waiting.under_way += 1;
                Err(question)
            } else {
                let (answer, waits) = oneshot::channel();
                waiting.callers.push(Caller { question, answer });
                Ok(waits)
            }
        };
        match waits {
            Err(question) => {
                let place = Place { gather: Arc::clone(self), trip: Some(trip.clone()) };
                let answers = trip.travel(vec![question]).await;
                drop(place);
                answers?.pop().ok_or(Fault::Silent)
            }
            Ok(waits) => waits.await.unwrap_or(Err(Fault::Silent)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting<Q, A>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Trip> Drop for Place<T> {
    fn drop(&mut self) {
        let mut waiting = self.gather.lock();
        // Without a runtime nobody can be served any more; those who wait are told so.
        let (Some(trip), Ok(runtime)) = (self.trip.take(), tokio::runtime::Handle::try_current()) else {
            waiting.under_way -= 1;
            waiting.callers.clear();
            return;
        };
        if waiting.callers.is_empty() {
            waiting.under_way -= 1;
            return;
        }
        drop(waiting);
        let next = Self { gather: Arc::clone(&self.gather), trip: Some(trip.clone()) };
        runtime.spawn(async move {
            next.go(trip).await;
        });
    }
}

impl<T: Trip> Place<T> {
    /// Takes those along who wait, until nobody does.
    async fn go(self, trip: T) {
        loop {
            let callers = take(&mut self.gather.lock().callers, &trip);
            if callers.is_empty() {
                return;
            }
            let (questions, answers): (Vec<_>, Vec<_>) =
                callers.into_iter().map(|caller| (caller.question, caller.answer)).unzip();
            let travel = tokio::time::timeout(CALL_LIMIT, trip.travel(questions));
            match travel.await.unwrap_or(Err(Fault::Silent)) {
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

    /// Answers each number with how many travelled; only numbers of one parity go together, and 13 breaks down.
    #[derive(Debug, Clone, Default)]
    struct Count(Arc<Mutex<Vec<usize>>>);

    impl Trip for Count {
        type Question = usize;
        type Answer = (usize, usize);

        fn may_join(&self, list: &[usize], next: &usize) -> bool {
            list[0] % 2 == next % 2
        }

        async fn travel(&self, questions: Vec<usize>) -> Result<Vec<(usize, usize)>, Fault> {
            self.0.lock().unwrap().push(questions.len());
            tokio::task::yield_now().await;
            if questions.contains(&13) {
                return Err(Fault::Raced);
            }
            let count = questions.len();
            Ok(questions.into_iter().map(|question| (question, count)).collect())
        }
    }

    #[tokio::test]
    async fn a_lone_call_travels_alone_and_the_rest_together() {
        let (gather, trip) = (Arc::new(Gather::default()), Count::default());
        let answers = join_all((0..10).map(|n| gather.call(trip.clone(), n))).await;
        let answers: Vec<_> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers.iter().map(|(n, _)| *n).collect::<Vec<_>>(), (0..10).collect::<Vec<_>>());
        assert_eq!(
            answers.iter().map(|(_, count)| *count).collect::<Vec<_>>(),
            [1, 1, 4, 4, 4, 4, 4, 4, 4, 4]
        );
        assert_eq!(gather.lock().under_way, 0);
    }

    #[tokio::test]
    async fn a_breakdown_is_told_to_all_who_travelled() {
        let (gather, trip) = (Arc::new(Gather::default()), Count::default());
        let answers = join_all([0, 1, 13, 2, 15].map(|n| gather.call(trip.clone(), n))).await;
        let broken: Vec<_> = answers.iter().map(Result::is_err).collect();
        assert_eq!(broken, [false, false, true, false, true]);
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_the_first_gives_up() {
        let (gather, trip) = (Arc::new(Gather::default()), Count::default());
        let mut first = Box::pin(gather.call(trip.clone(), 1));
        let mut second = Box::pin(gather.call(trip.clone(), 3));
        assert!(futures::poll!(&mut first).is_pending() && futures::poll!(&mut second).is_pending());
        let mut third = Box::pin(gather.call(trip.clone(), 5));
        assert!(futures::poll!(&mut third).is_pending());
        drop(first);
        assert_eq!(third.await.unwrap(), (5, 1));
        second.await.unwrap();
    }
}
