//! How the description of the API writes an upload: [`UploadForm`] for forms, [`UploadQuery`] for the query.

use std::borrow::Cow;

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, Object, ObjectBuilder, Ref, Schema, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::video_options::VideoOptions;

/// What a form holds: a file, and beside it the options, each as a field or several together as JSON.
#[derive(Debug)]
pub(crate) struct UploadForm;

/// The options as parameters of a query, for a body that is the file alone.
#[derive(Debug)]
pub(crate) struct UploadQuery;

const CALLBACK_URL: &str = "A URL that is called with a signed POST request once the job has ended; see the webhook \
    `jobEnded`. Only hosts that the operator of the server allows are called.";

const FILE_NAME: &str =
    "The name of the file, for people; where it is missing, that of `Content-Disposition` is taken.";

/// The options as [`VideoOptions`] describes them.
fn options() -> Object {
    match VideoOptions::schema() {
        RefOr::T(Schema::Object(object)) => object,
        _ => Object::new(),
    }
}

fn string(description: &str) -> Object {
    ObjectBuilder::new().schema_type(Type::String).description(Some(description)).build()
}

fn uri() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("uri".to_owned())))
        .description(Some(CALLBACK_URL))
        .build()
}

/// A PDF or another file as it is, as the body of a request.
pub(crate) struct PdfBytes;

impl PartialSchema for PdfBytes {
    fn schema() -> RefOr<Schema> {
        pdf().into()
    }
}

impl ToSchema for PdfBytes {
    fn name() -> Cow<'static, str> {
        "PdfBytes".into()
    }
}

fn pdf() -> Schema {
    let pdf = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
        .description(Some("The file: a PDF, which holds `%PDF-` within its first 65,536 bytes, or an EPUB, Word (DOCX), PowerPoint (PPTX), Markdown, HTML or plain-text file. What it is is told by its content first and by its name second."));
    pdf.build().into()
}

impl PartialSchema for UploadForm {
    fn schema() -> RefOr<Schema> {
        let mut form = options();
        form.properties.insert("pdf".to_owned(), pdf().into());
        form.properties.insert("options".to_owned(), Ref::from_schema_name("VideoOptions").into());
        form.properties.insert("callback_url".to_owned(), uri().into());
        form.required = vec!["pdf".to_owned()];
        form.description = Some(
            "A file, and beside it the options: each as a field, or several together as `options`."
                .to_owned(),
        );
        form.into()
    }
}

impl ToSchema for UploadForm {
    fn name() -> Cow<'static, str> {
        "UploadForm".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((VideoOptions::name().into_owned(), VideoOptions::schema()));
        VideoOptions::schemas(schemas);
    }
}

impl IntoParams for UploadQuery {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |name: &str, description: Option<&str>, schema: RefOr<Schema>| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .description(description)
                .schema(Some(schema))
                .build()
        };
        let own = [("file_name", FILE_NAME, string(FILE_NAME)), ("callback_url", CALLBACK_URL, uri())]
            .map(|(name, description, schema)| parameter(name, Some(description), schema.into()));
        let options = options().properties.into_iter().map(|(name, schema)| {
            let description = match &schema {
                RefOr::T(Schema::Object(object)) => object.description.clone(),
                _ => None,
            };
            parameter(&name, description.as_deref(), schema)
        });
        own.into_iter().chain(options).collect()
    }
}
