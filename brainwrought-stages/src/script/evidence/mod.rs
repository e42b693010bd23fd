//! [`Evidence`]: whether a sentence says what the words say that it was made from.
//!
//! What is compared is what changes a fact when it changes: numbers, units and names by what they are worth, negations,
//! contraries, quantifiers, how sure it is, causes, the order in time, and who does what to whom. Style is free: a sentence may
//! leave words out, move clauses, use other words that mean the same and spell its numbers as it likes.

mod alignment;
mod amount;
mod doubt;
mod invention;
mod names;
mod numeral;
mod order;
mod polarity;
mod quantity;
mod reading;
mod relation;
mod strength;
mod thesaurus;
mod token;
mod unit;
mod vocabulary;
mod wording;

use std::collections::BTreeMap;
use std::fmt;

use brainwrought_core::data::{BlockKind, Document, Page};
use unicode_normalization::UnicodeNormalization;

pub use self::doubt::Doubt;
use self::names::Names;
use self::quantity::{Kind, Quantity};
use self::reading::{Pairing, Reading};
use self::relation::Relation;
use self::strength::Strength;
use self::token::Token;
use self::vocabulary::{Cue, Vocabulary};
use super::segment::segments;

/// How many sentences before and behind a quote may lend it their numbers and names.
const NEIGHBOURS: usize = 2;
/// The longest quote whose neighbours are looked for, in bytes.
const MAX_QUOTE: usize = 4_000;
/// Numbers in words up to here are figures of speech where a line states nothing.
const SMALL_TALK: f64 = 12.0;
/// So near a number stand those whom it is about: "you have a thousand", and not "you know that bees have a thousand".
const TALK_WORDS: usize = 3;
/// English words of address that begin with what is told of something else.
const POSSESSIVES: [&str; 3] = ["my", "your", "our"];
/// The end of the letters that the words of European languages are written with.
const LAST_LATIN: char = '\u{250}';

/// What a document offers to compare sentences with: its words, its names and its pages.
pub struct Evidence {
    language: String,
    vocabulary: Vocabulary,
    names: Names,
    numbers: Vec<Quantity>,
    /// The sentences in the order they are read in, and where each ends in `run`.
    sentences: Vec<(String, usize)>,
    /// All of them in one, packed.
    run: String,
    /// The pages by their numbers, without spaces, hyphens and case: all of their text, and what goes on past captions,
    /// notes and drawings.
    pages: BTreeMap<u32, [String; 2]>,
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("language", &self.language)
            .field("pages", &self.pages.len())
            .finish()
    }
}

impl Evidence {
    /// Reads the words of `document`.
    pub fn new(document: &Document) -> Self {
        let language = document.language.as_str().to_owned();
        let vocabulary = Vocabulary::of(&language);
        let mut names = Names::default();
        let mut numbers = Vec::new();
        let mut sentences = Vec::new();
        let mut run = String::new();
        let blocks = document.pages.iter().flat_map(|page| &page.blocks);
        for block in blocks.filter(|block| block.kind != BlockKind::Furniture) {
            names.read(&block.text, block.kind == BlockKind::Heading, &vocabulary);
            if block.text.chars().any(char::is_numeric) {
                numbers.extend(Reading::new(&block.text, &vocabulary).numbers);
            }
            for sentence in parted(&block.text) {
                run.push_str(&packed(sentence));
                sentences.push((sentence.to_owned(), run.len()));
            }
        }
        names.read(&document.title, true, &vocabulary);
        let pages =
            document.pages.iter().map(|page| (page.number, [packed(&page.text()), running(page)])).collect();
        Self { language, vocabulary, names, numbers, sentences, run, pages }
    }

    /// Tells whether the words of `quote` stand on a page in one run, which a caption, a note or a drawing may part; spaces, hyphens, case and ligatures do not matter.
    pub fn has_quote(&self, page: u32, quote: &str) -> bool {
        let quote = packed(quote);
        self.pages.get(&page).is_some_and(|texts| texts.iter().any(|text| text.contains(&quote)))
    }

