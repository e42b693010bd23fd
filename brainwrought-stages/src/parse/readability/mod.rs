//! [`Readability`]: how far the letters of a page read as the text of a language.
//!
//! A file may show good type and hold other letters: its tables name the wrong ones, or none, or a program has misread a
//! scan. What is measured needs no dictionary and holds for any language: letters must be known, words must be formed like
//! words, and runs of three letters must be such as languages have.

mod trigrams;
mod word_form;

use self::trigrams::Trigrams;
use self::word_form::WordForm;

/// From here on, of 1, text is good enough to be read.
pub(crate) const READABLE: f32 = 0.5;

/// Below this, text that a program has recognised is doubtful, and worth to be recognised anew.
pub(crate) const DOUBTFUL: f32 = 0.8;

/// A page with fewer letters tells too little to be called unreadable.
const MIN_LETTERS: usize = 40;
/// Fewer runs of three letters do not tell a language from letters in any order.
const MIN_RUNS: usize = 150;
/// A page that has less than this part of its words formed like words is none, whatever the letters are. Pages of program
/// code and of formulas have from 0.6 on.
const FORMED: f32 = 0.3;
/// Recognised text in which this part of the words is not formed like a word, one in twelve, is at [`READABLE`]: each of them
/// stands for others that were misread as well. Prose has a quarter of that, in addresses, names of parts and the like.
const MISREAD: f32 = 0.08;

/// Where the text of a page comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is what the page is set in.
    Typeset,
    /// Somebody's program has recognised it on a picture. Where its words are broken it has misread others as well.
    Recognised,
}

/// Measures a page by its words, from 0 (nobody can read it) to 1. [`READABLE`] tells what is good enough.
///
/// It is not guaranteed that a low measure is found for what is short, or set in a script of which no runs of letters are
/// known; such a page counts as readable as long as its letters are known.
pub(crate) fn readability(words: &[String], origin: Origin) -> f32 {
    let letters = || words.iter().flat_map(|word| word.chars());
    let count = letters().count();
    if count < MIN_LETTERS {
        return 1.0;
    }
    let unknown = letters().filter(|letter| is_unknown(*letter)).count() as f32 / count as f32;
    // Three unknown letters in ten leave hardly a word whole.
    let known = (1.0 - unknown).powi(2);
    let forms: Vec<WordForm> = words.iter().filter_map(|word| WordForm::of(word)).collect();
    let count = |form| forms.iter().filter(|other| **other == form).count() as f32;
    let (whole, broken) = (count(WordForm::Whole), count(WordForm::Broken));
    let stray = count(WordForm::Letter) + count(WordForm::Marks);
    let form = match origin {
        // Whoever typesets single letters and marks means them.
        Origin::Typeset => ((1.0 - broken / (whole + broken).max(1.0)) / FORMED).min(1.0),
        Origin::Recognised => {
            (1.0 - READABLE * (broken + stray) / (whole + broken + stray).max(1.0) / MISREAD).max(0.0)
        }
    };
    known * form * fit(words)
}

/// How far runs of three letters are such as languages have; 1 where there are too few to tell.
fn fit(words: &[String]) -> f32 {
    let counts = Trigrams::get().count(words);
    let all: usize = counts.iter().map(|count| count.runs).sum();
    if all < MIN_RUNS {
        return 1.0;
    }
    let fits = counts.iter().map(|count| count.fit() * count.runs as f32);
    fits.sum::<f32>() / all as f32
}

