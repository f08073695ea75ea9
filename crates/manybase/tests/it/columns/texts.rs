//! Texts and bytes.

use crate::support::{On, fails_with, on_every_database};
use manybase::prelude::*;
use manybase::{ErrorKind, Result, create_table};
use std::sync::Arc;

on_every_database! { texts_of_all_kinds, bytes_of_all_kinds }

#[derive(Debug, Clone, PartialEq, Model)]
struct Words {
    #[model(key, auto)]
    id: i64,
    text: String,
}

async fn texts_of_all_kinds(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Words>(db).await?;
    let long = "ä😀x".repeat(100_000);
    let texts = [
        "",
        " ",
        " both ends ",
        "'; DROP TABLE words; --",
        "\"double\" 'single' `back`",
        "back\\slash \\' \\\" \\0 \\n",
        "100% _ ! ? ?? $1 :name @x #",
        "line\nbreak\r\n\ttab",
        "\u{1}\u{1f}\u{7f}",
        "äöü ß ẞ é e\u{301}",
        "😀👨‍👩‍👧‍👦",
        "\u{10FFFF}\u{FFFD}\u{FEFF}",
        "مرحبا 你好 ไทย",
        "NULL",
        "null",
        "0",
        "true",
        &long,
    ];
    for text in texts {
        let one = Words {
            id: 0,
            text: text.to_owned(),
        }
        .insert(db)
        .await?;
        assert!(Words::find(one.id).one(db).await?.text == text, "{text:.80}");
        assert_eq!(
            Words::filter(|c| c.text.eq(text)).count(db).await?,
            1,
            "{text:.80}"
        );
    }
    let many: Vec<_> = texts
        .iter()
        .map(|text| Words {
            id: 0,
            text: (*text).to_owned(),
        })
        .collect();
    Words::insert_many(many, db).await?;
    assert_eq!(
        Words::filter(|c| c.text.in_list(texts)).count(db).await?,
        2 * texts.len() as u64
    );
    // NUL: kept where the database can, else an error that says so.
    let nul = Words {
        id: 0,
        text: "a\0b".into(),
    }
    .insert(db)
    .await;
    if on.kind == crate::support::Kind::Postgres {
        let error = fails_with(nul, ErrorKind::Value, "Words");
        assert!(
            error.message().to_lowercase().contains("nul") || error.message().contains("0x00"),
            "{error}"
        );
    } else {
        let nul = nul?;
        assert_eq!(Words::find(nul.id).one(db).await?.text, "a\0b");
        assert_eq!(Words::filter(|c| c.text.eq("a\0b")).count(db).await?, 1);
        assert_eq!(Words::filter(|c| c.text.eq("a")).count(db).await?, 0);
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Blob {
    #[model(key, auto)]
    id: i64,
    data: Vec<u8>,
}

async fn bytes_of_all_kinds(on: Arc<On>) -> Result<()> {
    let db = &on.db;
    create_table::<Blob>(db).await?;
    let large: Vec<u8> = (0..2_000_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for data in [
        vec![],
        vec![0],
        (0..=255).collect(),
        b"'\"\\\0%".to_vec(),
        vec![0xFF, 0xFE],
        large,
    ] {
        let one = Blob {
            id: 0,
            data: data.clone(),
        }
        .insert(db)
        .await?;
        assert!(Blob::find(one.id).one(db).await?.data == data);
        assert_eq!(Blob::filter(|c| c.data.eq(&data[..])).count(db).await?, 1);
    }
    assert_eq!(
        Blob::filter(|c| c.data.in_list([vec![], vec![0u8], vec![7]]))
            .count(db)
            .await?,
        2
    );
    Ok(())
}
