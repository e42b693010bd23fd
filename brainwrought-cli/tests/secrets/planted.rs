//! [`Planted`]: the secrets that stand in the settings, and [`Seen`]: what was looked at.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;

use crate::settings::{Fate, all};

/// The secrets that stand in the settings. Each is found again by its setting.
#[derive(Debug, Default)]
pub(crate) struct Planted(RefCell<Vec<Plant>>);

#[derive(Debug)]
struct Plant {
    setting: String,
    fate: Fate,
    secret: String,
}

/// How all secrets begin.
const START: &str = "quoll";

/// Who gets to see something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    Client,
    /// Log lines and files of the server.
    Operator,
}

/// What was looked at.
#[derive(Debug, Default)]
pub(crate) struct Seen(pub(crate) RefCell<Vec<(Reader, String, Vec<u8>)>>);

impl Planted {
    /// A new secret for a setting: letters and digits, so that it looks the same wherever it stands.
    pub(crate) fn secret(&self, setting: &str) -> String {
        let fate = all().find(|(name, _)| name == setting).map(|(_, fate)| fate);
        let fate = fate.unwrap_or_else(|| panic!("`settings.rs` has no {setting}"));
        let mut plants = self.0.borrow_mut();
        let secret = format!("{START}{:03}wombatandbandicoot", plants.len());
        plants.push(Plant { setting: setting.to_owned(), fate, secret: secret.clone() });
        secret
    }

    /// A new name for a folder or a file that a setting leads to, which log lines and files of the server may have.
    pub(crate) fn place(&self, setting: &str) -> String {
        let name = self.secret(setting);
        if let Some(plant) = self.0.borrow_mut().last_mut() {
            plant.fate = Fate::Inside;
        }
        name
    }

    /// User info, and a query, with secrets: `http://{}host/path{}`.
    pub(crate) fn address(&self, setting: &str, scheme: &str, host: &str, path: &str) -> String {
        let (user, password, key) = (self.secret(setting), self.secret(setting), self.secret(setting));
        format!("{scheme}://{user}:{password}@{host}{path}?key={key}")
    }

    /// Fails unless every setting that can hold one holds a secret.
    pub(crate) fn check_that_none_is_missing(&self) {
        let plants = self.0.borrow();
        let planted: BTreeSet<&str> = plants.iter().map(|plant| plant.setting.as_str()).collect();
        let wanted = all().filter(|(_, fate)| matches!(fate, Fate::Secret | Fate::Inside));
        let missing: Vec<String> =
            wanted.map(|(name, _)| name).filter(|name| !planted.contains(name.as_str())).collect();
        assert!(missing.is_empty(), "no secret was planted in {missing:?}");
    }

    /// Every place where a secret is that should not be there.
    pub(crate) fn leaks(&self, seen: &Seen) -> Vec<String> {
        let mut leaks = Vec::new();
        // How all of them begin, so that most of what was looked at is passed over at once.
        let starts = [vec![START.to_owned()], in_base64(START.as_bytes())].concat();
        for (reader, place, bytes) in seen.0.borrow().iter() {
            let text = String::from_utf8_lossy(bytes);
            if !starts.iter().any(|start| text.contains(start)) {
                continue;
            }
            for plant in self.0.borrow().iter() {
                let is_allowed = match plant.fate {
                    Fate::Secret => false,
                    Fate::Inside => *reader == Reader::Operator,
                    Fate::Shown(_) | Fate::Plain => true,
                };
                let forms = [vec![plant.secret.clone()], in_base64(plant.secret.as_bytes())].concat();
                if let Some(at) = forms.iter().find_map(|form| text.find(form)).filter(|_| !is_allowed) {
                    let around: String = text[..at].chars().rev().take(160).collect();
                    let around: String = around.chars().rev().chain(text[at..].chars().take(60)).collect();
                    let around = around.replace(['\n', '\r'], " ");
                    leaks.push(format!("{} is in {place}: …{around}…", plant.setting));
                }
            }
        }
        leaks
    }
}

impl Seen {
    pub(crate) fn note(&self, reader: Reader, place: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.borrow_mut().push((reader, place.into(), bytes.into()));
    }

    /// Notes every file in a folder, by its name and its content; what the server makes for clients is theirs to see.
    pub(crate) fn note_folder(&self, folder: &Path) {
        let Ok(entries) = std::fs::read_dir(folder) else { return };
        for entry in entries.map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                self.note_folder(&path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                let is_made = path.components().any(|part| part.as_os_str() == "outputs");
                let reader = if is_made { Reader::Client } else { Reader::Operator };
                self.note(reader, path.display().to_string(), bytes);
            }
        }
    }
}

/// How a text looks in the middle of base64, wherever it begins: only the letters that it fills alone.
fn in_base64(text: &[u8]) -> Vec<String> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let coded = |shift: usize| {
        let bits: Vec<bool> =
            text.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
        let skipped = [0, 4, 2][shift];
        let sixes = bits[skipped..].chunks_exact(6);
        let letter = |six: &[bool]| {
            let number = six.iter().fold(0, |number, bit| number << 1 | usize::from(*bit));
            char::from(LETTERS[number])
        };
        sixes.map(letter).collect::<String>()
    };
    (0..3).map(coded).collect()
}
