//! Which sentences are said: a few runs of neighbours, which together are worth most in the time there is.
//!
//! A listener follows sentences that stand beside each other on the page, and stumbles over each jump. So every jump costs
//! something, and the best choice under all that fit into the time is found exactly, by dynamic programming over sentences
//! and time.

use super::super::compress::Tie;
use super::super::sentences::Sentence;
use super::value::{Values, has_number};

/// Time is counted in steps of so many milliseconds.
const STEP_MS: u64 = 250;
/// What it costs to begin anew with the first sentence of a section, of a paragraph, and inside a paragraph. A second of an
/// average sentence is worth some 0.5, so that a jump must pay for six to ten seconds.
const NEW_SECTION: f32 = 3.0;
const NEW_PASSAGE: f32 = 3.5;
const NEW_INSIDE: f32 = 5.0;
/// How many times more a jump costs where one stretch is told.
const IN_STRETCHES: f32 = 1.8;
/// How much less it costs there to leave something out of a stretch, such as a formula, and how many paragraphs that may be.
const STRETCH_GAP: f32 = 0.4;
const MAX_STRETCH_GAP: usize = 8;
/// What it costs to go on with the next paragraph, and to leave something out within one.
const NEXT_PASSAGE: f32 = 0.3;
const GAP: f32 = 2.0;
const GAP_PASSAGE: f32 = 2.5;
/// What it costs to begin with a sentence that says the contrary of one that is not heard, or follows from it.
const UNTIED: f32 = 1.0;
/// What it costs to begin with a sentence that may speak of something which was named before.
const LEANS: f32 = 1.5;
/// What a second is worth that is filled at all: a video that is much shorter than it was asked for is no good answer.
const FILL: f32 = 0.4;
/// What a jump costs less where the sentence after it speaks of what the one before speaks of, for a likeness of 1, and at
/// most.
const LINKED: f32 = 8.0;
const MAX_LINKED: f32 = 1.5;
/// What a jump costs more for each section that it leaps over, and at most: far apart, a long document speaks of other things.
const LEAP: f32 = 0.15;
const MAX_LEAP: f32 = 2.5;
/// What a question behind another one costs.
const QUESTIONS: f32 = 3.0;
/// What it costs to end with a run of one sentence, which only fills the time.
const LAST_ALONE: f32 = 2.0;
/// How many sentences may be left out between two of one paragraph.
const MAX_GAP: usize = 3;
/// A sentence is a repetition when this share of what it says, by the weight of its words, was said before; the others are for
/// texts that fill less than so many percent of the time otherwise.
const MAX_KNOWN: [f32; 2] = [0.55, 0.7];
/// A sentence is a part of a later one when this share of it is said there.
const CONTAINED: f32 = 0.65;
const FILLED_PERCENT: u64 = 96;
/// How often the choice is made again because two of its sentences say the same.
const ROUNDS: usize = 6;

/// How a sentence goes on from the one that is said before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// It begins a new run.
    New,
    /// It stands behind the one before.
    Next,
    /// Something between them is left out.
    Gap,
}

/// One sentence of the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chosen {
    /// Index into the sentences.
    pub(super) sentence: usize,
    pub(super) joint: Joint,
}

/// Chooses the sentences worth most that take up to `budget_ms` together, in the order of the document. `ms` tells what each
/// takes; those in `without` are not chosen.
pub(super) fn choose(
    sentences: &[Sentence],
    values: &Values,
    ms: &[u64],
    without: &[usize],
    budget_ms: u64,
) -> Vec<Chosen> {
    let jumps: &[f32] = if values.in_stretches { &[IN_STRETCHES, 1.0] } else { &[1.0] };
    let mut best = Vec::new();
    // A text whose stretches are short is told from several, and one that says little else may say much the same again.
    for (&jump, &known) in jumps.iter().flat_map(|jump| MAX_KNOWN.iter().map(move |known| (jump, known))) {
        best = distinct(sentences, values, ms, without, budget_ms, (known, jump));
        let takes: u64 = best.iter().map(|chosen: &Chosen| ms[chosen.sentence]).sum();
        if takes * 100 >= budget_ms * FILLED_PERCENT {
            break;
        }
    }
    best
}

