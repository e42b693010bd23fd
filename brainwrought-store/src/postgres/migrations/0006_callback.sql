-- Whom to tell when a job has ended, and how far that is; see `Callback` in brainwrought-core.

alter table brainwrought.jobs add column callback json;
