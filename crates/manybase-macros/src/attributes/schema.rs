//! What is said for the table's schema: indexes, checks, comments.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Token};

/// `index(a, desc(b), "lower(c)", name = "…", filter = "…")`, or `unique(…)`.
pub(crate) struct IndexAttribute {
    pub(crate) span: Span,
    pub(crate) unique: bool,
    pub(crate) terms: Vec<Term>,
    pub(crate) name: Option<LitStr>,
    pub(crate) filter: Option<LitStr>,
}

/// What an index is sorted by.
pub(crate) struct Term {
    pub(crate) of: TermOf,
    pub(crate) descending: bool,
}

pub(crate) enum TermOf {
    /// `a`, or `a.b` in an embedded struct.
    Field(Vec<Ident>),
    Expression(LitStr),
}

/// `check = "…"`, or `check("…", name = "…")`.
pub(crate) struct CheckAttribute {
    pub(crate) sql: LitStr,
    pub(crate) name: Option<LitStr>,
}

impl Parse for TermOf {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) {
            return Ok(Self::Expression(sql(input)?));
        }
        let mut path = vec![Ident::parse_any(input)?];
        while input.peek(Token![.]) {
            input.parse::<Token![.]>()?;
            path.push(Ident::parse_any(input)?);
        }
        Ok(Self::Field(path))
    }
}

impl Parse for Term {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(Ident::peek_any) && input.peek2(syn::token::Paren) {
            let word = Ident::parse_any(input)?;
            if word != "desc" {
                let message = "write a field, desc(field), or SQL in quotes: index(a, desc(b), \"lower(c)\")";
                return Err(syn::Error::new(word.span(), message));
            }
            let inner;
            syn::parenthesized!(inner in input);
            let of = inner.parse()?;
            if !inner.is_empty() {
                return Err(inner.error("desc() takes one field"));
            }
            return Ok(Self { of, descending: true });
        }
        Ok(Self {
            of: input.parse()?,
            descending: false,
        })
    }
}

impl IndexAttribute {
    pub(crate) fn parse(meta: &ParseNestedMeta<'_>, unique: bool) -> syn::Result<Self> {
        let word = if unique { "unique" } else { "index" };
        if !meta.input.peek(syn::token::Paren) {
            return Err(meta.error(format!(
                "name the fields of the model that it is of: {word}(a, b); of a single field it is said before that field"
            )));
        }
        let inner;
        syn::parenthesized!(inner in meta.input);
        let mut found = Self {
            span: meta.path.span(),
            unique,
            terms: Vec::new(),
            name: None,
            filter: None,
        };
        while !inner.is_empty() {
            if inner.peek(Ident::peek_any) && inner.peek2(Token![=]) {
                let option = Ident::parse_any(&inner)?;
                inner.parse::<Token![=]>()?;
                let place = match option.to_string().as_str() {
                    "name" => &mut found.name,
                    "filter" => &mut found.filter,
                    _ => {
                        let message = format!(
                            "unknown option `{option}` of `{word}`; known are: name = \"…\", filter = \"…\""
                        );
                        return Err(syn::Error::new(option.span(), message));
                    }
                };
                if place.replace(sql(&inner)?).is_some() {
                    return Err(syn::Error::new(option.span(), "this is said twice"));
                }
            } else {
                found.terms.push(inner.parse()?);
            }
            if !inner.is_empty() {
                inner.parse::<Token![,]>()?;
            }
        }
        if found.terms.is_empty() {
            return Err(meta.error(format!("name a field, or several: {word}(a, b)")));
        }
        Ok(found)
    }
}

impl CheckAttribute {
    pub(crate) fn parse(meta: &ParseNestedMeta<'_>) -> syn::Result<Self> {
        if meta.input.peek(Token![=]) {
            return Ok(Self {
                sql: sql(meta.value()?)?,
                name: None,
            });
        }
        if !meta.input.peek(syn::token::Paren) {
            return Err(meta.error("write the condition in the database's SQL: check = \"qty >= 0\""));
        }
        let inner;
        syn::parenthesized!(inner in meta.input);
        let text = sql(&inner)?;
        let mut name = None;
        if !inner.is_empty() {
            inner.parse::<Token![,]>()?;
            let option = Ident::parse_any(&inner)?;
            if option != "name" {
                let message = format!("unknown option `{option}` of `check`; known is: name = \"…\"");
                return Err(syn::Error::new(option.span(), message));
            }
            inner.parse::<Token![=]>()?;
            name = Some(sql(&inner)?);
        }
        if !inner.is_empty() {
            return Err(inner.error("write check(\"…\", name = \"…\")"));
        }
        Ok(Self { sql: text, name })
    }
}

/// SQL, or a name: never empty.
pub(crate) fn sql(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text: LitStr = input.parse()?;
    if text.value().trim().is_empty() || text.value().contains('\0') {
        return Err(syn::Error::new(
            text.span(),
            "this can't be empty, and has no NUL in it",
        ));
    }
    Ok(text)
}

/// The text of a doc comment; none where there is none.
pub(crate) fn doc(attributes: &[Attribute]) -> Option<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        let syn::Meta::NameValue(pair) = &attribute.meta else {
            continue;
        };
        if !pair.path.is_ident("doc") {
            continue;
        }
        if let Expr::Lit(ExprLit {
            lit: Lit::Str(text), ..
        }) = &pair.value
        {
            let text = text.value();
            let lines_of = |line: &str| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned();
            lines.extend(text.split('\n').map(lines_of));
        }
    }
    let text = lines.join("\n").trim().to_owned();
    (!text.is_empty()).then_some(text)
}
