//! What the claim gate catches: true sentences of real documents, and the same sentences with one fact changed.
//!
//! `cargo bench -p brainwrought-benches --bench evidence -- paper.pdf notes.pdf` reads the documents that are named.

#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::collections::BTreeMap;
use std::path::Path;

use brainwrought_benches::{pdfs, read};
use brainwrought_core::data::{BlockKind, Document};
use brainwrought_stages::script::{Doubt, Evidence};

/// The most sentences that are taken from one document, so that a long one does not drown the others.
const MAX_SENTENCES: usize = 150;

/// Auxiliaries that take a "not" behind them.
const AUXILIARIES: [&str; 14] = [
    "is", "are", "was", "were", "can", "will", "may", "must", "should", "could", "does", "do", "has", "have",
];

/// What is changed: each pair is another unit of the same kind.
const UNITS: [(&str, &str); 12] = [
    ("ms", "s"),
    ("seconds", "minutes"),
    ("minutes", "hours"),
    ("hours", "days"),
    ("years", "months"),
    ("percent", "times"),
    ("KB", "MB"),
    ("MB", "GB"),
    ("bytes", "bits"),
    ("bits", "bytes"),
    ("million", "billion"),
    ("km", "m"),
];

#[derive(Debug, Default)]
struct Tally {
    tried: usize,
    caught: usize,
    missed: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for pdf in pdfs() {
        let Ok((document, _)) = runtime.block_on(read(&pdf)) else {
            println!("evidence  {} was left out: it has no script", shown(&pdf));
            continue;
        };
        let evidence = Evidence::new(&document);
        let all = sentences(&document);
        let step = all.len().div_ceil(MAX_SENTENCES).max(1);
        let names = names(&all);
        for (index, sentence) in all.iter().step_by(step).enumerate() {
            for claim in retold(sentence) {
                let tally = tallies.entry("true").or_default();
                tally.tried += 1;
                let doubts = evidence.doubts(&claim, sentence);
                if !doubts.is_empty() {
                    tally.caught += 1;
                    tally.missed.push(format!("{doubts:?}\n      {claim}\n      {sentence}"));
                }
            }
            for (kind, changed) in corrupted(sentence, &names, index) {
                let tally = tallies.entry(kind).or_default();
                tally.tried += 1;
                let doubts = evidence.doubts(&changed, sentence);
                if doubts.iter().any(|doubt| !matches!(doubt, Doubt::Source)) {
                    tally.caught += 1;
                } else {
                    tally.missed.push(format!("{changed}\n      {sentence}"));
                }
            }
        }
    }
    for (kind, tally) in &tallies {
        let share = 100.0 * tally.caught as f64 / tally.tried.max(1) as f64;
        let what = if *kind == "true" { "false alarms on true sentences" } else { kind };
        println!("evidence  {what}: {} of {} ({share:.1} %)", tally.caught, tally.tried);
        if std::env::args().any(|argument| argument == "--show") {
            for missed in tally.missed.iter().take(40) {
                println!("    {missed}");
            }
        }
    }
    Ok(())
}

fn shown(pdf: &Path) -> String {
    pdf.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Sentences of the running text that are whole, judged by their ends alone.
fn sentences(document: &Document) -> Vec<String> {
    let paragraphs = document.pages.iter().flat_map(|page| &page.blocks);
    let mut found = Vec::new();
    for block in paragraphs.filter(|block| block.kind == BlockKind::Paragraph) {
        let mut rest = block.text.as_str();
        while let Some(end) = rest.find(". ") {
            let (sentence, tail) = rest.split_at(end + 1);
            let count = sentence.split_whitespace().count();
            if (7..=40).contains(&count) && sentence.trim_start().starts_with(char::is_uppercase) {
                found.push(sentence.trim().to_owned());
            }
            rest = tail.trim_start();
        }
    }
    found
}

/// Names inside sentences.
fn names(sentences: &[String]) -> Vec<String> {
    let mut found: Vec<String> = sentences
        .iter()
        .flat_map(|sentence| sentence.split_whitespace().skip(1))
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| is_name(word))
        .map(str::to_owned)
        .collect();
    found.sort();
    found.dedup();
    found
}

fn is_name(word: &str) -> bool {
    word.chars().count() > 3
        && word.starts_with(char::is_uppercase)
        && word.chars().skip(1).all(|letter| letter.is_lowercase())
}

