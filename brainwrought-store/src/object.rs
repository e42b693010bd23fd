//! [`ObjectArtifactStore`]: artifacts on anything that the crate `object_store` reaches; today, folders.

use std::io::ErrorKind;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use brainwrought_core::artifact_store::{ArtifactListing, ArtifactStore, ArtifactStoreError, StoredArtifact};
use brainwrought_core::id::{Digest, Fingerprint};
use bytes::Bytes;
use futures::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _};

use crate::OpenError;

/// Keeps artifacts as `artifacts/<2 hex>/<sha256>`, and bindings as `artifacts/bindings/<2 hex>/<fingerprint>`.
///
/// A file whose bytes no longer match its digest is moved to `artifacts/damaged/` when it is read: people can look at
/// it there, and the next [`put`](ArtifactStore::put) writes it afresh.
#[derive(Debug)]
pub struct ObjectArtifactStore {
    objects: Arc<dyn ObjectStore>,
}

const ARTIFACTS: &str = "artifacts";
const BINDINGS: &str = "bindings";
const DAMAGED: &str = "damaged";

impl ObjectArtifactStore {
    /// Opens a folder. Files appear whole or not at all, and are on disk before a write returns.
    ///
    /// # Errors
    ///
    /// Fails when the folder cannot be made or read.
    pub fn open_folder(folder: &FilePath) -> Result<Self, OpenError> {
        std::fs::create_dir_all(folder.join(ARTIFACTS)).map_err(|error| OpenError::folder(folder, error))?;
        let local =
            LocalFileSystem::new_with_prefix(folder).map_err(|error| OpenError::folder(folder, error))?;
        Ok(Self { objects: Arc::new(local.with_fsync(true)) })
    }

    async fn read(&self, path: &Path) -> Result<Bytes, Error> {
        self.objects.get(path).await?.bytes().await
    }

    /// Moves a damaged artifact out of the way. A failure leaves it where it is, for the next reader to move.
    async fn set_aside(&self, digest: &Digest) {
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
}

#[async_trait]
impl ArtifactStore for ObjectArtifactStore {
    async fn put(&self, bytes: Bytes) -> Result<Digest, ArtifactStoreError> {
        let digest = digest_of(&bytes).await?;
        let path = artifact_path(&digest);
        match self.objects.head(&path).await {
            // The right length is no proof; a damaged file is written over. A failed read is no proof either way.
            Ok(found) if found.size == bytes.len() as u64 => match self.read(&path).await {
                Ok(stored) if stored == bytes => return Ok(digest),
                _ => {}
            },
            Ok(_) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(explain(&format!("look for artifact {digest}"), error)),
        }
        let written = self.objects.put(&path, bytes.into()).await;
        written.map_err(|error| explain(&format!("write artifact {digest}"), error))?;
        Ok(digest)
    }

    async fn get(&self, digest: &Digest) -> Result<Bytes, ArtifactStoreError> {
        let bytes = match self.read(&artifact_path(digest)).await {
            Ok(bytes) => bytes,
            Err(Error::NotFound { .. }) => return Err(ArtifactStoreError::NotFound(digest.clone())),
            Err(error) => return Err(explain(&format!("read artifact {digest}"), error)),
        };
        if digest_of(&bytes).await? == *digest {
            return Ok(bytes);
        }
        self.set_aside(digest).await;
        Err(ArtifactStoreError::Damaged(digest.clone()))
    }

    async fn contains(&self, digest: &Digest) -> Result<bool, ArtifactStoreError> {
        match self.objects.head(&artifact_path(digest)).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(explain(&format!("look for artifact {digest}"), error)),
        }
    }

    async fn delete(&self, digest: &Digest) -> Result<(), ArtifactStoreError> {
        gone(self.objects.delete(&artifact_path(digest)).await)
            .map_err(|error| explain(&format!("delete artifact {digest}"), error))
    }

    async fn bind(&self, fingerprint: &Fingerprint, output: &Digest) -> Result<(), ArtifactStoreError> {
        let bytes = Bytes::from(output.to_string());
        let written = self.objects.put(&binding_path(fingerprint), bytes.into()).await;
        written.map(drop).map_err(|error| explain(&format!("bind {}", fingerprint.0), error))
    }

    async fn lookup(&self, fingerprint: &Fingerprint) -> Result<Option<Digest>, ArtifactStoreError> {
        match self.read(&binding_path(fingerprint)).await {
            // A binding that is no digest is a miss: the work is done again and bound anew.
            Ok(bytes) => Ok(std::str::from_utf8(&bytes).ok().and_then(|text| text.parse().ok())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(explain(&format!("look up {}", fingerprint.0), error)),
        }
    }

    async fn unbind(&self, fingerprint: &Fingerprint) -> Result<(), ArtifactStoreError> {
        gone(self.objects.delete(&binding_path(fingerprint)).await)
            .map_err(|error| explain(&format!("unbind {}", fingerprint.0), error))
    }

    async fn list(&self) -> Result<ArtifactListing, ArtifactStoreError> {
        let failed = |error| explain("list artifacts", error);
        let now = brainwrought_core::clock::wall_time().0;
        let mut listing = ArtifactListing::default();
        let mut found = self.objects.list(Some(&Path::from(ARTIFACTS)));
        while let Some(meta) = found.try_next().await.map_err(failed)? {
            let Some(digest) = meta.location.filename().and_then(|name| name.parse::<Digest>().ok()) else {
                continue;
            };
            if meta.location.parts().any(|part| part.as_ref() == BINDINGS) {
                let fingerprint = Fingerprint(digest);
                if let Some(output) = self.lookup(&fingerprint).await? {
                    listing.bindings.push((fingerprint, output));
                }
                continue;
            }
            let written = u64::try_from(meta.last_modified.timestamp_millis()).unwrap_or(0);
            let age = Duration::from_millis(now.saturating_sub(written));
            listing.artifacts.push(StoredArtifact { digest, bytes: meta.size, age });
        }
        listing.artifacts.sort_by(|a, b| a.digest.cmp(&b.digest));
        listing.bindings.sort();
        Ok(listing)
    }
}

async fn digest_of(bytes: &Bytes) -> Result<Digest, ArtifactStoreError> {
    let bytes = bytes.clone();
    let digest = tokio::task::spawn_blocking(move || Digest::of(&bytes)).await;
    digest.map_err(|error| unavailable("digest an artifact", error))
}

fn artifact_path(digest: &Digest) -> Path {
    Path::from_iter([ARTIFACTS, &digest.as_str()[..2], digest.as_str()])
}

/// No digest, so that no listing takes it for an artifact.
fn damaged_path(digest: &Digest) -> Path {
    Path::from_iter([ARTIFACTS, DAMAGED, &format!("{digest}.damaged")])
}

fn binding_path(fingerprint: &Fingerprint) -> Path {
    let digits = fingerprint.0.as_str();
    Path::from_iter([ARTIFACTS, BINDINGS, &digits[..2], digits])
}

fn gone(deleted: Result<(), Error>) -> Result<(), Error> {
    match deleted {
        Err(Error::NotFound { .. }) => Ok(()),
        other => other,
    }
}

fn explain(action: &str, error: Error) -> ArtifactStoreError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>()
            && matches!(io.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
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
