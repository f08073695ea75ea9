//! `manybase migrate up` killed by SIGKILL at random moments, and run again: the end is as if nothing had happened.
//!
//! The suite kills a few with a fixed seed. `MANYBASE_KILLS=500 MANYBASE_KILLS_SEED=1` kills more, and says how many of
//! them were in the middle.

use crate::support::{Project, as_one};
use manybase_db::{Access, Db, Executor, Result, Route};
use manybase_driver::{FirstSink, Row, Statement};
use manybase_migrate::schema::Schema;
use manybase_schema::Introspect;
use manybase_testkit::{Database, ServerError, mariadb, postgres, require_server};
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

/// A project with a database of its own, and the migrations.
struct Place {
    kind: Kind,
    project: Project,
    url: String,
    _database: Option<Database>,
}

const UP: [&str; 7] = [
    "migrate",
    "up",
    "--yes",
    "--json",
    "--lock-timeout",
    "60s",
    "--quiet",
];

/// Rows that are counted up, so that a statement that ran twice is seen.
const PEOPLE: &str = "CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL);
CREATE TABLE person (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, score INTEGER NOT NULL,
    city INTEGER NOT NULL, CONSTRAINT lives_in FOREIGN KEY (city) REFERENCES city (id) ON DELETE CASCADE);
INSERT INTO city VALUES (1, 'Aachen'), (2, 'Bonn');
INSERT INTO person VALUES (1, 'Ann', 0, 1), (2, 'Bob', 0, 2), (3, 'Cem', 0, 1);
CREATE TABLE pet (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL,
    CONSTRAINT belongs_to FOREIGN KEY (owner) REFERENCES person (id) ON DELETE CASCADE);
INSERT INTO pet VALUES (1, 1), (2, 1), (3, 2);";

const MORE: &str = "ALTER TABLE person ADD email VARCHAR(80);
UPDATE person SET score = score + 1, email = 'x';
CREATE UNIQUE INDEX by_name ON person (name);
ALTER TABLE pet ADD name VARCHAR(20) DEFAULT 'Rex';
INSERT INTO person VALUES (4, 'Dan', 1, 2, 'y');
UPDATE person SET score = score + 10;
CREATE TABLE visit (pet INTEGER NOT NULL, CONSTRAINT of_pet FOREIGN KEY (pet) REFERENCES pet (id) ON DELETE CASCADE);
INSERT INTO visit SELECT id FROM pet;
CREATE INDEX by_pet ON visit (pet);";

/// The parent is made anew, with children that go with its rows.
const ANEW: &str = "-- manybase: foreign-keys-off
CREATE TABLE mb_person (id INTEGER PRIMARY KEY, name VARCHAR(60) NOT NULL, score BIGINT NOT NULL,
    city INTEGER NOT NULL REFERENCES city (id) ON DELETE CASCADE, email VARCHAR(80), CONSTRAINT named CHECK (name <> ''));
INSERT INTO mb_person SELECT id, name, score, city, email FROM person;
DROP TABLE person;
ALTER TABLE mb_person RENAME TO person;
CREATE UNIQUE INDEX by_name ON person (name);
UPDATE person SET score = score + 100;";

const IN_PLACE: &str = "ALTER TABLE person ADD CONSTRAINT named CHECK (name <> '');
UPDATE person SET score = score + 100;
DROP INDEX by_pet{on};
{widen}
ALTER TABLE visit ADD at DATE;
ALTER TABLE visit ADD note VARCHAR(10);
CREATE VIEW owners AS SELECT id, name FROM person;";

const ONE_BY_ONE: &str = "-- manybase: no-transaction
CREATE INDEX{concurrently} by_score ON person (score);
UPDATE person SET score = score + 1000;
ALTER TABLE city ADD size INTEGER;
UPDATE city SET size = 1;
CREATE INDEX{concurrently} by_size ON city (size);
UPDATE person SET score = score + 10000;";