    /// Tells whether the document has a page of this number.
    pub fn has_page(&self, page: u32) -> bool {
        self.pages.contains_key(&page)
    }

    /// Lists what `claim` says and `source` does not; empty for a sentence that its source bears out.
    pub fn doubts(&self, claim: &str, source: &str) -> Vec<Doubt> {
        self.doubts_among(claim, &[source])
    }

    /// Lists what `claim` says and none of `sources` does; empty for a sentence that they bear out.
    ///
    /// Each source is a run of the document's text. Its neighbours in the document may lend numbers and names, but state
    /// nothing for the claim.
    pub fn doubts_among(&self, claim: &str, sources: &[&str]) -> Vec<Doubt> {
        let whole = self.doubts_of(claim, sources);
        let sentences = segments(&self.language, claim);
        if whole.is_empty() || sentences.len() < 2 {
            return whole;
        }
        // Each sentence may stand in a source of its own: what stands apart there is not one statement here.
        let apart = sentences.into_iter().filter_map(|range| claim.get(range));
        let mut apart: Vec<Doubt> = apart.flat_map(|sentence| self.doubts_of(sentence, sources)).collect();
        apart.dedup();
        if apart.len() < whole.len() { apart } else { whole }
    }

    fn doubts_of(&self, claim: &str, sources: &[&str]) -> Vec<Doubt> {
        // A whole sentence of a source says what it says.
        let said = packed(claim);
        let is_said = |source: &&str| {
            let mut sentences = segments(&self.language, source).into_iter();
            sentences.any(|range| source.get(range).is_some_and(|sentence| packed(sentence) == said))
        };
        let claim = Reading::new(claim, &self.vocabulary);
        // Packed words have no hyphens, and a sign before a number is one.
        let has_sign = claim.tokens.iter().any(|token| token.is_negative);
        if !said.is_empty() && !has_sign && sources.iter().any(is_said) {
            return Vec::new();
        }
        let mut source = Reading::of_all(sources, &self.vocabulary);
        if source.tokens.is_empty() {
            return vec![Doubt::Source];
        }
        let written_out = self.names.written_out(&source.tokens);
        if !written_out.is_empty() {
            let mut texts = sources.to_vec();
            texts.push(&written_out);
            let own = source.tokens.len();
            source = Reading::of_all(&texts, &self.vocabulary);
            source.own = own;
        }
        let near = Reading::of_all(&self.neighbours(sources), &self.vocabulary);
        let vocabulary = &self.vocabulary;
        let mut found = amount::doubted(&claim, &source, &near);
        found.extend(self.strangers(&claim, &source, &near));
        found.extend(self.newcomers(&claim, &source, &near));
        let pairing = Pairing::new(&claim, &source, vocabulary);
        found.extend(polarity::doubted(&claim, &source, &pairing, vocabulary));
        let relation = Relation { claim: &claim, source: &source, pairing: &pairing, vocabulary };
        let exchanged = relation.is_exchanged();
        let mut contraries = wording::contraries(&claim, &source, &pairing, vocabulary);
        // "Black is hotter than white" is "white is cooler than black", and "not rare" is "common".
        contraries
            .retain(|&(here, there)| polarity::says_not(&claim, here) == polarity::says_not(&source, there));
        match (exchanged, contraries.first()) {
            (Some(true), Some(_)) => {}
            (Some(true), None) => found.push(Doubt::Order(relation.compared())),
            (_, Some(&(here, there))) => found.push(Doubt::Contrary {
                said: claim.tokens[here].text.clone(),
                written: source.tokens[there].text.clone(),
            }),
            (_, None) => {
                let written = &source.tokens[..source.own];
                if exchanged.is_none() || order::is_whole(&claim.tokens, written) {
                    let turned = order::turned(&claim.tokens, written, vocabulary);
                    found.extend(turned.map(Doubt::Order));
                }
                if !found.iter().any(|doubt| matches!(doubt, Doubt::Name(_))) {
                    found.extend(wording::replaced(&claim, &source, &pairing, vocabulary));
                }
            }
        }
        found.extend(relation.doubted());
        found.extend(Strength { claim: &claim, source: &source, pairing: &pairing, vocabulary }.doubted());
        found.extend(wording::unsupported(&claim, &source, &near, &pairing, vocabulary));
        let is_known = |token: &Token| {
            self.names.has(token) || near.tokens.iter().any(|other| vocabulary.is_same(token, other))
        };
        found.extend(wording::inserted(&claim, &source, &pairing, vocabulary, is_known));
        found.dedup();
        found
    }

