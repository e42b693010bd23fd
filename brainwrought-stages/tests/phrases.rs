//! In how many documents each phrase of `assets/language` fires.
//!
//! A phrase that fires in one document out of many was written for that document, and says nothing about the next one.
//! `BRAINWROUGHT_TEST_DOCUMENTS` names a folder of PDFs, folders inside it included, over which it is counted:
//!
//! `BRAINWROUGHT_TEST_DOCUMENTS=~/papers cargo test -p brainwrought-stages --test phrases`
//!
//! What was read is kept in `target/tmp/phrases`; remove it after a change to the parser. This program is its own child,
//! so it cannot use the usual test harness.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test program fails by panic and prints its results"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use brainwrought_core::data::{Language, Page};
use brainwrought_core::id::Digest;
use brainwrought_stages::language::{PhraseList, phrase_lists};
use brainwrought_stages::parse::{ParseLimits, PdfHost, serve_if_child};
use tokio_util::sync::CancellationToken;

/// With fewer documents than this, one that fires alone proves nothing.
const MIN_DOCUMENTS: usize = 50;
/// Nor does it in a language with fewer than this.
const MIN_OF_LANGUAGE: usize = 10;

/// What is kept of a document.
type Text = (Language, Vec<Page>);

/// A list, and for each of its entries the names of the documents in which it fires.
type Count<'a> = (&'a PhraseList, Vec<Vec<&'a str>>);

fn main() {
    serve_if_child();
    let lists = phrase_lists();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    phrases_fire_in_the_language_of_the_document(&lists, &read(&own));
    println!("test phrases_fire_in_the_language_of_the_document ... ok");
    rule_for_one_document_is_told_from_others(&lists);
    println!("test rule_for_one_document_is_told_from_others ... ok");
    match folder() {
        Some(folder) => {
            no_phrase_fires_in_one_document_only(&lists, &read(&folder));
            println!("test no_phrase_fires_in_one_document_only ... ok");
        }
        None => println!(
            "test no_phrase_fires_in_one_document_only did not run: BRAINWROUGHT_TEST_DOCUMENTS names no folder of PDFs"
        ),
    }
}

#[expect(clippy::disallowed_methods, reason = "a test program reads its own environment")]
fn folder() -> Option<PathBuf> {
    std::env::var_os("BRAINWROUGHT_TEST_DOCUMENTS").filter(|name| !name.is_empty()).map(PathBuf::from)
}

