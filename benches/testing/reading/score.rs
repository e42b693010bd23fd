//! [`Score`]: how well something was read, in counts that can be added up.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use super::known::{Known, KnownPage};
use super::matching::{Matching, levels};
use super::read::{Area, Read, ReadPage};
use super::text::{distance, find, normalised};

/// How well documents were read. A figure is `None` where nothing was there to be measured by it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    letters: usize,
    wrong_letters: usize,
    order: Ratio,
    kinds: Ratio,
    levels: Ratio,
    whole: Ratio,
    cells: Ratio,
    figures: Ratio,
    labels: Ratio,
    titles: Ratio,
    languages: Ratio,
}

/// So much of so much.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Ratio(f64, f64);

impl Ratio {
    fn count(right: bool) -> Self {
        Self(f64::from(u8::from(right)), 1.0)
    }

    fn value(self) -> Option<f64> {
        (self.1 > 0.0).then(|| self.0 / self.1)
    }
}

impl AddAssign for Ratio {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
        self.1 += other.1;
    }
}

impl Score {
    /// The letters that must be put in, left out or changed to make the known text of what was read, as a part of the known
    /// ones. Text that stands beside the running text (see [`super::KnownBlock::stands_aside`]) may come anywhere.
    pub fn character_error_rate(&self) -> Option<f64> {
        (self.letters > 0).then(|| self.wrong_letters as f64 / self.letters as f64)
    }

    /// Kendall's tau over all pairs of blocks of a page: 1 where all come in order, -1 where all come in the opposite one.
    /// A pair counts nothing where one of its blocks was not found in the text.
    pub fn order(&self) -> Option<f64> {
        self.order.value()
    }

    /// The part of the blocks that were taken for what they are.
    pub fn kinds(&self) -> Option<f64> {
        self.kinds.value()
    }

    /// The part of the headings that were given their level. The first sections below a title may be of the first level or of
    /// the second.
    pub fn levels(&self) -> Option<f64> {
        self.levels.value()
    }

    /// The part of the blocks that came out as one block each, with hardly a letter more or less. Text in drawings and
    /// running heads are not asked for it.
    pub fn whole_blocks(&self) -> Option<f64> {
        self.whole.value()
    }

    /// F1 over the pairs of neighbouring cells of tables, side by side or one below the other, empty cells passed over.
    /// M. Göbel, T. Hassan, E. Oro, G. Orsi: A methodology for evaluating algorithms for table understanding in PDF
    /// documents, DocEng 2012.
    pub fn cells(&self) -> Option<f64> {
        self.cells.value()
    }

    /// The area that a figure as found and as known have in common as a part of what they cover together, on average. A
    /// figure that is missed counts 0, and so does one that is none.
    pub fn figures(&self) -> Option<f64> {
        self.figures.value()
    }

    /// The part of the pages that were given the number that is printed on them.
    pub fn labels(&self) -> Option<f64> {
        self.labels.value()
    }

    /// The part of the documents whose title was found.
    pub fn titles(&self) -> Option<f64> {
        self.titles.value()
    }

    /// The part of the documents whose language was found.
    pub fn languages(&self) -> Option<f64> {
        self.languages.value()
    }
}

impl AddAssign for Score {
    fn add_assign(&mut self, other: Self) {
        self.letters += other.letters;
        self.wrong_letters += other.wrong_letters;
        self.order += other.order;
        self.kinds += other.kinds;
        self.levels += other.levels;
        self.whole += other.whole;
        self.cells += other.cells;
        self.figures += other.figures;
        self.labels += other.labels;
        self.titles += other.titles;
        self.languages += other.languages;
    }
}

