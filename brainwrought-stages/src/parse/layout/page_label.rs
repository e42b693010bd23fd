//! [`PrintedNumbers`]: the numbers that are printed on pages, where they are others than the pages' places in the file.

use std::collections::{BTreeMap, BTreeSet};

/// How many pages in a row must be numbered one after the other before their numbers are believed.
const MIN_RUN: usize = 3;
/// Over how many pages without a number a run goes on: pictures over the whole page, the first page of a chapter.
const MAX_GAP: u32 = 3;
/// The largest number that is believed; four digits are enough for the volumes of journals.
const MAX_NUMBER: u32 = 9_999;

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Numerals {
    Arabic,
    Roman,
}

/// Numbers at the edges of pages.
#[derive(Debug, Default)]
pub(super) struct PrintedNumbers {
    /// The page, and a number that stands at its edge.
    found: Vec<(u32, Numerals, u32)>,
    /// Those that stand there alone, and their distance from the page's place.
    alone: BTreeSet<(Numerals, i64)>,
}

impl PrintedNumbers {
    /// Takes note of a running header or footer: a number at either end of it may be that of the page.
    pub(super) fn add(&mut self, page: u32, line: &str) {
        let mut words = line.split(|letter: char| letter.is_whitespace() || "|/–—·•[]()-".contains(letter));
        let first = words.next();
        let ends = [first, words.next_back()];
        // One that stands in the middle alone, such as "– 7 –", has empty words around it.
        let only: Vec<&str> =
            line.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let only = if let [only] = only.as_slice() { Some(*only) } else { None };
        if let Some((numerals, number)) = only.and_then(number) {
            self.alone.insert((numerals, i64::from(number) - i64::from(page)));
        }
        for word in ends.into_iter().chain([only]).flatten() {
            if let Some((numerals, number)) = number(word.trim_matches(['.', ',', ':'])) {
                self.found.push((page, numerals, number));
            }
        }
    }

    /// The numbers of pages 1 to `pages`, as they are printed, where they are not their places in the file.
    pub(super) fn labels(&self, pages: u32) -> BTreeMap<u32, String> {
        // Pages of one run have the same distance between their number and their place.
        let mut by_distance: BTreeMap<(Numerals, i64), Vec<u32>> = BTreeMap::new();
        for &(page, numerals, number) in &self.found {
            let run = by_distance.entry((numerals, i64::from(number) - i64::from(page))).or_default();
            if run.last() != Some(&page) {
                run.push(page);
            }
        }
        let mut runs: Vec<(usize, Numerals, i64, Vec<u32>)> = Vec::new();
        for ((numerals, distance), mut numbered) in by_distance {
            numbered.sort_unstable();
            numbered.dedup();
            for run in numbered.chunk_by(|a, b| b - a <= MAX_GAP) {
                // In a file of two pages both must be numbered, by numbers that stand alone.
                let is_short = pages == 2 && run.len() == 2 && self.alone.contains(&(numerals, distance));
                if run.len() >= MIN_RUN || is_short {
                    runs.push((run.len(), numerals, distance, run.to_vec()));
                }
            }
        }
        // Where two runs claim a page, the longer one is the numbering, the other one counts something else.
        runs.sort_by(|a, b| b.0.cmp(&a.0).then(a.3.cmp(&b.3)));
        let mut labels: BTreeMap<u32, (Numerals, i64)> = BTreeMap::new();
        for (_, numerals, distance, run) in runs {
            let (Some(&first), Some(&last)) = (run.first(), run.last()) else { continue };
            // The page before a run, which often opens a part, has a number that is not printed.
            for page in first.saturating_sub(1).max(1)..=last {
                if i64::from(page) + distance >= 1 {
                    labels.entry(page).or_insert((numerals, distance));
                }
            }
            if last + 1 == pages {
                labels.entry(pages).or_insert((numerals, distance));
            }
        }
        let written = labels.into_iter().filter_map(|(page, (numerals, distance))| {
            let number = u32::try_from(i64::from(page) + distance).ok()?;
            match numerals {
                Numerals::Arabic if distance == 0 => None,
                Numerals::Arabic => Some((page, number.to_string())),
                Numerals::Roman => Some((page, roman(number))),
            }
        });
        written.collect()
    }
}

