//! How well pages are read: both engines and other readers, on documents whose right reading is known.
//!
//! `cargo bench -p brainwrought-benches --bench reading -- --mistakes paper` reads the documents that are named, and lists
//! what is wrong with each block. Other readers are `pdftotext` of Poppler and two Python packages, pdfminer.six and
//! pypdf; each is left out where it is not installed. pypdf tells text in the order in which it is drawn, which in many of
//! these documents is that of reading.

#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;
use brainwrought_benches::resources;
use brainwrought_stages::parse::{ParseLimits, PdfHost};
use brainwrought_testing::{Known, Read, Score, known_documents, mistakes, score};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// Prints the text of each page, with a form feed behind it.
const PDFMINER: &str = "import sys\n\
    from pdfminer.high_level import extract_text\n\
    from pdfminer.pdfpage import PDFPage\n\
    pages = len(list(PDFPage.get_pages(open(sys.argv[1], 'rb'))))\n\
    for page in range(pages): print(extract_text(sys.argv[1], page_numbers=[page]).replace('\\f', ''), end='\\f')";
const PYPDF: &str = "import sys, pypdf\n\
    for page in pypdf.PdfReader(sys.argv[1]).pages: print(page.extract_text().replace('\\f', ''), end='\\f')";

/// Whatever makes text of a PDF.
enum Reader {
    Ours(PdfHost),
    /// A program, with its arguments before the PDF and behind it, that prints plain text.
    Program(&'static str, &'static [&'static str], &'static [&'static str]),
}

fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("reading");
    let mut documents = known_documents(&folder);
    if documents.iter().any(|known| arguments.contains(&known.name)) {
        documents.retain(|known| arguments.contains(&known.name));
    }
    let pages: usize = documents.iter().map(|known| known.pages.len()).sum();
    println!("reading  {pages} pages of {} documents", documents.len());
    let mut all = Vec::new();
    for (name, reader) in readers()? {
        let mut scores = Vec::new();
        for known in &documents {
            match read(&reader, &known.pdf, &runtime) {
                Ok(read) => {
                    scores.push(score(known, &read));
                    if matches!(reader, Reader::Ours(_))
                        && arguments.iter().any(|argument| argument == "--mistakes")
                    {
                        mistakes(known, &read).iter().for_each(|line| println!("  {name}  {line}"));
                    }
                }
                Err(error) => {
                    println!("  {name} does not read {}: {error:#}", known.name);
                    scores.push(score(known, &Read::default()));
                }
            }
        }
        all.push((name, scores));
    }
    print_table("in all", &all, |_| true, &documents);
    for (index, known) in documents.iter().enumerate() {
        print_table(&known.name, &all, |other| other == index, &documents);
    }
    Ok(())
}

/// Ours, and those of others that are installed.
fn readers() -> anyhow::Result<Vec<(&'static str, Reader)>> {
    let found = resources(std::env::current_exe()?)?.host;
    let mut readers = Vec::new();
    if found.libpdfium.is_some() {
        readers.push(("PDFium", Reader::Ours(found.clone())));
    } else {
        println!("  without PDFium: there is no libpdfium; run `make setup`");
    }
    readers.push(("built in", Reader::Ours(found.without_libpdfium())));
    let others = [
        ("pdftotext", Reader::Program("pdftotext", &[], &["-"]), &["-v"][..]),
        ("pdftotext -layout", Reader::Program("pdftotext", &["-layout"], &["-"]), &["-v"]),
        ("pdfminer.six", Reader::Program("python3", &["-c", PDFMINER], &[]), &["-c", "import pdfminer"]),
        ("pypdf", Reader::Program("python3", &["-c", PYPDF], &[]), &["-c", "import pypdf"]),
    ];
    for (name, reader, check) in others {
        let Reader::Program(program, _, _) = &reader else { continue };
        match run(program, check.iter().map(PathBuf::from)) {
            Ok(_) => readers.push((name, reader)),
            Err(error) => println!("  without {name}: {error:#}"),
        }
    }
    Ok(readers)
}

fn read(reader: &Reader, pdf: &Path, runtime: &Runtime) -> anyhow::Result<Read> {
    match reader {
        Reader::Ours(host) => {
            let bytes = std::fs::read(pdf)?.into();
            let (limits, token) = (ParseLimits::default(), CancellationToken::new());
            let parsed = runtime.block_on(host.parse(bytes, &limits, &token))?;
            Ok(Read::from_json(serde_json::to_value(parsed)?))
        }
        Reader::Program(program, before, after) => {
            let (before, after) = (before.iter().map(PathBuf::from), after.iter().map(PathBuf::from));
            let text = run(program, before.chain([pdf.to_owned()]).chain(after))?;
            Ok(Read::from_plain(text.split('\u{c}').map(str::to_owned)))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench runs the programs that it compares with")]
fn run(program: &str, arguments: impl Iterator<Item = PathBuf>) -> anyhow::Result<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    let output = command.output().with_context(|| format!("{program} could not be started"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "{}",
        errors.trim().lines().last().unwrap_or("it failed in silence")
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn print_table(title: &str, all: &[(&str, Vec<Score>)], wanted: impl Fn(usize) -> bool, documents: &[Known]) {
    let covers: Vec<&str> =
        match documents.iter().enumerate().filter(|(index, _)| wanted(*index)).collect::<Vec<_>>()[..] {
            [(_, known)] => known.covers.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
    println!("\n{title}  {}", covers.join(", "));
    println!(
        "  {:<18} {:>7} {:>6} {:>6} {:>6} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6}",
        "", "CER %", "order", "kinds", "levels", "whole", "cells", "figures", "labels", "title", "lang"
    );
    for (name, scores) in all {
        let mut sum = Score::default();
        scores.iter().enumerate().filter(|(index, _)| wanted(*index)).for_each(|(_, score)| sum += *score);
        let figure = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
        let errors =
            sum.character_error_rate().map_or("–".to_owned(), |rate| format!("{:.2}", 100.0 * rate));
        println!(
            "  {name:<18} {errors:>7} {:>6} {:>6} {:>6} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6}",
            figure(sum.order()),
            figure(sum.kinds()),
            figure(sum.levels()),
            figure(sum.whole_blocks()),
            figure(sum.cells()),
            figure(sum.figures()),
            figure(sum.labels()),
            figure(sum.titles()),
            figure(sum.languages()),
        );
    }
}
