//! Floor 6 of Manybase: the binding to the axum web framework.
