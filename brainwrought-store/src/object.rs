//! [`ObjectArtifactStore`]: artifacts on anything that the crate `object_store` reaches: folders, buckets, the Hub.

use std::fmt;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{
    ArtifactListing, ArtifactStore, ArtifactStoreError, Hold, StoredArtifact, StoredHold,
};
use brainwrought_core::id::{Digest, Fingerprint, JobId};
use brainwrought_core::private_folder::private_folder;
use brainwrought_core::room::is_full;
use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectMeta, ObjectStore, ObjectStoreExt as _};
use tokio::sync::OnceCell;

use crate::OpenError;
use crate::artifact_path::{ARTIFACTS, BINDINGS, HOLDS, artifact_path, binding_path, damaged_path};
use crate::holds::Holds;
use crate::remote::RemoteError;
use crate::secrets::Secrets;
use crate::store_clock::StoreClock;

/// Keeps artifacts as `artifacts/<2 hex>/<sha256>`, bindings as `artifacts/bindings/<2 hex>/<fingerprint>`, and holds as
/// empty objects `artifacts/holds/<job_id>/<sha256>`.
///
/// A dataset at the Hub keeps no holds, because each would be a commit: what deleted jobs left there beside their outputs
/// goes by age.
///
/// It is guaranteed that an artifact is written whole or not at all, wherever it is kept. An artifact that is put again
/// [a quarter of an hour](Self::YOUNG) or more after it was written is written once more, so that garbage collection sees
/// that it is in use. An artifact whose bytes no longer match its digest is written afresh by the next
/// [`put`](ArtifactStore::put), whether or not somebody has seen the damage. In a folder, reading it also moves it to
/// `artifacts/damaged/`, where people can look at it; at the other end of a network it stays where it is until then,
/// because a move is a copy and a delete there, and what another worker writes between the two would be lost.
///
/// It is not guaranteed that the parts of an upload that was cut off by a crash are removed from a
/// bucket: a lifecycle rule for incomplete uploads does that.
pub struct ObjectArtifactStore {
    objects: Arc<dyn ObjectStore>,
    clock: StoreClock,
    remote: Option<Remote>,
    holds: Option<Holds>,
    /// The folder, where it is one.
    folder: Option<PathBuf>,
}

/// A store at the other end of a network.
struct Remote {
    /// Its URL, for people.
    place: String,
    /// What no message may repeat.
    secrets: Secrets,
    /// Set once it has answered.
    reached: OnceCell<()>,
}

/// A remote artifact of more bytes than this goes up in parts, so that a connection that breaks costs one part.
const WHOLE: u64 = 16 << 20;
/// Bytes in a part. S3 wants at least 5 MiB, and all of one size.
const PART: u64 = 8 << 20;
/// S3 takes no more parts than this in one object; a larger artifact gets larger parts.
const MAX_PARTS: u64 = 10_000;
/// Parts in flight. They are slices of the artifact, so it is in memory once, and what the sockets hold.
const PARTS_AT_ONCE: usize = 4;
/// Bindings read at once for a listing.
const READS_AT_ONCE: usize = 16;

impl ObjectArtifactStore {
    /// An artifact that was put again is as good as new when it is no older than this.
    pub const YOUNG: Duration = Duration::from_secs(15 * 60);

    /// Opens a folder. Files appear whole or not at all, and are on disk before a write returns.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be made or read.
    pub fn open_folder(folder: &FilePath) -> Result<Self, OpenError> {
        private_folder(&folder.join(ARTIFACTS)).map_err(|error| OpenError::folder(folder, error))?;
        let open =
            || LocalFileSystem::new_with_prefix(folder).map_err(|error| OpenError::folder(folder, error));
        // Holds are lost with the cache of the system: they are many, and one that is lost does little harm.
        let holds = Holds::new(Arc::new(open()?.with_automatic_cleanup(true)));
        Ok(Self {
            objects: Arc::new(open()?.with_fsync(true)),
            clock: StoreClock::default(),
            remote: None,
            holds: Some(holds),
            folder: Some(folder.to_owned()),
        })
    }

    pub(crate) fn remote(
        objects: Arc<dyn ObjectStore>,
        place: String,
        clock: StoreClock,
        secrets: Secrets,
    ) -> Self {
        let holds = Some(Holds::new(Arc::clone(&objects)));
        let remote = Some(Remote { place, secrets, reached: OnceCell::new() });
        Self { objects, clock, remote, holds, folder: None }
    }

    /// Keeps no holds, where each would cost too much.
    #[cfg(feature = "hub")]
    pub(crate) fn without_holds(mut self) -> Self {
        self.holds = None;
        self
    }

