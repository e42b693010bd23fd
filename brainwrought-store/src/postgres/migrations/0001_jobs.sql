-- Jobs, their tasks and what people ask about them. All times are milliseconds since 1970-01-01 UTC on this server's
-- clock, in columns that end in `_ms`; the views show them as times.

create function brainwrought.now_ms() returns bigint language sql volatile as
$$ select floor(extract(epoch from clock_timestamp()) * 1000)::bigint $$;

-- Leases get their whole length again after this moment: no worker could renew while the server was down.
create function brainwrought.up_since_ms() returns bigint language sql stable as
$$ select floor(extract(epoch from pg_postmaster_start_time()) * 1000)::bigint $$;

create table brainwrought.jobs (
    job_id text primary key,
    job_number bigint generated always as identity unique,
    pipeline text not null,
    created_at_ms bigint not null,
    updated_at_ms bigint not null,
    input json not null,
    options json not null,
    priority integer not null,
    max_attempts bigint not null,
    idempotency_key text,
    idempotency_digest text unique,
    cancelled boolean not null default false,
    output_local_path text,
    output_hf_url text,
    plan json not null,
    token_floor bigint not null default 0
);

create table brainwrought.tasks (
    task_id bigint generated always as identity primary key,
    job_id text not null references brainwrought.jobs on delete cascade,
    job_number bigint not null,
    priority integer not null,
    stage text not null,
    stage_place integer not null,
    segment integer,
    status text not null check (status in ('NEW', 'READY', 'RUNNING', 'DONE', 'ERROR', 'CANCELLED')),
    attempt bigint not null default 0,
    token bigint not null default 0,
    worker text,
    lease_until_ms bigint,
    lease_ms bigint,
    due_ms bigint,
    progress_done bigint,
    progress_total bigint,
    output text,
    items bigint,
    cached boolean not null default false,
    started_at_ms bigint,
    finished_at_ms bigint,
    updated_at_ms bigint not null,
    last_error text,
    history json not null default '[]',
    -- The orchestrator has not yet looked at what this task, new or done, lets go on.
    needs_look boolean not null default false,
    check ((status = 'RUNNING') = (lease_until_ms is not null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);

create unique index tasks_key on brainwrought.tasks (job_id, stage, coalesce(segment, -1));
create index tasks_ready on brainwrought.tasks
    ((-(priority::bigint)), job_number, stage_place, (coalesce(segment, -1))) where status = 'READY';
create index tasks_ready_by_stage on brainwrought.tasks
    (stage, (-(priority::bigint)), job_number, stage_place, (coalesce(segment, -1))) where status = 'READY';
create index tasks_resting on brainwrought.tasks (due_ms) where status = 'READY' and due_ms is not null;
create index tasks_running on brainwrought.tasks (lease_until_ms) where status = 'RUNNING';
create index tasks_needs_look on brainwrought.tasks (job_number) where needs_look;
create index tasks_failed on brainwrought.tasks (job_id) where status = 'ERROR';

create table brainwrought.job_logs (
    line bigint generated always as identity primary key,
    job_id text not null references brainwrought.jobs on delete cascade,
    at_ms bigint not null,
    stage text not null,
    segment integer,
    level text not null,
    message text not null
);

create index job_logs_job on brainwrought.job_logs (job_id, line);

-- A row here holds a stage back in the whole fleet; a stage without one is free.
create table brainwrought.stage_controls (
    stage text primary key,
    paused boolean not null default false,
    max_running integer check (max_running > 0),
    changed_at_ms bigint not null default brainwrought.now_ms()
);

create view brainwrought.stuck_tasks as
select t.job_id, t.stage, t.segment, t.status, t.attempt, t.worker,
    case
        when t.status = 'RUNNING' then 'the lease ran out and nobody took it back: is recovery running?'
        when t.status = 'NEW' then 'everything it needs is there: is the orchestrator running?'
        when c.paused then 'the stage is paused'
        when t.due_ms > brainwrought.now_ms() then 'it rests after a failure'
        else 'it waits for a worker'
    end as reason,
    to_timestamp(coalesce(t.lease_until_ms, t.due_ms, t.updated_at_ms) / 1000.0) as since,
    t.last_error
from brainwrought.tasks t left join brainwrought.stage_controls c on c.stage = t.stage
where (t.status = 'RUNNING' and t.lease_until_ms <= brainwrought.now_ms())
    or (t.status = 'READY' and t.updated_at_ms < brainwrought.now_ms() - 60000)
    or (t.status = 'NEW' and t.needs_look and t.updated_at_ms < brainwrought.now_ms() - 60000)
order by since;

create view brainwrought.failed_tasks as
select t.job_id, t.stage, t.segment, t.attempt, to_timestamp(t.finished_at_ms / 1000.0) as failed_at, t.last_error,
    j.input ->> 'file_name' as file_name
from brainwrought.tasks t join brainwrought.jobs j on j.job_id = t.job_id
where t.status = 'ERROR'
order by t.finished_at_ms desc;

create view brainwrought.failed_attempts as
select t.job_id, t.stage, t.segment, h.attempt, h.token, h.worker, h."end" as ended,
    to_timestamp(h.at / 1000.0) as ended_at, h.error
from brainwrought.tasks t,
    json_to_recordset(t.history) as h(attempt bigint, token bigint, worker text, at bigint, "end" text, error text);

create view brainwrought.job_overview as
select j.job_id, j.pipeline, j.input ->> 'file_name' as file_name, j.priority, j.cancelled,
    to_timestamp(j.created_at_ms / 1000.0) as created_at,
    count(*) filter (where t.status = 'NEW') as new,
    count(*) filter (where t.status = 'READY') as ready,
    count(*) filter (where t.status = 'RUNNING') as running,
    count(*) filter (where t.status = 'DONE') as done,
    count(*) filter (where t.status = 'ERROR') as failed,
    count(*) filter (where t.status = 'CANCELLED') as stopped
from brainwrought.jobs j left join brainwrought.tasks t on t.job_id = j.job_id
group by j.job_id
order by j.job_number desc;
