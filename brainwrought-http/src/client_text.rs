//! [`for_clients`]: what the engine says, as people read it who have a browser or a program and no shell on the server.

use crate::redaction::redacted;

/// What a piece of advice holds that only the operator of the server can follow.
const OPERATORS: [&str; 14] = [
    "`brainwrought",
    "brainwrought.toml",
    "BRAINWROUGHT_",
    "`make ",
    "`retry",
    "`--",
    "the same command",
    "into the environment",
    "config file",
    "setup.sh",
    "in the package ",
    "raise max-",
    "the system's log",
    "fewer tasks at once",
];

/// Where a sentence can be cut: conditions, remedies and causes stand between these.
const CUTS: [&str; 4] = ["; ", ", or ", ", then ", ": "];

/// Takes paths of the server out of a text, and advice about its commands and config files. JSON stays as it is.
pub(crate) fn for_clients(text: &str) -> String {
    let text = redacted(text);
    if text.starts_with('{') {
        return text;
    }
    text.lines().map(without_advice).collect::<Vec<_>>().join("\n")
}

fn without_advice(line: &str) -> String {
    let line = line.replace(" (--offline)", "");
    let mut kept = String::with_capacity(line.len());
    let (mut rest, mut before) = (line.as_str(), "");
    loop {
        let next = CUTS.iter().filter_map(|cut| Some((rest.find(cut)?, *cut))).min();
        let piece = next.map_or(rest, |(at, _)| &rest[..at]);
        let is_kept = !is_for_operators(piece);
        if is_kept {
            kept.push_str(if kept.is_empty() { "" } else { before });
            kept.push_str(piece);
        }
        let Some((at, cut)) = next else { break };
        // Of "…; do this, or that" without "this" there remains "…; that".
        if is_kept || cut != ", or " {
            before = cut;
        }
        rest = &rest[at + cut.len()..];
    }
    if kept.is_empty() && !line.is_empty() { "this server is not set up for it".to_owned() } else { kept }
}

fn is_for_operators(piece: &str) -> bool {
    let mut flags = piece.match_indices(" --").map(|(at, _)| piece[at + 3..].chars().next());
    OPERATORS.iter().any(|marker| piece.contains(marker))
        || flags.any(|next| next.is_some_and(|next| next.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_about_commands_goes_and_the_rest_stays() {
        for (text, expected) in [
            (
                "parse: the PDF is locked; save a copy without a password, or give it to `brainwrought make --password`",
                "parse: the PDF is locked; save a copy without a password",
            ),
            (
                "the voices of Kokoro are not here: [path] is missing; run `make setup-kokoro`, or choose the voice `auto`",
                "the voices of Kokoro are not here: [path] is missing; choose the voice `auto`",
            ),
            (
                "`audio` has no stored output; run `brainwrought retry --from audio`: gone",
                "`audio` has no stored output: gone",
            ),
            (
                "x was not called, because the network is off (--offline)",
                "x was not called, because the network is off",
            ),
            (
                "the job store is full; free some space, then run the same command again: no space left",
                "the job store is full; free some space: no space left",
            ),
            (
                "script: no installed font can show the Han letters of “蜂” in the captions, such as 蜜; install one, which \
                 is in the package fonts-noto-cjk of Debian and Ubuntu, or turn captions off with `--captions off`",
                "script: no installed font can show the Han letters of “蜂” in the captions, such as 蜜",
            ),
            ("run `make setup`", "this server is not set up for it"),
            ("two\nlines; see brainwrought.toml", "two\nlines"),
            ("{\"schema\":\"gate/1\",\"a\":\" --b\"}", "{\"schema\":\"gate/1\",\"a\":\" --b\"}"),
            ("loudness: -14.0 LUFS; fine", "loudness: -14.0 LUFS; fine"),
            ("", ""),
        ] {
            assert_eq!(for_clients(text), expected, "{text}");
        }
    }
}
