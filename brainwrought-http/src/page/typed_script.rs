//! [`TypedScript`]: a script as it stands in the form that edits it, with what was pressed.

use brainwrought_core::data::{LineRole, Script, Speaker};
use serde_json::Value;

use super::typed_question::TypedQuestion;
use crate::ApiError;
use crate::draft::{DraftLine, ScriptDraft};

/// A script as it stands in the form that edits it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypedScript {
    /// The version that is edited.
    pub(super) version: Option<u32>,
    pub(super) lines: Vec<TypedLine>,
    /// `None` for a form without fields of the quiz, which leaves it as it is.
    pub(super) quiz: Option<Vec<TypedQuestion>>,
}

/// A line as it stands in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypedLine {
    /// The line of the saved script that it was; `None` for a new one.
    pub(super) from: Option<usize>,
    pub(super) role: LineRole,
    /// Who says it; `None` in a script of one speaker, whose form does not ask.
    pub(super) speaker: Option<Speaker>,
    pub(super) text: String,
    /// The page in the file as it was typed; empty for one to be looked up.
    pub(super) page: String,
    pub(super) is_overruled: bool,
}

/// Which button was pressed. Lines are counted from 0 as they stand in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressed {
    Save,
    MakeVideo,
    Up(usize),
    Down(usize),
    Remove(usize),
    /// A new line below this one.
    AddBelow(usize),
}

/// A field of the form that does not hold what it should.
fn wrong(text: &str) -> ApiError {
    ApiError::wrong_request(text)
}

impl TypedScript {
    /// The form of a script that is saved.
    pub(super) fn of(script: &Script, version: Option<u32>) -> Self {
        let is_dialogue = script.lines().any(|line| !line.speaker.is_explainer());
        let lines = script.lines().enumerate().map(|(place, line)| TypedLine {
            from: Some(place),
            role: line.role,
            speaker: is_dialogue.then_some(line.speaker),
            text: line.text.clone(),
            page: line.citation.page.to_string(),
            is_overruled: line.overruled,
        });
        let quiz = script.quiz.iter().map(TypedQuestion::of);
        Self { version, lines: lines.collect(), quiz: Some(quiz.collect()) }
    }

    /// Reads the fields of the form: `line-N-text` and the like, whose order is that of the lines, whatever the numbers are, and
    /// those of the quiz.
    ///
    /// # Errors
    ///
    /// Fails when a field is none of the form, or no button was pressed.
    pub(super) fn read(fields: Vec<(String, String)>) -> Result<(Self, Pressed), ApiError> {
        let mut typed = Self { version: None, lines: Vec::new(), quiz: None };
        let (mut keys, mut asked): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut pressed = None;
        for (name, value) in fields {
            match name.as_str() {
                "version" => typed.version = value.parse().ok(),
                "do" => pressed = Some(value),
                _ => match numbered(&name) {
                    Some(("line", key, field)) => {
                        let place = place_of(key, &mut keys, || typed.lines.push(TypedLine::empty(None)));
                        typed.lines[place].set(field, value)?;
                    }
                    Some(("quiz", key, field)) => {
                        let quiz = typed.quiz.get_or_insert_default();
                        let place = place_of(key, &mut asked, || quiz.push(TypedQuestion::default()));
                        quiz[place].set(field, value)?;
                    }
                    _ => return Err(wrong("the form has a field that is not of a line")),
                },
            }
        }
        if let Some(quiz) = &mut typed.quiz {
            quiz.retain(|question| !question.is_blank());
        }
        let pressed = pressed.ok_or_else(|| wrong("the form does not say what to do with the script"))?;
        let (action, key) = pressed.split_once('-').unwrap_or((&pressed, ""));
        let line = || {
            let place = keys.iter().position(|known| known == key);
            place.ok_or_else(|| wrong("the form names a line that it does not have"))
        };
        let pressed = match action {
            "save" => Pressed::Save,
            "video" => Pressed::MakeVideo,
            "up" => Pressed::Up(line()?),
            "down" => Pressed::Down(line()?),
            "remove" => Pressed::Remove(line()?),
            "add" => Pressed::AddBelow(line()?),
            _ => return Err(wrong("the form asks for something that cannot be done")),
        };
        Ok((typed, pressed))
    }

