//! [`ruled_tables`]: the tables whose rows are parted by lines or by changes of colour, and what stands in their cells.

use brainwrought_core::data::Rect;

use super::gutter::Gutter;
use super::line::Line;
use super::pattern::is_caption_start;
use super::reading_order::in_rows;
use super::table::Placed;
use super::word::Word;
use crate::parse::page_content::PageContent;

/// A drawing lower than this is a line rather than an area, in points.
const THIN: f32 = 3.0;
/// The edges of neighbouring cells lie this near to each other, in points.
const TOUCH: f32 = 3.0;
/// Edges whose heights differ by less are one, in points.
const SAME: f32 = 1.5;
/// The least width of a table, in sizes.
const MIN_WIDTH: f32 = 8.0;
/// A row is at most so high, in sizes. What is higher holds several rows, or is a box around text.
const MAX_ROW: f32 = 6.0;
/// A table has so many rows of several cells at least.
const MIN_ROWS: usize = 2;
/// Cells of one row stand at least so far apart, in sizes.
const CELL_GAP: f32 = 1.4;
/// The most drawings, words and tables that are looked at, so that no page takes long.
const MAX_DRAWINGS: usize = 6_000;
const MAX_WORDS: usize = 12_000;
const MAX_TABLES: usize = 40;

/// A table whose rows are told by what is drawn between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RuledTable {
    pub area: Rect,
    /// The lines above, between and below the rows, from the top.
    rules: Vec<f32>,
    /// The lines between cells that stand side by side.
    pub walls: Vec<Gutter>,
}

/// Where something straight ends or begins.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Edge {
    /// The height of a horizontal one, and where from the left a vertical one stands.
    at: f32,
    from: f32,
    to: f32,
}

