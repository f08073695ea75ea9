//! Migrations from models.

use crate::ddl;
use crate::diff::{Hints, Normalised, diff_normalised};
use crate::full_text;
use crate::lint::{Finding, lint};
use crate::operation::{Operation, invert};
use crate::replay::{Scratch, dialect_of, planned, read};
use crate::schema::Schema;
use crate::scratch::normalise;
use crate::{Draft, Migrator, Plan, Problem};
use manybase_db::{Error, Executor, Result, Route};
use manybase_record::ModelMeta;
use manybase_sql::Dialect;
use std::sync::Arc;

/// What to generate.
///
/// ```
/// use manybase_migrate::Generate;
/// let wanted = Generate::for_connection("main");
/// assert!(wanted.hints.tables.is_empty());
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Generate {
    /// The connection.
    pub connection: Arc<str>,
    /// Answers to what models do not tell: renames, and what is meant to go.
    pub hints: Hints,
}

impl Generate {
    /// For the models of a connection.
    ///
    /// ```
    /// let wanted = manybase_migrate::Generate::for_connection("main");
    /// assert_eq!(&*wanted.connection, "main");
    /// ```
    pub fn for_connection(connection: impl Into<Arc<str>>) -> Self {
        Self {
            connection: connection.into(),
            hints: Hints::default(),
        }
    }

    /// With these answers.
    ///
    /// ```
    /// use manybase_migrate::{Generate, diff::Hints};
    /// let wanted = Generate::for_connection("main").hints(Hints::default().drop_table("log"));
    /// assert_eq!(wanted.hints.dropped_tables.len(), 1);
    /// ```
    #[must_use]
    pub fn hints(mut self, hints: Hints) -> Self {
        self.hints = hints;
        self
    }
}

/// What was generated.
///
/// ```
/// # fn look(generated: &manybase_migrate::Generated) {
/// println!("{}", generated.up);
/// # }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Generated {
    /// The connection.
    pub connection: Arc<str>,
    /// What has to be done so that the tables are what the models say. Empty when they are.
    pub operations: Vec<Operation>,
    /// The up file.
    pub up: String,
    /// The down file.
    pub down: String,
    /// What somebody should think about first.
    pub findings: Vec<Finding>,
    /// How the database differs from what its migrations make; empty while migrations are to be applied.
    pub drift: Vec<String>,
    /// What is in the database and is left alone: full-text indexes that Manybase has made.
    pub notes: Vec<String>,
    dialect: &'static dyn Dialect,
}

impl Generated {
    /// Writes the migration, and gives its name.
    ///
    /// ```
    /// # fn write(generated: &manybase_migrate::Generated, set: &manybase_migrate::Set) -> manybase_db::Result<()> {
    /// let name = generated.write(set, "add city")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`Draft::write`].
    pub fn write(&self, set: &crate::Set, words: &str) -> Result<String> {
        let plan = Plan {
            operations: self.operations.clone(),
            ..Plan::default()
        };
        Draft::new(&*self.connection, words)
            .plan(plan)
            .sql(self.up.as_str(), self.down.as_str())
            .write(set, self.dialect)
    }
}

