//! The script of a job on its page: every line with its page and its quote, and the forms that edit it.

use brainwrought_core::data::Script;
use maud::{Markup, html};

use crate::script_edit::MAX_LINE;

/// Whether the lines can be edited, and where the edits go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Editing<'a> {
    /// The lines are shown only.
    Off,
    /// Each line has a form that is sent to this address.
    On(&'a str),
}

/// Draws the lines. `pdf` is the address of the document, whose pages are linked where it is given.
pub(super) fn render(script: &Script, pdf: Option<&str>, editing: Editing<'_>) -> Markup {
    html! {
        ol.sources {
            @for (n, line) in script.lines().enumerate() {
                li {
                    p { (line.text) " " (page_chip(pdf, line.citation.page)) }
                    @if !line.citation.quote.is_empty() && !repeats(&line.text, &line.citation.quote) { blockquote { (line.citation.quote) } }
                    @if let Editing::On(action) = editing { (edit_form(action, n, &line.text)) }
                }
            }
        }
    }
}

/// The page that a line or an answer cites; a link where the document can be opened.
pub(super) fn page_chip(pdf: Option<&str>, page: u32) -> Markup {
    html! {
        @match pdf {
            Some(pdf) => a.chip href={ (pdf) "#page=" (page) } target="_blank" rel="noopener" { "p. " (page) },
            None => span.chip { "p. " (page) },
        }
    }
}

fn edit_form(action: &str, n: usize, text: &str) -> Markup {
    html! {
        details.edit data-edit="" {
            summary aria-label={ "Edit line " (n + 1) } { "Edit" }
            form method="post" action=(action) {
                input type="hidden" name="line" value=(n);
                label for={ "line-" (n) } { "New text" }
                textarea id={ "line-" (n) } name="text" rows="2" maxlength=(MAX_LINE) required { (text) }
                button.quiet type="submit" { "Save and update the video" }
            }
        }
    }
}

/// Tells whether a line holds its quote, whatever the blanks and marks: to show it again would add nothing.
fn repeats(line: &str, quote: &str) -> bool {
    let letters = |text: &'_ str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    letters(line).contains(&letters(quote))
}
