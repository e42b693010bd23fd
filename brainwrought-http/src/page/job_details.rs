//! [`JobDetails`]: what few people look for: the id, the files beside the video, the stages, the check and the log.

use brainwrought_stages::check::ReportFile;
use maud::{Markup, html};

use crate::job_body::{JobBody, TaskBody};
use crate::output_files::FILES;

/// What few people look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct JobDetails<'a> {
    pub(super) job: &'a JobBody,
    /// The report of the check, where it belongs here.
    pub(super) report: Option<&'a ReportFile>,
}

impl JobDetails<'_> {
    /// Draws everything behind one summary, which is open while there is nothing else to look at.
    pub(super) fn render(self, is_open: bool) -> Markup {
        html! {
            details.block.details open[is_open] {
                summary { h2 { "Details" } }
                (self.identity())
                (self.files())
                h3 { "Stages" }
                (self.stages())
                @if let Some(report) = self.report { h3 { "Check: " (count(report)) } (rules(report)) }
                h3 #log-title { "Log" }
                (self.log())
            }
        }
    }

    fn identity(self) -> Markup {
        let page = self.job.links.get("page").map_or("", String::as_str);
        html! {
            div.identity {
                span { "Job" }
                code #the-id { (self.job.job_id) }
                button.quiet type="button" data-copy="#the-id" hidden { "Copy ID" }
                button.quiet type="button" data-copy="#the-link" hidden { "Copy this page's link" }
                a.quiet #the-link href=(page) data-copy-link="" { "Link to this page" }
            }
            p.hint { "Anyone with the ID or this page's link can edit and delete the video. There is no other way back to it." }
        }
    }

    fn files(self) -> Markup {
        let files = FILES.iter().filter_map(|file| Some((file, self.job.links.get(file.name)?)));
        let files: Vec<_> = files.filter(|(file, _)| file.name != "video.mp4").collect();
        html! {
            @if !files.is_empty() {
                h3 { "Files" }
                ul.files {
                    @for (file, link) in files { li { a href={ (link) "?download" } download="" { (file.label) } } }
                }
            }
        }
    }

    fn stages(self) -> Markup {
        html! {
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

    fn log(self) -> Markup {
        let lines = self.job.logs.iter().filter(|line| ReportFile::read(line.message.as_bytes()).is_none());
        html! {
            ol.log #log data-count=(self.job.logs.len()) tabindex="0" aria-labelledby="log-title" {
                @for line in lines {
                    li data-level=(format!("{:?}", line.level).to_lowercase()) { b { (line.task) } " " (line.message) }
                }
                @for task in &self.job.stages {
                    @for error in &task.errors { li data-level="error" { b { (task.stage) } " " (error) } }
                }
            }
        }
    }
}

/// Draws the report of a check in a block of its own.
pub(super) fn check(report: &ReportFile) -> Markup {
    let pill = if report.passed { "COMPLETED" } else { "FAILED" };
    html! {
        details.block open[!report.passed] {
            summary { h2 { "Check " span.pill data-pill=(pill) { (count(report)) } } }
            (rules(report))
        }
    }
}

fn count(report: &ReportFile) -> String {
    let passed = report.rules.iter().filter(|rule| rule.passed).count();
    format!("{passed} of {} passed", report.rules.len())
}

fn rules(report: &ReportFile) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Check report" {
            table {
                thead { tr { th scope="col" { "Rule" } th scope="col" { "Measured" } th scope="col" { "Limit" } th scope="col" { "Result" } } }
                tbody {
                    @for rule in &report.rules {
                        tr data-passed=(rule.passed) { th scope="row" { (rule.name) } td { (rule.figure) } td { (rule.limit) } td { (if rule.passed { "passed" } else { "FAILED" }) } }
                    }
                }
            }
        }
        @if !report.warnings.is_empty() { ul.notes { @for warning in &report.warnings { li { (warning) } } } }
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
