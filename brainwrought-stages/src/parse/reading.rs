//! Reading and drawing PDFs: what a [`PdfHost`] asks its children, and what it makes of their answers.

use brainwrought_core::id::Digest;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use super::engine::MAX_PICTURE_PIXELS;
use super::error::{DrawFailure, ParseError};
use super::host::{PdfHost, find_pdf_header};
use super::limits::{DrawLimits, ParseLimits};
use super::wire::{Answer, CropRequest, ParsedPdf, Work, unpack};
use crate::picture::RgbaImage;

/// A child draws so many pictures at most, which keeps its answer small.
const PICTURES_PER_CHILD: usize = 8;

impl PdfHost {
    /// Reads text, outline and figures.
    ///
    /// # Errors
    ///
    /// Fails when the file is no PDF, cannot be opened or breaks a limit; see [`ParseError`].
    pub async fn parse(
        &self,
        pdf: Bytes,
        limits: &ParseLimits,
        cancellation: &CancellationToken,
    ) -> Result<ParsedPdf, ParseError> {
        let pdf = checked(&pdf, limits)?;
        // The text of a page with its JSON around it stays far below this.
        let output = 64 * 1024 * 1024 + u64::from(limits.max_pages) * 64 * 1024;
        let work = || Work::Parse(limits.clone());
        let (mut answer, mut result) = self.ask(work(), &pdf, output, cancellation).await;
        // Where one engine breaks down the other may not.
        if matches!(result, Err(ParseError::EngineCrashed(_))) && self.libpdfium.is_some() {
            let built_in = self.clone().without_libpdfium();
            (answer, result) = built_in.ask(work(), &pdf, output, cancellation).await;
        }
        result?;
        let start = match unpack::<Answer>(&answer).map_err(|error| ParseError::Answer(error.into()))? {
            (Answer::Parsed, start) => start,
            (Answer::Refused(refusal), _) => return Err(refusal.into()),
            _ => return Err(ParseError::Answer("text was asked for".into())),
        };
        let body = answer.get(start..).unwrap_or_default();
        let mut parsed: ParsedPdf =
            serde_json::from_slice(body).map_err(|error| ParseError::Answer(error.into()))?;
        self.name_reader(&mut parsed);
        Ok(parsed)
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
        let pdf = checked(&pdf, &ParseLimits::default())?;
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

/// Refuses what no engine needs to see, and cuts off what stands before `%PDF-`.
fn checked(pdf: &Bytes, limits: &ParseLimits) -> Result<Bytes, ParseError> {
    if pdf.is_empty() {
        return Err(ParseError::Empty);
    }
    let bytes = pdf.len() as u64;
    if bytes > limits.max_bytes {
        return Err(ParseError::TooLarge { bytes, limit: limits.max_bytes });
    }
    let start = find_pdf_header(pdf).ok_or(ParseError::NotAPdf)?;
    Ok(pdf.slice(start..))
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
            Answer::Parsed | Answer::Probed(_) => {
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
    fn a_file_that_is_no_pdf_never_reaches_an_engine() {
        let limits = ParseLimits { max_bytes: 20, ..ParseLimits::default() };
        assert!(matches!(checked(&Bytes::new(), &limits), Err(ParseError::Empty)));
        assert!(matches!(checked(&"<html></html>".into(), &limits), Err(ParseError::NotAPdf)));
        let long = Bytes::from(vec![b' '; 21]);
        assert!(matches!(checked(&long, &limits), Err(ParseError::TooLarge { bytes: 21, limit: 20 })));
        assert_eq!(checked(&"junk %PDF-1.7".into(), &limits).unwrap(), "%PDF-1.7");
    }
}
