//! [`Facts`]: the claim gate for lines that a model wrote.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use brainwrought_core::data::{Citation, Line, LineRole};

use super::super::compress::without_citations;
use super::super::dialogue::is_question;
use super::super::duration::is_ideograph;
use super::super::evidence::{Doubt, Evidence};
use super::super::lexicon::{stop_words, words};
use super::super::sentence_filter::{is_dangling, is_speakable};
use super::sources::{Form, Sources};

/// The words that a line may have.
const LINE_WORDS: std::ops::RangeInclusive<usize> = 2..=20;
/// The same for languages that put no spaces between words, in characters.
const LINE_CHARS: std::ops::RangeInclusive<usize> = 3..=60;
/// The most words of an opening, and of the last line.
const EDGE_WORDS: usize = 16;
/// The most words of a reaction that states nothing.
const BEAT_WORDS: usize = 10;
/// The most words of a scene's title.
const TITLE_WORDS: usize = 6;
/// A line is made of a sentence that has this share of its words.
const MOSTLY: f64 = 0.6;
/// A line that says something of a passage in other words still has this share of its words.
const AKIN: f64 = 0.15;
/// A line with fewer words of its own is too short to tell: two words in common are no kinship, and none no strangeness.
const MIN_WORDS: usize = 5;
/// Words that begin with the same letters, as many as these, are taken for forms of one.
const STEM: usize = 5;

/// A line that has to pass the gate.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub(super) text: String,
    pub(super) role: LineRole,
    /// The sentences that bear it out, by their places in [`Sources`].
    pub(super) sources: Vec<usize>,
}

/// The claim gate for lines that a model wrote, with the document's sentences.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) sources: Sources,
    evidence: Evidence,
    language: String,
    stop_words: BTreeSet<&'static str>,
    /// What tells one sentence from another.
    bags: Vec<BTreeSet<String>>,
    /// Each word of the document once, and each number with the words beside it.
    vocabulary: String,
}

impl Claim {
    /// Tells whether the document has to bear the line out.
    fn states_facts(&self) -> bool {
        match self.role {
            // A question says nothing yet.
            LineRole::Hook => !is_question(&self.text),
            LineRole::Close => true,
            role => role.states_facts(),
        }
    }
}

impl Facts {
    pub(super) fn new(evidence: Evidence, sources: Sources, title: &str, language: &str) -> Self {
        let bags = sources.iter().map(|source| bag(&source.quote)).collect();
        let vocabulary = vocabulary(sources.iter().map(|source| source.quote.as_str()).chain([title]));
        let stop_words = stop_words(language);
        Self { sources, evidence, language: language.to_owned(), stop_words, bags, vocabulary }
    }

    /// Passes a line: tells where it comes from, or what is wrong with it, in words for who wrote it. A line that names the
    /// wrong sentence is given the one that it is made of.
    pub(super) fn judge(&self, claim: &Claim) -> Result<Vec<Citation>, Vec<String>> {
        let mut reasons = self.form_faults(claim);
        if !claim.states_facts() {
            reasons.extend(self.strangers(claim));
            let cited = if claim.role == LineRole::Hook { self.cited(&claim.sources) } else { Vec::new() };
            return if reasons.is_empty() { Ok(cited) } else { Err(reasons) };
        }
        if !reasons.is_empty() {
            return Err(reasons);
        }
        let stranger = self.is_stranger(&claim.text, &claim.sources);
        let (named, doubts) = self.borne_out(&claim.text, &claim.sources);
        match named {
            Some(citations) if !stranger => return Ok(citations),
            _ => {}
        }
        if let (Some(citations), _) = self.borne_out(&claim.text, &self.made_of(&claim.text)) {
            return Ok(citations);
        }
        let strange =
            format!("it has hardly a word in common with its sentences, or is not in `{}`", self.language);
        Err(if stranger && !claim.sources.is_empty() { vec![strange] } else { doubts })
    }

    /// Tells whether a line has next to no words of the sentences that it names; of a long one, those beside them count, too.
    fn is_stranger(&self, text: &str, sources: &[usize]) -> bool {
        let said: BTreeSet<String> = words(text)
            .into_iter()
            .filter(|word| word.chars().count() > 3 && !self.stop_words.contains(word.as_str()))
            .map(|word| word.chars().take(STEM).collect())
            .collect();
        let is_long = said.len() >= MIN_WORDS;
        let beside = sources.iter().filter(|_| is_long).flat_map(|&at| self.sources.neighbours(at));
        let known: BTreeSet<&String> =
            sources.iter().copied().chain(beside).filter_map(|at| self.bags.get(at)).flatten().collect();
        let above = sources.iter().map(|&at| self.sources.section(at));
        let above: BTreeSet<String> = above.flat_map(bag).collect();
        let shared = said.iter().filter(|word| known.contains(word) || above.contains(*word)).count();
        said.len() > 1 && (shared as f64) < (AKIN * said.len() as f64).max(1.0)
    }

