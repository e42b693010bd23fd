//! Scans, and pages whose text cannot be read, with the weights that `scripts/setup.sh` installs.

use std::time::Instant;

use brainwrought_core::data::Page;
use brainwrought_stages::parse::{
    CropRequest, OcrMode, ParseError, ParseLimits, ParsedPdf, PdfHost, UnreadPages, Unrecognised,
};
use brainwrought_stages::picture::RgbaImage;
use brainwrought_testing::{PdfWriter, text};
use tokio_util::sync::CancellationToken;

use super::{Bench, Test, ocr_weights, outcome};

pub(crate) const TESTS: &[Test] = &[
    ("scan_is_recognised", scan_is_recognised),
    ("columns_of_a_scan_are_read_in_order", columns_of_a_scan_are_read_in_order),
    ("turned_scan_is_read_upright", turned_scan_is_read_upright),
    ("nobody_recognises_text_who_must_not", nobody_recognises_text_who_must_not),
    ("text_that_cannot_be_read_is_replaced", text_that_cannot_be_read_is_replaced),
    ("misread_layer_of_a_scan_is_replaced", misread_layer_of_a_scan_is_replaced),
    ("always_recognises_what_could_be_read", always_recognises_what_could_be_read),
    ("specks_and_large_pictures_take_bounded_time", specks_and_large_pictures_take_bounded_time),
];

/// The size of the pages here, in points. Small ones are recognised in little time.
const SIZE: (u32, u32) = (420, 230);

const PROSE: [&str; 12] = [
    "A log is a list of entries that every server keeps in the same",
    "order. The leader of the group takes new entries from its clients",
    "and sends them to all others. Once most servers have stored an",
    "entry it is safe, and the leader tells the others to apply it.",
    "In 1998, 35 of 48 groups lost their leader within a year; in 12",
    "of them two servers thought that they were leaders, because the",
    "network between them was cut. Each kept taking entries from its",
    "clients (about 1,400 a second), and none was stored by most.",
    "When the network came back, the servers compared their logs:",
    "the one with the higher number won, and the other one threw its",
    "entries away. Clients that had not been answered sent theirs",
    "again, so that no entry was lost and none was applied twice.",
];

fn prose() -> String {
    PROSE.join(" ")
}

fn page_entries((width, height): (u32, u32)) -> String {
    format!("/MediaBox [0 0 {width} {height}]")
}

/// A page with this content, as a file.
fn typeset(content: &str, size: (u32, u32)) -> Vec<u8> {
    let mut writer = PdfWriter::new();
    writer.page_with(content, &page_entries(size), "");
    writer.finish()
}

/// The first page of a file as a picture, 150 dots an inch.
fn picture(bench: &Bench, pdf: &[u8], width: u32) -> RgbaImage {
    let crop = CropRequest { page: 1, crop: None, width_px: width * 150 / 72 };
    bench.draw(pdf, &[crop]).unwrap().remove(0).unwrap()
}

/// A file whose one page is a picture, and what else is drawn on it.
fn scan(image: &RgbaImage, size: (u32, u32), more: &str) -> Vec<u8> {
    let mut writer = PdfWriter::new();
    let grey: Vec<u8> = image.pixels.chunks_exact(4).map(|pixel| pixel[0]).collect();
    let entries = format!(
        "/Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /DeviceGray /BitsPerComponent 8",
        image.width(),
        image.height()
    );
    let image = writer.stream(&entries, &grey);
    let content = format!("q {} 0 0 {} 0 0 cm /Im Do Q\n{more}", size.0, size.1);
    writer.page_with(&content, &page_entries(size), &format!("/Im {image} 0 R"));
    writer.finish()
}

fn host(bench: &Bench) -> PdfHost {
    bench.host.clone().with_ocr_weights(Some(ocr_weights()))
}

fn read(bench: &Bench, host: &PdfHost, pdf: Vec<u8>, ocr: OcrMode) -> Result<ParsedPdf, ParseError> {
    let (limits, token) = (ParseLimits::default(), CancellationToken::new());
    bench.wait(host.parse_watched(pdf.into(), "", &limits, ocr, &token, &mut |_, _| {}))
}

/// The text of a page as one line.
fn line(page: &Page) -> String {
    page.text().replace('\n', " ")
}

/// How many letters of `truth` would have to be changed, of 1.
fn error_rate(read: &str, truth: &str) -> f64 {
    let truth: Vec<char> = truth.chars().collect();
    let mut row: Vec<usize> = (0..=truth.len()).collect();
    for (at, letter) in read.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (column, other) in truth.iter().enumerate() {
            let kept = corner + usize::from(letter != *other);
            corner = row[column + 1];
            row[column + 1] = kept.min(corner + 1).min(row[column] + 1);
        }
    }
    row[truth.len()] as f64 / truth.len() as f64
}

