//! [`JobPanel`]: a job as people see it: progress, then the video and everything beside it.

use brainwrought_core::data::{QuizQuestion, Script};
use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::JobView;
use brainwrought_stages::check::ReportFile;
use maud::{Markup, html};
use serde::Deserialize;

use crate::ApiError;
use crate::job_body::{JobBody, TaskBody};
use crate::links::Base;
use crate::output_files::{FILES, INPUT, script, small};
use crate::site::Site;

/// A job with what lies beside its video.
#[derive(Debug)]
pub(super) struct JobPanel {
    job: JobBody,
    is_final: bool,
    script: Option<Script>,
    quiz: Vec<QuizQuestion>,
    report: Option<ReportFile>,
}

/// `quiz.json`, as far as it is shown.
#[derive(Debug, Default, Deserialize)]
struct QuizFile {
    questions: Vec<QuizQuestion>,
}

impl JobPanel {
    /// Gathers what is shown of a job.
    pub(super) async fn gather(site: &Site, view: &JobView, base: &Base) -> Result<Self, ApiError> {
        let job = site.shown(view, base).await;
        let script = script(site, &view.job).await?;
        let quiz = small(site, &view.job, "quiz.json").await?;
        let quiz: QuizFile = quiz.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        let report = small(site, &view.job, "report.json").await?;
        let report = report.and_then(|bytes| ReportFile::read(&bytes)).or_else(|| refusal(view));
        Ok(Self { job, is_final: view.status.is_final(), script, quiz: quiz.questions, report })
    }

    /// The title of the document, or the file's name while nobody has read it.
    pub(super) fn title(&self) -> &str {
        self.script.as_ref().map_or(&self.job.file_name, |script| &script.title)
    }

    /// Draws the panel.
    pub(super) fn render(&self, base: &Base) -> Markup {
        let job = &self.job;
        let is_done = job.status == "COMPLETED";
        html! {
            article.panel data-job=(job.job_id) data-status=(job.status) data-live[!self.is_final] {
                div.stage {
                    div {
                        h1.doc { (self.title()) }
                        p.meta {
                            span.pill data-pill=(job.status) { (job.status.to_lowercase()) }
                            " " (job.file_name)
                        }
                        (self.identity())
                        (self.progress())
                        @if let Some(error) = &job.error { p.alert role="alert" { strong { "Failed: " } (error) } }
                        @if is_done { (self.downloads()) }
                        (self.actions(base))
                    }
                    (self.phone(is_done))
                }
                (self.stages())
                @if let Some(script) = &self.script { (self.sources(script, base)) }
                @if !self.quiz.is_empty() { (self.quiz()) }
                @if let Some(report) = &self.report { (check(report)) }
                (self.log())
            }
        }
    }

    fn identity(&self) -> Markup {
        let page = self.job.links.get("page").map_or("", String::as_str);
        html! {
            div.identity {
                span { "Job" }
                code #the-id { (self.job.job_id) }
                button.quiet type="button" data-copy="#the-id" hidden { "Copy id" }
                button.quiet type="button" data-copy="#the-link" hidden { "Copy link" }
                a.quiet #the-link href=(page) data-copy-link="" { "Link to this page" }
            }
            p.hint { "Keep the id or the link: whoever has it can see and steer this job, and there is no other way back." }
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
        }
    }

    fn phone(&self, is_done: bool) -> Markup {
        let link = |name: &str| self.job.links.get(name);
        html! {
            div.phone {
                @match (is_done, link("video.mp4")) {
                    (true, Some(video)) => {
                        video controls playsinline preload="metadata" src=(video) poster=[link("poster.png")] {
                            track kind="captions" label="Captions" srclang=(self.language()) src=[link("captions.vtt")];
                            "Your browser shows no video; " a href=(video) { "download it" } "."
                        }
                    }
                    _ => {
                        div.lanes aria-hidden="true" {}
                        p.caption.still aria-hidden="true" #caption { (self.job.progress.doing) }
                    }
                }
            }
        }
    }

    fn language(&self) -> &str {
        self.script.as_ref().map_or("en", |script| script.language.as_str())
    }

    fn downloads(&self) -> Markup {
        html! {
            h2.visually-hidden { "Downloads" }
            ul.downloads {
                @for file in &FILES {
                    @if let Some(link) = self.job.links.get(file.name) {
                        li { a href={ (link) "?download" } class=[(file.name == "video.mp4").then_some("primary")] download { @if file.name == "video.mp4" { "Download the video" } @else { (file.label) } } }
                    }
                }
            }
            @if let Some(address) = &self.job.output_hf_url { p.published { "Published at Hugging Face: " a href=(address) rel="noopener noreferrer" { (address) } } }
        }
    }

    fn actions(&self, base: &Base) -> Markup {
        let at = |action: &str| format!("{}/jobs/{}/{action}", base.0, self.job.job_id);
        let status = self.job.status.as_str();
        html! {
            div.actions {
                @if !self.is_final {
                    form method="post" action=(at("cancel")) { button.quiet type="submit" { "Cancel" } }
                } @else {
                    @if status != "COMPLETED" {
                        form method="post" action=(at("retry")) { button.primary type="submit" { "Try again" } }
                    }
                    details.confirm {
                        summary.quiet { "Delete…" }
                        form method="post" action=(at("delete")) {
                            p { "Deletes the video, the PDF and everything made from it within a minute." }
                            button.danger type="submit" { "Delete for good" }
                        }
                    }
                }
            }
        }
    }