/// Measures a reader on a document. One that tells plain text is measured by that alone.
pub fn score(known: &Known, read: &Read) -> Score {
    let mut score = Score::default();
    let none = ReadPage::default();
    let mut is_plain = false;
    for (index, page) in known.pages.iter().enumerate() {
        let found = read.pages.get(index).unwrap_or(&none);
        let text: Vec<char> = found.text().chars().collect();
        score.add_text(page, found, &text);
        score.add_order(page, found, &text);
        is_plain |= found.plain.is_some();
        if is_plain {
            continue;
        }
        score.add_blocks(page, found);
        let label = found.label.clone().unwrap_or_else(|| (index + 1).to_string());
        score.labels += Ratio::count(label == page.label);
        let figures = read.figures.iter().filter(|figure| figure.page == index + 1);
        score.figures += shared_areas(page, figures.map(|figure| figure.bbox).collect());
    }
    if !is_plain {
        let title = read.title.as_deref().map(normalised).unwrap_or_default();
        let headings =
            known.pages.iter().flat_map(|page| &page.blocks).filter(|block| block.kind == "heading");
        score.levels = Ratio(levels(known, read).0 as f64, headings.count() as f64);
        score.titles = Ratio::count(title == normalised(&known.title));
        score.languages = Ratio::count(read.language.as_deref() == Some(known.language.as_str()));
    }
    score
}

impl Score {
    fn add_text(&mut self, page: &KnownPage, found: &ReadPage, text: &[char]) {
        let mut rest = text.to_vec();
        let mut main = String::new();
        let mut aside = Vec::new();
        for block in &page.blocks {
            let wanted = if found.plain.is_some() { block.printed() } else { &block.text };
            if block.stands_aside() {
                aside.push(normalised(wanted).chars().collect::<Vec<char>>());
            } else {
                main.push_str(wanted);
                main.push('\n');
            }
        }
        // Long ones first, so that short ones do not take a piece of them.
        aside.sort_by_key(|wanted| usize::MAX - wanted.len());
        for wanted in aside {
            self.letters += wanted.len();
            self.wrong_letters += take_out(&wanted, &mut rest);
        }
        let main: Vec<char> = normalised(&main).chars().collect();
        let rest: String = rest.iter().collect();
        let rest: Vec<char> = normalised(&rest).chars().collect();
        self.letters += main.len();
        self.wrong_letters += distance(&main, &rest);
    }

    fn add_order(&mut self, page: &KnownPage, found: &ReadPage, text: &[char]) {
        /// So many letters tell where a block stands.
        const ENOUGH: usize = 60;
        /// The part of them that may differ.
        const MAX_DIFFERENT: f64 = 0.3;
        let places: Vec<Option<usize>> = page
            .blocks
            .iter()
            .filter(|block| !block.stands_aside())
            .map(|block| {
                let wanted = if found.plain.is_some() { block.printed() } else { &block.text };
                let wanted: Vec<char> = normalised(wanted).chars().take(ENOUGH).collect();
                let (cost, start, _) = find(&wanted, text);
                (cost as f64 <= MAX_DIFFERENT * wanted.len() as f64).then_some(start)
            })
            .collect();
        for (index, one) in places.iter().enumerate() {
            for other in places.iter().skip(index + 1) {
                let agreement = match (one, other) {
                    (Some(one), Some(other)) if one < other => 1.0,
                    (Some(one), Some(other)) if one > other => -1.0,
                    _ => 0.0,
                };
                self.order += Ratio(agreement, 1.0);
            }
        }
    }

    fn add_blocks(&mut self, page: &KnownPage, found: &ReadPage) {
        let matching = Matching::new(page, found);
        for (known, read) in &matching.pairs {
            let is_right = read.is_some_and(|read| read.block.kind == known.kind);
            self.kinds += Ratio::count(is_right);
            if !matches!(known.kind.as_str(), "furniture" | "figure-text") {
                self.whole += Ratio::count(read.is_some_and(|read| read.is_whole));
            }
        }
        let known = page.blocks.iter().filter(|block| block.kind == "table");
        let known: Vec<Neighbours> = known.map(|block| neighbours(&block.rows)).collect();
        let read = found.blocks.iter().filter(|block| block.kind == "table");
        let read: Vec<Neighbours> = read
            .map(|block| {
                let cells = |row: &super::ReadRow| row.cells.iter().map(|cell| cell.text.clone()).collect();
                neighbours(&block.rows.iter().map(cells).collect::<Vec<Vec<String>>>())
            })
            .collect();
        let (known, read) = (joined(known), joined(read));
        let total = |pairs: &Neighbours| pairs.values().sum::<usize>() as f64;
        let both: usize =
            known.iter().map(|(pair, count)| read.get(pair).copied().unwrap_or(0).min(*count)).sum();
        self.cells += Ratio(2.0 * both as f64, total(&known) + total(&read));
    }
}

