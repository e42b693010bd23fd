//! Rules of the gate with their verdicts, and those that failed as people read them.

use brainwrought_core::data::Rule;

/// A rule with its verdict.
pub(crate) fn rule(name: &str, passed: bool, figure: String, limit: String) -> Rule {
    Rule { name: name.to_owned(), figure, limit, passed }
}

/// Names the rules that failed, for people.
pub(crate) fn listed(rules: &[Rule]) -> String {
    let failed = rules.iter().filter(|rule| !rule.passed);
    let named = failed.map(|rule| format!("{} is {}, allowed is {}", rule.name, rule.figure, rule.limit));
    named.collect::<Vec<_>>().join("; ")
}
