//! [`Evidence::invented`]: what a line states although its role states nothing.
//!
//! Only what can be told with some certainty is: amounts, superlatives of the whole world, and sentences on a number or a name
//! of the document that share no word with what the document says of it. A sentence that has none of these may be an image, an
//! everyday truth or an invention; which of them it is, its words do not tell.

use super::amount;
use super::quantity::{Kind, Quantity};
use super::reading::Reading;
use super::vocabulary::Cue;
use super::{Doubt, Evidence, NEIGHBOURS, SMALL_TALK};
use crate::script::segment::segments;

/// Up to here a number in words counts what is said: "three reasons".
pub(super) const RHETORICAL: f64 = 3.0;
/// How much larger than "thousands" a number may be that bears them out.
const SPAN: f64 = 1_000.0;
/// The fewest words that state something of a number or a name.
const MIN_WORDS: usize = 2;
/// What stands in more sentences than this is what the document is about, and anything may be said of it.
const MAX_MENTIONS: usize = 40;

impl Evidence {
    /// Lists what the sentences of a line state that neither the document nor `quotes`, the words that the line quotes, bear
    /// out, for a line that states nothing by its role. Questions state nothing.
    pub fn invented(&self, line: &str, quotes: &str) -> Vec<Doubt> {
        let quotes = Reading::new(quotes, &self.vocabulary);
        let sentences = segments(&self.language, line).into_iter().filter_map(|range| line.get(range));
        let mut found: Vec<Doubt> = Vec::new();
        for sentence in sentences.filter(|sentence| !is_asked(sentence)) {
            let claim = Reading::new(sentence, &self.vocabulary);
            let doubts = self.amounts(&claim, &quotes).into_iter().chain(self.widest(&claim, &quotes));
            let doubts: Vec<Doubt> = doubts.chain(self.unanchored(&claim, &quotes)).collect();
            let new: Vec<Doubt> = doubts.into_iter().filter(|doubt| !found.contains(doubt)).collect();
            found.extend(new);
        }
        found
    }

    /// Words for large amounts that the document does not have, such as "millions".
    pub(super) fn masses(&self, claim: &Reading, quotes: &Reading) -> Vec<Doubt> {
        let known = |value: f64| {
            let numbers = self.numbers.iter().chain(&quotes.numbers);
            let mut counts = numbers.filter(|number| number.kind == Kind::Count);
            counts.any(|number| (value..=value * SPAN).contains(&number.value))
        };
        let told = claim.tokens.iter().filter(|token| {
            let is_said = self.names.has(token) || quotes.tokens.iter().any(|other| other.key == token.key);
            self.vocabulary.mass(token).is_some_and(|value| !is_said && !known(value))
        });
        told.map(|token| Doubt::Number(token.text.clone())).collect()
    }

    /// Amounts that the document does not have, of what it is about. In words that talk to the listener, numbers are figures of
    /// speech: "you have hundreds of tabs open".
    fn amounts(&self, claim: &Reading, quotes: &Reading) -> Vec<Doubt> {
        if self.vocabulary.addresses(&claim.tokens) || claim.has(&[Cue::May, Cue::Hedge, Cue::Softener]) {
            return Vec::new();
        }
        let is_topic = |place: usize| {
            let token = &claim.tokens[place];
            self.names.has(token) && !self.vocabulary.is_stop(token)
        };
        let has_topic = claim.content.iter().any(|&place| is_topic(place));
        let counts_topic = |number: &Quantity| {
            let next = claim.content.get(claim.content.partition_point(|&place| place < number.end));
            next.is_some_and(|&place| place < number.end + 2 && is_topic(place))
        };
        let tells = |number: &&Quantity| match number.kind {
            Kind::Share | Kind::Times => has_topic,
            Kind::Count if number.unit.is_some() => has_topic,
            Kind::Count => number.value > RHETORICAL && number.value <= SMALL_TALK && counts_topic(number),
            Kind::Place | Kind::Name => false,
        };
        let known: Vec<Quantity> = self.numbers.iter().chain(&quotes.numbers).cloned().collect();
        let foreign = amount::foreign(claim, &known);
        let told = claim.numbers.iter().filter(tells).filter(|number| {
            foreign.iter().any(
                |doubt| matches!(doubt, Doubt::Number(shown) | Doubt::Unit(shown) if *shown == number.shown),
            )
        });
        let told: Vec<Doubt> = told.map(|number| Doubt::Number(number.shown.clone())).collect();
        self.masses(claim, quotes).into_iter().chain(told).collect()
    }