    /// Moves, adds or removes a line. Returns the line and the button that the focus belongs to then.
    pub(super) fn rearrange(&mut self, pressed: Pressed) -> Option<(usize, &'static str)> {
        let last = self.lines.len().saturating_sub(1);
        match pressed {
            Pressed::Up(line) => {
                let to = line.saturating_sub(1);
                self.lines.swap(line, to);
                Some((to, "up"))
            }
            Pressed::Down(line) => {
                let to = (line + 1).min(last);
                self.lines.swap(line, to);
                Some((to, "down"))
            }
            // A script without lines is none; its last line can be written anew.
            Pressed::Remove(line) if last > 0 => {
                self.lines.remove(line);
                Some((line.min(last - 1), "remove"))
            }
            Pressed::Remove(line) => Some((line, "remove")),
            Pressed::AddBelow(line) => {
                let speaker = self.lines[line].speaker.map(|_| Speaker::default());
                self.lines.insert(line + 1, TypedLine::empty(speaker));
                Some((line + 1, "text"))
            }
            Pressed::Save | Pressed::MakeVideo => None,
        }
    }

    /// What is to be saved.
    ///
    /// # Errors
    ///
    /// Fails when a page is no number.
    pub(super) fn draft(&self) -> Result<ScriptDraft, ApiError> {
        let lines = self.lines.iter().zip(1..).map(|(line, number)| {
            let page = match line.page.trim() {
                "" => None,
                page => Some(
                    page.parse()
                        .map_err(|_| wrong(&format!("the page of line {number} is no number: `{page}`")))?,
                ),
            };
            Ok(DraftLine {
                line: line.from,
                role: Some(line.role),
                speaker: line.speaker,
                text: Some(line.text.clone()),
                page,
                overruled: Some(line.is_overruled),
                ..DraftLine::default()
            })
        });
        let lines = lines.collect::<Result<_, ApiError>>()?;
        let questions = |quiz: &Vec<TypedQuestion>| {
            let quiz = quiz.iter().zip(1..).filter_map(|(question, n)| question.draft(n).transpose());
            quiz.collect::<Result<Vec<_>, ApiError>>()
        };
        let quiz = self.quiz.as_ref().map(questions).transpose()?;
        Ok(ScriptDraft { version: self.version, lines, quiz })
    }
}

impl TypedLine {
    fn empty(speaker: Option<Speaker>) -> Self {
        Self {
            from: None,
            role: LineRole::Fact,
            speaker,
            text: String::new(),
            page: String::new(),
            is_overruled: false,
        }
    }

    fn set(&mut self, field: &str, value: String) -> Result<(), ApiError> {
        match field {
            "from" => self.from = value.parse().ok(),
            "text" => self.text = value,
            "page" => self.page = value,
            "overruled" => self.is_overruled = true,
            "speaker" => {
                let speaker = serde_json::from_value(Value::String(value));
                self.speaker =
                    Some(speaker.map_err(|_| wrong("the form names a speaker that there is not"))?);
            }
            "role" => {
                let role = serde_json::from_value(Value::String(value));
                self.role = role.map_err(|_| wrong("the form names a role that lines do not have"))?;
            }
            _ => return Err(wrong("the form has a field that lines do not have")),
        }
        Ok(())
    }
}

/// The kind, the number and the name of a field such as `line-2-text`.
fn numbered(name: &str) -> Option<(&str, &str, &str)> {
    let (kind, rest) = name.split_once('-')?;
    let (key, field) = rest.split_once('-')?;
    Some((kind, key, field))
}

/// The place of what a field is of, which `add` adds where it is new.
fn place_of(key: &str, keys: &mut Vec<String>, add: impl FnOnce()) -> usize {
    keys.iter().position(|known| known == key).unwrap_or_else(|| {
        keys.push(key.to_owned());
        add();
        keys.len() - 1
    })
}

