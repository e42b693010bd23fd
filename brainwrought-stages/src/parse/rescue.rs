//! [`rescued`]: a new ending for a file that was cut off.

/// The most pages that are looked for.
const MAX_PAGES: usize = 10_000;

/// Writes a new page tree behind the pages that are still there; `None` when there are none.
///
/// The page tree, the catalogue and the table of objects stand at the end of most files, so a file that was cut off has
/// pages but nothing that leads to them. Pages inside compressed object streams cannot be found this way.
pub(crate) fn rescued(pdf: &[u8]) -> Option<Vec<u8>> {
    let pages = pages(pdf);
    if pages.is_empty() {
        return None;
    }
    let mut file = pdf.to_vec();
    file.extend_from_slice(b"\nendstream\nendobj\n");
    // No real file numbers its objects this high.
    let (tree, catalogue) = (8_000_000, 8_000_001);
    let kids: Vec<String> =
        pages.iter().map(|(number, generation)| format!("{number} {generation} R")).collect();
    let objects = [
        (tree, format!("<< /Type /Pages /Count {} /Kids [{}] >>", kids.len(), kids.join(" "))),
        (catalogue, format!("<< /Type /Catalog /Pages {tree} 0 R >>")),
    ];
    let mut table = String::from("xref\n0 1\n0000000000 65535 f \n");
    for (number, generation, offset) in places(pdf) {
        table.push_str(&format!("{number} 1\n{offset:010} {generation:05} n \n"));
    }
    for (number, object) in objects {
        table.push_str(&format!("{number} 1\n{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let start = file.len();
    let size = catalogue + 1;
    let trailer = format!("trailer\n<< /Size {size} /Root {catalogue} 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(table.as_bytes());
    file.extend_from_slice(trailer.as_bytes());
    Some(file)
}

/// Finds the numbers of the page objects, in the order in which they stand.
fn pages(pdf: &[u8]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    for (number, generation, offset) in places(pdf) {
        let body = pdf.get(offset..).unwrap_or_default();
        let end = find(body, b"endobj").unwrap_or(body.len()).min(4096);
        let body = body.get(..end).unwrap_or_default();
        if is_page(body) && found.len() < MAX_PAGES {
            found.push((number, generation));
        }
    }
    found
}

/// Finds where objects start: `12 0 obj` at the start of a line.
fn places(pdf: &[u8]) -> Vec<(u32, u32, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in pdf.split(|&byte| byte == b'\n' || byte == b'\r') {
        let mut words = line.split(|&byte| byte == b' ');
        let number = words.next().and_then(number);
        let generation = words.next().and_then(self::number);
        let is_object = words.next().is_some_and(|word| word.starts_with(b"obj"));
        if let (Some(number), Some(generation), true) = (number, generation, is_object) {
            found.push((number, generation, start));
        }
        start += line.len() + 1;
    }
    found
}

fn number(word: &[u8]) -> Option<u32> {
    (word.len() <= 7).then(|| std::str::from_utf8(word).ok()?.parse().ok()).flatten()
}

fn is_page(object: &[u8]) -> bool {
    let mut rest = object;
    while let Some(at) = find(rest, b"/Type") {
        rest = rest.get(at + 5..).unwrap_or_default();
        let value = rest.trim_ascii_start();
        if value.starts_with(b"/Page") && !value.get(5).is_some_and(u8::is_ascii_alphanumeric) {
            return true;
        }
    }
    false
}

fn find(bytes: &[u8], words: &[u8]) -> Option<usize> {
    bytes.windows(words.len()).position(|window| window == words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_their_tree() {
        assert!(is_page(b"3 0 obj << /Type /Page /Parent 1 0 R"));
        assert!(is_page(b"<</Resources<</Type/X>>/Type/Page>>"));
        assert!(!is_page(b"<< /Type /Pages /Kids []"));
    }

    #[test]
    fn objects_get_a_new_ending() {
        let cut = b"%PDF-1.4\n3 0 obj\n<< /Type /Page >>\nendobj\n4 0 obj\n<< /Length 900 >>\nstream\nBT";
        assert_eq!(places(cut), [(3, 0, 9), (4, 0, 42)]);
        let file = String::from_utf8(rescued(cut).unwrap()).unwrap();
        assert!(file.contains("/Count 1 /Kids [3 0 R]") && file.ends_with("%%EOF\n"));
        assert!(rescued(b"%PDF-1.4\n1 0 obj\n<<>>").is_none());
    }
}
