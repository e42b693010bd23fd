//! [`grounding`]: whether every line of a script stands on the page that it cites.

use brainwrought_core::data::{Document, Line, LineRole, Rule, Script};

use super::evidence::{Doubt, Evidence};
use super::line_report::LineReport;
use super::sentences::Sentence;
use crate::gate::rule::rule;

/// Faults that are named one by one; the rest is counted.
const NAMED_FAULTS: usize = 5;

/// A line that says something its source does not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UngroundedLine {
    /// The line's place among all lines of the script, from 0.
    pub line: usize,
    /// How many lines from there on say the sentence together.
    pub count: usize,
    /// What is said.
    pub text: String,
    /// The page that the line cites, from 1.
    pub page: u32,
    /// What is wrong with it; at least one.
    pub faults: Vec<GroundingFault>,
}

/// What is wrong with a citation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroundingFault {
    /// The document has no such page.
    #[error("there is no page {0}")]
    NoPage(u32),
    /// The words that are quoted do not stand on the page.
    #[error("the words it quotes are not on the page")]
    NoQuote,
    /// The sentence says what the quoted words do not.
    #[error("the words it quotes do not say {0}")]
    Doubted(Doubt),
    /// The sentence, which states nothing, says what stands nowhere in the document.
    #[error("the document does not say {0}")]
    Unknown(Doubt),
    /// The sentence explains a term in plain words, and brings in a fact.
    #[error("a line that puts a term in plain words may not bring in {0}")]
    Gloss(Doubt),
}

/// Finds the lines of `script` that are not grounded in `document`.
///
/// Every cited page must exist, and every quote must stand on its page. What a line is compared with depends on its role:
///
/// - A fact, a recap and an answer say what the words say that they quote, all of them together, in whatever words.
/// - A gloss brings in no number and no name.
/// - Any other line brings in no number and no name that the document lacks, and no number that the words lack that it
///   quotes; if it states something, it does not say the opposite of these. A beat that quotes nothing compares nothing and
///   names no cause. A question and a guess may be wrong, and so may the
///   numbers among the choices of a quiz.
pub fn grounding(script: &Script, document: &Document) -> Vec<UngroundedLine> {
    let sentences = compared(script, document).into_iter();
    sentences
        .map(|sentence| sentence.accepting_overruled().found)
        .filter(|found| !found.faults.is_empty())
        .collect()
}

/// As [`grounding`], with what a person has overruled.
pub(super) fn doubted(script: &Script, document: &Document) -> Vec<UngroundedLine> {
    let sentences = compared(script, document).into_iter();
    sentences.map(|sentence| sentence.found).filter(|found| !found.faults.is_empty()).collect()
}

/// A sentence of a script with everything that it says and its sources do not.
struct Compared {
    found: UngroundedLine,
    /// Whether a person lets it stand.
    is_overruled: bool,
}

impl Compared {
    /// What is left of its faults once a person has overruled what may be overruled.
    fn accepting_overruled(mut self) -> Self {
        let is_overruled = self.is_overruled;
        self.found.faults.retain(|fault| !(is_overruled && fault.is_overrulable()));
        self
    }

    /// Tells whether a line says it, alone or with others.
    fn has(&self, line: usize) -> bool {
        self.found.has(line)
    }
}

impl UngroundedLine {
    /// Tells whether the line at this place says the sentence, alone or with others.
    pub fn has(&self, line: usize) -> bool {
        (self.line..self.line + self.count).contains(&line)
    }
}

impl GroundingFault {
    /// Tells whether a person can let a line stand that has it: what a line says is a matter of judgement, where it comes from
    /// is not.
    pub fn is_overrulable(&self) -> bool {
        !matches!(self, Self::NoPage(_) | Self::NoQuote)
    }
}

