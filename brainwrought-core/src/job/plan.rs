//! [`Plan`]: which stages a job has and what each waits for, without their code.

use serde::{Deserialize, Serialize};

use crate::id::StageName;

/// The stages of a pipeline in topological order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan {
    stages: Vec<StagePlan>,
}

/// One stage of a [`Plan`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagePlan {
    /// The stage.
    pub name: StageName,
    /// The stages whose output it takes; all stand earlier in the plan.
    pub needs: Vec<StageName>,
    /// The stage over whose items it fans out: it then has one task an item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fan: Option<StageName>,
}

/// A list of stages is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Two stages have one name.
    #[error("the pipeline has two stages named `{0}`; give one of them another name")]
    Duplicate(StageName),
    /// A stage needs what does not come before it.
    #[error("stage `{stage}` needs `{need}`, which does not come before it")]
    Unknown {
        /// The stage.
        stage: StageName,
        /// What it needs.
        need: StageName,
    },
    /// A stage takes a value out of another fan-out than its own.
    #[error("stage `{stage}` takes `{need}` out of another `each` than its own; gather it first")]
    CrossedFans {
        /// The stage.
        stage: StageName,
        /// What it needs.
        need: StageName,
    },
    /// Something is fanned out over that no stage has made as it is.
    #[error(
        "only what a stage makes can be fanned out over; let a stage take the input or the gathered list first"
    )]
    NoFan,
    /// There is nothing to do.
    #[error("the pipeline has no stage")]
    Empty,
}

impl Plan {
    /// Checks the order, the names and the fan-outs.
    ///
    /// # Errors
    ///
    /// Fails when the stages do not form a topological order with unique names.
    pub fn new(stages: Vec<StagePlan>) -> Result<Self, PlanError> {
        if stages.is_empty() {
            return Err(PlanError::Empty);
        }
        for (place, stage) in stages.iter().enumerate() {
            let earlier = &stages[..place];
            if earlier.iter().any(|other| other.name == stage.name) {
                return Err(PlanError::Duplicate(stage.name.clone()));
            }
            for need in stage.needs.iter().chain(&stage.fan) {
                let Some(found) = earlier.iter().find(|other| other.name == *need) else {
                    return Err(PlanError::Unknown { stage: stage.name.clone(), need: need.clone() });
                };
                if stage.fan.is_some() && found.fan.is_some() && found.fan != stage.fan {
                    return Err(PlanError::CrossedFans { stage: stage.name.clone(), need: need.clone() });
                }
            }
        }
        Ok(Self { stages })
    }

    /// The stages, in topological order.
    pub fn stages(&self) -> &[StagePlan] {
        &self.stages
    }

    /// Finds a stage.
    pub fn stage(&self, name: &StageName) -> Option<&StagePlan> {
        self.stages.iter().find(|stage| stage.name == *name)
    }

    /// Lists a stage and everything after it that depends on it, in topological order.
    pub fn downstream(&self, name: &StageName) -> Vec<&StagePlan> {
        let mut found: Vec<&StagePlan> = Vec::new();
        for stage in &self.stages {
            let depends =
                stage.needs.iter().chain(&stage.fan).any(|need| found.iter().any(|f| f.name == *need));
            if stage.name == *name || depends {
                found.push(stage);
            }
        }
        found
    }

    /// Lists the stages that fan out over the items of `name`.
    pub fn fanned_over<'a>(&'a self, name: &'a StageName) -> impl Iterator<Item = &'a StagePlan> {
        self.stages.iter().filter(move |stage| stage.fan.as_ref() == Some(name))
    }
}
