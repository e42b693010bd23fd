//! [`Multipart`]: reads `multipart/form-data` (RFC 7578) as it arrives, holding a bounded piece of it at a time.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use axum::http::header::CONTENT_DISPOSITION;
use bytes::Bytes;
use futures::{FutureExt as _, Stream, stream};
use multer::Field;

use crate::ApiError;
use crate::header_parameters::{boundary, parameters};
use crate::timed_body::{BodyLimits, TimedBody};

/// The parts of a body, one after the other.
///
/// At most two pieces of the body, as they arrive, and one part's head are in memory. Multer takes in all that is ready
/// before it looks at any of it, without a bound, so it is handed one piece at a time, and the next one only when it can go
/// no further with what it has.
#[derive(Debug)]
pub(crate) struct Multipart<S> {
    body: TimedBody<S>,
    /// The piece that the parser takes next.
    inlet: Inlet,
    parser: multer::Multipart<'static>,
    /// The part that is being read.
    field: Option<Field<'static>>,
}

/// Where the parser finds its next piece; empty when it waits for one.
type Inlet = Arc<Mutex<Option<Bytes>>>;

/// The head of a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name of the form's field.
    pub(crate) name: String,
    /// The name that the file has at the client, if the part is one. For people only: it never becomes a path.
    pub(crate) file_name: Option<String>,
}

/// The longest headers of a part, in bytes; browsers send some 200.
const MAX_HEAD: usize = 8 << 10;

/// How many bytes may come until a part's head is whole: its headers with what stands between and before them.
const MAX_UNREAD: usize = 2 * MAX_HEAD;

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
            ApiError::WrongMediaType("send the file as `multipart/form-data` or by itself, as `application/pdf` or `application/octet-stream`".to_owned())
        };
        let boundary = boundary(content_type).ok_or_else(wrong)?;
        let inlet = Inlet::default();
        let outlet = Arc::clone(&inlet);
        // Nobody has to be woken: the parser is asked again whenever there is a new piece.
        let pieces = stream::poll_fn(move |_| match lock(&outlet).take() {
            Some(piece) => Poll::Ready(Some(Ok::<_, Infallible>(piece))),
            None => Poll::Pending,
        });
        Ok(Self {
            body: TimedBody::new(source, limits, OVERHEAD),
            inlet,
            parser: multer::Multipart::new(pieces, boundary),
            field: None,
        })
    }

    /// Goes to the next part, past whatever is left of this one.
    pub(crate) async fn next_part(&mut self) -> Result<Option<Part>, ApiError> {
        while self.next_chunk().await?.is_some() {}
        let mut unread = 0;
        loop {
            if let Some(found) = self.parser.next_field().now_or_never() {
                let Some(field) = found.map_err(|error| malformed(&error))? else { return Ok(None) };
                let part = Part::of(&field)?;
                self.field = Some(field);
                return Ok(Some(part));
            }
            if unread > MAX_UNREAD {
                return Err(unreadable("a part has too many headers"));
            }
            unread += self.feed().await?;
        }
    }

    /// Reads the next piece of the part, or `None` at its end.
    pub(crate) async fn next_chunk(&mut self) -> Result<Option<Bytes>, ApiError> {
        while let Some(field) = &mut self.field {
            match field.chunk().now_or_never() {
                Some(Ok(Some(chunk))) if chunk.is_empty() => {}
                Some(Ok(Some(chunk))) => return Ok(Some(chunk)),
                Some(Ok(None)) => self.field = None,
                Some(Err(error)) => return Err(malformed(&error)),
                None => {
                    self.feed().await?;
                }
            }
        }
        Ok(None)
    }

    /// Hands the parser its next piece, and returns how many bytes it has. The parser asks for none once it is past the
    /// last delimiter, so the body must not end here.
    async fn feed(&mut self) -> Result<usize, ApiError> {
        let piece = self.body.next_chunk().await?.ok_or(ApiError::Truncated)?;
        let length = piece.len();
        *lock(&self.inlet) = Some(piece);
        Ok(length)
    }
}

