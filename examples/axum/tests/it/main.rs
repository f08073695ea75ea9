//! The application as its users and its operators meet it: the program itself, in a process of its own, over HTTP.

mod client;
mod program;
mod servers;
mod use_cases;
