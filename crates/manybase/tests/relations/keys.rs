//! Keys that two databases keep as different types.

use crate::support::{Kind, On, on_every_database};
use crate::world::{World, across_databases};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table, sql};
use std::sync::Arc;

across_databases! { numbers_of_any_width, uuids_as_they_are_kept, padded_texts }
on_every_database! { texts_that_the_database_takes_for_equal, types_that_have_nothing_in_common }

macro_rules! ends {
    ($one:ident $many:ident: $key:ty, $points:ty) => {
        #[derive(Debug, Model)]
        #[model(connection = "a")]
        struct $one {
            #[model(key)]
            id: $key,
            #[model(foreign_key = other)]
            found: HasMany<$many>,
        }

        #[derive(Debug, Model)]
        #[model(connection = "b")]
        struct $many {
            #[model(key)]
            id: i64,
            other: $points,
            #[model(foreign_key = other)]
            one: BelongsTo<$one>,
        }
    };
}

/// Loads both ways; `ids` tells which key finds which.
macro_rules! both_ways {
    ($world:ident, $one:ident: [$($key:expr),*], $many:ident: [$($points:expr),*], $ids:expr) => {{
        create_table::<$one>(&$world.db).await?;
        create_table::<$many>(&$world.db).await?;
        let ones = [$($key),*].map(|id| $one { id, found: HasMany::default() });
        $one::insert_many(ones, &$world.db).await?;
        let mut id = 0;
        $( id += 1; $many { id, other: $points, one: BelongsTo::default() }.insert(&$world.db).await?; )*
        check!($world, $one, $many, $ids);
    }};
}

macro_rules! check {
    ($world:ident, $one:ident, $many:ident, $ids:expr) => {{
        let ids: &[Vec<i64>] = &$ids;
        let ones = $one::query()
            .order_by(|c| c.id.asc())
            .include(|c| c.found.order_by(|c| c.id.asc()))
            .all(&$world.db)
            .await?;
        let found: Vec<Vec<i64>> = ones
            .iter()
            .map(|one| Ok(one.found.loaded()?.iter().map(|many| many.id).collect()))
            .collect::<Result<_>>()?;
        assert_eq!(found, ids);
        let limited = $one::query()
            .order_by(|c| c.id.asc())
            .include(|c| c.found.order_by(|c| c.id.desc()).limit(1))
            .all(&$world.db)
            .await?;
        for (one, ids) in limited.iter().zip(ids) {
            let found: Vec<i64> = one.found.loaded()?.iter().map(|many| many.id).collect();
            assert_eq!(found, Vec::from_iter(ids.last().copied()));
        }
        let many = $many::query()
            .order_by(|c| c.id.asc())
            .include(|c| c.one)
            .all(&$world.db)
            .await?;
        for many in &many {
            let one = many.one.loaded()?.map(|one| one.id.clone());
            let at = ids.iter().position(|ids| ids.contains(&many.id));
            assert_eq!(one, at.map(|at| ones[at].id.clone()), "{many:?}");
        }
    }};
}

ends!(Small ManySmall: i16, Option<i64>);
ends!(Large ManyLarge: i64, i16);
ends!(Unsigned ManyUnsigned: u64, Decimal);
ends!(Exact ManyExact: Decimal, i32);
ends!(Fraction ManyFraction: Decimal, Option<Decimal>);

async fn numbers_of_any_width(world: Arc<World>) -> Result<()> {
    both_ways!(world, Small: [1, 2, 7], ManySmall: [Some(1), Some(7), Some(1), None, Some(1 << 40)], [vec![1, 3], vec![], vec![2]]);
    both_ways!(world, Large: [-1, 2, 1 << 40], ManyLarge: [2, -1, 2, 300], [vec![2], vec![1, 3], vec![]]);
    let d = |text: &str| text.parse::<Decimal>().expect("a number");
    both_ways!(world, Unsigned: [1, 9_000_000_000], ManyUnsigned: [d("1.00"), d("9000000000"), d("1.5")], [vec![1], vec![2]]);
    both_ways!(world, Exact: [d("1.0"), d("2.50"), d("7")], ManyExact: [7, 1, 2], [vec![2], vec![], vec![1]]);
    both_ways!(world, Fraction: [d("1.25"), d("2.50"), d("3")], ManyFraction: [Some(d("2.5")), Some(d("3.00")), Some(d("1.250")), None], [vec![3], vec![1], vec![2]]);
    Ok(())
}

ends!(AsUuid ManyAsUuid: Uuid, Option<Uuid>);
ends!(UuidText ManyUuidText: Uuid, String);
ends!(TextUuid ManyTextUuid: String, Uuid);
ends!(UuidBytes ManyUuidBytes: Uuid, Vec<u8>);
ends!(BytesUuid ManyBytesUuid: Vec<u8>, Uuid);
ends!(AsBytes ManyAsBytes: Vec<u8>, Option<Vec<u8>>);

