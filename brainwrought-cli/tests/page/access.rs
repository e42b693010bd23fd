//! The page without a mouse, without scripts, and with axe's eyes.

use std::path::Path;

use crate::axe::assert_accessible;
use crate::browser::Browser;
use crate::server::{Server, paper};

#[test]
fn a_keyboard_is_enough_to_submit_and_to_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let mut browser = Browser::start();
    browser.open(&server.url);
    go_to(&mut browser, "#tab-submit");
    browser.press("ArrowRight");
    assert_eq!(browser.eval("document.querySelector('#retrieve').hidden"), false, "arrows change the tab");
    browser.press("ArrowRight");
    go_to(&mut browser, "#pdf");
    browser.choose("#pdf", &paper());
    go_to(&mut browser, "#start");
    browser.press("Enter");
    browser.wait("document.querySelector('[data-job]') !== null && document.readyState === 'complete'");
    // A video of the usual size takes long enough to be looked at.
    browser.wait_for(".meta .pill", "running");
    assert_accessible(&mut browser, "a running job");
    go_to(&mut browser, "form[action$='/cancel'] button");
    browser.press("Enter");
    browser.wait_for(".meta .pill", "cancelled");
    browser.wait_for("form[action$='/retry'] button", "Continue");
    go_to(&mut browser, ".confirm summary");
    browser.press("Enter");
    go_to(&mut browser, "form[action$='/delete'] button");
    browser.press("Enter");
    browser.wait_for(".note", "deleted");
}

/// Presses Tab until an element has the focus; each one on the way must show that it has it.
fn go_to(browser: &mut Browser, selector: &str) {
    for _ in 0..60 {
        browser.press("Tab");
        let seen = browser.eval(&format!(
            "(() => {{ const at = document.activeElement;
                if (at === document.body) return [false, true, 'body'];
                const near = [at, at.nextElementSibling, at.parentElement].filter(Boolean).map((e) => getComputedStyle(e));
                const marked = near.some((style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
                return [at.matches({selector:?}), marked || at.tagName === 'VIDEO', at.outerHTML.slice(0, 120)]; }})()"
        ));
        assert_eq!(seen[1], true, "nobody sees that this has the focus: {}", seen[2]);
        if seen[0] == true {
            return;
        }
    }
    panic!("Tab never comes to {selector}");
}

#[test]
fn without_scripts_a_pdf_is_submitted_and_retrieved() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &["--no-workers"]);
    let mut browser = Browser::start();
    browser.forbid_scripts();
    browser.open(&server.url);
    assert_eq!(browser.eval("document.documentElement.className"), "", "no script of the page runs");
    browser.choose("#pdf", &paper());
    browser.hurry();
    browser.click("#start");
    let id = browser.text("#the-id");
    assert_eq!(browser.eval("document.querySelector('noscript meta[http-equiv=refresh]') !== null"), true);
    browser.open(&server.url);
    browser.click("#tab-retrieve");
    browser.wait("document.querySelector('#retrieve')?.hidden === false");
    browser.eval(&format!("document.querySelector('#job_id').value = '{id}'"));
    browser.click(".finder button");
    browser.wait_for("#the-id", &id);
    // A link works as well; it leads to the page of the job.
    browser.open(&format!("{0}/?job_id={0}%2Fjobs%2F{id}%2Freport.json", server.url));
    browser.wait_for("#the-id", &id);
    browser.open(&format!("{}/jobs/{id}/variants", server.url));
    browser.wait("document.querySelector('.more') !== null");
    browser.open(&format!("{}/?job_id={id}", server.url));
    browser.click("form[action$='/cancel'] button");
    browser.wait_for(".meta .pill", "cancelled");
}

#[test]
fn axe_finds_nothing_serious_where_nothing_runs() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let mut browser = Browser::start();
    browser.open(&server.url);
    browser.eval("document.querySelector('.more').open = true");
    assert_accessible(&mut browser, "the start page");
    browser.open(&format!("{}/?job_id=0123456789abcdef0123456789abcdef", server.url));
    browser.wait_for("[role=alert]", "There is no job");
    assert_accessible(&mut browser, "a job that is not found");
    for (path, words) in [("/nowhere", "Not found"), ("/v/0123456789abcdef0123456789abcdef", "Not found")] {
        browser.open(&format!("{}{path}", server.url));
        browser.wait_for("h1", words);
        assert_accessible(&mut browser, path);
    }

    let broken = folder.path().join("broken.pdf");
    std::fs::write(&broken, b"%PDF-1.7\nnothing that follows from that").unwrap();
    browser.open(&server.url);
    browser.choose("#pdf", Path::new(&broken));
    browser.click("#start");
    browser.wait_for(".meta .pill", "failed");
    browser.wait("document.querySelector('.panel [role=alert]') !== null");
    assert_accessible(&mut browser, "a failed job");
    browser.open(&format!("{}/api/docs", server.url));
    assert_accessible(&mut browser, "the description of the API");
    assert_eq!(browser.complaints, Vec::<String>::new());
}
