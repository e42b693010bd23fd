//! [`remove`]: takes away a job with everything that was made for it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use brainwrought_core::artifact_store::ArtifactStoreError;
use brainwrought_core::data::blobs_in;
use brainwrought_core::id::Digest;
use brainwrought_core::job::Job;
use brainwrought_core::job_store::JobFilter;
use brainwrought_core::report::chain;
use serde_json::Value;

use crate::ApiError;
use crate::site::Site;

/// Removes a job that is over: its record, its folders, and what only it needs of the artifact store.
///
/// # Errors
///
/// Fails when the job is not over, or its record or folders cannot be removed. What cannot be removed of the artifact
/// store is left to garbage collection.
pub(crate) async fn remove(site: &Arc<Site>, job: &Job) -> Result<(), ApiError> {
    let (site, job) = (Arc::clone(site), job.clone());
    // A client that goes away must not leave a removal half done.
    let removal = tokio::spawn(async move { remove_whole(&site, &job).await });
    removal.await.map_err(|error| ApiError::unavailable(REMOVE, error))?
}

async fn remove_whole(site: &Site, job: &Job) -> Result<(), ApiError> {
    let needs = needs(site, job).await?;
    // The record goes first: without it nothing else is ever shown.
    site.engine.jobs().delete(&job.job_id).await?;
    let settings = &site.settings;
    let folders = [&settings.outputs, &settings.inputs].map(|folder| folder.join(job.job_id.as_str()));
    let removed = tokio::task::spawn_blocking(move || folders.iter().try_for_each(remove_folder)).await;
    removed
        .map_err(|error| ApiError::unavailable(REMOVE, error))?
        .map_err(|error| ApiError::unavailable(REMOVE, error))?;
    if let Err(error) = forget(site, job, needs).await {
        tracing::warn!(job = %job.job_id, error = chain(&error), "artifacts are left to garbage collection");
    }
    Ok(())
}

const REMOVE: &str = "remove the job's files";

fn remove_folder(folder: &PathBuf) -> std::io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Deletes artifacts that no other job needs. While another job works on the same PDF nothing is deleted: it may have
/// found some of them without having written that down yet.
async fn forget(site: &Site, job: &Job, mut needs: BTreeSet<Digest>) -> Result<(), ApiError> {
    let others = site.engine.jobs().list(&JobFilter::default()).await?;
    let shares = |other: &Job| other.input.pdf.digest == job.input.pdf.digest;
    if others.iter().any(|other| !other.status.is_final() && shares(&other.job)) {
        return Ok(());
    }
    for other in others {
        for digest in self::needs(site, &other.job).await? {
            needs.remove(&digest);
        }
    }
    for digest in needs {
        site.engine.artifacts().delete(&digest).await?;
    }
    Ok(())
}

/// Everything in the artifact store that a job needs.
async fn needs(site: &Site, job: &Job) -> Result<BTreeSet<Digest>, ApiError> {
    let mut needs = BTreeSet::from([job.input.pdf.digest.clone()]);
    for output in job.stages.iter().filter_map(|task| task.output.as_ref()) {
        if !needs.insert(output.clone()) {
            continue;
        }
        let bytes = match site.engine.artifacts().get(output).await {
            Ok(bytes) => bytes,
            Err(ArtifactStoreError::NotFound(_) | ArtifactStoreError::Damaged(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
            needs.extend(blobs_in(&value).into_iter().map(|blob| blob.digest));
        }
    }
    Ok(needs)
}
