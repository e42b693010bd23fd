//! [`Page`]: the frame around everything, with its two tabs.

use std::time::Duration;

use maud::{DOCTYPE, Markup, html};

use super::asset::STAMP;
use super::{gallery, submit_form};
use crate::links::Base;
use crate::{Example, HttpSettings};

/// Which tab is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Submit,
    Retrieve,
}

/// The whole page.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) base: String,
    pub(super) tab: Tab,
    pub(super) title: String,
    /// What the field of the retrieve tab holds.
    pub(super) job_id: String,
    pub(super) error: Option<String>,
    pub(super) note: Option<&'static str>,
    pub(super) panel: Option<Markup>,
    /// The job is not over, so that the page changes by itself.
    pub(super) is_live: bool,
    pub(super) limit_megabytes: u64,
    /// How long a job that is over stays.
    pub(super) keep: Option<Duration>,
    pub(super) examples: Vec<Example>,
}

impl Page {
    pub(super) fn new(base: &Base, settings: &HttpSettings) -> Self {
        Self {
            base: base.0.clone(),
            tab: Tab::Submit,
            title: String::new(),
            job_id: String::new(),
            error: None,
            note: None,
            panel: None,
            is_live: false,
            limit_megabytes: settings.limits.upload_bytes / 1_000_000,
            keep: settings.keep,
            examples: settings.examples.clone(),
        }
    }

    pub(super) fn render(&self) -> Markup {
        let base = &self.base;
        let is = |tab: Tab| self.tab == tab;
        let title = if self.title.is_empty() {
            "Brainwrought: papers, but loud".to_owned()
        } else {
            format!("{} · Brainwrought", self.title)
        };
        let body = html! {
            div.tabs role="tablist" aria-label="What to do" {
                a #tab-submit role="tab" href={ (base) "/" } aria-controls="submit" aria-selected=(is(Tab::Submit)) { "Submit" }
                a #tab-retrieve role="tab" href={ (base) "/?tab=retrieve" } aria-controls="retrieve" aria-selected=(is(Tab::Retrieve)) { "Retrieve" }
            }
            @if let Some(error) = &self.error { p.alert role="alert" { strong { "That did not work: " } (error) } }
            @if let Some(note) = self.note { p.note role="status" { (note) } }
            section #submit role="tabpanel" aria-labelledby="tab-submit" hidden[!is(Tab::Submit)] {
                (submit_form::render(base, self.limit_megabytes, self.keep))
                (gallery::render(base, &self.examples))
            }
            section #retrieve role="tabpanel" aria-labelledby="tab-retrieve" hidden[!is(Tab::Retrieve)] {
                (self.retrieve_form())
                div #job { @if let Some(panel) = &self.panel { (panel) } }
            }
        };
        frame(base, &title, self.is_live, &body)
    }

    fn retrieve_form(&self) -> Markup {
        html! {
            form.finder method="get" action={ (self.base) "/" } {
                label for="job_id" { "Job id" }
                input #job_id name="job_id" value=(self.job_id) placeholder="32 letters and digits" autocomplete="off"
                    autocapitalize="off" spellcheck="false" required maxlength="64";
                button type="submit" { "Show" }
            }
        }
    }
}

/// The document around a page's content.
pub(super) fn frame(base: &str, title: &str, is_live: bool, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="dark light";
                meta name="description" content="Turns a PDF into a short vertical video with voice, captions and page citations.";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="icon" type="image/svg+xml" href={ (base) "/assets/icon.svg" };
                link rel="stylesheet" href={ (base) "/assets/style.css?" (*STAMP) };
                script src={ (base) "/assets/page.js?" (*STAMP) } defer {}
                @if is_live { noscript { meta http-equiv="refresh" content="5"; } }
            }
            body data-base=(base) {
                a.skip href="#main" { "Skip to content" }
                header.top {
                    a.brand href={ (base) "/" } { span.mark aria-hidden="true" { "▶" } "Brainwrought" }
                    nav aria-label="For programs" { a href={ (base) "/api/docs" } { "API" } }
                }
                main #main { (content) }
                footer {
                    p { "Every sentence cites its page, and every video has passed its check." }
                }
            }
        }
    }
}
