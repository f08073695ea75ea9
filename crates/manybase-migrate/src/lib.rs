//! Floor 6 of Manybase: migrations.
