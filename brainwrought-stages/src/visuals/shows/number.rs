//! A number that counts up to what is said.

use brainwrought_core::data::{Moment, Motion, Side};

use super::super::card::Table;
use super::super::surface::Field;
use super::super::text_layout::Look;
use super::super::theme::{ACCENT, PAPER};
use super::board::{Board, DrawnShow, LEFT, TOP, WIDTH};
use super::{DIM, SMALLEST, hue, large};
use crate::text::Weight;

/// The pictures that a number counts in.
const STEPS: usize = 14;
/// How long it counts, in milliseconds.
const COUNTS_MS: u32 = 700;
/// The height of the bar under a share.
const BAR: f32 = 44.0;

pub(super) fn number(table: Table<'_>, value: &str, label: &str, from: Option<&str>, seed: u64) -> DrawnShow {
    let big = Look {
        weight: Weight::Black,
        colour: ACCENT,
        width: WIDTH,
        lines: 1,
        leading: 1.1,
        centred: true,
        ..Look::default()
    };
    let size = [230.0, 200.0, 170.0, 140.0, 110.0, 90.0, 72.0]
        .into_iter()
        .find(|&size| table.size(value, &Look { size, width: f32::MAX, ..big.clone() }).0 <= WIDTH);
    let big = Look { size: size.unwrap_or(60.0), ..big };
    let words = Look { colour: PAPER, width: WIDTH, centred: true, leading: 1.15, ..large() };
    let words = table.fit(label, &words, &[64.0, 56.0, 50.0, SMALLEST], 200.0);
    let tall = table.size(value, &big).1;
    let below = if label.is_empty() { 0.0 } else { table.size(label, &words).1 + 12.0 };
    // "23 % better" is a part of nothing.
    let share = share_of(value).filter(|_| tells_whole(label));
    let bar = if share.is_some() { BAR + 26.0 } else { 0.0 };
    let before = if from.is_some() { 96.0 } else { 0.0 };
    let mut board = Board::new(table, hue(seed), before + tall + bar + below);
    let mut y = TOP;
    if let Some(from) = from {
        let look = Look { size: 64.0, colour: DIM, width: WIDTH, lines: 1, centred: true, ..large() };
        board.text(&format!("{from}  →"), &look, (LEFT, y), Moment::START, Motion::Fade);
        y += before;
    }
    // All pictures of the count are equally large, each number in its middle.
    let pictures = counted(value, STEPS);
    let width = (WIDTH * table.scale).round() as usize;
    let height = (tall * table.scale).round() as usize;
    let mut strip = crate::picture::RgbaImage::transparent(width, height * pictures.len());
    for (n, shown) in pictures.iter().enumerate() {
        let image = table.set(shown, &big);
        let left = width.saturating_sub(image.width()) / 2;
        for row in 0..image.height().min(height) {
            let length = image.width().min(width) * 4;
            let at = ((n * height + row) * width + left) * 4;
            let line = row * image.width() * 4;
            strip.pixels[at..at + length].copy_from_slice(&image.pixels[line..line + length]);
        }
    }
    board.saw(big.size);
    let motion = Motion::Count { steps: pictures.len() as u32, over_ms: COUNTS_MS };
    board.put(strip, (LEFT, y), Moment::START, motion);
    y += tall;
    if let Some(share) = share {
        let field = Field::new(LEFT, y + 8.0, WIDTH, BAR, BAR / 2.0);
        board.field(field, super::TRACK, Moment::START, Motion::Fade);
        let filled = Field { width: (WIDTH * share).max(BAR), ..field };
        board.field(filled, ACCENT, Moment::START, Motion::Wipe { towards: Side::Right, over_ms: COUNTS_MS });
        y += bar;
    }
    board.text(label, &words, (LEFT, y + 12.0), Moment::START.later(250), Motion::Rise);
    board.finish()
}

/// Tells whether a label names the whole that a share is a part of: "of the guests", in the languages that say so.
fn tells_whole(label: &str) -> bool {
    let first = label.split_whitespace().next().unwrap_or_default().to_lowercase();
    [
        "of", "der", "des", "von", "aller", "de", "du", "des", "del", "della", "dei", "degli", "do", "da",
        "dos", "das", "van",
    ]
    .contains(&first.split('\u{2019}').next().unwrap_or_default())
}

