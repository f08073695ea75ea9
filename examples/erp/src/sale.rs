//! A sale: one transaction, three databases.

use crate::model::{Account, Commission, Employee, Item, Payment, Withdrawal};
use manybase::prelude::*;
use manybase::{Ack, Error, ErrorKind, PreparedTransaction, TransactionSettings};

/// How often it is tried again when two sales got into each other's way.
const RETRIES: u32 = 5;

#[derive(Clone, Debug)]
pub(crate) struct Sale {
    pub(crate) id: Uuid,
    pub(crate) customer: i64,
    pub(crate) employee: i64,
    pub(crate) sku: String,
    pub(crate) quantity: i32,
    /// Of one piece.
    pub(crate) price: Decimal,
}

impl Sale {
    pub(crate) fn total(&self) -> Decimal {
        self.price * Decimal::from(self.quantity)
    }

    /// A twentieth of the price.
    pub(crate) fn commission(&self) -> Decimal {
        (self.total() / Decimal::from(20)).round_dp(2)
    }

    /// Sells, everywhere or nowhere. Nothing here knows on how many servers that is: the models do.
    pub(crate) async fn book(&self, db: &Db) -> manybase::Result<()> {
        let settings = TransactionSettings::new().retries(RETRIES);
        db.transaction_with(settings)
            .run(async |tx| self.enter(tx).await)
            .await
    }

    /// As [`Sale::book`] in two steps: this is everything but the last word. Once that is given, it is acknowledged;
    /// databases that do not have their part by then get it afterwards.
    pub(crate) async fn prepare(&self, db: &Db) -> manybase::Result<PreparedTransaction> {
        let settings = TransactionSettings::new().ack(Ack::Decision);
        let tx = db.transaction_with(settings).begin().await?;
        self.enter(&tx).await?;
        tx.prepare().await
    }

    /// In the same order each time, so that two sales never wait for each other.
    async fn enter(&self, tx: &Transaction) -> manybase::Result<()> {
        self.take_the_money(tx).await?;
        self.pay_the_commission(tx).await?;
        self.take_the_goods(tx).await
    }

    /// In finance.
    async fn take_the_money(&self, tx: &Transaction) -> manybase::Result<()> {
        let total = self.total();
        let account = Account::filter(|c| c.customer_number.eq(self.customer) & c.balance.ge(total));
        if account.update(tx, |c| c.balance.set(c.balance - total)).await? != 1 {
            let why = format!("customer {} can't pay {total:.2}", self.customer);
            return Err(Error::new(ErrorKind::CheckViolation, why));
        }
        let payment = Payment {
            sale: self.id,
            customer_number: self.customer,
            income: total - self.commission(),
        };
        payment.insert(tx).await?;
        Ok(())
    }

    /// In HR.
    async fn pay_the_commission(&self, tx: &Transaction) -> manybase::Result<()> {
        let amount = self.commission();
        let commission = Commission {
            sale: self.id,
            employee_id: self.employee,
            amount,
        };
        commission.insert(tx).await?;
        let employee = Employee::filter(|c| c.id.eq(self.employee));
        if employee
            .update(tx, |c| c.commission.set(c.commission + amount))
            .await?
            != 1
        {
            let why = format!("nobody in HR has the number {}", self.employee);
            return Err(Error::new(ErrorKind::NotFound, why));
        }
        Ok(())
    }

    /// In inventory. By now the two others have their part.
    async fn take_the_goods(&self, tx: &Transaction) -> manybase::Result<()> {
        let item = Item::filter(|c| c.sku.eq(&self.sku) & c.stock.ge(self.quantity));
        if item.update(tx, |c| c.stock.set(c.stock - self.quantity)).await? != 1 {
            let why = format!("there are no {} of {}", self.quantity, self.sku);
            return Err(Error::new(ErrorKind::CheckViolation, why));
        }
        let withdrawal = Withdrawal {
            sale: self.id,
            sku: self.sku.clone(),
            quantity: self.quantity,
        };
        withdrawal.insert(tx).await?;
        Ok(())
    }
}
