//! [`HubSpace`]: a Space, a program with a page at the Hugging Face Hub, as it should be.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::HubClient;
use super::commit::{Change, HubFile};
use super::hub_error::HubError;
use super::settings::HubSettings;
use crate::{OpenError, StoreOptions};

/// Puts a program into a Space that the Hub builds from its `Dockerfile`.
#[derive(Debug, Clone)]
pub struct HubSpace {
    client: HubClient,
}

/// How a Space should run. What is not given stays as it is.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpaceRun {
    /// The name of the machine, such as `cpu-basic` or `cpu-upgrade`.
    pub hardware: Option<String>,
    /// The seconds without a visitor after which it goes to sleep; -1 for never. Only paid machines have a choice.
    pub sleep_seconds: Option<i64>,
    /// What everybody may see of its environment.
    pub variables: BTreeMap<String, String>,
    /// What nobody may see of its environment, not even who wrote it.
    pub secrets: BTreeMap<String, String>,
}

/// What a deployment changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpaceDeployment {
    /// Where the Space is.
    pub url: String,
    /// The commit with the files as they should be, which may be an earlier one.
    pub commit: String,
    /// What was changed beside the files, such as `hardware cpu-upgrade`. Values of secrets are not shown.
    pub changed: Vec<String>,
}

/// How a Space runs.
#[derive(Debug, Default, Deserialize)]
struct Runtime {
    #[serde(default)]
    hardware: Hardware,
    /// The seconds after which it goes to sleep.
    #[serde(default, rename = "gcTimeout")]
    sleep_seconds: Option<i64>,
}

/// The machine that it has, and the one that it is to get.
#[derive(Debug, Default, Deserialize)]
struct Hardware {
    current: Option<String>,
    requested: Option<String>,
}

/// A value of the environment.
#[derive(Debug, Deserialize)]
struct Variable {
    value: String,
}

impl HubSpace {
    /// Prepares for a Space, named `owner/name`. Nothing is sent yet.
    ///
    /// It takes the options `hf_token` and `hf_endpoint`. A Space that is not there is created at the first deployment,
    /// private unless `is_public`.
    ///
    /// # Errors
    ///
    /// Fails when the name or an option is wrong.
    pub fn new(space: &str, is_public: bool, options: &StoreOptions) -> Result<Self, OpenError> {
        Ok(Self { client: HubClient::new(HubSettings::space(space, is_public, options)?)? })
    }

    /// Makes the Space hold these files, by path, and run as it should.
    ///
    /// The environment comes first, so that the first start has it, and the machine last, so that nobody pays for one
    /// that builds. Files of the Space that are not among these are removed; those whose names begin with a dot are left
    /// to the Hub. It is guaranteed that deploying the same again makes no commit and changes neither variables nor
    /// machine. Secrets cannot be read back, so they are written each time.
    ///
    /// # Errors
    ///
    /// Fails when there is no token, it may not write, or the Hub refuses or cannot be reached.
    pub async fn deploy(
        &self,
        files: BTreeMap<String, Bytes>,
        run: &SpaceRun,
    ) -> Result<SpaceDeployment, HubError> {
        let client = &self.client;
        if client.settings().token.is_none() {
            return Err(HubError::MissingToken { dataset: client.dataset() });
        }
        // This creates the Space if need be.
        client.head().await?;
        let mut changed = self.set_environment(run).await?;
        let stale = self.stale(&files).await?;
        let put = files.into_iter().map(|(path, bytes)| Change::Put(HubFile::new(path, bytes)));
        let changes: Vec<Change> = put.chain(stale.into_iter().map(Change::Delete)).collect();
        let made = client.commit("Deploy Brainwrought", &changes).await?;
        changed.extend(self.set_machine(run).await?);
        Ok(SpaceDeployment { url: client.page_url(), commit: made.commit, changed })
    }

    /// The files that the Space should no longer hold.
    async fn stale(&self, files: &BTreeMap<String, Bytes>) -> Result<BTreeSet<String>, HubError> {
        let (mut stale, mut next) = (BTreeSet::new(), Some(self.client.first_page("")));
        while let Some(url) = next {
            let (entries, after) = self.client.page(url).await?;
            next = after;
            let is_stale = |path: &String| !path.starts_with('.') && !files.contains_key(path);
            let paths = entries.into_iter().filter(|entry| entry.kind == "file").map(|entry| entry.path);
            stale.extend(paths.filter(is_stale));
        }
        Ok(stale)
    }

    async fn set_environment(&self, run: &SpaceRun) -> Result<Vec<String>, HubError> {
        let mut changed = Vec::new();
        if !run.variables.is_empty() {
            let request = self.client.request(Method::GET, self.client.api(&["variables"], ""));
            let known: BTreeMap<String, Variable> = self.client.json(request).await?;
            for (key, value) in &run.variables {
                if known.get(key).is_none_or(|variable| variable.value != *value) {
                    self.post("variables", &json!({ "key": key, "value": value })).await?;
                    changed.push(format!("variable {key}"));
                }
            }
        }
        for (key, value) in &run.secrets {
            self.post("secrets", &json!({ "key": key, "value": value })).await?;
            changed.push(format!("secret {key}"));
        }
        Ok(changed)
    }

    async fn set_machine(&self, run: &SpaceRun) -> Result<Vec<String>, HubError> {
        let mut changed = Vec::new();
        if run.hardware.is_none() && run.sleep_seconds.is_none() {
            return Ok(changed);
        }
        let request = self.client.request(Method::GET, self.client.api(&["runtime"], ""));
        let runtime: Runtime = self.client.json(request).await?;
        // A Space that was never built has a machine only on paper.
        let has = runtime.hardware.requested.or(runtime.hardware.current);
        if let Some(hardware) = run.hardware.as_ref().filter(|hardware| has.as_ref() != Some(*hardware)) {
            self.post("hardware", &json!({ "flavor": hardware })).await?;
            changed.push(format!("hardware {hardware}"));
        }
        if let Some(seconds) = run.sleep_seconds.filter(|seconds| runtime.sleep_seconds != Some(*seconds)) {
            self.post("sleeptime", &json!({ "seconds": seconds })).await?;
            changed.push(format!("sleep after {seconds} s"));
        }
        Ok(changed)
    }

    async fn post(&self, what: &str, body: &Value) -> Result<(), HubError> {
        let request = self.client.request(Method::POST, self.client.api(&[what], "")).json(body);
        self.client.send(request).await.map(drop)
    }
}

impl std::fmt::Debug for SpaceRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SpaceRun")
            .field("hardware", &self.hardware)
            .field("sleep_seconds", &self.sleep_seconds)
            .field("variables", &self.variables)
            .field("secrets", &self.secrets.keys())
            .finish()
    }
}
