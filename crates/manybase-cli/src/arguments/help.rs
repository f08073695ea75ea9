//! The examples below each help text.

/// Lines under the heading `Examples:`, and behind a `=>` lines without a heading. Colours are taken out again where
/// there are none.
macro_rules! examples {
    ($($line:literal);+ $(=> $($rest:literal);+)?) => {
        concat!("\x1b[1m\x1b[92mExamples:\x1b[0m" $(, "\n  ", $line)+ $(, "\n" $(, "\n", $rest)+)?)
    };
}

pub(crate) use examples;
