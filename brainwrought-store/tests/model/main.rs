//! Drives each store and the bare state machine with the same random steps, and compares every job after each.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[cfg(feature = "postgres")]
mod postgres;
mod reference;
mod subject;

use brainwrought_core::memory::MemoryJobStore;
use brainwrought_store::FileJobStore;
use proptest::prelude::*;
use proptest_state_machine::{StateMachineTest, prop_state_machine};

use crate::reference::{Reference, Step};
use crate::subject::{Shared, Subject};

struct MemoryMatches;

impl StateMachineTest for MemoryMatches {
    type SystemUnderTest = Subject;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Subject {
        Subject::new(|_, clock| Box::new(MemoryJobStore::with_clock(clock)))
    }

    fn apply(subject: Subject, after: &Reference, step: Step) -> Subject {
        subject.step(after, &step)
    }
}

struct FolderMatches;

impl StateMachineTest for FolderMatches {
    type SystemUnderTest = Subject;
    type Reference = Reference;

    fn init_test(_: &Reference) -> Subject {
        Subject::new(|folder, clock| {
            Box::new(FileJobStore::open_with_clock(folder, Box::new(Shared(clock))).unwrap())
        })
    }

    fn apply(subject: Subject, after: &Reference, step: Step) -> Subject {
        subject.step(after, &step)
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn memory_does_what_the_state_machine_says(sequential 1..60 => MemoryMatches);
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 25, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_folder_does_what_the_state_machine_says(sequential 1..60 => FolderMatches);
}
