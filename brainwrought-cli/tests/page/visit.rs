//! From an upload to the video, with the tab closed in between.

use std::path::Path;

use crate::axe::assert_accessible;
use crate::browser::Browser;
use crate::server::{Server, paper};

#[test]
fn a_student_submits_closes_the_tab_and_comes_back_to_the_video() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let (mut first, mut second) = (Browser::start(), Browser::start());
    first.open(&server.url);
    first.choose("#pdf", &paper());
    first.wait_for("#chosen", "queues.pdf");
    take_a_style(&mut first);
    first.hurry();
    first.click("#start");

    let id = first.text("#the-id");
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let link = format!("{}/?job_id={id}", server.url);
    assert_eq!(first.eval("location.href"), link.as_str(), "the address is the bookmark");
    assert_eq!(first.eval("document.querySelector('[data-copy-link]').href"), link.as_str());
    let permission = serde_json::json!({
        "origin": server.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
    });
    first.call("Browser.grantPermissions", permission);
    first.click("[data-copy='#the-id']:not([hidden])");
    first.wait_for("[data-copy='#the-id']", "Copied");
    assert_eq!(first.eval("navigator.clipboard.readText()"), id.as_str());
    first.call("Page.reload", serde_json::json!({}));
    first.wait("performance.getEntriesByType('navigation')[0].type === 'reload'");
    assert_eq!(first.text("#the-id"), id);
    drop(first);

    let permission = serde_json::json!({
        "origin": server.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
    });
    second.call("Browser.grantPermissions", permission);
    second.open(&link);
    assert_eq!(second.text("#the-id"), id);
    assert_eq!(second.eval("document.querySelector('#submit') === null"), true);
    watch(&mut second);
    look_at_the_video(&mut second, &link);
    assert_accessible(&mut second, "a finished job");
    let view = look_at_what_is_shared(&mut second, &id);
    look_at_another_version(&mut second, &link);
    find_it_again(&mut second, &server.url, &link);
    second.be_a_phone();
    for page in [&link, &server.url, &view, &format!("{}/nowhere", server.url)] {
        second.open(page);
        second.eval("for (const more of document.querySelectorAll('details')) more.open = true");
        let width = second.eval("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)");
        assert!(width.as_u64().unwrap() <= 390, "{page} is {width} wide on a phone");
    }
    show_as_an_example(&mut second, folder.path(), &id);
    let foreign: Vec<_> = second
        .requests
        .iter()
        .filter(|url| !["http://127.0.0.1:", "about:", "data:"].iter().any(|own| url.starts_with(own)))
        .collect();
    assert_eq!(foreign, Vec::<&String>::new(), "the page asks nobody else");
    assert!(second.requests.iter().any(|url| url.ends_with("/events")), "progress was followed live");
    assert_eq!(second.complaints, Vec::<String>::new());
}

/// A style fills in the form and leaves the file that was chosen; the address of a style does so without scripts.
fn take_a_style(browser: &mut Browser) {
    let chosen = "['background', 'captions', 'colours', 'memes', 'music', 'characters'].map(name => \
                  new FormData(document.querySelector('#upload')).getAll(name)[0]).join()";
    let before = browser.eval(chosen);
    browser.eval("document.querySelector('[href=\"?style=plain\"]').click()");
    assert_eq!(browser.eval(chosen), "calm,calm,midnight,0,none,owl");
    assert_eq!(browser.eval("document.querySelector('#pdf').files.length"), 1);
    browser.eval("document.querySelector('[href=\"?style=classic\"]').click()");
    assert_eq!(browser.eval(chosen), before, "what nobody chose is the first style");
}

/// Looks at the progress until the job is done: it must move, and say what is being done.
fn watch(browser: &mut Browser) {
    let (mut shares, mut doings) = (Vec::new(), Vec::new());
    while browser.text(".meta .pill") != "completed" {
        let now = browser.eval(
            "[document.querySelector('#bar')?.value ?? null, document.querySelector('#doing')?.textContent ?? null,
              document.querySelector('[data-pill=FAILED]') !== null]",
        );
        assert_eq!(now[2], false, "the job failed");
        for (seen, now) in [(&mut shares, &now[0]), (&mut doings, &now[1])] {
            if !now.is_null() && seen.last() != Some(now) {
                seen.push(now.clone());
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(30));
    }
    assert!(shares.len() >= 2, "the bar stood still: {shares:?}");
    assert!(shares.windows(2).all(|two| two[0].as_f64() <= two[1].as_f64()), "it went back: {shares:?}");
    let stages =
        ["Reading the PDF", "Writing the script", "Speaking", "Drawing", "Rendering", "Joining", "Checking"];
    let named = stages.iter().filter(|stage| {
        doings.iter().any(|doing| doing.as_str().is_some_and(|doing| doing.contains(**stage)))
    });
    assert!(named.count() >= 2, "{doings:?}");
}

