//! Presentations of PowerPoint and others (PresentationML, ISO/IEC 29500-1, 19). A page for each slide.

use super::archive::Archive;
use super::flow::{Flow, Kind};
use super::office::{read_properties, relations};
use super::xml::{Piece, Xml};
use crate::parse::error::ParseFailure;
use crate::parse::layout::{lowered, raised};

/// The part that lists the slides.
const PRESENTATION: &str = "ppt/presentation.xml";

/// What a shape is for, where it fills a place of the slide's layout (`ST_PlaceholderType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    Title,
    Subtitle,
    /// Date, footer or number.
    Edge,
    Body,
    /// A shape of its own.
    #[default]
    None,
}

/// What stands on a slide.
#[derive(Debug)]
enum Said {
    Title(String),
    Block(Kind, String),
    Table(Vec<Vec<String>>),
}

/// Reads a presentation.
pub(super) fn read(archive: &mut Archive<'_>, flow: &mut Flow) -> Result<(), ParseFailure> {
    read_properties(archive, flow)?;
    let relations = relations(archive, PRESENTATION)?;
    let text = archive.text(PRESENTATION)?.ok_or(ParseFailure::DamagedArchive)?;
    let (mut hidden, mut missing) = (Vec::new(), 0);
    for (place, id) in slide_ids(&text)?.iter().enumerate() {
        let number = place as u32 + 1;
        let part = relations.get(id).map(|part| archive.text(part)).transpose()?.flatten();
        let Some(text) = part else {
            missing += 1;
            continue;
        };
        let Some(said) = slide(&text)? else {
            hidden.push(number.to_string());
            continue;
        };
        flow.begin_page(Some(number));
        add(said, flow, number)?;
    }
    if !hidden.is_empty() {
        flow.warnings.push(format!("slides that are hidden were left out: {}", hidden.join(", ")));
    }
    if missing > 0 {
        flow.warnings.push(format!("{missing} slides that the presentation lists are not in it"));
    }
    Ok(())
}

/// The ids of the slides, in the order in which they are shown.
fn slide_ids(text: &str) -> Result<Vec<String>, ParseFailure> {
    let mut ids = Vec::new();
    let mut xml = Xml::new(text);
    while let Some(piece) = xml.next()? {
        if let Piece::Open(element) = piece
            && element.name == "sldId"
        {
            ids.extend(element.relation());
        }
    }
    Ok(ids)
}

/// Reads a slide in the order in which its shapes are listed, which is the one that screen readers follow; `None` when the
/// slide is hidden.
fn slide(text: &str) -> Result<Option<Vec<Said>>, ParseFailure> {
    let mut said = Vec::new();
    let mut place = Place::None;
    let mut paragraph: Option<(String, bool)> = None;
    // How far letters stand above the line, in thousandths of their size.
    let mut baseline = 0;
    let mut title = String::new();
    let mut table: Option<Vec<Vec<String>>> = None;
    let mut xml = Xml::new(text);
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Open(element) => match element.name.as_str() {
                "sld" if !matches!(element.attribute("show").as_deref(), None | Some("1" | "true")) => {
                    return Ok(None);
                }
                "Fallback" => xml.skip()?,
                "sp" => place = Place::None,
                "ph" => place = Place::of(element.attribute("type").as_deref()),
                // A number that changes from slide to slide, or the date.
                "fld" => xml.skip()?,
                "p" => paragraph = Some((String::new(), true)),
                "buNone" => paragraph.iter_mut().for_each(|(_, is_item)| *is_item = false),
                "br" | "tab" => paragraph.iter_mut().for_each(|(text, _)| text.push(' ')),
                "r" => baseline = 0,
                "rPr" => {
                    let stated = element.attribute("baseline");
                    baseline = stated.and_then(|stated| stated.parse::<i32>().ok()).unwrap_or(0);
                }
                "t" => {
                    let letters = xml.text()?;
                    paragraph.iter_mut().for_each(|(text, _)| add_run(text, &letters, baseline));
                }
                "tbl" => table = Some(Vec::new()),
                "tr" => table.iter_mut().for_each(|rows| rows.push(Vec::new())),
                "tc" => {
                    if let Some(row) = table.iter_mut().flat_map(|rows| rows.last_mut()).next() {
                        row.push(String::new());
                    }
                }
                _ => {}
            },
            Piece::Close(name) => match name.as_str() {
                "p" => {
                    let Some((text, is_item)) = paragraph.take() else { continue };
                    let cell = table.iter_mut().find_map(|rows| rows.last_mut()?.last_mut());
                    match (cell, place) {
                        (Some(cell), _) => {
                            cell.push(' ');
                            cell.push_str(&text);
                        }
                        (None, Place::Edge) => {}
                        (None, Place::Title) => {
                            title.push(' ');
                            title.push_str(&text);
                        }
                        (None, Place::Body) if is_item => said.push(Said::Block(Kind::ListItem, text)),
                        (None, _) => said.push(Said::Block(Kind::Paragraph, text)),
                    }
                }
                "sp" if !title.trim().is_empty() => said.push(Said::Title(std::mem::take(&mut title))),
                "tbl" => said.extend(table.take().map(Said::Table)),
                _ => {}
            },
            Piece::Text(_) => {}
        }
    }
    Ok(Some(said))
}

fn add_run(text: &mut String, letters: &str, baseline: i32) {
    let is_spaced = text.ends_with(char::is_whitespace);
    let stands_for = match baseline {
        0 => None,
        1.. => raised(letters.trim(), text.trim_end(), is_spaced, None),
        _ => lowered(letters.trim(), text),
    };
    text.push_str(stands_for.as_deref().unwrap_or(letters));
}

fn add(said: Vec<Said>, flow: &mut Flow, number: u32) -> Result<(), ParseFailure> {
    // The title comes first, wherever it is listed.
    let (titles, rest): (Vec<Said>, Vec<Said>) =
        said.into_iter().partition(|part| matches!(part, Said::Title(_)));
    for part in titles.into_iter().chain(rest) {
        match part {
            Said::Title(text) => {
                if number == 1 && flow.printed_title.is_none() {
                    flow.printed_title = Some(text.clone());
                }
                flow.add(Kind::Heading(1), &text)?;
            }
            Said::Block(kind, text) => flow.add(kind, &text)?,
            Said::Table(rows) => flow.add_table(&rows)?,
        }
    }
    Ok(())
}

impl Place {
    fn of(kind: Option<&str>) -> Self {
        match kind {
            Some("title" | "ctrTitle") => Self::Title,
            Some("subTitle") => Self::Subtitle,
            Some("dt" | "ftr" | "hdr" | "sldNum") => Self::Edge,
            // Without a type it holds the text of the slide.
            _ => Self::Body,
        }
    }
}
