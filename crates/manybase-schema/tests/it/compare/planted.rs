//! One difference at a time, found exactly once, in both directions.

use super::{All, all, made, told, written};
use crate::home::{Home, Kind};
use manybase_db::Result;
use manybase_schema::{CompareOptions, Database, Part, Verdict, compare};
use manybase_testkit::require_server;

const SCHEMA: &str = "
CREATE TABLE customer (
    id {number},
    code varchar(8) {exact} NOT NULL UNIQUE,
    name varchar(40) {exact} NOT NULL,
    note {text},
    credit {decimal}(12, 2) DEFAULT 0 NOT NULL,
    active {bool} DEFAULT TRUE NOT NULL,
    state varchar(10) {exact} DEFAULT 'it''s new' NOT NULL,
    born date,
    seen {instant} DEFAULT {now} NOT NULL,
    tag {uuid},
    doc {json},
    picture {bytes},
    amount integer,
    CONSTRAINT credit_is_positive CHECK (credit >= 0 AND (amount BETWEEN 1 AND 99 OR amount IS NULL)),
    CHECK (state IN ('it''s new', 'old'))
);
CREATE INDEX by_birth ON customer (born, name);
CREATE TABLE orders (
    id {number},
    customer_id bigint NOT NULL,
    CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE
);
CREATE TABLE line (
    order_id bigint NOT NULL,
    position integer NOT NULL,
    twice integer GENERATED ALWAYS AS (position * 2) STORED,
    PRIMARY KEY (order_id, position)
);
CREATE TABLE lonely (id bigint PRIMARY KEY);
CREATE VIEW lively AS SELECT id, name FROM customer WHERE active;
";

const GONE: &str = "DROP VIEW IF EXISTS lively; DROP VIEW IF EXISTS extra; DROP TABLE IF EXISTS line; DROP TABLE IF EXISTS orders;
DROP TABLE IF EXISTS customer; DROP TABLE IF EXISTS lonely; DROP TABLE IF EXISTS more;";

/// What is written instead, and what has to be found: part, verdict, name.
type Plant = (&'static str, &'static str, Part, Verdict, &'static str);

const PLANTS: [Plant; 33] = [
    (
        "name varchar(40)",
        "name varchar(20)",
        Part::Type,
        Verdict::Narrower,
        "name",
    ),
    (
        "name varchar(40)",
        "name varchar(80)",
        Part::Type,
        Verdict::Wider,
        "name",
    ),
    (
        "note {text}",
        "note varchar(80) {exact}",
        Part::Type,
        Verdict::Narrower,
        "note",
    ),
    (
        "{decimal}(12, 2)",
        "{decimal}(12, 4)",
        Part::Type,
        Verdict::Lossy,
        "credit",
    ),
    (
        "{decimal}(12, 2)",
        "{decimal}(14, 2)",
        Part::Type,
        Verdict::Wider,
        "credit",
    ),
    (
        "credit {decimal}(12, 2)",
        "credit double precision",
        Part::Type,
        Verdict::Lossy,
        "credit",
    ),
    (
        "born date",
        "born varchar(40) {exact}",
        Part::Type,
        Verdict::Wider,
        "born",
    ),
    (
        "tag {uuid}",
        "tag varchar(36) {exact}",
        Part::Type,
        Verdict::Wider,
        "tag",
    ),
    ("doc {json}", "doc {text}", Part::Type, Verdict::Wider, "doc"),
    (
        "picture {bytes}",
        "picture {text}",
        Part::Type,
        Verdict::Incompatible,
        "picture",
    ),
    (
        "name varchar(40) {exact} NOT NULL",
        "name varchar(40) {exact}",
        Part::Null,
        Verdict::Wider,
        "name",
    ),
    (
        "note {text}",
        "note {text} NOT NULL",
        Part::Null,
        Verdict::Narrower,
        "note",
    ),
    (
        "DEFAULT 0 NOT NULL",
        "NOT NULL",
        Part::Default,
        Verdict::Missing,
        "credit",
    ),
    (
        "DEFAULT 0 NOT NULL",
        "DEFAULT 0.5 NOT NULL",
        Part::Default,
        Verdict::Differs,
        "credit",
    ),
    (
        "DEFAULT TRUE",
        "DEFAULT FALSE",
        Part::Default,
        Verdict::Differs,
        "active",
    ),
    (
        "DEFAULT 'it''s new'",
        "DEFAULT 'old'",
        Part::Default,
        Verdict::Differs,
        "state",
    ),
    (
        "DEFAULT {now}",
        "DEFAULT '2026-01-31 00:00:00'",
        Part::Default,
        Verdict::Differs,
        "seen",
    ),
    (
        "amount integer",
        "amount integer DEFAULT 7",
        Part::Default,
        Verdict::Extra,
        "amount",
    ),
    (
        "    id {number},\n    code",
        "    id bigint PRIMARY KEY,\n    code",
        Part::Numbering,
        Verdict::Missing,
        "id",
    ),
    (
        "position * 2",
        "position * 3",
        Part::Generated,
        Verdict::Differs,
        "twice",
    ),
    (
        "twice integer GENERATED ALWAYS AS (position * 2) STORED",
        "twice integer",
        Part::Generated,
        Verdict::Missing,
        "twice",
    ),
    (
        "PRIMARY KEY (order_id, position)",
        "PRIMARY KEY (position, order_id)",
        Part::PrimaryKey,
        Verdict::Differs,
        "",
    ),
    (
        "NOT NULL UNIQUE",
        "NOT NULL",
        Part::Unique,
        Verdict::Missing,
        "code",
    ),
    (
        "CREATE INDEX by_birth ON customer (born, name);",
        "",
        Part::Index,
        Verdict::Missing,
        "born, name",
    ),
    (
        "(born, name)",
        "(born DESC, name)",
        Part::Index,
        Verdict::Differs,
        "born, name",
    ),
    (
        " ON DELETE CASCADE",
        "",
        Part::ForeignKey,
        Verdict::Differs,
        "customer_id",
    ),
    (
        ",\n    CONSTRAINT of_customer FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE",
        "",
        Part::ForeignKey,
        Verdict::Missing,
        "customer_id",
    ),
    (
        "credit >= 0",
        "credit > 0",
        Part::Check,
        Verdict::Differs,
        "amount, credit",
    ),
    (
        "('it''s new', 'old')",
        "('it''s new', 'odd')",
        Part::Check,
        Verdict::Differs,
        "state",
    ),
    (
        ",\n    CHECK (state IN ('it''s new', 'old'))",
        "",
        Part::Check,
        Verdict::Missing,
        "state",
    ),
    ("    note {text},\n", "", Part::Column, Verdict::Missing, "note"),
    (
        "    note {text},\n",
        "    note {text},\n    more integer,\n",
        Part::Column,
        Verdict::Extra,
        "more",
    ),
    (
        "CREATE TABLE lonely (id bigint PRIMARY KEY)",
        "CREATE TABLE more (id bigint PRIMARY KEY)",
        Part::Table,
        Verdict::Missing,
        "",
    ),
];

/// On the other side it is the other way round.
fn mirrored(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Missing => Verdict::Extra,
        Verdict::Extra => Verdict::Missing,
        Verdict::Wider => Verdict::Narrower,
        Verdict::Narrower => Verdict::Wider,
        same => same,
    }
}

