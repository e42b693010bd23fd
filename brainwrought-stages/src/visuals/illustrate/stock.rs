//! What both photo services need: which words to search, and which file of a clip to take.

use super::illustrator::ImageRequest;

/// A photo or clip smaller than this on one side is not taken, in pixels.
pub(super) const MIN_PIXELS: u32 = 480;
/// A clip larger than this on one side is not taken, in pixels: it would be scaled down anyway.
const MAX_SIDE: u32 = 2_560;
/// Pixabay takes searches of at most so many letters.
const MAX_SEARCH_CHARS: usize = 100;

/// The words of a query as a photo service takes them.
pub(super) fn stock_words(query: &str) -> String {
    let mut words = String::new();
    for word in query.split_whitespace() {
        if words.chars().count() + word.chars().count() + 1 > MAX_SEARCH_CHARS {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// Chooses the file of a clip: the smallest that covers the wished size, else the largest; none that is far too small.
pub(super) fn best_clip<'a>(
    files: impl Iterator<Item = (u32, u32, &'a str)>,
    wish: &ImageRequest,
) -> Option<&'a str> {
    let mut files: Vec<_> = files
        .filter(|(width, height, _)| *width.min(height) >= MIN_PIXELS && *width.max(height) <= MAX_SIDE)
        .collect();
    files.sort_by_key(|(width, height, _)| u64::from(*width) * u64::from(*height));
    let covering = files.iter().find(|(width, height, _)| *width >= wish.width && *height >= wish.height);
    covering.or(files.last()).map(|(_, _, url)| *url)
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::IllustrationKind;

    use super::*;

    #[test]
    fn the_smallest_file_that_is_large_enough_is_taken() {
        let wish =
            ImageRequest { query: String::new(), kind: IllustrationKind::Clip, width: 1080, height: 1920 };
        let files = [(2160, 3840, "4k"), (360, 640, "small"), (1440, 2560, "2k"), (1080, 1920, "hd")];
        assert_eq!(best_clip(files.into_iter(), &wish), Some("hd"));
        assert_eq!(best_clip(files[..2].iter().copied(), &wish), None);
        assert_eq!(best_clip([(1280, 720, "flat")].into_iter(), &wish), Some("flat"));
        assert_eq!(stock_words(&"word ".repeat(50)).len(), 99);
    }
}
