//! Tests of script files.

use brainwrought_core::data::{BlockKind, Document, Scene, SceneKind, VisualCue};

use super::super::duration::Pace;
use super::super::grounding;
use super::super::offline::tests::{block, document};
use super::written::written;
use super::*;

const PARAGRAPH: &str = "In 1909 Agner Erlang served 95% of calls within 20 ms. Most calls did not wait.";

fn erlang() -> Document {
    document(vec![vec![block(BlockKind::Paragraph, PARAGRAPH)]])
}

const FILE: &str = r#"
    version = 1
    [[line]]
    role = "hook"
    text = "Who waits?"
    [[line]]
    role = "fact"
    text = "Erlang served 95% of calls within 20 ms."
    importance = "high"
    [[line]]
    role = "quiz"
    text = "Who served the calls?"
    page = 1
    [[line]]
    role = "answer"
    text = "Erlang served them."
    [[quiz]]
    question = "Who served the calls?"
    choices = ["Erlang", "Kingman"]
    answer = "Erlang"
    page = 1
"#;

#[test]
fn a_file_becomes_a_script_with_the_sources_that_it_leaves_out() {
    let script = written(&ScriptFile::parse(FILE).unwrap(), &erlang(), &Pace::default()).unwrap();
    assert_eq!(grounding(&script, &erlang()), []);
    let lines: Vec<&Line> = script.lines().collect();
    assert_eq!(lines[1].citation.quote, "In 1909 Agner Erlang served 95% of calls within 20 ms.");
    assert_eq!(lines[1].importance, Importance::High);
    let scenes: Vec<&Scene> = script.segments.iter().flat_map(|segment| &segment.scenes).collect();
    let kinds: Vec<SceneKind> = scenes.iter().map(|scene| scene.kind).collect();
    assert_eq!(
        kinds,
        [SceneKind::Hook, SceneKind::Content, SceneKind::Quiz, SceneKind::Content, SceneKind::Source]
    );
    assert!(matches!(scenes[2].visual, VisualCue::QuizCard { .. }));
}

#[test]
fn what_was_written_is_read_again() {
    let script = written(&ScriptFile::parse(FILE).unwrap(), &erlang(), &Pace::default()).unwrap();
    let file = ScriptFile::new(&script);
    let again = ScriptFile::parse(&file.to_toml("calls \"of\" 1909.pdf")).unwrap();
    assert_eq!(again, file);
    let again = written(&again, &erlang(), &Pace::default()).unwrap();
    assert_eq!(again.segments, script.segments);
}

#[test]
fn an_invented_fact_is_not_grounded() {
    let file = FILE.replace("95%", "99%");
    let script = written(&ScriptFile::parse(&file).unwrap(), &erlang(), &Pace::default()).unwrap();
    assert_eq!(grounding(&script, &erlang()).len(), 1);
}

#[test]
fn mistakes_are_named() {
    let error = |text: &str| ScriptFile::parse(text).unwrap_err();
    assert_eq!(error("version = 2"), ScriptFileError::Version(2));
    assert_eq!(error("version = 1"), ScriptFileError::Lines(0));
    assert!(matches!(error("version = 1\nlines = 3"), ScriptFileError::Form(_)));
    assert!(matches!(
        error("version = 1\n[[line]]\nrole = \"song\"\ntext = \"x\""),
        ScriptFileError::Form(_)
    ));
    assert_eq!(
        error("version = 1\n[[line]]\nrole = \"fact\"\ntext = \" \""),
        ScriptFileError::Length { line: 1, chars: 0 }
    );
    assert_eq!(
        error("version = 1\n[[line]]\nrole = \"quiz\"\ntext = \"Who?\""),
        ScriptFileError::NoQuestion { line: 1 }
    );
    let long =
        FILE.replace("choices = [\"Erlang\"", &format!("choices = [\"{}\", \"Erlang\"", "x".repeat(500)));
    let told = "question 1 of the quiz has 500 characters; it may have 400";
    assert_eq!(error(&long).to_string(), told);
    assert_eq!(
        error(&FILE.replace("answer = \"Erlang\"", "answer = \"x\"")),
        ScriptFileError::Question { question: 1 }
    );
}

#[test]
fn no_scene_stands_longer_than_a_picture_does() {
    let line = "\n[[line]]\nrole = \"fact\"\ntext = \"Most calls did not wait.\"";
    let file = ScriptFile::parse(&format!("version = 1{}", line.repeat(9))).unwrap();
    let script = written(&file, &erlang(), &Pace::default()).unwrap();
    let scenes = script.segments.iter().flat_map(|segment| &segment.scenes);
    assert!(scenes.clone().count() > 3);
    assert!(scenes.map(super::super::duration::scene_ms).all(|ms| ms <= 8_000));
}

