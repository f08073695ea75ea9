//! What the tests have in common.

use manybase::{Access, Db, Executor, RecoveryMode, ReplicaHandle, ReplicaState, Result, Route, sql};
use std::time::{Duration, Instant};

pub(crate) fn builder() -> manybase::DbBuilder {
    Db::builder().recovery(RecoveryMode::Off)
}

/// Runs text on a server by itself.
pub(crate) async fn script(url: &str, text: &str) {
    let db = builder().connect("alone", url).build().expect("opens");
    let mut lease = db
        .lease(Route::default(), Access::Write)
        .await
        .expect("a connection");
    lease.script(text.to_owned()).await.expect("runs");
    drop(lease);
    db.close().await.expect("closes");
}

/// A table that says where it is.
pub(crate) async fn name(url: &str, name: &str) {
    let text = format!("CREATE TABLE who (name VARCHAR(20)); INSERT INTO who VALUES ('{name}')");
    script(url, &text).await;
}

/// Where a read has gone.
pub(crate) async fn who(on: &dyn Executor) -> Result<String> {
    sql("SELECT name FROM who").scalar(on).await
}

/// Waits for a replica's state to become this one, without asking it.
pub(crate) async fn becomes(replica: &ReplicaHandle, state: ReplicaState) {
    let begun = Instant::now();
    while replica.state() != state {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "it stays {}: {:?}",
            replica.state(),
            replica.error()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
