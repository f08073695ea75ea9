//! Full-text search: `MATCH … AGAINST`, over a hidden column that has the texts in lower case.
//!
//! What InnoDB does not index, which is words of one or two characters, is looked for by a pattern, in the rows that
//! the longer words leave.

use super::{Flavor, MySql};
use crate::expr::{ColumnRef, FullText, FullTextAsked, FullTextSearch, TextTerm};
use crate::schema::{FullTextChange, FullTextIndex};
use crate::{DataType, Dialect, Error, Expr, Rendered, Result, SqlWriter, Value, render};

/// Shorter words are not indexed: `innodb_ft_min_token_size`, unless the server is told otherwise.
const SHORTEST: usize = 3;

pub(super) fn full_text(w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
    refuse_language(w.dialect(), &search.text)?;
    match search.asked {
        FullTextAsked::Found => found(w, search),
        FullTextAsked::Rank => rank(w, search),
    }
}

fn refuse_language(dialect: &dyn Dialect, text: &FullText) -> Result<()> {
    match text.plain_language()? {
        None => Ok(()),
        Some(_) => Err(Error::Unsupported {
            dialect: dialect.name(),
            feature: "full-text search that knows a language",
            way_out: "leave the language out: words are then found as they are written",
        }),
    }
}

/// One search in the index for all that it can answer, and conditions beside it for the rest.
fn found(w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
    let text = &search.text;
    let mut indexed = String::new();
    let mut rest: Vec<(&[TextTerm], bool)> = Vec::new();
    for any in &search.search.all {
        if any.iter().all(is_indexed) {
            if !indexed.is_empty() {
                indexed.push(' ');
            }
            indexed.push('+');
            push_any(&mut indexed, any);
        } else {
            rest.push((any, false));
        }
    }
    for term in &search.search.none {
        let one = std::slice::from_ref(term);
        // By itself, without a word to look for, the index does not know what to leave out.
        if is_indexed(term) && !indexed.is_empty() {
            indexed.push_str(" -");
            push_term(&mut indexed, term);
        } else {
            rest.push((one, true));
        }
    }
    let mut and = "";
    if !indexed.is_empty() {
        against(w, text, indexed)?;
        and = " AND ";
    }
    for (terms, negated) in rest {
        w.push(and);
        w.push(if negated { "NOT (" } else { "(" });
        let (known, unknown): (Vec<_>, Vec<_>) = terms.iter().cloned().partition(is_indexed);
        let mut or = "";
        if !known.is_empty() {
            let mut text_of = String::new();
            push_any(&mut text_of, &known);
            against(w, text, text_of)?;
            or = " OR ";
        }
        for term in unknown {
            w.push(or);
            by_index_and_pattern(w, text, &term)?;
            or = " OR ";
        }
        w.push(")");
        and = " AND ";
    }
    Ok(())
}

fn rank(w: &mut SqlWriter<'_>, search: &FullTextSearch) -> Result<()> {
    let terms = search.search.all.iter().flatten();
    let indexed: Vec<TextTerm> = terms.filter(|term| is_indexed(term)).cloned().collect();
    if indexed.is_empty() {
        return w.dialect().cast(w, &Expr::Literal(0), DataType::F64);
    }
    let mut any = String::new();
    push_any(&mut any, &indexed);
    w.push("(0e0 + ");
    against(w, &search.text, any)?;
    w.push(")");
    Ok(())
}

fn is_long(word: &str) -> bool {
    word.chars().count() >= SHORTEST
}

/// Whether the index answers by itself. Of a phrase it passes over short words at both ends.
fn is_indexed(term: &TextTerm) -> bool {
    match (&*term.words, term.prefix) {
        ([word], _) => is_long(word),
        ([first, .., last], false) => is_long(first) && is_long(last),
        _ => false,
    }
}

fn push_any(out: &mut String, any: &[TextTerm]) {
    match any {
        [one] => push_term(out, one),
        any => {
            out.push('(');
            for (i, term) in any.iter().enumerate() {
                out.push_str(if i > 0 { " " } else { "" });
                push_term(out, term);
            }
            out.push(')');
        }
    }
}

/// Words have letters and digits only. In quotation marks nothing is an operator; a prefix can't have them.
fn push_term(out: &mut String, term: &TextTerm) {
    if term.prefix {
        out.push_str(&term.words.concat());
        out.push('*');
        return;
    }
    out.push('"');
    out.push_str(&term.words.join(" "));
    out.push('"');
}

/// With white space in front, another one for each place in the statement. MariaDB takes two searches with equal values
/// for one and the same, and still does when the prepared statement is run again with values that differ.
fn unlike_others(place: usize, what: String) -> String {
    let mut text = String::with_capacity(what.len() + 8);
    let bits = usize::BITS - place.leading_zeros();
    text.extend((0..bits).map(|bit| if place >> bit & 1 == 1 { '\t' } else { ' ' }));
    text.push_str(&what);
    text
}

fn against(w: &mut SqlWriter<'_>, text: &FullText, what: String) -> Result<()> {
    w.push("MATCH (");
    let parts = text.parts()?;
    match text.by_columns {
        true => w.comma_separated(&parts, |w, column| render::column(w, column))?,
        false => hidden(w, text)?,
    }
    w.push(") AGAINST (");
    w.bind(Value::Text(unlike_others(w.bound(), what)));
    w.push(" IN BOOLEAN MODE)");
    Ok(())
}

