//! [`rows`]: the rows and cells of a table, and which line stands where in it.

use brainwrought_core::data::{TableCell, TableRow};

use super::hyphen::Vocabulary;
use super::line::Line;
use crate::parse::page_content::union;

/// The most columns that cells are sorted into; what has more is no table that anybody reads.
const MAX_COLUMNS: usize = 40;

/// A stretch of the page, from left to right, that cells of several rows share.
#[derive(Debug, Clone, Copy)]
struct Column {
    left: f32,
    right: f32,
}

/// A line in its cell: row, column and the line itself.
pub(super) type Placed = (usize, usize, Line);

/// Sorts the lines of a table, given row by row, into rows and columns; nothing where the columns are not clear.
pub(super) fn placed(lines: &[Line]) -> Option<Vec<Placed>> {
    let rows = rows_as_shown(lines);
    let columns = columns(&rows)?;
    let mut found: Vec<Vec<(usize, &Line)>> = Vec::new();
    for row in rows {
        let meets = |line: &Line, column: &Column| line.left < column.right && line.right > column.left;
        let place = |line: &Line| columns.iter().position(|column| meets(line, column));
        let row: Vec<(usize, &Line)> =
            row.into_iter().filter_map(|line| Some((place(line)?, line))).collect();
        match found.last_mut() {
            Some(last) if goes_on(last, &row) => last.extend(row),
            _ => found.push(row),
        }
    }
    let rows = found.into_iter().enumerate();
    let mut placed: Vec<Placed> = rows
        .flat_map(|(at, row)| row.into_iter().map(move |(column, line)| (at, column, line.clone())))
        .collect();
    // The lines of a cell stay in their order.
    placed.sort_by_key(|(row, column, _)| (*row, *column));
    Some(placed)
}

