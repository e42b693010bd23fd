//! Draws the panel of a scene from its plan and the drawn parts of pages.

use brainwrought_core::data::{BlockKind, Document, Figure, PanelKind, Rect};

use super::card::Table;
use super::cutout;
use super::memes;
use super::panels::{self, Cover, PAGE_ROOM};
use super::plan::{FoundQuote, PagePlan, Plan};
use super::printed_text::{Area, PrintLine, PrintedText, mark, runs_between};
use super::quiz_card;
use crate::frame::Wording;
use crate::icons::IconLibrary;
use crate::picture::RgbaImage;

/// A panel before it is stored.
#[derive(Debug)]
pub(super) struct DrawnPanel {
    pub(super) image: RgbaImage,
    pub(super) kind: PanelKind,
    pub(super) page: Option<u32>,
    pub(super) description: String,
}

/// A crop with less ink than this part of its pixels shows nothing.
const BLANK: f32 = 0.0015;

/// Draws the panel of a plan. `shots` are what [`Plan::shots`] asked for, without those of pages that cannot be drawn;
/// nothing at all when no page can.
///
/// What could not be shown as planned is said in `warnings`.
pub(super) fn compose(
    table: Table<'_>,
    wording: Wording,
    document: &Document,
    plan: &Plan<'_>,
    shots: &[Option<RgbaImage>],
    warnings: &mut Vec<String>,
) -> Option<DrawnPanel> {
    let fan = || -> Vec<RgbaImage> { shots.iter().flatten().cloned().collect() };
    match plan {
        Plan::Nothing => None,
        Plan::Title { hook, .. } => Some(title(table, wording, document, hook, &fan())),
        Plan::Figure { figure, .. } => Some(draw_figure(table, wording, document, figure, shots, warnings)),
        Plan::Page(plan) => {
            let shot = shots.first().and_then(Option::as_ref);
            Some(draw_page(table, wording, document, plan, shot, warnings))
        }
        Plan::Quiz(question) => Some(DrawnPanel {
            image: quiz_card::asked(table, wording, question),
            kind: PanelKind::Quiz,
            page: Some(question.citation.page),
            description: format!("{} {}", question.question, question.choices.join(" / ")),
        }),
        Plan::Meme(meme) => Some(DrawnPanel {
            image: memes::meme(table, meme)?,
            kind: PanelKind::Meme,
            page: None,
            description: meme.words(),
        }),
        Plan::Source { title, pages, .. } => {
            let pages: Vec<String> = pages.iter().map(|page| document.page_name(*page)).collect();
            Some(DrawnPanel {
                image: panels::source(table, wording, title, &pages, &document.file_name, &fan()),
                kind: PanelKind::Source,
                page: None,
                description: format!("{title}. {} {}", wording.made_from(), pages.join(", ")),
            })
        }
    }
}

fn title(
    table: Table<'_>,
    wording: Wording,
    document: &Document,
    hook: &str,
    fan: &[RgbaImage],
) -> DrawnPanel {
    let icons = IconLibrary::embedded();
    let language = document.language.as_str();
    // Of what is said first: what the title alone means is often far from it.
    let found =
        icons.find(language, hook, &document.title).into_iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
    let icon = found.and_then(|found| icons.svg(found.icon));
    let cover = Cover { title: &document.title, hook, icon: icon.as_deref(), pages: document.pages.len() };
    DrawnPanel {
        image: panels::title(table, wording, &cover, fan),
        kind: PanelKind::Title,
        page: None,
        description: document.title.clone(),
    }
}

fn draw_figure(
    table: Table<'_>,
    wording: Wording,
    document: &Document,
    figure: &Figure,
    shots: &[Option<RgbaImage>],
    warnings: &mut Vec<String>,
) -> DrawnPanel {
    let (label, caption) = (figure.label.as_deref(), figure.caption.as_deref());
    let name = label.unwrap_or(&figure.id);
    let page = wording.page(&document.page_name(figure.page));
    let description = [label, caption].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let shown = |place: usize| shots.get(place)?.as_ref().filter(|image| !is_blank(image));
    if let Some(image) = shown(0) {
        let image = trimmed(image);
        return DrawnPanel {
            image: panels::figure(table, label, caption, &page, &image),
            kind: PanelKind::Figure,
            page: Some(figure.page),
            description,
        };
    }
    warnings.push(format!("{name} on page {} shows nothing; its page is shown instead", figure.page));
    match shown(1) {
        Some(image) => DrawnPanel {
            image: panels::page_crop(table, &document.title, &page, image),
            kind: PanelKind::PageCrop,
            page: Some(figure.page),
            description,
        },
        None => title(table, wording, document, "", &[]),
    }
}

fn draw_page(
    table: Table<'_>,
    wording: Wording,
    document: &Document,
    plan: &PagePlan<'_>,
    shot: Option<&RgbaImage>,
    warnings: &mut Vec<String>,
) -> DrawnPanel {
    let page = wording.page(&document.page_name(plan.page));
    let panel = |image: RgbaImage| DrawnPanel {
        image,
        kind: PanelKind::PageCrop,
        page: Some(plan.page),
        description: plan.quote.to_owned(),
    };
    let drawn = plan.found.as_ref().zip(shot).filter(|(_, image)| !is_blank(image));
    if let Some((found, image)) = drawn
        && let Some(image) = marked(table, found, image)
    {
        return panel(panels::page_crop(table, &document.title, &page, &image));
    }
    if plan.block.is_none() {
        warnings.push(format!("page {} does not hold the words \u{201c}{}\u{201d}", plan.page, plan.quote));
    }
    panel(panels::quote(table, heading_over(document, plan), &page, plan.quote))
}

