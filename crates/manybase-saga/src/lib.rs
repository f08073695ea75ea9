//! Floor 6 of Manybase: sagas, for what can't be one transaction.
//!
//! A saga is a row of steps that are done one after another, each durable by itself. When one fails for good, those
//! before it are undone in reverse order by compensations. A process may die at any moment: another one goes on.
//!
//! ```text
//!   start ──► log: saga, steps          the log is in one database
//!               │ claim: lease, token
//!               ▼
//!            step 1 ──► effect + barrier, one transaction, in the step's own database
//!               │
//!            step 2 ──► call, with an idempotency key
//!               │ fails for good
//!               ▼
//!            compensation of step 1 ──► effect + barrier
//! ```
//!
//! ```
//! use manybase_db::Db;
//! use manybase_record::{create_table, prelude::*};
//! use manybase_saga::{Saga, Sagas};
//!
//! #[derive(Debug, Model)]
//! #[model(connection = "primary")]
//! struct User {
//!     #[model(key, auto)]
//!     id: i64,
//!     email: String,
//! }
//!
//! #[derive(Debug, Model)]
//! #[model(connection = "analytics")]
//! struct Profile {
//!     #[model(key)]
//!     user_id: i64,
//!     #[model(unique, length = 100)]
//!     email: String,
//! }
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct NewUser {
//!     email: String,
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> manybase_db::Result<()> {
//! let db = Db::builder()
//!     .connect("primary", "sqlite::memory:")
//!     .connect("analytics", "sqlite::memory:")
//!     .open()
//!     .await?;
//! create_table::<User>(&db).await?;
//! create_table::<Profile>(&db).await?;
//!
//! let sagas = Sagas::new(&db, "primary");
//! sagas.register(
//!     Saga::<NewUser>::new("create-user", 1)
//!         .step("user", "primary", async |cx, tx| {
//!             let user = User { id: 0, email: cx.input().email.clone() }.insert(tx).await?;
//!             cx.put("user", &user.id)
//!         })
//!         .compensate(async |cx, tx| {
//!             let id: i64 = cx.get("user")?;
//!             User::filter(|c| c.id.eq(id)).delete(tx).await?;
//!             Ok(())
//!         })
//!         .step("profile", "analytics", async |cx, tx| {
//!             let profile = Profile { user_id: cx.get("user")?, email: cx.input().email.clone() };
//!             profile.insert(tx).await?;
//!             Ok(())
//!         }),
//! )?;
//!
//! let ann = NewUser { email: "ann@example.org".into() };
//! let id = sagas.start("create-user", &ann).await?;
//! assert!(sagas.run(id).await?.is_completed());
//!
//! // The second database refuses the same address, and the user goes again.
//! let id = sagas.start("create-user", &ann).await?;
//! assert!(!sagas.run(id).await?.is_completed());
//! assert_eq!(User::query().count(&db).await?, 1);
//! # Ok(())
//! # }
//! ```
//!
//! - [`Saga`]: what a saga consists of. [`Cx`]: what its steps are given. [`StepError`]: what they say.
//! - [`Sagas`]: starts them, runs them, and tells of them.
//! - [`Runner`]: runs whatever is due, also what other processes have left behind.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod attempt;
mod barrier;
mod clock;
mod context;
mod data;
mod definition;
mod error;
mod id;
mod info;
mod instance;
mod log;
mod outcome;
mod pinned;
mod retry;
mod sagas;
mod settings;
mod state;
mod tables;

pub use context::Cx;
pub use data::Data;
pub use definition::{AnyStep, Begin, InCall, InTransaction, Saga, StepFunc};
pub use error::{StepError, StepResult};
pub use id::SagaId;
pub use info::{SagaDetails, SagaFilter, SagaSummary, StepDetails};
pub use outcome::Outcome;
pub use retry::Retry;
pub use sagas::{Runner, Sagas};
pub use settings::SagaSettings;
pub use state::{SagaState, StepKind, StepState};