    /// Tells which numbers in digits and which names of a sentence stand nowhere in `text`, for a sentence that quotes nothing.
    pub fn unknown(&self, claim: &str, text: &str) -> Vec<Doubt> {
        let (claim, text) = (Reading::new(claim, &self.vocabulary), Reading::new(text, &self.vocabulary));
        let mut found: Vec<Doubt> =
            amount::foreign(&claim, &text.numbers).into_iter().filter(is_in_digits).collect();
        let known = |token: &Token| {
            text.tokens.iter().any(|other| other.key == token.key || other.stem == token.stem)
        };
        found.extend(
            self.names_of(&claim).filter(|token| !known(token)).map(|token| Doubt::Name(token.text.clone())),
        );
        found
    }

    /// Tells which numbers and which names of a sentence stand neither in the document nor in `quotes`, the words that it
    /// quotes, for a sentence that states nothing.
    ///
    /// Numbers in words are figures of speech where they are small ("one more thing"), in questions, and in clauses that begin
    /// with who speaks or listens ("you have a thousand tabs open").
    pub fn foreign(&self, claim: &str, quotes: &str) -> Vec<Doubt> {
        self.foreign_above(claim, quotes, SMALL_TALK)
    }

    /// [`foreign`](Self::foreign) for the first and the last line of a video, which are remembered: only numbers up to three are
    /// figures of speech there.
    pub fn foreign_at_edge(&self, claim: &str, quotes: &str) -> Vec<Doubt> {
        self.foreign_above(claim, quotes, invention::RHETORICAL)
    }

    fn foreign_above(&self, claim: &str, quotes: &str, small_talk: f64) -> Vec<Doubt> {
        let sentences = segments(&self.language, claim).into_iter().filter_map(|range| claim.get(range));
        let mut found: Vec<Doubt> = Vec::new();
        for sentence in sentences {
            let new = self.foreign_in(sentence, quotes, small_talk);
            let new: Vec<Doubt> = new.into_iter().filter(|doubt| !found.contains(doubt)).collect();
            found.extend(new);
        }
        found
    }

    fn foreign_in(&self, sentence: &str, quotes: &str, small_talk: f64) -> Vec<Doubt> {
        let claim = Reading::new(sentence, &self.vocabulary);
        let quotes = Reading::new(quotes, &self.vocabulary);
        let is_asked = invention::is_asked(sentence);
        // "You have a thousand tabs open", and not "your queue kills a thousand people, you know".
        let is_talk = |number: &Quantity| {
            let clause = claim.clause(number.at);
            let mut said = claim.tokens.iter().filter(|token| token.clause == clause);
            let opens = said.next().filter(|token| !POSSESSIVES.contains(&token.key.as_str()));
            let is_near = claim.tokens[..number.at]
                .iter()
                .rev()
                .take(TALK_WORDS)
                .any(|token| opens.is_some_and(|opens| std::ptr::eq(token, opens)));
            is_near && opens.is_some_and(|token| self.vocabulary.addresses(std::slice::from_ref(token)))
        };
        let tells = |number: &&Quantity| {
            number.shown.chars().any(char::is_numeric)
                || number.kind == Kind::Count && number.value > small_talk && !is_asked && !is_talk(number)
        };
        let told: Vec<String> =
            claim.numbers.iter().filter(tells).map(|number| number.shown.clone()).collect();
        let is_told = |doubt: &Doubt| matches!(doubt, Doubt::Number(shown) | Doubt::Unit(shown) if told.contains(shown));
        let known: Vec<Quantity> = self.numbers.iter().chain(&quotes.numbers).cloned().collect();
        let mut found: Vec<Doubt> = amount::foreign(&claim, &known).into_iter().filter(is_told).collect();
        let is_quoted = |token: &Token| {
            quotes.tokens.iter().any(|other| other.key == token.key || other.stem == token.stem)
        };
        let stranger = self.names_of(&claim).filter(|token| !self.names.has(token) && !is_quoted(token));
        found.extend(stranger.map(|token| Doubt::Name(token.text.clone())));
        found
    }

