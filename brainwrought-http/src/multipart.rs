//! [`Multipart`]: reads `multipart/form-data` (RFC 7578) as it arrives, holding a bounded piece of it at a time.

use bytes::{Bytes, BytesMut};
use futures::Stream;
use percent_encoding::percent_decode_str;

use crate::ApiError;
use crate::timed_body::{BodyLimits, TimedBody};

/// The parts of a body, one after the other. At most one chunk of the body and one part's head are in memory.
#[derive(Debug)]
pub(crate) struct Multipart<S> {
    body: TimedBody<S>,
    buffer: BytesMut,
    /// `\r\n--boundary`.
    delimiter: Vec<u8>,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Inside the preamble or the content of a part.
    Content,
    /// Just behind a delimiter.
    Delimiter,
    /// Behind the last delimiter.
    End,
}

/// The head of a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name of the form's field.
    pub(crate) name: String,
    /// The name that the file has at the client, if the part is one. For people only: it never becomes a path.
    pub(crate) file_name: Option<String>,
}

/// The longest head of a part, in bytes; browsers send some 200.
const MAX_HEAD: usize = 8 << 10;

/// What delimiters and heads may take beside the content, in bytes.
const OVERHEAD: u64 = 256 << 10;

impl<S, E> Multipart<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    /// Begins to read a body whose `Content-Type` is given.
    ///
    /// # Errors
    ///
    /// Fails when that is no `multipart/form-data` with a boundary.
    pub(crate) fn new(content_type: &str, source: S, limits: BodyLimits) -> Result<Self, ApiError> {
        let wrong = || {
            ApiError::WrongMediaType("send the PDF as `multipart/form-data` or `application/pdf`".to_owned())
        };
        let boundary = boundary(content_type).ok_or_else(wrong)?;
        Ok(Self {
            body: TimedBody::new(source, limits, OVERHEAD),
            // The first delimiter may stand at the very beginning, without its line feed.
            buffer: BytesMut::from("\r\n"),
            delimiter: [b"\r\n--", boundary.as_bytes()].concat(),
            place: Place::Content,
        })
    }

    /// Goes to the next part, past whatever is left of this one.
    pub(crate) async fn next_part(&mut self) -> Result<Option<Part>, ApiError> {
        while self.next_chunk().await?.is_some() {}
        if self.place == Place::End {
            return Ok(None);
        }
        self.hold(2).await?;
        if self.buffer.starts_with(b"--") {
            self.place = Place::End;
            return Ok(None);
        }
        // The line feed that ends the delimiter's line stays, so that a part without headers has one too.
        let head = loop {
            let end = find(&self.buffer, b"\r\n\r\n").map(|at| at + 4);
            // It must not depend on the size of the pieces how long a head may be.
            if end.unwrap_or(self.buffer.len()) > MAX_HEAD {
                return Err(malformed("a part has too many headers"));
            }
            if let Some(end) = end {
                break self.buffer.split_to(end);
            }
            self.fill().await?;
        };
        self.place = Place::Content;
        let text = std::str::from_utf8(&head).map_err(|_| malformed("a part's headers are no UTF-8"))?;
        let part = Part::parse(text).ok_or_else(|| malformed("a part has no name"))?;
        Ok(Some(part))
    }

    /// Reads the next piece of the part, or `None` at its end.
    pub(crate) async fn next_chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        while self.place == Place::Content {
            if let Some(at) = find(&self.buffer, &self.delimiter) {
                if at > 0 {
                    return Ok(Some(self.buffer.split_to(at).freeze()));
                }
                let _ = self.buffer.split_to(self.delimiter.len());
                self.place = Place::Delimiter;
                break;
            }
            // The end of what is here may be the beginning of a delimiter.
            let safe = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
            if safe > 0 {
                return Ok(Some(self.buffer.split_to(safe).freeze()));
            }
            self.fill().await?;
        }
        Ok(None)
    }

    async fn hold(&mut self, bytes: usize) -> Result<(), ApiError> {
        while self.buffer.len() < bytes {
            self.fill().await?;
        }
        Ok(())
    }

    async fn fill(&mut self) -> Result<(), ApiError> {
        let bytes = self.body.next_chunk().await?.ok_or(ApiError::Truncated)?;
        self.buffer.extend_from_slice(&bytes);
        Ok(())
    }
}

