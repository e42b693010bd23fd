//! [`without_credentials`] and [`without_path_tokens`]: take user names, passwords, queries and keys of addresses out of what
//! people will read.

/// Stands in the place of what is not shown.
const CONCEALED: &str = "***";

/// Takes everything out of a text that looks like the credentials of an address: what stands before an `@` in it, and its
/// query. An address may be mistyped (`http:/me:password@host`) or lack its scheme (`me:password@host`).
///
/// `values` are texts that may stand in it whose ends are known, such as what somebody typed: a password may have blanks and
/// quotes in it. Elsewhere an address ends with the first of these.
pub fn without_credentials<'a>(text: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = text.to_owned();
    for value in values {
        let safe = without_path_tokens(&concealed(value));
        if safe != value {
            text = text.replace(value, &safe);
        }
    }
    let text = without_quoted_credentials(&text);
    let mut safe = String::with_capacity(text.len());
    for piece in text.split_inclusive(ends_address) {
        let end = piece.trim_end_matches(ends_address).len();
        let (word, behind) = piece.split_at(end);
        safe.push_str(&concealed(word));
        safe.push_str(behind);
    }
    safe
}

/// Messages set what they repeat between backticks, so that an address there ends with them, whatever blanks are in it.
fn without_quoted_credentials(text: &str) -> String {
    let is_address = |piece: &str| {
        piece.contains('@') && piece.contains(char::is_whitespace) && after_scheme(piece).is_some()
    };
    let pieces: Vec<String> = text
        .split('`')
        .enumerate()
        .map(
            |(place, piece)| {
                if place % 2 == 1 && is_address(piece) { concealed(piece) } else { piece.to_owned() }
            },
        )
        .collect();
    pieces.join("`")
}

fn ends_address(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\'' | '"' | '`')
}

/// An address as it may be repeated. Whatever stands before the last `@` may be a password, even with a `/` or a `?` in it;
/// without a scheme only what looks like `user:password@host` is taken for an address.
fn concealed(value: &str) -> String {
    let start = after_scheme(value);
    let (front, rest) = value.split_at(start.unwrap_or_else(|| after_flag(value)));
    let user = rest.rsplit_once('@').filter(|(user, _)| start.is_some() || has_password(user));
    match (start, user) {
        // A query may stand behind what was not meant as an address, such as the name of a model.
        (None, None) => match value.split_once('?') {
            Some((front, query)) if is_query(query) => format!("{front}?{CONCEALED}"),
            _ => value.to_owned(),
        },
        (_, user) => {
            let (user, place) = user.map_or(("", rest), |(_, place)| ("@", place));
            let (place, query) = place.split_once('?').map_or((place, ""), |(place, _)| (place, "?***"));
            let concealed = if user.is_empty() { "" } else { CONCEALED };
            format!("{front}{concealed}{user}{place}{query}")
        }
    }
}

/// The address of a server of the web without the parts of its path that look like keys; any other text as it is.
///
/// A key is a long run of letters with digits between them, or a UUID; the name of a model or of a version has hyphens and
/// points.
pub fn without_path_tokens(address: &str) -> String {
    let Some((scheme, rest)) =
        address.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))
    else {
        return address.to_owned();
    };
    let (front, behind) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    let mut parts = front.split('/');
    let host = parts.next().unwrap_or_default();
    let path: String =
        parts.map(|part| format!("/{}", if is_token(part) { CONCEALED } else { part })).collect();
    format!("{scheme}://{host}{path}{behind}")
}

fn is_token(part: &str) -> bool {
    /// Sixteen letters and digits have some 95 bits: what is shorter is seldom a key, and what is longer seldom a word.
    const MIN_LETTERS: usize = 16;
    let is_mixed = |run: &str| {
        let digits = run.bytes().filter(u8::is_ascii_digit).count();
        run.len() >= MIN_LETTERS && digits > 0 && digits < run.len()
    };
    let groups: Vec<&str> = part.split('-').collect();
    let is_uuid = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_uuid || part.split(|letter: char| !letter.is_ascii_alphanumeric()).any(is_mixed)
}

/// Tells whether a text behind a `?` names values.
fn is_query(text: &str) -> bool {
    text.split_once('=').is_some_and(|(name, _)| {
        let is_name =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']');
        !name.is_empty() && name.bytes().all(is_name)
    })
}

/// Where an address goes on behind its scheme, which may be mistyped: `http://`, `http:/`, `http:\\`, `http:///`.
fn after_scheme(value: &str) -> Option<usize> {
    let is_slash = |letter: char| matches!(letter, '/' | '\\');
    value.match_indices(':').find_map(|(at, _)| {
        let scheme =
            value[..at].rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '+').next()?;
        let slashes = value[at + 1..].chars().take_while(|letter| is_slash(*letter)).count();
        // A single letter is a drive of Windows, unless two slashes follow.
        (slashes >= 2 || slashes == 1 && scheme.len() >= 2).then_some(at + 1 + slashes)
    })
}

