use super::*;
use crate::bind::Wire;
use crate::row::Protocol;
use crate::wire::Failure;
use manybase_driver::Columns;

const FULL: usize = 0xFF_FFFF;

/// A result of one column and one row, whose only cell is this text.
fn result(text: &[u8]) -> Vec<u8> {
    let column = [
        &b"\x03def\0\0\0\x01n\0\x0c"[..],
        &[45, 0, 0xFF, 0xFF, 0xFF, 0, 0xFD, 0, 0, 0, 0, 0],
    ];
    let length = u32::try_from(text.len()).unwrap().to_le_bytes();
    let row = [&[0xFD][..], &length[..3], text].concat();
    let mut answer = [packet(1, &[1]), packet(2, &column.concat())].concat();
    let mut number = 3;
    // Also behind what fills packets to the last byte there is another one.
    for part in row
        .chunks(FULL)
        .chain(row.len().is_multiple_of(FULL).then_some(&[][..]))
    {
        answer.extend(packet(number, part));
        number += 1;
    }
    answer.extend(packet(number, &[0xFE, 0, 0, 2, 0, 0, 0]));
    answer
}

#[tokio::test]
async fn packets_come_in_pieces() {
    let (mut link, mut server) = link();
    let say = async {
        assert_eq!(hear(&mut server).await, (0, b"\x03SELECT 1".to_vec()));
        for byte in result(b"seven") {
            server.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let (rows, ()) = tokio::join!(link.texts("SELECT 1"), say);
    assert_eq!(rows.unwrap()[0].text(0), Some("seven"));
}

#[tokio::test]
async fn what_is_longer_than_a_packet_comes_in_several() {
    // Four bytes stand before the text.
    for length in [FULL - 5, FULL - 4, FULL - 3] {
        let (mut link, mut server) = link();
        let text: Vec<u8> = (0..length).map(|at| b'a' + (at % 26) as u8).collect();
        let say = async {
            hear(&mut server).await;
            server.write_all(&result(&text)).await.unwrap();
        };
        let (rows, ()) = tokio::join!(link.texts("SELECT 1"), say);
        assert!(rows.unwrap()[0].bytes(0) == Some(&text[..]), "{length}");
        // And the next answer begins where it should.
        let say = async {
            assert_eq!(hear(&mut server).await, (0, vec![0x0E]));
            super::say(&mut server, 1, OK).await;
        };
        let (pong, ()) = tokio::join!(link.ping(), say);
        pong.unwrap();
    }
}

#[tokio::test]
async fn what_is_longer_than_a_packet_goes_in_several() {
    for length in [FULL - 2, FULL - 1, FULL, 2 * FULL - 1] {
        let (mut link, mut server) = link();
        let sql = "x".repeat(length);
        let listen = async {
            let (mut asked, mut expected) = (Vec::new(), 0);
            loop {
                let (number, part) = hear(&mut server).await;
                assert_eq!(number, expected);
                expected += 1;
                asked.extend_from_slice(&part);
                if part.len() < FULL {
                    break;
                }
            }
            say(&mut server, expected, OK).await;
            asked
        };
        let (done, asked) = tokio::join!(link.run(&sql), listen);
        done.unwrap();
        assert!(asked[0] == 3 && asked[1..] == *sql.as_bytes(), "{length}");
    }
}

#[tokio::test]
async fn values_beyond_a_packet_go_one_by_one() {
    let (mut link, mut server) = link();
    let long = vec![7; FULL];
    let values = [
        Wire::Int(5),
        Wire::Bytes(long.clone()),
        Wire::NULL,
        Wire::Bytes(vec![]),
    ];
    link.execute(9, &values, true);
    let listen = async {
        let mut parts = Vec::new();
        for at in [1, 1, 3] {
            let (number, part) = hear(&mut server).await;
            assert_eq!(number, 0);
            assert_eq!(part[..7], [0x18, 9, 0, 0, 0, at, 0]);
            parts.extend_from_slice(&part[7..]);
        }
        assert!(parts == long);
        let (_, run) = hear(&mut server).await;
        let types = [[8, 0], [0xFD, 0], [6, 0], [0xFD, 0]].concat();
        let head = [&[0x17, 9, 0, 0, 0, 0, 1, 0, 0, 0, 0b0100, 1][..], &types].concat();
        assert_eq!(run, [&head[..], &5_i64.to_le_bytes()].concat());
        say(&mut server, 1, OK).await;
    };
    let (done, ()) = tokio::join!(link.answer(None), listen);
    assert!(done.unwrap().is_none());
}

/// Of servers before MySQL 5.7 and MariaDB 10.2: an `EOF_Packet` stands behind what is told of values and columns, and
/// behind the rows.
#[tokio::test]
async fn answers_in_their_old_form() {
    const END: &[u8] = &[0xFE, 0, 0, 1, 0];
    const COLUMN: &[u8] = b"\x03def\0\0\0\x01n\0\x0c\x2d\0\xff\xff\xff\0\xfd\0\0\0\0\0";
    let (mut link, mut server) = link();
    link.ends_with_ok = false;
    let serve = async {
        assert_eq!(hear(&mut server).await, (0, b"\x16SELECT ?".to_vec()));
        let prepared = &[0, 9, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0];
        for (number, body) in (1..).zip([&prepared[..], COLUMN, END, COLUMN, END]) {
            say(&mut server, number, body).await;
        }
        assert_eq!(hear(&mut server).await.1[..5], [0x17, 9, 0, 0, 0]);
        for (number, body) in (1..).zip([&[1][..], COLUMN, END, b"\0\0\x03abc", END]) {
            say(&mut server, number, body).await;
        }
    };
    let ask = async {
        link.prepare("SELECT ?");
        let prepared = link.prepared().await.unwrap();
        assert_eq!((prepared.id, prepared.values, prepared.columns.len()), (9, 1, 1));
        link.execute(9, &[Wire::Int(5)], false);
        let columns = link.answer(Some(&prepared.columns)).await.unwrap().unwrap();
        let row = link.row().await.unwrap().unwrap();
        let mut spans = Vec::new();
        let found = Protocol::Binary.spans(link.body(&row), columns.all(), &mut spans);
        found.unwrap();
        assert_eq!(spans, [(3, 6)]);
        assert!(link.row().await.unwrap().is_none());
        assert!(link.status().unwrap().is_in_transaction() && !link.is_in_rows());
    };
    tokio::join!(serve, ask);
}

#[tokio::test]
async fn what_makes_no_sense_ends_the_connection() {
    for answer in [
        // Out of order.
        packet(5, OK),
        // Ends too early.
        packet(1, &[0, 0]),
        // Columns left out, of which nothing was said before.
        packet(1, &[1, 0]),
        // A row whose cell is longer than the row.
        [packet(1, &[1]), packet(2, &[9, b'x'])].concat(),
    ] {
        let (mut link, mut server) = link();
        server.write_all(&answer).await.unwrap();
        let failure = link.texts("SELECT 1").await.map(drop).unwrap_err();
        assert!(matches!(failure, Failure::Unexpected(_)), "{failure:?}");
        assert!(link.has_ended());
    }
}

#[tokio::test]
async fn why_the_server_goes_is_told_even_out_of_turn() {
    let (mut link, mut server) = link();
    say(&mut server, 0, b"\xFF\xBF\x0F#08S01idle for too long").await;
    drop(server);
    let failure = link.run("SELECT 1").await.unwrap_err();
    assert_eq!(failure.code(), Some(4031));
    assert!(matches!(link.run("SELECT 1").await, Err(Failure::Closed(_))));
}

/// A server can ask for a file whenever it likes.
#[tokio::test]
async fn nobody_gets_a_file_that_was_not_offered() {
    let (mut link, mut server) = link();
    let serve = async {
        hear(&mut server).await;
        say(&mut server, 1, b"\xFB/etc/passwd").await;
        assert_eq!(hear(&mut server).await, (2, vec![]));
        // There is more behind it.
        say(&mut server, 3, &[0, 0, 0, 2 | 8, 0, 0, 0]).await;
        say(&mut server, 4, OK).await;
    };
    let (done, ()) = tokio::join!(link.run("SELECT 1"), serve);
    assert!(matches!(done, Err(Failure::LocalFile)));
    let serve = async {
        hear(&mut server).await;
        server.write_all(&result(b"seven")).await.unwrap();
    };
    let (rows, ()) = tokio::join!(link.texts("SELECT 7"), serve);
    assert_eq!(rows.unwrap()[0].text(0), Some("seven"));
}

#[tokio::test]
async fn a_statement_with_the_values_of_many_rows() {
    let (mut link, mut server) = link();
    let values = [
        Wire::Int(1),
        Wire::Bytes(b"a".to_vec()),
        Wire::Int(2),
        Wire::NULL,
        Wire::NULL,
        Wire::Bytes(Vec::new()),
    ];
    link.execute_in_bulk(7, &[[0x08, 0], [0xFD, 0]], &values);
    let say = async {
        let asked = [
            &[0xFA, 7, 0, 0, 0, 0x80, 0, 0x08, 0, 0xFD, 0][..],
            &[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, b'a'],
            &[0, 2, 0, 0, 0, 0, 0, 0, 0, 1],
            &[1, 0, 0],
        ];
        assert_eq!(hear(&mut server).await, (0, asked.concat()));
        super::say(&mut server, 1, &[0, 3, 0, 2, 0, 0, 0]).await;
    };
    let (answer, ()) = tokio::join!(link.answer(None), say);
    assert!(answer.unwrap().is_none());
    assert_eq!(link.status().unwrap().affected, 3);
}
