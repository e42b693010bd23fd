//! Wrong wiring does not compile.

#[test]
fn wrong_wiring_does_not_compile() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/wiring/right.rs");
    cases.compile_fail("tests/wiring/wrong_type.rs");
    cases.compile_fail("tests/wiring/item_outside_each.rs");
    cases.compile_fail("tests/wiring/each_over_no_fan.rs");
}
