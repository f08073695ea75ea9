//! What does not compile, and what the compiler says then: it points at the field, and the message says what to write.

#[test]
fn messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    if cfg!(feature = "test") {
        cases.compile_fail("tests/ui/testing/*.rs");
    }
}
