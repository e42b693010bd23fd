//! [`usual_size`]: the size that most of a text is set in.

use std::collections::BTreeMap;

use super::line::Line;

/// The size that most letters of some lines have.
pub(super) fn usual_size<'a>(lines: impl Iterator<Item = &'a Line>) -> f32 {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for line in lines {
        *counts.entry((line.size * 2.0).round() as u32).or_default() += line.text.len();
    }
    let usual = counts.iter().max_by_key(|(size, count)| (**count, **size));
    usual.map_or(10.0, |(size, _)| *size as f32 / 2.0)
}
