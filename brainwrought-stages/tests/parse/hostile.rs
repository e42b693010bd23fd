//! Files that are made to do harm. Whatever they are, reading ends in time, in memory, and with a telling error.

use std::time::{Duration, Instant};

use brainwrought_stages::parse::{CropRequest, ParseError, ParseLimits, ParsedPdf};
use tokio_util::sync::CancellationToken;

use super::{Bench, Test, outcome};
use brainwrought_testing::{PROSE, PdfWriter, deflated_zeros, text};

pub(crate) const TESTS: &[Test] = &[
    ("nested_forms_are_stopped", nested_forms_are_stopped),
    ("a_page_that_takes_too_long_is_left_out", a_page_that_takes_too_long_is_left_out),
    ("content_that_is_named_many_times_is_read", content_that_is_named_many_times_is_read),
    ("a_page_that_cannot_be_drawn_costs_its_picture", a_page_that_cannot_be_drawn_costs_its_picture),
    ("a_page_that_contains_itself_ends", a_page_that_contains_itself_ends),
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
    let inner = form_bomb(&mut writer);
    let content = text("F", 10, (50, 700), &PROSE) + "/X Do";
    writer.page_with(&content, "/MediaBox [0 0 612 792]", &format!("/X {inner} 0 R"));
    match parse_in_time(bench, writer.finish()) {
        Ok(parsed) => assert!(parsed.pages[0].text().contains("A log is a list")),
        Err(error) => assert!(is_stopped(&error), "{error:?}"),
    }
}

fn a_page_that_takes_too_long_is_left_out(bench: &Bench) {
    let mut writer = PdfWriter::new();
    let inner = form_bomb(&mut writer);
    let prose = text("F", 10, (50, 700), &PROSE);
    writer.page(&prose);
    writer.page_of("/X Do", &format!("/XObject << /X {inner} 0 R >>"));
    writer.page(&prose);
    let pdf = writer.finish();
    let limits = ParseLimits { max_seconds: 20, max_page_seconds: 1, ..tight() };
    let parsed = bench.parse_within(pdf.clone(), &limits).unwrap();
    let told = parsed.warnings.iter().any(|warning| warning == "page 2 was left out: it takes too long");
    let numbers: Vec<u32> = parsed.pages.iter().map(|page| page.number).collect();
    // An engine may see at once that the page draws nothing to be read.
    assert!(told || numbers.contains(&2), "{:?}", parsed.warnings);
    assert!(told || bench.engine() == "pdfium", "{:?}", parsed.warnings);
    for page in parsed.pages.iter().filter(|page| page.number != 2) {
        assert!(page.text().contains("A log is a list"), "{}", page.number);
    }
    assert!(numbers.contains(&1) && numbers.contains(&3), "{numbers:?}");
    // Without time for a second try it is the file that takes too long.
    let result = bench.parse_within(pdf, &ParseLimits { max_seconds: 2, max_page_seconds: 9, ..tight() });
    assert!(!told || matches!(result, Err(ParseError::Timeout)), "{}", outcome(&result));
}

/// The same page, or the same content of a page, many times.
fn content_that_is_named_many_times_is_read(bench: &Bench) {
    let mut writer = PdfWriter::new();
    writer.page(&text("F", 10, (50, 700), &PROSE));
    let pdf = String::from_utf8(writer.finish()).unwrap();
    for (what, before, after) in [
        (
            "pages",
            "/Count 1 /Kids [5 0 R]".to_owned(),
            format!("/Count 500 /Kids [{}]", "5 0 R ".repeat(500)),
        ),
        ("content", "/Contents 4 0 R".to_owned(), format!("/Contents [{}]", "4 0 R ".repeat(500))),
    ] {
        let many = pdf.replace(&before, &after);
        assert_ne!(pdf, many, "{what}");
        let parsed = bench.parse(many.into_bytes());
        let parsed = parsed.as_ref().unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert!(parsed.pages[0].text().contains("A log is a list"), "{what}");
    }
    // A page tree that names the content itself leads to no page, and yet there is one.
    let wrong =
        pdf.replace("/Count 1 /Kids [5 0 R]", &format!("/Count 500 /Kids [{}]", "4 0 R ".repeat(500)));
    let parsed = bench.parse(wrong.into_bytes());
    let parsed = parsed.as_ref().unwrap_or_else(|error| panic!("{error:?}"));
    assert!(parsed.pages[0].text().contains("A log is a list"));
    assert!(parsed.warnings.iter().any(|warning| warning.contains("damaged")), "{:?}", parsed.warnings);
}

/// How often each of the levels of a bomb shows the one below.
const LEVELS: usize = 12;
const TIMES: usize = 10;

/// A form that shows ten forms, each of which shows ten, twelve levels deep: a page of some hundred bytes that draws a
/// rectangle 10^12 times.
fn form_bomb(writer: &mut PdfWriter) -> usize {
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 612 792]";
    let mut inner = writer.stream(form, b"0 0 10 10 re f");
    for _ in 0..LEVELS {
        let resources = format!("{form} /Resources << /XObject << /X {inner} 0 R >> >>");
        inner = writer.stream(&resources, "/X Do ".repeat(TIMES).as_bytes());
    }
    inner
}

/// The same out of tiling patterns, each of which is painted with the one below.
fn pattern_bomb(writer: &mut PdfWriter) -> usize {
    let pattern =
        "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 2 2] /XStep 1 /YStep 1";
    let mut inner = writer.stream(&format!("{pattern} /Resources << >>"), b"1 0 0 rg 0 0 1 1 re f");
    for _ in 0..LEVELS {
        let resources = format!("{pattern} /Resources << /Pattern << /P {inner} 0 R >> >>");
        inner = writer.stream(&resources, b"/Pattern cs /P scn 0 0 2 2 re f");
    }
    inner
}

