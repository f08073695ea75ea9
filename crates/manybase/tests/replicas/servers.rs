//! Servers that die in the middle, and come back.

use crate::support::{becomes, builder, name, who};
use manybase::{Db, ReplicaState, Result, sql};
use manybase_testkit::{Database, Mariadb, Postgres, Server, ServerError, require_server};
use std::ops::Deref;
use std::time::Duration;

/// A primary and two replicas, which have nothing to do with one another.
struct Three<S> {
    servers: [S; 3],
    _databases: Vec<Database>,
    db: Db,
}

async fn three<S: Deref<Target = Server>>(
    start: fn() -> Result<S, ServerError>,
) -> Result<Three<S>, ServerError> {
    let servers = [start()?, start()?, start()?];
    let mut databases = Vec::new();
    for (server, who) in servers.iter().zip(["primary", "one", "two"]) {
        let database = server.create_database("erp")?;
        name(&database.url(), who).await;
        databases.push(database);
    }
    let [primary, one, two] = [0, 1, 2].map(|at: usize| databases[at].url());
    let db = builder()
        .connect("erp", primary)
        .replica("erp", one)
        .replica("erp", two)
        .build();
    Ok(Three {
        servers,
        _databases: databases,
        db: db.expect("opens"),
    })
}

#[tokio::test]
async fn postgres() {
    let three = require_server!(three(Postgres::start).await);
    reads_go_on(&three, "SELECT name FROM who WHERE pg_sleep(3) IS NOT NULL")
        .await
        .expect("works");
}

#[tokio::test]
async fn mariadb() {
    let three = require_server!(three(Mariadb::start).await);
    reads_go_on(&three, "SELECT name FROM who WHERE SLEEP(3) = 0")
        .await
        .expect("works");
}

async fn reads_go_on<S: Deref<Target = Server>>(three: &Three<S>, slow: &'static str) -> Result<()> {
    let db = &three.db;
    let [_, one, two] = &three.servers;
    let replicas = db.connection("erp")?.replicas();
    assert_eq!(
        (who(db).await?, who(db).await?),
        ("one".to_owned(), "two".to_owned())
    );

    // One dies while it works on a read: the other one answers.
    let reading = {
        let db = db.clone();
        tokio::spawn(async move { sql(slow).scalar::<String>(&db).await })
    };
    tokio::time::sleep(Duration::from_millis(500)).await;
    one.kill_9().expect("killed");
    assert_eq!(reading.await.expect("no panic")?, "two");
    assert_eq!(replicas[0].state(), ReplicaState::Down);
    for _ in 0..6 {
        assert_eq!(who(db).await?, "two");
    }

    // Both are dead: the primary answers, and at once.
    two.kill_9().expect("killed");
    for _ in 0..6 {
        assert_eq!(who(db).await?, "primary");
    }
    assert_eq!(replicas[1].state(), ReplicaState::Down);
    assert!(replicas[1].error().is_some());

    // They come back, and reads go there again.
    one.restart().expect("started");
    becomes(&replicas[0], ReplicaState::Healthy).await;
    for _ in 0..4 {
        assert_eq!(who(db).await?, "one");
    }
    two.restart().expect("started");
    becomes(&replicas[1], ReplicaState::Healthy).await;
    let mut seen = vec![who(db).await?, who(db).await?];
    seen.sort_unstable();
    assert_eq!(seen, ["one", "two"]);

    // Nothing of it was ever written to them.
    sql("UPDATE who SET name = 'written'").execute(db).await?;
    assert_eq!(who(&db.primary()).await?, "written");
    assert_ne!(who(db).await?, "written");
    db.close().await
}