impl Edge {
    fn length(&self) -> f32 {
        self.to - self.from
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Direction {
    Across,
    Down,
}

/// Finds the tables of a page whose rows are ruled, for letters of a usual size.
pub(super) fn ruled_tables(page: &PageContent, words: &[Word], size: f32) -> Vec<RuledTable> {
    if page.drawings.len() < 3 || page.drawings.len() > MAX_DRAWINGS || words.len() > MAX_WORDS {
        return Vec::new();
    }
    let rules: Vec<Edge> =
        edges(page, Direction::Across).into_iter().filter(|edge| edge.length() >= MIN_WIDTH * size).collect();
    let mut walls: Option<Vec<Edge>> = None;
    let mut found: Vec<RuledTable> = Vec::new();
    for group in groups(&rules, size) {
        let Some(table) = table(&group, words, size) else { continue };
        if found.len() >= MAX_TABLES || found.iter().any(|other| meet(&other.area, &table.area)) {
            continue;
        }
        let walls = walls.get_or_insert_with(|| edges(page, Direction::Down));
        found.push(RuledTable { walls: walls_of(&table.area, walls, size), ..table });
    }
    found.retain(|table| has_rows(table, words));
    found
}

/// The edges of everything that is drawn; those that go on in each other are one.
fn edges(page: &PageContent, direction: Direction) -> Vec<Edge> {
    let page_area = page.width * page.height;
    let mut edges: Vec<Edge> = Vec::new();
    for shape in page.drawings.iter().filter(|shape| shape.width * shape.height < 0.8 * page_area) {
        let (at, extent, from, to) = match direction {
            Direction::Across => (shape.y, shape.height, shape.x, shape.right()),
            Direction::Down => (shape.x, shape.width, shape.y, shape.bottom()),
        };
        if extent <= THIN {
            edges.push(Edge { at: at + extent / 2.0, from, to });
        } else {
            edges.extend([Edge { at, from, to }, Edge { at: at + extent, from, to }]);
        }
    }
    edges.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut joined: Vec<Edge> = Vec::new();
    for level in edges.chunk_by(|a, b| b.at - a.at <= SAME) {
        let mut level = level.to_vec();
        level.sort_by(|a, b| a.from.total_cmp(&b.from));
        let start = joined.len();
        for edge in level {
            match joined.get_mut(start..).and_then(<[Edge]>::last_mut) {
                Some(last) if edge.from <= last.to + TOUCH => last.to = last.to.max(edge.to),
                _ => joined.push(edge),
            }
        }
    }
    joined
}

/// Groups of three and more rules, one below the other at the distance of rows.
fn groups(rules: &[Edge], size: f32) -> Vec<Vec<Edge>> {
    let mut groups: Vec<Vec<Edge>> = Vec::new();
    for rule in rules {
        let is_next = |group: &&mut Vec<Edge>| {
            group.last().is_some_and(|last| {
                let shared = last.to.min(rule.to) - last.from.max(rule.from);
                rule.at - last.at <= MAX_ROW * size && shared >= 0.9 * last.length().max(rule.length())
            })
        };
        match groups.iter_mut().rev().take(MAX_TABLES).find(is_next) {
            Some(group) => {
                // Two edges without room for letters between them are one rule.
                if group.last().is_some_and(|last| rule.at - last.at >= 0.8 * size) {
                    group.push(*rule);
                } else if group.len() == 1 {
                    *group = vec![*rule];
                }
            }
            None => groups.push(vec![*rule]),
        }
    }
    groups.retain(|group| group.len() > MIN_ROWS);
    groups
}

/// The table between rules, if no word stands on one of them, as the figures at the scale of a chart do.
fn table(rules: &[Edge], words: &[Word], size: f32) -> Option<RuledTable> {
    let (first, last) = (rules.first()?, rules.last()?);
    let from = rules.iter().map(|rule| rule.from).fold(f32::INFINITY, f32::min);
    let to = rules.iter().map(|rule| rule.to).fold(0.0, f32::max);
    let area = Rect { x: from, y: first.at, width: to - from, height: last.at - first.at };
    let is_struck = |word: &Word| {
        let inset = 0.3 * word.size;
        word.left < to
            && word.right > from
            && rules.iter().any(|rule| rule.at > word.top() + inset && rule.at < word.bottom() - inset)
    };
    let reaches_out =
        |word: &Word| is_in(&area, word) && (word.left < from - 0.5 * size || word.right > to + 0.5 * size);
    let is_none = words.iter().any(|word| is_struck(word) || reaches_out(word));
    (!is_none).then(|| RuledTable {
        area,
        rules: rules.iter().map(|rule| rule.at).collect(),
        walls: Vec::new(),
    })
}

fn is_in(area: &Rect, word: &Word) -> bool {
    let middle = f32::midpoint(word.left, word.right);
    (area.x..=area.right()).contains(&middle) && (area.y..=area.bottom()).contains(&word.middle())
}

fn meet(a: &Rect, b: &Rect) -> bool {
    a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom()
}

/// The vertical edges inside an area that are as high as a row.
fn walls_of(area: &Rect, walls: &[Edge], size: f32) -> Vec<Gutter> {
    walls
        .iter()
        .filter(|wall| wall.at > area.x + size && wall.at < area.right() - size)
        .map(|wall| Gutter {
            left: wall.at,
            right: wall.at,
            top: wall.from.max(area.y),
            bottom: wall.to.min(area.bottom()),
        })
        .filter(|wall| wall.bottom - wall.top >= 0.8 * size)
        .collect()
}

/// Tells whether enough rows have cells side by side, far apart or with a line between them.
fn has_rows(table: &RuledTable, words: &[Word]) -> bool {
    let inside: Vec<&Word> = words.iter().filter(|word| is_in(&table.area, word)).collect();
    let mut rows = vec![false; table.rules.len()];
    for word in &inside {
        let next = inside.iter().filter(|other| other.is_beside(word) && other.left > word.left);
        let Some(next) = next.min_by(|a, b| a.left.total_cmp(&b.left)) else { continue };
        let is_parted = next.left - word.right > CELL_GAP * word.size
            || table.walls.iter().any(|wall| wall.parts(word.right - 1.0, next.left + 1.0, word.middle()));
        if let Some(row) = rows.get_mut(table.row(word.middle()))
            && is_parted
        {
            *row = true;
        }
    }
    // A cell may be so high that what stands beside it is level with none of its lines.
    let mut places: Vec<Vec<&Word>> = vec![Vec::new(); table.rules.len()];
    for word in inside {
        if let Some(place) = places.get_mut(table.row(word.middle())) {
            place.push(word);
        }
    }
    for (row, place) in rows.iter_mut().zip(places) {
        let size = place.iter().map(|word| word.size).fold(0.0, f32::max);
        *row |= stretches(place.iter().map(|word| (word.left, word.right)), CELL_GAP * size).len() > 1;
    }
    rows.iter().filter(|row| **row).count() >= MIN_ROWS
}

/// What stretches from left to right cover together, where gaps wider than `gap` part them.
fn stretches(parts: impl Iterator<Item = (f32, f32)>, gap: f32) -> Vec<(f32, f32)> {
    let mut parts: Vec<(f32, f32)> = parts.collect();
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut joined: Vec<(f32, f32)> = Vec::new();
    for (left, right) in parts {
        match joined.last_mut() {
            Some(last) if left < last.1 + gap => last.1 = last.1.max(right),
            _ => joined.push((left, right)),
        }
    }
    joined
}

impl RuledTable {
    /// The row that a height falls into; the last one below the table.
    fn row(&self, height: f32) -> usize {
        self.rules.iter().filter(|rule| **rule < height).count().saturating_sub(1)
    }

    pub(super) fn holds(&self, line: &Line) -> bool {
        let middle = f32::midpoint(line.left, line.right);
        (self.area.x..=self.area.right()).contains(&middle)
            && (self.area.y..=self.area.bottom()).contains(&line.middle())
    }

    /// Sorts the lines in it, in any order, into rows and columns; nothing where they make no table. Where a caption stands
    /// between two rules, another table begins.
    pub(super) fn parts(&self, lines: Vec<Line>) -> Option<Vec<TablePart>> {
        let mut rows: Vec<Vec<Line>> = vec![Vec::new(); self.rules.len()];
        for line in lines {
            rows.get_mut(self.row(line.middle()))?.push(line);
        }
        rows.retain(|row| !row.is_empty());
        let mut parts: Vec<TablePart> = Vec::new();
        let mut open: Vec<Vec<Line>> = Vec::new();
        for row in rows.into_iter().map(in_rows) {
            if row.len() < 4 && row.first().is_some_and(|line| is_caption_start(&line.text)) {
                part(&std::mem::take(&mut open), &mut parts);
                parts.push(TablePart::Text(row));
            } else {
                open.push(row);
            }
        }
        part(&open, &mut parts);
        parts.iter().any(|part| matches!(part, TablePart::Cells(_))).then_some(parts)
    }
}

/// What stands in the frame of a table.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TablePart {
    /// Captions, and rows that are too few.
    Text(Vec<Line>),
    Cells(Vec<Placed>),
}

/// Adds rows as a table, or as text where they make none.
fn part(rows: &[Vec<Line>], parts: &mut Vec<TablePart>) {
    let lines = || rows.iter().flatten().cloned().collect::<Vec<Line>>();
    let Some(cells) = cells(rows) else {
        parts.extend((!rows.is_empty()).then(|| TablePart::Text(lines())));
        return;
    };
    parts.push(TablePart::Cells(cells));
}

fn cells(rows: &[Vec<Line>]) -> Option<Vec<Placed>> {
    let rows: Vec<Vec<Line>> =
        rows.iter().enumerate().flat_map(|(at, row)| parted(row.clone(), at == 0)).collect();
    let columns = columns(&rows)?;
    let mut placed: Vec<Placed> = Vec::new();
    for (at, row) in rows.into_iter().enumerate() {
        placed.extend(row.into_iter().map(|line| (at, column(&columns, &line), line)));
    }
    // The lines of a cell stay in their order.
    placed.sort_by_key(|(row, column, _)| (*row, *column));
    let has_several = |row: &&[Placed]| row.first().map(|cell| cell.1) != row.last().map(|cell| cell.1);
    let several = placed.chunk_by(|a, b| a.0 == b.0).filter(has_several);
    (several.count() >= MIN_ROWS).then_some(placed)
}

/// Parts what stands between two rules where it is several rows of figures, as in tables that rule off groups of rows.
fn parted(lines: Vec<Line>, is_head: bool) -> Vec<Vec<Line>> {
    let mut rows: Vec<Vec<Line>> = Vec::new();
    for line in &lines {
        match rows.last_mut() {
            Some(row) if row.last().is_some_and(|last: &Line| last.is_beside(line)) => row.push(line.clone()),
            _ => rows.push(vec![line.clone()]),
        }
    }
    let has_figures = |row: &&Vec<Line>| {
        let cells = row.get(1..).unwrap_or_default();
        let figures =
            cells.iter().filter(|cell| cell.text.contains(|letter: char| letter.is_ascii_digit())).count();
        !cells.is_empty() && 2 * figures >= cells.len()
    };
    let several = rows.iter().filter(has_figures).count();
    if is_head || several < 2 { vec![lines] } else { rows }
}

/// The columns, told by the rows with the most cells.
fn columns(rows: &[Vec<Line>]) -> Option<Vec<(f32, f32)>> {
    let cells = |row: &Vec<Line>| stretches(row.iter().map(|line| (line.left, line.right)), 0.0);
    let all: Vec<Vec<(f32, f32)>> = rows.iter().map(cells).collect();
    let most = all.iter().map(Vec::len).max().filter(|most| *most > 1)?;
    let fullest = || all.iter().filter(|cells| cells.len() == most);
    let joined = stretches(fullest().flatten().copied(), 0.0);
    if joined.len() == most { Some(joined) } else { fullest().next().cloned() }
}

/// The column that a line stands in or next to.
fn column(columns: &[(f32, f32)], line: &Line) -> usize {
    let distance = |&(left, right): &(f32, f32)| (left - line.right).max(line.left - right);
    let nearest = columns.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
    nearest.map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::set;
    use super::super::word::words;
    use super::*;

    fn page(cells: &[(&str, f32, f32)], rules: &[f32]) -> PageContent {
        let glyphs = cells.iter().flat_map(|(text, x, y)| set(text, *x, *y, 10.0)).collect();
        let rule = |y: &f32| Rect { x: 100.0, y: *y, width: 300.0, height: 0.5 };
        let drawings = rules.iter().map(rule).collect();
        PageContent { width: 600.0, height: 800.0, glyphs, drawings, ..PageContent::default() }
    }

    fn tables(page: &PageContent) -> Vec<RuledTable> {
        ruled_tables(page, &words(&page.glyphs), 10.0)
    }

    #[test]
    fn rows_are_what_stands_between_lines() {
        let cells = [
            ("Illness", 110.0, 115.0),
            ("Number", 300.0, 115.0),
            ("spine", 110.0, 140.0),
            ("(back)", 110.0, 152.0),
            ("7", 310.0, 146.0),
        ];
        let page = page(&cells, &[100.0, 125.0, 160.0]);
        let found = tables(&page);
        assert_eq!(found.len(), 1);
        let line = |(text, left, baseline): &(&str, f32, f32)| Line {
            text: (*text).to_owned(),
            left: *left,
            right: left + 5.0 * text.len() as f32,
            baseline: *baseline,
            size: 10.0,
            bold: false,
            mono: false,
            opens_note: false,
        };
        let parts = found[0].parts(cells.iter().map(line).collect()).unwrap();
        let [TablePart::Cells(placed)] = parts.as_slice() else { panic!("{parts:?}") };
        let told: Vec<(usize, usize, &str)> =
            placed.iter().map(|(row, column, line)| (*row, *column, line.text.as_str())).collect();
        let expected = [(0, 0, "Illness"), (0, 1, "Number"), (1, 0, "spine"), (1, 0, "(back)"), (1, 1, "7")];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_chart_and_a_box_of_text_are_no_tables() {
        let scale = [("10", 102.0, 104.0), ("20", 102.0, 129.0), ("a", 200.0, 115.0), ("b", 300.0, 140.0)];
        assert!(tables(&page(&scale, &[100.0, 125.0, 150.0])).is_empty(), "words stand on the lines");
        let prose = [("one line of text", 110.0, 115.0), ("another line of it", 110.0, 140.0)];
        assert!(tables(&page(&prose, &[100.0, 125.0, 150.0])).is_empty(), "there is one cell a row");
    }
}
