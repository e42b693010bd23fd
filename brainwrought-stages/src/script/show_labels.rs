//! [`foreign_labels`]: what pictures say that their lines do not.

use brainwrought_core::data::Line;
#[cfg(feature = "ffmpeg")]
use brainwrought_core::data::Script;

/// Labels of shows that neither their line nor the words that it cites hold as one run, whatever the spaces, case and signs
/// between the letters.
#[cfg(feature = "ffmpeg")]
pub(crate) fn foreign_labels(script: &Script) -> Vec<String> {
    script.lines().flat_map(foreign_of).collect()
}

/// The same for one line.
pub(super) fn foreign_of(line: &Line) -> Vec<String> {
    let mut held: Vec<String> = vec![packed(&line.text)];
    held.extend(line.sources().map(|source| packed(&source.quote)));
    let wanted = Some(line.on_screen.as_str()).filter(|words| !words.is_empty());
    let labels = line.shows.iter().flat_map(|cue| cue.show.labels()).chain(wanted);
    let mut foreign: Vec<String> = labels
        .filter(|label| {
            let label = packed(label);
            !held.iter().any(|held| held.contains(&label))
        })
        .map(str::to_owned)
        .collect();
    // Words for the screen are the label of a show, too.
    foreign.dedup();
    foreign
}

fn packed(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric() || "%$€£".contains(*letter))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{Citation, LineRole, Show, ShowCue};

    use super::*;

    #[test]
    fn a_label_stands_in_its_line_or_in_what_it_cites() {
        let citation = Citation { page: 1, quote: "Of all calls, 95% were served within 20 ms.".to_owned() };
        let mut line = Line::new("Most calls did not wait.", LineRole::Fact, citation);
        let number = |value: &str, label: &str| {
            let show = Show::Number { value: value.to_owned(), label: label.to_owned(), from: None };
            ShowCue { at_word: 0, show, reason: String::new() }
        };
        line.shows = vec![number("95 %", "of all calls"), number("97 %", "did not wait")];
        assert_eq!(foreign_of(&line), ["97 %"]);
        line.shows.clear();
        line.on_screen = "within 20 ms".to_owned();
        assert_eq!(foreign_of(&line), [""; 0]);
        line.on_screen = "at once".to_owned();
        assert_eq!(foreign_of(&line), ["at once"]);
    }
}
