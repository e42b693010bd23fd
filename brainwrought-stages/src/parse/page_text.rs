//! [`PageTexts`]: for each page the text that can be read: its own, or what is recognised on its picture.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rten::ThreadPool;

use super::engine::Engine;
use super::layout::{is_piled, word_texts};
use super::limits::ParseLimits;
use super::ocr::{OcrMode, OpenWeights, RecognisedPage, TextRecogniser};
use super::page_content::{PageContent, SCAN_COVERAGE, TextQuality};
use super::processor_time;
use super::readability::{DOUBTFUL, Origin, READABLE, readability};
use super::unread_pages::{UnreadPages, Unrecognised};

/// A page with fewer letters counts as one without text: stamps and page numbers that scanners add.
pub(super) const FEW_LETTERS: usize = 40;
/// Processor time for one page, in seconds; the lines that are left stay unread.
const MAX_PAGE_SECONDS: u64 = 240;
/// How much longer the last step of a page may take that has begun in time.
const LAST_STEP_SECONDS: u64 = 60;
/// What was recognised with this certainty or more reads as well as its words do, and with less than [`LEAST_CERTAIN`] not at
/// all.
const CERTAIN: f32 = 0.85;
const LEAST_CERTAIN: f32 = 0.5;

/// What text recognition needs, got ready before the process may open no file and start no thread any more.
pub(super) enum OcrTools {
    /// Why there are none.
    Missing(Unrecognised),
    Ready {
        weights: OpenWeights,
        threads: Arc<ThreadPool>,
    },
    Loaded(Box<TextRecogniser>),
}

/// Chooses the text of each page, and keeps account of it.
pub(super) struct PageTexts<'a> {
    engine: &'a dyn Engine,
    mode: OcrMode,
    tools: OcrTools,
    limits: &'a ParseLimits,
    /// Processor time that went into recognising text.
    spent: Duration,
    recognised: Vec<(u32, f32)>,
    /// Recognised pages for which the time was up before their end.
    cut: Vec<u32>,
    left_out: Vec<LeftOut>,
}

/// A page whose text is not read.
#[derive(Debug, Clone, Copy)]
struct LeftOut {
    page: u32,
    fault: Fault,
    why: Unrecognised,
}

/// What is wrong with a page's own text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// There is none, and a picture covers the page.
    Scan,
    /// The letters are not those that are seen, make no words, or stand on each other.
    Unreadable,
}