fn compared(script: &Script, document: &Document) -> Vec<Compared> {
    let evidence = Evidence::new(document);
    let lines: Vec<&Line> = script.lines().collect();
    let mut sentences = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        let count = spoken_together(&lines[index..]);
        let line = joined(&lines[index..index + count]);
        let mut faults: Vec<GroundingFault> = Vec::new();
        for source in line.sources() {
            if !evidence.has_page(source.page) {
                faults.push(GroundingFault::NoPage(source.page));
            } else if !evidence.has_quote(source.page, &source.quote) {
                faults.push(GroundingFault::NoQuote);
            }
        }
        faults.extend(ungrounded(&evidence, &line));
        let is_overruled = lines[index..index + count].iter().any(|line| line.overruled);
        let page = line.citation.page;
        let found = UngroundedLine { line: index, count, text: line.text, page, faults };
        sentences.push(Compared { found, is_overruled });
        index += count;
    }
    sentences
}

/// Lists the lines of a script with what they come from and what was found of them.
#[cfg_attr(
    not(any(feature = "ffmpeg", test)),
    expect(dead_code, reason = "only the gate of a finished video lists lines")
)]
pub(crate) fn line_reports(script: &Script, document: &Document) -> Vec<LineReport> {
    let sentences = compared(script, document);
    let report = |(place, line): (usize, &Line)| {
        let sentence = sentences.iter().find(|sentence| sentence.has(place));
        let doubts = sentence.map(|sentence| &sentence.found.faults).into_iter().flatten();
        LineReport {
            text: line.text.clone(),
            role: line.role,
            sources: line.sources().filter(|source| !source.quote.is_empty()).cloned().collect(),
            doubts: doubts.map(ToString::to_string).collect(),
            overruled: sentence.is_some_and(|sentence| sentence.is_overruled),
            opinion: line.opinion.clone(),
        }
    };
    script.lines().enumerate().map(report).collect()
}

/// How many of `lines`, from the first on, say one sentence: a long one is said in several lines of the same source.
fn spoken_together(lines: &[&Line]) -> usize {
    let goes_on = |pair: &[&Line]| {
        let [one, next] = pair else { return false };
        let ends = one
            .text
            .trim_end_matches(['”', '"', '»', '’', ')'])
            .ends_with(['.', '!', '?', '。', '！', '？', '؟']);
        !ends
            && !one.citation.quote.is_empty()
            && one.citation == next.citation
            && one.more_sources == next.more_sources
            && (one.role == next.role || one.role == LineRole::Hook && next.role == LineRole::Fact)
    };
    1 + lines.windows(2).take_while(|pair| goes_on(pair)).count()
}

/// Lines that say one sentence, as one line.
fn joined(lines: &[&Line]) -> Line {
    let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    let last = lines[lines.len() - 1];
    // What opens the video and goes on as a fact is one.
    Line { text: texts.join(" "), ..last.clone() }
}

/// What a line says that it may not.
fn ungrounded(evidence: &Evidence, line: &Line) -> Vec<GroundingFault> {
    let quotes: Vec<&str> =
        line.sources().map(|source| source.quote.as_str()).filter(|quote| !quote.is_empty()).collect();
    if line.role.states_facts() {
        let mut doubts = evidence.doubts_among(&line.text, &quotes);
        // The question said what is counted: "How many calls? 40."
        doubts.retain(|doubt| line.role != LineRole::Answer || !matches!(doubt, Doubt::Unit(_)));
        return doubts.into_iter().map(GroundingFault::Doubted).collect();
    }
    if line.role == LineRole::Gloss {
        return evidence.facts_in(&line.text).into_iter().map(GroundingFault::Gloss).collect();
    }
    let is_asked = matches!(line.role, LineRole::Question | LineRole::Guess | LineRole::Quiz)
        || line.text.trim_end().ends_with(['?', '？', '؟']);
    let foreign = match line.role {
        LineRole::Hook | LineRole::Close => evidence.foreign_at_edge(&line.text, &quotes.join(" ")),
        _ => evidence.foreign(&line.text, &quotes.join(" ")),
    };
    let mut faults: Vec<GroundingFault> = foreign
        .into_iter()
        .filter(|doubt| line.role != LineRole::Quiz || matches!(doubt, Doubt::Name(_)))
        .map(GroundingFault::Unknown)
        .collect();
    // A guess may be wrong, and so may the choices of a quiz.
    if !matches!(line.role, LineRole::Guess | LineRole::Quiz) {
        let invented = evidence.invented(&line.text, &quotes.join(" "));
        let invented = invented.into_iter().map(GroundingFault::Unknown);
        let new: Vec<GroundingFault> = invented.filter(|fault| !faults.contains(fault)).collect();
        faults.extend(new);
    }
    if !is_asked && matches!(line.role, LineRole::Transition | LineRole::Interjection) && quotes.is_empty() {
        faults.extend(evidence.asserted(&line.text).into_iter().map(GroundingFault::Unknown));
    }
    if !is_asked && !quotes.is_empty() {
        let is_wrong = |doubt: &Doubt| {
            matches!(doubt, Doubt::Number(_) | Doubt::Unit(_) | Doubt::Bound { .. }) || doubt.is_opposite()
        };
        let doubts = evidence.doubts_among(&line.text, &quotes).into_iter().filter(is_wrong);
        let is_new = |doubt: &Doubt| !faults.contains(&GroundingFault::Unknown(doubt.clone()));
        let doubted: Vec<GroundingFault> = doubts.filter(is_new).map(GroundingFault::Doubted).collect();
        faults.extend(doubted);
    }
    faults
}

