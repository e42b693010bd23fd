//! [`numeral`]: Roman numerals as English words.

use super::number::{cardinal, ordinal, roman};

/// Words before a Roman numeral that is a plain number.
const NUMBERED: &str = "title category group factor annex schedule exhibit form division photosystem complex angiotensin \
    tier method experiment panel unit module lesson canto vol ch chap sec fig tab no pt art bowl part \
    chapter section volume act book phase type appendix figure table war stage level class grade mark \
    theorem lemma article round scene";
/// Those of them that "I" follows as a number in small letters, too.
const COUNTED: &str = "phase type stage grade class level";
/// The same for "V" and "X".
const PARTS: &str =
    "part chapter section volume act book appendix figure table theorem lemma article scene title";
/// Names before a Roman numeral that is said as "the second".
const RULERS: &str = "king john paul pius leo gregory benedict clement innocent urban alexander nicholas peter catherine \
    ptolemy ramses ramesses thutmose amenhotep richard robert otto wilhelm ferdinand francis joseph \
    leopold rudolf maximilian gustav christian haakon carl juan felipe alfonso ivan constantine \
    justinian theodosius darius xerxes artaxerxes cyrus antiochus mehmed murad selim emmanuel queen pope \
    henry louis edward george william charles james elizabeth napoleon philip frederick";

/// Tells whether a word in small letters is one that a number or a letter follows.
pub(super) fn is_numbered(word: &str) -> bool {
    NUMBERED.split(' ').any(|known| known == word)
}

/// Says a Roman numeral behind the word `previous`; `None` for what is none or may be something else.
pub(super) fn numeral(core: &str, previous: &str) -> Option<String> {
    let value = roman(core)?;
    let lower = previous.to_lowercase();
    // "Group C" and "Section L" are lettered; "the form I used" holds no number.
    let is_letter = matches!(core, "C" | "L");
    let is_among = |words: &str| words.split(' ').any(|known| known == lower);
    // In small letters "the schedule X" is named so.
    let is_counted = is_among(COUNTED) || core != "I" && is_among(PARTS);
    let is_pronoun = core.len() == 1 && lower == previous && !is_counted;
    if is_letter || is_pronoun {
        return None;
    }
    if is_numbered(&lower) {
        return Some(cardinal(value));
    }
    if RULERS.split(' ').any(|known| known == lower) && core != "I" {
        return Some(format!("the {}", ordinal(value)));
    }
    // "Rocky II", "Apollo XI". "IV" and "VI" are as often short for other things, and so is what has other letters.
    let is_plain =
        core.len() > 1 && !matches!(core, "IV" | "VI" | "XX" | "XXX") && !core.contains(['L', 'C']);
    (is_plain && previous.starts_with(char::is_uppercase)).then(|| cardinal(value))
}
