//! [`Area`]: a rectangle of a frame.

use std::ops::Range;

/// A rectangle of a frame in whole pixels of its luma plane. The default is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Area {
    /// From the left edge.
    pub columns: Range<usize>,
    /// From the top.
    pub rows: Range<usize>,
}

impl Area {
    /// The largest part of the rectangle that starts and ends at even places, as the planes of colour need it.
    pub(crate) fn even(&self) -> Self {
        let even = |range: &Range<usize>| {
            let start = range.start.next_multiple_of(2);
            start..(range.end & !1).max(start)
        };
        Self { columns: even(&self.columns), rows: even(&self.rows) }
    }

    /// The same rectangle on the planes of colour, whose size is half of the frame's; it must be even.
    pub(crate) fn half(&self) -> Self {
        let half = |range: &Range<usize>| range.start / 2..range.end / 2;
        Self { columns: half(&self.columns), rows: half(&self.rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_shrink_to_even_places() {
        let area = Area { columns: 3..9, rows: 4..7 };
        assert_eq!(area.even(), Area { columns: 4..8, rows: 4..6 });
        assert_eq!(area.even().half(), Area { columns: 2..4, rows: 2..3 });
        let thin = Area { columns: 3..4, rows: 0..2 };
        assert!(thin.even().columns.is_empty());
    }
}