fn assert_read(page: &Page, truth: &str) {
    let (read, rate) = (line(page), error_rate(&line(page), truth));
    assert!(rate < 0.02, "{:.1} % of the letters are wrong: {read}", 100.0 * rate);
    assert!(page.ocr_confidence.is_some_and(|confidence| confidence > 0.9), "{:?}", page.ocr_confidence);
    assert!(page.readability > 0.8, "{}", page.readability);
}

fn scan_is_recognised(bench: &Bench) {
    let content = text("F", 11, (40, 200), &PROSE);
    let image = picture(bench, &typeset(&content, SIZE), SIZE.0);
    let mut told = Vec::new();
    let (limits, token) = (ParseLimits::default(), CancellationToken::new());
    let mut progress = |page, pages| told.push((page, pages));
    let host = host(bench);
    let pdf = scan(&image, SIZE, "").into();
    let parsed =
        bench.wait(host.parse_watched(pdf, "", &limits, OcrMode::Auto, &token, &mut progress)).unwrap();
    assert_eq!(told, [(1, 1)]);
    assert_read(&parsed.pages[0], &prose());
    assert_eq!(parsed.language.as_str(), "en");
    let sizes: Vec<f32> = parsed.pages[0].blocks.iter().map(|block| block.font_size).collect();
    assert!(sizes.iter().all(|size| (9.5..12.5).contains(size)), "{sizes:?}");
    let first = parsed.pages[0].blocks[0].bbox;
    assert!((first.x - 40.0).abs() < 3.0 && (first.right() - 350.0).abs() < 40.0, "{first:?}");
    assert!(
        parsed.warnings[0].starts_with("text was recognised on page 1, with a confidence of "),
        "{:?}",
        parsed.warnings
    );
}

