//! The `brainwrought` command.
fn main() {}
