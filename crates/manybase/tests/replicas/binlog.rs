//! A real replica of MariaDB, and how far it is behind.

use crate::support::{becomes, builder, script};
use manybase::{ConnectionConfig, Executor, ReplicaState, Result, sql};
use manybase_testkit::{Mariadb, ServerError, require_server};
use std::time::Duration;

async fn server(on: &dyn Executor) -> Result<i64> {
    sql("SELECT @@server_id").reads().scalar(on).await
}

fn pair() -> Result<(Mariadb, Mariadb), ServerError> {
    let primary = Mariadb::builder().setting("server-id", "1").start()?;
    let replica = Mariadb::builder().setting("server-id", "2").start()?;
    Ok((primary, replica))
}

#[tokio::test]
async fn lag_and_old_reads() {
    let (primary, replica) = require_server!(pair());
    works(&primary, &replica).await.expect("works");
}

async fn works(primary: &Mariadb, replica: &Mariadb) -> Result<()> {
    let (here, there) = (primary.system_url(), replica.system_url());
    let alone = builder().connect("primary", &here).open().await?;
    let place: Vec<(String, i64, String, String)> = sql("SHOW MASTER STATUS").rows().all(&alone).await?;
    let (file, position, ..) = &place[0];
    let follow = format!(
        "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = {}, MASTER_USER = '{}', MASTER_PASSWORD = '{}', \
         MASTER_LOG_FILE = '{file}', MASTER_LOG_POS = {position}, MASTER_USE_GTID = no; START SLAVE",
        primary.port(),
        primary.user(),
        primary.password()
    );
    script(&there, &follow).await;
    let config = ConnectionConfig::from_url(&here)?
        .replica(&there)?
        .max_replica_lag(Some(Duration::from_secs(5)));
    let db = builder().connection("erp", config).open().await?;
    let replicas = db.connection("erp")?.replicas();
    assert_eq!(server(&db).await?, 1, "nobody knows yet how far it is behind");
    becomes(&replicas[0], ReplicaState::Healthy).await;
    assert_eq!(server(&db).await?, 2);

    // What is written here arrives there.
    script(
        &here,
        "CREATE DATABASE shop; CREATE TABLE shop.who (name VARCHAR(20))",
    )
    .await;
    sql("INSERT INTO shop.who VALUES ('Ann')").execute(&db).await?;
    let mut arrived = 0;
    for _ in 0..100 {
        let count = sql("SELECT COUNT(*) FROM shop.who").scalar::<i64>(&db).await;
        arrived = count.unwrap_or(0);
        if arrived == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((arrived, server(&db).await?), (1, 2));

    // It takes nothing in any more, and can't tell how far it is behind.
    script(&there, "STOP SLAVE").await;
    becomes(&replicas[0], ReplicaState::Behind).await;
    assert_eq!(server(&db).await?, 1);
    assert_eq!(replicas[0].lag(), None);
    script(&there, "START SLAVE").await;
    becomes(&replicas[0], ReplicaState::Healthy).await;
    assert_eq!(server(&db).await?, 2);
    Ok(())
}
