//! Files as people have them.

use std::path::Path;
use std::sync::Arc;

use brainwrought_core::data::{BlobRef, BlockKind, Document, LineRole, Rect, SourcePdf};
use brainwrought_core::id::{JobId, StageName, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::{Stage, StageContext};
use brainwrought_stages::parse::{CropRequest, ParseError, ParseLimits, ParsePdf, PdfHost, UnreadPages};
use brainwrought_stages::picture::RgbaImage;
use brainwrought_stages::script::WriteScript;
use tokio_util::sync::CancellationToken;

use super::{Bench, Test, outcome};
use brainwrought_testing::{PROSE, PdfWriter, text};

pub(crate) const TESTS: &[Test] = &[
    ("paper_is_read_in_order", paper_is_read_in_order),
    ("rotated_page_is_read_as_displayed", rotated_page_is_read_as_displayed),
    ("bookmarks_make_the_outline", bookmarks_make_the_outline),
    ("junk_before_the_header_does_no_harm", junk_before_the_header_does_no_harm),
    ("cut_file_is_rescued_with_a_warning", cut_file_is_rescued_with_a_warning),
    ("scan_is_told_from_a_blank_page", scan_is_told_from_a_blank_page),
    ("page_limit_holds", page_limit_holds),
    ("crop_shows_its_part_of_the_page", crop_shows_its_part_of_the_page),
    ("stage_makes_a_document", stage_makes_a_document),
    ("what_is_read_becomes_a_script", what_is_read_becomes_a_script),
    ("missing_reader_may_be_tried_again", missing_reader_may_be_tried_again),
];

fn paper() -> PdfWriter {
    let mut writer = PdfWriter::new();
    let columns =
        |left: &[&str], right: &[&str]| text("F", 10, (50, 640), left) + &text("F", 10, (320, 640), right);
    let left = [
        "Every server keeps a log, and all logs have",
        "the same entries in the same order. A distri-",
        "buted group of servers is safe as long as most",
        "of them are up. It serves Internet e-commerce",
        "and banks. Clients send commands to the leader",
        "of the group, which adds them to its own log.",
    ];
    let right = [
        "The leader sends its entries to all others and",
        "waits for most of them to answer. After that an",
        "entry is safe and the leader applies it, then it",
        "answers to the client that sent the command to",
        "it. When a leader fails the others choose a new",
        "one among them, which takes at most a second.",
    ];
    for page in 1..=3 {
        let mut content =
            text("F", 8, (50, 770), &["A Journal of Logs"]) + &text("F", 8, (300, 20), &[&page.to_string()]);
        if page == 1 {
            content += &text("B", 20, (120, 720), &["How Servers Agree on a Log"]);
            content += &text("B", 12, (50, 670), &["1 Introduction"]);
        }
        content += &columns(&left, &right);
        if page == 2 {
            content += "0 0 1 rg 80 400 150 100 re f\n";
            content += &text("F", 9, (80, 385), &["Figure 1: A blue box."]);
        }
        writer.page(&content);
    }
    writer
}

fn paper_is_read_in_order(bench: &Bench) {
    let parsed = bench.parse(paper().finish()).unwrap();
    assert_eq!(parsed.engine, bench.engine());
    assert_eq!(parsed.title.as_deref(), Some("How Servers Agree on a Log"));
    assert_eq!(parsed.language.as_str(), "en");
    let mut first: Vec<(BlockKind, &str)> =
        parsed.pages[0].blocks.iter().map(|block| (block.kind, block.text.as_str())).collect();
    let furniture = first.split_off(4);
    assert_eq!(furniture, [(BlockKind::Furniture, "A Journal of Logs"), (BlockKind::Furniture, "1")]);
    assert_eq!(first[1], (BlockKind::Heading, "1 Introduction"));
    assert!(first[2].1.starts_with("Every server") && first[2].1.ends_with("to its own log."), "{first:?}");
    assert!(first[2].1.contains("A distributed group") && first[2].1.contains("Internet e-commerce"));
    assert!(first[3].1.starts_with("The leader sends"));
    assert_eq!(parsed.outline.len(), 2);
    assert_eq!((parsed.outline[1].title.as_str(), parsed.outline[1].page), ("Introduction", 1));
    let figure = &parsed.figures[0];
    assert_eq!((figure.id.as_str(), figure.label.as_deref()), ("p2-f1", Some("Figure 1")));
    assert_eq!(figure.caption.as_deref(), Some("A blue box."));
    assert!(
        figure.bbox.y < 295.0 && figure.bbox.bottom() > 405.0 && figure.bbox.right() < 300.0,
        "{figure:?}"
    );
    assert!(!parsed.pages[2].text().contains("Journal") && !parsed.pages[2].text().ends_with("\n3"));
    let sections: Vec<(&str, &str, u8)> =
        parsed.sections.iter().map(|s| (s.number.as_str(), s.title.as_str(), s.level)).collect();
    assert_eq!(sections, [("1", "Introduction", 1)]);
}

fn rotated_page_is_read_as_displayed(bench: &Bench) {
    let mut writer = PdfWriter::new();
    // Displayed, the page is turned by a quarter, so its text is written upwards in the file.
    let content = format!("q 0 1 -1 0 700 100 cm\n{}Q\n", text("F", 10, (50, 400), &PROSE));
    writer.page_with(&content, "/MediaBox [100 100 712 892] /CropBox [100 100 712 892] /Rotate 90", "");
    let parsed = bench.parse(writer.finish()).unwrap();
    let page = &parsed.pages[0];
    assert_eq!((page.width.round(), page.height.round()), (792.0, 612.0));
    assert!(page.blocks[0].text.starts_with("A log is a list"), "{:?}", page.blocks);
    let bbox = page.blocks[0].bbox;
    // The first line's start: (50, 400) in the turned space is (300, 150) in the file, which is (50, 200) on the page.
    assert!((bbox.x - 50.0).abs() < 2.0 && (bbox.y - 192.0).abs() < 3.0, "{bbox:?}");
    assert!(bbox.width > 250.0 && bbox.height < 60.0, "{bbox:?}");
}

fn bookmarks_make_the_outline(bench: &Bench) {
    let mut writer = PdfWriter::new();
    let first = writer.page(&text("F", 10, (50, 700), &PROSE));
    let second = writer.page(&text("F", 10, (50, 700), &PROSE));
    // The last bookmark points back to the first: a circle that must end.
    let base = second + 1;
    writer.add(format!("<< /First {} 0 R /Last {} 0 R /Count 2 >>", base + 1, base + 2));
    writer.add(format!(
        "<< /Title (Chapter 1: Logs) /Parent {base} 0 R /Next {} 0 R /Dest [{first} 0 R /Fit] >>",
        base + 2
    ));
    writer.add(format!(
        "<< /Title <FEFF00DC0062006500720062006C00690063006B> /Parent {base} 0 R /First {} 0 R /A << /S /GoTo /D [{second} 0 R /Fit] >> >>",
        base + 3
    ));
    writer.add(format!(
        "<< /Title (2.1 Below) /Parent {} 0 R /Next {} 0 R /Dest [{second} 0 R /Fit] >>",
        base + 2,
        base + 3
    ));
    writer.catalogue = format!("/Outlines {base} 0 R");
    let parsed = bench.parse(writer.finish()).unwrap();
    let found: Vec<(u8, &str, u32)> =
        parsed.outline.iter().take(3).map(|entry| (entry.level, entry.title.as_str(), entry.page)).collect();
    assert_eq!(found, [(1, "Logs", 1), (1, "Überblick", 2), (2, "Below", 2)]);
}

fn junk_before_the_header_does_no_harm(bench: &Bench) {
    let mut pdf = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n".to_vec();
    pdf.extend(paper().finish());
    assert_eq!(bench.parse(pdf).unwrap().pages.len(), 3);
}

fn cut_file_is_rescued_with_a_warning(bench: &Bench) {
    let mut pdf = paper().finish();
    let catalogue = pdf.windows(8).rposition(|window| window == b"/Catalog").unwrap();
    pdf.truncate(catalogue - 20);
    let parsed = bench.parse(pdf).unwrap();
    assert_eq!(parsed.pages.len(), 3);
    assert!(parsed.warnings[0].contains("cut off"), "{:?}", parsed.warnings);
    let mut garbage = b"%PDF-1.7\n".to_vec();
    garbage.extend((0..5000_u32).map(|n| (n * 7919 % 251) as u8));
    let result = bench.parse(garbage);
    assert!(matches!(result, Err(ParseError::Corrupt)), "{}", outcome(&result));
}

fn scan_is_told_from_a_blank_page(bench: &Bench) {
    let mut writer = PdfWriter::new();
    let image =
        "/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8";
    let image = writer.stream(image, &[0, 255, 255, 0]);
    let objects = format!("/Im {image} 0 R");
    // A scan may come in strips, each of which covers little.
    let strips: String = (0..8).map(|strip| format!("q 612 0 0 99 0 {} cm /Im Do Q\n", strip * 99)).collect();
    writer.page_with(&strips, "/MediaBox [0 0 612 792]", &objects);
    let result = bench.parse(writer.finish());
    let Err(error @ ParseError::Unread(UnreadPages { pages: 1, scans: 1, unreadable: 0, .. })) = result
    else {
        panic!("{}", outcome(&result));
    };
    assert!(UnreadPages::lacks_weights(&error.to_string()), "{error}");
    let mut writer = PdfWriter::new();
    writer.page("0 0 1 rg 10 10 20 20 re f");
    let result = bench.parse(writer.finish());
    assert!(matches!(result, Err(ParseError::NoText { pages: 1 })), "{}", outcome(&result));
}

fn page_limit_holds(bench: &Bench) {
    let limits = ParseLimits { max_pages: 2, ..ParseLimits::default() };
    let result = bench.parse_within(paper().finish(), &limits);
    assert!(matches!(result, Err(ParseError::TooManyPages { pages: 3, limit: 2 })), "{}", outcome(&result));
}

fn crop_shows_its_part_of_the_page(bench: &Bench) {
    let pdf = paper().finish();
    let crop = |x, y, width, height| Some(Rect { x, y, width, height });
    let requests = [
        CropRequest { page: 2, crop: crop(80.0, 292.0, 150.0, 100.0), width_px: 300 },
        CropRequest { page: 2, crop: crop(30.0, 292.0, 100.0, 50.0), width_px: 100 },
        CropRequest { page: 1, crop: None, width_px: 306 },
    ];
    let images: Vec<RgbaImage> =
        bench.draw(&pdf, &requests).unwrap().into_iter().map(Result::unwrap).collect();
    let pixel = |image: usize, x: usize, y: usize| {
        let at = (y * images[image].width() + x) * 4;
        images[image].pixels[at..at + 4].to_vec()
    };
    let (blue, white) = (vec![0, 0, 255, 255], vec![255; 4]);
    assert_eq!((images[0].width(), images[0].height()), (300, 200));
    assert_eq!([pixel(0, 5, 5), pixel(0, 294, 194)], [blue.clone(), blue.clone()]);
    assert_eq!((images[1].width(), images[1].height()), (100, 50));
    assert_eq!([pixel(1, 45, 25), pixel(1, 55, 25)], [white.clone(), blue]);
    assert_eq!((images[2].width(), images[2].height()), (306, 396));
    assert_eq!(pixel(2, 2, 2), white);
    // A page that is not there costs its own picture only.
    let drawn =
        bench.draw(&pdf, &[9, 1].map(|page| CropRequest { page, crop: None, width_px: 100 })).unwrap();
    assert!(matches!(drawn[..], [Err(ParseError::NoSuchPage { page: 9 }), Ok(_)]));
}

fn context(stage: &str, folder: &Path) -> StageContext {
    let store = Arc::new(MemoryArtifactStore::default());
    let task = TaskKey { stage: StageName::from(stage), segment: None };
    StageContext::new(JobId::from_bytes([7; 16]), task, store, folder.to_owned(), CancellationToken::new())
}

fn run(bench: &Bench, host: PdfHost, pdf: Vec<u8>) -> Result<Document, brainwrought_core::stage::StageError> {
    bench.wait(async {
        let folder = tempfile::tempdir().unwrap();
        let cx = context("parse", folder.path());
        let pdf: BlobRef = cx.put(pdf.into(), "application/pdf").await?;
        let stage = ParsePdf { host, ..ParsePdf::default() };
        stage.run(&cx, SourcePdf { pdf, file_name: "logs.pdf".to_owned() }).await
    })
}

fn stage_makes_a_document(bench: &Bench) {
    let document = run(bench, bench.host.clone(), paper().finish()).unwrap();
    assert_eq!(
        (document.title.as_str(), document.file_name.as_str()),
        ("How Servers Agree on a Log", "logs.pdf")
    );
    assert_eq!(document.pages.len(), 3);
    let error = run(bench, bench.host.clone(), b"\x89PNG\r\n".to_vec()).unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(error.to_string(), "logs.pdf could not be read");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.starts_with("the file is a picture (PNG); what can be read is PDF, EPUB,"), "{cause}");
}

/// What is left of the pipeline where every feature of the crate is off.
fn what_is_read_becomes_a_script(bench: &Bench) {
    let pdf = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/queues.pdf")).unwrap();
    let document = run(bench, bench.host.clone(), pdf).unwrap();
    assert_eq!(document.engine, bench.engine());
    let folder = tempfile::tempdir().unwrap();
    let stage = WriteScript { length_ms: 30_000, ..WriteScript::default() };
    let script = bench.wait(stage.run(&context("script", folder.path()), document.clone())).unwrap();
    assert_eq!(script.writer, "offline/en");
    let lines = script.segments.iter().flat_map(|segment| &segment.scenes).flat_map(|scene| &scene.lines);
    let facts: Vec<_> = lines.filter(|line| line.role == LineRole::Fact).collect();
    assert!(facts.len() >= 3, "{script:?}");
    for fact in facts {
        assert!(document.page(fact.citation.page).is_some(), "{fact:?}");
        assert!(!fact.citation.quote.is_empty(), "{fact:?}");
    }
}

fn missing_reader_may_be_tried_again(bench: &Bench) {
    let mut host = bench.host.clone();
    host.program = "/nowhere/reader".into();
    let error = run(bench, host, paper().finish()).unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}
