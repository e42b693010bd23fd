//! [`mistakes`]: what a reader got wrong, in words.

use std::fmt::Write as _;

use super::known::Known;
use super::matching::{Matching, level, levels};
use super::read::Read;
use super::text::normalised;

/// Lists what is wrong with the blocks of a document, one line each: what was taken for something else, what was torn
/// apart, joined or lost.
pub fn mistakes(known: &Known, read: &Read) -> Vec<String> {
    let mut lines = Vec::new();
    let (_, down) = levels(known, read);
    let mut add = |page: usize, line: String| lines.push(format!("{} p{page}: {line}", known.name));
    for (index, (page, found)) in known.pages.iter().zip(&read.pages).enumerate() {
        let number = index + 1;
        if found.label.clone().unwrap_or_else(|| number.to_string()) != page.label {
            add(number, format!("label {:?} instead of {:?}", found.label, page.label));
        }
        for (block, read) in Matching::new(page, found).pairs {
            let text = shortened(&block.text);
            let Some(read) = read else {
                add(number, format!("{} is lost: {text}", block.kind));
                continue;
            };
            let mut line = String::new();
            if read.block.kind != block.kind {
                let _ = write!(line, "{} taken for {}", block.kind, read.block.kind);
            } else if block.kind == "heading" && read.block.level != level(known, block, down) {
                let level = level(known, block, down);
                let _ = write!(line, "heading of level {level} given level {}", read.block.level);
            }
            if !read.is_whole && !matches!(block.kind.as_str(), "furniture" | "figure-text") {
                let what = if read.block.normalised().len() > normalised(&block.text).len() {
                    "joined"
                } else {
                    "torn"
                };
                let _ = write!(
                    line,
                    "{}{} {what} ({:.0} % held)",
                    if line.is_empty() { "" } else { ", " },
                    block.kind,
                    100.0 * read.held
                );
            }
            if !line.is_empty() {
                add(number, format!("{line}: {text} => {}", shortened(&read.block.normalised())));
            }
        }
    }
    let title = read.title.clone().unwrap_or_default();
    if normalised(&title) != normalised(&known.title) {
        add(1, format!("title {title:?} instead of {:?}", known.title));
    }
    let language = read.language.clone().unwrap_or_default();
    if language != known.language {
        add(1, format!("language {language:?} instead of {:?}", known.language));
    }
    lines
}

fn shortened(text: &str) -> String {
    const LETTERS: usize = 60;
    if text.chars().count() <= 2 * LETTERS {
        return text.to_owned();
    }
    let start: String = text.chars().take(LETTERS).collect();
    let end: Vec<char> = text.chars().rev().take(LETTERS).collect();
    format!("{start} … {}", end.into_iter().rev().collect::<String>())
}
