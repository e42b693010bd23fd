//! [`Shape`]: convex shapes, and where lines cut them.

/// A point in the drawing space: right and down.
pub(super) type Point = (f64, f64);

/// A shape that every horizontal line cuts at most once.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape<'a> {
    /// Centre and radii.
    Ellipse(Point, f64, f64),
    /// A line with round ends: its ends and its radius.
    Capsule(Point, Point, f64),
    /// The corners of a convex polygon, in order.
    Polygon(&'a [Point]),
    /// Left, top, right, bottom and the radius of the corners.
    RoundRect(f64, f64, f64, f64, f64),
}

impl Shape<'_> {
    pub(super) fn rows(&self) -> (f64, f64) {
        match *self {
            Self::Ellipse((_, y), _, ry) => (y - ry, y + ry),
            Self::Capsule((_, ay), (_, by), r) => (ay.min(by) - r, ay.max(by) + r),
            Self::Polygon(points) => {
                let tops = points.iter().map(|p| p.1);
                (tops.clone().fold(f64::INFINITY, f64::min), tops.fold(f64::NEG_INFINITY, f64::max))
            }
            Self::RoundRect(_, top, _, bottom, _) => (top, bottom),
        }
    }

    /// From its left to its right end.
    pub(super) fn columns(&self) -> (f64, f64) {
        match *self {
            Self::Ellipse((x, _), rx, _) => (x - rx, x + rx),
            Self::Capsule((ax, _), (bx, _), r) => (ax.min(bx) - r, ax.max(bx) + r),
            Self::Polygon(points) => {
                let ends = points.iter().map(|p| p.0);
                (ends.clone().fold(f64::INFINITY, f64::min), ends.fold(f64::NEG_INFINITY, f64::max))
            }
            Self::RoundRect(left, _, right, _, _) => (left, right),
        }
    }

    /// The corners of what lies between the round ends of a line.
    pub(super) fn body(&self) -> Option<[Point; 4]> {
        let Self::Capsule((ax, ay), (bx, by), r) = *self else { return None };
        let (dx, dy) = (bx - ax, by - ay);
        let length = (dx * dx + dy * dy).sqrt();
        (length > 1e-9).then(|| {
            let (nx, ny) = (-dy / length * r, dx / length * r);
            [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)]
        })
    }

    /// Where the line at height `y` enters and leaves the shape, whose body is given.
    pub(super) fn chord(&self, y: f64, body: Option<&[Point; 4]>) -> Option<(f64, f64)> {
        match *self {
            Self::Ellipse((cx, cy), rx, ry) => {
                let d = (y - cy) / ry;
                let rest = 1.0 - d * d;
                (rest > 0.0).then(|| {
                    let half = rx * rest.sqrt();
                    (cx - half, cx + half)
                })
            }
            Self::Capsule(a, b, r) => capsule_chord(a, b, r, body, y),
            Self::Polygon(points) => polygon_chord(points, y),
            Self::RoundRect(left, top, right, bottom, r) => {
                if y < top || y > bottom {
                    return None;
                }
                let into = (top + r - y).max(y - (bottom - r)).max(0.0);
                let inset = r - (r * r - into * into).max(0.0).sqrt();
                Some((left + inset, right - inset))
            }
        }
    }
}

fn polygon_chord(points: &[Point], y: f64) -> Option<(f64, f64)> {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let mut previous = *points.last()?;
    for &point in points {
        let ((ax, ay), (bx, by)) = (previous, point);
        if (ay <= y) != (by <= y) {
            let x = ax + (bx - ax) * (y - ay) / (by - ay);
            low = low.min(x);
            high = high.max(x);
        }
        previous = point;
    }
    (low < high).then_some((low, high))
}

fn capsule_chord(a: Point, b: Point, r: f64, body: Option<&[Point; 4]>, y: f64) -> Option<(f64, f64)> {
    let (mut low, mut high) =
        body.and_then(|body| polygon_chord(body, y)).unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
    for (cx, cy) in [a, b] {
        let rest = r * r - (y - cy) * (y - cy);
        if rest > 0.0 {
            let half = rest.sqrt();
            low = low.min(cx - half);
            high = high.max(cx + half);
        }
    }
    (low < high).then_some((low, high))
}

