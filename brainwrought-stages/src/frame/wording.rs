//! [`Wording`]: the few words that panels add to what the document says.

use brainwrought_core::data::Language;

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wording {
    /// Stands before the number of a page.
    page: &'static str,
    /// One page and several.
    pages: (&'static str, &'static str),
    /// Stands over the pages that a video cites.
    pub(crate) made_from: &'static str,
    /// Stands over a question.
    pub(crate) quiz: &'static str,
    /// Stands over the title of the source at the end.
    pub(crate) source: &'static str,
    /// Stands over the title at the beginning.
    pub(crate) document: &'static str,
}

impl Wording {
    /// The words of a language, or the English ones.
    pub(crate) fn of(language: &Language) -> Self {
        let (page, pages, made_from, quiz, source, document) = match language.as_str() {
            "ar" => ("ص", ("صفحة", "صفحات"), "من الصفحات", "سؤال", "المصدر", "من ملف PDF"),
            "de" => ("S.", ("Seite", "Seiten"), "Aus den Seiten", "QUIZ", "QUELLE", "AUS DER PDF"),
            "es" => ("p.", ("página", "páginas"), "Hecho con las páginas", "QUIZ", "FUENTE", "DEL PDF"),
            "fr" => ("p.", ("page", "pages"), "Tiré des pages", "QUIZ", "SOURCE", "DANS LE PDF"),
            "it" => ("p.", ("pagina", "pagine"), "Dalle pagine", "QUIZ", "FONTE", "DAL PDF"),
            "ja" => ("p.", ("ページ", "ページ"), "出典のページ", "クイズ", "出典", "PDFより"),
            "pt" => ("p.", ("página", "páginas"), "Feito das páginas", "QUIZ", "FONTE", "DO PDF"),
            "tr" => ("s.", ("sayfa", "sayfa"), "Kullanılan sayfalar", "TEST", "KAYNAK", "PDF'TEN"),
            "zh" => ("p.", ("页", "页"), "出自页面", "小测验", "出处", "出自PDF"),
            _ => ("p.", ("page", "pages"), "Made from pages", "QUIZ TIME", "SOURCE", "FROM THE PDF"),
        };
        Self { page, pages, made_from, quiz, source, document }
    }

    /// Names a page, as in "p. 7".
    pub(crate) fn page(&self, number: u32) -> String {
        format!("{} {number}", self.page)
    }

    /// Counts pages, as in "12 pages".
    pub(crate) fn page_count(&self, count: usize) -> String {
        format!("{count} {}", if count == 1 { self.pages.0 } else { self.pages.1 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_named_in_the_language_of_the_video() {
        assert_eq!(Wording::of(&Language::new("de")).page(7), "S. 7");
        assert_eq!(Wording::of(&Language::new("xx")).page_count(1), "1 page");
    }
}
