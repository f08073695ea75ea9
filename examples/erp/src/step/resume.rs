//! The start after a crash: what was in doubt, and whether the books balance.

use crate::books::Books;
use crate::failure::Result;
use crate::page::Page;
use crate::place::Place;
use crate::settle::settle;
use manybase::serde_json::json;

pub(crate) async fn resume(place: &Place, page: &mut Page) -> Result<()> {
    page.title("What the last start has left");
    let settled = settle(place.db(), page).await?;
    page.figure(
        "recovered",
        json!({
            "in_doubt": settled.in_doubt,
            "committed": settled.committed.len(),
            "rolled_back": settled.rolled_back.len(),
        }),
    );
    let acknowledged = place.log().read()?;
    page.figure("acknowledged", acknowledged.len());
    let books = Books::read(place.db()).await?;
    books.balance(&acknowledged, page)?;
    page.say(&format!(
        "the books balance: {} sales, in all three databases or in none, and all of the {} that were acknowledged",
        books.transfers(),
        acknowledged.len()
    ));
    Ok(())
}