/// The name of a role in the form.
pub(super) fn role_name(role: LineRole) -> String {
    let name = serde_json::to_value(role).ok();
    name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_order_of_the_fields_is_that_of_the_lines() {
        let sent = fields(&[
            ("do", "up-7"),
            ("version", "3"),
            ("line-2-from", "2"),
            ("line-2-text", "Two."),
            ("line-7-role", "gloss"),
            ("line-7-text", "New."),
            ("line-7-overruled", "on"),
        ]);
        let (mut typed, pressed) = TypedScript::read(sent).unwrap();
        assert_eq!((typed.version, pressed), (Some(3), Pressed::Up(1)));
        assert_eq!((typed.lines[0].from, typed.lines[1].from), (Some(2), None));
        assert!(typed.lines[1].role == LineRole::Gloss && typed.lines[1].is_overruled);
        assert_eq!(typed.rearrange(pressed), Some((0, "up")));
        assert_eq!(typed.lines[0].text, "New.");
        assert_eq!(typed.rearrange(Pressed::AddBelow(0)), Some((1, "text")));
        assert_eq!(typed.rearrange(Pressed::Remove(2)), Some((1, "remove")));
        let draft = typed.draft().unwrap();
        assert_eq!((draft.lines.len(), draft.lines[0].overruled), (2, Some(true)));
        assert_eq!(typed.rearrange(Pressed::Down(1)), Some((1, "down")), "the last one stays where it is");
    }

    #[test]
    fn questions_are_read_with_their_choices_and_empty_ones_are_left_out() {
        let sent = |page: &'static str| {
            let all = [
                ("do", "save"),
                ("line-0-text", "So?"),
                ("line-0-speaker", "asker"),
                ("quiz-0-text", "Who waits?"),
                ("quiz-0-answer", "2"),
                ("quiz-0-choice", "Nobody"),
                ("quiz-0-choice", " "),
                ("quiz-0-choice", "Everybody "),
                ("quiz-0-page", page),
                ("quiz-0-quote", "All of them wait."),
                ("quiz-0-quoted-page", "3"),
                ("quiz-1-text", " "),
                ("quiz-1-choice", ""),
            ];
            TypedScript::read(fields(&all)).unwrap().0
        };
        let draft = sent("3").draft().unwrap();
        assert_eq!(draft.lines[0].speaker, Some(Speaker::Asker));
        let quiz = draft.quiz.unwrap();
        assert_eq!(
            (quiz.len(), quiz[0].choices.as_slice()),
            (1, &["Nobody", "Everybody"].map(str::to_owned)[..])
        );
        assert_eq!((quiz[0].answer.as_str(), quiz[0].quote.as_str()), ("Everybody", "All of them wait."));
        assert_eq!(sent("4").draft().unwrap().quiz.unwrap()[0].quote, "", "another page says something else");
        assert!(sent("iv").draft().unwrap_err().to_string().contains("question 1"));
        let mut talk = sent("3");
        talk.rearrange(Pressed::AddBelow(0));
        assert_eq!(talk.lines[1].speaker, Some(Speaker::Explainer));
        let (without, _) = TypedScript::read(fields(&[("do", "save"), ("line-0-text", "x")])).unwrap();
        let draft = without.draft().unwrap();
        assert!(draft.quiz.is_none() && draft.lines[0].speaker.is_none());
    }

    #[test]
    fn what_is_not_of_the_form_is_refused() {
        for wrong in [
            &[("line-0-text", "x")][..],
            &[("do", "up-3"), ("line-0-text", "x")],
            &[("do", "fly")],
            &[("do", "save"), ("line-0-role", "song")],
            &[("do", "save"), ("line-0-colour", "red")],
            &[("do", "save"), ("lines", "1")],
            &[("do", "save"), ("line-0-text", "x"), ("line-0-speaker", "choir")],
            &[("do", "save"), ("line-0-text", "x"), ("quiz-0-answer", "most")],
            &[("do", "save"), ("line-0-text", "x"), ("quiz-0-colour", "red")],
        ] {
            assert!(TypedScript::read(fields(wrong)).is_err(), "{wrong:?}");
        }
        let (typed, _) =
            TypedScript::read(fields(&[("do", "save"), ("line-0-page", "xii"), ("line-0-text", "x")]))
                .unwrap();
        assert!(typed.draft().unwrap_err().to_string().contains("line 1"));
    }
}
