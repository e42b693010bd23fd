-- What a job may spend, and what it has spent. All amounts are millionths of a US dollar, in columns that end in `_micros`.

alter table brainwrought.jobs add column max_cost_micros bigint;

create table brainwrought.ledger (
    job_id text not null references brainwrought.jobs on delete cascade,
    stage text not null,
    provider text not null,
    settled_micros bigint not null default 0,
    -- For calls that go on now, or whose end nobody knows.
    set_aside_micros bigint not null default 0,
    calls bigint not null default 0,
    primary key (job_id, stage, provider)
);

create view brainwrought.spending as
select j.job_id, j.input ->> 'file_name' as file_name, l.stage, l.provider, l.calls,
    round(l.settled_micros / 1000000.0, 6) as settled_usd,
    round(l.set_aside_micros / 1000000.0, 6) as set_aside_usd,
    round(sum(l.settled_micros::numeric + l.set_aside_micros) over (partition by l.job_id) / 1000000, 6) as job_usd,
    round(j.max_cost_micros / 1000000.0, 6) as max_cost_usd
from brainwrought.ledger l join brainwrought.jobs j on j.job_id = l.job_id
order by j.job_number desc, l.stage, l.provider;
