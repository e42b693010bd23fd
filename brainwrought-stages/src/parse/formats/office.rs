//! What the formats of Office have in common: how their parts name each other, and what they say of themselves.

use std::collections::BTreeMap;

use super::archive::{Archive, resolved};
use super::flow::Flow;
use super::xml::{Piece, Xml};
use crate::parse::error::ParseFailure;

/// The parts that a part names, by the ids that it names them with (ISO/IEC 29500-2, 9.3).
pub(super) fn relations(
    archive: &mut Archive<'_>,
    part: &str,
) -> Result<BTreeMap<String, String>, ParseFailure> {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    let path = format!("{folder}/_rels/{name}.rels");
    let mut relations = BTreeMap::new();
    let Some(text) = archive.text(&path)? else { return Ok(relations) };
    let mut xml = Xml::new(&text);
    while let Some(piece) = xml.next()? {
        if let Piece::Open(element) = piece
            && element.name == "Relationship"
            && let (Some(id), Some(target)) = (element.attribute("Id"), element.attribute("Target"))
            && element.attribute("TargetMode").as_deref() != Some("External")
        {
            relations.insert(id, resolved(part, &target));
        }
    }
    Ok(relations)
}

/// Reads the title and the language that a file gives itself.
pub(super) fn read_properties(archive: &mut Archive<'_>, flow: &mut Flow) -> Result<(), ParseFailure> {
    let Some(text) = archive.text("docProps/core.xml")? else { return Ok(()) };
    let mut xml = Xml::new(&text);
    while let Some(piece) = xml.next()? {
        if let Piece::Open(element) = piece {
            match element.name.as_str() {
                "title" => flow.metadata_title = Some(xml.text()?),
                "language" => flow.declared_language = Some(xml.text()?),
                _ => {}
            }
        }
    }
    Ok(())
}
