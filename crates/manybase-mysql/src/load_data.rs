//! Many rows: `LOAD DATA LOCAL INFILE`, where the "file" is text in memory.
//!
//! `LOCAL` makes the server go on where it should stop: rows are left out and values bent, with no more than a warning.
//! So the rows are taken back when there is one, and it becomes the error.
//!
//! A server may ask for a file at any time, and the client is told by nobody whether somebody wanted that. Only while a
//! load runs there is anything to give it, and that is the rows.

mod text;

use crate::connection::MysqlConnection;
use crate::error;
use crate::transaction::State;
use futures_util::{StreamExt, stream};
use manybase_driver::{BulkDone, BulkRows, Error, ErrorKind, Result, SumSink, TransactionOptions, returned};
use manybase_sql::dialect::Flavor;
use manybase_sql::{SqlWriter, TableName};
use mysql_async::prelude::Queryable;
use mysql_async::{DriverError, LocalInfileError, Row, ServerError};
use std::io;
use text::Forms;

/// Fewer rows go as an insert: it is one round trip.
const FEW: usize = 20;

/// The server, or its administrator, does not want it.
const NOT_ALLOWED: [u16; 4] = [1148, 3948, 3950, 4166];

/// How a load ended.
enum Loaded {
    Done,
    /// Not here: as inserts.
    Refused,
    /// There were more remarks than the server shows, so that it is not known what they say; or texts and bytes stand in
    /// one column.
    Unclear,
}

impl MysqlConnection {
    pub(crate) async fn run_bulk_load(
        &mut self,
        rows: BulkRows,
        known: Option<(TableName, bool)>,
    ) -> Result<BulkDone> {
        self.utf8 = known;
        self.check_transaction()?;
        let loads = rows.target().on_conflict.is_none() && self.flavor != Flavor::MatrixOne;
        if loads && !self.no_local_infile && rows.len() >= FEW {
            let forms = text::forms(&rows)?;
            match self.load(&rows, &forms).await? {
                Loaded::Done => return Ok(rows.done(0)),
                Loaded::Refused => {
                    tracing::debug!(target: "manybase::mysql", "LOAD DATA LOCAL is off; rows are inserted");
                    self.no_local_infile = true;
                }
                Loaded::Unclear => {}
            }
        }
        self.insert_rows(rows).await
    }

    async fn insert_rows(&mut self, rows: BulkRows) -> Result<BulkDone> {
        let mut found = 0;
        for statement in rows.counts()? {
            let sink = self.run_query(statement, Box::new(SumSink::default())).await?;
            found += returned::<SumSink>(sink)?.0;
        }
        let done = rows.done(found);
        self.insert_each(Box::new(rows)).await?;
        Ok(done)
    }

    async fn load(&mut self, rows: &BulkRows, forms: &Forms) -> Result<Loaded> {
        let own = self.state == State::None;
        if own {
            // Between two loads, each in a transaction of its own, the table may change.
            self.utf8 = None;
            self.begin_transaction(TransactionOptions::default()).await?;
        } else {
            // Unclear ones go again in another way.
            self.savepoint_command("SAVEPOINT mb_load".to_owned()).await?;
        }
        let result = self.send_rows(rows, forms).await;
        self.watch_transaction(&result).await;
        if !matches!(result, Ok(Loaded::Done)) {
            // What is taken back lets the table go.
            self.utf8 = None;
        }
        match (&result, own) {
            (Ok(Loaded::Done), true) => self.commit_transaction().await?,
            (_, true) => self.roll_back_transaction().await?,
            (Ok(Loaded::Unclear), false) => {
                let sql = "ROLLBACK TO SAVEPOINT mb_load; RELEASE SAVEPOINT mb_load";
                self.roll_back_to_savepoint(sql.to_owned()).await?;
            }
            _ => {}
        }
        result
    }

    async fn send_rows(&mut self, rows: &BulkRows, forms: &Forms) -> Result<Loaded> {
        let table = &rows.target().table;
        // The transaction in which it was asked for keeps the table as it is.
        let known = self
            .utf8
            .take()
            .filter(|(before, _)| self.state == State::Open && before == table);
        let alike = match known {
            Some((_, takes)) => takes,
            None => forms.has_bytes() && self.takes_utf8(rows).await?,
        };
        if forms.has_bytes() {
            self.utf8 = Some((table.clone(), alike));
        }
        if forms.mixed && !alike {
            // A column is read in one way.
            return Ok(Loaded::Unclear);
        }
        self.send_file(rows, text::file(rows, forms, alike)?).await
    }

    /// Whether all of the table's columns that have a character set have UTF-8: then what is read as bytes of no character
    /// set is right for them too, and nothing has to be turned over. That it is well-formed the server looks all the same.
    async fn takes_utf8(&mut self, rows: &BulkRows) -> Result<bool> {
        let known = |error: mysql_async::Error| error::statement(&error);
        let target = rows.target();
        let ask = |before: &str, behind: &str| {
            let rendered = SqlWriter::render(target.dialect, |w| {
                w.push(before);
                w.table(&target.table)?;
                w.push(behind);
                Ok(())
            });
            rendered.map(|rendered| rendered.sql)
        };
        let conn = self.conn()?;
        // From here on nobody can change it before the transaction is over.
        conn.query_drop(ask("SELECT 1 FROM ", " LIMIT 0")?)
            .await
            .map_err(known)?;
        let columns: Vec<Row> = conn
            .query(ask("SHOW FULL COLUMNS FROM ", "")?)
            .await
            .map_err(known)?;
        let is_utf8 = |column: &Row| match column.get_opt::<Option<String>, _>("Collation") {
            Some(Ok(Some(collation))) => collation.starts_with("utf8"),
            Some(Ok(None)) => true,
            _ => false,
        };
        Ok(columns.iter().all(is_utf8))
    }

    async fn send_file(&mut self, rows: &BulkRows, file: text::File) -> Result<Loaded> {
        let known = |error: &mysql_async::Error| error::statement(error);
        let pieces = file.text.map(|piece| piece.map_err(io::Error::other));
        let conn = self.conn()?;
        conn.set_infile_handler(async move { Ok(stream::iter(pieces).boxed()) });
        let sent = conn.query_drop(file.sql).await;
        // If the server did not ask, a later statement of somebody else must not get these rows.
        conn.set_infile_handler(async { Err(DriverError::LocalInfile(LocalInfileError::NoHandler).into()) });
        match sent {
            Ok(()) => {}
            Err(mysql_async::Error::Server(refused)) if NOT_ALLOWED.contains(&refused.code) => {
                return Ok(Loaded::Refused);
            }
            Err(error) => return Err(known(&error)),
        }
        let (taken, remarks) = (conn.affected_rows(), conn.get_warnings());
        if remarks > 0 {
            let shown: Vec<(String, u16, String)> =
                conn.query("SHOW WARNINGS").await.map_err(|error| known(&error))?;
            // A note is what an insert has too, such as a decimal that is rounded to its column's scale.
            let worst = shown.iter().find(|(level, ..)| level != "Note");
            if let Some((_, code, message)) = worst {
                return Err(known(&mysql_async::Error::Server(ServerError {
                    code: *code,
                    message: message.clone(),
                    state: "HY000".to_owned(),
                })));
            }
            if usize::from(remarks) > shown.len() {
                return Ok(Loaded::Unclear);
            }
        }
        match taken == rows.len() as u64 {
            true => Ok(Loaded::Done),
            false => Err(Error::new(
                ErrorKind::Database,
                format!("the server has taken {taken} of {} rows", rows.len()),
            )),
        }
    }
}
