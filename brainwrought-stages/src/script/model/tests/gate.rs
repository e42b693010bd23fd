//! What the gate makes of the lines that a model wrote.

use super::super::ending::{Ends, Measure};
use super::super::reply::Ending;
use super::super::room::Room;
use super::*;

#[tokio::test]
async fn the_gate_lets_through_what_the_document_says() {
    let (model, document) = (Scripted::new(answers()), paper());
    let script = written(&model, &document).await;
    let lines = said(&script);
    assert_eq!(script.writer, "scripted/one");
    assert_eq!(
        lines[0], "Why your line grows so fast.",
        "an opening with a number that nobody wrote does not stand"
    );
    assert!(
        lines.contains(&"In 1909, Agner Erlang measured 1,200 telephone calls in Copenhagen."),
        "rewritten: {lines:?}"
    );
    assert!(!lines.iter().any(|line| line.contains("20% of callers")), "rewritten wrongly: {lines:?}");
    assert!(lines.contains(&PAPER[6]), "never rewritten, so its sentence stands: {lines:?}");
    assert!(lines.contains(&"Wait for it."));
    for gone in ["Kingman measured", "59%", "do form", "nowhere", "$99", "42%"] {
        assert!(!lines.iter().any(|line| line.contains(gone)), "{gone}: {lines:?}");
    }
    assert_eq!(grounding(&script, &document), []);
    assert_eq!(script.quiz[0].answer, 1, "the question with the wrong answer is left out");
    let profile = script.profile.as_ref().unwrap();
    assert_eq!((profile.audience.as_str(), profile.voice.as_str()), ("students", "warm"));
    assert!(profile.hashtags.is_empty() && profile.call_to_action.is_empty(), "nothing shows them");
    let terms: Vec<&str> = script.analysis.concepts.iter().map(|concept| concept.term.as_str()).collect();
    assert_eq!(
        terms,
        ["waiting line", "server", "capacity"],
        "what the document never mentions is no concept of it"
    );
    assert_eq!(planned_ms(&script), script.target_ms, "a shorter video says so");
    assert_eq!(model.purposes(), ["story", "script", "repair", "repair", "review", "fit", "ending", "fit"]);
}

#[tokio::test]
async fn no_line_goes_without_a_warning() {
    let script = written(&Scripted::new(answers()), &paper()).await;
    let lines = said(&script);
    for scene in scenes() {
        for line in scene["lines"].as_array().unwrap() {
            let text = line["text"].as_str().unwrap();
            let is_rewritten = text.contains("Kingman") || text.contains("59%");
            let is_told = script.warnings.iter().any(|warning| warning.contains(text) || is_rewritten);
            assert!(lines.contains(&text) || is_told, "{text}: {:#?}", script.warnings);
        }
    }
    let told = |words: &str| script.warnings.iter().any(|warning| warning.contains(words));
    assert!(told("scene 5, “Nowhere”, was left out"), "{:#?}", script.warnings);
    assert!(
        told("gave way to a sentence of the document") && told("“do”") || told("“not”"),
        "{:#?}",
        script.warnings
    );
}

#[tokio::test]
async fn a_title_that_is_none_gives_way_to_the_section() {
    let mut document = paper();
    document.pages[0].blocks.insert(0, block(BlockKind::Heading, "Waiting in line"));
    let titles =
        ["Coffee machine", "A man buys a bus and is happy about it", "Call 0800 12345 now", "Penguin party"];
    let mut wanted = scenes();
    for (scene, title) in wanted.iter_mut().zip(titles) {
        scene["title"] = json!(title);
    }
    let mut some = answers();
    some.insert("script", script(wanted));
    let script = written(&Scripted::new(some), &document).await;
    let told = format!("{:?}", script.segments.iter().map(|segment| &segment.title).collect::<Vec<_>>());
    for gone in ["bus", "0800", "Penguin"] {
        assert!(!told.contains(gone), "{told}");
    }
    let facts = Facts::new(Evidence::new(&document), Sources::new(&document, "en"), "Queues", "en");
    let is_title = |text: &str| facts.is_title(text, PAPER[0], "Waiting in line Queues");
    assert!(
        is_title("Coffee machine") && is_title("Idle machines") && is_title("Waiting") && is_title("Queues")
    );
    assert!(!is_title("") && titles[1..].iter().all(|title| !is_title(title)));
}

#[tokio::test]
async fn a_line_with_the_wrong_number_cites_the_sentence_that_it_is_made_of() {
    let mut wanted = scenes();
    wanted[5]["lines"][0]["sources"] = json!([number("coffee machine")]);
    // What no sentence says is not said, whatever it cites.
    wanted[3]["lines"][0]["text"] =
        json!("Penguins march happily towards frozen oceans under bright moonlight.");
    let mut some = answers();
    some.insert("script", script(wanted));
    let document = paper();
    let script = written(&Scripted::new(some), &document).await;
    let line = script.lines().find(|line| line.text.starts_with("Hospitals keep")).unwrap();
    assert_eq!(line.citation.quote, PAPER[8]);
    assert!(!said(&script).iter().any(|line| line.contains("Penguins")));
    assert_eq!(grounding(&script, &document), []);
}

