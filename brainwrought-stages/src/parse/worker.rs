//! [`serve_if_child`]: the reading process.

use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rten::ThreadPool;
use rustix::process::{Resource, Rlimit, setrlimit};

use super::engine::{self, Engine};
use super::error::ParseFailure;
use super::formats;
use super::layout::Layout;
use super::limits::{DrawLimits, ParseLimits};
use super::ocr::{OcrMode, OcrWeights, OcrWeightsError};
use super::page_text::{FEW_LETTERS, OcrTools, PageTexts, letters, listed};
use super::processor_time;
use super::rescue;
use super::sandbox;
use super::unread_pages::Unrecognised;
use super::wire::{
    Answer, CHILD_ARGUMENT, CropRequest, ParsedPdf, Probed, Reading, Request, Work, pack, read_request,
};

/// True once this program has shown that it would become the reading process if it were started as one.
static SERVES: AtomicBool = AtomicBool::new(false);

/// Tells whether this program calls [`serve_if_child`].
pub(super) fn serves() -> bool {
    SERVES.load(Ordering::Relaxed)
}

/// Becomes the reading process if this program was started as one; returns at once if not.
///
/// A program that uses [`super::PdfHost::this_program`] calls this first thing in its `main`, before it starts threads
/// or reads its arguments. As the reading process it answers one request and ends; it never returns.
pub fn serve_if_child() {
    SERVES.store(true, Ordering::Relaxed);
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
    let mut input = std::io::stdin().lock();
    let request = read_request(&mut input)?;
    limit(&request.work)?;
    let library = request.libpdfium.as_deref().map(engine::load_library);
    let tools = ocr_tools(&request);
    // From here on nothing can be opened, started or connected to, whatever the file makes the engines do.
    sandbox::enter();
    if let Work::Probe = request.work {
        let library_error = library.and_then(Result::err);
        let probed = Probed { library_error, powers: sandbox::probe() };
        reply.write_all(&pack(&Answer::Probed(probed), &[])?)?;
        return Ok(());
    }
    let mut pdf = Vec::new();
    input.read_to_end(&mut pdf)?;
    answer(&request, pdf, tools, &mut reply)
}

/// Opens the weights and starts the thread that the models run in, while that is allowed. The thread gives up what this
/// process is about to give up.
fn ocr_tools(request: &Request) -> OcrTools {
    let Work::Parse(_, _, OcrMode::Auto | OcrMode::Always) = request.work else {
        return OcrTools::Missing(Unrecognised::TurnedOff);
    };
    let Some(folder) = request.ocr_weights.clone() else {
        return OcrTools::Missing(Unrecognised::NotInstalled);
    };
    match (OcrWeights { folder }).open() {
        Ok(weights) => {
            let threads = ThreadPool::with_num_threads(1);
            threads.run(sandbox::enter);
            OcrTools::Ready { weights, threads: Arc::new(threads) }
        }
        Err(OcrWeightsError::MissingFile { .. }) => OcrTools::Missing(Unrecognised::NotInstalled),
        Err(_) => OcrTools::Missing(Unrecognised::Damaged),
    }
}

/// Takes the standard output for the answer alone; what libraries print goes to standard error from here on.
fn private_stdout() -> std::io::Result<std::fs::File> {
    let reply = rustix::io::dup(std::io::stdout())?;
    rustix::stdio::dup2_stdout(std::io::stderr())?;
    Ok(reply.into())
}

/// Open files: the three standard ones, the answer, and fonts while they are read.
const MAX_OPEN_FILES: u64 = 64;

fn limit(work: &Work) -> std::io::Result<()> {
    let at = |soft, hard| Rlimit { current: Some(soft), maximum: Some(hard) };
    setrlimit(Resource::Core, at(0, 0))?;
    // The answer goes into a pipe, which has no size.
    setrlimit(Resource::Fsize, at(0, 0))?;
    setrlimit(Resource::Nofile, at(MAX_OPEN_FILES, MAX_OPEN_FILES))?;
    // Not every system knows a limit of the address space; the others hold without it.
    let _ = setrlimit(Resource::As, at(work.max_memory(), work.max_memory()));
    setrlimit(Resource::Cpu, at(work.first_seconds(), work.max_seconds().saturating_add(1)))?;
    Ok(())
}

/// Gives what is done next its own processor time, in seconds, within what is allowed until then, in seconds since the start.
fn limit_step(max_seconds: u64, until: u64) {
    let used = processor_time::used().as_secs() + 1;
    processor_time::allow_until(used.saturating_add(max_seconds).min(until));
}

