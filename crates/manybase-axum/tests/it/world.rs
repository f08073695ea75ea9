//! An application over two databases, served on a port of its own.

use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use manybase_axum::{Error, Server, Stopper, TransactionLayer, Tx};
use manybase_db::{Db, ErrorKind, Mode, RecoveryMode};
use manybase_record::prelude::*;
use manybase_testkit::{Database, ServerError};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

#[derive(Debug, Clone, Model)]
#[model(connection = "shop")]
pub(crate) struct Item {
    #[model(key, auto)]
    id: i64,
    #[model(length = 100)]
    pub(crate) name: String,
}

#[derive(Debug, Clone, Model)]
#[model(connection = "audit")]
pub(crate) struct Note {
    #[model(key, auto)]
    id: i64,
    #[model(length = 100)]
    text: String,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Sqlite,
    /// The shop on PostgreSQL, the audit on MariaDB.
    Servers,
}

pub(crate) enum Home {
    Files { _directory: TempDir },
    Servers { _databases: [Database; 2] },
}

/// Handlers that wait: each says that it is there, and goes on when it may.
#[derive(Clone, Default)]
pub(crate) struct Gate {
    pub(crate) inside: Arc<Notify>,
    pub(crate) open: Arc<Notify>,
}

#[derive(Clone)]
struct App {
    db: Db,
    gate: Gate,
}

/// The application's state has the `Db` in it.
impl FromRef<App> for Db {
    fn from_ref(app: &App) -> Self {
        app.db.clone()
    }
}

pub(crate) struct World {
    pub(crate) at: SocketAddr,
    /// As the server has it; closed when the server has stopped.
    pub(crate) db: Db,
    pub(crate) gate: Gate,
    pub(crate) stopper: Stopper,
    pub(crate) serving: JoinHandle<manybase_db::Result<()>>,
    urls: [String; 2],
    _home: Home,
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        Self::new(Kind::Sqlite, |server| server)
            .await
            .expect("needs no server")
    }

    pub(crate) async fn new(kind: Kind, set: impl FnOnce(Server) -> Server) -> Result<Self, ServerError> {
        let (urls, home) = homes(kind)?;
        let db = open(&urls);
        manybase_record::create_table::<Item>(&db).await.expect("made");
        manybase_record::create_table::<Note>(&db).await.expect("made");
        let gate = Gate::default();
        let server = set(Server::new(db.clone()).without_signals());
        let stopper = server.stopper();
        let app = routes(App {
            db: db.clone(),
            gate: gate.clone(),
        });
        let app = app.merge(server.health().routes());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = listener.local_addr().expect("a port");
        Ok(Self {
            at,
            db,
            gate,
            stopper,
            serving: tokio::spawn(server.serve(listener, app)),
            urls,
            _home: home,
        })
    }

    /// Items and notes, seen from another process.
    pub(crate) async fn rows(&self) -> (u64, u64) {
        let db = open(&self.urls);
        let items = Item::query().count(&db).await.expect("counts");
        let notes = Note::query().count(&db).await.expect("counts");
        db.close().await.expect("closes");
        (items, notes)
    }

    /// Until no request has a connection.
    pub(crate) async fn idle(&self) {
        for _ in 0..1_000 {
            let busy = |name| self.db.connection(name).expect("is there").status().in_use;
            if busy("shop") + busy("audit") == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("somebody still has a connection");
    }
}

fn homes(kind: Kind) -> Result<([String; 2], Home), ServerError> {
    Ok(match kind {
        Kind::Sqlite => {
            let directory = tempfile::tempdir().expect("a directory");
            // With rollback journals, so that both are committed as one.
            let url = |name: &str| {
                format!(
                    "sqlite:{}?journal_mode=delete",
                    directory.path().join(name).display()
                )
            };
            let urls = [url("shop.db"), url("audit.db")];
            let home = Home::Files {
                _directory: directory,
            };
            (urls, home)
        }
        Kind::Servers => {
            let shop = manybase_testkit::postgres()?.create_database("shop_test")?;
            let audit = manybase_testkit::mariadb()?.create_database("audit_test")?;
            let urls = [shop.url(), audit.url()];
            let home = Home::Servers {
                _databases: [shop, audit],
            };
            (urls, home)
        }
    })
}