    /// Tells which comparisons and causes a beat states of what the document is about, for one that states nothing.
    ///
    /// "Better than nothing" and "because why not" are figures of speech.
    pub fn asserted(&self, claim: &str) -> Vec<Doubt> {
        let claim = Reading::new(claim, &self.vocabulary);
        let vocabulary = &self.vocabulary;
        let topics = |from: usize| -> Vec<usize> {
            let behind = claim.behind(from, vocabulary);
            behind.filter(|&place| self.names.has(&claim.tokens[place])).collect()
        };
        let mut found = Vec::new();
        for (place, token) in claim.tokens.iter().enumerate().filter(|(_, token)| vocabulary.is_than(token)) {
            let is_about = claim.ahead(place).any(|place| self.names.has(&claim.tokens[place]));
            if let (true, Some(&last)) = (is_about, topics(place + 1).last()) {
                found.push(Doubt::Unsupported(format!(
                    "{} {}",
                    token.text,
                    claim.words(place + 1, last + 1)
                )));
            }
        }
        for mark in claim.of(&[Cue::CauseBehind, Cue::CauseBefore]) {
            let behind = topics(mark.end).len();
            let before = claim.ahead(mark.at).filter(|&place| self.names.has(&claim.tokens[place])).count();
            if behind + before >= 2 && behind > 0 {
                found.push(Doubt::Cause(claim.shown(mark)));
            }
        }
        found
    }

    /// Tells which numbers and names a sentence holds at all, for one that may hold none, and which amounts and superlatives it
    /// brings in.
    pub fn facts_in(&self, claim: &str) -> Vec<Doubt> {
        let claim = Reading::new(claim, &self.vocabulary);
        let numbers = claim.numbers.iter().filter(|number| number.kind != Kind::Place);
        let mut found: Vec<Doubt> = numbers.map(|number| Doubt::Number(number.shown.clone())).collect();
        found.extend(self.names_of(&claim).map(|token| Doubt::Name(token.text.clone())));
        let nothing = Reading::new("", &self.vocabulary);
        found.extend(self.masses(&claim, &nothing).into_iter().chain(self.widest(&claim, &nothing)));
        found
    }

    fn names_of<'a>(&'a self, claim: &'a Reading) -> impl Iterator<Item = &'a Token> {
        let named = claim.tokens.iter().enumerate();
        named.filter(|&(place, _)| self.is_name(claim, place)).map(|(_, token)| token)
    }

    /// Tells whether a word is a name: by its letters, or because a sentence begins with it, and neither the document nor the
    /// language has such a word. A word alone ("Yikes!") names nobody.
    fn is_name(&self, claim: &Reading, place: usize) -> bool {
        let token = &claim.tokens[place];
        let is_stranger = || {
            token.starts
                && place + 1 < claim.tokens.len()
                && token.text.starts_with(char::is_uppercase)
                && token.text.chars().all(|letter| letter < LAST_LATIN)
                && token.text.chars().filter(|letter| letter.is_alphabetic()).count() > 2
                && !token.text.contains('\'')
                && !self.names.has(token)
                && !self.vocabulary.is_word(token)
        };
        self.names.is_name(token, &self.vocabulary) || is_stranger()
    }

