//! Commands as a shell reads them, as far as documents need it.

/// Takes a script apart into commands, each a list of words without assignments in front: `A=1 b c && d` is `b c` and `d`.
/// Comments are left out, and lines that end in a backslash go on. Variables and substitutions stay as they are.
pub(super) fn commands(script: &str) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    for line in script.replace("\\\n", " ").lines() {
        let mut words: Vec<String> = Vec::new();
        let mut word: Option<String> = None;
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\'' | '"' => {
                    let inner: String = chars.by_ref().take_while(|other| *other != c).collect();
                    word.get_or_insert_default().push_str(&inner);
                }
                '#' if word.is_none() => break,
                '&' | '|' | ';' => {
                    words.extend(word.take());
                    commands.push(std::mem::take(&mut words));
                }
                c if c.is_whitespace() => words.extend(word.take()),
                c => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        commands.push(words);
    }
    for command in &mut commands {
        let is_assignment = |word: &String| {
            word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            })
        };
        let start = command.iter().take_while(|word| is_assignment(word)).count();
        command.drain(..start);
    }
    commands.retain(|command| !command.is_empty());
    commands
}

#[test]
fn a_script_is_taken_apart() {
    let found = commands("A=1 B=… b --c 'd e' \"f\"   # g\nh && i x=y & j \\\n  k\n# l\nexport M=n");
    let expected: [&[&str]; 5] =
        [&["b", "--c", "d e", "f"], &["h"], &["i", "x=y"], &["j", "k"], &["export", "M=n"]];
    assert_eq!(found, expected);
}