#[tokio::test]
async fn a_second_opinion_comes_on_top_of_the_gate() {
    let document = paper();
    let verdict = |number: u32, verdict: &str, words: &str| json!({ "number": number, "verdict": verdict, "words": words });
    let with = |lines: Value| {
        let mut some = answers();
        some.insert("review", json!({ "lines": lines }));
        some
    };
    // Lines 1, 6 and 8 are facts that pass; 2 states nothing, and 99 is none.
    let heard = json!([
        verdict(1, "borne-out", ""),
        verdict(2, "not", "Wait"),
        verdict(6, "Not", "nearly every delay"),
        verdict(8, "partly", "without any appointment"),
        verdict(99, "not", ""),
    ]);
    let model = Scripted::new(with(heard.clone()));
    let script = written(&model, &document).await;
    let opinion = |script: &Script, words: &str| {
        let line = script.lines().find(|line| line.text.contains(words));
        line.unwrap_or_else(|| panic!("{words}: {:?}", said(script))).opinion.clone()
    };
    let known = |verdict, words: &str| Some(Opinion { verdict, words: words.to_owned() });
    assert_eq!(opinion(&script, "coffee machine"), known(OpinionVerdict::BorneOut, ""));
    assert_eq!(opinion(&script, "Hospitals"), known(OpinionVerdict::Partly, "without any appointment"));
    assert_eq!(opinion(&script, "Wait for it"), None, "it states nothing");
    // Nobody wrote line 6 anew, so the document's own sentence stands there.
    assert!(said(&script).contains(&PAPER[4]), "{:?}", said(&script));
    let told = "do not say “nearly every delay”";
    assert!(script.warnings.iter().any(|warning| warning.contains(told)), "{:?}", script.warnings);
    let asked = model.asked.lock().unwrap().clone();
    let review = asked.iter().position(|prompt| prompt.purpose.ends_with("review")).unwrap();
    let text = &asked[review].messages[0].text;
    assert!(text.contains("Line 6: Regular arrivals") && text.contains("[5] Regular arrivals"), "{text}");
    assert!(!text.contains("Line 2:"), "{text}");
    assert!(asked[review + 1].messages[0].text.contains(told), "it goes back with the reason");
    assert!(!asked[review + 1].messages[0].text.contains("Line 7"), "what was given up stays so");

    // What is written anew passes the gate like any other line.
    let mut some = with(heard);
    let lines = some.get_mut("repair").unwrap()["lines"].as_array_mut().unwrap();
    let text = "At the counter, regular arrivals would remove nearly every delay of the morning.";
    lines.push(json!({ "number": 6, "text": text, "sources": [number("Regular arrivals")], "second": "" }));
    let script = written(&Scripted::new(some), &document).await;
    assert!(said(&script).contains(&text), "{:?}", said(&script));
    assert_eq!(opinion(&script, "At the counter, regular"), None, "nobody read it again");

    // A reply that says nothing of the kind costs nothing but a warning.
    let mut some = answers();
    some.insert("review", json!("I think they are all fine."));
    let script = written(&Scripted::new(some), &document).await;
    assert_eq!(script.writer, "scripted/one");
    assert!(
        script.warnings.iter().any(|warning| warning.contains("“review” was left out")),
        "{:?}",
        script.warnings
    );
}

#[tokio::test]
async fn an_opening_that_never_passes_gives_way_to_a_sentence() {
    let mut some = answers();
    some.get_mut("story").unwrap()["story"]["hooks"] =
        json!([{ "text": "Your line explodes at 42%", "sources": [number("waiting line")] }]);
    let script = written(&Scripted::new(some.clone()), &paper()).await;
    assert_eq!(said(&script)[0], PAPER[1]);
    assert!(script.warnings.iter().any(|warning| warning.contains("42%")), "{:?}", script.warnings);
    some.get_mut("story").unwrap()["story"]["hooks"] = json!([]);
    let script = written(&Scripted::new(some), &paper()).await;
    assert_eq!(said(&script)[0], "Every coffee machine needs some idle time between two orders.");
    assert!(
        script.warnings.iter().any(|warning| warning.contains("no opening passed")),
        "{:?}",
        script.warnings
    );
}

#[tokio::test]
async fn every_line_of_a_fact_cites_it() {
    let script = written(&Scripted::new(answers()), &paper()).await;
    for line in script.lines().filter(|line| line.role == LineRole::Fact) {
        assert!(!line.citation.quote.is_empty() && line.citation.page == 1, "{line:?}");
    }
}

#[test]
fn a_question_that_comes_with_another_last_line_takes_the_place_of_the_first() {
    let document = paper();
    let facts = Facts::new(Evidence::new(&document), Sources::new(&document, "en"), "Queues", "en");
    let room = Room::of(&brief(), &facts.sources);
    let measure = Measure { facts: &facts, room: &room, pace: &Pace::default(), said: &[] };
    let ending = |question: &str, right: u32, close: &str| -> Ending {
        serde_json::from_value(json!({
            "questions": [{
                "question": question, "choices": ["100", "1,200", "90,000"], "answer": right, "reply": "",
                "sources": [number("Erlang measured")],
            }],
            "close": { "text": close, "sources": [number("second server")] },
            "close_second": "",
        }))
        .unwrap()
    };
    let mut ends = Ends::default();
    let first = ending("How many calls did Erlang measure?", 1, "Penguins help 99 times more.");
    let wrong = ends.take(&first, measure);
    assert!(!ends.is_whole(&room) && wrong[0].starts_with("close “Penguins"), "{wrong:?}");
    assert!(wrong[1].contains("How many calls") && wrong[1].contains("passed"), "{wrong:?}");
    // One that does not pass changes nothing.
    ends.take(&ending("How many calls did Erlang measure?", 2, "Penguins help 99 times more."), measure);
    let asked = |ends: &Ends| ends.asked.as_ref().map(|(question, _)| question.question.clone());
    assert_eq!(asked(&ends).as_deref(), Some("How many calls did Erlang measure?"));
    let second = ending("What number of calls was measured?", 1, "A second server helps more.");
    let wrong = ends.take(&second, measure);
    assert!(ends.is_whole(&room), "{wrong:?}");
    assert_eq!(asked(&ends).as_deref(), Some("What number of calls was measured?"));
}
