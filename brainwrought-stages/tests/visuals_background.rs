//! Backgrounds: the same bytes every time, always in motion, never dark, never flashing.

use brainwrought_stages::background::Colours;
use brainwrought_stages::background::{BackgroundError, STYLES, choose, open};
use brainwrought_stages::picture::{Area, YuvFrame};

const WIDTH: usize = 216;
const HEIGHT: usize = 384;
const FPS: u32 = 30;

/// Draws `count` frames of a style from `offset_ms` on.
fn frames(style: &str, seed: u64, offset_ms: u64, count: u64) -> Vec<YuvFrame> {
    let mut style = open(style, seed, WIDTH, HEIGHT, FPS, offset_ms).expect("the style is known");
    let mut frame = YuvFrame::black(WIDTH, HEIGHT);
    (0..count)
        .map(|number| {
            style.draw(number, &mut frame, &Area::default());
            frame.clone()
        })
        .collect()
}

fn mean_luma(frame: &YuvFrame) -> f64 {
    frame.y.iter().map(|&y| f64::from(y)).sum::<f64>() / frame.y.len() as f64
}

#[test]
fn drawing_twice_gives_the_same_bytes() {
    for style in STYLES {
        assert_eq!(frames(style.name, 7, 0, 20), frames(style.name, 7, 0, 20), "{}", style.name);
    }
}

#[test]
fn an_offset_goes_on_where_an_earlier_part_stopped() {
    for style in STYLES {
        let whole = frames(style.name, 3, 0, 100);
        let rest = frames(style.name, 3, 3000, 10);
        assert_eq!(whole[90..], rest, "{}", style.name);
    }
}

#[test]
fn around_what_is_covered_the_picture_is_the_same() {
    let covered = Area { columns: 20..190, rows: 60..240 };
    let is_seen =
        |column: usize, row: usize| !covered.columns.contains(&column) || !covered.rows.contains(&row);
    for style in STYLES {
        let mut around = open(style.name, 7, WIDTH, HEIGHT, FPS, 0).unwrap();
        for (number, whole) in (0..).zip(frames(style.name, 7, 0, 40)) {
            let mut frame = YuvFrame::black(WIDTH, HEIGHT);
            around.draw(number, &mut frame, &covered);
            for at in (0..WIDTH * HEIGHT).filter(|at| is_seen(at % WIDTH, at / WIDTH)) {
                assert_eq!(frame.y[at], whole.y[at], "{} at {at} of frame {number}", style.name);
            }
            let half = WIDTH / 2;
            for at in (0..half * HEIGHT / 2).filter(|at| is_seen(at % half * 2, at / half * 2)) {
                assert_eq!((frame.u[at], frame.v[at]), (whole.u[at], whole.v[at]), "{}", style.name);
            }
        }
    }
}

#[test]
fn seeds_change_the_picture() {
    for style in STYLES {
        assert_ne!(frames(style.name, 1, 0, 1), frames(style.name, 2, 0, 1), "{}", style.name);
    }
}

#[test]
fn no_frame_is_dark_and_nothing_flashes() {
    for style in STYLES {
        for seed in 0..12 {
            let lumas: Vec<f64> = frames(style.name, seed, 20_000, 60).iter().map(mean_luma).collect();
            for pair in lumas.windows(2) {
                assert!(pair[0] > 40.0, "{} with seed {seed} is dark: {}", style.name, pair[0]);
                // A flash is a change of a tenth of the range and back (WCAG 2.3.1).
                assert!((pair[0] - pair[1]).abs() < 10.0, "{} with seed {seed} flashes", style.name);
            }
        }
    }
}

#[test]
fn something_moves_in_every_half_second() {
    for style in STYLES {
        // Twenty-five seconds, so that every part of a round is seen.
        let frames = frames(style.name, 5, 0, 750);
        for (number, pair) in frames.chunks_exact(15).collect::<Vec<_>>().windows(2).enumerate() {
            let (before, after) = (&pair[0][0], &pair[1][0]);
            let changed = before.y.iter().zip(&after.y).filter(|(a, b)| a.abs_diff(**b) > 4).count();
            assert!(changed * 500 > before.y.len(), "{} stands still at {number}: {changed}", style.name);
        }
    }
}

/// The longest stretch without movement as the gate measures it, in frames: every eighth pixel of every eighth row, until
/// their mean difference is a tenth.
fn longest_still(frames: &[YuvFrame]) -> usize {
    let grid = |frame: &YuvFrame| -> Vec<u8> {
        let rows = frame.y.chunks(frame.width()).step_by(8);
        rows.flat_map(|row| row.iter().step_by(8).copied()).collect()
    };
    let (mut anchor, mut at, mut longest) = (grid(&frames[0]), 0, 0);
    for (number, frame) in frames.iter().enumerate() {
        let now = grid(frame);
        let sum: u32 = now.iter().zip(&anchor).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
        if sum as f32 >= 0.1 * now.len() as f32 {
            (anchor, at) = (now, number);
        } else {
            longest = longest.max(number + 1 - at);
        }
    }
    longest
}

#[test]
fn no_seed_stands_still_for_as_long_as_the_gate_allows() {
    for style in STYLES {
        for seed in 0..12 {
            let still = longest_still(&frames(style.name, seed, 0, 450));
            // The gate allows half a second, and a card and captions cover some of the movement.
            assert!(still <= 8, "{} with seed {seed}: {still} frames", style.name);
        }
    }
}

#[test]
fn every_size_can_be_drawn() {
    for style in STYLES {
        for (width, height) in [(2, 2), (64, 36), (101, 179), (640, 360)] {
            let mut opened = open(style.name, 1, width, height, 25, 1234).unwrap();
            let mut frame = YuvFrame::black(width, height);
            (0..5).for_each(|number| opened.draw(number, &mut frame, &Area::default()));
        }
    }
}

#[test]
fn wishes_become_styles() {
    assert_eq!(choose("marbles", 1, 2, Colours::Auto).unwrap(), "marbles");
    assert_eq!(choose("marbles", 1, 3, Colours::Auto).unwrap(), "marbles:wild");
    assert_eq!(choose("runner", 1, 0, Colours::Auto).unwrap(), "calm");
    assert_eq!(choose("auto", 9, 1, Colours::Auto).unwrap(), choose("auto", 9, 1, Colours::Auto).unwrap());
    let chosen: std::collections::BTreeSet<String> =
        (0..50).map(|seed| choose("auto", seed, 2, Colours::Auto).unwrap()).collect();
    assert_eq!(chosen.len(), STYLES.len() - 1);
    assert_eq!(choose("runner", 1, 1, Colours::Lagoon).unwrap(), "runner:gentle:lagoon");
    assert_eq!(choose("auto", 1, 0, Colours::Ember).unwrap(), "calm:ember");
    let unknown = choose("minecraft", 1, 2, Colours::Auto).unwrap_err();
    assert!(unknown.to_string().contains("marbles"), "{unknown}");
    assert!(matches!(open("marbles:warp", 1, 10, 10, 30, 0), Err(BackgroundError::UnknownStyle { .. })));
    assert!(matches!(open("marbles", 1, 10, 10, 0, 0), Err(BackgroundError::Size { .. })));
}
