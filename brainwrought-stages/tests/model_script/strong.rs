//! Answers as a strong model writes them: what it wrote is what is said.

use std::collections::BTreeSet;
use std::path::Path;

use brainwrought_core::data::{LineRole, SceneKind};
use brainwrought_stages::script::planned_ms;
use serde_json::Value;

use super::{Desk, Test, Written, answers, brief, root};

pub(crate) const TESTS: &[Test] = &[
    ("what_a_strong_model_wrote_is_what_is_said", what_a_strong_model_wrote_is_what_is_said),
    (
        "the_whole_document_is_shown_and_no_more_than_twice",
        the_whole_document_is_shown_and_no_more_than_twice,
    ),
    ("one_writes_for_two_where_two_talk", one_writes_for_two_where_two_talk),
];

/// A document with the folder of its answers, the length in seconds that they fill, and words of it that no line comes from.
const DOCUMENTS: [(&str, &str, u64, &str); 4] = [
    ("examples/queues.pdf", "queues", 53, "useful question is never how busy a system is"),
    ("benches/reading/report.pdf", "report", 52, "Nothing is asked of the parishes for the third step"),
    ("benches/reading/essay.pdf", "essay", 50, "gives the hour of each lesson twice"),
    ("benches/reading/instructions.pdf", "instructions", 50, "somebody answers the telephone until dark"),
];

fn write(desk: &Desk, (file, name, seconds, _): (&str, &str, u64, &str)) -> Written {
    desk.write(desk.read(&root().join(file)), &answers(name), &brief(seconds))
}

/// What lies in a folder for a step.
pub(crate) fn answer(folder: &Path, step: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(format!("{step}.txt"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn texts(of: &Value) -> Vec<String> {
    of.as_array().into_iter().flatten().map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

fn what_a_strong_model_wrote_is_what_is_said(desk: &Desk) {
    for document in DOCUMENTS {
        let (_, name, seconds, _) = document;
        let written = write(desk, document);
        let folder = answers(name);
        written.is_sound();
        let (script, lines) = (&written.script, written.lines());
        assert!(script.writer.ends_with("#tiny"), "{name}: {:?}", script.warnings);
        assert_eq!(script.warnings, Vec::<String>::new(), "{name}");
        let off = planned_ms(script) as f64 / (seconds * 1000) as f64 - 1.0;
        assert!(off.abs() <= 0.04, "{name}: {off}");
        assert!(written.ending_share() <= 0.15, "{name}: {}", written.ending_share());
        // Opening, question and last line stand as they were written.
        let (told, ended) = (answer(&folder, "script"), answer(&folder, "ending"));
        let hooks = texts(&answer(&folder, "story")["story"]["hooks"]);
        let chosen = told["script"]["hook"].as_u64().unwrap() as usize - 1;
        let said =
            |text: &str| lines.iter().any(|line| line.trim_end_matches('.') == text.trim_end_matches('.'));
        assert_eq!(lines[0].trim_end_matches('.'), hooks[chosen].trim_end_matches('.'));
        assert!(said(ended["close"]["text"].as_str().unwrap()), "{name}: {lines:#?}");
        let quiz = written.scenes().find(|scene| scene.kind == SceneKind::Quiz);
        let asked = quiz.unwrap_or_else(|| panic!("{name}: {lines:#?}"));
        assert_eq!(asked.lines[0].text, ended["questions"][0]["question"]);
        let opinions = script.lines().filter(|line| line.opinion.is_some()).count();
        assert!(opinions > 5, "{name}: the report tells what the model says of its facts");
        assert_eq!(script.quiz.len(), 2, "{name}: the second one is for who wants more");
        // Each line is said, unless the model itself changed or dropped it when it was told the times.
        let changes = folder.join("fit-1.txt").is_file().then(|| answer(&folder, "fit-1"));
        let changed: BTreeSet<u64> = changes
            .iter()
            .flat_map(|changes| {
                let changed = changes["change"].as_array().unwrap().iter().map(|change| &change["number"]);
                changed.chain(changes["drop"].as_array().unwrap()).map(|number| number.as_u64().unwrap())
            })
            .collect();
        // The opening is line 1.
        let mut number = 1;
        for scene in told["script"]["scenes"].as_array().unwrap() {
            let texts = texts(&scene["lines"]);
            let numbered: Vec<(u64, String)> =
                texts.into_iter().zip(number + 1..).map(|(text, n)| (n, text)).collect();
            number += numbered.len() as u64;
            for (number, text) in numbered {
                assert!(said(&text) || changed.contains(&number), "{name}: {number}. {text}: {lines:#?}");
            }
        }
        for change in changes.iter().flat_map(|changes| changes["change"].as_array().unwrap()) {
            assert!(said(change["text"].as_str().unwrap()), "{name}: {change}: {lines:#?}");
        }
    }
}

fn the_whole_document_is_shown_and_no_more_than_twice(desk: &Desk) {
    for document in DOCUMENTS {
        let (_, name, _, last) = document;
        let written = write(desk, document);
        let steps: Vec<&str> = written.asked.iter().map(|asked| asked.step.as_str()).collect();
        assert_eq!(steps[..2], ["story", "script"], "{name}");
        assert_eq!(*steps.last().unwrap(), "ending", "{name}");
        for (nth, asked) in written.asked.iter().enumerate() {
            assert_eq!(asked.text.contains(last), nth < 2, "{name}: {}", asked.step);
        }
        let beginning = |nth: usize| written.asked[nth].text.split("</document>\n").next().unwrap();
        assert!(beginning(0) == beginning(1), "{name}: what a provider remembers is the same");
    }
}

fn one_writes_for_two_where_two_talk(desk: &Desk) {
    let document = desk.read(&root().join("examples/queues.pdf"));
    let brief = brainwrought_stages::script::Brief { dialogue: true, ..brief(52) };
    let written = desk.write(document, &answers("queues-dialogue"), &brief);
    written.is_sound();
    assert_eq!(written.script.warnings, Vec::<String>::new());
    let lines: Vec<_> = written.script.lines().collect();
    let asks = lines.iter().filter(|line| !line.speaker.is_explainer()).count();
    assert!(asks * 3 >= lines.len(), "{asks} of {}", lines.len());
    for (nth, line) in lines.iter().enumerate() {
        assert!(line.role != LineRole::Fact || line.speaker.is_explainer(), "{line:?}");
        if line.role == LineRole::Guess {
            assert!(lines[nth + 1].role == LineRole::Fact, "a guess is settled by the next line: {line:?}");
        }
    }
}
