//! The commands that this build leaves out: each says so.

/// `space`, which needs the Hub.
#[cfg(not(feature = "cloud"))]
pub(super) mod space {
    use crate::args::SpaceArgs;
    use crate::config::Config;
    use crate::left_out::LeftOut;

    pub(crate) async fn run(_: &Config, _: SpaceArgs) -> anyhow::Result<()> {
        Err(LeftOut { what: "`brainwrought space`", feature: "cloud" }.into())
    }
}

/// `migrate`, which needs a database.
#[cfg(not(feature = "postgres"))]
pub(super) mod migrate {
    use crate::args::JsonArgs;
    use crate::config::Config;
    use crate::left_out::LeftOut;

    pub(crate) async fn run(_: &Config, _: &JsonArgs) -> anyhow::Result<()> {
        Err(LeftOut { what: "`brainwrought migrate`", feature: "postgres" }.into())
    }
}

/// `stage`, which needs a database.
#[cfg(not(feature = "postgres"))]
pub(super) mod stage {
    use crate::args::StageArgs;
    use crate::config::Config;
    use crate::left_out::LeftOut;

    pub(crate) async fn run(_: &Config, _: StageArgs) -> anyhow::Result<()> {
        Err(LeftOut { what: "`brainwrought stage`", feature: "postgres" }.into())
    }
}
