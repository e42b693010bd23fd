//! [`third_person`]: what a "we" or an "I" of a paper is for listeners, who did not write it.

use std::sync::LazyLock;

use regex::Regex;

use super::compress::capitalised;
use super::verbs::is_verb;

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that tests compile")
}

static WE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[Ww]e\b"));
static OUR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[Oo]ur\b"));
static US: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:us|ourselves)\b"));
static I: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:ours|I|my|me|My)\b"));

/// Says "the authors" for a "we" that are the authors; none where the sentence says "I", or asks the reader to do something
/// together. A "we" that are all of us stays: "we must understand what it is".
pub(super) fn third_person(text: &str) -> Option<String> {
    static AUTHORS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?ix)\bwe\s+(?:(?:also|then|first|now|here|further|finally|\w+ly)\s+)?(?:\w+ed|have|had|were|are|do\ not|did|
            propose|present|show|describe|introduce|find|found|argue|believe|conclude|discuss|study|use|built|build|ran|run|chose|
            choose|took|take|define|consider|assume|report|provide|evaluate|demonstrate|implement|develop|address|target|
            answer|conceptualize|focus|analy[sz]e|estimate|compute|apply|compare|test|hypothesi[sz]e|investigate|examine|offer|
            derive|prove|obtain|measure|design|model|explore|review|suggest|made|make|give|set\ out|began|begin|start|hope|
            call|note|refer|extend|train|observe|expect)\b",
        )
    });
    static OURS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)\bour\s+(?:\w+\s+)?(?:results?|experiments?|approach|method|methods|work|study|analysis|model|findings?|data|system|algorithm|evaluation|implementation|framework|goal|paper|theory|estimates?|proposal|technique|techniques|project|design)\b",
        )
    });
    if text.to_lowercase().contains("let us") {
        return None;
    }
    if I.is_match(text) {
        return of_one_author(text);
    }
    if !AUTHORS.is_match(text) && !OURS.is_match(text) {
        return Some(text.to_owned());
    }
    let mut named = false;
    let replaced = WE.replace_all(text, |_: &regex::Captures<'_>| {
        let word = if named { "they" } else { "the authors" };
        named = true;
        word
    });
    let replaced = OUR.replace_all(&replaced, |_: &regex::Captures<'_>| {
        let word = if named { "their" } else { "the authors’" };
        named = true;
        word
    });
    let replaced = US.replace_all(&replaced, |_: &regex::Captures<'_>| {
        let word = if named { "them" } else { "the authors" };
        named = true;
        word
    });
    Some(capitalised(&replaced))
}

/// Says "the author" for the only "I" of a sentence that says what its author does: "I try to …". None where more would have
/// to change.
fn of_one_author(text: &str) -> Option<String> {
    static DOES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?P<before>(?:Here|Hereafter|Then|Next|First|Finally),?\s+)?I\s+(?P<adverb>(?:also|then|first|now|\w+ly)\s+)?(?P<verb>[a-z]+)\s+(?P<rest>.+)$",
        )
    });
    static AND_DOES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"\band (?P<verb>present|describe|show|derive|use|propose|introduce|discuss|argue|analy[sz]e|estimate|compare|explain|test|apply|develop|give|provide|examine|illustrate|prove|suggest) ",
        )
    });
    let found = DOES.captures(text)?;
    let rest = &found["rest"];
    if I.is_match(rest) || WE.is_match(rest) || OUR.is_match(rest) || US.is_match(rest) {
        return None;
    }
    let verb = in_third_person(&found["verb"])?;
    // What its author does next is said in the same form: "I analyze … and derive …".
    let rest = AND_DOES.replace_all(rest, |and: &regex::Captures<'_>| {
        in_third_person(&and["verb"]).map_or_else(|| and[0].to_owned(), |verb| format!("and {verb} "))
    });
    let adverb = found.name("adverb").map_or("", |adverb| adverb.as_str());
    Some(format!("The author {adverb}{verb} {rest}"))
}

/// The form of a verb behind "the author"; none for a word that is no verb.
fn in_third_person(verb: &str) -> Option<String> {
    const STAYS: [&str; 16] = [
        "can", "will", "may", "must", "could", "would", "should", "did", "had", "found", "took", "ran",
        "built", "made", "chose", "showed",
    ];
    Some(match verb {
        "am" | "was" | "do" => return None,
        "have" => "has".to_owned(),
        _ if STAYS.contains(&verb) || verb.ends_with("ed") => verb.to_owned(),
        _ if !is_verb(verb) || verb.ends_with("ss") || verb.ends_with('s') => return None,
        _ if verb.ends_with('y') && !["ay", "ey", "oy"].iter().any(|end| verb.ends_with(end)) => {
            format!("{}ies", verb.trim_end_matches('y'))
        }
        _ if ["x", "z", "ch", "sh", "o"].iter().any(|end| verb.ends_with(end)) => format!("{verb}es"),
        _ => format!("{verb}s"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn we_are_the_authors() {
        let said = |text: &str| third_person(text).unwrap();
        assert_eq!(
            said("We propose that we sign our coin."),
            "The authors propose that they sign their coin."
        );
        assert_eq!(third_person("Let us see."), None);
        assert_eq!(said("Nobody waits in line."), "Nobody waits in line.");
    }

    #[test]
    fn i_is_the_author() {
        let said = |text: &str| third_person(text).unwrap();
        assert_eq!(said("I try to show queues."), "The author tries to show queues.");
        assert_eq!(
            said("Here, I analyze the wait and derive a simple bound."),
            "The author analyzes the wait and derives a simple bound."
        );
        assert_eq!(said("I measured every queue."), "The author measured every queue.");
        assert_eq!(third_person("I measured my own queue."), None);
    }
}