impl Place {
    fn new(kind: Kind) -> std::result::Result<Self, ServerError> {
        let database = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(postgres()?.create_database("kills")?),
            Kind::MariaDb => Some(mariadb()?.create_database("kills")?),
        };
        let url = database
            .as_ref()
            .map_or_else(|| "sqlite:app.db".to_owned(), Database::url);
        let project = Project::of(&[("main", &url)]);
        let url = match kind {
            Kind::Sqlite => format!("sqlite:{}", project.path().join("app.db").display()),
            _ => url,
        };
        let concurrently = if kind == Kind::Postgres {
            " CONCURRENTLY"
        } else {
            ""
        };
        let third = match kind {
            Kind::Sqlite => ANEW.to_owned(),
            Kind::Postgres => IN_PLACE
                .replace("{on}", "")
                .replace("{widen}", "ALTER TABLE person ALTER score TYPE BIGINT;"),
            Kind::MariaDb => IN_PLACE
                .replace("{on}", " ON visit")
                // The key needs an index, so that it goes first.
                .replace("DROP INDEX by_pet", "ALTER TABLE visit DROP FOREIGN KEY of_pet;\nDROP INDEX by_pet")
                .replace("{widen}", "ALTER TABLE person MODIFY score BIGINT NOT NULL, ADD seen DATE, ADD UNIQUE INDEX u (email, id);"),
        };
        let fourth = ONE_BY_ONE.replace("{concurrently}", concurrently);
        for (n, sql) in [PEOPLE, MORE, &third, &fourth].into_iter().enumerate() {
            let migration = format!("migrations/main/2025010{}000000_m{n}", n + 1);
            let directory = project.path().join(migration);
            fs::create_dir_all(&directory).expect("made");
            fs::write(directory.join("up.sql"), sql).expect("written");
        }
        Ok(Self {
            kind,
            project,
            url,
            _database: database,
        })
    }

    fn up(&self) -> Command {
        let mut command = self.project.command(&UP);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn start(&self) -> Child {
        self.up().spawn().expect("it starts")
    }

    /// How many migrations this run has applied.
    fn finish(&self, child: Child, what: &str) -> usize {
        let output = child.wait_with_output().expect("it ends");
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{what}: {out}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let report: serde_json::Value = serde_json::from_str(&out).expect("a document");
        report["connections"][0]["done"].as_array().map_or(0, Vec::len)
    }

    /// All that is to be the same in the end, however it came about.
    fn state(&self) -> (String, Vec<i64>) {
        let looked: Result<_> = as_one(async {
            let db = Db::builder().connect("main", self.url.as_str()).open().await?;
            let schema = Schema::of_database(&Introspect::of("main").read(&db).await?).canonical();
            let mut numbers = Vec::new();
            for sql in [
                "SELECT SUM(score) FROM person",
                "SELECT COUNT(*) FROM person WHERE email IS NOT NULL",
                "SELECT COUNT(*) FROM pet WHERE name = 'Rex'",
                "SELECT COUNT(*) FROM visit",
                "SELECT SUM(size) FROM city",
                "SELECT COUNT(*) FROM manybase_migration WHERE state = 'applied'",
                "SELECT COUNT(*) FROM manybase_migration",
                "SELECT COUNT(*) FROM manybase_migration_step",
            ] {
                let mut lease = db.lease(Route::default(), Access::Write).await?;
                let sink = FirstSink::new(|row: &dyn Row| Ok(row.i64(0)?));
                let whole = match self.kind {
                    Kind::MariaDb => " AS SIGNED) FROM",
                    _ => " AS BIGINT) FROM",
                };
                let sql = sql
                    .replacen("SELECT ", "SELECT CAST(", 1)
                    .replacen(" FROM", whole, 1);
                let asked = lease.query(Statement::write(sql, vec![]).once(), sink).await?;
                numbers.push(asked.value.flatten().unwrap_or(-1));
            }
            db.close().await?;
            Ok((serde_json::to_string_pretty(&schema).expect("JSON"), numbers))
        });
        looked.expect("it can be looked at")
    }
}

/// Numbers that are the same for a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn within(&mut self, whole: Duration) -> Duration {
        whole.mul_f64((self.roll() % 10_000) as f64 / 10_000.0)
    }
}

fn kill(mut child: Child) -> ExitStatus {
    let _ = child.kill();
    child.wait().expect("it ends")
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

#[allow(clippy::print_stderr)]
fn kills(kind: Kind) {
    let first = require_server!(Place::new(kind));
    let begun = Instant::now();
    assert_eq!(first.finish(first.start(), "without a kill"), 4);
    let whole = begun.elapsed() + Duration::from_millis(10);
    // Without anything to do, most of it is the program's start.
    let begun = Instant::now();
    assert_eq!(first.finish(first.start(), "with nothing to do"), 0);
    let start = (begun.elapsed() / 2).min(whole / 2);
    let moment = |dice: &mut Dice| start + dice.within(whole - start);
    let wanted = first.state();
    assert_eq!(wanted.1, [44_444, 4, 3, 3, 2, 4, 4, 0]);

    let (rounds, mut dice) = (
        number("MANYBASE_KILLS", 10),
        Dice(number("MANYBASE_KILLS_SEED", 7)),
    );
    let (mut killed, mut middle) = (0, 0);
    for round in 0..rounds {
        let what = format!("round {round}");
        let place = Place::new(kind).expect("there was one before");
        let child = place.start();
        // Every third time somebody waits behind it, or comes just then.
        let waiter = (round % 3 == 2).then(|| {
            std::thread::sleep(dice.within(whole / 2));
            place.start()
        });
        std::thread::sleep(moment(&mut dice));
        let was = kill(child);
        killed += u64::from(was.signal() == Some(9));
        // Every fourth time the one that goes on is killed too.
        if round % 4 == 3 {
            let again = place.start();
            std::thread::sleep(moment(&mut dice));
            killed += u64::from(kill(again).signal() == Some(9));
        }
        let mut done = waiter.map_or(0, |waiter| place.finish(waiter, &format!("{what}, who waited")));
        done += place.finish(place.start(), &what);
        middle += u64::from(was.signal() == Some(9) && (1..4).contains(&done));
        let found = place.state();
        assert_eq!(found.1, wanted.1, "{what}: rows and history");
        assert!(found.0 == wanted.0, "{what}: {}\nwanted {}", found.0, wanted.0);
        // Nothing is locked and nothing is left, and migrations.sum is whole.
        let ran = place
            .project
            .run(&["migrate", "up", "--locked", "--lock-timeout", "5s"])
            .ends_with(0);
        assert_eq!(ran.out, "all migrations are applied\n", "{what}");
        assert!(
            !place.project.path().join("app.db-migrate").exists(),
            "{what}: a lock is left"
        );
    }
    eprintln!("{killed} kills, {middle} of them between the first migration and the last");
    assert!(killed > 0, "nothing was killed");
}

#[test]
fn sqlite() {
    kills(Kind::Sqlite);
}

#[test]
fn on_postgres() {
    kills(Kind::Postgres);
}

#[test]
fn on_mariadb() {
    kills(Kind::MariaDb);
}
