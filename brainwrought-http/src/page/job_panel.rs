//! [`JobPanel`]: a job as people see it: progress, then the video, to watch, to share and to download.

use brainwrought_core::budget::{BudgetError, Cost};
use brainwrought_core::data::{QuizQuestion, Script};
use brainwrought_core::job::{JobStatus, Task, TaskStatus};
use brainwrought_core::job_store::JobView;
use brainwrought_core::stage::Stage as _;
use brainwrought_stages::audio::Narrate;
use brainwrought_stages::check::{Check, ReportFile};
use brainwrought_stages::parse::ParsePdf;
use brainwrought_stages::script::WriteScript;
use brainwrought_stages::standard::{is_script_only, judge_job_script};
use maud::{Markup, html};

use super::draft_form::DraftForm;
use super::job_details::{JobDetails, check};
use super::player::{Player, share_and_download};
use super::quiz;
use super::script_panel::{self, Editing, Editor, RefusedEdit};
use super::typed_script::TypedScript;
use super::version_list;
use crate::ApiError;
use crate::app_state::AppState;
use crate::edit_verdict::VerdictBody;
use crate::job_body::JobBody;
use crate::links::Base;
use crate::output_files::{INPUT, script, small};

/// A job with what lies beside its video.
#[derive(Debug)]
pub(super) struct JobPanel {
    job: JobBody,
    is_final: bool,
    remedy: Remedy,
    script: Option<Script>,
    quiz: Vec<QuizQuestion>,
    report: Option<ReportFile>,
    /// An edit that was just refused.
    refused: Option<RefusedEdit>,
    /// The script that is edited before anything is rendered, of a job that ends with it.
    draft: Option<Draft>,
    /// Whether the job ends with its script.
    is_script_only: bool,
}

/// A script that is edited before anything is rendered.
#[derive(Debug)]
struct Draft {
    verdict: VerdictBody,
    typed: TypedScript,
    focus: Option<(usize, &'static str)>,
    is_saved: bool,
}

/// What can be done about a job that has no video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remedy {
    /// The same work may succeed another time.
    Retry,
    /// The file is the reason: only another one helps.
    OtherFile,
    /// The same options give the same result: only others help.
    OtherOptions,
    /// The job's cost limit stopped it, and another version may have a higher one.
    HigherLimit,
    /// The cost limit of the server stopped it.
    LessCost,
}

impl Remedy {
    /// Looks at what failed. A stage that said that trying again never helps is believed where its input is all that
    /// decides; elsewhere somebody may have changed the server meanwhile.
    fn from_view(view: &JobView, server_limit: Option<Cost>) -> Self {
        let job = &view.job;
        if job.error().is_some_and(|error| BudgetError::is_limit(&error)) {
            let is_server =
                server_limit.is_some_and(|most| job.ledger.max_cost.is_none_or(|own| own >= most));
            return if is_server { Self::LessCost } else { Self::HigherLimit };
        }
        let never = |task: &&Task| task.status == TaskStatus::Error && !task.has_used_up(job.max_attempts);
        let mut stages = job.stages.iter().filter(never).map(|task| task.key.stage.0.as_str());
        stages.find_map(Self::after).unwrap_or(Self::Retry)
    }

    fn after(stage: &str) -> Option<Self> {
        match stage {
            ParsePdf::NAME => Some(Self::OtherFile),
            WriteScript::NAME | Narrate::NAME | Check::NAME => Some(Self::OtherOptions),
            _ => None,
        }
    }
}

impl JobPanel {
    /// Gathers what is shown of a job.
    pub(super) async fn gather(state: &AppState, view: &JobView, base: &Base) -> Result<Self, ApiError> {
        let job = JobBody::read(state, view, base).await;
        let script = script(state, view).await?;
        let quiz = small(state, &view.job, "quiz.json").await?;
        // What did not pass is of more interest than the report of the version before.
        let report = match refusal(view) {
            Some(report) => Some(report),
            None => {
                let report = small(state, &view.job, "report.json").await?;
                report.and_then(|bytes| ReportFile::read(&bytes))
            }
        };
        let is_script_only = is_script_only(&view.job);
        let is_editable = is_script_only && view.status == JobStatus::Completed;
        let draft = match script.as_ref().filter(|_| is_editable) {
            Some(script) => {
                let verdict = judge_job_script(&state.engine, view, &state.settings.fonts).await?;
                let typed = TypedScript::of(script, view.job.current_version());
                let verdict = VerdictBody::from_verdict(&verdict);
                Some(Draft { verdict, typed, focus: None, is_saved: true })
            }
            None => None,
        };
        Ok(Self {
            job,
            draft,
            is_script_only,
            is_final: view.status.is_final(),
            remedy: Remedy::from_view(view, state.settings.max_cost),
            script,
            quiz: quiz::questions(quiz.as_deref()),
            report,
            refused: None,
        })
    }

