//! `doctor`: what is present, what is missing, and the command that fixes it.

use brainwrought_core::report::chain;
use brainwrought_stages::standard::{Finding, examine, examine_local_models, examine_providers};
use serde_json::json;

use crate::args::JsonArgs;
use crate::config::{self, Config};
use crate::context::Context;
use crate::exit::{Ended, JOB_FAILED};
use crate::{local_model, output};

/// Examines this machine; fails when something that a default video needs is missing.
pub(crate) async fn run(config: &Config, args: &JsonArgs) -> anyhow::Result<()> {
    let mut findings = examine(&config.resources);
    if config.resources_unknown {
        findings
            .insert(0, Finding::missing("data folder", config::RESOURCES_UNKNOWN, config::NAME_RESOURCES));
    }
    findings.extend(examine_providers(&config.providers));
    let memory = local_model::memory_bytes();
    findings.push(examine_local_models(&config.providers, &config.llm_servers, memory).await);
    for (name, url, reached) in [
        ("job store", &config.jobs, Context::reach_jobs(config).await),
        ("artifact store", &config.artifacts, Context::reach_artifacts(config).await),
    ] {
        findings.push(match reached {
            Ok(()) => Finding::present(name, brainwrought_store::without_password(url)),
            Err(error) => Finding::missing(name, chain(error.as_ref()), "choose another with --store"),
        });
    }
    if args.json {
        output::json(&json!(findings));
    } else {
        for finding in &findings {
            let mark = if finding.present {
                "ok     "
            } else if finding.required {
                "MISSING"
            } else {
                "absent "
            };
            output::line(format!("{mark}  {:<16} {}", finding.name, finding.detail));
            if let Some(remedy) = finding.remedy.as_ref().filter(|_| !finding.present) {
                output::line(format!("{:>26} {remedy}", "→"));
            }
        }
    }
    let is_ready = findings.iter().all(|finding| finding.present || !finding.required);
    if is_ready { Ok(()) } else { Err(Ended(JOB_FAILED).into()) }
}
