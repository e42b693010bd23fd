-- Finds the job of a view-only link, whose id is derived from the job's id and stored nowhere. The label is that of
-- `ViewId` and must never change. A job's id is 32 hexadecimal digits, which a cast to bytea takes as they are.

create unique index jobs_view on brainwrought.jobs
    (left(encode(sha256(('brainwrought view:' || job_id)::bytea), 'hex'), 32));