async fn uuids_as_they_are_kept(world: Arc<World>) -> Result<()> {
    let u = |n: u128| Uuid::from_u128(n << 64 | 0xABCD);
    let t = |n: u128| u(n).to_string();
    let b = |n: u128| u(n).as_bytes().to_vec();
    both_ways!(world, AsUuid: [u(1), u(2)], ManyAsUuid: [Some(u(2)), None, Some(u(3))], [vec![], vec![1]]);
    both_ways!(world, UuidText: [u(1), u(2)], ManyUuidText: [t(2), t(1).to_uppercase(), "none".into(), t(2).to_uppercase()], [vec![2], vec![1, 4]]);
    both_ways!(world, TextUuid: [t(1), t(2), "x".to_owned()], ManyTextUuid: [u(2), u(3)], [vec![], vec![1], vec![]]);
    both_ways!(world, UuidBytes: [u(1), u(2)], ManyUuidBytes: [b(2), b(1), vec![1]], [vec![2], vec![1]]);
    both_ways!(world, BytesUuid: [b(1), b(2)], ManyBytesUuid: [u(2), u(3)], [vec![], vec![1]]);
    both_ways!(world, AsBytes: [vec![0], vec![1, 255]], ManyAsBytes: [Some(vec![1, 255]), None], [vec![], vec![1]]);
    Ok(())
}

ends!(Code ManyCode: String, Option<String>);

/// A CHAR column has blanks behind the text, which are no part of it; other databases do not know that.
async fn padded_texts(world: Arc<World>) -> Result<()> {
    let texts = |kind: Kind, name: &str, column: &str, char: bool| {
        let text = match kind {
            Kind::MariaDb if char => "CHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            Kind::MariaDb => "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
            Kind::Postgres if char => "CHAR(5)",
            _ => "VARCHAR(20)",
        };
        let (id, other) = match column {
            "id" => (text, "INT"),
            _ => ("BIGINT", text),
        };
        format!("CREATE TABLE {name} (id {id} PRIMARY KEY, other {other})")
    };
    for char in [true, false] {
        let [a, b, _] = world.kinds;
        sql(texts(a, "code", "id", char))
            .using("a")
            .execute(&world.db)
            .await?;
        sql(texts(b, "many_code", "other", !char))
            .using("b")
            .execute(&world.db)
            .await?;
        // What SQLite has been given padded, it gives back padded.
        let pad = |kind: Kind, char: bool, text: &str| match kind {
            Kind::File if char => format!("{text:5}"),
            _ => text.to_owned(),
        };
        // Where the key is not padded and the other end is, only the database can know that they are the same.
        if b == Kind::File && !char {
            sql("DROP TABLE code").using("a").execute(&world.db).await?;
            sql("DROP TABLE many_code").using("b").execute(&world.db).await?;
            continue;
        }
        for id in ["AB", "ABC", "D"] {
            sql(format!("INSERT INTO code (id) VALUES ('{}')", pad(a, char, id)))
                .using("a")
                .execute(&world.db)
                .await?;
        }
        for (id, other) in [(1, "AB"), (2, "D"), (3, "AB"), (4, "ab"), (5, "E")] {
            let other = pad(b, !char, other);
            let insert = format!("INSERT INTO many_code (id, other) VALUES ({id}, '{other}')");
            sql(insert).using("b").execute(&world.db).await?;
        }
        let codes = Code::query()
            .order_by(|c| c.id.asc())
            .include(|c| c.found.order_by(|m| m.id.asc()))
            .all(&world.db)
            .await?;
        let found: Vec<Vec<i64>> = codes
            .iter()
            .map(|code| Ok(code.found.loaded()?.iter().map(|many| many.id).collect()))
            .collect::<Result<_>>()?;
        assert_eq!(found, [vec![1, 3], vec![], vec![2]], "{char} {:?}", world.kinds);
        let limited = Code::query()
            .order_by(|c| c.id.asc())
            .include(|c| c.found.order_by(|m| m.id.desc()).limit(1))
            .all(&world.db)
            .await?;
        assert_eq!(limited[0].found.loaded()?[0].id, 3);
        sql("DROP TABLE code").using("a").execute(&world.db).await?;
        sql("DROP TABLE many_code").using("b").execute(&world.db).await?;
    }
    Ok(())
}

#[derive(Debug, Model)]
struct Land {
    #[model(key)]
    code: String,
    #[model(foreign_key = land)]
    towns: HasMany<Town>,
}

