//! TLS, with certificates that the test makes.

use crate::support::*;
use manybase_driver::{Access, Address, CountSink, DriverFactory, Error, Statement};
use manybase_postgres::PostgresFactory;
use manybase_testkit::{Postgres, Skipped, require_server, skip};
use std::time::Duration;

/// Runs on the server, in its data directory and as its user, so that the key belongs to it.
const CERTIFICATES: &str = "cat > /dev/null; \
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.crt && \
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr && \
    echo subjectAltName=DNS:localhost > server.ext && \
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext \
        -out server.crt && chmod 600 server.key";

async fn connect(url: &str) -> Result<(), Error> {
    let driver = PostgresFactory.open(&Address::parse(url)?, &connect_options())?;
    let mut connection = driver.connect(Access::Read).await?;
    let encrypted = "SELECT 1 FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl";
    let encrypted = Statement::read(encrypted, vec![]);
    let sink: Box<dyn std::any::Any> = connection
        .query(encrypted, Box::new(CountSink::default()))
        .await?;
    let expected = u64::from(!url.contains("disable"));
    assert_eq!(sink.downcast::<CountSink>().unwrap().0, expected, "{url}");
    connection.close().await
}

#[tokio::test]
async fn modes() {
    require_server!(Postgres::available());
    if std::process::Command::new("openssl")
        .arg("version")
        .output()
        .is_err()
    {
        return skip(Skipped::new("TLS", "openssl is missing"));
    }
    let server = Postgres::start().unwrap();
    let setup = pool(&server.system_url(), &connect_options());
    {
        let session = &mut setup.acquire(Access::Write).await.unwrap();
        script(session, &format!("COPY (SELECT 1) TO PROGRAM '{CERTIFICATES}'")).await;
        script(session, "ALTER SYSTEM SET ssl = on").await;
        script(session, "SELECT pg_reload_conf()").await;
    }
    let url = server.system_url();
    eventually("TLS is on", async || {
        connect(&format!("{url}?sslmode=require")).await.is_ok()
    })
    .await;
    for mode in ["disable", "prefer", "require"] {
        connect(&format!("{url}?sslmode={mode}")).await.unwrap();
    }
    // An authority that nobody knows, then the right one, then the right one for another name.
    let error = connect(&format!("{url}?sslmode=verify-full")).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    let file = server.dir().join("data/ca.crt");
    let verified = format!("{url}?sslmode=verify-full&sslrootcert={}", file.display());
    let error = connect(&verified).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
    let named = verified.replace("127.0.0.1", "localhost");
    connect(&named).await.unwrap();

    // A statement is cancelled over TLS too.
    let encrypted = pool(&named, &connect_options());
    let mut session = encrypted.acquire(Access::Read).await.unwrap();
    let sleep = session.execute(Statement::read("SELECT pg_sleep(30)", vec![]));
    assert!(
        tokio::time::timeout(Duration::from_millis(200), sleep)
            .await
            .is_err()
    );
    drop(session);
    eventually("the statement ends", async || {
        running(&mut setup.acquire(Access::Read).await.unwrap(), "SELECT pg_sleep").await == 0
    })
    .await;
}
