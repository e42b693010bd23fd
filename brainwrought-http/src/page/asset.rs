//! The files that the page is made of, built into the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use brainwrought_core::id::Digest;

use crate::ApiError;

/// Changes with the assets, so that no browser shows a new page with an old style.
pub(super) static STAMP: LazyLock<String> = LazyLock::new(|| {
    let digest = Digest::of(&[STYLE, SCRIPT].concat());
    digest.to_string().chars().take(12).collect()
});

const STYLE: &[u8] = include_bytes!("style.css");
const SCRIPT: &[u8] = include_bytes!("page.js");

/// A file of the page.
pub(crate) async fn asset(
    Path(name): Path<String>,
) -> Result<([(HeaderName, &'static str); 2], &'static [u8]), ApiError> {
    let (kind, bytes): (_, &'static [u8]) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", STYLE),
        "page.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", include_bytes!("icon.svg")),
        // The face of the captions; its licence lies beside it in the crate of the stages.
        "display.ttf" => {
            ("font/ttf", include_bytes!("../../../brainwrought-stages/assets/fonts/Montserrat-Black.ttf"))
        }
        _ => return Err(ApiError::NoSuchPage),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=3600")], bytes))
}
