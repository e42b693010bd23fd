//! [`formula`]: chemical formulas and ions, letter by letter.

use std::sync::LazyLock;

use regex::Regex;

use super::mixture::letters;
use super::number::{cardinal, number, roman};
use super::symbol::{lowered, raised};

pattern!(FORMULA, r"^(?:[A-Z][a-z]?[₀-₉]*|[()])+(?:[²³⁴-⁹]?[⁺⁻])?$");
pattern!(OXIDATION, r"^([A-Z][a-z]?)\(([IV]{1,4})$");

/// The elements (IUPAC) up to uranium.
const ELEMENTS: &str = " H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr \
    Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os \
    Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U ";
/// Metals that are named with the number of their charge.
const METALS: [(&str, &str); 14] = [
    ("Fe", "iron"),
    ("Cu", "copper"),
    ("Mn", "manganese"),
    ("Cr", "chromium"),
    ("Pb", "lead"),
    ("Hg", "mercury"),
    ("Sn", "tin"),
    ("Co", "cobalt"),
    ("As", "arsenic"),
    ("Pt", "platinum"),
    ("Ni", "nickel"),
    ("Au", "gold"),
    ("V", "vanadium"),
    ("U", "uranium"),
];

/// Says a formula with lowered numbers or a charge: "Ca²⁺" is "C ay two plus", "Fe(III)" is "iron three".
pub(super) fn formula(core: &str) -> Option<String> {
    if let Some(found) = OXIDATION.captures(core) {
        let (_, name) = METALS.iter().find(|(sign, _)| *sign == &found[1])?;
        return Some(format!("{name} {}", cardinal(roman(&found[2])?)));
    }
    let has_marks = core.contains(|c: char| lowered(c).is_some()) || core.ends_with(['⁺', '⁻']);
    if core.len() > 100 || !has_marks || !FORMULA.is_match(core) {
        return None;
    }
    let mut words = Vec::new();
    let mut rest = core;
    while let Some(first) = rest.chars().next() {
        let run = |test: fn(char) -> bool| rest.find(|c: char| !test(c)).unwrap_or(rest.len());
        let length = if first.is_ascii_uppercase() {
            let end = 1 + rest[1..].find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len() - 1);
            if !ELEMENTS.contains(&format!(" {} ", &rest[..end])) {
                return None;
            }
            words.push(letters(&rest[..end]));
            end
        } else if lowered(first).is_some() {
            let end = run(|c| lowered(c).is_some());
            words.push(number(&rest[..end].chars().filter_map(lowered).collect::<String>()));
            end
        } else {
            words.extend(match raised(first) {
                Some('+') => Some("plus".to_owned()),
                Some('-') => Some("minus".to_owned()),
                Some(digit) => Some(number(&digit.to_string())),
                None => None,
            });
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    Some(words.join(" "))
}
