//! Errors have the same kinds everywhere, name the connection, and leave it good.

use super::case::{CONNECTION, Case};
use super::db::{Db, TEXT};
use super::verdict::{Verdict, refused};
use manybase_driver::{Access, ErrorKind, Statement, TransactionOptions};
use manybase_sql::schema::{OnDelete, Table};
use manybase_sql::{DataType, Expr, Insert, Select, Update, Value};

const I64: DataType = DataType::I64;
const EMAIL: &str = "ann@example.com";

async fn account(case: &Case) -> Verdict<(Db, String)> {
    let mut db = case.db().await?;
    let (name, owner) = (case.table("account"), case.table("owner"));
    db.keys(&owner, [1]).await?;
    let text = DataType::Text { length: Some(40) };
    let table = Table::new(name.clone())
        .column("id", I64)
        .column("email", text)
        .nullable("owner", I64)
        .key("id")
        .unique(["email"])
        .foreign_key(["owner"], owner, ["id"], OnDelete::Restrict);
    db.run(&table.create()).await?;
    let insert = Insert::into(name.clone(), ["id", "email"]);
    db.run(&insert.row([1i64.into(), Value::from(EMAIL)])).await?;
    Ok((db, name))
}

/// The connection answers after the error, and the row count is what it was.
async fn still_good(db: &mut Db, name: &str) -> Verdict {
    assert!(!db.session.is_broken());
    assert_eq!(db.count(name).await?, 1);
    Ok(())
}

pub(super) async fn unique_violation(case: Case) -> Verdict {
    let (mut db, name) = account(&case).await?;
    let insert = |id: i64, email: &str| {
        Insert::into(name.clone(), ["id", "email"]).row([id.into(), Value::from(email)])
    };
    let of_the_set = refused(db.run(&insert(2, EMAIL)).await, &[ErrorKind::UniqueViolation]);
    assert!(of_the_set.is_unique_violation() && !of_the_set.is_retryable());
    assert_eq!(of_the_set.connection(), Some(CONNECTION));
    assert!(of_the_set.code().is_some(), "the database's own code is missing");
    match of_the_set.constraint() {
        Some(constraint) => assert!(constraint.contains("email"), "{constraint}"),
        None => case.without(&db, "name of the violated constraint"),
    }
    let of_the_key = refused(db.run(&insert(1, "other")).await, &[ErrorKind::UniqueViolation]);
    assert_ne!(of_the_key.constraint(), of_the_set.constraint().or(Some("none")));
    still_good(&mut db, &name).await
}

pub(super) async fn foreign_key_violation(case: Case) -> Verdict {
    let (mut db, name) = account(&case).await?;
    let row = [2i64.into(), Value::from("b"), Value::I64(99)];
    let insert = Insert::into(name.clone(), ["id", "email", "owner"]).row(row);
    let error = refused(db.run(&insert).await, &[ErrorKind::ForeignKeyViolation]);
    assert!(error.is_foreign_key_violation());
    still_good(&mut db, &name).await
}

pub(super) async fn not_null_violation(case: Case) -> Verdict {
    let (mut db, name) = account(&case).await?;
    let insert = Insert::into(name.clone(), ["id", "email"]).row([2i64.into(), Value::Null]);
    refused(db.run(&insert).await, &[ErrorKind::NotNullViolation]);
    let forgotten = Insert::into(name.clone(), ["id"]).row([3i64]);
    refused(db.run(&forgotten).await, &[ErrorKind::NotNullViolation]);
    let update = Update::table(name.clone()).set("email", Value::Null);
    refused(db.run(&update).await, &[ErrorKind::NotNullViolation]);
    still_good(&mut db, &name).await
}

pub(super) async fn check_violation(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("checked");
    db.ddl(&format!(
        "CREATE TABLE {name} (id INT NOT NULL, CONSTRAINT positive_{name} CHECK (id > 0))"
    ))
    .await?;
    db.run(&Insert::into(name.clone(), ["id"]).row([1i64])).await?;
    let error = refused(
        db.run(&Insert::into(name.clone(), ["id"]).row([-1i64])).await,
        &[ErrorKind::CheckViolation],
    );
    if let Some(constraint) = error.constraint() {
        assert_eq!(constraint, format!("positive_{name}"));
    }
    still_good(&mut db, &name).await
}

pub(super) async fn unknown_table_and_column(case: Case) -> Verdict {
    let (mut db, name) = account(&case).await?;
    let missing = case.table("missing");
    for access in [Access::Read, Access::Write] {
        let statement = Statement {
            access,
            ..Statement::read(format!("SELECT * FROM {missing}"), vec![])
        };
        refused(db.session.execute(statement).await, &[ErrorKind::UnknownTable]);
    }
    refused(
        db.run(&Insert::into(missing, ["id"]).row([1i64])).await,
        &[ErrorKind::UnknownTable],
    );
    refused(
        db.column(&Select::from(name.clone()).column("nope"), I64).await,
        &[ErrorKind::UnknownColumn],
    );
    refused(
        db.run(&Insert::into(name.clone(), ["nope"]).row([1i64])).await,
        &[ErrorKind::UnknownColumn],
    );
    refused(
        db.run(&Update::table(name.clone()).set("nope", 1i64)).await,
        &[ErrorKind::UnknownColumn],
    );
    still_good(&mut db, &name).await
}

pub(super) async fn syntax_error(case: Case) -> Verdict {
    let (mut db, name) = account(&case).await?;
    for sql in ["SELEC 1", "SELECT FROM WHERE", "SELECT 'open", "SELECT (1"] {
        for cache in [true, false] {
            let statement = Statement {
                cache,
                ..Statement::read(sql, vec![])
            };
            refused(db.session.execute(statement).await, &[ErrorKind::Syntax]);
        }
        refused(db.session.script(sql.into()).await, &[ErrorKind::Syntax]);
        still_good(&mut db, &name).await?;
    }
    Ok(())
}