/// The same out of Type 3 fonts, the letters of which are lines of text in the one below.
fn font_bomb(writer: &mut PdfWriter) -> usize {
    let mut inner = None;
    for _ in 0..LEVELS {
        let (resources, content) = match inner {
            None => ("<< >>".to_owned(), "10 0 d0 0 0 9 9 re f".to_owned()),
            Some(font) => (
                format!("<< /Font << /T {font} 0 R >> >>"),
                format!("10 0 d0 BT /T 1 Tf ({}) Tj ET", "a".repeat(TIMES)),
            ),
        };
        let letter = writer.stream("", content.as_bytes());
        inner = Some(writer.add(format!(
            "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 10 10] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 97 /LastChar 97 \
             /Widths [10] /Encoding << /Differences [97 /a] >> /CharProcs << /a {letter} 0 R >> /Resources {resources} >>"
        )));
    }
    inner.unwrap()
}

/// The same out of soft masks, each of which is drawn through the one below several times.
fn mask_bomb(writer: &mut PdfWriter) -> usize {
    let form =
        "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Group << /S /Transparency /CS /DeviceGray >>";
    let mut inner = writer.stream(form, b"1 g 0 0 600 700 re f");
    for _ in 0..LEVELS {
        let resources = format!(
            "{form} /Resources << /ExtGState << /G << /SMask << /S /Luminosity /G {inner} 0 R >> >> /N << /SMask /None >> >> >>"
        );
        inner = writer.stream(&resources, "/N gs /G gs 1 g 0 0 600 700 re f ".repeat(TIMES).as_bytes());
    }
    inner
}

/// A file whose pages but the last are bombs, each of another kind.
fn bombs() -> Vec<u8> {
    let mut writer = PdfWriter::new();
    let (form, pattern, font, mask) =
        (form_bomb(&mut writer), pattern_bomb(&mut writer), font_bomb(&mut writer), mask_bomb(&mut writer));
    let prose = text("F", 10, (50, 700), &PROSE);
    for (content, resources) in [
        ("/X Do", format!("/XObject << /X {form} 0 R >>")),
        ("/Pattern cs /P scn 0 0 600 700 re f", format!("/Pattern << /P {pattern} 0 R >>")),
        ("BT /T 1 Tf 50 500 Td (aaaaaaaaaa) Tj ET", format!("/Font << /T {font} 0 R >>")),
        (
            "/G gs 0 0 600 700 re f",
            format!("/ExtGState << /G << /SMask << /S /Luminosity /G {mask} 0 R >> >> >>"),
        ),
        (prose.as_str(), "/Font << /F 2 0 R >>".to_owned()),
    ] {
        writer.page_of(content, &resources);
    }
    writer.finish()
}

fn whole(page: u32) -> CropRequest {
    CropRequest { page, crop: None, width_px: 200 }
}

/// Tells whether an error blames this page, which broke a limit or the engine.
fn is_page(error: &ParseError, number: u32) -> bool {
    matches!(error, ParseError::UndrawablePage { page, .. } | ParseError::BrokenPage { page } if *page == number)
}

/// Every bomb ends within the limits, as a picture or as a refusal, the page after them is drawn all the same, and what
/// broke a limit is not tried again.
fn a_page_that_cannot_be_drawn_costs_its_picture(bench: &Bench) {
    let pdf = bombs();
    let drawn = bench.draw(&pdf, &[1, 2, 3, 4, 5].map(whole)).unwrap();
    assert!(
        matches!(drawn[0], Err(ParseError::UndrawablePage { page: 1, .. })),
        "{:?}",
        drawn[0].as_ref().err()
    );
    for (page, drawn) in (1..5).zip(&drawn) {
        let is_fine = match drawn {
            Ok(image) => image.width() == 200,
            Err(error) => is_page(error, page),
        };
        assert!(is_fine, "{page}: {:?}", drawn.as_ref().err());
    }
    assert!(drawn[4].is_ok(), "{:?}", drawn[4].as_ref().err());
    // The host that draws another segment knows already: it starts no process for the page.
    let mut host = bench.host.clone();
    host.program = "/nowhere/reader".into();
    let again = bench.draw_with(&host, &pdf, &[whole(1)], 9).unwrap();
    assert!(matches!(again[0], Err(ParseError::UndrawablePage { page: 1, .. })));
    // After so many pages the whole file is given up.
    let given_up = bench.draw_with(&host, &pdf, &[whole(5)], 1).unwrap();
    assert!(matches!(given_up[0], Err(ParseError::Undrawable { .. })));
}

fn a_page_that_contains_itself_ends(bench: &Bench) {
    let mut writer = PdfWriter::new();
    let own = writer.add("null") + 1;
    let form = format!(
        "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X {own} 0 R >> >>"
    );
    assert_eq!(writer.stream(&form, b"/X Do /X Do 0 0 10 10 re f"), own);
    writer.page_of("/X Do", &format!("/XObject << /X {own} 0 R >>"));
    let drawn = bench.draw(&writer.finish(), &[whole(1)]).unwrap();
    let error = drawn[0].as_ref().err();
    assert!(error.is_none_or(|error| is_page(error, 1)), "{error:?}");
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
    let drawn = bench.draw(&pdf, &[whole(1)]).unwrap();
    match &drawn[0] {
        // An engine may leave the image out.
        Ok(image) => assert_eq!(image.width(), 200),
        Err(error) => assert!(is_page(error, 1), "{error:?}"),
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
