//! What the catalogs of real databases say: made with SQL, read back.

mod compare;
mod details;
mod hard;
mod home;
mod many;
mod objects;
