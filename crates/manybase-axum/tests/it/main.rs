//! The binding over real HTTP.
