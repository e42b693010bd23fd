//! The files that the page is made of, built into the program.

use axum::extract::Path;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::ApiError;

/// Changes with every build that changes an asset, so that browsers may keep them for good.
pub(super) const STAMP: &str = concat!(env!("CARGO_PKG_VERSION"), "-1");

/// A file of the page.
pub(crate) async fn asset(
    Path(name): Path<String>,
) -> Result<([(HeaderName, &'static str); 2], &'static [u8]), ApiError> {
    let (kind, bytes): (_, &'static [u8]) = match name.as_str() {
        "style.css" => ("text/css; charset=utf-8", include_bytes!("style.css")),
        "page.js" => ("text/javascript; charset=utf-8", include_bytes!("page.js")),
        "icon.svg" => ("image/svg+xml", include_bytes!("icon.svg")),
        // The face of the captions; its licence lies beside it in the crate of the stages.
        "display.ttf" => {
            ("font/ttf", include_bytes!("../../../brainwrought-stages/assets/fonts/Montserrat-Black.ttf"))
        }
        _ => return Err(ApiError::NoSuchPage),
    };
    Ok(([(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=3600")], bytes))
}
