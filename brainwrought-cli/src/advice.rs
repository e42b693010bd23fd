//! What to type next: libraries say what is wrong, and here it is said which command helps.

use brainwrought_core::budget::BudgetError;
use brainwrought_core::engine::EngineError;
use brainwrought_core::id::JobId;
use brainwrought_core::job::{Job, TransitionError};
use brainwrought_core::job_store::JobStoreError;
use brainwrought_stages::MissingFeature;
use brainwrought_stages::parse::UnreadPages;
use brainwrought_stages::publish::FetchError;
use brainwrought_stages::publish::PublishJobError;
use brainwrought_store::OpenError;

use crate::left_out::LeftOut;

/// What helps where a part of the program is missing.
const BUILD_ALL: &str = "`cargo build --release` builds the program with all of its parts";

/// What helps against an error, if a command does.
pub(crate) fn on(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(on_cause)
}

fn on_cause(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if is_older_schema(cause) {
        return Some("run `brainwrought migrate` with the same --jobs".to_owned());
    }
    if cause.is::<LeftOut>()
        || cause.is::<MissingFeature>()
        || matches!(cause.downcast_ref(), Some(OpenError::NotBuilt { .. }))
    {
        return Some(BUILD_ALL.to_owned());
    }
    // An error that passes its cause on as its own hides it from the chain.
    if let Some(FetchError::Engine(error)) = cause.downcast_ref() {
        return on_cause(error);
    }
    if let Some(PublishJobError::Engine(error)) = cause.downcast_ref() {
        return on_cause(error);
    }
    let jobs = match cause.downcast_ref::<EngineError>() {
        Some(EngineError::Folders { .. }) => {
            return Some("run `brainwrought gc` once its folders can be written".to_owned());
        }
        Some(EngineError::Jobs(error)) => Some(error),
        _ => cause.downcast_ref::<JobStoreError>(),
    };
    match jobs {
        Some(JobStoreError::JobNotFound(_)) => {
            return Some("`brainwrought list` shows the jobs there are".to_owned());
        }
        Some(JobStoreError::Refused { source: TransitionError::NothingToRetry(_), .. }) => {
            return Some("`--from STAGE` runs it again from there".to_owned());
        }
        _ => {}
    }
    let status = |job: &JobId| Some(format!("`brainwrought status {job}` shows where it stands"));
    match (cause.downcast_ref(), cause.downcast_ref()) {
        (Some(FetchError::NotCompleted { job, .. }), _) => status(job),
        (Some(FetchError::NoVideo { job, .. }), _) => {
            Some(format!("`brainwrought retry {job} --from check` makes it again"))
        }
        (_, Some(PublishJobError::NotCompleted { job, .. })) => status(job),
        (_, Some(PublishJobError::NoPlace)) => {
            Some("set HF_DATASET_REPO to a dataset, such as `owner/name`".to_owned())
        }
        _ => None,
    }
}

#[cfg(feature = "postgres")]
fn is_older_schema(cause: &(dyn std::error::Error + 'static)) -> bool {
    matches!(cause.downcast_ref(), Some(brainwrought_store::SchemaError::Older { .. }))
}

#[cfg(not(feature = "postgres"))]
fn is_older_schema(_: &(dyn std::error::Error + 'static)) -> bool {
    false
}

/// What helps a job that has failed.
pub(crate) fn on_job(job: &Job) -> String {
    let (id, error) = (&job.job_id, job.error().unwrap_or_default());
    if BudgetError::is_limit(&error) {
        return format!("raise the limit with `brainwrought retry --max-cost USD {id}`");
    }
    if BudgetError::is_unpriced(&error) {
        return "write the price into brainwrought.toml, as [prices.\"PROVIDER/MODEL\"]".to_owned();
    }
    if UnreadPages::lacks_weights(&error) {
        return format!("install the weights with `make setup`, then run `brainwrought retry {id}`");
    }
    format!("`brainwrought retry {id}` tries again, with `--from STAGE` from a stage on")
}

#[cfg(test)]
mod tests {
    use brainwrought_core::job::JobStatus;

    use super::*;

    #[test]
    fn an_error_is_followed_by_the_command_that_helps() {
        let job = JobId::from_bytes([7; 16]);
        let cases: Vec<(anyhow::Error, &str)> = vec![
            (LeftOut { what: "it", feature: "cloud" }.into(), "cargo build --release"),
            (JobStoreError::JobNotFound(job.clone()).into(), "brainwrought list"),
            (EngineError::Jobs(JobStoreError::JobNotFound(job.clone())).into(), "brainwrought list"),
            (
                JobStoreError::Refused {
                    job: job.clone(),
                    source: TransitionError::NothingToRetry(JobStatus::Completed),
                }
                .into(),
                "--from",
            ),
            (FetchError::NotCompleted { job: job.clone(), status: JobStatus::Running }.into(), job.as_str()),
            (
                FetchError::Engine(EngineError::Jobs(JobStoreError::JobNotFound(job.clone()))).into(),
                "brainwrought list",
            ),
            (PublishJobError::NoPlace.into(), "HF_DATASET_REPO"),
        ];
        for (error, command) in cases {
            let wrapped = error.context("could not do it");
            assert!(on(&wrapped).is_some_and(|advice| advice.contains(command)), "{wrapped:?}");
        }
        assert_eq!(on(&anyhow::anyhow!("something else")), None);
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn older_tables_are_migrated() {
        let error = brainwrought_store::SchemaError::Older { found: 1, needed: 8 }.into();
        assert!(on(&error).is_some_and(|advice| advice.contains("brainwrought migrate")));
    }
}
