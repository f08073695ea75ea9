//! What must agree between the three databases, whatever has happened to whom in the middle of a sale.

use crate::failure::{Failure, Result};
use crate::model::{Account, Commission, Employee, Item, Payment, Withdrawal};
use crate::page::Page;
use crate::place::{FINANCE, HR, INVENTORY};
use manybase::prelude::*;
use std::collections::BTreeSet;

/// More than these are not listed one by one.
const SHOWN: usize = 3;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Books {
    /// What customers have ever paid in, what they have left, and what of it is ours: in finance.
    pub(crate) paid_in: Decimal,
    pub(crate) balances: Decimal,
    pub(crate) income: Decimal,
    /// What of it is the employees', by the ledger, and by the employees themselves: in HR.
    pub(crate) commissions: Decimal,
    pub(crate) earned: Decimal,
    /// The pieces that ever came in, that are there, and that were sold: in inventory.
    pub(crate) received: i64,
    pub(crate) stock: i64,
    pub(crate) sold: i64,
    /// The sales that each database knows.
    pub(crate) sales: [(&'static str, BTreeSet<Uuid>); 3],
}

impl Books {
    /// Each database is asked by itself: no sale may be under way.
    pub(crate) async fn read(db: &Db) -> Result<Self> {
        let accounts = Account::query().select(|c| (c.paid_in.sum(), c.balance.sum()));
        let items = Item::query().select(|c| (c.received.sum(), c.stock.sum()));
        let ((paid_in, balances), (received, stock), earned) = tokio::try_join!(
            accounts.one(db),
            items.one(db),
            Employee::query().select(|c| c.commission.sum()).one(db)
        )?;
        let (income, commissions, sold) = tokio::try_join!(
            Payment::query().select(|c| c.income.sum()).one(db),
            Commission::query().select(|c| c.amount.sum()).one(db),
            Withdrawal::query().select(|c| c.quantity.sum()).one(db)
        )?;
        let (in_finance, in_hr, in_inventory) = tokio::try_join!(
            Payment::query().select(|c| c.sale).all(db),
            Commission::query().select(|c| c.sale).all(db),
            Withdrawal::query().select(|c| c.sale).all(db)
        )?;
        // No rows, no sum.
        Ok(Self {
            paid_in: paid_in.unwrap_or_default(),
            balances: balances.unwrap_or_default(),
            income: income.unwrap_or_default(),
            commissions: commissions.unwrap_or_default(),
            earned: earned.unwrap_or_default(),
            received: received.unwrap_or_default(),
            stock: stock.unwrap_or_default(),
            sold: sold.unwrap_or_default(),
            sales: [
                (FINANCE, in_finance.into_iter().collect()),
                (HR, in_hr.into_iter().collect()),
                (INVENTORY, in_inventory.into_iter().collect()),
            ],
        })
    }

    /// The number of sales, when the books balance.
    pub(crate) fn transfers(&self) -> usize {
        self.sales[0].1.len()
    }

    /// Shows what is compared with what, and puts it among the figures.
    ///
    /// # Errors
    /// When the books do not balance, or a sale is missing that its seller was told is through.
    pub(crate) fn balance(&self, acknowledged: &BTreeSet<Uuid>, page: &mut Page) -> Result<()> {
        let row = |what: &str, found: String, expected: String| [what.to_owned(), found, expected];
        page.table(
            ["books", "#what is there", "#what must be"],
            [
                row(
                    "money: balances + income (finance) + commissions (hr) = paid in (finance)",
                    format!("{:.2}", self.balances + self.income + self.commissions),
                    format!("{:.2}", self.paid_in),
                ),
                row(
                    "goods: stock + sold = received (inventory)",
                    (self.stock + self.sold).to_string(),
                    self.received.to_string(),
                ),
                row(
                    "commissions: by sale = by employee (hr)",
                    format!("{:.2}", self.commissions),
                    format!("{:.2}", self.earned),
                ),
                row(
                    "sales: finance, hr, inventory = the same in all",
                    self.sales
                        .each_ref()
                        .map(|(_, sales)| sales.len().to_string())
                        .join(", "),
                    self.all().len().to_string(),
                ),
                row(
                    "acknowledged sales that are there = acknowledged sales",
                    acknowledged.intersection(&self.everywhere()).count().to_string(),
                    acknowledged.len().to_string(),
                ),
            ],
        );
        let mistakes = self.mistakes(acknowledged);
        if !mistakes.is_empty() {
            return Err(Failure::new(format!(
                "the books do not balance: {}",
                mistakes.join("; ")
            )));
        }
        page.figure("transfers", self.transfers());
        page.figure("balanced", true);
        Ok(())
    }

    fn all(&self) -> BTreeSet<Uuid> {
        self.sales.iter().flat_map(|(_, sales)| sales).copied().collect()
    }

    fn everywhere(&self) -> BTreeSet<Uuid> {
        let mut all = self.all();
        all.retain(|sale| self.sales.iter().all(|(_, sales)| sales.contains(sale)));
        all
    }

    fn mistakes(&self, acknowledged: &BTreeSet<Uuid>) -> Vec<String> {
        let mut mistakes = Vec::new();
        let money = self.balances + self.income + self.commissions;
        if money != self.paid_in {
            mistakes.push(format!("there is {money:.2} of {:.2}", self.paid_in));
        }
        let goods = self.stock + self.sold;
        if goods != self.received {
            mistakes.push(format!("there are {goods} of {} pieces", self.received));
        }
        if self.commissions != self.earned {
            mistakes.push(format!(
                "employees have {:.2} of {:.2} in commissions",
                self.earned, self.commissions
            ));
        }
        let all = self.all();
        for (connection, sales) in &self.sales {
            let missing: Vec<_> = all.difference(sales).collect();
            if !missing.is_empty() {
                mistakes.push(format!("{connection} does not know {}", list(&missing)));
            }
        }
        let lost: Vec<_> = acknowledged.difference(&all).collect();
        if !lost.is_empty() {
            mistakes.push(format!("acknowledged, and nowhere: {}", list(&lost)));
        }
        mistakes
    }
}

fn list(sales: &[&Uuid]) -> String {
    let first: Vec<_> = sales.iter().take(SHOWN).map(ToString::to_string).collect();
    let more = match sales.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{} of {}{more}", sales.len(), first.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two sales.
    fn good() -> (Books, BTreeSet<Uuid>) {
        let sales = BTreeSet::from([Uuid::from_u128(1), Uuid::from_u128(2)]);
        let books = Books {
            paid_in: Decimal::from(100),
            balances: Decimal::from(60),
            income: Decimal::from(38),
            commissions: Decimal::from(2),
            earned: Decimal::from(2),
            received: 10,
            stock: 7,
            sold: 3,
            sales: [FINANCE, HR, INVENTORY].map(|name| (name, sales.clone())),
        };
        (books, sales)
    }

    fn mistake(spoil: impl FnOnce(&mut Books, &mut BTreeSet<Uuid>)) -> String {
        let (mut books, mut acknowledged) = good();
        spoil(&mut books, &mut acknowledged);
        books.mistakes(&acknowledged).join("; ")
    }

    #[test]
    fn good_books_balance() {
        assert_eq!(mistake(|_, _| ()), "");
        // What nobody was told may be there all the same.
        assert_eq!(mistake(|_, acknowledged| acknowledged.clear()), "");
    }

    #[test]
    fn every_mistake_is_seen() {
        assert_eq!(
            mistake(|books, _| books.income += Decimal::ONE),
            "there is 101.00 of 100.00"
        );
        assert_eq!(mistake(|books, _| books.stock -= 1), "there are 9 of 10 pieces");
        assert_eq!(
            mistake(|books, _| books.earned = Decimal::ONE),
            "employees have 1.00 of 2.00 in commissions"
        );
        for at in 0..3 {
            let said = mistake(|books, _| {
                books.sales[at].1.pop_first();
            });
            let name = [FINANCE, HR, INVENTORY][at];
            assert!(said.starts_with(&format!("{name} does not know 1 of ")), "{said}");
        }
        let said = mistake(|_, acknowledged| {
            acknowledged.insert(Uuid::from_u128(3));
        });
        assert!(said.starts_with("acknowledged, and nowhere: 1 of "), "{said}");
    }
}