/// Tells whether a letter says nothing: what engines give for one without a meaning, controls, places for private use.
fn is_unknown(letter: char) -> bool {
    letter.is_control() && !letter.is_whitespace()
        || matches!(letter, '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    fn measured(text: &str) -> f32 {
        readability(&words(text), Origin::Typeset)
    }

    /// Shifts each Latin letter by so many places, as tables with a wrong offset do.
    fn shifted(text: &str, by: u8) -> String {
        let shift = |c: char| match c {
            'a'..='z' => char::from(b'a' + (c as u8 - b'a' + by) % 26),
            'A'..='Z' => char::from(b'A' + (c as u8 - b'A' + by) % 26),
            _ => c,
        };
        text.chars().map(shift).collect()
    }

    /// The first article of the Universal Declaration of Human Rights and what follows it, in languages of several scripts;
    /// some of them no profile was made of.
    const PROSE: [&str; 16] = [
        "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and \
         should act towards one another in a spirit of brotherhood. Everyone is entitled to all the rights and freedoms.",
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und \
         sollen einander im Geiste der Brüderlichkeit begegnen. Jeder hat Anspruch auf alle in dieser Erklärung \
         verkündeten Rechte und Freiheiten.",
        "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience \
         et doivent agir les uns envers les autres dans un esprit de fraternité.",
        "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, \
         deben comportarse fraternalmente los unos con los otros.",
        "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati di ragione e di coscienza e \
         devono agire gli uni verso gli altri in spirito di fratellanza.",
        "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. Są oni obdarzeni rozumem i \
         sumieniem i powinni postępować wobec innych w duchu braterstwa.",
        "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki ja omatunto, \
         ja heidän on toimittava toisiaan kohtaan veljeyden hengessä.",
        "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler ve birbirlerine karşı \
         kardeşlik zihniyeti ile hareket etmelidirler.",
        "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền lợi. Mọi con người đều được tạo hóa ban \
         cho lý trí và lương tâm và cần phải đối xử với nhau trong tình anh em.",
        "Allir menn eru bornir frjálsir og jafnir öðrum að virðingu og réttindum. Menn eru gæddir vitsmunum og samvizku, og \
         ber þeim að breyta bróðurlega hverjum við annan.",
        "Gizon-emakume guztiak aske jaiotzen dira, duintasun eta eskubide berberak dituztela; eta ezaguera eta kontzientzia \
         dutenez gero, elkarren artean senide legez jokatu beharra dute.",
        "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны \
         поступать в отношении друг друга в духе братства.",
        "Барлық адамдар тумысынан азат және қадір-қасиеті мен құқықтары тең болып дүниеге келеді. Адамдарға ақыл-парасат, \
         ар-ождан берілген, сондықтан олар бір-бірімен туыстық, бауырмалдық қарым-қатынас жасаулары тиіс.",
        "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق. وقد وهبوا عقلاً وضميرًا وعليهم أن يعامل بعضهم بعضًا بروح \
         الإخاء. لكل إنسان حق التمتع بكافة الحقوق والحريات الواردة في هذا الإعلان.",
        "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。人人有资格享有本宣言所载的一切权利和自由。",
        "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。人間は、理性と良心とを授けられている。",
    ];

    #[test]
    fn prose_of_many_languages_is_readable() {
        for text in PROSE {
            for origin in [Origin::Typeset, Origin::Recognised] {
                let measure = readability(&words(text), origin);
                assert!(measure > 0.8, "{measure} {text}");
            }
        }
    }

    #[test]
    fn letters_that_were_swapped_are_not() {
        for text in PROSE.iter().take(8) {
            for by in [1, 3, 7, 25] {
                let measure = measured(&shifted(&text.repeat(2), by));
                assert!(measure < 0.42, "{measure} {text}");
            }
        }
        let cyrillic = "Дпдегх эгмч фгцщюцзх ъщгмч у фгцщюцзх. ";
        assert!(measured(&cyrillic.repeat(8)) < READABLE);
    }

    #[test]
    fn tables_code_and_formulas_are_readable() {
        let table = "Year Revenue Cost Profit 2021 1,204.5 (88.1) 12.4% 2022 1,318.0 (91.7) 13.0% Total EU-27 2,522.5 $4.2M \
                     n/a Q3 FY24 ±0.03 1e-5 BRCA1 TP53 H2O CO2 ";
        let code = "fn words(glyphs: &[Glyph]) -> Vec<Word> { let mut words: Vec<Word> = Vec::new(); for (at, glyph) in \
                    glyphs.iter().enumerate() { if glyph.letter.is_whitespace() { ended = true; continue; } } } \
                    static int cmp(const void *p, const void *q) { return strcmp(*(char **)p, *(char **)q); } ";
        let formula =
            "∀ε>0 ∃δ : |x−a| < δ ⇒ |f(x)−f(a)| < ε where lim x→a f(x) = f(a) and ∑ i=1 n x i y i ≤ ‖x‖ ‖y‖ ";
        for text in [table, code, formula] {
            assert!(measured(&text.repeat(3)) > 0.8, "{} {text}", measured(&text.repeat(3)));
        }
    }

    #[test]
    fn unknown_letters_and_broken_words_are_not() {
        let unknown: String =
            PROSE[0].chars().enumerate().map(|(at, c)| if at % 3 == 0 { '\0' } else { c }).collect();
        assert!(measured(&unknown) < READABLE, "{}", measured(&unknown));
        let names = "ZXj=moe^bt[olZ|~r{m@ qj6^lk`£gteZ@mo^4u £j=[y[j=}m{Z=q4m{Z@yvZX ¡2D4§¸j6^lHk ";
        assert!(measured(&names.repeat(4)) < 0.3, "{}", measured(&names.repeat(4)));
    }

    #[test]
    fn a_misread_scan_is_told_by_its_broken_words() {
        let misread = "The natives soon had reason to suspect the a. t>. viceroy’s sincerity &»“«■' in his expressions of \
                       regret at the i'lfinomedan faith and many of tbg.tr fell sword in h^nd T a d u r a or D a c o ";
        assert!(readability(&words(misread), Origin::Recognised) < READABLE);
        assert!(measured(misread) > READABLE, "the same marks are allowed where text is typeset");
    }

    #[test]
    fn a_few_letters_tell_nothing() {
        assert_eq!(measured("Xqz 17"), 1.0);
        assert_eq!(measured(""), 1.0);
    }
}
