//! Numbers: whether a source bears out the numbers of a claim, by their values.

use super::doubt::Doubt;
use super::quantity::{Kind, Quantity};
use super::reading::Reading;
use super::vocabulary::{Cue, Mark};

/// What a sentence says of a number besides its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    Exact,
    About,
    /// Near it, from below.
    Almost,
    Above,
    Below,
    AtLeast,
    AtMost,
    /// "Over ten years": longer than these, or during these.
    During,
}

/// How far "about" may be off, as a share.
const ABOUT: f64 = 0.1;
/// How far apart two shares are that are rounded to whole percents, such as a third and 33 %.
const ROUNDED: f64 = 0.005;
/// How far apart months of 30 days and those of the calendar are, as a share.
const CALENDAR: f64 = 0.03;
/// How many words may stand between a number and "or more".
const FAR: usize = 3;
/// How many words a bound may have.
const FARTHEST: usize = 8;
/// From so many times a word such as "millions" on, the next such word is the right one.
const MASS: f64 = 1_000.0;
/// How many times "more than" may be exceeded.
const MORE: f64 = 2.0;

/// What of the numbers of `claim` neither `source` nor the sentences beside it bear out.
pub(super) fn doubted(claim: &Reading, source: &Reading, near: &Reading) -> Vec<Doubt> {
    let mut found = Vec::new();
    for number in claim.numbers.iter().filter(|number| !announces(number, claim)) {
        let borne_out = judge(number, claim, source);
        // A number beside the source is no number for one of its own.
        let replaces = source.numbers.iter().any(|other| {
            let is_said = claim.numbers.iter().any(|said| said.measure() == other.measure());
            !is_said && other.measure().0 == number.measure().0 && other.kind == number.kind
        }) || claim
            .takes_place(number.at, number.end, source)
            .is_some_and(|place| source.numbers.iter().any(|other| other.at == place));
        let borne_out = match borne_out {
            Err(doubt @ (Doubt::Number(_) | Doubt::Unit(_))) if !replaces => {
                judge(number, claim, near).map_err(|_| doubt)
            }
            other => other,
        };
        found.extend(borne_out.err());
    }
    found.extend(miscounted(claim, source));
    found.extend(repeated(claim, source));
    found.extend(turned(claim, source));
    found
}

/// Tells whether a number counts what the claim itself lists behind it: "on two fronts: the claim, and the costs".
fn announces(number: &Quantity, claim: &Reading) -> bool {
    let is_small = number.kind == Kind::Count && number.unit.is_none() && (2.0..=5.0).contains(&number.value);
    let Some(colon) = claim.tokens[number.end..].iter().position(|token| token.starts) else { return false };
    let listed = &claim.tokens[number.end + colon..];
    // Each comma opens a clause, and "and" joins the last item.
    let mut clauses: Vec<usize> = listed.iter().map(|token| token.clause).collect();
    clauses.dedup();
    let joins = listed.iter().filter(|token| token.key == "and").count();
    is_small && colon <= FAR && clauses.len().max(joins + 1) as f64 >= number.value
}

/// What of the numbers of `claim` stands nowhere in `text`, whatever is said of them there.
pub(super) fn foreign(claim: &Reading, known: &[Quantity]) -> Vec<Doubt> {
    let text = Reading {
        tokens: Vec::new(),
        marks: Vec::new(),
        numbers: known.to_vec(),
        content: Vec::new(),
        own: 0,
    };
    claim
        .numbers
        .iter()
        .filter_map(|number| match judge(number, claim, &text) {
            Err(doubt @ (Doubt::Number(_) | Doubt::Unit(_))) => Some(doubt),
            _ => None,
        })
        .collect()
}

