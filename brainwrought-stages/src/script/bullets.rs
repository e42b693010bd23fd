//! Lists on slides: points that are no sentences, said as one sentence that names them.

use brainwrought_core::data::{Block, BlockKind, Document, Page};

use super::clean::{Cleaned, without_number};
use super::sentence_filter::is_prose;
use super::sentences::Sentence;
use super::slides::{is_slides, parts};
use crate::language::LanguageData;

/// How many points are told at once.
const POINTS: std::ops::RangeInclusive<usize> = 2..=4;
/// The most words of a point.
const POINT_WORDS: usize = 14;
/// The most words of all points together.
const ALL_WORDS: usize = 34;

/// Makes a sentence of each slide's heading and its points.
pub(super) fn lists(document: &Document, cleaned: &Cleaned, language: &str) -> Vec<Sentence> {
    if !is_slides(document) {
        return Vec::new();
    }
    let mut found: Vec<Sentence> = Vec::new();
    for page in &document.pages {
        let Some(Points { heading, points, source }) = points(page) else { continue };
        let Some(text) = told(&heading, &points, language) else { continue };
        // A slide that builds up is shown many times over; the last is the whole.
        if found.last().is_some_and(|last| last.text.starts_with(&format!("{heading}:"))) {
            found.pop();
        }
        let section = cleaned
            .sections
            .iter()
            .rposition(|section| section.page <= page.number && heading.contains(section.title.as_str()))
            .unwrap_or(0);
        found.push(Sentence {
            text,
            source,
            page: page.number,
            section,
            // A list is no part of any passage.
            passage: cleaned.passages.len() + found.len(),
            place: usize::MAX / 2 + 4 * found.len(),
            rest: None,
            dangles: false,
            leads_on: false,
            tie: None,
        });
    }
    found
}

/// What a slide says in points.
struct Points {
    heading: String,
    points: Vec<String>,
    /// The stretch of the slide that they stand in.
    source: String,
}

/// Finds the heading of a slide and its first points, where they are short.
fn points(page: &Page) -> Option<Points> {
    let is_heading = |block: &&Block| block.kind == BlockKind::Heading;
    let heading = page.blocks.iter().find(is_heading)?;
    let title = without_number(&heading.text);
    let mut all = 0;
    let points: Vec<(usize, String)> = page
        .blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| matches!(block.kind, BlockKind::ListItem | BlockKind::Paragraph))
        // Where nothing has a place, the heading comes first.
        .filter(|(_, block)| {
            (!page.is_drawn() || block.bbox.y > heading.bbox.y) && block.font_size >= 0.5 * heading.font_size
        })
        .flat_map(|(at, block)| parts(&block.text).into_iter().map(move |part| (at, part)))
        .flat_map(|(at, part)| part.split(". ").map(move |point| (at, point)))
        .map(|(at, point)| (at, point.trim_end_matches(['.', ',', ';', ':']).trim().to_owned()))
        // What is no text, such as a formula, is left out.
        .filter(|(_, point)| (1..=POINT_WORDS).contains(&size(point)) && is_point(point))
        .take_while(|(_, point)| {
            all += size(point);
            all <= ALL_WORDS
        })
        .take(*POINTS.end())
        .collect();
    let fit = POINTS.contains(&points.len())
        && (1..=7).contains(&size(&title))
        && is_point(&title)
        && page.blocks.iter().filter(is_heading).count() == 1;
    let (first, last) = (points.first()?.0, points.last()?.0);
    let source: Vec<&str> = page.blocks[first..=last].iter().map(|block| block.text.as_str()).collect();
    fit.then(|| Points {
        heading: title,
        points: points.into_iter().map(|(_, point)| point).collect(),
        source: source.join(" "),
    })
}

fn size(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Tells whether `text` can be a part of a list that is said.
fn is_point(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    letters >= 4
        && !text.contains(['!', '@', '/', '"', '“', '”', '?', ';'])
        && !text.contains(". ")
        && is_prose(text, &words)
}

/// Says heading and points: "Three repairs: a, b, and c."
fn told(heading: &str, points: &[String], language: &str) -> Option<String> {
    let (last, first) = points.split_last()?;
    let joint = LanguageData::of(language).and.as_deref().unwrap_or(", ");
    // English sets a comma before the last of three.
    let comma = if language == "en" && first.len() > 1 { "," } else { "" };
    let first: Vec<String> = first.iter().map(|point| small(point)).collect();
    // What holds a comma or a colon itself is set apart by more than a comma.
    if points.iter().any(|point| point.contains([',', ':'])) {
        return Some(format!("{heading}: {}; {}.", first.join("; "), small(last)));
    }
    Some(format!("{heading}: {}{comma}{joint}{}.", first.join(", "), small(last)))
}

/// Sets a point's first letter small where the word is no name: a second word in small letters tells.
fn small(point: &str) -> String {
    let mut words = point.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_name = first.chars().skip(1).any(char::is_uppercase)
        || words.next().is_none_or(|second| second.starts_with(char::is_uppercase));
    if is_name || first.chars().count() == 1 {
        return point.to_owned();
    }
    let mut letters = point.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::super::clean::clean;
    use super::super::offline::tests::{block, document};
    use super::*;

    fn slides(points: &[&str]) -> Document {
        let mut blocks = vec![block(BlockKind::Heading, "2 Ways out of a queue")];
        blocks.extend(points.iter().map(|point| block(BlockKind::ListItem, point)));
        for (place, block) in blocks.iter_mut().enumerate() {
            block.bbox.y = 20.0 * place as f32;
        }
        let mut document = document(vec![blocks]);
        document.pages[0].width = 1600.0;
        document
    }

    #[test]
    fn points_are_told_in_one_sentence() {
        let slides = slides(&["Add idle time", "I Spread the arrivals", "Hire one more clerk"]);
        let told = lists(&slides, &clean(&slides), "en");
        assert_eq!(
            told[0].text,
            "Ways out of a queue: add idle time, spread the arrivals, and hire one more clerk."
        );
        assert_eq!(told[0].page, 1);
    }

    #[test]
    fn paragraphs_and_formulas_are_no_lists() {
        assert_eq!(lists(&slides(&["x = 1", "y = 2"]), &clean(&slides(&[])), "en"), []);
        let mut upright = slides(&["Add idle time", "Spread the arrivals"]);
        upright.pages[0].width = 600.0;
        assert_eq!(lists(&upright, &clean(&upright), "en"), []);
    }
}
