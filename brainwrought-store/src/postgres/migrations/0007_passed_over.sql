-- Why the worker that claimed a task last has left it to others: it has another version of the pipeline, or none.

alter table brainwrought.tasks add column passed_over text;

create or replace view brainwrought.stuck_tasks as
select t.job_id, t.stage, t.segment, t.status, t.attempt, t.worker,
    case
        when t.status = 'RUNNING' then 'the lease ran out and nobody took it back: is recovery running?'
        when t.status = 'NEW' then 'everything it needs is there: is the orchestrator running?'
        when c.paused then 'the stage is paused'
        when t.due_ms > brainwrought.now_ms() then 'it rests after a failure'
        when t.passed_over is not null then 'it waits for a worker of another version: ' || t.passed_over
        else 'it waits for a worker that has the pipeline ' || j.pipeline
    end as reason,
    to_timestamp(coalesce(t.lease_until_ms, t.due_ms, t.updated_at_ms) / 1000.0) as since,
    t.last_error
from brainwrought.tasks t join brainwrought.jobs j on j.job_id = t.job_id
    left join brainwrought.stage_controls c on c.stage = t.stage
where (t.status = 'RUNNING' and t.lease_until_ms <= brainwrought.now_ms())
    or (t.status = 'READY' and t.updated_at_ms < brainwrought.now_ms() - 60000)
    or (t.status = 'NEW' and t.needs_look and t.updated_at_ms < brainwrought.now_ms() - 60000)
order by since;
