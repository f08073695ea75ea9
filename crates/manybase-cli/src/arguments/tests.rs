use super::*;
use clap::CommandFactory;

const GUIDE: &str = include_str!("../../../../docs/cli.md");

/// The words of a line, as a shell would have them. What follows two spaces, a hash or a redirection is not ours.
fn words(line: &str) -> Vec<String> {
    let ends = ["  ", " #", " > ", " | "];
    let end = ends.iter().filter_map(|end| line.find(end)).min();
    let line = &line[..end.unwrap_or(line.len())];
    let mut words = vec![String::new()];
    let mut quoted = false;
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            _ => words.last_mut().expect("one").push(sign),
        }
    }
    words
}

fn check(line: &str, place: &str) {
    let words = words(line.trim());
    if let Err(error) = Arguments::try_parse_from(&words) {
        panic!("{place}: {line}\n{error}");
    }
}

fn walk(command: &clap::Command, found: &mut Vec<(String, String)>) {
    let help = command
        .get_after_help()
        .map(|help| help.to_string())
        .unwrap_or_default();
    found.push((command.get_name().to_owned(), help));
    for below in command.get_subcommands() {
        walk(below, found);
    }
}

#[test]
fn the_commands_fit_together() {
    Arguments::command().debug_assert();
}

#[test]
fn each_command_has_examples_and_they_parse() {
    let mut found = Vec::new();
    walk(&Arguments::command(), &mut found);
    for (name, help) in found {
        // What needs models is shown with a program that has them.
        let examples: Vec<_> = help
            .lines()
            .map(|line| line.trim().replace("cargo run --bin db -- ", "manybase "))
            .filter(|line| line.starts_with("manybase "))
            .collect();
        assert!(!examples.is_empty(), "{name} has no examples");
        for example in examples {
            check(&example, &name);
        }
    }
}

#[test]
fn the_guide_has_every_command_and_its_lines_parse() {
    let lines = GUIDE.lines().filter(|line| line.starts_with("manybase "));
    let mut used = 0;
    for line in lines {
        check(line, "docs/cli.md");
        used += 1;
    }
    assert!(used > 5, "{used} lines in the guide");
    for command in Arguments::command().get_subcommands() {
        assert!(
            GUIDE.contains(&format!("manybase {}", command.get_name())),
            "{}",
            command.get_name()
        );
    }
}
