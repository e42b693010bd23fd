//! [`arrange`]: brings the lines of a page into the order in which a reader takes them.

use super::gutter::Gutter;
use super::line::Line;

/// How deep columns may lie in columns.
const MAX_DEPTH: u32 = 8;

/// Orders lines by columns where there are gutters, and from top to bottom elsewhere.
pub(super) fn arrange(lines: Vec<Line>, gutters: &[Gutter]) -> Vec<Line> {
    let mut ordered = Vec::with_capacity(lines.len());
    split(lines, gutters, 0, &mut ordered);
    ordered
}

/// Parts the lines at the tallest gutter: those above it come first, then one column after the other, then those below.
fn split(lines: Vec<Line>, gutters: &[Gutter], depth: u32, ordered: &mut Vec<Line>) {
    let height = |gutter: &Gutter| gutter.bottom - gutter.top;
    let tallest = gutters.iter().enumerate().max_by(|a, b| height(a.1).total_cmp(&height(b.1)));
    let Some((at, gutter)) = tallest.filter(|_| depth < MAX_DEPTH && lines.len() > 1) else {
        ordered.extend(in_rows(lines));
        return;
    };
    let others: Vec<Gutter> =
        gutters.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, other)| *other).collect();
    let (mut above, mut left, mut across, mut right, mut below) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        let part = match line.middle() {
            middle if middle < gutter.top => &mut above,
            middle if middle > gutter.bottom => &mut below,
            _ if line.right <= gutter.middle() => &mut left,
            _ if line.left >= gutter.middle() => &mut right,
            _ => &mut across,
        };
        part.push(line);
    }
    let among = |parts: &dyn Fn(&Gutter) -> bool| -> Vec<Gutter> {
        others.iter().filter(|other| parts(other)).copied().collect()
    };
    split(above, &among(&|other| other.top < gutter.top), depth + 1, ordered);
    let before = among(&|other| other.middle() < gutter.middle());
    let after = among(&|other| other.middle() > gutter.middle());
    // Nothing should stand across; what does anyway opens the columns.
    ordered.extend(in_rows(across));
    let runs_left = left.iter().chain(&right).filter(|line| line.runs_left()).count();
    if 2 * runs_left > left.len() + right.len() {
        split(right, &after, depth + 1, ordered);
        split(left, &before, depth + 1, ordered);
    } else {
        split(left, &before, depth + 1, ordered);
        split(right, &after, depth + 1, ordered);
    }
    split(below, &among(&|other| other.bottom > gutter.bottom), depth + 1, ordered);
}

/// Orders lines from top to bottom, and from left to right within a row.
pub(super) fn in_rows(mut lines: Vec<Line>) -> Vec<Line> {
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

    fn order(lines: Vec<Line>, gutters: &[Gutter]) -> String {
        arrange(lines, gutters).iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ")
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
        let gutter = |top, bottom| Gutter { left: 290.0, right: 310.0, top, bottom };
        let short = order(lines, &[gutter(55.0, 140.0), gutter(155.0, 210.0)])
            .replace("left-column-", "l")
            .replace("right-column-", "r");
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
        assert_eq!(order(lines, &[]), "a0 b0 c0 a1 b1 c1 a2 b2 c2 a3 b3 c3");
    }

    #[test]
    fn one_column_is_read_from_the_top() {
        let lines = (0..8).rev().map(|row| line(&row.to_string(), 50.0, 550.0, 80.0 + 12.0 * row as f32));
        assert_eq!(order(lines.collect(), &[]), "0 1 2 3 4 5 6 7");
    }
}
