//! Branches that the session which prepared them does not let go.

use crate::world::{recover, world};
use manybase::Result;
use manybase::driver::BranchId;
use manybase::recovery::WaitingFor;

/// The server has not noticed yet that the owner is gone. Its session is ended once it has been idle.
#[tokio::test]
async fn an_idle_holder_is_ended() -> Result<()> {
    let world = world!("maria" Maria, "lite" File);
    let gtrid = world.gtrid("lite");
    let mut holder = world.session("maria").await;
    let token = holder.session_token().expect("MariaDB has one");
    let id = BranchId::new(gtrid.clone(), format!("{}.1.{token}", world.id("maria")))?;
    world.prepare_on(&mut holder, &id, 1, true).await?;
    let report = recover(&world.db).await;
    assert_eq!(report.aborted, [gtrid], "{report:?}");
    assert!(report.is_clean(), "{report:?}");
    assert!(holder.ping().await.is_err());
    drop(holder);
    world.end().await;
    Ok(())
}

/// Without a token nobody knows whose it is, and a wrong one ends nothing.
#[tokio::test]
async fn a_holder_that_is_not_known_is_waited_for() -> Result<()> {
    let world = world!("maria" Maria, "lite" File);
    for token in ["", ".4294967295"] {
        let gtrid = world.gtrid("lite");
        let id = BranchId::new(gtrid.clone(), format!("{}.1{token}", world.id("maria")))?;
        let mut holder = world.prepare_as("maria", &id, 1, true).await?;
        let report = recover(&world.db).await;
        assert!(report.aborted.is_empty(), "{report:?}");
        let [waiting] = &report.waiting[..] else {
            panic!("{report:?}")
        };
        assert_eq!(
            (&waiting.gtrid, &waiting.why),
            (&gtrid, &WaitingFor::Branch("maria".into()))
        );
        // The decision stands, so the owner can only obey.
        assert_eq!(world.decision("lite", &gtrid).await, Some(("A".to_owned(), 1)));
        assert!(holder.rollback_prepared(&id).await?.is_over());
        assert!(recover(&world.db).await.is_clean());
    }
    world.end().await;
    Ok(())
}
