//! What authors say about their text rather than about its topic.

use crate::language::LanguageData;

/// Tells whether `text` speaks of the text, its authors or its licence rather than of the topic.
pub(super) fn is_back_stage(text: &str, language: &str) -> bool {
    let lower = text.to_lowercase();
    let first = lower.split_whitespace().next().unwrap_or_default();
    // A text in another language may hold some of a third.
    let mut languages = LanguageData::all().iter().filter(|data| (data.code == "en") == (language == "en"));
    languages
        .any(|data| data.text.back_stage.stand_in(&lower) || data.text.back_stage_openings.contains(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talk_about_the_text_is_known() {
        assert!(is_back_stage("The rest of the story is told in this book.", "en"));
        assert!(is_back_stage("Im Folgenden zeigen sie den Satz.", "de"));
        assert!(is_back_stage("Je vous propose une démarche.", "fr"));
        assert!(!is_back_stage("A queue grows at night.", "en"));
    }
}