fn open(urls: &[String; 2]) -> Db {
    let builder = Db::builder().mode(Mode::Test).recovery(RecoveryMode::Off);
    let builder = builder.connect("shop", &urls[0]).connect("audit", &urls[1]);
    builder.build().expect("opens")
}

fn routes(app: App) -> Router {
    let layer = TransactionLayer::new(app.db.clone());
    let lenient = layer
        .clone()
        .commit_on(|status| status != StatusCode::IM_A_TEAPOT);
    Router::new()
        .route("/items/{name}", post(create))
        .route("/status/{status}", post(answer))
        .route("/panic", post(panics))
        .route("/wait", post(waits))
        .route("/keep", post(keeps))
        .route("/nothing", get(async || "nothing"))
        .route("/twice", post(takes_it_twice))
        .route("/after", post(fails_after_the_commit))
        .route("/deferred", post(fails_at_the_commit))
        .route("/inside", post(uses_the_outer_db))
        .route("/direct", get(names))
        .layer(layer)
        .route("/lenient/{status}", post(answer).layer(lenient))
        .route("/no-layer", post(create_one))
        .with_state(app)
}

fn item(name: &str) -> Item {
    Item {
        id: 0,
        name: name.to_owned(),
    }
}

async fn write(tx: &Tx, name: &str) -> manybase_axum::Result<()> {
    item(name).insert(tx).await?;
    let note = Note {
        id: 0,
        text: format!("made {name}"),
    };
    note.insert(tx).await?;
    Ok(())
}

async fn create(tx: Tx, Path(name): Path<String>) -> manybase_axum::Result<StatusCode> {
    write(&tx, &name).await?;
    Ok(StatusCode::CREATED)
}

async fn create_one(tx: Tx) -> manybase_axum::Result<StatusCode> {
    write(&tx, "one").await?;
    Ok(StatusCode::CREATED)
}

/// Writes, and answers with this status.
async fn answer(tx: Tx, Path(status): Path<u16>) -> manybase_axum::Result<StatusCode> {
    write(&tx, "answered").await?;
    StatusCode::from_u16(status).map_err(|_| Error::not_found("there is no such status"))
}

async fn panics(tx: Tx) -> manybase_axum::Result<StatusCode> {
    write(&tx, "panic").await?;
    panic!("a mistake in a handler");
}

async fn waits(State(app): State<App>, tx: Tx) -> manybase_axum::Result<StatusCode> {
    write(&tx, "waits").await?;
    app.gate.inside.notify_one();
    app.gate.open.notified().await;
    Ok(StatusCode::CREATED)
}

async fn keeps(tx: Tx) -> manybase_axum::Result<StatusCode> {
    write(&tx, "kept").await?;
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(tx);
    });
    Ok(StatusCode::CREATED)
}

/// As an extractor and its handler would.
async fn takes_it_twice(first: Tx, second: Tx) -> manybase_axum::Result<StatusCode> {
    write(&first, "first").await?;
    let seen = Item::query().count(&second).await?;
    match seen {
        1 => Ok(StatusCode::CREATED),
        _ => Ok(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

async fn fails_after_the_commit(tx: Tx) -> manybase_axum::Result<StatusCode> {
    write(&tx, "after").await?;
    let mail = manybase_db::Error::new(ErrorKind::Database, "the mail could not be sent");
    tx.at_end(async move |_, _| Err(mail))?;
    Ok(StatusCode::CREATED)
}

/// A reference that SQLite looks at when it commits.
async fn fails_at_the_commit(State(db): State<Db>, tx: Tx) -> manybase_axum::Result<StatusCode> {
    for table in [
        "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
        "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
    ] {
        manybase_record::sql(table).using("shop").execute(&db).await?;
    }
    manybase_record::sql("INSERT INTO child VALUES (7)")
        .using("shop")
        .execute(&tx)
        .await?;
    Ok(StatusCode::CREATED)
}

/// What a transaction can't see, and on SQLite waits for.
async fn uses_the_outer_db(State(db): State<Db>, tx: Tx) -> manybase_axum::Result<StatusCode> {
    write(&tx, "inside").await?;
    item("outside").insert(&db).await?;
    Ok(StatusCode::CREATED)
}

async fn names(State(db): State<Db>) -> manybase_axum::Result<String> {
    let items = Item::query().order_by(|c| c.name.asc()).all(&db).await?;
    Ok(items
        .iter()
        .map(|item| item.name.as_str())
        .collect::<Vec<_>>()
        .join(" "))
}