fn columns_of_a_scan_are_read_in_order(bench: &Bench) {
    let halves = |lines: &[&'static str]| -> Vec<&'static str> {
        lines
            .iter()
            .flat_map(|line| <[&str; 2]>::from(line.split_at(line[..36].rfind(' ').unwrap() + 1)))
            .collect()
    };
    let left = halves(&PROSE[..6]);
    let right = halves(&PROSE[6..]);
    let size = (460, 230);
    let content = text("F", 10, (40, 200), &left) + &text("F", 10, (250, 200), &right);
    let image = picture(bench, &typeset(&content, size), size.0);
    let parsed = read(bench, &host(bench), scan(&image, size, ""), OcrMode::Auto).unwrap();
    assert_read(&parsed.pages[0], &prose());
}

fn turned_scan_is_read_upright(bench: &Bench) {
    let content = text("F", 11, (40, 200), &PROSE);
    let upright = picture(bench, &typeset(&content, SIZE), SIZE.0);
    let (width, height) = (upright.width(), upright.height());
    let pixel = |x: usize, y: usize| &upright.pixels[4 * (y * width + x)..][..4];
    // Upside down.
    let over: Vec<u8> =
        (0..width * height).rev().flat_map(|at| pixel(at % width, at / width)).copied().collect();
    let over = RgbaImage::from_premultiplied(width, height, over).unwrap();
    let parsed = read(bench, &host(bench), scan(&over, SIZE, ""), OcrMode::Auto).unwrap();
    assert_read(&parsed.pages[0], &prose());
    // A quarter clockwise: the first line runs down at the right.
    let side: Vec<u8> = (0..width)
        .flat_map(|y| (0..height).map(move |x| (y, x)))
        .flat_map(|(y, x)| pixel(y, height - 1 - x))
        .copied()
        .collect();
    let side = RgbaImage::from_premultiplied(height, width, side).unwrap();
    let parsed = read(bench, &host(bench), scan(&side, (SIZE.1, SIZE.0), ""), OcrMode::Auto).unwrap();
    let page = &parsed.pages[0];
    assert_read(page, &prose());
    assert_eq!((page.width.round(), page.height.round()), (SIZE.1 as f32, SIZE.0 as f32), "as displayed");
    assert!(page.blocks[0].bbox.right() > 180.0, "{:?}", page.blocks[0].bbox);
}

fn nobody_recognises_text_who_must_not(bench: &Bench) {
    let content = text("F", 11, (40, 200), &PROSE);
    let pdf = scan(&picture(bench, &typeset(&content, SIZE), SIZE.0), SIZE, "");
    let refusal = |host: &PdfHost, ocr| match read(bench, host, pdf.clone(), ocr) {
        Err(ParseError::Unread(pages)) => pages,
        other => panic!("{}", outcome(&other)),
    };
    let off = refusal(&host(bench), OcrMode::Never);
    assert_eq!((off.pages, off.scans, off.unreadable), (1, 1, 0));
    assert_eq!(off.unrecognised, Unrecognised::TurnedOff);
    let without = refusal(&bench.host, OcrMode::Auto);
    assert_eq!(without.unrecognised, Unrecognised::NotInstalled);
    let folder = tempfile::tempdir().unwrap();
    let mut weights = ocr_weights();
    for (name, _) in brainwrought_stages::parse::OcrWeights::expected() {
        std::fs::write(folder.path().join(name), "not a model").unwrap();
    }
    weights.folder = folder.path().to_owned();
    let damaged = refusal(&bench.host.clone().with_ocr_weights(Some(weights)), OcrMode::Auto);
    assert_eq!(damaged.unrecognised, Unrecognised::Damaged);
}

/// A file whose font tells wrong letters: each one is the next of the alphabet.
fn mistold() -> Vec<u8> {
    let mut writer = PdfWriter::new();
    let letters: String =
        ('a'..='y').map(|c| format!("<{:02X}> <00{:02X}>\n", c as u32, c as u32 + 1)).collect();
    let map = format!(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n\
         1 begincodespacerange <00> <FF> endcodespacerange 25 beginbfchar\n{letters}endbfchar\n\
         endcmap CMapName currentdict /CMap defineresource pop end end"
    );
    let map = writer.stream("", map.as_bytes());
    let font = writer.add(format!(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode {map} 0 R >>"
    ));
    let lines: Vec<&str> = PROSE.iter().chain(&PROSE).copied().collect();
    writer.page_of(&text("F", 11, (40, 700), &lines), &format!("/Font << /F {font} 0 R >>"));
    writer.finish()
}

fn text_that_cannot_be_read_is_replaced(bench: &Bench) {
    let parsed = read(bench, &host(bench), mistold(), OcrMode::Auto).unwrap();
    assert_read(&parsed.pages[0], &format!("{} {}", prose(), prose()));
    match read(bench, &bench.host, mistold(), OcrMode::Auto) {
        Err(error @ ParseError::Unread(UnreadPages { scans: 0, unreadable: 1, .. })) => {
            assert!(error.to_string().contains("has text that cannot be read"), "{error}");
        }
        other => panic!("{}", outcome(&other)),
    }
}

fn misread_layer_of_a_scan_is_replaced(bench: &Bench) {
    let image = picture(bench, &typeset(&text("F", 11, (40, 200), &PROSE), SIZE), SIZE.0);
    // What a poor program made of it, in the text rendering mode of which nothing is seen.
    let misread: Vec<String> = PROSE
        .iter()
        .map(|line| line.replace("th", "t|i").replace("er", "e^r").replace(" of ", " o1' "))
        .collect();
    let misread: Vec<&str> = misread.iter().map(String::as_str).collect();
    let layer = |lines: &[&str]| format!("3 Tr\n{}", text("F", 11, (40, 200), lines));
    let parsed = read(bench, &host(bench), scan(&image, SIZE, &layer(&misread)), OcrMode::Auto).unwrap();
    assert_read(&parsed.pages[0], &prose());
    let good = read(bench, &host(bench), scan(&image, SIZE, &layer(&PROSE)), OcrMode::Auto).unwrap();
    assert_eq!((line(&good.pages[0]), good.pages[0].ocr_confidence), (prose(), None), "a good one stays");
}

fn always_recognises_what_could_be_read(bench: &Bench) {
    let pdf = typeset(&text("F", 11, (40, 200), &PROSE), SIZE);
    let parsed = read(bench, &host(bench), pdf.clone(), OcrMode::Always).unwrap();
    assert_read(&parsed.pages[0], &prose());
    let without = read(bench, &bench.host, pdf, OcrMode::Always).unwrap();
    assert_eq!((line(&without.pages[0]), without.pages[0].ocr_confidence), (prose(), None));
}

fn specks_and_large_pictures_take_bounded_time(bench: &Bench) {
    #[expect(clippy::disallowed_methods, reason = "that it ends in time is what is tested")]
    let started = Instant::now();
    let white = |width: usize, height: usize| {
        RgbaImage::from_premultiplied(width, height, vec![255; 4 * width * height]).unwrap()
    };
    let mut specks = white(900, 900);
    for speck in 0..10_000 {
        let (x, y) = (speck % 100 * 9, speck / 100 * 9);
        for at in 0..16 {
            let place = 4 * ((y + at / 4) * 900 + x + at % 4);
            specks.pixels[place..place + 3].fill(0);
        }
    }
    for (image, size) in [(specks, (432, 432)), (white(3_000, 3_000), (14_400, 14_400))] {
        let result = read(bench, &host(bench), scan(&image, size, ""), OcrMode::Auto);
        assert!(
            matches!(
                result,
                Err(ParseError::Unread(UnreadPages { scans: 1, .. }) | ParseError::NoText { .. })
            ),
            "{}",
            outcome(&result)
        );
    }
    // Far less than what the limits allow, on a machine that does other things as well.
    assert!(started.elapsed().as_secs() < 240, "{:?}", started.elapsed());
}
