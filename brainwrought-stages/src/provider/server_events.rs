//! [`ServerEvent`]: the events of a stream, as the standard of server-sent events reads them.

/// One event of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerEvent {
    /// The name of the event; empty where it has none.
    pub name: String,
    /// Its lines of data.
    pub data: String,
}

/// Reads the events of a whole stream (WHATWG HTML, section 9.2.6). What stands after the last empty line was cut off,
/// and is left out.
pub fn server_events(bytes: &[u8]) -> Vec<ServerEvent> {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n").replace('\r', "\n");
    let mut events = Vec::new();
    let mut event = ServerEvent::default();
    let mut has_data = false;
    // What follows the last line feed is no line yet.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    for line in whole.split('\n') {
        if line.is_empty() {
            if has_data {
                events.push(std::mem::take(&mut event));
            }
            (event, has_data) = (ServerEvent::default(), false);
            continue;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut event.name),
            "data" => {
                if has_data {
                    event.data.push('\n');
                }
                event.data.push_str(value);
                has_data = true;
            }
            // A comment, an id, or what a later standard may bring.
            _ => {}
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_names_and_lines() {
        let stream = ": hello\n\nevent: one\r\ndata: a\r\ndata:b\r\n\r\nid: 7\ndata: [DONE]\n\n";
        let named = ServerEvent { name: "one".to_owned(), data: "a\nb".to_owned() };
        let bare = ServerEvent { name: String::new(), data: "[DONE]".to_owned() };
        assert_eq!(server_events(stream.as_bytes()), [named, bare]);
    }

    #[test]
    fn an_event_that_was_cut_is_left_out() {
        assert_eq!(server_events(b"data: a\n\ndata: b\n").len(), 1);
        assert_eq!(server_events(b"data: a\n\ndata: b").len(), 1);
        assert_eq!(server_events(b"data: a").len(), 0);
        assert_eq!(server_events(b"\xff\xfe\n\n").len(), 0);
    }
}
