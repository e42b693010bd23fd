//! [`arrange`]: brings the lines of a page into the order in which a reader takes them.

use super::line::Line;

/// How deep columns may lie in columns.
const MAX_DEPTH: u32 = 3;
/// A gutter is at least this wide, in sizes of the text beside it.
const GUTTER: f32 = 0.6;
/// The letters that the lines of a column have on average, at least; page numbers and cells have fewer.
const MIN_LETTERS: usize = 8;
/// At most this part of the lines may cross a gutter: headings and wide figures.
const MAX_CROSSING: f32 = 0.4;

/// Orders lines by columns where there are gutters, and from top to bottom elsewhere.
pub(super) fn arrange(lines: Vec<Line>) -> Vec<Line> {
    let mut ordered = Vec::with_capacity(lines.len());
    split(lines, 0, &mut ordered);
    ordered
}

fn split(mut lines: Vec<Line>, depth: u32, ordered: &mut Vec<Line>) {
    let Some(gutter) = (depth < MAX_DEPTH).then(|| find_gutter(&lines)).flatten() else {
        ordered.extend(rows(lines));
        return;
    };
    lines.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let flush = |left: &mut Vec<Line>, right: &mut Vec<Line>, ordered: &mut Vec<Line>| {
        split(std::mem::take(left), depth + 1, ordered);
        split(std::mem::take(right), depth + 1, ordered);
    };
    for line in lines {
        if line.right <= gutter + 1.0 {
            left.push(line);
        } else if line.left >= gutter - 1.0 {
            right.push(line);
        } else {
            flush(&mut left, &mut right, ordered);
            ordered.push(line);
        }
    }
    flush(&mut left, &mut right, ordered);
}

/// Orders lines from top to bottom, and from left to right within a row.
fn rows(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut ordered: Vec<Line> = Vec::with_capacity(lines.len());
    let mut row: Vec<Line> = Vec::new();
    for line in lines {
        // The largest line of a row decides, so that a fraction's parts do not pull rows together.
        let fits =
            row.iter().max_by(|a, b| a.size.total_cmp(&b.size)).is_none_or(|main| main.is_beside(&line));
        if !fits {
            finish_row(&mut row, &mut ordered);
        }
        row.push(line);
    }
    finish_row(&mut row, &mut ordered);
    ordered
}

fn finish_row(row: &mut Vec<Line>, ordered: &mut Vec<Line>) {
    row.sort_by(|a, b| a.left.total_cmp(&b.left));
    ordered.append(row);
}

/// Finds the place of a gutter between two columns of running text.
fn find_gutter(lines: &[Line]) -> Option<f32> {
    if lines.len() < 6 {
        return None;
    }
    let left = lines.iter().map(|line| line.left).fold(f32::INFINITY, f32::min);
    let right = lines.iter().map(|line| line.right).fold(0.0, f32::max);
    let width = right - left;
    let mut sizes: Vec<f32> = lines.iter().map(|line| line.size).collect();
    sizes.sort_by(f32::total_cmp);
    let size = sizes.get(sizes.len() / 2).copied()?;
    if width < 8.0 * size {
        return None;
    }
    let crossing = |x: f32| lines.iter().filter(|line| line.left < x - 0.5 && line.right > x + 0.5).count();
    // Probing every two points is fine enough: a gutter is wider.
    let steps = ((width * 0.7) / 2.0) as usize;
    let probes: Vec<(f32, usize)> =
        (0..=steps).map(|step| left + width * 0.15 + step as f32 * 2.0).map(|x| (x, crossing(x))).collect();
    let fewest = probes.iter().map(|(_, count)| *count).min()?;
    if fewest as f32 > MAX_CROSSING * lines.len() as f32 {
        return None;
    }
    let mut best: Option<(f32, f32)> = None;
    // Places with nearly as few crossings count too: three columns have two gutters.
    for run in probes.chunk_by(|a, b| (a.1 <= fewest + 1) == (b.1 <= fewest + 1)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        let gap = last.0 - first.0 + 2.0;
        let middle = f32::midpoint(first.0, last.0);
        if first.1 <= fewest + 1
            && gap >= GUTTER * size
            && is_between_columns(lines, middle, (left, right))
            && best.is_none_or(|(widest, _)| gap > widest)
        {
            best = Some((gap, middle));
        }
    }
    best.map(|(_, x)| x)
}

