//! Pages and diagrams, as they stand on disk.

mod check;
mod databases;
mod pages;
mod shop;