    async fn read(&self, path: &Path) -> Result<Bytes, Error> {
        self.objects.get(path).await?.bytes().await
    }

    async fn write(&self, path: &Path, bytes: Bytes) -> Result<(), Error> {
        let length = bytes.len() as u64;
        if self.remote.is_none() || length <= WHOLE {
            return self.objects.put(path, bytes.into()).await.map(drop);
        }
        let mut upload = self.objects.put_multipart(path).await?;
        let sent = stream::iter(parts(length))
            .map(|part| upload.put_part(bytes.slice(part).into()))
            .buffer_unordered(PARTS_AT_ONCE)
            .try_collect::<()>()
            .await;
        let completed = match sent {
            Ok(()) => upload.complete().await.map(drop),
            Err(error) => Err(error),
        };
        if completed.is_err() {
            // What was sent is of no use; that it cannot be taken back is not what should be reported.
            let _ = upload.abort().await;
        }
        completed
    }

    /// Asks a remote store once whether it is there. A bucket that is missing would look like an empty one: to a request
    /// for the head of an object, both say `404` and no more.
    async fn reach(&self, action: impl Fn() -> String) -> Result<(), ArtifactStoreError> {
        let Some(remote) = &self.remote else { return Ok(()) };
        let probe = Path::from_iter([ARTIFACTS, "probe"]);
        let ask = || async {
            match self.objects.get(&probe).await {
                Ok(_) => Ok(()),
                Err(Error::NotFound { source, .. }) if !names_missing_bucket(source.as_ref()) => Ok(()),
                Err(error) => Err(error),
            }
        };
        let asked = remote.reached.get_or_try_init(ask).await;
        asked.map(drop).map_err(|error| self.explain(&action(), error))
    }

    /// Tells whether the stored bytes are these, and were written a short while ago. A failed read is no proof.
    async fn has_young(&self, path: &Path, bytes: &Bytes, found: &ObjectMeta) -> bool {
        // The right length is no proof either; a damaged artifact is written over.
        found.size == bytes.len() as u64
            && self.is_young(found)
            && self.read(path).await.is_ok_and(|stored| stored == *bytes)
    }

    /// Moves a damaged artifact out of the way, in a folder. A failure leaves it where it is, for the next reader.
    async fn quarantine(&self, digest: &Digest) {
        if self.remote.is_some() {
            tracing::warn!(%digest, "an artifact is damaged; it is replaced when it is made again");
            return;
        }
        let (path, aside) = (artifact_path(digest), damaged_path(digest));
        if let Err(error) = self.objects.rename(&path, &aside).await {
            tracing::warn!(%digest, %error, "a damaged artifact could not be moved aside");
            return;
        }
        tracing::warn!(%digest, to = %aside, "a damaged artifact was moved aside");
        // Somebody may have written it afresh since it was read; what was moved is whole then, and goes back.
        if let Ok(bytes) = self.read(&aside).await
            && digest_of(&bytes).await.is_ok_and(|found| found == *digest)
            && let Err(error) = self.objects.rename(&aside, &path).await
        {
            tracing::warn!(%digest, %error, "a whole artifact could not be moved back");
        }
    }

    fn is_young(&self, found: &ObjectMeta) -> bool {
        self.clock.age(found.last_modified.timestamp_millis()) < Self::YOUNG
    }

    fn explain(&self, action: &str, error: Error) -> ArtifactStoreError {
        match &self.remote {
            Some(remote) => unavailable(action, RemoteError::new(&remote.place, &remote.secrets, error)),
            None => explain_local(action, error),
        }
    }
}

impl fmt::Debug for ObjectArtifactStore {
    /// A client holds keys, so only its place is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.remote.as_ref().map(|remote| &remote.place);
        f.debug_struct("ObjectArtifactStore").field("remote", &place).finish_non_exhaustive()
    }
}

