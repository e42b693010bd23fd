//! Captions as files: SubRip, WebVTT and Advanced SubStation Alpha.

use std::fmt::Write;

use super::Cue;
use crate::text::needs_space;

/// Writes SubRip, one cue for every caption.
///
/// The format has no way to write a character that would be markup: players take `<b>` for a tag and `{\an8}` for a command,
/// and only some of them know `&lt;`. So what would be obeyed is written in characters that look much the same.
pub(super) fn srt(cues: &[Cue]) -> String {
    let mut file = String::new();
    for (n, cue) in cues.iter().enumerate() {
        let (start, end) = (clock(cue.start_ms, ','), clock(cue.end_ms, ','));
        push(&mut file, format_args!("{}\n{start} --> {end}\n{}\n\n", n + 1, unmarked(&text(cue))));
    }
    file
}

/// Writes WebVTT with the time of every word.
pub(super) fn vtt(cues: &[Cue]) -> String {
    let mut file = String::from("WEBVTT\n\n");
    for cue in cues {
        let (start, end) = (clock(cue.start_ms, '.'), clock(cue.end_ms, '.'));
        push(&mut file, format_args!("{start} --> {end}\n"));
        for (n, word) in cue.words.iter().enumerate() {
            if n > 0 && needs_space(&cue.words[n - 1].text, &word.text) {
                file.push(' ');
            }
            // A time tag must lie inside its cue (WebVTT, 3.3).
            if word.lit_ms > cue.start_ms && word.lit_ms < cue.end_ms {
                push(&mut file, format_args!("<{}>", clock(word.lit_ms, '.')));
            }
            let text = one_line(&word.text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            push(&mut file, format_args!("<c>{text}</c>"));
        }
        file.push_str("\n\n");
    }
    file
}

/// Writes Advanced SubStation Alpha with karaoke times, styled and placed as in the picture.
pub(super) fn ass(cues: &[Cue], title: &str, width: u32, height: u32) -> String {
    let scale = f64::from(width) / 1080.0;
    let (size, outline) = (100.0 * scale, 9.0 * scale);
    let mut file = format!(
        "[Script Info]\nTitle: {}\nScriptType: v4.00+\nPlayResX: {width}\nPlayResY: {height}\n\
         WrapStyle: 2\nScaledBorderAndShadow: yes\nYCbCr Matrix: TV.709\n\n\
         [V4+ Styles]\n\
         Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
         Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
         MarginR, MarginV, Encoding\n\
         Style: Caption,Montserrat Black,{size:.0},&H0000D7FF,&H00FFFFFF,&H00000000,&H00000000,0,0,0,0,100,100,0,0,1,\
         {outline:.1},0,5,0,0,0,1\n\n\
         [Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n",
        one_line(title)
    );
    for cue in cues {
        let (x, y) = cue.drawn.map_or((f64::from(width) / 2.0, f64::from(height) * 0.6), |drawn| {
            let center = |start: f32, length: f32| f64::from(start) + f64::from(length) / 2.0;
            (center(drawn.bbox.x, drawn.bbox.width), center(drawn.bbox.y, drawn.bbox.height))
        });
        let (start, end) = (centisecond_clock(cue.start_ms), centisecond_clock(cue.end_ms));
        push(&mut file, format_args!("Dialogue: 0,{start},{end},Caption,,0,0,0,,{{\\pos({x:.0},{y:.0})}}"));
        // Karaoke lengths are counted from one word to the next, in hundredths of a second.
        let lead = centiseconds(cue.words.first().map_or(0, |w| w.lit_ms.saturating_sub(cue.start_ms)));
        if lead > 0 {
            push(&mut file, format_args!("{{\\k{lead}}}"));
        }
        for (n, word) in cue.words.iter().enumerate() {
            let until = cue.words.get(n + 1).map_or(cue.end_ms, |next| next.lit_ms);
            let length = centiseconds(until.saturating_sub(word.lit_ms));
            let spaced = n > 0 && needs_space(&cue.words[n - 1].text, &word.text);
            let space = if spaced { " " } else { "" };
            push(&mut file, format_args!("{space}{{\\k{length}}}{}", plain(&word.text)));
        }
        file.push('\n');
    }
    file
}

fn text(cue: &Cue) -> String {
    cue.words.iter().fold(String::new(), |mut text, word| {
        if needs_space(&text, &word.text) {
            text.push(' ');
        }
        text + &word.text
    })
}

/// Puts text on one line; an empty line would end a cue.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes out what would start a command of SubStation Alpha.
fn plain(text: &str) -> String {
    one_line(text).replace('\\', "/").replace('{', "(").replace('}', ")")
}

/// Takes out what players of SubRip would obey: tags, commands, and the arrow of a line of times.
fn unmarked(text: &str) -> String {
    let text = plain(text).replace("-->", "→");
    let mut safe = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    let mut is_open = false;
    while let Some(letter) = letters.next() {
        // No tag begins with a space: "a < b" says what it says.
        let opens = letter == '<' && letters.peek().is_some_and(|next| !next.is_whitespace());
        let closes = letter == '>' && is_open;
        is_open = (is_open || opens) && !closes;
        safe.push(if opens {
            '‹'
        } else if closes {
            '›'
        } else {
            letter
        });
    }
    safe
}

fn centiseconds(ms: u64) -> u64 {
    (ms + 5) / 10
}

fn clock(ms: u64, point: char) -> String {
    let seconds = ms / 1000;
    format!("{:02}:{:02}:{:02}{point}{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, ms % 1000)
}

fn centisecond_clock(ms: u64) -> String {
    let hundredths = centiseconds(ms);
    let seconds = hundredths / 100;
    format!("{}:{:02}:{:02}.{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60, hundredths % 100)
}

fn push(file: &mut String, arguments: std::fmt::Arguments<'_>) {
    file.write_fmt(arguments).expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::super::timeline::LitWord;
    use super::*;

    fn cues() -> Vec<Cue> {
        let word = |text: &str, lit_ms| LitWord { text: text.to_owned(), lit_ms, said_ms: lit_ms };
        vec![
            Cue { start_ms: 0, end_ms: 900, words: vec![word("R&D", 0), word("<wins>", 400)], drawn: None },
            Cue {
                start_ms: 3_661_005,
                end_ms: 3_662_000,
                words: vec![word("{later}", 3_661_100)],
                drawn: None,
            },
        ]
    }

    #[test]
    fn subrip_has_numbers_and_commas() {
        let expected = "1\n00:00:00,000 --> 00:00:00,900\nR&D ‹wins›\n\n\
                        2\n01:01:01,005 --> 01:01:02,000\n(later)\n\n";
        assert_eq!(srt(&cues()), expected);
    }

    #[test]
    fn players_obey_nothing_that_is_said() {
        for (said, written) in [
            ("<b>Bold</b> <font color=red>", "‹b›Bold‹/b› ‹font color=red›"),
            ("{\\an8}up {y:i}", "(/an8)up (y:i)"),
            ("one\\Ntwo", "one/Ntwo"),
            ("00:00:01,000 --> 00:00:02,000", "00:00:01,000 → 00:00:02,000"),
            ("<b", "‹b"),
            ("if 1 < 2 then 3 > 2, R&D", "if 1 < 2 then 3 > 2, R&D"),
        ] {
            let words = said.split(' ').map(|text| LitWord { text: text.to_owned(), lit_ms: 0, said_ms: 0 });
            let cue = [Cue { start_ms: 0, end_ms: 900, words: words.collect(), drawn: None }];
            assert_eq!(srt(&cue), format!("1\n00:00:00,000 --> 00:00:00,900\n{written}\n\n"));
            let file = vtt(&cue);
            let shown = file.lines().nth(3).unwrap();
            assert!(!shown.contains("-->"), "{shown}");
            let bare = shown.replace("<c>", "").replace("</c>", "");
            assert!(!bare.contains('<'), "{shown}");
            assert_eq!(bare.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), said);
        }
    }

    #[test]
    fn webvtt_times_every_word_and_escapes() {
        let expected = "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\n\
                        <c>R&amp;D</c> <00:00:00.400><c>&lt;wins&gt;</c>\n\n\
                        01:01:01.005 --> 01:01:02.000\n<01:01:01.100><c>{later}</c>\n\n";
        assert_eq!(vtt(&cues()), expected);
    }

    #[test]
    fn karaoke_lengths_add_up_to_the_cue() {
        let file = ass(&cues(), "T\nitle", 540, 960);
        assert!(file.contains("Title: T itle\n"));
        assert!(file.contains(
            "Dialogue: 0,0:00:00.00,0:00:00.90,Caption,,0,0,0,,{\\pos(270,576)}{\\k40}R&D {\\k50}<wins>\n"
        ));
        assert!(file.contains("{\\k10}{\\k90}(later)\n"), "{file}");
    }
}