/// The share link opens a page that plays the video and knows nothing of the job.
fn look_at_what_is_shared(browser: &mut Browser, id: &str) -> String {
    browser.click("#share");
    browser.wait_for("#share", "Copied");
    let view = browser.eval("navigator.clipboard.readText()").as_str().unwrap().to_owned();
    browser.open(&view);
    browser.wait("document.querySelector('.phone video')?.readyState >= 1");
    assert_eq!(browser.eval(&format!("document.documentElement.outerHTML.includes('{id}')")), false);
    assert_eq!(browser.eval("document.querySelectorAll('form').length"), 0, "nothing can be changed here");
    assert_accessible(browser, "a shared video");
    view
}

/// The options of another version are those of this one, and voices and backgrounds have samples.
fn look_at_another_version(browser: &mut Browser, link: &str) {
    browser.open(link);
    browser.click("a[href$='/variants']");
    browser.wait("document.querySelector('.variant form') !== null && document.readyState === 'complete'");
    assert_eq!(browser.eval("document.querySelector('#length').value"), "15");
    browser.eval("document.querySelector('.more').open = true");
    assert_accessible(browser, "the form of another version");
    browser.wait("document.querySelector('video[data-sample]').readyState >= 1");
    browser.eval("document.querySelector('[data-listen]').click()");
    browser.wait("document.querySelector('[data-listen]').textContent === 'Stop'");
}

/// The start page remembers what this browser has made, until it is told to forget.
fn find_it_again(browser: &mut Browser, url: &str, link: &str) {
    browser.open(url);
    assert_eq!(browser.eval("document.querySelector('#recent-list a').href"), link);
    assert_accessible(browser, "a start page with recent videos");
    browser.click("#forget-all");
    assert_eq!(browser.eval("document.querySelector('#recent').hidden"), true);
    browser.open(url);
    assert_eq!(browser.eval("document.querySelector('#recent').hidden"), true);
}

/// What is finished can be shown to others on the start page of another server.
fn show_as_an_example(browser: &mut Browser, folder: &Path, id: &str) {
    let gallery = folder.join("gallery");
    std::fs::create_dir(&gallery).unwrap();
    std::fs::rename(folder.join("data/outputs").join(id), gallery.join("queues")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let server = Server::start(elsewhere.path(), &["--no-workers", "--examples", gallery.to_str().unwrap()]);
    browser.open(&server.url);
    assert_eq!(browser.text(".gallery h3"), "Why Queues Explode");
    assert_accessible(browser, "a start page with a gallery");
    browser.eval(
        "(() => { const video = document.querySelector('.gallery video'); video.muted = true; return video.play(); })()",
    );
    browser.wait("document.querySelector('.gallery video').currentTime > 0.2");
}

/// The video has the length that the manifest says, plays, and has captions.
fn look_at_the_video(browser: &mut Browser, link: &str) {
    browser.open(link);
    browser.wait("document.querySelector('.phone video')?.readyState >= 1");
    let (base, id) = link.split_once("/?job_id=").unwrap();
    let manifest = browser.eval(&format!("fetch('{base}/jobs/{id}/manifest.json').then((r) => r.json())"));
    let expected = manifest["video"]["duration_ms"].as_f64().unwrap() / 1000.0;
    let shown = browser.eval("document.querySelector('.phone video').duration").as_f64().unwrap();
    assert!((shown - expected).abs() < 0.1, "the video has {shown} s, the manifest says {expected}");
    assert!((14.0..=16.1).contains(&shown), "{shown} s were made of 15");
    browser.eval(
        "(() => { const video = document.querySelector('.phone video'); video.muted = true;
                  video.textTracks[0].mode = 'showing'; return video.play(); })()",
    );
    browser.wait("document.querySelector('.phone video').currentTime > 0.5");
    let cues = browser.wait("document.querySelector('.phone video').textTracks[0].cues?.length");
    assert!(cues.as_u64().unwrap() > 8, "{cues} cues");
    browser.eval("document.querySelector('.phone video').pause()");
    for part in
        ["#the-id", ".downloads a[href*='video.mp4']", ".sources a.chip[href*='input.pdf#page=']", "table"]
    {
        assert_eq!(browser.eval(&format!("document.querySelector({part:?}) !== null")), true, "{part}");
    }
}
