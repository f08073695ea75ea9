//! The saga, its databases, and what must be there afterwards.

use manybase_db::{Db, Result};
use manybase_record::prelude::*;
use manybase_saga::{Outcome, Retry, Saga, SagaId, SagaSettings, SagaState, Sagas, StepError};
use manybase_testkit::{Database, ServerError};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tempfile::TempDir;

#[derive(Debug, Model)]
#[model(table = "app_user", connection = "primary")]
pub(crate) struct User {
    #[model(key, auto)]
    id: i64,
    #[model(unique, length = 100)]
    email: String,
}

#[derive(Debug, Model)]
#[model(table = "app_profile", connection = "analytics")]
pub(crate) struct Profile {
    #[model(key)]
    user_id: i64,
    #[model(length = 100)]
    email: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct NewUser {
    pub(crate) email: String,
    /// Whether the second database refuses it.
    pub(crate) refused: bool,
}

/// Where everything is: given to the child in a variable.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) primary: String,
    pub(crate) analytics: String,
    /// The connection with the log.
    pub(crate) log: String,
    /// Milliseconds that an attempt may take.
    pub(crate) timeout: u64,
}

impl Place {
    pub(crate) fn db(&self) -> Db {
        Db::builder()
            .connect("primary", &self.primary)
            .connect("analytics", &self.analytics)
            .default_connection("primary")
            .build()
            .expect("opens")
    }

    /// A process that has waited long enough for another one after half a second.
    pub(crate) fn sagas(&self, db: &Db) -> Sagas {
        let settings = SagaSettings::new()
            .grace(Duration::from_millis(100))
            .poll(Duration::from_millis(20));
        let sagas = Sagas::with(db, self.log.as_str(), settings);
        sagas.register(create_user(self.timeout)).expect("a good saga");
        sagas
    }
}

pub(crate) fn create_user(timeout: u64) -> Saga<NewUser, manybase_saga::InTransaction> {
    let retry = Retry::new()
        .attempts(20)
        .pauses(Duration::from_millis(5), Duration::from_millis(50));
    Saga::<NewUser>::new("create-user", 1)
        .retry(retry)
        .compensation_retry(retry)
        .timeout(Duration::from_millis(timeout))
        .step("user", "primary", async |cx, tx| {
            let email = cx.input().email.clone();
            let user = User { id: 0, email }.insert(tx).await?;
            cx.put("user", &user.id)
        })
        .compensate(async |cx, tx| {
            let id: i64 = cx.get("user")?;
            match User::filter(|c| c.id.eq(id)).delete(tx).await? {
                1 => Ok(()),
                n => Err(StepError::fatal(format!("{n} users to remove"))),
            }
        })
        .step("profile", "analytics", async |cx, tx| {
            let email = cx.input().email.clone();
            let user_id = cx.get("user")?;
            Profile { user_id, email }.insert(tx).await?;
            match cx.input().refused {
                true => Err(StepError::fatal("the second database wants none of it")),
                false => Ok(()),
            }
        })
}

/// Databases of a test's own, with the tables.
pub(crate) struct World {
    pub(crate) primary: String,
    pub(crate) analytics: String,
    _directory: TempDir,
    _databases: Vec<Database>,
}

impl World {
    pub(crate) async fn new(servers: bool) -> Result<Self, ServerError> {
        let directory = tempfile::tempdir().expect("a directory");
        let file = |name: &str| format!("sqlite:{}", directory.path().join(name).display());
        let mut world = Self {
            primary: file("primary.db"),
            analytics: file("analytics.db"),
            _databases: Vec::new(),
            _directory: directory,
        };
        if servers {
            let primary = manybase_testkit::postgres()?.create_database("crash")?;
            let analytics = manybase_testkit::mariadb()?.create_database("crash")?;
            (world.primary, world.analytics) = (primary.url(), analytics.url());
            world._databases.extend([primary, analytics]);
        }
        let place = world.place("primary");
        let db = place.db();
        manybase_record::create_table::<User>(&db).await.expect("creates");
        manybase_record::create_table::<Profile>(&db)
            .await
            .expect("creates");
        for log in ["primary", "analytics"] {
            world.place(log).sagas(&db).setup().await.expect("sets up");
        }
        Ok(world)
    }

    pub(crate) fn place(&self, log: &str) -> Place {
        Place {
            primary: self.primary.clone(),
            analytics: self.analytics.clone(),
            log: log.to_owned(),
            timeout: 400,
        }
    }
}

/// What is there of a user: rows in the first and in the second database.
pub(crate) async fn there(db: &Db, email: &str) -> Result<(u64, u64)> {
    let users = User::filter(|c| c.email.eq(email)).count(db).await?;
    let profiles = Profile::filter(|c| c.email.eq(email)).count(db).await?;
    Ok((users, profiles))
}

/// Has the saga come to its end, whoever began it, and looks at what is there. Gives the outcome, if it began at all.
pub(crate) async fn settle(place: &Place, id: SagaId, input: &NewUser) -> Result<Option<Outcome>> {
    let db = place.db();
    let sagas = place.sagas(&db);
    let begun = match sagas.run(id).await {
        Ok(outcome) => Some(outcome),
        Err(error) if error.kind() == manybase_db::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let there = there(&db, &input.email).await?;
    match &begun {
        Some(Outcome::Completed(_)) => {
            assert!(!input.refused);
            assert_eq!(there, (1, 1), "{}", input.email);
            assert_eq!(sagas.show(id).await?.summary.state, SagaState::Completed);
        }
        Some(Outcome::Compensated { error }) => {
            assert!(input.refused, "{}: {error}", input.email);
            assert_eq!(there, (0, 0), "{}", input.email);
            assert_eq!(sagas.show(id).await?.summary.state, SagaState::Compensated);
        }
        Some(other) => panic!("{}: {other:?}", input.email),
        None => assert_eq!(there, (0, 0), "{}", input.email),
    }
    db.close().await?;
    Ok(begun)
}
