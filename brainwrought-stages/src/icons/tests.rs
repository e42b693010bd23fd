//! What words find: senses, names, grave sentences and languages.

use std::collections::BTreeSet;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

use super::*;

/// What the words of a text find: each run of words with its drawing.
fn found<'a>(language: &str, text: &'a str) -> Vec<(&'a str, &'static str)> {
    let library = IconLibrary::embedded();
    library.find(language, text, "").into_iter().map(|found| (&text[found.words], found.icon)).collect()
}

fn icons(text: &str) -> Vec<&'static str> {
    found("en", text).into_iter().map(|(_, icon)| icon).collect()
}

#[test]
fn every_drawing_can_be_drawn() {
    let library = IconLibrary::embedded();
    assert!(library.names().count() > 650);
    for name in library.names() {
        let svg = library.svg(name).unwrap_or_else(|| panic!("{name} is not in the archive"));
        let tree = Tree::from_str(&svg, &Options::default()).unwrap();
        assert_eq!((tree.size().width(), tree.size().height()), (128.0, 128.0), "{name}");
        let mut canvas = Pixmap::new(32, 32).unwrap();
        resvg::render(&tree, Transform::from_scale(0.25, 0.25), &mut canvas.as_mut());
        let inked = canvas.pixels().iter().filter(|pixel| pixel.alpha() > 150).count();
        assert!((40..=32 * 32).contains(&inked), "{name}: {inked} pixels");
    }
    assert_eq!(library.svg("no-such"), None);
}

#[test]
fn every_entry_of_the_tables_can_be_read_and_names_a_drawing() {
    let library = IconLibrary::embedded();
    for (language, _) in TABLES {
        let (_, faults) = library.read_lexicon(language);
        assert_eq!(faults, [], "{language}");
    }
    for line in SET.lines().filter(|line| !line.starts_with('#')) {
        let marks: Vec<&str> = line.split_whitespace().skip(1).collect();
        assert!(marks.iter().all(|mark| ["light", "named"].contains(mark)), "{line}");
    }
    assert_eq!(library.places.len(), library.icons.len(), "a drawing stands twice in the set");
}

#[test]
fn every_drawing_can_be_found() {
    let library = IconLibrary::embedded();
    let rows = TABLES.iter().map(|(_, table)| *table).chain([NAMES]).flat_map(str::lines);
    let named: BTreeSet<&str> = rows.filter_map(|row| Some(row.split_once(": ")?.0)).collect();
    for name in library.names() {
        assert!(named.contains(name), "no word finds {name}");
    }
}

#[test]
fn words_find_what_they_mean_in_any_form() {
    assert_eq!(
        found("en", "Two physicians vaccinated the children of the village."),
        [
            ("physicians", "health-worker"),
            ("vaccinated", "syringe"),
            ("children", "child"),
            ("village", "houses")
        ],
    );
    assert_eq!(
        found("en", "Machine learning needs computers, not magic."),
        [("Machine learning", "robot"), ("computers", "desktop-computer")],
    );
    assert_eq!(found("en", "An X-ray of the lungs"), [("X-ray", "x-ray"), ("lungs", "lungs")]);
}

#[test]
fn the_sense_of_a_word_is_told_by_others() {
    assert_eq!(icons("The cells of this tissue divide."), ["petri-dish"]);
    assert_eq!(icons("He sat in his cell."), [""; 0]);
    assert_eq!(icons("The mouse carries a mutated gene."), ["mouse", "dna"]);
    assert_eq!(icons("Move the mouse over the website."), ["computer-mouse", "laptop"]);
    assert_eq!(icons("The old tree fell in the forest."), ["deciduous-tree", "evergreen-tree"]);
    assert_eq!(icons("A tree has one root and many nodes."), [""; 0]);
    assert_eq!(icons("The encryption needs a key."), ["locked", "key"]);
    assert_eq!(icons("This is the key result."), [""; 0]);
    let library = IconLibrary::embedded();
    let around =
        library.find("en", "Every tree has a leaf.", "A graph without a cycle. Its vertices and edges.");
    assert_eq!(around, [], "what stands around tells the sense, too");
}

#[test]
fn idioms_find_nothing() {
    for text in [
        "Trees play a key role here.",
        "In light of this, on the other hand, it holds.",
        "Their state-of-the-art design is sound.",
        "He trains a model on the fly.",
        "Degrees of freedom and laws of physics",
    ] {
        assert_eq!(icons(text).iter().filter(|icon| **icon != "deciduous-tree").count(), 0, "{text}");
    }
}

#[test]
fn a_name_is_no_thing() {
    assert_eq!(icons("The results of Jessica Hammer are new."), [""; 0]);
    assert_eq!(icons("The shares of Apple were sold."), [""; 0]);
    assert_eq!(icons("Along Ross River it was quiet."), [""; 0]);
    assert_eq!(icons("She leads the University of Oslo."), ["graduation-cap"]);
    assert_eq!(icons("They use AI."), ["robot"]);
}