fn lock(inlet: &Inlet) -> std::sync::MutexGuard<'_, Option<Bytes>> {
    inlet.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Part {
    /// Reads the head of a part.
    ///
    /// The parser's own reading of `Content-Disposition` knows no `%22` and takes a parameter's name for one inside quotes.
    fn of(field: &Field<'_>) -> Result<Self, ApiError> {
        let headers = field.headers();
        let length: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        // It must not depend on the size of the pieces how long a head may be.
        if length > MAX_HEAD {
            return Err(unreadable("a part has too many headers"));
        }
        let disposition = headers.get(CONTENT_DISPOSITION).map(|value| std::str::from_utf8(value.as_bytes()));
        let disposition = disposition.transpose().map_err(|_| unreadable("a part's headers are no UTF-8"))?;
        disposition.and_then(Self::parse).ok_or_else(|| unreadable("a part has no name"))
    }

    /// Reads a `Content-Disposition`.
    fn parse(disposition: &str) -> Option<Self> {
        let mut part = Self::default();
        for (key, value) in parameters(disposition) {
            match key.to_ascii_lowercase().as_str() {
                "name" => part.name = value,
                "filename" => part.file_name = Some(value),
                _ => {}
            }
        }
        (!part.name.is_empty()).then_some(part)
    }
}

fn malformed(error: &multer::Error) -> ApiError {
    unreadable(&error.to_string())
}

fn unreadable(what: &str) -> ApiError {
    ApiError::wrong_request(&format!("this is no form that can be read: {what}"))
}

