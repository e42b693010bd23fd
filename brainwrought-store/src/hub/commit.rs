//! One atomic commit: look, upload what is missing, commit on top of what was looked at.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use brainwrought_core::id::Digest;
use bytes::Bytes;
use reqwest::Method;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

use super::client::{BRANCH, HubClient};
use super::hub_error::HubError;
use super::wire::{Committed, Entry};

/// Something that should be so after a commit.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// A file should be there with these bytes.
    Put(HubFile),
    /// A file should not be there.
    Delete(String),
}

/// A file as it should be.
#[derive(Debug, Clone)]
pub(super) struct HubFile {
    pub(super) path: String,
    pub(super) bytes: Bytes,
    pub(super) sha256: Digest,
    pub(super) condition: Condition,
}

/// What must be so before a file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    None,
    /// There must be no such file.
    Absent,
    /// The file must be known to git by this digest.
    Matches(String),
}

/// How a file goes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UploadMode {
    /// Inside the commit.
    Regular,
    /// Ahead of it, with the commit naming its digest.
    Lfs,
}

/// The commit in which everything is as it should be.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) commit: String,
    /// The digests by which git knows the files, by path.
    pub(super) tags: BTreeMap<String, String>,
}

impl HubFile {
    pub(super) fn new(path: String, bytes: Bytes) -> Self {
        let sha256 = Digest::of(&bytes);
        Self { path, bytes, sha256, condition: Condition::None }
    }

    /// What git knows of a large file is a pointer to it.
    fn tag(&self, mode: Option<&UploadMode>) -> String {
        match mode {
            Some(UploadMode::Lfs) => {
                let (sha256, size) = (&self.sha256, self.bytes.len());
                let version = "https://git-lfs.github.com/spec/v1";
                git_digest(format!("version {version}\noid sha256:{sha256}\nsize {size}\n").as_bytes())
            }
            _ => git_digest(&self.bytes),
        }
    }

    fn is_as(&self, entry: &Entry) -> bool {
        match &entry.lfs {
            Some(lfs) => lfs.oid == self.sha256.as_str() && lfs.size == self.bytes.len() as u64,
            None => entry.size == self.bytes.len() as u64 && entry.oid == git_digest(&self.bytes),
        }
    }
}

impl Change {
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Put(file) => &file.path,
            Self::Delete(path) => path,
        }
    }
}

impl HubClient {
    /// Makes the changes so in one commit, or in none if they are so already; returns the commit in which they are.
    ///
    /// It is guaranteed that no commit is made twice: each has the parent that was looked at, so a commit whose reply was
    /// lost makes the next one fail, and the look after that finds the work done. Two changes of one path are taken in
    /// their order.
    pub(super) async fn commit(&self, summary: &str, changes: &[Change]) -> Result<Made, HubError> {
        if self.settings().token.is_none() {
            return Err(HubError::MissingToken { dataset: self.dataset() });
        }
        // The last change of a path counts; conditions are asked of single changes only.
        let wanted: BTreeMap<&str, &Change> = changes.iter().map(|change| (change.path(), change)).collect();
        let paths: Vec<&str> = wanted.keys().copied().collect();
        let (mut tries, mut is_uncertain) = (0, false);
        let mut modes: BTreeMap<String, UploadMode> = BTreeMap::new();
        loop {
            let head = self.head().await?;
            let entries = self.look(&head, &paths, false).await?;
            let there: BTreeMap<&str, &Entry> = entries
                .iter()
                .filter(|entry| entry.kind == "file")
                .map(|entry| (entry.path.as_str(), entry))
                .collect();
            let missing = missing(&wanted, &there, is_uncertain)?;
            let mut tags: BTreeMap<String, String> =
                there.iter().map(|(path, entry)| ((*path).to_owned(), entry.oid.clone())).collect();
            if missing.is_empty() {
                return Ok(Made { commit: head, tags });
            }
            let mut files = files_of(&missing);
            files.retain(|file| !modes.contains_key(&file.path));
            modes.extend(self.upload(&files).await?);
            let error = match self.post_commit(summary, &head, &missing, &modes).await {
                Ok(commit) => {
                    let tag = |file: &&HubFile| (file.path.clone(), file.tag(modes.get(&file.path)));
                    tags.extend(files_of(&missing).iter().map(tag));
                    return Ok(Made { commit, tags });
                }
                Err(error) => error,
            };
            // A stale parent was certainly not committed on; a reply that did not come may mean either.
            is_uncertain |= matches!(error, HubError::Unreachable { .. } | HubError::Failing(_));
            self.pause(tries, error).await?;
            tries += 1;
        }
    }