impl Part {
    /// Reads the head of a part.
    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        let (_, value) = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
        let mut part = Self::default();
        for (key, value) in parameters(value) {
            match key.to_ascii_lowercase().as_str() {
                "name" => part.name = value,
                "filename" => part.file_name = Some(value),
                _ => {}
            }
        }
        (!part.name.is_empty()).then_some(part)
    }
}

/// Reads the file name out of a `Content-Disposition`: `filename*` (RFC 8187, in UTF-8), else `filename`.
pub(crate) fn file_name(disposition: &str) -> Option<String> {
    let found = parameters(disposition);
    let named = |name: &str| found.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let extended = named("filename*").and_then(|(_, value)| {
        let (charset, rest) = value.split_once('\'')?;
        let (_, coded) = rest.split_once('\'')?;
        let is_utf8 = charset.eq_ignore_ascii_case("utf-8");
        let name = percent_decode_str(coded).decode_utf8().ok().filter(|_| is_utf8)?;
        Some(name.into_owned())
    });
    extended.or_else(|| named("filename").map(|(_, value)| value.clone()))
}

/// Reads the boundary out of a `Content-Type`.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, _) = content_type.split_once(';')?;
    let found = parameters(content_type).into_iter().find(|(key, _)| key.eq_ignore_ascii_case("boundary"));
    let boundary = found.map(|(_, value)| value).filter(|value| (1..=70).contains(&value.len()));
    if kind.trim().eq_ignore_ascii_case("multipart/form-data") { boundary } else { None }
}

/// Lists the parameters of a header's value. Browsers write `"` inside a quoted name as `%22`.
fn parameters(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = value.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let value = match after.strip_prefix('"') {
            Some(quoted) => {
                let mut value = String::new();
                let mut characters = quoted.char_indices();
                let mut end = quoted.len();
                while let Some((at, character)) = characters.next() {
                    match character {
                        '"' => {
                            end = at + 1;
                            break;
                        }
                        // Only a quote needs escaping; old browsers send backslashes of folders as they are.
                        '\\' if quoted[at + 1..].starts_with('"') => {
                            value.push('"');
                            characters.next();
                        }
                        other => value.push(other),
                    }
                }
                rest = quoted[end..].split_once(';').map_or("", |(_, rest)| rest);
                value.replace("%22", "\"").replace("%0D", "").replace("%0A", "")
            }
            None => {
                let (value, after) = after.split_once(';').unwrap_or((after, ""));
                rest = after;
                value.trim().to_owned()
            }
        };
        found.push((key.trim().to_owned(), value));
    }
    found
}