    /// A superlative of the whole world that the document does not have: "the deadliest animal on Earth".
    pub(super) fn widest(&self, claim: &Reading, quotes: &Reading) -> Option<Doubt> {
        let reach = claim.of(&[Cue::Reach]).last()?;
        let is_known = |place: usize| {
            let token = &claim.tokens[place];
            self.names.has(token) || quotes.tokens.iter().any(|other| other.key == token.key)
        };
        let said = claim.of(&[Cue::Superlative]).map(|mark| mark.at);
        let ending = (0..reach.at).filter(|&place| self.vocabulary.is_superlative(&claim.tokens[place]));
        let place = said.chain(ending).find(|&place| place < reach.at && !is_known(place))?;
        Some(Doubt::Superlative(claim.words(place, reach.end)))
    }

    /// What is said of a number or a name of the document, where no word of it stands near it there.
    fn unanchored(&self, claim: &Reading, quotes: &Reading) -> Option<Doubt> {
        // Where it is not known which words may stand for which, other words say the same as often as not.
        if !self.vocabulary.knows_synonyms()
            || self.vocabulary.addresses(&claim.tokens)
            || claim.has(&[Cue::May, Cue::Hedge, Cue::Softener])
        {
            return None;
        }
        let is_large = |number: &&Quantity| {
            !matches!(number.kind, Kind::Place | Kind::Name)
                && (number.value > SMALL_TALK
                    || number.shown.contains(|letter: char| letter.is_ascii_digit()))
        };
        let numbers: Vec<&Quantity> = claim.numbers.iter().filter(is_large).collect();
        let names = self.names_of(claim).filter(|token| self.names.has(token));
        let mut anchors: Vec<String> = names.map(|token| token.key.clone()).collect();
        anchors.extend(numbers.iter().map(|number| claim.tokens[number.at].key.clone()));
        let is_anchor = |place: usize| anchors.contains(&claim.tokens[place].key);
        let said: Vec<usize> = claim.content.iter().copied().filter(|&place| !is_anchor(place)).collect();
        let (&first, &last) = (said.first()?, said.last()?);
        if anchors.is_empty() || said.len() < MIN_WORDS {
            return None;
        }
        // A number in words may stand there in digits.
        anchors.extend(numbers.iter().flat_map(|number| in_digits(number.value)));
        let near = self.mentions(&anchors)?;
        let is_borne_out = |place: usize| {
            let token = &claim.tokens[place];
            near.tokens.iter().chain(&quotes.tokens).any(|other| self.vocabulary.is_same(token, other))
        };
        let is_free = said.iter().any(|&place| is_borne_out(place));
        (!is_free).then(|| Doubt::Unsupported(claim.words(first, last + 1)))
    }

    /// The sentences that have one of these words, with those beside them; `None` when they are many or none.
    fn mentions(&self, words: &[String]) -> Option<Reading> {
        let has = |sentence: &str| {
            let sentence = sentence.to_lowercase();
            words.iter().any(|word| stands_in(&sentence, word))
        };
        let places: Vec<usize> = (0..self.sentences.len())
            .filter(|&place| has(&self.sentences[place].0))
            .take(MAX_MENTIONS + 1)
            .collect();
        if places.is_empty() || places.len() > MAX_MENTIONS {
            return None;
        }
        let mut near: Vec<usize> = places
            .iter()
            .flat_map(|&place| {
                place.saturating_sub(NEIGHBOURS)..(place + NEIGHBOURS + 1).min(self.sentences.len())
            })
            .collect();
        near.dedup();
        let near: Vec<&str> = near.into_iter().map(|place| self.sentences[place].0.as_str()).collect();
        Some(Reading::of_all(&near, &self.vocabulary))
    }
}

