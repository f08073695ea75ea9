//! Files that a crash left in the middle of a transaction which they shared.

use crate::support::*;
use manybase_driver::Access;
use rusqlite::Connection;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Barrier};

const PAGE: u32 = 4096;
/// The page that SQLite locks and never writes; a record with its number names the super-journal.
const LOCKED_PAGE: u32 = 0x4000_0000 / PAGE + 1;
const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

fn journal(of: &Path) -> PathBuf {
    PathBuf::from(format!("{}-journal", of.display()))
}

/// A database and its journal as they are in the middle of a transaction.
fn torn(at: &Path, super_journal: &Path) {
    let work = at.with_extension("work");
    let raw = Connection::open(&work).unwrap();
    raw.execute_batch(&format!(
        "PRAGMA page_size = {PAGE}; PRAGMA journal_mode = delete; PRAGMA synchronous = off;
         CREATE TABLE t (a); INSERT INTO t VALUES (1);
         BEGIN; UPDATE t SET a = 2"
    ))
    .unwrap();
    // Without syncs the journal is whole as soon as it is written.
    raw.cache_flush().unwrap();
    fs::copy(&work, at).unwrap();
    let mut bytes = fs::read(journal(&work)).unwrap();
    let name = super_journal.to_str().unwrap().as_bytes();
    let sum = name
        .iter()
        .fold(0u32, |sum, &byte| sum.wrapping_add(u32::from(byte)));
    bytes.extend(LOCKED_PAGE.to_be_bytes());
    bytes.extend(name);
    bytes.extend((name.len() as u32).to_be_bytes());
    bytes.extend(sum.to_be_bytes());
    bytes.extend(MAGIC);
    fs::write(journal(at), bytes).unwrap();
}

#[test]
fn recovered_at_once() {
    let directory = tempfile::tempdir().unwrap();
    for round in 0..60 {
        let file = |name: &str| directory.path().join(format!("{name}{round}.db"));
        let files = [file("a"), file("b")];
        let super_journal = directory.path().join(format!("a{round}.db-mj012345967"));
        let mut names = Vec::new();
        for file in &files {
            torn(file, &super_journal);
            names.extend(journal(file).to_str().unwrap().bytes().chain([0]));
        }
        fs::write(&super_journal, names).unwrap();
        let together = Arc::new(Barrier::new(files.len()));
        let threads: Vec<_> = files
            .iter()
            .map(|file| {
                let (together, url) = (
                    together.clone(),
                    format!("sqlite:{}?journal_mode=delete", file.display()),
                );
                std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .unwrap();
                    runtime.block_on(async {
                        let pool = pool(&url);
                        together.wait();
                        let mut session = pool
                            .acquire(Access::Write)
                            .await
                            .unwrap_or_else(|error| panic!("round {round}: {error}"));
                        assert_eq!(number(&mut session, "SELECT a FROM t").await, 1);
                    });
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let left: Vec<_> = files
            .iter()
            .map(|file| journal(file))
            .chain([super_journal])
            .filter(|file| file.exists())
            .collect();
        assert_eq!(left, Vec::<PathBuf>::new(), "round {round}");
    }
}
