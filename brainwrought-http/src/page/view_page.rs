//! The page behind a view-only link: the video, to watch, to share and to download.

use brainwrought_core::data::{QuizQuestion, Script};
use brainwrought_core::id::ViewId;
use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::JobView;
use brainwrought_stages::standard::script_of_video;
use maud::{Markup, html};

use super::player::{Player, share_and_download};
use super::quiz;
use super::script_panel::{self, Editing};
use super::shell::frame;
use crate::ApiError;
use crate::app_state::AppState;
use crate::links::Base;
use crate::output_files::{locate, small};

/// A video that was shared.
#[derive(Debug)]
pub(super) struct ViewPage {
    view: ViewId,
    title: String,
    status: JobStatus,
    /// The video is there.
    is_ready: bool,
    script: Option<Script>,
    quiz: Vec<QuizQuestion>,
}

impl ViewPage {
    /// Gathers what is shown.
    pub(super) async fn gather(state: &AppState, view: &JobView) -> Result<Self, ApiError> {
        let job = &view.job;
        let is_ready = match locate(state, job, "video.mp4").await {
            Ok(_) => true,
            Err(ApiError::NoSuchFile(_)) => false,
            Err(error) => return Err(error),
        };
        // Until there is a video, the words of the document are nobody's business.
        let script = if is_ready { script_of_video(&state.engine, job).await? } else { None };
        let quiz = if is_ready { small(state, job, "quiz.json").await? } else { None };
        let title = script.as_ref().map_or_else(|| "A video".to_owned(), |script| script.title.clone());
        Ok(Self {
            view: ViewId::from_job(&job.job_id),
            title,
            status: view.status,
            is_ready,
            script,
            quiz: quiz::questions(quiz.as_deref()),
        })
    }

    /// Draws the page.
    pub(super) fn render(&self, base: &Base) -> Markup {
        let content = if self.is_ready { self.video(base) } else { self.waiting() };
        let is_live = !self.is_ready && !self.status.is_final();
        frame(&base.0, &format!("{} · Brainwrought", self.title), is_live, &content)
    }

    fn video(&self, base: &Base) -> Markup {
        let page = base.view(&self.view);
        let at = |name: &str| format!("{page}/{name}");
        let (video, poster, captions) = (at("video.mp4"), at("poster.png"), at("captions.vtt"));
        let player = Player {
            title: &self.title,
            video: &video,
            poster: Some(&poster),
            captions: Some(&captions),
            language: self.script.as_ref().map_or("en", |script| script.language.as_str()),
        };
        html! {
            article.panel data-status="COMPLETED" {
                div.stage.watch {
                    (player.render())
                    div.facts {
                        h1.doc { (self.title) }
                        (share_and_download(&page, &video))
                        p.hint { "A machine made this video from a document. Below is every line that is spoken, with the page it comes from." }
                        p.links {
                            @for (name, label) in [("transcript.md", "Transcript"), ("captions.srt", "Captions (SRT)"), ("captions.vtt", "Captions (VTT)")] {
                                a.quiet href={ (at(name)) "?download" } download="" { (label) } " "
                            }
                            a.quiet href={ (base.0) "/" } { "Make your own" }
                        }
                    }
                }
                @if let Some(script) = &self.script {
                    details.block open {
                        summary { h2 { "Script and sources" } }
                        (script_panel::render(script, None, Editing::Off))
                    }
                }
                (quiz::render(&self.quiz, self.script.as_ref(), None))
            }
        }
    }

    fn waiting(&self) -> Markup {
        let is_over = self.status.is_final();
        html! {
            article.error data-waiting[!is_over] {
                h1.doc { @if is_over { "There is no video at this link" } @else { "This video is being made" } }
                p.lead { @if is_over { "It could not be made, or was cancelled. Ask the person who shared the link." } @else { "Come back in a few minutes; this page updates itself." } }
            }
        }
    }
}