/// Where the value of `--flag=value` begins; 0 for anything else.
fn after_flag(value: &str) -> usize {
    match value.split_once('=') {
        Some((flag, _)) if flag.starts_with("--") && !flag.contains([':', '@']) => flag.len() + 1,
        _ => 0,
    }
}

fn has_password(user: &str) -> bool {
    user.contains(':') || user.contains("%3A") || user.contains("%3a")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_addresses_are_not_repeated() {
        for (text, safe) in [
            (
                "invalid value 'http://me:pw@host/v1' for '--llm'",
                "invalid value 'http://***@host/v1' for '--llm'",
            ),
            ("'https://host/v1?key=secret' and https://b", "'https://host/v1?***' and https://b"),
            ("'https://me:p?w@host'", "'https://***@host'"),
            ("could not read http:/me:pw@host/lexicon", "could not read http:/***@host/lexicon"),
            ("could not read `http:\\\\me:pw@host`", "could not read `http:\\\\***@host`"),
            ("http:///me:pw@host http:me:pw@host", "http:///***@host ***@host"),
            ("postgres:/token@host/db", "postgres:/***@host/db"),
            ("me:pw@host: no such file", "***@host: no such file"),
            ("(me%3Apw@host)", "***@host)"),
            ("unexpected --store=me:pw@host", "unexpected --store=***@host"),
            ("--store=http:/me:p@w@host", "--store=http:/***@host"),
            ("git+ssh://me:pw@host", "git+ssh://***@host"),
            ("write to me@example.org about a@2x.png", "write to me@example.org about a@2x.png"),
            ("C:\\a.pdf, 12:30, std::fs, /a:b/c", "C:\\a.pdf, 12:30, std::fs, /a:b/c"),
            ("invalid value '0' for '--concurrency <N>'", "invalid value '0' for '--concurrency <N>'"),
            ("invalid value 'openai:m?key=secret'", "invalid value 'openai:m?***'"),
            ("http//me:secret@x/v1?key=secret", "***@x/v1?***"),
            ("`http://me:pass word @h/` is no place", "`http://***@h/` is no place"),
            ("`pictures` of `me`: write to a@b", "`pictures` of `me`: write to a@b"),
            ("who? 1=1, really?", "who? 1=1, really?"),
            (" two  blanks\n", " two  blanks\n"),
        ] {
            assert_eq!(without_credentials(text, []), safe);
        }
    }

    #[test]
    fn keys_in_paths_are_not_repeated() {
        for (text, safe) in [
            ("https://host/sk-a1b2c3d4e5f6g7h8i9j0/v1#m", "https://host/***/v1#m"),
            ("https://host/a/550e8400-e29b-41d4-a716-446655440000/mcp?a=***", "https://host/a/***/mcp?a=***"),
            (
                "https://h/v1beta/models/gpt-4o-mini-2024-07-18",
                "https://h/v1beta/models/gpt-4o-mini-2024-07-18",
            ),
            (
                "http://127.0.0.1:8080/Meta-Llama-3.1-405B-Instruct/v1",
                "http://127.0.0.1:8080/Meta-Llama-3.1-405B-Instruct/v1",
            ),
            ("file:///data/a1b2c3d4e5f6g7h8i9j0", "file:///data/a1b2c3d4e5f6g7h8i9j0"),
            ("https://a1b2c3d4e5f6g7h8i9j0.example", "https://a1b2c3d4e5f6g7h8i9j0.example"),
        ] {
            assert_eq!(without_path_tokens(text), safe);
            assert_eq!(without_path_tokens(safe), safe);
        }
        let typed = "https://host/sk-a1b2c3d4e5f6g7h8i9j0/v1#";
        assert_eq!(without_credentials(&format!("no `{typed}`"), [typed]), "no `https://host/***/v1#`");
    }

    #[test]
    fn a_value_whose_end_is_known_may_hold_blanks_and_quotes() {
        for (value, safe) in [
            ("http://me:pass w'ord@host/v1", "http://***@host/v1"),
            ("http:/me:pass word@host/v1", "http:/***@host/v1"),
            ("http://me:p?w/d@host/v1?key=secret", "http://***@host/v1?***"),
            ("me:pass word@host:80", "***@host:80"),
        ] {
            assert_eq!(
                without_credentials(&format!("no `{value}` here"), [value]),
                format!("no `{safe}` here")
            );
        }
    }
}
