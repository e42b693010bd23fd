//! [`UndrawablePages`]: the pages whose drawing broke a limit, so that no segment tries them again.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use brainwrought_core::id::Digest;

use super::error::{DrawFailure, ParseError};
use super::limits::DrawLimits;

/// The number of files that are remembered; the oldest one is forgotten first, and tried again.
const MAX_FILES: usize = 256;

/// The pages whose drawing broke a limit in this process. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub(super) struct UndrawablePages {
    files: Arc<Mutex<VecDeque<(Digest, FailedPages)>>>,
}

type FailedPages = BTreeMap<u32, DrawFailure>;

impl UndrawablePages {
    /// Notes what happened when a page of the file with this digest was drawn.
    pub(super) fn add(&self, file: &Digest, page: u32, failure: DrawFailure) {
        let mut files = self.files();
        if let Some((_, pages)) = files.iter_mut().find(|(known, _)| known == file) {
            pages.insert(page, failure);
            return;
        }
        if files.len() >= MAX_FILES {
            files.pop_front();
        }
        files.push_back((file.clone(), BTreeMap::from([(page, failure)])));
    }

    /// Tells why a page should not be tried, if it should not.
    pub(super) fn refusal(&self, file: &Digest, page: u32, limits: &DrawLimits) -> Option<ParseError> {
        let files = self.files();
        let (_, pages) = files.iter().find(|(known, _)| known == file)?;
        if let Some(&reason) = pages.get(&page) {
            return Some(ParseError::UndrawablePage { page, reason });
        }
        let pages = pages.len();
        (pages >= limits.max_failed_pages).then_some(ParseError::Undrawable { pages })
    }

    fn files(&self) -> MutexGuard<'_, VecDeque<(Digest, FailedPages)>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_too_many_failed_pages_is_given_up() {
        let (known, limits) = (UndrawablePages::default(), DrawLimits::default());
        let (file, other) = (Digest::of(b"one"), Digest::of(b"other"));
        known.add(&file, 1, DrawFailure::Timeout);
        known.add(&file, 1, DrawFailure::Timeout);
        known.add(&file, 2, DrawFailure::OutOfMemory);
        assert!(matches!(
            known.clone().refusal(&file, 2, &limits),
            Some(ParseError::UndrawablePage { page: 2, reason: DrawFailure::OutOfMemory })
        ));
        assert!(known.refusal(&file, 3, &limits).is_none());
        known.add(&file, 7, DrawFailure::Crash);
        assert!(matches!(known.refusal(&file, 3, &limits), Some(ParseError::Undrawable { pages: 3 })));
        assert!(known.refusal(&other, 3, &limits).is_none());
    }

    #[test]
    fn only_so_many_files_are_remembered() {
        let known = UndrawablePages::default();
        let first = Digest::of(b"first");
        known.add(&first, 1, DrawFailure::Crash);
        for n in 0..MAX_FILES {
            known.add(&Digest::of(&n.to_le_bytes()), 1, DrawFailure::Crash);
        }
        assert!(known.refusal(&first, 1, &DrawLimits::default()).is_none());
        assert_eq!(known.files().len(), MAX_FILES);
    }
}
