//! [`assert_accessible`]: what axe-core finds on a page.

use std::path::PathBuf;

use serde_json::Value;

use crate::browser::Browser;

/// Fails when axe-core finds anything wrong with the page as it stands, in the light or the dark scheme.
pub(crate) fn assert_accessible(browser: &mut Browser, state: &str) {
    let axe = script();
    // Axe judges no text that stands on a picture. The faint rules of the paper are one, so it gets blank paper.
    browser
        .eval("for (const e of document.querySelectorAll('body, .drop')) e.style.backgroundImage = 'none'");
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        if browser.eval("typeof axe").as_str() == Some("undefined") {
            browser.eval(&axe);
        }
        let found = browser.eval(
            "axe.run(document, { resultTypes: ['violations'] }).then(({ violations, passes }) => [passes.length,
                violations.map((v) => [v.id, v.nodes.map((n) => n.html + ': ' + n.failureSummary)])])",
        );
        assert!(found[0].as_u64().is_some_and(|rules| rules > 10), "{state}: axe looked at nothing: {found}");
        assert_eq!(found[1], Value::Array(Vec::new()), "{state}, {scheme}: {found:#}");
    }
}

fn script() -> String {
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    let data = set("BRAINWROUGHT_DATA")
        .or_else(|| set("XDG_DATA_HOME").map(|home| home.join("brainwrought")))
        .or_else(|| set("HOME").map(|home| home.join(".local/share/brainwrought")))
        .expect("HOME is set");
    let path = data.join("test-pages/axe.min.js");
    std::fs::read_to_string(&path)
        .unwrap_or_else(|_| panic!("{path:?} is missing; run `scripts/setup.sh tests` first"))
}
