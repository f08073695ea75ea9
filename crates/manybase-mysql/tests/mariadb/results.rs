//! Results: many columns, no rows, several results, rows that nobody wants, statements that are kept.

use super::{Home, number, refused, rows, run, text};
use manybase_driver::{
    Columns, CountSink, Done, Error, ErrorKind, FirstSink, Flow, PoolOptions, Result, Row, Sink, Statement,
};
use std::time::{Duration, Instant};

#[derive(Default)]
struct Names {
    names: Vec<String>,
    called: usize,
    sum: i64,
}

impl Sink for Names {
    fn columns(&mut self, columns: &dyn Columns) -> Result<()> {
        self.called += 1;
        self.names = (0..columns.len())
            .map(|index| columns.name(index).to_owned())
            .collect();
        assert_eq!(columns.name(columns.len()), "");
        Ok(())
    }

    fn row(&mut self, row: &dyn Row) -> Result<Flow> {
        assert!(row.i64(row.len()).is_err(), "beyond the last");
        assert!(row.is_null(row.len()));
        for index in 0..row.len() {
            self.sum += row.i64(index)?.unwrap_or_default();
        }
        Ok(Flow::Continue)
    }
}

#[tokio::test]
async fn a_hundred_columns_and_no_rows() {
    let home = Home::new("columns");
    let mut session = home.session().await;
    let columns: Vec<String> = (0..100).map(|n| format!("{n} AS `c {n}`")).collect();
    for (tail, sum) in [("", 4_950), (" FROM DUAL WHERE 1 = 0", 0)] {
        let sql = format!("SELECT {}{tail}", columns.join(", "));
        let sink = session
            .query(Statement::read(sql, vec![]), Names::default())
            .await
            .expect("runs");
        assert_eq!((sink.called, sink.names.len(), sink.sum), (1, 100, sum));
        assert_eq!(sink.names[99], "c 99");
    }
    // No result at all is one without columns.
    run(&mut session, "CREATE TABLE t (id INT)").await;
    let insert = Statement::write("INSERT INTO t VALUES (1)", vec![]);
    let sink = session.query(insert, Names::default()).await.expect("runs");
    assert_eq!((sink.called, sink.names.len()), (1, 0));
}

#[tokio::test]
async fn placeholders_are_counted() {
    let home = Home::new("placeholders");
    let mut session = home.session().await;
    for (sql, binds) in [
        ("SELECT ?", 0),
        ("SELECT ?, ?", 1),
        ("SELECT 1", 1),
        ("SELECT '?', ?", 2),
    ] {
        let binds = vec![1i64.into(); binds];
        refused(
            rows(&mut session, sql, binds, |_| Ok(())).await,
            ErrorKind::Placeholders,
        );
    }
    let many = vec![1i64.into(); 65_536];
    let sql = format!("SELECT {}", vec!["?"; 65_536].join(","));
    refused(
        rows(&mut session, &sql, many, |_| Ok(())).await,
        ErrorKind::TooManyParameters,
    );
    // A colon is nothing special, wherever it stands.
    refused(
        rows(&mut session, "SELECT :a", vec![], |_| Ok(())).await,
        ErrorKind::Syntax,
    );
    assert_eq!(
        text(&mut session, "SELECT CONCAT(1-':a', ':b')").await.as_deref(),
        Some("1:b")
    );
    assert_eq!(number(&mut session, "SELECT 7").await, Some(7));
}

#[tokio::test]
async fn only_a_script_takes_several_statements() {
    let home = Home::new("stacked");
    let mut session = home.session().await;
    run(&mut session, "CREATE TABLE t (id INT)").await;
    for sql in [
        "SELECT 1; DROP TABLE t",
        "DEALLOCATE PREPARE s; DROP TABLE t",
        "PREPARE s FROM 'SELECT 1'; DROP TABLE t",
    ] {
        refused(
            session.execute(Statement::write(sql, vec![])).await,
            ErrorKind::Syntax,
        );
        refused(
            session
                .query(Statement::read(sql, vec![]), CountSink::default())
                .await,
            ErrorKind::Syntax,
        );
    }
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(0));
    // Not preparable, so it goes as text.
    run(&mut session, "PREPARE s FROM 'SELECT 5 AS five'").await;
    let five = rows(&mut session, "EXECUTE s", vec![], |row| Ok(row.i64(0)?)).await;
    assert_eq!(five.expect("runs"), [Some(5)]);
}

