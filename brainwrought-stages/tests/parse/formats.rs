//! Files of the other kinds: what is read of them, and what is refused. All of them are made here.

use std::io::{Cursor, Write as _};

use brainwrought_core::data::{BlockKind, PageUnit};
use brainwrought_stages::parse::{CropRequest, FileFormat, ParseError, ParseLimits, ParsedPdf};
use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Bench, Test, outcome};

pub(crate) const TESTS: &[Test] = &[
    ("markdown_is_read", markdown_is_read),
    ("a_web_page_is_read_without_what_stands_around_it", a_web_page_is_read_without_what_stands_around_it),
    ("plain_text_is_read", plain_text_is_read),
    ("a_book_is_read", a_book_is_read),
    ("a_text_of_word_is_read", a_text_of_word_is_read),
    ("slides_are_read", slides_are_read),
    ("long_sections_are_divided", long_sections_are_divided),
    ("content_comes_before_the_name", content_comes_before_the_name),
    ("what_cannot_be_read_is_refused_with_its_reason", what_cannot_be_read_is_refused_with_its_reason),
    ("what_grows_when_it_is_opened_is_stopped", what_grows_when_it_is_opened_is_stopped),
];

fn read(bench: &Bench, name: &str, file: impl Into<Vec<u8>>) -> Result<ParsedPdf, ParseError> {
    let (file, limits) = (file.into().into(), ParseLimits::default());
    bench.wait(bench.host.parse_named(file, name, &limits, &CancellationToken::new()))
}

/// Each block as its kind and its text, page by page.
fn blocks(parsed: &ParsedPdf) -> Vec<Vec<(BlockKind, &str)>> {
    let pages = parsed.pages.iter().map(|page| &page.blocks);
    pages.map(|blocks| blocks.iter().map(|block| (block.kind, block.text.as_str())).collect()).collect()
}

fn outline(parsed: &ParsedPdf) -> Vec<(u8, &str, u32)> {
    parsed.outline.iter().map(|entry| (entry.level, entry.title.as_str(), entry.page)).collect()
}

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const PROSE: &str = "Guests come when they like, and the queue grows while nobody serves them.";

fn markdown_is_read(bench: &Bench) {
    use BlockKind::{Code, Footnote, Formula, Heading, ListItem, Paragraph, Quote, Table};
    let text = "---\ntitle: Queues at Night\n---\n\n# Queues\n\nA *short* **text** of 25 m<sup>2</sup>, \
        with a [link](https://example.org).[^n]\n\n[^n]: A note of its own.\n\n## Arrivals\n\n- Guests\n  come late\n- They \
        wait\n\n1. First\n\n   Still first\n\n> Somebody said this.\n\n> [!NOTE]\n> The author says this.\n\n| City | Queue |\n|---|---|\n\
        | Rome | 12 |\n| Oslo | 7 |\n\n```sh\nmake demo\n```\n\n![a picture](a.png)\n\n## Service\n\n$$L = 3 W$$\n\n\
        <div align=\"center\"><b>One barista</b> serves.</div>\n";
    let parsed = read(bench, "notes.md", text).unwrap();
    assert_eq!(parsed.title.as_deref(), Some("Queues at Night"));
    assert_eq!((parsed.engine.as_str(), parsed.unit), ("markdown", PageUnit::Section));
    assert!(parsed.engine_version.starts_with("pulldown-cmark "), "{}", parsed.engine_version);
    let expected: Vec<Vec<(BlockKind, &str)>> = vec![
        vec![
            (Heading, "Queues"),
            (Paragraph, "A short text of 25 m², with a link."),
            (Footnote, "A note of its own."),
        ],
        vec![
            (Heading, "Arrivals"),
            (ListItem, "Guests come late"),
            (ListItem, "They wait"),
            (ListItem, "First"),
            (ListItem, "Still first"),
            (Quote, "Somebody said this."),
            (Paragraph, "The author says this."),
            (Table, "City | Queue | Rome | 12 | Oslo | 7"),
            (Code, "make demo"),
        ],
        vec![(Heading, "Service"), (Formula, "L = 3 W"), (Paragraph, "One barista serves.")],
    ];
    assert_eq!(blocks(&parsed), expected);
    assert_eq!(outline(&parsed), [(1, "Queues", 1), (2, "Arrivals", 2), (2, "Service", 3)]);
    assert!(parsed.pages.iter().all(|page| !page.is_drawn()));
    let sections: Vec<(&str, u8, u32)> =
        parsed.sections.iter().map(|section| (section.title.as_str(), section.level, section.page)).collect();
    assert_eq!(sections, [("Queues", 1, 1), ("Arrivals", 2, 2), ("Service", 2, 3)]);
    let table = &parsed.pages[1].blocks[7];
    let rows: Vec<Vec<&str>> =
        table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
    assert_eq!(rows, [["City", "Queue"], ["Rome", "12"], ["Oslo", "7"]]);
    // Nobody can draw what has no pages.
    let crop = CropRequest { page: 1, crop: None, width_px: 100 };
    assert!(matches!(bench.draw(text.as_bytes(), &[crop]), Err(ParseError::NoPages)));
}

