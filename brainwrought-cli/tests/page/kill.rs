//! A server that is killed half-way, under the eyes of a page that was left open.

use crate::browser::Browser;
use crate::server::{Server, paper};

#[test]
fn a_page_left_open_sees_a_killed_server_come_back_and_the_video_done() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let url = server.url.clone();
    let mut browser = Browser::start();
    browser.open(&url);
    browser.choose("#pdf", &paper());
    browser.hurry();
    browser.click("#start");
    let id = browser.text("#the-id");
    // Something is done and something is under way.
    browser.wait("document.querySelector('#stages [data-status=DONE]') && document.querySelector('#stages [data-status=RUNNING]') !== null");
    server.kill();
    browser.wait_for("#left", "connection was lost");

    // A front works on nothing, so that what the dead server held stays as it is once its lease has run out.
    let front = Server::again(&url, folder.path(), &["--no-workers"]);
    browser.wait_for(".meta .pill", "interrupted");
    browser.wait_for("#doing", "will continue");
    front.terminate();
    let _server = Server::again(&url, folder.path(), &[]);
    browser.wait_for(".meta .pill", "completed");
    browser.wait("document.querySelector('.phone video')?.duration > 14");
    assert_eq!(browser.text("#the-id"), id);
    let reused = browser.eval(&format!(
        "fetch('{url}/api/jobs/{id}').then((r) => r.json()).then((job) => job.stages[0].attempt)"
    ));
    assert_eq!(reused, 1, "what was done was not done again");
    assert_eq!(browser.complaints, Vec::<String>::new());
}