#[cfg(test)]
mod tests {
    use futures::StreamExt as _;
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
        let nameless = b"--xyz\r\nContent-Type: a/b\r\n\r\n\r\n--xyz--";
        assert!(matches!(read(nameless, 4096).await, Err(ApiError::WrongRequest(_))));
        let unreadable = b"--xyz\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\n\r\n--xyz--";
        assert!(matches!(read(unreadable, 4096).await, Err(ApiError::WrongRequest(_))));
    }

    #[tokio::test]
    async fn a_head_has_its_bound_however_it_is_cut() {
        let padded = |length: usize| {
            let padding = format!("--xyz\r\nX-Padding: {}\r\n", "a".repeat(length));
            let rest = "Content-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--xyz--";
            [padding.as_bytes(), rest.as_bytes()].concat()
        };
        for step in [1, 7, 1000, 100_000] {
            assert_eq!(read(&padded(MAX_HEAD - 100), step).await.unwrap()[0].1, b"b", "pieces of {step}");
            for length in [MAX_HEAD, 2 * MAX_HEAD, 10 * MAX_HEAD] {
                let read = read(&padded(length), step).await;
                assert!(
                    matches!(read, Err(ApiError::WrongRequest(_))),
                    "{length} in pieces of {step}: {read:?}"
                );
            }
        }
        for endless in [&b"a"[..], b"--xyz", b"--xyz\r\n", b"--xyz\r\na"] {
            let body = [endless, &vec![b' '; 30_000]].concat();
            let read = read(&body, 4096).await;
            assert!(matches!(read, Err(ApiError::WrongRequest(_))), "{endless:?}: {read:?}");
        }
    }

    #[tokio::test]
    async fn one_piece_at_a_time_is_taken_from_the_body() {
        let pieces: Vec<Bytes> =
            [&b"--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n"[..], b"b", b"c", b"d"]
                .map(Bytes::from_static)
                .into();
        let taken = std::cell::Cell::new(0);
        let source = stream::iter(pieces).inspect(|_| taken.set(taken.get() + 1)).map(Ok::<_, ()>);
        let limits = BodyLimits { bytes: 1000, timeouts: Timeouts::default() };
        let mut form = Multipart::new(TYPE, source, limits).unwrap();
        assert!(form.next_part().await.unwrap().is_some());
        assert_eq!(taken.get(), 1);
        assert_eq!(form.next_chunk().await.unwrap().as_deref(), Some(&b"b"[..]));
        assert_eq!(taken.get(), 2);
    }

    #[tokio::test]
    async fn a_body_that_fails_says_why() {
        let broken = stream::iter([Ok(Bytes::from_static(b"--xyz\r\n")), Err(())]);
        let limits = BodyLimits { bytes: 1000, timeouts: Timeouts::default() };
        let mut form = Multipart::new(TYPE, broken, limits).unwrap();
        assert!(matches!(form.next_part().await, Err(ApiError::Truncated)));
        let timeouts = Timeouts { chunk: std::time::Duration::ZERO, ..Timeouts::default() };
        let limits = BodyLimits { timeouts, ..limits };
        let mut form = Multipart::new(TYPE, stream::pending::<Result<Bytes, ()>>(), limits).unwrap();
        assert!(matches!(form.next_part().await, Err(ApiError::TooSlow)));
    }

    /// Reads a body that is there as a whole, without a thought for memory. `Err` tells whether more would have helped.
    ///
    /// What multer leaves open to clients is as it is there: the first delimiter may stand anywhere, blanks may follow a
    /// delimiter, and what comes after the last one is not looked at. A head is read by the library that multer reads it with.
    fn reference(body: &[u8]) -> Result<Vec<(Part, Vec<u8>)>, Wrong> {
        let at = |text: &[u8], what: &[u8]| {
            let found = text.windows(what.len()).position(|window| window == what);
            found.ok_or(Wrong::CutShort)
        };
        let delimiter = b"\r\n--xyz";
        let mut rest = body;
        let mut parts = Vec::new();
        rest = &rest[at(rest, b"--xyz")? + 5..];
        loop {
            if rest.get(..2).ok_or(Wrong::CutShort)? == b"--" {
                return Ok(parts);
            }
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            rest = &rest[blanks..];
            if rest.get(..2).ok_or(Wrong::CutShort)? != b"\r\n" {
                return Err(Wrong::Malformed);
            }
            rest = &rest[2..];
            let end = at(rest, b"\r\n\r\n")? + 4;
            let part = head_of(&rest[..end]).ok_or(Wrong::Malformed)?;
            rest = &rest[end..];
            let end = at(rest, delimiter)?;
            parts.push((part, rest[..end].to_vec()));
            rest = &rest[end + delimiter.len()..];
        }
    }

    fn head_of(head: &[u8]) -> Option<Part> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let httparse::Status::Complete((_, headers)) = httparse::parse_headers(head, &mut headers).ok()?
        else {
            return None;
        };
        let disposition =
            headers.iter().rfind(|header| header.name.eq_ignore_ascii_case("content-disposition"))?;
        Part::parse(std::str::from_utf8(disposition.value).ok()?)
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

    /// What a part may hold: anything, and what nearly is a delimiter.
    fn content() -> impl Strategy<Value = Vec<u8>> {
        let near = vec(token(), 0..8).prop_map(|tokens| tokens.concat());
        prop_oneof![near, vec(any::<u8>(), 0..60)]
            .prop_filter("a delimiter", |content| !content.windows(7).any(|window| window == b"\r\n--xyz"))
    }

    fn form(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, content) in parts {
            body.extend(head(name, Some(name)).into_bytes());
            body.extend([&content[..], b"\r\n"].concat());
        }
        body.extend(b"--xyz--");
        body
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
            parts in vec(("[a-zé;=\\\\ ]{0,9}[a-z]", content()), 0..6),
            lengths in vec(1..90usize, 1..8),
        ) {
            let read = block_on(read_pieces(cut(&form(&parts), &lengths))).unwrap();
            let sent: Vec<_> = parts
                .into_iter()
                .map(|(name, content)| (Part { file_name: Some(name.clone()), name }, content))
                .collect();
            prop_assert_eq!(read, sent);
        }

        #[test]
        fn any_form_that_ends_early_is_truncated(
            parts in vec(("[a-z]{1,9}", content()), 0..4),
            lengths in vec(1..90usize, 1..8),
            end in any::<prop::sample::Index>(),
        ) {
            let form = form(&parts);
            let read = block_on(read_pieces(cut(&form[..end.index(form.len())], &lengths)));
            prop_assert!(matches!(read, Err(ApiError::Truncated)), "{:?}", read);
        }

        #[test]
        fn no_disposition_is_too_odd(text in "\\PC*|(form-data)?[;= \"\\\\a-zé%0-9]{0,80}") {
            prop_assert!(Part::parse(&text).is_none_or(|part| !part.name.is_empty()));
        }
    }
}
