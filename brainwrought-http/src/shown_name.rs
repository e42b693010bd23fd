//! [`shown_name`]: the name of a file as people may be shown it.

use std::path::Path;

use brainwrought_stages::text::without_invisible;

/// The longest file name that is kept, in characters.
const MAX_NAME: usize = 160;

/// A name to show: without folders, control characters and what turns the direction of text around.
pub(crate) fn shown_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cut: String = without_invisible(base).chars().take(MAX_NAME).collect();
    // The cut may have gone through a flag.
    let clean = without_invisible(&cut);
    let clean = clean.trim();
    if clean.is_empty() || Path::new(clean).file_name().is_none() {
        "document.pdf".to_owned()
    } else {
        clean.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_for_showing_only() {
        for (name, shown) in [
            ("paper.pdf", "paper.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\a b.pdf", "a b.pdf"),
            ("..", "document.pdf"),
            ("", "document.pdf"),
            ("a\u{202e}fdp.exe\r\n\0", "afdp.exe"),
            ("<script>.pdf", "<script>.pdf"),
            (
                "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}.pdf",
                "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}.pdf",
            ),
        ] {
            assert_eq!(shown_name(name), shown, "{name:?}");
        }
        assert_eq!(shown_name(&"x".repeat(5000)).len(), MAX_NAME);
    }
}
