//! What the three names stand for.

use crate::failure::Result;
use crate::page::{Page, shown};
use manybase::Db;
use manybase::serde_json::json;

pub(crate) async fn databases(db: &Db, page: &mut Page) -> Result<()> {
    page.title("Three named connections");
    let mut rows = Vec::new();
    let mut figures = manybase::serde_json::Map::new();
    for (name, answer) in db.ping().await {
        let (connection, ping) = (db.connection(&name)?, answer?);
        let dialect = connection.dialect().name();
        let address = connection.address();
        let figure = json!({ "dialect": dialect, "version": ping.server_version, "address": address });
        figures.insert(name.to_string(), figure);
        rows.push([
            name.to_string(),
            dialect.to_owned(),
            ping.server_version,
            address,
            shown(ping.took),
        ]);
    }
    page.table(["connection", "database", "version", "address", "#ping"], rows);
    page.figure("databases", figures);
    Ok(())
}
