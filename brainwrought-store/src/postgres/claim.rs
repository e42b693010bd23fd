//! Claims: the statement that lends tasks, and the hint that spares it the remains of old claims.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use brainwrought_core::id::{FencingToken, StageName, TaskId, TaskKey};
use brainwrought_core::job::TaskStatus;
use brainwrought_core::job_store::{Claim, ClaimRequest};
use sqlx::{AssertSqlSafe, PgConnection, Row as _};
use tokio::time::Instant;

use super::fault::Fault;
use super::record::{millis, unsigned};
use super::stored_text::stored;
use super::whole_job::{self, Loaded, TaskRow, whole_job};

/// No statement lends more: a claim is for a worker's own hands.
const MAX_BATCH: usize = 1000;

/// How long a hint may keep a claim from seeing what another process has put before it.
const HINT_HOLDS: Duration = Duration::from_millis(300);

/// How many kinds of claim may have a hint.
const MAX_HINTS: usize = 64;

/// A task that was just lent.
#[derive(Debug)]
pub(super) struct LeasedTask {
    pub(super) job_id: String,
    pub(super) task_id: i64,
    pub(super) token: i64,
    /// The task in its job; `None` when the job must be read again.
    pub(super) found: Option<Found>,
}

/// A task in its job as it was when the task was lent.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) claim: Claim,
    place: Place,
    order: (i32, i64),
}

impl LeasedTask {
    /// Looks for the task in its job, which may have lost it since.
    pub(super) fn find(&mut self, loaded: &Loaded) {
        let held = |(_, row): &(&TaskKey, &TaskRow)| {
            row.task_id == self.task_id && row.token == self.token && row.status == TaskStatus::Running
        };
        let Some((key, row)) = loaded.rows.iter().find(held) else { return };
        let id = TaskId { job: loaded.job.job_id.clone(), key: key.clone() };
        self.found = Some(Found {
            claim: Claim { id, token: FencingToken(unsigned(self.token)), job: loaded.job.clone() },
            place: Place { urgency: -i64::from(loaded.job.priority), job_number: loaded.job_number },
            order: (row.stage_place, row.segment.map_or(-1, i64::from)),
        });
    }

    /// What the queue is ordered by; what was not found comes last.
    pub(super) fn order(&self) -> (bool, Option<Order>) {
        (self.found.is_none(), self.found.as_ref().map(|found| (found.place, found.order)))
    }
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
    known: Mutex<HashMap<Kind, (Place, Instant)>>,
}

/// The place of a job in the queue, and of a task in its job.
type Order = (Place, (i32, i64));

/// The stages and the pipelines that a claim asks for; `None` means any.
type Kind = (Option<Vec<StageName>>, Option<Vec<String>>);

/// The kind of a claim whose place in the queue may be remembered: one that asks for any job.
fn kind(request: &ClaimRequest) -> Option<Kind> {
    let is_open = request.job.is_none() && request.except.is_empty();
    is_open.then(|| (request.stages.clone(), request.pipelines.clone()))
}

/// Stages that a claim under concurrency limits must leave alone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held<'a> {
    /// Whatever has a row in `stage_controls`, limited or paused.
    Controlled,
    /// What is paused, and the stages that are named.
    Full(&'a [String]),
}

impl Hints {
    /// Forgets where the queue begins, because this process may have put something before that.
    pub(super) fn forget(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn get(&self, request: &ClaimRequest) -> Option<Place> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (place, since) = known.get(&kind(request)?)?;
        (since.elapsed() < HINT_HOLDS).then_some(*place)
    }

    fn set(&self, request: &ClaimRequest, first: Option<&LeasedTask>) {
        let first = first.and_then(|lent| lent.found.as_ref());
        let Some((first, kind)) = first.zip(kind(request)) else { return };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < MAX_HINTS || known.contains_key(&kind) {
            known.insert(kind, (first.place, Instant::now()));
        }
    }
}

/// Lends tasks of stages that nothing holds back.
pub(super) async fn free(
    connection: &mut PgConnection,
    request: &ClaimRequest,
    hints: &Hints,
) -> Result<Vec<LeasedTask>, Fault> {
    let limit = request.limit.min(MAX_BATCH);
    if let Some(place) = hints.get(request) {
        let lent = lend(connection, request, limit, Held::Controlled, Some(place)).await?;
        if lent.len() == limit {
            return Ok(lent);
        }
        // The rest of the queue may begin before the hint.
        hints.forget();
        let mut request = request.clone();
        request.limit = limit - lent.len();
        let mut all = lend(connection, &request, request.limit, Held::Controlled, None).await?;
        all.extend(lent);
        all.sort_by_key(LeasedTask::order);
        return Ok(all);
    }
    let lent = lend(connection, request, limit, Held::Controlled, None).await?;
    hints.set(request, lent.first());
    Ok(lent)
}

/// Where in a row of a claim the columns of the job begin.
const JOB: usize = 2;

