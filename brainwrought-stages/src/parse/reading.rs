//! Reading files and drawing pages: what a [`PdfHost`] asks its children, and what it makes of their answers.

use brainwrought_core::id::Digest;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::engine::MAX_PICTURE_PIXELS;
use super::error::{DrawFailure, ParseError};
use super::formats::Head;
use super::host::PdfHost;
use super::limits::{DrawLimits, ParseLimits};
use super::ocr::OcrMode;
use super::wire::{Answer, CropRequest, ParsedPdf, Reading, Work, unpack};
use crate::picture::RgbaImage;

/// A child draws so many pictures at most, which keeps its answer small.
const PICTURES_PER_CHILD: usize = 8;

impl PdfHost {
    /// Reads text, outline and figures of a PDF, or of another file whose content tells what it is.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::parse_named`].
    pub async fn parse(
        &self,
        file: Bytes,
        limits: &ParseLimits,
        cancellation: &CancellationToken,
    ) -> Result<ParsedPdf, ParseError> {
        self.parse_named(file, "", limits, cancellation).await
    }

    /// Reads text, outline and figures of a file of any kind that [`FileFormat`](super::FileFormat) names. `file_name` tells
    /// what the content leaves open: whether a text is Markdown.
    ///
    /// # Errors
    ///
    /// Fails when the file is of no kind that can be read, cannot be opened or breaks a limit; see [`ParseError`].
    pub async fn parse_named(
        &self,
        file: Bytes,
        file_name: &str,
        limits: &ParseLimits,
        cancellation: &CancellationToken,
    ) -> Result<ParsedPdf, ParseError> {
        self.parse_watched(file, file_name, limits, OcrMode::Auto, cancellation, &mut |_, _| {}).await
    }

    /// Reads like [`Self::parse_named`], recognises text where `ocr` says so, and tells `progress` of each page that was
    /// recognised, with the number of pages.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::parse_named`].
    pub async fn parse_watched(
        &self,
        file: Bytes,
        file_name: &str,
        limits: &ParseLimits,
        ocr: OcrMode,
        cancellation: &CancellationToken,
        progress: &mut (dyn FnMut(u32, u32) + Send),
    ) -> Result<ParsedPdf, ParseError> {
        let (file, is_pdf) = checked(&file, file_name, limits)?;
        if is_pdf {
            return self.parse_pdf(file, limits, ocr, cancellation, progress).await;
        }
        let work = Work::Read(limits.clone(), file_name.to_owned());
        let (answer, result) = self.ask(work, &file, text_bytes(limits), cancellation).await;
        result?;
        text_answer(&answer).1.unwrap_or_else(|| Err(ParseError::Answer("text was asked for".into())))
    }

    async fn parse_pdf(
        &self,
        pdf: Bytes,
        limits: &ParseLimits,
        ocr: OcrMode,
        cancellation: &CancellationToken,
        progress: &mut (dyn FnMut(u32, u32) + Send),
    ) -> Result<ParsedPdf, ParseError> {
        let mut left_out: Vec<(u32, DrawFailure)> = Vec::new();
        let mut limits = limits.clone();
        loop {
            let pages = left_out.iter().map(|(page, _)| *page).collect();
            let work = Work::Parse(limits.clone(), pages, ocr);
            let (answer, result) = self.ask_for_text(work, &limits, &pdf, cancellation, progress).await;
            let (reading, text) = text_answer(&answer);
            let error = match (result, text) {
                (Ok(()), Some(Ok(mut parsed))) => {
                    self.name_reader(&mut parsed);
                    let left_out = left_out.iter();
                    let told = left_out.map(|(page, reason)| format!("page {page} was left out: {reason}"));
                    parsed.warnings.extend(told);
                    return Ok(parsed);
                }
                (Err(error), _) | (Ok(()), Some(Err(error))) => error,
                (Ok(()), None) => ParseError::Answer("text was asked for".into()),
            };
            let is_empty = matches!(error, ParseError::NoText { .. } | ParseError::Unread(_));
            // The text may have been on the page that was left out.
            if let Some((_, reason)) = left_out.first().filter(|_| is_empty) {
                return Err(reason.into_error().unwrap_or(error));
            }
            // The page that was read last is to blame, and the others may be read without it.
            let failure = DrawFailure::from_error(&error).filter(|failure| *failure != DrawFailure::Crash);
            let page = reading.and_then(|reading| reading.page);
            let (Some(failure), Some(page), Some(reading)) = (failure, page, reading) else {
                return Err(error);
            };
            let mut used = reading.used_seconds;
            if failure == DrawFailure::Timeout {
                used += limits.max_page_seconds;
            }
            limits.max_seconds = limits.max_seconds.saturating_sub(used);
            if limits.max_seconds == 0 || left_out.len() >= MAX_LEFT_OUT {
                return Err(error);
            }
            left_out.push((page, failure));
        }
    }