fn a_web_page_is_read_without_what_stands_around_it(bench: &Bench) {
    use BlockKind::{Caption, Heading, ListItem, Paragraph, Table};
    let page = format!(
        "<!DOCTYPE html><html lang=de-AT><head><title>Warten | Zeitung</title><style>p {{}}</style></head><body>\
         <header><a href=/>Zeitung</a></header><nav><a href=/a>Politik</a> <a href=/b>Sport</a></nav>\
         <div class='cookie-banner'>Wir verwenden Cookies.</div><main><article><h1>Warten</h1>\
         <p>Die Schlange wächst, solange niemand arbeitet.<sup>[1]</sup></p><p style='display: none'>Unsichtbar.</p>\
         <ul><li>Erstens<ul><li>darunter</li></ul></li><li>Zweitens</li></ul><h2>Zahlen</h2>\
         <table><caption>Schlangen</caption><tr><th>Ort<th>Länge<tr><td>Rom<td>12</table>\
         <figure><img src=a.png alt='Bild'><figcaption>Eine Schlange.</figcaption></figure>\
         <ul><li><a href=1>Mehr davon</a><li><a href=2>Noch mehr</a><li><a href=3>Alles</a></ul>\
         <h2>Ende</h2><p>Dann <br>gehen alle heim.</p></article></main>\
         <footer>Impressum</footer><script>alert('{PROSE}')</script></body></html>"
    );
    let parsed = read(bench, "page.html", page).unwrap();
    assert_eq!((parsed.title.as_deref(), parsed.language.as_str()), (Some("Warten"), "de"));
    let expected: Vec<Vec<(BlockKind, &str)>> = vec![
        vec![
            (Heading, "Warten"),
            (Paragraph, "Die Schlange wächst, solange niemand arbeitet."),
            (ListItem, "Erstens"),
            (ListItem, "darunter"),
            (ListItem, "Zweitens"),
        ],
        vec![
            (Heading, "Zahlen"),
            (Caption, "Schlangen"),
            (Table, "Ort | Länge | Rom | 12"),
            (Caption, "Eine Schlange."),
        ],
        vec![(Heading, "Ende"), (Paragraph, "Dann gehen alle heim.")],
    ];
    assert_eq!(blocks(&parsed), expected);
    assert_eq!(outline(&parsed), [(1, "Warten", 1), (2, "Zahlen", 2), (2, "Ende", 3)]);
}

fn plain_text_is_read(bench: &Bench) {
    use BlockKind::{Heading, ListItem, Paragraph};
    let text = format!(
        "Queues at Night\r\n\r\nCHAPTER I\r\n\r\n{PROSE}\r\nIt is long.\r\n\r\nWe need:\r\n- patience\r\n- a\r\n  barista\r\n\r\n\
         CHAPTER II\r\n\r\nThe caf\u{e9} closes at ten. {PROSE}\r\n"
    );
    let bytes: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    let parsed = read(bench, "notes.txt", bytes).unwrap();
    assert_eq!((parsed.title.as_deref(), parsed.engine.as_str()), (Some("Queues at Night"), "text"));
    assert_eq!(parsed.language.as_str(), "en");
    let last = format!("The café closes at ten. {PROSE}");
    let first = format!("{PROSE} It is long.");
    let expected: Vec<Vec<(BlockKind, &str)>> = vec![
        vec![
            (Heading, "Queues at Night"),
            (Heading, "CHAPTER I"),
            (Paragraph, &first),
            (Paragraph, "We need:"),
            (ListItem, "patience"),
            (ListItem, "a barista"),
        ],
        vec![(Heading, "CHAPTER II"), (Paragraph, &last)],
    ];
    assert_eq!(blocks(&parsed), expected);
}

