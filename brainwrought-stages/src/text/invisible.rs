//! [`has_invisible`] and [`without_invisible`]: characters that change how a text looks or is found without being seen
//! themselves.

/// Begins an emoji that tags complete, such as the flag of Scotland.
const BLACK_FLAG: char = '\u{1f3f4}';

/// Ends the tags of an emoji.
const CANCEL_TAG: char = '\u{e007f}';

/// Tells whether a text has control characters, or those of Unicode's that are never drawn: what turns the direction of
/// text around (UAX #9), zero-width spaces, blanks that are no spaces, and tags outside of a flag. What the spelling of a language needs is none of
/// them: the joiners of Persian and Hindi, the direction marks of Arabic and Hebrew.
pub fn has_invisible(text: &str) -> bool {
    visible(text).count() < text.chars().count()
}

/// The text without what [`has_invisible`] finds.
pub fn without_invisible(text: &str) -> String {
    visible(text).collect()
}

fn visible(text: &str) -> impl Iterator<Item = char> {
    let mut tags = 0;
    text.char_indices().filter_map(move |(at, c)| {
        if c == BLACK_FLAG {
            tags = flag_tags(&text[at + c.len_utf8()..]);
        } else if tags > 0 {
            tags -= 1;
            return Some(c);
        }
        (!is_invisible(c)).then_some(c)
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
            '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
            | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
            | '\u{e0000}'..='\u{e007f}')
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
        for trick in ['\0', '\u{7}', '\u{200b}', '\u{202e}', '\u{2067}', '\u{feff}', '\u{e0041}'] {
            let text = format!("a{trick}b");
            assert!(has_invisible(&text), "{trick:?}");
            assert_eq!(without_invisible(&text), "ab");
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
