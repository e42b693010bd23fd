//! Claims: the statement that lends tasks, and the hint that spares it the remains of old claims.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::id::{FencingToken, JobId, StageName, TaskId, TaskKey};
use brainwrought_core::job_store::ClaimRequest;
use sqlx::{AssertSqlSafe, PgExecutor, PgPool};
use tokio::time::Instant;

use super::database::Fault;
use super::record::{millis, unsigned};
use super::stored_text::{original, stored};

/// No statement lends more: a claim is for a worker's own hands.
const MOST: usize = 1000;

/// How long a hint may keep a claim from seeing what another process has put before it.
const HINT_HOLDS: Duration = Duration::from_millis(300);

/// How many kinds of claim may have a hint.
const MOST_HINTS: usize = 64;

/// A task that was just lent.
#[derive(Debug)]
pub(super) struct Lent {
    pub(super) id: TaskId,
    pub(super) token: FencingToken,
    place: Place,
    order: (i32, i32),
}

/// A place in the queue: priority first, then age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The priority with its sign turned, so that all of the queue ascends.
    urgency: i64,
    job_number: i64,
}

/// Where the queue begins, as far as this process knows.
///
/// A row that was claimed stays in the index until no transaction can see it: while somebody holds an old snapshot, a
/// claim without the hint wades through all of them.
#[derive(Debug, Default)]
pub(super) struct Hints {
    known: Mutex<HashMap<Stages, (Place, Instant)>>,
}

/// The stages that a claim asks for; `None` means any.
type Stages = Option<Vec<StageName>>;

/// Stages that a claim under concurrency limits must leave alone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held<'a> {
    /// Whatever has a row in `stage_controls`, limited or paused.
    Controlled,
    /// What is paused, and the stages that are named.
    Full(&'a [String]),
}

type Row = (String, String, Option<i32>, i64, i32, i64, i32);

impl Hints {
    /// Forgets where the queue begins, because this process may have put something before that.
    pub(super) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn get(&self, request: &ClaimRequest) -> Option<Place> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (place, since) = known.get(&request.stages)?;
        (request.job.is_none() && since.elapsed() < HINT_HOLDS).then_some(*place)
    }

    fn set(&self, request: &ClaimRequest, first: Option<&Lent>) {
        let Some(first) = first.filter(|_| request.job.is_none()) else { return };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MOST_HINTS || known.contains_key(&request.stages) {
            known.insert(request.stages.clone(), (first.place, Instant::now()));
        }
    }
}

/// Lends tasks of stages that nothing holds back.
pub(super) async fn free(pool: &PgPool, request: &ClaimRequest, hints: &Hints) -> Result<Vec<Lent>, Fault> {
    let limit = request.limit.min(MOST);
    if let Some(place) = hints.get(request) {
        let lent = lend(pool, request, limit, Held::Controlled, Some(place)).await?;
        if lent.len() == limit {
            return Ok(lent);
        }
        // The rest of the queue may begin before the hint.
        hints.forget();
        let mut request = request.clone();
        request.limit = limit - lent.len();
        let mut all = lend(pool, &request, request.limit, Held::Controlled, None).await?;
        all.extend(lent);
        all.sort_by_key(|lent| (lent.place, lent.order));
        return Ok(all);
    }
    let lent = lend(pool, request, limit, Held::Controlled, None).await?;
    hints.set(request, lent.first());
    Ok(lent)
}

