//! What models tell of their schema, and what becomes of it on each database.

mod live;
mod told;
