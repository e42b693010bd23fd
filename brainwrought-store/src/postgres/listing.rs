//! Lists of jobs, page by page.

use std::time::Duration;

use brainwrought_core::id::{StageName, ViewId};
use brainwrought_core::job::{JobStatus, StageBacklog};
use brainwrought_core::job_store::{JobFilter, JobView};
use brainwrought_core::report::chain;
use sqlx::PgPool;

use super::fault::Fault;
use super::record::signed;
use super::stored_text::original;
use super::whole_job;

/// How many jobs are read at a time.
const PAGE: i64 = 100;

/// Counts what waits and runs, by the clock of the database.
pub(super) async fn backlog(pool: &PgPool) -> Result<Vec<StageBacklog>, Fault> {
    let rows: Vec<(String, i64, i64, i64, Option<i64>)> = sqlx::query_as(
        "select t.stage, count(*) filter (where t.status = 'NEW'), count(*) filter (where t.status = 'READY'),
            count(*) filter (where t.status = 'RUNNING'),
            brainwrought.now_ms() - min(t.updated_at_ms) filter (where t.status = 'READY')
         from brainwrought.tasks t
         where t.status in ('NEW', 'READY', 'RUNNING') and not exists (
            select from brainwrought.tasks e where e.job_id = t.job_id and e.status = 'ERROR')
         group by t.stage order by t.stage",
    )
    .fetch_all(pool)
    .await?;
    let line =
        |(stage, blocked, ready, running, waited): (String, i64, i64, i64, Option<i64>)| StageBacklog {
            stage: StageName(original(&stage)),
            blocked: blocked.unsigned_abs(),
            ready: ready.unsigned_abs(),
            running: running.unsigned_abs(),
            oldest_ready: waited.map(|ms| Duration::from_millis(u64::try_from(ms).unwrap_or(0))),
        };
    Ok(rows.into_iter().map(line).collect())
}

/// Finds the id of the job that a view-only link names, by the index of migration 4, whose expression this repeats.
pub(super) async fn id_of_view(pool: &PgPool, view: &ViewId) -> Result<Option<String>, Fault> {
    let found = sqlx::query_scalar(
        "select job_id from brainwrought.jobs
         where left(encode(sha256(('brainwrought view:' || job_id)::bytea), 'hex'), 32) = $1",
    );
    Ok(found.bind(view.as_str()).fetch_optional(pool).await?)
}

/// Reads pages of jobs, the newest first, until there are as many as the filter asks for.
pub(super) async fn list(pool: &PgPool, filter: &JobFilter) -> Result<Vec<JobView>, Fault> {
    let only = |statuses: &[JobStatus]| {
        !filter.statuses.is_empty() && filter.statuses.iter().all(|status| statuses.contains(status))
    };
    let mut views = Vec::new();
    let (mut before, mut skip) = (i64::MAX, filter.offset);
    while filter.limit.is_none_or(|limit| views.len() < limit) {
        // The status is derived; what can be known without reading the job narrows the search.
        let page: Vec<(i64, String)> = sqlx::query_as(
            "select j.job_number, j.job_id from brainwrought.jobs j
             where j.job_number < $1 and (not $2 or j.cancelled)
                and (not $3 or exists (select from brainwrought.tasks t
                    where t.job_id = j.job_id and t.status = 'ERROR'))
                and (not $4 or exists (select from brainwrought.tasks t
                    where t.job_id = j.job_id and t.status in ('NEW', 'READY', 'RUNNING')))
                and ($5 is null or (j.updated_at_ms <= $5 and not exists (select from brainwrought.tasks t
                    where t.job_id = j.job_id and t.updated_at_ms > $5)))
             order by j.job_number desc limit $6",
        )
        .bind(before)
        .bind(only(&[JobStatus::Cancelled]))
        .bind(only(&[JobStatus::Failed]))
        .bind(only(&[JobStatus::Pending, JobStatus::Running, JobStatus::Interrupted]))
        .bind(filter.unchanged_since.map(|since| signed(since.0)))
        .bind(PAGE)
        .fetch_all(pool)
        .await?;
        let Some((last, _)) = page.last() else { break };
        before = *last;
        let ids: Vec<String> = page.into_iter().map(|(_, id)| id).collect();
        let loaded = whole_job::load_each(&mut *pool.acquire().await?, &ids).await?;
        for loaded in loaded.into_iter().rev() {
            let view = match loaded {
                Ok(loaded) => loaded.into_view(),
                // One damaged job must not hide the others; asking for the job itself tells.
                Err(fault) => {
                    tracing::warn!(error = chain(&fault), "a job was left out of a list");
                    continue;
                }
            };
            if !filter.wants(&view) {
                continue;
            }
            if skip > 0 {
                skip -= 1;
            } else if filter.limit.is_none_or(|limit| views.len() < limit) {
                views.push(view);
            }
        }
    }
    Ok(views)
}
