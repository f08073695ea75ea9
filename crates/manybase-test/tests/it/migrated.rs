//! Templates that migrations make.

use crate::failing::{child, said};
use crate::models::{Customer, CustomerFactory, Note, NoteFactory, Order, OrderFactory};
use manybase_db::{Db, Result};
use manybase_migrate::Migrator;
use manybase_record::{prelude::*, sql};
use std::path::Path;
use std::process::Command;

/// The tables and the row of the migrations, and their history; what the test does is seen by nobody else.
async fn seeded(db: Db) -> Result<()> {
    let seeds = Customer::query().all(&db).await?;
    assert_eq!((seeds.len(), &*seeds[0].name), (1, "Seed"));
    let order = OrderFactory::new().create(&db).await?;
    assert_eq!(Customer::query().count(&db).await?, 2);
    assert!(order.id > 0);
    let history = "SELECT COUNT(*) FROM manybase_migration";
    assert_eq!(sql(history).reads().scalar::<i64>(&db).await?, 2);
    Ok(())
}

/// Twice each, as the second one has a copy that the first may have used.
macro_rules! seeded {
    ($($one:ident $other:ident $kind:literal $isolation:literal;)*) => {$(
        #[manybase_test::test(
            connections(app = $kind),
            models(Customer, Order),
            migrations = "tests/fixtures/migrations",
            isolation = $isolation
        )]
        async fn $one(db: Db) -> Result<()> {
            seeded(db).await
        }

        #[manybase_test::test(
            connections(app = $kind),
            models(Customer, Order),
            migrations = "tests/fixtures/migrations",
            isolation = $isolation
        )]
        async fn $other(db: Db) -> Result<()> {
            seeded(db).await
        }
    )*};
}

seeded! {
    memory_one memory_other "sqlite" "memory";
    file_one file_other "sqlite" "file";
    sqlite_tx_one sqlite_tx_other "sqlite" "tx";
    sqlite_auto_one sqlite_auto_other "sqlite" "auto";
    postgres_tx_one postgres_tx_other "postgres" "tx";
    postgres_clone_one postgres_clone_other "postgres" "clone";
    mariadb_tx_one mariadb_tx_other "mariadb" "tx";
    mariadb_clone_one mariadb_clone_other "mariadb" "clone";
}

/// Those of each connection; with no connections said, there are those that have migrations.
#[manybase_test::test(migrations = "tests/fixtures/migrations", default = "app")]
async fn every_connection_has_its_own(db: Db) -> Result<()> {
    assert_eq!(db.connections(), ["app".into(), "audit".into()]);
    NoteFactory::new().create(&db).await?;
    assert_eq!(
        (
            Note::query().count(&db).await?,
            Customer::query().count(&db).await?
        ),
        (1, 2)
    );
    Ok(())
}

/// A directory for one connection; the tables of the other are made for its models.
#[manybase_test::test(
    connections(app = "postgres", audit = "sqlite"),
    default = "app",
    models(Customer, Order, Note),
    migrations(app = "tests/fixtures/migrations")
)]
async fn one_connection_has_some(db: Db) -> Result<()> {
    assert_eq!(
        (
            Note::query().count(&db).await?,
            Customer::query().count(&db).await?
        ),
        (0, 1)
    );
    let history = sql("SELECT COUNT(*) FROM manybase_migration")
        .using("audit")
        .reads();
    assert!(history.scalar::<i64>(&db).await.is_err());
    Ok(())
}

fn with_step(migrator: Migrator) -> Migrator {
    migrator.step("20250101000000_customer", async |tx| {
        let insert = "INSERT INTO customer (id, email, name) VALUES (7, 'a@example.com', 'By a step')";
        sql(insert).execute(tx).await.map(drop)
    })
}

#[manybase_test::test(
    connections(app = "sqlite"),
    models(Customer),
    migrations = "tests/fixtures/stepped",
    steps = with_step
)]
async fn with_a_step_in_rust(db: Db) -> Result<()> {
    assert_eq!(Customer::find(7).one(&db).await?.name, "By a step");
    Ok(())
}

#[manybase_test::test(connections(app = "sqlite"), migrations = "tests/fixtures/stepped")]
#[should_panic(expected = "#[manybase::test(steps = path::to::function)]")]
async fn a_step_that_nobody_has_added(_db: Db) {}

#[derive(Debug, Model)]
#[model(table = "customer")]
struct Newer {
    #[model(key, auto)]
    id: i64,
    vip: bool,
}

#[manybase_test::test(
    connections(app = "sqlite"),
    models(Newer),
    migrations = "tests/fixtures/migrations"
)]
#[should_panic(expected = "model Newer: it can't be read from what the migrations have made")]
async fn a_model_that_no_migration_follows(_db: Db) {}

