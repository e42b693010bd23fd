//! [`change`]: one transition of the state machine on whole jobs, as one transaction.
//!
//! The common transitions (claim, renewal, a plain success) are single statements in their own files. Everything else
//! comes here: lock, read, let [`Job`] decide, and write the rows that differ, each guarded by the token and the status
//! that were read.

use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::job::{Job, TaskStatus, TransitionError};
use brainwrought_core::job_store::JobStoreError;
use brainwrought_core::report::chain;
use sqlx::{AssertSqlSafe, PgConnection, PgPool};

use super::fault::{Fault, TRIES};
use super::record::{StoredJob, StoredTask, segment_key};
use super::stored_text::stored;
use super::whole_job::{self, Loaded};

/// Which rows of `tasks` a transition may change that claims, renewals and commits change too. They are locked; NEW and
/// finished ones are kept by the lock on the job.
#[derive(Debug, Clone, Copy)]
pub(super) enum Touches<'a> {
    /// Only what waits.
    Waiting,
    /// What runs.
    Running,
    /// One task, and what comes of it.
    One(&'a TaskKey),
    /// Anything.
    All,
}

/// Whether to wait for jobs that somebody else is changing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Busy {
    /// Wait for them.
    Wait,
    /// Leave them to whoever has them.
    Skip,
}

/// Locks jobs, lets `transition` change each, writes the differences, and returns what it said. Jobs that are not there
/// are left out.
pub(super) async fn change<T>(
    pool: &PgPool,
    ids: &[String],
    busy: Busy,
    touches: Touches<'_>,
    transition: impl Fn(&mut Loaded) -> Result<T, JobStoreError>,
) -> Result<Vec<T>, Fault> {
    let mut tries = TRIES;
    loop {
        match attempt(pool, ids, busy, touches, &transition).await {
            Err(fault) if fault.is_conflict() && tries > 1 => tries -= 1,
            result => return result,
        }
    }
}

/// Like [`change`], for one job that must be there.
pub(super) async fn change_one<T>(
    pool: &PgPool,
    id: &JobId,
    touches: Touches<'_>,
    transition: impl Fn(&mut Loaded) -> Result<T, TransitionError>,
) -> Result<T, Fault> {
    let refused = |error| JobStoreError::from_transition(error, id);
    let ids = [id.as_str().to_owned()];
    let results =
        change(pool, &ids, Busy::Wait, touches, |loaded| transition(loaded).map_err(refused)).await?;
    results.into_iter().next().ok_or_else(|| Fault::not_found(id))
}

async fn attempt<T>(
    pool: &PgPool,
    ids: &[String],
    busy: Busy,
    touches: Touches<'_>,
    transition: &impl Fn(&mut Loaded) -> Result<T, JobStoreError>,
) -> Result<Vec<T>, Fault> {
    let mut transaction = pool.begin().await?;
    match within(&mut transaction, ids, busy, touches, transition).await {
        Ok(results) => {
            transaction.commit().await?;
            Ok(results)
        }
        Err(fault) => {
            // Dropped, it would be taken back some time later, and until then claims would pass over what it locked.
            let _ = transaction.rollback().await;
            Err(fault)
        }
    }
}

async fn within<T>(
    connection: &mut PgConnection,
    ids: &[String],
    busy: Busy,
    touches: Touches<'_>,
    transition: &impl Fn(&mut Loaded) -> Result<T, JobStoreError>,
) -> Result<Vec<T>, Fault> {
    let locked = lock(connection, ids, busy, touches).await?;
    let mut results = Vec::with_capacity(locked.len());
    let mut differences = Differences::default();
    for loaded in whole_job::load_each(connection, &locked).await? {
        let mut loaded = match loaded {
            Ok(loaded) => loaded,
            // In a round over many jobs a damaged one must not hold the others up.
            Err(fault) if busy == Busy::Skip => {
                tracing::warn!(error = chain(&fault), "a damaged job is left alone");
                continue;
            }
            Err(fault) => return Err(fault),
        };
        let before = loaded.job.clone();
        results.push(transition(&mut loaded)?);
        differences.note(&before, &loaded);
    }
    differences.write(connection).await?;
    Ok(results)
}

