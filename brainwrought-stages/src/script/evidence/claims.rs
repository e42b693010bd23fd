//! Tests of the gate by cases: what lines may and may not make of passages, in `claims.toml`.

use brainwrought_core::data::{BlockKind, Language};
use serde::Deserialize;

use super::super::offline::tests::{block, document};
use super::*;

#[derive(Deserialize)]
struct Cases {
    passage: Vec<Passage>,
}

/// A passage and what lines make of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passage {
    #[serde(default)]
    language: Option<String>,
    source: String,
    /// What stands before and behind it.
    #[serde(default)]
    beside: Vec<String>,
    r#true: Vec<String>,
    r#false: Vec<String>,
}

impl Passage {
    fn evidence(&self) -> Evidence {
        let mut sentences: Vec<&str> = self.beside.iter().map(String::as_str).collect();
        sentences.insert(sentences.len().min(1), &self.source);
        let mut document = document(vec![vec![block(BlockKind::Paragraph, &sentences.join(" "))]]);
        if let Some(language) = &self.language {
            document.language = Language::new(language);
        }
        Evidence::new(&document)
    }
}

#[test]
fn retellings_pass_and_changes_are_doubted() {
    let cases: Cases = toml::from_str(include_str!("claims.toml")).unwrap();
    let mut wrong = Vec::new();
    for passage in &cases.passage {
        let evidence = passage.evidence();
        let doubts = |line: &String| evidence.doubts(line, &passage.source);
        let refused = passage.r#true.iter().filter(|line| !doubts(line).is_empty());
        wrong.extend(refused.map(|line| format!("refused: {line}\n  {:?}", doubts(line))));
        let passed = passage.r#false.iter().filter(|line| doubts(line).is_empty());
        wrong.extend(passed.map(|line| format!("passed: {line}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reasons_say_what_the_line_and_what_the_source_says() {
    let told = |source: &str, line: &str| -> Vec<String> {
        let evidence = Evidence::new(&document(vec![vec![block(BlockKind::Paragraph, source)]]));
        evidence.doubts(line, source).iter().map(ToString::to_string).collect()
    };
    let source = "Most owners may keep up to 12 hens because hens are quiet.";
    assert_eq!(told(source, "All owners may keep up to 12 hens."), ["“All” but “Most”"]);
    assert_eq!(told(source, "Most owners keep up to 12 hens."), ["it without “may”"]);
    assert_eq!(told(source, "Most owners must keep up to 12 hens."), ["“must” but “may”"]);
    assert_eq!(told(source, "Most owners may keep at least 12 hens."), ["“at least 12” but “up to 12”"]);
    assert_eq!(told(source, "Most owners may keep up to 12 geese."), ["“geese” but “hens”"]);
    assert_eq!(told(source, "Most owners may keep up to 13 hens."), ["the number 13"]);
    let source = "Sleep was linked to health in mice.";
    assert_eq!(
        told(source, "Sleep causes health in mice."),
        ["that one brings about the other, as “causes” does"]
    );
    assert_eq!(told(source, "Sleep was linked to health."), ["it without “mice”"]);
    assert_eq!(told("The red gate is open.", "The red gate is not open."), ["“not”"]);
    assert_eq!(told("The red gate is not open.", "The red gate is open."), ["it without “not”"]);
}

#[test]
fn several_sources_are_compared_together_and_neighbours_lend_numbers_and_names() {
    let first = "The harbour of Riga froze in January.";
    let between = "Captain Ozols counted 40 ships there.";
    let last = "The port reopened when the icebreaker arrived.";
    let text = [first, between, last].join(" ");
    let evidence = Evidence::new(&document(vec![vec![block(BlockKind::Paragraph, &text)]]));
    let both = "The harbour of Riga froze in January and reopened when the icebreaker arrived.";
    assert_eq!(evidence.doubts_among(both, &[first, last]), []);
    assert!(
        !evidence.doubts_among("The harbour of Riga never froze and reopened.", &[first, last]).is_empty()
    );
    assert_eq!(
        evidence.doubts("Captain Ozols saw the port reopen for 40 ships when the icebreaker arrived.", last),
        []
    );
    assert_eq!(evidence.doubts("Ozols froze in January.", first), [Doubt::Name("Ozols".to_owned())]);
    assert_eq!(evidence.doubts_among("The harbour froze.", &[]), [Doubt::Source]);
}

#[test]
fn lines_that_state_nothing_bring_in_nothing() {
    let text = "The harbour of Riga froze in January 1963, and 40 ships were caught.";
    let evidence = Evidence::new(&document(vec![vec![block(BlockKind::Paragraph, text)]]));
    for line in
        ["Wild, right?", "One more thing.", "So why Riga?", "And those 40 ships?", "Okay, I'm listening."]
    {
        assert_eq!(evidence.foreign(line, ""), [], "{line}");
    }
    assert_eq!(evidence.foreign("It happened in 1492.", ""), [Doubt::Number("1492".to_owned())]);
    assert_eq!(evidence.foreign("So why Oslo?", ""), [Doubt::Name("Oslo".to_owned())]);
    for line in
        ["Better than nothing.", "Because why not?", "Worse than you think.", "That is why it matters."]
    {
        assert_eq!(evidence.asserted(line), [], "{line}");
    }
    let compared = evidence.asserted("The ships were faster than the harbour.");
    assert_eq!(compared, [Doubt::Unsupported("than the harbour".to_owned())]);
    let caused = evidence.asserted("All because the harbour caught ships.");
    assert_eq!(caused, [Doubt::Cause("because".to_owned())]);
    assert_eq!(evidence.facts_in("An icebreaker is like a plough for water."), []);
    let smuggled = evidence.facts_in("Like a bank, which failed in 2008.");
    assert_eq!(smuggled, [Doubt::Number("2008".to_owned())]);
    assert_eq!(evidence.facts_in("It is what Riga calls a plough."), [Doubt::Name("Riga".to_owned())]);
    assert_eq!(evidence.facts_in("A plough twice as wide."), [Doubt::Number("twice".to_owned())]);
}

#[test]
fn long_and_odd_texts_are_compared_in_bounded_time() {
    let long = "an odd word after another, not because 12 of them must be less than most ".repeat(2_000);
    let evidence = Evidence::new(&document(vec![vec![block(BlockKind::Paragraph, &long)]]));
    assert!(evidence.doubts(&long, &long).len() < 100);
    for odd in
        ["", "…", "(((", "% % %", "a a a a", "half half", "1/0", "one in zero", "not not not", "than than"]
    {
        let _ = evidence.doubts(odd, &long);
        let _ = evidence.doubts(&long[..40], odd);
        let _ = (evidence.foreign(odd, ""), evidence.facts_in(odd));
    }
}