/// The script of [`FILE`] with a picture and a sound that its writer chose.
fn with_picture() -> Script {
    let mut script = written(&ScriptFile::parse(FILE).unwrap(), &erlang(), &Pace::default()).unwrap();
    let scene = &mut script.segments[0].scenes[1];
    scene.visual = VisualCue::Motion;
    scene.effects = vec![brainwrought_core::data::EffectCue { sound: "whoosh".to_owned(), at_ms: 100 }];
    let number = serde_json::json!({ "at_word": 2, "show": { "kind": "number", "value": "95%" } });
    scene.lines[0].shows = vec![serde_json::from_value(number).unwrap()];
    script.writer = "model".to_owned();
    script
}

fn at(line: usize) -> LineChange {
    LineChange { line: Some(line), ..LineChange::default() }
}

fn new(role: LineRole, text: &str) -> LineChange {
    LineChange { role: Some(role), text: Some(text.to_owned()), ..LineChange::default() }
}

#[test]
fn lines_that_are_moved_keep_their_pictures_and_new_ones_find_their_sources() {
    let before = with_picture();
    let changes = vec![at(1), new(LineRole::Fact, "Most calls did not wait."), at(0)];
    let file = ScriptFile::changed(&before, changes, Some(Vec::new())).unwrap();
    let after = rewritten(&before, &file, &erlang()).unwrap();
    let texts: Vec<&str> = after.lines().map(|line| line.text.as_str()).collect();
    let fact = "Erlang served 95% of calls within 20 ms.";
    assert_eq!(texts, [fact, "Most calls did not wait.", "Who waits?"]);
    assert_eq!(after.lines().nth(1).unwrap().citation.quote, "Most calls did not wait.");
    let scene = &after.segments[0].scenes[0];
    assert_eq!((&scene.visual, scene.effects.len()), (&VisualCue::Motion, 1));
    assert_eq!(scene.lines[0].shows.len(), 1);
    assert_eq!((after.writer.as_str(), after.quiz.len()), ("model", 0));
    assert_eq!(grounding(&after, &erlang()), []);
    assert_eq!(after.target_ms, super::super::planned_ms(&after));
}

#[test]
fn what_is_not_changed_is_the_same_script() {
    let before = with_picture();
    let changes = (0..before.lines().count()).map(at).collect();
    let file = ScriptFile::changed(&before, changes, None).unwrap();
    let after = rewritten(&before, &file, &erlang()).unwrap();
    assert_eq!(after.segments, before.segments);
}

#[test]
fn other_words_keep_their_source_or_find_the_one_that_bears_them_out() {
    let before = with_picture();
    let with = |text: &str| LineChange { text: Some(text.to_owned()), ..at(1) };
    let quote = |text: &str| {
        let file = ScriptFile::changed(&before, vec![with(text)], None).unwrap();
        let after = rewritten(&before, &file, &erlang()).unwrap();
        let line = after.lines().next().unwrap().clone();
        assert!(line.shows.is_empty(), "they are about the words as they were");
        (line.citation.quote, grounding(&after, &erlang()).len())
    };
    let first = "In 1909 Agner Erlang served 95% of calls within 20 ms.".to_owned();
    assert_eq!(quote("Within 20 ms, Erlang served 95% of calls."), (first.clone(), 0));
    assert_eq!(quote("Most calls did not wait."), ("Most calls did not wait.".to_owned(), 0));
    assert_eq!(quote("Erlang served 99% of calls."), (first, 1));
}

#[test]
fn a_mark_is_written_and_read_and_not_inherited_by_other_words() {
    let mut before = with_picture();
    before.segments[0].scenes[1].lines[0].overruled = true;
    let text = ScriptFile::new(&before).to_toml("calls.pdf");
    assert!(text.contains("overruled = true\n"), "{text}");
    let read = ScriptFile::parse(&text).unwrap();
    assert!(read.lines[1].overruled);
    assert!(written(&read, &erlang(), &Pace::default()).unwrap().lines().nth(1).unwrap().overruled);
    let changed =
        |change: LineChange| ScriptFile::changed(&before, vec![change], None).unwrap().lines[0].overruled;
    assert!(changed(at(1)));
    let other = LineChange { text: Some("Erlang served all calls.".to_owned()), ..at(1) };
    assert!(!changed(other.clone()));
    assert!(changed(LineChange { overruled: Some(true), ..other }));
}

#[test]
fn changes_that_cannot_be_made_are_named() {
    let before = with_picture();
    let error = |changes: Vec<LineChange>| ScriptFile::changed(&before, changes, None).unwrap_err();
    assert_eq!(error(vec![at(9)]), ScriptFileError::NoSuchLine { line: 9, count: 4 });
    assert_eq!(error(Vec::new()), ScriptFileError::Lines(0));
    assert_eq!(error(vec![new(LineRole::Fact, " ")]), ScriptFileError::Length { line: 1, chars: 0 });
    let hidden = error(vec![new(LineRole::Fact, "Calls\u{202e} wait.")]);
    assert_eq!(hidden.to_string(), "line 1 contains invisible characters; type it again");
}
