//! Spaces: deployed once, deployed again, and as the official Python client sees them.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::official_client::run_official;
use super::options;
use super::server::{Fault, READ_TOKEN, TestHub};
use crate::{HubError, HubSpace, SpaceRun, StoreOptions};

const SPACE: &str = "brain/wrought";

fn files(readme: &str) -> BTreeMap<String, Bytes> {
    let font = Bytes::from(vec![7; 300_000]);
    let files = [
        ("README.md", Bytes::from(readme.to_owned())),
        ("Dockerfile", "FROM x".into()),
        ("a/font.ttf", font),
    ];
    files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes)).collect()
}

fn run() -> SpaceRun {
    let map = |key: &str, value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    SpaceRun {
        hardware: Some("cpu-upgrade".to_owned()),
        sleep_seconds: Some(900),
        variables: map("HF_DATASET_REPO", "brain/rot"),
        secrets: map("HF_TOKEN", "hf_hush"),
    }
}

const CARD: &str = "---\nsdk: docker\napp_port: 7860\n---\n";

#[tokio::test]
async fn a_space_is_deployed_once_however_often_it_is_asked_for() {
    let hub = TestHub::start().await;
    let space = HubSpace::new(SPACE, false, &options(&hub)).unwrap();
    let first = space.deploy(files(CARD), &run()).await.unwrap();
    assert_eq!(first.url, format!("{}/spaces/{SPACE}", hub.endpoint));
    let all = ["variable HF_DATASET_REPO", "secret HF_TOKEN", "hardware cpu-upgrade", "sleep after 900 s"];
    assert_eq!(first.changed, all);
    let again = space.deploy(files(CARD), &run()).await.unwrap();
    assert_eq!((again.commit, again.changed), (first.commit.clone(), vec!["secret HF_TOKEN".to_owned()]));
    assert_eq!((hub.commits(SPACE), hub.requests("/hardware"), hub.requests("/sleeptime")), (1, 1, 1));
    assert!(!format!("{:?}", run()).contains("hush"));

    // Another version: a file goes, a file changes, all in one commit, though its reply is lost.
    let mut other = files("---\nsdk: docker\n---\n");
    other.remove("a/font.ttf");
    hub.fail("POST /api/spaces/brain/wrought/commit", Fault::LoseReply);
    let second = space.deploy(other, &SpaceRun::default()).await.unwrap();
    assert_ne!(second.commit, first.commit);
    assert_eq!(hub.commits(SPACE), 2);
    assert_eq!(hub.paths(SPACE), ["Dockerfile", "README.md"]);
}

#[tokio::test]
async fn who_may_not_deploy_is_told_so() {
    let hub = TestHub::start().await;
    let deploy = async |options: StoreOptions| {
        let space = HubSpace::new(SPACE, true, &options).unwrap();
        space.deploy(files(CARD), &SpaceRun::default()).await.unwrap_err()
    };
    let error = deploy(options(&hub).with("HF_TOKEN", "")).await;
    assert!(
        matches!(error, HubError::MissingToken { .. }) && error.to_string().contains("Space brain/wrought")
    );
    assert!(matches!(
        deploy(options(&hub).with("HF_TOKEN", READ_TOKEN)).await,
        HubError::ReadOnlyToken { .. }
    ));
    for wrong in ["", "owner", "../a", "a/b/c"] {
        assert!(HubSpace::new(wrong, true, &options(&hub)).is_err(), "{wrong}");
    }
}

const SCRIPT: &str = r"
import sys
from huggingface_hub import HfApi, hf_hub_download
endpoint, cache = sys.argv[1:]
api, repo = HfApi(endpoint=endpoint, token='hf_write'), 'brain/wrought'
assert api.space_info(repo).id == repo
listed = sorted(api.list_repo_files(repo, repo_type='space'))
assert listed == ['Dockerfile', 'README.md', 'a/font.ttf'], listed
card = hf_hub_download(repo, 'README.md', repo_type='space', endpoint=endpoint, token='hf_write', cache_dir=cache)
from huggingface_hub import RepoCard
data = RepoCard.load(card).data.to_dict()
assert data['sdk'] == 'docker' and data['app_port'] == 7860, data
runtime = api.get_space_runtime(repo)
assert runtime.requested_hardware == 'cpu-upgrade' and runtime.sleep_time == 900, runtime
assert api.get_space_variables(repo)['HF_DATASET_REPO'].value == 'brain/rot'
assert list(api.get_space_secrets(repo)) == ['HF_TOKEN']

# What it sends itself is what ours sends: this Hub takes both.
api.create_repo('brain/theirs', repo_type='space', space_sdk='docker')
api.request_space_hardware('brain/theirs', 'cpu-upgrade')
assert api.set_space_sleep_time('brain/theirs', 300).sleep_time == 300
assert api.add_space_variable('brain/theirs', 'a', 'b')['a'].value == 'b'
api.add_space_secret('brain/theirs', 'c', 'd')
print('all is well')
";

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_sees_the_space_as_it_should_be() {
    let hub = TestHub::start().await;
    HubSpace::new(SPACE, false, &options(&hub)).unwrap().deploy(files(CARD), &run()).await.unwrap();
    run_official(&hub, SCRIPT).await;
}
