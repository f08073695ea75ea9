//! Functions of texts.

use super::case::Case;
use super::db::TEXT;
use super::text::{lower, t};
use super::verdict::Verdict;
use manybase_sql::{DataType, Expr, Function, Insert, LikePattern, Order, Select, Value};

const I64: DataType = DataType::I64;

/// Functions of text, of columns and of values.
pub(super) async fn functions(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("functions");
    db.table(&name, &[("id", I64), ("t", TEXT)]).await?;
    let texts = ["ÄÖü Straße", "😀a😀", "", "  mixed Case  ", "a'b\\c%d", "aaa"];
    let insert = Insert::into(name.clone(), ["id", "t"]);
    let insert = (0i64..).zip(texts).fold(insert, |insert, (id, text)| {
        insert.row([id.into(), Value::from(text)])
    });
    db.run(&insert).await?;
    let cut =
        |text: &str, from: usize, count: usize| text.chars().skip(from - 1).take(count).collect::<String>();
    type Form<'f> = (&'f str, Expr, DataType, Box<dyn Fn(&str) -> Value>);
    let call = |function, arguments: Vec<Expr>| Expr::call(function, arguments);
    let forms: Vec<Form<'_>> = vec![
        (
            "lower",
            call(Function::Lower, vec![t()]),
            TEXT,
            Box::new(|text| lower(text).into()),
        ),
        // One to one: whether ß becomes SS differs.
        (
            "upper",
            call(
                Function::Upper,
                vec![call(Function::Replace, vec![t(), "ß".into(), "".into()])],
            ),
            TEXT,
            Box::new(|text| text.replace('ß', "").to_uppercase().into()),
        ),
        (
            "length",
            call(Function::Length, vec![t()]),
            I64,
            Box::new(|text| Value::I64(text.chars().count() as i64)),
        ),
        (
            "trim",
            call(Function::Trim, vec![t()]),
            TEXT,
            Box::new(|text| text.trim_matches(' ').into()),
        ),
        (
            "substring 2, 3",
            call(Function::Substring, vec![t(), 2i64.into(), 3i64.into()]),
            TEXT,
            Box::new(move |text| cut(text, 2, 3).into()),
        ),
        (
            "substring 1, 1",
            call(Function::Substring, vec![t(), 1i64.into(), 1i64.into()]),
            TEXT,
            Box::new(move |text| cut(text, 1, 1).into()),
        ),
        (
            "substring 9, 100",
            call(Function::Substring, vec![t(), 9i64.into(), 100i64.into()]),
            TEXT,
            Box::new(move |text| cut(text, 9, 100).into()),
        ),
        (
            "replace",
            call(Function::Replace, vec![t(), "a".into(), "<b>".into()]),
            TEXT,
            Box::new(|text| text.replace('a', "<b>").into()),
        ),
        (
            "replace is exact",
            call(Function::Replace, vec![t(), "A".into(), "x".into()]),
            TEXT,
            Box::new(|text| text.replace('A', "x").into()),
        ),
        (
            "concat",
            Expr::from("<").concat(t()).concat(">"),
            TEXT,
            Box::new(|text| format!("<{text}>").into()),
        ),
        (
            "concat of columns",
            t().concat(t()),
            TEXT,
            Box::new(|text| text.repeat(2).into()),
        ),
        (
            "nullif",
            call(Function::NullIf, vec![t(), "".into()]),
            TEXT,
            Box::new(|text| {
                Some(text)
                    .filter(|text| !text.is_empty())
                    .map(str::to_owned)
                    .into()
            }),
        ),
    ];
    let mut wrong = Vec::new();
    for (form, expr, data_type, oracle) in forms {
        let select = Select::from(name.clone())
            .item(expr)
            .order_by(Expr::typed_column("id", I64, false), Order::Asc);
        let expected = Vec::from_iter(texts.iter().map(|text| oracle(text)));
        match db.column(&select, data_type).await {
            Ok(got) if got == expected => {}
            Ok(got) => wrong.push(format!("{form}: expected {expected:?}, got {got:?}")),
            Err(error) => wrong.push(format!("{form}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// Where a value stands alone nothing tells its type, and where columns meet they must not quarrel over rules.
pub(super) async fn functions_of_values(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("alone");
    db.table(&name, &[("id", I64), ("t", TEXT)]).await?;
    db.run(&Insert::into(name.clone(), ["id", "t"]).row([1i64.into(), Value::from("ÄB")]))
        .await?;
    let call = |function, arguments: Vec<Expr>| Expr::call(function, arguments);
    let lower = || call(Function::Lower, vec![t()]);
    let forms = [
        (call(Function::Lower, vec!["ÄÖ".into()]), TEXT, Value::from("äö")),
        (call(Function::Upper, vec!["äö".into()]), TEXT, "ÄÖ".into()),
        (call(Function::Length, vec!["😀ä".into()]), I64, 2i64.into()),
        (call(Function::Lower, vec![t().concat("Ö")]), TEXT, "äbö".into()),
        (
            lower().concat(call(Function::Upper, vec![t()])),
            TEXT,
            "äbÄB".into(),
        ),
        (lower().eq("äb"), DataType::Bool, true.into()),
        (
            lower().eq(call(Function::Lower, vec![call(Function::Upper, vec![t()])])),
            DataType::Bool,
            true.into(),
        ),
        (
            lower().concat(t()).ilike(LikePattern::starts_with("ÄbÄ")),
            DataType::Bool,
            true.into(),
        ),
        (lower().ne(t()), DataType::Bool, true.into()),
        (call(Function::Coalesce, vec![lower(), t()]), TEXT, "äb".into()),
    ];
    for (n, (expr, data_type, expected)) in forms.into_iter().enumerate() {
        assert_eq!(
            db.eval(&name, &[(expr, data_type)]).await?,
            [expected],
            "form {n}"
        );
    }
    let grouped = Select {
        group_by: vec![lower()],
        ..Select::from(name)
            .item(lower())
            .item(Expr::count_all())
            .order_by(lower(), Order::Asc)
    };
    assert_eq!(
        db.rows(&grouped, &[TEXT, I64]).await?,
        [vec!["äb".into(), Value::I64(1)]]
    );
    Ok(())
}

/// NULL in a function or a concatenation gives NULL.
pub(super) async fn functions_of_null(case: Case) -> Verdict {
    let mut db = case.db().await?;
    let name = case.table("nothing");
    db.table(&name, &[("id", I64), ("t", TEXT)]).await?;
    db.run(&Insert::into(name.clone(), ["id"]).row([1i64])).await?;
    let exprs = [
        (t().concat("x"), TEXT),
        (Expr::from("x").concat(t()), TEXT),
        (Expr::call(Function::Lower, [t()]), TEXT),
        (Expr::call(Function::Upper, [t()]), TEXT),
        (Expr::call(Function::Length, [t()]), I64),
        (Expr::call(Function::Trim, [t()]), TEXT),
        (
            Expr::call(Function::Substring, [t(), 1i64.into(), 1i64.into()]),
            TEXT,
        ),
        (Expr::call(Function::Replace, [t(), "a".into(), "b".into()]), TEXT),
        (t().like(LikePattern::contains("")), DataType::Bool),
        (t().ilike(LikePattern::contains("")).not(), DataType::Bool),
        (t().eq("x"), DataType::Bool),
    ];
    let got = db.eval(&name, &exprs).await?;
    assert_eq!(got, vec![Value::Null; exprs.len()]);
    Ok(())
}
