//! The help texts, as they stand in a pipe. Look at the difference before a snapshot is accepted.

use crate::support::Project;

/// All commands, with those below them.
fn commands(project: &Project, above: &[&str], found: &mut Vec<Vec<String>>) {
    let help = project.run(&[above, &["--help"]].concat()).ends_with(0).out;
    found.push(above.iter().map(|word| (*word).to_owned()).collect());
    let Some((_, list)) = help.split_once("Commands:\n") else {
        return;
    };
    let names = list.lines().take_while(|line| !line.is_empty());
    let names = names.filter_map(|line| {
        line.strip_prefix("  ")?
            .split(' ')
            .next()
            .filter(|name| !name.is_empty())
    });
    for name in names.filter(|name| *name != "help") {
        commands(project, &[above, &[name]].concat(), found);
    }
}

#[test]
fn every_command_tells_how_it_is_used() {
    let project = Project::of(&[]);
    let mut found = Vec::new();
    commands(&project, &[], &mut found);
    assert!(found.contains(&vec!["ping".to_owned()]), "{found:?}");
    for command in found {
        let words: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let ran = project.run(&words).ends_with(0);
        assert_eq!(ran.err, "");
        assert!(ran.out.contains("Examples:\n"), "{words:?}");
        // What all commands have in common is told once.
        let own = match command.is_empty() {
            true => ran.out,
            false => ran.out.replace(common(&ran.out), ""),
        };
        insta::assert_snapshot!(
            ["manybase", &command.join("-")].join("-").trim_end_matches('-'),
            own
        );
    }
}

fn common(help: &str) -> &str {
    let begin = help.find("Options of every command:").expect("there");
    let end = help.find("Examples:").expect("there");
    &help[begin..end]
}

#[test]
fn without_a_command_it_helps_and_fails() {
    let project = Project::of(&[]);
    let ran = project.run(&[]).ends_with(2);
    assert!(
        ran.err.contains("Usage: manybase") && ran.err.contains("  ping "),
        "{ran:?}"
    );
    let ran = project.run(&["--version"]).ends_with(0);
    assert_eq!(ran.out, concat!("manybase ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn completions_for_every_shell() {
    let project = Project::of(&[]);
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = project.run(&["completions", shell]).ends_with(0);
        for word in [
            "connections",
            "offline",
            "docs",
            "migrate",
            "backup",
            "restore",
            "recover",
        ] {
            assert!(ran.out.contains(word), "{shell}: {word}");
        }
    }
    project.run(&["completions", "tcsh"]).ends_with(2);
}

/// Whatever is asked for, with whatever outcome: one document and nothing else.
#[test]
fn every_command_speaks_json() {
    let project = Project::of(&[("main", "sqlite:main.db")]);
    let mut found = Vec::new();
    commands(&project, &[], &mut found);
    assert!(found.len() > 20, "{found:?}");
    for command in found.iter().filter(|command| !command.is_empty()) {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let ran = project.run(&[&words[..], &["--json"]].concat());
        let document: serde_json::Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{words:?}: {error}: {ran:?}"));
        assert!(document.is_object(), "{words:?}: {document}");
        let failed = document["error"].is_object();
        assert!(
            if failed { ran.code > 0 } else { ran.code < 2 },
            "{words:?}: {ran:?}"
        );
        assert!((0..=3).contains(&ran.code), "{words:?}: {ran:?}");
    }
}

/// As a program of one's own would be called.
#[test]
fn completions_are_for_the_program_that_prints_them() {
    let project = Project::of(&[]);
    let ran = project.run(&["completions", "bash"]).ends_with(0);
    assert!(ran.out.contains("complete -F _manybase"), "{}", ran.out);
    let (code, document) = project.json(&["completions", "fish"]);
    assert_eq!((code, &document["shell"]), (0, &"fish".into()));
    assert!(
        document["script"]
            .as_str()
            .is_some_and(|script| script.contains("complete -c manybase"))
    );
}
