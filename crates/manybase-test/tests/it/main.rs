//! `#[manybase::test]` on each kind of database.

mod child;
mod counting;
mod factories;
mod failing;
mod fixtures;
mod hooks;
mod isolation;
mod leftovers;
mod models;
mod several;

/// The messages for what is written wrong.
#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
