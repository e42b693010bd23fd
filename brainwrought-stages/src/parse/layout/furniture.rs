//! [`Furniture`]: running headers, footers and page numbers, told by their repetition.

use std::collections::{BTreeMap, BTreeSet};

use super::line::Line;
use crate::language::{LanguageData, LayoutWords};

/// The part of a page's height, at its top and at its bottom, where furniture stands.
const MARGIN: f32 = 0.12;
/// The number of pages that must show a line before it counts as furniture.
const MIN_PAGES: usize = 3;

/// The lines that repeat from page to page.
#[derive(Debug, Default)]
pub(super) struct Furniture {
    repeated: BTreeMap<(Edge, String), usize>,
    /// The same for rows of lines, without the numbers at their ends: a gutter may cut a header in two, and left and right
    /// pages have their numbers at different ends.
    repeated_rows: BTreeMap<(Edge, String), usize>,
    /// The letters of the document's headings, which running headers repeat.
    headings: BTreeSet<String>,
    /// Large print in the middle of pages, by what it says and where, and on how many pages.
    stamps: BTreeMap<(String, i32, i32), usize>,
    pages: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Edge {
    Top,
    Bottom,
}

impl Furniture {
    /// Takes note of the headings in the file's outline.
    pub(super) fn expect<'a>(&mut self, headings: impl Iterator<Item = &'a str>) {
        self.headings.extend(headings.map(letters).filter(|heading| heading.len() >= 4));
    }

    /// Takes note of a page.
    pub(super) fn add(&mut self, lines: &[Line], page_height: f32) {
        self.pages += 1;
        let stamps: BTreeSet<_> = lines.iter().filter(|line| is_large(line)).map(place).collect();
        for stamp in stamps {
            *self.stamps.entry(stamp).or_default() += 1;
        }
        let mut keys: Vec<(Edge, String)> =
            lines.iter().filter_map(|line| Some((edge(line, page_height)?, pattern(&line.text)))).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            *self.repeated.entry(key).or_default() += 1;
        }
        let rows: BTreeSet<(Edge, String)> = row_patterns(lines, page_height).into_iter().flatten().collect();
        for row in rows {
            *self.repeated_rows.entry(row).or_default() += 1;
        }
    }

    fn is_heading(&self, text: &str) -> bool {
        text.chars().any(|letter| letter.is_ascii_digit()) && self.headings.contains(&letters(text))
    }

    /// Tells whether a line is a watermark, such as "CONFIDENTIAL" across the middle of pages.
    fn is_stamp(&self, line: &Line, page_height: f32, body_size: f32) -> bool {
        let is_in_the_middle = (0.25..0.75).contains(&(line.middle() / page_height.max(1.0)));
        is_in_the_middle && is_large(line) && line.size >= STAMP * body_size && {
            let pages = self.stamps.get(&place(line)).copied().unwrap_or(0);
            pages >= MIN_PAGES && 2 * pages >= self.pages
        }
    }

    /// Takes the furniture out of a page and returns it. Large print stays: the titles of slides repeat too.
    pub(super) fn take(&self, lines: &mut Vec<Line>, page_height: f32, body_size: f32) -> Vec<Line> {
        let top = lines.iter().map(Line::top).fold(f32::INFINITY, f32::min);
        let bottom = lines.iter().map(Line::bottom).fold(0.0, f32::max);
        let mut rows = row_patterns(lines, page_height).into_iter();
        let is_furniture = |line: &mut Line| {
            let row = rows.next().flatten();
            if self.is_stamp(line, page_height, body_size) {
                return true;
            }
            let Some(edge) = edge(line, page_height) else { return false };
            let own = self.repeated.get(&(edge, pattern(&line.text)));
            let of_row = row.and_then(|row| self.repeated_rows.get(&row));
            let pages = own.max(of_row).copied().unwrap_or(0);
            let outermost = match edge {
                Edge::Top => line.top() <= top + line.size,
                Edge::Bottom => line.bottom() >= bottom - line.size,
            };
            let is_small = line.size <= 1.25 * body_size;
            let repeats = is_small && (pages >= MIN_PAGES || pages + 1 == MIN_PAGES && outermost);
            let runs = is_small && !line.bold && outermost && pages > 0 && self.is_heading(&line.text);
            repeats || runs || outermost && is_page_number(&line.text)
        };
        lines.extract_if(.., is_furniture).collect()
    }
}

/// Rows are not told on pages that have more lines at their edges, nor where they have fewer letters.
const MAX_EDGE_LINES: usize = 200;
const MIN_ROW_LETTERS: usize = 4;
/// Watermarks are so many times as large as the text, and not long.
const STAMP: f32 = 2.0;
const MAX_STAMP: usize = 60;
/// Smaller print is not looked at, in points: there is much of it.
const MIN_STAMP: f32 = 16.0;

fn is_large(line: &Line) -> bool {
    line.size >= MIN_STAMP && line.text.len() <= MAX_STAMP
}

/// What a line says and where it stands, to two points.
fn place(line: &Line) -> (String, i32, i32) {
    (line.text.clone(), (line.left / 2.0).round() as i32, (line.baseline / 2.0).round() as i32)
}

