//! [`components`]: the connected areas of a picture of two colours.

/// A run of set pixels in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) row: u32,
    pub(super) start: u32,
    /// One past the last pixel.
    pub(super) end: u32,
}

/// Set pixels that touch, by edges or corners, from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Component {
    pub(super) runs: Vec<Run>,
}

impl Component {
    /// Left, top, right and bottom edge.
    pub(super) fn bounds(&self) -> (u32, u32, u32, u32) {
        let left = self.runs.iter().map(|run| run.start).min().unwrap_or(0);
        let right = self.runs.iter().map(|run| run.end).max().unwrap_or(0);
        let top = self.runs.first().map_or(0, |run| run.row);
        let bottom = self.runs.last().map_or(0, |run| run.row + 1);
        (left, top, right, bottom)
    }
}

/// Finds the connected areas, in the order of their first pixels. `is_set` is asked for each pixel once.
pub(super) fn components(
    width: usize,
    height: usize,
    is_set: impl Fn(usize, usize) -> bool,
) -> Vec<Component> {
    let mut runs: Vec<Run> = Vec::new();
    // The run that each run belongs to; the first of an area belongs to itself.
    let mut parents: Vec<u32> = Vec::new();
    let mut above = 0..0;
    for row in 0..height {
        let first = runs.len();
        let mut start = None;
        for column in 0..=width {
            match (start, column < width && is_set(column, row)) {
                (None, true) => start = Some(column),
                (Some(from), false) => {
                    parents.push(runs.len() as u32);
                    runs.push(Run { row: row as u32, start: from as u32, end: column as u32 });
                    start = None;
                }
                _ => {}
            }
        }
        join(&runs, &mut parents, above, first..runs.len());
        above = first..runs.len();
    }
    let mut places = vec![None; runs.len()];
    let mut found: Vec<Component> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let root = root(&mut parents, at as u32) as usize;
        let Some(place) = places.get_mut(root) else { continue };
        let place = *place.get_or_insert(found.len());
        match found.get_mut(place) {
            Some(component) => component.runs.push(*run),
            None => found.push(Component { runs: vec![*run] }),
        }
    }
    found
}

/// Joins the runs of a row with those of the row above that they touch.
fn join(runs: &[Run], parents: &mut [u32], above: std::ops::Range<usize>, own: std::ops::Range<usize>) {
    let mut upper = above.start;
    for lower in own {
        let Some(run) = runs.get(lower) else { return };
        while upper < above.end && runs.get(upper).is_some_and(|other| other.end < run.start) {
            upper += 1;
        }
        let touching = (upper..above.end)
            .take_while(|other| runs.get(*other).is_some_and(|other| other.start <= run.end));
        for other in touching {
            let (a, b) = (root(parents, lower as u32), root(parents, other as u32));
            if let Some(parent) = parents.get_mut(a.max(b) as usize) {
                *parent = a.min(b);
            }
        }
    }
}

/// The first run of an area; shortens the way there.
fn root(parents: &mut [u32], mut at: u32) -> u32 {
    while let Some(&parent) = parents.get(at as usize)
        && parent != at
    {
        let next = parents.get(parent as usize).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(at as usize) {
            *slot = next;
        }
        at = parent;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(picture: &[&str]) -> Vec<(u32, u32, u32, u32)> {
        let set = |x: usize, y: usize| picture[y].as_bytes()[x] == b'#';
        components(picture[0].len(), picture.len(), set).iter().map(Component::bounds).collect()
    }

    #[test]
    fn what_touches_is_one() {
        assert_eq!(bounds(&["#..#", "#..#", "####"]), [(0, 0, 4, 3)]);
        assert_eq!(bounds(&["#.#", ".#.", "#.#"]), [(0, 0, 3, 3)], "corners touch");
        assert_eq!(
            bounds(&["##..#", ".....", "##..#"]),
            [(0, 0, 2, 1), (4, 0, 5, 1), (0, 2, 2, 3), (4, 2, 5, 3)]
        );
        assert_eq!(bounds(&["...", "..."]), []);
    }

    #[test]
    fn a_spiral_is_one() {
        let spiral = ["#######", "......#", "#####.#", "#...#.#", "#.###.#", "#.....#", "#######"];
        assert_eq!(bounds(&spiral), [(0, 0, 7, 7)]);
    }
}
