//! Opens a store by its URL: the one place where a scheme becomes a store.

use std::path::PathBuf;
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::job_store::JobStore;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};

use crate::open_error::without_password;
use crate::{FileJobStore, ObjectArtifactStore, OpenError, StoreOptions};

impl StoreOptions {
    /// Tells whether some store of this build takes an option of that name.
    pub fn takes(name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        crate::remote::takes(&name) || crate::hub::takes(&name)
    }
}

enum Place {
    Memory,
    Folder(PathBuf),
}

/// Opens a job store; a folder that is not there is made. A database is connected at the first call; what is wrong with it
/// shows then, or before, through [`crate::PostgresJobStore::connect`].
///
/// # Errors
///
/// Fails when no store has the scheme, or the folder cannot be used.
pub fn open_job_store(url: &str) -> Result<Arc<dyn JobStore>, OpenError> {
    if is_database(url) {
        return open_database(url);
    }
    Ok(match place(url) {
        Some(Place::Memory) => Arc::new(MemoryJobStore::default()),
        Some(Place::Folder(folder)) => Arc::new(FileJobStore::open(&folder)?),
        None => return Err(OpenError::UnknownScheme { url: without_password(url) }),
    })
}

/// Opens a job store whose jobs are only looked at. What differs from [`open_job_store`] is that a folder may be one that
/// cannot be written.
///
/// # Errors
///
/// Fails like [`open_job_store`], but not for a folder with jobs that cannot be written.
pub fn open_job_store_to_read(url: &str) -> Result<Arc<dyn JobStore>, OpenError> {
    match place(url) {
        Some(Place::Folder(folder)) => Ok(Arc::new(FileJobStore::open_to_read(&folder)?)),
        _ => open_job_store(url),
    }
}

/// Opens a job store that can hold stages back in the whole fleet.
///
/// # Errors
///
/// Fails like [`open_job_store`], and when the store cannot do that: only a database can.
#[cfg(feature = "postgres")]
pub fn open_stage_controls(url: &str) -> Result<crate::PostgresJobStore, OpenError> {
    only_database(
        url,
        "pause or limit a stage",
        "keep the jobs in a database (`--jobs postgres://…`), or tell each worker what to do with --stage and --concurrency",
    )?;
    crate::PostgresJobStore::new(url)
}

/// Makes the tables of a job store, or brings them to this program's version.
///
/// # Errors
///
/// Fails when the store has no tables, cannot be reached, or was made by a newer program.
#[cfg(feature = "postgres")]
pub async fn migrate_job_store(url: &str) -> Result<crate::Migrated, OpenError> {
    only_database(
        url,
        "be migrated",
        "it is ready as it is: only a database (`--jobs postgres://…`) has tables",
    )?;
    crate::PostgresJobStore::migrate(url).await
}

/// Opens an artifact store; a folder that is not there is made.
///
/// # Errors
///
/// Fails when no store has the scheme, or the folder cannot be used.
pub fn open_artifact_store(url: &str) -> Result<Arc<dyn ArtifactStore>, OpenError> {
    open_artifact_store_with(url, &StoreOptions::default())
}

/// Opens an artifact store that may need more than its URL says: `s3://bucket/prefix`, `gs://…`, `az://…`,
/// `hf://datasets/owner/name`.
///
/// Nothing is sent to a remote store yet: what is wrong with it shows at its first use.
///
/// # Errors
///
/// Fails when no store has the scheme, when the URL or an option is wrong, or when the folder cannot be used.
pub fn open_artifact_store_with(
    url: &str,
    options: &StoreOptions,
) -> Result<Arc<dyn ArtifactStore>, OpenError> {
    if let Some(store) = open_remote(url, options)? {
        return Ok(Arc::new(store));
    }
    Ok(match place(url) {
        Some(Place::Memory) => Arc::new(MemoryArtifactStore::default()),
        Some(Place::Folder(folder)) => Arc::new(ObjectArtifactStore::open_folder(&folder)?),
        None => return Err(OpenError::UnknownArtifactScheme { url: without_password(url) }),
    })
}

impl ObjectArtifactStore {
    /// Opens a store at the other end of a network: `s3://bucket/prefix`, `gs://…`, `az://container/prefix`,
    /// `hf://datasets/owner/name/prefix`. Nothing is sent yet; a bucket that is not there, or a key that is refused, shows
    /// at the first use.
    ///
    /// # Errors
    ///
    /// Fails when there is no such scheme, when the URL or an option is wrong or a key is missing, and when this build
    /// leaves the store out.
    pub fn open_url(url: &str, options: &StoreOptions) -> Result<Self, OpenError> {
        open_remote(url, options)?
            .ok_or_else(|| OpenError::UnknownArtifactScheme { url: without_password(url) })
    }
}

/// Opens a store at the other end of a network, if the URL names one.
fn open_remote(url: &str, options: &StoreOptions) -> Result<Option<ObjectArtifactStore>, OpenError> {
    match crate::remote::open(url, options)? {
        None => crate::hub::open(url, options),
        bucket => Ok(bucket),
    }
}