fn judge(number: &Quantity, claim: &Reading, source: &Reading) -> Result<(), Doubt> {
    let (measures, value) = number.measure();
    // What a name has in it counts nothing: "GPT4" does not say that there are 4.
    if number.kind == Kind::Name {
        let known = source.numbers.iter().any(|other| is_close(other.value, value, 1e-9));
        return if known { Ok(()) } else { Err(Doubt::Number(number.shown.clone())) };
    }
    // "Fell to 5" may be said of −5, and nothing but a number below zero bears out one below zero.
    let is_below = |other: &Quantity| !number.is_negative || other.is_negative;
    if !source.numbers.iter().any(is_below) {
        return Err(Doubt::Number(number.shown.clone()));
    }
    let said = bound(number, claim);
    let mut has_value = false;
    let mut other_bound = None;
    for other in source.numbers.iter().filter(|other| other.kind != Kind::Name && is_below(other)) {
        let (other_measures, other_value) = other.measure();
        has_value |= is_close(other.value, number.value, 1e-9);
        if !is_comparable(number, claim, other, source)
            || measures != other_measures && !is_plain_share(number, other)
        {
            continue;
        }
        let written = bound(other, source);
        // "Millions of people" may be said of 28 million.
        if is_mass(number, claim) && other.kind == Kind::Count && (value..value * MASS).contains(&other_value)
        {
            return Ok(());
        }
        if is_equal(number, other) {
            // "Rose by 8" is not "rose to 8".
            let step = |reading: &Reading, number: &Quantity| {
                let before = number.at.checked_sub(1).and_then(|place| reading.tokens.get(place));
                before
                    .map(|token| token.key.as_str())
                    .filter(|key| ["by", "to"].contains(key))
                    .map(str::to_owned)
            };
            if let (Some(one), Some(two)) = (step(claim, number), step(source, other))
                && one != two
                && !is_derived(number, source)
            {
                has_value = false;
                continue;
            }
            if agrees(said, written, claim) {
                return Ok(());
            }
            other_bound = Some(other);
        } else if is_near(said, value, written, other_value) && number.kind != Kind::Place {
            return Ok(());
        }
    }
    if is_derived(number, source) {
        return Ok(());
    }
    // "99 percent and 22" leaves the second unit out.
    let goes_on = |other: &Quantity| {
        is_close(other.value, number.value, 1e-9)
            && other.unit.is_some_and(|unit| claim.numbers.iter().any(|before| before.unit == Some(unit)))
    };
    if number.kind == Kind::Count && number.unit.is_none() && source.numbers.iter().any(goes_on) {
        return Ok(());
    }
    let with_bound = |number: &Quantity, reading: &Reading| {
        let words = bound_mark(number, reading).map(|mark| reading.shown(mark)).unwrap_or_default();
        if words.is_empty() { number.shown.clone() } else { format!("{words} {}", number.shown) }
    };
    Err(match other_bound {
        Some(other) => Doubt::Bound { said: with_bound(number, claim), written: with_bound(other, source) },
        None if has_value && number.unit.is_some() => Doubt::Unit(number.shown.clone()),
        None if has_value && number.kind == Kind::Count => Doubt::Unit(number.shown.clone()),
        None => Doubt::Number(number.shown.clone()),
    })
}

/// A place in an order is compared with another, or with a number beside the same word: "the second summer" is "summer two".
fn is_comparable(number: &Quantity, claim: &Reading, other: &Quantity, source: &Reading) -> bool {
    let place = |number: &Quantity| number.kind == Kind::Place;
    let plain = |number: &Quantity| number.kind == Kind::Count && number.unit.is_none();
    if place(number) == place(other) {
        return true;
    }
    let beside = |reading: &Reading, number: &Quantity| -> Vec<String> {
        let places = [number.at.checked_sub(1), Some(number.end)];
        places
            .into_iter()
            .flatten()
            .filter_map(|place| reading.tokens.get(place))
            .map(|token| token.stem.clone())
            .collect()
    };
    (plain(number) || plain(other))
        && beside(claim, number).iter().any(|stem| beside(source, other).contains(stem))
}

/// A factor or a part that the claim says more often than the source, in the place of another one there: "double the load, and the
/// wait doubles" for "halve the load, and the wait doubles".
fn repeated(claim: &Reading, source: &Reading) -> Option<Doubt> {
    let is_ratio = |number: &&Quantity| matches!(number.kind, Kind::Times | Kind::Share);
    let is_same = |one: &Quantity, other: &Quantity| is_close(one.measure().1, other.measure().1, 1e-9);
    let count = |reading: &Reading, wanted: &Quantity| {
        reading.numbers.iter().filter(is_ratio).filter(|number| is_same(number, wanted)).count()
    };
    let is_unsaid = |number: &&Quantity| count(claim, number) == 0;
    let has_unsaid = source.numbers.iter().filter(is_ratio).any(|number| is_unsaid(&number));
    let doubled = |number: &&Quantity| {
        let written = count(source, number);
        written > 0 && count(claim, number) > written
    };
    let number = claim.numbers.iter().filter(is_ratio).rev().find(doubled).filter(|_| has_unsaid)?;
    Some(Doubt::Number(number.shown.clone()))
}

