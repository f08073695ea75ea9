//! Reads a dump as it passes by: which tables there are, and what rows they have.
//!
//! It keeps no row, however large.

use manybase_driver::backup::{RowSums, TableState};
use std::collections::BTreeMap;

/// Of a line only so much is looked at; the longest name, quoted, is shorter.
const LOOKED_AT: usize = 1024;
const INSERT: &[u8] = b"INSERT INTO `";
const CREATE: &[u8] = b"CREATE TABLE `";
const DELIMITER: &[u8] = b"DELIMITER ";
/// Comments that tell where in time the dump is.
const LOG: &str = "-- CHANGE MASTER TO MASTER_LOG_FILE='";
const GTID: &str = "-- SET GLOBAL gtid_slave_pos='";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// In a line that is not one of rows; its beginning is kept.
    Line,
    /// Behind `INSERT INTO`, until `VALUES`.
    Head { quoted: bool },
    /// Between two rows.
    Rows,
    /// In a row, so deep in parentheses.
    Row { depth: u32 },
    /// In a text of a row.
    Text { depth: u32, escaped: bool },
}

pub(super) struct Reader {
    state: State,
    /// The beginning of the line, or what is behind the table's name.
    line: Vec<u8>,
    /// In the body of a trigger or a routine, where lines are not the dump's own.
    in_body: bool,
    tables: BTreeMap<String, RowSums>,
    table: String,
    /// Where in time it is.
    pub(super) point: BTreeMap<String, String>,
    /// Its last line has passed.
    pub(super) complete: bool,
}

