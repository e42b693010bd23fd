//! Answers as weak models write them: what is wrong in them is put right, replaced or left out, and told.

use std::path::Path;

use brainwrought_stages::script::grounding;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::strong::answer;
use super::{Desk, Test, Written, answers, brief, root};

pub(crate) const TESTS: &[Test] = &[
    ("fences_and_thoughts_do_no_harm", fences_and_thoughts_do_no_harm),
    ("a_wrong_number_is_corrected_or_gives_way", a_wrong_number_is_corrected_or_gives_way),
    ("a_second_choice_is_taken_before_a_sentence", a_second_choice_is_taken_before_a_sentence),
    ("inventions_are_left_out_and_told", inventions_are_left_out_and_told),
    ("a_refusal_and_half_an_answer_cost_no_video", a_refusal_and_half_an_answer_cost_no_video),
    ("wrong_numbering_is_put_right", wrong_numbering_is_put_right),
    ("another_language_does_not_pass", another_language_does_not_pass),
    ("a_second_reading_sends_lines_back", a_second_reading_sends_lines_back),
    ("an_ending_goes_back_until_it_passes", an_ending_goes_back_until_it_passes),
];

/// The answers of a strong model, to be spoilt.
fn spoilt(spoil: impl FnOnce(&Path)) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(answers("queues")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    spoil(folder.path());
    folder
}

fn put(folder: &Path, step: &str, value: &Value) {
    std::fs::write(folder.join(format!("{step}.txt")), value.to_string()).unwrap();
}

fn write(desk: &Desk, folder: &Path) -> Written {
    let written = desk.write(desk.read(&root().join("examples/queues.pdf")), folder, &brief(55));
    assert_eq!(grounding(&written.script, &written.document), [], "{:#?}", written.lines());
    written
}

/// Says another text in the place of a line; tells which line it is.
fn say(folder: &Path, instead_of: &str, text: &str) -> u64 {
    let mut script = answer(folder, "script");
    let scenes = script["script"]["scenes"].as_array_mut().unwrap().iter_mut();
    let lines = scenes.flat_map(|scene| scene["lines"].as_array_mut().unwrap());
    let (line, number) = lines.zip(1..).find(|(line, _)| line["text"] == instead_of).unwrap();
    line["text"] = json!(text);
    put(folder, "script", &script);
    number
}

fn told(written: &Written, words: &str) -> bool {
    written.script.warnings.iter().any(|warning| warning.contains(words))
}

const FRIENDS: &str = "Four friends walk in together, then the door stays closed for five minutes.";
const WRONG: &str = "Seven friends walk in together, then the door stays closed for five minutes.";

fn fences_and_thoughts_do_no_harm(desk: &Desk) {
    let strong = write(desk, &answers("queues"));
    let folder = spoilt(|folder| {
        for step in ["story", "script", "ending"] {
            let text = answer(folder, step).to_string();
            let text =
                format!("<think>{{\"story\": 1}}</think>Here it is:\n```json\n{text}\n```\nShall I go on?");
            std::fs::write(folder.join(format!("{step}.txt")), text).unwrap();
        }
    });
    let written = write(desk, folder.path());
    assert_eq!(written.lines(), strong.lines());
    assert_eq!(written.asked.len(), strong.asked.len());
}

fn a_wrong_number_is_corrected_or_gives_way(desk: &Desk) {
    let mut number = 0;
    let folder = spoilt(|folder| number = say(folder, FRIENDS, WRONG));
    let rewrite =
        |text: &str| json!({ "lines": [{ "number": number, "text": text, "sources": [44], "second": "" }] });
    // It stays wrong, so the document's own sentence stands in its place.
    put(folder.path(), "repair", &rewrite("Nine friends walk in together."));
    let written = write(desk, folder.path());
    let own = "Four friends walk in together, and then the door stays closed for five minutes.";
    assert!(written.lines().contains(&own) && told(&written, "gave way"), "{:#?}", written.script.warnings);
    let rounds = written.asked.iter().filter(|asked| asked.step == "repair").count();
    assert_eq!(rounds, 2);
    let asked = written.asked.iter().find(|asked| asked.step == "repair").unwrap();
    for shown in [WRONG, "the number Seven", "[43] Real customers come in clumps.", "[45] An idle minute"] {
        assert!(asked.text.contains(shown), "{shown}: {}", asked.text);
    }
    // It is right at the second try.
    put(folder.path(), "repair-2", &rewrite(FRIENDS));
    let written = write(desk, folder.path());
    assert!(
        written.lines().contains(&FRIENDS) && !told(&written, "friends"),
        "{:#?}",
        written.script.warnings
    );
}

fn a_second_choice_is_taken_before_a_sentence(desk: &Desk) {
    let folder = spoilt(|folder| {
        let number = say(folder, FRIENDS, WRONG);
        let line = json!({ "number": number, "text": "Nine friends walk in.", "sources": [44], "second": "Four friends walk in together." });
        put(folder, "repair", &json!({ "lines": [line] }));
    });
    let written = write(desk, folder.path());
    assert!(written.lines().contains(&"Four friends walk in together."), "{:#?}", written.lines());
    assert!(!told(&written, "friends"), "{:#?}", written.script.warnings);
}

