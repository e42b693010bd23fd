//! Web pages: the text that a page is about, without what stands around it.

use super::dom::{Dom, NodeId};
use super::element_walk::ElementWalk;
use super::flow::Flow;
use super::text_encoding::decode_markup;
use crate::parse::error::ParseFailure;

/// An element that holds the text of a page has at least one letter of so many.
const MIN_SHARE: usize = 5;

/// Reads a web page.
pub(super) fn read(file: &[u8], flow: &mut Flow) -> Result<(), ParseFailure> {
    let dom = Dom::of_html(&decode_markup(file))?;
    flow.declared_language = stated_language(&dom);
    flow.metadata_title = metadata_title(&dom);
    let walk = ElementWalk::new(&dom, flow, true);
    let body = dom.find("body").unwrap_or(dom.root());
    let main = main_text(&dom, &walk, body);
    flow.printed_title = printed_title(&dom, main, flow.metadata_title.as_deref());
    ElementWalk::new(&dom, flow, true).add(main)
}

/// Adds the blocks of a piece of a page that stands inside another text.
pub(super) fn add_piece(text: &str, flow: &mut Flow) -> Result<(), ParseFailure> {
    let dom = Dom::of_html(text)?;
    let body = dom.find("body").unwrap_or(dom.root());
    ElementWalk::new(&dom, flow, false).add(body)
}

/// The element that holds what the page is about: `main`, or the only large `article`, else all of it.
fn main_text(dom: &Dom, walk: &ElementWalk<'_>, body: NodeId) -> NodeId {
    let all = walk.letters(body);
    let is_main =
        |node: &NodeId| dom.name(*node) == Some("main") || dom.attribute(*node, "role") == Some("main");
    let main = dom.descendants(body).find(is_main);
    let within = main.filter(|main| walk.letters(*main) * MIN_SHARE >= all).unwrap_or(body);
    let articles = dom.descendants(within).filter(|node| dom.name(*node) == Some("article"));
    let longest = articles.max_by_key(|node| walk.letters(*node));
    // A page of many short articles is about none of them.
    longest.filter(|article| walk.letters(*article) * 2 > walk.letters(within)).unwrap_or(within)
}

/// The title that the page gives itself for links to it.
fn metadata_title(dom: &Dom) -> Option<String> {
    let is_title = |node: &NodeId| dom.attribute(*node, "property") == Some("og:title");
    let mut metas = dom.descendants(dom.root()).filter(|node| dom.name(*node) == Some("meta"));
    let shared = metas.find(is_title).and_then(|meta| dom.attribute(meta, "content")).map(str::to_owned);
    shared.or_else(|| dom.find("title").map(|title| dom.text(title))).filter(|title| !title.trim().is_empty())
}

/// The title that stands on the page: the only main heading of the text, or a heading that the page's own title names,
/// mostly beside the name of the site.
fn printed_title(dom: &Dom, main: NodeId, metadata: Option<&str>) -> Option<String> {
    let headings = |below: NodeId, names: &[&str]| -> Vec<String> {
        let is_heading = |node: &NodeId| dom.name(*node).is_some_and(|name| names.contains(&name));
        let text = |node| dom.text(node).split_whitespace().collect::<Vec<_>>().join(" ");
        dom.descendants(below).filter(is_heading).map(text).filter(|text: &String| !text.is_empty()).collect()
    };
    if let [only] = headings(main, &["h1"]).as_slice() {
        return Some(only.clone());
    }
    let title = metadata?.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let all = headings(dom.root(), &["h1", "h2"]);
    all.into_iter().filter(|heading| title.contains(&heading.to_lowercase())).max_by_key(String::len)
}

/// The language that the page says it is in.
pub(super) fn stated_language(dom: &Dom) -> Option<String> {
    let named = |node| dom.attribute(node, "lang").filter(|tag| !tag.trim().is_empty()).map(str::to_owned);
    ["html", "body"].into_iter().find_map(|name| dom.find(name).and_then(named))
}
