//! What does not compile, and what the compiler says then: it points at the field, and the message says what to write.

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