/// The folder of a store that is one.
pub fn local_folder(url: &str) -> Option<PathBuf> {
    match place(url) {
        Some(Place::Folder(folder)) => Some(folder),
        _ => None,
    }
}

fn is_database(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

#[cfg(feature = "postgres")]
fn open_database(url: &str) -> Result<Arc<dyn JobStore>, OpenError> {
    Ok(Arc::new(crate::PostgresJobStore::new(url)?))
}

#[cfg(not(feature = "postgres"))]
fn open_database(url: &str) -> Result<Arc<dyn JobStore>, OpenError> {
    Err(OpenError::NotBuilt { url: without_password(url), feature: "postgres" })
}

#[cfg(feature = "postgres")]
fn only_database(url: &str, action: &'static str, instead: &'static str) -> Result<(), OpenError> {
    match place(url) {
        _ if is_database(url) => Ok(()),
        Some(_) => Err(OpenError::NotInThisStore { url: without_password(url), action, instead }),
        None => Err(OpenError::UnknownScheme { url: without_password(url) }),
    }
}

fn place(url: &str) -> Option<Place> {
    if let Some(path) = url.strip_prefix("file:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return (!path.is_empty()).then(|| Place::Folder(PathBuf::from(path)));
    }
    if url == "memory:" {
        return Some(Place::Memory);
    }
    // A path never has a colon before its first separator, a URL always has.
    let scheme = url.split(['/', '\\']).next().unwrap_or_default();
    (!url.is_empty() && !scheme.contains(':')).then(|| Place::Folder(PathBuf::from(url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_named_in_three_ways() {
        for (url, folder) in [
            ("file:./data", "./data"),
            ("file:///var/data", "/var/data"),
            ("data", "data"),
            ("file:/x", "/x"),
        ] {
            assert_eq!(local_folder(url), Some(PathBuf::from(folder)), "{url}");
        }
        assert_eq!(local_folder("memory:"), None);
    }

    #[test]
    fn a_url_is_shown_without_its_secrets() {
        for (url, shown) in [
            ("postgres://me:hush@db.example:5433/jobs", "postgres://db.example:5433/jobs"),
            ("postgres:/me:hush@db.example/jobs", "postgres:…"),
            ("postgres://me:hu@s/h@db.example/jobs", "postgres://db.example/jobs"),
            ("postgres://me:hu?sh@db.example/jobs", "postgres://…"),
            ("postgres://db.example/jobs?user=me&password=hush", "postgres://db.example/jobs"),
            ("postgres://db.example/jobs?password=hu@sh", "postgres://…"),
            ("s3://bucket/prefix", "s3://bucket/prefix"),
            ("file:./data", "file:./data"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn an_invalid_url_is_refused_with_a_hint() {
        for url in ["mysql://host/db", "s3://bucket", "", "file:"] {
            let error = open_job_store(url).expect_err("there is no such store");
            assert!(error.is_wrong_url(), "{url}: {error:?}");
            for accepted in ["file:./data", "memory:", "postgres://"] {
                assert!(error.to_string().contains(accepted), "{url}: {error}");
            }
        }
        for url in ["mysql://host/db", "postgres://me:secret@host/db", "", "file:"] {
            let error = open_artifact_store(url).expect_err("there is no such store");
            assert!(error.is_wrong_url() && !error.to_string().contains("secret"), "{url}: {error}");
            for accepted in ["file:./data", "memory:", "s3://", "gs://", "az://", "hf://datasets/"] {
                assert!(error.to_string().contains(accepted), "{url}: {error}");
            }
        }
        assert!(open_job_store("file:/proc/nowhere/data").is_err_and(|error| !error.is_wrong_url()));
    }

    #[cfg(feature = "postgres")]
    #[tokio::test]
    async fn an_operation_of_databases_is_refused_with_an_alternative() {
        let refused = open_stage_controls("file:./data").expect_err("a folder cannot");
        assert!(refused.is_wrong_url() && refused.to_string().contains("postgres://"), "{refused}");
        assert!(refused.to_string().contains("--concurrency"), "{refused}");
        let refused = migrate_job_store("data").await.expect_err("a folder has no tables");
        assert!(refused.is_wrong_url() && refused.to_string().contains("ready as it is"), "{refused}");
        let unknown = open_stage_controls("mysql://host/db").expect_err("there is no such store");
        assert!(matches!(unknown, OpenError::UnknownScheme { .. }), "{unknown:?}");
        assert!(open_stage_controls("postgres://host/db").is_ok());
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_database_is_opened_without_being_reached() {
        for url in ["postgres://host/db", "postgresql://me@host:5433/db?sslmode=disable"] {
            assert!(open_job_store(url).is_ok(), "{url}");
        }
        let wrong = open_job_store("postgres://me:secret@host:port/db").expect_err("that is no port");
        assert!(wrong.is_wrong_url() && !format!("{wrong:?}").contains("secret"), "{wrong:?}");
    }
}
