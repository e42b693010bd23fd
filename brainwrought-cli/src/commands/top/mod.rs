//! `top`: a live view of the fleet.

mod fleet_view;
mod screen;

use std::io::IsTerminal as _;
use std::time::Duration;

use brainwrought_core::clock::wall_time;
use brainwrought_core::job::JobStatus;
use brainwrought_core::job_store::{JobFilter, JobStore, JobStoreError};
use serde_json::json;

use self::fleet_view::FleetView;
use self::screen::Screen;
use crate::args::TopArgs;
use crate::config::Config;
use crate::context::Context;
use crate::output;

/// How many jobs are looked at; those that are not final come first.
const JOBS: usize = 200;

/// Looks at the fleet again and again, until `q` is pressed or the command is stopped.
pub(crate) async fn run(config: &Config, args: TopArgs) -> anyhow::Result<()> {
    let context = Context::open(config)?;
    let every = Duration::from_secs_f64(args.every);
    let store = brainwrought_store::without_password(&config.jobs);
    if args.once || args.json || !std::io::stdout().is_terminal() {
        let shutdown = crate::signals::shutdown()?;
        loop {
            let view = look(context.jobs.as_ref(), &store).await?;
            if args.json {
                output::json(&json!(view));
            } else {
                output::line(view.page());
            }
            if crate::output::is_closed() {
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(every), if !args.once => {}
                () = shutdown.cancelled() => return Ok(()),
                () = std::future::ready(()), if args.once => return Ok(()),
            }
        }
    }
    let mut screen = Screen::open()?;
    loop {
        // A store that is away for a while is no reason to end; the screen says so.
        let view = look(context.jobs.as_ref(), &store).await;
        screen.draw(&view)?;
        let (back, ends) = tokio::task::spawn_blocking(move || {
            let ends = screen.wait(every);
            (screen, ends)
        })
        .await?;
        screen = back;
        if ends? {
            return Ok(());
        }
    }
}

async fn look(jobs: &dyn JobStore, store: &str) -> Result<FleetView, JobStoreError> {
    let backlog = jobs.backlog().await?;
    let statuses = [JobStatus::Pending, JobStatus::Running, JobStatus::Interrupted];
    let active = jobs.list(&JobFilter::default().with_statuses(statuses).with_limit(JOBS)).await?;
    let newest = jobs.list(&JobFilter::default().with_limit(JOBS / 4)).await?;
    Ok(FleetView::new(store, wall_time(), backlog, &active, &newest))
}
