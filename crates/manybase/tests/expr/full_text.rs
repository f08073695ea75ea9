//! Full-text search: one corpus, and the same answers everywhere.

use crate::support::{Kind, On, Seeded, on_every_database};
use manybase::prelude::*;
use manybase::{
    Db, ErrorKind, FullText, Model, Result, TextSearch, create_full_text_index, create_table,
    drop_full_text_index, full_text, sql,
};
use std::sync::Arc;

on_every_database! {
    the_same_answers,
    what_users_type,
    random_words,
    kept_up_to_date,
    together_with_all_the_rest,
    languages,
    without_an_index,
    keys_of_other_kinds,
    by_hand,
    searches_that_were_equal,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Article {
    #[model(key, auto)]
    id: i64,
    author_id: i64,
    title: String,
    body: Option<String>,
    views: i64,
    #[model(soft_delete)]
    deleted_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Author {
    #[model(key)]
    id: i64,
    name: String,
}

/// It fails so, and the message has these parts.
#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T>, kind: ErrorKind, parts: &[&str]) {
    let error = result.expect_err("is refused");
    assert_eq!(error.kind(), kind, "{error}");
    for part in parts {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
}

type Columns = <Article as Model>::Columns;

fn text(a: &Columns) -> FullText {
    full_text((a.title, a.body))
}

fn article(title: &str, body: Option<&str>) -> Article {
    Article {
        id: 0,
        author_id: 1,
        title: title.into(),
        body: body.map(Into::into),
        views: 0,
        deleted_at: None,
    }
}

const CORPUS: [(&str, Option<&str>); 10] = [
    ("The Quick", Some("brown Fox jumps over the lazy dog")),
    ("state of the art", Some("a b ab cd apple")),
    (
        "mail",
        Some("write to ann@example.org, or see foo_bar and foo-bar and and/or"),
    ),
    ("Über", Some("Straße café CAFÉ naïve")),
    ("don't", Some("it's 3.14 and C++, covid-19 /usr/bin <b>bold</b>")),
    ("日本語", Some("東京タワー “quoted” words—dashes")),
    ("end here", Some("begin there")),
    ("plain", Some("cafe strasse uber foxes")),
    ("only a title", None),
    ("", Some("")),
];

async fn filled(on: &On) -> Result<()> {
    create_table::<Article>(&on.db).await?;
    let rows = CORPUS.map(|(title, body)| article(title, body));
    // Half of them are there before the index, half come later.
    let (before, after) = rows.split_at(5);
    Article::insert_many(before.to_vec(), &on.db).await?;
    create_full_text_index::<Article>(&on.db, text).await?;
    Article::insert_many(after.to_vec(), &on.db).await?;
    Ok(())
}

async fn ids(on: &On, search: impl Into<TextSearch>) -> Result<Vec<i64>> {
    let query = Article::filter(|a| text(&a).matches(search)).order_by(|a| a.id.asc());
    query.select(|a| a.id).all(&on.db).await
}

async fn the_same_answers(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let words: [(&str, &[i64]); 27] = [
        ("fox", &[1]),
        ("FOX Quick", &[1]),
        ("quick the", &[1]),
        ("the", &[1, 2]),
        ("fox apple", &[]),
        ("ab", &[2]),
        ("a", &[2, 9]),
        ("ab apple", &[2]),
        ("ab quick", &[]),
        ("ann@example.org", &[3]),
        ("example", &[3]),
        ("foo", &[3]),
        ("foo_bar", &[3]),
        ("foo-bar", &[3]),
        ("bar/and/foo", &[3]),
        ("or", &[3]),
        ("café", &[4]),
        ("CAFÉ", &[4]),
        ("cafe", &[8]),
        ("über straße", &[4]),
        ("don't", &[5]),
        ("c++", &[5]),
        ("3.14 COVID-19", &[5]),
        ("usr bold", &[5]),
        ("日本語", &[6]),
        ("quoted dashes words", &[6]),
        ("title", &[9]),
    ];
    for (search, expected) in words {
        assert_eq!(ids(&on, search).await?, expected, "{search}");
    }
    let phrases: [(&str, &[i64]); 8] = [
        ("quick brown", &[1]),
        ("brown quick", &[]),
        ("state of the art", &[2]),
        ("state art", &[]),
        ("a b", &[2]),
        ("b a", &[]),
        ("here begin", &[7]),
        ("over the lazy", &[1]),
    ];
    for (search, expected) in phrases {
        assert_eq!(ids(&on, TextSearch::phrase(search)).await?, expected, "{search}");
    }
    let prefixes: [(&str, &[i64]); 7] = [
        ("fox", &[1, 8]),
        ("f", &[1, 3, 8]),
        ("ap", &[2]),
        ("quick bro", &[1]),
        ("foo-ba", &[3]),
        ("ÜB", &[4]),
        ("東京", &[6]),
    ];
    for (search, expected) in prefixes {
        assert_eq!(ids(&on, TextSearch::prefix(search)).await?, expected, "{search}");
    }
    assert_eq!(ids(&on, TextSearch::any("fox apple ab nothing")).await?, [1, 2]);
    assert_eq!(ids(&on, TextSearch::any("ab cd")).await?, [2]);
    let web: [(&str, &[i64]); 9] = [
        ("fox or apple", &[1, 2]),
        ("the -fox", &[2]),
        ("the -ab", &[1]),
        ("\"the lazy\" or \"of the\" -state", &[1]),
        ("a -title", &[2]),
        ("ab or foxes", &[2, 8]),
        ("-fox", &[]),
        ("ab -apple", &[]),
        ("ab -nothing -xy", &[2]),
    ];
    for (search, expected) in web {
        assert_eq!(ids(&on, TextSearch::web(search)).await?, expected, "{search}");
    }
    // What is not found is all the rest.
    let rest = Article::filter(|a| !text(&a).matches("the"))
        .count(&on.db)
        .await?;
    assert_eq!(rest, 8);
    assert_eq!(
        Article::filter(|a| !text(&a).matches("ab")).count(&on.db).await?,
        9
    );
    assert_eq!(
        Article::filter(|a| !text(&a).matches("")).count(&on.db).await?,
        10
    );
    Ok(())
}

/// Nothing that is typed is an error or an operator of the database.
async fn what_users_type(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let long = "x".repeat(100_000);
    let many = "fox ".repeat(50_000);
    let deep = "(".repeat(5_000);
    let inputs = [
        "",
        " ",
        "\t\r\n",
        "'",
        "\"",
        "\"\"",
        "''",
        "`",
        "\\",
        "\\'",
        "\0",
        "fox\0dog",
        "%",
        "_",
        "*",
        "+",
        "-",
        "--",
        "~",
        "<",
        ">",
        "(",
        ")",
        "()",
        "fox*",
        "*fox",
        "+fox",
        "-fox",
        "~fox",
        "@5",
        "\"fox\" @5",
        "fox AND",
        "AND",
        "NOT fox",
        "NEAR(fox dog, 5)",
        "NEAR/5",
        "title:fox",
        "text : fox",
        "{title body} : fox",
        "^fox",
        "fox & dog",
        "fox | dog",
        "!fox",
        "fox:*",
        "fox:A",
        "fox <-> dog",
        "fox <2> dog",
        "'fox",
        "fox'",
        "\"fox",
        "fox\"",
        "fox' OR '1'='1",
        "'; DROP TABLE article; --",
        "x') OR 1=1 --",
        "$1",
        "?",
        ":name",
        "@var",
        "${x}",
        "\u{feff}fox",
        "🎉",
        "🎉fox",
        "e\u{301}",
        "\u{202e}fox",
        "the",
        "of the",
        "\u{1}",
        "\u{7f}",
        "ﬁ",
        "İ",
        "ß",
        "ǅ",
        "fox\u{a0}dog",
        "０１２",
        "\u{e000}",
        "a\u{0}b",
        "\u{10ffff}",
        "[[:<:]]",
        "(?i)",
        "\\p{L}",
        "a{1,}",
        &long,
        &many,
        &deep,
    ];
    for input in inputs {
        for search in [
            TextSearch::words(input),
            TextSearch::any(input),
            TextSearch::phrase(input),
            TextSearch::prefix(input),
            TextSearch::web(input),
        ] {
            let query = Article::filter(|a| text(&a).matches(search.clone()));
            let query = query.order_by(|a| text(&a).rank(search.clone()).desc());
            let shown: String = input.chars().take(40).collect();
            let found = query
                .all(&on.db)
                .await
                .unwrap_or_else(|error| panic!("{shown:?}: {error}"));
            if search.is_empty() {
                assert!(found.is_empty(), "{shown:?}");
            }
        }
    }
    for (input, expected) in [
        ("NOT fox", vec![]),
        ("title:fox", vec![]),
        ("fox & dog", vec![1]),
        ("fox | apple", vec![]),
        ("+fox", vec![1]),
        ("-fox", vec![1]),
        ("!fox", vec![1]),
        ("fox*", vec![1]),
        ("fox' OR '1'='1", vec![]),
    ] {
        assert_eq!(ids(&on, input).await?, expected, "{input}");
    }
    Ok(())
}

/// Random texts and searches of a few words, against what Rust finds.
async fn random_words(on: Arc<On>) -> Result<()> {
    create_table::<Article>(&on.db).await?;
    create_full_text_index::<Article>(&on.db, text).await?;
    let vocabulary = [
        "a", "be", "the", "fox", "foxes", "dog", "über", "x1", "2024", "of",
    ];
    let mut dice = Seeded(11);
    let mut some = |most: u64| -> Vec<&str> {
        let count = dice.below(most) + 1;
        (0..count).map(|_| vocabulary[dice.below(10) as usize]).collect()
    };
    let rows: Vec<Vec<&str>> = (0..60).map(|_| some(6)).collect();
    let articles = rows.iter().map(|words| {
        let (title, body) = words.split_at(words.len() / 2);
        article(&title.join(" "), Some(&body.join(" - ")))
    });
    Article::insert_many(articles.collect::<Vec<_>>(), &on.db).await?;
    let has = |row: &[&str], phrase: &[&str]| row.windows(phrase.len()).any(|part| part == phrase);
    for _ in 0..120 {
        let (first, second, without) = (some(3), some(2), some(1));
        let (first, second, without) = (&first[..], &second[..], &without[..]);
        let expect = |test: &dyn Fn(&[&str]) -> bool| -> Vec<i64> {
            let found = rows.iter().enumerate().filter(|(_, row)| test(row));
            found.map(|(at, _)| at as i64 + 1).collect()
        };
        let typed = first.join(" ");
        assert_eq!(
            ids(&on, &*typed).await?,
            expect(&|row| first.iter().all(|word| row.contains(word))),
            "{typed}"
        );
        assert_eq!(
            ids(&on, TextSearch::phrase(&typed)).await?,
            expect(&|row| has(row, first)),
            "{typed}"
        );
        let web = format!("\"{typed}\" or \"{}\" -{}", second.join(" "), without[0]);
        assert_eq!(
            ids(&on, TextSearch::web(&web)).await?,
            expect(&|row| (has(row, first) || has(row, second)) && !row.contains(&without[0])),
            "{web}"
        );
        let (last, whole) = first.split_last().expect("one at least");
        assert_eq!(
            ids(&on, TextSearch::prefix(&typed)).await?,
            expect(&|row| whole.iter().all(|word| row.contains(word))
                && row.iter().any(|word| word.starts_with(last))),
            "{typed}*"
        );
    }
    Ok(())
}

async fn kept_up_to_date(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    // Twice does no harm.
    create_full_text_index::<Article>(&on.db, text).await?;
    let mut first = Article::find(1).one(&on.db).await?;
    first.title = "A slow wolf".into();
    first.save(&on.db).await?;
    assert_eq!(ids(&on, "quick").await?, [] as [i64; 0]);
    assert_eq!(ids(&on, "wolf fox").await?, [1]);
    Article::filter(|a| a.id.eq(2))
        .update(&on.db, |a| a.body.set(Some("zebra".to_owned())))
        .await?;
    assert_eq!(ids(&on, "apple").await?, [] as [i64; 0]);
    assert_eq!(ids(&on, "zebra art").await?, [2]);
    // A change of what is not searched, and of the key.
    Article::query()
        .update(&on.db, |a| a.views.set(a.views + 1))
        .await?;
    Article::filter(|a| a.id.eq(2))
        .update(&on.db, |a| a.id.set(42))
        .await?;
    assert_eq!(ids(&on, "zebra").await?, [42]);
    let mut upserted = article("upserted zebra", None);
    upserted.id = 42;
    Article::upsert_many(vec![upserted])
        .by(|a| a.id)
        .exec(&on.db)
        .await?;
    assert_eq!(ids(&on, "zebra").await?, [42]);
    assert_eq!(ids(&on, "art").await?, [] as [i64; 0]);
    Article::filter(|a| text(&a).matches("zebra"))
        .hard_delete(&on.db)
        .await?;
    assert_eq!(ids(&on, "zebra").await?, [] as [i64; 0]);
    let inserted = article("a new one", None).insert(&on.db).await?;
    assert_eq!(inserted.title, "a new one");
    assert_eq!(ids(&on, "new").await?, [inserted.id]);
    // What is rolled back is not found.
    let undone: Result<()> = on
        .db
        .transaction(async |tx| {
            article("okapi", None).insert(tx).await?;
            Err(manybase::Error::new(ErrorKind::NotFound, "no"))
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(ids(&on, "okapi").await?, [] as [i64; 0]);
    drop_full_text_index::<Article>(&on.db, text).await?;
    article("another one", None).insert(&on.db).await?;
    create_full_text_index::<Article>(&on.db, text).await?;
    assert_eq!(ids(&on, "another").await?.len(), 1);
    Ok(())
}

async fn together_with_all_the_rest(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    create_table::<Author>(&on.db).await?;
    Author {
        id: 1,
        name: "Ann".into(),
    }
    .insert(&on.db)
    .await?;
    let joined = Article::query()
        .join_on(Author::alias("w"), |a, w| a.author_id.eq(w.id))
        .filter(|(a, w)| text(&a).matches("fox") & w.name.eq("Ann"))
        .select(|(a, w)| (a.id, w.name, text(&a).rank("fox")))
        .all(&on.db)
        .await?;
    assert_eq!((joined.len(), joined[0].0), (1, 1));
    assert!(joined[0].2 > 0.0, "{}", joined[0].2);
    let other = Article::alias("other");
    let by_alias = other.filter(|a| text(&a).matches("fox ab") | text(&a).matches("lazy"));
    assert_eq!(by_alias.count(&on.db).await?, 1);
    let inside = Author::filter(|w| {
        w.id.in_query(Article::filter(|a| text(&a).matches("fox")).select(|a| a.author_id))
    });
    assert_eq!(inside.count(&on.db).await?, 1);
    let related = Author::filter(|w| {
        exists(Article::alias("x").filter(|x| x.author_id.eq(w.id) & text(&x).matches("nothing")))
    });
    assert_eq!(related.count(&on.db).await?, 0);
    // The best first: it has the word more often, and more of the words.
    article("zebra zebra zebra lion", None).insert(&on.db).await?;
    article("one zebra among many other words that are no such thing", None)
        .insert(&on.db)
        .await?;
    let search = TextSearch::any("zebra lion");
    let best = Article::filter(|a| text(&a).matches(search.clone()))
        .select(|a| (a.title, text(&a).rank(search.clone())))
        .order_by(|a| text(&a).rank(search.clone()).desc())
        .all(&on.db)
        .await?;
    assert_eq!(best.len(), 2);
    assert!(
        best[0].0.starts_with("zebra zebra") && best[0].1 > best[1].1,
        "{best:?}"
    );
    // Deleted ones are hidden here too.
    Article::filter(|a| text(&a).matches("zebra lion"))
        .delete(&on.db)
        .await?;
    assert_eq!(
        Article::filter(|a| text(&a).matches("zebra"))
            .count(&on.db)
            .await?,
        1
    );
    assert_eq!(
        Article::filter(|a| text(&a).matches("zebra"))
            .with_deleted()
            .count(&on.db)
            .await?,
        2
    );
    let page = Article::filter(|a| text(&a).matches("the"))
        .order_by(|a| a.id.asc())
        .limit(1)
        .offset(1);
    assert_eq!(page.select(|a| a.id).all(&on.db).await?, [2]);
    if on.kind.is_server() {
        on.db
            .transaction(async |tx| {
                let locked = Article::filter(|a| text(&a).matches("fox"))
                    .for_update()
                    .all(tx)
                    .await?;
                assert_eq!(locked.len(), 1);
                Ok(())
            })
            .await?;
    }
    // Another search in the same place: no text of another is taken for it.
    for (search, expected) in [
        ("fox", vec![1]),
        ("apple", vec![2]),
        ("fox dog", vec![1]),
        ("ab", vec![2]),
    ] {
        assert_eq!(ids(&on, search).await?, expected);
    }
    Ok(())
}

async fn languages(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    let english = |a: &Columns| text(a).language("english");
    let found = |words: &'static str| Article::filter(move |a| english(&a).matches(words)).select(|a| a.id);
    let made = create_full_text_index::<Article>(&on.db, english).await;
    match on.kind {
        Kind::MariaDb => {
            refused(made, ErrorKind::Unsupported, &["MariaDB", "language"]);
            refused(
                found("fox").all(&on.db).await,
                ErrorKind::Unsupported,
                &["MariaDB", "language"],
            );
        }
        _ => {
            made?;
            let mut foxes = found("foxes jumping").all(&on.db).await?;
            foxes.sort_unstable();
            assert_eq!(foxes, [1]);
        }
    }
    if on.kind.is_sqlite() {
        let german = Article::filter(|a| text(&a).language("german").matches("fox"));
        refused(
            german.all(&on.db).await,
            ErrorKind::Unsupported,
            &["SQLite", "english"],
        );
    }
    if on.kind == Kind::Postgres {
        let german = Article::filter(|a| text(&a).language("german").matches("words"));
        assert_eq!(german.count(&on.db).await?, 1);
        // The index serves.
        sql("ANALYZE article").execute(&on.db).await?;
        on.db
            .transaction(async |tx| {
                sql("SET LOCAL enable_seqscan = off").execute(tx).await?;
                let plan = Article::filter(|a| text(&a).matches("fox")).explain(tx).await?;
                assert!(plan.contains("article_full_text_title_body"), "{plan}");
                Ok(())
            })
            .await?;
    }
    Ok(())
}

/// PostgreSQL needs none; the others say what is missing.
async fn without_an_index(on: Arc<On>) -> Result<()> {
    create_table::<Article>(&on.db).await?;
    article("fox", None).insert(&on.db).await?;
    let found = Article::filter(|a| text(&a).matches("fox")).all(&on.db).await;
    match on.kind {
        Kind::Postgres => assert_eq!(found?.len(), 1),
        Kind::MariaDb => {
            refused(
                found,
                ErrorKind::UnknownColumn,
                &["full_text_title_body", "create_full_text_index"],
            );
            let by_hand = Article::filter(|a| text(&a).by_columns().matches("fox"))
                .all(&on.db)
                .await;
            refused(by_hand, ErrorKind::Statement, &["FULLTEXT"]);
        }
        _ => refused(
            found,
            ErrorKind::UnknownTable,
            &["article_full_text_title_body", "create_full_text_index"],
        ),
    }
    // To take away what is not there does no harm.
    drop_full_text_index::<Article>(&on.db, text).await
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Coded {
    #[model(key)]
    code: String,
    words: String,
}

#[derive(Debug, Clone, PartialEq, Model)]
struct Numbered {
    #[model(key)]
    number: i64,
    words: String,
}

async fn keys_of_other_kinds(on: Arc<On>) -> Result<()> {
    create_table::<Coded>(&on.db).await?;
    create_table::<Numbered>(&on.db).await?;
    let made = create_full_text_index::<Coded>(&on.db, |c| full_text(c.words)).await;
    match on.kind.is_sqlite() {
        true => refused(made, ErrorKind::Unsupported, &["SQLite", "key", "Coded"]),
        false => made?,
    }
    // On SQLite such a key is not the number of the row.
    create_full_text_index::<Numbered>(&on.db, |c| full_text(c.words)).await?;
    for (number, words) in [(700, "seven hundred"), (7, "seven"), (-1, "less than nothing")] {
        Numbered {
            number,
            words: words.into(),
        }
        .insert(&on.db)
        .await?;
    }
    Numbered::filter(|c| c.number.eq(700)).delete(&on.db).await?;
    let found = Numbered::filter(|c| full_text(c.words).matches("seven"))
        .all(&on.db)
        .await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].number, 7);
    let ranked = Numbered::filter(|c| full_text(c.words).matches("nothing"));
    let ranked = ranked
        .select(|c| (c.number, full_text(c.words).rank("nothing")))
        .all(&on.db)
        .await?;
    assert!(ranked[0].0 == -1 && ranked[0].1 > 0.0, "{ranked:?}");
    Ok(())
}

/// A statement that was run with two equal searches, and then with two that differ.
async fn searches_that_were_equal(on: Arc<On>) -> Result<()> {
    filled(&on).await?;
    for (one, other, expected) in [
        ("fox", "fox", vec![1]),
        ("fox", "apple", vec![1, 2]),
        ("apple", "apple", vec![2]),
        ("plain", "café", vec![4, 8]),
    ] {
        let found = Article::filter(|a| text(&a).matches(one) | text(&a).matches(other));
        let found = found
            .order_by(|a| a.id.asc())
            .select(|a| a.id)
            .all(&on.db)
            .await?;
        assert_eq!(found, expected, "{one}, {other}");
    }
    Ok(())
}

/// An index that stands there already, as in a legacy database.
async fn by_hand(on: Arc<On>) -> Result<()> {
    create_table::<Numbered>(&on.db).await?;
    Numbered {
        number: 1,
        words: "Seven ab foxes".into(),
    }
    .insert(&on.db)
    .await?;
    let found =
        |words: &'static str| Numbered::filter(move |c| full_text(c.words).by_columns().matches(words));
    match on.kind {
        Kind::MariaDb => {
            on.execute("ALTER TABLE numbered MODIFY words VARCHAR(200) COLLATE utf8mb4_general_ci, ADD FULLTEXT (words)")
                .await?;
        }
        Kind::Postgres => {
            on.execute("CREATE INDEX by_hand ON numbered USING GIN (to_tsvector('simple', words))")
                .await?;
        }
        _ => {
            refused(
                found("x").all(&on.db).await,
                ErrorKind::Unsupported,
                &["SQLite", "create_full_text_index"],
            );
            return Ok(());
        }
    }
    for (words, count) in [("seven", 1), ("FOXES ab", 1), ("ab", 1), ("eight", 0)] {
        assert_eq!(found(words).count(&on.db).await?, count, "{words}");
    }
    Ok(())
}

/// What the databases of one program can do says the dialect, before anything is sent.
#[tokio::test]
async fn nothing_else_is_asked_of_the_database() -> Result<()> {
    let db = Db::builder().connect("main", "sqlite::memory:").build()?;
    let compiled = sql("SELECT COUNT(*) FROM pragma_compile_options WHERE compile_options = 'ENABLE_FTS5'");
    assert_eq!(compiled.scalar::<i64>(&db).await?, 1);
    Ok(())
}
