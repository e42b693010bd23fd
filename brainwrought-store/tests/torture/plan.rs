//! The jobs of the torture, and what the work of a task leaves behind.

use brainwrought_core::data::{BlobRef, SourcePdf};
use brainwrought_core::id::{Digest, FencingToken, TaskId};
use brainwrought_core::job::{JobInput, NewJob, Plan, StagePlan};

/// How many segments a job has.
pub(crate) const ITEMS: u32 = 5;

/// How many tasks a job has: split, its segments, join, publish.
pub(crate) const TASKS: usize = ITEMS as usize + 3;

/// So many attempts that no task runs out of them, however many workers die.
const ATTEMPTS: u32 = 1000;

/// One job, named so that a second submission after a lost reply finds it.
pub(crate) fn job(number: usize) -> NewJob {
    let stage = |name: &str, needs: &[&str], fan: Option<&str>| StagePlan {
        name: name.into(),
        needs: needs.iter().map(|need| (*need).into()).collect(),
        fan: fan.map(Into::into),
    };
    let stages = vec![
        stage("split", &[], None),
        stage("speak", &["split"], Some("split")),
        stage("join", &["speak"], None),
        stage("publish", &["join"], None),
    ];
    let pdf = BlobRef { digest: Digest::of(b"pdf"), bytes: 3, media_type: "application/pdf".to_owned() };
    NewJob::new(
        "torture",
        Plan::new(stages).unwrap(),
        JobInput::new(&SourcePdf { file_name: format!("{number}.pdf"), pdf }).unwrap(),
    )
    .with_priority((number % 3) as i32)
    .with_max_attempts(ATTEMPTS)
    .with_idempotency_key(Some(format!("torture {number}")))
}

/// The output of one attempt: it names the attempt, so that it shows whose output was accepted.
pub(crate) fn output(task: &TaskId, token: FencingToken) -> String {
    format!("{task} by {token}\n{}", "torture ".repeat(500))
}
