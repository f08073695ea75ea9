//! Attributes of models and their fields, with messages that say what may be written.

mod schema;

pub(crate) use schema::{CheckAttribute, IndexAttribute, TermOf};

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprArray, ExprRange, LitInt, LitStr, Token};

/// `#[model(…)]` on a struct.
#[derive(Default)]
pub(crate) struct Container {
    pub(crate) table: Option<LitStr>,
    pub(crate) schema: Option<LitStr>,
    pub(crate) connection: Option<LitStr>,
    pub(crate) hooks: Option<Span>,
    pub(crate) validate: Option<Span>,
    pub(crate) readonly: Option<Span>,
    pub(crate) keyless: Option<Span>,
    pub(crate) indexes: Vec<IndexAttribute>,
    pub(crate) checks: Vec<CheckAttribute>,
    pub(crate) renamed_from: Option<LitStr>,
    pub(crate) view: Option<LitStr>,
    pub(crate) doc: Option<String>,
}

/// `#[model(…)]` on a field. Flags remember where they stand.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) key: Option<Span>,
    pub(crate) auto: Option<Span>,
    pub(crate) generated: Option<Span>,
    pub(crate) created_at: Option<Span>,
    pub(crate) updated_at: Option<Span>,
    pub(crate) version: Option<Span>,
    pub(crate) soft_delete: Option<Span>,
    pub(crate) json: Option<Span>,
    pub(crate) embedded: Option<Span>,
    pub(crate) unique: Option<Span>,
    pub(crate) column: Option<LitStr>,
    pub(crate) prefix: Option<LitStr>,
    pub(crate) default: Option<Expr>,
    pub(crate) length: Option<LitInt>,
    pub(crate) precision: Option<(LitInt, LitInt)>,
    /// Fields that a relation goes by.
    pub(crate) foreign_key: Vec<syn::Ident>,
    pub(crate) references: Vec<syn::Ident>,
    pub(crate) other_key: Vec<syn::Ident>,
    pub(crate) on_delete: Option<LitStr>,
    pub(crate) readonly: Option<Span>,
    pub(crate) skip: Option<Span>,
    pub(crate) trim: Option<Span>,
    pub(crate) non_empty: Option<Span>,
    pub(crate) min_len: Option<LitInt>,
    pub(crate) max_len: Option<LitInt>,
    pub(crate) range: Option<ExprRange>,
    pub(crate) one_of: Option<ExprArray>,
    pub(crate) index: Option<Span>,
    pub(crate) checks: Vec<CheckAttribute>,
    pub(crate) default_sql: Option<LitStr>,
    pub(crate) renamed_from: Option<LitStr>,
    pub(crate) no_foreign_key: Option<Span>,
    pub(crate) doc: Option<String>,
    pub(crate) pattern: Option<LitStr>,
    pub(crate) email: Option<Span>,
    pub(crate) url: Option<Span>,
}

const CONTAINER: &str = "table = \"…\", schema = \"…\", connection = \"…\", hooks, validate, readonly, keyless, index(…), unique(…), \
     check = \"…\", renamed_from = \"…\", view = \"…\"";
const FIELD: &str = "key, auto, column = \"…\", json, embedded, prefix = \"…\", created_at, updated_at, version, \
                     soft_delete, generated, unique, default = …, length = …, precision = (…, …), foreign_key = …, \
                     references = …, other_key = …, on_delete = \"…\", \
                     skip, readonly, trim, non_empty, min_len = …, max_len = …, range = …, one_of = […], pattern = \"…\", email, url, index, \
                     check = \"…\", default_sql = \"…\", renamed_from = \"…\", no_foreign_key";

fn unknown(meta: &ParseNestedMeta<'_>, place: &str, known: &str) -> syn::Error {
    let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
    meta.error(format!(
        "unknown attribute `{name}` on a {place}; known are: {known}"
    ))
}

/// A name that no database can have is better found out here.
fn name(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let name: LitStr = meta.value()?.parse()?;
    if name.value().is_empty() || name.value().contains('\0') {
        return Err(syn::Error::new(
            name.span(),
            "a name can't be empty, and has no NUL in it",
        ));
    }
    Ok(name)
}