#[tokio::test]
async fn a_script_stops_at_its_first_error() {
    let home = Home::new("script");
    let mut session = home.session().await;
    let script = "CREATE TABLE t (id INT PRIMARY KEY); -- a remark; with a semicolon\n\
                  INSERT INTO t VALUES (1), (2);\n/* one; more */ SELECT * FROM t; SELECT ';' , \"a;b\";\n";
    session.script(script.into()).await.expect("runs");
    assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(2));
    let script = "INSERT INTO t VALUES (3); INSERT INTO t VALUES (1); INSERT INTO t VALUES (4)";
    refused(session.script(script.into()).await, ErrorKind::UniqueViolation);
    assert_eq!(number(&mut session, "SELECT SUM(id) FROM t").await, Some(6));
}

#[tokio::test]
async fn results_behind_the_first_are_read_over() {
    let home = Home::new("several");
    let mut session = home.session().await;
    session
        .script(
            "CREATE PROCEDURE two() BEGIN SELECT 1 AS a UNION SELECT 2; SELECT 'x' AS b, 'y' AS c; END;"
                .into(),
        )
        .await
        .expect("creates");
    session
        .script("CREATE PROCEDURE bad() BEGIN SELECT 1 AS a; SELECT * FROM nowhere; END".into())
        .await
        .expect("creates");
    for _ in 0..3 {
        let first = rows(&mut session, "CALL two()", vec![], |row| Ok(row.i64(0)?)).await;
        assert_eq!(first.expect("runs"), [Some(1), Some(2)]);
        run(&mut session, "CALL two()").await;
        refused(
            rows(&mut session, "CALL bad()", vec![], |_| Ok(())).await,
            ErrorKind::UnknownTable,
        );
        assert_eq!(number(&mut session, "SELECT 7").await, Some(7));
    }
}

#[tokio::test]
async fn what_was_done_is_told() {
    let home = Home::new("done");
    let mut session = home.session().await;
    run(
        &mut session,
        "CREATE TABLE t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v INT)",
    )
    .await;
    let mut done = async |sql: &str| {
        session
            .execute(Statement::write(sql, vec![]))
            .await
            .expect("runs")
    };
    let told = |affected, last_insert_id| Done {
        affected,
        last_insert_id,
    };
    assert_eq!(
        done("INSERT INTO t (v) VALUES (1), (1), (1)").await,
        told(3, Some(1))
    );
    // Those that match, changed or not.
    assert_eq!(done("UPDATE t SET v = 1").await, told(3, None));
    assert_eq!(done("UPDATE t SET v = 2 WHERE id = 9").await, told(0, None));
    assert_eq!(
        done("INSERT INTO t (v) VALUES (1), (1) RETURNING id")
            .await
            .affected,
        2
    );
    assert_eq!(done("DELETE FROM t WHERE id > 3").await, told(2, None));
    // A key of 0 stays one.
    assert_eq!(done("INSERT INTO t (id) VALUES (0)").await.affected, 1);
    assert_eq!(number(&mut session, "SELECT MIN(id) FROM t").await, Some(0));
}

/// The rest of a large result is not read; the next statement has the right answer, in a transaction too.
#[tokio::test]
async fn a_sink_that_has_enough_stops_the_server() {
    let home = Home::with(
        "enough",
        &Default::default(),
        PoolOptions {
            max_size: 1,
            ..PoolOptions::default()
        },
    );
    let mut session = home.session().await;
    run(&mut session, "CREATE TABLE t (id INT)").await;
    let id = number(&mut session, "SELECT CONNECTION_ID()").await;
    for large in [
        "SELECT seq FROM seq_1_to_1000000000",
        "SELECT seq, REPEAT('x', 20000), SLEEP(0.03) FROM seq_1_to_1000",
    ] {
        session.begin(Default::default()).await.expect("begins");
        run(&mut session, "INSERT INTO t VALUES (1)").await;
        let begun = Instant::now();
        let sink = FirstSink::new(|row| row.i64(0).map_err(Error::from));
        let sink = session
            .query(Statement::read(large, vec![]), sink)
            .await
            .expect("runs");
        assert_eq!(sink.value, Some(Some(1)));
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        assert_eq!(number(&mut session, "SELECT 7").await, Some(7));
        assert_eq!(number(&mut session, "SELECT COUNT(*) FROM t").await, Some(1));
        session.rollback().await.expect("rolls back");
        assert_eq!(number(&mut session, "SELECT CONNECTION_ID()").await, id);
        // The sink's own error comes out, and nothing else is changed.
        let sink = FirstSink::new(|_| Err::<(), _>(Error::driver("enough of it")));
        let error = refused(
            session.query(Statement::read(large, vec![]), sink).await,
            ErrorKind::Driver,
        );
        assert_eq!(error.message(), "enough of it");
        assert_eq!(number(&mut session, "SELECT 8").await, Some(8));
        assert_eq!(number(&mut session, "SELECT CONNECTION_ID()").await, id);
    }
}
