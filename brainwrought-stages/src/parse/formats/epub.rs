//! Books for screens: EPUB 2 and 3. A page for each section that the book's spine lists.

use std::collections::BTreeMap;

use super::archive::{Archive, resolved};
use super::dom::{Dom, NodeId};
use super::element_walk::ElementWalk;
use super::flow::{Flow, Kind};
use super::html::stated_language;
use super::xml::{Piece, Xml};
use crate::parse::error::ParseFailure;

/// The algorithms (EPUB OCF 3.3, 4.3) that hide fonts and no text.
const FONT_ALGORITHMS: [&str; 2] = ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"];

/// How deep the table of contents goes.
const MAX_LEVEL: u8 = 6;

/// What the package file says.
#[derive(Debug, Default)]
struct Package {
    title: Option<String>,
    language: Option<String>,
    /// The items by their ids.
    items: BTreeMap<String, Item>,
    /// The ids of the sections, in order.
    spine: Vec<String>,
    /// The id of the table of contents of EPUB 2.
    contents: Option<String>,
}

#[derive(Debug)]
struct Item {
    path: String,
    media_type: String,
    properties: String,
}

/// One line of the table of contents.
#[derive(Debug)]
struct Entry {
    level: u8,
    title: String,
    path: String,
}

/// Reads a book.
pub(super) fn read(archive: &mut Archive<'_>, flow: &mut Flow) -> Result<(), ParseFailure> {
    check_open(archive)?;
    let path = package_path(archive)?;
    let text = archive.text(&path)?.ok_or(ParseFailure::DamagedArchive)?;
    let package = package(&path, &text)?;
    flow.metadata_title = package.title.clone();
    flow.declared_language = package.language.clone();
    let contents = contents(archive, &package)?;
    let mut missing = 0;
    for item in package.spine.iter().filter_map(|id| package.items.get(id)) {
        if item.properties.split_whitespace().any(|property| property == "nav") || !is_text(item) {
            continue;
        }
        let Some(text) = archive.text(&item.path)? else {
            missing += 1;
            continue;
        };
        let dom = dom(&text)?;
        flow.begin_page(None);
        let place = flow.page_place();
        let titles = || contents.iter().filter(|entry| entry.path.eq_ignore_ascii_case(&item.path));
        flow.bookmarks.extend(titles().map(|entry| (entry.level, entry.title.clone(), place)));
        let body = dom.find("body").unwrap_or(dom.root());
        ElementWalk::new(&dom, flow, false).add(body)?;
        if flow.declared_language.is_none() {
            flow.declared_language = stated_language(&dom);
        }
        // Many books set the names of their chapters in paragraphs.
        if let Some(entry) = titles().next()
            && !flow.is_page_empty()
            && flow.first_heading().is_none()
        {
            flow.open_with(Kind::Heading(entry.level), &entry.title);
        }
    }
    if missing > 0 {
        flow.warnings.push(format!("{missing} sections that the book lists are not in it"));
    }
    Ok(())
}

/// Refuses books whose text is locked.
fn check_open(archive: &mut Archive<'_>) -> Result<(), ParseFailure> {
    let Some(text) = archive.text("META-INF/encryption.xml")? else { return Ok(()) };
    let mut xml = Xml::new(&text);
    while let Some(piece) = xml.next()? {
        if let Piece::Open(element) = piece
            && element.name == "EncryptionMethod"
            && !element.attribute("Algorithm").is_some_and(|name| FONT_ALGORITHMS.contains(&name.as_str()))
            // Keys of locks are encrypted in another way than what they lock.
            && !element.attribute("Algorithm").is_some_and(|name| name.contains("#rsa"))
        {
            return Err(ParseFailure::Protected);
        }
    }
    Ok(())
}

/// The path of the package file.
fn package_path(archive: &mut Archive<'_>) -> Result<String, ParseFailure> {
    let text = archive.text("META-INF/container.xml")?.ok_or(ParseFailure::DamagedArchive)?;
    let mut xml = Xml::new(&text);
    while let Some(piece) = xml.next()? {
        if let Piece::Open(element) = piece
            && element.name == "rootfile"
            && element.attribute("media-type").as_deref() == Some("application/oebps-package+xml")
            && let Some(path) = element.attribute("full-path")
        {
            return Ok(path);
        }
    }
    Err(ParseFailure::DamagedArchive)
}