fn inventions_are_left_out_and_told(desk: &Desk) {
    let invented = "The barista is called Maria Rossi and earns 42 dollars.";
    let folder = spoilt(|folder| {
        say(folder, FRIENDS, invented);
        let empty = json!({ "number": 9, "text": "", "sources": [], "second": "" });
        put(folder, "repair", &json!({ "lines": [empty] }));
    });
    let written = write(desk, folder.path());
    assert!(!written.lines().iter().any(|line| line.contains("Rossi")), "{:#?}", written.lines());
    assert!(told(&written, invented), "{:#?}", written.script.warnings);
    let strong = write(desk, &answers("queues"));
    let lost = strong.lines().iter().filter(|line| !written.lines().contains(line)).count();
    assert_eq!(lost, 1, "nothing else goes: {:#?}", written.lines());
}

fn a_refusal_and_half_an_answer_cost_no_video(desk: &Desk) {
    let half = &answer(&answers("queues"), "script").to_string()[..900];
    for (step, text) in [("story", "I'm sorry, but I cannot help with that."), ("script", half)] {
        let folder = spoilt(|folder| std::fs::write(folder.join(format!("{step}.txt")), text).unwrap());
        let written = write(desk, folder.path());
        assert!(written.script.writer.ends_with("#tiny"), "{}", written.script.writer);
        assert!(told(&written, "wrote scene by scene"), "{:#?}", written.script.warnings);
        assert!(written.lines().len() > 4, "{:#?}", written.lines());
        for asked in written.asked.iter().filter(|asked| asked.step == "scene") {
            assert!(asked.max_tokens <= 140, "{}", asked.max_tokens);
        }
    }
}

fn wrong_numbering_is_put_right(desk: &Desk) {
    let folder = spoilt(|folder| {
        let mut script = answer(folder, "script");
        for scene in script["script"]["scenes"].as_array_mut().unwrap() {
            for line in scene["lines"].as_array_mut().unwrap() {
                let sources = line["sources"].as_array_mut().unwrap().iter_mut();
                sources.for_each(|source| *source = json!(source.as_u64().unwrap() + 90));
            }
        }
        put(folder, "script", &script);
    });
    let written = write(desk, folder.path());
    let line = written.script.lines().find(|line| line.text == FRIENDS).unwrap();
    assert!(line.citation.quote.starts_with("Four friends walk in together"), "{line:?}");
}

fn another_language_does_not_pass(desk: &Desk) {
    let german = "Vier Freunde kommen herein, dann bleibt die Tür fünf Minuten lang zu.";
    let folder = spoilt(|folder| {
        say(folder, FRIENDS, german);
    });
    let written = write(desk, folder.path());
    assert!(!written.lines().contains(&german) && told(&written, german), "{:#?}", written.script.warnings);
    assert!(written.lines().iter().any(|line| line.starts_with("Four friends walk in together")));
}

fn a_second_reading_sends_lines_back(desk: &Desk) {
    let mut number = 0;
    let better = "Four friends come in together, and then the door stays closed for five minutes.";
    let folder = spoilt(|folder| {
        let told = answer(folder, "script");
        let scenes = told["script"]["scenes"].as_array().unwrap().iter();
        let lines: Vec<&Value> = scenes.flat_map(|scene| scene["lines"].as_array().unwrap()).collect();
        number = lines.iter().position(|line| line["text"] == FRIENDS).unwrap() + 1;
        let mut review = answer(folder, "review");
        let heard = review["lines"].as_array_mut().unwrap();
        let heard = heard.iter_mut().find(|line| line["number"] == number).unwrap();
        *heard = json!({ "number": number, "verdict": "not", "words": "walk in together" });
        put(folder, "review", &review);
        let line = json!({ "number": number, "text": better, "sources": [44], "second": "" });
        put(folder, "repair", &json!({ "lines": [line] }));
    });
    let written = write(desk, folder.path());
    assert!(
        written.lines().contains(&better) && !written.lines().contains(&FRIENDS),
        "{:#?}",
        written.lines()
    );
    assert!(told(&written, "do not say “walk in together”"), "{:#?}", written.script.warnings);
    let steps: Vec<&str> = written.asked.iter().map(|asked| asked.step.as_str()).collect();
    let review = steps.iter().position(|step| *step == "review").unwrap();
    assert_eq!(steps[review + 1], "repair");
    // Half a reply, or one in prose, costs no line.
    for text in ["They all look fine to me.", "{\"lines\": [{\"number\": 1, \"verd"] {
        std::fs::write(folder.path().join("review.txt"), text).unwrap();
        let written = write(desk, folder.path());
        assert!(
            written.lines().contains(&FRIENDS) && told(&written, "“review”"),
            "{:#?}",
            written.script.warnings
        );
    }
}

fn an_ending_goes_back_until_it_passes(desk: &Desk) {
    let folder = spoilt(|folder| {
        let right = answer(folder, "ending");
        let mut wrong = right.clone();
        wrong["close"]["text"] = json!("Idle time makes the line 42% shorter.");
        wrong["questions"][0]["answer"] = json!(2);
        wrong["questions"][1]["choices"] = json!(["at 95% load", "at 95% load"]);
        put(folder, "ending", &right);
        put(folder, "ending-1", &wrong);
    });
    let written = write(desk, folder.path());
    assert_eq!(written.lines(), write(desk, &answers("queues")).lines());
    let endings: Vec<&str> = written
        .asked
        .iter()
        .filter(|asked| asked.step == "ending")
        .map(|asked| asked.text.as_str())
        .collect();
    assert_eq!(endings.len(), 2);
    for told in ["the number 42%", "of its right choice", "three different choices"] {
        assert!(endings[1].contains(told), "{told}: {}", endings[1]);
    }
}
