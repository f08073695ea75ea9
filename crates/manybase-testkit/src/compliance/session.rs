//! One user of a connection after another.

use super::case::{CONNECTION, Case, within};
use super::db::Db;
use super::pool::{SOON, options, patient};
use super::verdict::Verdict;
use manybase_driver::{Access, PoolOptions};

/// A session says what it is connected to.
pub(super) async fn sessions_know_their_server(case: Case) -> Verdict {
    let pool = case.pool(1)?;
    let session = pool.acquire(Access::Write).await?;
    assert!(
        session.server_version()?.chars().any(|c| c.is_ascii_digit()),
        "{:?}",
        session.server_version()?
    );
    assert_eq!(session.dialect()?.name(), pool.dialect().name());
    assert_eq!(&**session.name(), CONNECTION);
    Ok(())
}

/// Settings and temporary tables of one user are not the next one's after a reset.
pub(super) async fn a_reset_after_a_dropped_transaction(case: Case) -> Verdict {
    let pool = case.pool_with(
        &patient(),
        PoolOptions {
            acquire_timeout: SOON,
            ..options(1)
        },
    )?;
    let one = case.table("one");
    Db::take(pool.clone(), Access::Write)
        .await?
        .keys(&one, [0])
        .await?;
    for _ in 0..10 {
        let mut db = Db::take(pool.clone(), Access::Write).await?;
        db.session
            .begin(manybase_driver::TransactionOptions {
                isolation: None,
                read_only: true,
            })
            .await?;
        db.assert_good(&one).await?;
        drop(db);
        let mut db = within(SOON, "a connection", Db::take(pool.clone(), Access::Write)).await?;
        let insert = manybase_sql::Update::table(one.clone()).set("v", 1i64);
        assert_eq!(
            db.run(&insert).await?.affected,
            1,
            "read-only leaked to the next user"
        );
    }
    Ok(())
}
