//! What is said as text: transcript, chapters and quiz.

use std::fmt::Write;

use brainwrought_core::data::{Document, QuizQuestion, Script};
use serde::Serialize;

use super::Timeline;
use super::caption_file::one_line;

/// Writes every sentence with the page it comes from, as Markdown.
pub(super) fn transcript(document: &Document, script: &Script, timeline: &Timeline) -> String {
    let mut file = format!("# {}\n\n", inline(&script.title));
    let (pages, unit) = (script.page_count, script.unit);
    let source = inline(&document.file_name);
    push(
        &mut file,
        format_args!(
            "Source: {source}, {pages} {}. The narration is spoken by a synthetic voice.\n",
            unit.plural()
        ),
    );
    for (n, segment) in script.segments.iter().enumerate() {
        let start = clock(timeline.segment_ms(n));
        push(&mut file, format_args!("\n## {start} {}\n\n", inline(&segment.title)));
        for scene in &segment.scenes {
            for line in &scene.lines {
                push(
                    &mut file,
                    format_args!(
                        "- {} ({})\n",
                        inline(&line.text),
                        unit.cited(inline(&script.page_name(line.citation.page)))
                    ),
                );
            }
        }
    }
    file
}

/// Writes one line for every segment, in the form that video sites turn into chapters.
pub(super) fn chapters(script: &Script, timeline: &Timeline) -> String {
    let lines = script.segments.iter().enumerate();
    lines
        .map(|(n, segment)| format!("{} {}\n", clock(timeline.segment_ms(n)), one_line(&segment.title)))
        .collect()
}

#[derive(Serialize)]
struct Quiz<'a> {
    schema: &'static str,
    title: &'a str,
    questions: &'a [QuizQuestion],
}

/// Writes the questions as JSON.
pub(super) fn quiz(script: &Script) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec_pretty(&Quiz { schema: "quiz/1", title: &script.title, questions: &script.quiz })
}

/// Takes the meaning off characters that Markdown would read as marks.
fn inline(text: &str) -> String {
    let mut plain = String::new();
    for character in one_line(text).chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '#') {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    match seconds / 3600 {
        0 => format!("{:02}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

fn push(file: &mut String, arguments: std::fmt::Arguments<'_>) {
    file.write_fmt(arguments).expect("writing to a string cannot fail");
}
