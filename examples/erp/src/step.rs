//! The tour, one file per stop.

mod aggregates;
mod atomic;
mod booking;
mod conflict;
mod databases;
mod dialects;
mod filters;
mod load;
mod pools;
mod profile;
mod relations;
mod report;
mod resume;

pub(crate) use aggregates::aggregates;
pub(crate) use atomic::atomic;
pub(crate) use booking::booking;
pub(crate) use conflict::conflict;
pub(crate) use databases::databases;
pub(crate) use dialects::dialects;
pub(crate) use filters::filters;
pub(crate) use load::load;
pub(crate) use pools::pools;
pub(crate) use profile::profile;
pub(crate) use relations::relations;
pub(crate) use report::report;
pub(crate) use resume::resume;