const CONTAINER: &str = "<container><rootfiles><rootfile full-path='OEBPS/book.opf' \
    media-type='application/oebps-package+xml'/></rootfiles></container>";

/// A book of EPUB 3, or of EPUB 2 with its own kind of contents.
fn book(version: u8, extra: &[(&str, &str)]) -> Vec<u8> {
    let contents = match version {
        2 => "<item id='toc' href='toc.ncx' media-type='application/x-dtbncx+xml'/>",
        _ => "<item id='toc' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>",
    };
    let package = format!(
        "<package xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata><dc:title>Queues &amp; Nights</dc:title>\
         <dc:language>en-GB</dc:language></metadata><manifest>{contents}\
         <item id='two' href='text/two%20b.xhtml' media-type='application/xhtml+xml'/>\
         <item id='cover' href='text/cover.xhtml' media-type='application/xhtml+xml'/>\
         <item id='one' href='text/one.xhtml' media-type='application/xhtml+xml'/>\
         <item id='picture' href='a.png' media-type='image/png'/></manifest><spine toc='toc'><itemref idref='cover'/>\
         <itemref idref='one'/><itemref idref='two'/><itemref idref='lost'/><itemref idref='toc'/></spine></package>"
    );
    let xhtml = |body: &str| {
        format!(
            "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml' \
             xmlns:epub='http://www.idpf.org/2007/ops'><head><title/></head><body>{body}</body></html>"
        )
    };
    let nav = xhtml(
        "<nav epub:type='toc'><ol><li><a href='text/one.xhtml'>Part One</a><ol><li>\
         <a href='text/two%20b.xhtml#x'>The Second</a></li></ol></li></ol></nav>",
    );
    let ncx = "<ncx><navMap><navPoint><navLabel><text>Part One</text></navLabel><content src='text/one.xhtml'/>\
        <navPoint><navLabel><text>The Second</text></navLabel><content src='text/two%20b.xhtml#x'/></navPoint></navPoint>\
        </navMap></ncx>";
    let cover = xhtml("<img src='../a.png'/>");
    let one = xhtml(&format!(
        "<section><h1>Part One</h1><p>{PROSE}<a epub:type='noteref' href='#n'>1</a>&nbsp;Still.</p>\
         <aside epub:type='footnote' id='n'><p>A note.</p></aside><p>He left <span epub:type='pagebreak'>12</span>late.</p></section>"
    ));
    let two = xhtml(&format!("<p>{PROSE}</p><blockquote><p>A quote.</p></blockquote>"));
    let mut entries = vec![
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", CONTAINER),
        ("OEBPS/book.opf", &package),
        ("OEBPS/nav.xhtml", &nav),
        ("OEBPS/toc.ncx", ncx),
        ("OEBPS/text/cover.xhtml", &cover),
        ("OEBPS/text/one.xhtml", &one),
        ("OEBPS/text/two b.xhtml", &two),
    ];
    entries.extend(extra);
    archive(&entries)
}