/// The headings of an English paper are told by English phrases.
fn phrases_fire_in_the_language_of_the_document(lists: &[PhraseList], documents: &BTreeMap<String, Text>) {
    assert!(!documents.is_empty(), "the project has a PDF of its own");
    for (name, (language, _)) in documents {
        assert_eq!(language.as_str(), "en", "{name}");
    }
    let fired: Vec<(&str, &str)> = count(lists, documents)
        .iter()
        .flat_map(|(list, names)| {
            names.iter().filter(|names| !names.is_empty()).map(|_| (list.language, list.name))
        })
        .collect();
    assert!(fired.contains(&("en", "cues.problem")), "{fired:?}");
    let foreign: Vec<_> =
        fired.iter().filter(|(language, list)| *language != "en" && *list != "text.back-stage").collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

/// The rule itself, on documents that are made up.
fn rule_for_one_document_is_told_from_others(lists: &[PhraseList]) {
    let list = lists.iter().find(|list| list.language == "en" && list.entries.len() > 2).unwrap();
    let names: Vec<String> = (0..MIN_DOCUMENTS).map(|number| number.to_string()).collect();
    let fired = |counts: [usize; 3]| {
        let fired = counts.map(|count| names[..count].iter().map(String::as_str).collect()).to_vec();
        vec![(list, fired)]
    };
    let english = |documents| BTreeMap::from([("en", documents)]);
    let found = |counts, documents| lonely(&fired(counts), &english(documents)).len();
    assert_eq!(found([0, 1, 2], MIN_DOCUMENTS), 1);
    assert_eq!(found([0, 2, MIN_DOCUMENTS], MIN_DOCUMENTS), 0);
    assert_eq!(found([0, 1, 2], MIN_DOCUMENTS - 1), 0, "too few to judge by");
    let german = BTreeMap::from([("de", MIN_DOCUMENTS), ("en", MIN_OF_LANGUAGE - 1)]);
    assert_eq!(lonely(&fired([0, 1, 2]), &german).len(), 0, "too few in this language");
}

fn no_phrase_fires_in_one_document_only(lists: &[PhraseList], documents: &BTreeMap<String, Text>) {
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for (language, _) in documents.values() {
        *languages.entry(language.as_str()).or_default() += 1;
    }
    println!("{} documents: {languages:?}", documents.len());
    let counts = count(lists, documents);
    for (list, fired) in &counts {
        println!("{} {} ({:?})", list.language, list.name, list.place);
        for (entry, names) in list.entries.iter().zip(fired) {
            let only = if names.len() == 1 { names[0] } else { "" };
            println!("{:>6}  {entry:?} {only}", names.len());
        }
    }
    let faults = lonely(&counts, &languages);
    assert!(
        faults.is_empty(),
        "these fire in one document only; take them out of assets/language, or say by structure what they stand for:\n{}",
        faults.join("\n")
    );
}

/// The entries that fire in one document only, where there are enough to tell.
fn lonely(counts: &[Count<'_>], languages: &BTreeMap<&str, usize>) -> Vec<String> {
    if languages.values().sum::<usize>() < MIN_DOCUMENTS {
        return Vec::new();
    }
    let is_judged = |list: &PhraseList| {
        languages.get(list.language).is_some_and(|documents| *documents >= MIN_OF_LANGUAGE)
    };
    let mut faults = Vec::new();
    for (list, fired) in counts.iter().filter(|(list, _)| is_judged(list)) {
        for (entry, names) in list.entries.iter().zip(fired).filter(|(_, names)| names.len() == 1) {
            faults.push(format!("{} {}: {entry:?} in {}", list.language, list.name, names[0]));
        }
    }
    faults
}

fn count<'a>(lists: &'a [PhraseList], documents: &'a BTreeMap<String, Text>) -> Vec<Count<'a>> {
    let mut counts: Vec<Count<'a>> =
        lists.iter().map(|list| (list, vec![Vec::new(); list.entries.len()])).collect();
    for (name, (_, pages)) in documents {
        for (list, fired) in &mut counts {
            let fires = list.fires(pages);
            fired.iter_mut().zip(fires).filter(|(_, fires)| *fires).for_each(|(names, _)| names.push(name));
        }
    }
    counts
}

/// Reads every PDF below a folder that can be read, by its name.
fn read(folder: &Path) -> BTreeMap<String, Text> {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("phrases");
    fs::create_dir_all(&kept).unwrap();
    let host = PdfHost::this_program().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut documents = BTreeMap::new();
    for path in pdfs(folder) {
        let pdf = fs::read(&path).unwrap();
        let file = kept.join(format!("{}.json", Digest::of(&pdf)));
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Ok(json) = fs::read(&file) {
            documents.insert(name, serde_json::from_slice(&json).unwrap());
            continue;
        }
        match runtime.block_on(host.parse(pdf.into(), &ParseLimits::default(), &CancellationToken::new())) {
            Ok(parsed) => {
                let text: Text = (parsed.language, parsed.pages);
                fs::write(&file, serde_json::to_vec(&text).unwrap()).unwrap();
                documents.insert(name, text);
            }
            Err(error) => println!("{name} is left out: {error}"),
        }
    }
    documents
}

fn pdfs(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{} cannot be listed: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let (folders, mut found): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    found.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
    found.extend(folders.iter().flat_map(|folder| pdfs(folder)));
    found
}