impl Migrator {
    /// What makes the tables of a connection what its models say: the models are compared with the migrations, which are
    /// replayed in a scratch database, and the live database with both. Nothing is written. Tables that neither a model
    /// nor a plan knows are nobody's business here.
    ///
    /// ```
    /// use manybase_migrate::{Generate, Migrator, Set};
    /// use manybase_record::prelude::*;
    /// #[derive(Model)]
    /// struct Person {
    ///     #[model(key, auto)]
    ///     id: i64,
    ///     #[model(length = 40)]
    ///     name: String,
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> manybase_db::Result<()> {
    /// let directory = tempfile::tempdir().expect("a directory");
    /// let db = manybase_db::Db::builder().connect("main", "sqlite::memory:").open().await?;
    /// let wanted = Generate::for_connection("main");
    /// let migrator = Migrator::new(&db, Set::read(directory.path())?);
    /// let generated = migrator.generate(&[Person::meta()], &wanted).await?;
    /// assert!(generated.up.contains("CREATE TABLE \"person\""));
    /// generated.write(migrator.set(), "person")?;
    ///
    /// let migrator = Migrator::new(&db, Set::read(directory.path())?);
    /// migrator.up().await?;
    /// assert!(migrator.generate(&[Person::meta()], &wanted).await?.operations.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A [`Problem`] of the files; [`DiffError::Ambiguous`](crate::diff::DiffError) when something may have been renamed;
    /// what the database lacks; those of the databases.
    pub async fn generate(
        &self,
        models: &[&ModelMeta],
        wanted: &Generate,
    ) -> Result<Generated, crate::diff::DiffError> {
        let connection = &wanted.connection;
        let named = |error: Error| error.with_connection(connection.clone());
        self.db().connection(connection)?;
        let line = self.set().line(connection);
        if let Some(problem) = line.and_then(|line| line.problems(false).into_iter().next()) {
            return Err(named(Problem::into(problem)).into());
        }
        let default = self
            .db()
            .resolve(Route::default())
            .unwrap_or_else(|_| connection.clone());
        let target = Schema::of_models(models, connection, &default)?;
        let owned = line.map(planned).unwrap_or_default();
        let history = self.replayed(connection).await.map_err(named)?;
        let drift = self
            .drift(connection, &history, &[&target, &owned])
            .await
            .map_err(named)?;

        let before = Normalised::as_is(history.known_to(&[&target, &owned]));
        let after = normalise(&target, self.db(), connection).await?;
        let operations = diff_normalised(&before, &after, &wanted.hints)?;
        let full_texts = full_text::find(self.db(), connection).await.map_err(named)?;
        let notes = full_text::left_alone(&full_texts, &operations).map_err(named)?;
        let dialect = dialect_of(self.db(), connection).await?;
        let up = ddl::render(&operations, &before.schema, dialect).map_err(named)?;
        let mut state = before.schema.clone();
        for operation in &operations {
            state.apply(operation)?;
        }
        let down = way_back(&operations, &before.schema, &state, dialect);
        Ok(Generated {
            connection: connection.clone(),
            up: text(&up, dialect, &[], &[]),
            down,
            findings: lint(&operations, &before.schema, dialect),
            operations,
            drift,
            notes,
            dialect,
        })
    }

    /// What the migrations make of an empty database.
    pub(crate) async fn replayed(&self, connection: &Arc<str>) -> Result<Schema> {
        if self
            .set()
            .line(connection)
            .is_none_or(|line| line.migrations().is_empty())
        {
            return Ok(Schema::default());
        }
        let scratch = Scratch::open(self, connection).await?;
        let replayed = async {
            self.elsewhere(&scratch.db, connection).up().await?;
            scratch.schema(connection).await
        };
        let replayed = replayed.await;
        scratch.close().await?;
        replayed
    }

    /// How the database differs from what its migrations make, once they are all applied.
    pub(crate) async fn drift(
        &self,
        connection: &Arc<str>,
        history: &Schema,
        known: &[&Schema],
    ) -> Result<Vec<String>> {
        let status = self.clone().only(connection.clone()).status().await?;
        if status.iter().any(|status| status.pending() > 0) {
            return Ok(Vec::new());
        }
        let live = read(self.db(), connection).await?;
        let mut known = known.to_vec();
        known.push(history);
        let live = Normalised::as_is(live.known_to(&known));
        let history = Normalised::as_is(history.clone());
        match diff_normalised(&history, &live, &Hints::default()) {
            Ok(operations) => {
                let operations = operations.iter().map(ToString::to_string);
                Ok(operations
                    .chain(exclusions(&history.native, &live.native))
                    .collect())
            }
            Err(crate::diff::DiffError::Ambiguous(candidates)) => Ok(candidates
                .iter()
                .map(|candidate| format!("{candidate}, perhaps renamed"))
                .collect()),
            Err(error) => Err(error.into()),
        }
    }
}

/// No operation is about them, so that they are looked at by themselves.
fn exclusions(history: &Schema, live: &Schema) -> Vec<String> {
    let all = |schema: &Schema| -> Vec<String> {
        let tables = schema.tables.iter();
        let named = tables.flat_map(|table| {
            let each = table.exclusions.iter();
            each.map(|one| {
                format!(
                    "exclusion constraint {} on {}",
                    one.name.as_deref().unwrap_or_default(),
                    table.name
                )
            })
        });
        named.collect()
    };
    let (history, live) = (all(history), all(live));
    let added = live
        .iter()
        .filter(|one| !history.contains(one))
        .map(|one| format!("add {one}"));
    let gone = history
        .iter()
        .filter(|one| !live.contains(one))
        .map(|one| format!("drop {one}"));
    added.chain(gone).collect()
}

/// The down file. Where something has no way back, that is what it says.
pub(crate) fn way_back(
    operations: &[Operation],
    before: &Schema,
    after: &Schema,
    dialect: &dyn Dialect,
) -> String {
    let written = invert(operations, before).and_then(|back| {
        let lost: Vec<String> = back.iter().filter_map(|one| one.lost.clone()).collect();
        let back: Vec<Operation> = back.into_iter().map(|one| one.operation).collect();
        let refusals = ddl::refusals(&back, after, dialect)?;
        Ok(text(
            &ddl::render(&back, after, dialect)?,
            dialect,
            &lost,
            &refusals,
        ))
    });
    written.unwrap_or_else(|error| {
        let why = error.message().replace('\n', " ");
        format!("-- manybase: irreversible\n-- {why}\n")
    })
}

/// A file, with the directives that its statements need.
pub(crate) fn text(
    script: &ddl::Script,
    dialect: &dyn Dialect,
    lost: &[String],
    refusals: &[ddl::Refusal],
) -> String {
    let mut text = String::new();
    if dialect.capability().transactional_ddl && script.steps.iter().any(|step| !step.transactional) {
        text.push_str("-- manybase: no-transaction\n");
    }
    if script.foreign_keys_off {
        text.push_str("-- manybase: foreign-keys-off\n");
    }
    for lost in lost {
        text.push_str(&format!(
            "-- what does not come back: {}\n",
            lost.replace('\n', " ")
        ));
    }
    // Without a statement there is nothing to keep from running.
    for refusal in refusals.iter().filter(|_| !script.steps.is_empty()) {
        text.push_str(&format!(
            "-- manybase: refuse-if {} -- {}\n",
            refusal.condition, refusal.why
        ));
    }
    text.push_str(&script.to_sql());
    text
}
