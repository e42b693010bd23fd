//! The shows of a scene: which parts of pages they need, and how they are drawn.

#[cfg(feature = "ffmpeg")]
use brainwrought_core::data::{BlobRef, Language, PageUnit, ShowVisual};
use brainwrought_core::data::{Document, Layer, Moment, Motion, Patch, Scene, Show, ShowCue};
#[cfg(feature = "ffmpeg")]
use brainwrought_core::id::Digest;

use super::card::Table;
use super::compose::{DrawnPanel, compose};
use super::page_area;
use super::plan::{PagePlan, Plan};
use super::shows::{self, DrawnShow, FIGURE_ROOM, Shot};
use crate::background::Colours;
use crate::frame::{Layout, Wording};
use crate::parse::CropRequest;
use crate::picture::RgbaImage;

/// How much larger than it is shown a figure is drawn, so that it is sharp when it is looked at closely.
const DRAWN_LARGER: f32 = 1.4;

/// A show with its place, drawn but not stored.
#[derive(Debug)]
pub(super) struct PlacedShow {
    pub(super) line: u32,
    pub(super) at_word: u32,
    pub(super) kind: &'static str,
    pub(super) drawn: DrawnShow,
    pub(super) page: Option<u32>,
    pub(super) description: String,
}

/// The shows of a scene in the order of time, with the line that each belongs to.
fn cues(scene: &Scene) -> impl Iterator<Item = (u32, &ShowCue)> {
    (0..).zip(&scene.lines).flat_map(|(line, held)| held.shows.iter().map(move |cue| (line, cue)))
}

/// The size at which a figure is shown, in pixels of a frame 1,080 wide.
fn figure_size(width: f32, height: f32) -> (f32, f32) {
    let scale = (FIGURE_ROOM.0 / width.max(1.0)).min(FIGURE_ROOM.1 / height.max(1.0));
    (width * scale, height * scale)
}

/// The parts of pages that a show needs, at a scale of 1 for frames 1,080 wide.
fn shots_of(document: &Document, show: &Show, layout: Layout, scale: f32) -> Vec<CropRequest> {
    match show {
        Show::Figure { figure, .. } => {
            let held = document.figures.iter().find(|held| held.id == *figure);
            let placed = held.and_then(|figure| Some((figure, document.page(figure.page)?)));
            let shot = placed.map(|(figure, page)| {
                let area = page_area::of_figure(page, figure);
                let width = figure_size(area.width, area.height).0 * scale * DRAWN_LARGER;
                CropRequest { page: figure.page, crop: Some(area), width_px: width.round().max(1.0) as u32 }
            });
            shot.into_iter().collect()
        }
        Show::Page { page, quote } => {
            Plan::Page(PagePlan::new(document, *page, quote, layout)).shots(document, scale)
        }
        _ => Vec::new(),
    }
}

/// The parts of pages that the shows of a scene need, in their order.
pub(super) fn shots(document: &Document, scene: &Scene, layout: Layout, scale: f32) -> Vec<CropRequest> {
    cues(scene).flat_map(|(_, cue)| shots_of(document, &cue.show, layout, scale)).collect()
}

/// Draws the shows of a scene. `shots` are what [`shots`] asked for; `before` is the number of shows before them,
/// which with `colours` chooses their grounds.
///
/// A show that cannot be drawn is left out, and the scene's own picture stands in its place.
#[expect(clippy::too_many_arguments, reason = "what panels are drawn from, and where shows go on from")]
pub(super) fn draw(
    table: Table<'_>,
    wording: Wording,
    document: &Document,
    scene: &Scene,
    layout: Layout,
    shots: &[Option<RgbaImage>],
    before: u64,
    colours: Colours,
    warnings: &mut Vec<String>,
) -> Vec<PlacedShow> {
    let mut shots = shots.iter();
    let mut placed = Vec::new();
    for (n, (line, cue)) in (before..).zip(cues(scene)) {
        let ground = shows::ground(n, colours);
        let own: Vec<Option<RgbaImage>> =
            shots.by_ref().take(shots_of(document, &cue.show, layout, table.scale).len()).cloned().collect();
        let page = match &cue.show {
            Show::Receipt { page, .. } | Show::Page { page, .. } => Some(*page),
            Show::Figure { figure, .. } => {
                document.figures.iter().find(|held| held.id == *figure).map(|figure| figure.page)
            }
            _ => None,
        };
        let name = page.map(|page| wording.page(&document.page_name(page))).unwrap_or_default();
        let (drawn, description) = match &cue.show {
            Show::Page { page, quote } => {
                let plan = Plan::Page(PagePlan::new(document, *page, quote, layout));
                let Some(panel) = compose(table, wording, document, &plan, &own, warnings) else { continue };
                (whole(&panel), panel.description)
            }
            Show::Figure { figure, .. } => {
                let Some(image) = own.first().and_then(Option::as_ref) else { continue };
                let held = document.figures.iter().find(|held| held.id == *figure);
                let label = held.and_then(|held| held.label.as_deref());
                let caption = held.and_then(|held| held.caption.as_deref());
                let size = figure_size(image.width() as f32, image.height() as f32);
                let shot = Shot { image, label, size };
                let drawn = shows::draw(table, &cue.show, cue.at_word, &name, Some(&shot), ground);
                let Some(drawn) = drawn else { continue };
                (drawn, [label, caption].into_iter().flatten().collect::<Vec<_>>().join(": "))
            }
            show => {
                let Some(drawn) = shows::draw(table, show, cue.at_word, &name, None, ground) else {
                    continue;
                };
                (drawn, shows::described(show))
            }
        };
        let (at_word, kind) = (cue.at_word, cue.show.name());
        placed.push(PlacedShow { line, at_word, kind, drawn, page, description });
    }
    placed
}

/// Draws a show that needs no document, for frames of a size: what it is made of, and its sheet. `number` chooses its ground.
#[cfg(feature = "ffmpeg")]
pub(crate) fn drawn_show(
    show: &Show,
    width: u32,
    height: u32,
    number: u64,
    fonts: &crate::text::Fonts,
) -> Option<(ShowVisual, RgbaImage)> {
    let lettering = super::text_layout::TextLayout::new(fonts.clone());
    let table = Table { lettering: &lettering, scale: super::stage::scale(width, height) };
    let wording = Wording::new(&Language::english(), PageUnit::Page);
    let drawn = shows::draw(table, show, 0, &wording.page("1"), None, number)?;
    let DrawnShow { sheet, layers, width, height, smallest_type } = drawn;
    let blob = BlobRef {
        digest: Digest::of(&sheet.pixels),
        bytes: sheet.pixels.len() as u64,
        media_type: String::new(),
    };
    let visual = ShowVisual {
        line: 0,
        at_word: 0,
        kind: show.name().to_owned(),
        sheet: blob,
        width,
        height,
        layers,
        page: None,
        smallest_type,
        description: shows::described(show),
    };
    Some((visual, sheet))
}

/// A panel as a show of one part.
fn whole(panel: &DrawnPanel) -> DrawnShow {
    let (width, height) = (panel.image.width() as u32, panel.image.height() as u32);
    let from = Patch { x: 0, y: 0, width, height };
    let layer = Layer { from, x: 0, y: 0, enters: Moment::START, leaves: None, motion: Motion::Rise };
    DrawnShow { sheet: panel.image.clone(), layers: vec![layer], width, height, smallest_type: 0.0 }
}
