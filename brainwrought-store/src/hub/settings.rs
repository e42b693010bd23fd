//! [`HubSettings`]: the repository, the endpoint and the token.

use std::fmt;

use crate::secrets::Secrets;
use crate::{OpenError, StoreOptions};

/// The options that the Hub takes. The first two are those of the official tools.
pub(super) const OPTIONS: [&str; 3] = ["hf_endpoint", "hf_token", "hf_dataset_create"];

/// Where the Hub is, unless told otherwise.
const ENDPOINT: &str = "https://huggingface.co";

/// A repository and how to reach it.
#[derive(Debug, Clone)]
pub(super) struct HubSettings {
    /// The base of all addresses, without a slash at its end.
    pub(super) endpoint: String,
    pub(super) kind: RepoKind,
    pub(super) repo: RepoName,
    pub(super) token: Option<HubToken>,
    pub(super) create: Creation,
    /// How often a request is sent again.
    pub(super) retries: u32,
    /// What no message may repeat.
    pub(super) secrets: Secrets,
}

/// What a repository holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RepoKind {
    Dataset,
    /// A program with a page, built from a Dockerfile.
    Space,
}

/// The name of a repository, `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RepoName {
    pub(super) owner: String,
    pub(super) name: String,
}

/// What happens when the repository is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Creation {
    Never,
    Public,
    Private,
}

/// An access token. It is shown to nobody but the Hub.
#[derive(Clone)]
pub(super) struct HubToken(pub(super) String);

impl HubSettings {
    /// Reads the options `hf_endpoint`, `hf_token` and `hf_dataset_create` (`public` or `private`).
    pub(super) fn new(dataset: &str, options: &StoreOptions) -> Result<Self, OpenError> {
        let place = format!("hf://datasets/{dataset}");
        let create = match options.get("hf_dataset_create").unwrap_or_default() {
            "" => Creation::Never,
            "public" => Creation::Public,
            "private" => Creation::Private,
            other => {
                let wrong = format!("hf_dataset_create is `{other}`; it may be `public` or `private`");
                return Err(OpenError::wrong(&place, wrong));
            }
        };
        let endpoint = options.get("hf_endpoint").filter(|endpoint| !endpoint.is_empty());
        let endpoint = endpoint.unwrap_or(ENDPOINT).trim_end_matches('/').to_owned();
        url::Url::parse(&endpoint).map_err(|error| OpenError::wrong(&endpoint, error))?;
        let token = options.get("hf_token").map(str::trim).filter(|token| !token.is_empty());
        Ok(Self {
            endpoint,
            kind: RepoKind::Dataset,
            repo: RepoName::parse(dataset)
                .ok_or_else(|| OpenError::wrong(&place, "a dataset is named `owner/name`"))?,
            token: token.map(|token| HubToken(token.to_owned())),
            create,
            retries: options.retries(),
            secrets: options.secrets(),
        })
    }

    /// Reads the same options for a Space, which is created when it is not there, private unless told otherwise.
    pub(super) fn space(space: &str, is_public: bool, options: &StoreOptions) -> Result<Self, OpenError> {
        let wrong = || OpenError::wrong(space, "a Space is named `owner/name`");
        let repo = RepoName::parse(space).ok_or_else(wrong)?;
        let create = if is_public { Creation::Public } else { Creation::Private };
        Ok(Self { kind: RepoKind::Space, repo, create, ..Self::new(space, options)? })
    }
}

impl RepoKind {
    /// The name of the kind in addresses.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Dataset => "datasets",
            Self::Space => "spaces",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Dataset => "dataset",
            Self::Space => "Space",
        }
    }
}

impl HubSettings {
    /// The repository, for people.
    pub(super) fn place(&self) -> String {
        format!("{} {}", self.kind.noun(), self.repo)
    }
}

impl RepoName {
    /// The Hub allows letters, digits, `-`, `_` and `.`; anything else might lead to another address.
    fn parse(text: &str) -> Option<Self> {
        let (owner, name) = text.split_once('/')?;
        let fits = |part: &str| {
            part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                && part.chars().any(|c| c.is_ascii_alphanumeric())
        };
        (fits(owner) && fits(name)).then(|| Self { owner: owner.to_owned(), name: name.to_owned() })
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl fmt::Debug for HubToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn names_cannot_lead_astray() {
        for wrong in ["", "owner", "/", "owner/", "../x", "owner/..", "a/b/c", "a/b?c", "a b/c"] {
            assert_eq!(RepoName::parse(wrong), None, "{wrong}");
        }
        assert!(RepoName::parse("open-house/brain_rot.v1").is_some());
    }

    #[test]
    fn the_token_is_not_shown() {
        let options =
            StoreOptions::default().with("HF_TOKEN", "hf_hush\n").with("HF_ENDPOINT", "http://here/");
        let settings = HubSettings::new("a/b", &options).unwrap();
        assert!(!format!("{settings:?}").contains("hush"));
        assert_eq!(settings.endpoint, "http://here");
        assert_eq!(settings.token.unwrap().0, "hf_hush");
    }

    #[test]
    fn wrong_options_are_refused() {
        let with = |name, value| HubSettings::new("a/b", &StoreOptions::default().with(name, value));
        assert!(with("hf_dataset_create", "perhaps").is_err());
        assert!(with("hf_endpoint", "not a url").is_err());
    }
}
