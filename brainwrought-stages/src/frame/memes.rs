//! [`MEME_TEMPLATES`]: the templates of memes there are, for whoever asks for one and whoever draws it.

/// A template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemeTemplate {
    /// Its name.
    pub(crate) name: &'static str,
    /// When it is used, for a writer.
    pub(crate) when: &'static str,
    /// What is drawn.
    pub(crate) shape: MemeShape,
}

/// How a template is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MemeShape {
    /// One sticker before rays.
    Reaction(&'static str),
    /// Two rows, the second of which wins.
    Rows(&'static str, &'static str),
    /// A smile among flames.
    Fine,
}

const fn reaction(name: &'static str, when: &'static str, sticker: &'static str) -> MemeTemplate {
    MemeTemplate { name, when, shape: MemeShape::Reaction(sticker) }
}

/// The templates there are.
pub(crate) const MEME_TEMPLATES: &[MemeTemplate] = &[
    reaction("mind-blown", "something surprising", "exploding-head"),
    reaction("skull", "something brutal", "skull"),
    reaction("eyes", "something to watch", "eyes"),
    reaction("thinking", "something that makes you wonder", "thinking-face"),
    reaction("monocle", "something exact", "face-with-monocle"),
    reaction("doubt", "something hard to believe", "face-with-raised-eyebrow"),
    reaction("clown", "a mistake that people make", "clown-face"),
    reaction("dizzy", "something complicated", "face-with-spiral-eyes"),
    reaction("melting", "something that goes wrong slowly", "melting-face"),
    reaction("scream", "a danger", "face-screaming-in-fear"),
    reaction("sweat", "something that barely works", "grinning-face-with-sweat"),
    reaction("crying", "a loss", "loudly-crying-face"),
    reaction("cat", "despair, with a cat", "weary-cat"),
    reaction("nerd", "a detail that experts love", "nerd-face"),
    reaction("cool", "something elegant", "smiling-face-with-sunglasses"),
    reaction("stars", "something great", "star-struck"),
    reaction("goat", "the best of its kind", "goat"),
    reaction("hundred", "something that is simply right", "hundred-points"),
    reaction("idea", "an idea", "light-bulb"),
    reaction("salute", "respect", "saluting-face"),
    reaction("popcorn", "a conflict", "popcorn"),
    MemeTemplate {
        name: "versus",
        when: "one way is worse (top) than the other (bottom)",
        shape: MemeShape::Rows("thumbs-down", "thumbs-up"),
    },
    MemeTemplate {
        name: "moods",
        when: "boring (top), then interesting (bottom)",
        shape: MemeShape::Rows("unamused-face", "smirking-face"),
    },
    MemeTemplate {
        name: "brain",
        when: "a plain thought (top), then a brilliant one (bottom)",
        shape: MemeShape::Rows("brain", "exploding-head"),
    },
    MemeTemplate { name: "fine", when: "everything burns and nobody minds", shape: MemeShape::Fine },
];

/// Tells whether there is a template of that name.
pub(crate) fn is_meme_template(name: &str) -> bool {
    MEME_TEMPLATES.iter().any(|template| template.name == name)
}
