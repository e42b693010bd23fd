//! [`Doubt`]: something that a sentence says and its source does not.

use std::fmt;

/// Something that a sentence says and its source does not.
///
/// Shown, it goes on "the source does not say …".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// A number that the source lacks.
    Number(String),
    /// A number that the source has with another unit.
    Unit(String),
    /// A number that the source has with another bound, such as "up to" for "at least".
    Bound {
        /// As the sentence has it.
        said: String,
        /// As the source has it.
        written: String,
    },
    /// A name that the source lacks.
    Name(String),
    /// A negation that was added.
    Negation(String),
    /// A negation that was left out.
    LeftOut(String),
    /// A word in the place of another one that means something else.
    Word {
        /// The word of the sentence.
        said: String,
        /// The word of the source.
        written: String,
    },
    /// A word whose contrary the source has.
    Contrary {
        /// The word of the sentence.
        said: String,
        /// The word of the source.
        written: String,
    },
    /// Another quantifier, such as "all" for "most".
    Quantifier {
        /// That of the sentence; empty where it has none.
        said: String,
        /// That of the source; empty where it has none.
        written: String,
    },
    /// Surer than the source, or with an obligation or a permission that the source does not have.
    Modality {
        /// The word of the sentence; empty where it has none.
        said: String,
        /// The word of the source; empty where it has none.
        written: String,
    },
    /// A cause where the source names none, or only says that two things go together.
    Cause(String),
    /// A superlative, or that there is only one.
    Superlative(String),
    /// A group or a setting that the source limits itself to was left out.
    Scope(String),
    /// Words that the source has in another order, so that another does it, or it happens at another time.
    Order(String),
    /// Words of which hardly any stands in the source.
    Unsupported(String),
    /// There is no source.
    Source,
}

impl Doubt {
    /// Tells whether the sentence brings in a number, a unit or a name.
    pub fn is_foreign(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Unit(_) | Self::Name(_))
    }

    /// Tells whether the sentence says the opposite of its source: it adds or drops a negation, or has a contrary word.
    pub fn is_opposite(&self) -> bool {
        matches!(self, Self::Negation(_) | Self::LeftOut(_) | Self::Contrary { .. })
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(shown) => write!(f, "the number {shown}"),
            Self::Unit(shown) => write!(f, "the unit of {shown}"),
            Self::Name(name) => write!(f, "the name {name}"),
            Self::Negation(word) => write!(f, "“{word}”"),
            Self::LeftOut(word) => write!(f, "it without “{word}”"),
            Self::Quantifier { said, written } | Self::Modality { said, written } => {
                match (&**said, &**written) {
                    ("", written) => write!(f, "it without “{written}”"),
                    (said, "") => write!(f, "“{said}”"),
                    (said, written) => write!(f, "“{said}” but “{written}”"),
                }
            }
            Self::Bound { said, written }
            | Self::Word { said, written }
            | Self::Contrary { said, written } => {
                write!(f, "“{said}” but “{written}”")
            }
            Self::Cause(word) => write!(f, "that one brings about the other, as “{word}” does"),
            Self::Superlative(word) => write!(f, "“{word}”"),
            Self::Scope(words) => write!(f, "it without “{words}”"),
            Self::Order(words) => write!(f, "“{words}” in this order"),
            Self::Unsupported(words) => write!(f, "anything of “{words}”"),
            Self::Source => write!(f, "any source"),
        }
    }
}