/// Locks the jobs, then the tasks: always in this order, and both by their age, so that no two wait for each other.
async fn lock(
    connection: &mut PgConnection,
    ids: &[String],
    busy: Busy,
    touches: Touches<'_>,
) -> Result<Vec<String>, Fault> {
    let jobs = match busy {
        Busy::Wait => {
            "select job_id from brainwrought.jobs where job_id = any($1) order by job_number for no key update"
        }
        Busy::Skip => {
            "select job_id from brainwrought.jobs where job_id = any($1) order by job_number
             for no key update skip locked"
        }
    };
    let locked: Vec<String> = sqlx::query_scalar(jobs).bind(ids).fetch_all(&mut *connection).await?;
    let tasks = match touches {
        Touches::Waiting => return Ok(locked),
        Touches::Running => sqlx::query(
            "select from brainwrought.tasks where job_id = any($1) and lease_until_ms is not null
             order by task_id for update",
        )
        .bind(&locked),
        Touches::One(key) => sqlx::query(
            "select from brainwrought.tasks
             where job_id = any($1) and stage = $2 and coalesce(segment, -1) = $3 for update",
        )
        .bind(&locked)
        .bind(stored(&key.stage.0).into_owned())
        .bind(segment_key(key)),
        Touches::All => {
            sqlx::query("select from brainwrought.tasks where job_id = any($1) order by task_id for update")
                .bind(&locked)
        }
    };
    tasks.execute(connection).await?;
    Ok(locked)
}

/// The rows that a transition made different.
#[derive(Debug, Default)]
struct Differences {
    jobs: Vec<StoredJob>,
    /// Jobs with another priority, which their tasks have too.
    moved: Vec<(String, i32)>,
    changed: Vec<StoredTask>,
    tokens: Vec<i64>,
    statuses: Vec<&'static str>,
    added: Vec<StoredTask>,
    removed: Vec<i64>,
    /// Rows that the orchestrator has now seen. A row that a commit marks meanwhile is not among them.
    seen: Vec<i64>,
}

impl Differences {
    fn note(&mut self, before: &Job, after: &Loaded) {
        let job = &after.job;
        let mut noted = 0;
        for task in &job.stages {
            let row = after.rows.get(&task.key);
            let mut fresh = StoredTask::new(task, job, after.job_number);
            let stays = row.is_some_and(|row| row.stage_place == fresh.stage_place);
            let same = stays && before.task(&task.key) == Some(task);
            fresh.needs_look = matches!(task.status, TaskStatus::New | TaskStatus::Done);
            match row {
                None => self.added.push(fresh),
                Some(row) if !same => {
                    fresh.task_id = row.task_id;
                    fresh.lease_ms = fresh.lease_ms.and(row.lease_ms);
                    self.tokens.push(row.token);
                    self.statuses.push(row.status.as_str());
                    self.changed.push(fresh);
                }
                Some(row) => {
                    if after.is_looked_at && row.needs_look {
                        self.seen.push(row.task_id);
                    }
                    continue;
                }
            }
            noted += 1;
        }
        let gone = before.stages.iter().filter(|task| job.task(&task.key).is_none());
        self.removed.extend(gone.filter_map(|task| after.rows.get(&task.key)).map(|row| row.task_id));
        let own = |job: &Job| (job.cancelled, job.callback.clone(), job.token_floor, job.ledger.max_cost);
        if before.priority != job.priority {
            self.moved.push((job.job_id.as_str().to_owned(), job.priority));
        }
        let is_changed =
            own(before) != own(job) || before.versions != job.versions || before.plan != job.plan;
        if is_changed || (noted == 0 && before.updated_at != job.updated_at) {
            self.jobs.push(StoredJob::new(job, after.job_number));
        }
    }