fn a_book_is_read(bench: &Bench) {
    use BlockKind::{Footnote, Heading, Paragraph, Quote};
    let still = format!("{PROSE} Still.");
    for version in [2, 3] {
        let parsed = read(bench, "book.epub", book(version, &[])).unwrap();
        assert_eq!(parsed.title.as_deref(), Some("Queues & Nights"));
        assert_eq!((parsed.language.as_str(), parsed.engine.as_str()), ("en", "epub"));
        let expected: Vec<Vec<(BlockKind, &str)>> = vec![
            vec![
                (Heading, "Part One"),
                (Paragraph, &still),
                (Footnote, "A note."),
                (Paragraph, "He left late."),
            ],
            // The heading comes from the contents: the chapter itself has none.
            vec![(Heading, "The Second"), (Paragraph, PROSE), (Quote, "A quote.")],
        ];
        assert_eq!(blocks(&parsed), expected, "EPUB {version}");
        assert_eq!(outline(&parsed), [(1, "Part One", 1), (2, "The Second", 2)]);
    }
    let lock = "<encryption><EncryptedData><EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#aes128-cbc'/>\
        </EncryptedData></encryption>";
    let locked = read(bench, "book.epub", book(3, &[("META-INF/encryption.xml", lock)]));
    assert!(matches!(locked, Err(ParseError::Protected)), "{locked:?}");
    let font = "<encryption><EncryptedData><EncryptionMethod Algorithm='http://www.idpf.org/2008/embedding'/>\
        </EncryptedData></encryption>";
    assert!(read(bench, "book.epub", book(3, &[("META-INF/encryption.xml", font)])).is_ok());
}

const TYPES: (&str, &str) = ("[Content_Types].xml", "<Types/>");

/// A text of Word with this body.
fn word(body: &str) -> Vec<u8> {
    let styles = "<w:styles><w:style w:styleId='Titel'><w:name w:val='Title'/></w:style>\
        <w:style w:styleId='berschrift1'><w:name w:val='heading 1'/><w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:style>\
        <w:style w:styleId='Mine'><w:name w:val='Mine'/><w:basedOn w:val='berschrift1'/></w:style>\
        <w:style w:styleId='Loop'><w:name w:val='Loop'/><w:basedOn w:val='Loop'/></w:style>\
        <w:style w:styleId='Zitat'><w:name w:val='Quote'/></w:style>\
        <w:style w:styleId='TOC1'><w:name w:val='toc 1'/></w:style>\
        <w:style w:styleId='Beschriftung'><w:name w:val='caption'/></w:style></w:styles>";
    let notes = "<w:footnotes><w:footnote w:type='separator' w:id='0'><w:p><w:r><w:t>line</w:t></w:r></w:p></w:footnote>\
        <w:footnote w:id='2'><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let core = "<cp:coreProperties><dc:title>Template</dc:title><dc:language>en-US</dc:language></cp:coreProperties>";
    let document = format!("<w:document><w:body>{body}</w:body></w:document>");
    archive(&[
        TYPES,
        ("docProps/core.xml", core),
        ("word/styles.xml", styles),
        ("word/footnotes.xml", notes),
        ("word/document.xml", &document),
    ])
}