/// Tells whether a number is a word such as "millions", which stands for some of them.
fn is_mass(number: &Quantity, claim: &Reading) -> bool {
    number.kind == Kind::Count
        && number.unit.is_none()
        && number.value >= 100.0
        && number.end == number.at + 1
        && claim.tokens.get(number.at).is_some_and(|token| token.key.ends_with('s'))
}

/// "0.5" is half.
fn is_plain_share(number: &Quantity, other: &Quantity) -> bool {
    let share = |number: &Quantity| number.measure().0 == "share";
    let part = |number: &Quantity| number.measure().0.is_empty() && number.value < 1.0 && number.value > 0.0;
    share(number) && part(other) || part(number) && share(other)
}

fn is_close(one: f64, other: f64, share: f64) -> bool {
    (one - other).abs() <= one.abs().max(other.abs()).max(f64::MIN_POSITIVE) * share
}

fn is_equal(number: &Quantity, other: &Quantity) -> bool {
    let ((measures, value), (_, other_value)) = (number.measure(), other.measure());
    if is_close(value, other_value, 1e-9) {
        return true;
    }
    let is_calendar = |number: &Quantity| number.unit.is_some_and(|unit| unit.factor >= 2e6);
    match measures {
        "share" => {
            let in_words = |number: &Quantity| number.kind == Kind::Share;
            (in_words(number) || in_words(other)) && (value - other_value).abs() < ROUNDED
        }
        "time" => {
            number.unit != other.unit
                && (is_calendar(number) || is_calendar(other))
                && is_close(value, other_value, CALENDAR)
        }
        _ => false,
    }
}

/// Tells whether another value, of which the source says so, is what a bound says of a number.
fn is_near(bound: Bound, said: f64, written: Bound, value: f64) -> bool {
    let is_plain = matches!(written, Bound::Exact | Bound::About | Bound::Almost | Bound::During);
    is_plain
        && match bound {
            Bound::Exact | Bound::During | Bound::AtMost => false,
            Bound::About => is_close(said, value, ABOUT),
            Bound::Almost => value < said && is_close(said, value, ABOUT),
            Bound::Above | Bound::AtLeast => value > said && value <= said * MORE,
            Bound::Below => value < said && said <= value * MORE,
        }
}

/// Tells whether a claim may say so of a number of which its source says so.
fn agrees(said: Bound, written: Bound, claim: &Reading) -> bool {
    use Bound::{About, Above, Almost, AtLeast, AtMost, Below, During, Exact};
    match (said, written) {
        (Exact, AtMost) => claim.has(&[Cue::Can, Cue::May]),
        (Exact, Below | AtLeast | Almost)
        | (About, AtMost | AtLeast)
        | (Above, Exact | Below | AtMost | Almost)
        | (AtLeast, Exact | Below | AtMost | Almost)
        | (AtMost, Exact | Above | AtLeast | During)
        | (Below, Exact | Above | AtLeast | During)
        | (Almost, Above | AtLeast | AtMost | During) => false,
        (Exact | About | Almost | During, _) | (Above | AtLeast | AtMost | Below, _) => true,
    }
}

fn bound_mark(number: &Quantity, reading: &Reading) -> Option<Mark> {
    let is_bound = |mark: &Mark| {
        matches!(mark.cue, Cue::About | Cue::Almost | Cue::Above | Cue::Below | Cue::AtLeast | Cue::AtMost)
    };
    let is_article = |place: usize| {
        reading.tokens.get(place).is_some_and(|token| ["a", "an", "the", "as"].contains(&token.key.as_str()))
    };
    let is_behind = |mark: &Mark| {
        mark.at >= number.end
            && mark.at <= number.end + FAR
            && reading.tokens[mark.at].key == "or"
            && reading.clause(mark.at) == reading.clause(number.at)
            || mark.at == number.end && ["at least", "at most"].contains(&reading.shown(*mark).as_str())
    };
    // Marks stand in the order of the text.
    let first = reading.marks.partition_point(|mark| mark.at + FARTHEST < number.at);
    let near = reading.marks[first..].iter().take_while(|mark| mark.at <= number.end + FAR);
    near.copied()
        .filter(is_bound)
        .filter(|mark| {
            mark.end == number.at || mark.end + 1 == number.at && is_article(mark.end) || is_behind(mark)
        })
        .max_by_key(|mark| mark.end - mark.at)
}

