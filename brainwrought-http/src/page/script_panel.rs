//! The script of a job on its page: every line with its page and its quote, and the form that edits it.

use brainwrought_core::data::{PageUnit, Script};
use brainwrought_stages::script::MAX_LINE_CHARS;
use maud::{Markup, html};

use crate::edit_verdict::VerdictBody;
use crate::script_edit::LineEdit;

/// Whether the lines can be edited.
#[derive(Debug, Clone, Copy)]
pub(super) enum Editing<'a> {
    /// The lines are shown only.
    Off,
    /// All lines stand in one form.
    On(&'a Editor<'a>),
}

/// The form in which lines are edited.
#[derive(Debug)]
pub(super) struct Editor<'a> {
    /// Where the form is sent.
    pub(super) action: String,
    /// Where scripts ask what an edit would come to.
    pub(super) check: String,
    /// What was typed and not saved, and why.
    pub(super) refused: Option<&'a RefusedEdit>,
}

/// An edit that was not saved.
#[derive(Debug)]
pub(super) struct RefusedEdit {
    /// What was typed.
    pub(super) lines: Vec<LineEdit>,
    /// Why it was not saved.
    pub(super) verdict: VerdictBody,
}

/// Draws the lines. `pdf` is the address of the document, whose pages are linked where it is given.
pub(super) fn render(script: &Script, pdf: Option<&str>, editing: Editing<'_>) -> Markup {
    match editing {
        Editing::Off => lines(script, pdf, None),
        Editing::On(editor) => html! {
            form.script method="post" action=(editor.action) data-check=(editor.check) {
                (lines(script, pdf, Some(editor)))
                div.save {
                    button.primary type="submit" { "Save all changes" }
                    p.remark #script-note role="status" { (length(script, editor)) }
                }
                p.hint { "The video stays as it is until the new one has passed its checks. Only the parts that changed are made again." }
            }
        },
    }
}

fn lines(script: &Script, pdf: Option<&str>, editor: Option<&Editor<'_>>) -> Markup {
    html! {
        ol.sources {
            @for (n, line) in script.lines().enumerate() {
                li {
                    p { (line.text) " " (page_chip(pdf, Some(script), line.citation.page)) }
                    @if !line.citation.quote.is_empty() && !repeats(&line.text, &line.citation.quote) { blockquote { (line.citation.quote) } }
                    @if let Some(editor) = editor { (field(editor, n, &line.text)) }
                }
            }
        }
    }
}

/// The page that a line or an answer cites, by the name that people have for it; a link where the document can be opened.
pub(super) fn page_chip(pdf: Option<&str>, script: Option<&Script>, page: u32) -> Markup {
    let name = script.map_or_else(|| PageUnit::Page.cited(page), |script| script.cited(page));
    // Only pages of PDFs can be opened.
    let pdf = pdf.filter(|_| script.is_none_or(|script| script.unit.is_page()));
    html! {
        @match pdf {
            Some(pdf) => a.chip href={ (pdf) "#page=" (page) } target="_blank" rel="noopener" { (name) },
            None => span.chip { (name) },
        }
    }
}

fn field(editor: &Editor<'_>, n: usize, text: &str) -> Markup {
    let typed = editor.refused.and_then(|edit| edit.lines.iter().find(|line| line.line == n));
    let verdict = editor.refused.and_then(|edit| edit.verdict.lines.iter().find(|line| line.line == n));
    let errors: &[String] = verdict.map(|line| line.errors.as_slice()).unwrap_or_default();
    let is_overruled = typed.is_some_and(|line| line.overruled);
    let typed = typed.map_or(text, |line| line.text.as_str());
    html! {
        details.edit data-edit="" open[typed != text || !errors.is_empty()] {
            summary aria-label={ "Edit line " (n + 1) } { "Edit" }
            div.fields {
                label for={ "line-" (n) } { "New text" }
                textarea id={ "line-" (n) } name={ "line-" (n) } rows="2" maxlength=(MAX_LINE_CHARS) data-saved=(text)
                    aria-describedby={ "line-" (n) "-note" } aria-invalid=[(!errors.is_empty()).then_some("true")] { (typed) }
                @if verdict.is_some_and(|line| line.overrulable || !line.overruled.is_empty()) {
                    label.keep-line {
                        input type="checkbox" name={ "overruled-" (n) } value="true" checked[is_overruled];
                        span { "Keep it although the document does not bear it out" }
                    }
                }
                p.remark.bad[!errors.is_empty()] id={ "line-" (n) "-note" } {
                    @if errors.is_empty() {
                        @if let Some(line) = verdict { "About " (format!("{:.1}", line.seconds)) " s to say." }
                    } @else {
                        "Not saved: " (errors.join("; ")) "."
                    }
                }
            }
        }
    }
}

/// Says how long the video is planned to be.
fn length(script: &Script, editor: &Editor<'_>) -> String {
    match editor.refused.map(|edit| &edit.verdict) {
        Some(VerdictBody { error: Some(error), .. }) => format!("Not saved: {error}."),
        Some(verdict) => format!(
            "Planned length: {:.0} s of {:.0} to {:.0} s. Nothing was saved.",
            verdict.seconds, verdict.min_seconds, verdict.max_seconds
        ),
        None => format!("Planned length: {:.0} s.", script.target_ms as f64 / 1000.0),
    }
}

/// Tells whether a line holds its quote, whatever the blanks and marks: to show it again would add nothing.
fn repeats(line: &str, quote: &str) -> bool {
    let letters = |text: &'_ str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    letters(line).contains(&letters(quote))
}