/// How often each pair of neighbouring cells occurs. The flag tells those that stand side by side.
type Neighbours = BTreeMap<(bool, String, String), usize>;

fn neighbours(rows: &[Vec<String>]) -> Neighbours {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| normalised(cell)).collect()).collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let columns = (0..width).map(|column| rows.iter().filter_map(|row| row.get(column).cloned()).collect());
    let mut pairs = Neighbours::new();
    let mut add = |is_row: bool, line: &[String]| {
        let filled: Vec<&String> = line.iter().filter(|cell| !cell.is_empty()).collect();
        for pair in filled.windows(2) {
            *pairs.entry((is_row, pair[0].clone(), pair[1].clone())).or_default() += 1;
        }
    };
    for column in columns.collect::<Vec<Vec<String>>>() {
        add(false, &column);
    }
    for row in &rows {
        add(true, row);
    }
    pairs
}

fn joined(tables: Vec<Neighbours>) -> Neighbours {
    let mut all = Neighbours::new();
    for (pair, count) in tables.into_iter().flatten() {
        *all.entry(pair).or_default() += count;
    }
    all
}

/// Takes a text that stands beside the others out of the text of its page, and tells how many of its letters are wrong.
fn take_out(wanted: &[char], text: &mut Vec<char>) -> usize {
    /// Shorter texts, such as the number of a page, must be found letter by letter.
    const SHORT: usize = 6;
    /// The part of the letters that may differ.
    const MAX_DIFFERENT: f64 = 0.5;
    let exact = |start: usize| (0, start, start + wanted.len());
    let place = match on_its_own(wanted, text, &['\n']) {
        Some(line) => Some(exact(line)),
        None if wanted.len() < SHORT => on_its_own(wanted, text, &['\n', ' ']).map(exact),
        None => exactly_near_an_end(wanted, text).map(exact).or_else(|| {
            Some(find(wanted, text))
                .filter(|(cost, _, _)| *cost as f64 <= MAX_DIFFERENT * wanted.len() as f64)
        }),
    };
    let Some((cost, start, end)) = place else { return wanted.len() };
    text.splice(start..end, ['\n']);
    cost
}

/// Where a text stands between two of these borders, or the ends of the page; the last such place.
fn on_its_own(wanted: &[char], text: &[char], borders: &[char]) -> Option<usize> {
    let is_border = |letter: Option<&char>| letter.is_none_or(|letter| borders.contains(letter));
    let before = |start: usize| start.checked_sub(1).and_then(|before| text.get(before));
    (0..=text.len().checked_sub(wanted.len())?).rev().find(|start| {
        text[*start..].starts_with(wanted)
            && is_border(before(*start))
            && is_border(text.get(start + wanted.len()))
    })
}

/// Where a text stands letter by letter; the place that is nearest to the start or the end of the page, because running heads
/// may repeat what stands in the text.
fn exactly_near_an_end(wanted: &[char], text: &[char]) -> Option<usize> {
    let places = 0..=text.len().checked_sub(wanted.len())?;
    let exact = places.filter(|start| text[*start..].starts_with(wanted));
    exact.min_by_key(|start| (*start).min(text.len() - wanted.len() - start))
}