fn number(word: &str) -> Option<(Numerals, u32)> {
    if !word.is_empty() && word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = word.parse().ok().filter(|number| (1..=MAX_NUMBER).contains(number))?;
        return Some((Numerals::Arabic, number));
    }
    let lower = word.to_lowercase();
    let value = from_roman(&lower)?;
    // Only what is written as it should be is a number: "mix" and "did" are words.
    (roman(value) == lower).then_some((Numerals::Roman, value))
}

/// Reads a small Roman number, up to a few hundred.
fn from_roman(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    let value = |letter: u8| match letter {
        b'i' => Some(1),
        b'v' => Some(5),
        b'x' => Some(10),
        b'l' => Some(50),
        b'c' => Some(100),
        _ => None,
    };
    let values: Vec<u32> = text.bytes().map(value).collect::<Option<_>>()?;
    let mut sum = 0_u32;
    let mut largest = 0;
    // From the right, what is smaller than something behind it is taken off.
    for value in values.into_iter().rev() {
        sum = if value < largest { sum.checked_sub(value)? } else { sum + value };
        largest = largest.max(value);
    }
    Some(sum)
}

/// Writes a number in small Roman numerals; meant for numbers below a thousand.
pub(in crate::parse) fn roman(mut number: u32) -> String {
    const PARTS: [(u32, &str); 11] = [
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut text = String::new();
    for (value, letters) in PARTS {
        while number >= value {
            text.push_str(letters);
            number -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(lines: &[(u32, &str)], pages: u32) -> Vec<(u32, String)> {
        let mut numbers = PrintedNumbers::default();
        lines.iter().for_each(|(page, line)| numbers.add(*page, line));
        numbers.labels(pages).into_iter().collect()
    }

    #[test]
    fn pages_of_a_journal_have_the_numbers_that_are_printed() {
        let lines = [(2, "104 Erlang"), (3, "Queues 105"), (4, "106 Erlang"), (5, "Queues 107")];
        let expected: Vec<(u32, String)> = (1..=6).map(|page| (page, (page + 102).to_string())).collect();
        assert_eq!(labels(&lines, 6), expected);
    }

    #[test]
    fn roman_front_matter_comes_before_arabic_text() {
        let lines = [(2, "ii"), (3, "– iii –"), (4, "iv"), (5, "1"), (6, "2"), (7, "Page 3")];
        let found = labels(&lines, 7);
        let names: Vec<&str> = found.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(names, ["i", "ii", "iii", "iv", "1", "2", "3"]);
    }

    #[test]
    fn numbers_that_do_not_count_pages_are_no_labels() {
        assert_eq!(labels(&[(1, "1"), (2, "2"), (3, "3")], 3), [], "they are the places in the file");
        assert_eq!(labels(&[(1, "41"), (2, "42")], 2).len(), 2);
        assert_eq!(labels(&[(1, "Vol. 41"), (2, "Vol. 42")], 2), []);
        assert_eq!(labels(&[(1, "Vol. 12"), (2, "Vol. 12"), (3, "Vol. 12")], 3), []);
        assert_eq!(
            labels(&[(1, "7"), (2, "7"), (3, "8"), (4, "8"), (5, "9")], 5),
            [],
            "slides that build up"
        );
        assert_eq!(labels(&[(4, "mix"), (5, "2024"), (6, "did")], 9), []);
    }

    #[test]
    fn roman_numbers_are_read_as_they_are_written() {
        for (text, value) in [("iv", 4), ("xii", 12), ("xlix", 49), ("cxc", 190)] {
            assert_eq!(number(text), Some((Numerals::Roman, value)), "{text}");
        }
        assert_eq!(number("iiii"), None);
    }
}
