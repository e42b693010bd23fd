//! [`mark_languages`]: the language of a document, and of the blocks that are in another one.

use std::collections::BTreeMap;

use brainwrought_core::data::{Block, BlockKind, Language, Page};

/// How many letters the language is told from; more would not change the answer.
const LANGUAGE_SAMPLE: usize = 20_000;
/// Of shorter blocks nobody can tell the language, in bytes.
const MIN_LANGUAGE_LETTERS: usize = 120;
/// More letters of a block would not change its language.
const LANGUAGE_LETTERS: usize = 400;
/// Blocks whose language is told have at least so many bytes together before they stand for the document.
const MIN_TOLD_LETTERS: usize = 1_000;

/// Tells the language of each block that is long enough, notes it where it is another one than that of the document, and
/// returns that: the language of most of the text, wherever it stands.
pub(in crate::parse) fn mark_languages(pages: &mut [Page]) -> Language {
    let mut letters: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut told: Vec<Option<&'static str>> = Vec::new();
    for block in pages.iter().flat_map(|page| &page.blocks) {
        let code = code_of(block);
        if let Some(code) = code {
            *letters.entry(code).or_default() += block.text.len();
        }
        told.push(code);
    }
    let all: usize = letters.values().sum();
    let most = letters.into_iter().max_by_key(|(_, count)| *count).map(|(code, _)| code);
    let language = match most {
        Some(code) if all >= MIN_TOLD_LETTERS => Language::new(code),
        _ => language_of_sample(pages),
    };
    for (block, code) in pages.iter_mut().flat_map(|page| &mut page.blocks).zip(told) {
        block.language = code.map(Language::new).filter(|own| *own != language);
    }
    language
}

/// The code of the language of a block of prose, if it can be told for sure.
fn code_of(block: &Block) -> Option<&'static str> {
    let is_prose = matches!(
        block.kind,
        BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Caption | BlockKind::Footnote
    );
    if !is_prose || block.text.len() < MIN_LANGUAGE_LETTERS {
        return None;
    }
    let start: String = block.text.chars().take(LANGUAGE_LETTERS).collect();
    whatlang::detect(&start).filter(|found| found.is_reliable()).map(|found| two_letters(found.lang()))
}

/// The language of the text from the start on, where no block is long enough to tell.
fn language_of_sample(pages: &[Page]) -> Language {
    let mut sample = String::new();
    let prose = [BlockKind::Paragraph, BlockKind::ListItem, BlockKind::Heading, BlockKind::Caption];
    for block in pages.iter().flat_map(|page| &page.blocks).filter(|block| prose.contains(&block.kind)) {
        if sample.len() > LANGUAGE_SAMPLE {
            break;
        }
        sample.push_str(&block.text);
        sample.push('\n');
    }
    whatlang::detect(&sample)
        .filter(|found| found.is_reliable() || sample.len() >= 2000)
        .map_or_else(Language::undetermined, |found| Language::new(two_letters(found.lang())))
}

/// The ISO 639-1 code of a language where one exists, as voices and the rest of the program name it.
pub(in crate::parse) fn two_letters(language: whatlang::Lang) -> &'static str {
    use whatlang::Lang;
    match language {
        Lang::Afr => "af",
        Lang::Ara => "ar",
        Lang::Aze => "az",
        Lang::Bel => "be",
        Lang::Ben => "bn",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Cym => "cy",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Guj => "gu",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jav => "jv",
        Lang::Jpn => "ja",
        Lang::Kan => "kn",
        Lang::Kat => "ka",
        Lang::Khm => "km",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Mal => "ml",
        Lang::Mar => "mr",
        Lang::Mkd => "mk",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Nld => "nl",
        Lang::Nob => "nb",
        Lang::Ori => "or",
        Lang::Pan => "pa",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Sin => "si",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Sna => "sn",
        Lang::Spa => "es",
        Lang::Srp => "sr",
        Lang::Swe => "sv",
        Lang::Tam => "ta",
        Lang::Tel => "te",
        Lang::Tgl => "tl",
        Lang::Tha => "th",
        Lang::Tuk => "tk",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Uzb => "uz",
        Lang::Vie => "vi",
        Lang::Yid => "yi",
        Lang::Zul => "zu",
        other => other.code(),
    }
}
