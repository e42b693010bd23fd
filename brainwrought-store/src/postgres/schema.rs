//! The schema: its versions, the way from one to the next, and the refusal to work with any but this version's.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// The steps of the schema, oldest first; the version is how many of them a database has taken.
const STEPS: &[&str] = &[
    include_str!("migrations/0001_jobs.sql"),
    include_str!("migrations/0002_quick_statements.sql"),
    include_str!("migrations/0003_ledger.sql"),
    include_str!("migrations/0004_views.sql"),
    include_str!("migrations/0005_versions.sql"),
    include_str!("migrations/0006_callback.sql"),
    include_str!("migrations/0007_passed_over.sql"),
    include_str!("migrations/0008_delivery.sql"),
];

/// One process migrates at a time; the number is arbitrary, but must never change.
const LOCK: i64 = 0x6272_6169_6e77;

/// Why the tables of a database cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The tables are missing, or an older version made them.
    #[error("the database has schema version {found} and this program needs {needed}; migrate it first")]
    Older {
        /// The version of the database; 0 when it has no tables.
        found: i32,
        /// The version that is needed.
        needed: i32,
    },
    /// A newer version made the tables.
    #[error(
        "the database has schema version {found}, made by a newer program; this one knows {needed}: update it"
    )]
    Newer {
        /// The version of the database.
        found: i32,
        /// The version that is needed.
        needed: i32,
    },
}

/// What a migration did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// The version before; 0 when there were no tables.
    pub from: i32,
    /// The version now.
    pub to: i32,
}

pub(super) const fn needed() -> i32 {
    STEPS.len() as i32
}

/// Reads the version; 0 when there are no tables.
pub(super) async fn version(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    let known: bool = sqlx::query_scalar("select to_regclass('brainwrought.schema_version') is not null")
        .fetch_one(&mut *connection)
        .await?;
    if !known {
        return Ok(0);
    }
    sqlx::query_scalar("select coalesce(max(version), 0) from brainwrought.schema_version")
        .fetch_one(connection)
        .await
}

pub(super) fn check(found: i32) -> Result<(), SchemaError> {
    let needed = needed();
    match found.cmp(&needed) {
        std::cmp::Ordering::Less => Err(SchemaError::Older { found, needed }),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(SchemaError::Newer { found, needed }),
    }
}

/// Takes the steps that are missing, all or none. A newer schema is left alone.
pub(super) async fn migrate(
    connection: &mut PgConnection,
) -> Result<Result<Migrated, SchemaError>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await?;
    let from = version(&mut transaction).await?;
    if from > needed() {
        return Ok(Err(SchemaError::Newer { found: from, needed: needed() }));
    }
    if from == 0 {
        sqlx::raw_sql(
            "create schema if not exists brainwrought;
             create table brainwrought.schema_version (
                 version integer primary key, applied_at timestamptz not null default now())",
        )
        .execute(&mut *transaction)
        .await?;
    }
    for (place, step) in STEPS.iter().enumerate().skip(usize::try_from(from).unwrap_or(0)) {
        sqlx::raw_sql(AssertSqlSafe(*step)).execute(&mut *transaction).await?;
        sqlx::query("insert into brainwrought.schema_version (version) values ($1)")
            .bind(place as i32 + 1)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(Ok(Migrated { from, to: needed() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_version_is_worked_with() {
        let needed = needed();
        assert_eq!(check(needed), Ok(()));
        assert_eq!(check(0), Err(SchemaError::Older { found: 0, needed }));
        assert_eq!(check(needed + 1), Err(SchemaError::Newer { found: needed + 1, needed }));
    }

    #[test]
    fn a_refusal_says_what_to_do() {
        assert!(check(0).is_err_and(|error| error.to_string().contains("migrate it")));
        assert!(check(needed() + 1).is_err_and(|error| error.to_string().contains("update")));
    }
}