/// Two statements in one text are a mistake, or an attack: only a script may have them.
pub(super) async fn one_statement_at_a_time(case: Case) -> Verdict {
    let (mut db, name) = account(&case).await?;
    let sql = format!("SELECT 1; DELETE FROM {name}");
    for cache in [true, false] {
        let statement = Statement {
            cache,
            ..Statement::write(sql.clone(), vec![])
        };
        if let Err(error) = db.session.execute(statement).await {
            assert!(
                matches!(error.kind(), ErrorKind::Syntax | ErrorKind::Statement),
                "{:?}: {error}",
                error.kind()
            );
        }
        still_good(&mut db, &name).await?;
    }
    Ok(())
}

/// Nothing to do is no panic.
pub(super) async fn empty_texts(case: Case) -> Verdict {
    let (mut db, name) = account(&case).await?;
    for sql in ["", "  ", "-- only a remark", ";"] {
        // Refused or taken for nothing, as the database likes.
        let _ = db.session.execute(Statement::write(sql, vec![])).await;
        let _ = db.session.script(sql.into()).await;
        still_good(&mut db, &name).await?;
    }
    assert_eq!(db.session.batch(vec![], true).await?, []);
    assert_eq!(db.session.batch(vec![], false).await?, []);
    still_good(&mut db, &name).await
}

/// A read-only transaction refuses every kind of write, and the next transaction may write again.
pub(super) async fn read_only_transactions(case: Case) -> Verdict {
    let (mut db, name) = account(&case).await?;
    let options = TransactionOptions {
        read_only: true,
        ..TransactionOptions::default()
    };
    let insert = Insert::into(name.clone(), ["id", "email"]).row([2i64.into(), Value::from("b")]);
    for round in 0..3 {
        db.session.begin(options).await?;
        assert_eq!(db.count(&name).await?, 1);
        let error = match round {
            0 => db.run(&insert).await,
            1 => db.run(&Update::table(name.clone()).set("email", "c")).await,
            _ => db.ddl(&format!("CREATE TABLE {name}_more (id INT)")).await,
        };
        refused(error, &[ErrorKind::ReadOnly]);
        db.session.rollback().await?;
    }
    db.session.begin(TransactionOptions::default()).await?;
    db.run(&insert).await?;
    db.session.commit().await?;
    let update = Update::table(name.clone())
        .set("email", "d")
        .filter(Expr::column("id").eq(2i64));
    assert_eq!(
        db.run(&update).await?.affected,
        1,
        "outside a transaction writing works too"
    );
    assert_eq!(db.count(&name).await?, 2);
    Ok(())
}

/// A reader's connection can't write where readers have connections of their own.
pub(super) async fn readers_do_not_write(case: Case) -> Verdict {
    case.needs_connections()?;
    let (db, name) = account(&case).await?;
    case.needs(
        db.dialect.capability().single_writer,
        "readers apart from the writer",
    )?;
    let mut reader = db.another(Access::Read).await?;
    assert_eq!(reader.count(&name).await?, 1);
    let insert = Insert::into(name.clone(), ["id", "email"]).row([2i64.into(), Value::from("b")]);
    refused(reader.run(&insert).await, &[ErrorKind::ReadOnly]);
    still_good(&mut reader, &name).await
}

/// Passwords and parameters of an address are in no error and no Debug.
pub(super) async fn no_secrets(case: Case) -> Verdict {
    let pool = case.pool(1)?;
    let session = pool.acquire(Access::Write).await?;
    let shown = format!(
        "{pool:?} {session:?} {:?} {}",
        pool.driver(),
        pool.driver().address()
    );
    let address = manybase_driver::Address::parse(case.url())?;
    if let Some(password) = &address.password {
        assert!(!shown.contains(password.expose()), "{shown}");
        let wrong = case.url().replace(password.expose(), "wrong-password");
        let driver = case.driver_at(&wrong, &manybase_driver::ConnectOptions::default())?;
        let result = driver.connect(Access::Write).await.map(|_| ());
        let error = refused(result, &[ErrorKind::Connect, ErrorKind::PermissionDenied]);
        let shown = format!(
            "{error} {:?}",
            std::error::Error::source(&error).map(ToString::to_string)
        );
        assert!(
            !shown.contains("wrong-password") && !shown.contains(password.expose()),
            "{shown}"
        );
    } else {
        return case.needs(false, "password");
    }
    Ok(())
}

/// Values in a text column with the name of an error do not confuse the kinds.
pub(super) async fn an_error_in_the_middle_of_rows(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("middle");
    db.table(&name, &[("id", I64), ("v", TEXT)]).await?;
    let rows = [(1i64, "1"), (2, "2"), (3, "deadlock")];
    let insert = Insert::into(name.clone(), ["id", "v"]);
    let insert = rows.iter().fold(insert, |insert, (id, v)| {
        insert.row([(*id).into(), Value::from(*v)])
    });
    db.run(&insert).await?;
    // Where the database converts on the way, it fails after the first rows; elsewhere nothing fails.
    let select = Select::from(name.clone()).item(Expr::column("v").cast(I64));
    if let Err(error) = db.column(&select, I64).await {
        assert!(
            matches!(error.kind(), ErrorKind::Value),
            "{:?}: {error}",
            error.kind()
        );
    }
    assert_eq!(db.count(&name).await?, 3);
    Ok(())
}
