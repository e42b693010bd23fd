//! Markdown: CommonMark with the tables, footnotes and remarks of GitHub, and what site generators put in front.

use pulldown_cmark::{Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use super::flow::{Flow, Kind};
use super::html;
use super::text_encoding::decode;
use crate::parse::error::ParseFailure;
use crate::parse::layout::{lowered, raised};

/// Reads a text.
pub(super) fn read(file: &[u8], flow: &mut Flow) -> Result<(), ParseFailure> {
    let text = decode(file, None);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST;
    let mut reader = BlockReader::new(flow);
    for event in Parser::new_ext(&text, options) {
        reader.event(event)?;
    }
    reader.end_block()
}

/// Puts blocks together of the events of the parser.
struct BlockReader<'f> {
    flow: &'f mut Flow,
    text: String,
    /// How many letters are bold.
    bold: usize,
    is_bold: bool,
    /// The kinds of the blocks that are open, the innermost last.
    kinds: Vec<Kind>,
    /// The rows of an open table.
    table: Option<Vec<Vec<String>>>,
    /// A block of HTML that is being put together.
    html: Option<String>,
    /// What stands in front of the text, while it is read.
    metadata: Option<MetadataBlockKind>,
    /// Where raised or lowered letters began, and whether they are raised: HTML inside a line.
    moved: Option<(usize, bool)>,
    /// The length of the text, where all of it is a formula.
    formula: Option<usize>,
    /// How many pictures are open: what describes them is not shown.
    pictures: usize,
}

impl<'f> BlockReader<'f> {
    fn new(flow: &'f mut Flow) -> Self {
        Self {
            flow,
            text: String::new(),
            bold: 0,
            is_bold: false,
            kinds: Vec::new(),
            table: None,
            html: None,
            metadata: None,
            moved: None,
            formula: None,
            pictures: 0,
        }
    }

