//! The upload of files ahead of their commit.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{BRANCH, HubClient};
use super::commit::{HubFile, UploadMode, distinct};
use super::hub_error::{HubError, HubReply};
use super::wire::{Batch, BatchAction, CompletedPart, Completion, Preupload};

/// The Hub decides by name, size and these first bytes how a file goes up.
const SAMPLE: usize = 512;
/// As many files as the official client names in one request.
const FILES_AT_ONCE: usize = 256;
const LFS_JSON: &str = "application/vnd.git-lfs+json";

impl HubClient {
    /// Uploads what must be at the Hub before a commit can name it, one file after the other, and tells how each file goes
    /// into the commit. What is there already is not sent again.
    pub(super) async fn upload(&self, files: &[&HubFile]) -> Result<BTreeMap<String, UploadMode>, HubError> {
        let mut modes = BTreeMap::new();
        for files in files.chunks(FILES_AT_ONCE) {
            modes.extend(self.ask_modes(files).await?);
        }
        let large: Vec<&HubFile> =
            files.iter().copied().filter(|file| modes.get(&file.path) == Some(&UploadMode::Lfs)).collect();
        for files in distinct(&large).chunks(FILES_AT_ONCE) {
            self.upload_large(files).await?;
        }
        Ok(modes)
    }

    async fn ask_modes(&self, files: &[&HubFile]) -> Result<BTreeMap<String, UploadMode>, HubError> {
        let asked: Vec<Value> = files
            .iter()
            .map(|file| {
                let sample = BASE64_STANDARD.encode(&file.bytes[..file.bytes.len().min(SAMPLE)]);
                json!({ "path": file.path, "size": file.bytes.len(), "sample": sample })
            })
            .collect();
        let request = self.request(Method::POST, self.api(&["preupload", BRANCH], ""));
        let answer: Preupload = self.json(request.json(&json!({ "files": asked }))).await?;
        let mut modes = BTreeMap::new();
        for file in answer.files {
            if file.should_ignore {
                let message = format!("the dataset's .gitignore leaves out {}", file.path);
                return Err(HubError::Refused(HubReply { status: 200, message }));
            }
            let mode = match file.upload_mode.as_str() {
                "lfs" => UploadMode::Lfs,
                "regular" => UploadMode::Regular,
                _ => return Err(HubError::Garbled("there is no such way to upload")),
            };
            modes.insert(file.path, mode);
        }
        for file in files {
            let mode = modes.get_mut(&file.path).ok_or(HubError::Garbled("it leaves out a file"))?;
            if file.bytes.is_empty() {
                // The storage behind LFS cannot hold nothing.
                *mode = UploadMode::Regular;
            }
        }
        Ok(modes)
    }

    async fn upload_large(&self, files: &[&HubFile]) -> Result<(), HubError> {
        let objects: Vec<Value> =
            files.iter().map(|file| json!({ "oid": file.sha256, "size": file.bytes.len() })).collect();
        let body = json!({
            "operation": "upload",
            "transfers": ["basic", "multipart"],
            "hash_algo": "sha256",
            "ref": { "name": BRANCH },
            "objects": objects,
        });
        let request = self.request(Method::POST, self.lfs_batch()).header("accept", LFS_JSON);
        let request = request.header("content-type", LFS_JSON).body(body.to_string());
        let batch: Batch = self.json(request).await?;
        for object in batch.objects {
            if let Some(error) = object.error {
                return Err(HubError::Refused(HubReply { status: error.code, message: error.message }));
            }
            let file = files.iter().find(|file| file.sha256.as_str() == object.oid);
            let file = file.ok_or(HubError::Garbled("it names a file that was not asked about"))?;
            let Some(actions) = object.actions else { continue };
            if let Some(upload) = &actions.upload {
                self.send_bytes(file, upload).await.map_err(as_refused)?;
            }
            if let Some(verify) = &actions.verify {
                let asked = json!({ "oid": file.sha256, "size": file.bytes.len() });
                self.send(self.given_request(Method::POST, &verify.href)?.json(&asked)).await?;
            }
        }
        Ok(())
    }

    async fn send_bytes(&self, file: &HubFile, upload: &BatchAction) -> Result<(), HubError> {
        let Some(size) = upload.header.get("chunk_size") else {
            let request = self.given_request(Method::PUT, &upload.href)?.body(file.bytes.clone());
            return self.send(request).await.map(drop);
        };
        let urls = part_urls(upload);
        let size = number(size).filter(|size| file.bytes.len().div_ceil(*size) == urls.len());
        let size = size.ok_or(HubError::Garbled("the parts of an upload do not fit the file"))?;
        let mut parts = Vec::new();
        for (index, url) in urls.into_iter().enumerate() {
            let part = file.bytes.slice(index * size..((index + 1) * size).min(file.bytes.len()));
            let reply = self.send(self.given_request(Method::PUT, url)?.body(part)).await?;
            let etag = reply.headers().get("etag").and_then(|etag| etag.to_str().ok());
            let etag = etag.ok_or(HubError::Garbled("a part of an upload has no tag"))?.to_owned();
            parts.push(CompletedPart { part_number: index + 1, etag });
        }
        let done = Completion { oid: file.sha256.as_str(), parts };
        let request = self.given_request(Method::POST, &upload.href)?.header("accept", LFS_JSON);
        self.send(request.json(&done)).await.map(drop)
    }
}

/// What the storage refuses says nothing about the token or the dataset: more likely the address has expired.
fn as_refused(error: HubError) -> HubError {
    match error {
        HubError::TokenRefused(reply)
        | HubError::ReadOnlyToken { source: reply, .. }
        | HubError::NoSuchDataset { source: reply, .. } => HubError::Refused(reply),
        other => other,
    }
}

/// The addresses of the parts, in order: the headers whose names are numbers.
fn part_urls(upload: &BatchAction) -> Vec<&str> {
    let numbered: BTreeMap<u32, &str> = upload
        .header
        .iter()
        .filter_map(|(name, value)| Some((name.parse().ok()?, value.as_str()?)))
        .collect();
    numbered.into_values().collect()
}

/// The Hub sends the size of a part as a text; a number means the same. Zero is none.
fn number(value: &Value) -> Option<usize> {
    let size = match value {
        Value::String(text) => text.parse().ok()?,
        other => usize::try_from(other.as_u64()?).ok()?,
    };
    (size > 0).then_some(size)
}
