//! The reading process can do nothing but read, and says with which engine it does.

use std::path::Path;

use brainwrought_stages::parse::Power;

use super::{Bench, Test};
use brainwrought_testing::{PROSE, PdfWriter, text};

pub(crate) const TESTS: &[Test] = &[
    ("a_reading_process_can_do_nothing_else", a_reading_process_can_do_nothing_else),
    ("the_engine_that_read_is_named", the_engine_that_read_is_named),
    ("a_library_that_does_not_load_is_told_of", a_library_that_does_not_load_is_told_of),
];

fn a_page() -> Vec<u8> {
    let mut writer = PdfWriter::new();
    writer.page(&text("F", 10, (50, 700), &PROSE));
    writer.finish()
}

/// A socket, another program, another process, a signal, a file written, made, deleted or read: all are refused.
fn a_reading_process_can_do_nothing_else(bench: &Bench) {
    let powers = bench.host.check().powers.unwrap();
    if !Path::new("/proc/sys/kernel/seccomp").exists() {
        println!("this system filters no system calls; a reading process may do {powers:?}");
        return;
    }
    let expected: &[Power] = if has_landlock() { &[] } else { &[Power::ReadFile] };
    assert_eq!(powers, expected);
}

fn the_engine_that_read_is_named(bench: &Bench) {
    let parsed = bench.parse(a_page()).unwrap();
    let reader = bench.host.reader();
    assert_eq!((parsed.engine.as_str(), bench.engine()), (reader.name.as_str(), reader.name.as_str()));
    assert_eq!(parsed.engine_version, reader.version);
    assert!(!reader.version.is_empty() && parsed.warnings.is_empty(), "{reader} {:?}", parsed.warnings);
}

fn a_library_that_does_not_load_is_told_of(bench: &Bench) {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("libpdfium.so");
    std::fs::write(&broken, "no library").unwrap();
    let mut host = bench.host.clone();
    host.libpdfium = Some(broken);
    let check = host.check();
    let fault = check.library_fault.unwrap();
    assert!(!fault.is_empty() && check.powers.is_ok(), "{fault}");
    assert_eq!(check.reader.name, "hayro");
    let limits = Default::default();
    let parsed = bench.wait(host.parse(a_page().into(), &limits, &Default::default())).unwrap();
    assert_eq!((parsed.engine, parsed.engine_version), (check.reader.name, check.reader.version));
    assert!(parsed.warnings.iter().any(|warning| warning.contains("PDFium could not be loaded")));
}

/// Tells whether this kernel restricts file access, by restricting a thread that then ends.
#[cfg(target_os = "linux")]
fn has_landlock() -> bool {
    use landlock::{AccessFs, Ruleset, RulesetAttr, RulesetStatus};
    let restrict = || {
        let ruleset = Ruleset::default().handle_access(AccessFs::ReadFile)?.create()?;
        ruleset.restrict_self().map(|status| status.ruleset != RulesetStatus::NotEnforced)
    };
    std::thread::spawn(restrict).join().unwrap().unwrap()
}

#[cfg(not(target_os = "linux"))]
fn has_landlock() -> bool {
    false
}
