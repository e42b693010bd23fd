//! Rules about changing a job that is over, and bringing earlier versions back.

use super::attempts::is_lease_lost;
use super::fixture::{LONG, chain, claim, claim_all, done, done_with, failed, fan, finish, names, submit};
use crate::id::{Digest, JobId, StageName, TaskKey};
use crate::job::{
    Callback, CallbackState, JobStatus, NewJob, Outcome, Revision, TaskStatus, TransitionError,
};
use crate::job_store::{JobStore, JobStoreError, JobView};

/// Runs what is left of a job; `text` tells its outputs from those of another run.
async fn run(store: &dyn JobStore, id: &JobId, text: &str) -> JobView {
    loop {
        let view = store.get(id).await.unwrap();
        if view.status.is_final() {
            return view;
        }
        for claim in claim_all(store, id).await {
            let output = Digest::of(format!("{text}: {}", claim.id.key).as_bytes());
            let items = (claim.id.key.stage.0 == "split").then_some(2);
            let outcome = Outcome::Done { output, items, cached: false };
            store.commit(&claim.id, claim.token, outcome).await.unwrap();
        }
        store.advance().await.unwrap();
    }
}

/// Another output for a stage that has `view`'s.
fn replace(view: &JobView, stage: &str, text: &str, items: Option<u32>) -> Revision {
    let stage = StageName::from(stage);
    let key = TaskKey { stage: stage.clone(), segment: None };
    let expected = view.job.output(&key).unwrap().clone();
    Revision::Replace { stage, expected, output: Digest::of(text.as_bytes()), items }
}

fn restore(number: u32, rerun: &[&str]) -> Revision {
    Revision::Restore { number, rerun: rerun.iter().map(|stage| StageName::from(*stage)).collect() }
}

fn outputs(view: &JobView) -> Vec<(String, Option<Digest>)> {
    view.job.stages.iter().map(|task| (task.key.to_string(), task.output.clone())).collect()
}

fn refusal(refused: JobStoreError) -> TransitionError {
    match refused {
        JobStoreError::Refused { source, .. } => source,
        other => panic!("refused for another reason: {other}"),
    }
}

/// A stage gets another output; what follows runs again, and the version before stays current until then.
pub async fn a_replaced_output_runs_what_follows_again(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    let before = run(store, &id, "one").await;
    let view = store.revise(&id, &replace(&before, "split", "edited", Some(3))).await.unwrap();
    assert_eq!(view, store.get(&id).await.unwrap());
    assert!(!view.status.is_final());
    let split = &view.job.stages[0];
    assert_eq!((split.status, split.items, split.cached), (TaskStatus::Done, Some(3), false));
    assert_eq!(split.output, Some(Digest::of(b"edited")));
    assert_eq!(view.job.stages.len(), 8, "a task for each of three items, twice, beside split and join");
    let join = &view.job.stages[7].key;
    assert_eq!(view.job.output(join), before.job.output(join), "the old result is current");
    assert_eq!((view.job.current_version(), view.job.versions.number()), (Some(1), 2));
    let moved = store.advance().await.unwrap();
    assert_eq!(names(moved.iter().map(|task| &task.key)), ["speak[0]", "speak[1]", "speak[2]"]);
    let after = run(store, &id, "two").await;
    assert_eq!((after.status, after.job.current_version()), (JobStatus::Completed, Some(2)));
    assert_eq!(after.job.output(join), Some(&Digest::of(b"two: join")));
}

