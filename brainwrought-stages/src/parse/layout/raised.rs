//! [`raised`] and [`lowered`]: what small marks above and below the line are: exponents, indices, or marks of notes.

/// Units that are raised to a power: of length, time, mass and what is measured per them.
const UNITS: [&str; 43] = [
    "m", "cm", "mm", "km", "nm", "µm", "μm", "dm", "pm", "fm", "ft", "in", "yd", "mi", "Å", "s", "ms", "µs",
    "μs", "ns", "min", "h", "hr", "yr", "kg", "mg", "µg", "μg", "mol", "mmol", "Hz", "eV", "keV", "MeV",
    "GeV", "Pa", "sec", "day", "ha", "ml", "mL", "sr", "pc",
];
/// Functions whose power is written at their names.
const FUNCTIONS: [&str; 9] = ["log", "ln", "sin", "cos", "tan", "exp", "lg", "Chi", "chi"];
/// Endings of ordinal numbers, which are raised by custom.
const ORDINALS: [&str; 14] =
    ["st", "nd", "rd", "th", "er", "re", "e", "ère", "ème", "o", "a", "os", "as", "me"];

/// What stands for a raised run of letters after `before`, the text of the line so far, and before `next`; `None` when the
/// letters themselves do. The mark of a note stands for nothing. `spaced` tells that a space stands before the run.
pub(in crate::parse) fn raised(run: &str, before: &str, spaced: bool, next: Option<char>) -> Option<String> {
    let last = before.chars().next_back()?;
    let token = token(before);
    let is_number = !token.is_empty() && token.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',');
    if matches!(run, "◦" | "∘") || matches!(run, "o" | "0") && is_number && matches!(next, Some('C' | 'F'))
    {
        return Some("°".to_owned());
    }
    // The number of an isotope, as in "dated by ¹⁴C", belongs to what comes after it.
    if spaced && last.is_alphabetic() && next.is_some_and(char::is_uppercase) {
        return None;
    }
    if let Some(power) = power(run) {
        let is_power = if token.is_empty() {
            matches!(last, ')' | ']' | '}' | '|') && closes_a_formula(before)
        } else if is_number {
            token == "10"
                || run.len() > power.chars().filter(char::is_ascii_digit).count() && has_sign(run)
                || {
                    // Years and counts carry notes; small numbers are squared.
                    let is_year = token.len() == 4;
                    !is_year && (matches!(run, "2" | "3") && token.len() <= 2 || token == "2")
                }
        } else {
            let is_formula = token.chars().count() <= 2 && before.contains('=');
            token.chars().count() == 1 || is_formula || UNITS.contains(&token) || FUNCTIONS.contains(&token)
        };
        return Some(if is_power { power } else { String::new() });
    }
    if ORDINALS.contains(&run) && is_number || run.chars().count() > 3 {
        return None;
    }
    let is_variable = token.chars().count() == 1 && !is_number;
    let is_mark = |c: char| c.is_ascii_digit() || "∗*†‡§¶#,;".contains(c) || c.is_ascii_lowercase();
    let is_symbol = run.chars().all(|c| "∗*†‡§¶#,;".contains(c) || c.is_ascii_digit());
    let is_letter = run.chars().all(is_mark) && run.chars().filter(char::is_ascii_lowercase).count() <= 2;
    // A letter is the mark of a note only at the end of a whole word; in a formula it is an index.
    let is_after_word = token.chars().filter(|c| c.is_lowercase()).count() >= 3 || token.is_empty();
    let is_note = is_symbol && !is_variable || is_letter && run.len() <= 3 && is_after_word;
    is_note.then(String::new)
}

/// Tells whether a raised run may be the mark of a note.
pub(super) fn is_note_mark(run: &str) -> bool {
    run.len() <= 3 && run.chars().all(|letter| letter.is_ascii_digit() || "*∗†‡§".contains(letter))
}