#[async_trait]
impl ArtifactStore for ObjectArtifactStore {
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError> {
        let digest = digest_of(&bytes).await?;
        let path = artifact_path(&digest);
        self.reach(|| format!("write artifact {digest}")).await?;
        match self.objects.head(&path).await {
            Ok(found) if self.has_young(&path, &bytes, &found).await => return Ok(digest),
            Ok(_) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(self.explain(&format!("look for artifact {digest}"), error)),
        }
        let written = self.write(&path, bytes).await;
        written.map_err(|error| self.explain(&format!("write artifact {digest}"), error))?;
        Ok(digest)
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, ArtifactStoreError> {
        self.reach(|| format!("read artifact {digest}")).await?;
        let bytes = match self.read(&artifact_path(digest)).await {
            Ok(bytes) => bytes,
            Err(Error::NotFound { .. }) => return Err(ArtifactStoreError::NotFound(digest.clone())),
            Err(error) => return Err(self.explain(&format!("read artifact {digest}"), error)),
        };
        if digest_of(&bytes).await? == *digest {
            return Ok(bytes);
        }
        self.quarantine(digest).await;
        Err(ArtifactStoreError::Damaged(digest.clone()))
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, ArtifactStoreError> {
        self.reach(|| format!("look for artifact {digest}")).await?;
        match self.objects.head(&artifact_path(digest)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.explain(&format!("look for artifact {digest}"), error)),
        }
    }

    async fn delete(&self, digest: &Digest) -> Result<(), ArtifactStoreError> {
        self.reach(|| format!("delete artifact {digest}")).await?;
        gone(self.objects.delete(&artifact_path(digest)).await)
            .map_err(|error| self.explain(&format!("delete artifact {digest}"), error))?;
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        let traces = digest.clone();
        let removed = tokio::task::spawn_blocking(move || remove_traces(&folder, &traces)).await;
        removed
            .map_err(|error| unavailable("delete an artifact", error))?
            .map_err(|error| unavailable(&format!("delete artifact {digest}"), error))
    }

    async fn bind(&self, fingerprint: &Fingerprint, output: &Digest) -> Result<(), ArtifactStoreError> {
        self.reach(|| format!("bind {}", fingerprint.0)).await?;
        let bytes = Bytes::from(output.to_string());
        let written = self.objects.put(&binding_path(fingerprint), bytes.into()).await;
        written.map(drop).map_err(|error| self.explain(&format!("bind {}", fingerprint.0), error))
    }

    async fn lookup(&self, fingerprint: &Fingerprint) -> Result<Option<Digest>, ArtifactStoreError> {
        self.reach(|| format!("look up {}", fingerprint.0)).await?;
        match self.read(&binding_path(fingerprint)).await {
            // A binding that is no digest is a miss: the work is done again and bound anew.
            Ok(bytes) => Ok(std::str::from_utf8(&bytes).ok().and_then(|text| text.parse().ok())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.explain(&format!("look up {}", fingerprint.0), error)),
        }
    }

    async fn unbind(&self, fingerprint: &Fingerprint) -> Result<(), ArtifactStoreError> {
        self.reach(|| format!("unbind {}", fingerprint.0)).await?;
        gone(self.objects.delete(&binding_path(fingerprint)).await)
            .map_err(|error| self.explain(&format!("unbind {}", fingerprint.0), error))
    }

    async fn list(&self) -> Result<ArtifactListing, ArtifactStoreError> {
        self.reach(|| "list artifacts".to_owned()).await?;
        let mut listing = ArtifactListing::default();
        let mut bound = Vec::new();
        let mut found = self.objects.list(Some(&Path::from(ARTIFACTS)));
        while let Some(meta) =
            found.try_next().await.map_err(|error| self.explain("list artifacts", error))?
        {
            let Some(digest) = meta.location.filename().and_then(|name| name.parse::<Digest>().ok()) else {
                continue;
            };
            let is_in = |folder: &str| meta.location.parts().any(|part| part.as_ref() == folder);
            if is_in(HOLDS) {
                continue;
            }
            if is_in(BINDINGS) {
                bound.push(Fingerprint(digest));
                continue;
            }
            let age = self.clock.age(meta.last_modified.timestamp_millis());
            listing.artifacts.push(StoredArtifact { digest, bytes: meta.size, age });
        }
        let mut outputs = stream::iter(bound)
            .map(|fingerprint| async {
                let output = self.lookup(&fingerprint).await?;
                Ok::<_, ArtifactStoreError>(output.map(|output| (fingerprint, output)))
            })
            .buffer_unordered(READS_AT_ONCE);
        while let Some(binding) = outputs.try_next().await? {
            listing.bindings.extend(binding);
        }
        drop(outputs);
        listing.artifacts.sort_by(|a, b| a.digest.cmp(&b.digest));
        listing.bindings.sort();
        Ok(listing)
    }

    async fn check_room(&self, bytes: u64) -> Result<(), ArtifactStoreError> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        let found = tokio::task::spawn_blocking(move || brainwrought_core::room::check(&folder, bytes)).await;
        match found.map_err(|error| unavailable("look for room", error))? {
            Err(error) if is_full(&error) => Err(ArtifactStoreError::Full(Box::new(error))),
            found => found.map_err(|error| unavailable("look for room", error)),
        }
    }

