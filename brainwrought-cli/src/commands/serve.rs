//! `serve`: the page and the API, with an engine in the same process or in front of a fleet.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use brainwrought_core::engine::{Engine, WorkScope};
use brainwrought_core::event::EventSink;
use brainwrought_http::{Example, HttpSettings, OperatorToken, Operators, ServerSecret, Webhooks};
use brainwrought_stages::parse::MAX_PDF_BYTES;
use brainwrought_stages::standard::Resources;
use brainwrought_stages::visuals::Pictures;
use tokio::net::TcpListener;

use super::intake;
use crate::byte_size::ByteSize;
use crate::config::{self, Config};
use crate::context::Context;
use crate::exit::WrongCommand;
use crate::left_out::LeftOut;
use crate::local_model;
use crate::observe;
use crate::operator_token;
use crate::output;
use crate::serve_args::ServeArgs;

/// The port when neither the command nor the environment names one.
const USUAL_PORT: u16 = 7860;

/// Whether this build can call back.
const CALLS_BACK: bool = cfg!(feature = "webhooks");

/// How this machine calls itself.
const OWN_NAMES: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

/// Serves until stopped. Jobs that an earlier server left unfinished go on by themselves.
pub(crate) async fn run(config: &Config, args: ServeArgs) -> anyhow::Result<()> {
    let port = match (args.port, config::port()) {
        (Some(port), _) => port,
        (None, Some(text)) => {
            text.parse().map_err(|_| WrongCommand(format!("PORT is `{text}`, which is no port")))?
        }
        (None, None) => USUAL_PORT,
    };
    let shutdown = crate::signals::shutdown()?;
    Context::reach(config).await?;
    let context = Context::open(config)?;
    let password = config::pdf_password();
    let engine =
        context.engine(password, args.concurrency.into(), Duration::from_secs(1), EventSink::default())?;
    let mut settings = settings(&context, &args)?;
    let token_file = context.operator_token_file();
    settings.operators = operators(&token_file)?;
    settings.storage.bytes = max_storage(args.max_storage.or(config.max_storage))?;
    settings.llm = local_model::named(config).await?;
    settings.document_tokens = config.document_tokens;
    settings.max_cost = config.max_cost.0;
    settings.trends.clone_from(&config.trends);
    settings.pictures = pictures(config, &engine).await?;
    settings.memes_by = config.memes_by;
    settings.ocr = config.ocr;
    settings.voices = Some(context.resources(None)?.voices);
    settings.webhooks = webhooks(&context, config, &args)?;
    settings.metrics = Some(observe::record()?);
    // A key that is missing is said now and not by every job; workers elsewhere may have it.
    if !args.no_workers {
        settings.llm.as_ref().map(|llm| config.check_llm(llm)).transpose()?;
        settings.pictures.as_ref().map(|pictures| config.check_pictures(pictures)).transpose()?;
        config.check_memes(settings.memes_by)?;
    }
    if !args.no_workers {
        super::adopt_alone(config, &engine).await?;
    }
    let address = SocketAddr::new(args.bind, port);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("could not listen on {address}; choose another port with --port"))?;
    let mut greeting = format!("http://{}", listener.local_addr()?);
    if config::operator_token().is_none() && settings.operators != Operators::Nobody {
        let file = token_file.display();
        greeting += &format!("\nto list all jobs, send the token in {file} as `Authorization: Bearer TOKEN`");
    }
    output::line(greeting);
    let (limits, timeouts) = (settings.limits, settings.timeouts);
    let expiry = brainwrought_http::expire(engine.clone(), settings.clone(), shutdown.clone());
    let tidying = brainwrought_http::tidy(engine.clone(), settings.clone(), shutdown.clone());
    let callbacks = brainwrought_http::deliver_webhooks(engine.clone(), settings.clone(), shutdown.clone());
    let app = brainwrought_http::app(engine.clone(), settings, shutdown.clone());
    let serving = brainwrought_http::serve(listener, app, limits, timeouts, shutdown.clone());
    if args.no_workers {
        tokio::join!(serving, expiry, tidying, callbacks);
    } else {
        tokio::join!(serving, expiry, tidying, callbacks, engine.run_all(WorkScope::default(), shutdown));
    }
    Ok(())
}

/// The least storage of a server: three videos of usual length, with what they are made of.
const MIN_STORAGE: u64 = 500_000_000;

/// Refuses a limit with which no job would be accepted.
fn max_storage(limit: Option<ByteSize>) -> Result<Option<u64>, WrongCommand> {
    match limit {
        Some(ByteSize(bytes)) if bytes < MIN_STORAGE => Err(WrongCommand(format!(
            "the storage limit must be at least {} MB; one video can take a third of that",
            MIN_STORAGE / 1_000_000
        ))),
        limit => Ok(limit.map(|size| size.0)),
    }
}

