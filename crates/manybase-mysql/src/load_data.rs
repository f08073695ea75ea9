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
use crate::wire::{Failure, ServerError, TextRow};
use manybase_driver::{BulkDone, BulkRows, Error, ErrorKind, Result, SumSink, TransactionOptions, returned};
use manybase_sql::dialect::Flavor;
use manybase_sql::{SqlWriter, TableName};
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
        let known = |failure: Failure| error::statement(&failure);
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
        // From here on nobody can change it before the transaction is over.
        let locks = ask("SELECT 1 FROM ", " LIMIT 0")?;
        self.link.run(&locks).await.map_err(known)?;
        let asks = ask("SHOW FULL COLUMNS FROM ", "")?;
        let columns = self.link.texts(&asks).await.map_err(known)?;
        // Name, type and collation; what is no text has none.
        let is_utf8 = |column: &TextRow| column.text(2).is_none_or(|name| name.starts_with("utf8"));
        Ok(columns.iter().all(is_utf8))
    }

    async fn send_file(&mut self, rows: &BulkRows, file: text::File) -> Result<Loaded> {
        let known = |failure: Failure| error::statement(&failure);
        match self.link.load(&file.sql, file.text).await {
            Ok(made) => made?,
            Err(failure) if failure.code().is_some_and(|code| NOT_ALLOWED.contains(&code)) => {
                return Ok(Loaded::Refused);
            }
            Err(failure) => return Err(known(failure)),
        }
        let status = self.link.status().unwrap_or_default();
        let (taken, remarks) = (status.affected, status.warnings);
        if remarks > 0 {
            let shown = self.link.texts("SHOW WARNINGS").await.map_err(known)?;
            // A note is what an insert has too, such as a decimal that is rounded to its column's scale.
            let worst = shown.iter().find(|row| row.text(0) != Some("Note"));
            if let Some(worst) = worst {
                return Err(known(Failure::Server(Box::new(ServerError {
                    code: worst.number(1).unwrap_or_default(),
                    message: worst.text(2).unwrap_or_default().to_owned(),
                    state: "HY000".to_owned(),
                }))));
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