/// A paragraph of Word in a style.
fn paragraph(style: &str, text: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val='{style}'/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn a_text_of_word_is_read(bench: &Bench) {
    use BlockKind::{Caption, Footnote, Formula, Heading, ListItem, Paragraph, Quote, Table};
    let contents = "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj></w:sdtPr>\
        <w:sdtContent><w:p><w:r><w:t>Arrivals 2</w:t></w:r></w:p></w:sdtContent></w:sdt>";
    let runs = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Bold</w:t></w:r><w:r><w:t xml:space='preserve'> of 10</w:t></w:r>\
        <w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>6</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>\
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:tab/><w:t>guests.</w:t></w:r>\
        <w:r><w:footnoteReference w:id='2'/></w:r></w:p>";
    let item = "<w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>Wait</w:t></w:r></w:p>";
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let table = format!(
        "<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>",
        cell("City"),
        cell("Queue"),
        cell("Rome"),
        cell("12")
    );
    let formula = "<w:p><m:oMathPara><m:oMath><m:r><m:t>E=m</m:t></m:r><m:sSup><m:e><m:r><m:t>c</m:t></m:r></m:e>\
        <m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath></m:oMathPara></w:p>";
    let boxed = "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p>\
        </w:txbxContent></mc:Choice><mc:Fallback><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></mc:Fallback></mc:AlternateContent>\
        </w:r><w:r><w:t>Around it.</w:t></w:r></w:p>";
    let body = [
        &paragraph("Titel", "Queues at Night"),
        contents,
        &paragraph("TOC1", "Arrivals 2"),
        &paragraph("berschrift1", "Arrivals"),
        runs,
        item,
        &paragraph("Zitat", "Somebody said so."),
        &paragraph("Beschriftung", "Table 1: Queues"),
        &table,
        &paragraph("Mine", "Service"),
        formula,
        boxed,
        &paragraph("Loop", PROSE),
    ]
    .concat();
    let parsed = read(bench, "text.docx", word(&body)).unwrap();
    assert_eq!((parsed.title.as_deref(), parsed.language.as_str()), (Some("Queues at Night"), "en"));
    assert_eq!((parsed.engine.as_str(), parsed.unit), ("docx", PageUnit::Section));
    let expected: Vec<Vec<(BlockKind, &str)>> = vec![
        vec![
            (Heading, "Queues at Night"),
            (Heading, "Arrivals"),
            (Paragraph, "Bold of 10⁶ guests."),
            (Footnote, "A note."),
            (ListItem, "Wait"),
            (Quote, "Somebody said so."),
            (Caption, "Table 1: Queues"),
            (Table, "City | Queue | Rome | 12"),
        ],
        vec![
            (Heading, "Service"),
            (Formula, "E=mc²"),
            (Paragraph, "In a box."),
            (Paragraph, "Around it."),
            (Paragraph, PROSE),
        ],
    ];
    assert_eq!(blocks(&parsed), expected);
    assert_eq!(outline(&parsed), [(1, "Queues at Night", 1), (2, "Arrivals", 1), (2, "Service", 2)]);
    // Where no style says so, short bold lines are the headings.
    let bold = |text: &str| format!("<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r></w:p>");
    let plain = |text: &str| format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>");
    let body = [bold("Arrivals"), plain(PROSE), bold("Service"), plain(PROSE)].concat();
    let parsed = read(bench, "text.docx", word(&body)).unwrap();
    assert_eq!(outline(&parsed), [(1, "Arrivals", 1), (1, "Service", 2)]);
}

fn slides_are_read(bench: &Bench) {
    use BlockKind::{Heading, ListItem, Paragraph, Table};
    let shape = |place: &str, paragraphs: &[&str]| {
        let place = if place.is_empty() { String::new() } else { format!("<p:ph type='{place}'/>") };
        let text: String =
            paragraphs.iter().map(|text| format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>")).collect();
        format!("<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{text}</p:txBody></p:sp>")
    };
    let slide = |shapes: &str, attributes: &str| {
        format!("<p:sld {attributes}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>")
    };
    let table = "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>City</a:t></a:r></a:p></a:txBody></a:tc>\
        <a:tc><a:txBody><a:p><a:r><a:t>12</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>";
    let first = slide(&shape("ctrTitle", &["Queues", "at Night"]), "");
    let empty = slide("<p:pic/>", "");
    let hidden = slide(&shape("title", &["Secret"]), "show='0'");
    let last = [
        shape("body", &["Guests come late", "They wait for coffee"]),
        shape("title", &["Arrivals"]),
        shape("sldNum", &["4"]),
        shape("", &["A remark beside it."]),
        table.to_owned(),
    ];
    let last = slide(&last.concat(), "");
    let list = "<p:presentation><p:sldIdLst><p:sldId id='256' r:id='rId9'/><p:sldId id='257' r:id='rId3'/>\
        <p:sldId id='258' r:id='rId4'/><p:sldId id='259' r:id='rId5'/></p:sldIdLst></p:presentation>";
    let relations = "<Relationships><Relationship Id='rId5' Target='slides/slide1.xml'/>\
        <Relationship Id='rId9' Target='slides/slide4.xml'/><Relationship Id='rId3' Target='/ppt/slides/slide2.xml'/>\
        <Relationship Id='rId4' Target='slides/slide3.xml'/></Relationships>";
    let file = archive(&[
        TYPES,
        ("ppt/presentation.xml", list),
        ("ppt/_rels/presentation.xml.rels", relations),
        ("ppt/slides/slide4.xml", &first),
        ("ppt/slides/slide2.xml", &empty),
        ("ppt/slides/slide3.xml", &hidden),
        ("ppt/slides/slide1.xml", &last),
        ("ppt/notesSlides/notesSlide1.xml", &slide(&shape("body", &["For the speaker only."]), "")),
    ]);
    let parsed = read(bench, "talk.pptx", file).unwrap();
    assert_eq!((parsed.title.as_deref(), parsed.unit), (Some("Queues at Night"), PageUnit::Slide));
    let numbers: Vec<u32> = parsed.pages.iter().map(|page| page.number).collect();
    assert_eq!(numbers, [1, 4], "slides keep their numbers");
    let expected: Vec<Vec<(BlockKind, &str)>> = vec![
        vec![(Heading, "Queues at Night")],
        vec![
            (Heading, "Arrivals"),
            (ListItem, "Guests come late"),
            (ListItem, "They wait for coffee"),
            (Paragraph, "A remark beside it."),
            (Table, "City | 12"),
        ],
    ];
    assert_eq!(blocks(&parsed), expected);
    assert_eq!(outline(&parsed), [(1, "Queues at Night", 1), (1, "Arrivals", 4)]);
    assert_eq!(parsed.warnings, ["slides that are hidden were left out: 3"]);
}

fn long_sections_are_divided(bench: &Bench) {
    let long = format!("# One\n\n{}# Two\n\n{PROSE}\n", format!("{PROSE}\n\n").repeat(100));
    let parsed = read(bench, "long.md", long).unwrap();
    let lengths: Vec<usize> = parsed.pages.iter().map(|page| page.text().len()).collect();
    assert_eq!(lengths.len(), 4, "{lengths:?}");
    assert!(lengths[..3].iter().all(|length| (2_000..4_000).contains(length)), "{lengths:?}");
    assert_eq!(outline(&parsed), [(1, "One", 1), (1, "Two", 4)]);
    let names: Vec<String> = parsed.pages.iter().map(|page| page.name()).collect();
    assert_eq!(names, ["1", "1", "1", "2"], "people count sections");
    let numbered = format!(
        "# Report\n\n{PROSE}\n\n## 2. Data\n\n{PROSE}\n\n## 3. Results\n\n{PROSE}\n\n\
         ## Thanks\n\n{PROSE}\n"
    );
    let parsed = read(bench, "report.md", numbered).unwrap();
    let names: Vec<String> = parsed.pages.iter().map(|page| page.name()).collect();
    assert_eq!(names, ["1", "2", "3", "Thanks"], "as they are printed");
    // One paragraph without an end.
    let parsed = read(bench, "wall.txt", format!("{PROSE} ").repeat(300)).unwrap();
    assert!(parsed.pages.len() > 5 && parsed.pages.iter().all(|page| page.text().len() < 6_000));
    let said: String =
        parsed.pages.iter().flat_map(|page| &page.blocks).map(|block| block.text.clone() + " ").collect();
    assert_eq!(said, format!("{PROSE} ").repeat(300), "nothing is lost");
}

fn content_comes_before_the_name(bench: &Bench) {
    let text = word(&paragraph("", PROSE));
    let parsed = read(bench, "text.pdf", text).unwrap();
    assert_eq!(parsed.engine, "docx");
    assert_eq!(parsed.warnings, ["the file is named as a PDF, but is a Word document (DOCX)"]);
    let page = format!("<html><p>{PROSE}</p></html>");
    assert_eq!(read(bench, "page.txt", page).unwrap().engine, "html");
    let notes = format!("# A PDF begins with %PDF-1.7\n\n{PROSE}");
    assert_eq!(read(bench, "notes.md", notes.as_str()).unwrap().engine, "markdown");
    assert!(matches!(read(bench, "notes.pdf", notes), Err(ParseError::Corrupt)));
    assert_eq!(read(bench, "", format!("# A\n\n## B\n\n{PROSE}")).unwrap().engine, "markdown");
}

fn what_cannot_be_read_is_refused_with_its_reason(bench: &Bench) {
    let refused = |name: &str, file: Vec<u8>| read(bench, name, file).unwrap_err();
    let error = refused("a.xlsx", archive(&[TYPES, ("xl/workbook.xml", "<workbook/>")]));
    assert!(matches!(error, ParseError::UnknownFormat(_)) && error.to_string().contains("Excel"), "{error}");
    let error = refused("a.zip", archive(&[("photo.jpg", "")]));
    assert!(error.to_string().contains("an archive (ZIP); unpack it; what can be read is PDF,"), "{error}");
    let mut cut = word(&paragraph("", &PROSE.repeat(50)));
    cut.truncate(cut.len() - 100);
    assert!(matches!(refused("a.docx", cut), ParseError::DamagedArchive));
    for (name, format) in [("a.md", FileFormat::Markdown), ("a.html", FileFormat::Html)] {
        let error = refused(name, b"<p>Hi</p>".to_vec());
        assert!(matches!(error, ParseError::NoWords { format: found } if found == format), "{error}");
    }
    let parts = [("META-INF/container.xml", CONTAINER), ("OEBPS/book.opf", "<package><spine/></package>")];
    assert!(matches!(refused("a.epub", archive(&parts)), ParseError::DamagedArchive));
}

fn what_grows_when_it_is_opened_is_stopped(bench: &Bench) {
    let refused = |name: &str, file: Vec<u8>| read(bench, name, file).unwrap_err();
    // 65 MB of blanks, packed into 65 KB.
    let bomb = word(&" ".repeat((64 << 20) + 1));
    assert!(bomb.len() < 1 << 20);
    assert!(matches!(refused("a.docx", bomb), ParseError::UnpacksTooLarge { .. }));
    let deep = word(&"<w:tbl>".repeat(100_000));
    assert!(matches!(refused("a.docx", deep), ParseError::TooDeep { .. }));
    assert!(matches!(refused("a.html", "<div>".repeat(300_000).into_bytes()), ParseError::TooDeep { .. }));
    assert!(matches!(
        refused("a.html", "<p>a".repeat(1_500_000).into_bytes()),
        ParseError::TooManyElements { .. }
    ));
    // What parsers compare with all that came before it is stopped long before the reader's time is over.
    let attributes: String = (0..500_000).map(|n| format!(" a{n}")).collect();
    for tag in [format!("<p{attributes}>{PROSE}"), format!("<p>{PROSE}</p{attributes}>")] {
        assert!(matches!(refused("a.html", tag.into_bytes()), ParseError::TooManyAttributes { .. }));
    }
    for page in ["<h1>x</h1>".repeat(50_000), "<b><p>x</b>".repeat(50_000), "<table>x<i></i>".repeat(50_000)]
    {
        let parsed = read(bench, "a.html", format!("<p>{PROSE}{page}"));
        assert!(!matches!(parsed, Err(ParseError::Timeout)), "{}", &page[..9]);
    }
    // A billion laughs: the text is read, and none of them is.
    let mut laughs = "<!DOCTYPE a [<!ENTITY l0 'ha'>".to_owned();
    (1..30).for_each(|n| laughs += &format!("<!ENTITY l{n} '&l{};&l{};'>", n - 1, n - 1));
    let body = format!("{laughs}]><w:document>{}</w:document>", paragraph("", &format!("{PROSE} &l29;")));
    let parsed = read(bench, "a.docx", archive(&[TYPES, ("word/document.xml", &body)])).unwrap();
    assert_eq!(blocks(&parsed), [[(BlockKind::Paragraph, PROSE)]]);
    // The pages that are allowed bound the text, and its bytes are bounded before it is read.
    let long = Bytes::from(format!("{PROSE}\n\n").repeat(6_000));
    let limits = ParseLimits { max_pages: 30, ..ParseLimits::default() };
    for name in ["a.txt", "a.md", "a.html"] {
        let token = CancellationToken::new();
        let refused = bench.wait(bench.host.parse_named(long.clone(), name, &limits, &token));
        assert!(
            matches!(refused, Err(ParseError::TooMuchText { pages: 30 })),
            "{name}: {}",
            outcome(&refused)
        );
    }
    // So are its blocks, which take more memory than their letters.
    let words = paragraph("", "Go.").repeat(200_000);
    assert!(matches!(refused("a.docx", word(&words)), ParseError::TooManyElements { .. }));
    let error = refused("a.txt", vec![b'a'; 64_000_001]);
    assert!(matches!(error, ParseError::TooLarge { bytes: 64_000_001, limit: 64_000_000 }), "{error}");
    let rows = "| Rome | 12 |\n".repeat(200_000);
    let table = read(bench, "a.md", format!("| City | Queue |\n|---|---|\n{rows}")).unwrap();
    assert!(table.pages.len() > 100 && table.pages.iter().all(|page| page.text().len() < 6_000));
}
