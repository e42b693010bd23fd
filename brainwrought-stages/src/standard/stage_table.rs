//! [`STAGES`]: the stages of the default pipeline, with what each is called and what it costs.

use brainwrought_core::id::StageName;
use brainwrought_core::stage::Stage as _;

use super::stage_cost::StageCosts;
use crate::assemble::Assemble;
use crate::audio::Narrate;
use crate::check::Check;
use crate::parse::ParsePdf;
use crate::publish::Publish;
use crate::render::Render;
use crate::script::WriteScript;
use crate::visuals::PrepareVisuals;

/// A stage of the default pipeline, as people are told of it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct StageInfo {
    /// Its name, as plans, stores and options have it.
    pub name: &'static str,
    /// What it does, in English, to stand after a job: `Reading the PDF`.
    pub label: &'static str,
    /// Whether its time follows its cost on any machine, so that the others can be told by it. Reading depends on the
    /// document, writing and speaking on models.
    pub(super) is_steady: bool,
    /// What all its tasks cost together; see [`StageCosts`].
    pub(super) cost: fn(&StageCosts) -> f64,
}

/// The stages of the default pipeline, in order.
pub const STAGES: [StageInfo; 8] = [
    StageInfo {
        name: ParsePdf::NAME,
        label: "Reading the PDF",
        is_steady: false,
        cost: |job| 0.2 + 0.2 * job.pdf_megabytes,
    },
    StageInfo {
        name: WriteScript::NAME,
        label: "Writing the script",
        is_steady: false,
        cost: |job| 0.7 + 0.015 * job.seconds + 1.3 * job.pdf_megabytes,
    },
    StageInfo { name: Narrate::NAME, label: "Speaking", is_steady: false, cost: |job| 0.006 * job.seconds },
    StageInfo {
        name: PrepareVisuals::NAME,
        label: "Drawing pictures",
        is_steady: true,
        cost: |job| job.seconds * (0.0115 + 0.0105 * job.megapixels),
    },
    StageInfo {
        name: Render::NAME,
        label: "Rendering",
        is_steady: true,
        // Segments that are drawn side by side slow each other down.
        cost: |job| match job.segments {
            1 => job.seconds * (0.03 + 0.092 * job.megapixels),
            _ => job.seconds * (0.045 + 0.168 * job.megapixels),
        },
    },
    StageInfo {
        name: Assemble::NAME,
        label: "Joining",
        is_steady: true,
        cost: |job| 0.25 + 0.035 * job.seconds,
    },
    StageInfo {
        name: Check::NAME,
        label: "Checking",
        is_steady: true,
        cost: |job| 0.1 + job.seconds * (0.007 + 0.018 * job.megapixels),
    },
    StageInfo { name: Publish::NAME, label: "Delivering", is_steady: false, cost: |_| 0.06 },
];

/// The names of the default stages, in order.
pub const STAGE_NAMES: [&str; STAGES.len()] = {
    let mut names = [""; STAGES.len()];
    let mut place = 0;
    while place < STAGES.len() {
        names[place] = STAGES[place].name;
        place += 1;
    }
    names
};

/// Says what a stage does, or names it where it is none of the default ones.
pub fn stage_label(name: &str) -> &str {
    stage(name).map_or(name, |stage| stage.label)
}

/// Finds a default stage.
pub(super) fn stage(name: &str) -> Option<&'static StageInfo> {
    const TABLE: &[StageInfo] = &STAGES;
    TABLE.iter().find(|stage| stage.name == name)
}

impl StageCosts {
    /// The cost of all tasks of a stage; 1 for a stage that is not of the default pipeline.
    pub(super) fn of_stage(&self, name: &StageName) -> f64 {
        stage(&name.0).map_or(1.0, |stage| (stage.cost)(self))
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::super::{MakeOptions, Resources, Stages, short};
    use super::*;

    #[test]
    fn the_table_has_the_stages_of_the_pipeline_in_its_order() {
        let resources = Resources::new(Path::new("missing"), PathBuf::from("outputs")).unwrap();
        let stages = Stages::new(&MakeOptions::default(), &resources);
        let pipeline = short(stages).unwrap();
        let planned: Vec<&str> = pipeline.plan().stages().iter().map(|stage| stage.name.0.as_str()).collect();
        assert_eq!(planned, STAGE_NAMES);
        assert_eq!((stage_label("render"), stage_label("mine")), ("Rendering", "mine"));
    }
}
