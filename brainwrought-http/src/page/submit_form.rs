//! The form that takes a document and how its video should be, and the one that makes another version.

use std::time::Duration;

use brainwrought_stages::parse::FileFormat;
use maud::{Markup, html};

use super::options_form::OptionsForm;

/// Draws the form of the start page.
pub(super) fn render(options: &OptionsForm<'_>, limit_megabytes: u64, keep: Option<Duration>) -> Markup {
    html! {
        div.stage.start {
            div {
                h1 { "Your paper, " em { "but loud." } }
                p.lead { "Drop a PDF, a book, slides or a text. Get a vertical video with a hook, a fast voice, word-by-word captions, the figures, and " mark { "the page behind every claim" } "." }
                form #upload.card method="post" action={ (options.base) "/jobs" } enctype="multipart/form-data" data-megabytes=(limit_megabytes) {
                    label.drop #drop for="pdf" {
                        span.drop-icon aria-hidden="true" { "⇪" }
                        span.drop-title #chosen { "Choose a file or drop it here" }
                        span.drop-hint { (FileFormat::LISTED) "; up to " (limit_megabytes) " MB, without a password" }
                        input #pdf type="file" name="pdf" accept=(accepted()) required;
                    }
                    (options.render())
                    p.alert #upload-error role="alert" hidden {}
                    progress #upload-progress max="100" value="0" aria-label="Upload" hidden {}
                    button.primary.big #start type="submit" { "Make the video" }
                    (script_first())
                    p.hint.kept { (stay(keep)) }
                }
            }
            (phone_demo())
        }
    }
}

/// What browsers offer to choose: the endings and the media types of all kinds of file that are read.
fn accepted() -> String {
    let endings =
        FileFormat::ALL.iter().flat_map(|format| format.extensions()).map(|ending| format!(".{ending}"));
    let types = FileFormat::ALL.iter().map(|format| format.media_type().to_owned());
    endings.chain(types).collect::<Vec<_>>().join(",")
}

/// Draws the form that makes another version from the file of a job.
pub(super) fn render_variant(options: &OptionsForm<'_>, job_id: &str, file_name: &str) -> Markup {
    let base = options.base;
    html! {
        article.variant {
            h1.doc { "Make another version" }
            p.lead { "From " mark { (file_name) } ". The file is here already, so nothing is uploaded again. This version stays as it is." }
            form.card method="post" action={ (base) "/jobs/" (job_id) "/variants" } enctype="multipart/form-data" {
                // The size is for programs; a version of a small video is small as well.
                input type="hidden" name="size" value=(options.chosen.size);
                (options.render())
                button.primary.big type="submit" { "Make the video" }
                (script_first())
                p.hint.kept { a href={ (base) "/?job_id=" (job_id) } { "Back to the video" } }
            }
        }
    }
}

/// The button for those who want to read and edit the script before anything is rendered.
fn script_first() -> Markup {
    html! { button.quiet type="submit" name="script-only" value="true" { "Write the script first, to read and edit it" } }
}

/// Says how long what is sent stays.
fn stay(keep: Option<Duration>) -> String {
    let Some(keep) = keep else {
        return "Your file and its video stay on this server until you delete them.".to_owned();
    };
    let hours = keep.as_secs().div_ceil(3600);
    let (count, unit) = if hours >= 48 { (hours / 24, "day") } else { (hours.max(1), "hour") };
    let plural = if count == 1 { "" } else { "s" };
    format!(
        "Your file and its video are deleted {count} {unit}{plural} after the video is done, or as soon as you delete them."
    )
}

/// What a video looks like, drawn with style sheets alone.
fn phone_demo() -> Markup {
    html! {
        div.duo aria-hidden="true" {
            div.page { b { "Your Paper: A Long Title With a Colon" } @for _ in 0..12 { i {} } }
            div.phone.demo {
                div.lanes {}
                div.sheet { i {} i {} i {} i {} }
                p.caption { span { "YOUR" } " " span { "PAPER," } " " span { "BUT" } " " span { "LOUD" } }
                span.chip { "p. 7" }
            }
        }
    }
}