    /// Asks for the text of a PDF, with another engine where the first one breaks down.
    async fn ask_for_text(
        &self,
        work: Work,
        limits: &ParseLimits,
        pdf: &[u8],
        cancellation: &CancellationToken,
        progress: &mut (dyn FnMut(u32, u32) + Send),
    ) -> (Bytes, Result<(), ParseError>) {
        let output = text_bytes(limits);
        let mut told = 0;
        let mut watch = |answer: &[u8]| {
            while let Some((next, start)) = answer.get(told..).and_then(|rest| unpack::<Answer>(rest).ok()) {
                match next {
                    Answer::Progress { page, pages } => progress(page, pages),
                    Answer::Reading(_) => {}
                    _ => break,
                }
                told += start;
            }
        };
        let (answer, result) = self.ask_watching(work.clone(), pdf, output, cancellation, &mut watch).await;
        // Where one engine breaks down the other may not.
        if matches!(result, Err(ParseError::EngineCrashed(_))) && self.libpdfium.is_some() {
            return self.clone().without_libpdfium().ask(work, pdf, output, cancellation).await;
        }
        (answer, result)
    }

    /// Draws parts of pages, in the order asked for, each on white.
    ///
    /// A page that cannot be drawn within the limits costs its own picture and not the others. It is not tried again by
    /// this host and its clones, and after [`DrawLimits::max_failed_pages`] no page of the file is. `file` is the digest
    /// of `pdf` as it is stored.
    ///
    /// # Errors
    ///
    /// Fails like [`Self::parse`] when the file cannot be opened or the reader cannot be run.
    pub async fn render_crops(
        &self,
        file: &Digest,
        pdf: Bytes,
        crops: &[CropRequest],
        limits: &DrawLimits,
        cancellation: &CancellationToken,
    ) -> Result<Vec<Result<RgbaImage, ParseError>>, ParseError> {
        let (pdf, is_pdf) = checked(&pdf, "", &ParseLimits::default())?;
        if !is_pdf {
            return Err(ParseError::NoPages);
        }
        let mut drawn: Vec<Result<RgbaImage, ParseError>> = Vec::with_capacity(crops.len());
        while let Some(next) = crops.get(drawn.len()) {
            let refusal = |crop: &CropRequest| self.undrawable.refusal(file, crop.page, limits);
            if let Some(refusal) = refusal(next) {
                drawn.push(Err(refusal));
                continue;
            }
            let left = crops.iter().skip(drawn.len());
            let batch: Vec<CropRequest> =
                left.take(PICTURES_PER_CHILD).take_while(|crop| refusal(crop).is_none()).cloned().collect();
            let wanted = batch.len();
            // Each picture has four bytes a pixel and a few around it.
            let output = wanted as u64 * (4 * MAX_PICTURE_PIXELS as u64 + (1 << 20));
            let work = Work::Render(batch, limits.clone());
            let (answer, result) = self.ask(work, &pdf, output, cancellation).await;
            let before = drawn.len();
            drawn.extend(pictures(&answer)?.into_iter().take(wanted));
            // What came before the end of the process is good, and the page that came next is to blame.
            let blamed = crops.get(drawn.len()).filter(|_| drawn.len() < before + wanted);
            match (blamed, result) {
                (None, _) => {}
                (Some(crop), Err(error)) => match DrawFailure::from_error(&error) {
                    Some(failure) => self.undrawable.add(file, crop.page, failure),
                    None => return Err(error),
                },
                (Some(_), Ok(())) => return Err(ParseError::Answer("pictures are missing".into())),
            }
        }
        Ok(drawn)
    }
}