#[derive(Debug, Model)]
struct Town {
    #[model(key)]
    id: i64,
    land: String,
    #[model(foreign_key = land)]
    of: BelongsTo<Land>,
}

/// The other end's database says what is equal, also where that is more than we see; never does a record get lost.
async fn texts_that_the_database_takes_for_equal(on: Arc<On>) -> Result<()> {
    let text = on.pick(
        "TEXT COLLATE NOCASE",
        "TEXT",
        "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
    );
    let ignores = on.kind != Kind::Postgres;
    on.execute(format!("CREATE TABLE land (code {text} PRIMARY KEY)"))
        .await?;
    on.execute(format!("CREATE TABLE town (id BIGINT PRIMARY KEY, land {text})"))
        .await?;
    for code in ["NL", "de"] {
        on.execute(format!("INSERT INTO land VALUES ('{code}')")).await?;
    }
    for (id, land) in [(1, "NL"), (2, "nl"), (3, "DE"), (4, "de"), (5, "x")] {
        on.execute(format!("INSERT INTO town VALUES ({id}, '{land}')"))
            .await?;
    }
    let lands = Land::query()
        .order_by(|l| l.code.desc())
        .include(|l| l.towns.order_by(|t| t.id.asc()))
        .all(&on.db)
        .await?;
    let mut found: Vec<(&str, Vec<i64>)> = lands
        .iter()
        .map(|land| {
            Ok((
                &*land.code,
                land.towns.loaded()?.iter().map(|town| town.id).collect(),
            ))
        })
        .collect::<Result<_>>()?;
    found.sort();
    if ignores {
        assert_eq!(found, [("NL", vec![1, 2]), ("de", vec![3, 4])]);
    } else {
        assert_eq!(found, [("NL", vec![1]), ("de", vec![4])]);
    }
    let limited = Land::query()
        .include(|l| l.towns.order_by(|t| t.id.desc()).limit(1))
        .all(&on.db)
        .await?;
    for land in &limited {
        let expected = match (&*land.code, ignores) {
            ("NL", true) => 2,
            ("NL", false) => 1,
            _ => 4,
        };
        assert_eq!(land.towns.loaded()?.len(), 1);
        assert_eq!(land.towns.loaded()?[0].id, expected);
    }
    // Both "NL" and "nl" are asked for, and one record is both.
    let towns = Town::query()
        .order_by(|t| t.id.asc())
        .include(|t| t.of)
        .all(&on.db)
        .await?;
    let of: Vec<Option<&str>> = towns
        .iter()
        .map(|town| Ok(town.of.loaded()?.map(|land| &*land.code)))
        .collect::<Result<_>>()?;
    if ignores {
        assert_eq!(of, [Some("NL"), Some("NL"), Some("de"), Some("de"), None]);
    } else {
        assert_eq!(of, [Some("NL"), None, None, Some("de"), None]);
    }
    if on.kind == Kind::MariaDb {
        on.execute("INSERT INTO land VALUES ('é')").await?;
        on.execute("INSERT INTO town VALUES (6, 'e')").await?;
        let error = Land::filter(|l| l.code.eq("é"))
            .include(|l| l.towns)
            .all(&on.db)
            .await
            .expect_err("which is it");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains("relation towns"), "{error}");
        assert_eq!(error.model(), Some("Town"));
    }
    Ok(())
}

#[derive(Debug, Model)]
struct Numbered {
    #[model(key)]
    id: i64,
    #[model(foreign_key = numbered)]
    named: HasMany<Named>,
    #[model(foreign_key = measure)]
    measured: HasMany<Named>,
    #[model(foreign_key = (numbered, measure))]
    pairs: HasMany<Named>,
}

#[derive(Debug, Model)]
struct Named {
    #[model(key)]
    id: i64,
    numbered: String,
    measure: f64,
}

async fn types_that_have_nothing_in_common(on: Arc<On>) -> Result<()> {
    create_table::<Numbered>(&on.db).await?;
    create_table::<Named>(&on.db).await?;
    Numbered {
        id: 1,
        named: HasMany::default(),
        measured: HasMany::default(),
        pairs: HasMany::default(),
    }
    .insert(&on.db)
    .await?;
    let errors = [
        Numbered::query().include(|n| n.named).all(&on.db).await,
        Numbered::query().include(|n| n.measured).all(&on.db).await,
    ];
    for error in errors {
        let error = error.expect_err("no number is a text");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert_eq!(error.model(), Some("Numbered"));
    }
    let error = Numbered::query()
        .include(|n| n.pairs)
        .all(&on.db)
        .await
        .expect_err("one and two");
    assert_eq!(error.kind(), ErrorKind::Statement, "{error}");
    assert!(
        error.to_string().contains("different numbers of columns"),
        "{error}"
    );
    Ok(())
}
