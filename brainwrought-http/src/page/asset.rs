//! The files that the page is made of, built into the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use brainwrought_core::id::Digest;
use brainwrought_stages::text::DISPLAY_FONT;

use crate::ApiError;

/// Changes with the assets, so that no browser shows a new page with an old style.
pub(super) static STAMP: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<&[u8]> = ASSETS.iter().map(|asset| asset.bytes).collect();
    Digest::of(&all.concat()).to_string().chars().take(12).collect()
});

/// The scripts, in the order they are loaded.
pub(super) const SCRIPTS: [&str; 4] = ["page.js", "form.js", "recent.js", "script.js"];

/// A file of the page.
struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

const ASSETS: [Asset; 7] = [
    Asset { name: "style.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("style.css") },
    Asset { name: "page.js", media_type: JAVASCRIPT, bytes: include_bytes!("page.js") },
    Asset { name: "form.js", media_type: JAVASCRIPT, bytes: include_bytes!("form.js") },
    Asset { name: "recent.js", media_type: JAVASCRIPT, bytes: include_bytes!("recent.js") },
    Asset { name: "script.js", media_type: JAVASCRIPT, bytes: include_bytes!("script.js") },
    Asset { name: "icon.svg", media_type: "image/svg+xml", bytes: include_bytes!("icon.svg") },
    // The face of the captions; its licence lies beside it in the crate of the stages.
    Asset { name: "display.ttf", media_type: "font/ttf", bytes: DISPLAY_FONT.bytes },
];

/// Sends a file of the page.
pub(crate) async fn asset(
    Path(name): Path<String>,
) -> Result<([(HeaderName, &'static str); 2], &'static [u8]), ApiError> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(ApiError::NoSuchPage)?;
    Ok(([(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, "public, max-age=3600")], asset.bytes))
}
