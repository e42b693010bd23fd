//! The official Python client, against the Hub of these tests: what it accepts is close enough to the real one.

use super::server::TestHub;
use super::{DATASET, client, options, put};
use brainwrought_testing::python;

const SCRIPT: &str = r"
import sys
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError

endpoint, cache = sys.argv[1:]
api, repo = HfApi(endpoint=endpoint, token='hf_write'), 'brain/rot'
kind = dict(repo_id=repo, repo_type='dataset')
api.create_repo(exist_ok=True, **kind)

def fetched(path):
    got = hf_hub_download(repo, path, repo_type='dataset', endpoint=endpoint, token='hf_write', cache_dir=cache)
    return open(got, 'rb').read()

# What our client published.
assert fetched('videos/1/video.mp4') == bytes(5_000_000)
assert fetched('videos/1/captions.srt') == b'ours'
before = api.dataset_info(repo).sha

# What it publishes itself: text, small and large binaries, in one commit.
large = bytes(range(256)) * 20_000
files = {'theirs/text.txt': b'theirs', 'theirs/small.bin': bytes(2000), 'theirs/large.bin': large, 'theirs/gone.txt': b'x'}
adds = [CommitOperationAdd(path, content) for path, content in files.items()]
made = api.create_commit(operations=adds, commit_message='theirs', parent_commit=before, **kind)
assert api.dataset_info(repo).sha == made.oid != before
for path, content in files.items():
    assert fetched(path) == content, path

# The parent of a commit must be the head.
try:
    late = [CommitOperationAdd('theirs/late.txt', b'late')]
    api.create_commit(operations=late, commit_message='late', parent_commit=before, **kind)
    raise SystemExit('a stale parent was accepted')
except HfHubHTTPError as error:
    assert error.response.status_code == 412, error

# The same again is no commit.
again = [CommitOperationAdd('theirs/large.bin', large)]
api.create_commit(operations=[CommitOperationDelete('theirs/gone.txt')], commit_message='delete', **kind)
listed = {f.path: f for f in api.list_repo_tree(repo, 'theirs', repo_type='dataset', recursive=True, expand=True)}
assert sorted(listed) == ['theirs/large.bin', 'theirs/small.bin', 'theirs/text.txt'], listed
assert listed['theirs/large.bin'].lfs.size == len(large)
assert api.get_paths_info(repo, ['theirs/text.txt'], repo_type='dataset')[0].size == 6

try:
    HfApi(endpoint=endpoint, token='hf_write').dataset_info('brain/none')
    raise SystemExit('there is no such dataset')
except RepositoryNotFoundError:
    pass
print('all is well')
";

/// Runs a script with the official client, which gets the address of the Hub and a folder of its own. It must say that all
/// is well.
pub(super) async fn run_official(hub: &TestHub, script: &str) {
    let scratch = tempfile::tempdir().unwrap();
    let mut command = python();
    command.args(["-c", script, &hub.endpoint]).arg(scratch.path());
    command
        .env("HF_HUB_DISABLE_XET", "1")
        .env("HF_HOME", scratch.path())
        .env("HF_HUB_DISABLE_PROGRESS_BARS", "1");
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("all is well"), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_official_client_accepts_this_hub_and_our_files() {
    let hub = TestHub::with_dataset(DATASET).await;
    let ours = [put("videos/1/video.mp4", vec![0; 5_000_000]), put("videos/1/captions.srt", "ours")];
    client(&options(&hub)).commit("ours", &ours).await.unwrap();
    run_official(&hub, SCRIPT).await;

    // And the other way: our client reads what the official one wrote.
    let large = client(&options(&hub)).fetch("theirs/large.bin", None).await.unwrap();
    assert_eq!(large.len(), 256 * 20_000);
}
