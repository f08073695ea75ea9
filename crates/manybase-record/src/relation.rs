//! Relations between models, whichever databases they live in.
//!
//! A relation is a field of the model, empty until [`crate::Query::include`] fills it: with one query for all
//! parents, on the children's own connection, stitched by key. The content is erased inside the slot, so that
//! models that relate to one another in a ring do not make types that contain each other.

mod deleted;
mod joined;
mod keys;
mod later;
mod link;
mod load;
mod many;
mod query;
mod rel;
mod slot;
mod stitch;
mod through;

pub use joined::JoinRelation;
pub use link::Link;
pub use many::{Linked, ManyToMany};
pub use query::{RelQuery, Related};
pub use rel::Rel;
pub use slot::{BelongsTo, Direct, HasMany, HasOne, RelationField};

pub(crate) use load::Include;