impl<'a> PageTexts<'a> {
    pub(super) fn new(
        engine: &'a dyn Engine,
        mode: OcrMode,
        tools: OcrTools,
        limits: &'a ParseLimits,
    ) -> Self {
        Self {
            engine,
            mode,
            tools,
            limits,
            spent: Duration::ZERO,
            recognised: Vec::new(),
            cut: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Gives a page the text that can be read; none where there is none.
    pub(super) fn choose(&mut self, content: PageContent) -> (PageContent, TextQuality) {
        let origin = origin(&content);
        let own = match origin {
            Origin::Typeset if is_piled(&content.glyphs) => 0.0,
            _ => readability(&word_texts(&content), origin),
        };
        let is_scan = content.image_coverage() >= SCAN_COVERAGE;
        let is_empty = is_scan && letters(&content) < FEW_LETTERS;
        let fault = match own {
            _ if is_empty => Some(Fault::Scan),
            _ if own < READABLE => Some(Fault::Unreadable),
            _ => None,
        };
        let is_doubtful = origin == Origin::Recognised && own < DOUBTFUL;
        let quality = TextQuality { readability: own, ocr_confidence: None };
        let recognised = match (self.mode, fault) {
            (OcrMode::Auto, None) if !is_doubtful => return (content, quality),
            (OcrMode::Never, None) => return (content, quality),
            (OcrMode::Never, Some(_)) => Err(Unrecognised::TurnedOff),
            (OcrMode::Auto | OcrMode::Always, _) => self.recognise(&content),
        };
        match (recognised, fault) {
            // Whoever recognised it before did better.
            (Ok((page, _)), None) if is_doubtful && readability(&word_texts(&page), origin) < own => {
                (content, quality)
            }
            (Ok((page, confidence)), _) => {
                self.recognised.push((content.number, confidence));
                let words = word_texts(&page);
                let readability = readability(&words, Origin::Typeset) * certainty(confidence);
                (page, TextQuality { readability, ocr_confidence: Some(confidence) })
            }
            // The file's own text is good enough.
            (Err(_), None) => (content, quality),
            (Err(why), Some(fault)) => {
                self.left_out.push(LeftOut { page: content.number, fault, why });
                // The stamps on a scan can be read.
                let glyphs = if fault == Fault::Scan { content.glyphs } else { Vec::new() };
                (PageContent { glyphs, ..content }, quality)
            }
        }
    }

    /// The processor time that went into recognising text.
    pub(super) fn spent(&self) -> Duration {
        self.spent
    }

    /// Gives back what text recognition needs.
    pub(super) fn into_tools(self) -> OcrTools {
        self.tools
    }

    /// The number of pages whose text is not read.
    pub(super) fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// Tells of the pages that are not read, if there are any.
    pub(super) fn unread(&self, pages: u32) -> Option<UnreadPages> {
        let count = |fault| self.left_out.iter().filter(|page| page.fault == fault).count() as u32;
        let unrecognised = self.left_out.last()?.why;
        Some(UnreadPages {
            pages,
            scans: count(Fault::Scan),
            unreadable: count(Fault::Unreadable),
            unrecognised,
        })
    }

    /// What a reader of the report should know.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some((worst, lowest)) = self.recognised.iter().min_by(|a, b| a.1.total_cmp(&b.1)) {
            let pages: Vec<u32> = self.recognised.iter().map(|(page, _)| *page).collect();
            let mean =
                self.recognised.iter().map(|(_, confidence)| confidence).sum::<f32>() / pages.len() as f32;
            let mut text = format!(
                "text was recognised on {}, with a confidence of {:.0} %",
                listed(&pages),
                100.0 * mean
            );
            if pages.len() > 1 {
                text += &format!(" (least on page {worst}: {:.0} %)", 100.0 * lowest);
            }
            warnings.push(text);
        }
        if !self.cut.is_empty() {
            warnings.push(format!("the time was up before all text was recognised on {}", listed(&self.cut)));
        }
        let mut open: Vec<&LeftOut> = self.left_out.iter().collect();
        while let Some(&first) = open.first() {
            let (same, others): (Vec<&LeftOut>, Vec<&LeftOut>) =
                open.into_iter().partition(|page| page.fault == first.fault && page.why == first.why);
            let pages: Vec<u32> = same.iter().map(|page| page.page).collect();
            let what = match (first.fault, pages.len()) {
                (Fault::Scan, 1) => "is a scan without text and was left out",
                (Fault::Scan, _) => "are scans without text and were left out",
                (Fault::Unreadable, 1) => "has text that cannot be read and was left out",
                (Fault::Unreadable, _) => "have text that cannot be read and were left out",
            };
            warnings.push(format!("{} {what}: {}", listed(&pages), first.why));
            open = others;
        }
        warnings
    }

