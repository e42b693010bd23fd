//! How good scripts are, on papers whose abstract is kept from the writer: what of the abstract they cover, what they say
//! that the paper does not, how hard they are to read and how much they repeat themselves.
//!
//! `cargo bench -p brainwrought-benches --bench script -- paper.pdf …` reads the papers that are named and prints, beside
//! the offline writer, as many words of the paper's first sentences and of a TextRank summary (Mihalcea and Tarau, 2004).
//! `--llm http://127.0.0.1:8080/v1#MODEL` adds a language model, as a writer and on its own, where it is asked for a summary
//! that nobody checks; `--small-model` adds the one that the tests use (what `scripts/setup.sh tests` installs);
//! `--answers FOLDER` adds one whose answers somebody wrote, in a folder for each paper by the name of its file; `--show`
//! prints the texts. Of each model it is told how often it was called and with how many tokens, by the estimate that prompts are
//! planned with.

#![expect(clippy::print_stdout, reason = "a bench speaks to whoever runs it")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use brainwrought_benches::{pdfs, read};
use brainwrought_core::data::{BlockKind, Document, LineRole, Script};
use brainwrought_core::id::{JobId, TaskKey};
use brainwrought_core::memory::MemoryArtifactStore;
use brainwrought_core::stage::StageContext;
use brainwrought_stages::llm::{ChosenLlm, Completion, LanguageModel, LlmError, Prompt, estimate_tokens};
use brainwrought_stages::provider::ProviderSettings;
use brainwrought_stages::script::{Brief, ModelWriter, OfflineWriter, ScriptWriter as _, grounding};
use brainwrought_testing::{LLAMA, ModelServer, PythonPeer};
use rust_stemmers::{Algorithm, Stemmer};
use tokio_util::sync::CancellationToken;

/// An abstract has at least so many words; what is shorter is another heading of that name.
const MIN_ABSTRACT: usize = 60;
/// The longest text between the heading and the first words of the abstract, in blocks.
const ABSTRACT_BLOCKS: usize = 3;
/// Words that carry no content.
const FUNCTION_WORDS: &str = "a about above after again against all also although an and any are as at be because been \
before being below between both but by can could did do does doing down during each either even few for from further had has \
have having he hence her here his how however i if in into is it its itself just let like may me might more moreover most \
much must my neither no nor not now of off on once one only or other our out over own per rather same shall she should since \
so some still such than that the their them then there therefore these they this those through thus to too under until up \
upon us use used using very via was we were what when where whether which while who whom whose why will with within without \
would yet you your";

/// What is measured of one text.
#[derive(Debug, Default, Clone, Copy)]
struct Figures {
    /// The share of the abstract's content words that the text has.
    coverage: f64,
    /// The share of the text's content words that the paper has not.
    foreign: f64,
    /// Flesch's reading ease; 60 is plain English, 30 is a scientific paper.
    ease: f64,
    /// The share of the content words that were said before: one less the unique n-gram ratio for words, which measures
    /// texts of the same length alike however they are cut into sentences (Xiao and Carenini, 2020).
    redundancy: f64,
    words: f64,
}