struct Planted<'p> {
    all: &'p All,
    lefts: Vec<Database>,
}

impl<'p> Planted<'p> {
    async fn new(all: &'p All) -> Result<Self> {
        let mut lefts = Vec::new();
        for on in &all.homes {
            lefts.push(made(on, SCHEMA).await?);
        }
        Ok(Self { all, lefts })
    }

    /// With one thing written in another way on one kind, seen from all kinds.
    async fn one(&self, kind: Kind, plant: &Plant) -> Result<()> {
        let (from, to, part, verdict, name) = plant;
        let template = SCHEMA.replace(from, to);
        assert_ne!(template, SCHEMA, "{from} stands in it");
        let on: &Home = self
            .all
            .homes
            .iter()
            .find(|home| home.kind == kind)
            .expect("there");
        on.script(format!("{GONE}{}", written(&template, kind))).await?;
        let right = on.read().await?;
        for left in &self.lefts {
            let pair = format!("{to:?} on {} seen from {}", right.product, left.product);
            let comparison = compare(left, &right, &CompareOptions::new());
            let found: Vec<_> = comparison
                .differences
                .iter()
                .filter(|one| (one.table.as_str(), one.verdict) != ("more", Verdict::Extra))
                .collect();
            let [one] = found.as_slice() else {
                panic!("{pair}: one, and not {:?}", told(&comparison))
            };
            let own = one.name.as_deref().unwrap_or_default();
            assert_eq!(
                (one.part, one.verdict, own),
                (*part, *verdict, *name),
                "{pair}: {:?}",
                told(&comparison)
            );
            assert_eq!(comparison.equivalent(), Some(false), "{pair}");
            let back = compare(&right, left, &CompareOptions::new());
            assert_eq!(
                back.differences.len(),
                comparison.differences.len(),
                "{pair}: {:?}",
                told(&back)
            );
            let seen = back.differences.iter().filter(|one| one.part == *part);
            let seen: Vec<_> = seen.map(|one| one.verdict).collect();
            // From the other side a type may lose in another way, such as a text that is no date.
            let expected = mirrored(*verdict);
            if *part != Part::Type {
                assert!(seen.contains(&expected), "{pair}: {seen:?}");
            }
        }
        Ok(())
    }
}

