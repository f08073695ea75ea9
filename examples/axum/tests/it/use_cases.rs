//! What its users do, and how it starts and ends.

use crate::client::{begin, get, post, send};
use crate::program::{Bank, run};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

#[test]
fn accounts_come_page_by_page() {
    let bank = Bank::on_files();
    for n in (0..25).rev() {
        bank.account(&format!("Owner {n:02}"), n);
    }
    let mut owners = Vec::new();
    let mut path = "/accounts?limit=10".to_owned();
    loop {
        let page = get(bank.at, &path).json();
        let accounts = page["accounts"].as_array().unwrap();
        owners.extend(
            accounts
                .iter()
                .map(|account| account["owner"].as_str().unwrap().to_owned()),
        );
        // One more in front: it shifts no page.
        bank.account("Another", 0);
        match page["next"].as_str() {
            Some(next) => path = format!("/accounts?limit=10&after={next}"),
            None => break,
        }
    }
    let expected: Vec<_> = (0..25).map(|n| format!("Owner {n:02}")).collect();
    assert_eq!(owners, expected);
    let reply = get(bank.at, "/accounts?after=nonsense");
    assert_eq!((reply.status, &reply.json()["code"]), (400, &json!("cursor")));
}

#[test]
fn a_transfer_changes_both_databases() {
    let bank = Bank::on_files();
    let (ann, bob) = (bank.account("Ann", 5_000), bank.account("Bob", 100));
    assert_eq!(bank.transfer(ann, bob, 700), 204);
    assert_eq!(
        (bank.balance(ann), bank.balance(bob)),
        ((4_300, 4_300), (800, 800))
    );
}

#[test]
fn what_goes_wrong_changes_neither() {
    let bank = Bank::on_files();
    let (ann, bob) = (bank.account("Ann", 100), bank.account("Bob", 0));
    let told = |body: Value| {
        let reply = post(bank.at, "/transfers", &body);
        (reply.status, reply.json()["code"].as_str().unwrap().to_owned())
    };
    let transfer = |from, to, cents| told(json!({ "from": from, "to": to, "cents": cents }));
    assert_eq!(transfer(ann, bob, 101), (409, "funds".to_owned()));
    // The first account has been changed by then.
    assert_eq!(transfer(ann, 4_711, 50), (404, "not_found".to_owned()));
    assert_eq!(transfer(ann, ann, 0), (422, "validation".to_owned()));
    assert_eq!((bank.balance(ann), bank.balance(bob)), ((100, 100), (0, 0)));
    assert_eq!(get(bank.at, "/accounts/4711").status, 404);
}

#[test]
fn rules_that_are_broken_are_told_by_field() {
    let bank = Bank::on_files();
    let reply = post(bank.at, "/accounts", &json!({ "owner": "  ", "cents": -1 }));
    assert_eq!(reply.status, 422);
    let fields: Vec<_> = reply.json()["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["field"].clone(), error["code"].clone()))
        .collect();
    assert_eq!(
        fields,
        [
            (json!("owner"), json!("non_empty")),
            (json!("cents"), json!("range"))
        ]
    );
    assert_eq!(get(bank.at, "/accounts").json()["accounts"], json!([]));
    let reply = post(bank.at, "/accounts", &json!({ "owner": "Ann" }));
    assert_eq!(reply.status, 422);
    // A body that lacks something is told as a rule is that was broken.
    let errors = json!([{ "field": "cents", "code": "missing", "message": "is missing" }]);
    assert_eq!(
        (&reply.json()["code"], &reply.json()["errors"]),
        (&json!("validation"), &errors)
    );
    assert_eq!(get(bank.at, "/accounts/seven").json()["code"], "request");
}

#[test]
fn transfers_at_once_lose_no_cent() {
    let bank = Bank::on_files();
    let accounts: Vec<_> = (0..4).map(|n| bank.account(&format!("{n}"), 1_000)).collect();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let (bank, accounts) = (&bank, &accounts);
            scope.spawn(move || {
                for n in 0..10 {
                    let (from, to) = (accounts[(worker + n) % 4], accounts[(worker + n + 1 + n % 3) % 4]);
                    let status = bank.transfer(from, to, 300);
                    assert!(matches!(status, 204 | 409), "{status}");
                }
            });
        }
    });
    let balances: Vec<_> = accounts.iter().map(|id| bank.balance(*id)).collect();
    assert!(
        balances
            .iter()
            .all(|(cents, entries)| cents == entries && *cents >= 0),
        "{balances:?}"
    );
    assert_eq!(balances.iter().map(|(cents, _)| cents).sum::<i64>(), 4_000);
}

