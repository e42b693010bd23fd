//! The form in which a script is edited before anything is rendered: its lines in order, with buttons that move them.

use brainwrought_core::data::{Line, LineRole, Script, Speaker};
use brainwrought_stages::script::{MAX_LINE_CHARS, estimate_ms};
use maud::{Markup, html};

use super::quiz_form;
use super::script_panel::page_chip;
use super::typed_script::{TypedLine, TypedScript, role_name};
use crate::edit_verdict::{LineVerdictBody, VerdictBody, seconds};

/// The form in which a script is edited before anything is rendered.
#[derive(Debug)]
pub(super) struct DraftForm<'a> {
    /// Where the form is sent.
    pub(super) action: String,
    /// The script as it is saved.
    pub(super) script: &'a Script,
    /// What the checks find of it.
    pub(super) verdict: &'a VerdictBody,
    /// The address of the document, whose pages are linked where it is given.
    pub(super) pdf: Option<&'a str>,
    /// What stands in the form.
    pub(super) typed: &'a TypedScript,
    /// The line and the button that gets the focus.
    pub(super) focus: Option<(usize, &'static str)>,
    /// Whether it is saved.
    pub(super) is_saved: bool,
}

impl DraftForm<'_> {
    /// Draws the form.
    pub(super) fn render(&self) -> Markup {
        html! {
            form.script.draft method="post" action=(self.action) data-draft="" data-unsaved[!self.is_saved] {
                // Enter in a field presses the first button of the form: it should save, and not move a line.
                button.visually-hidden type="submit" name="do" value="save" tabindex="-1" aria-hidden="true" { "Save" }
                @if let Some(version) = self.typed.version { input type="hidden" name="version" value=(version); }
                ol.sources.lines {
                    @for (n, line) in self.typed.lines.iter().enumerate() { (self.line(n, line)) }
                }
                (quiz_form::render(self.typed.quiz.as_deref().unwrap_or_default()))
                div.save {
                    button.primary type="submit" name="do" value="video" { "Make the video" }
                    button.quiet type="submit" name="do" value="save" { "Save the script" }
                    p.remark.bad[self.is_saved && self.verdict.error.is_some()] role="status" { (self.state()) }
                }
                p.hint { "Nothing is rendered before you make the video. Lines that the document does not bear out are marked when the script is saved: change them, or keep them all the same. What you keep is marked in the report." }
            }
        }
    }

    /// Says where the script stands.
    fn state(&self) -> String {
        if !self.is_saved {
            return "Not saved yet.".to_owned();
        }
        match &self.verdict.error {
            Some(error) => format!("{error}."),
            None => format!("About {:.0} s long. ", self.verdict.seconds) + &self.doubted(),
        }
    }

    fn doubted(&self) -> String {
        match self.verdict.lines.iter().filter(|line| !line.errors.is_empty()).count() {
            0 => "The document bears every line out.".to_owned(),
            1 => "One line is marked.".to_owned(),
            count => format!("{count} lines are marked."),
        }
    }

    fn line(&self, n: usize, typed: &TypedLine) -> Markup {
        let number = n + 1;
        let saved = typed.from.and_then(|from| self.script.lines().nth(from));
        let is_same = saved.is_some_and(|saved| saved.text == typed.text && saved.role == typed.role);
        let verdict = typed.from.filter(|_| is_same);
        let verdict = verdict.and_then(|from| self.verdict.lines.iter().find(|line| line.line == from));
        let id = |field: &str| format!("line-{n}-{field}");
        let has_errors = verdict.is_some_and(|line| !line.errors.is_empty());
        html! {
            li {
                @if let Some(from) = typed.from { input type="hidden" name=(id("from")) value=(from); }
                div.fields {
                    div.field.words {
                        label for=(id("text")) { "Line " (number) }
                        textarea id=(id("text")) name=(id("text")) rows="2" maxlength=(MAX_LINE_CHARS) required
                            autofocus[self.focus == Some((n, "text"))] aria-describedby=(id("note")) aria-invalid=[has_errors.then_some("true")] { (typed.text) }
                    }
                    div.field {
                        label for=(id("role")) { "What it does" }
                        select id=(id("role")) name=(id("role")) {
                            @for role in LineRole::ALL { option value=(role_name(role)) selected[role == typed.role] { (label(role)) } }
                        }
                    }
                    @if let Some(speaker) = typed.speaker {
                        div.field {
                            label for=(id("speaker")) { "Who says it" }
                            select id=(id("speaker")) name=(id("speaker")) {
                                option value="explainer" selected[speaker.is_explainer()] { "Explainer" }
                                option value="asker" selected[speaker == Speaker::Asker] { "Asker" }
                            }
                        }
                    }
                    div.field {
                        label for=(id("page")) { "Page in the file" }
                        input id=(id("page")) name=(id("page")) type="number" min="1" step="1" inputmode="numeric" value=(typed.page) placeholder="looked up";
                    }
                }
                (note(&id("note"), &typed.text, verdict))
                @if has_errors || typed.is_overruled { (overrule(&id("overruled"), typed.is_overruled, verdict)) }
                @if let Some(saved) = saved.filter(|_| is_same) { (self.source(saved)) }
                div.moves {
                    (self.button(n, "up", "Up", &format!("Move line {number} up")))
                    (self.button(n, "down", "Down", &format!("Move line {number} down")))
                    (self.button(n, "remove", "Remove", &format!("Remove line {number}")))
                    (self.button(n, "add", "Add a line", &format!("Add a line below line {number}")))
                }
            }
        }
    }

    fn source(&self, line: &Line) -> Markup {
        html! {
            p.source { (page_chip(self.pdf, Some(self.script), line.citation.page)) }
            @for source in line.sources().filter(|source| !source.quote.is_empty()) { blockquote { (source.quote) } }
        }
    }

    fn button(&self, n: usize, action: &'static str, text: &str, name: &str) -> Markup {
        html! {
            button.quiet type="submit" name="do" value={ (action) "-" (n) } formnovalidate data-move=(action)
                autofocus[self.focus == Some((n, action))] aria-label=(name) { (text) }
        }
    }
}