/// A change that fails leaves the version before current; it comes back with all its outputs and nothing to do.
pub async fn a_refused_change_leaves_the_version_before(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let before = run(store, &id, "one").await;
    store.revise(&id, &replace(&before, "first", "edited", None)).await.unwrap();
    store.advance().await.unwrap();
    finish(store, &id, failed(false, std::time::Duration::ZERO)).await;
    let refused = store.get(&id).await.unwrap();
    assert_eq!(refused.status, JobStatus::Failed);
    let second = &refused.job.stages[1].key;
    assert_eq!(refused.job.output(second), before.job.output(second));
    assert_eq!((refused.job.current_version(), refused.job.previous_version()), (Some(1), Some(1)));
    // Another try is the same version.
    store.revise(&id, &replace(&refused, "first", "edited again", None)).await.unwrap();
    assert_eq!(store.get(&id).await.unwrap().job.versions.number(), 2);
    store.cancel(&id).await.unwrap();
    let restored = store.revise(&id, &restore(1, &[])).await.unwrap();
    assert_eq!((restored.status, restored.job.current_version()), (JobStatus::Completed, Some(1)));
    assert_eq!(outputs(&restored), outputs(&before));
    assert_eq!(restored, store.get(&id).await.unwrap());
}

/// A job that is changed, and one whose earlier version comes back, announce their next end as a new event.
pub async fn a_change_rearms_the_callback(store: &dyn JobStore) {
    let callback = Callback::new("https://hooks.example/done".to_owned(), "https://video.example".to_owned());
    let id = submit(store, chain()).await;
    store.replace_callback(&id, None, Some(callback.clone())).await.unwrap();
    let before = run(store, &id, "one").await;
    let sent = Callback { attempts: 3, state: CallbackState::Delivered, ..callback.clone() };
    store.replace_callback(&id, Some(&callback), Some(sent)).await.unwrap();
    let edited = store.revise(&id, &replace(&before, "first", "edited", None)).await.unwrap();
    assert_eq!(edited.job.callback, Some(Callback { event: 2, ..callback.clone() }));
    store.advance().await.unwrap();
    run(store, &id, "two").await;
    store.revise(&id, &restore(1, &[])).await.unwrap();
    assert_eq!(store.get(&id).await.unwrap().job.callback, Some(Callback { event: 3, ..callback }));
}

/// A version comes back with its segments, however many there are now.
pub async fn a_version_comes_back_with_its_segments(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    let first = run(store, &id, "one").await;
    store.revise(&id, &replace(&first, "split", "shorter", Some(1))).await.unwrap();
    store.advance().await.unwrap();
    let second = run(store, &id, "two").await;
    assert_eq!(second.job.stages.len(), 4);
    assert_eq!(second.job.previous_version(), Some(1));
    let restored = store.revise(&id, &restore(1, &[])).await.unwrap();
    assert_eq!(outputs(&restored), outputs(&first));
    assert_eq!(restored.job.previous_version(), None, "nothing was before it");
    let again = store.revise(&id, &restore(2, &[])).await.unwrap();
    assert_eq!(outputs(&again), outputs(&second));
    // A change after an undo is a version of its own.
    let edited = store.revise(&id, &replace(&again, "split", "third", Some(2))).await.unwrap();
    assert_eq!((edited.job.current_version(), edited.job.versions.number()), (Some(2), 3));
    let mut numbers: Vec<u32> = edited.job.versions.kept().iter().map(|version| version.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
}

/// Each undo goes one step further back, also from a version that was made after an undo.
pub async fn each_undo_goes_further_back(store: &dyn JobStore) {
    let id = submit(store, super::fixture::single()).await;
    finish(store, &id, done()).await;
    let edit = async |text: &str| {
        let view = store.get(&id).await.unwrap();
        store.revise(&id, &replace(&view, "work", text, None)).await.unwrap()
    };
    let undo = async || {
        let before = store.get(&id).await.unwrap().job.previous_version()?;
        let view = store.revise(&id, &restore(before, &[])).await.unwrap();
        assert_eq!(view.job.current_version(), Some(before));
        Some(before)
    };
    edit("two").await;
    let third = edit("three").await;
    let completed = third.job.finished_versions();
    // The store's clock goes on, which must not show in versions that are brought back.
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    assert_eq!(undo().await, Some(2));
    assert_eq!(undo().await, Some(1));
    assert_eq!(store.get(&id).await.unwrap().job.finished_versions(), completed);
    assert_eq!(undo().await, None, "there is nothing before the first");
    store.revise(&id, &restore(2, &[])).await.unwrap();
    let fourth = edit("four").await;
    assert_eq!(fourth.job.current_version(), Some(4), "an edit after an undo is a version of its own");
    let numbers: Vec<u32> = fourth.job.finished_versions().iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 2, 3, 4], "what was undone can still be brought back");
    assert_eq!(undo().await, Some(2), "it was made from the second");
    assert_eq!(undo().await, Some(1));
}

