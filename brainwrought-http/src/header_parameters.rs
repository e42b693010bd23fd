//! [`parameters`] of a header's value, such as the [`boundary`] of a form and the [`file_name`] of an attachment.

use percent_encoding::percent_decode_str;

/// Reads the file name out of a `Content-Disposition`: `filename*` (RFC 8187, in UTF-8), else `filename`.
pub(crate) fn file_name(disposition: &str) -> Option<String> {
    let found = parameters(disposition);
    let named = |name: &str| found.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    let extended = named("filename*").and_then(|(_, value)| {
        let (charset, rest) = value.split_once('\'')?;
        let (_, coded) = rest.split_once('\'')?;
        let is_utf8 = charset.eq_ignore_ascii_case("utf-8");
        let name = percent_decode_str(coded).decode_utf8().ok().filter(|_| is_utf8)?;
        Some(name.into_owned())
    });
    extended.or_else(|| named("filename").map(|(_, value)| value.clone()))
}

/// Reads the boundary out of a `Content-Type`. Unlike multer's own reading it takes one with a `/`, `:` or `=` that is not
/// quoted, as some clients send it.
pub(crate) fn boundary(content_type: &str) -> Option<String> {
    let (kind, _) = content_type.split_once(';')?;
    let found = parameters(content_type).into_iter().find(|(key, _)| key.eq_ignore_ascii_case("boundary"));
    let boundary = found.map(|(_, value)| value).filter(|value| (1..=70).contains(&value.len()));
    if kind.trim().eq_ignore_ascii_case("multipart/form-data") { boundary } else { None }
}

/// Lists the parameters of a header's value. Browsers write `"` inside a quoted name as `%22`.
pub(crate) fn parameters(value: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = value.split_once(';').map_or("", |(_, rest)| rest);
    while let Some((key, after)) = rest.split_once('=') {
        let after = after.trim_start();
        let value = match after.strip_prefix('"') {
            Some(quoted) => {
                let mut value = String::new();
                let mut characters = quoted.char_indices();
                let mut end = quoted.len();
                while let Some((at, character)) = characters.next() {
                    match character {
                        '"' => {
                            end = at + 1;
                            break;
                        }
                        // Only a quote needs escaping; old browsers send backslashes of folders as they are.
                        '\\' if quoted[at + 1..].starts_with('"') => {
                            value.push('"');
                            characters.next();
                        }
                        other => value.push(other),
                    }
                }
                rest = quoted[end..].split_once(';').map_or("", |(_, rest)| rest);
                value.replace("%22", "\"").replace("%0D", "").replace("%0A", "")
            }
            None => {
                let (value, after) = after.split_once(';').unwrap_or((after, ""));
                rest = after;
                value.trim().to_owned()
            }
        };
        found.push((key.trim().to_owned(), value));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_boundary_is_needed() {
        assert_eq!(boundary("multipart/form-data; boundary=xyz").as_deref(), Some("xyz"));
        assert_eq!(boundary("Multipart/Form-Data; charset=x; Boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!(boundary("multipart/form-data; boundary=a/b:c=d;").as_deref(), Some("a/b:c=d"));
        for wrong in
            ["multipart/form-data", "multipart/mixed; boundary=x", "application/pdf", "", ";boundary=x"]
        {
            assert_eq!(boundary(wrong), None, "{wrong}");
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "x".repeat(71))), None);
    }

    #[test]
    fn a_file_name_is_read_from_either_form() {
        for (disposition, name) in [
            ("attachment; filename=\"a b.pdf\"", Some("a b.pdf")),
            ("attachment; filename=\"x.pdf\"; filename*=UTF-8''caf%C3%A9.pdf", Some("café.pdf")),
            ("attachment; filename=x.pdf; filename*=utf-8'en'%ff", Some("x.pdf")),
            ("attachment; filename*=ISO-8859-1''caf%E9.pdf", None),
            ("attachment; filename*=UTF-8''%C3", None),
            ("inline", None),
        ] {
            assert_eq!(file_name(disposition).as_deref(), name, "{disposition}");
        }
    }

    proptest! {
        #[test]
        fn no_header_is_too_odd(text in "\\PC*|(multipart/form-data)?[;= \"\\\\a-zé%0-9]{0,80}") {
            let _ = (boundary(&text), file_name(&text));
            for (key, _) in parameters(&text) {
                prop_assert_eq!(key.trim(), &key);
            }
        }
    }
}