/// Tells whether running text stands on both sides of `x`, side by side, rather than the cells of a table.
fn is_between_columns(lines: &[Line], x: f32, (left, right): (f32, f32)) -> bool {
    let before: Vec<&Line> = lines.iter().filter(|line| line.right <= x + 1.0).collect();
    let after: Vec<&Line> = lines.iter().filter(|line| line.left >= x - 1.0).collect();
    let few = (lines.len() / 8).max(3);
    if before.len() < few || after.len() < few {
        return false;
    }
    let reach = |side: &[&Line]| {
        let top = side.iter().map(|line| line.top()).fold(f32::INFINITY, f32::min);
        let bottom = side.iter().map(|line| line.bottom()).fold(0.0, f32::max);
        (top, bottom)
    };
    let (a, b) = (reach(&before), reach(&after));
    let shared = a.1.min(b.1) - a.0.max(b.0);
    let shorter = (a.1 - a.0).min(b.1 - b.0);
    // Formulas and tables inside a column leave many short lines, so what counts is how much text is in full lines.
    let full = |side: &[&Line], width: f32| {
        let long: f32 = side.iter().map(|line| line.width()).filter(|length| *length > 0.55 * width).sum();
        let all: f32 = side.iter().map(|line| line.width()).sum();
        long > 0.4 * all
    };
    let is_wordy =
        |side: &[&Line]| side.iter().map(|line| line.text.len()).sum::<usize>() >= MIN_LETTERS * side.len();
    shared > 0.3 * shorter
        && is_wordy(&before)
        && is_wordy(&after)
        && full(&before, x - left)
        && full(&after, right - x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, left: f32, right: f32, baseline: f32) -> Line {
        Line { text: text.to_owned(), left, right, baseline, size: 10.0, bold: false, mono: false }
    }

    fn order(lines: Vec<Line>) -> String {
        arrange(lines).iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn two_columns_are_read_one_after_the_other() {
        let mut lines = vec![line("title", 100.0, 500.0, 50.0)];
        for row in 0..5 {
            let y = 80.0 + 12.0 * row as f32;
            lines.push(line(&format!("left-column-{row}"), 50.0, 290.0, y));
            lines.push(line(&format!("right-column-{row}"), 310.0, 550.0, y));
        }
        lines.push(line("wide", 50.0, 550.0, 150.0));
        for row in 0..3 {
            let y = 170.0 + 12.0 * row as f32;
            lines.push(line(&format!("right-column-{}", row + 5), 310.0, 550.0, y));
            lines.push(line(&format!("left-column-{}", row + 5), 50.0, 290.0, y));
        }
        let short = order(lines).replace("left-column-", "l").replace("right-column-", "r");
        assert_eq!(short, "title l0 l1 l2 l3 l4 r0 r1 r2 r3 r4 wide l5 l6 l7 r5 r6 r7");
    }

    #[test]
    fn cells_of_a_table_are_read_by_rows() {
        let mut lines = Vec::new();
        for row in 0..4 {
            let y = 80.0 + 12.0 * row as f32;
            lines.push(line(&format!("b{row}"), 200.0, 220.0, y));
            lines.push(line(&format!("a{row}"), 50.0, 80.0, y));
            lines.push(line(&format!("c{row}"), 400.0, 430.0, y));
        }
        assert_eq!(order(lines), "a0 b0 c0 a1 b1 c1 a2 b2 c2 a3 b3 c3");
    }

    #[test]
    fn one_column_is_read_from_the_top() {
        let lines = (0..8).rev().map(|row| line(&row.to_string(), 50.0, 550.0, 80.0 + 12.0 * row as f32));
        assert_eq!(order(lines.collect()), "0 1 2 3 4 5 6 7");
    }
}
