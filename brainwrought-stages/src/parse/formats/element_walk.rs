//! [`ElementWalk`]: the blocks of a web page or of a book's chapter, of its elements.

use super::dom::{Dom, NodeId};
use super::flow::{Flow, Kind};
use crate::parse::error::ParseFailure;
use crate::parse::layout::{lowered, raised};

/// How deep the walk goes. Parsers move elements after they were counted, so this is more than a tree should have.
const MAX_DEPTH: usize = 1_024;

/// A list of which so much is links leads elsewhere, of 10.
const LINK_SHARE: usize = 8;
/// Fewer links are a part of the text.
const MIN_LINKS: usize = 3;

/// A cell of a table with more letters holds a part of the page: pages were laid out with tables once.
const LAYOUT_CELL: usize = 600;

/// Elements that show no text of the page.
const LEFT_OUT: [&str; 33] = [
    "annotation",
    "annotation-xml",
    "applet",
    "area",
    "audio",
    "base",
    "button",
    "canvas",
    "datalist",
    "dialog",
    "embed",
    "frame",
    "frameset",
    "head",
    "iframe",
    "input",
    "link",
    "map",
    "meta",
    "meter",
    "noscript",
    "object",
    "option",
    "progress",
    "rp",
    "rt",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "video",
];

/// Elements whose text stands apart from what is around it.
const BLOCKS: [&str; 27] = [
    "address", "article", "aside", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "header", "hgroup", "html", "legend", "main", "menu", "nav", "ol", "p",
    "search", "section", "summary", "ul",
];

/// Roles (WAI-ARIA) of what stands around the text of a page.
const AROUND: [&str; 9] =
    ["alert", "banner", "complementary", "contentinfo", "dialog", "navigation", "search", "toolbar", "menu"];

/// Words in the classes and names of what stands around the text of a page. They are those that the reading modes of browsers
/// go by (Mozilla's Readability, `unlikelyCandidates`), as whole words.
const UNLIKELY: [&str; 29] = [
    "ad",
    "ads",
    "advert",
    "advertisement",
    "banner",
    "breadcrumb",
    "breadcrumbs",
    "comment",
    "comments",
    "cookie",
    "cookies",
    "disqus",
    "editsection",
    "extra",
    "gdpr",
    "menu",
    "navbar",
    "navbox",
    "newsletter",
    "pagination",
    "popup",
    "promo",
    "related",
    "share",
    "sharing",
    "sidebar",
    "skip",
    "social",
    "sponsor",
];

/// Elements of books that hold notes (EPUB's `epub:type`).
const NOTES: [&str; 6] = ["footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"];

/// Walks over the elements of a page and adds their blocks to a [`Flow`].
#[derive(Debug)]
pub(super) struct ElementWalk<'a> {
    dom: &'a Dom,
    flow: &'a mut Flow,
    /// Whether there may be things around the text, as on a page of the web.
    is_web: bool,
    /// For each node, how many letters are below it, and how many of those in links.
    letters: Vec<Letters>,
    /// The block that is being put together.
    text: String,
    /// How many letters of it are bold.
    bold: usize,
    is_bold: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Letters {
    all: usize,
    linked: usize,
    links: usize,
}

impl<'a> ElementWalk<'a> {
    pub(super) fn new(dom: &'a Dom, flow: &'a mut Flow, is_web: bool) -> Self {
        let letters = counted(dom);
        Self { dom, flow, is_web, letters, text: String::new(), bold: 0, is_bold: false }
    }

    /// How many letters are below a node.
    pub(super) fn letters(&self, node: NodeId) -> usize {
        self.letters[node.place()].all
    }

    /// Adds the blocks below a node.
    pub(super) fn add(&mut self, node: NodeId) -> Result<(), ParseFailure> {
        let total = self.letters(node);
        self.children(node, Kind::Paragraph, total, 0)?;
        self.end_block(Kind::Paragraph)
    }

    fn children(&mut self, node: NodeId, kind: Kind, total: usize, depth: usize) -> Result<(), ParseFailure> {
        if depth > MAX_DEPTH {
            return Err(ParseFailure::TooDeep { limit: MAX_DEPTH });
        }
        let dom = self.dom;
        dom.children(node).try_for_each(|child| self.node(child, kind, total, depth + 1))
    }

