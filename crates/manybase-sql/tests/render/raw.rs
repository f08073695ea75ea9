//! The user's own SQL.

use crate::sheet::Sheet;
use manybase_sql::RawSql;

#[test]
fn raw() {
    let mut sheet = Sheet::default();
    let texts = [
        "SELECT n FROM t WHERE n = ?",
        "SELECT n FROM t WHERE n=?AND big=?",
        "SELECT n FROM t WHERE name = 'a?b' AND n = ?",
        "SELECT n FROM t WHERE name = 'it''s ?' AND n = ?",
        r"SELECT n FROM t WHERE name = 'a\' AND n = ? -- '",
        r"SELECT n FROM t WHERE name = E'a\'?' AND n = ?",
        "SELECT n AS \"a?b\" FROM t WHERE n = ?",
        "SELECT n AS `a?b` FROM t WHERE n = ?",
        "SELECT n AS [a?b] FROM t WHERE n = ?",
        "SELECT n -- why?\nFROM t WHERE n = ?",
        "SELECT n --?\nFROM t WHERE n = ?",
        "SELECT n # why?\nFROM t WHERE n = ?",
        "SELECT n /* why? */ FROM t WHERE n = ?",
        "SELECT n /* a /* b? */ c? */ FROM t WHERE n = ?",
        "SELECT n /*!50000 , ? */ FROM t",
        "SELECT n FROM t WHERE name = $$a?$$ AND n = ?",
        "SELECT n FROM t WHERE name = $x$a?$$?$x$ AND n = ?",
        "SELECT n FROM t WHERE doc ?? 'key' AND n = ?",
        "SELECT n FROM t WHERE n = $1 OR big = $1",
        "SELECT n FROM t WHERE n = $2",
        "SELECT n FROM t WHERE n = $1 AND big = ?",
        "SELECT n FROM t WHERE n = ?1",
        "SELECT n FROM t WHERE n = :n",
        "SELECT n FROM t WHERE n = @n",
        "SELECT n::text FROM t",
        "SELECT 'no end",
        "SELECT n /* no end",
        "SELECT $$ no end",
        "SELECT \"no end",
        "a\0b",
        "",
    ];
    for text in texts {
        // As many values as the dialect wants, to show the text; the next snapshot shows the mismatch.
        sheet.add(&format!("{text:?}"), |dialect| {
            let count = match RawSql::new(text).render(dialect) {
                Err(manybase_sql::Error::Placeholders { expected, .. }) => expected,
                _ => 0,
            };
            RawSql::new(text).bind_all(1..=count as i64).render(dialect)
        });
    }
    sheet.add("too few values", |dialect| {
        RawSql::new("SELECT ?, ?").bind(1i64).render(dialect)
    });
    sheet.add("too many values", |dialect| {
        RawSql::new("SELECT 1").bind(1i64).render(dialect)
    });
    sheet.check("raw");
}
