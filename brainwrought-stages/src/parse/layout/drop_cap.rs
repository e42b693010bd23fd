//! [`join_drop_caps`]: large initials, put back to the words that they begin.

use super::line::{DROP_CAP, Line};

/// The gap between an initial and its word, in sizes of the text, at most.
const MAX_GAP: f32 = 1.2;

/// Joins each large initial to the first of the lines that stand beside it, and lets the others begin at its edge.
pub(super) fn join_drop_caps(lines: &mut Vec<Line>) {
    let (mut at, mut looked_at) = (0, 0);
    while let Some(cap) = lines.get(at) {
        let is_looked_at = looked_at < MAX_INITIALS && is_initial(&cap.text);
        looked_at += usize::from(is_looked_at);
        let joined = if is_looked_at { beside(lines, cap) } else { Vec::new() };
        let first = joined.iter().copied().min_by(|a, b| {
            let top = |at: &usize| lines.get(*at).map_or(f32::INFINITY, |line| line.baseline);
            top(a).total_cmp(&top(b))
        });
        match first {
            // An initial reaches over two lines or more; what stands before one line alone is a number or a sign.
            Some(first) if joined.len() >= 2 => {
                let cap = lines.remove(at);
                for other in joined {
                    let other = if other > at { other - 1 } else { other };
                    if let Some(line) = lines.get_mut(other) {
                        line.left = cap.left;
                    }
                }
                let first = if first > at { first - 1 } else { first };
                let space = if lines.get(first).is_some_and(|line| is_word(&cap.text, &line.text, lines)) {
                    " "
                } else {
                    ""
                };
                if let Some(line) = lines.get_mut(first) {
                    line.text = format!("{}{space}{}", cap.text, line.text);
                }
            }
            _ => at += 1,
        }
    }
}

/// The most single letters of a page that are looked at.
const MAX_INITIALS: usize = 64;

/// Tells whether an initial is a word of its own, as in "A man walked": the page has the word after it elsewhere, and not the
/// one that both would make.
fn is_word(initial: &str, text: &str, lines: &[Line]) -> bool {
    let letter = initial.trim_start_matches(|c: char| !c.is_alphabetic());
    let Some(next) = text.split_whitespace().next() else { return false };
    let has = |word: &str| {
        let is_it = |other: &str| other.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase() == word;
        lines
            .iter()
            .filter(|line| !std::ptr::eq(line.text.as_str(), text))
            .any(|line| line.text.split_whitespace().any(is_it))
    };
    let next = next.to_lowercase();
    ["A", "I", "O", "Y", "E", "À", "È"].contains(&letter)
        && has(&next)
        && !has(&format!("{}{next}", letter.to_lowercase()))
}

/// One letter, with or without a quotation mark before it.
fn is_initial(text: &str) -> bool {
    let mut letters = text.trim_start_matches(['“', '"', '«', '„', '‘', '¿', '¡']).chars();
    letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
}

/// The lines that begin just after an initial, at its height.
fn beside(lines: &[Line], cap: &Line) -> Vec<usize> {
    let is_beside = |line: &Line| {
        cap.size >= DROP_CAP * line.size
            && (-0.5 * line.size..MAX_GAP * line.size).contains(&(line.left - cap.right))
            && line.baseline <= cap.baseline + 0.3 * line.size
            && line.baseline >= cap.top()
    };
    lines.iter().enumerate().filter(|(_, line)| is_beside(line)).map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, left: f32, baseline: f32, size: f32) -> Line {
        let right = left + 0.5 * size * text.len() as f32;
        Line {
            text: text.to_owned(),
            left,
            right,
            baseline,
            size,
            bold: false,
            mono: false,
            opens_note: false,
        }
    }

    #[test]
    fn an_initial_joins_its_word() {
        let mut lines = vec![
            line("O", 50.0, 124.0, 30.0),
            line("nce upon a time", 68.0, 108.0, 10.0),
            line("there was a queue", 68.0, 120.0, 10.0),
            line("of many people.", 50.0, 132.0, 10.0),
        ];
        join_drop_caps(&mut lines);
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, ["Once upon a time", "there was a queue", "of many people."]);
        assert_eq!(lines[1].left, 50.0);
        let mut word = vec![
            line("A", 50.0, 124.0, 30.0),
            line("man walked", 68.0, 108.0, 10.0),
            line("home. The man", 68.0, 120.0, 10.0),
        ];
        join_drop_caps(&mut word);
        assert_eq!(word[0].text, "A man walked");
        let mut alone = vec![line("A", 50.0, 100.0, 30.0), line("heading", 68.0, 100.0, 10.0)];
        join_drop_caps(&mut alone);
        assert_eq!(alone.len(), 2);
    }
}
