//! How a [`ScriptFile`] is written as TOML.

use std::fmt::Write as _;

use serde_json::Value;

use super::{ScriptFile, VERSION};

impl ScriptFile {
    /// Writes it as TOML, with a note on how to go on. `file` is the name of the document's file.
    pub fn to_toml(&self, file: &str) -> String {
        // A JSON string is a TOML string, too.
        let quoted = |text: &str| Value::from(text).to_string();
        let name = |value: Value| value.to_string();
        let mut text = format!(
            "# The script of a video. Change lines, move, drop or add them; then\n\
             #   brainwrought make {} --script THIS-FILE\n\
             # role     hook, fact, gloss, transition, interjection, question, guess, recap, callback, quiz, answer, close\n\
             # page     where it stands in the file, from 1; looked up where you leave it out\n\
             # quote    what the page says; a fact is compared with it, and it is looked up where you leave it out\n\
             # seconds  for you to read\n\
             # overruled = true lets a line stand that the document does not bear out; it is listed in the report\n\
             version = {VERSION}\ntitle = {}\n",
            Value::from(file),
            quoted(&self.title)
        );
        for line in &self.lines {
            let mut put = |key: &str, value: String| {
                // Writing into a string does not fail.
                let _ = writeln!(text, "{key} = {value}");
            };
            let as_name = |value: serde_json::Result<Value>| value.map(name).unwrap_or_default();
            put("\n[[line]]\nrole", as_name(serde_json::to_value(line.role)));
            put("text", quoted(&line.text));
            if let Some(page) = line.page {
                put("page", page.to_string());
            }
            if !line.quote.is_empty() {
                put("quote", quoted(&line.quote));
            }
            if !line.more_sources.is_empty() {
                let each = line.more_sources.iter();
                let each = each
                    .map(|source| format!("{{ page = {}, quote = {} }}", source.page, quoted(&source.quote)));
                put("more-sources", format!("[{}]", each.collect::<Vec<_>>().join(", ")));
            }
            if !line.speaker.is_explainer() {
                put("speaker", as_name(serde_json::to_value(line.speaker)));
            }
            if !line.emphasis.is_empty() {
                put("emphasis", Value::from(line.emphasis.clone()).to_string());
            }
            if !line.mood.is_neutral() {
                put("mood", as_name(serde_json::to_value(line.mood)));
            }
            if !line.on_screen.is_empty() {
                put("on-screen", quoted(&line.on_screen));
            }
            if !line.importance.is_normal() {
                put("importance", as_name(serde_json::to_value(line.importance)));
            }
            if line.new_scene {
                put("new-scene", "true".to_owned());
            }
            if line.overruled {
                put("overruled", "true".to_owned());
            }
            if let Some(seconds) = line.seconds {
                put("seconds", format!("{seconds:.1}"));
            }
        }
        for quiz in &self.quiz {
            let _ = writeln!(
                text,
                "\n[[quiz]]\nquestion = {}\nchoices = {}\nanswer = {}\npage = {}\nquote = {}",
                quoted(&quiz.question),
                Value::from(quiz.choices.clone()),
                quoted(&quiz.answer),
                quiz.page,
                quoted(&quiz.quote)
            );
        }
        text
    }
}