#[manybase_test::test(connections(other = "sqlite"), migrations = "tests/fixtures/migrations")]
#[should_panic(expected = "there are migrations of app, audit, and this test has no such connection")]
async fn migrations_of_nobody(_db: Db) {}

#[manybase_test::test(
    connections(app = "sqlite", other = "sqlite"),
    migrations(other = "tests/fixtures/migrations")
)]
#[should_panic(expected = "it has those of app, audit")]
async fn a_connection_without_migrations(_db: Db) {}

/// A project that says in its file where its migrations are.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let project = Self(directory);
        project.write("manybase.toml", "[test]\nmigrations = \"db/migrations\"\n");
        let from =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/migrations/app/20250101000000_shop");
        for kind in ["sqlite", "postgres", "mariadb"] {
            let file = format!("up.{kind}.sql");
            let text = std::fs::read_to_string(from.join(&file)).expect("it is there");
            project.write(&format!("db/migrations/app/20250101000000_shop/{file}"), &text);
        }
        project
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().expect("it is below")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn seed(&self, sql: &str) {
        self.write("db/migrations/app/20250102000000_seed/up.sql", sql);
    }

    /// A test of `child` that counts customers.
    fn runs(&self, test: &str, url: Option<&str>, rows: usize) -> (bool, String) {
        let mut command: Command = child(test, &self.0.path().join("tests"));
        command
            .env("MANYBASE_CONFIG", self.0.path())
            .env("MANYBASE_IT_ROWS", rows.to_string());
        if let Some(url) = url {
            command.env("MANYBASE_IT_URL", url);
        }
        said(&mut command)
    }

    fn passes(&self, test: &str, url: Option<&str>, rows: usize) {
        let (passed, text) = self.runs(test, url, rows);
        assert!(passed, "{text}");
    }

    fn templates(&self) -> usize {
        let templates = std::fs::read_dir(self.0.path().join("tests/templates")).expect("there are some");
        templates
            .flatten()
            .filter(|one| one.path().join("complete.json").exists())
            .count()
    }
}

/// Each run is a process of its own; the templates outlive it.
fn built_for_what_the_files_say(test: &str, url: Option<&str>) {
    let project = Project::new();
    let insert =
        |name: &str| format!("INSERT INTO customer (email, name) VALUES ('{name}@example.com', '{name}');\n");
    project.seed(&(insert("ann") + "INSERT INTO custmer (email) VALUES ('bob');\n"));
    let (passed, text) = project.runs(test, url, 1);
    assert!(!passed, "{text}");
    for says in [
        "db/migrations/app/20250102000000_seed/up.sql: 20250102000000_seed up: statement 2 (line 2)",
        "custmer",
        "on connection \"app\"",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert_eq!(project.templates(), 0);
    project.seed(&insert("ann"));
    project.passes(test, url, 1);
    project.passes(test, url, 1);
    assert_eq!(project.templates(), 1);
    project.seed(&(insert("ann") + &insert("bob")));
    project.passes(test, url, 2);
    assert_eq!(project.templates(), 2);
    project.seed(&insert("ann"));
    project.passes(test, url, 1);
    assert_eq!(project.templates(), 2);
}

#[test]
fn a_project_in_sqlite() {
    built_for_what_the_files_say("customers_of_the_project", None);
    let project = Project::new();
    project.seed("INSERT INTO customer (email, name) VALUES ('a', 'b');");
    project.passes("customers_without_migrations", None, 0);
    project.write("manybase.toml", "[test]\nmigrations = \"nowhere\"\n");
    let (_, text) = project.runs("customers_of_the_project", None, 0);
    assert!(
        text.contains("manybase.toml:2: test.migrations: there is no directory"),
        "{text}"
    );
}

#[test]
fn a_project_on_postgres() {
    let server = manybase_testkit::require_server!(manybase_testkit::postgres());
    let own = server.create_database("migrated_test").expect("a database");
    built_for_what_the_files_say("customers_on_a_server", Some(&own.url()));
}

#[test]
fn a_project_on_mariadb() {
    let server = manybase_testkit::require_server!(manybase_testkit::mariadb());
    let own = server.create_database("migrated_test").expect("a database");
    built_for_what_the_files_say("customers_on_a_server", Some(&own.url()));
}

/// The tests that run in processes of their own.
pub(crate) async fn counts_customers(db: &Db) -> Result<()> {
    let rows = std::env::var("MANYBASE_IT_ROWS").expect("how many");
    assert_eq!(Customer::query().count(db).await?.to_string(), rows);
    CustomerFactory::new().create(db).await.map(drop)
}