    /// Where a short text comes from, such as a choice; else what its sentences do not say.
    pub(super) fn bears_out(&self, text: &str, sources: &[usize]) -> Result<Vec<Citation>, Vec<String>> {
        if self.is_stranger(text, sources) {
            return Err(vec!["it has no word in common with its sentences".to_owned()]);
        }
        let (citations, doubts) = self.borne_out(text, sources);
        citations.ok_or(doubts)
    }

    /// Where words of the document's sentences come from that bear `text` out; else what they do not say.
    fn borne_out(&self, text: &str, sources: &[usize]) -> (Option<Vec<Citation>>, Vec<String>) {
        let named: Vec<usize> = sources
            .iter()
            .copied()
            .filter(|&at| self.sources.at(at).is_some())
            .take(Line::MAX_SOURCES)
            .collect();
        if named.is_empty() {
            return (None, vec!["it names no sentence of the document".to_owned()]);
        }
        let near: BTreeSet<usize> =
            named.iter().flat_map(|&at| self.sources.neighbours(at).chain([at])).collect();
        let near: Vec<usize> = near.into_iter().collect();
        let mut least: Option<Vec<Doubt>> = None;
        let headed: Vec<Citation> =
            named.iter().filter_map(|&at| self.sources.heading(at)).chain(self.cited(&named)).collect();
        for mut citations in [self.cited(&named), self.cited(&near), headed] {
            citations.dedup();
            if citations.len() > Line::MAX_SOURCES {
                continue;
            }
            let quotes: Vec<&str> = citations.iter().map(|citation| citation.quote.as_str()).collect();
            let doubts = self.evidence.doubts_among(text, &quotes);
            if doubts.is_empty() {
                return (Some(citations), Vec::new());
            }
            if least.as_ref().is_none_or(|least| doubts.len() < least.len()) {
                least = Some(doubts);
            }
        }
        let told =
            least.unwrap_or_default().into_iter().map(|doubt| format!("its sentences do not say {doubt}"));
        (None, told.collect())
    }

    /// Quotes sentences; what follows each other on one page is one quote.
    fn cited(&self, places: &[usize]) -> Vec<Citation> {
        let mut cited: Vec<Citation> = Vec::new();
        let mut before: Option<usize> = None;
        for &place in places {
            let Some(source) = self.sources.at(place) else { continue };
            let joins = before.is_some_and(|before| self.sources.are_joined(before, place));
            before = Some(place);
            let mut pieces = source.pieces.iter();
            if let Some(last) = cited.last_mut().filter(|_| joins)
                && let Some(first) = source.pieces.first()
                && last.page == first.page
            {
                let both = format!("{} {}", last.quote, first.quote);
                // The mark of a note may stand between them.
                if self.evidence.has_quote(last.page, &both) {
                    last.quote = both;
                    pieces.next();
                }
            }
            cited.extend(pieces.cloned());
        }
        cited
    }

    /// The sentence that a line is made of, where there is one.
    fn made_of(&self, text: &str) -> Vec<usize> {
        let said = bag(text);
        let shared = self.bags.iter().map(|bag| said.intersection(bag).count());
        let best = shared.enumerate().max_by_key(|&(index, shared)| (shared, Reverse(index)));
        let found = best.filter(|&(_, most)| most as f64 >= MOSTLY * said.len().max(MIN_WORDS) as f64);
        found.map(|(index, _)| index).into_iter().collect()
    }

    /// What is wrong with a line whatever the document says.
    fn form_faults(&self, claim: &Claim) -> Vec<String> {
        let mut faults = Vec::new();
        let size = Size::of(&claim.text);
        let most = match claim.role {
            LineRole::Interjection => BEAT_WORDS,
            LineRole::Hook | LineRole::Close => EDGE_WORDS,
            _ => *LINE_WORDS.end(),
        };
        let is_one_word = claim.role == LineRole::Interjection && size == Size::Words(1);
        if !size.is_within(most) && !is_one_word {
            faults.push(format!("it has {size}; 2 to {most} words are wanted"));
        }
        let is_sign = |letter: char| letter.is_control() || "<>{}[]|\\".contains(letter);
        if claim.text.contains(is_sign) || !claim.text.chars().any(char::is_alphabetic) {
            faults.push("it holds signs that cannot be spoken".to_owned());
        }
        faults
    }