fn package(path: &str, text: &str) -> Result<Package, ParseFailure> {
    let mut package = Package::default();
    let mut xml = Xml::new(text);
    while let Some(piece) = xml.next()? {
        let Piece::Open(element) = piece else { continue };
        let attribute = |name: &str| element.attribute(name).unwrap_or_default();
        match element.name.as_str() {
            // The first title is the main one.
            "title" if package.title.is_none() => package.title = Some(xml.text()?),
            "language" if package.language.is_none() => package.language = Some(xml.text()?),
            "item" => {
                let item = Item {
                    path: resolved(path, &attribute("href")),
                    media_type: attribute("media-type"),
                    properties: attribute("properties"),
                };
                package.items.insert(attribute("id"), item);
            }
            "spine" => package.contents = element.attribute("toc"),
            // What is not linear stands beside the text: answers, large tables.
            "itemref" if attribute("linear") != "no" => package.spine.push(attribute("idref")),
            _ => {}
        }
    }
    if package.spine.is_empty() { Err(ParseFailure::DamagedArchive) } else { Ok(package) }
}

fn is_text(item: &Item) -> bool {
    let media_type = item.media_type.to_ascii_lowercase();
    media_type.is_empty() || media_type.contains("html") || media_type.contains("dtbook")
}

/// Reads a section: as XML, which it should be, or else as browsers read pages.
fn dom(text: &str) -> Result<Dom, ParseFailure> {
    match Dom::of_xhtml(text) {
        Ok((dom, true)) if dom.find("body").is_some() => Ok(dom),
        // A sign that should have been written as a reference looks like a tag with every word behind it.
        Ok(_) | Err(ParseFailure::TooManyAttributes { .. }) => Dom::of_html(text),
        Err(failure) => Err(failure),
    }
}

/// The table of contents, of EPUB 3 or else of EPUB 2.
fn contents(archive: &mut Archive<'_>, package: &Package) -> Result<Vec<Entry>, ParseFailure> {
    let is_nav = |item: &&Item| item.properties.split_whitespace().any(|property| property == "nav");
    if let Some(item) = package.items.values().find(is_nav)
        && let Some(text) = archive.text(&item.path)?
    {
        return Ok(nav_entries(&dom(&text)?, &item.path));
    }
    let by_type = || package.items.values().find(|item| item.media_type == "application/x-dtbncx+xml");
    let item = package.contents.as_ref().and_then(|id| package.items.get(id)).or_else(by_type);
    match item {
        Some(item) => match archive.text(&item.path)? {
            Some(text) => ncx_entries(&text, &item.path),
            None => Ok(Vec::new()),
        },
        None => Ok(Vec::new()),
    }
}

/// The entries of the list in `nav` (EPUB 3.3, 5.4).
fn nav_entries(dom: &Dom, path: &str) -> Vec<Entry> {
    let navs = || dom.descendants(dom.root()).filter(|node| dom.name(*node) == Some("nav"));
    let is_contents = |node: &NodeId| dom.attribute(*node, "type") == Some("toc");
    let Some(nav) = navs().find(is_contents).or_else(|| navs().next()) else { return Vec::new() };
    let links = dom.descendants(nav).filter(|node| dom.name(*node) == Some("a"));
    let entry = |link: NodeId| {
        let mut level = 0;
        let mut above = dom.parent(link);
        while let Some(node) = above.filter(|node| *node != nav) {
            level += u8::from(dom.name(node) == Some("ol") && level < MAX_LEVEL);
            above = dom.parent(node);
        }
        let href = dom.attribute(link, "href")?;
        let title = dom.text(link).split_whitespace().collect::<Vec<_>>().join(" ");
        Some(Entry { level: level.max(1), title, path: resolved(path, href) })
    };
    links.filter_map(entry).collect()
}

/// The entries of the table of contents of EPUB 2 (OPF 2.0.1, 2.4.1).
fn ncx_entries(text: &str, path: &str) -> Result<Vec<Entry>, ParseFailure> {
    let mut entries: Vec<Entry> = Vec::new();
    let (mut level, mut title) = (0_u8, String::new());
    let mut xml = Xml::new(text);
    while let Some(piece) = xml.next()? {
        match piece {
            Piece::Open(element) => match element.name.as_str() {
                "navPoint" => level = (level + 1).min(MAX_LEVEL),
                "text" => title = xml.text()?,
                "content" if level > 0 => {
                    let source = element.attribute("src").unwrap_or_default();
                    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
                    entries.push(Entry { level, title, path: resolved(path, &source) });
                }
                _ => {}
            },
            Piece::Close(name) if name == "navPoint" => level = level.saturating_sub(1),
            _ => {}
        }
    }
    Ok(entries)
}
