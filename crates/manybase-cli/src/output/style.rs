//! Colours, by meaning. They are taken out again where there are none.

use anstyle::{AnsiColor, Style};

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Good,
    Warn,
    Bad,
}

impl Mark {
    const ALL: [Self; 3] = [Self::Good, Self::Warn, Self::Bad];

    pub(crate) fn sign(self) -> char {
        match self {
            Self::Good => '✓',
            Self::Warn => '!',
            Self::Bad => '✗',
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Good => AnsiColor::Green,
            Self::Warn => AnsiColor::Yellow,
            Self::Bad => AnsiColor::Red,
        }
        .on_default()
        .bold()
    }
}

fn painted(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The sign in its colour.
pub(crate) fn sign(mark: Mark) -> String {
    painted(mark.style(), &mark.sign().to_string())
}

pub(crate) fn bold(text: &str) -> String {
    painted(Style::new().bold(), text)
}

pub(crate) fn red(text: &str) -> String {
    painted(AnsiColor::BrightRed.on_default().bold(), text)
}

pub(crate) fn cyan(text: &str) -> String {
    painted(AnsiColor::BrightCyan.on_default().bold(), text)
}

/// The signs in a text in their colours. Only those that stand alone: others are part of what a user has written.
pub(crate) fn paint_signs(text: &str) -> String {
    let mut painted_text = text.to_owned();
    for mark in Mark::ALL {
        let alone = format!(" {} ", mark.sign());
        if painted_text.contains(&alone) {
            painted_text = painted_text.replace(&alone, &format!(" {} ", sign(mark)));
        }
    }
    painted_text
}
