//! [`Dom`]: the elements of a web page or of a book's chapter as a tree.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::{ElementFlags, ExpandedName, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{Attribute, QualName, TokenizerResult};
use xml5ever::tokenizer::{XmlTokenizer, XmlTokenizerOpts};
use xml5ever::tree_builder::{XmlTreeBuilder, XmlTreeBuilderOpts};

use super::tag_watch::{MAX_ATTRIBUTES, TagWatch, Watched};
use crate::parse::error::ParseFailure;

/// How deep elements may nest; browsers cut at the same depth.
const MAX_DEPTH: usize = 512;
/// How many elements and pieces of text a page may have. The longest page of the web, the HTML standard on one page, has a
/// third of it.
const MAX_NODES: usize = 2_000_000;
/// The parser stops between pieces of so many bytes when a limit is broken.
const PIECE_BYTES: usize = 16 * 1024;

/// A page as a tree.
#[derive(Debug)]
pub(super) struct Dom {
    nodes: Vec<Node>,
}

/// The place of a node in its tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NodeId(usize);

impl NodeId {
    /// A number of its own, from 0, below the number of all nodes.
    pub(super) fn place(self) -> usize {
        self.0
    }
}

#[derive(Debug)]
struct Node {
    parent: Option<usize>,
    children: Vec<usize>,
    depth: usize,
    data: NodeData,
}

#[derive(Debug)]
enum NodeData {
    Element {
        name: Rc<QualName>,
        attributes: Vec<Attribute>,
    },
    Text(String),
    /// The document, a comment, or a processing instruction.
    Other,
}

impl Dom {
    /// Reads a web page; whatever is wrong with it is mended as browsers do.
    pub(super) fn of_html(text: &str) -> Result<Self, ParseFailure> {
        let (sink, watch) = (Builder::new(), TagWatch::of_html());
        let trouble = Rc::clone(&sink.trouble);
        let tree = TreeBuilder::new(sink, TreeBuilderOpts::default());
        let parser = Tokenizer::new(Watched::new(tree, &watch), TokenizerOpts::default());
        read(text, &watch, &trouble, |input| while !matches!(parser.feed(input), TokenizerResult::Done) {})?;
        parser.end();
        ended(parser.sink.sink.sink, &trouble)
    }

    /// Reads a page in the form of XML; tells as well whether it was well-formed.
    pub(super) fn of_xhtml(text: &str) -> Result<(Self, bool), ParseFailure> {
        let (sink, watch) = (Builder::new(), TagWatch::of_xml());
        let (trouble, errors) = (Rc::clone(&sink.trouble), Rc::clone(&sink.errors));
        let tree = XmlTreeBuilder::new(sink, XmlTreeBuilderOpts::default());
        let parser = XmlTokenizer::new(Watched::new(tree, &watch), XmlTokenizerOpts::default());
        read(text, &watch, &trouble, |input| while !matches!(parser.feed(input), TokenizerResult::Done) {})?;
        parser.end();
        let dom = ended(parser.sink.sink.sink, &trouble)?;
        Ok((dom, errors.get() == 0))
    }

    /// The node that holds all others.
    pub(super) fn root(&self) -> NodeId {
        NodeId(0)
    }

