//! [`decode`]: the letters of a text, whichever encoding it was saved in.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How many bytes of a text its encoding is guessed from; more would not change the answer.
const SAMPLE: usize = 256 * 1024;

/// How many bytes at the start of a page name its encoding: the HTML standard looks as far.
const DECLARED_WITHIN: usize = 1024;

/// One control code in so many bytes makes a file no text. Random bytes hold one in ten.
const CONTROL_SHARE: usize = 200;

/// Tells whether bytes may be those of a text.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    if let Some((encoding, _)) = Encoding::for_bom(bytes)
        && encoding != UTF_8
    {
        return true;
    }
    let is_control = |byte: &&u8| matches!(**byte, 0..=0x08 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F | 0x7F);
    !bytes.contains(&0) && bytes.iter().filter(is_control).count() * CONTROL_SHARE <= bytes.len()
}

/// Decodes a text: by its byte order mark, as what it is declared to be, as UTF-8, or as what its bytes look most like.
pub(super) fn decode(bytes: &[u8], declared: Option<&'static Encoding>) -> String {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => match declared {
            // What says that it is UTF-16 in bytes that could be read is not.
            Some(encoding) if ![UTF_16LE, UTF_16BE].contains(&encoding) => encoding,
            _ => guess(bytes),
        },
    };
    encoding.decode(bytes).0.into_owned()
}

/// Decodes a page or an XML part, which may name its encoding.
pub(super) fn decode_markup(bytes: &[u8]) -> String {
    let head = bytes.get(..DECLARED_WITHIN).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let named = ["charset=", "encoding="].iter().find_map(|mark| {
        let rest = head.split_once(mark)?.1.trim_start_matches(['"', '\'', ' ']);
        Encoding::for_label(rest.split(['"', '\'', ' ', ';', '>', '/']).next()?.as_bytes())
    });
    decode(bytes, named)
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let sample = bytes.get(..SAMPLE).unwrap_or(bytes);
    let is_utf8 = match std::str::from_utf8(sample) {
        Ok(_) => true,
        // The sample may end within a letter.
        Err(error) => error.error_len().is_none(),
    };
    if is_utf8 {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(sample, sample.len() == bytes.len());
    detector.guess(None, Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_several_encodings_are_read() {
        assert_eq!(decode(b"\xEF\xBB\xBFcaf\xC3\xA9", None), "café");
        assert_eq!(decode(b"\xFF\xFEh\0i\0", None), "hi");
        assert_eq!(decode("Größe und Maß".as_bytes(), None), "Größe und Maß");
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode("Die Größe der Straße ist für alle gleich.");
        assert_eq!(decode(&latin, None), "Die Größe der Straße ist für alle gleich.");
        let (russian, ..) = encoding_rs::WINDOWS_1251.encode("Очередь растёт без предела, и никто не ждёт.");
        assert_eq!(decode(&russian, None), "Очередь растёт без предела, и никто не ждёт.");
        let page = b"<?xml version='1.0' encoding='ISO-8859-1'?><p>caf\xE9</p>";
        assert!(decode_markup(page).contains("café"));
        let page = b"<meta charset=utf-8><p>caf\xC3\xA9</p>";
        assert!(decode_markup(page).contains("café"));
    }

    #[test]
    fn bytes_of_programs_are_no_text() {
        assert!(is_text(b"plain\ttext\r\n") && is_text(b"") && is_text(b"\xFF\xFEh\0"));
        assert!(!is_text(b"a\0b") && !is_text(b"\x01\x02\x03abc"));
    }
}