    /// Names that neither the source nor the sentences beside it have; those that stand elsewhere in the document, where the
    /// claim leaves out a name of its source for them.
    fn strangers(&self, claim: &Reading, source: &Reading, near: &Reading) -> Vec<Doubt> {
        let stands_in = |reading: &Reading, token: &Token| Names::stands_in(&reading.tokens, token);
        let drops_name = || {
            let names = source.tokens.iter().filter(|token| self.names.is_name(token, &self.vocabulary));
            names.into_iter().any(|token| !stands_in(claim, token))
        };
        let replaces = |place: usize| {
            let other = claim.takes_place(place, place + 1, source);
            other.is_some_and(|other| !self.vocabulary.is_light(&source.tokens[other]))
        };
        let mut found: Vec<Doubt> = Vec::new();
        for (place, token) in claim.tokens.iter().enumerate() {
            if !self.is_name(claim, place) || stands_in(source, token) {
                continue;
            }
            let is_own = stands_in(near, token) || self.names.has(token);
            let doubt = Doubt::Name(token.text.clone());
            if (!is_own || drops_name() || replaces(place)) && !found.contains(&doubt) {
                found.push(doubt);
            }
        }
        found
    }

    /// Words that open a sentence and that the whole document lacks: called out before what the source says ("Tesla, the bees
    /// dance"), or put before its first words ("Ford bees dance", "Ford feels fine" for "It feels fine"). A list of words does
    /// not tell whether they are names, as firms are called by words.
    fn newcomers(&self, claim: &Reading, source: &Reading, near: &Reading) -> Vec<Doubt> {
        if !self.vocabulary.knows_synonyms() {
            return Vec::new();
        }
        let is_new = |place: usize| {
            let token = &claim.tokens[place];
            // "Roadside" is by the road.
            let is_made_of = |other: &Token| other.stem.len() > 3 && token.key.starts_with(&other.stem);
            let is_same = |other: &Token| self.vocabulary.is_same(token, other) || is_made_of(other);
            token.starts
                && token.text.starts_with(char::is_uppercase)
                && claim.content.contains(&place)
                && !self.vocabulary.is_joint(token)
                && !claim.marks.iter().any(|mark| (mark.at..mark.end).contains(&place))
                && !self.names.has(token)
                && !source.tokens.iter().chain(&near.tokens).any(is_same)
        };
        let opens = |stem: &str| {
            (0..source.own).any(|there| {
                let before = there.checked_sub(1).map(|before| &source.tokens[before]);
                let is_first = source.tokens[there].starts
                    || before.is_some_and(|before| before.starts && self.vocabulary.is_light(before));
                is_first && source.tokens[there].stem == stem
            })
        };
        let stands_before = |place: usize| {
            let next = claim.tokens.get(place + 1);
            next.is_some_and(|next| {
                next.starts || next.clause != claim.tokens[place].clause || opens(&next.stem)
            })
        };
        let found = (0..claim.tokens.len()).filter(|&place| is_new(place) && stands_before(place));
        found.map(|place| Doubt::Unsupported(claim.tokens[place].text.clone())).collect()
    }

    /// The sentences beside those that the sources are taken from.
    fn neighbours(&self, sources: &[&str]) -> Vec<&str> {
        let mut found = Vec::new();
        for source in sources.iter().filter(|source| source.len() <= MAX_QUOTE) {
            let source = packed(source);
            let Some(start) = self.run.find(&source).filter(|_| !source.is_empty()) else { continue };
            let first = self.sentences.partition_point(|(_, end)| *end <= start);
            let last = self.sentences.partition_point(|(_, end)| *end < start + source.len());
            let before = first.saturating_sub(NEIGHBOURS)..first;
            let behind = last + 1..last + 1 + NEIGHBOURS;
            let sentences = before.chain(behind).filter_map(|index| self.sentences.get(index));
            found.extend(sentences.map(|(sentence, _)| sentence.as_str()));
        }
        found
    }
}

