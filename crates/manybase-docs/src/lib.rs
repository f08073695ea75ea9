//! Floor 6 of Manybase: pages and diagrams of models.
