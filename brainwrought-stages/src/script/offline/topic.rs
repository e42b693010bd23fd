//! What a document is about, by its title: which sentences name it, say what it is, or stand near where it is spoken of.

use std::collections::BTreeSet;

use super::super::sentences::Sentence;

/// What so many sentences name is what the text is about.
const NAMED: usize = 3;
/// So many sentences on either side are the neighbourhood.
const NEAR: usize = 4;

/// Tells whether a sentence says what something is that the title names: "Induction is a proof technique."
pub(super) fn defines(text: &str, title: &BTreeSet<String>, stems: &dyn Fn(&str) -> Vec<String>) -> bool {
    text.split_once(" is ").is_some_and(|(name, what)| {
        let says = ["a ", "an ", "the "].iter().any(|article| what.starts_with(article));
        let is_short = name.split_whitespace().count() <= 5 && !name.contains([',', ':', ';']);
        let name = stems(name);
        says && is_short && !name.is_empty() && name.iter().all(|word| title.contains(word))
    })
}

/// Which sentences name what the title names: the longest run of its words that stands in at least [`NAMED`] sentences. None where
/// there is no such run of two words, or the title has more than one word and no run.
pub(super) fn names_subject(title: &[String], bags: &[Vec<String>]) -> Option<Vec<bool>> {
    let least = if title.len() > 1 { 2 } else { 1 };
    let names = |run: &[String]| -> Vec<bool> {
        bags.iter().map(|bag| bag.windows(run.len()).any(|words| words == run)).collect()
    };
    (least..=title.len()).rev().find_map(|length| {
        title
            .windows(length)
            .map(names)
            .map(|named| (named.iter().filter(|named| **named).count(), named))
            .filter(|(count, _)| *count >= NAMED)
            .max_by_key(|(count, _)| *count)
            .map(|(_, named)| named)
    })
}

/// How much the neighbourhood of each sentence is about the title and the first concept, from 0 to 1.
pub(super) fn nearness(
    bags: &[Vec<String>],
    sentences: &[Sentence],
    title: &BTreeSet<String>,
    concepts: &[(BTreeSet<String>, f32)],
    names_subject: Option<&[bool]>,
) -> Vec<f32> {
    let about: Vec<f32> = bags
        .iter()
        .enumerate()
        .map(|(index, bag)| {
            if let Some(names) = names_subject {
                return if names[index] { 1.0 } else { 0.0 };
            }
            let bag: BTreeSet<&String> = bag.iter().collect();
            let in_title = title.iter().filter(|word| bag.contains(word)).count() as f32;
            let first =
                concepts.first().is_some_and(|(words, _)| words.iter().all(|word| bag.contains(word)));
            (in_title / title.len().clamp(1, 2) as f32).min(1.0) * 0.5 + if first { 0.5 } else { 0.0 }
        })
        .collect();
    let means: Vec<f32> = (0..sentences.len())
        .map(|index| {
            let from = index.saturating_sub(NEAR);
            let to = (index + NEAR + 1).min(sentences.len());
            let of_section: Vec<f32> = (from..to)
                .filter(|&other| sentences[other].section == sentences[index].section)
                .map(|other| about[other])
                .collect();
            of_section.iter().sum::<f32>() / of_section.len().max(1) as f32
        })
        .collect();
    let most = means.iter().copied().fold(0.0, f32::max).max(0.01);
    means.into_iter().map(|mean| mean / most).collect()
}
