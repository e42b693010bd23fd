//! [`TagWatch`]: tells when a tag has more attributes than any page needs, before a parser has collected them all.
//!
//! The parsers compare each attribute with all that stand before it in its tag, so that half a million of them in one tag take
//! minutes. They give a tag away only when it is whole; the watch therefore reads along while no token comes.

use std::cell::Cell;
use std::rc::Rc;

use html5ever::tokenizer as html;
use xml5ever::tokenizer as xml;

/// The most attributes that a tag may have. Those of the web have some tens.
pub(super) const MAX_ATTRIBUTES: usize = 256;
/// Text that is no tag is given away before so many bytes of it were read.
const MIN_SILENCE: usize = 2_048;

/// What is known of the tag that a parser is in.
#[derive(Debug)]
pub(super) struct TagWatch {
    /// Whether a token came since the last piece of the text was read.
    has_token: Cell<bool>,
    /// How many bytes were read since then.
    silence: Cell<usize>,
    place: Cell<Place>,
    /// How many attributes the tag has so far, if it is one.
    attributes: Cell<usize>,
    is_over: Cell<bool>,
    /// What stands behind a slash inside a tag.
    behind_slash: Place,
    is_space: fn(u8) -> bool,
}

/// Where in a tag a parser is, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In no tag.
    Outside,
    /// Behind the sign that opens it.
    Opened,
    /// In a comment or a declaration, which end with a token.
    Declaration,
    Name,
    BetweenAttributes,
    AttributeName,
    BehindAttributeName,
    BeforeValue,
    Value,
    Quoted(u8),
}

impl TagWatch {
    /// Watches a parser of web pages.
    pub(super) fn of_html() -> Rc<Self> {
        let is_space = |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
        Rc::new(Self::new(Place::BetweenAttributes, is_space))
    }

    /// Watches a parser of XML.
    pub(super) fn of_xml() -> Rc<Self> {
        // As the parser has it, a value follows a slash that does not end the tag.
        Rc::new(Self::new(Place::BeforeValue, |byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')))
    }

    fn new(behind_slash: Place, is_space: fn(u8) -> bool) -> Self {
        Self {
            has_token: Cell::new(false),
            silence: Cell::new(0),
            place: Cell::new(Place::Outside),
            attributes: Cell::new(0),
            is_over: Cell::new(false),
            behind_slash,
            is_space,
        }
    }

    /// Tells whether a tag has too many attributes.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// Takes note of a piece that the parser has read. At most its first byte opens a tag.
    pub(super) fn read(&self, piece: &str) {
        let opens = piece.starts_with('<');
        let has_token = self.has_token.take();
        let mut rest = piece.bytes();
        match self.place.get() {
            // The token may be what stood before the tag, held back until it opened.
            _ if opens && has_token => self.place.set(Place::Opened),
            _ if has_token => self.place.set(Place::Outside),
            Place::Outside if opens => self.place.set(Place::Opened),
            _ => {}
        }
        if self.place.get() == Place::Opened && opens {
            self.attributes.set(0);
            rest.next();
        }
        self.silence.set(if has_token { 0 } else { self.silence.get() + piece.len() });
        let end = rest.fold(self.place.get(), |place, byte| self.next(place, byte));
        self.place.set(end);
        let is_tag = self.silence.get() > MIN_SILENCE;
        if is_tag
            && self.attributes.get() > MAX_ATTRIBUTES
            && !matches!(end, Place::Outside | Place::Declaration)
        {
            self.is_over.set(true);
        }
    }

    /// Takes note of a tag that is whole.
    fn has_read(&self, attributes: usize) {
        self.has_token.set(true);
        if attributes > MAX_ATTRIBUTES {
            self.is_over.set(true);
        }
    }

    fn next(&self, place: Place, byte: u8) -> Place {
        match (place, byte) {
            (Place::Outside | Place::Declaration, _) => place,
            (Place::Quoted(quote), _) if byte == quote => Place::BetweenAttributes,
            (Place::Quoted(_), _) => place,
            (Place::Opened, b'!' | b'?') => Place::Declaration,
            (_, b'>') => Place::Outside,
            (Place::Opened, b'/') => Place::Opened,
            (Place::Opened, _) => Place::Name,
            (Place::BeforeValue, _) if (self.is_space)(byte) => Place::BeforeValue,
            (Place::BeforeValue, b'"' | b'\'') => Place::Quoted(byte),
            (Place::BeforeValue, _) => Place::Value,
            (Place::AttributeName | Place::BehindAttributeName, _) if (self.is_space)(byte) => {
                Place::BehindAttributeName
            }
            (_, _) if (self.is_space)(byte) => Place::BetweenAttributes,
            (Place::Value, _) => Place::Value,
            (_, b'/') => self.behind_slash,
            (Place::Name, _) => Place::Name,
            (Place::AttributeName | Place::BehindAttributeName, b'=') => Place::BeforeValue,
            (Place::AttributeName, _) => Place::AttributeName,
            (Place::BetweenAttributes | Place::BehindAttributeName, _) => {
                self.attributes.set(self.attributes.get() + 1);
                Place::AttributeName
            }
        }
    }
}

/// Hands the tokens of a parser on, and tells a watch of them.
pub(super) struct Watched<S> {
    pub(super) sink: S,
    watch: Rc<TagWatch>,
}

impl<S> Watched<S> {
    pub(super) fn new(sink: S, watch: &Rc<TagWatch>) -> Self {
        Self { sink, watch: Rc::clone(watch) }
    }
}

impl<S: html::TokenSink> html::TokenSink for Watched<S> {
    type Handle = S::Handle;

    fn process_token(&self, token: html::Token, line: u64) -> html::TokenSinkResult<S::Handle> {
        match &token {
            html::Token::TagToken(tag) => self.watch.has_read(tag.attrs.len()),
            // Faults are told inside of tags, too.
            html::Token::ParseError(_) => {}
            _ => self.watch.has_token.set(true),
        }
        self.sink.process_token(token, line)
    }

    fn end(&self) {
        self.sink.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.sink.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

impl<S: xml::TokenSink> xml::TokenSink for Watched<S> {
    type Handle = S::Handle;

    fn process_token(&self, token: xml::Token) -> xml::ProcessResult<S::Handle> {
        match &token {
            xml::Token::Tag(tag) => self.watch.has_read(tag.attrs.len()),
            xml::Token::ParseError(_) => {}
            _ => self.watch.has_token.set(true),
        }
        self.sink.process_token(token)
    }

    fn end(&self) {
        self.sink.end();
    }
}
