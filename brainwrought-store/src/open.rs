//! Opens a store by its URL: the one place where a scheme becomes a store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStore;
use brainwrought_core::job_store::JobStore;
use brainwrought_core::memory::{MemoryArtifactStore, MemoryJobStore};

use crate::{FileJobStore, ObjectArtifactStore, StoreOptions};

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No job store has this scheme.
    #[error("`{url}` is no job store; jobs are kept by {JOB_URLS} (give --jobs, or --store for both)")]
    UnknownScheme {
        /// The URL, without its password.
        url: String,
    },
    /// No artifact store has this scheme.
    #[error(
        "`{url}` is no artifact store; artifacts are kept by {ARTIFACT_URLS} (give --artifacts, or --store for both)"
    )]
    UnknownArtifactScheme {
        /// The URL, without its password.
        url: String,
    },
    /// The job store cannot do what only a database can.
    #[error("`{url}` cannot {action}; {instead}")]
    NotInThisStore {
        /// The URL.
        url: String,
        /// What was asked for, such as `pause a stage`.
        action: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// The folder cannot be used.
    #[error("could not use the folder {folder:?}; make it writable, or choose another with --store")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file system of the folder has no file locks, so that two processes would overwrite each other's jobs.
    #[error(
        "the file system of {folder:?} has no file locks, which jobs need; keep them elsewhere with --jobs"
    )]
    NoLocks {
        /// The folder.
        folder: PathBuf,
        /// What the file system says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The folder is there and cannot be read.
    #[error("could not read the folder {folder:?}; run as its owner, or choose another with --store")]
    UnreadableFolder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The URL has a known scheme, but what follows or its options are wrong.
    #[error("could not open `{url}`; check the address and its options")]
    WrongUrl {
        /// The URL.
        url: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A provider does not know an option.
    #[error("there is no option `{name}`; look it up in the documentation of its provider")]
    UnknownOption {
        /// The name, in lower case.
        name: String,
    },
    /// A provider needs a key, and no option brings one.
    #[error("there is no key for `{url}`; set {names}")]
    MissingKey {
        /// The URL.
        url: String,
        /// The names of the options, as environment variables.
        names: &'static str,
    },
    /// This build leaves the store out.
    #[error("this build cannot open `{url}`; build it with the feature `{feature}`")]
    NotBuilt {
        /// The URL.
        url: String,
        /// The cargo feature that brings the store.
        feature: &'static str,
    },
    /// The database cannot be reached.
    #[error("could not connect to the database at {place}; check the address, and that the server runs")]
    Database {
        /// Its host and port, or its socket.
        place: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The tables of the database are not this version's.
    #[cfg(feature = "postgres")]
    #[error("the database's tables are not those that this version works with")]
    Schema {
        /// What is wrong, and what to do.
        #[source]
        source: crate::SchemaError,
    },
}

/// The URLs of job stores, for people.
const JOB_URLS: &str = "`file:./data` (or a path), `memory:` and `postgres://user@host/database`";

/// The URLs of artifact stores, for people.
const ARTIFACT_URLS: &str = "`file:./data` (or a path), `memory:`, `s3://bucket/prefix`, `gs://bucket/prefix`, \
    `az://container/prefix` and `hf://datasets/owner/name`";

enum Place {
    Memory,
    Folder(PathBuf),
}

impl OpenError {
    /// Tells whether the URL itself is wrong, rather than what it names out of reach.
    pub fn is_wrong_url(&self) -> bool {
        matches!(
            self,
            Self::UnknownScheme { .. }
                | Self::UnknownArtifactScheme { .. }
                | Self::NotInThisStore { .. }
                | Self::WrongUrl { .. }
                | Self::UnknownOption { .. }
                | Self::MissingKey { .. }
                | Self::NotBuilt { .. }
        )
    }

    pub(crate) fn wrong(url: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::WrongUrl { url: without_password(url), source: source.into() }
    }

    pub(crate) fn unreadable(folder: &Path, source: std::io::Error) -> Self {
        Self::UnreadableFolder { folder: folder.to_owned(), source: Box::new(source) }
    }

    pub(crate) fn folder(folder: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Folder { folder: folder.to_owned(), source: source.into() }
    }
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
    if let Some(store) = ObjectArtifactStore::open_remote(url, options)? {
        return Ok(Arc::new(store));
    }
    Ok(match place(url) {
        Some(Place::Memory) => Arc::new(MemoryArtifactStore::default()),
        Some(Place::Folder(folder)) => Arc::new(ObjectArtifactStore::open_folder(&folder)?),
        None => return Err(OpenError::UnknownArtifactScheme { url: without_password(url) }),
    })
}

/// The folder of a store that is one.
pub fn local_folder(url: &str) -> Option<PathBuf> {
    match place(url) {
        Some(Place::Folder(folder)) => Some(folder),
        _ => None,
    }
}

/// A URL as people may see it: without what stands before its `@`, and without its query. Either may hold a password, as in
/// `postgres://host/database?password=…`.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        // Mistyped, perhaps, as in `postgres:/me:password@host`.
        return match url.split_once(':') {
            Some((scheme, rest)) if rest.contains(['@', '?']) => format!("{scheme}:…"),
            _ => url.to_owned(),
        };
    };
    let (front, query) = rest.split_once('?').unwrap_or((rest, ""));
    if query.contains('@') {
        // A password with a `?` in it, or a query with an `@`: nobody can tell which side of it the secret is on.
        return format!("{scheme}://…");
    }
    format!("{scheme}://{}", front.rsplit_once('@').map_or(front, |(_, place)| place))
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
    fn what_cannot_be_opened_is_refused_with_a_hint() {
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
    async fn what_only_a_database_can_do_is_refused_with_another_way() {
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