    /// Reads the picture of a page. What cannot be read is none.
    fn recognise(&mut self, content: &PageContent) -> Result<(PageContent, f32), Unrecognised> {
        let total = Duration::from_secs(self.limits.max_ocr_seconds);
        if matches!(self.tools, OcrTools::Ready { .. } | OcrTools::Loaded(_)) && self.spent >= total {
            return Err(Unrecognised::TimeUp);
        }
        let started = processor_time::used();
        let time = Duration::from_secs(MAX_PAGE_SECONDS).min(total - self.spent.min(total));
        processor_time::allow_until((started + time).as_secs() + LAST_STEP_SECONDS);
        let time_is_up = || processor_time::used().saturating_sub(started) >= time;
        let read = self.read(content, &time_is_up);
        self.spent += processor_time::used().saturating_sub(started);
        processor_time::allow_until(self.limits.max_seconds + self.spent.as_secs() + 1);
        let read = read?;
        let page = PageContent {
            glyphs: read.glyphs,
            // The picture of the text is no figure.
            images: if content.image_coverage() >= SCAN_COVERAGE {
                Vec::new()
            } else {
                content.images.clone()
            },
            ..content.clone()
        };
        let measure = readability(&word_texts(&page), Origin::Typeset) * certainty(read.confidence);
        if measure < READABLE || page.glyphs.is_empty() {
            return Err(Unrecognised::Unsure);
        }
        if read.is_cut {
            self.cut.push(content.number);
        }
        Ok((page, read.confidence))
    }

    fn read(
        &mut self,
        content: &PageContent,
        time_is_up: &dyn Fn() -> bool,
    ) -> Result<RecognisedPage, Unrecognised> {
        let recogniser = self.tools.loaded()?;
        let width = TextRecogniser::picture_width(content.width);
        let draw = AssertUnwindSafe(|| {
            let picture = self.engine.render(content.number, None, width)?;
            recogniser.read(&picture, content.width, time_is_up).ok()
        });
        catch_unwind(draw).ok().flatten().ok_or(Unrecognised::Failed)
    }
}

impl OcrTools {
    /// Loads the models the first time that they are needed.
    fn loaded(&mut self) -> Result<&TextRecogniser, Unrecognised> {
        if let Self::Ready { .. } = self
            && let Self::Ready { weights, threads } =
                std::mem::replace(self, Self::Missing(Unrecognised::Damaged))
            && let Ok(recogniser) = TextRecogniser::load(weights, &threads)
        {
            *self = Self::Loaded(Box::new(recogniser));
        }
        match self {
            Self::Loaded(recogniser) => Ok(recogniser),
            Self::Missing(why) => Err(*why),
            Self::Ready { .. } => Err(Unrecognised::Damaged),
        }
    }
}

/// Where the text of a page comes from: most of it lies unseen over a scan if a program has recognised it.
fn origin(content: &PageContent) -> Origin {
    let unseen = content.glyphs.iter().filter(|glyph| glyph.unseen.is_some()).count();
    if 2 * unseen > content.glyphs.len() { Origin::Recognised } else { Origin::Typeset }
}

/// The letters and digits of a page.
pub(super) fn letters(content: &PageContent) -> usize {
    content.glyphs.iter().filter(|glyph| glyph.letter.is_alphanumeric()).count()
}

/// From 0 (it is guessed) to 1.
fn certainty(confidence: f32) -> f32 {
    ((confidence - LEAST_CERTAIN) / (CERTAIN - LEAST_CERTAIN)).clamp(0.0, 1.0)
}

/// Lists pages as people do: "page 3", "pages 1–4 and 9".
pub(super) fn listed(pages: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for page in pages {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *page => *last = *page,
            _ => runs.push((*page, *page)),
        }
    }
    let run = |(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}–{last}") }
    };
    let mut runs: Vec<String> = runs.iter().map(run).collect();
    let word = if pages.len() == 1 { "page" } else { "pages" };
    match runs.pop() {
        Some(last) if !runs.is_empty() => format!("{word} {} and {last}", runs.join(", ")),
        last => format!("{word} {}", last.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_listed_as_people_do() {
        assert_eq!(listed(&[3]), "page 3");
        assert_eq!(listed(&[1, 2, 3, 4, 9]), "pages 1–4 and 9");
        assert_eq!(listed(&[1, 3, 5]), "pages 1, 3 and 5");
    }

    #[test]
    fn what_is_guessed_counts_for_nothing() {
        assert_eq!((certainty(0.4), certainty(0.99)), (0.0, 1.0));
        assert!((0.4..0.7).contains(&certainty(0.7)));
    }
}