/// Whether the sides of a row move so little that a curve is as good as straight there: two pixels at most.
pub(super) fn is_steep([above, below]: &[(f64, f64); 2], unit: f64) -> bool {
    (above.0 - below.0).abs() <= 2.0 * unit && (above.1 - below.1).abs() <= 2.0 * unit
}

/// What is worked out once for a shape, and not at each of its rows.
pub(super) struct Outline {
    pub(super) bands: Vec<Band>,
    pub(super) body: Option<[Point; 4]>,
}

impl Outline {
    pub(super) fn from_shape(shape: &Shape<'_>) -> Self {
        let body = shape.body();
        let bands = match (shape, &body) {
            (Shape::Polygon(points), _) => bands(points),
            (Shape::Capsule(..), Some(body)) => between_ends(body),
            _ => Vec::new(),
        };
        Self { bands, body }
    }
}

/// A part of a convex polygon between two corners: its sides are straight there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    top: f64,
    bottom: f64,
    /// Left and right side: the place across at height 0, and how far it moves a unit down.
    left: (f64, f64),
    right: (f64, f64),
}

impl Band {
    /// The chords at two heights, when both lie in the band.
    pub(super) fn sides(&self, above: f64, below: f64) -> Option<[(f64, f64); 2]> {
        let at = |side: (f64, f64), y: f64| side.0 + side.1 * y;
        (above >= self.top && below <= self.bottom)
            .then(|| [above, below].map(|y| (at(self.left, y), at(self.right, y))))
    }
}

/// The part of a line's body that both of its long sides pass: the round ends are not seen there.
fn between_ends(body: &[Point; 4]) -> Vec<Band> {
    let [(_, ay), (_, by), (_, cy), (_, dy)] = *body;
    let (top, bottom) = (ay.min(by).max(cy.min(dy)), ay.max(by).min(cy.max(dy)));
    bands(body).into_iter().filter(|band| band.top >= top && band.bottom <= bottom).collect()
}

fn bands(points: &[Point]) -> Vec<Band> {
    let mut heights: Vec<f64> = points.iter().map(|point| point.1).collect();
    heights.sort_unstable_by(f64::total_cmp);
    let between = |pair: &[f64]| {
        let (top, bottom) = (pair[0], pair[1]);
        let middle = (top + bottom) / 2.0;
        let mut sides: Option<[(f64, (f64, f64)); 2]> = None;
        let mut previous = *points.last()?;
        for &point in points {
            let ((ax, ay), (bx, by)) = (previous, point);
            if (ay <= middle) != (by <= middle) {
                let slope = (bx - ax) / (by - ay);
                let side = (ax + slope * (middle - ay), (ax - slope * ay, slope));
                let [low, high] = sides.get_or_insert([side, side]);
                if side.0 < low.0 {
                    *low = side;
                }
                if side.0 > high.0 {
                    *high = side;
                }
            }
            previous = point;
        }
        let [left, right] = sides?;
        Some(Band { top, bottom, left: left.1, right: right.1 })
    };
    heights.windows(2).filter(|pair| pair[1] - pair[0] > 1e-6).filter_map(between).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_its_ends_a_line_has_straight_sides() {
        for (a, b) in [
            ((10.0, 5.0), (300.0, 95.0)),
            ((300.0, 5.0), (10.0, 95.0)),
            ((50.0, 90.0), (60.0, 10.0)),
            ((50.0, 10.0), (50.0, 90.0)),
        ] {
            let shape = Shape::Capsule(a, b, 12.0);
            let outline = Outline::from_shape(&shape);
            let mut found = 0;
            for row in 0..120 {
                let (above, below) = (f64::from(row), f64::from(row + 1));
                let Some(sides) = outline.bands.iter().find_map(|band| band.sides(above, below)) else {
                    continue;
                };
                found += 1;
                for (y, side) in [above, below].into_iter().zip(sides) {
                    let chord = shape.chord(y, outline.body.as_ref()).unwrap();
                    assert!((chord.0 - side.0).abs() < 1e-6 && (chord.1 - side.1).abs() < 1e-6, "{a:?} {y}");
                }
            }
            assert!(found > 40, "{a:?} to {b:?}: {found}");
        }
        // A line that lies flat is round at both ends of every row.
        let flat = Outline::from_shape(&Shape::Capsule((10.0, 50.0), (300.0, 50.5), 12.0));
        assert!(flat.bands.is_empty());
    }
}
