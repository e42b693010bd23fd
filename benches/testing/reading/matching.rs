//! [`Matching`]: which block of a reader is which block that is known.

use super::known::{Known, KnownBlock, KnownPage};
use super::read::{Area, Read, ReadBlock, ReadPage};
use super::text::{distance, find, normalised};

/// The blocks of one page, matched by their texts among those that stand at the same place.
#[derive(Debug)]
pub(super) struct Matching<'a> {
    /// Every known block, with what was read there.
    pub pairs: Vec<(&'a KnownBlock, Option<Match<'a>>)>,
}

/// What was read of a known block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match<'a> {
    /// The block that holds most of its text.
    pub block: &'a ReadBlock,
    /// The part of the known text that the block holds, up to 1.
    pub held: f64,
    /// True when the block holds this text and hardly anything else: at most a tenth of the letters differ.
    pub is_whole: bool,
}

/// A block that holds less than this of a text is another one.
const MIN_HELD: f64 = 0.25;
/// The part of the letters that may differ where a block is still the same one.
const MAX_DIFFERENT: f64 = 0.1;

impl<'a> Matching<'a> {
    pub(super) fn new(known: &'a KnownPage, read: &'a ReadPage) -> Self {
        let texts: Vec<Vec<char>> =
            read.blocks.iter().map(|block| block.normalised().chars().collect()).collect();
        let pairs = known.blocks.iter().map(|block| (block, best(block, read, &texts))).collect();
        Self { pairs }
    }
}

fn best<'a>(known: &KnownBlock, read: &'a ReadPage, texts: &[Vec<char>]) -> Option<Match<'a>> {
    let text: Vec<char> = normalised(&known.text).chars().collect();
    let areas: Vec<Area> = known.boxes.iter().map(|area| Area::new(*area)).collect();
    let near =
        read.blocks.iter().zip(texts).filter(|(block, _)| areas.iter().any(|area| area.meets(&block.bbox)));
    let held = |found: &[char]| {
        let (short, long) = if text.len() <= found.len() { (&text[..], found) } else { (found, &text[..]) };
        let same = short.len().saturating_sub(find(short, long).0);
        same as f64 / text.len().max(1) as f64
    };
    let (block, found, held) = near
        .map(|(block, found)| (block, found, held(found)))
        // Of two that hold the text the one with less around it is meant.
        .max_by(|one, other| one.2.total_cmp(&other.2).then(other.1.len().cmp(&one.1.len())))
        .filter(|(_, _, held)| *held >= MIN_HELD)?;
    let is_whole = distance(&text, found) as f64 <= MAX_DIFFERENT * text.len() as f64;
    Some(Match { block, held, is_whole })
}

/// How many of the headings were given their level, and how far levels are counted down below the title: by 0 or by 1.
/// Some call the first sections of a document with a title its first level, and some its second. A reader may do either, but
/// the same in the whole document.
pub(super) fn levels(known: &Known, read: &Read) -> (usize, u8) {
    let right = |down: u8| {
        let pages = known.pages.iter().zip(&read.pages);
        let pairs = pages.flat_map(|(known, read)| Matching::new(known, read).pairs);
        let headings = pairs.filter(|(block, _)| block.kind == "heading");
        let right = headings.filter(|(block, read)| {
            read.is_some_and(|read| {
                read.block.kind == "heading" && read.block.level == level(known, block, down)
            })
        });
        right.count()
    };
    let (same, lower) = (right(0), right(1));
    if lower > same { (lower, 1) } else { (same, 0) }
}

/// The level of a heading, where those below the title are counted down by this.
pub(super) fn level(known: &Known, block: &KnownBlock, down: u8) -> u8 {
    if block.text == known.title { block.level } else { block.level.saturating_sub(down).max(1) }
}