#[test]
fn clients_that_hang_up_leave_no_half_transfers() {
    let bank = Bank::on_files();
    let (ann, bob) = (bank.account("Ann", 10_000), bank.account("Bob", 0));
    for _ in 0..20 {
        drop(begin(
            bank.at,
            "POST",
            "/transfers",
            Some(&json!({ "from": ann, "to": bob, "cents": 1 })),
        ));
    }
    // It still works, and both databases say the same.
    assert_eq!(bank.transfer(ann, bob, 1), 204);
    let (ann, bob) = (bank.balance(ann), bank.balance(bob));
    assert_eq!((ann.0, bob.0), (ann.1, bob.1));
    assert_eq!(ann.0 + bob.0, 10_000);
}

#[cfg(unix)]
#[test]
fn on_sigterm_it_answers_what_runs_and_ends_well() {
    let mut bank = Bank::on_files();
    let (ann, bob) = (bank.account("Ann", 100_000), bank.account("Bob", 0));
    assert_eq!(
        get(bank.at, "/health/ready").json()["connections"]["ledger"]["status"],
        "up"
    );
    let at = bank.at;
    let body = json!({ "from": ann, "to": bob, "cents": 1 });
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let body = body.clone();
            std::thread::spawn(move || {
                // Until nobody takes requests any more. Each that was taken has its answer.
                let mut answers = 0;
                while let Some(reply) = send(at, "POST", "/transfers", Some(&body)) {
                    assert_eq!(reply.status, 204);
                    answers += 1;
                }
                answers
            })
        })
        .collect();
    // In the middle of them.
    while get(at, &format!("/accounts/{bob}")).json()["cents"] == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    bank.terminate();
    assert!(bank.wait().success());
    let answers: i64 = clients.into_iter().map(|client| client.join().unwrap()).sum();
    assert!(answers > 0);
    // What was answered is there, and nothing else.
    let bank = bank.again();
    let booked = get(bank.at, &format!("/accounts/{bob}")).json();
    assert_eq!(booked["cents"], answers);
}

#[cfg(unix)]
#[test]
fn a_second_sigterm_cuts_off_what_still_runs() {
    let mut bank = Bank::on_files();
    // Its body never comes, so that its handler waits. It says so: it asks for the rest.
    let mut stream = TcpStream::connect(bank.at).unwrap();
    let head = "POST /transfers HTTP/1.1\r\nhost: bank\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n\
                content-length: 99\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    bank.terminate();
    while TcpStream::connect(bank.at).is_ok() {
        std::thread::sleep(Duration::from_millis(10));
    }
    bank.terminate();
    // Without it: 30 s.
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("\"stopping\""),
        "{answer}"
    );
    assert_eq!(bank.wait().code(), Some(1));
}

#[test]
fn as_an_application_it_takes_no_database_in_memory() {
    let memory = [
        ("MANYBASE_BANK_URL", "sqlite::memory:"),
        ("MANYBASE_LEDGER_URL", "sqlite::memory:"),
    ];
    let output = run(&memory);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.starts_with(
            "configuration error on connection \"bank\": environment variable MANYBASE_BANK_URL: app mode refuses"
        ),
        "{told}"
    );
}

#[test]
fn in_test_mode_it_takes_no_database_that_is_not_marked() {
    let output = run(&[
        ("MANYBASE_MODE", "test"),
        ("MANYBASE_BANK_URL", "postgres://ann:hunter2@db.example/bank"),
    ]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("test mode refuses") && told.contains("\"bank_test\""),
        "{told}"
    );
    assert!(!told.contains("hunter2"), "{told}");
}
