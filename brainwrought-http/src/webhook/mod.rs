//! Webhooks: a URL that a client gives with its PDF is called once the job has ended.
//!
//! Only places that the operator allows are called, by the addresses that were checked. What is known of a delivery is in
//! the job itself, so it goes on after a restart, at any server of a fleet.

mod callback_host;
#[cfg_attr(not(feature = "webhooks"), path = "no_delivery.rs")]
mod delivery;
mod destination;
#[cfg_attr(not(feature = "webhooks"), expect(dead_code, reason = "only a delivery writes one"))]
mod message;
mod webhooks;

use brainwrought_core::id::JobId;
use brainwrought_core::job::Callback;
use brainwrought_core::job_store::Created;
use url::Url;

pub use callback_host::{CallbackHost, NotACallbackHost};
pub use delivery::deliver_webhooks;
pub(crate) use message::Message;
pub use webhooks::Webhooks;

use self::destination::{NoDestination, resolve};
use crate::app_state::AppState;
use crate::links::Base;
use crate::{ApiError, HttpSettings};

/// The longest URL that is called, in characters.
const MAX_URL: usize = 2048;

/// Checks the callback that a client asks for. Links in its message begin with `base`.
///
/// # Errors
///
/// Fails when the operator does not allow it, or it leads inside. A name that does not resolve just now may later.
pub(crate) async fn admit(settings: &HttpSettings, url: &str, base: &Base) -> Result<Callback, ApiError> {
    let refused = |why: &str| ApiError::CallbackRefused(why.to_owned());
    let Some(webhooks) =
        settings.webhooks.as_ref().filter(|webhooks| delivery::IS_BUILT && !webhooks.hosts.is_empty())
    else {
        return Err(refused("this server makes no callbacks; its operator can allow hosts"));
    };
    let url = (url.len() <= MAX_URL).then(|| Url::parse(url).ok()).flatten();
    let url = url.ok_or_else(|| refused("it is no URL of at most 2048 characters"))?;
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(refused("it holds a user, a password or a fragment; put a token into its path or query"));
    }
    if !webhooks.admits(&url) {
        return Err(refused("the operator of this server does not allow its scheme, host and port"));
    }
    if let Err(error @ NoDestination::Inside) = resolve(&url).await {
        return Err(refused(&error.to_string()));
    }
    if !base.0.contains("://") {
        return Err(refused("the request names no host, so the message would have no links"));
    }
    Ok(Callback::new(url.into(), base.0.clone()))
}

/// Notes a callback with the job that it was asked for.
///
/// # Errors
///
/// Fails when the job is an earlier one that was given another callback, or the store cannot be reached.
pub(crate) async fn attach(
    state: &AppState,
    created: &Created,
    callback: Option<Callback>,
) -> Result<(), ApiError> {
    let job = &created.view.job;
    match (&job.callback, callback) {
        (None, None) => return Ok(()),
        (Some(known), Some(wanted)) if known.url == wanted.url => {}
        // An earlier request may have got no further than the job.
        (None, Some(wanted)) => {
            let is_first =
                state.engine.jobs().replace_callback(&job.job_id, None, Some(wanted.clone())).await?;
            if !is_first {
                let known = state.engine.jobs().get(&job.job_id).await?.job.callback;
                if known.is_none_or(|known| known.url != wanted.url) {
                    return Err(ApiError::KeyReused);
                }
            }
        }
        (Some(_), _) => return Err(ApiError::KeyReused),
    }
    follow(state, &job.job_id);
    Ok(())
}

/// Looks after a job's callback from now on, rather than at the next look at all jobs.
pub(crate) fn follow(state: &AppState, id: &JobId) {
    if let Some(webhooks) = &state.settings.webhooks {
        webhooks.follow(id);
    }
}