    async fn hold(&self, job: &JobId, hold: &Hold) -> Result<(), ArtifactStoreError> {
        let Some(holds) = &self.holds else { return Ok(()) };
        let action = || format!("note what job {job} holds");
        self.reach(action).await?;
        holds.add(job, hold).await.map_err(|error| self.explain(&action(), error))
    }

    async fn release(&self, job: &JobId, released: &[Hold]) -> Result<(), ArtifactStoreError> {
        let Some(holds) = &self.holds else { return Ok(()) };
        let action = || format!("forget what job {job} held");
        self.reach(action).await?;
        holds.remove(job, released).await.map_err(|error| self.explain(&action(), error))
    }

    async fn holds(&self) -> Result<Vec<StoredHold>, ArtifactStoreError> {
        let Some(holds) = &self.holds else { return Ok(Vec::new()) };
        let action = || "list what jobs hold".to_owned();
        self.reach(action).await?;
        holds.list(&self.clock).await.map_err(|error| self.explain(&action(), error))
    }
}

/// Removes what else there may be of an artifact's bytes in a folder: a damaged copy that was moved aside, and the
/// beginnings that a crash left, which `object_store` names `<name>#<number>`.
fn remove_traces(folder: &FilePath, digest: &Digest) -> std::io::Result<()> {
    let remove = |path: PathBuf| match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    remove(folder.join(damaged_path(digest).as_ref()))?;
    let shelf = folder.join(ARTIFACTS).join(&digest.as_str()[..2]);
    let entries = match shelf.read_dir() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let beginning = format!("{digest}#");
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&beginning) {
            remove(entry.path())?;
        }
    }
    Ok(())
}

/// The parts of an upload: all of one size but the last.
fn parts(length: u64) -> impl Iterator<Item = Range<usize>> {
    let size = PART.max(length.div_ceil(MAX_PARTS));
    let index = |at: u64| usize::try_from(at).expect("the artifact is in memory, so its length is a usize");
    (0..length.div_ceil(size)).map(move |part| index(part * size)..index((part * size + size).min(length)))
}

async fn digest_of(bytes: &Bytes) -> Result<Digest, ArtifactStoreError> {
    let bytes = bytes.clone();
    let digest = tokio::task::spawn_blocking(move || Digest::of(&bytes)).await;
    digest.map_err(|error| unavailable("digest an artifact", error))
}

/// Tells whether a `404` is about the bucket: by the code in its body, which is the only difference.
fn names_missing_bucket(error: &(dyn std::error::Error + 'static)) -> bool {
    let text = error.to_string();
    // S3 and Google Cloud Storage say the first, Azure the second.
    text.contains("<Code>NoSuchBucket</Code>") || text.contains("<Code>ContainerNotFound</Code>")
}

fn gone(deleted: Result<(), Error>) -> Result<(), Error> {
    match deleted {
        Err(Error::NotFound { .. }) => Ok(()),
        other => other,
    }
}

fn explain_local(action: &str, error: Error) -> ArtifactStoreError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>()
            && is_full(io)
        {
            return ArtifactStoreError::Full(Box::new(error));
        }
        cause = inner.source();
    }
    unavailable(action, error)
}

fn unavailable(action: &str, error: impl std::error::Error + Send + Sync + 'static) -> ArtifactStoreError {
    ArtifactStoreError::Unavailable { action: action.to_owned(), source: Box::new(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_an_artifact_and_are_never_too_many() {
        for length in [WHOLE + 1, 3 * PART, 200_000_000_000] {
            let parts: Vec<_> = parts(length).collect();
            assert!(parts.len() as u64 <= MAX_PARTS);
            assert!(
                parts.windows(2).all(|pair| pair[0].end == pair[1].start && pair[0].len() as u64 >= PART)
            );
            assert_eq!(parts.first().map(|part| part.start), Some(0));
            assert_eq!(parts.last().map(|part| part.end as u64), Some(length));
        }
    }

    #[tokio::test]
    async fn an_artifact_put_again_is_young_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = ObjectArtifactStore::open_folder(folder.path()).unwrap();
        let digest = store.put("again".into()).await.unwrap();
        let path = folder.path().join(artifact_path(&digest).to_string());
        let file = std::fs::File::options().write(true).open(path).unwrap();
        let modified = file.metadata().unwrap().modified().unwrap();
        file.set_modified(modified - 2 * ObjectArtifactStore::YOUNG).unwrap();
        assert!(store.list().await.unwrap().artifacts[0].age > ObjectArtifactStore::YOUNG);
        store.put("again".into()).await.unwrap();
        assert!(store.list().await.unwrap().artifacts[0].age < ObjectArtifactStore::YOUNG);
    }
}