/// What stands over a quote that is set anew: where the text flows, the heading that it stands under there, else the title.
fn heading_over<'d>(document: &'d Document, plan: &PagePlan<'_>) -> &'d str {
    let held = document.page(plan.page).filter(|page| !page.is_drawn());
    let before = held.zip(plan.block).and_then(|(page, block)| page.blocks.get(..block));
    let heading = before.unwrap_or_default().iter().rfind(|block| block.kind == BlockKind::Heading);
    heading.map_or(&document.title, |heading| &heading.text)
}

/// Marks the quote on a drawn part of a page, and cuts the picture between lines; nothing when no line was found, or
/// the print does not look like the text.
fn marked(table: Table<'_>, found: &FoundQuote, image: &RgbaImage) -> Option<RgbaImage> {
    let print = PrintedText::from_image(image);
    let zoom = image.width() as f32 / found.area.width;
    let block = pixels_of(&found.block, &found.area, zoom, image);
    let lines = print.lines(block);
    let runs = match &found.place.words {
        Some(words) => words.runs(&lines)?,
        None => runs_between(&lines, found.place.from, found.place.to),
    };
    if runs.is_empty() {
        return None;
    }
    let room = ((PAGE_ROOM.0 * table.scale).round() as usize, (PAGE_ROOM.1 * table.scale).round() as usize);
    if found.clipping.is_some() {
        let paper = paper_colour(image, &print);
        let (mut cut, quoted) = cutout::reset(image, &lines, &runs, room, paper)?;
        mark(&mut cut, &quoted, print.paper);
        return Some(cut);
    }
    let mut image = image.clone();
    mark(&mut image, &runs, print.paper);
    let (top, bottom) = window(&print, &runs, found.context, room.1);
    Some(rows(&image, top, bottom))
}

/// Chooses rows to show: the lines of the quote and up to `context` lines above and below it, never a part of a line,
/// at most `room` rows.
fn window(print: &PrintedText, runs: &[Area], context: usize, room: usize) -> (usize, usize) {
    let height = print.bounds().bottom;
    let lines = print.lines(print.bounds());
    let mut top = runs.iter().map(|run| run.top).min().unwrap_or(0);
    let mut bottom = runs.iter().map(|run| run.bottom).max().unwrap_or(height);
    let edge = 10;
    // A line that touches the picture's edge is probably cut there.
    let whole = |line: &&PrintLine| line.top > 1 && line.bottom + 1 < height;
    let above: Vec<&PrintLine> = lines.iter().filter(whole).filter(|line| line.bottom <= top).rev().collect();
    let below: Vec<&PrintLine> = lines.iter().filter(whole).filter(|line| line.top >= bottom).collect();
    for n in 0..context {
        if let Some(line) = below.get(n).filter(|line| line.bottom + 2 * edge <= top + room) {
            bottom = line.bottom;
        }
        if let Some(line) = above.get(n).filter(|line| line.top + room >= bottom + 2 * edge) {
            top = line.top;
        }
    }
    // Paper around the lines, but nothing of the next ones.
    let clear = |y: &usize| print.is_clear(*y);
    let above = (top.saturating_sub(edge)..top).rev().take_while(clear).count();
    let below = (bottom..(bottom + edge).min(height)).take_while(clear).count();
    (top - above, (bottom + below).min(top - above + room.max(1)))
}

fn rows(image: &RgbaImage, top: usize, bottom: usize) -> RgbaImage {
    let row = image.width() * 4;
    let pixels = image.pixels[top * row..bottom * row].to_vec();
    RgbaImage::from_premultiplied(image.width(), bottom - top, pixels).expect("whole rows were taken")
}

/// Cuts white edges off a figure, if that leaves most of it.
fn trimmed(image: &RgbaImage) -> RgbaImage {
    let print = PrintedText::from_image(image);
    let inked = print.inked();
    let edge = 6;
    let (top, bottom) = (inked.top.saturating_sub(edge), (inked.bottom + edge).min(image.height()));
    if bottom > top && bottom - top >= image.height() / 3 { rows(image, top, bottom) } else { image.clone() }
}

fn is_blank(image: &RgbaImage) -> bool {
    PrintedText::from_image(image).coverage() < BLANK
}

fn paper_colour(image: &RgbaImage, print: &PrintedText) -> [u8; 3] {
    let near = |p: &&[u8]| {
        let luma = (54 * u32::from(p[0]) + 183 * u32::from(p[1]) + 19 * u32::from(p[2])) / 256;
        luma.abs_diff(u32::from(print.paper)) <= 8
    };
    image.pixels.chunks_exact(4).find(near).map_or([255; 3], |p| [p[0], p[1], p[2]])
}

fn pixels_of(rect: &Rect, area: &Rect, zoom: f32, image: &RgbaImage) -> Area {
    let x = |value: f32| (((value - area.x) * zoom).max(0.0) as usize).min(image.width());
    let y = |value: f32| (((value - area.y) * zoom).max(0.0) as usize).min(image.height());
    let slack = 2.0;
    Area {
        left: x(rect.x - slack),
        top: y(rect.y - slack),
        right: x(rect.right() + slack),
        bottom: y(rect.bottom() + slack),
    }
}