fn rows_as_shown(lines: &[Line]) -> Vec<Vec<&Line>> {
    let mut rows: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        match rows.last_mut() {
            Some(row) if row.last().is_some_and(|last| last.is_beside(line)) => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    rows
}

/// The next line of a cell is at most so far below, in sizes.
const NEXT_LINE: f32 = 1.4;

/// Tells whether lines are the second ones of words in the cells above them: nothing stands in the first column, and no
/// figures in the others.
fn goes_on(above: &[(usize, &Line)], row: &[(usize, &Line)]) -> bool {
    let Some((_, first)) = row.first() else { return false };
    let is_next = |(column, line): &(usize, &Line)| {
        let mut cell = above.iter().filter(|(other, _)| other == column);
        let is_word = line.text.starts_with(|letter: char| letter.is_alphabetic() || letter == '(');
        *column > 0 && is_word && cell.next().is_some()
    };
    let baseline = above.iter().map(|(_, line)| line.baseline).fold(0.0, f32::max);
    let has_first = above.iter().any(|(column, _)| *column == 0);
    has_first && (first.baseline - baseline) < NEXT_LINE * first.size && row.iter().all(is_next)
}

/// Makes rows and cells of the lines of a table.
///
/// Where the places of the lines are known, every row has a cell in each column, and those that are empty on the page hold
/// nothing: the cells of a column then have the same place in all rows. Where they are not, a row has the cells that it
/// shows.
pub(super) fn rows(
    lines: &[Line],
    places: Option<&[(usize, usize)]>,
    vocabulary: &Vocabulary,
) -> Vec<TableRow> {
    let Some(places) = places else {
        let row = |row: Vec<&Line>| TableRow { cells: row.into_iter().map(cell).collect() };
        return rows_as_shown(lines).into_iter().map(row).collect();
    };
    let columns = places.iter().map(|(_, column)| column + 1).max().unwrap_or(0).min(MAX_COLUMNS);
    let mut rows: Vec<TableRow> = Vec::new();
    let mut last = None;
    for (line, (row, column)) in lines.iter().zip(places) {
        if last != Some(*row) {
            rows.push(TableRow { cells: vec![TableCell::default(); columns] });
            last = Some(*row);
        }
        let Some(held) = rows.last_mut().and_then(|row| row.cells.get_mut(*column)) else { continue };
        held.bbox = if held.text.is_empty() { line.bbox() } else { union(&held.bbox, &line.bbox()) };
        vocabulary.join(&mut held.text, &line.text);
    }
    rows
}

fn cell(line: &Line) -> TableCell {
    TableCell { text: line.text.clone(), bbox: line.bbox() }
}

/// The columns, from the left; nothing where cells of one row would fall into the same column, or too many.
fn columns(rows: &[Vec<&Line>]) -> Option<Vec<Column>> {
    // A row of one cell may be a heading over all columns.
    let full = || rows.iter().filter(|row| row.len() > 1);
    let mut cells: Vec<Column> =
        full().flatten().map(|line| Column { left: line.left, right: line.right }).collect();
    cells.sort_by(|a, b| a.left.total_cmp(&b.left));
    let mut columns: Vec<Column> = Vec::new();
    for cell in cells {
        match columns.last_mut() {
            Some(column) if cell.left < column.right => column.right = column.right.max(cell.right),
            _ => columns.push(cell),
        }
    }
    let most = full().map(Vec::len).max()?;
    (columns.len() >= most && columns.len() <= MAX_COLUMNS).then_some(columns)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, left: f32, right: f32, baseline: f32) -> Line {
        Line {
            text: text.to_owned(),
            left,
            right,
            baseline,
            size: 10.0,
            bold: false,
            mono: false,
            opens_note: false,
        }
    }

    fn texts(lines: &[Line]) -> Vec<Vec<String>> {
        let vocabulary = Vocabulary::default();
        let rows = match placed(lines) {
            Some(placed) => {
                let places: Vec<(usize, usize)> =
                    placed.iter().map(|(row, column, _)| (*row, *column)).collect();
                let lines: Vec<Line> = placed.into_iter().map(|(_, _, line)| line).collect();
                rows(&lines, Some(&places), &vocabulary)
            }
            None => rows(lines, None, &vocabulary),
        };
        rows.into_iter().map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect()
    }

    #[test]
    fn cells_of_a_column_have_one_place_in_all_rows() {
        let lines = [
            line("2023", 150.0, 180.0, 100.0),
            line("2024", 220.0, 250.0, 100.0),
            line("Revenue", 50.0, 100.0, 112.0),
            line("31", 165.0, 180.0, 112.0),
            line("42", 235.0, 250.0, 112.0),
            line("Of which new", 50.0, 120.0, 124.0),
            line("7", 245.0, 250.0, 124.0),
        ];
        assert_eq!(texts(&lines), [["", "2023", "2024"], ["Revenue", "31", "42"], ["Of which new", "", "7"]]);
    }

    #[test]
    fn the_second_lines_of_cells_belong_to_their_rows() {
        let lines = [
            line("Leader", 50.0, 80.0, 100.0),
            line("takes entries from", 150.0, 240.0, 100.0),
            line("1998", 300.0, 320.0, 100.0),
            line("its clients", 150.0, 210.0, 112.0),
            line("Log", 50.0, 70.0, 124.0),
            line("keeps them", 150.0, 200.0, 124.0),
            line("2004", 300.0, 320.0, 124.0),
            line("12", 300.0, 310.0, 136.0),
        ];
        let expected = [
            ["Leader", "takes entries from its clients", "1998"],
            ["Log", "keeps them", "2004"],
            ["", "", "12"],
        ];
        assert_eq!(texts(&lines), expected);
    }

    #[test]
    fn cells_that_overlap_stay_as_they_are_shown() {
        let lines = [
            line("A long cell that reaches far", 50.0, 200.0, 100.0),
            line("end", 210.0, 240.0, 100.0),
            line("a", 50.0, 60.0, 112.0),
            line("b", 100.0, 110.0, 112.0),
            line("c", 205.0, 240.0, 112.0),
        ];
        assert_eq!(texts(&lines), [vec!["A long cell that reaches far", "end"], vec!["a", "b", "c"]]);
    }
}