#[test]
fn code_and_parts_of_hyphenated_words_find_nothing() {
    assert_eq!(icons("Call music.play(now) or apple_pie here."), [""; 0]);
    assert_eq!(icons("A car-free zone and a brain-computer-mouse link"), ["link"]);
    assert_eq!(icons("a computer-based system"), ["desktop-computer"]);
}

#[test]
fn nothing_light_hearted_stands_beside_what_is_grave() {
    let library = IconLibrary::embedded();
    let light = |text: &str, around: &str| {
        let found = library.find("en", text, around);
        found.iter().filter(|found| library.icons[library.places[found.icon]].is_light).count()
    };
    let party = "They celebrate a birthday with music, pizza, balloons and a trophy.";
    assert!(light(party, "") >= 5);
    for grave in [
        "Her father died.",
        "The patient had cancer.",
        "A bomb exploded.",
        "The victims of the abuse testified.",
    ] {
        assert_eq!(light(&format!("{party} {grave}"), ""), 0, "{grave}");
        assert_eq!(light(party, grave), 0, "{grave}");
    }
    for (language, text) in [
        ("de", "Musik und Pizza nach dem Unfall mit zwei Toten"),
        ("fr", "De la musique et une pizza après la mort du roi"),
        ("es", "Música y pizza tras la muerte del rey"),
        ("ru", "Музыка и пицца после смерти"),
        ("ja", "音楽とピザ、そして彼の死"),
        ("ko", "음악과 피자, 그리고 사망"),
        ("zh", "音乐和披萨以及他的死亡"),
    ] {
        assert_eq!(found(language, text), [], "{language}");
    }
}

#[test]
fn every_language_finds_something() {
    for (language, text, expected) in [
        ("ar", "ذهب الطبيب إلى المستشفى في المدينة.", "hospital"),
        ("de", "Der Arzt arbeitet in zwei Krankenhäusern.", "hospital"),
        ("en", "The doctor works in two hospitals.", "hospital"),
        ("es", "La médica trabaja en dos hospitales.", "hospital"),
        ("fr", "Elle travaille dans deux hôpitaux.", "hospital"),
        ("it", "Il dottore lavora in due ospedali.", "hospital"),
        ("ja", "医師は病院で働いている。", "hospital"),
        ("ko", "의사는 병원에서 일한다.", "hospital"),
        ("nl", "De dokter werkt in twee ziekenhuizen.", "hospital"),
        ("pl", "Lekarz pracuje w szpitalu.", "hospital"),
        ("pt", "Ela trabalha em dois hospitais.", "hospital"),
        ("ru", "Врач работает в больнице.", "hospital"),
        ("tr", "Doktor hastanede çalışıyor.", "hospital"),
        ("zh", "医生在医院工作。", "hospital"),
    ] {
        let found = found(language, text);
        assert!(found.iter().any(|(_, icon)| *icon == expected), "{language}: {found:?}");
    }
    assert_eq!(found("xx", "The hospital"), []);
    assert_eq!(found("pt-BR", "O hospital"), [("hospital", "hospital")]);
}

#[test]
fn words_of_one_character_are_no_parts_of_longer_ones() {
    assert_eq!(found("ja", "馬がいる。"), [("馬", "horse")]);
    assert_eq!(found("ja", "群馬県"), []);
    assert_eq!(found("ja", "カメラ"), [("カメラ", "camera")]);
}

#[test]
fn compound_words_mean_their_last_part() {
    assert_eq!(found("de", "Die Steuerberechnung"), [("Steuerberechnung", "abacus")]);
    assert_eq!(found("de", "Das Gefahrgutrisiko ist klein."), [("Gefahrgutrisiko", "warning")]);
}

#[test]
fn drawings_come_in_the_order_of_the_text_each_once() {
    let text = "Doctors and nurses, a hospital, more hospitals, money, one more doctor and a bank";
    let library = IconLibrary::embedded();
    let found = library.find("en", text, "");
    assert_eq!(found, library.find("en", text, ""));
    let mut icons = BTreeSet::new();
    let mut end = 0;
    for one in &found {
        assert!(icons.insert(one.icon), "{} comes twice", one.icon);
        assert!(one.words.start >= end && one.words.end > one.words.start);
        assert!(text.is_char_boundary(one.words.start) && text.is_char_boundary(one.words.end));
        assert!(one.weight > 0.0 && one.weight <= 1.0);
        end = one.words.end;
    }
    assert_eq!(found.len(), 4);
}

#[test]
fn any_text_is_read_without_a_panic() {
    let library = IconLibrary::embedded();
    for (language, _) in TABLES {
        for text in
            ["", " ", "-", "- - -", "a", "ßß", "…", "\u{64b}", "x-", "-x", "🙂 heart 🙂", "İİ", "ﬁﬁ word"]
        {
            library.find(language, text, text);
        }
    }
}