    /// Shows an edit that was refused, with the reasons beside its fields.
    pub(super) fn with_refused(mut self, refused: Option<RefusedEdit>) -> Self {
        self.refused = refused;
        self
    }

    /// Shows what stands in the form of a script and is not saved, with the button that gets the focus.
    pub(super) fn with_typed(mut self, typed: TypedScript, focus: Option<(usize, &'static str)>) -> Self {
        if let Some(draft) = &mut self.draft {
            (draft.typed, draft.focus, draft.is_saved) = (typed, focus, false);
        }
        self
    }

    /// The title of the document, or the file's name while nobody has read it.
    pub(super) fn title(&self) -> &str {
        self.script.as_ref().map_or(&self.job.file_name, |script| &script.title)
    }

    /// Draws the panel.
    pub(super) fn render(&self, base: &Base) -> Markup {
        let job = &self.job;
        let details = JobDetails { job, report: self.report.as_ref().filter(|report| report.passed) };
        html! {
            article.panel data-job=(job.job_id) data-status=(job.status) data-live[!self.is_final] {
                div.stage.watch {
                    (self.phone())
                    div.facts {
                        p.meta {
                            span.pill data-pill=(job.status) { (job.status.to_lowercase()) }
                            " " (job.file_name)
                        }
                        h1.doc { (self.title()) }
                        @if self.has_video() { (self.share()) }
                        @if let Some(address) = &job.output_hf_url { p.published { "Published on Hugging Face: " a href=(address) rel="noopener noreferrer" { (address) } } }
                        (self.progress())
                        @if let Some(error) = &job.error { p.alert role="alert" { strong { (self.failure()) } (error) } }
                        (self.actions(base))
                    }
                }
                @if let Some(report) = self.report.as_ref().filter(|report| !report.passed) { (check(report)) }
                @if let Some(script) = &self.script { (self.script(script, base)) }
                (version_list::render(&job.versions, self.is_final.then(|| self.at(base, "restore")).as_deref()))
                (quiz::render(&self.quiz, self.script.as_ref(), self.link(INPUT)))
                (details.render(!self.is_final))
            }
        }
    }

    fn is_done(&self) -> bool {
        self.job.status == "COMPLETED"
    }

    /// True when there is a finished version, also while an edit of it is made and when that did not succeed.
    fn has_video(&self) -> bool {
        !self.is_script_only && (self.is_done() || !self.job.versions.is_empty())
    }

    /// The version that plays, when it is not the one that was last asked for.
    fn standing_version(&self) -> Option<u32> {
        let current = self.job.versions.iter().find(|version| version.current);
        current.filter(|_| !self.is_done()).map(|version| version.number)
    }

    fn failure(&self) -> String {
        match self.standing_version() {
            _ if self.is_script_only => "The script could not be written. ".to_owned(),
            Some(number) => format!("The change did not succeed; the video is still version {number}. "),
            None => "The video could not be made. ".to_owned(),
        }
    }

    fn at(&self, base: &Base, action: &str) -> String {
        format!("{}/jobs/{}/{action}", base.0, self.job.job_id)
    }

    fn link(&self, name: &str) -> Option<&str> {
        self.job.links.get(name).map(String::as_str)
    }

    fn phone(&self) -> Markup {
        let Some(video) = self.link("video.mp4").filter(|_| self.has_video()) else {
            return html! {
                div.phone aria-hidden="true" {
                    div.lanes {}
                    p.caption.still #caption { @if self.draft.is_some() { "Read the script" } @else { (self.job.progress.doing) } }
                }
            };
        };
        let language = self.script.as_ref().map_or("en", |script| script.language.as_str());
        let (poster, captions) = (self.link("poster.png"), self.link("captions.vtt"));
        Player { title: self.title(), video, poster, captions, language }.render()
    }

    fn share(&self) -> Markup {
        let (Some(view), Some(video)) = (self.link("view"), self.link("video.mp4")) else { return html! {} };
        html! {
            (share_and_download(view, video))
            p.hint { "Whoever gets the share link can watch and download. Only this page, with its own link, can edit or delete the video." }
        }
    }

    fn progress(&self) -> Markup {
        let progress = &self.job.progress;
        html! {
            div.progress hidden[self.is_final] {
                progress #bar max="1000" value=((progress.share * 1000.0) as u64) aria-label="Progress" {}
                p {
                    b #percent { (percent(progress.share)) }
                    " " span #doing { (progress.doing) }
                    " " span #left { (left(progress.seconds_left)) }
                }
            }
            p.visually-hidden #news role="status" aria-live="polite" { (progress.doing) }
            @if !self.is_final {
                p.keep {
                    "You can close this page: the work goes on. Keep its link to come back. "
                    button.quiet type="button" data-copy="#the-link" hidden { "Copy this page's link" }
                }
            }
        }
    }

    fn actions(&self, base: &Base) -> Markup {
        let at = |action: &str| self.at(base, action);
        let standing = self.standing_version();
        let has_failed = self.job.status == "FAILED";
        html! {
            @if has_failed && standing.is_some() {
                p.hint { "Change the script below and save it again, or undo the change." }
            } @else if has_failed {
                p.hint {
                    @match self.remedy {
                        Remedy::Retry => "Trying again may help; everything that is done already is kept.",
                        Remedy::OtherFile => "Trying again with this file will not change that. Please choose another file.",
                        Remedy::OtherOptions => "Trying again would give the same result. Another version with other options may work.",
                        Remedy::HigherLimit => "Trying again would stop at the same limit. Make another version with a higher cost limit: what is done already is not paid for again.",
                        Remedy::LessCost => "Trying again would stop at the same limit, which is the highest that this server allows. A shorter video may stay within it.",
                    }
                }
            }
            div.actions {
                @if !self.is_final {
                    form method="post" action=(at("cancel")) { button.quiet type="submit" { "Cancel" } }
                } @else {
                    @if let Some(number) = standing {
                        (version_list::restore(&at("restore"), number, "Undo the change", "primary"))
                    }
                    @if self.job.status == "CANCELLED" {
                        form method="post" action=(at("retry")) { button.primary type="submit" { "Continue" } }
                    } @else if has_failed && self.remedy == Remedy::Retry {
                        form method="post" action=(at("retry")) { button.primary type="submit" { "Try again" } }
                    }
                    @if has_failed && self.remedy == Remedy::OtherFile {
                        a.primary href={ (base.0) "/" } { "Choose another file" }
                    } @else {
                        @let class = if has_failed && self.remedy == Remedy::HigherLimit { "primary" } else { "quiet" };
                        a class=(class) href=(at("variants")) { "Make another version" }
                    }
                    details.confirm {
                        summary.quiet { "Delete…" }
                        form method="post" action=(at("delete")) data-forget=(self.job.job_id) {
                            p { "Deletes the video, the file and everything made from it within a minute. It cannot be undone." }
                            button.danger type="submit" { "Delete for good" }
                        }
                    }
                }
            }
        }
    }

    fn script(&self, script: &Script, base: &Base) -> Markup {
        if let Some(draft) = &self.draft {
            let form = DraftForm {
                action: self.at(base, "draft"),
                script,
                verdict: &draft.verdict,
                pdf: self.link(INPUT),
                typed: &draft.typed,
                focus: draft.focus,
                is_saved: draft.is_saved,
            };
            return html! {
                section.block {
                    h2 { "The script" }
                    (form.render())
                    p.hint { "Prefer a text editor? " a href=[self.link("script.toml")] download="script.toml" { "Download the script as a file" } "; the option " code { "--script" } " of " code { "brainwrought make" } " makes the video of it." }
                }
            };
        }
        let check = self.link("script").map(|script| format!("{script}/check")).unwrap_or_default();
        let editor = Editor { action: self.at(base, "script"), check, refused: self.refused.as_ref() };
        let editing = if self.is_final && !self.is_script_only { Editing::On(&editor) } else { Editing::Off };
        html! {
            details.block open[self.has_video()] {
                summary { h2 { "Script and sources" } }
                (script_panel::render(script, self.link(INPUT), editing))
            }
        }
    }
}

/// The report of a video that did not pass: it has no file, for nothing was delivered, but the log holds it.
fn refusal(view: &JobView) -> Option<ReportFile> {
    let has_failed = view.status == JobStatus::Failed;
    let mut lines = view.job.logs.iter().rev().filter(|_| has_failed);
    lines.find_map(|line| ReportFile::read(line.message.as_bytes()))
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

fn left(seconds: Option<u64>) -> String {
    match seconds {
        None => String::new(),
        Some(seconds) if seconds < 90 => format!("about {seconds} s left"),
        Some(seconds) => format!("about {} min left", seconds.div_ceil(60)),
    }
}