    async fn write(&self, connection: &mut PgConnection) -> Result<(), Fault> {
        if !self.removed.is_empty() {
            sqlx::query("delete from brainwrought.tasks where task_id = any($1)")
                .bind(&self.removed)
                .execute(&mut *connection)
                .await?;
        }
        if !self.changed.is_empty() {
            let written = sqlx::query(
                "update brainwrought.tasks t set
                    status = n.status, attempt = n.attempt, token = n.token, worker = n.worker,
                    lease_until_ms = n.lease_until_ms, lease_ms = n.lease_ms, due_ms = n.due_ms,
                    passed_over = n.passed_over, stage_place = n.stage_place,
                    progress_done = n.progress_done, progress_total = n.progress_total, output = n.output,
                    items = n.items, cached = n.cached, started_at_ms = n.started_at_ms,
                    finished_at_ms = n.finished_at_ms, updated_at_ms = n.updated_at_ms,
                    last_error = n.last_error, history = n.history, needs_look = n.needs_look
                 from json_populate_recordset(null::brainwrought.tasks, $1::text::json) n
                    join unnest($2::bigint[], $3::bigint[], $4::text[]) o (task_id, token, status)
                    on o.task_id = n.task_id
                 where t.task_id = n.task_id and t.token = o.token and t.status = o.status",
            )
            .bind(json(&self.changed))
            .bind(self.changed.iter().map(|row| row.task_id).collect::<Vec<_>>())
            .bind(&self.tokens)
            .bind(&self.statuses)
            .execute(&mut *connection)
            .await?;
            if written.rows_affected() != self.changed.len() as u64 {
                return Err(Fault::Raced);
            }
        }
        if !self.seen.is_empty() {
            sqlx::query("update brainwrought.tasks set needs_look = false where task_id = any($1)")
                .bind(&self.seen)
                .execute(&mut *connection)
                .await?;
        }
        if !self.added.is_empty() {
            sqlx::query(INSERT_TASKS).bind(json(&self.added)).execute(&mut *connection).await?;
        }
        for (job, priority) in &self.moved {
            for table in ["jobs", "tasks"] {
                let sql = format!("update brainwrought.{table} set priority = $2 where job_id = $1");
                sqlx::query(AssertSqlSafe(sql)).bind(job).bind(priority).execute(&mut *connection).await?;
            }
        }
        for job in &self.jobs {
            sqlx::query(
                "update brainwrought.jobs j set cancelled = n.cancelled, updated_at_ms = n.updated_at_ms,
                    token_floor = n.token_floor, max_cost_micros = n.max_cost_micros, versions = n.versions,
                    callback = n.callback, plan = n.plan
                 from json_populate_record(null::brainwrought.jobs, $1::text::json) n
                 where j.job_id = n.job_id",
            )
            .bind(json(job))
            .execute(&mut *connection)
            .await?;
        }
        Ok(())
    }
}

const INSERT_TASKS: &str = "insert into brainwrought.tasks
        (job_id, job_number, priority, stage, stage_place, segment, status, token, output, items, cached, finished_at_ms,
            updated_at_ms, needs_look)
    select job_id, job_number, priority, stage, stage_place, segment, status, token, output, items, cached, finished_at_ms,
        updated_at_ms, needs_look
    from json_populate_recordset(null::brainwrought.tasks, $1::text::json)
    order by stage_place, segment";

/// Stores a new job with its tasks; false when its idempotency key is taken.
pub(super) async fn insert(pool: &PgPool, job: &Job) -> Result<bool, Fault> {
    // The number is the database's to give; the statement does not read it.
    let row = StoredJob::new(job, 0);
    let tasks: Vec<StoredTask> = job.stages.iter().map(|task| StoredTask::new(task, job, 0)).collect();
    let stored = sqlx::query(
        "with clock as materialized (select brainwrought.now_ms() as ms),
        made as (
            insert into brainwrought.jobs (job_id, pipeline, created_at_ms, updated_at_ms, input, options,
                priority, max_attempts, idempotency_key, idempotency_digest, plan, max_cost_micros)
            select job_id, pipeline, ms, ms, input, coalesce(options, 'null'), priority, max_attempts, idempotency_key,
                idempotency_digest, plan, max_cost_micros
            from json_populate_record(null::brainwrought.jobs, $1::text::json), clock
            on conflict (idempotency_digest) do nothing
            returning job_id, job_number)
        insert into brainwrought.tasks
            (job_id, job_number, priority, stage, stage_place, segment, status, updated_at_ms, needs_look)
        select made.job_id, made.job_number, priority, stage, stage_place, segment, status, ms, true
        from json_populate_recordset(null::brainwrought.tasks, $2::text::json), made, clock
        order by stage_place",
    )
    .bind(json(&row))
    .bind(json(&tasks))
    .execute(pool)
    .await?;
    Ok(stored.rows_affected() > 0)
}

/// Removes a job that is over.
pub(super) async fn remove(pool: &PgPool, id: &JobId) -> Result<(), Fault> {
    let mut transaction = pool.begin().await?;
    let locked = lock(&mut transaction, &[id.as_str().to_owned()], Busy::Wait, Touches::All).await?;
    let loaded =
        whole_job::load(&mut transaction, &locked).await?.pop().ok_or_else(|| Fault::not_found(id))?;
    let refused = |error| JobStoreError::from_transition(error, id);
    loaded.job.check_deletable(&loaded.now).map_err(refused)?;
    sqlx::query("delete from brainwrought.jobs where job_id = any($1)")
        .bind(&locked)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

fn json(rows: &impl serde::Serialize) -> String {
    serde_json::to_string(rows).expect("rows are plain data with text keys")
}
