//! [`HubObjects`]: a dataset as an `ObjectStore`, so that what works on buckets works on it.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    Attributes, CopyMode, CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult,
    MultipartUpload, ObjectMeta, ObjectStore, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result, UploadPart,
};

use super::batch::Batcher;
use super::client::{BRANCH, HubClient};
use super::commit::{Change, Condition, HubFile};
use super::hub_error::HubError;
use super::wire::Entry;

/// A dataset as an `ObjectStore`.
///
/// Overwriting puts and deletes that come at the same time share a commit; conditional ones are exact, because a commit
/// names its parent. Attributes, versions, and updates of what has no tag are refused by name. An upload in parts is
/// gathered in memory, and goes up in parts when the Hub says so. What is put again as it is makes no commit, so its date
/// stays; and what is deleted stays in the history of the repository.
#[derive(Debug)]
pub(super) struct HubObjects {
    client: HubClient,
    batcher: Batcher,
}

impl HubObjects {
    pub(super) fn new(client: HubClient) -> Self {
        Self { batcher: Batcher::new(client.clone()), client }
    }

    async fn entry(&self, location: &Path) -> Result<Entry> {
        let path = location.as_ref();
        let found = self.client.look(BRANCH, &[path], true).await.map_err(|error| explain(path, error))?;
        let file = found.into_iter().find(|entry| entry.kind == "file" && entry.path == path);
        file.ok_or_else(|| explain(path, HubError::NoSuchFile { path: path.to_owned() }))
    }
}

impl fmt::Display for HubObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "hf://datasets/{}", self.client.settings().repo)
    }
}