/// Finds `needle`, which begins with a carriage return.
fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| *byte == b'\r') {
        if text[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

fn malformed(what: &str) -> ApiError {
    ApiError::WrongRequest(format!("this is no form that can be read: {what}"))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::settings::Timeouts;

    const TYPE: &str = "multipart/form-data; boundary=xyz";

    /// Reads a whole body that arrives in pieces of `step` bytes.
    async fn read(body: &[u8], step: usize) -> Result<Vec<(Part, Vec<u8>)>, ApiError> {
        read_pieces(body.chunks(step)).await
    }

    async fn read_pieces(pieces: impl Iterator<Item = &[u8]>) -> Result<Vec<(Part, Vec<u8>)>, ApiError> {
        let pieces: Vec<Result<Bytes, ()>> = pieces.map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let limits = BodyLimits { bytes: 1000, timeouts: Timeouts::default() };
        let mut form = Multipart::new(TYPE, futures::stream::iter(pieces), limits)?;
        let mut parts = Vec::new();
        while let Some(part) = form.next_part().await? {
            let mut content = Vec::new();
            while let Some(chunk) = form.next_chunk().await? {
                content.extend_from_slice(&chunk);
            }
            parts.push((part, content));
        }
        Ok(parts)
    }

    fn head(name: &str, file: Option<&str>) -> String {
        let file = file.map_or_else(String::new, |file| format!("; filename=\"{file}\""));
        format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n")
    }

    #[tokio::test]
    async fn a_form_is_read_whole_however_it_is_cut() {
        let content = b"\r\n--xy\r\n\r--xyz\r\n\0\xff-";
        let body = [
            head("length", None).as_bytes(),
            b"30\r\n",
            head("empty", None).as_bytes(),
            b"\r\n",
            head("pdf", Some("a \\\"b\\\".pdf")).as_bytes(),
            content,
            b"\r\n--xyz--\r\nepilogue",
        ]
        .concat();
        for step in 1..body.len() {
            let parts = read(&body, step).await.unwrap();
            let names: Vec<&str> = parts.iter().map(|(part, _)| part.name.as_str()).collect();
            assert_eq!(names, ["length", "empty", "pdf"], "pieces of {step}");
            assert_eq!(parts[0].1, b"30");
            assert_eq!(parts[1].1, b"");
            assert_eq!(parts[2].1, content);
            assert_eq!(parts[2].0.file_name.as_deref(), Some("a \"b\".pdf"));
        }
    }

    #[tokio::test]
    async fn a_form_that_ends_early_is_truncated_wherever_it_is_cut() {
        let whole = [head("pdf", Some("a.pdf")).as_bytes(), b"content\r\n--xyz--"].concat();
        for end in 0..whole.len() {
            assert!(matches!(read(&whole[..end], 7).await, Err(ApiError::Truncated)), "cut at {end}");
        }
        assert_eq!(read(&whole, 7).await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn hostile_forms_are_refused_in_bounded_memory() {
        let long = [head("pdf", None).into_bytes(), vec![b'a'; 300_000]].concat();
        assert!(matches!(read(&long, 4096).await, Err(ApiError::TooLarge { limit: 1000 })));
        let headers = [b"--xyz\r\n".to_vec(), vec![b'a'; 20_000]].concat();
        assert!(matches!(read(&headers, 4096).await, Err(ApiError::WrongRequest(_))));
        let nameless = b"--xyz\r\nContent-Type: a/b\r\n\r\n\r\n--xyz--";
        assert!(matches!(read(nameless, 4096).await, Err(ApiError::WrongRequest(_))));
    }

    #[test]
    fn a_boundary_is_needed() {
        assert_eq!(boundary(TYPE).as_deref(), Some("xyz"));
        assert_eq!(boundary("Multipart/Form-Data; charset=x; Boundary=\"a b\"").as_deref(), Some("a b"));
        for wrong in
            ["multipart/form-data", "multipart/mixed; boundary=x", "application/pdf", "", ";boundary=x"]
        {
            assert_eq!(boundary(wrong), None, "{wrong}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "x".repeat(71))), None);
    }

    #[test]
    fn a_file_name_is_read_from_either_form() {
        for (disposition, name) in [
            ("attachment; filename=\"a b.pdf\"", Some("a b.pdf")),
            ("attachment; filename=\"x.pdf\"; filename*=UTF-8''caf%C3%A9.pdf", Some("café.pdf")),
            ("attachment; filename=x.pdf; filename*=utf-8'en'%ff", Some("x.pdf")),
            ("attachment; filename*=ISO-8859-1''caf%E9.pdf", None),
            ("attachment; filename*=UTF-8''%C3", None),
            ("inline", None),
        ] {
            assert_eq!(file_name(disposition).as_deref(), name, "{disposition}");
        }
    }

    /// Reads a body that is there as a whole, without a thought for memory. `Err` tells whether more would have helped.
    fn reference(body: &[u8]) -> Result<Vec<(Part, Vec<u8>)>, Wrong> {
        let at = |text: &[u8], what: &[u8]| {
            let found = text.windows(what.len()).position(|window| window == what);
            found.ok_or(Wrong::CutShort)
        };
        let (delimiter, mut rest) = (b"\r\n--xyz", &[b"\r\n", body].concat()[..]);
        let mut parts = Vec::new();
        rest = &rest[at(rest, delimiter)? + delimiter.len()..];
        loop {
            if rest.get(..2).ok_or(Wrong::CutShort)? == b"--" {
                return Ok(parts);
            }
            let end = at(rest, b"\r\n\r\n")? + 4;
            let head = std::str::from_utf8(&rest[..end]).ok().and_then(Part::parse);
            let part = head.ok_or(Wrong::Malformed)?;
            rest = &rest[end..];
            let end = at(rest, delimiter)?;
            parts.push((part, rest[..end].to_vec()));
            rest = &rest[end + delimiter.len()..];
        }
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    enum Wrong {
        CutShort,
        Malformed,
    }

    /// What bodies are made of, and what nearly is.
    fn token() -> impl Strategy<Value = Vec<u8>> {
        let known: [&[u8]; 14] = [
            b"\r",
            b"\n",
            b"\r\n",
            b"-",
            b"--",
            b"--xyz",
            b"--xy",
            b"\r\n--xyz",
            b"\r\n--xyz--",
            b"\r\n\r\n",
            b"Content-Disposition: form-data; name=\"a\"",
            b"content-disposition:;name=b;filename=\"c\\\"",
            b"\xff",
            b"--xyz\r\nContent-Disposition: form-data; name=pdf; filename=\"p.pdf\"\r\n\r\n",
        ];
        prop_oneof![4 => select(known.to_vec()).prop_map(<[u8]>::to_vec), 1 => vec(any::<u8>(), 0..6)]
    }

    /// Cuts a body into pieces, whose lengths begin anew when they are used up.
    fn cut<'a>(mut body: &'a [u8], lengths: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
        let mut lengths = lengths.iter().cycle();
        std::iter::from_fn(move || {
            let length = (*lengths.next()?).min(body.len());
            let (piece, rest) = body.split_at(length);
            body = rest;
            (!piece.is_empty()).then_some(piece)
        })
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    proptest! {
        #[test]
        fn any_body_is_read_as_if_it_had_come_at_once(
            tokens in vec(token(), 0..24),
            lengths in vec(1..40usize, 1..8),
        ) {
            let body = tokens.concat();
            let read = block_on(read_pieces(cut(&body, &lengths)));
            let read = read.map_err(|error| match error {
                ApiError::Truncated => Wrong::CutShort,
                ApiError::WrongRequest(_) => Wrong::Malformed,
                other => panic!("{other:?}"),
            });
            prop_assert_eq!(read, reference(&body), "{}", String::from_utf8_lossy(&body));
        }

        #[test]
        fn names_and_contents_arrive_as_they_were_sent(
            parts in vec(("[a-zé;=\\\\ ]{0,9}[a-z]", vec(any::<u8>(), 0..60)), 0..6),
            lengths in vec(1..90usize, 1..8),
        ) {
            let mut body = Vec::new();
            for (name, content) in &parts {
                body.extend(head(name, Some(name)).into_bytes());
                body.extend([&content[..], b"\r\n"].concat());
            }
            body.extend(b"--xyz--");
            let read = block_on(read_pieces(cut(&body, &lengths))).unwrap();
            let sent: Vec<_> = parts
                .into_iter()
                .map(|(name, content)| (Part { file_name: Some(name.clone()), name }, content))
                .collect();
            prop_assert_eq!(read, sent);
        }

        #[test]
        fn no_header_is_too_odd(text in "\\PC*|(multipart/form-data)?[;= \"\\\\a-zé%0-9]{0,80}") {
            let _ = boundary(&text);
            for (key, _) in parameters(&text) {
                prop_assert_eq!(key.trim(), &key);
            }
            let _ = Part::parse(&format!("content-disposition:{text}\r\n\r\n"));
        }
    }
}
