//! Comparing texts: [`normalised`], and distances by Levenshtein.

use unicode_normalization::UnicodeNormalization as _;

/// The text with what no reader is measured by made alike: white space, ligatures and other forms of letters that mean the
/// same, soft hyphens. Raised and lowered digits stay what they are.
pub(super) fn normalised(text: &str) -> String {
    let mut letters: Vec<char> = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            // Soft hyphens, marks of direction and of byte order.
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}' => {}
            // Ligatures, Arabic forms for places in a word, letters for mathematics.
            '\u{fb00}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{1d400}'..='\u{1d7ff}' => {
                letters.extend(letter.nfkc());
            }
            letter if letter.is_whitespace() || letter == '\0' => letters.push(' '),
            letter => letters.push(letter),
        }
    }
    let mut out: Vec<char> = Vec::with_capacity(letters.len());
    for letter in letters.into_iter().nfc() {
        if letter == ' ' {
            // Chinese and Japanese have no spaces: those of their lines' ends mean nothing.
            if out.last().is_some_and(|last| *last != ' ' && !is_ideographic(*last)) {
                out.push(' ');
            }
        } else {
            if is_ideographic(letter) && out.last() == Some(&' ') {
                out.pop();
            }
            out.push(letter);
        }
    }
    if out.last() == Some(&' ') {
        out.pop();
    }
    out.into_iter().collect()
}

fn is_ideographic(letter: char) -> bool {
    matches!(letter, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// How many letters must be put in, left out or changed to make one text of the other.
pub(super) fn distance(one: &[char], other: &[char]) -> usize {
    let start = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[start..], &other[start..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    if one.is_empty() || other.is_empty() {
        return one.len().max(other.len());
    }
    // Ukkonen: a distance of at most `band` never leaves the diagonals that are as near.
    let mut band = 16.max(one.len().abs_diff(other.len()) + 1);
    loop {
        if let Some(found) = banded(one, other, band) {
            return found;
        }
        band *= 4;
    }
}

/// The distance, if it is at most `band`.
fn banded(one: &[char], other: &[char], band: usize) -> Option<usize> {
    const FAR: usize = usize::MAX / 2;
    let mut row: Vec<usize> =
        (0..=other.len()).map(|column| if column <= band { column } else { FAR }).collect();
    for (index, letter) in one.iter().enumerate() {
        let (first, last) = ((index + 1).saturating_sub(band), (index + 1 + band).min(other.len()));
        let mut diagonal = if first == 0 { row[0] } else { row[first - 1] };
        let mut left = FAR;
        if first == 0 {
            row[0] = index + 1;
            left = row[0];
        } else {
            row[first - 1] = FAR;
        }
        for column in first.max(1)..=last {
            let above = row[column];
            let changed = diagonal + usize::from(other[column - 1] != *letter);
            let cell = changed.min(above + 1).min(left + 1);
            diagonal = above;
            row[column] = cell;
            left = cell;
        }
        if last < other.len() {
            row[last + 1] = FAR;
        }
    }
    let found = row[other.len()];
    (found <= band).then_some(found)
}

/// Where a text stands in another, as nearly as it does: the distance, the start and the end.
pub(super) fn find(needle: &[char], hay: &[char]) -> (usize, usize, usize) {
    if needle.is_empty() || hay.is_empty() {
        return (needle.len(), 0, 0);
    }
    if let Some(start) = exactly(needle, hay) {
        return (0, start, start + needle.len());
    }
    // Sellers: like the distance between whole texts, but beginning anywhere costs nothing.
    let mut row: Vec<(usize, usize)> = (0..=needle.len()).map(|cost| (cost, 0)).collect();
    let mut best = (needle.len(), 0, 0);
    for (index, letter) in hay.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = (0, index + 1);
        for place in 1..=needle.len() {
            let above = row[place];
            let changed = (diagonal.0 + usize::from(!same(needle[place - 1], *letter)), diagonal.1);
            let (put, left_out) = ((above.0 + 1, above.1), (row[place - 1].0 + 1, row[place - 1].1));
            diagonal = above;
            let mut cell = changed;
            for other in [put, left_out] {
                if other.0 < cell.0 {
                    cell = other;
                }
            }
            row[place] = cell;
        }
        let (cost, start) = row[needle.len()];
        if cost < best.0 {
            best = (cost, start, index + 1);
        }
    }
    best
}

/// Where a text stands in another, letter by letter.
fn exactly(needle: &[char], hay: &[char]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| needle.iter().zip(window).all(|(a, b)| same(*a, *b)))
}

/// A line feed is as good as a space.
fn same(wanted: char, found: char) -> bool {
    wanted == found || wanted == ' ' && found == '\n'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    #[test]
    fn distance_is_that_of_levenshtein() {
        let distance = |one, other| distance(&letters(one), &letters(other));
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "abc"), 0);
        // Farther apart than the first band reaches.
        let (one, other) = ("ab".repeat(100), "cd".repeat(150));
        assert_eq!(distance(&one, &other), 300);
        assert_eq!(distance(&format!("x{one}"), &format!("{one}y")), 2);
    }

    #[test]
    fn text_is_found_where_it_nearly_stands() {
        let find = |needle, hay| find(&letters(needle), &letters(hay));
        assert_eq!(find("pier", "a new\npier of oak"), (0, 6, 10));
        assert_eq!(find("new pier", "a new\npier of oak"), (0, 2, 10));
        assert_eq!(find("new pear", "a new pier of oak"), (2, 2, 10));
        assert_eq!(find("zzzz", "abc").0, 4);
    }

    #[test]
    fn what_no_reader_is_measured_by_is_made_alike() {
        assert_eq!(normalised(" e\u{fb03}cient\u{ad} \u{1d465}²\n of "), "efficient x² of");
        assert_eq!(normalised("供水 与\n河流 in 2018 年"), "供水与河流in 2018年");
    }
}
