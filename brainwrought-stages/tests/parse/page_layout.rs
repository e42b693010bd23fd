//! What stands on a page besides plain columns: labels, ruled tables, notes, bullets, small marks.

use brainwrought_core::data::{Block, BlockKind};
use brainwrought_testing::{PdfWriter, text};

use super::{Bench, Test};

pub(crate) const TESTS: &[Test] = &[
    (
        "statements_with_numbers_beside_them_are_paragraphs",
        statements_with_numbers_beside_them_are_paragraphs,
    ),
    ("terms_beside_their_paragraphs_are_labels", terms_beside_their_paragraphs_are_labels),
    ("ruled_table_between_columns_is_a_table", ruled_table_between_columns_is_a_table),
    ("cells_on_several_lines_are_whole", cells_on_several_lines_are_whole),
    ("notes_are_whole", notes_are_whole),
    ("headers_in_parts_are_furniture", headers_in_parts_are_furniture),
    ("block_signs_and_triangles_are_bullets", block_signs_and_triangles_are_bullets),
    ("powers_of_units_and_indices_are_kept", powers_of_units_and_indices_are_kept),
];

/// The blocks of the first page of a file.
fn blocks(bench: &Bench, writer: PdfWriter) -> Vec<Block> {
    bench.parse(writer.finish()).unwrap().pages.remove(0).blocks
}

fn of_content(bench: &Bench, content: &str) -> Vec<Block> {
    let mut writer = PdfWriter::new();
    writer.page(content);
    blocks(bench, writer)
}

fn told(blocks: &[Block]) -> Vec<(BlockKind, &str)> {
    blocks.iter().map(|block| (block.kind, block.text.as_str())).collect()
}

fn at(x: u32, y: u32, words: &str) -> String {
    text("F", 10, (x, y), &[words])
}

fn statements_with_numbers_beside_them_are_paragraphs(bench: &Bench) {
    let content = text("B", 12, (60, 720), &["4.2 What servers must do"])
        + &text("F", 10, (60, 690), &["R1"])
        + &text(
            "F",
            10,
            (100, 690),
            &[
                "In groups of more than five servers a leader must be chosen before any",
                "entry is taken from a client.",
            ],
        )
        + &text("F", 10, (60, 656), &["R2"])
        + &text("F", 10, (100, 656), &["Servers that were cut off must not vote in the same term."])
        + &text("F", 10, (60, 634), &["R3"])
        + &text(
            "F",
            10,
            (100, 634),
            &[
                "Entries that most servers have stored must never be taken back, whatever",
                "happens to the leader that has sent them.",
            ],
        );
    let found = of_content(bench, &content);
    assert_eq!(
        told(&found),
        [
            (BlockKind::Heading, "4.2 What servers must do"),
            (
                BlockKind::ListItem,
                "In groups of more than five servers a leader must be chosen before any entry is taken from a \
                 client."
            ),
            (BlockKind::ListItem, "Servers that were cut off must not vote in the same term."),
            (
                BlockKind::ListItem,
                "Entries that most servers have stored must never be taken back, whatever happens to the leader \
                 that has sent them."
            ),
        ]
    );
}

fn terms_beside_their_paragraphs_are_labels(bench: &Bench) {
    let mut content = String::new();
    let entries = [
        ("Leader", "The one server of a group that takes entries from its clients and"),
        ("Term", "The time from one choice of a leader to the next, counted by all of"),
        ("Log", "What has been taken, in the order in which it was taken, so that it"),
    ];
    for (row, (term, first)) in entries.iter().enumerate() {
        let y = 700 - 40 * row as u32;
        content += &text("B", 10, (60, y), &[term]);
        content += &text("F", 10, (130, y), &[first, "the servers that are up at that time."]);
    }
    // A table whose cells are short stays one.
    for (row, cells) in ["Region Share", "North 12.5", "South 30.1", "West 57.4"].iter().enumerate() {
        let (name, share) = cells.split_once(' ').unwrap();
        let y = 540 - 14 * row as u32;
        content += &(at(60, y, name) + &at(200, y, share));
    }
    let found = of_content(bench, &content);
    let kinds: Vec<BlockKind> = found.iter().map(|block| block.kind).collect();
    assert_eq!(kinds, [&[BlockKind::Paragraph; 6][..], &[BlockKind::Table]].concat(), "{:?}", told(&found));
    assert_eq!(found[2].text, "Term");
    assert_eq!(
        found[3].text,
        "The time from one choice of a leader to the next, counted by all of the servers that are up at that time."
    );
}

/// The lines around rows of cells, with `edges` for their heights from the top and one line between two columns.
fn grid(left: u32, right: u32, wall: u32, edges: &[u32]) -> String {
    let across = edges.iter().map(|y| format!("{left} {y} m {right} {y} l S\n"));
    let down =
        [left, wall, right].map(|x| format!("{x} {} m {x} {} l S\n", edges[0], edges[edges.len() - 1]));
    across.chain(down).collect()
}

