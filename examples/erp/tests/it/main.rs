//! The example, as a user runs it: every mode, its output, its exit code, and what it leaves behind.

mod config;
mod crash;
mod files;
mod run;
#[cfg(feature = "servers")]
mod servers;