/// What a choice is worth: its sentences for the time that they take, less what its jumps cost.
pub(super) fn worth_of(sentences: &[Sentence], values: &Values, ms: &[u64], chosen: &[Chosen]) -> f32 {
    let jump = if values.in_stretches { IN_STRETCHES } else { 1.0 };
    let gains: f32 =
        chosen.iter().map(|chosen| values.worth[chosen.sentence] * ms[chosen.sentence] as f32 / 1000.0).sum();
    let opens = chosen.first().map_or(0.0, |first| values.opens[first.sentence]);
    let mut costs = 0.0;
    for pair in chosen.windows(2) {
        let (before, at) = (pair[0].sentence, pair[1].sentence);
        costs += match pair[1].joint {
            Joint::New => start_cost(sentences, at).unwrap_or(NEW_INSIDE) * jump,
            _ => joint(sentences, values, before, at).map_or(0.0, |(cost, _)| cost),
        };
    }
    let is_alone = chosen.len() > 1 && chosen.last().is_some_and(|last| last.joint == Joint::New);
    gains + opens - costs - if is_alone { LAST_ALONE } else { 0.0 }
}

/// The best choice in which no sentence says more than the share `known` of what another said before it, where a jump costs
/// `jump` times as much.
fn distinct(
    sentences: &[Sentence],
    values: &Values,
    ms: &[u64],
    without: &[usize],
    budget_ms: u64,
    (known, jump): (f32, f32),
) -> Vec<Chosen> {
    let mut worth = values.worth.clone();
    for &index in without {
        // What says the same as the opening or the close is not said again.
        for (other, worth) in worth.iter_mut().enumerate() {
            if other == index || values.known(index, other) > known {
                *worth = f32::MIN;
            }
        }
    }
    let mut best = Vec::new();
    for _ in 0..ROUNDS {
        best = best_of(sentences, values, &worth, ms, budget_ms, jump);
        let mut repeats = false;
        for (place, later) in best.iter().enumerate() {
            let is_known = |earlier: &Chosen| values.known(earlier.sentence, later.sentence) > known;
            if best[..place].iter().any(is_known) {
                worth[later.sentence] = f32::MIN;
                repeats = true;
            }
            // What a later sentence says again with a number need not be said before it.
            let counts = |chosen: &Chosen| has_number(&sentences[chosen.sentence].text);
            let says_more = |earlier: &&Chosen| {
                counts(later)
                    && !counts(earlier)
                    && values.known(later.sentence, earlier.sentence) > CONTAINED
            };
            if let Some(earlier) = best[..place].iter().find(says_more)
                && worth[later.sentence] > f32::MIN
            {
                worth[earlier.sentence] = f32::MIN;
                repeats = true;
            }
        }
        if !repeats {
            break;
        }
    }
    best
}

/// What a choice is worth, with the sentence that it ends with and how that was reached.
#[derive(Debug, Clone, Copy)]
struct State {
    worth: f32,
    /// The sentence before, if any, and the steps up to its end.
    before: Option<(usize, usize)>,
    joint: Joint,
}

fn best_of(
    sentences: &[Sentence],
    values: &Values,
    worth: &[f32],
    ms: &[u64],
    budget_ms: u64,
    jump: f32,
) -> Vec<Chosen> {
    let steps = usize::try_from(budget_ms / STEP_MS).unwrap_or_default();
    let width = steps + 1;
    let mut table: Vec<Option<State>> = vec![None; sentences.len() * width];
    // The best choice that ends anywhere before the sentence at hand, by its steps.
    let mut ahead: Vec<Option<(f32, usize)>> = vec![None; width];
    let mut best: Option<(f32, usize, usize)> = None;
    let most_left_out = if values.in_stretches { MAX_STRETCH_GAP } else { MAX_GAP };
    for index in 0..sentences.len() {
        let takes = usize::try_from((ms[index] + STEP_MS / 2) / STEP_MS).unwrap_or(usize::MAX).max(1);
        if takes > steps || worth[index] == f32::MIN {
            continue;
        }
        let gain = worth[index] * ms[index] as f32 / 1000.0;
        let start = start_cost(sentences, index);
        let joints: Vec<(usize, f32, Joint)> = (1..=most_left_out + 1)
            .filter_map(|back| {
                let before = index.checked_sub(back)?;
                joint(sentences, values, before, index).map(|(cost, joint)| (before, cost, joint))
            })
            .collect();
        for end in takes..=steps {
            let begin = end - takes;
            let mut state: Option<State> = None;
            let mut offer = |worth: f32, before: Option<(usize, usize)>, joint: Joint| {
                if state.is_none_or(|state| worth > state.worth) {
                    state = Some(State { worth, before, joint });
                }
            };
            if let Some(cost) = start {
                if begin == 0 {
                    // The first run begins for free.
                    offer(gain + values.opens[index] - cost + NEW_SECTION, None, Joint::New);
                } else if let Some((worth, before)) = ahead[begin] {
                    let link = (LINKED * values.likeness(before, index)).min(MAX_LINKED);
                    let leapt = sentences[index].section.saturating_sub(sentences[before].section + 1);
                    let leap = (LEAP * leapt as f32).min(MAX_LEAP);
                    offer(worth + gain - (cost + leap) * jump + link, Some((before, begin)), Joint::New);
                }
            }
            for &(before, cost, joint) in &joints {
                let Some(reached) = table[before * width + begin] else { continue };
                offer(reached.worth + gain - cost, Some((before, begin)), joint);
            }
            table[index * width + end] = state;
            let filled = FILL * (end as u64 * STEP_MS) as f32 / 1000.0;
            if let Some(state) = state
                && !sentences[index].leads_on
            {
                let is_alone = state.joint == Joint::New && state.before.is_some();
                let total = state.worth + filled - if is_alone { LAST_ALONE } else { 0.0 };
                if best.is_none_or(|(worth, ..)| total > worth) {
                    best = Some((total, index, end));
                }
            }
        }
        // What follows a question is its answer, so nothing else begins behind one, and no story ends with it.
        if !sentences[index].leads_on {
            push_ahead(&mut ahead, &table, index, width);
        }
    }
    let mut chosen = Vec::new();
    let mut at = best.map(|(_, index, end)| (index, end));
    while let Some((index, end)) = at {
        let Some(state) = table[index * width + end] else { break };
        chosen.push(Chosen { sentence: index, joint: state.joint });
        at = state.before;
    }
    chosen.reverse();
    chosen
}