/// In the rows that the longer words leave, if there are some, since those are in the index.
fn by_index_and_pattern(w: &mut SqlWriter<'_>, text: &FullText, term: &TextTerm) -> Result<()> {
    let whole = term.words.len() - usize::from(term.prefix);
    let long: Vec<_> = term.words[..whole].iter().filter(|word| is_long(word)).collect();
    if long.is_empty() {
        return by_pattern(w, text, term);
    }
    let words: Vec<String> = long.into_iter().map(|word| format!("+\"{word}\"")).collect();
    w.push("(");
    against(w, text, words.join(" "))?;
    w.push(" AND ");
    by_pattern(w, text, term)?;
    w.push(")");
    Ok(())
}

/// Beyond ASCII too a word ends where no letter and no digit stands.
fn by_pattern(w: &mut SqlWriter<'_>, text: &FullText, term: &TextTerm) -> Result<()> {
    const EDGE: &str = r"[^\p{L}\p{N}]";
    let words = term.words.join(&format!("{EDGE}+"));
    let end = if term.prefix {
        String::new()
    } else {
        format!("($|{EDGE})")
    };
    match text.by_columns {
        true => texts(w, &text.parts()?)?,
        false => hidden(w, text)?,
    }
    w.push(" RLIKE ");
    w.bind(Value::Text(format!("(^|{EDGE}){words}{end}")));
    Ok(())
}

fn hidden(w: &mut SqlWriter<'_>, text: &FullText) -> Result<()> {
    let column = ColumnRef {
        table: text.parts()?.first().and_then(|first| first.table.clone()),
        name: text.index_name()?.into(),
        data_type: None,
        nullable: false,
    };
    render::column(w, &column)
}

/// The texts as the hidden column has them, whatever the character sets of the columns.
fn texts(w: &mut SqlWriter<'_>, parts: &[&ColumnRef]) -> Result<()> {
    w.push("REPLACE(LOWER(CONCAT_WS(' ', ");
    let collation = w.dialect().binary_collation();
    w.comma_separated(parts, |w, column| {
        w.push("CONVERT(");
        render::column(w, column)?;
        w.push(" USING utf8mb4) COLLATE ");
        w.push(collation);
        Ok(())
    })?;
    w.push(")), '_', ' ')");
    Ok(())
}

impl MySql {
    /// An invisible column is in no `SELECT *` and no insert without names. Stop words are indexed like all others: which
    /// words those are differs from server to server.
    pub(super) fn index_of_text(
        &self,
        dialect: &dyn Dialect,
        index: &FullTextIndex,
        change: FullTextChange,
    ) -> Result<Vec<Rendered>> {
        refuse_language(dialect, &index.text)?;
        if index.text.by_columns {
            return Err(Error::Statement(
                "a full-text index by columns is one that you make yourself: leave by_columns out".into(),
            ));
        }
        let maria = self.flavor == Flavor::MariaDb;
        let name = index.text.index_name()?;
        let parts = index.text.parts()?;
        let bare: Vec<ColumnRef> = parts
            .into_iter()
            .map(|column| ColumnRef {
                table: None,
                ..column.clone()
            })
            .collect();
        let create = render::statement(dialect, |w| {
            if maria {
                w.push("SET STATEMENT innodb_ft_enable_stopword = OFF FOR ");
            }
            w.push("ALTER TABLE ");
            w.table(&index.table)?;
            w.push(if maria {
                " ADD COLUMN IF NOT EXISTS "
            } else {
                " ADD COLUMN "
            });
            w.identifier(&name)?;
            w.push(" longtext COLLATE ");
            w.push(dialect.binary_collation());
            w.push(" GENERATED ALWAYS AS (");
            texts(w, &bare.iter().collect::<Vec<_>>())?;
            w.push(") STORED INVISIBLE, ADD FULLTEXT INDEX ");
            w.push(if maria { "IF NOT EXISTS " } else { "" });
            w.identifier(&name)?;
            w.push(" (");
            w.identifier(&name)?;
            w.push(")");
            Ok(())
        });
        let drop = render::statement(dialect, |w| {
            w.push("ALTER TABLE ");
            w.table(&index.table)?;
            w.push(if maria {
                " DROP INDEX IF EXISTS "
            } else {
                " DROP INDEX "
            });
            w.identifier(&name)?;
            w.push(if maria {
                ", DROP COLUMN IF EXISTS "
            } else {
                ", DROP COLUMN "
            });
            w.identifier(&name)
        });
        let plain = |sql: &str| {
            render::statement(dialect, |w| {
                w.push(sql);
                Ok(())
            })
        };
        match change {
            FullTextChange::Drop => Ok(vec![drop?]),
            FullTextChange::Create if maria => Ok(vec![create?]),
            FullTextChange::Create => Ok(vec![
                plain("SET SESSION innodb_ft_enable_stopword = OFF")?,
                create?,
                plain("SET SESSION innodb_ft_enable_stopword = DEFAULT")?,
            ]),
        }
    }
}
