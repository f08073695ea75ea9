//! The accounts on PostgreSQL, the ledger on MariaDB.

use crate::client::{get, post};
use crate::program::Bank;
use manybase_testkit::{Database, ServerError};
use serde_json::json;

fn databases() -> Result<[Database; 2], ServerError> {
    Ok([
        manybase_testkit::postgres()?.create_database("bank")?,
        manybase_testkit::mariadb()?.create_database("ledger")?,
    ])
}

#[test]
fn the_same_program_on_two_servers() {
    let [bank, ledger] = manybase_testkit::require_server!(databases());
    let bank = Bank::on(&bank.url(), &ledger.url());
    let (ann, bob) = (bank.account("Ann", 5_000), bank.account("Bob", 100));
    assert_eq!(bank.transfer(ann, bob, 700), 204);
    assert_eq!(
        (bank.balance(ann), bank.balance(bob)),
        ((4_300, 4_300), (800, 800))
    );
    assert_eq!(bank.transfer(ann, 4_711, 1), 404);
    assert_eq!(bank.balance(ann), (4_300, 4_300));
    let reply = post(bank.at, "/accounts", &json!({ "owner": "", "cents": 0 }));
    assert_eq!(reply.status, 422);
    let ready = get(bank.at, "/health/ready");
    assert_eq!((ready.status, &ready.json()["status"]), (200, &json!("ready")));
}