    pub(super) fn children(&self, node: NodeId) -> impl DoubleEndedIterator<Item = NodeId> + '_ {
        self.nodes[node.0].children.iter().map(|child| NodeId(*child))
    }

    pub(super) fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.0].parent.map(NodeId)
    }

    /// The name of an element, without a prefix.
    pub(super) fn name(&self, node: NodeId) -> Option<&str> {
        match &self.nodes[node.0].data {
            NodeData::Element { name, .. } => Some(&name.local),
            _ => None,
        }
    }

    /// The letters of a piece of text.
    pub(super) fn letters(&self, node: NodeId) -> Option<&str> {
        match &self.nodes[node.0].data {
            NodeData::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of an attribute, by its name without a prefix.
    pub(super) fn attribute(&self, node: NodeId, wanted: &str) -> Option<&str> {
        match &self.nodes[node.0].data {
            NodeData::Element { attributes, .. } => {
                let is_wanted = |attribute: &&Attribute| {
                    let local: &str = &attribute.name.local;
                    // Pages that are no XML keep the prefix as a part of the name.
                    local == wanted || local.rsplit_once(':').is_some_and(|(_, name)| name == wanted)
                };
                attributes.iter().find(is_wanted).map(|attribute| &*attribute.value)
            }
            _ => None,
        }
    }

    /// A node and all below it, in the order in which they begin.
    pub(super) fn descendants(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let mut open = vec![node];
        std::iter::from_fn(move || {
            let next = open.pop()?;
            open.extend(self.children(next).rev());
            Some(next)
        })
    }

    /// The first element of a name.
    pub(super) fn find(&self, name: &str) -> Option<NodeId> {
        self.descendants(self.root()).find(|node| self.name(*node) == Some(name))
    }

    /// All letters below a node.
    pub(super) fn text(&self, node: NodeId) -> String {
        self.descendants(node).filter_map(|node| self.letters(node)).collect()
    }
}

/// Feeds a text to a parser, unless a limit is broken on the way.
fn read(
    text: &str,
    watch: &TagWatch,
    trouble: &Trouble,
    feed: impl Fn(&BufferQueue),
) -> Result<(), ParseFailure> {
    let input = BufferQueue::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // The watch wants pieces that open no tag but at their beginning.
        let within = rest.floor_char_boundary(PIECE_BYTES.min(rest.len()));
        let next_tag = rest[first.len_utf8()..within.max(first.len_utf8())].find('<');
        let (piece, after) = rest.split_at(next_tag.map_or(within, |at| first.len_utf8() + at));
        input.push_back(StrTendril::from(piece));
        feed(&input);
        watch.read(piece);
        if watch.is_over() {
            return Err(ParseFailure::TooManyAttributes { limit: MAX_ATTRIBUTES });
        }
        if let Some(failure) = trouble.borrow().clone() {
            return Err(failure);
        }
        rest = after;
    }
    Ok(())
}

/// The tree, unless a limit was broken at its end.
fn ended(sink: Builder, trouble: &Trouble) -> Result<Dom, ParseFailure> {
    let failure = trouble.borrow().clone();
    failure.map_or_else(|| Ok(sink.finish()), Err)
}

/// The first limit that was broken.
type Trouble = Rc<RefCell<Option<ParseFailure>>>;

/// Builds the tree while the parser reads.
struct Builder {
    nodes: RefCell<Vec<Node>>,
    trouble: Trouble,
    /// How many faults the parser found.
    errors: Rc<Cell<usize>>,
}

/// What the parser knows a node by.
#[derive(Debug, Clone)]
struct Handle {
    place: usize,
    name: Option<Rc<QualName>>,
}

impl Builder {
    fn new() -> Self {
        let root = Node { parent: None, children: Vec::new(), depth: 0, data: NodeData::Other };
        let nodes = RefCell::new(vec![root]);
        Self { nodes, trouble: Trouble::default(), errors: Rc::default() }
    }

    fn make(&self, data: NodeData) -> Handle {
        let name = match &data {
            NodeData::Element { name, .. } => Some(Rc::clone(name)),
            _ => None,
        };
        let mut nodes = self.nodes.borrow_mut();
        if nodes.len() >= MAX_NODES {
            self.trouble.borrow_mut().get_or_insert(ParseFailure::TooManyElements { limit: MAX_NODES });
        }
        nodes.push(Node { parent: None, children: Vec::new(), depth: 0, data });
        Handle { place: nodes.len() - 1, name }
    }