/// Of files up to this size, in bytes, a copy is kept, so that pages can be looked for which the page tree does not name.
const MAX_SPARE_BYTES: usize = 20_000_000;

fn answer(
    request: &Request,
    pdf: Vec<u8>,
    tools: OcrTools,
    reply: &mut impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    if let Work::Read(limits, file_name) = &request.work {
        return Ok(reply.write_all(&parsed_answer(formats::read(&pdf, file_name, limits))?)?);
    }
    let may_need_spare = matches!(request.work, Work::Parse(..)) && pdf.len() <= MAX_SPARE_BYTES;
    let spare = may_need_spare.then(|| pdf.clone());
    let (engine, whole) = match open(request, pdf) {
        Ok(opened) => opened,
        Err(refusal) => return Ok(reply.write_all(&pack(&Answer::Refused(refusal), &[])?)?),
    };
    match &request.work {
        Work::Parse(limits, left_out, mode) => {
            let mut texts = PageTexts::new(engine.as_ref(), *mode, tools, limits);
            let mut parsed = parse(engine.as_ref(), &mut texts, limits, left_out, whole, reply)?;
            let tools = texts.into_tools();
            if let Err(ParseFailure::NoText { .. }) = parsed
                && let Some(pages) = spare.and_then(|pdf| rescue::rescued(&pdf))
                && let Ok(engine) = engine::open(pages, request.password.as_deref())
            {
                let mut texts = PageTexts::new(engine.as_ref(), *mode, tools, limits);
                if let Ok(rescued) = parse(engine.as_ref(), &mut texts, limits, left_out, false, reply)? {
                    // The page tree leads elsewhere.
                    parsed = Ok(rescued);
                }
            }
            Ok(reply.write_all(&parsed_answer(parsed)?)?)
        }
        Work::Render(crops, limits) => render(engine.as_ref(), crops, limits, reply),
        Work::Read(..) | Work::Probe => Ok(()),
    }
}

/// The most blocks of text of a file. A page of a book or a paper has some ten to twenty, and a document of as many pages as are
/// read fewer than these. Each takes kilobytes in what comes after the sandbox, so that a small file of nothing but blocks of a
/// word would take gigabytes there.
const MAX_BLOCKS: usize = 60_000;
/// How many cells of a table count as a block.
const CELLS_PER_BLOCK: usize = 8;

/// Refuses what has more blocks than any document.
fn checked_size(parsed: ParsedPdf) -> Result<ParsedPdf, ParseFailure> {
    let blocks = parsed.pages.iter().flat_map(|page| &page.blocks);
    let cells = blocks.clone().flat_map(|block| &block.rows).map(|row| row.cells.len()).sum::<usize>();
    match blocks.count() + cells / CELLS_PER_BLOCK {
        0..=MAX_BLOCKS => Ok(parsed),
        _ => Err(ParseFailure::TooManyElements { limit: MAX_BLOCKS }),
    }
}

fn parsed_answer(parsed: Result<ParsedPdf, ParseFailure>) -> Result<Vec<u8>, serde_json::Error> {
    match parsed.and_then(checked_size) {
        Ok(parsed) => pack(&Answer::Parsed, &serde_json::to_vec(&parsed)?),
        Err(refusal) => pack(&Answer::Refused(refusal), &[]),
    }
}

/// Opens the file, and tells whether it has its end.
fn open(request: &Request, pdf: Vec<u8>) -> Result<(Box<dyn Engine>, bool), ParseFailure> {
    let whole = is_whole(&pdf);
    let password = request.password.as_deref();
    let spare = if whole { None } else { rescue::rescued(&pdf) };
    let engine = match (engine::open(pdf, password), spare) {
        (Err(ParseFailure::Corrupt), Some(spare)) => engine::open(spare, password)?,
        (opened, _) => opened?,
    };
    Ok((engine, whole))
}

/// Tells whether the file has its end. Some writers leave bytes after it.
fn is_whole(pdf: &[u8]) -> bool {
    let tail = pdf.get(pdf.len().saturating_sub(2048)..).unwrap_or_default();
    tail.windows(5).any(|window| window == b"%%EOF")
}

/// From this part of a page's letters on, those that have no meaning in the file are worth a word.
const MAX_NAMELESS: f32 = 0.01;