const LEFT: [&str; 7] = [
    "Seven of the groups had lost their leader more",
    "than once in the year, two had never lost it,",
    "and the others are told of below. In most of",
    "them a cut of the network was to blame, as far",
    "as it could be found out later; in the others",
    "a disk was full, or somebody had turned off",
    "the wrong machine.",
];
const RIGHT: [&str; 7] = [
    "When the leader is lost, the others wait for a",
    "time that is different for each of them. The",
    "first one to wake up asks for the votes of the",
    "others, and it is the new leader as soon as it",
    "has more than half of them. Nobody votes twice",
    "in one term, which is why there can never be",
    "two leaders at a time.",
];

fn ruled_table_between_columns_is_a_table(bench: &Bench) {
    let columns = |y| text("F", 10, (60, y), &LEFT) + &text("F", 10, (320, y), &RIGHT);
    let mut content = columns(740);
    content +=
        &text("F", 8, (170, 625), &["Table 1. Why leaders were lost, as far as it could be found out"]);
    let edges = [618, 590, 562, 534, 506, 478];
    content += &grid(165, 430, 345, &edges);
    let rows = [
        ("Cause", "(in words)", "Groups"),
        ("The network was cut", "between two rooms", "7"),
        ("A disk was full", "for a week", "2"),
        ("Somebody turned it off", "at night", "12"),
        ("Nobody knows why", "to this day", "1"),
    ];
    for ((first, second, count), top) in rows.iter().zip(edges) {
        content += &text("F", 8, (170, top - 11), &[first]);
        content += &text("F", 8, (170, top - 21), &[second]);
        content += &text("F", 8, (380, top - 16), &[count]);
    }
    content += &columns(450);
    let found = of_content(bench, &content);
    let (left, right) = (LEFT.join(" "), RIGHT.join(" "));
    let texts: Vec<&str> = found.iter().map(|block| block.text.as_str()).collect();
    assert_eq!(texts.len(), 6, "{texts:#?}");
    assert_eq!((texts[0], texts[1]), (left.as_str(), right.as_str()));
    assert_eq!((texts[4], texts[5]), (left.as_str(), right.as_str()));
    assert_eq!((found[2].kind, found[3].kind), (BlockKind::Caption, BlockKind::Table));
    let cells: Vec<Vec<&str>> =
        found[3].rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
    let expected: Vec<Vec<String>> = rows
        .iter()
        .map(|(first, second, count)| vec![format!("{first} {second}"), (*count).to_owned()])
        .collect();
    assert_eq!(cells, expected);
    assert!(texts[3].starts_with("Cause (in words) | Groups The network was cut between two rooms | 7"));
}

fn cells_on_several_lines_are_whole(bench: &Bench) {
    // No lines are drawn: the second line of a cell stands under it and alone in its row.
    let mut content = at(60, 700, "Part") + &at(140, 700, "What it does") + &at(420, 700, "Since");
    let rows = [
        ("Leader", "takes entries from clients and", "sends them to the others", "1998"),
        ("Log", "keeps what was taken for as", "long as anybody asks for it", "2004"),
        ("Voter", "answers each candidate once", "in every term", "2011"),
    ];
    for (row, (name, first, second, year)) in rows.iter().enumerate() {
        let y = 680 - 30 * row as u32;
        content += &(at(60, y, name) + &text("F", 10, (140, y), &[first, second]) + &at(420, y, year));
    }
    let found = of_content(bench, &content);
    assert_eq!(found.len(), 1, "{:?}", told(&found));
    let cells: Vec<&str> = found[0].rows[1].cells.iter().map(|cell| cell.text.as_str()).collect();
    assert_eq!(cells, ["Leader", "takes entries from clients and sends them to the others", "1998"]);
    assert_eq!(found[0].rows.len(), 4);
}

/// A note whose number is raised, in small print.
fn note(x: u32, y: u32, number: &str, lines: &[&str]) -> String {
    let mark = format!("BT /F 5 Tf {} {} Td ({number}) Tj ET\n", x + 8, y + 3);
    let (first, rest) = lines.split_first().unwrap();
    mark + &text("F", 7, (x + 14, y), &[first]) + &text("F", 7, (x, y - 8), rest)
}