    /// Hangs a node or text under `parent`, before the child at `at`, or behind the last.
    fn insert(&self, parent: usize, at: Option<usize>, child: NodeOrText<Handle>) {
        let child = match child {
            NodeOrText::AppendNode(node) => node.place,
            NodeOrText::AppendText(text) => {
                let mut nodes = self.nodes.borrow_mut();
                let before = at.unwrap_or(nodes[parent].children.len()).checked_sub(1);
                let before = before.and_then(|place| nodes[parent].children.get(place)).copied();
                if let Some(Node { data: NodeData::Text(whole), .. }) =
                    before.and_then(|before| nodes.get_mut(before))
                {
                    whole.push_str(&text);
                    return;
                }
                drop(nodes);
                self.make(NodeData::Text(text.to_string())).place
            }
        };
        self.detach(child);
        let mut nodes = self.nodes.borrow_mut();
        let depth = nodes[parent].depth + 1;
        if depth > MAX_DEPTH {
            self.trouble.borrow_mut().get_or_insert(ParseFailure::TooDeep { limit: MAX_DEPTH });
        }
        nodes[child].parent = Some(parent);
        nodes[child].depth = depth;
        let children = &mut nodes[parent].children;
        children.insert(at.unwrap_or(children.len()).min(children.len()), child);
    }

    fn detach(&self, child: usize) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[child].parent.take() {
            let children = &mut nodes[parent].children;
            // What is moved is mostly near the end.
            if let Some(at) = children.iter().rposition(|other| *other == child) {
                children.remove(at);
            }
        }
    }

    /// The parent of a node and its place there.
    fn place_of(&self, node: usize) -> Option<(usize, usize)> {
        let nodes = self.nodes.borrow();
        let parent = nodes[node].parent?;
        // What is moved is mostly near the end.
        Some((parent, nodes[parent].children.iter().rposition(|child| *child == node)?))
    }
}

impl TreeSink for Builder {
    type Handle = Handle;
    type Output = Dom;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Dom {
        Dom { nodes: self.nodes.into_inner() }
    }

    fn parse_error(&self, _message: std::borrow::Cow<'static, str>) {
        self.errors.set(self.errors.get() + 1);
    }

    fn get_document(&self) -> Handle {
        Handle { place: 0, name: None }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        target.name.as_ref().expect("the parser asks for the names of elements only").expanded()
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _flags: ElementFlags) -> Handle {
        self.make(NodeData::Element { name: Rc::new(name), attributes })
    }

    fn create_comment(&self, _text: StrTendril) -> Handle {
        self.make(NodeData::Other)
    }

    fn create_pi(&self, _target: StrTendril, _data: StrTendril) -> Handle {
        self.make(NodeData::Other)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.insert(parent.place, None, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, before: &Handle, child: NodeOrText<Handle>) {
        let has_parent = self.nodes.borrow()[element.place].parent.is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(before, child);
        }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        // What is in a template is not shown, and the reader leaves the whole element out.
        target.clone()
    }

