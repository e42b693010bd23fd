//! What the buttons of a script do that is edited before anything is rendered.

use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Form};
use brainwrought_core::job_store::JobView;

use super::job_panel::JobPanel;
use super::typed_script::{Pressed, TypedScript};
use super::{failed, go_to, show_panel};
use crate::ApiError;
use crate::app_state::AppState;
use crate::client_id::ClientId;
use crate::draft::{save, video_of};
use crate::links::Base;

/// Shown above the lines, which say why.
const NOT_MADE: &str =
    "No video was made yet. The lines that need a change are marked below; the script was saved.";

/// Saves the script, moves its lines, or makes its video.
pub(super) async fn edit_draft(
    State(state): State<Arc<AppState>>,
    Extension(client): Extension<ClientId>,
    base: Base,
    Path(job_id): Path<String>,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let edited = async {
        let view = state.job(&job_id).await?;
        let Form(form) = form.map_err(|error| ApiError::unreadable("body", error.status(), &error))?;
        let (typed, pressed) = TypedScript::read(form)?;
        act(&state, client, &base, &view, typed, pressed).await
    };
    match edited.await {
        Ok(response) => response,
        Err(error) => failed(&state, &base, Some(&job_id), error).await,
    }
}

async fn act(
    state: &Arc<AppState>,
    client: ClientId,
    base: &Base,
    view: &JobView,
    mut typed: TypedScript,
    pressed: Pressed,
) -> Result<Response, ApiError> {
    if !matches!(pressed, Pressed::Save | Pressed::MakeVideo) {
        let focus = typed.rearrange(pressed);
        let panel = JobPanel::gather(state, view, base).await?.with_typed(typed, focus);
        return Ok(show_panel(state, base, view, &panel, None).await);
    }
    let saved = match typed.draft() {
        Ok(draft) => save(state, view, draft).await,
        Err(error) => Err(error),
    };
    let view = match saved {
        Ok((view, _)) => view,
        // What was typed is not lost because of a line that cannot be saved.
        Err(error) => {
            let panel = JobPanel::gather(state, view, base).await?.with_typed(typed, None);
            return Ok(error.apply_to(show_panel(state, base, view, &panel, Some(&error)).await));
        }
    };
    if pressed == Pressed::Save {
        return Ok(go_to(&base.page(&view.job.job_id)));
    }
    match video_of(state, client, &view).await {
        Ok(created) => Ok(go_to(&base.page(&created.view.job.job_id))),
        Err(ApiError::EditRefused { verdict, .. }) => {
            let error = ApiError::EditRefused { message: NOT_MADE.to_owned(), verdict };
            let panel = JobPanel::gather(state, &view, base).await?;
            Ok(error.apply_to(show_panel(state, base, &view, &panel, Some(&error)).await))
        }
        Err(error) => Err(error),
    }
}
