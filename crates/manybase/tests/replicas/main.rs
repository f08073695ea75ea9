//! Reads on replicas: where they go, and what happens when servers die and come back.

mod binlog;
mod files;
mod servers;
mod streaming;
mod support;
