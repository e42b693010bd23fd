//! The `brainwrought` command: parses, makes one library call, prints.
//!
//! # Features
//!
//! All but the last two are on unless told otherwise; `make demo` builds without any. Whoever asks for what a build leaves out
//! gets an error that says so.
//!
//! | feature | what it brings |
//! | --- | --- |
//! | `cloud` | artifacts in `s3://`, `gs://`, `az://` and `hf://`, publishing, and `space` |
//! | `onnxruntime` | the voices of Kokoro |
//! | `postgres` | jobs in a database, `migrate` and `stage` |
//! | `providers` | hosted models, voices, pictures and trends |
//! | `webhooks` | callbacks of `serve` |
//! | `c2pa` | content credentials: `make --c2pa` |
//! | `otlp` | spans for an OpenTelemetry collector |

mod advice;
mod args;
mod byte_size;
mod commands;
mod config;
mod config_file;
mod context;
#[cfg(test)]
mod docs;
mod edit_args;
mod exit;
mod idle_memory;
mod left_out;
mod local_model;
mod model_wish;
mod money;
mod observe;
mod operator_token;
mod output;
mod progress;
mod providers;
mod serve_args;
mod signals;
mod signing;
mod small_file;
mod time_span;
mod trends;
mod video_args;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Args;

fn main() -> ExitCode {
    // The parser runs in a child process that is this same program; it never gets past this line.
    brainwrought_stages::parse::serve_if_child();
    idle_memory::limit_arenas();
    leave_out_contained_panics();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            if error.use_stderr() {
                exit::complain(&error);
                return ExitCode::from(exit::WRONG_COMMAND);
            }
            output::note(error.print());
            return exit::of_output(output::finish(), exit::DONE);
        }
    };
    let result = commands::run(args);
    exit::code(result, output::finish())
}

/// A library that gives up on a damaged file by a panic is an error, which is told like any other and not a second time here.
fn leave_out_contained_panics() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !brainwrought_stages::is_contained() {
            report(panic);
        }
    }));
}
