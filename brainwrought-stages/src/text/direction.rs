//! Which way text is read.

/// Tells whether text is read from the right: whether its first letter is Hebrew, Arabic, or of another script that runs so.
pub(crate) fn is_read_from_right(text: &str) -> bool {
    let first = text.chars().find(|letter| letter.is_alphabetic()).map_or(0, u32::from);
    matches!(first, 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF)
}