fn is_in_digits(doubt: &Doubt) -> bool {
    match doubt {
        Doubt::Number(number) | Doubt::Unit(number) => number.chars().any(char::is_numeric),
        _ => true,
    }
}

/// The sentences of a block, by their ends alone.
fn parted(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(". ").map(str::trim).filter(|sentence| !sentence.is_empty())
}

/// The text of a page that is read in one go, packed.
fn running(page: &Page) -> String {
    let read = page.blocks.iter().filter(|block| !block.kind.stands_aside());
    packed(&read.map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n"))
}

/// Lower case, no hyphens or spaces, ligatures opened: what two writings of the same words share.
fn packed(text: &str) -> String {
    text.nfkc()
        .flat_map(char::to_lowercase)
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '\u{ad}' | '‐' | '‑'))
        .map(|letter| if letter == '’' { '\'' } else { letter })
        .collect()
}

#[cfg(test)]
mod claims;

#[cfg(test)]
mod tests {
    use super::super::offline::tests::{block, document};
    use super::*;

    const SOURCE: &str =
        "In 1909, Agner Erlang showed that 95% of calls reach the exchange within 20 ms and do not wait.";

    fn judged(claim: &str) -> Vec<Doubt> {
        let paragraph = "In 1909, Agner Erlang showed that 95% of calls reach the exchange within 20 ms and do not \
                         wait. By 1961, John Kingman had found a bound. The slow server feeds the fast client.";
        let document = document(vec![vec![block(BlockKind::Paragraph, paragraph)]]);
        Evidence::new(&document).doubts(claim, SOURCE)
    }

    #[test]
    fn words_of_the_source_are_not_doubted() {
        for claim in [
            SOURCE,
            "Agner Erlang showed that 95 percent of calls reach the exchange within 20 milliseconds.",
            "95% of calls reach the exchange within 20 ms and do not wait.",
            "In 1909, ninety-five percent of calls did not wait.",
            "Within 20 ms, 95% of calls reach the exchange.",
        ] {
            assert_eq!(judged(claim), [], "{claim}");
        }
    }

    #[test]
    fn changed_facts_are_doubted() {
        let number = |shown: &str| vec![Doubt::Number(shown.to_owned())];
        assert_eq!(judged("In 1910, Erlang showed that 95% of calls reach the exchange."), number("1910"));
        assert_eq!(judged("Erlang showed that 59% of calls reach the exchange."), number("59%"));
        let unit = vec![Doubt::Unit("20 s".to_owned())];
        assert_eq!(judged("95% of calls reach the exchange within 20 s."), unit);
        let name = |name: &str| vec![Doubt::Name(name.to_owned())];
        assert_eq!(judged("In 1909, Agner Kingman showed that calls reach the exchange."), name("Kingman"));
        assert_eq!(judged("Kingman showed that calls reach the exchange."), name("Kingman"));
        let negation = |word: &str| vec![Doubt::Negation(word.to_owned())];
        let left_out = vec![Doubt::LeftOut("not".to_owned())];
        assert_eq!(judged("95% of calls reach the exchange within 20 ms and do wait."), left_out);
        assert_eq!(judged("95% of calls do not reach the exchange within 20 ms."), negation("not"));
    }

    #[test]
    fn numbers_in_any_characters_are_compared_by_their_values() {
        for number in [
            "٧٧٧",
            "७७७",
            "７７７",
            "𝟟𝟟𝟟",
            "¾",
            "2¼",
            "ⅷ",
            "③",
            "10⁹",
            "20abc7",
            "7.7.7",
            "1e9",
            "我们有77个",
        ] {
            let claim = format!("Erlang showed that {number} calls reach the exchange.");
            let doubts = judged(&claim);
            assert!(matches!(&doubts[..], [Doubt::Number(_), ..]), "{number}: {doubts:?}");
        }
        for claim in ["In ١٩٠٩, ٩٥٪ of calls did not wait.", "In １９０９, 95% of calls did not wait."]
        {
            assert_eq!(judged(claim), [], "{claim}");
        }
        let evidence = Evidence::new(&document(vec![vec![block(BlockKind::Paragraph, "x")]]));
        let source = "On 5 m² the GPT4 model runs 10⁹ steps in 1909² of ½ of 12:30.";
        assert_eq!(evidence.doubts(source, source), []);
        let four = evidence.doubts("The model runs 4 steps.", source);
        assert_eq!(four, [Doubt::Number("4".to_owned())]);
    }