    fn event(&mut self, event: Event<'_>) -> Result<(), ParseFailure> {
        match event {
            Event::Start(tag) => self.start(&tag)?,
            Event::End(tag) => self.end(&tag)?,
            Event::Text(text) | Event::Code(text) | Event::InlineMath(text) => self.add(&text),
            Event::DisplayMath(text) => {
                let is_alone = self.text.trim().is_empty();
                self.add(&text);
                self.formula = is_alone.then_some(self.text.len());
            }
            Event::Html(text) => match &mut self.html {
                Some(html) => html.push_str(&text),
                None => self.add_inline_html(&text),
            },
            Event::InlineHtml(text) => self.add_inline_html(&text),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::Rule => self.end_block()?,
            Event::FootnoteReference(_) | Event::TaskListMarker(_) => {}
        }
        Ok(())
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<(), ParseFailure> {
        let kind = match tag {
            Tag::Heading { level, .. } => Kind::Heading(*level as u8),
            Tag::Paragraph => self.around(),
            Tag::Item | Tag::DefinitionListTitle => Kind::ListItem,
            Tag::DefinitionListDefinition => Kind::Paragraph,
            // GitHub's remarks ("> [!NOTE]") are the author's own words.
            Tag::BlockQuote(None) => Kind::Quote,
            Tag::BlockQuote(Some(_)) => Kind::Paragraph,
            Tag::CodeBlock(_) => Kind::Code,
            Tag::FootnoteDefinition(_) => Kind::Footnote,
            Tag::List(_) | Tag::DefinitionList => return self.end_block(),
            Tag::HtmlBlock => {
                self.end_block()?;
                self.html = Some(String::new());
                return Ok(());
            }
            Tag::MetadataBlock(kind) => {
                self.metadata = Some(*kind);
                return Ok(());
            }
            Tag::Table(_) => {
                self.end_block()?;
                self.table = Some(Vec::new());
                return Ok(());
            }
            Tag::TableHead | Tag::TableRow => {
                self.table.iter_mut().for_each(|rows| rows.push(Vec::new()));
                return Ok(());
            }
            Tag::Strong => {
                self.is_bold = true;
                return Ok(());
            }
            Tag::Image { .. } => {
                self.pictures += 1;
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.end_block()?;
        self.kinds.push(kind);
        Ok(())
    }

    fn end(&mut self, tag: &TagEnd) -> Result<(), ParseFailure> {
        match tag {
            TagEnd::Heading(level) => {
                // What stands in front of a text names it better.
                if *level == HeadingLevel::H1 && self.flow.metadata_title.is_none() {
                    self.flow.printed_title.get_or_insert_with(|| self.text.clone());
                }
                self.end_block()?;
                self.kinds.pop();
            }
            TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::BlockQuote(_)
            | TagEnd::CodeBlock
            | TagEnd::FootnoteDefinition => {
                self.end_block()?;
                self.kinds.pop();
            }
            TagEnd::HtmlBlock => {
                if let Some(html) = self.html.take() {
                    html::add_piece(&html, self.flow)?;
                }
            }
            TagEnd::MetadataBlock(_) => {
                self.metadata = None;
                let text = std::mem::take(&mut self.text);
                self.flow.metadata_title = stated(&text, "title");
                self.flow.declared_language = stated(&text, "lang").or_else(|| stated(&text, "language"));
            }
            TagEnd::TableCell => {
                let text = std::mem::take(&mut self.text);
                self.bold = 0;
                if let Some(row) = self.table.iter_mut().find_map(|rows| rows.last_mut()) {
                    row.push(text);
                }
            }
            TagEnd::Table => {
                if let Some(rows) = self.table.take() {
                    self.flow.add_table(&rows)?;
                }
            }
            TagEnd::Strong => self.is_bold = false,
            TagEnd::Image => self.pictures = self.pictures.saturating_sub(1),
            _ => {}
        }
        Ok(())
    }

    /// The kind that a paragraph has by what it stands in.
    fn around(&self) -> Kind {
        self.kinds.last().copied().unwrap_or(Kind::Paragraph)
    }

    fn add(&mut self, text: &str) {
        if self.pictures > 0 {
            return;
        }
        self.text.push_str(text);
        if self.is_bold {
            self.bold += text.chars().filter(|c| c.is_alphanumeric()).count();
        }
    }

    /// Heeds the tags of HTML that change what letters mean; the others only change how they look.
    fn add_inline_html(&mut self, tag: &str) {
        let tag = tag.trim().to_ascii_lowercase();
        match tag.as_str() {
            "<sup>" | "<sub>" => self.moved = Some((self.text.len(), tag == "<sup>")),
            "</sup>" | "</sub>" => {
                let Some((from, is_raised)) = self.moved.take() else { return };
                let run = self.text.split_off(from.min(self.text.len()));
                let before = self.text.trim_end();
                let is_spaced = before.len() < self.text.len();
                let stands_for = match is_raised {
                    true => raised(run.trim(), before, is_spaced, None),
                    false => lowered(run.trim(), &self.text),
                };
                self.text.push_str(stands_for.as_deref().unwrap_or(&run));
            }
            tag if tag.starts_with("<br") => self.text.push(' '),
            _ => {}
        }
    }

    fn end_block(&mut self) -> Result<(), ParseFailure> {
        if self.metadata.is_some() {
            return Ok(());
        }
        self.moved = None;
        let text = std::mem::take(&mut self.text);
        if self.formula.take() == Some(text.trim_end().len()) && !text.is_empty() {
            return self.flow.add(Kind::Formula, &text);
        }
        let bold = std::mem::take(&mut self.bold);
        let kind = self.around();
        let is_bold = bold > 0 && bold == text.chars().filter(|c| c.is_alphanumeric()).count();
        let kind = if kind == Kind::Paragraph && is_bold { Kind::BoldParagraph } else { kind };
        self.flow.add(kind, &text)
    }
}

/// The value of a key on a line of its own, as in "title: A name" of YAML and `title = "A name"` of TOML.
fn stated(metadata: &str, key: &str) -> Option<String> {
    let value = metadata.lines().find_map(|line| {
        let rest = line.strip_prefix(key)?.trim_start();
        rest.strip_prefix(':').or_else(|| rest.strip_prefix('='))
    })?;
    let value = value.trim();
    let bare = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let value = bare.unwrap_or(value);
    (!value.is_empty() && !value.starts_with(['|', '>', '[', '{'])).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_are_read_line_by_line() {
        let yaml = "layout: post\ntitle: \"Queues at Night\"\nlang: de\nsubtitle: no\n";
        assert_eq!(stated(yaml, "title").as_deref(), Some("Queues at Night"));
        assert_eq!(stated(yaml, "lang").as_deref(), Some("de"));
        assert_eq!(stated("title = 'A'", "title").as_deref(), Some("A"));
        assert_eq!(stated("title: |\n  A", "title"), None);
    }
}
