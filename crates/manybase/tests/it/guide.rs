//! The tests in the guide's chapter on testing. Its other code is compiled and run as documentation, where the bodies of
//! tests are left out; these stand in files of their own, and the chapter has to say the same.

mod attribute;
mod migrations;
mod servers;

const CHAPTER: &str = include_str!("../../../../docs/testing.md");

/// The files, without what the chapter does not show.
const FILES: [&str; 3] = [
    include_str!("guide/attribute.rs"),
    include_str!("guide/migrations.rs"),
    include_str!("guide/servers.rs"),
];

/// The chapter's blocks with tests in them.
fn blocks() -> Vec<String> {
    let mut blocks = Vec::new();
    for part in CHAPTER.split("```rust").skip(1) {
        let (_, code) = part.split_once('\n').expect("a line");
        let (code, _) = code.split_once("\n```").expect("an end");
        if code.contains("::test]") || code.contains("::test(") {
            let lines = code.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
            blocks.push(lines.collect::<Vec<_>>().join("\n"));
        }
    }
    blocks
}

#[test]
fn the_chapter_says_what_is_tested_here() {
    let blocks = blocks();
    assert_eq!(blocks.len(), FILES.len());
    for (block, file) in blocks.iter().zip(FILES) {
        assert_eq!(block.trim(), file.trim());
    }
}
