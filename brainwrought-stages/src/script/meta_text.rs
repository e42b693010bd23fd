//! What authors say about their text rather than about its topic.

use crate::language::LanguageData;

/// Tells whether `text` speaks of the text, its authors or its licence rather than of the topic.
pub(super) fn is_meta_text(text: &str, language: &str) -> bool {
    let lower = text.to_lowercase();
    let first = lower.split_whitespace().next().unwrap_or_default();
    // A text in another language may hold some of a third.
    let mut languages = LanguageData::all().iter().filter(|data| (data.code == "en") == (language == "en"));
    let talks = languages
        .any(|data| data.text.back_stage.stand_in(&lower) || data.text.back_stage_openings.contains(first));
    talks || is_credit(text)
}

/// Tells whether a sentence only says whose work something is: "Translated by Ada Byron and Émilie du Châtelet."
fn is_credit(text: &str) -> bool {
    let mut words = text.split_whitespace().map(|word| word.trim_end_matches(['.', ',', ';']));
    // A sentence of its own has a subject first: "Raft was designed by …".
    let is_agent = |word: &str| LanguageData::all().iter().any(|data| data.words.agents.contains(word));
    let opens = words.nth(1).is_some_and(is_agent);
    let names: Vec<&str> = words.collect();
    // A particle of a name, such as "de", is short.
    let is_name = |word: &&str| word.starts_with(char::is_uppercase) || word.chars().count() <= 3;
    opens && names.len() >= 2 && names.iter().all(is_name) && names[0].starts_with(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn talk_about_the_text_is_known() {
        assert!(is_meta_text("The rest of the story is told in this book.", "en"));
        assert!(is_meta_text("Im Folgenden zeigen sie den Satz.", "de"));
        assert!(is_meta_text("Je vous propose une démarche.", "fr"));
        assert!(!is_meta_text("A queue grows at night.", "en"));
    }

    #[test]
    fn whose_work_it_is_is_no_topic() {
        assert!(is_meta_text("Translated by Ada Byron, Grace Hopper and Émilie du Châtelet.", "en"));
        assert!(is_meta_text("Revisado por Ana Ruiz y Luis de la Vega.", "es"));
        assert!(!is_meta_text("The queue was studied by Erlang in a town by the sea.", "en"));
        assert!(!is_meta_text("Raft was designed by Ongaro and Ousterhout.", "en"));
    }
}