/// What lines that state no facts of their own, such as the opening and the quiz, say in `after` that neither the document
/// nor `before` does: numbers and names.
pub(super) fn unknown(document: &Document, before: &str, after: &str) -> Vec<GroundingFault> {
    let evidence = Evidence::new(document);
    evidence.foreign(after, before).into_iter().map(GroundingFault::Unknown).collect()
}

/// The gate's rule on citations, of a script with at least one sentence. What a person has overruled is listed, and no fault.
pub(crate) fn citations(script: &Script, document: &Document) -> Rule {
    let mut overruled = Vec::new();
    let mut faults = Vec::new();
    for sentence in compared(script, document) {
        if sentence.is_overruled {
            overruled.push(told(&sentence.found));
        }
        let Compared { found, .. } = sentence.accepting_overruled();
        if !found.faults.is_empty() {
            faults.push(told(&found));
        }
    }
    let sentences = script.lines().count();
    let facts = script.lines().filter(|line| line.role.states_facts()).count();
    let mut figure = match faults.len() {
        0 => format!("{facts} of {sentences} sentences state facts, and their pages say the same"),
        _ => named(&faults),
    };
    if !overruled.is_empty() {
        figure += &format!("; {} overruled by a person: {}", overruled.len(), named(&overruled));
    }
    let limit = "no line says what the words that it cites do not".to_owned();
    rule("citations", faults.is_empty() && sentences > 0, figure, limit)
}

fn told(line: &UngroundedLine) -> String {
    let wrong: Vec<String> = line.faults.iter().map(ToString::to_string).collect();
    if wrong.is_empty() {
        return format!("“{}”, page {}", line.text, line.page);
    }
    format!("“{}”, page {}: {}", line.text, line.page, wrong.join(", "))
}

/// The first of some findings, and how many more there are.
fn named(findings: &[String]) -> String {
    let named = findings.iter().take(NAMED_FAULTS).cloned().collect::<Vec<_>>().join("; ");
    match findings.len() {
        count if count > NAMED_FAULTS => format!("{named}; and {} more", count - NAMED_FAULTS),
        _ => named,
    }
}

/// Keeps the sentences that say what their sources say, on pages that hold these.
pub(super) fn retain_grounded(sentences: &mut Vec<Sentence>, evidence: &Evidence) {
    sentences.retain(|sentence| {
        let rest = sentence.rest.as_ref();
        let quotes: Vec<&str> =
            [sentence.source.as_str()].into_iter().chain(rest.map(|(_, quote)| quote.as_str())).collect();
        evidence.has_quote(sentence.page, &sentence.source)
            && rest.is_none_or(|(page, quote)| evidence.has_quote(*page, quote))
            && evidence.doubts_among(&sentence.text, &quotes).is_empty()
    });
}

