//! What each database can do.

use crate::world::{needed, world};
use manybase::{ConnectionReport, Db, Result};
use manybase_testkit::Postgres;

fn named<'r>(reports: &'r [ConnectionReport], name: &str) -> &'r ConnectionReport {
    reports
        .iter()
        .find(|report| &*report.name == name)
        .expect("is there")
}

#[tokio::test]
async fn tells_of_each_and_never_fails_as_a_whole() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let db = world
        .with(&["pg", "maria", "lite"])
        .connect("memory", "sqlite::memory:")
        .connect("down", "postgres://ann:secret@127.0.0.1:1/erp")
        .connect("nowhere", "sqlite:/nonexistent/directory/it.db")
        .open()
        .await?;
    let reports = db.doctor().await;
    let names: Vec<_> = reports.iter().map(|report| &*report.name).collect();
    assert_eq!(names, ["down", "lite", "maria", "memory", "nowhere", "pg"]);
    for (name, database, branch) in [
        ("pg", "PostgreSQL", true),
        ("maria", "MariaDB", true),
        ("lite", "SQLite", false),
    ] {
        let report = named(&reports, name);
        assert!(report.reachable.is_ok() && report.version.is_some(), "{report:?}");
        assert_eq!(report.database, database);
        assert_eq!(report.can_be_branch.is_ready(), branch, "{report:?}");
        assert!(report.can_be_home.is_ready(), "{report:?}");
        assert!(report.tables);
        assert_eq!(report.resource.as_deref(), Some(world.id(name)));
    }
    let memory = named(&reports, "memory");
    assert!(
        memory.reachable.is_ok() && !memory.tables && memory.resource.is_none(),
        "{memory:?}"
    );
    assert!(!memory.can_be_branch.is_ready());
    for name in ["down", "nowhere"] {
        let report = named(&reports, name);
        assert!(
            report.reachable.is_err() && report.version.is_none(),
            "{report:?}"
        );
        for readiness in [&report.can_be_branch, &report.can_be_home] {
            assert!(!readiness.is_ready());
            assert!(
                readiness.obstacles[0].what.starts_with("it can't be asked: "),
                "{readiness:?}"
            );
        }
        assert!(!format!("{report:?}").contains("secret"), "{report:?}");
    }
    db.close().await?;
    world.end().await;
    Ok(())
}

#[tokio::test]
async fn postgres_needs_room_for_prepared_transactions() -> Result<()> {
    for limit in ["0", "10"] {
        let server = Postgres::builder().setting("max_prepared_transactions", limit);
        let server = needed!(server.start());
        let database = needed!(server.create_database("doctor"));
        let db = Db::builder().connect("pg", database.url()).open().await?;
        let reports = db.doctor().await;
        let branch = &reports[0].can_be_branch;
        assert_eq!(branch.is_ready(), limit == "10", "{branch:?}");
        if limit == "0" {
            let obstacle = &branch.obstacles[0];
            assert!(
                obstacle.what.contains("max_prepared_transactions is 0"),
                "{obstacle:?}"
            );
            assert!(obstacle.help.contains("restart the server"), "{obstacle:?}");
        }
        assert!(
            reports[0].can_be_home.is_ready(),
            "as home it needs none: {reports:?}"
        );
        assert!(db.recover().await?.is_clean());
        db.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_tables_are_made_once_and_again_when_they_are_gone() -> Result<()> {
    let world = world!("pg" Pg, "maria" Maria, "lite" File);
    let db = world
        .with(&["pg", "maria", "lite"])
        .connect("down", "mysql://ann@127.0.0.1:1/x")
        .open()
        .await?;
    for round in 0..2 {
        let made = db.atomic_setup().await;
        assert!(made["down"].is_err());
        for name in ["pg", "maria", "lite"] {
            let id = made[name].as_ref().expect("makes them");
            assert_eq!(
                &**id == world.id(name),
                round == 0,
                "the id is the database's own"
            );
            for table in ["manybase_decision", "manybase_receipt", "manybase_resource"] {
                assert_eq!(
                    world.count(name, table).await,
                    i64::from(table == "manybase_resource")
                );
                manybase::sql(format!("DROP TABLE {table}"))
                    .using(name)
                    .execute(&world.db)
                    .await?;
            }
        }
        assert!(db.doctor().await.iter().all(|report| !report.tables));
        // Without the tables there is nothing to recover, and nothing is wrong.
        assert_eq!(db.recover().await?.unreachable.len(), 1);
    }
    db.close().await?;
    world.end().await;
    Ok(())
}