/// What is lost of a finished job is made again as the same version.
pub async fn a_repair_is_no_new_version(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let before = run(store, &id, "one").await;
    let repair = |stage: &str| Revision::Repair { from: StageName::from(stage) };
    let view = store.revise(&id, &repair("first")).await.unwrap();
    assert!(!view.status.is_final());
    assert_eq!((view.job.current_version(), view.job.versions.number()), (Some(1), 1));
    let second = &view.job.stages[1].key;
    assert_eq!(view.job.output(second), before.job.output(second), "the version stays current");
    assert!(matches!(
        refusal(store.revise(&id, &repair("first")).await.unwrap_err()),
        TransitionError::StillActive(_)
    ));
    store.advance().await.unwrap();
    let after = run(store, &id, "one").await;
    assert_eq!((after.status, outputs(&after)), (JobStatus::Completed, outputs(&before)));
    assert_eq!(after.job.finished_versions().len(), 1);
    assert_eq!(after.job.previous_version(), None);
}

/// Stages with an effect outside run again when a version comes back, and the version is current meanwhile.
pub async fn a_version_that_comes_back_is_delivered_again(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    finish(store, &id, done()).await;
    let delivered =
        |path: &str| Outcome::Done { output: Digest::of(path.as_bytes()), items: None, cached: false };
    finish(store, &id, delivered("/one.mp4")).await;
    let before = store.get(&id).await.unwrap();
    store.revise(&id, &replace(&before, "first", "edited", None)).await.unwrap();
    store.advance().await.unwrap();
    finish(store, &id, delivered("/two.mp4")).await;
    let restored = store.revise(&id, &restore(1, &["second"])).await.unwrap();
    let publish = &restored.job.stages[1].key;
    assert_eq!(restored.job.output(publish), Some(&Digest::of(b"/one.mp4")));
    assert!(!restored.status.is_final());
    assert_eq!(restored.job.current_version(), Some(1));
    assert_eq!(restored.job.output(&restored.job.stages[0].key), before.job.stages[0].output.as_ref());
    store.advance().await.unwrap();
    let claim = finish(store, &id, delivered("/one.mp4")).await;
    assert_eq!(claim.id.key.stage.0, "second");
    assert_eq!(store.get(&id).await.unwrap().job.current_version(), Some(1));
}

/// A retry from a stage keeps the version that was complete, too.
pub async fn a_retry_keeps_the_version_before(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let before = run(store, &id, "one").await;
    let view = store.retry(&id, Some(&StageName::from("first"))).await.unwrap();
    let second = &view.job.stages[1].key;
    assert_eq!(view.job.output(second), before.job.output(second));
    assert_eq!(view.job.versions.number(), 2);
    store.cancel(&id).await.unwrap();
    let restored = store.revise(&id, &restore(1, &[])).await.unwrap();
    assert_eq!(outputs(&restored), outputs(&before));
    let view = store.retry(&id, Some(&StageName::from("second"))).await.unwrap();
    assert_eq!(view.job.versions.number(), 1, "the last stage alone delivers the same version");
}

/// Whoever worked on the job before it was changed is fenced, also on segments that came back.
pub async fn a_change_fences_old_workers(store: &dyn JobStore) {
    let id = submit(store, fan()).await;
    let first = run(store, &id, "one").await;
    store.revise(&id, &replace(&first, "split", "edited", Some(2))).await.unwrap();
    store.advance().await.unwrap();
    let old = claim_all(store, &id).await;
    assert_eq!(old.len(), 2);
    store.cancel(&id).await.unwrap();
    store.revise(&id, &restore(1, &[])).await.unwrap();
    let view = store.get(&id).await.unwrap();
    store.revise(&id, &replace(&view, "split", "again", Some(3))).await.unwrap();
    store.advance().await.unwrap();
    let fresh = claim_all(store, &id).await;
    assert_eq!(fresh.len(), 3);
    for (old, fresh) in old.iter().zip(&fresh) {
        assert_eq!(old.id, fresh.id);
        assert!(fresh.token > old.token);
        assert!(is_lease_lost(&store.commit(&old.id, old.token, done()).await));
    }
}

