//! [`Plan`]: what a scene's panel shows and which parts of pages must be drawn for it.

use brainwrought_core::data::{Document, Figure, Meme, Page, QuizQuestion, Rect, Scene, VisualCue};

use super::page_area;
use super::panels::{FAN_WIDTH, FIGURE_ROOM, INNER_WIDTH, PAGE_ROOM};
use super::quote::{self, QuotePlace};
use crate::frame::{Layout, is_meme_template};
use crate::parse::CropRequest;

/// Print is shown as it stands where its letters are at least this size, in pixels of a frame 1,080 wide: its lines are then
/// at least 40 apart.
const LEGIBLE: f32 = 34.0;
/// The same in the layout that shows the page for its own sake.
const LEGIBLE_AS_PAGE: f32 = 15.0;
/// The size of letters where words are cut out and set anew.
const CLIPPING: f32 = 44.0;
/// Sheets of the fan on title and source cards.
const FAN: usize = 3;

/// What a scene's panel shows.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plan<'a> {
    /// No panel.
    Nothing,
    /// The title card with these pages fanned out, and what is said over it.
    Title { fan: Vec<u32>, hook: &'a str },
    /// A figure, or the top of its page should the figure be blank.
    Figure { figure: &'a Figure, area: Rect, page_top: Rect },
    /// A part of a page.
    Page(PagePlan<'a>),
    /// A quiz question.
    Quiz(&'a QuizQuestion),
    /// A joke.
    Meme(&'a Meme),
    /// The source card.
    Source { title: &'a str, pages: &'a [u32], fan: Vec<u32> },
}

/// A part of a page with a quote on it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PagePlan<'a> {
    pub(super) page: u32,
    pub(super) quote: &'a str,
    /// The area to draw, and the block in it that holds the quote; nothing when the page does not hold it, or has no area.
    pub(super) found: Option<FoundQuote>,
    /// The block of the page that holds the quote, whether it can be drawn or not.
    pub(super) block: Option<usize>,
}

/// Where a quote stands and how it is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundQuote {
    pub(super) area: Rect,
    pub(super) block: Rect,
    pub(super) place: QuotePlace,
    /// Pixels a point at which words are cut out and set anew, where the column is too wide to be read as it stands.
    pub(super) clipping: Option<f32>,
    /// Lines shown above and below the quote, where there is room.
    pub(super) context: usize,
}

impl<'a> Plan<'a> {
    /// Decides what a scene's panel shows.
    pub(super) fn new(document: &'a Document, scene: &'a Scene, layout: Layout) -> Self {
        match &scene.visual {
            VisualCue::TitleCard => Self::Title {
                fan: existing(document, [1, 2, 3]),
                hook: scene.lines.first().map_or("", |line| line.text.as_str()),
            },
            VisualCue::Figure { figure: id } => {
                let figure = document.figures.iter().find(|figure| &figure.id == id);
                match figure.and_then(|figure| Some((figure, document.page(figure.page)?))) {
                    Some((figure, page)) => Self::Figure {
                        figure,
                        area: page_area::of_figure(page, figure),
                        page_top: page_area::top(page, PAGE_ROOM.1 / PAGE_ROOM.0),
                    },
                    None => cited_page(document, scene, layout).unwrap_or(Self::Nothing),
                }
            }
            VisualCue::PageCrop { page, quote } => Self::Page(PagePlan::new(document, *page, quote, layout)),
            VisualCue::QuizCard { question } => Self::Quiz(question),
            VisualCue::Meme { meme } if is_meme_template(&meme.template) => Self::Meme(meme),
            VisualCue::Meme { .. } => cited_page(document, scene, layout).unwrap_or(Self::Nothing),
            VisualCue::SourceCard { title, pages } => {
                let fan = existing(document, pages.iter().copied().take(FAN));
                Self::Source { title, pages, fan }
            }
            VisualCue::Motion if layout == Layout::Split => {
                cited_page(document, scene, layout).unwrap_or(Self::Nothing)
            }
            _ => Self::Nothing,
        }
    }

    /// The parts of pages to draw, at a scale of 1 for frames 1,080 wide.
    pub(super) fn shots(&self, document: &Document, scale: f32) -> Vec<CropRequest> {
        let shot = |page: u32, crop: Rect, width: f32| CropRequest {
            page,
            crop: Some(crop),
            width_px: (width * scale).round().max(1.0) as u32,
        };
        match self {
            Self::Nothing | Self::Quiz(_) | Self::Meme(_) => Vec::new(),
            Self::Title { fan, .. } | Self::Source { fan, .. } => fan
                .iter()
                .filter_map(|&page| Some(shot(page, page_area::whole(document.page(page)?), FAN_WIDTH)))
                .collect(),
            Self::Figure { figure, area, page_top } => {
                let (width, height) = FIGURE_ROOM;
                let fitted = width.min(height * area.width / area.height);
                vec![shot(figure.page, *area, fitted), shot(figure.page, *page_top, INNER_WIDTH)]
            }
            Self::Page(plan) => plan
                .found
                .iter()
                .map(|found| {
                    let width = found.clipping.map_or(INNER_WIDTH, |zoom| found.area.width * zoom);
                    shot(plan.page, found.area, width)
                })
                .collect(),
        }
    }
}

impl<'a> PagePlan<'a> {
    pub(super) fn new(document: &Document, page: u32, quote: &'a str, layout: Layout) -> Self {
        let held = document.page(page);
        let place = held.and_then(|held| quote::find(held, quote));
        let block = place.as_ref().map(|place| place.block);
        // Where the text flows there is nothing to draw, and the words are set anew.
        let found = held.filter(|held| held.is_drawn()).zip(place).and_then(|(held, place)| {
            let block = held.blocks.get(place.block)?;
            let letters = block.font_size.clamp(5.0, 60.0);
            let area = page_area::around_quote(held, &place, PAGE_ROOM.1 / PAGE_ROOM.0);
            let (least, context) = if layout == Layout::Split { (LEGIBLE_AS_PAGE, 12) } else { (LEGIBLE, 3) };
            let zoom = INNER_WIDTH / area.width;
            let clipping = (letters * zoom < least).then_some(CLIPPING / letters);
            Some(FoundQuote { area, block: block.bbox, place, clipping, context })
        });
        Self { page, quote, found, block }
    }
}

/// The pages of some numbers that are there and can be drawn.
fn existing(document: &Document, pages: impl IntoIterator<Item = u32>) -> Vec<u32> {
    pages.into_iter().filter(|&page| document.page(page).is_some_and(Page::is_drawn)).collect()
}

/// The page that the first line with a quote cites.
fn cited_page<'a>(document: &Document, scene: &'a Scene, layout: Layout) -> Option<Plan<'a>> {
    let line = scene.lines.iter().find(|line| !line.citation.quote.is_empty())?;
    let citation = &line.citation;
    document.page(citation.page)?;
    Some(Plan::Page(PagePlan::new(document, citation.page, &citation.quote, layout)))
}