fn main() -> anyhow::Result<()> {
    brainwrought_stages::parse::serve_if_child();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let stemmer = Stemmer::create(Algorithm::English);
    let small = std::env::args().any(|argument| argument == "--small-model").then(small_model);
    let named = std::env::args().skip_while(|argument| argument != "--llm").nth(1);
    let served = small.as_ref().map(|server| format!("{}/v1#smollm2", server.greeting));
    let model = named.or(served).map(|name| model(&name)).transpose()?;
    let answers = std::env::args().skip_while(|argument| argument != "--answers").nth(1).map(PathBuf::from);
    let mut all: BTreeMap<&str, Vec<Figures>> = BTreeMap::new();
    let mut ungrounded = 0;
    let mut texts_shown = Vec::new();
    println!(
        "{:<34} {:<16} {:>8} {:>8} {:>6} {:>10} {:>6}",
        "", "", "coverage", "foreign", "ease", "redundancy", "words"
    );
    for pdf in pdfs() {
        let Ok((document, _)) = runtime.block_on(read(&pdf)) else { continue };
        if document.language.as_str() != "en" {
            continue;
        }
        let Some((withheld, paper)) = without_abstract(&document) else { continue };
        let brief = Brief { length_ms: 55_000, seed: 1, slang: 1, ..Brief::default() };
        let script = runtime.block_on(OfflineWriter.write(&paper, &brief, &context()))?;
        ungrounded += grounding(&script, &paper).len();
        let written = facts(&script);
        let words = written.iter().map(|line| line.split_whitespace().count()).sum();
        let sentences = body(&paper);
        texts_shown.push(format!("{}\n{}", shown(&pdf), written.join("\n")));
        let mut texts = vec![
            ("offline", written),
            ("first sentences", up_to(sentences.iter().map(String::as_str), words)),
            ("TextRank", textrank(&sentences, &stemmer, words)),
        ];
        if let Some((writer, alone)) = &model {
            let summary = runtime.block_on(summary(alone.as_ref(), &sentences, words))?;
            texts.push(("model alone", summary));
            let script = runtime.block_on(writer.write(&paper, &brief, &context()))?;
            // A model that wrote none is no figure of its own.
            if script.writer.starts_with("offline") {
                let why = script.warnings.last().map_or("", String::as_str);
                println!("{:<34} {:<16} {why}", shown(&pdf), "model");
            } else {
                ungrounded += grounding(&script, &paper).len();
                texts.push(("model", facts(&script)));
            }
        }
        if let Some(folder) = &answers {
            let server = ModelServer::answering_from(&folder.join(pdf.file_stem().unwrap_or_default()));
            let (writer, _) = self::model(&format!("{}/v1#written", server.url))?;
            let script = runtime.block_on(writer.write(&paper, &brief, &context()))?;
            ungrounded += grounding(&script, &paper).len();
            script.warnings.iter().for_each(|warning| println!("{warning}"));
            texts.push(("written answers", facts(&script)));
        }
        for (who, text) in texts {
            let figures = measure(&text, &withheld, &paper, &stemmer);
            row(&shown(&pdf), who, figures);
            all.entry(who).or_default().push(figures);
        }
    }
    for (who, figures) in &all {
        row(&format!("all {} papers", figures.len()), who, mean(figures));
    }
    if std::env::args().any(|argument| argument == "--show") {
        texts_shown.iter().for_each(|text| println!("{text}"));
    }
    println!("lines that their source does not bear out: {ungrounded}");
    Ok(())
}

/// SmolLM2 with 135 million parameters, served by llama.cpp as long as this lives.
fn small_model() -> PythonPeer {
    PythonPeer::start(&format!("{LLAMA}serve_llama(4096)"))
}

/// A model, such as `http://127.0.0.1:8080/v1#MODEL`, as a writer and on its own.
fn model(name: &str) -> anyhow::Result<(ModelWriter, Arc<dyn LanguageModel>)> {
    let chosen = ChosenLlm::new(&name.parse()?, &ProviderSettings::default());
    let alone = chosen.model?;
    let counted = Counted { model: Arc::clone(&alone), calls: 0.into(), sent: 0.into(), answered: 0.into() };
    Ok((ModelWriter::new(Arc::new(counted)), alone))
}

/// A model that tells what it was asked for.
#[derive(Debug)]
struct Counted {
    model: Arc<dyn LanguageModel>,
    calls: AtomicU64,
    sent: AtomicU64,
    answered: AtomicU64,
}

#[async_trait::async_trait]
impl LanguageModel for Counted {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn context_tokens(&self) -> Option<u32> {
        self.model.context_tokens()
    }

    async fn complete(&self, prompt: &Prompt, cx: &StageContext) -> Result<Completion, LlmError> {
        let completion = self.model.complete(prompt, cx).await?;
        let (sent, answered) = (prompt.tokens(), estimate_tokens(&completion.text));
        let add =
            |sum: &AtomicU64, count: u32| sum.fetch_add(count.into(), Ordering::Relaxed) + u64::from(count);
        let (calls, sent_so_far) = (add(&self.calls, 1), add(&self.sent, sent));
        let answered_so_far = add(&self.answered, answered);
        println!(
            "{:<20} {sent:>7} tokens sent, {answered:>5} answered; {calls} calls so far with {sent_so_far} and {answered_so_far}",
            prompt.purpose,
        );
        Ok(completion)
    }
}

