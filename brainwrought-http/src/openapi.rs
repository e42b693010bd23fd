//! The description of the API, generated from its handlers, and its own page.

use std::sync::Arc;

use axum::Json;
use axum::extract::Extension;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::path::{
    Operation, OperationBuilder, ParameterBuilder, ParameterIn, Paths, PathsBuilder,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, HttpMethod, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Ref,
    RefOr, Required,
};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app_state::AppState;
use crate::webhook::Message;
use crate::{api, draft, events, media, upload_address, variant, view};

/// The routes of the API, each with its description.
pub(crate) fn routes() -> OpenApiRouter<Arc<AppState>> {
    let info = InfoBuilder::new()
        .title("Brainwrought")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Turns a PDF, EPUB, Word, PowerPoint, Markdown, HTML or text file into a short vertical video. Whoever knows a job's id can see and steer it.",
        ))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
        .build();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let mut messages = vec![(Message::name().into_owned(), Message::schema())];
    Message::schemas(&mut messages);
    let components = ComponentsBuilder::new()
        .security_scheme("operator", SecurityScheme::Http(bearer))
        .schemas_from_iter(messages)
        .build();
    let document = OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .webhooks(Some(PathsBuilder::new().path("jobEnded", job_ended())))
        .build();
    OpenApiRouter::with_openapi(document)
        .routes(routes!(api::submit, api::list))
        .routes(routes!(upload_address::upload))
        .routes(routes!(api::show, api::delete))
        .routes(routes!(events::events))
        .routes(routes!(api::cancel))
        .routes(routes!(api::retry))
        .routes(routes!(api::script, api::edit_script, draft::replace))
        .routes(routes!(draft::script_file))
        .routes(routes!(draft::make_video))
        .routes(routes!(variant::create))
        .routes(routes!(api::check_script))
        .routes(routes!(api::restore_version))
        .routes(routes!(media::serve_file))
        .routes(routes!(view::serve_shared_file))
        .routes(routes!(api::health))
        .routes(routes!(api::ready))
        .routes(routes!(api::metrics))
}

/// Adds what holds for every operation: the answers of the guard that stands before all of them, and the ways from a new
/// job to what can be done with it.
pub(crate) fn complete(document: &mut OpenApi) {
    for (method, operation) in operations(&mut document.paths) {
        let takes_json = matches!(&operation.request_body, Some(RefOr::T(body))
            if body.content.contains_key("application/json"));
        let responses = &mut operation.responses.responses;
        let mut add = |status: &str, response: ResponseBuilder| {
            responses.entry(status.to_owned()).or_insert_with(|| response.build().into());
        };
        add("403", error("The request comes from a page of another website, or names another host."));
        add("429", error("Too many requests, uploads, jobs or streams."));
        add("503", error("The server is shutting down, or a store does not respond."));
        if method != HttpMethod::Get {
            add("507", error("The server is out of storage."));
        }
        if takes_json {
            add("413", error("The body of the request is too large."));
            add("415", error("The `Content-Type` of the request is not `application/json`."));
        }
        for status in ["429", "503"] {
            if let Some(RefOr::T(response)) = responses.get_mut(status) {
                let after = header(Type::Integer, "After how many seconds to come back.");
                response.headers.insert("Retry-After".to_owned(), after.build().into());
            }
        }
        let is_new_job =
            ["submit", "upload"].contains(&operation.operation_id.as_deref().unwrap_or_default());
        if is_new_job && let Some(RefOr::T(response)) = responses.get_mut("202") {
            link(response);
        }
    }
}

/// Says what can be done with the job that an answer names.
fn link(response: &mut Response) {
    for operation in ["show", "events", "cancel", "retry", "delete", "script", "edit_script"] {
        let link = LinkBuilder::new().operation_id(operation).parameter("job_id", "$response.body#/job_id");
        response.links.insert(operation.to_owned(), link.build().into());
    }
}

fn operations(paths: &mut Paths) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    paths.paths.values_mut().flat_map(|item| {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Patch, &mut item.patch),
            (HttpMethod::Delete, &mut item.delete),
        ];
        operations.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
    })
}

fn error(description: &str) -> ResponseBuilder {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
    ResponseBuilder::new().description(description).content("application/json", body)
}

fn header(kind: Type, description: &str) -> HeaderBuilder {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(kind).build()))
        .description(Some(description))
}

/// The message of a webhook.
fn job_ended() -> PathItem {
    let signature = ParameterBuilder::new()
        .name("Brainwrought-Signature")
        .parameter_in(ParameterIn::Header)
        .required(Required::True)
        .description(Some(
            "`t=<seconds since 1970>,v1=<hex>`: the HMAC-SHA256 of `<t>.<body>` under the server's secret. Compare in \
             constant time, and refuse what is older than five minutes.",
        ))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .build();
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("Message"))).build();
    let body = RequestBodyBuilder::new().content("application/json", body).required(Some(Required::True));
    let accepted = ResponseBuilder::new().description("Any status from 200 to 299 accepts the message.");
    let gone = ResponseBuilder::new().description("The receiver wants no more; nothing is sent again.");
    let operation = OperationBuilder::new()
        .operation_id(Some("job_ended"))
        .summary(Some("Tells that a job has ended."))
        .description(Some(
            "Sent to `callback_url`. Any other answer, or none, is tried again with growing rests; `Retry-After` is \
             honoured. The same event may come more than once: remember `event_id`.",
        ))
        .parameter(signature)
        .request_body(Some(body.build()))
        .response("2XX", accepted.build())
        .response("410", gone.build());
    PathItem::new(HttpMethod::Post, operation.build())
}

/// The description itself.
pub(crate) async fn document(Extension(document): Extension<Arc<OpenApi>>) -> Json<OpenApi> {
    Json(document.as_ref().clone())
}