/// Lends up to `limit` tasks, in the order of the queue.
pub(super) async fn lend(
    connection: &mut PgConnection,
    request: &ClaimRequest,
    limit: usize,
    held: Held<'_>,
    from: Option<Place>,
) -> Result<Vec<LeasedTask>, Fault> {
    // The few tasks of one job are claimed over connections that plan for each number anyway.
    let number = if request.job.is_some() { Some(limit) } else { None };
    let sql = statement(request, number, held, from.is_some());
    let mut query = sqlx::query(AssertSqlSafe(sql))
        .bind(stored(&request.worker.0).into_owned())
        .bind(millis(request.lease));
    match request.stages.as_deref() {
        Some([stage]) => query = query.bind(stored(&stage.0).into_owned()),
        Some(stages) => {
            query = query.bind(stages.iter().map(|name| stored(&name.0).into_owned()).collect::<Vec<_>>());
        }
        None => {}
    }
    if let Some(pipelines) = &request.pipelines {
        query = query.bind(pipelines.iter().map(|name| stored(name).into_owned()).collect::<Vec<_>>());
    }
    if let Some(job) = &request.job {
        query = query.bind(job.as_str());
    }
    if !request.except.is_empty() {
        query = query.bind(request.except.iter().map(|job| job.as_str().to_owned()).collect::<Vec<_>>());
    }
    if let Held::Full(stages) = held {
        query = query.bind(stages);
    }
    if let Some(place) = from {
        query = query.bind(place.urgency).bind(place.job_number);
    }
    if number.is_none() {
        query = query.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    }
    let mut all = Vec::new();
    for row in query.fetch_all(connection).await? {
        let (tasks, tokens): (Vec<i64>, Vec<i64>) = (row.try_get(0)?, row.try_get(1)?);
        let job_id: String = row.try_get(JOB)?;
        let mut loaded = whole_job::read(&row, JOB).ok();
        let mut lent = Vec::with_capacity(tasks.len());
        for (task_id, token) in tasks.into_iter().zip(tokens) {
            // A job that changed between reading and lending is read again.
            loaded = loaded.and_then(|mut loaded: Loaded| {
                loaded.lend(task_id, token, &request.worker, request.lease).then_some(loaded)
            });
            lent.push(LeasedTask { job_id: job_id.clone(), task_id, token, found: None });
        }
        if let Some(loaded) = &loaded {
            lent.iter_mut().for_each(|lent| lent.find(loaded));
        }
        all.extend(lent);
    }
    all.sort_by_key(LeasedTask::order);
    Ok(all)
}

/// Writes the statement. A number of rows that stands in its text is for connections that choose a plan each time: bound,
/// the planner would not know that it is small, and would read the whole queue. Those that can only follow the index of the
/// queue take it bound, and plan once for all numbers.
fn statement(request: &ClaimRequest, limit: Option<usize>, held: Held<'_>, hinted: bool) -> String {
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
    if request.pipelines.is_some() {
        // A subquery for each row, so that the planner cannot turn it into a join and sort the whole queue.
        filter(format_args!(
            "(select p.pipeline from brainwrought.jobs p where p.job_id = t.job_id) = any(${}::text[])",
            next()
        ));
    }
    if request.job.is_some() {
        filter(format_args!("t.job_id = ${}", next()));
    }
    if !request.except.is_empty() {
        filter(format_args!("t.job_id <> all (${}::text[])", next()));
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
        // A task whose rest is over may be anywhere.
        filter(format_args!(
            "not exists (select from brainwrought.tasks r
                where r.status = 'READY' and r.due_ms is not null and r.due_ms <= brainwrought.now_ms())"
        ));
    }
    let limit = limit.map_or_else(|| format!("${}", next()), |limit| limit.to_string());
    // By their key, not by their place in the table: a row that moved between reading and locking is found again.
    format!(
        "with lent as (
            update brainwrought.tasks t set status = 'RUNNING', token = t.token + 1, attempt = t.attempt + 1,
                worker = $1, lease_until_ms = brainwrought.now_ms() + $2, lease_ms = $2, due_ms = null, passed_over = null,
                progress_done = null, progress_total = null, started_at_ms = brainwrought.now_ms(),
                updated_at_ms = brainwrought.now_ms()
            where t.task_id = any (array(
                select t.task_id from brainwrought.tasks t
                where t.status = 'READY' and (t.due_ms is null or t.due_ms <= brainwrought.now_ms()){filters}
                order by -(t.priority::bigint), t.job_number, t.stage_place, coalesce(t.segment, -1)
                limit {limit} for update of t skip locked))
            returning t.job_id, t.task_id, t.token)
        select l.tasks, l.tokens, {}
        from (select job_id, array_agg(task_id) as tasks, array_agg(token) as tokens from lent group by job_id) l
            join brainwrought.jobs j on j.job_id = l.job_id",
        whole_job!()
    )
}
