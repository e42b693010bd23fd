//! The tools that agents see: their names, what they are for, and what they take.

use std::sync::Arc;

use rmcp::model::{Tool, ToolAnnotations};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{PartialSchema, ToSchema};

use crate::api::ListQuery;
use crate::draft::DraftLine;
use crate::script_edit::LineEdit;
use crate::video_options::VideoOptions;

/// A file, and what to make of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitPdf {
    /// The file in base64 (RFC 4648, section 4): PDF, EPUB, DOCX, PPTX, Markdown, HTML or plain text, at most 10 MB before coding. Upload larger ones to `POST /api/jobs`.
    pub(super) pdf_base64: String,
    /// The name of the file, for people; its ending tells a Markdown file from other text.
    #[serde(default)]
    pub(super) file_name: String,
    /// What to choose about the video; everything has a default.
    #[schema(inline)]
    pub(super) options: Option<VideoOptions>,
    /// A URL that is called with a signed POST request once the job has ended; only hosts that the server's operator allows.
    pub(super) callback_url: Option<String>,
    /// 1 to 255 ASCII characters, drawn at random. The same key with the same file and options finds the same job, so
    /// that a call whose answer was lost can be made again.
    pub(super) idempotency_key: Option<String>,
}

/// A file that will be sent to an address, and what to make of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RequestUpload {
    /// The name of the file.
    pub(super) file_name: String,
    /// What to choose about the video; everything has a default.
    #[schema(inline)]
    pub(super) options: Option<VideoOptions>,
    /// A URL that is called with a signed POST request once the job has ended; only hosts that the server's operator allows.
    pub(super) callback_url: Option<String>,
    /// 1 to 255 ASCII characters, drawn at random. The same key with the same file and options finds the same job.
    pub(super) idempotency_key: Option<String>,
}

/// A job.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneJob {
    /// The job's id: 32 hexadecimal digits.
    pub(super) job_id: String,
}

/// A job, and how long to wait for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaitForJob {
    /// The job's id: 32 hexadecimal digits.
    pub(super) job_id: String,
    /// How long to wait at most, in seconds; 20 when it is not given. Call again when the job is not over by then.
    #[schema(minimum = 0, maximum = 20)]
    pub(super) seconds: Option<u64>,
}

/// A job, and one of its files.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneFile {
    /// The job's id: 32 hexadecimal digits.
    pub(super) job_id: String,
    /// `video.mp4`, `captions.srt`, `captions.vtt`, `captions.ass`, `poster.png`, `transcript.md`, `chapters.txt`,
    /// `quiz.json`, `report.json`, `manifest.json` or `input.pdf`.
    pub(super) name: String,
}

/// A job, and where to begin again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RetryJob {
    /// The job's id: 32 hexadecimal digits.
    pub(super) job_id: String,
    /// The stage to begin from; without it, everything that failed or was cancelled runs again.
    pub(super) from: Option<String>,
}

/// A job, and other words for lines of its script.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditScript {
    /// The job's id: 32 hexadecimal digits.
    pub(super) job_id: String,
    /// The lines that get other words.
    #[schema(inline)]
    pub(super) lines: Vec<LineEdit>,
}

/// A job that ends with its script, and the lines that the script is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplaceScript {
    /// The job's id: 32 hexadecimal digits.
    pub(super) job_id: String,
    /// The version that get_script showed; the change is refused when another one is current by now.
    pub(super) version: Option<u32>,
    /// All lines in their order. One that was there is named by its number, `{"line": 3}`, and gets other words by `text`; one
    /// without a number is new. Lines that are left out are dropped.
    #[schema(inline)]
    pub(super) lines: Vec<DraftLine>,
}

/// A job, and the version of its video to bring back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RestoreVersion {
    /// The job's id: 32 hexadecimal digits.
    pub(super) job_id: String,
    /// The number of the version, from `versions` of the job; without it, the one before.
    pub(super) version: Option<u32>,
}

/// What a tool does to the world.
#[derive(Debug, Clone, Copy)]
enum Effect {
    Reads,
    Adds,
    Changes,
}

