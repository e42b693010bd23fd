//! [`serve_if_child`]: the reading process.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rustix::process::{Resource, Rlimit, setrlimit};

use super::engine::{self, Engine};
use super::error::Refusal;
use super::host::ParsedPdf;
use super::layout::Layout;
use super::limits::ParseLimits;
use super::rescue;
use super::wire::{Answer, CropRequest, Request, Work, pack, unpack};

/// The hidden argument that makes a program the reading process.
pub(crate) const CHILD_ARGUMENT: &str = "__pdf-worker";

/// Becomes the reading process if this program was started as one; returns at once if not.
///
/// A program that uses [`super::PdfHost::this_program`] calls this first thing in its `main`, before it starts threads
/// or reads its arguments. As the reading process it answers one request and ends; it never returns.
pub fn serve_if_child() {
    if std::env::args_os().nth(1).is_some_and(|argument| argument == CHILD_ARGUMENT) {
        let code = match serve() {
            Ok(()) => 0,
            Err(error) => {
                // The standard error output is the only way left to tell the parent.
                let _ = writeln!(std::io::stderr(), "{error}");
                1
            }
        };
        std::process::exit(code);
    }
}

fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let mut reply = private_stdout()?;
    let mut message = Vec::new();
    std::io::stdin().read_to_end(&mut message)?;
    let (request, start) = unpack::<Request>(&message)?;
    limit(&request.limits)?;
    let pdf = message.split_off(start);
    drop(message);
    let answer = match answer(&request, pdf) {
        Ok((answer, body)) => pack(&answer, &body)?,
        Err(refusal) => pack(&Answer::Refused(refusal), &[])?,
    };
    reply.write_all(&answer)?;
    reply.flush()?;
    Ok(())
}

/// Takes the standard output for the answer alone; what libraries print goes to standard error from here on.
fn private_stdout() -> std::io::Result<std::fs::File> {
    let reply = rustix::io::dup(std::io::stdout())?;
    rustix::stdio::dup2_stdout(std::io::stderr())?;
    Ok(reply.into())
}

fn limit(limits: &ParseLimits) -> std::io::Result<()> {
    let at = |soft, hard| Rlimit { current: Some(soft), maximum: Some(hard) };
    setrlimit(Resource::Core, at(0, 0))?;
    // Not every system knows a limit of the address space; the others hold without it.
    let _ = setrlimit(Resource::As, at(limits.max_memory, limits.max_memory));
    setrlimit(Resource::Cpu, at(limits.max_seconds, limits.max_seconds.saturating_add(1)))?;
    Ok(())
}

fn answer(request: &Request, pdf: Vec<u8>) -> Result<(Answer, Vec<u8>), Refusal> {
    let whole = is_whole(&pdf);
    let (password, libpdfium) = (request.password.as_deref(), request.libpdfium.as_deref());
    let spare = if whole { None } else { rescue::rescued(&pdf) };
    let engine = match (engine::open(pdf, password, libpdfium), spare) {
        (Err(Refusal::Corrupt), Some(spare)) => engine::open(spare, password, libpdfium)?,
        (opened, _) => opened?,
    };
    match &request.work {
        Work::Parse => {
            let parsed = parse(engine.as_ref(), &request.limits, whole)?;
            let body = serde_json::to_vec(&parsed).map_err(|_| Refusal::Corrupt)?;
            Ok((Answer::Parsed, body))
        }
        Work::Render(crops) => render(engine.as_ref(), crops),
    }
}

/// Tells whether the file has its end. Some writers leave bytes after it.
fn is_whole(pdf: &[u8]) -> bool {
    let tail = pdf.get(pdf.len().saturating_sub(2048)..).unwrap_or_default();
    tail.windows(5).any(|window| window == b"%%EOF")
}

/// A page with fewer letters counts as one without text: stamps and page numbers that scanners add.
const FEW_LETTERS: usize = 40;
/// A page that images cover by this part is taken for a scan.
const SCAN_COVERAGE: f32 = 0.5;

fn parse(engine: &dyn Engine, limits: &ParseLimits, whole: bool) -> Result<ParsedPdf, Refusal> {
    let pages = engine.page_count();
    if pages > limits.max_pages {
        return Err(Refusal::TooManyPages { pages, limit: limits.max_pages });
    }
    let mut file = engine.file_content();
    if !whole {
        file.warnings.push("the file is cut off or damaged; what could be saved of it was read".to_owned());
    }
    let mut layout = Layout::new(file);
    let (mut scanned, mut letters, mut unreadable) = (0, 0, Vec::new());
    for page in 1..=pages {
        // An engine that breaks down over one page may still read the others.
        let content = catch_unwind(AssertUnwindSafe(|| engine.page_content(page)));
        let Some(content) = content.ok().flatten() else {
            unreadable.push(page);
            continue;
        };
        let count = content.glyphs.iter().filter(|glyph| glyph.letter.is_alphanumeric()).count();
        letters += count;
        if count < FEW_LETTERS && content.image_coverage() >= SCAN_COVERAGE {
            scanned += 1;
        }
        layout.add(&content);
    }
    if letters < FEW_LETTERS * (pages as usize).min(3) {
        return Err(match scanned {
            _ if !whole || unreadable.len() as u32 == pages => Refusal::Corrupt,
            0 => Refusal::NoText { pages },
            _ => Refusal::NoTextLayer { pages },
        });
    }
    if scanned * 2 > pages {
        return Err(Refusal::NoTextLayer { pages });
    }
    layout.warn_of(&unreadable, scanned);
    Ok(layout.finish(engine.name()))
}

fn render(engine: &dyn Engine, crops: &[CropRequest]) -> Result<(Answer, Vec<u8>), Refusal> {
    let mut sizes = Vec::new();
    let mut body = Vec::new();
    for crop in crops {
        let image = engine
            .render(crop.page, crop.crop, crop.width_px)
            .ok_or(Refusal::NoSuchPage { page: crop.page })?;
        sizes.push((image.width(), image.height()));
        body.extend_from_slice(&image.pixels);
    }
    Ok((Answer::Pictures(sizes), body))
}
