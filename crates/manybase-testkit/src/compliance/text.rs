//! Texts: exact comparison, patterns, functions.

use super::case::Case;
use super::db::{TEXT, col};
use super::verdict::Verdict;
use manybase_sql::expr::Aggregate;
use manybase_sql::{DataType, Expr, Insert, LikePattern, Order, Select, Value};

const I64: DataType = DataType::I64;

/// Texts that differ in what a collation or a pattern might overlook.
const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "A",
    "a ",
    "ab",
    "aB",
    "AB",
    "50%",
    "50",
    "5_0",
    "5x0",
    "back\\slash",
    "back/slash",
    "wow!",
    "wow",
    "star*",
    "start",
    "what?",
    "what1",
    "[ab]",
    "[^a]",
    "]",
    "-",
    "ä",
    "Ä",
    "ae",
    "ß",
    "ss",
    "strasse",
    "straße",
    "STRASSE",
    "😀",
    "a😀b",
    "line\nbreak",
    "it's",
    "null",
    "é",
    "e\u{301}",
];

pub(super) fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// What a pattern means: `%` any run, `_` one character, `\` escapes.
pub(super) fn like(text: &str, pattern: &str) -> bool {
    fn run(text: &[char], pattern: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|skip| run(&text[skip..], rest)),
            ['_', rest @ ..] => !text.is_empty() && run(&text[1..], rest),
            ['\\', c, rest @ ..] => text.first() == Some(c) && run(&text[1..], rest),
            [c, rest @ ..] => text.first() == Some(c) && run(&text[1..], rest),
        }
    }
    run(&Vec::from_iter(text.chars()), &Vec::from_iter(pattern.chars()))
}

/// A condition, its name, and what it means.
type Form = (String, Expr, Box<dyn Fn(&str) -> bool + Send>);

