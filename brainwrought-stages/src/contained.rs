//! [`contained`]: runs a library that may panic on a damaged file, so that the panic is an error like any other.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// A library gave up on its input by a panic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the library that reads it gave up on it")]
pub(crate) struct GaveUp;

/// Runs `work` and turns a panic of it into an error. What `work` has changed by then must not be relied on.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, GaveUp> {
    DEPTH.with(|depth| depth.set(depth.get() + 1));
    let result = catch_unwind(AssertUnwindSafe(work));
    DEPTH.with(|depth| depth.set(depth.get() - 1));
    result.map_err(|_| GaveUp)
}

/// True while this thread runs a library whose panics are turned into errors: a program's panic hook need not report
/// them, since the caller is told.
pub fn is_contained() -> bool {
    DEPTH.with(Cell::get) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_and_is_known_to_be_expected() {
        assert!(!is_contained());
        assert_eq!(contained(is_contained), Ok(true));
        let outer = contained(|| {
            assert_eq!(contained(|| std::panic::panic_any(1)), Err(GaveUp));
            is_contained()
        });
        assert_eq!(outer, Ok(true));
        assert!(!is_contained());
    }
}
