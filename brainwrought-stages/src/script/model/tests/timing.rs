//! How a script is made as long as it should be, and shared between two speakers.

use super::*;

#[tokio::test]
async fn who_asks_has_a_third_of_the_lines_and_guesses_are_settled() {
    let mut wanted = scenes();
    let asks =
        |text: &str, role: &str| json!({ "text": text, "role": role, "speaker": "asker", "sources": [] });
    wanted[0]["lines"].as_array_mut().unwrap().insert(0, asks("So nobody should ever rest?", "question"));
    wanted[4] = scene("Beds", vec![asks("Then beds stand empty by mistake?", "guess")]);
    let mut some = answers();
    some.insert("script", script(wanted));
    let added = json!({ "after": 4, "line": asks("And how sure is that?", "question") });
    some.insert("fit", json!({ "change": [], "drop": [], "add": [added] }));
    let model = Scripted::new(some);
    let script = written_for(&model, &paper(), &Brief { dialogue: true, ..brief() }).await;
    let lines: Vec<(&str, Speaker)> = script.lines().map(|line| (line.text.as_str(), line.speaker)).collect();
    let place = |text: &str| lines.iter().position(|(line, _)| *line == text).unwrap();
    let guess = place("Then beds stand empty by mistake?");
    assert!(lines[guess + 1].0.starts_with("Hospitals keep free beds"), "{lines:?}");
    for asked in ["So nobody should ever rest?", "Then beds stand empty by mistake?", "And how sure is that?"]
    {
        assert_eq!(lines[place(asked)].1, Speaker::Asker, "{lines:?}");
    }
    assert!(script.lines().all(|line| line.role != LineRole::Fact || line.speaker == Speaker::Explainer));
    let asked = model.asked.lock().unwrap();
    let fit = asked.iter().find(|prompt| prompt.purpose.ends_with("fit")).unwrap();
    assert!(fit.messages[0].text.contains("should say at least a third"), "{}", fit.messages[0].text);
    let script_asked = asked.iter().find(|prompt| prompt.purpose.ends_with("script")).unwrap();
    assert!(script_asked.messages[0].text.contains("Two people talk."));
}

#[tokio::test]
async fn what_is_too_long_goes_by_the_models_own_order_of_importance() {
    let with = |mut line: Value, importance: &str| {
        line["importance"] = json!(importance);
        line
    };
    let quoted = |nth: usize, importance: &str| with(fact(PAPER[nth], nth as u32 + 1), importance);
    let wanted = vec![
        scene("One", vec![quoted(0, "high"), quoted(1, "low")]),
        scene("Two", vec![quoted(4, "normal"), quoted(5, "high")]),
        scene("Three", vec![beat("And what about the sick?", "question"), quoted(8, "low")]),
        scene("Four", vec![quoted(9, "normal"), quoted(7, "high")]),
    ];
    let mut some = answers();
    some.insert("script", script(wanted));
    let model = Scripted::new(some);
    let brief = Brief { length_ms: 30_000, ..brief() };
    let script = written_for(&model, &paper(), &brief).await;
    let lines = said(&script);
    for kept in [0, 5, 7] {
        assert!(lines.contains(&PAPER[kept]), "{lines:#?}");
    }
    assert!(!lines.contains(&PAPER[8]) && !lines.contains(&"And what about the sick?"), "{lines:#?}");
    assert!(script.warnings.iter().any(|warning| warning.contains(PAPER[8])), "{:#?}", script.warnings);
    assert!((planned_ms(&script) as f64 / script.target_ms as f64 - 1.0).abs() <= 0.04);
    let asked = model.asked.lock().unwrap();
    let fit = asked.iter().find(|prompt| prompt.purpose.ends_with("fit")).unwrap();
    let shown = format!("2. ({:.1} s, fact, high) {} [1]", estimate_ms(PAPER[0]) as f64 / 1000.0, PAPER[0]);
    assert!(fit.messages[0].text.contains(&shown), "{}", fit.messages[0].text);
}

#[tokio::test]
async fn a_script_is_fitted_to_the_voice_that_spoke_it() {
    let mut some = answers();
    let wanted = PAPER[4..].iter().zip(5..).map(|(text, at)| scene("One", vec![fact(text, at)])).collect();
    some.insert("script", script(wanted));
    let document = paper();
    let model = Scripted::new(some.clone());
    let mut brief = brief();
    let first = written_for(&model, &document, &brief).await;
    let slow: Vec<u64> = first.lines().map(|line| estimate_ms(&line.text) * 3 / 2).collect();
    brief.pace.learn(&first, &slow);
    some.insert("fit", json!({ "change": [], "drop": [2, 4], "add": [] }));
    let writer = ModelWriter::new(Scripted::new(some) as Arc<dyn LanguageModel>);
    let fitted = writer.refit(&document, &brief, first.clone(), &context(&store())).await.unwrap();
    let (before, after) = (brief.pace.planned_ms(&first), brief.pace.planned_ms(&fitted));
    assert!(after < before, "{after} {before}");
    assert_eq!(said(&fitted)[0], said(&first)[0]);
    assert_eq!((fitted.quiz, fitted.profile), (first.quiz.clone(), first.profile.clone()));
    let (planned, cx) = (Brief { pace: Pace::default(), ..brief }, context(&store()));
    let same = writer.refit(&document, &planned, first.clone(), &cx).await.unwrap();
    assert_eq!(same, first, "what fits stays as it is");
}

#[tokio::test]
async fn a_guess_goes_with_the_line_that_settles_it() {
    let mut wanted = scenes();
    let lines = wanted[0]["lines"].as_array_mut().unwrap();
    lines.push(beat("So one machine is enough?", "guess"));
    lines.push(fact("This sentence stands nowhere in the document at all.", 77));
    wanted[5]["lines"].as_array_mut().unwrap().insert(0, beat("So the beds are full?", "guess"));
    let mut some = answers();
    some.insert("script", script(wanted));
    some.remove("repair");
    let brief = Brief { dialogue: true, ..brief() };
    let script = written_for(&Scripted::new(some), &paper(), &brief).await;
    let lines = said(&script);
    assert!(!lines.contains(&"So one machine is enough?"), "{lines:?}");
    let told = "the guess “So one machine is enough?” was left out";
    assert!(script.warnings.iter().any(|warning| warning.contains(told)), "{:?}", script.warnings);
    let guess = lines.iter().position(|line| *line == "So the beds are full?").unwrap();
    assert!(lines[guess + 1].starts_with("Hospitals keep free beds"), "{lines:?}");
}
