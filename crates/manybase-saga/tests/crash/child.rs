//! The process that dies: this same program, run again.

use crate::seed::{NewUser, Place};
use manybase_db::ErrorKind;
use manybase_saga::SagaId;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// The variable that makes a child of this program.
const ROLE: &str = "MANYBASE_SAGA_TEST_CHILD";

#[derive(Serialize, Deserialize)]
struct Role {
    place: Place,
    id: SagaId,
    input: NewUser,
}

/// Not a test of its own: what the child runs. It starts the saga, unless another child has, and runs it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else {
        return;
    };
    let role: Role = serde_json::from_str(&role).unwrap();
    let db = role.place.db();
    let sagas = role.place.sagas(&db);
    match sagas.show(role.id).await {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            sagas.start_as(role.id, "create-user", &role.input).await.unwrap();
        }
        Err(error) => panic!("{error}"),
    }
    sagas.run(role.id).await.unwrap();
}

/// Starts a child that runs a saga. `fault` says where it dies; the points that it reaches are written to `log`.
pub(crate) fn spawn(
    place: &Place,
    id: SagaId,
    input: &NewUser,
    fault: Option<&str>,
    log: Option<&Path>,
) -> Child {
    let role = Role {
        place: place.clone(),
        id,
        input: input.clone(),
    };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["child::child", "--exact", "--nocapture"])
        .env(ROLE, serde_json::to_string(&role).unwrap())
        .env_remove("MANYBASE_FAULT")
        .env_remove("MANYBASE_FAULT_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(fault) = fault {
        command.env("MANYBASE_FAULT", fault);
    }
    if let Some(log) = log {
        command.env("MANYBASE_FAULT_LOG", log);
    }
    command.spawn().unwrap()
}

/// Waits for a child without keeping the runtime.
pub(crate) async fn wait(mut child: Child) -> ExitStatus {
    tokio::task::spawn_blocking(move || child.wait().unwrap())
        .await
        .unwrap()
}

/// The points of sagas that a child reaches when nothing happens to it, each with its count.
pub(crate) async fn points(place: &Place, input: &NewUser) -> Vec<(String, u32)> {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("points");
    let status = wait(spawn(place, SagaId::new(), input, None, Some(&log))).await;
    assert!(status.success(), "{status}");
    let text = std::fs::read_to_string(&log).unwrap();
    let mut points: Vec<(String, u32)> = Vec::new();
    for name in text.lines().filter(|name| name.starts_with("saga-")) {
        let before = points.iter().filter(|(other, _)| other == name).count();
        points.push((name.to_owned(), u32::try_from(before + 1).unwrap()));
    }
    points
}
