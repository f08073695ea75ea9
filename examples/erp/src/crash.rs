//! Sellers at work, and a process that dies in the middle of it.

#[cfg(feature = "servers")]
mod child;

#[cfg(feature = "servers")]
pub(crate) use child::elsewhere;

use crate::failure::{Failure, Result};
use crate::log::Pen;
use crate::model::{Account, Employee, Item};
use crate::page::Page;
use crate::place::{Leads, Place};
use crate::random::Random;
use crate::sale::Sale;
use manybase::ErrorKind;
use manybase::prelude::*;
use manybase::serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;

const SELLERS: u32 = 8;
/// As many customers and items as are sold to and sold.
const CHOICE: u64 = 1_000;
/// For the first sale.
const PATIENCE: Duration = Duration::from_secs(60);
/// For a sale to come to its commit, when it is time to die.
const A_BAD_MOMENT: Duration = Duration::from_secs(1);

/// Sells, and kills this process so long after the first sale.
///
/// # Errors
/// When it comes to no sale. It never returns otherwise.
pub(crate) async fn crash(place: &Place, after: Duration, page: &mut Page) -> Result<Infallible> {
    page.title("Killed in the middle");
    let shop = Arc::new(Shop::open(place).await?);
    let mut sellers = JoinSet::new();
    let mut random = Random::new(Uuid::new_v4().as_u64_pair().0);
    for _ in 0..SELLERS {
        sellers.spawn(sell(shop.clone(), random.branch()));
    }
    let moment = async {
        shop.first.notified().await;
        tokio::time::sleep(after).await;
    };
    tokio::select! {
        () = moment => {}
        Some(ended) = sellers.join_next() => match ended {
            Ok(Err(failure)) => return Err(failure),
            Ok(Ok(never)) => match never {},
            Err(error) => return Err(Failure::new(format!("a seller has died alone: {error}"))),
        },
        () = tokio::time::sleep(PATIENCE + after) => {
            return Err(Failure::new(format!("nothing could be sold for {PATIENCE:?}"))
                .with_way_out("begin with new data: everything may be sold"));
        }
    }
    let acknowledged = shop.acknowledged.load(Ordering::Relaxed);
    let under_way = shop.under_way.load(Ordering::Relaxed);
    page.say(&format!(
        "{acknowledged} sales acknowledged and {under_way} under way: this process kills itself now, by SIGKILL\n\
         go on with: {}",
        place.leads().command()
    ));
    let mut figure = json!({ "acknowledged": acknowledged, "under_way": under_way });
    place.leads().add_to(&mut figure);
    page.figure("crash", figure);
    page.last_words();
    // At a bad moment: somewhere between the promise of all databases and the end of the last one's part.
    let _ = tokio::time::timeout(A_BAD_MOMENT, shop.prepared.notified()).await;
    // Finer than the runtime's clock. The sellers have threads of their own.
    std::thread::sleep(Duration::from_micros(random.below(600).into()));
    die()
}

/// Nothing is dropped, closed or flushed after this.
fn die() -> ! {
    #[cfg(unix)]
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    std::process::abort()
}

struct Shop {
    db: Db,
    customers: Vec<i64>,
    employees: Vec<i64>,
    items: Vec<(String, Decimal)>,
    pen: Pen,
    acknowledged: AtomicUsize,
    under_way: AtomicUsize,
    first: Notify,
    prepared: Notify,
}

impl Shop {
    async fn open(place: &Place) -> Result<Self> {
        let db = place.db();
        let accounts = Account::query().order_by(|c| (c.balance.desc(), c.customer_number.asc()));
        let items = Item::query().order_by(|c| (c.stock.desc(), c.sku.asc()));
        Ok(Self {
            customers: accounts
                .limit(CHOICE)
                .select(|c| c.customer_number)
                .all(db)
                .await?,
            employees: Employee::query().select(|c| c.id).all(db).await?,
            items: items.limit(CHOICE).select(|c| (c.sku, c.price)).all(db).await?,
            db: db.clone(),
            pen: place.log().open()?,
            acknowledged: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            first: Notify::new(),
            prepared: Notify::new(),
        })
    }

    fn sale(&self, random: &mut Random) -> Sale {
        let (sku, price) = random.pick(&self.items).clone();
        Sale {
            id: Uuid::now_v7(),
            customer: *random.pick(&self.customers),
            employee: *random.pick(&self.employees),
            sku,
            quantity: 1 + i32::try_from(random.below(3)).unwrap_or_default(),
            price,
        }
    }

    /// In two steps, where somebody waits for the moment in between.
    async fn book(&self, sale: &Sale, in_two_steps: bool) -> manybase::Result<()> {
        if !in_two_steps {
            return sale.book(&self.db).await;
        }
        let prepared = sale.prepare(&self.db).await?;
        self.prepared.notify_waiters();
        prepared.commit().await
    }
}

async fn sell(shop: Arc<Shop>, mut random: Random) -> Result<Infallible> {
    loop {
        let sale = shop.sale(&mut random);
        shop.under_way.fetch_add(1, Ordering::Relaxed);
        let booked = shop.book(&sale, random.below(2) == 0).await;
        shop.under_way.fetch_sub(1, Ordering::Relaxed);
        match booked {
            Ok(()) => {
                // The customer is told. From here on it must not be lost, whatever happens.
                shop.pen.write(sale.id)?;
                shop.acknowledged.fetch_add(1, Ordering::Relaxed);
                shop.first.notify_one();
            }
            // No money, or no goods; or another sale was in the way. The next customer.
            Err(error) if error.kind() == ErrorKind::CheckViolation || error.is_retryable() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

impl Leads {
    /// How a person goes on.
    fn command(&self) -> String {
        let features = if cfg!(feature = "servers") {
            " --features servers"
        } else {
            ""
        };
        match self {
            Self::Data(path) => format!("cargo run -p erp{features} -- --data {}", quoted(path)),
            Self::Config(path) => format!("cargo run -p erp{features} -- --config {} --keep", quoted(path)),
        }
    }

    fn add_to(&self, figure: &mut Value) {
        match self {
            Self::Data(path) => figure["data"] = path.display().to_string().into(),
            Self::Config(path) => figure["config"] = path.display().to_string().into(),
        }
    }
}

/// For a shell.
fn quoted(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    match text.chars().all(plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_a_shell() {
        for (path, text) in [
            ("/tmp/erp-1.x", "/tmp/erp-1.x"),
            ("/tmp/my data", "'/tmp/my data'"),
            ("/tmp/it's", r"'/tmp/it'\''s'"),
        ] {
            assert_eq!(quoted(path.as_ref()), text);
        }
    }
}