/// A name that begins here, behind its quote, and what follows.
fn name(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (mut name, mut rest) = (Vec::new(), bytes);
    loop {
        let end = rest.iter().position(|byte| *byte == b'`')?;
        name.extend_from_slice(&rest[..end]);
        rest = &rest[end + 1..];
        if rest.first() != Some(&b'`') {
            return Some((String::from_utf8(name).ok()?, rest));
        }
        name.push(b'`');
        rest = &rest[1..];
    }
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            state: State::Line,
            line: Vec::new(),
            in_body: false,
            tables: BTreeMap::new(),
            table: String::new(),
            point: BTreeMap::new(),
            complete: false,
        }
    }

    /// The next part of the dump.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            at += match self.state {
                State::Line => self.feed_line(&bytes[at..]),
                State::Head { quoted } => self.feed_head(bytes[at], quoted),
                State::Rows => self.feed_rows(bytes[at]),
                State::Row { .. } | State::Text { .. } => self.feed_row(&bytes[at..]),
            };
        }
    }

    fn feed_line(&mut self, bytes: &[u8]) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        // Only as long as it may be an INSERT it is looked at letter by letter.
        let may_be = !self.in_body && self.line.len() < INSERT.len() && INSERT.starts_with(&self.line);
        if may_be {
            let take = part.len().min(INSERT.len() - self.line.len());
            self.line.extend_from_slice(&part[..take]);
            if self.line == INSERT {
                self.line.clear();
                self.state = State::Head { quoted: true };
                return take;
            }
            if take < part.len() || end.is_none() {
                return take;
            }
        } else {
            let room = LOOKED_AT.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
        }
        match end {
            Some(end) => {
                self.end_line();
                self.line.clear();
                end + 1
            }
            None => part.len(),
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if let Some(delimiter) = line.strip_prefix(DELIMITER) {
            self.in_body = delimiter.trim_ascii() != b";";
        } else if self.in_body {
        } else if let Some((name, _)) = line.strip_prefix(CREATE).and_then(name) {
            self.tables.entry(name).or_default();
        } else if let Ok(line) = std::str::from_utf8(&line) {
            self.comment(line);
        }
    }

    fn comment(&mut self, line: &str) {
        let mut set = |name: &str, value: &str| self.point.insert(name.to_owned(), value.to_owned());
        if let Some((file, rest)) = line.strip_prefix(LOG).and_then(|rest| rest.split_once('\'')) {
            set("binlog_file", file);
            let position = rest.trim_start_matches(", MASTER_LOG_POS=").trim_end_matches(';');
            set("binlog_position", position);
        } else if let Some((gtid, _)) = line.strip_prefix(GTID).and_then(|rest| rest.split_once('\'')) {
            set("gtid", gtid);
        } else if line.starts_with("-- Dump completed") {
            self.complete = true;
        }
    }

    /// The table's name, perhaps its columns, and `VALUES`.
    fn feed_head(&mut self, byte: u8, quoted: bool) -> usize {
        self.line.push(byte);
        if byte == b'`' {
            self.state = State::Head { quoted: !quoted };
        } else if !quoted && self.line.ends_with(b" VALUES") {
            self.table = name(&self.line).map(|(name, _)| name).unwrap_or_default();
            self.line.clear();
            self.state = State::Rows;
        }
        1
    }

    fn feed_rows(&mut self, byte: u8) -> usize {
        match byte {
            b'(' => self.state = State::Row { depth: 1 },
            b';' => self.state = State::Line,
            _ => {}
        }
        1
    }

    /// As far as the row goes in these bytes.
    fn feed_row(&mut self, bytes: &[u8]) -> usize {
        let mut length = 0;
        let mut over = false;
        for byte in bytes {
            self.state = match (self.state, byte) {
                (State::Text { depth, escaped: true }, _) => State::Text {
                    depth,
                    escaped: false,
                },
                (State::Text { depth, .. }, b'\\') => State::Text { depth, escaped: true },
                (State::Text { depth, .. }, b'\'') => State::Row { depth },
                (State::Row { depth }, b'\'') => State::Text {
                    depth,
                    escaped: false,
                },
                (State::Row { depth }, b'(') => State::Row { depth: depth + 1 },
                (State::Row { depth: 1 }, b')') => {
                    over = true;
                    State::Rows
                }
                (State::Row { depth }, b')') => State::Row { depth: depth - 1 },
                (state, _) => state,
            };
            length += 1;
            if over {
                break;
            }
        }
        if !self.tables.contains_key(&self.table) {
            self.tables.insert(self.table.clone(), RowSums::default());
        }
        if let Some(sums) = self.tables.get_mut(&self.table) {
            sums.text(&bytes[..length - usize::from(over)]);
            if over {
                sums.end_row();
            }
        }
        length
    }

    /// The tables so far.
    pub(super) fn tables(&self) -> Vec<TableState> {
        let tables = self.tables.iter().map(|(name, sums)| {
            let (rows, checksum) = sums.finish();
            TableState {
                schema: None,
                name: name.clone(),
                rows,
                checksum: Some(checksum),
            }
        });
        tables.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "-- MariaDB dump\n\
        -- CHANGE MASTER TO MASTER_LOG_FILE='binlog.000001', MASTER_LOG_POS=1583;\n\
        CREATE TABLE `empty` (\n  `INSERT INTO `a` VALUES (1)` int\n);\n\
        CREATE TABLE `o``dd` (\n  `a` int DEFAULT 1\n);\n\
        INSERT INTO `o``dd` VALUES\n(1,'x\\'),(\\ny\\\\',0x7A),\n(2,'INSERT INTO `empty` VALUES (1);',NULL),\n(3,'''(',f(1));\n\
        INSERT INTO `o``dd` (`a`, ` VALUES`) VALUES (4,'z',NULL),(5,'',NULL);\n\
        DELIMITER ;;\nCREATE PROCEDURE p() BEGIN\nINSERT INTO `empty` VALUES (1);\nEND ;;\nDELIMITER ;\n\
        -- SET GLOBAL gtid_slave_pos='0-1-7';\n-- Dump completed on 2026-01-01\n";

    fn read(text: &str, parts: usize) -> Reader {
        let mut reader = Reader::new();
        text.as_bytes().chunks(parts).for_each(|part| reader.feed(part));
        reader
    }

    #[test]
    fn rows_are_found_however_the_dump_is_cut() {
        let whole = read(DUMP, DUMP.len());
        let tables = whole.tables();
        let found: Vec<_> = tables
            .iter()
            .map(|table| (table.name.as_str(), table.rows))
            .collect();
        assert_eq!(found, [("empty", 0), ("o`dd", 5)]);
        for parts in 1..40 {
            let reader = read(DUMP, parts);
            assert_eq!(reader.tables(), tables, "{parts}");
            assert_eq!(reader.point, whole.point);
            assert!(reader.complete);
        }
        assert_eq!(whole.point["binlog_file"], "binlog.000001");
        assert_eq!(whole.point["binlog_position"], "1583");
        assert_eq!(whole.point["gtid"], "0-1-7");
        assert!(!read(&DUMP[..DUMP.len() / 2], 7).complete);
    }

    #[test]
    fn the_order_and_the_layout_of_rows_do_not_matter_and_their_values_do() {
        let of = |text: &str| read(text, 5).tables()[0].checksum.clone();
        let one = of("INSERT INTO `t` VALUES (1,'a'),(2,'b');\n");
        assert_eq!(one, of("INSERT INTO `t` VALUES\n(2,'b'),\n(1,'a');\n"));
        assert_ne!(one, of("INSERT INTO `t` VALUES (1,'a'),(2,'c');\n"));
        assert_ne!(one, of("INSERT INTO `t` VALUES (1,'a'),(2,'b'),(2,'b');\n"));
    }
}