    /// What a line that states nothing says all the same.
    fn strangers(&self, claim: &Claim) -> Vec<String> {
        let counts = |text: &str| text.chars().any(char::is_numeric);
        if claim.role == LineRole::Gloss && counts(&claim.text) {
            return vec!["a gloss holds no number".to_owned()];
        }
        let unknown = self.evidence.unknown(&claim.text, &self.vocabulary);
        // A guess may be wrong: the lines after it put it right.
        let is_free = |doubt: &Doubt| {
            claim.role == LineRole::Guess && matches!(doubt, Doubt::Number(_) | Doubt::Unit(_))
        };
        let quotes: Vec<&str> = claim
            .sources
            .iter()
            .filter_map(|&at| self.sources.at(at))
            .map(|source| source.quote.as_str())
            .collect();
        let invented = match claim.role {
            LineRole::Guess | LineRole::Quiz => Vec::new(),
            _ => self.evidence.invented(&claim.text, &quotes.join(" ")),
        };
        let invented = invented.into_iter().filter(|doubt| !unknown.contains(doubt)).collect::<Vec<_>>();
        let unknown = unknown.into_iter().filter(|doubt| !is_free(doubt)).chain(invented);
        unknown.map(|doubt| format!("the document does not say {doubt}")).collect()
    }

    /// The first sentence of those that a line names which can be said in its place as the document has it.
    pub(super) fn own_sentence(&self, claim: &Claim, taken: &BTreeSet<usize>) -> Option<(String, usize)> {
        let most = if matches!(claim.role, LineRole::Hook | LineRole::Close) {
            EDGE_WORDS
        } else {
            *LINE_WORDS.end()
        };
        let candidates = claim.sources.iter().copied().chain(self.made_of(&claim.text));
        candidates.filter(|at| !taken.contains(at)).find_map(|at| {
            let source = self.sources.at(at)?;
            let is_prose = matches!(source.form, Form::Sentence | Form::Item | Form::Note);
            let text = spaced(&without_citations(&source.quote));
            let fits = is_prose
                && Size::of(&text).is_within(most)
                && is_speakable(&text, &self.language)
                && !is_dangling(&text, &self.language);
            let own = Claim { text, role: claim.role, sources: vec![at] };
            (fits && self.judge(&own).is_ok()).then_some((own.text, at))
        })
    }

    /// Tells whether `text` can be written on a meme: a few words without numbers that claim nothing against the line.
    pub(super) fn is_joke(&self, text: &str, said: &str) -> bool {
        let states = |doubt: &Doubt| {
            matches!(doubt, Doubt::Number(_) | Doubt::Name(_) | Doubt::Unit(_)) || doubt.is_opposite()
        };
        self.is_plain(text) && !self.evidence.doubts(text, said).iter().any(states)
    }

    /// Tells whether `text` can head a scene: a few words that state nothing, one of which is known of what is said.
    pub(super) fn is_title(&self, text: &str, said: &str, above: &str) -> bool {
        let known = bag(&format!("{said} {above}"));
        text.split_whitespace().count() <= TITLE_WORDS
            && self.is_joke(text, said)
            && !bag(text).is_disjoint(&known)
    }

    /// Tells whether words may stand on the screen while a line is said: they are out of it, or of what it comes from.
    pub(super) fn stands_in(&self, text: &str, said: &str) -> bool {
        let known: BTreeSet<String> = words(said).into_iter().collect();
        !text.is_empty() && words(text).iter().all(|word| known.contains(word))
    }

    fn is_plain(&self, text: &str) -> bool {
        let sign = |letter: char| letter.is_numeric() || letter.is_control() || "<>{}[]|\\".contains(letter);
        (1..=BEAT_WORDS).contains(&text.split_whitespace().count())
            && text.chars().any(char::is_alphabetic)
            && !text.contains(sign)
    }
}

/// How much a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Words(usize),
    /// Of a language that puts no spaces between its words.
    Characters(usize),
}

impl Size {
    pub(super) fn of(text: &str) -> Self {
        let letters = text.chars().filter(|letter| !letter.is_whitespace()).count();
        if text.chars().filter(|&letter| is_ideograph(letter)).count() * 2 > letters {
            Self::Characters(letters)
        } else {
            Self::Words(text.split_whitespace().count())
        }
    }

    fn is_within(self, most: usize) -> bool {
        match self {
            Self::Words(count) => (*LINE_WORDS.start()..=most).contains(&count),
            Self::Characters(count) => LINE_CHARS.contains(&count),
        }
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Words(count) => write!(f, "{count} words"),
            Self::Characters(count) => write!(f, "{count} characters"),
        }
    }
}

/// One line of text that ends as a sentence does.
pub(super) fn ended(text: &str) -> String {
    let text = spaced(text);
    let text = text.trim_matches(['"', '“', '”']).to_owned();
    if text.ends_with(['.', '!', '?', '…', '。', '！', '？']) || text.is_empty() {
        text
    } else if text.chars().last().is_some_and(is_ideograph) {
        format!("{text}。")
    } else {
        format!("{}.", text.trim_end_matches([',', ';', ':']))
    }
}

