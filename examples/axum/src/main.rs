//! `bank`: reads `manybase.toml` and the environment, serves until SIGTERM or Ctrl-C. `BANK_LISTEN` says where.

// A program tells its failure on stderr, and where it listens on stdout; libraries stay under the lint.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use manybase::Db;
use manybase::axum::Server;
use std::error::Error;
use std::process::ExitCode;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    // The file says `mode = "app"`, and the environment may say otherwise.
    let db = Db::from_env(None).await?;
    bank::prepare(&db).await?;
    let listen = std::env::var("BANK_LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(listen).await?;
    let server = Server::new(db.clone());
    let app = bank::app(db, &server);
    println!("listening on {}", listener.local_addr()?);
    server.serve(listener, app).await?;
    Ok(())
}
