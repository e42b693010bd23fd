//! [`Holds`]: which job holds which artifact, as empty objects.

use std::sync::Arc;

use brainwrought_core::artifact_store::{Hold, StoredHold};
use brainwrought_core::id::{Fingerprint, JobId};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutPayload};

use crate::artifact_path::{ARTIFACTS, HOLDS};
use crate::store_clock::StoreClock;

/// Keeps holds as `artifacts/holds/<job_id>/<digest>`, `…/<digest>-<fingerprint>` and `…/ended`, all empty.
#[derive(Debug)]
pub(crate) struct Holds {
    objects: Arc<dyn ObjectStore>,
}

const ENDED: &str = "ended";

impl Holds {
    pub(crate) fn new(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects }
    }

    pub(crate) async fn add(&self, job: &JobId, hold: &Hold) -> Result<(), Error> {
        self.objects.put(&path(job, hold), PutPayload::new()).await.map(drop)
    }

    /// Removes holds, many in one request where the store can do that. What is not there is no error.
    pub(crate) async fn remove(&self, job: &JobId, holds: &[Hold]) -> Result<(), Error> {
        let paths: Vec<_> = holds.iter().map(|hold| Ok(path(job, hold))).collect();
        let mut removed = self.objects.delete_stream(stream::iter(paths).boxed());
        while let Some(result) = removed.next().await {
            match result {
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(crate) async fn list(&self, clock: &StoreClock) -> Result<Vec<StoredHold>, Error> {
        let mut holds = Vec::new();
        let mut found = self.objects.list(Some(&Path::from_iter([ARTIFACTS, HOLDS])));
        while let Some(meta) = found.try_next().await? {
            let age = clock.age(meta.last_modified.timestamp_millis());
            holds.extend(parse(&meta.location).map(|(job, hold)| StoredHold { job, hold, age }));
        }
        holds.sort();
        Ok(holds)
    }
}

fn path(job: &JobId, hold: &Hold) -> Path {
    let name = match hold {
        Hold::Artifact(digest) => digest.to_string(),
        Hold::Output(digest, fingerprint) => format!("{digest}-{}", fingerprint.0),
        Hold::Deleting => ENDED.to_owned(),
    };
    Path::from_iter([ARTIFACTS, HOLDS, job.as_str(), &name])
}

/// What a name says; a name that says something else is none of ours.
fn parse(location: &Path) -> Option<(JobId, Hold)> {
    let mut parts = location.parts().collect::<Vec<_>>().into_iter().rev();
    let (name, job) = (parts.next()?, parts.next()?.as_ref().parse().ok()?);
    let name = name.as_ref();
    if name == ENDED {
        return Some((job, Hold::Deleting));
    }
    let hold = match name.split_once('-') {
        Some((digest, print)) => Hold::Output(digest.parse().ok()?, Fingerprint(print.parse().ok()?)),
        None => Hold::Artifact(name.parse().ok()?),
    };
    Some((job, hold))
}
