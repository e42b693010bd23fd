//! [`Page`]: the start page and the page of a job, and the frame around every page.

use std::time::Duration;

use maud::{DOCTYPE, Markup, html};

use super::asset::{SCRIPTS, STAMP};
use super::options_form::{OptionsForm, Spending};
use super::{gallery, submit_form};
use crate::app_state::AppState;
use crate::links::Base;
use crate::previews::VoiceChoice;
use crate::video_options::VideoOptions;
use crate::{Example, HttpSettings};

/// Which tab is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Submit,
    Retrieve,
}

/// The start page, or the page of a job.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) base: String,
    pub(super) tab: Tab,
    pub(super) title: String,
    /// The style that fills in the form.
    pub(super) style: Option<String>,
    /// What the field holds that finds a job.
    pub(super) job_id: String,
    pub(super) error: Option<String>,
    pub(super) note: Option<&'static str>,
    /// A job; the forms of the start page are left out then.
    pub(super) panel: Option<Markup>,
    /// The job is not over, so that the page changes by itself.
    pub(super) is_live: bool,
    limit_megabytes: u64,
    /// How long a job that is over stays.
    keep: Option<Duration>,
    examples: Vec<Example>,
    voices: Vec<VoiceChoice>,
    spending: Spending,
}

impl Page {
    pub(super) async fn new(base: &Base, state: &AppState) -> Self {
        let settings = &state.settings;
        Self {
            base: base.0.clone(),
            tab: Tab::Submit,
            title: String::new(),
            style: None,
            job_id: String::new(),
            error: None,
            note: None,
            panel: None,
            is_live: false,
            limit_megabytes: settings.limits.upload_bytes / 1_000_000,
            keep: settings.keep,
            examples: settings.examples.clone(),
            voices: state.previews.voices().await.to_vec(),
            spending: spending(settings),
        }
    }

    pub(super) fn render(&self) -> Markup {
        let title = if self.title.is_empty() {
            "Brainwrought: papers, but loud".to_owned()
        } else {
            format!("{} · Brainwrought", self.title)
        };
        let body = html! {
            @if let Some(error) = &self.error {
                p.alert role="alert" data-missing=[Some(&self.job_id).filter(|id| !id.is_empty())] { strong { "That did not work. " } (error) }
            }
            @if let Some(note) = self.note { p.note role="status" { (note) } }
            @match &self.panel {
                Some(panel) => {
                    div #job { (panel) }
                    section.find aria-label="Another video" { (self.finder("Open another video", "")) }
                }
                None => (self.tabs()),
            }
        };
        frame(&self.base, &title, self.is_live, &body)
    }

    fn tabs(&self) -> Markup {
        let base = &self.base;
        let is = |tab: Tab| self.tab == tab;
        let options = OptionsForm {
            base,
            voices: &self.voices,
            chosen: VideoOptions::default().styled(self.style.as_deref()),
            spending: self.spending,
            is_open: self.style.is_some(),
        };
        html! {
            div.tabs role="tablist" aria-label="What to do" {
                a #tab-submit role="tab" href={ (base) "/" } aria-controls="submit" aria-selected=(is(Tab::Submit)) { "New video" }
                a #tab-retrieve role="tab" href={ (base) "/?tab=retrieve" } aria-controls="retrieve" aria-selected=(is(Tab::Retrieve)) { "Find a video" }
            }
            section #submit role="tabpanel" aria-labelledby="tab-submit" hidden[!is(Tab::Submit)] {
                (submit_form::render(&options, self.limit_megabytes, self.keep))
            }
            section #retrieve role="tabpanel" aria-labelledby="tab-retrieve" hidden[!is(Tab::Retrieve)] {
                h1.doc { "Find a video" }
                (self.finder("Link or job ID", &self.job_id))
            }
            section.recent #recent aria-labelledby="recent-title" hidden {
                h2 #recent-title { "Recent videos" }
                p.hint { "Kept in this browser only. " button.quiet #forget-all type="button" { "Clear the list" } }
                ul #recent-list {}
            }
            (gallery::render(base, &self.examples))
        }
    }

    fn finder(&self, label: &str, value: &str) -> Markup {
        html! {
            form.finder method="get" action={ (self.base) "/" } {
                label for="job_id" { (label) }
                input #job_id name="job_id" value=(value) placeholder="Paste a link or an ID" autocomplete="off"
                    autocapitalize="off" spellcheck="false" required maxlength="400";
                button type="submit" { "Open" }
            }
        }
    }
}

/// Tells whether videos of this server may cost something.
pub(super) fn spending(settings: &HttpSettings) -> Spending {
    let is_paid = settings.llm.is_some()
        || settings.pictures.is_some()
        || settings.memes_by != brainwrought_stages::visuals::MemesBy::Own;
    if is_paid { Spending::Paid(settings.max_cost) } else { Spending::Free }
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
                meta name="description" content="Turns a PDF, EPUB, Word, PowerPoint, Markdown, HTML or text file into a short vertical video with voice, captions and page citations.";
                meta name="robots" content="noindex";
                title { (title) }
                link rel="icon" type="image/svg+xml" href={ (base) "/assets/icon.svg" };
                link rel="stylesheet" href={ (base) "/assets/style.css?" (*STAMP) };
                @for name in SCRIPTS { script src={ (base) "/assets/" (name) "?" (*STAMP) } defer {} }
                @if is_live { noscript { meta http-equiv="refresh" content="5"; } }
            }
            body data-base=(base) {
                a.skip href="#main" { "Skip to content" }
                header.top {
                    a.brand href={ (base) "/" } { span.mark aria-hidden="true" { "▶" } "Brainwrought" }
                    nav aria-label="Site" { a href={ (base) "/" } { "New video" } " " a href={ (base) "/api/docs" } { "API" } }
                }
                main #main { (content) }
                p.visually-hidden #said role="status" {}
                footer {
                    p { "Every sentence cites its page, and every video passes a check before it is shown." }
                }
            }
        }
    }
}