/// Lists the tools.
pub(super) fn tools() -> Vec<Tool> {
    vec![
        tool::<SubmitPdf>(
            "submit_pdf",
            "Submits a PDF, or an EPUB, DOCX, PPTX, Markdown, HTML or text file, and answers at once with a job id and links. The video is made in the background: \
             wait with wait_for_job.",
            Effect::Adds,
        ),
        tool::<RequestUpload>(
            "request_upload",
            "Gives out a URL for one file (PDF, EPUB, DOCX, PPTX, Markdown, HTML, text) and a curl command that sends it there; the answer to that is a job id and links. \
             For files on a disk that you can run commands at, of any size: nothing is read into the conversation. Good for \
             one job and a quarter of an hour.",
            Effect::Adds,
        ),
        tool::<OneJob>(
            "get_job",
            "Shows a job: status, progress, time left, stages, the last lines of its log, the error if it failed, and \
             links to the page, the video and every other file.",
            Effect::Reads,
        ),
        tool::<WaitForJob>(
            "wait_for_job",
            "Waits until a job is COMPLETED, FAILED or CANCELLED, at most some seconds, and shows it as get_job does. \
             Sends progress notifications to a caller that gives a progress token.",
            Effect::Reads,
        ),
        tool::<ListQuery>(
            "list_jobs",
            "Lists all jobs, the newest first. For operators only: an id is all that is needed to steer a job.",
            Effect::Reads,
        ),
        tool::<OneFile>(
            "get_output",
            "Gives a link to a file of a finished job, and the text of captions, transcript, chapters, quiz, report and \
             manifest.",
            Effect::Reads,
        ),
        tool::<OneJob>(
            "get_script",
            "Shows what is said in the video, line by line, and the page of each.",
            Effect::Reads,
        ),
        tool::<EditScript>(
            "edit_script",
            "Gives lines of a finished job's script other words and makes the video again; parts that stay the same are \
             reused. Words that the cited page does not bear out are refused at once, with the reason for each line. The \
             finished video stays until the new one has passed.",
            Effect::Changes,
        ),
        tool::<ReplaceScript>(
            "replace_script",
            "Moves, drops, adds and rewords lines of the script of a job that was submitted with script-only, before anything \
             is rendered. It is saved even if the checks find something; `verdict` says what, line by line. Only a person \
             decides that a line stands all the same (`overruled`).",
            Effect::Changes,
        ),
        tool::<OneJob>(
            "make_video",
            "Makes the video of the script of a job that was submitted with script-only: answers with the id of a new job, \
             which wait_for_job waits for.",
            Effect::Adds,
        ),
        tool::<RestoreVersion>(
            "restore_version",
            "Brings an earlier version of a job's video back, at once and with its script; undoes an edit.",
            Effect::Changes,
        ),
        tool::<OneJob>("cancel_job", "Stops a job. Stopping twice is no error.", Effect::Changes),
        tool::<RetryJob>(
            "retry_job",
            "Runs again what failed or was cancelled, or everything from a stage on.",
            Effect::Changes,
        ),
        tool::<OneJob>(
            "delete_job",
            "Removes a job that is over, with its file and everything that was made of it, for good.",
            Effect::Changes,
        ),
    ]
}

fn tool<T: PartialSchema>(name: &'static str, description: &'static str, effect: Effect) -> Tool {
    let annotations = match effect {
        Effect::Reads => ToolAnnotations::new().read_only(true),
        Effect::Adds => ToolAnnotations::new().destructive(false),
        Effect::Changes => ToolAnnotations::new().destructive(true),
    };
    Tool::new(name, description, Arc::new(schema::<T>())).with_annotations(annotations.open_world(false))
}

/// OpenAPI 3.1 describes types in JSON Schema, which is what tools are described in too.
fn schema<T: PartialSchema>() -> Map<String, Value> {
    match serde_json::to_value(T::schema()) {
        Ok(Value::Object(schema)) => schema,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_takes() {
        for tool in tools() {
            let schema = &tool.input_schema;
            assert_eq!(schema["type"], "object", "{}", tool.name);
            assert!(!serde_json::to_string(schema).unwrap().contains("$ref"), "{}: {schema:#?}", tool.name);
            let properties = schema["properties"].as_object().unwrap();
            assert!(properties.values().all(|property| property["description"].is_string()), "{}", tool.name);
        }
        let submit = serde_json::to_value(&tools()[0]).unwrap();
        assert_eq!(submit["inputSchema"]["required"], serde_json::json!(["pdf_base64"]));
        assert!(submit.to_string().contains("maximum"), "the options are described: {submit:#}");
        let limit = format!("at most {} MB before coding", super::super::MAX_MESSAGE_PDF_BYTES / 1_000_000);
        assert!(submit.to_string().contains(&limit), "{submit:#}");
    }
}
