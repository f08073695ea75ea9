//! What the description of a model gets for its table's schema. Nothing that is not said makes any code.

use crate::attributes::{Container, IndexAttribute, TermOf};
use crate::field::Field;
use crate::naming;
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

/// Of a field; inside an embedded struct names are put together at run time.
pub(crate) fn field(field: &Field<'_>, embedded: bool) -> TokenStream {
    let attributes = &field.attributes;
    let mut calls = TokenStream::new();
    if attributes.index.is_some() {
        calls.extend(quote!(.indexed()));
    }
    for check in &attributes.checks {
        let sql = &check.sql;
        calls.extend(match &check.name {
            Some(name) => quote!(.check(#name, #sql)),
            None => quote!(.checked(#sql)),
        });
    }
    if let Some(sql) = &attributes.default_sql {
        calls.extend(quote!(.default_sql(#sql)));
    }
    if let Some(old) = &attributes.renamed_from {
        calls.extend(match embedded {
            true => quote!(.renamed_from(::std::format!("{prefix}{}", #old))),
            false => quote!(.renamed_from(#old)),
        });
    }
    if let Some(text) = &attributes.doc {
        calls.extend(quote!(.comment(#text)));
    }
    calls
}

/// Of the model as a whole.
pub(crate) fn model(
    container: &Container,
    fields: &[Field<'_>],
    related: bool,
    library: &TokenStream,
) -> syn::Result<TokenStream> {
    let mut calls = TokenStream::new();
    if let Some(text) = &container.doc {
        calls.extend(quote!(.about(#text)));
    }
    if let Some(old) = &container.renamed_from {
        calls.extend(quote!(.table_renamed_from(#old)));
    }
    if let Some(query) = &container.view {
        calls.extend(quote!(.view(#query)));
    }
    for one in &container.indexes {
        let index = index(one, fields, library)?;
        calls.extend(quote!(.index(#index)));
    }
    for check in &container.checks {
        let sql = &check.sql;
        let name = check.name.as_ref().map(syn::LitStr::value).unwrap_or_default();
        calls.extend(quote!(.check(#name, #sql)));
    }
    if related {
        calls.extend(quote!(.relations::<Self>()));
    }
    Ok(calls)
}

fn index(index: &IndexAttribute, fields: &[Field<'_>], library: &TokenStream) -> syn::Result<TokenStream> {
    let name = index.name.as_ref().map(syn::LitStr::value).unwrap_or_default();
    let mut call = quote_spanned!(index.span=> #library::derive::Index::new(#name));
    for term in &index.terms {
        match &term.of {
            TermOf::Expression(sql) => call.extend(quote!(.expression(#sql))),
            TermOf::Field(path) => {
                let column = column(path, fields, library)?;
                call.extend(quote!(.column(#column)));
            }
        }
        if term.descending {
            call.extend(quote!(.descending()));
        }
    }
    if index.unique {
        call.extend(quote!(.unique()));
    }
    if let Some(filter) = &index.filter {
        call.extend(quote!(.filter(#filter)));
    }
    Ok(call)
}

/// A field's column; that of a field in an embedded struct is not known here.
fn column(
    path: &[proc_macro2::Ident],
    fields: &[Field<'_>],
    library: &TokenStream,
) -> syn::Result<TokenStream> {
    let Some((first, rest)) = path.split_first() else {
        return Ok(TokenStream::new());
    };
    let Some(field) = fields.iter().find(|field| field.ident == first) else {
        let names: Vec<String> = fields.iter().map(|field| naming::plain(field.ident)).collect();
        let message = format!(
            "the model has no field `{first}` with a column; it has: {}",
            names.join(", ")
        );
        return Err(syn::Error::new(first.span(), message));
    };
    match (rest, field.attributes.embedded) {
        ([], None) => {
            let column = field.column();
            Ok(quote!(#column))
        }
        ([], Some(_)) => {
            let message =
                format!("`{first}` is embedded and has several columns: name one of its fields, {first}.…");
            Err(syn::Error::new(first.span(), message))
        }
        (_, None) => {
            let message = format!("`{first}` is one column; fields of fields are for embedded structs");
            Err(syn::Error::new(first.span(), message))
        }
        (rest, Some(_)) => Ok(quote!(<Self as #library::Model>::COLUMNS.#first #(.#rest)*.name())),
    }
}
