//! [`redacted`]: takes the paths of the server out of a text that strangers will read.

/// Replaces every absolute path by `[path]`. What looks like a path but is none ("and/or", "km/h", a URL) stays.
pub(crate) fn redacted(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(next) = rest.chars().next() {
        if next == '/' && before.is_none_or(opens_a_path) {
            let end = rest.find(closes_a_path).unwrap_or(rest.len());
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
            ("and/or 5 km/h, see https://example.org/a/b", "and/or 5 km/h, see https://example.org/a/b"),
            ("POST /retry", "POST /retry"),
            ("naïve /é/ü ok", "naïve [path] ok"),
            ("", ""),
        ] {
            assert_eq!(redacted(text), expected);
        }
    }
}
