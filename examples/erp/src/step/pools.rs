//! How busy the connections are. At the end of the tour nobody may have one.

use crate::failure::{Failure, Result};
use crate::page::Page;
use manybase::Db;

pub(crate) fn pools(db: &Db, page: &mut Page) -> Result<()> {
    page.title("Pools");
    let (mut rows, mut in_use) = (Vec::new(), 0);
    for name in db.connections() {
        let status = db.connection(&name)?.status();
        in_use += status.in_use;
        rows.push([
            name.to_string(),
            status.open.to_string(),
            status.in_use.to_string(),
            status.waiting.to_string(),
            status.max.to_string(),
        ]);
    }
    page.table(["connection", "#open", "#in use", "#waiting", "#at most"], rows);
    page.figure("connections_in_use", in_use);
    match in_use {
        0 => Ok(()),
        _ => Err(Failure::new(format!("{in_use} connections have not come back"))),
    }
}