/// The letters of a text alone, in lower case and without the word that numbers it.
fn letters(text: &str) -> String {
    let letters: String =
        text.chars().filter(|letter| letter.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let mut numbering = LanguageData::all().iter().flat_map(|data| data.layout.numbering.iter());
    numbering.find_map(|word| letters.strip_prefix(&word.to_lowercase())).unwrap_or(&letters).to_owned()
}

fn edge(line: &Line, page_height: f32) -> Option<Edge> {
    if line.middle() < MARGIN * page_height {
        Some(Edge::Top)
    } else if line.middle() > (1.0 - MARGIN) * page_height {
        Some(Edge::Bottom)
    } else {
        None
    }
}

/// What the rows say that lines at the top and the bottom of a page stand in, for each line.
fn row_patterns(lines: &[Line], page_height: f32) -> Vec<Option<(Edge, String)>> {
    let outer: Vec<&Line> = lines.iter().filter(|line| edge(line, page_height).is_some()).collect();
    let of_row = |line: &Line| {
        let edge = edge(line, page_height).filter(|_| outer.len() <= MAX_EDGE_LINES)?;
        let mut row: Vec<&Line> = outer.iter().copied().filter(|other| other.is_beside(line)).collect();
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
        let text = row.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
        let pattern = pattern(&text);
        let bare = pattern.trim_matches(['#', ' ']);
        (bare.chars().filter(|letter| letter.is_alphabetic()).count() >= MIN_ROW_LETTERS)
            .then(|| (edge, bare.to_owned()))
    };
    lines.iter().map(of_row).collect()
}

/// The text with all numbers alike.
fn pattern(text: &str) -> String {
    let mut pattern = String::new();
    for letter in text.chars() {
        if !letter.is_ascii_digit() {
            pattern.extend(letter.to_lowercase());
        } else if !pattern.ends_with('#') {
            pattern.push('#');
        }
    }
    // A page number in Roman numerals at either end of a header changes like one in digits.
    let words: Vec<&str> = pattern.split(' ').map(|word| if is_roman(word) { "#" } else { word }).collect();
    words.join(" ")
}

fn is_page_number(text: &str) -> bool {
    let lower = text.to_lowercase();
    let bare = lower.trim_matches(|letter: char| "-–—.·|[]() ".contains(letter));
    let words: Vec<&str> = bare
        .split([' ', '/'])
        .filter(|word| !word.is_empty() && !in_any(|words| words.page_words.contains(word)))
        .collect();
    let is_number = |word: &str| word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    match words.as_slice() {
        [number] => is_number(number) || is_roman(number),
        [number, total] => is_number(number) && is_number(total) && bare.contains('/'),
        [number, of, total] if in_any(|words| words.of_words.contains(of)) => {
            is_number(number) && is_number(total)
        }
        _ => false,
    }
}

/// Tells whether something holds of the words of any language: that of the page is not known.
fn in_any(holds: impl Fn(&LayoutWords) -> bool) -> bool {
    LanguageData::all().iter().any(|data| holds(&data.layout))
}

fn is_roman(word: &str) -> bool {
    !word.is_empty() && word.len() <= 6 && word.bytes().all(|byte| b"ivxl".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, baseline: f32, size: f32) -> Line {
        Line {
            text: text.to_owned(),
            left: 50.0,
            right: 200.0,
            baseline,
            size,
            bold: false,
            mono: false,
            opens_note: false,
        }
    }

    #[test]
    fn repeated_headers_and_page_numbers_go() {
        let page = |number: u32| {
            vec![
                line(&format!("{number}   Chapter 3: Greed"), 40.0, 9.0),
                line("Same title", 60.0, 20.0),
                line("Body text 17", 400.0, 10.0),
                line(&format!("– {number} –"), 780.0, 9.0),
            ]
        };
        let mut furniture = Furniture::default();
        (1..=3).for_each(|number| furniture.add(&page(number), 800.0));
        let mut lines = page(2);
        furniture.take(&mut lines, 800.0, 10.0);
        let left: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(left, ["Same title", "Body text 17"]);
    }

    #[test]
    fn a_header_in_two_parts_and_with_its_number_at_either_end_goes() {
        let part = |text: &str, left: f32| Line { left, ..line(text, 40.0, 9.0) };
        let mut furniture = Furniture::default();
        furniture.add(&[part("101 The Gazette, Part Two", 50.0)], 800.0);
        furniture.add(&[part("The Gazette, Part Two 102", 50.0)], 800.0);
        let cut = [part("The Gazette,", 80.0), part("Part Two", 300.0), part("Another word", 600.0)];
        furniture.add(&cut[..2], 800.0);
        let mut lines = cut[..2].to_vec();
        assert_eq!(furniture.take(&mut lines, 800.0, 10.0).len(), 2);
        let mut lines = cut.to_vec();
        assert!(furniture.take(&mut lines, 800.0, 10.0).is_empty(), "the row says something else");
    }

    #[test]
    fn a_watermark_goes_and_the_titles_of_slides_stay() {
        let page = || {
            vec![line("Overview", 90.0, 24.0), line("CONFIDENTIAL", 410.0, 40.0), line("Text", 300.0, 10.0)]
        };
        let mut furniture = Furniture::default();
        (1..=3).for_each(|_| furniture.add(&page(), 800.0));
        let mut lines = page();
        furniture.take(&mut lines, 800.0, 10.0);
        let left: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(left, ["Overview", "Text"]);
    }

    #[test]
    fn page_numbers_are_told_from_text() {
        for text in ["7", "xiv", "Page 3", "3 / 26", "Seite 4 von 10", "[12]"] {
            assert!(is_page_number(text), "{text}");
        }
        for text in ["1984 was a book", "3 apples", "12345", "v1.0 of"] {
            assert!(!is_page_number(text), "{text}");
        }
    }
}
