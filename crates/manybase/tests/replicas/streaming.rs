//! A real replica of PostgreSQL, and how far it is behind.

use crate::support::{becomes, builder, script};
use manybase::{ConnectionConfig, Executor, ReplicaState, Result, sql};
use manybase_testkit::{Postgres, ServerError, require_server};
use std::time::Duration;

async fn is_replica(on: &dyn Executor) -> Result<bool> {
    sql("SELECT pg_is_in_recovery()").scalar(on).await
}

async fn rows(on: &dyn Executor) -> Result<i64> {
    sql("SELECT COUNT(*) FROM who").scalar(on).await
}

fn pair() -> Result<(Postgres, Postgres), ServerError> {
    let primary = Postgres::start()?;
    let replica = primary.start_replica()?;
    Ok((primary, replica))
}

#[tokio::test]
async fn lag_and_old_reads() {
    let (primary, replica) = require_server!(pair());
    works(&primary, &replica).await.expect("works");
}

async fn works(primary: &Postgres, replica: &Postgres) -> Result<()> {
    let (here, there) = (primary.system_url(), replica.system_url());
    script(&here, "CREATE TABLE who (name VARCHAR(20))").await;
    let config = ConnectionConfig::from_url(&here)?
        .replica(&there)?
        .max_replica_lag(Some(Duration::from_millis(1_500)));
    let bounded = builder().connection("erp", config).open().await?;
    let replicas = bounded.connection("erp")?.replicas();
    // Nobody knows yet how far it is behind.
    assert!(!is_replica(&bounded).await?);
    becomes(&replicas[0], ReplicaState::Healthy).await;
    assert!(is_replica(&bounded).await?);
    assert!(
        replicas[0]
            .lag()
            .is_some_and(|lag| lag <= Duration::from_millis(1_500))
    );

    // It takes nothing in any more.
    let unbounded = builder()
        .connect("erp", &here)
        .replica("erp", &there)
        .open()
        .await?;
    script(&there, "SELECT pg_wal_replay_pause()").await;
    let work = unbounded.unit_of_work();
    assert_eq!(rows(&work).await?, 0);
    sql("INSERT INTO who VALUES ('Ann')").execute(&work).await?;
    assert_eq!(rows(&unbounded).await?, 0, "an old read, as replicas have them");
    assert_eq!(rows(&work).await?, 1, "what it has written itself it reads");
    assert_eq!(rows(&unbounded.primary()).await?, 1);
    becomes(&replicas[0], ReplicaState::Behind).await;
    assert!(!is_replica(&bounded).await?);
    assert_eq!(rows(&bounded).await?, 1);

    script(&there, "SELECT pg_wal_replay_resume()").await;
    becomes(&replicas[0], ReplicaState::Healthy).await;
    assert!(is_replica(&bounded).await?);
    assert_eq!(rows(&bounded).await?, 1);

    // One that is no replica can't tell.
    let config = ConnectionConfig::from_url(&there)?
        .replica(&here)?
        .max_replica_lag(Some(Duration::from_secs(60)));
    let wrong = builder().connection("erp", config).open().await?;
    let replicas = wrong.connection("erp")?.replicas();
    assert_eq!(replicas[0].look().await, ReplicaState::Behind);
    assert_eq!(replicas[0].lag(), None);
    Ok(())
}