/// The share of a whole that a percentage is.
fn share_of(value: &str) -> Option<f32> {
    let (number, rest) = digits(value)?;
    let is_share = rest.trim_start().starts_with(['%', '٪']) || rest.trim().eq_ignore_ascii_case("percent");
    let share = number.replace(',', ".").parse::<f32>().ok()? / 100.0;
    (is_share && value.starts_with(&number) && (0.0..=1.0).contains(&share)).then_some(share)
}

/// The first run of digits of a number, with its separators, and what stands behind it.
fn digits(value: &str) -> Option<(String, &str)> {
    let start = value.find(|letter: char| letter.is_ascii_digit())?;
    let rest = &value[start..];
    let end = rest
        .char_indices()
        .find(|&(at, letter)| {
            let next = rest[at + letter.len_utf8()..].chars().next();
            let joins = matches!(letter, '.' | ',' | '\u{a0}' | '\u{202f}' | '’')
                && next.is_some_and(|next| next.is_ascii_digit());
            !letter.is_ascii_digit() && !joins
        })
        .map_or(rest.len(), |(at, _)| at);
    Some((rest[..end].to_owned(), &rest[end..]))
}

/// The number as it counts up, the last one as it is written. Digits before the last separator that is followed by three
/// digits are thousands. A number without digits, or a year, stands still.
fn counted(value: &str, steps: usize) -> Vec<String> {
    let still = || vec![value.to_owned()];
    let Some((number, _)) = digits(value) else { return still() };
    let separator = number.rfind(|letter: char| !letter.is_ascii_digit());
    let behind = separator.map_or(0, |at| number[at..].chars().count() - 1);
    let decimals = if behind == 3 { 0 } else { behind };
    let plain: String = number.chars().filter(char::is_ascii_digit).collect();
    let Ok(whole) = plain.parse::<u64>() else { return still() };
    let is_year = separator.is_none() && (1500..2100).contains(&whole);
    if whole == 0 || is_year || plain.len() > 12 {
        return still();
    }
    let thousands = number.chars().find(|letter| !letter.is_ascii_digit()).filter(|_| decimals == 0);
    let point = separator.filter(|_| decimals > 0).and_then(|at| number[at..].chars().next());
    let shown = |n: u64| {
        let digits = format!("{n:0>width$}", width = decimals + 1);
        let (head, tail) = digits.split_at(digits.len() - decimals);
        let mut text = String::new();
        for (place, digit) in head.chars().enumerate() {
            if let Some(sign) = thousands.filter(|_| place > 0 && (head.len() - place) % 3 == 0) {
                text.push(sign);
            }
            text.push(digit);
        }
        text.extend(point);
        text.push_str(tail);
        text
    };
    let count = steps.min(whole as usize).max(1);
    let mut all: Vec<String> =
        (1..=count).map(|n| value.replacen(&number, &shown(whole * n as u64 / count as u64), 1)).collect();
    if let Some(last) = all.last_mut() {
        value.clone_into(last);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_up_as_it_is_written() {
        let counted = |value: &str| counted(value, 4);
        assert_eq!(counted("42 %"), ["10 %", "21 %", "31 %", "42 %"]);
        assert_eq!(counted("$1,299"), ["$324", "$649", "$974", "$1,299"]);
        assert_eq!(counted("0.8"), ["0.2", "0.4", "0.6", "0.8"]);
        assert_eq!(
            counted("2,5 Millionen"),
            ["0,6 Millionen", "1,2 Millionen", "1,8 Millionen", "2,5 Millionen"]
        );
        assert_eq!(counted("1994"), ["1994"]);
        assert_eq!(counted("3 times"), ["1 times", "2 times", "3 times"]);
        assert_eq!(counted("half"), ["half"]);
    }

    #[test]
    fn a_percentage_is_a_share_of_its_bar() {
        assert_eq!(share_of("42 %"), Some(0.42));
        assert_eq!(share_of("7,5%"), Some(0.075));
        assert_eq!(share_of("230 %"), None);
        assert_eq!(share_of("$42"), None);
        assert!(tells_whole("of all guests") && !tells_whole("better than before"));
    }
}
