//! [`Fault`]: why a call to the database failed.

use std::sync::Arc;

use brainwrought_core::id::{FencingToken, JobId, TaskId};
use brainwrought_core::job_store::JobStoreError;
use sqlx::PgExecutor;
use sqlx::error::BoxDynError;

use super::schema::SchemaError;

/// How often a transaction that certainly did not happen is run again.
pub(super) const TRIES: usize = 5;

/// Why a call to the database failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
    #[error(transparent)]
    Schema(#[from] SchemaError),
    #[error(
        "a pooler gives each transaction another session of the database; connect to the database itself, or to a pool in session mode"
    )]
    Pooled,
    #[error("the database did not answer in time")]
    NoResponse,
    #[error("a task changed between reading and writing")]
    Raced,
    #[error("what is stored of job {job} cannot be read")]
    Damaged { job: String, source: BoxDynError },
    #[error("the system gave no random bytes")]
    NoRandom(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What became of a statement that served several calls.
    #[error(transparent)]
    Shared(Arc<Self>),
    /// The answer of the state machine, on its way through a transaction.
    #[error(transparent)]
    Store(#[from] JobStoreError),
}

impl Fault {
    /// True when the transaction certainly did not happen and may be run again.
    pub(super) fn is_conflict(&self) -> bool {
        match self {
            Self::Raced => true,
            // serialization_failure and deadlock_detected: "Appendix A. PostgreSQL Error Codes", class 40.
            Self::Sql(sqlx::Error::Database(error)) => {
                matches!(error.code().as_deref(), Some("40001" | "40P01"))
            }
            _ => false,
        }
    }

    fn is_full(&self) -> bool {
        match self {
            // disk_full.
            Self::Sql(sqlx::Error::Database(error)) => error.code().as_deref() == Some("53100"),
            Self::Shared(fault) => fault.is_full(),
            _ => false,
        }
    }

    pub(super) fn into_store(self, action: &str) -> JobStoreError {
        match self {
            Self::Store(error) => error,
            Self::Damaged { job, source } => JobStoreError::Damaged { job, source },
            fault if fault.is_full() => JobStoreError::Full(Box::new(fault)),
            // As itself, so that whoever asks for it finds it in the chain.
            Self::Schema(error) => {
                JobStoreError::Unavailable { action: action.to_owned(), source: Box::new(error) }
            }
            fault => JobStoreError::Unavailable { action: action.to_owned(), source: Box::new(fault) },
        }
    }

    pub(super) fn random(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::NoRandom(Box::new(error))
    }

    pub(super) fn not_found(id: &JobId) -> Self {
        Self::Store(JobStoreError::JobNotFound(id.clone()))
    }
}

/// Why a guarded statement found no row: the job is gone, or the token no longer holds.
pub(super) async fn lost(
    executor: impl PgExecutor<'_>,
    task: &TaskId,
    token: FencingToken,
) -> Result<Fault, Fault> {
    let known: Option<bool> = sqlx::query_scalar("select true from brainwrought.jobs where job_id = $1")
        .bind(task.job.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(match known {
        Some(_) => Fault::Store(JobStoreError::LeaseLost { task: task.clone(), token }),
        None => Fault::not_found(&task.job),
    })
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::error::Error;

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    /// What a server says in the language of its own machine.
    #[derive(Debug, thiserror::Error)]
    #[error("{said}")]
    struct Said {
        said: &'static str,
        code: &'static str,
    }

    impl DatabaseError for Said {
        fn message(&self) -> &str {
            self.said
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.code.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    fn fault(code: &'static str, said: &'static str) -> Fault {
        Fault::Sql(sqlx::Error::Database(Box::new(Said { said, code })))
    }

    #[test]
    fn errors_are_told_apart_by_their_codes_in_any_language() {
        assert!(fault("40001", "kann Zugriff nicht serialisieren").is_conflict());
        assert!(fault("40P01", "デッドロックを検出しました").is_conflict());
        let full = fault("53100", "kein Platz mehr auf dem Gerät").into_store("create a job");
        assert!(matches!(full, JobStoreError::Full(_)), "{full:?}");
        // Words are no proof of anything.
        let other = fault("42501", "deadlock detected: disk full");
        assert!(!other.is_conflict());
        assert!(matches!(other.into_store("create a job"), JobStoreError::Unavailable { .. }));
    }
}
