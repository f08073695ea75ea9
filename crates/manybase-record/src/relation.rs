//! Relations between models, whichever databases they live in.
//!
//! A relation is a field of the model, empty until [`crate::Query::include`] fills it: with one query for all
//! parents, on the children's own connection, stitched by key. The content is erased inside the slot, so that
//! models that relate to one another in a ring do not make types that contain each other.

mod deleted;
mod fetch;
mod found;
mod fresh;
mod joined;
mod keys;
mod later;
mod link;
mod links;
mod load;
mod many;
mod query;
mod rel;
mod removal;
mod slot;
mod sorter;
mod stitch;
mod through;
mod write;

pub use joined::JoinRelation;
pub use link::Link;
pub use links::{LinkTo, Links, LinksChanged};
pub use many::{Linked, ManyToMany};
pub use query::{RelQuery, Related};
pub use rel::Rel;
pub use removal::OnDelete;
pub use slot::{BelongsTo, Direct, HasMany, HasOne, RelationField};

pub use fresh::AnyRel;
pub(crate) use fresh::{has_fresh, refuse_fresh};
pub(crate) use load::Include;
pub(crate) use removal::{all as delete_all, concerns as concerns_others, one as delete_one};
pub(crate) use write::{insert as insert_with, save as save_with};
