//! [`Xml`]: XML parts of office files and books, read piece by piece.
//!
//! Names are told without their prefixes. References to entities that a file defines are left out, so that none can
//! grow: XML of these kinds has no use for them.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;

use crate::parse::error::ParseFailure;

/// How deep elements may nest. Word writes some tens at most, tables inside tables among them.
const MAX_DEPTH: usize = 512;

/// The pieces of an XML text.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    depth: usize,
}

/// One piece.
#[derive(Debug)]
pub(super) enum Piece<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// An element ends.
    Close(String),
    /// Letters.
    Text(String),
}

/// The beginning of an element.
#[derive(Debug)]
pub(super) struct Element<'a> {
    pub(super) name: String,
    start: BytesStart<'a>,
}

impl Element<'_> {
    /// The value of an attribute, by its name without a prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.start.attributes();
        let mut attributes = attributes.with_checks(false).flatten();
        let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name.as_bytes())?;
        let value = String::from_utf8_lossy(&found.value).into_owned();
        Some(quick_xml::escape::unescape(&value).map_or_else(|_| value.clone(), |plain| plain.into_owned()))
    }

    /// The id of the part that it refers to. Its attribute has a prefix, and others of that name have none.
    pub(super) fn relation(&self) -> Option<String> {
        let mut attributes = self.start.attributes();
        let mut attributes = attributes.with_checks(false).flatten();
        let is_relation = |name: QName<'_>| name.local_name().as_ref() == b"id" && name.prefix().is_some();
        let found = attributes.find(|attribute| is_relation(attribute.key))?;
        Some(String::from_utf8_lossy(&found.value).into_owned())
    }

    /// Whether a mark such as `w:b` is set: it is where it says nothing.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.attribute("val").as_deref(), Some("0" | "false" | "off" | "none"))
    }
}

impl<'a> Xml<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        // Damage at one place should not cost the rest.
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self { reader, depth: 0 }
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    ///
    /// Fails where the text is no XML, and where elements nest too deep.
    pub(super) fn next(&mut self) -> Result<Option<Piece<'a>>, ParseFailure> {
        loop {
            let event = self.reader.read_event().map_err(|_| ParseFailure::DamagedArchive)?;
            return Ok(Some(match event {
                Event::Start(start) => {
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(ParseFailure::TooDeep { limit: MAX_DEPTH });
                    }
                    let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                    Piece::Open(Element { name, start })
                }
                Event::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    Piece::Close(String::from_utf8_lossy(end.local_name().as_ref()).into_owned())
                }
                Event::Text(text) => Piece::Text(String::from_utf8_lossy(&text).into_owned()),
                Event::CData(text) => Piece::Text(String::from_utf8_lossy(&text).into_owned()),
                Event::GeneralRef(reference) => match referred(&String::from_utf8_lossy(&reference)) {
                    Some(letter) => Piece::Text(letter.to_string()),
                    None => continue,
                },
                Event::Eof => return Ok(None),
                _ => continue,
            }));
        }
    }

    /// The letters inside the element that was opened last, up to its end.
    pub(super) fn text(&mut self) -> Result<String, ParseFailure> {
        let within = self.depth;
        let mut text = String::new();
        while self.depth >= within {
            match self.next()? {
                Some(Piece::Text(more)) => text.push_str(&more),
                Some(_) => {}
                None => break,
            }
        }
        Ok(text)
    }

    /// Leaves out the element that was opened last.
    pub(super) fn skip(&mut self) -> Result<(), ParseFailure> {
        let within = self.depth;
        while self.depth >= within && self.next()?.is_some() {}
        Ok(())
    }
}

/// The letter that a reference such as `&amp;` or `&#228;` stands for, if XML itself knows it.
fn referred(reference: &str) -> Option<char> {
    match reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = reference.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(text: &str) -> Result<String, ParseFailure> {
        let mut xml = Xml::new(text);
        let mut letters = String::new();
        while let Some(piece) = xml.next()? {
            if let Piece::Text(text) = piece {
                letters.push_str(&text);
            }
        }
        Ok(letters)
    }

    #[test]
    fn entities_of_the_file_never_grow() {
        let mut bomb = "<!DOCTYPE a [<!ENTITY x0 \"ha\">".to_owned();
        for n in 1..40 {
            bomb.push_str(&format!("<!ENTITY x{n} \"&x{};&x{};\">", n - 1, n - 1));
        }
        bomb.push_str("]><a>B&#101;fore &amp; &x39;after</a>");
        assert_eq!(letters(&bomb).unwrap(), "Before & after");
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(letters(&"<a>".repeat(100_000)), Err(ParseFailure::TooDeep { limit: MAX_DEPTH }));
    }

    #[test]
    fn elements_are_read_and_left_out() {
        let mut xml =
            Xml::new("<w:p w:id='1 &amp; 2'><w:b w:val='0'/><skip><deep/>no</skip><t>yes<i>!</i></t></w:p>");
        let Some(Piece::Open(p)) = xml.next().unwrap() else { panic!("an element") };
        assert_eq!((p.name.as_str(), p.attribute("id").as_deref()), ("p", Some("1 & 2")));
        let Some(Piece::Open(bold)) = xml.next().unwrap() else { panic!("an element") };
        assert!(!bold.is_on() && p.is_on());
        assert!(matches!(xml.next().unwrap(), Some(Piece::Close(name)) if name == "b"));
        assert!(matches!(xml.next().unwrap(), Some(Piece::Open(_))));
        xml.skip().unwrap();
        assert!(matches!(xml.next().unwrap(), Some(Piece::Open(_))));
        assert_eq!(xml.text().unwrap(), "yes!");
    }
}