fn notes_are_whole(bench: &Bench) {
    let body: Vec<&str> = LEFT.iter().chain(&RIGHT).copied().collect();
    let content = text("F", 10, (60, 740), &body)
        + &note(
            60,
            130,
            "10",
            &["The law of groups says how", "many servers may vote, and", "which of them may not."],
        )
        + &note(60, 104, "11", &["More than half of them, and at least", "10 of those that are up."])
        + &note(60, 84, "12", &["See the manual."]);
    let found = of_content(bench, &content);
    let notes: Vec<&str> = found
        .iter()
        .filter(|block| block.kind == BlockKind::Footnote)
        .map(|block| block.text.as_str())
        .collect();
    assert_eq!(
        notes,
        [
            "10 The law of groups says how many servers may vote, and which of them may not.",
            "11 More than half of them, and at least 10 of those that are up.",
            "12 See the manual.",
        ]
    );
}

fn headers_in_parts_are_furniture(bench: &Bench) {
    let mut writer = PdfWriter::new();
    for page in 1..=4_u32 {
        // The number stands at the outer edge, and the header is set in parts.
        let number = at(if page % 2 == 0 { 60 } else { 530 }, 770, &format!("477{page:02}"));
        let header =
            at(130, 770, "Gazette of Groups / Vol. 85 /") + &at(330, 770, "Thursday / Proposed Rules");
        let columns = text("F", 10, (60, 680), &LEFT) + &text("F", 10, (320, 680), &RIGHT);
        writer.page(&(number + &header + &columns));
    }
    let parsed = bench.parse(writer.finish()).unwrap();
    for page in &parsed.pages {
        let kept: Vec<&str> = page
            .blocks
            .iter()
            .filter(|block| block.kind != BlockKind::Furniture)
            .map(|block| block.text.as_str())
            .collect();
        assert_eq!(kept, [LEFT.join(" "), RIGHT.join(" ")]);
    }
}

/// A font whose letters `q` and `v` are a block and a triangle.
fn signs(writer: &mut PdfWriter) -> usize {
    let map = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n\
         1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar\n<71> <2588>\n<76> <25B7>\nendbfchar\n\
         endcmap CMapName currentdict /CMap defineresource pop end end";
    let map = writer.stream("", map.as_bytes());
    writer.add(format!(
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /ToUnicode {map} 0 R >>"
    ))
}

fn block_signs_and_triangles_are_bullets(bench: &Bench) {
    let mut writer = PdfWriter::new();
    let signs = signs(&mut writer);
    let item = |y: u32, lines: &[&str]| text("S", 10, (60, y), &["q"]) + &text("F", 10, (76, y), lines);
    let content = text("F", 10, (60, 740), &["Groups of servers promise the following, and more than that:"])
        + &item(720, &["Entries are kept in the order in which they have", "been taken from the clients"])
        + &item(696, &["No entry is lost"])
        + &text("S", 13, (60, 660), &["v"])
        + &text("F", 13, (76, 660), &["1.1 The order of entries"])
        + &text("F", 10, (60, 640), &LEFT)
        + &text("F", 10, (60, 540), &["Association of Groups", "– Room of Logs –", "New Street 14"]);
    let content = content.replace('–', "\\226");
    writer.page_of(&content, &format!("/Font << /F 2 0 R /B 3 0 R /S {signs} 0 R >>"));
    let found = blocks(bench, writer);
    let expected = [
        (BlockKind::Paragraph, "Groups of servers promise the following, and more than that:".to_owned()),
        (
            BlockKind::ListItem,
            "Entries are kept in the order in which they have been taken from the clients".to_owned(),
        ),
        (BlockKind::ListItem, "No entry is lost".to_owned()),
        (BlockKind::Heading, "1.1 The order of entries".to_owned()),
        (BlockKind::Paragraph, LEFT.join(" ")),
        (BlockKind::Paragraph, "Association of Groups – Room of Logs – New Street 14".to_owned()),
    ];
    let expected: Vec<(BlockKind, &str)> =
        expected.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
    assert_eq!(told(&found), expected);
}

fn powers_of_units_and_indices_are_kept(bench: &Bench) {
    // Text with a shift for what comes next: up, down, or none.
    let run = |parts: &[(&str, i32)]| {
        let mut content = "BT 60 700 Td\n".to_owned();
        for (part, shift) in parts {
            let size = if *shift == 0 { 10 } else { 6 };
            content += &format!("/F {size} Tf {shift} Ts ({part}) Tj\n");
        }
        content + "0 Ts ET\n"
    };
    let parts = [
        ("Water held 50 g.mL", 0),
        ("-1", 4),
        (" of salt and 3 mg L", 0),
        ("-1", 4),
        (" of CO", 0),
        ("2", -2),
        (" at a flow of 2 m", 0),
        ("3", 4),
        (" h", 0),
        ("-1", 4),
        (" for each of the groups.", 0),
    ];
    let found = of_content(bench, &run(&parts));
    assert_eq!(
        told(&found),
        [(
            BlockKind::Paragraph,
            "Water held 50 g.mL⁻¹ of salt and 3 mg L⁻¹ of CO₂ at a flow of 2 m³ h⁻¹ for each of the groups."
        )]
    );
}