fn bound(number: &Quantity, reading: &Reading) -> Bound {
    let Some(mark) = bound_mark(number, reading) else { return Bound::Exact };
    let lasts = number.unit.is_some_and(|unit| unit.measures == "time");
    match mark.cue {
        Cue::Above | Cue::Below if lasts && mark.end - mark.at == 1 => Bound::During,
        Cue::Above => Bound::Above,
        Cue::Below => Bound::Below,
        Cue::About => Bound::About,
        Cue::Almost => Bound::Almost,
        Cue::AtLeast => Bound::AtLeast,
        _ => Bound::AtMost,
    }
}

/// Tells whether a number follows from two that the source joins: "from 4 to 8 euros" doubles, and rises by 4 euros or 100 %.
fn is_derived(number: &Quantity, source: &Reading) -> bool {
    let (measures, value) = number.measure();
    source.numbers.windows(2).any(|pair| {
        let [one, other] = pair else { return false };
        let between = source.tokens.get(one.end..other.at.max(one.end)).unwrap_or_default();
        let between: Vec<&str> = between.iter().map(|token| token.key.as_str()).collect();
        let joins = matches!(between[..], [] | ["to"] | [_, "to"] | [_, _, "to"])
            || between.last() == Some(&"to") && between.len() < 5;
        let is_year = |number: &Quantity| number.unit.is_none() && (1000.0..2100.0).contains(&number.value);
        let ((left, from), (right, to)) = (one.measure(), other.measure());
        if !joins || left != right || from <= 0.0 || to <= 0.0 || is_year(one) || is_year(other) {
            return false;
        }
        match measures {
            "times" => is_close(value, to / from, 0.05) || is_close(value, from / to, 0.05),
            "share" => {
                is_close(value, (to - from).abs() / from, 0.02)
                    || number.kind == Kind::Share && is_close(value, to / from, 0.02)
            }
            _ => measures == left && is_close(value, (to - from).abs(), 1e-9),
        }
    })
}

/// Finds two numbers that count each other's things.
fn miscounted(claim: &Reading, source: &Reading) -> Option<Doubt> {
    let counted = |reading: &Reading, number: &Quantity| {
        let next = reading.content.partition_point(|&place| place < number.end);
        let place = *reading.content.get(next)?;
        (place < number.end + 2 && reading.clause(place) == reading.clause(number.end - 1)).then_some(place)
    };
    let plain = |number: &&Quantity| number.kind == Kind::Count && number.unit.is_none();
    for number in claim.numbers.iter().filter(plain) {
        let Some(thing) = counted(claim, number) else { continue };
        let stem = &claim.tokens[thing].stem;
        let of = |number: &Quantity| counted(source, number).map(|place| &source.tokens[place].stem);
        let same = |other: &&Quantity| is_close(other.value, number.value, 1e-9);
        let counts_it = |other: &Quantity| of(other) == Some(stem);
        let elsewhere = source.numbers.iter().filter(plain).any(|other| !same(&other) && counts_it(other));
        let here = source
            .numbers
            .iter()
            .filter(plain)
            .filter(same)
            .any(|other| of(other).is_none() || counts_it(other));
        let is_known = source.numbers.iter().filter(plain).any(|other| same(&other));
        if is_known && elsewhere && !here {
            return Some(Doubt::Order(format!("{} {}", number.shown, claim.tokens[thing].text)));
        }
    }
    None
}

/// Finds two numbers that the claim joins the other way round: "from 8 to 4" for "from 4 to 8".
fn turned(claim: &Reading, source: &Reading) -> Option<Doubt> {
    let joined = |reading: &Reading| -> Vec<(f64, f64, String)> {
        let pairs = reading.numbers.windows(2).filter(|pair| {
            let between = reading.tokens.get(pair[0].end..pair[1].at).unwrap_or_default();
            between.len() < 4 && between.iter().any(|token| token.key == "to")
        });
        pairs.map(|pair| (pair[0].value, pair[1].value, reading.words(pair[0].at, pair[1].end))).collect()
    };
    let written = joined(source);
    let is_turned = |(from, to, _): &(f64, f64, String)| {
        from != to
            && written.iter().any(|(one, other, _)| one == to && other == from)
            && !written.iter().any(|(one, other, _)| one == from && other == to)
    };
    joined(claim).into_iter().find(is_turned).map(|(.., shown)| Doubt::Order(shown))
}
