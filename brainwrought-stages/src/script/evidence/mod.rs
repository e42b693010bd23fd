//! [`Evidence`]: whether a sentence says what the words say that it was made from.
//!
//! What is compared is what changes a fact when it changes: numbers, units, names, negations, and who does what to whom.
//! Style is free: a sentence may leave words out, use other common ones and spell its numbers as it likes.

mod alignment;
mod numeral;
mod polarity;
mod quantity;
mod token;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use brainwrought_core::data::{BlockKind, Document, Page};
use rust_stemmers::Stemmer;
use unicode_normalization::UnicodeNormalization;

use self::alignment::shared;
use self::polarity::turned;
use self::quantity::{Quantity, quantities};
use self::token::{Token, tokens};
use super::lexicon::{stemmer, stop_words};
use crate::language::LanguageData;

/// Something that a sentence says and its source does not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// A number that the source lacks.
    Number(String),
    /// A number that the source has with another unit.
    Unit(String),
    /// A name that the source lacks.
    Name(String),
    /// A negation that was added or left out.
    Negation(String),
    /// Words that the source has in another order, so that another does it.
    Order(String),
    /// There is no source.
    Source,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(shown) => write!(f, "the number {shown}"),
            Self::Unit(shown) => write!(f, "the unit of {shown}"),
            Self::Name(name) => write!(f, "the name {name}"),
            Self::Negation(word) => write!(f, "“{word}”"),
            Self::Order(words) => write!(f, "“{words}” in this order"),
            Self::Source => write!(f, "any source"),
        }
    }
}

/// What a document offers to compare sentences with: its words, its names and its pages.
pub struct Evidence {
    language: String,
    stemmer: Option<Stemmer>,
    stop_words: BTreeSet<&'static str>,
    /// Words that are never written small.
    names: BTreeSet<String>,
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
        let stemmer = stemmer(&language);
        let (mut small, mut names) = (BTreeSet::new(), BTreeSet::new());
        let blocks = document.pages.iter().flat_map(|page| &page.blocks);
        for block in blocks.filter(|block| block.kind != BlockKind::Furniture) {
            for token in tokens(&block.text, None) {
                if token.text.chars().next().is_some_and(char::is_lowercase) {
                    small.insert(token.key);
                } else if token.is_name() && block.kind != BlockKind::Heading {
                    names.insert(token.key);
                }
            }
        }
        names.retain(|name| !small.contains(name));
        let pages =
            document.pages.iter().map(|page| (page.number, [packed(&page.text()), running(page)])).collect();
        Self { stop_words: stop_words(&language), language, stemmer, names, pages }
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
        let (said, written) = (tokens(claim, self.stemmer.as_ref()), tokens(source, self.stemmer.as_ref()));
        if written.is_empty() {
            return vec![Doubt::Source];
        }
        let known = quantities(&written);
        let mut found: Vec<Doubt> =
            quantities(&said).iter().filter_map(|number| doubted(number, &known)).collect();
        found.extend(self.strangers(&said, &written));
        let pairs = shared(&said, &written);
        found.extend(turned(&said, &written, &pairs).map(Doubt::Negation));
        let turned = turned_around(&said, &written).or_else(|| self.swapped(&said, &written, &pairs));
        found.extend(turned.map(Doubt::Order));
        found
    }

    /// Tells which numbers in digits and which names of a sentence stand nowhere in `text`, for a sentence that quotes nothing.
    pub fn unknown(&self, claim: &str, text: &str) -> Vec<Doubt> {
        let (said, written) = (tokens(claim, self.stemmer.as_ref()), tokens(text, self.stemmer.as_ref()));
        let known = quantities(&written);
        let numbers = quantities(&said).into_iter().filter_map(|number| doubted(&number, &known));
        let in_digits = |doubt: &Doubt| match doubt {
            Doubt::Number(number) => number.chars().any(char::is_numeric),
            _ => true,
        };
        let mut found: Vec<Doubt> = numbers.filter(in_digits).collect();
        found.extend(self.strangers(&said, &written));
        found
    }

    /// Names that the source lacks.
    fn strangers(&self, said: &[Token], written: &[Token]) -> Vec<Doubt> {
        let sourced: BTreeSet<&str> =
            written.iter().flat_map(|token| [token.key.as_str(), token.stem.as_str()]).collect();
        let is_sourced =
            |token: &Token| sourced.contains(token.key.as_str()) || sourced.contains(token.stem.as_str());
        let is_name = |token: &&Token| {
            // German writes every noun like a name, and a noun that the source lacks is as much of a change.
            token.is_name() || (token.starts && self.names.contains(&token.key) && !self.is_common(token))
        };
        let mut found: Vec<&str> = Vec::new();
        for token in said.iter().filter(is_name).filter(|token| !is_sourced(token)) {
            if !found.contains(&token.text.as_str()) {
                found.push(&token.text);
            }
        }
        found.into_iter().map(|name| Doubt::Name(name.to_owned())).collect()
    }

    /// Finds two words that stand in each other's place.
    fn swapped(&self, said: &[Token], written: &[Token], pairs: &[(usize, usize)]) -> Option<String> {
        if is_passive(said) != is_passive(written) {
            return None;
        }
        let gaps = gaps(pairs, said.len().min(alignment::MAX_WORDS), written.len().min(alignment::MAX_WORDS));
        let has = |tokens: &[Token], token: &Token| tokens.iter().any(|other| other.stem == token.stem);
        let replaced: Vec<(&[Token], &[Token])> = gaps
            .into_iter()
            .map(|(here, there)| (said.get(here).unwrap_or_default(), written.get(there).unwrap_or_default()))
            .filter(|(here, there)| !here.is_empty() && !there.is_empty())
            .collect();
        for (index, (here, there)) in replaced.iter().enumerate() {
            for (other_here, other_there) in &replaced[index + 1..] {
                let moved = |from: &[Token], to: &[Token]| {
                    from.iter()
                        .find(|token| !self.is_common(token) && has(to, token))
                        .map(|token| token.text.clone())
                };
                if let (Some(one), Some(other)) = (moved(here, other_there), moved(other_here, there)) {
                    return Some(format!("{one} … {other}"));
                }
            }
        }
        None
    }

    fn is_common(&self, token: &Token) -> bool {
        self.stop_words.contains(token.key.as_str())
    }
}

