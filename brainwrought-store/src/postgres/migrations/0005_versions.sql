-- The finished versions of a job that can be brought back, with the outputs of all its tasks; null for a job that was
-- never changed.

alter table brainwrought.jobs add column versions json;
