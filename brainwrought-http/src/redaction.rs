//! [`redacted`]: takes the paths of the server out of a text that strangers will read.

use brainwrought_core::redaction::without_credentials;

/// Replaces every absolute path by `[path]`, and addresses that hold secrets by their scheme and host. What looks like a path
/// but is none ("and/or", "km/h", another URL) stays.
pub(crate) fn redacted(text: &str) -> String {
    without_paths(&without_addresses(&without_credentials(text, [])))
}

/// Cuts addresses of the operator's servers down to their hosts: where something of one is hidden, the rest may tell more
/// than it should.
fn without_addresses(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = (&rest[..at + 3], &rest[at + 3..]);
        let end =
            after.find(|next: char| next.is_whitespace() || "\"'`<>".contains(next)).unwrap_or(after.len());
        let address = &after[..end];
        clean.push_str(before);
        if address.contains("***") {
            let host = address.split(['/', '?', '#']).next().unwrap_or_default();
            clean.push_str(host.rsplit('@').next().unwrap_or_default());
        } else {
            clean.push_str(address);
        }
        rest = &after[end..];
    }
    clean + rest
}

fn without_paths(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(next) = rest.chars().next() {
        if next == '/' && before.is_none_or(opens_a_path) {
            let end = end_of_path(rest, before);
            let path = rest[..end].trim_end_matches(['.', ':', ';']);
            if path.trim_matches('/').contains('/') {
                clean.push_str("[path]");
                before = Some(']');
                rest = &rest[path.len()..];
                continue;
            }
        }
        clean.push(next);
        before = Some(next);
        rest = &rest[next.len_utf8()..];
    }
    clean
}

/// Where a path ends: at its quote if it has one; else at the first space after which nothing looks like a part of it, as
/// folders may have spaces in their names.
fn end_of_path(text: &str, before: Option<char>) -> usize {
    if let Some(quote) = before.filter(|before| matches!(before, '"' | '\'' | '`')) {
        return text.find(quote).unwrap_or(text.len());
    }
    let mut end = text.find(closes_a_path).unwrap_or(text.len());
    while text[end..].starts_with(' ') {
        let rest = &text[end + 1..];
        let word = &rest[..rest.find(closes_a_path).unwrap_or(rest.len())];
        // A path of its own begins with a slash.
        if word.starts_with('/') || !word.contains('/') || word.contains("://") {
            break;
        }
        end += 1 + word.len();
    }
    end
}

fn opens_a_path(before: char) -> bool {
    before.is_whitespace() || matches!(before, '"' | '\'' | '`' | '(' | '[' | '=' | ',' | '<')
}

fn closes_a_path(next: char) -> bool {
    next.is_whitespace() || matches!(next, '"' | '\'' | '`' | ')' | ']' | ',' | '>')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_and_everything_else_stays() {
        for (text, expected) in [
            (
                "could not write \"/srv/data/out/video.mp4\"; mend this",
                "could not write \"[path]\"; mend this",
            ),
            ("could not read /a/b/c.pdf: gone", "could not read [path]: gone"),
            ("(/var/lib/x)", "([path])"),
            ("/x/y", "[path]"),
            (
                "the voice file /srv/op hidden/acme merger/res/a.onnx is missing",
                "the voice file [path] is missing",
            ),
            ("could not open \"/srv/op hidden/a b\": gone", "could not open \"[path]\": gone"),
            ("/a/b https://example.org/x", "[path] https://example.org/x"),
            ("http://***@127.0.0.1:9/secret/v1?key=***#model wrote none", "http://127.0.0.1:9 wrote none"),
            ("no model at http:/me:pw@host/v1 or me:pw@host", "no model at http:/***@host/v1 or ***@host"),
            ("and/or 5 km/h, see https://example.org/a/b", "and/or 5 km/h, see https://example.org/a/b"),
            ("POST /retry", "POST /retry"),
            ("naïve /é/ü ok", "naïve [path] ok"),
            ("", ""),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }
}