/// What stands for a lowered run of letters after `before`: digits become indices, as in CO₂; `None` when the letters
/// themselves do.
pub(in crate::parse) fn lowered(run: &str, before: &str) -> Option<String> {
    let is_index =
        before.chars().next_back().is_some_and(|last| last.is_alphabetic() || matches!(last, ')' | ']'));
    let index = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0x2080 + digit));
    if is_index { run.chars().map(index).collect() } else { None }
}

/// The word or number at the end of a text.
fn token(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | 'µ');
    let start =
        text.char_indices().rev().take_while(|(_, c)| is_part(*c)).last().map_or(text.len(), |(at, _)| at);
    let token = text.get(start..).unwrap_or_default();
    // A full stop or a comma at the end is punctuation, and belongs to nothing.
    if token.ends_with(['.', ',']) {
        return "";
    }
    // A full stop between units multiplies them, as in "µg.mL⁻¹".
    match token.rsplit_once('.') {
        Some((before, unit)) if UNITS.contains(&unit) && before.ends_with(char::is_alphabetic) => unit,
        _ => token.trim_start_matches(['.', ',']),
    }
}

fn has_sign(run: &str) -> bool {
    run.starts_with(['-', '−', '–', '+'])
}

/// A number with or without a sign, raised.
fn power(run: &str) -> Option<String> {
    let raised = |c: char| {
        Some(match c {
            '-' | '−' | '–' => '⁻',
            '+' => '⁺',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '0' | '4'..='9' => char::from_u32(0x2070 + c.to_digit(10)?)?,
            _ => return None,
        })
    };
    let has_digit = run.chars().any(|c| c.is_ascii_digit());
    let signs = run.chars().skip(1).any(|c| !c.is_ascii_digit());
    if has_digit && !signs { run.chars().map(raised).collect() } else { None }
}

/// Tells whether the brackets at the end of a text hold a formula rather than words.
fn closes_a_formula(text: &str) -> bool {
    const MAX_CHARS: usize = 24;
    let inner: String =
        text.chars().rev().skip(1).take_while(|c| !matches!(c, '(' | '[' | '{' | '|')).collect();
    let longest = inner.split(|c: char| !c.is_alphabetic()).map(str::len).max().unwrap_or(0);
    inner.chars().count() <= MAX_CHARS && longest <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_told_from_marks_of_notes() {
        for (before, run, expected) in [
            ("about 10", "6", Some("⁶")),
            ("1.5 × 10", "-5", Some("⁻⁵")),
            ("25 m", "2", Some("²")),
            ("3 mol s", "−1", Some("⁻¹")),
            ("50 μg.mL", "-1", Some("⁻¹")),
            ("E = mc", "2", Some("²")),
            ("R", "2", Some("²")),
            ("(x + 1)", "2", Some("²")),
            ("2", "32", Some("³²")),
            ("the animals", "3", Some("")),
            ("kept well.", "12", Some("")),
            ("(Smith and others)", "4", Some("")),
            ("in 1984", "5", Some("")),
            ("Ada Lovelace", "∗", Some("")),
            ("Ada Lovelace", "1,2", Some("")),
            ("Ada Lovelace", "a", Some("")),
            ("x", "∗", None),
            ("the 19", "th", None),
            ("le 1", "er", None),
            ("", "1", None),
        ] {
            assert_eq!(raised(run, before, false, None).as_deref(), expected, "{before}^{run}");
        }
        assert_eq!(raised("14", "dated by", true, Some('C')), None);
        assert_eq!(raised("12", "would also limit", true, Some('t')).as_deref(), Some(""));
        assert_eq!(raised("2", "University,", true, Some('D')).as_deref(), Some(""));
        assert_eq!(raised("o", "37", false, Some('C')).as_deref(), Some("°"));
    }

    #[test]
    fn digits_below_the_line_are_indices() {
        assert_eq!(lowered("2", "CO").as_deref(), Some("₂"));
        assert_eq!(lowered("10", "x").as_deref(), Some("₁₀"));
        assert_eq!(lowered("max", "v"), None);
        assert_eq!(lowered("2", "10"), None);
    }
}