async fn planted_on(kind: Kind, all: &All) -> Result<()> {
    let planted = Planted::new(all).await?;
    for left in &planted.lefts {
        for right in &planted.lefts {
            let comparison = compare(left, right, &CompareOptions::new());
            assert_eq!(
                told(&comparison),
                [""; 0],
                "{} and {}",
                left.product,
                right.product
            );
            assert_eq!((comparison.tables, comparison.equivalent()), (5, Some(true)));
        }
    }
    for plant in &PLANTS {
        planted.one(kind, plant).await?;
    }
    let view = (
        "CREATE VIEW lively AS SELECT id, name FROM customer WHERE active;",
        "",
        Part::View,
        Verdict::Missing,
        "",
    );
    planted.one(kind, &view).await?;
    if kind != Kind::Postgres {
        // PostgreSQL has no such collation without an extension. In a key, and where nothing but queries see it.
        for (from, to, column) in [
            ("code varchar(8) {exact}", "code varchar(8) {loose}", "code"),
            ("name varchar(40) {exact}", "name varchar(40) {loose}", "name"),
        ] {
            let plant = (from, to, Part::Collation, Verdict::Differs, column);
            planted.one(kind, &plant).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn on_sqlite() {
    let all = require_server!(all().await);
    planted_on(Kind::Sqlite, &all).await.expect("works");
}

#[tokio::test]
async fn on_postgres() {
    let all = require_server!(all().await);
    planted_on(Kind::Postgres, &all).await.expect("works");
}

#[tokio::test]
async fn on_mariadb() {
    let all = require_server!(all().await);
    planted_on(Kind::MariaDb, &all).await.expect("works");
}

/// What only some databases can tell apart, and what nobody can.
#[tokio::test]
async fn zones_fractions_and_what_is_not_comparable() {
    let all = require_server!(all().await);
    special(&all).await.expect("works");
}

async fn special(all: &All) -> Result<()> {
    let planted = Planted::new(all).await?;
    let [sqlite, postgres, mariadb] = &all.homes;
    let [of_sqlite, of_postgres, of_mariadb] = planted.lefts.as_slice() else {
        panic!("three")
    };
    let again = async |on: &Home, from: &str, to: &str| -> Result<Database> {
        let template = SCHEMA.replace(from, to);
        assert_ne!(template, SCHEMA, "{from} stands in it");
        on.script(format!("{GONE}{}", written(&template, on.kind)))
            .await?;
        on.read().await
    };
    let only = |left: &Database, right: &Database| {
        let comparison = compare(left, right, &CompareOptions::new());
        let [one] = comparison.differences.as_slice() else {
            panic!("one, and not {:?}", told(&comparison))
        };
        (one.part, one.verdict, comparison.equivalent())
    };
    // A zone that gets lost.
    let local = again(sqlite, "seen {instant}", "seen {local}").await?;
    assert_eq!(
        only(of_postgres, &local),
        (Part::Type, Verdict::Lossy, Some(false))
    );
    let local = again(postgres, "seen {instant}", "seen {local}").await?;
    assert_eq!(only(of_sqlite, &local), (Part::Type, Verdict::Lossy, Some(false)));
    // Milliseconds, a type that ends in 2038 but has the zone, a text that ends at 64 KiB.
    let short = again(postgres, "seen {instant}", "seen timestamptz(3)").await?;
    assert_eq!(
        only(of_mariadb, &short),
        (Part::Type, Verdict::Lossy, Some(false))
    );
    let short = again(
        mariadb,
        "seen {instant} DEFAULT {now}",
        "seen datetime(3) DEFAULT CURRENT_TIMESTAMP(3)",
    )
    .await?;
    assert_eq!(
        only(of_postgres, &short),
        (Part::Type, Verdict::Lossy, Some(false))
    );
    let short = again(mariadb, "note {text}", "note text COLLATE utf8mb4_nopad_bin").await?;
    assert_eq!(
        only(of_postgres, &short),
        (Part::Type, Verdict::Narrower, Some(false))
    );
    // The beginning of a name is no name.
    let prefix = again(mariadb, "(born, name)", "(born, name(5))").await?;
    assert_eq!(
        only(of_postgres, &prefix),
        (Part::Index, Verdict::Differs, Some(false))
    );
    // A partial index is not the whole one.
    let partial = again(postgres, "(born, name)", "(born, name) WHERE active").await?;
    assert_eq!(
        only(of_mariadb, &partial),
        (Part::Index, Verdict::Differs, Some(false))
    );
    // Lengths are counted in letters here and in bytes there: nobody says that they are equal, or not.
    let by_length = "length(state) > 2 OR state IN ('it''s new', 'old')";
    let here = again(postgres, "state IN ('it''s new', 'old')", by_length).await?;
    let there = again(mariadb, "state IN ('it''s new', 'old')", by_length).await?;
    assert_eq!(only(&here, &there), (Part::Check, Verdict::NotComparable, None));
    assert_eq!(
        compare(&here, &here, &CompareOptions::new()).equivalent(),
        Some(true)
    );
    // The same for defaults and for calculated columns.
    let here = again(postgres, "amount integer", "amount integer DEFAULT (3 + 4)").await?;
    let there = again(mariadb, "amount integer", "amount integer DEFAULT (3 + 4)").await?;
    assert_eq!(only(&here, &there), (Part::Default, Verdict::NotComparable, None));
    let here = again(postgres, "position * 2", "position / 2").await?;
    let there = again(mariadb, "position * 2", "position / 2").await?;
    assert_eq!(
        only(&here, &there),
        (Part::Generated, Verdict::NotComparable, None)
    );
    Ok(())
}
