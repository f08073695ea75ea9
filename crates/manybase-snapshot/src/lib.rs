//! Floor 6 of Manybase: backups.