/// Makes the choices that end with the sentence at `index` ones that a new run may follow.
fn push_ahead(ahead: &mut [Option<(f32, usize)>], table: &[Option<State>], index: usize, width: usize) {
    for (steps, slot) in ahead.iter_mut().enumerate() {
        if let Some(state) = table[index * width + steps]
            && slot.is_none_or(|(worth, _)| state.worth > worth)
        {
            *slot = Some((state.worth, index));
        }
    }
}

/// Tells whether a sentence may speak of something that was named before it: "The cost reflects …", "… characterise it as".
fn leans(text: &str) -> bool {
    text.starts_with("The ") || text.split_whitespace().take(9).skip(1).any(|word| word == "it")
}

/// What it costs to begin with a sentence; none where nobody would understand it.
fn start_cost(sentences: &[Sentence], index: usize) -> Option<f32> {
    let sentence = &sentences[index];
    if sentence.dangles || sentence.tie == Some(Tie::Example) {
        return None;
    }
    let before = index.checked_sub(1).map(|before| &sentences[before]);
    let place = match before {
        Some(before) if before.section != sentence.section => NEW_SECTION,
        None => NEW_SECTION,
        Some(before) if before.passage != sentence.passage => NEW_PASSAGE,
        Some(_) => NEW_INSIDE,
    };
    let untied = if sentence.tie.is_some() { UNTIED } else { 0.0 };
    Some(place + untied + if leans(&sentence.text) { LEANS } else { 0.0 })
}

/// How the sentence at `index` goes on from the one at `before`, and what that costs; none where it does not.
fn joint(sentences: &[Sentence], values: &Values, before: usize, index: usize) -> Option<(f32, Joint)> {
    let in_stretches = values.in_stretches;
    let (share, far) = if in_stretches { (STRETCH_GAP, MAX_STRETCH_GAP) } else { (1.0, MAX_GAP) };
    let (one, other) = (&sentences[before], &sentences[index]);
    if values.unheard[index] {
        return None;
    }
    let leaning = if leans(&other.text) { LEANS * share } else { 0.0 };
    let is_same_passage = one.passage == other.passage;
    // Of questions in a row the last one alone is answered.
    let row = if one.asks() && other.asks() { QUESTIONS } else { 0.0 };
    if is_same_passage && one.place + 1 == other.place {
        return Some((row, Joint::Next));
    }
    if !is_same_passage {
        // Nothing stands between the last sentence of a paragraph and the first of the next.
        let follows = before + 1 == index
            && one.section == other.section
            && one.passage + 1 == other.passage
            && one.place + 2 == other.place;
        if follows {
            return Some((NEXT_PASSAGE, Joint::Next));
        }
        // Something between two paragraphs of one section is left out, such as a formula.
        let near = one.section == other.section && other.passage.saturating_sub(one.passage) <= far;
        // Within a stretch a question may be answered behind a formula.
        let open = one.leads_on && !(in_stretches && one.asks());
        return (near && !other.dangles && other.tie.is_none() && !open)
            .then_some((GAP_PASSAGE * share + leaning, Joint::Gap));
    }
    let stands = !other.dangles && other.tie.is_none() && !one.leads_on;
    let is_whole = other.place - one.place == index - before;
    if stands && is_whole && values.unmissed[before + 1..index].iter().all(|unmissed| *unmissed) {
        return Some((leaning, Joint::Gap));
    }
    (stands && other.place - one.place <= MAX_GAP + 1).then_some((GAP * share + leaning, Joint::Gap))
}
