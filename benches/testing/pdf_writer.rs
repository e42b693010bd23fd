//! [`PdfWriter`]: writes small PDFs by hand, good ones and hostile ones.

/// Collects objects and writes them with their table.
#[derive(Debug, Default)]
pub struct PdfWriter {
    objects: Vec<Vec<u8>>,
    /// What stands in the catalogue beside the pages.
    pub catalogue: String,
    pages: Vec<usize>,
}

impl PdfWriter {
    /// The number of the page tree, which every file has first.
    const TREE: usize = 1;
    const REGULAR: usize = 2;
    const BOLD: usize = 3;

    /// A file with two fonts, `/F1` and the bold `/F2`, and no pages yet.
    pub fn new() -> Self {
        let mut writer = Self::default();
        writer.add("");
        writer.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        writer.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
        writer
    }

    /// Adds an object and returns its number.
    pub fn add(&mut self, object: impl AsRef<[u8]>) -> usize {
        self.objects.push(object.as_ref().to_vec());
        self.objects.len()
    }

    /// Adds a stream with these entries in its dictionary and returns its number.
    pub fn stream(&mut self, entries: &str, bytes: &[u8]) -> usize {
        let mut object = format!("<< {entries} /Length {} >>\nstream\n", bytes.len()).into_bytes();
        object.extend_from_slice(bytes);
        object.extend_from_slice(b"\nendstream");
        self.add(object)
    }

    /// Adds a page of 612 × 792 points with these drawing instructions.
    pub fn page(&mut self, content: &str) -> usize {
        self.page_with(content, "/MediaBox [0 0 612 792]", "")
    }

    /// Adds a page with other entries and named objects.
    pub fn page_with(&mut self, content: &str, entries: &str, objects: &str) -> usize {
        let resources =
            format!("/Font << /F {} 0 R /B {} 0 R >> /XObject << {objects} >>", Self::REGULAR, Self::BOLD);
        self.add_page(content, entries, &resources)
    }

    /// Adds a page of 612 × 792 points with resources of its own.
    pub fn page_of(&mut self, content: &str, resources: &str) -> usize {
        self.add_page(content, "/MediaBox [0 0 612 792]", resources)
    }

    fn add_page(&mut self, content: &str, entries: &str, resources: &str) -> usize {
        let stream = self.stream("", content.as_bytes());
        let page = self.add(format!(
            "<< /Type /Page /Parent {} 0 R {entries} /Contents {stream} 0 R /Resources << {resources} >> >>",
            Self::TREE,
        ));
        self.pages.push(page);
        page
    }

    /// Writes the file.
    pub fn finish(mut self) -> Vec<u8> {
        let kids: Vec<String> = self.pages.iter().map(|page| format!("{page} 0 R")).collect();
        self.objects[0] =
            format!("<< /Type /Pages /Count {} /Kids [{}] >>", kids.len(), kids.join(" ")).into_bytes();
        let root = format!("<< /Type /Catalog /Pages {} 0 R {} >>", Self::TREE, self.catalogue);
        let root = self.add(root);
        let mut file = b"%PDF-1.7\n".to_vec();
        let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", self.objects.len() + 1);
        for (index, object) in self.objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.extend_from_slice(format!("{} 0 obj\n", index + 1).as_bytes());
            file.extend_from_slice(object);
            file.extend_from_slice(b"\nendobj\n");
        }
        let start = file.len();
        let size = self.objects.len() + 1;
        file.extend_from_slice(table.as_bytes());
        let trailer = format!("trailer\n<< /Size {size} /Root {root} 0 R >>\nstartxref\n{start}\n%%EOF\n");
        file.extend_from_slice(trailer.as_bytes());
        file
    }
}

/// Instructions that set lines of text from a place downwards; `font` is `F` or `B`.
pub fn text(font: &str, size: u32, (x, y): (u32, u32), lines: &[&str]) -> String {
    let mut content = format!("BT /{font} {size} Tf {} TL {x} {y} Td\n", size * 6 / 5);
    for line in lines {
        let escaped = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        content.push_str(&format!("({escaped}) Tj T*\n"));
    }
    content + "ET\n"
}

/// A few lines of plain English, so that a page counts as one with text.
pub const PROSE: [&str; 4] = [
    "A log is a list of entries that every server keeps in the same order.",
    "The leader of the group takes new entries from its clients and sends",
    "them to all others. Once most servers have stored an entry it is safe,",
    "and the leader tells the others that they may apply it.",
];

/// Compresses `length` zero bytes a thousandfold, as one block of repeats.
pub fn deflated_zeros(length: u64) -> Vec<u8> {
    let mut bits = Bits { bytes: vec![0x78, 0x01], ..Bits::default() };
    // The last block, with the fixed codes of RFC 1951, section 3.2.6.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    // The literal 0 is 00110000; codes are sent from their highest bit on.
    bits.push_code(0b0011_0000, 8);
    for _ in 0..length / 258 {
        // 258 bytes (code 285 is 11000101) from one byte back (code 0 is 00000).
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    // The end of the block.
    bits.push_code(0, 7);
    let mut bytes = bits.finish();
    let count = 1 + length / 258 * 258;
    let checksum = ((count % 65521) as u32) << 16 | 1;
    bytes.extend_from_slice(&checksum.to_be_bytes());
    bytes
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    fn push(&mut self, bits: u64, count: u32) {
        self.pending |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    fn push_code(&mut self, code: u64, count: u32) {
        self.push(code.reverse_bits() >> (64 - count), count);
    }

    fn finish(mut self) -> Vec<u8> {
        self.push(0, 7);
        self.bytes
    }
}
