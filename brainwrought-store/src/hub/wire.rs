//! What the Hub sends and takes, as JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The head of a branch.
#[derive(Debug, Deserialize)]
pub(super) struct Revision {
    pub(super) sha: String,
}

/// One entry of a listing, or of an answer about paths.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Entry {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) path: String,
    /// The SHA-1 by which git knows it.
    pub(super) oid: String,
    #[serde(default)]
    pub(super) size: u64,
    #[serde(default)]
    pub(super) lfs: Option<LfsEntry>,
    #[serde(default, rename = "lastCommit")]
    pub(super) last_commit: Option<LastCommit>,
}

/// A large file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LfsEntry {
    /// Its SHA-256.
    pub(super) oid: String,
    pub(super) size: u64,
}

/// The commit that last changed an entry.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct LastCommit {
    /// RFC 3339.
    pub(super) date: String,
}

/// How each file should go up.
#[derive(Debug, Deserialize)]
pub(super) struct Preupload {
    pub(super) files: Vec<PreuploadFile>,
}

/// How one file should go up.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PreuploadFile {
    pub(super) path: String,
    pub(super) upload_mode: String,
    #[serde(default)]
    pub(super) should_ignore: bool,
}

/// Where large files go, as the batch interface of git LFS has it.
#[derive(Debug, Deserialize)]
pub(super) struct Batch {
    pub(super) objects: Vec<BatchObject>,
}

/// Where one large file goes.
#[derive(Debug, Deserialize)]
pub(super) struct BatchObject {
    pub(super) oid: String,
    /// Nothing when the file is there already.
    #[serde(default)]
    pub(super) actions: Option<BatchActions>,
    #[serde(default)]
    pub(super) error: Option<BatchError>,
}

/// What is to be done for one large file.
#[derive(Debug, Deserialize)]
pub(super) struct BatchActions {
    #[serde(default)]
    pub(super) upload: Option<BatchAction>,
    #[serde(default)]
    pub(super) verify: Option<BatchAction>,
}

/// An address, and what belongs to it. For an upload in parts that is `chunk_size`, and one address a part.
#[derive(Debug, Deserialize)]
pub(super) struct BatchAction {
    pub(super) href: String,
    #[serde(default)]
    pub(super) header: std::collections::BTreeMap<String, Value>,
}

/// Why a large file is not taken.
#[derive(Debug, Deserialize)]
pub(super) struct BatchError {
    pub(super) code: u16,
    pub(super) message: String,
}

/// The end of an upload in parts.
#[derive(Debug, Serialize)]
pub(super) struct Completion<'a> {
    pub(super) oid: &'a str,
    pub(super) parts: Vec<CompletedPart>,
}

/// A part that arrived.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CompletedPart {
    pub(super) part_number: usize,
    pub(super) etag: String,
}

/// A commit that was made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Committed {
    pub(super) commit_oid: String,
}