/// A job that is not over is not changed.
pub async fn an_active_job_is_not_changed(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    finish(store, &id, done()).await;
    let view = store.get(&id).await.unwrap();
    let refused = store.revise(&id, &replace(&view, "first", "edited", None)).await.unwrap_err();
    assert!(matches!(refusal(refused), TransitionError::StillActive(JobStatus::Running)));
    let refused = store.revise(&id, &restore(1, &[])).await.unwrap_err();
    assert!(matches!(refusal(refused), TransitionError::StillActive(_)));
    assert_eq!(store.get(&id).await.unwrap(), view);
}

/// A change is refused when there is nothing to change, or something else than was looked at; nothing moves then.
pub async fn a_change_of_something_else_is_refused(store: &dyn JobStore) {
    let id = submit(store, NewJob { max_attempts: 1, ..chain() }).await;
    finish(store, &id, failed(false, std::time::Duration::ZERO)).await;
    let replaced = |stage: &str| Revision::Replace {
        stage: StageName::from(stage),
        expected: Digest::of(b"output"),
        output: Digest::of(b"edited"),
        items: None,
    };
    let refused = store.revise(&id, &replaced("first")).await.unwrap_err();
    assert!(matches!(refusal(refused), TransitionError::NoOutput(_)));
    let refused = store.revise(&id, &replaced("third")).await.unwrap_err();
    assert!(matches!(refusal(refused), TransitionError::NoSuchStage { .. }));
    store.retry(&id, None).await.unwrap();
    store.advance().await.unwrap();
    finish(store, &id, done_with(1)).await;
    finish(store, &id, done()).await;
    let before = store.get(&id).await.unwrap();
    let refused = store.revise(&id, &replaced("first")).await.unwrap_err();
    assert!(matches!(refusal(refused), TransitionError::OutputChanged(_)));
    let refused = refusal(store.revise(&id, &restore(7, &[])).await.unwrap_err());
    assert_eq!(refused.to_string(), "the job has no earlier version 7; it has none");
    assert_eq!(store.get(&id).await.unwrap(), before);
}

/// A job keeps so many versions and no more; the current one is among them.
pub async fn versions_are_capped(store: &dyn JobStore) {
    let id = submit(store, super::fixture::single()).await;
    finish(store, &id, done()).await;
    for number in 0..crate::job::Versions::MAX_KEPT + 3 {
        let view = store.get(&id).await.unwrap();
        store.revise(&id, &replace(&view, "work", &number.to_string(), None)).await.unwrap();
    }
    let versions = store.get(&id).await.unwrap().job.versions;
    assert_eq!(versions.kept().len(), crate::job::Versions::MAX_KEPT);
    assert_eq!(versions.number() as usize, crate::job::Versions::MAX_KEPT + 4);
    assert_eq!(versions.kept().last().map(|version| version.number), Some(versions.number() - 1));
}

/// A worker that was lent a task before a change that it did not see is told at its next renewal.
pub async fn a_change_is_heard_at_the_next_renewal(store: &dyn JobStore) {
    let id = submit(store, chain()).await;
    let before = run(store, &id, "one").await;
    store.revise(&id, &replace(&before, "first", "edited", None)).await.unwrap();
    store.advance().await.unwrap();
    let old = claim(store, &id).await;
    store.cancel(&id).await.unwrap();
    store.revise(&id, &restore(1, &[])).await.unwrap();
    assert_eq!(store.renew(&old.id, old.token, LONG).await.unwrap(), crate::job::Renewal::Lost);
}