/// What is to be known of a line: how long it takes, and what the document does not bear out.
fn note(id: &str, text: &str, verdict: Option<&LineVerdictBody>) -> Markup {
    let errors = verdict.map(|line| line.errors.as_slice()).unwrap_or_default();
    let spoken = format!("About {:.1} s to say.", seconds(estimate_ms(text)));
    html! {
        p.remark.bad[!errors.is_empty()] id=(id) {
            @if !errors.is_empty() { (capital(&errors.join("; "))) ". " }
            @if !text.trim().is_empty() { (spoken) }
        }
    }
}

/// Lets a person keep a line.
fn overrule(name: &str, is_overruled: bool, verdict: Option<&LineVerdictBody>) -> Markup {
    let can_be_kept = verdict.is_none_or(|line| line.errors.is_empty() || line.overrulable);
    let reasons = verdict.map(|line| line.overruled.as_slice()).unwrap_or_default();
    html! {
        @if can_be_kept {
            label.keep-line {
                input type="checkbox" name=(name) value="true" checked[is_overruled];
                span { "Keep it although the document does not bear it out" @if !reasons.is_empty() { small { " (" (reasons.join("; ")) ")" } } }
            }
        }
    }
}

/// What people call a role.
fn label(role: LineRole) -> &'static str {
    match role {
        LineRole::Hook => "Opens the video",
        LineRole::Fact => "States a fact",
        LineRole::Gloss => "Explains a term",
        LineRole::Transition => "Leads on",
        LineRole::Interjection => "Beat",
        LineRole::Question => "Asks",
        LineRole::Guess => "Guesses",
        LineRole::Recap => "Sums up",
        LineRole::Callback => "Comes back to something",
        LineRole::Quiz => "Quiz question",
        LineRole::Answer => "Quiz answer",
        LineRole::Close => "Closes the video",
        _ => "Other",
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
