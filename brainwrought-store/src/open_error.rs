//! [`OpenError`]: why a store could not be opened.

use std::path::{Path, PathBuf};

/// The URLs of job stores, for people.
const JOB_URLS: &str = "`file:./data` (or a path), `memory:` and `postgres://user@host/database`";

/// The URLs of artifact stores, for people.
const ARTIFACT_URLS: &str = "`file:./data` (or a path), `memory:`, `s3://bucket/prefix`, `gs://bucket/prefix`, \
    `az://container/prefix` and `hf://datasets/owner/name`";

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
