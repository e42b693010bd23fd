//! Tests of script files.

use brainwrought_core::data::BlockKind;

use super::super::grounding;
use super::super::offline::tests::{block, document};
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