#[cfg(test)]
mod tests {
    use brainwrought_core::data::{BlockKind, Citation};

    use super::super::offline::tests::{block, document, script_with};
    use super::*;

    #[test]
    fn invented_numbers_names_and_pages_are_found() {
        let paragraph = "In 1909 Agner Erlang served 95% of calls.";
        let document = document(vec![vec![block(BlockKind::Paragraph, paragraph)]]);
        let judged = |text: &str, page: u32, quote: &str| {
            let mut script = script_with(text, page);
            for line in
                script.segments.iter_mut().flat_map(|segment| &mut segment.scenes).flat_map(|s| &mut s.lines)
            {
                line.citation.quote = quote.to_owned();
            }
            let mut found = grounding(&script, &document);
            found.pop().map_or_else(Vec::new, |line| line.faults)
        };
        assert_eq!(judged("In 1909, Erlang served 95% of calls.", 1, paragraph), []);
        let doubted = |doubt| GroundingFault::Doubted(doubt);
        assert_eq!(
            judged("By 1910 Agner Kingman served 5%.", 1, paragraph),
            [
                doubted(Doubt::Number("1910".to_owned())),
                doubted(Doubt::Number("5%".to_owned())),
                doubted(Doubt::Name("Kingman".to_owned())),
            ]
        );
        assert_eq!(judged("Calls wait.", 7, "Calls wait."), [GroundingFault::NoPage(7)]);
        assert_eq!(judged("Calls wait.", 1, "Calls wait."), [GroundingFault::NoQuote]);
        assert_eq!(judged("Calls.", 1, ""), [doubted(Doubt::Source)]);
    }

    #[test]
    fn each_role_is_compared_with_what_it_may_say() {
        let paragraph = "In 1909 Agner Erlang served 95% of calls. Long waits are rare.";
        let document = document(vec![vec![block(BlockKind::Paragraph, paragraph)]]);
        let judged = |role: LineRole, text: &str, quote: &str| {
            let mut script = script_with(text, 1);
            let lines =
                script.segments.iter_mut().flat_map(|segment| &mut segment.scenes).flat_map(|s| &mut s.lines);
            for line in lines {
                line.role = role;
                line.citation.quote = quote.to_owned();
            }
            grounding(&script, &document).pop().map_or_else(Vec::new, |line| line.faults)
        };
        let number = |shown: &str| Doubt::Number(shown.to_owned());
        for role in [LineRole::Fact, LineRole::Recap, LineRole::Answer] {
            assert_eq!(judged(role, "Erlang served 95% of calls.", paragraph), [], "{role:?}");
            assert!(!judged(role, "Erlang served all of the calls.", paragraph).is_empty(), "{role:?}");
        }
        for role in [
            LineRole::Hook,
            LineRole::Close,
            LineRole::Callback,
            LineRole::Transition,
            LineRole::Interjection,
        ] {
            assert_eq!(judged(role, "Wild, right?", ""), [], "{role:?}");
            let foreign = judged(role, "And then 1492 came.", "");
            assert_eq!(foreign, [GroundingFault::Unknown(number("1492"))], "{role:?}");
            let turned = judged(role, "Long waits are common.", "Long waits are rare.");
            let contrary = Doubt::Contrary { said: "common".to_owned(), written: "rare".to_owned() };
            assert_eq!(turned, [GroundingFault::Doubted(contrary)], "{role:?}");
        }
        for (line, shown) in [
            ("Calls explode and kill two million people.", "two million"),
            ("Here is why calls kill a thousand people.", "thousand"),
            ("Wild, right? It began with nineteen people.", "nineteen"),
            ("It began in the nineties.", "nineties"),
            ("Calls kill two million people, you know.", "two million"),
            ("You know, calls kill two million people.", "two million"),
            ("Believe me: your calls kill two million people.", "two million"),
            ("Your calls kill two million people.", "two million"),
            ("You know that calls kill two million people.", "two million"),
            ("You have a thousand calls because two million people died.", "two million"),
        ] {
            for role in [LineRole::Hook, LineRole::Close, LineRole::Transition] {
                assert_eq!(
                    judged(role, line, ""),
                    [GroundingFault::Unknown(number(shown))],
                    "{role:?}: {line}"
                );
            }
        }
        let seven = "Calls kill seven people.";
        assert_eq!(judged(LineRole::Hook, seven, ""), [GroundingFault::Unknown(number("seven"))]);
        for line in [
            "You have a thousand tabs open.",
            "So what would a thousand people do?",
            "Two words: long waits.",
        ] {
            assert_eq!(judged(LineRole::Hook, line, ""), [], "{line}");
        }
        let disguised = judged(LineRole::Fact, "Erlang served −95% of calls.", paragraph);
        assert_eq!(disguised, [GroundingFault::Doubted(number("−95%"))]);
        for role in [LineRole::Question, LineRole::Guess] {
            assert_eq!(judged(role, "So long waits are common?", "Long waits are rare."), [], "{role:?}");
            let foreign = judged(role, "Surely Kingman served them.", "");
            assert_eq!(foreign, [GroundingFault::Unknown(Doubt::Name("Kingman".to_owned()))], "{role:?}");
        }
        assert_eq!(judged(LineRole::Quiz, "Was it 95% or 85%?", ""), []);
        assert_eq!(judged(LineRole::Gloss, "A queue is a line that remembers.", ""), []);
        let smuggled = judged(LineRole::Gloss, "Like a bank, which failed in 2008.", "");
        assert_eq!(smuggled, [GroundingFault::Gloss(number("2008"))]);
        let told = smuggled[0].to_string();
        assert_eq!(told, "a line that puts a term in plain words may not bring in the number 2008");
    }

