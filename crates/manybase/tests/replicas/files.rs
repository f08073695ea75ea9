//! Two files, which have nothing to do with one another: so it can be seen where a statement goes.

use crate::support::{builder, name, who};
use manybase::{ConnectionConfig, Db, ErrorKind, ReplicaPolicy, ReplicaState, Result, sql};
use std::fs;
use tempfile::TempDir;

struct Files {
    db: Db,
    directory: TempDir,
}

fn url(directory: &TempDir, name: &str) -> String {
    format!("sqlite:{}", directory.path().join(format!("{name}.db")).display())
}

async fn files(replicas: &[&str]) -> Result<Files> {
    let directory = tempfile::tempdir().expect("a directory");
    let mut builder = builder().connect("erp", url(&directory, "primary"));
    name(&url(&directory, "primary"), "primary").await;
    for replica in replicas {
        name(&url(&directory, replica), replica).await;
        builder = builder.replica("erp", url(&directory, replica));
    }
    Ok(Files {
        db: builder.open().await?,
        directory,
    })
}

#[tokio::test]
async fn reads_take_turns_and_writes_do_not() -> Result<()> {
    let files = files(&["one", "two"]).await?;
    let db = &files.db;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(who(db).await?);
    }
    assert_eq!(seen, ["one", "two", "one", "two"]);
    assert_eq!(who(&db.using("erp")).await?, "one");
    assert_eq!(who(&db.primary()).await?, "primary");
    assert_eq!(who(&db.using("erp").primary()).await?, "primary");
    let changed = sql("UPDATE who SET name = 'changed'").execute(db).await?;
    assert_eq!(changed.affected, 1);
    assert_eq!(who(&db.primary()).await?, "changed");
    assert_eq!(who(db).await?, "two", "only the primary was written to");
    db.close().await
}

#[tokio::test]
async fn a_transaction_is_on_the_primary() -> Result<()> {
    let files = files(&["one"]).await?;
    let inside = files.db.transaction(async |tx| who(tx).await).await?;
    assert_eq!(inside, "primary");
    let tx = files.db.begin().await?;
    assert_eq!(who(&tx).await?, "primary");
    tx.rollback().await?;
    assert_eq!(who(&files.db).await?, "one");
    Ok(())
}

#[tokio::test]
async fn a_unit_of_work_reads_what_it_has_written() -> Result<()> {
    let files = files(&["one"]).await?;
    let other = tempfile::tempdir().expect("a directory");
    for name in ["crm", "crm_replica"] {
        crate::support::name(&url(&other, name), name).await;
    }
    let crm = ConnectionConfig::from_url(&url(&other, "crm"))?.replica(&url(&other, "crm_replica"))?;
    files.db.add("crm", crm)?;

    let work = files.db.using("erp").unit_of_work();
    let clone = work.clone();
    assert_eq!(who(&work).await?, "one");
    sql("UPDATE who SET name = 'mine'").execute(&work).await?;
    assert_eq!(who(&work).await?, "mine");
    assert_eq!(who(&clone).await?, "mine", "clones are the same unit of work");
    let elsewhere: String = sql("SELECT name FROM who").using("crm").scalar(&work).await?;
    assert_eq!(elsewhere, "crm_replica", "nothing was written there");
    assert_eq!(
        who(&files.db.using("erp").unit_of_work()).await?,
        "one",
        "another one has not written"
    );

    let work = files.db.using("erp").unit_of_work();
    work.transaction(async |tx| sql("UPDATE who SET name = 'tx'").execute(tx).await)
        .await?;
    assert_eq!(who(&work).await?, "tx");
    // Connections that are gone take their replicas along.
    files.db.remove("crm").await?;
    assert!(files.db.connection("crm").is_err());
    Ok(())
}

#[tokio::test]
async fn a_unit_of_several_statements_stays_where_it_is() -> Result<()> {
    use manybase::{Access, Executor, Route};
    let files = files(&["one", "two"]).await?;
    let mut lease = files.db.lease(Route::default(), Access::Read).await?;
    assert_eq!(&**lease.connection(), "erp/replica-1");
    lease.begin_nested().await?;
    assert!(lease.in_transaction());
    lease.commit_nested().await?;
    let refused = lease
        .execute(manybase::driver::Statement::write("DELETE FROM who", vec![]))
        .await;
    assert_eq!(refused.expect_err("a read").kind(), ErrorKind::ReadOnly);
    Ok(())
}

