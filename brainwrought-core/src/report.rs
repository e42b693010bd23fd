//! [`chain`]: an error with all its causes, as it is stored for people.

use std::error::Error;

/// Joins an error and its causes: `error: cause: cause`.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