/// A field, or several in parentheses.
fn fields(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<syn::Ident>> {
    let value = meta.value()?;
    if !value.peek(syn::token::Paren) {
        return Ok(vec![value.parse()?]);
    }
    let inner;
    syn::parenthesized!(inner in value);
    let fields = inner.parse_terminated(<syn::Ident as syn::parse::Parse>::parse, Token![,])?;
    if fields.is_empty() {
        return Err(meta.error("name a field, or several in parentheses: (a, b)"));
    }
    Ok(fields.into_iter().collect())
}

/// `1..=10`, also with an end left open.
fn range(meta: &ParseNestedMeta<'_>) -> syn::Result<ExprRange> {
    match meta.value()?.parse()? {
        Expr::Range(range) => Ok(range),
        other => Err(syn::Error::new(
            other.span(),
            "write a range, such as 1..=10, 0.. or ..=99",
        )),
    }
}

impl Container {
    pub(crate) fn parse(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut found = Self {
            doc: schema::doc(attributes),
            ..Self::default()
        };
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("model"))
        {
            attribute.parse_nested_meta(|meta| {
                if found.many(&meta)? {
                    return Ok(());
                }
                if let Some(flag) = found.flag(&meta) {
                    return match flag.replace(meta.path.span()) {
                        None => Ok(()),
                        Some(_) => Err(meta.error("this is said twice")),
                    };
                }
                let place = if meta.path.is_ident("table") {
                    &mut found.table
                } else if meta.path.is_ident("schema") {
                    &mut found.schema
                } else if meta.path.is_ident("connection") {
                    &mut found.connection
                } else if meta.path.is_ident("renamed_from") {
                    &mut found.renamed_from
                } else if meta.path.is_ident("view") {
                    &mut found.view
                } else {
                    return Err(unknown(&meta, "model", CONTAINER));
                };
                if place.is_some() {
                    return Err(meta.error("this is said twice"));
                }
                *place = Some(name(&meta)?);
                Ok(())
            })?;
        }
        if let (Some(view), false) = (&found.view, found.indexes.is_empty() && found.checks.is_empty()) {
            let message = "a view has no indexes and checks: say them at the models whose tables it shows";
            return Err(syn::Error::new(view.span(), message));
        }
        Ok(found)
    }

    /// What may be said several times.
    fn many(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<bool> {
        if meta.path.is_ident("index") {
            self.indexes.push(IndexAttribute::parse(meta, false)?);
        } else if meta.path.is_ident("unique") {
            self.indexes.push(IndexAttribute::parse(meta, true)?);
        } else if meta.path.is_ident("check") {
            self.checks.push(CheckAttribute::parse(meta)?);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn flag(&mut self, meta: &ParseNestedMeta<'_>) -> Option<&mut Option<Span>> {
        Some(match meta.path.get_ident()?.to_string().as_str() {
            "hooks" => &mut self.hooks,
            "validate" => &mut self.validate,
            "readonly" => &mut self.readonly,
            "keyless" => &mut self.keyless,
            _ => return None,
        })
    }
}

impl FieldAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut found = Self {
            doc: schema::doc(attributes),
            ..Self::default()
        };
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("model"))
        {
            attribute.parse_nested_meta(|meta| found.one(&meta))?;
        }
        found.check()?;
        Ok(found)
    }

    fn one(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let Some(ident) = meta.path.get_ident() else {
            return Err(unknown(meta, "field", FIELD));
        };
        let said = match ident.to_string().as_str() {
            "column" => self.column.is_some(),
            "prefix" => self.prefix.is_some(),
            "default" => self.default.is_some(),
            "foreign_key" => !self.foreign_key.is_empty(),
            "references" => !self.references.is_empty(),
            "other_key" => !self.other_key.is_empty(),
            "on_delete" => self.on_delete.is_some(),
            "length" => self.length.is_some(),
            "precision" => self.precision.is_some(),
            "min_len" => self.min_len.is_some(),
            "max_len" => self.max_len.is_some(),
            "range" => self.range.is_some(),
            "one_of" => self.one_of.is_some(),
            "default_sql" => self.default_sql.is_some(),
            "renamed_from" => self.renamed_from.is_some(),
            "pattern" => self.pattern.is_some(),
            _ => false,
        };
        if said {
            return Err(meta.error("this is said twice"));
        }
        let flag = match ident.to_string().as_str() {
            "key" => &mut self.key,
            "auto" => &mut self.auto,
            "generated" => &mut self.generated,
            "created_at" => &mut self.created_at,
            "updated_at" => &mut self.updated_at,
            "version" => &mut self.version,
            "soft_delete" => &mut self.soft_delete,
            "json" => &mut self.json,
            "embedded" => &mut self.embedded,
            "index" | "unique" if meta.input.peek(syn::token::Paren) => {
                let message = format!(
                    "on a field `{ident}` stands alone; one of several fields is said before the struct"
                );
                return Err(meta.error(message));
            }
            "index" => &mut self.index,
            "unique" => &mut self.unique,
            "no_foreign_key" => &mut self.no_foreign_key,
            "check" => {
                self.checks.push(CheckAttribute::parse(meta)?);
                return Ok(());
            }
            "default_sql" => {
                self.default_sql = Some(schema::sql(meta.value()?)?);
                return Ok(());
            }
            "renamed_from" => {
                self.renamed_from = Some(name(meta)?);
                return Ok(());
            }
            "readonly" => &mut self.readonly,
            "skip" => &mut self.skip,
            "trim" => &mut self.trim,
            "non_empty" => &mut self.non_empty,
            "email" => &mut self.email,
            "url" => &mut self.url,
            "pattern" => {
                self.pattern = Some(pattern(meta)?);
                return Ok(());
            }
            "min_len" => {
                self.min_len = Some(meta.value()?.parse()?);
                return Ok(());
            }
            "max_len" => {
                self.max_len = Some(meta.value()?.parse()?);
                return Ok(());
            }
            "range" => {
                self.range = Some(range(meta)?);
                return Ok(());
            }
            "one_of" => {
                self.one_of = Some(meta.value()?.parse()?);
                return Ok(());
            }
            "column" => {
                self.column = Some(name(meta)?);
                return Ok(());
            }
            "prefix" => {
                self.prefix = Some(meta.value()?.parse()?);
                return Ok(());
            }
            "default" => {
                self.default = Some(meta.value()?.parse()?);
                return Ok(());
            }
            "foreign_key" => {
                self.foreign_key = fields(meta)?;
                return Ok(());
            }
            "references" => {
                self.references = fields(meta)?;
                return Ok(());
            }
            "other_key" => {
                self.other_key = fields(meta)?;
                return Ok(());
            }
            "on_delete" => {
                self.on_delete = Some(meta.value()?.parse()?);
                return Ok(());
            }
            "length" => {
                self.length = Some(meta.value()?.parse()?);
                return Ok(());
            }
            "precision" => {
                let value = meta.value()?;
                let inner;
                syn::parenthesized!(inner in value);
                let total = inner.parse()?;
                inner.parse::<Token![,]>()?;
                self.precision = Some((total, inner.parse()?));
                return Ok(());
            }
            _ => return Err(unknown(meta, "field", FIELD)),
        };
        if flag.replace(ident.span()).is_some() {
            return Err(meta.error("this is said twice"));
        }
        Ok(())
    }

    fn check(&self) -> syn::Result<()> {
        let roles = [
            ("key", self.key),
            ("generated", self.generated),
            ("created_at", self.created_at),
            ("updated_at", self.updated_at),
            ("version", self.version),
            ("soft_delete", self.soft_delete),
            ("embedded", self.embedded),
            ("skip", self.skip),
        ];
        let mut said = roles
            .iter()
            .filter_map(|(name, span)| span.map(|span| (name, span)));
        if let (Some((first, _)), Some((second, span))) = (said.next(), said.next()) {
            return Err(syn::Error::new(
                span,
                format!("a field can't be `{first}` and `{second}` at once"),
            ));
        }
        if let (Some(span), None) = (self.auto, self.key) {
            return Err(syn::Error::new(
                span,
                "`auto` is for keys: write #[model(key, auto)], or `generated` for another column that the database fills in",
            ));
        }
        if let (Some(span), Some(_)) = (self.embedded, self.json) {
            return Err(syn::Error::new(
                span,
                "a field is either `embedded` (a column for each of its fields) or `json` (one column)",
            ));
        }
        let of_one_column = [
            ("trim", self.trim),
            ("readonly", self.readonly),
            ("non_empty", self.non_empty),
            ("min_len", self.min_len.as_ref().map(Spanned::span)),
            ("max_len", self.max_len.as_ref().map(Spanned::span)),
            ("range", self.range.as_ref().map(Spanned::span)),
            ("one_of", self.one_of.as_ref().map(Spanned::span)),
            ("index", self.index),
            ("check", self.checks.first().map(|check| check.sql.span())),
            ("default_sql", self.default_sql.as_ref().map(LitStr::span)),
            ("renamed_from", self.renamed_from.as_ref().map(LitStr::span)),
            ("pattern", self.pattern.as_ref().map(Spanned::span)),
            ("email", self.email),
            ("url", self.url),
        ];
        if let (Some(_), Some((name, span))) = (
            self.embedded.or(self.skip),
            of_one_column
                .iter()
                .find_map(|(name, span)| span.map(|span| (name, span))),
        ) {
            let message = format!("`{name}` is for a field with a column of its own");
            return Err(syn::Error::new(span, message));
        }
        if let (Some(span), Some(_)) = (self.trim, self.json) {
            return Err(syn::Error::new(
                span,
                "`trim` is for texts, and not for documents",
            ));
        }
        if let (Some(sql), Some(_)) = (&self.default_sql, &self.default) {
            return Err(syn::Error::new(
                sql.span(),
                "a column has one default: a value with `default`, or SQL with `default_sql`",
            ));
        }
        if let (Some(prefix), None) = (&self.prefix, self.embedded) {
            return Err(syn::Error::new(
                prefix.span(),
                "`prefix` is for embedded structs; a column's name is said with `column`",
            ));
        }
        if let (Some(column), Some(_)) = (&self.column, self.embedded) {
            return Err(syn::Error::new(
                column.span(),
                "an embedded struct has several columns; say what comes before their names with `prefix`",
            ));
        }
        Ok(())
    }
}

/// A regular expression, checked now so that it need not be when it is used.
fn pattern(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let pattern: LitStr = meta.value()?.parse()?;
    match regex_lite::Regex::new(&pattern.value()) {
        Ok(_) => Ok(pattern),
        Err(error) => Err(syn::Error::new(
            pattern.span(),
            format!("this is no regular expression: {error}"),
        )),
    }
}
