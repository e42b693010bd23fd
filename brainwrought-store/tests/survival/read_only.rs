//! A folder that cannot be written any more can still be looked at, and nothing in it is changed.

use std::process::Command;

use brainwrought_core::job_store::{JobFilter, JobStoreError};
use brainwrought_core::report::chain;
use brainwrought_store::{OpenError, open_job_store, open_job_store_to_read};

use super::jobs::{job, submit};
use brainwrought_testing::SmallDisk;

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the disk is mounted anew")]
async fn jobs_are_listed_from_a_disk_that_cannot_be_written() {
    const TEST: &str = "read_only::jobs_are_listed_from_a_disk_that_cannot_be_written";
    let Some(disk) = SmallDisk::enter(TEST, "8m") else { return };
    let data = disk.path().join("data");
    let url = data.to_str().unwrap();
    let (id, torn) = {
        let store = open_job_store(url).unwrap();
        let (id, torn) = (submit(&*store, job(&["speak"])).await, submit(&*store, job(&["speak"])).await);
        store.advance().await.unwrap();
        (id, torn)
    };
    let file = data.join("jobs").join(format!("{torn}.json"));
    std::fs::write(&file, "{").unwrap();
    let mounted = Command::new("mount").args(["-o", "remount,ro"]).arg(disk.path()).output().unwrap();
    if !mounted.status.success() {
        brainwrought_testing::did_not_run(
            TEST,
            &format!("no disk can be mounted for reading alone here: {mounted:?}"),
        );
        return;
    }
    let refused = open_job_store(url).unwrap_err();
    assert!(matches!(refused, OpenError::Folder { .. }), "{refused:?}");
    let store = open_job_store_to_read(url).unwrap();
    let mut listed: Vec<_> = store.list(&JobFilter::default()).await.unwrap();
    listed.sort_by_key(|view| view.job.job_id != id);
    let ids: Vec<_> = listed.iter().map(|view| &view.job.job_id).collect();
    assert_eq!(ids, [&id, &torn], "the one whose file is torn is read from its previous generation");
    assert_eq!(store.get(&id).await.unwrap().job, listed[0].job);
    let refused = store.cancel(&id).await.unwrap_err();
    assert!(matches!(refused, JobStoreError::Unavailable { .. }), "{refused:?}");
    assert!(chain(&refused).to_lowercase().contains("read-only"), "{}", chain(&refused));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{", "nothing is mended");
}