/// What a model says that is only asked for a summary of the paper's beginning, and that nobody checks.
async fn summary(
    model: &dyn LanguageModel,
    sentences: &[String],
    words: usize,
) -> anyhow::Result<Vec<String>> {
    /// As much of a paper as small models have room for, in words.
    const MAX_SHOWN: usize = 1500;
    let shown = up_to(sentences.iter().map(String::as_str), MAX_SHOWN).join(" ");
    let task = format!("Summarise the text of the user in {words} words, in plain sentences.");
    let mut prompt = Prompt::new("script: summary", &task, shown);
    prompt.max_tokens = 2 * words as u32;
    prompt.temperature = Some(0.0);
    let said = model.complete(&prompt, &context()).await?.text;
    let said: Vec<String> = sentencex::segment("en", &said).into_iter().map(str::to_owned).collect();
    Ok(up_to(said.iter().map(String::as_str), words))
}

/// What a writer sees that works on its own.
fn context() -> StageContext {
    let key = TaskKey { stage: "script".into(), segment: None };
    let job = JobId::from_bytes([0; 16]);
    StageContext::new(
        job,
        key,
        Arc::new(MemoryArtifactStore::default()),
        PathBuf::new(),
        CancellationToken::new(),
    )
}

fn row(name: &str, who: &str, figures: Figures) {
    let Figures { coverage, foreign, ease, redundancy, words } = figures;
    println!(
        "{name:<34} {who:<16} {coverage:>8.3} {foreign:>8.3} {ease:>6.1} {redundancy:>10.3} {words:>6.0}"
    );
}

fn mean(all: &[Figures]) -> Figures {
    let count = all.len().max(1) as f64;
    let of = |figure: fn(&Figures) -> f64| all.iter().map(figure).sum::<f64>() / count;
    Figures {
        coverage: of(|f| f.coverage),
        foreign: of(|f| f.foreign),
        ease: of(|f| f.ease),
        redundancy: of(|f| f.redundancy),
        words: of(|f| f.words),
    }
}

fn shown(pdf: &Path) -> String {
    pdf.file_stem().unwrap_or_default().to_string_lossy().chars().take(33).collect()
}

/// The abstract, and the paper without it.
fn without_abstract(document: &Document) -> Option<(String, Document)> {
    let mut paper = document.clone();
    for page in paper.pages.iter_mut().take(2) {
        let is_head = |text: &str| {
            text.trim().trim_matches(|c: char| !c.is_alphabetic()).eq_ignore_ascii_case("abstract")
        };
        let starts = |text: &str| {
            let start: String = text.trim_start().chars().take(9).collect();
            start.to_lowercase().starts_with("abstract") && !start.ends_with(char::is_alphabetic)
        };
        let inline = page.blocks.iter().position(|block| starts(&block.text) && !is_head(&block.text));
        let head = page.blocks.iter().position(|block| is_head(&block.text));
        let (first, last) = match (head, inline) {
            (Some(head), _) => {
                let behind = page.blocks.iter().enumerate().skip(head + 1).take(ABSTRACT_BLOCKS);
                let body: Vec<usize> = behind
                    .take_while(|(_, block)| block.kind != BlockKind::Heading)
                    .map(|(index, _)| index)
                    .collect();
                (head, *body.last()?)
            }
            (None, Some(inline)) => (inline, inline),
            (None, None) => continue,
        };
        let taken: Vec<String> = page.blocks.drain(first..=last).map(|block| block.text).collect();
        let text = taken.join(" ");
        return (text.split_whitespace().count() >= MIN_ABSTRACT).then_some((text, paper));
    }
    None
}

/// What the script says of the paper: every line that quotes it, but for the quiz.
fn facts(script: &Script) -> Vec<String> {
    let quotes = script.lines().filter(|line| !line.citation.quote.is_empty() && line.role != LineRole::Quiz);
    quotes.map(|line| line.text.clone()).collect()
}

/// The sentences of the running text, before the references.
fn body(paper: &Document) -> Vec<String> {
    let blocks = paper.pages.iter().flat_map(|page| &page.blocks);
    let blocks = blocks.take_while(|block| {
        !(block.kind == BlockKind::Heading && block.text.to_lowercase().contains("references"))
    });
    blocks
        .filter(|block| block.kind == BlockKind::Paragraph)
        .flat_map(|block| sentencex::segment("en", &block.text))
        .map(|sentence| sentence.trim().to_owned())
        .filter(|sentence| (6..=60).contains(&sentence.split_whitespace().count()))
        .collect()
}

