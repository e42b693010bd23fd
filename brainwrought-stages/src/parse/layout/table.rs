//! [`rows`]: the rows and cells of a table.

use brainwrought_core::data::{TableCell, TableRow};

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

/// Sorts the lines of a table, given row by row, into rows and columns.
///
/// Where the columns are clear, every row has a cell in each of them, and those that are empty on the page hold nothing:
/// the cells of a column then have the same place in all rows. Where they are not, a row has the cells that it shows.
pub(super) fn rows(lines: &[Line]) -> Vec<TableRow> {
    let mut rows: Vec<Vec<&Line>> = Vec::new();
    for line in lines {
        match rows.last_mut() {
            Some(row) if row.last().is_some_and(|last| last.is_beside(line)) => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    let columns = columns(&rows);
    rows.into_iter()
        .map(|row| {
            let Some(columns) = &columns else {
                return TableRow { cells: row.into_iter().map(cell).collect() };
            };
            let mut cells = vec![TableCell::default(); columns.len()];
            for line in row {
                let place =
                    columns.iter().position(|column| line.left < column.right && line.right > column.left);
                if let Some(held) = place.and_then(|place| cells.get_mut(place)) {
                    if held.text.is_empty() {
                        *held = cell(line);
                    } else {
                        held.text = format!("{} {}", held.text, line.text);
                        held.bbox = union(&held.bbox, &line.bbox());
                    }
                }
            }
            TableRow { cells }
        })
        .collect()
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
        Line { text: text.to_owned(), left, right, baseline, size: 10.0, bold: false, mono: false }
    }

    fn texts(lines: &[Line]) -> Vec<Vec<String>> {
        rows(lines).into_iter().map(|row| row.cells.into_iter().map(|cell| cell.text).collect()).collect()
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
