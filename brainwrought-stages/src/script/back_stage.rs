//! What authors say about their text rather than about its topic.

/// Tells whether `text` speaks of the text, its authors or its licence rather than of the topic.
pub(super) fn is_back_stage(text: &str, language: &str) -> bool {
    let lower = text.to_lowercase();
    let phrases: &[&str] = if language == "en" { &BACK_STAGE_EN } else { &BACK_STAGE };
    phrases.iter().any(|phrase| {
        // A phrase that only ends in a space is a word at the start of the sentence.
        if phrase.ends_with(' ') && !phrase.starts_with(' ') {
            lower.starts_with(phrase)
        } else {
            lower.contains(phrase)
        }
    })
}

/// What authors say about their text rather than about its topic, beside English.
const BACK_STAGE: [&str; 61] = [
    "beweis",
    "zu zeigen",
    " wir ",
    "im folgenden",
    "hier ",
    "vorlesung",
    "skript",
    "revisado por",
    "traducido por",
    "a continuación",
    "demostración",
    "veremos",
    "nous verrons",
    "démonstration",
    "dieser arbeit",
    "man mache",
    " ich ",
    "ich ",
    " mir ",
    "mir ",
    "mein ",
    "meine ",
    "zeigen sie",
    "zeichnen sie",
    "beweisen sie",
    "geben sie",
    "berechnen sie",
    "bestimmen sie",
    "sehr geehrte",
    "übung",
    "aufgabe",
    "siehe",
    "vgl",
    "je ",
    "nous vous",
    "vous étudierez",
    "vous apprendrez",
    "cette partie",
    "la première partie",
    "la seconde partie",
    "ce chapitre",
    "ce livre",
    "ce cours",
    "exercice",
    "voir ",
    "soit ",
    "considérons",
    "commençons",
    "este capítulo",
    "esta sección",
    "este libro",
    "este trabajo",
    "este artículo",
    "ejercicio",
    "véase",
    "sea ",
    "consideremos",
    "supongamos",
    "neste capítulo",
    "nesta seção",
    "este livro",
];

/// What authors say about their text, their thanks or their copyright rather than about its topic.
const BACK_STAGE_EN: [&str; 53] = [
    "this book",
    "this document",
    "this paper",
    "this report",
    "this manual",
    "this course",
    "this lecture",
    "the reader",
    "our presentation",
    "without loss of generality",
    "left as an exercise",
    "proof of",
    "the proof",
    "as follows",
    "supported by",
    "funded by",
    "grateful",
    "thank you",
    "acknowledg",
    "copyright",
    "all rights",
    "warranty",
    "trademark",
    "licensed under",
    "permission",
    "email",
    "e-mail",
    "et al",
    "ibid",
    "see the",
    "please contact",
    "please see",
    "refer to",
    "please let",
    "in press",
    "previous work",
    "related work",
    "prior work",
    "future work",
    " published ",
    "next section",
    "next chapter",
    "last section",
    "earlier section",
    "the remainder",
    "rest of the",
    "the appendix",
    "click on",
    "open access",
    "conference",
    "workshop",
    "be found in",
    "sidebar",
];

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