    async fn post_commit(
        &self,
        summary: &str,
        parent: &str,
        changes: &[&Change],
        modes: &BTreeMap<String, UploadMode>,
    ) -> Result<String, HubError> {
        let header = json!({ "summary": summary, "description": "", "parentCommit": parent });
        let mut lines = json!({ "key": "header", "value": header }).to_string();
        for change in changes {
            lines.push('\n');
            lines.push_str(&operation(change, modes).to_string());
        }
        lines.push('\n');
        let request = self
            .request(Method::POST, self.api(&["commit", BRANCH], ""))
            .header("content-type", "application/x-ndjson")
            .body(lines);
        let reply = self.send_once(request).await?;
        let bytes = reply.bytes().await;
        let committed = bytes.ok().and_then(|bytes| serde_json::from_slice::<Committed>(&bytes).ok());
        match committed {
            Some(committed) => Ok(committed.commit_oid),
            // The commit was made, and its name is found by looking.
            None => self.head().await,
        }
    }
}

/// The changes that are still to be made.
fn missing<'a>(
    wanted: &BTreeMap<&str, &'a Change>,
    there: &BTreeMap<&str, &Entry>,
    is_uncertain: bool,
) -> Result<Vec<&'a Change>, HubError> {
    let mut missing = Vec::new();
    for (path, change) in wanted {
        let entry = there.get(path);
        let file = match change {
            Change::Put(file) => file,
            Change::Delete(_) => {
                missing.extend(entry.map(|_| *change));
                continue;
            }
        };
        let is_done = entry.is_some_and(|entry| file.is_as(entry));
        if is_done && (is_uncertain || file.condition == Condition::None) {
            continue;
        }
        let holds = match &file.condition {
            Condition::None => true,
            Condition::Absent => entry.is_none(),
            Condition::Matches(oid) => entry.is_some_and(|entry| entry.oid == *oid),
        };
        if !holds {
            return Err(HubError::Unexpected { path: (*path).to_owned() });
        }
        if !is_done {
            missing.push(*change);
        }
    }
    Ok(missing)
}

fn files_of<'a>(changes: &[&'a Change]) -> Vec<&'a HubFile> {
    let file = |change: &&'a Change| match change {
        Change::Put(file) => Some(file),
        Change::Delete(_) => None,
    };
    changes.iter().filter_map(file).collect()
}

fn operation(change: &Change, modes: &BTreeMap<String, UploadMode>) -> Value {
    match change {
        Change::Delete(path) => json!({ "key": "deletedFile", "value": { "path": path } }),
        Change::Put(file) if modes.get(&file.path) == Some(&UploadMode::Lfs) => json!({
            "key": "lfsFile",
            "value": { "path": file.path, "algo": "sha256", "oid": file.sha256, "size": file.bytes.len() },
        }),
        Change::Put(file) => json!({
            "key": "file",
            "value": { "path": file.path, "encoding": "base64", "content": BASE64_STANDARD.encode(&file.bytes) },
        }),
    }
}

/// The digest by which git knows bytes: SHA-1 over a header and the bytes.
pub(super) fn git_digest(bytes: &[u8]) -> String {
    let mut sha1 = Sha1::new();
    sha1.update(format!("blob {}\0", bytes.len()));
    sha1.update(bytes);
    sha1.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The distinct digests among files, each with one file that has it.
pub(super) fn distinct<'a>(files: &[&'a HubFile]) -> Vec<&'a HubFile> {
    let mut seen = BTreeSet::new();
    files.iter().copied().filter(|file| seen.insert(&file.sha256)).collect()
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn git_knows_bytes_by_their_digest() {
        // What `git hash-object` says of these.
        assert_eq!(git_digest(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(git_digest(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    }
}