/// Refuses what no reader needs to see, cuts off what stands before `%PDF-`, and tells whether the file is a PDF.
fn checked(file: &Bytes, file_name: &str, limits: &ParseLimits) -> Result<(Bytes, bool), ParseError> {
    if file.is_empty() {
        return Err(ParseError::Empty);
    }
    let bytes = file.len() as u64;
    if bytes > limits.max_bytes {
        return Err(ParseError::TooLarge { bytes, limit: limits.max_bytes });
    }
    match Head::of(file, file_name).map_err(ParseError::UnknownFormat)? {
        Head::Pdf(start) => Ok((file.slice(start..), true)),
        Head::Zip | Head::Text(_) => Ok((file.clone(), false)),
    }
}

/// How many bytes an answer with text may have. The text of a page with its JSON around it stays far below its share.
fn text_bytes(limits: &ParseLimits) -> u64 {
    64 * 1024 * 1024 + u64::from(limits.max_pages) * 64 * 1024
}

/// How many pages of a file may be left out before it is given up.
const MAX_LEFT_OUT: usize = 8;

/// Reads how far a reading process came, and what it said in the end.
fn text_answer(answer: &[u8]) -> (Option<Reading>, Option<Result<ParsedPdf, ParseError>>) {
    let (mut rest, mut last) = (answer, None);
    // A process that was stopped leaves a part of an answer behind.
    while let Ok((answer, start)) = unpack::<Answer>(rest) {
        rest = rest.get(start..).unwrap_or_default();
        let text = match answer {
            Answer::Reading(reading) => {
                last = Some(reading);
                continue;
            }
            Answer::Progress { .. } => continue,
            Answer::Parsed => serde_json::from_slice(rest).map_err(|error| ParseError::Answer(error.into())),
            Answer::Refused(refusal) => Err(refusal.into()),
            Answer::Picture(..) | Answer::NoPicture(_) | Answer::Probed(_) => break,
        };
        return (last, Some(text));
    }
    (last, None)
}

/// Reads the pictures that an answer holds whole.
fn pictures(answer: &[u8]) -> Result<Vec<Result<RgbaImage, ParseError>>, ParseError> {
    let mut images = Vec::new();
    let mut rest = answer;
    // A process that was stopped leaves a part of an answer behind.
    while let Ok((answer, start)) = unpack::<Answer>(rest) {
        rest = rest.get(start..).unwrap_or_default();
        match answer {
            Answer::Picture(width, height) => {
                let length = width.saturating_mul(height).saturating_mul(4);
                let Some((pixels, after)) = rest.split_at_checked(length) else { break };
                let image = RgbaImage::from_premultiplied(width, height, pixels.to_vec());
                images.push(Ok(image.map_err(|error| ParseError::Answer(error.into()))?));
                rest = after;
            }
            Answer::NoPicture(refusal) => images.push(Err(refusal.into())),
            Answer::Refused(refusal) => return Err(refusal.into()),
            Answer::Reading(_) | Answer::Progress { .. } | Answer::Parsed | Answer::Probed(_) => {
                return Err(ParseError::Answer("pictures were asked for".into()));
            }
        }
    }
    Ok(images)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_would_not_serve_is_not_started_again() {
        let host = PdfHost::this_program().unwrap();
        let read = host.parse("%PDF-1.7".into(), &ParseLimits::default(), &CancellationToken::new()).await;
        let error = read.unwrap_err();
        assert!(matches!(error, ParseError::NotServing) && !error.is_retryable(), "{error:?}");
        assert!(error.to_string().contains("serve_if_child()"), "{error}");
    }

    #[test]
    fn a_file_that_cannot_be_read_never_reaches_an_engine() {
        let limits = ParseLimits { max_bytes: 20, ..ParseLimits::default() };
        let checked = |file: Bytes| checked(&file, "paper.pdf", &limits);
        assert!(matches!(checked(Bytes::new()), Err(ParseError::Empty)));
        assert!(matches!(checked("\x7FELF\x02".into()), Err(ParseError::UnknownFormat(_))));
        let long = Bytes::from(vec![b' '; 21]);
        assert!(matches!(checked(long), Err(ParseError::TooLarge { bytes: 21, limit: 20 })));
        assert_eq!(checked("junk %PDF-1.7".into()).unwrap(), ("%PDF-1.7".into(), true));
        assert_eq!(checked("<html></html>".into()).unwrap(), ("<html></html>".into(), false));
    }
}