/// Where the pictures of all jobs come from. The files of a folder are stored now, whatever becomes of them later.
async fn pictures(config: &Config, engine: &Engine) -> anyhow::Result<Option<Pictures>> {
    let (pictures, files) = config::pictures(config.pictures.as_ref(), config)?;
    if files.is_empty() {
        return Ok(pictures);
    }
    Ok(Some(intake::put_pictures(engine, &files).await?))
}

/// An operator always has the token, even where only this machine reaches the server: a proxy on it may let everybody in, and
/// shows no sign of it. Who owns the files of the server can read the token there.
fn operators(token_file: &Path) -> Result<Operators, WrongCommand> {
    let file = token_file.display();
    let (token, place) = match config::operator_token() {
        Some(token) => (token, "$BRAINWROUGHT_OPERATOR_TOKEN".to_owned()),
        None => match operator_token::read_or_make(token_file) {
            Ok(token) => (token, file.to_string()),
            Err(error) => {
                tracing::warn!(%error, %file, "nobody can list all jobs, because the operators' token could not be kept");
                return Ok(Operators::Nobody);
            }
        },
    };
    let token = OperatorToken::new(&token).map_err(|error| WrongCommand(format!("{place}: {error}")))?;
    Ok(Operators::Bearer(token))
}

/// Whom clients may have called, signed by the secret of the environment, else by one that is made once and kept. Without
/// hosts to call, a server that cannot keep one does without.
fn webhooks(context: &Context, config: &Config, args: &ServeArgs) -> anyhow::Result<Option<Webhooks>> {
    let hosts = if args.callback_hosts.is_empty() { &config.callback_hosts } else { &args.callback_hosts };
    if !CALLS_BACK && !hosts.is_empty() {
        return Err(LeftOut { what: "calling the hosts of --callback-host", feature: "webhooks" }.into());
    }
    let secret = match config::webhook_secret() {
        Some(secret) => ServerSecret::new(&secret)
            .map_err(|error| WrongCommand(format!("$BRAINWROUGHT_WEBHOOK_SECRET: {error}")))?,
        None => {
            let path = context.credentials_folder().join("webhook.secret");
            match ServerSecret::load_or_create(&path) {
                Ok(secret) => secret,
                Err(_) if hosts.is_empty() => return Ok(None),
                Err(error) => {
                    let shown = path.display();
                    let wrong = format!("{error} `{shown}`; set BRAINWROUGHT_WEBHOOK_SECRET");
                    return Err(WrongCommand(wrong).into());
                }
            }
        }
    };
    Ok(Some(Webhooks::new(secret, hosts.clone())))
}

/// A server that only its own machine reaches answers only to its own names.
fn settings(context: &Context, args: &ServeArgs) -> Result<HttpSettings, WrongCommand> {
    let mut settings = HttpSettings::new(context.inputs_folder(), context.outputs_folder());
    let is_private = args.bind.is_loopback() && args.proxies == 0;
    let is_named = is_private || !args.hosts.is_empty();
    settings.hosts = is_named.then(|| names(args.bind, &args.hosts));
    settings.frame_ancestors.clone_from(&args.frame_ancestors);
    settings.proxies = args.proxies;
    settings.keep = args.keep;
    settings.storage.folders = context.storage_folders();
    settings.fonts = Resources::find_fonts();
    if let Some(folder) = &args.examples {
        settings.examples = Example::read_all(folder).map_err(|error| {
            WrongCommand(format!("could not read the examples in `{}`: {error}", folder.display()))
        })?;
    }
    settings.limits.upload_bytes = (args.max_upload * 1_000_000).min(MAX_PDF_BYTES);
    settings.limits.video = args.max_video;
    settings.limits.active_jobs = usize::try_from(args.max_jobs).unwrap_or(usize::MAX);
    // Uploads are streamed to disk, so as many as may become jobs may be under way, within reason.
    settings.limits.uploads = settings.limits.active_jobs.clamp(8, 256);
    // All connections then come from the proxy, which has limits of its own.
    if args.proxies > 0 {
        settings.limits.connections_per_client = settings.limits.connections;
    }
    Ok(settings)
}

fn names(bind: IpAddr, more: &[String]) -> Vec<String> {
    let own = OWN_NAMES.iter().map(|name| (*name).to_owned());
    own.chain([bind.to_string()]).chain(more.iter().cloned()).collect()
}