/// Whole sentences of at most so many words together; at least one.
fn up_to<'a>(sentences: impl Iterator<Item = &'a str>, words: usize) -> Vec<String> {
    let mut left = words;
    let mut taken = Vec::new();
    for sentence in sentences {
        let count = sentence.split_whitespace().count();
        if count > left && !taken.is_empty() {
            break;
        }
        left = left.saturating_sub(count);
        taken.push(sentence.to_owned());
    }
    taken
}

/// The best sentences by their rank in the graph of shared words, in the order of the paper.
fn textrank(sentences: &[String], stemmer: &Stemmer, words: usize) -> Vec<String> {
    let bags: Vec<BTreeSet<String>> =
        sentences.iter().map(|sentence| content(sentence, stemmer).into_iter().collect()).collect();
    let count = bags.len();
    let weight = |one: usize, other: usize| {
        let shared = bags[one].intersection(&bags[other]).count() as f64;
        let size = (bags[one].len() as f64).ln() + (bags[other].len() as f64).ln();
        if one == other || size <= 0.0 { 0.0 } else { shared / size }
    };
    let weights: Vec<Vec<f64>> =
        (0..count).map(|one| (0..count).map(|other| weight(one, other)).collect()).collect();
    let sums: Vec<f64> = weights.iter().map(|row| row.iter().sum()).collect();
    let mut ranks = vec![1.0; count];
    // The damping and the number of rounds are those of the paper that describes it.
    for _ in 0..30 {
        let share: Vec<f64> =
            (0..count).map(|from| if sums[from] > 0.0 { ranks[from] / sums[from] } else { 0.0 }).collect();
        ranks = (0..count)
            .map(|to| 0.15 + 0.85 * (0..count).map(|from| weights[from][to] * share[from]).sum::<f64>())
            .collect();
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&one, &other| ranks[other].total_cmp(&ranks[one]));
    let mut left = words;
    let mut taken = Vec::new();
    for index in order {
        let length = sentences[index].split_whitespace().count();
        if length <= left || taken.is_empty() {
            left = left.saturating_sub(length);
            taken.push(index);
        }
    }
    taken.sort_unstable();
    taken.into_iter().map(|index| sentences[index].clone()).collect()
}

fn measure(text: &[String], withheld: &str, paper: &Document, stemmer: &Stemmer) -> Figures {
    let said: BTreeSet<String> = text.iter().flat_map(|line| content(line, stemmer)).collect();
    let wanted: BTreeSet<String> = content(withheld, stemmer).into_iter().collect();
    let whole: String = paper.pages.iter().map(|page| page.text() + " ").collect();
    let known: BTreeSet<String> = content(&whole, stemmer).into_iter().collect();
    let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
    Figures {
        coverage: share(wanted.intersection(&said).count(), wanted.len()),
        foreign: share(said.difference(&known).count(), said.len()),
        ease: reading_ease(text),
        redundancy: redundancy(text, stemmer),
        words: text.iter().map(|line| line.split_whitespace().count()).sum::<usize>() as f64,
    }
}

/// The stems of the words that carry content.
fn content(text: &str, stemmer: &Stemmer) -> Vec<String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() > 2 && word.chars().any(char::is_alphabetic))
        .filter(|word| !FUNCTION_WORDS.split_whitespace().any(|common| common == word))
        .map(|word| stemmer.stem(&word).into_owned())
        .collect()
}

fn redundancy(text: &[String], stemmer: &Stemmer) -> f64 {
    let said: Vec<String> = text.iter().flat_map(|line| content(line, stemmer)).collect();
    let distinct: BTreeSet<&String> = said.iter().collect();
    1.0 - distinct.len() as f64 / said.len().max(1) as f64
}

/// Flesch's reading ease, with syllables counted as groups of vowels.
fn reading_ease(text: &[String]) -> f64 {
    let words: Vec<String> = text
        .iter()
        .flat_map(|line| line.split_whitespace())
        .map(|word| word.chars().filter(|c| c.is_alphabetic()).collect::<String>().to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    let count = words.len().max(1) as f64;
    206.835 - 1.015 * count / text.len().max(1) as f64 - 84.6 * syllables as f64 / count
}

fn syllables(word: &str) -> usize {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let letters: Vec<char> = word.chars().collect();
    let groups = letters
        .iter()
        .enumerate()
        .filter(|&(place, &c)| is_vowel(c) && (place == 0 || !is_vowel(letters[place - 1])))
        .count();
    let silent = word.ends_with('e') && !word.ends_with("le") && groups > 1;
    (groups - usize::from(silent)).max(1)
}