/// Runs conditions over all texts and compares with what Rust finds.
async fn find(case: Case, forms: Vec<Form>) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("texts");
    db.table(&name, &[("id", I64), ("t", TEXT)]).await?;
    let insert = Insert::into(name.clone(), ["id", "t"]);
    let insert = (0i64..).zip(TEXTS).fold(insert, |insert, (id, text)| {
        insert.row([id.into(), Value::from(*text)])
    });
    db.run(&insert).await?;
    let mut wrong = Vec::new();
    for (form, condition, oracle) in forms {
        let select = Select::from(name.clone())
            .item(col("t", TEXT))
            .filter(condition)
            .order_by(Expr::typed_column("id", I64, false), Order::Asc);
        let got = match db.column(&select, TEXT).await {
            Ok(got) => got,
            Err(error) => {
                wrong.push(format!("{form}: {error}"));
                continue;
            }
        };
        let expected = Vec::from_iter(
            TEXTS
                .iter()
                .filter(|text| oracle(text))
                .map(|text| Value::from(*text)),
        );
        if got != expected {
            wrong.push(format!("{form}: expected {expected:?}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

pub(super) fn t() -> Expr {
    col("t", TEXT)
}

/// Texts are equal when they are the same: case, accents and spaces at the end count.
pub(super) async fn equality_is_exact(case: Case) -> Verdict {
    let mut forms: Vec<Form> = Vec::new();
    for text in TEXTS {
        forms.push((
            format!("= {text:?}"),
            t().eq(*text),
            Box::new(move |other| other == *text),
        ));
        forms.push((
            format!("<> {text:?}"),
            t().ne(*text),
            Box::new(move |other| other != *text),
        ));
    }
    let some = ["a", "Ä", "ss", "a😀b"];
    forms.push((
        "IN".into(),
        t().in_list(some),
        Box::new(move |text| some.contains(&text)),
    ));
    forms.push((
        "NOT IN".into(),
        t().not_in_list(some),
        Box::new(move |text| !some.contains(&text)),
    ));
    let many = || {
        TEXTS
            .iter()
            .map(|text| text.to_string())
            .take(3)
            .chain((0..2_000).map(|n| format!("no {n}")))
    };
    forms.push((
        "IN many".into(),
        t().in_list(many()),
        Box::new(|text| TEXTS[..3].contains(&text)),
    ));
    find(case, forms).await
}

pub(super) async fn patterns(case: Case) -> Verdict {
    let patterns = [
        "%", "", "_", "__", "a%", "A%", "%b", "%B%", "a_", "50\\%", "50%", "5\\_0", "5_0", "%\\\\%", "wow!",
        "wow_", "%!%", "star*", "star_", "what?", "[ab]", "[%", "%]", "_ab_", "ä", "Ä", "_", "%😀%", "a_b",
        "%'%", "%\n%", "stra%e",
    ];
    let mut forms: Vec<Form> = Vec::new();
    for pattern in patterns {
        let parsed = || LikePattern::parse(pattern);
        forms.push((
            format!("LIKE {pattern:?}"),
            t().like(parsed()),
            Box::new(move |text| like(text, pattern)),
        ));
        forms.push((
            format!("NOT LIKE {pattern:?}"),
            t().like(parsed()).not(),
            Box::new(move |text| !like(text, pattern)),
        ));
        let oracle = move |text: &str| like(&lower(text), &lower(pattern));
        forms.push((
            format!("ILIKE {pattern:?}"),
            t().ilike(parsed()),
            Box::new(oracle),
        ));
    }
    find(case, forms).await
}

/// Wildcards in text that comes from a user are data.
pub(super) async fn parts_with_wildcards_in_them(case: Case) -> Verdict {
    let parts = [
        "", "a", "A", "%", "_", "!", "\\", "*", "?", "[", "]", "[a", "^", "-", "50%", "5_", "w!", "'", "ä",
        "😀", " ", "\n", "slash", "b]",
    ];
    let mut forms: Vec<Form> = Vec::new();
    for part in parts {
        forms.push((
            format!("starts with {part:?}"),
            t().like(LikePattern::starts_with(part)),
            Box::new(move |text| text.starts_with(part)),
        ));
        forms.push((
            format!("ends with {part:?}"),
            t().like(LikePattern::ends_with(part)),
            Box::new(move |text| text.ends_with(part)),
        ));
        forms.push((
            format!("contains {part:?}"),
            t().like(LikePattern::contains(part)),
            Box::new(move |text| text.contains(part)),
        ));
        forms.push((
            format!("contains {part:?} in either case"),
            t().ilike(LikePattern::contains(part)),
            Box::new(move |text| lower(text).contains(&lower(part))),
        ));
    }
    find(case, forms).await
}

/// A unique column keeps texts apart that differ in case, accents or spaces at the end.
pub(super) async fn unique_texts_are_exact(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("exact");
    let text = DataType::Text { length: Some(40) };
    let table = manybase_sql::schema::Table::new(name.clone())
        .column("t", text)
        .key("t");
    db.run(&table.create()).await?;
    let insert = TEXTS
        .iter()
        .fold(Insert::into(name.clone(), ["t"]), |insert, text| {
            insert.row([*text])
        });
    db.run(&insert).await?;
    assert_eq!(db.count(&name).await?, TEXTS.len() as i64);
    let again = db.run(&Insert::into(name, ["t"]).row(["straße"])).await;
    super::verdict::refused(again, &[manybase_driver::ErrorKind::UniqueViolation]);
    Ok(())
}

/// In a table that Manybase makes, texts have the order of their code points.
pub(super) async fn order_is_by_code_point(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("ordered");
    db.table(&name, &[("id", I64), ("t", TEXT)]).await?;
    let insert = Insert::into(name.clone(), ["id", "t"]);
    let insert = (0i64..).zip(TEXTS).fold(insert, |insert, (id, text)| {
        insert.row([id.into(), Value::from(*text)])
    });
    db.run(&insert).await?;
    let mut sorted = TEXTS.to_vec();
    sorted.sort_unstable();
    let select = Select::from(name.clone()).item(t()).order_by(t(), Order::Asc);
    assert_eq!(
        db.column(&select, TEXT).await?,
        Vec::from_iter(sorted.iter().map(|text| Value::from(*text)))
    );
    for text in ["A", "a", "ab", "ä", "]"] {
        let below = sorted.iter().filter(|other| **other < text);
        let select = select.clone().filter(t().lt(text));
        assert_eq!(
            db.column(&select, TEXT).await?,
            Vec::from_iter(below.map(|text| Value::from(*text))),
            "< {text}"
        );
    }
    let ends = Select::from(name)
        .item(t().aggregate(Aggregate::Min))
        .item(t().aggregate(Aggregate::Max));
    assert_eq!(
        db.rows(&ends, &[TEXT, TEXT]).await?,
        [vec!["".into(), Value::from("😀")]]
    );
    Ok(())
}
