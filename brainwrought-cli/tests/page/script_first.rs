//! The script is read and edited before anything is rendered.

use crate::axe::assert_accessible;
use crate::browser::Browser;
use crate::server::{Server, paper};

#[test]
fn a_script_is_edited_by_keyboard_and_made_into_a_video() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[]);
    let mut browser = Browser::start();
    browser.open(&server.url);
    browser.choose("#pdf", &paper());
    browser.wait_for("#chosen", "queues.pdf");
    browser.hurry();
    // Long enough for a line to be dropped.
    browser.eval("document.querySelector('[name=length]').value = 25");
    browser.click("button[name=script-only]");
    browser.wait("document.querySelector('form[data-draft]') !== null && document.readyState === 'complete'");
    assert_accessible(&mut browser, "a script to be edited");
    let texts = "[...document.querySelectorAll('.draft textarea')].map((field) => field.value)";
    let before: Vec<String> = serde_json::from_value(browser.eval(texts)).unwrap();
    assert!(before.len() > 3, "{before:?}");

    // A line moves and takes the focus along, so that it can be moved on.
    browser.eval("document.querySelectorAll('[data-move=down]')[1].focus()");
    browser.press("Enter");
    browser.press("Enter");
    let moved: Vec<String> = serde_json::from_value(browser.eval(texts)).unwrap();
    assert_eq!((&moved[3], &moved[1], &moved[2]), (&before[1], &before[2], &before[3]));
    assert_eq!(browser.eval("document.activeElement.ariaLabel"), "Move line 4 down");
    browser.eval("document.querySelectorAll('[data-move=up]')[3].focus()");
    browser.press("Enter");
    browser.press("Enter");
    browser.eval("document.querySelectorAll('[data-move=remove]')[2].focus()");
    browser.press("Enter");
    let removed: Vec<String> = serde_json::from_value(browser.eval(texts)).unwrap();
    assert_eq!(removed.len(), before.len() - 1);
    assert!(!removed.contains(&before[2]));

    // A line of one's own that the document does not bear out is marked, and kept all the same.
    browser.click("[data-move=add]");
    browser.wait("document.activeElement?.id === 'line-1-text' && document.readyState === 'complete'");
    browser.eval("document.activeElement.value = 'Queues were invented in Atlantis in 1492.'");
    // The quiz stands below the lines.
    browser.eval(
        "document.querySelector('[name=quiz-0-text]').value = 'So what keeps a line short?';
         document.querySelector('[name=quiz-0-page]').value = 1;
         document.querySelectorAll('[name=quiz-0-choice]')[0].value = 'Idle time';
         document.querySelectorAll('[name=quiz-0-choice]')[1].value = 'Faster baristas'",
    );
    browser.click(".save [value=save]");
    browser
        .wait("document.querySelector('.draft .remark.bad') !== null && document.readyState === 'complete'");
    assert!(browser.text(".draft li .remark.bad").contains("1492"));
    assert_eq!(
        browser.eval("document.querySelector('[name=quiz-0-text]').value"),
        "So what keeps a line short?"
    );
    assert_eq!(browser.eval("document.querySelectorAll('.draft .lines > li').length"), removed.len() + 1);
    browser.click(".save [value=video]");
    browser.wait_for(".alert", "No video was made yet");
    assert_accessible(&mut browser, "a script with a line that is doubted");
    browser.click("[name=line-1-overruled]");
    browser.click(".save [value=video]");
    browser.wait("document.querySelector('#bar') !== null && document.readyState === 'complete'");
    browser.wait_for(".meta .pill", "completed");
    browser.wait("document.querySelector('.phone video')?.readyState >= 1");
    let report =
        browser.eval("fetch(document.querySelector('a[href*=\"report.json\"]').href).then((r) => r.json())");
    let line = &report["lines"][1];
    assert_eq!(
        (&line["overruled"], &line["text"]),
        (&true.into(), &"Queues were invented in Atlantis in 1492.".into())
    );
    // That the video was refused at first is told by the status of the page.
    let complaints: Vec<&String> = browser.complaints.iter().filter(|told| !told.contains("422")).collect();
    assert_eq!(complaints, Vec::<&String>::new());
}
