//! The description of the API, generated from its handlers, and its own page.

use std::sync::Arc;

use axum::Json;
use axum::extract::Extension;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::site::Site;
use crate::{api, events, media, variant, view};

/// The routes of the API, each with its description.
pub(crate) fn routes() -> OpenApiRouter<Arc<Site>> {
    let info = InfoBuilder::new()
        .title("Brainwrought")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Turns a PDF into a short vertical video. Whoever knows a job's id can see and steer it.",
        ))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components =
        ComponentsBuilder::new().security_scheme("operator", SecurityScheme::Http(bearer)).build();
    let document = OpenApiBuilder::new().info(info).components(Some(components)).build();
    OpenApiRouter::with_openapi(document)
        .routes(routes!(api::submit, api::list))
        .routes(routes!(api::show, api::delete))
        .routes(routes!(events::events))
        .routes(routes!(api::cancel))
        .routes(routes!(api::retry))
        .routes(routes!(api::script, api::edit_script))
        .routes(routes!(variant::create))
        .routes(routes!(api::check_script))
        .routes(routes!(api::restore_version))
        .routes(routes!(media::serve_file))
        .routes(routes!(view::serve_shared_file))
        .routes(routes!(api::health))
        .routes(routes!(api::ready))
        .routes(routes!(api::metrics))
}

/// The description itself.
pub(crate) async fn document(Extension(document): Extension<Arc<OpenApi>>) -> Json<OpenApi> {
    Json(document.as_ref().clone())
}