/// Tells how far the reading is; `recognising` is the processor time that went into recognising text.
fn tell(
    reply: &mut impl Write,
    page: Option<u32>,
    recognising: Duration,
) -> Result<(), Box<dyn std::error::Error>> {
    let used_seconds = processor_time::used().saturating_sub(recognising).as_secs();
    Ok(reply.write_all(&pack(&Answer::Reading(Reading { page, used_seconds }), &[])?)?)
}

/// Reads all pages but those that are `left_out`, and tells of each before it is read: it may be the end of this process.
fn parse(
    engine: &dyn Engine,
    texts: &mut PageTexts<'_>,
    limits: &ParseLimits,
    left_out: &[u32],
    whole: bool,
    reply: &mut impl Write,
) -> Result<Result<ParsedPdf, ParseFailure>, Box<dyn std::error::Error>> {
    let pages = engine.page_count();
    if pages > limits.max_pages {
        return Ok(Err(ParseFailure::TooManyPages { pages, limit: limits.max_pages }));
    }
    let mut file = engine.file_content();
    if !whole {
        file.warnings.push("the file is cut off or damaged; what could be saved of it was read".to_owned());
    }
    let mut layout = Layout::new(file);
    let (mut count, mut broken, mut unseen, mut nameless) = (0, Vec::new(), Vec::new(), Vec::new());
    for page in (1..=pages).filter(|page| !left_out.contains(page)) {
        tell(reply, Some(page), texts.spent())?;
        limit_step(limits.max_page_seconds, limits.max_seconds + texts.spent().as_secs() + 1);
        // An engine that breaks down over one page may still read the others.
        let content = catch_unwind(AssertUnwindSafe(|| engine.page_content(page)));
        let Some(mut content) = content.ok().flatten() else {
            broken.push(page);
            continue;
        };
        content.mend_sizes();
        if content.drop_unseen() > 0 {
            unseen.push(page);
        }
        let (content, quality) = texts.choose(content);
        count += letters(&content);
        if content.nameless() > MAX_NAMELESS * content.glyphs.len() as f32 {
            nameless.push(page);
        }
        if quality.ocr_confidence.is_some() {
            reply.write_all(&pack(&Answer::Progress { page, pages }, &[])?)?;
        }
        layout.add(content, quality);
    }
    tell(reply, None, texts.spent())?;
    processor_time::allow_until(limits.max_seconds + texts.spent().as_secs() + 1);
    let unread = || texts.unread(pages).map_or(ParseFailure::NoText { pages }, ParseFailure::Unread);
    if count < FEW_LETTERS * (pages as usize).min(3) {
        return Ok(Err(match broken.len() as u32 == pages || !whole {
            true => ParseFailure::Corrupt,
            false => unread(),
        }));
    }
    if texts.left_out() * 2 > pages as usize {
        return Ok(Err(unread()));
    }
    let mut warnings = Vec::new();
    if !broken.is_empty() {
        warnings.push(format!("could not be read: {}", listed(&broken)));
    }
    if !unseen.is_empty() {
        warnings.push(format!("text that nobody can see was left out, on {}", listed(&unseen)));
    }
    if !nameless.is_empty() {
        warnings.push(format!(
            "letters whose fonts do not say what they are were left out, on {}",
            listed(&nameless)
        ));
    }
    warnings.extend(texts.warnings());
    layout.warn(warnings);
    Ok(Ok(layout.finish(engine.name())))
}

fn render(
    engine: &dyn Engine,
    crops: &[CropRequest],
    limits: &DrawLimits,
    reply: &mut impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let pages = engine.page_count();
    for CropRequest { page, crop, width_px } in crops {
        limit_step(limits.max_seconds, u64::MAX);
        let draw = AssertUnwindSafe(|| engine.render(*page, *crop, *width_px));
        // What is drawn goes out at once: the next page may be the end of this process.
        match catch_unwind(draw).ok().flatten() {
            Some(image) => {
                reply.write_all(&pack(&Answer::Picture(image.width(), image.height()), &[])?)?;
                reply.write_all(&image.pixels)?;
            }
            None => {
                let is_there = (1..=pages).contains(page);
                let refusal = if is_there {
                    ParseFailure::BrokenPage { page: *page }
                } else {
                    ParseFailure::NoSuchPage { page: *page }
                };
                reply.write_all(&pack(&Answer::NoPicture(refusal), &[])?)?;
            }
        }
    }
    Ok(())
}
