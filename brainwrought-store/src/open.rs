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
    /// No store has this scheme.
    #[error(
        "there is no store `{url}`; this version opens folders (`file:./data`), `memory:` and, for jobs, `postgres://`"
    )]
    UnknownScheme {
        /// The URL.
        url: String,
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
    #[error("could not open the database {url}; check the address, and that the server runs")]
    Database {
        /// The address, without its password.
        url: String,
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
                | Self::WrongUrl { .. }
                | Self::UnknownOption { .. }
                | Self::MissingKey { .. }
                | Self::NotBuilt { .. }
        )
    }

    pub(crate) fn wrong(url: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::WrongUrl { url: url.to_owned(), source: source.into() }
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
    #[cfg(feature = "postgres")]
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Arc::new(crate::PostgresJobStore::new(url)?));
    }
    Ok(match place(url)? {
        Place::Memory => Arc::new(MemoryJobStore::default()),
        Place::Folder(folder) => Arc::new(FileJobStore::open(&folder)?),
    })
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
    Ok(match place(url)? {
        Place::Memory => Arc::new(MemoryArtifactStore::default()),
        Place::Folder(folder) => Arc::new(ObjectArtifactStore::open_folder(&folder)?),
    })
}

/// The folder of a store that is one.
pub fn local_folder(url: &str) -> Option<PathBuf> {
    match place(url) {
        Ok(Place::Folder(folder)) => Some(folder),
        _ => None,
    }
}

fn place(url: &str) -> Result<Place, OpenError> {
    let unknown = || OpenError::UnknownScheme { url: url.to_owned() };
    if let Some(path) = url.strip_prefix("file:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        return if path.is_empty() { Err(unknown()) } else { Ok(Place::Folder(PathBuf::from(path))) };
    }
    if url == "memory:" {
        return Ok(Place::Memory);
    }
    // A path never has a colon before its first separator, a URL always has.
    let scheme = url.split(['/', '\\']).next().unwrap_or_default();
    if url.is_empty() || scheme.contains(':') {
        Err(unknown())
    } else {
        Ok(Place::Folder(PathBuf::from(url)))
    }
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
    fn what_cannot_be_opened_is_refused_with_a_hint() {
        for url in ["mysql://host/db", "s3://bucket", "", "file:"] {
            let error = open_job_store(url).expect_err("there is no such store");
            assert!(error.is_wrong_url() && error.to_string().contains("file:./data"), "{url}: {error}");
        }
        assert!(open_job_store("file:/proc/nowhere/data").is_err_and(|error| !error.is_wrong_url()));
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