/// Doubts a number that the source lacks, or has only with another unit.
fn doubted(number: &Quantity, known: &[Quantity]) -> Option<Doubt> {
    let tolerance = number.value.abs().max(1.0) * 1e-9;
    // What a name has in it counts nothing: "GPT4" does not say that there are 4.
    let bears_out = |other: &&Quantity| number.is_within_word || !other.is_within_word;
    let is_same = |other: &&Quantity| (other.value - number.value).abs() <= tolerance;
    let mut same = known.iter().filter(bears_out).filter(is_same).peekable();
    if same.peek().is_none() {
        return Some(Doubt::Number(number.shown.clone()));
    }
    if number.is_within_word {
        return None;
    }
    let agrees = same.any(|other| other.unit == number.unit);
    (!agrees).then(|| Doubt::Unit(number.shown.clone()))
}

/// Finds three shared words that the claim has in the very opposite order, such as two parties around what one does to
/// the other. A clause that was moved to the front keeps the order within itself and is no such thing.
fn turned_around(said: &[Token], written: &[Token]) -> Option<String> {
    if is_passive(said) != is_passive(written) {
        return None;
    }
    let once = |tokens: &[Token], stem: &str| {
        let mut places = (0..tokens.len()).filter(|&place| tokens[place].stem == stem);
        places.next().filter(|_| places.next().is_none())
    };
    let places: Vec<(usize, &str)> = said
        .iter()
        .take(alignment::MAX_WORDS)
        .filter(|token| once(said, &token.stem).is_some())
        .filter_map(|token| Some((once(written, &token.stem)?, token.text.as_str())))
        .collect();
    // The longest run of falling places, by its last word.
    let mut runs: Vec<Vec<usize>> = Vec::with_capacity(places.len());
    for (index, &(place, _)) in places.iter().enumerate() {
        let before =
            (0..index).filter(|&other| places[other].0 > place).max_by_key(|&other| runs[other].len());
        let mut run = before.map_or_else(Vec::new, |other| runs[other].clone());
        run.push(index);
        if run.len() >= 3 {
            return Some(run.into_iter().map(|index| places[index].1).collect::<Vec<_>>().join(" … "));
        }
        runs.push(run);
    }
    None
}

/// Tells whether a sentence may say who did it behind what was done: "A is measured by B" and "B measures A" say the same.
fn is_passive(tokens: &[Token]) -> bool {
    let names_agent =
        |token: &Token| LanguageData::all().iter().any(|data| data.words.agents.contains(&token.key));
    tokens.iter().any(names_agent)
}

/// What stands before, between and behind the shared words, in the claim and in the source.
fn gaps(pairs: &[(usize, usize)], said: usize, written: usize) -> Vec<(Range<usize>, Range<usize>)> {
    let starts = std::iter::once((0, 0)).chain(pairs.iter().map(|&(here, there)| (here + 1, there + 1)));
    let ends = pairs.iter().copied().chain(std::iter::once((said, written)));
    starts.zip(ends).map(|(start, end)| (start.0..end.0, start.1..end.1)).collect()
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
        assert_eq!(judged("95% of calls reach the exchange within 20 ms and do wait."), negation("not"));
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
}