#[tokio::test]
async fn the_least_in_use() -> Result<()> {
    use manybase::{Access, Executor, Route};
    let directory = tempfile::tempdir().expect("a directory");
    for file in ["primary", "one", "two"] {
        name(&url(&directory, file), file).await;
    }
    let config = ConnectionConfig::from_url(&url(&directory, "primary"))?
        .replica(&url(&directory, "one"))?
        .replica(&url(&directory, "two"))?
        .replica_policy(ReplicaPolicy::LeastInUse);
    let db = builder().connection("erp", config).open().await?;
    assert_eq!(
        (who(&db).await?, who(&db).await?),
        ("one".to_owned(), "one".to_owned())
    );
    let busy = db.lease(Route::default(), Access::Read).await?;
    assert_eq!(&**busy.connection(), "erp/replica-1");
    assert_eq!(who(&db).await?, "two");
    drop(busy);
    Ok(())
}

/// The mistakes of a statement are no failure of the server, and are told with the replica's name.
#[tokio::test]
async fn a_wrong_statement_is_not_tried_again() -> Result<()> {
    let files = files(&["one", "two"]).await?;
    let error = sql("SELECT no_such_column FROM who")
        .scalar::<String>(&files.db)
        .await
        .expect_err("no such column");
    assert_eq!(error.kind(), ErrorKind::UnknownColumn);
    assert_eq!(error.connection(), Some("erp/replica-1"));
    for replica in files.db.connection("erp")?.replicas() {
        assert_ne!(replica.state(), ReplicaState::Down);
    }
    Ok(())
}

#[tokio::test]
async fn one_that_can_not_be_opened() -> Result<()> {
    let files = files(&["one"]).await?;
    let missing = files.directory.path().join("nowhere").join("at.db");
    let db = builder()
        .connect("erp", url(&files.directory, "primary"))
        .replica("erp", format!("sqlite:{}?mode=rw", missing.display()))
        .replica("erp", url(&files.directory, "one"))
        .open()
        .await?;
    for _ in 0..4 {
        assert_eq!(who(&db).await?, "one");
    }
    let replicas = db.connection("erp")?.replicas();
    assert_eq!(replicas[0].state(), ReplicaState::Down);
    assert!(
        replicas[0]
            .error()
            .is_some_and(|error| error.connection() == Some("erp/replica-1"))
    );
    // It comes, and reads go there.
    fs::create_dir_all(missing.parent().expect("a directory")).expect("made");
    name(&format!("sqlite:{}", missing.display()), "late").await;
    crate::support::becomes(&replicas[0], ReplicaState::Healthy).await;
    let mut seen = vec![who(&db).await?, who(&db).await?];
    seen.sort_unstable();
    assert_eq!(seen, ["late", "one"]);
    Ok(())
}

#[tokio::test]
async fn from_the_configuration() -> Result<()> {
    let directory = tempfile::tempdir().expect("a directory");
    for file in ["primary", "one"] {
        name(&url(&directory, file), file).await;
    }
    let path = directory.path().join("manybase.toml");
    let open = async |keys: &str, variable: &'static str| {
        let text = format!("[connections.erp]\nurl = \"sqlite:primary.db\"\n{keys}");
        fs::write(&path, text).expect("written");
        let variables = move |name: &str| match name {
            "FILE" => Some("one".to_owned()),
            "MANYBASE_ERP_REPLICAS" => Some(variable.to_owned()).filter(|text| !text.is_empty()),
            _ => None,
        };
        builder().config_file(&path).variables(variables).open().await
    };
    let db = open(
        "replicas = [\"sqlite:${FILE}.db\"]\nreplica_policy = \"least_in_use\"",
        "",
    )
    .await?;
    assert_eq!(who(&db).await?, "one");
    let replicas = db.connection("erp")?.replicas();
    assert_eq!((replicas.len(), &**replicas[0].name()), (1, "erp/replica-1"));
    let db = open("", "sqlite:a.db  sqlite:b.db").await?;
    assert_eq!(db.connection("erp")?.replicas().len(), 2);

    for (keys, said) in [
        ("replicas = [\"nonsense\"]", "connections.erp.replicas"),
        ("replicas = [7]", "connections.erp.replicas"),
        (
            "replicas = [\"postgres://h/d\"]",
            "a replica is PostgreSQL, and the primary is SQLite",
        ),
        ("replica_policy = \"fast\"", "\"round_robin\" or \"least_in_use\""),
        (
            "replicas = [\"sqlite:one.db\"]\nmax_replica_lag = \"1s\"",
            "SQLite does not tell how far",
        ),
        ("replica = \"sqlite:one.db\"", "did you mean \"replicas\"?"),
    ] {
        let error = open(keys, "").await.expect_err(keys);
        assert_eq!(error.kind(), ErrorKind::Config, "{keys}: {error}");
        let text = format!("{error} {}", error.help().unwrap_or_default());
        assert!(text.contains(said), "{keys}: {text}");
    }
    let error = builder()
        .replica("erp", "sqlite:x.db")
        .build()
        .expect_err("no such connection");
    assert_eq!(error.kind(), ErrorKind::Config);
    Ok(())
}