    fn stages(&self) -> Markup {
        html! {
            details.block open[!self.is_final] {
                summary { h2 { "Stages" } }
                table.stages {
                    thead { tr { th scope="col" { "Stage" } th scope="col" { "Status" } th scope="col" { "Done" } th scope="col" { "Time" } } }
                    tbody #stages {
                        @for row in rows(&self.job.stages) {
                            tr data-status=(row.status) {
                                th scope="row" { (row.label) }
                                td { (row.status.to_lowercase()) }
                                td { (row.done) " / " (row.tasks) }
                                td { @if row.seconds > 0.0 { (format!("{:.1} s", row.seconds)) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn sources(&self, script: &Script, base: &Base) -> Markup {
        let pdf = self.job.links.get(INPUT).map_or("", String::as_str);
        let action = format!("{}/jobs/{}/line", base.0, self.job.job_id);
        html! {
            details.block open[self.job.status == "COMPLETED"] {
                summary { h2 { "What is said, and where it stands" } }
                ol.sources {
                    @for (n, line) in script.lines().enumerate() {
                        li {
                            p {
                                (line.text) " "
                                a.chip href={ (pdf) "#page=" (line.citation.page) } target="_blank" rel="noopener" { "p. " (line.citation.page) }
                            }
                            @if !line.citation.quote.is_empty() && !repeats(&line.text, &line.citation.quote) { blockquote { (line.citation.quote) } }
                            @if self.is_final {
                                details.edit {
                                    summary aria-label={ "Edit line " (n + 1) } { "Edit" }
                                    form method="post" action=(action) {
                                        input type="hidden" name="line" value=(n);
                                        label for={ "line-" (n) } { "New words" }
                                        textarea id={ "line-" (n) } name="text" rows="2" maxlength="400" required { (line.text) }
                                        button.quiet type="submit" { "Save and make it again" }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn quiz(&self) -> Markup {
        let pdf = self.job.links.get(INPUT).map_or("", String::as_str);
        html! {
            details.block open {
                summary { h2 { "Quiz" } }
                @for (n, question) in self.quiz.iter().enumerate() {
                    fieldset.quiz {
                        legend { (question.question) }
                        @for (place, choice) in question.choices.iter().enumerate() {
                            @let is_right = place == question.answer as usize;
                            label.choice.right[is_right] { input type="radio" name={ "quiz-" (n) }; span { (choice) } }
                        }
                        details.answer {
                            summary { "Answer" }
                            p {
                                (question.choices.get(question.answer as usize).map_or("", String::as_str)) " "
                                a.chip href={ (pdf) "#page=" (question.citation.page) } target="_blank" rel="noopener" { "p. " (question.citation.page) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn log(&self) -> Markup {
        html! {
            details.block {
                summary { h2 { "Log" } }
                ol.log #log data-count=(self.job.logs.len()) {
                    @for line in self.job.logs.iter().filter(|line| ReportFile::read(line.message.as_bytes()).is_none()) {
                        li data-level=(format!("{:?}", line.level).to_lowercase()) { b { (line.task) } " " (line.message) }
                    }
                    @for task in &self.job.stages {
                        @for error in &task.errors { li data-level="error" { b { (task.stage) } " " (error) } }
                    }
                }
            }
        }
    }
}

/// Tells whether a line holds its quote, whatever the blanks and marks: to show it again would add nothing.
fn repeats(line: &str, quote: &str) -> bool {
    let letters = |text: &'_ str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    letters(line).contains(&letters(quote))
}

/// The report of a video that did not pass: it has no file, for nothing was delivered, but the log holds it.
fn refusal(view: &JobView) -> Option<ReportFile> {
    let has_failed = view.status == JobStatus::Failed;
    let mut lines = view.job.logs.iter().rev().filter(|_| has_failed);
    lines.find_map(|line| ReportFile::read(line.message.as_bytes()))
}

fn check(report: &ReportFile) -> Markup {
    let passed = report.rules.iter().filter(|rule| rule.passed).count();
    html! {
        details.block open[!report.passed] {
            summary { h2 { "Check " span.pill data-pill=(if report.passed { "COMPLETED" } else { "FAILED" }) { (passed) " of " (report.rules.len()) " passed" } } }
            div.scroll tabindex="0" role="region" aria-label="Check report" {
                table {
                    thead { tr { th scope="col" { "Rule" } th scope="col" { "Measured" } th scope="col" { "Limit" } th scope="col" { "Result" } } }
                    tbody {
                        @for rule in &report.rules {
                            tr data-passed=(rule.passed) { th scope="row" { (rule.name) } td { (rule.figure) } td { (rule.limit) } td { (if rule.passed { "pass" } else { "FAIL" }) } }
                        }
                    }
                }
            }
            @if !report.warnings.is_empty() { ul.notes { @for warning in &report.warnings { li { (warning) } } } }
        }
    }
}

/// One stage with all its tasks.
struct Row<'a> {
    label: String,
    stage: &'a str,
    status: &'a str,
    done: usize,
    tasks: usize,
    seconds: f64,
}

/// Sums the tasks of each stage up.
fn rows(tasks: &[TaskBody]) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for task in tasks {
        if rows.last().is_none_or(|row| row.stage != task.stage) {
            let label = task.label.split(" part ").next().unwrap_or_default().to_owned();
            rows.push(Row { label, stage: &task.stage, status: "DONE", done: 0, tasks: 0, seconds: 0.0 });
        }
        let Some(row) = rows.last_mut() else { continue };
        row.tasks += 1;
        row.done += usize::from(task.status == "DONE");
        row.seconds += task.seconds.unwrap_or(0.0);
        // The most telling status of the tasks is that of the stage.
        let weight = |status: &str| {
            ["DONE", "NEW", "READY", "CANCELLED", "RUNNING", "ERROR"].iter().position(|s| *s == status)
        };
        if weight(&task.status) > weight(row.status) {
            row.status = &task.status;
        }
    }
    rows
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
