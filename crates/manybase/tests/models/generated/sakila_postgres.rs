//! Written by `manybase models`: changes are lost when it runs again.
//!
//! The tables of connection `legacy` (PostgreSQL).

mod city;
mod country;
mod film;
mod film_list;
mod film_text;
mod films_per_language;
mod language;
mod mpaa_rating;
mod option;
mod payment;
mod rating_note;
mod staff;
mod store;

pub use city::*;
pub use country::*;
pub use film::*;
pub use film_list::*;
pub use film_text::*;
pub use films_per_language::*;
pub use language::*;
pub use mpaa_rating::*;
pub use option::*;
pub use payment::*;
pub use rating_note::*;
pub use staff::*;
pub use store::*;
