//! The server's errors, and what they become.

use super::{Home, number, refused, run};
use manybase_driver::{ErrorKind, NativeCode, Statement};

/// Statement, kind, number, constraint.
type Case = (&'static str, ErrorKind, i64, Option<&'static str>);

const CASES: &[Case] = &[
    (
        "INSERT INTO child VALUES (1, 1, 'secret', 1)",
        ErrorKind::UniqueViolation,
        1062,
        Some("PRIMARY"),
    ),
    (
        "INSERT INTO child VALUES (2, 1, 'secret', 1)",
        ErrorKind::UniqueViolation,
        1062,
        Some("by_name"),
    ),
    (
        "UPDATE child SET id = 1, name = 'other' WHERE id = 1 OR id = 5",
        ErrorKind::UniqueViolation,
        1062,
        Some("PRIMARY"),
    ),
    (
        "INSERT INTO child VALUES (2, 9, 'b', 1)",
        ErrorKind::ForeignKeyViolation,
        1452,
        Some("of_parent"),
    ),
    (
        "DELETE FROM parent",
        ErrorKind::ForeignKeyViolation,
        1451,
        Some("of_parent"),
    ),
    (
        "INSERT INTO child VALUES (2, 1, NULL, 1)",
        ErrorKind::NotNullViolation,
        1048,
        None,
    ),
    (
        "INSERT INTO child (id, parent) VALUES (2, 1)",
        ErrorKind::NotNullViolation,
        1364,
        None,
    ),
    (
        "INSERT INTO child VALUES (2, 1, 'b', -1)",
        ErrorKind::CheckViolation,
        4025,
        Some("positive"),
    ),
    (
        "INSERT INTO child VALUES (2, 1, 'b', 99999999999)",
        ErrorKind::Value,
        1264,
        None,
    ),
    (
        "INSERT INTO child VALUES (2, 1, 'secret secret', 1)",
        ErrorKind::Value,
        1406,
        None,
    ),
    (
        "INSERT INTO child VALUES (2, 1, 'b', 'secret')",
        ErrorKind::Value,
        1366,
        None,
    ),
    (
        "INSERT INTO kinds (at) VALUES ('secret')",
        ErrorKind::Value,
        1292,
        None,
    ),
    (
        "INSERT INTO kinds (choice) VALUES ('secret')",
        ErrorKind::Value,
        1265,
        None,
    ),
    (
        "INSERT INTO kinds (doc) VALUES ('secret')",
        ErrorKind::CheckViolation,
        4025,
        Some("kinds.doc"),
    ),
    ("UPDATE child SET n = n / 0", ErrorKind::Value, 1365, None),
    ("SELECT CAST(1 AS UNSIGNED) - 2", ErrorKind::Value, 1690, None),
    ("SELECT * FROM nowhere", ErrorKind::UnknownTable, 1146, None),
    ("DROP TABLE nowhere", ErrorKind::UnknownTable, 1051, None),
    ("SELECT nothing FROM child", ErrorKind::UnknownColumn, 1054, None),
    ("SELEC 1", ErrorKind::Syntax, 1064, None),
    ("", ErrorKind::Syntax, 1065, None),
    (
        "SELECT (SELECT id FROM child UNION SELECT 2)",
        ErrorKind::Statement,
        1242,
        None,
    ),
    ("SELECT nowhere()", ErrorKind::Database, 1305, None),
    ("CREATE TABLE parent (id INT)", ErrorKind::Database, 1050, None),
    (
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'of the user'",
        ErrorKind::Database,
        1644,
        None,
    ),
    ("KILL QUERY 999999999", ErrorKind::Database, 1094, None),
    (
        "CREATE DATABASE `x` COLLATE nowhere",
        ErrorKind::Database,
        1273,
        None,
    ),
];

#[tokio::test]
async fn numbers_become_kinds() {
    let home = Home::new("errors");
    let mut session = home.session().await;
    run(&mut session, "CREATE TABLE parent (id INT PRIMARY KEY)").await;
    run(
        &mut session,
        "CREATE TABLE child (id INT PRIMARY KEY, parent INT, name VARCHAR(9) NOT NULL, n INT, UNIQUE by_name (name), \
         CONSTRAINT of_parent FOREIGN KEY (parent) REFERENCES parent (id), CONSTRAINT positive CHECK (n >= 0))",
    )
    .await;
    run(
        &mut session,
        "CREATE TABLE kinds (at DATETIME, choice ENUM('a'), doc JSON)",
    )
    .await;
    run(&mut session, "INSERT INTO parent VALUES (1)").await;
    run(
        &mut session,
        "INSERT INTO child VALUES (1, 1, 'secret', 1), (5, 1, 'five', 1)",
    )
    .await;
    for (sql, kind, number, constraint) in CASES {
        let result = session.execute(Statement::write(*sql, vec![])).await;
        let error = match result {
            Ok(done) => panic!("{sql}: {done:?}"),
            Err(error) => error,
        };
        assert_eq!(error.kind(), *kind, "{sql}: {error}");
        match error.code() {
            Some(NativeCode::Both(found, state)) => {
                assert_eq!((found, state.len()), (number, 5), "{sql}: {error}");
            }
            code => panic!("{sql}: {code:?}"),
        }
        assert_eq!(error.constraint(), *constraint, "{sql}: {error}");
        assert!(!format!("{error:?}").contains("secret"), "{sql}: {error}");
        assert_eq!(error.connection(), Some("test"));
        assert!(std::error::Error::source(&error).is_none());
    }
    assert_eq!(
        super::number(&mut session, "SELECT COUNT(*) FROM child").await,
        Some(2)
    );
}

#[tokio::test]
async fn what_the_user_may_not_do() {
    let home = Home::new("denied");
    let mut session = home.session().await;
    let user = format!("u{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
    run(&mut session, "CREATE TABLE t (id INT)").await;
    run(&mut session, &format!("CREATE USER {user} IDENTIFIED BY 'p'")).await;
    run(
        &mut session,
        &format!("GRANT SELECT ON {}.* TO {user}", home.database.name()),
    )
    .await;
    let mut address = manybase_driver::Address::parse(&home.database.url()).expect("good");
    address.user = Some(user.clone());
    address.password = Some(manybase_driver::Secret::new("p"));
    let driver =
        manybase_driver::DriverFactory::open(&manybase_mysql::MysqlFactory, &address, &Default::default());
    let pool = manybase_driver::Pool::new("denied", driver.expect("opens"), Default::default());
    let mut other = pool
        .acquire(manybase_driver::Access::Write)
        .await
        .expect("connects");
    for sql in [
        "INSERT INTO t VALUES (1)",
        "DROP TABLE t",
        "SET GLOBAL read_only = 0",
        "CREATE DATABASE mine",
    ] {
        refused(
            other.execute(Statement::write(sql, vec![])).await,
            ErrorKind::PermissionDenied,
        );
    }
    assert_eq!(number(&mut other, "SELECT COUNT(*) FROM t").await, Some(0));
    run(&mut session, &format!("DROP USER {user}")).await;
}

#[tokio::test]
async fn files_of_the_client_are_not_given_away() {
    let home = Home::new("infile");
    let mut session = home.session().await;
    run(&mut session, "CREATE TABLE t (v LONGTEXT)").await;
    let load = Statement::write("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t", vec![]);
    refused(session.execute(load).await, ErrorKind::Unsupported);
    drop(session);
    assert_eq!(
        number(&mut home.session().await, "SELECT COUNT(*) FROM t").await,
        Some(0)
    );
}
