//! Files that are made to do harm. Whatever they are, reading ends in time, in memory, and with a telling error.

use std::time::{Duration, Instant};

use brainwrought_stages::parse::{ParseError, ParseLimits, ParsedPdf};
use tokio_util::sync::CancellationToken;

use super::pdf_writer::{PROSE, PdfWriter, deflated_zeros, text};
use super::{Bench, Test, outcome};

pub(crate) const TESTS: &[Test] = &[
    ("nested_forms_are_stopped", nested_forms_are_stopped),
    ("inflating_content_is_stopped", inflating_content_is_stopped),
    ("huge_image_is_not_drawn", huge_image_is_not_drawn),
    ("file_without_pages_is_refused", file_without_pages_is_refused),
    ("page_tree_in_a_circle_ends", page_tree_in_a_circle_ends),
    ("cancelled_work_ends_at_once", cancelled_work_ends_at_once),
];

/// Tight limits, so that the tests are quick; the defaults differ only in size.
fn tight() -> ParseLimits {
    ParseLimits { max_seconds: 1, max_memory: 700 << 20, ..ParseLimits::default() }
}

/// Four times the second of processor time may pass for each of the two engines, on a busy machine.
fn parse_in_time(bench: &Bench, pdf: Vec<u8>) -> Result<ParsedPdf, ParseError> {
    #[expect(clippy::disallowed_methods, reason = "that it ends in time is what is tested")]
    let start = Instant::now();
    let result = bench.parse_within(pdf, &tight());
    assert!(start.elapsed() < Duration::from_secs(12), "took {:?}", start.elapsed());
    result
}

fn is_stopped(error: &ParseError) -> bool {
    matches!(error, ParseError::Timeout | ParseError::OutOfMemory | ParseError::EngineCrashed(_))
}

fn nested_forms_are_stopped(bench: &Bench) {
    let mut writer = PdfWriter::new();
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 612 792]";
    let mut inner = writer.stream(form, b"0 0 10 10 re f");
    // Twelve levels, each of which shows the one below it ten times.
    for _ in 0..12 {
        let resources = format!("{form} /Resources << /XObject << /X {inner} 0 R >> >>");
        inner = writer.stream(&resources, "/X Do ".repeat(10).as_bytes());
    }
    let content = text("F", 10, (50, 700), &PROSE) + "/X Do";
    writer.page_with(&content, "/MediaBox [0 0 612 792]", &format!("/X {inner} 0 R"));
    match parse_in_time(bench, writer.finish()) {
        Ok(parsed) => assert!(parsed.pages[0].text().contains("A log is a list")),
        Err(error) => assert!(is_stopped(&error), "{error:?}"),
    }
}

fn inflating_content_is_stopped(bench: &Bench) {
    let mut writer = PdfWriter::new();
    let bomb = deflated_zeros(2 << 30);
    let stream = writer.stream("/Filter /FlateDecode", &bomb);
    let page = writer.page(&text("F", 10, (50, 700), &PROSE));
    let mut pdf = writer.finish();
    // The page's own content is swapped for the bomb, in the same number of bytes.
    let own = format!("/Contents {} 0 R", page - 1);
    let other = format!("/Contents {stream} 0 R");
    assert_eq!(own.len(), other.len());
    let at = pdf.windows(own.len()).position(|window| window == own.as_bytes()).unwrap();
    pdf[at..at + own.len()].copy_from_slice(other.as_bytes());
    let result = parse_in_time(bench, pdf);
    assert!(
        result.as_ref().is_err_and(
            |error| is_stopped(error) || matches!(error, ParseError::NoText { .. } | ParseError::Corrupt)
        ),
        "{}",
        outcome(&result)
    );
}

fn huge_image_is_not_drawn(bench: &Bench) {
    let mut writer = PdfWriter::new();
    let size = 30_000;
    let entries = format!(
        "/Type /XObject /Subtype /Image /Width {size} /Height {size} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode"
    );
    let image = writer.stream(&entries, &deflated_zeros(size * size * 3));
    let content = text("F", 10, (50, 700), &PROSE) + "q 200 0 0 200 50 300 cm /Im Do Q";
    writer.page_with(&content, "/MediaBox [0 0 612 792]", &format!("/Im {image} 0 R"));
    let pdf = writer.finish();
    // Reading needs no pixels, drawing does.
    let parsed = parse_in_time(bench, pdf.clone()).unwrap();
    assert!(parsed.pages[0].text().contains("A log is a list"));
    let drawn = bench.wait(bench.host.render_page(pdf.into(), 1, None, 200, &CancellationToken::new()));
    match drawn {
        // An engine may leave the image out.
        Ok(image) => assert_eq!(image.width(), 200),
        Err(error) => assert!(is_stopped(&error), "{error:?}"),
    }
}

fn file_without_pages_is_refused(bench: &Bench) {
    let result = parse_in_time(bench, PdfWriter::new().finish());
    assert!(matches!(result, Err(ParseError::Corrupt)), "{}", outcome(&result));
}

fn page_tree_in_a_circle_ends(bench: &Bench) {
    let mut writer = PdfWriter::new();
    writer.page(&text("F", 10, (50, 700), &PROSE));
    let pdf = String::from_utf8(writer.finish()).unwrap();
    // The tree becomes its own child.
    let circle = pdf.replace("/Count 1 /Kids [5 0 R]", "/Count 9 /Kids [1 0 R]");
    assert_ne!(pdf, circle);
    let result = parse_in_time(bench, circle.into_bytes());
    assert!(
        result.as_ref().is_err_and(
            |error| is_stopped(error) || matches!(error, ParseError::Corrupt | ParseError::NoText { .. })
        ),
        "{}",
        outcome(&result)
    );
}

fn cancelled_work_ends_at_once(bench: &Bench) {
    let mut writer = PdfWriter::new();
    writer.page(&text("F", 10, (50, 700), &PROSE));
    let cancellation = CancellationToken::new();
    cancellation.cancel();
    let result = bench.wait(bench.host.parse(writer.finish().into(), &tight(), &cancellation));
    assert!(matches!(result, Err(ParseError::Cancelled)), "{}", outcome(&result));
}