/// The sum of what known figures and those found have in common, over the number of all. The nearest are paired first.
fn shared_areas(page: &KnownPage, mut found: Vec<Area>) -> Ratio {
    let mut known: Vec<Area> = page.figures.iter().map(|figure| Area::new(figure.area)).collect();
    let mut sum = Ratio::default();
    loop {
        let pairs = (0..known.len()).flat_map(|one| (0..found.len()).map(move |other| (one, other)));
        let shared = pairs.map(|(one, other)| (known[one].overlap(&found[other]), one, other));
        let Some((area, one, other)) = shared.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|best| best.0 > 0.0)
        else {
            break;
        };
        known.swap_remove(one);
        found.swap_remove(other);
        sum += Ratio(area, 1.0);
    }
    sum += Ratio(0.0, (known.len() + found.len()) as f64);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(blocks: &[serde_json::Value]) -> Known {
        let page = serde_json::json!({ "label": "7", "blocks": blocks, "figures": [] });
        serde_json::from_value(
            serde_json::json!({ "title": "Of a Pier", "language": "en", "covers": [], "pages": [page] }),
        )
        .unwrap()
    }

    fn block(kind: &str, text: &str) -> serde_json::Value {
        serde_json::json!({ "kind": kind, "level": 1, "text": text, "boxes": [[0, 0, 100, 100]] })
    }

    fn plain(text: &str) -> Read {
        Read::from_plain([text.to_owned()])
    }

    #[test]
    fn text_beside_the_text_may_come_anywhere() {
        let blocks =
            [block("furniture", "The Pier"), block("paragraph", "The Pier is new."), block("furniture", "7")];
        let known = known(&blocks);
        assert_eq!(score(&known, &plain("The Pier is new.\nThe Pier\n7")).character_error_rate(), Some(0.0));
        // Four letters of 25 are missing.
        assert_eq!(
            score(&known, &plain("7\nThe Pier\nThe Pier is.")).character_error_rate(),
            Some(4.0 / 25.0)
        );
    }

    #[test]
    fn order_counts_pairs() {
        let blocks =
            [block("paragraph", "First."), block("paragraph", "Second."), block("paragraph", "Third.")];
        let known = known(&blocks);
        let order = |text| score(&known, &plain(text)).order().unwrap();
        assert!((order("First.\nSecond.\nThird.") - 1.0).abs() < 1e-9);
        assert!((order("Second.\nFirst.\nThird.") - 1.0 / 3.0).abs() < 1e-9);
        assert!((order("First.\nThird.") - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn blocks_are_judged_by_kind_level_and_extent() {
        let blocks = [
            block("heading", "Of a Pier"),
            block("paragraph", "It is new."),
            block("paragraph", "It broke."),
        ];
        let known = known(&blocks);
        let area = serde_json::json!({ "x": 0.0, "y": 0.0, "width": 100.0, "height": 100.0 });
        let heading = serde_json::json!({ "kind": "heading", "level": 1, "text": "Of a Pier", "bbox": area });
        let joined = serde_json::json!({ "kind": "paragraph", "text": "It is new. It broke.", "bbox": area });
        let read = Read::from_json(serde_json::json!({
            "title": "Of a Pier", "language": "de", "pages": [{ "label": "7", "blocks": [heading, joined] }],
        }));
        let score = score(&known, &read);
        assert_eq!(score.kinds(), Some(1.0));
        assert_eq!(score.levels(), Some(1.0));
        assert!((score.whole_blocks().unwrap() - 1.0 / 3.0).abs() < 1e-9);
        assert_eq!((score.labels(), score.titles(), score.languages()), (Some(1.0), Some(1.0), Some(0.0)));
        assert_eq!((score.cells(), score.figures()), (None, None));
    }

    #[test]
    fn cells_are_judged_by_their_neighbours() {
        let rows = |rows: &[&[&str]]| {
            neighbours(
                &rows
                    .iter()
                    .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
                    .collect::<Vec<_>>(),
            )
        };
        // Two pairs side by side, two one below the other.
        assert_eq!(rows(&[&["a", "b"], &["c", "d"]]).len(), 4);
        // The empty cell is passed over.
        assert!(rows(&[&["a", "", "b"]]).contains_key(&(true, "a".to_owned(), "b".to_owned())));
    }
}
