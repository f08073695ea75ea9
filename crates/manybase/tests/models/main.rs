//! Models that are written from databases as others made them: they are compiled here, compared byte for byte with
//! what the generator writes now, and used to read and write rows. `MANYBASE_BLESS=1` writes them anew.

mod chinook;
#[allow(dead_code, unreachable_pub, unused_imports)]
mod generated;
mod home;
mod northwind;
mod sakila;
mod source;