/// Lends up to `limit` tasks, in the order of the queue.
pub(super) async fn lend(
    executor: impl PgExecutor<'_>,
    request: &ClaimRequest,
    limit: usize,
    held: Held<'_>,
    from: Option<Place>,
) -> Result<Vec<Lent>, Fault> {
    let sql = statement(request, limit, held, from.is_some());
    let mut query = sqlx::query_as::<_, Row>(AssertSqlSafe(sql))
        .bind(stored(&request.worker.0).into_owned())
        .bind(millis(request.lease));
    match request.stages.as_deref() {
        Some([stage]) => query = query.bind(stored(&stage.0).into_owned()),
        Some(stages) => {
            query = query.bind(stages.iter().map(|name| stored(&name.0).into_owned()).collect::<Vec<_>>());
        }
        None => {}
    }
    if let Some(job) = &request.job {
        query = query.bind(job.as_str());
    }
    if let Held::Full(stages) = held {
        query = query.bind(stages);
    }
    if let Some(place) = from {
        query = query.bind(place.urgency).bind(place.job_number);
    }
    let mut lent: Vec<Lent> =
        query.fetch_all(executor).await?.into_iter().map(lent).collect::<Result<_, _>>()?;
    lent.sort_by_key(|lent| (lent.place, lent.order));
    Ok(lent)
}

fn lent((job, stage, segment, token, priority, job_number, stage_place): Row) -> Result<Lent, Fault> {
    let job = JobId::try_from(job).map_err(|error| Fault::Sql(sqlx::Error::Decode(Box::new(error))))?;
    let key =
        TaskKey { stage: StageName(original(&stage)), segment: segment.and_then(|s| u32::try_from(s).ok()) };
    Ok(Lent {
        id: TaskId { job, key },
        token: FencingToken(unsigned(token)),
        place: Place { urgency: -i64::from(priority), job_number },
        order: (stage_place, segment.unwrap_or(-1)),
    })
}

/// Writes the statement. The number of rows stands in its text: bound, the planner would not know that it is small, and
/// would plan anew each time or read the whole queue.
fn statement(request: &ClaimRequest, limit: usize, held: Held<'_>, hinted: bool) -> String {
    let mut filters = String::new();
    let mut bound = 2;
    let mut next = || {
        bound += 1;
        bound
    };
    let mut filter = |text: std::fmt::Arguments<'_>| {
        filters.write_fmt(format_args!(" and {text}")).expect("a string takes any text");
    };
    match request.stages.as_deref() {
        Some([_]) => filter(format_args!("t.stage = ${}", next())),
        Some(_) => filter(format_args!("t.stage = any(${}::text[])", next())),
        None => {}
    }
    if request.job.is_some() {
        filter(format_args!("t.job_id = ${}", next()));
    }
    // An array is read once; a join would tempt the planner to sort the whole queue.
    filter(format_args!(
        "t.stage <> all (array(select c.stage from brainwrought.stage_controls c where c.paused{}))",
        if matches!(held, Held::Controlled) { " or c.max_running is not null" } else { "" }
    ));
    if let Held::Full(_) = held {
        filter(format_args!("t.stage <> all (${}::text[])", next()));
    }
    if hinted {
        filter(format_args!("(-(t.priority::bigint), t.job_number) >= (${}, ${})", next(), next()));
        // A task whose rest is over may stand anywhere.
        filter(format_args!(
            "not exists (select from brainwrought.tasks r, clock
                where r.status = 'READY' and r.due_ms is not null and r.due_ms <= clock.ms)"
        ));
    }
    format!(
        "with clock as materialized (select brainwrought.now_ms() as ms),
        picked as materialized (
            select t.task_id from brainwrought.tasks t
            where t.status = 'READY' and (t.due_ms is null or t.due_ms <= (select ms from clock)){filters}
            order by -(t.priority::bigint), t.job_number, t.stage_place, coalesce(t.segment, -1)
            limit {limit} for update of t skip locked)
        update brainwrought.tasks t set status = 'RUNNING', token = t.token + 1, attempt = t.attempt + 1,
            worker = $1, lease_until_ms = clock.ms + $2, lease_ms = $2, due_ms = null, progress_done = null,
            progress_total = null, started_at_ms = clock.ms, updated_at_ms = clock.ms
        from picked, clock where t.task_id = picked.task_id
        returning t.job_id, t.stage, t.segment, t.token, t.priority, t.job_number, t.stage_place"
    )
}