pub(super) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a text that may tell it from others, without their endings.
pub(super) fn bag(text: &str) -> BTreeSet<String> {
    let long = words(text).into_iter().filter(|word| word.chars().count() > 3);
    long.map(|word| word.chars().take(STEM).collect()).collect()
}

/// Each word once, and each number with the words beside it: all that names and numbers are looked up in.
fn vocabulary<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<&str> = Vec::new();
    for text in texts {
        let all: Vec<&str> = text.split_whitespace().collect();
        for (index, word) in all.iter().enumerate() {
            let counts = |at: Option<usize>| {
                at.and_then(|at| all.get(at)).is_some_and(|word| word.chars().any(char::is_numeric))
            };
            let is_by_number =
                counts(Some(index)) || counts(index.checked_sub(1)) || counts(index.checked_add(1));
            if is_by_number || seen.insert(*word) {
                kept.push(word);
            }
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::BlockKind;

    use super::super::super::offline::tests::{block, document};
    use super::*;

    const TEXT: &str = "Queues are short at 80% load. They double when half of the idle time is gone. In 1909, Agner \
                        Erlang counted 1,200 calls. Nobody waits long at the exchange in Copenhagen today.";

    fn facts() -> Facts {
        let document = document(vec![vec![block(BlockKind::Paragraph, TEXT)]]);
        Facts::new(Evidence::new(&document), Sources::new(&document, "en"), "Queues", "en")
    }

    fn judged(text: &str, role: LineRole, sources: &[usize]) -> Result<Vec<Citation>, Vec<String>> {
        facts().judge(&Claim { text: text.to_owned(), role, sources: sources.to_vec() })
    }

    #[test]
    fn a_line_may_put_sentences_together_and_lean_on_those_beside_them() {
        let quotes = |text: &str, sources: &[usize]| -> Vec<String> {
            judged(text, LineRole::Fact, sources).unwrap().into_iter().map(|cited| cited.quote).collect()
        };
        assert_eq!(quotes("Short queues at 80% load.", &[0]), ["Queues are short at 80% load."]);
        let two = quotes("Erlang counted 1,200 calls; queues are short at 80% load.", &[0, 2]);
        assert_eq!(two, ["Queues are short at 80% load.", "In 1909, Agner Erlang counted 1,200 calls."]);
        let wide = quotes("At 80% load queues are short, then they double.", &[1]);
        assert_eq!(
            wide,
            ["They double when half of the idle time is gone."],
            "what stands beside it lends its words"
        );
        let wrong = quotes("Agner Erlang counted 1,200 calls in 1909.", &[0]);
        assert_eq!(wrong, ["In 1909, Agner Erlang counted 1,200 calls."]);
    }

    #[test]
    fn the_reasons_are_told() {
        let reasons =
            |text: &str, role, sources: &[usize]| judged(text, role, sources).unwrap_err().join("; ");
        let told = reasons("Queues are short at 42% load.", LineRole::Fact, &[0]);
        assert_eq!(told, "its sentences do not say the number 42%");
        assert!(reasons("It is so.", LineRole::Fact, &[]).contains("names no sentence"));
        assert!(reasons("Short.", LineRole::Fact, &[0]).contains("1 words"));
        assert!(reasons("Like 3 cars in a lane.", LineRole::Gloss, &[]).contains("no number"));
        assert!(reasons("Think of it as Amazon does.", LineRole::Gloss, &[]).contains("Amazon"));
        assert!(reasons("So is it 77 now?", LineRole::Question, &[]).contains("77"));
        assert!(judged("Like cars in a lane.", LineRole::Gloss, &[]).unwrap().is_empty());
        assert!(judged("So at 80% load?", LineRole::Question, &[]).unwrap().is_empty());
        assert!(judged("Maybe 77 calls?", LineRole::Guess, &[]).unwrap().is_empty());
        assert!(
            reasons("This paper is the best of all time.", LineRole::Fact, &[0]).contains("hardly a word")
        );
        let foreign = "Penguine marschieren fröhlich zu gefrorenen Ozeanen unter hellem Mondlicht.";
        assert!(reasons(foreign, LineRole::Fact, &[0]).contains("hardly a word in common"));
    }

    #[test]
    fn the_documents_own_sentence_takes_the_place_of_a_line_where_it_stands_alone() {
        let facts = facts();
        let own = |sources: &[usize], taken: &[usize]| {
            let claim = Claim { text: "Wrong.".to_owned(), role: LineRole::Fact, sources: sources.to_vec() };
            facts.own_sentence(&claim, &taken.iter().copied().collect()).map(|(text, _)| text)
        };
        assert_eq!(
            own(&[1, 3], &[]).as_deref(),
            Some("Nobody waits long at the exchange in Copenhagen today."),
            "not “They”"
        );
        assert_eq!(own(&[3], &[3]), None);
    }
}
