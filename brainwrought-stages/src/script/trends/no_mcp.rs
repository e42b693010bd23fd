//! Opening an MCP server where the feature `providers` is off: whoever wants one is told so.

use std::sync::Arc;

use super::program::Program;
use super::source::{TrendError, TrendSource};
use crate::MissingFeature;
use crate::provider::{Address, ProviderSettings, Secret};

pub(super) fn server(
    name: &str,
    _address: &Address,
    _tool: Option<String>,
    _settings: &ProviderSettings,
) -> Result<Arc<dyn TrendSource>, TrendError> {
    Err(missing(name))
}

pub(super) fn program(
    name: &str,
    _program: Program,
    _tool: Option<String>,
    _variables: Vec<(String, Secret)>,
) -> Result<Arc<dyn TrendSource>, TrendError> {
    Err(missing(name))
}

fn missing(name: &str) -> TrendError {
    MissingFeature { what: format!("asking {name} for trends"), feature: "providers" }.into()
}