    #[test]
    fn every_source_of_a_line_stands_on_its_page() {
        let pages = ["Erlang counted calls.", "Kingman found a bound."];
        let document = document(pages.iter().map(|text| vec![block(BlockKind::Paragraph, text)]).collect());
        let mut script = script_with("Erlang counted calls, and Kingman found a bound.", 1);
        let line = &mut script.segments[0].scenes[0].lines[0];
        line.citation.quote = pages[0].to_owned();
        assert_eq!(grounding(&script, &document).len(), 1, "one source does not say it all");
        let second = |page: u32| Citation { page, quote: pages[1].to_owned() };
        script.segments[0].scenes[0].lines[0].more_sources = vec![second(2)];
        assert_eq!(grounding(&script, &document), []);
        script.segments[0].scenes[0].lines[0].more_sources = vec![second(1)];
        assert_eq!(grounding(&script, &document)[0].faults, [GroundingFault::NoQuote]);
        script.segments[0].scenes[0].lines[0].more_sources = vec![second(3)];
        assert_eq!(grounding(&script, &document)[0].faults, [GroundingFault::NoPage(3)]);
    }

    #[test]
    fn a_person_may_overrule_what_a_line_says_and_not_where_it_stands() {
        let paragraph = "In 1909 Agner Erlang served 95% of calls.";
        let document = document(vec![vec![block(BlockKind::Paragraph, paragraph)]]);
        let mut script = script_with("By 1910 Erlang served nearly all calls.", 1);
        let line = &mut script.segments[0].scenes[0].lines[0];
        line.citation.quote = paragraph.to_owned();
        assert!(!citations(&script, &document).passed);
        script.segments[0].scenes[0].lines[0].overruled = true;
        assert_eq!(grounding(&script, &document), []);
        let rule = citations(&script, &document);
        assert!(rule.passed && rule.figure.contains("1 overruled by a person: “By 1910 Erlang"), "{rule:?}");
        assert!(rule.figure.contains("the number 1910"), "{rule:?}");
        let reports = line_reports(&script, &document);
        assert!(reports[0].overruled && reports[0].doubts[0].contains("1910"), "{reports:?}");
        let citation = &mut script.segments[0].scenes[0].lines[0].citation;
        citation.quote = "Nobody wrote this.".to_owned();
        let faults = &grounding(&script, &document)[0].faults;
        assert_eq!(faults, &[GroundingFault::NoQuote]);
    }
}