    fn node(&mut self, node: NodeId, kind: Kind, total: usize, depth: usize) -> Result<(), ParseFailure> {
        if let Some(letters) = self.dom.letters(node) {
            self.add_letters(letters);
            return Ok(());
        }
        let Some(name) = self.dom.name(node) else { return Ok(()) };
        if self.is_left_out(node, name, total) {
            return Ok(());
        }
        match name {
            "br" => self.text.push(' '),
            "hr" => self.end_block(kind)?,
            "sup" | "sub" => self.add_moved(node, name),
            "msup" | "msub" => {
                let dom = self.dom;
                let mut parts = dom.children(node).filter(|part| dom.name(*part).is_some());
                let (base, moved) = (parts.next(), parts.next());
                if let Some(base) = base {
                    self.node(base, kind, total, depth)?;
                }
                // In a formula nothing is the mark of a note.
                let run = moved.map(|moved| dom.text(moved)).unwrap_or_default();
                let stands_for = match name {
                    "msup" => raised(run.trim(), &self.text, false, None),
                    _ => lowered(run.trim(), &self.text),
                };
                let stands_for = stands_for.filter(|text| !text.is_empty());
                self.add_letters(stands_for.as_deref().unwrap_or(run.trim()));
            }
            "b" | "strong" => {
                let outer = std::mem::replace(&mut self.is_bold, true);
                self.children(node, kind, total, depth)?;
                self.is_bold = outer;
            }
            "table" => {
                self.end_block(kind)?;
                self.table(node, kind, total, depth)?;
            }
            name => match self.kind_of(node, name, kind) {
                None => self.children(node, kind, total, depth)?,
                Some(own) => {
                    self.end_block(kind)?;
                    self.children(node, own, total, depth)?;
                    self.end_block(own)?;
                }
            },
        }
        Ok(())
    }

    /// The kind of the blocks inside an element; `None` when it is a part of a block.
    fn kind_of(&self, node: NodeId, name: &str, around: Kind) -> Option<Kind> {
        let heading = name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok());
        if let Some(level) = heading.filter(|level| (1..=6).contains(level)) {
            return Some(Kind::Heading(level));
        }
        match name {
            _ if self.is_typed(node, &NOTES) => Some(Kind::Footnote),
            "li" | "p" | "ol" | "ul" | "div" if around == Kind::Footnote => Some(around),
            "li" | "dt" => Some(Kind::ListItem),
            "blockquote" => Some(Kind::Quote),
            "pre" | "listing" | "xmp" => Some(Kind::Code),
            "figcaption" | "caption" => Some(Kind::Caption),
            // What is in a heading, a quote or an item of a list belongs to it.
            _ if BLOCKS.contains(&name) => Some(around),
            _ => None,
        }
    }

    fn is_left_out(&self, node: NodeId, name: &str, total: usize) -> bool {
        if LEFT_OUT.contains(&name)
            || self.is_hidden(node)
            || self.is_typed(node, &["noteref", "backlink", "pagebreak"])
        {
            return true;
        }
        if !self.is_web {
            // The table of contents of a book.
            return name == "nav";
        }
        let role = self.dom.attribute(node, "role");
        let is_site = |name: &str| match name {
            "nav" | "aside" | "footer" | "search" => true,
            "header" => !self.is_within(node, &["article", "main", "section"]),
            _ => role.is_some_and(|role| AROUND.contains(&role)),
        };
        let Letters { all, linked, links } = self.letters[node.place()];
        let is_small = 2 * all < total;
        let may_be_around = matches!(name, "div" | "section" | "span" | "ul" | "ol" | "table" | "p" | "dl");
        let leads_away = matches!(name, "div" | "section" | "ul" | "ol" | "table" | "p" | "dl")
            && links >= MIN_LINKS
            && linked * 10 >= all * LINK_SHARE;
        is_small && (is_site(name) || leads_away || may_be_around && self.is_unlikely(node))
    }

    fn is_hidden(&self, node: NodeId) -> bool {
        let style = self.dom.attribute(node, "style").unwrap_or_default();
        let style: String =
            style.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
        let mut declarations = style.split(';');
        self.dom.attribute(node, "hidden").is_some()
            || self.dom.attribute(node, "aria-hidden") == Some("true")
            || declarations.any(|declaration| {
                matches!(
                    declaration.trim_end_matches("!important"),
                    "display:none" | "visibility:hidden" | "opacity:0" | "font-size:0" | "font-size:0px"
                )
            })
    }

    /// Whether the element has one of these meanings in a book (EPUB's `epub:type`, or the role that stands for it).
    fn is_typed(&self, node: NodeId, types: &[&str]) -> bool {
        let named = |value: &str, prefix: &str| {
            value.split_whitespace().any(|word| types.contains(&word.trim_start_matches(prefix)))
        };
        self.dom.attribute(node, "type").is_some_and(|value| named(value, ""))
            || self.dom.attribute(node, "role").is_some_and(|value| named(value, "doc-"))
    }

    fn is_unlikely(&self, node: NodeId) -> bool {
        ["class", "id"].into_iter().filter_map(|name| self.dom.attribute(node, name)).any(|value| {
            let mut words = value.split(|c: char| !c.is_ascii_alphanumeric());
            words.any(|word| UNLIKELY.iter().any(|unlikely| unlikely.eq_ignore_ascii_case(word)))
        })
    }

    fn is_within(&self, node: NodeId, names: &[&str]) -> bool {
        let mut parent = self.dom.parent(node);
        while let Some(above) = parent {
            if self.dom.name(above).is_some_and(|name| names.contains(&name)) {
                return true;
            }
            parent = self.dom.parent(above);
        }
        false
    }

    fn add_letters(&mut self, letters: &str) {
        self.text.push_str(letters);
        if self.is_bold {
            self.bold += letters.chars().filter(|c| c.is_alphanumeric()).count();
        }
    }

    /// Adds what is raised or lowered: exponents and indices as such, the marks of notes not at all.
    fn add_moved(&mut self, node: NodeId, name: &str) {
        let run = self.dom.text(node);
        let run = run.trim();
        let stands_for = match name {
            // A source or a remark, as encyclopedias set them.
            "sup" if run.starts_with('[') => Some(String::new()),
            "sup" => raised(run, self.text.trim_end(), self.text.ends_with(char::is_whitespace), None),
            _ => lowered(run, &self.text),
        };
        self.add_letters(stands_for.as_deref().unwrap_or(run));
    }

    fn end_block(&mut self, kind: Kind) -> Result<(), ParseFailure> {
        let text = std::mem::take(&mut self.text);
        let bold = std::mem::take(&mut self.bold);
        let is_bold = bold > 0 && bold == text.chars().filter(|c| c.is_alphanumeric()).count();
        let kind = if kind == Kind::Paragraph && is_bold { Kind::BoldParagraph } else { kind };
        self.flow.add(kind, &text)
    }

    fn table(&mut self, table: NodeId, kind: Kind, total: usize, depth: usize) -> Result<(), ParseFailure> {
        let rows = rows_of(self.dom, table);
        let cells = || rows.iter().flatten().copied();
        let has = |node: NodeId, names: &[&str]| {
            self.dom
                .descendants(node)
                .skip(1)
                .any(|below| self.dom.name(below).is_some_and(|name| names.contains(&name)))
        };
        let is_layout = matches!(self.dom.attribute(table, "role"), Some("presentation" | "none"))
            || rows.iter().map(Vec::len).max().unwrap_or(0) < 2
            || cells()
                .any(|cell| self.letters(cell) > LAYOUT_CELL || has(cell, &["table", "h1", "h2", "h3"]));
        if is_layout {
            for cell in cells() {
                self.children(cell, kind, total, depth + 1)?;
                self.end_block(kind)?;
            }
            return Ok(());
        }
        let dom = self.dom;
        if let Some(caption) = dom.children(table).find(|child| dom.name(*child) == Some("caption")) {
            self.children(caption, Kind::Caption, total, depth + 1)?;
            self.end_block(Kind::Caption)?;
        }
        let texts: Vec<Vec<String>> =
            rows.iter().map(|row| row.iter().map(|cell| self.cell(*cell)).collect()).collect();
        self.flow.add_table(&texts)
    }

    /// The text of a cell, its blocks one behind the other.
    fn cell(&mut self, cell: NodeId) -> String {
        let dom = self.dom;
        let mut left_out: Vec<NodeId> = Vec::new();
        for node in dom.descendants(cell) {
            if dom.parent(node).is_some_and(|parent| left_out.contains(&parent)) {
                left_out.push(node);
                continue;
            }
            match (dom.letters(node), dom.name(node)) {
                (Some(letters), _) => self.text.push_str(letters),
                (_, Some("sup" | "sub")) => {
                    self.add_moved(node, dom.name(node).unwrap_or_default());
                    left_out.push(node);
                }
                (_, Some(name)) if LEFT_OUT.contains(&name) || self.is_hidden(node) => left_out.push(node),
                (_, Some(name)) if name == "br" || name == "li" || BLOCKS.contains(&name) => {
                    self.text.push(' ');
                }
                _ => {}
            }
        }
        self.bold = 0;
        std::mem::take(&mut self.text)
    }
}

