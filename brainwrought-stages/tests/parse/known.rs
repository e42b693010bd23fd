//! Documents whose right reading is known, and how well they must be read.

use std::path::Path;

use brainwrought_testing::{Read, Score, known_documents, score};

use super::{Bench, Test};

pub(crate) const TESTS: &[Test] =
    &[("known_documents_are_read_as_well_as_before", known_documents_are_read_as_well_as_before)];

/// What a figure is called, how it is taken, and the least it may be.
type Floor = (&'static str, fn(&Score) -> Option<f64>, f64);

fn known_documents_are_read_as_well_as_before(bench: &Bench) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../benches/reading");
    let mut all = Score::default();
    for known in known_documents(&folder) {
        let read = bench.parse(std::fs::read(&known.pdf).unwrap());
        let read = read.unwrap_or_else(|error| panic!("{} is refused: {error}", known.name));
        all += score(&known, &Read::from_json(serde_json::to_value(read).unwrap()));
    }
    let floors = if bench.engine() == "pdfium" { PDFIUM } else { BUILT_IN };
    let errors = all.character_error_rate().unwrap();
    let mut worse = Vec::new();
    if errors > floors.0 {
        worse.push(format!("{errors:.4} of the letters are wrong, {} were", floors.0));
    }
    for (name, figure, floor) in floors.1 {
        let value = figure(&all).unwrap();
        if value < *floor {
            worse.push(format!("{name} is {value:.3}, not {floor}"));
        }
    }
    assert!(
        worse.is_empty(),
        "{}: see `cargo bench -p brainwrought-benches --bench reading -- --mistakes`",
        worse.join("; "),
    );
}

/// The most letters that may be wrong, as a part of all, and the least that the other figures may be.
type Floors = (f64, &'static [Floor]);

/// A little below what was measured with version 11 of the stage. Whoever makes it read better raises them.
const PDFIUM: Floors = (
    0.016,
    &[
        ("order", Score::order, 0.93),
        ("kinds", Score::kinds, 0.905),
        ("levels", Score::levels, 0.91),
        ("whole blocks", Score::whole_blocks, 0.93),
        ("cells", Score::cells, 0.98),
        ("figures", Score::figures, 0.78),
        ("labels", Score::labels, 0.96),
        ("titles", Score::titles, 0.95),
        ("languages", Score::languages, 1.0),
    ],
);

/// See [`PDFIUM`].
const BUILT_IN: Floors = (
    0.016,
    &[
        ("order", Score::order, 0.95),
        ("kinds", Score::kinds, 0.905),
        ("levels", Score::levels, 0.91),
        ("whole blocks", Score::whole_blocks, 0.93),
        ("cells", Score::cells, 0.98),
        ("figures", Score::figures, 0.78),
        ("labels", Score::labels, 0.96),
        ("titles", Score::titles, 0.9),
        ("languages", Score::languages, 1.0),
    ],
);