/// A whole number as it is written in digits.
fn in_digits(value: f64) -> Vec<String> {
    if value.fract() != 0.0 || !(0.0..1e15).contains(&value) {
        return Vec::new();
    }
    let plain = format!("{value:.0}");
    let mut grouped = String::new();
    for (place, digit) in plain.chars().enumerate() {
        if place > 0 && (plain.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    vec![plain, grouped]
}

/// Tells whether a word stands in a sentence, a number not as a part of another.
fn stands_in(sentence: &str, word: &str) -> bool {
    let is_number = word.starts_with(|letter: char| letter.is_ascii_digit());
    sentence.match_indices(word).any(|(at, _)| {
        let goes_on = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        !is_number
            || !goes_on(sentence[..at].chars().next_back())
                && !goes_on(sentence[at + word.len()..].chars().next())
    })
}

/// Tells whether a sentence asks.
pub(super) fn is_asked(sentence: &str) -> bool {
    sentence.trim_end_matches(['"', '”', '»', '’', '\'', ')', ' ']).ends_with(['?', '？', '؟', ';', '፧', '՞'])
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::BlockKind;

    use super::super::super::offline::tests::{block, document};
    use super::*;

    const PARAGRAPHS: [&str; 3] = [
        "Bees fly far for nectar. A colony near the park had 1,200 workers in 1987, and the queen laid eggs all summer. \
         Larvae near the road were three times fewer.",
        "In 1909 Agner Erlang counted the telephone calls of Copenhagen for a year. His formula still tells how many \
         lines an exchange needs. Long waits are rare where a second line is free.",
        "The bank of the town closed its branch in 1987. Its hall is a library now, and the clock still runs.",
    ];

    fn evidence() -> Evidence {
        let blocks = PARAGRAPHS.iter().map(|text| block(BlockKind::Paragraph, text)).collect();
        Evidence::new(&document(vec![blocks]))
    }

    #[test]
    fn what_nobody_wrote_is_told() {
        let evidence = evidence();
        let lines = [
            "Nobody survived the crash of 1987.",
            "In 1987 a fire destroyed three ships.",
            "Millions of bees died.",
            "And then billions of dollars were lost.",
            "Half of the bees never come home.",
            "It doubled the queen's eggs.",
            "Nine queens share one colony.",
            "The colony lived for nine years.",
            "Erlang poisoned his wife.",
            "Twelve hundred ships sank.",
            "The police arrested Erlang.",
            "The bee is the deadliest animal on Earth.",
            "It is the largest swindle in history.",
            "Wild, right? Millions of larvae froze.",
        ];
        let passed: Vec<&str> =
            lines.into_iter().filter(|line| evidence.invented(line, "").is_empty()).collect();
        assert_eq!(passed, [""; 0]);
    }

    #[test]
    fn images_beats_and_questions_state_nothing() {
        let evidence = evidence();
        for line in [
            "Think of it as a queue at a bakery.",
            "Like a bank that lends you an umbrella and wants it back in the rain.",
            "A queen is a mother with a very full calendar.",
            "It's a bouncer for your memory.",
            "You have hundreds of tabs open right now.",
            "I have a thousand questions.",
            "Nobody likes waiting.",
            "Everybody has stood in that line.",
            "Here's the twist.",
            "But it gets worse.",
            "Read that twice.",
            "Half the battle.",
            "Two words: empty hives.",
            "Three reasons, and the last one stings.",
            "Best plan ever.",
            "Give it five minutes.",
            "So were millions of bees lost?",
            "Did Erlang poison anybody?",
            "Is the bee the deadliest animal on Earth?",
            "1987. Remember that year.",
            "Back to Erlang.",
            "Erlang would love your phone bill.",
            "Enter Agner Erlang, with a notebook and a lot of telephone calls.",
            "Back in 1909, somebody counted every call.",
            "In 1987, the bank shut its doors.",
            "By 1987 it was a bank no more.",
            "Say hello to 1,200 workers.",
            "Erlang's formula never sleeps.",
            "So the longest line wins.",
            "What happens in the hive stays in the hive.",
            "Plot twist.",
        ] {
            assert_eq!(evidence.invented(line, ""), [], "{line}");
        }
    }

    #[test]
    fn what_a_line_quotes_is_nothing_invented() {
        let evidence = evidence();
        let quote = "Millions of bees died in the coldest winter in history.";
        assert_eq!(evidence.invented("Millions of bees, gone.", quote), []);
        assert_eq!(evidence.invented("It was the coldest winter in history.", quote), []);
        assert!(!evidence.invented("It was the wettest winter in history.", quote).is_empty());
    }
}