    #[test]
    fn who_does_what_to_whom_is_compared() {
        let document = document(vec![vec![block(BlockKind::Paragraph, "x")]]);
        let evidence = Evidence::new(&document);
        let source = "The slow server feeds the fast client on busy days.";
        assert_eq!(evidence.doubts("On busy days the slow server feeds the fast client.", source), []);
        assert_eq!(evidence.doubts("The fast client is fed by the slow server.", source), []);
        let turned = evidence.doubts("The fast client feeds the slow server.", source);
        assert!(matches!(&turned[..], [Doubt::Order(_)]), "{turned:?}");
        let other = "The simplest structure is the numeric vector, and a list is the next.";
        let swapped =
            evidence.doubts("The simplest numeric is the structure vector, and a list is the next.", other);
        assert!(matches!(&swapped[..], [Doubt::Order(_)]), "{swapped:?}");
        assert_eq!(evidence.doubts("Anything.", " "), [Doubt::Source]);
    }

    #[test]
    fn quotes_stand_on_their_page() {
        let text = "An effi\u{ad}cient, well-\nknown queue";
        let evidence = Evidence::new(&document(vec![vec![block(BlockKind::Paragraph, text)]]));
        assert!(evidence.has_quote(1, "efficient, wellknown queue"));
        assert!(!evidence.has_quote(1, "efficient queue") && !evidence.has_quote(2, "queue"));
    }

    #[test]
    fn names_that_begin_a_sentence_are_names_too() {
        let paragraph = "The bees dance in the dark. The sun tells them where the flowers stand.";
        let evidence = Evidence::new(&document(vec![vec![block(BlockKind::Paragraph, paragraph)]]));
        for line in [
            "The bees dance. Microsoft measures the sun.",
            "OpenAI tells the bees.",
            "Zuckerberg dances.",
            "Merkel: a bee.",
        ] {
            assert!(evidence.foreign(line, "").iter().any(|doubt| matches!(doubt, Doubt::Name(_))), "{line}");
        }
        let starts = "However Therefore Meanwhile Nevertheless Whenever Whoever Whatever Wherever Everyone Everybody Nobody \
            Somebody Anyone Something Nothing Everything Instead Otherwise Moreover Suddenly Eventually Finally Honestly \
            Basically Literally Seriously Surprisingly Unfortunately Besides Despite Although Whether Unless Until Towards \
            Upon Among Beyond Versus Thus Hence Perhaps Maybe Indeed Okay Yes Well Now Then Still Yet Even Just Only Also \
            Both Either Neither Each Every Another Such Same Other Most Many Few Several Some Any All None Half Twice Once \
            Again Later Soon Today Sure Right Exactly Actually Apparently Obviously Clearly Simply Imagine Remember Notice \
            Picture Think Take Look Researchers Scientists Engineers Nodes Servers Attackers Programmers Because Since \
            Unlike Without Within Through Against Above Below Between Before After During Herself Himself Themselves \
            Ourselves Yourself Whose Whom Which Whereas Though Furthermore Nonetheless Likewise Regardless Altogether \
            Anyway Yikes Whoa Oof Boom Wow Yep Nope Hooray Somehow Sometimes Somewhere Nowhere Everywhere Always Never Often Rarely Usually Typically";
        let taken: Vec<&str> = starts
            .split_whitespace()
            .filter(|start| {
                !evidence.foreign(&format!("The bees dance. {start} the bees dance."), "").is_empty()
            })
            .collect();
        assert!(taken.is_empty(), "{taken:?}");
    }
}
