-- What every claim and every commit pays for, although nothing is decided by it.

-- One reading for a whole statement, taken when it arrived: a lease or a rest is never taken for over too early.
create or replace function brainwrought.now_ms() returns bigint language sql stable as
$$ select floor(date_part('epoch', statement_timestamp()) * 1000)::bigint $$;

-- A check is read and compiled anew for each statement that writes to the table. The state machine sees to both.
alter table brainwrought.tasks drop constraint tasks_status_check, drop constraint tasks_check;