    fn same_node(&self, x: &Handle, y: &Handle) -> bool {
        x.place == y.place
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        if let NodeOrText::AppendNode(node) = &child {
            self.detach(node.place);
        }
        if let Some((parent, at)) = self.place_of(sibling.place) {
            self.insert(parent, Some(at), child);
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, more: Vec<Attribute>) {
        if let NodeData::Element { attributes, .. } = &mut self.nodes.borrow_mut()[target.place].data {
            for attribute in more {
                if attributes.len() < MAX_ATTRIBUTES
                    && attributes.iter().all(|known| known.name != attribute.name)
                {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.detach(target.place);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let children = std::mem::take(&mut self.nodes.borrow_mut()[node.place].children);
        let mut nodes = self.nodes.borrow_mut();
        for child in &children {
            nodes[*child].parent = Some(new_parent.place);
        }
        nodes[new_parent.place].children.extend(children);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_mended_as_browsers_do() {
        let dom = Dom::of_html("<title>T</title><p>one<p>two <b>three").unwrap();
        let body = dom.find("body").unwrap();
        let paragraphs: Vec<String> = dom.children(body).map(|node| dom.text(node)).collect();
        assert_eq!(paragraphs, ["one", "two three"]);
        let misplaced = Dom::of_html("<table>lost<tr><td>cell</table>").unwrap();
        assert_eq!(misplaced.text(misplaced.root()), "lostcell");
    }

    #[test]
    fn a_chapter_is_read_as_xml() {
        let text = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body><a id='x'/><p>a&nbsp;b</p></body></html>";
        let (dom, is_sound) = Dom::of_xhtml(text).unwrap();
        assert!(is_sound);
        assert_eq!(dom.text(dom.find("p").unwrap()), "a\u{a0}b");
        let (_, is_sound) = Dom::of_xhtml("<html><body><p>one<br>two</p></body></html>").unwrap();
        assert!(!is_sound);
    }

    #[test]
    fn depth_and_number_of_elements_are_bounded() {
        let deep = Dom::of_html(&"<div>".repeat(1_000_000));
        assert_eq!(deep.unwrap_err(), ParseFailure::TooDeep { limit: MAX_DEPTH });
        let many = Dom::of_html(&"<br>".repeat(MAX_NODES + 1));
        assert_eq!(many.unwrap_err(), ParseFailure::TooManyElements { limit: MAX_NODES });
    }

    #[test]
    fn attributes_of_a_tag_are_bounded() {
        let many: String = (0..500_000).map(|n| format!(" a{n}='<b>'")).collect();
        let refused = ParseFailure::TooManyAttributes { limit: MAX_ATTRIBUTES };
        let few: String = (0..MAX_ATTRIBUTES).map(|n| format!(" a{n}")).collect();
        // The parser holds a part of a reference back until a tag opens; a tag may also be one that ends an element.
        for before in ["", "&am", "</>", "<p>text", "<!-- <a -->", "<br x=\"<i>\">", "<script>1<2</script>"] {
            for name in ["a", "/a", "é"] {
                let begun = format!("{before}<{name}{many}");
                for text in [begun.clone(), format!("{begun}>text")] {
                    let xml = Dom::of_xhtml(&text).map(|_| ());
                    assert!(name == "/a" || xml == Err(refused.clone()), "{before}<{name}: {xml:?}");
                    let html = Dom::of_html(&text).map(|_| ());
                    assert!(name == "é" || html == Err(refused.clone()), "{before}<{name}: {html:?}");
                }
            }
            assert!(Dom::of_html(&format!("{before}<a{few}>text</a>")).is_ok(), "{before}");
        }
        // One after another they are as many: only the first element of its name is kept.
        let bodies: String = (0..20_000).map(|n| format!("<body a{n}=1>")).collect();
        let dom = Dom::of_html(&bodies).unwrap();
        let body = dom.find("body").unwrap();
        assert!(dom.attribute(body, "a0").is_some() && dom.attribute(body, "a19999").is_none());
    }

    #[test]
    fn many_words_are_not_taken_for_attributes() {
        let words = "for a = 1 b <c d ".repeat(10_000);
        for text in [
            format!("<!-- {words} --><p>text"),
            format!("<script>if (a<b) {words} 1<<2</script><p>text"),
            format!("<style>{words}</style><p>text"),
            format!("<p title='{words}'>text"),
            format!("<p title=\"{words}\">text"),
            format!("<!DOCTYPE {words}><p>text"),
            format!("<?xml {words}?><p>text"),
            format!("<svg><![CDATA[{words}]]></svg><p>text"),
        ] {
            let dom = Dom::of_html(&text).unwrap();
            assert_eq!(dom.text(dom.find("p").unwrap()), "text");
        }
        let chapter = format!(
            "<html><!-- {words} --><?p {words}?><body title='{}'>text</body></html>",
            words.replace('<', "&lt;")
        );
        let (dom, _) = Dom::of_xhtml(&chapter).unwrap();
        assert_eq!(dom.text(dom.find("body").unwrap()), "text");
    }
}