#[async_trait]
impl ObjectStore for HubObjects {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        if !opts.attributes.is_empty() {
            return Err(not_there("attributes"));
        }
        put(&self.batcher, location, payload, opts.mode).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        if !opts.attributes.is_empty() {
            return Err(not_there("attributes"));
        }
        let batcher = self.batcher.clone();
        Ok(Box::new(Gathering { batcher, location: location.clone(), parts: Vec::new() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if options.version.is_some() {
            return Err(not_there("versions"));
        }
        let meta = meta(&self.entry(location).await?)?;
        options.check_preconditions(&meta)?;
        let range = match &options.range {
            Some(range) => {
                in_bounds(range, meta.size).map_err(|source| Error::Generic { store: "hf", source })?
            }
            None => 0..meta.size,
        };
        let payload = if options.head || range.is_empty() {
            stream::empty().boxed()
        } else {
            let header = options.range.as_ref().map(|_| format!("bytes={}-{}", range.start, range.end - 1));
            let path = location.as_ref();
            let bytes = self.client.fetch(path, header).await.map_err(|error| explain(path, error))?;
            if bytes.len() as u64 != range.end - range.start {
                return Err(explain(
                    path,
                    HubError::Garbled("a file has another length than its entry says"),
                ));
            }
            stream::once(async { Ok(bytes) }).boxed()
        };
        Ok(GetResult {
            payload: GetResultPayload::Stream(payload),
            meta,
            range,
            attributes: Attributes::new(),
            extensions: Default::default(),
        })
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        /// Deletes that may share a commit.
        const AT_ONCE: usize = 100;
        let batcher = self.batcher.clone();
        locations
            .map(move |location| {
                let batcher = batcher.clone();
                async move {
                    let location = location?;
                    let path = location.to_string();
                    let deleted = batcher.submit(Change::Delete(path)).await;
                    deleted.map_err(|error| explain_shared(location.as_ref(), error))?;
                    Ok(location)
                }
            })
            .buffered(AT_ONCE)
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let folder = prefix.map(ToString::to_string).unwrap_or_default();
        let (client, first) = (self.client.clone(), self.client.first_page(&folder));
        stream::try_unfold(Some(first), move |next| {
            let (client, folder) = (client.clone(), folder.clone());
            async move {
                let Some(url) = next else { return Ok::<_, Error>(None) };
                let (entries, next) = client.page(url).await.map_err(|error| explain(&folder, error))?;
                let metas: Vec<Result<ObjectMeta>> =
                    entries.iter().filter(|entry| entry.kind == "file").map(meta).collect();
                Ok(Some((stream::iter(metas), next)))
            }
        })
        .try_flatten()
        .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let root = Path::default();
        let prefix = prefix.unwrap_or(&root);
        let (mut folders, mut objects) = (BTreeSet::new(), Vec::new());
        let mut all = self.list(Some(prefix));
        while let Some(meta) = all.try_next().await? {
            let Some(mut rest) = meta.location.prefix_match(prefix) else { continue };
            let Some(first) = rest.next() else { continue };
            if rest.next().is_some() {
                folders.insert(prefix.clone().join(first));
            } else {
                drop(rest);
                objects.push(meta);
            }
        }
        let common_prefixes = folders.into_iter().collect();
        Ok(ListResult { common_prefixes, objects, extensions: Default::default() })
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let mode = match options.mode {
            CopyMode::Overwrite => PutMode::Overwrite,
            CopyMode::Create => PutMode::Create,
        };
        let bytes = self.get_opts(from, GetOptions::default()).await?.bytes().await?;
        put(&self.batcher, to, bytes.into(), mode).await.map(drop)
    }
}

async fn put(batcher: &Batcher, location: &Path, payload: PutPayload, mode: PutMode) -> Result<PutResult> {
    let bytes = payload.into();
    let path = location.to_string();
    let file = tokio::task::spawn_blocking(move || HubFile::new(path, bytes)).await?;
    let path = location.as_ref();
    let condition = match mode {
        PutMode::Overwrite => {
            let put = batcher.submit(Change::Put(file)).await;
            let e_tag = put.map_err(|error| explain_shared(path, error))?;
            return Ok(PutResult { e_tag, version: None, extensions: Default::default() });
        }
        PutMode::Create => Condition::Absent,
        PutMode::Update(version) => {
            let tag = version.e_tag.ok_or_else(|| not_there("updates of what has no tag"))?;
            Condition::Matches(tag)
        }
    };
    let must_be_new = condition == Condition::Absent;
    match batcher.submit_alone(HubFile { condition, ..file }).await {
        Ok(e_tag) => Ok(PutResult { e_tag, version: None, extensions: Default::default() }),
        Err(error @ HubError::Unexpected { .. }) if must_be_new => {
            Err(Error::AlreadyExists { path: path.to_owned(), source: Box::new(error) })
        }
        Err(error @ HubError::Unexpected { .. }) => {
            Err(Error::Precondition { path: path.to_owned(), source: Box::new(error) })
        }
        Err(error) => Err(explain(path, error)),
    }
}

/// An upload in parts, until it is complete.
#[derive(Debug)]
struct Gathering {
    batcher: Batcher,
    location: Path,
    parts: Vec<PutPayload>,
}

#[async_trait]
impl MultipartUpload for Gathering {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.parts.push(data);
        Box::pin(async { Ok(()) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let whole: PutPayload = self.parts.drain(..).flatten().collect();
        put(&self.batcher, &self.location, whole, PutMode::Overwrite).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}

fn meta(entry: &Entry) -> Result<ObjectMeta> {
    let date = entry.last_commit.as_ref().and_then(|commit| commit.date.parse::<jiff::Timestamp>().ok());
    let date = date.ok_or_else(|| explain(&entry.path, HubError::Garbled("an entry has no date")))?;
    Ok(ObjectMeta {
        location: Path::parse(&entry.path)?,
        last_modified: SystemTime::from(date).into(),
        size: entry.lfs.as_ref().map_or(entry.size, |lfs| lfs.size),
        e_tag: Some(entry.oid.clone()),
        version: None,
    })
}

fn in_bounds(
    range: &GetRange,
    size: u64,
) -> std::result::Result<Range<u64>, Box<dyn std::error::Error + Send + Sync>> {
    let range = match range {
        GetRange::Bounded(range) => range.start..range.end.min(size),
        GetRange::Offset(start) => *start..size,
        GetRange::Suffix(length) => size.saturating_sub(*length)..size,
    };
    if range.start >= range.end { Err("the range is empty or lies behind the end".into()) } else { Ok(range) }
}

fn explain(path: &str, error: HubError) -> Error {
    match error {
        HubError::NoSuchFile { .. } => Error::NotFound { path: path.to_owned(), source: Box::new(error) },
        other => Error::Generic { store: "hf", source: Box::new(other) },
    }
}

fn explain_shared(path: &str, error: Arc<HubError>) -> Error {
    match Arc::try_unwrap(error) {
        Ok(error) => explain(path, error),
        Err(shared) => Error::Generic { store: "hf", source: Box::new(shared) },
    }
}

fn not_there(what: &str) -> Error {
    Error::NotImplemented { operation: what.to_owned(), implementer: "a dataset".to_owned() }
}