/// The cells of a table row by row, without those of tables inside it.
fn rows_of(dom: &Dom, table: NodeId) -> Vec<Vec<NodeId>> {
    let named = |node: NodeId, names: &[&str]| dom.name(node).is_some_and(|name| names.contains(&name));
    let mut rows = Vec::new();
    for child in dom.children(table) {
        if named(child, &["tr"]) {
            rows.push(child);
        } else if named(child, &["thead", "tbody", "tfoot"]) {
            rows.extend(dom.children(child).filter(|row| named(*row, &["tr"])));
        }
    }
    rows.into_iter()
        .map(|row| dom.children(row).filter(|cell| named(*cell, &["td", "th"])).collect())
        .collect()
}

/// Counts the letters below each node.
fn counted(dom: &Dom) -> Vec<Letters> {
    let order: Vec<NodeId> = dom.descendants(dom.root()).collect();
    let places = order.iter().map(|node| node.place()).max().unwrap_or(0) + 1;
    let mut counts = vec![Letters::default(); places];
    for &node in order.iter().rev() {
        let own = dom.letters(node).map_or(0, |text| text.chars().filter(|c| c.is_alphanumeric()).count());
        let count = &mut counts[node.place()];
        count.all += own;
        if dom.name(node) == Some("a") && dom.attribute(node, "href").is_some() {
            count.linked = count.all;
            count.links += 1;
        }
        let own = *count;
        // What shows no text would outweigh the rest: a page may hold more program than text.
        let is_shown = dom.name(node).is_none_or(|name| !LEFT_OUT.contains(&name));
        if let Some(parent) = dom.parent(node).filter(|_| is_shown) {
            let count = &mut counts[parent.place()];
            count.all += own.all;
            count.linked += own.linked;
            count.links += own.links;
        }
    }
    counts
}