/// A sentence as a writer may retell it without changing what it says.
fn retold(sentence: &str) -> Vec<String> {
    let mut found = vec![sentence.to_owned()];
    let mut push = |text: String| {
        if text != sentence && text.split_whitespace().count() >= 5 {
            found.push(text);
        }
    };
    push(sentence.replace("We ", "The authors ").replace(" we ", " the authors "));
    push(sentence.replace('%', " percent"));
    for (word, digits) in [("two", "2"), ("three", "3"), ("four", "4"), ("five", "5"), ("ten", "10")] {
        push(sentence.replace(&format!(" {word} "), &format!(" {digits} ")));
    }
    if let Some((before, rest)) = sentence.split_once(" (")
        && let Some((_, after)) = rest.split_once(')')
    {
        push(format!("{before}{after}"));
    }
    for cut in [", which ", ", where ", "; ", ", while ", ", because "] {
        if let Some((before, _)) = sentence.split_once(cut) {
            push(format!("{before}."));
        }
    }
    // A clause at the start goes to the end.
    if let Some((clause, rest)) = sentence.trim_end_matches('.').split_once(", ")
        && ["In ", "On ", "At ", "For ", "With ", "After ", "Before "]
            .iter()
            .any(|start| clause.starts_with(start))
        && !rest.contains(',')
    {
        push(format!("{rest} {}{}.", clause[..1].to_lowercase(), &clause[1..]));
    }
    found
}

/// The same sentence with one fact changed, with the kind of the change.
fn corrupted(sentence: &str, names: &[String], index: usize) -> Vec<(&'static str, String)> {
    let words: Vec<&str> = sentence.split(' ').collect();
    let with = |place: usize, word: String| {
        let mut changed: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        changed[place] = word;
        changed.join(" ")
    };
    let mut found = Vec::new();
    if let Some(place) =
        words.iter().position(|word| word.starts_with(|letter: char| letter.is_ascii_digit()))
    {
        let changed: String = words[place]
            .chars()
            .map(|letter| {
                letter.to_digit(10).map_or(letter, |digit| char::from(b'1' + (digit as u8 + 2) % 9))
            })
            .collect();
        found.push(("numbers", with(place, changed)));
    }
    for (unit, other) in UNITS {
        let counted =
            |place: usize| place > 0 && words[place - 1].chars().any(|letter| letter.is_ascii_digit());
        let here = (0..words.len()).find(|&place| {
            counted(place) && words[place].trim_matches(|letter: char| !letter.is_alphanumeric()) == unit
        });
        if let Some(place) = here {
            found.push(("units", with(place, words[place].replacen(unit, other, 1))));
        }
    }
    if let Some(place) =
        words.iter().position(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('%'))
    {
        found.push(("units", with(place, words[place].replacen('%', " times", 1))));
    }
    let bare = |word: &str| word.trim_matches(|letter: char| !letter.is_alphanumeric()).to_owned();
    if let Some(place) = (1..words.len()).find(|&place| names.contains(&bare(words[place]))) {
        let name = bare(words[place]);
        let other = (1..=names.len())
            .map(|step| &names[(index + step) % names.len()])
            .find(|other| !sentence.contains(other.as_str()));
        if let Some(other) = other {
            found.push(("names", with(place, words[place].replacen(&name, other, 1))));
        }
    }
    if let Some(place) = words.iter().position(|word| *word == "not") {
        found.push(("negations", with(place, String::new()).replace("  ", " ")));
    } else if let Some(place) = words.iter().position(|word| AUXILIARIES.contains(word)) {
        found.push(("negations", with(place, format!("{} not", words[place]))));
        // Who stands before the verb and who stands behind change places.
        let party = |word: &str| word.chars().count() > 4 && word.chars().all(char::is_alphabetic);
        let before = (0..place).rev().find(|&place| party(words[place]));
        let behind = (place + 1..words.len()).find(|&place| party(words[place]));
        if let (Some(before), Some(behind)) = (before, behind)
            && words[before].to_lowercase() != words[behind].to_lowercase()
        {
            let mut changed = words.clone();
            changed.swap(before, behind);
            found.push(("subjects", changed.join(" ")));
        }
    }
    found
}
