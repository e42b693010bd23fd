//! The versions of a video on its job's page, and the buttons that bring one back.

use brainwrought_core::job::Versions;
use maud::{Markup, html};

use crate::script_edit::VersionBody;

/// Draws the versions, the newest first; nothing where there is only one. `action` is where the choice is sent, while one can
/// be made.
pub(super) fn render(versions: &[VersionBody], action: Option<&str>) -> Markup {
    if versions.len() < 2 {
        return html! {};
    }
    html! {
        details.block open {
            summary { h2 { "Versions" } }
            p.hint { "The last " (Versions::MAX_KEPT) " versions are kept." }
            ul.versions {
                @for version in versions {
                    li {
                        b { "Version " (version.number) }
                        // Scripts write the time as the reader's clock shows it.
                        " " time.hint data-at=(version.completed_at) {}
                        @if version.current {
                            " " span.pill data-pill="COMPLETED" { "current" }
                        } @else if let Some(action) = action {
                            (restore(action, version.number, "Restore this version", "quiet"))
                        }
                    }
                }
            }
        }
    }
}

/// Draws a button that brings a version back.
pub(super) fn restore(action: &str, number: u32, label: &str, class: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="version" value=(number);
            button class=(class) type="submit" { (label) }
        }
    }
}
