//! [`has_invisible`] and [`without_invisible`]: characters that change how a text looks or is found without being seen
//! themselves.

/// Begins an emoji that tags complete, such as the flag of Scotland.
const BLACK_FLAG: char = '\u{1f3f4}';

/// Ends the tags of an emoji.
const CANCEL_TAG: char = '\u{e007f}';

/// The most general accents on a letter. Vietnamese and phonetic spelling need two or three; higher stacks cover other lines.
const MAX_ACCENTS: usize = 3;

/// Tells whether a text has control characters, or those of Unicode's that are never drawn: what turns the direction of
/// text around (UAX #9), zero-width spaces, soft hyphens, blanks that are no spaces, stand-ins for objects, tags outside of a
/// flag, selectors of a variation that there is not (UTS #37, UTS #51), and more than three accents on a letter. What the
/// spelling of a language needs is none of them: the joiners of Persian and Hindi, the direction marks of Arabic and Hebrew.
pub fn has_invisible(text: &str) -> bool {
    visible(text).count() < text.chars().count()
}

/// The text without what [`has_invisible`] finds.
pub fn without_invisible(text: &str) -> String {
    visible(text).collect()
}

fn visible(text: &str) -> impl Iterator<Item = char> {
    let (mut tags, mut accents, mut before) = (0, 0, None);
    text.char_indices().filter_map(move |(at, c)| {
        let before = before.replace(c);
        accents = if is_accent(c) { accents + 1 } else { 0 };
        if c == BLACK_FLAG {
            tags = flag_tags(&text[at + c.len_utf8()..]);
        } else if tags > 0 {
            tags -= 1;
            return Some(c);
        }
        let next = text[at + c.len_utf8()..].chars().next();
        let is_inside = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        let is_hidden = is_invisible(c)
            || accents > MAX_ACCENTS
            || is_mark(c) && is_inside(before) && is_inside(next)
            || is_selector(c) && !is_selectable(before, c);
        (!is_hidden).then_some(c)
    })
}

/// Tells whether a character joins, parts or turns its neighbours in the scripts that need it. Inside a word in ASCII it is a
/// trick.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200c}'..='\u{200f}')
}

/// Tells whether a character is an accent of no script's own: the blocks of combining diacritical marks.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// Tells whether a character selects a variation of the one before it.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Tells whether the character before a selector may have a variation: symbols, the keys of a telephone, and letters beyond
/// ASCII; of the selectors beyond the first 16, only ideographs.
fn is_selectable(before: Option<char>, selector: char) -> bool {
    before.is_some_and(|c| match c {
        '0'..='9' | '#' | '*' => selector <= '\u{fe0f}',
        _ if c.is_ascii() || c.is_whitespace() || is_selector(c) || is_invisible(c) => false,
        _ => {
            selector <= '\u{fe0f}'
                || matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        }
    })
}

/// The number of tags that follow a black flag and make it that of a part of a country, such as `gbsct` for Scotland; 0
/// where there is no such flag. The form of such a sequence is that of UTS #51, ED-14a, and Annex B: a region of 2 letters
/// or 3 digits with up to 4 more for its part, and a tag for the end.
fn flag_tags(text: &str) -> usize {
    let is_named_by = |c: &char| matches!(c, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}');
    let named = text.chars().take_while(is_named_by).count();
    let is_ended = text.chars().nth(named) == Some(CANCEL_TAG);
    if is_ended && (3..=7).contains(&named) { named + 1 } else { 0 }
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{fffc}' | '\u{034f}' | '\u{17b4}' | '\u{17b5}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
            | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            | '\u{e0000}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(text: &str) -> String {
        text.chars().filter_map(|c| char::from_u32(0xe0000 + u32::from(c))).collect()
    }

    #[test]
    fn spelling_and_flags_are_visible_and_tricks_are_not() {
        let scotland = format!("\u{1f3f4}{}\u{e007f}!", tags("gbsct"));
        for text in ["a é 注 می\u{200c}خواهم k\u{200d} \u{200f}שלום 👩\u{200d}🔬", &scotland, "\u{1f3f4}", ""]
        {
            assert!(!has_invisible(text), "{text:?}");
            assert_eq!(without_invisible(text), text);
        }
        for trick in [
            '\u{200d}',
            '\u{200e}',
            '\u{61c}',
            '\u{17b4}',
            '\u{2065}',
            '\u{1d173}',
            '\u{e0fff}',
            '\0',
            '\u{7}',
            '\u{200b}',
            '\u{202e}',
            '\u{2067}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            let text = format!("a{trick}b");
            assert!(has_invisible(&text), "{trick:?}");
            assert_eq!(without_invisible(&text), "ab");
        }
    }

    #[test]
    fn accents_and_selectors_are_visible_where_they_belong() {
        for text in [
            "e\u{301}",
            "a\u{302}\u{323}\u{301}b\u{301}\u{302}\u{303}",
            "❤\u{fe0f}",
            "1\u{fe0f}\u{20e3}",
            "葛\u{e0100}",
            "אָ֑ב",
        ] {
            assert!(!has_invisible(text), "{text:?}");
        }
        for (trick, rest) in [
            ("e\u{301}\u{302}\u{303}\u{304}\u{305}x", "e\u{301}\u{302}\u{303}x"),
            ("\u{fe0f}", ""),
            ("a \u{fe0f}b\u{fe0f}", "a b"),
            ("❤\u{fe0f}\u{fe0f}", "❤\u{fe0f}"),
            ("ab\u{e0100}\u{e0101}", "ab"),
            ("co\u{ad}op", "coop"),
            ("\u{fffc}", ""),
        ] {
            assert!(has_invisible(trick), "{trick:?}");
            assert_eq!(without_invisible(trick), rest);
        }
    }

    #[test]
    fn tags_hide_nothing_behind_a_flag() {
        let long = format!("\u{1f3f4}{}\u{e007f}", tags("gbscthiddentext"));
        let open = format!("\u{1f3f4}{}", tags("gbsct"));
        let late = format!("\u{1f3f4}{}\u{e007f}{}", tags("gbeng"), tags("hidden"));
        for text in [long, open] {
            assert!(has_invisible(&text));
            assert_eq!(without_invisible(&text), "\u{1f3f4}");
        }
        assert_eq!(without_invisible(&late), format!("\u{1f3f4}{}\u{e007f}", tags("gbeng")));
    }
}
