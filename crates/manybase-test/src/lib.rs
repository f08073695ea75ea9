//! Floor 7 of Manybase: databases for tests.
