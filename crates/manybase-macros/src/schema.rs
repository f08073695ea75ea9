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

#[cfg(test)]
mod tests {
    use syn::DeriveInput;

    fn derived(source: &str) -> Result<String, String> {
        let input: DeriveInput = syn::parse_str(source).expect("Rust");
        let code = crate::model::derive(&input).map_err(|error| error.to_string())?;
        Ok(code.to_string().replace(' ', ""))
    }

    fn error(attributes: &str, fields: &str) -> String {
        let source =
            format!("#[model({attributes})] struct T {{ #[model(key)] id: i64, name: String, {fields} }}");
        derived(&source).expect_err(&source)
    }

    #[test]
    fn what_is_not_said_makes_no_code() {
        let code = derived("struct T { #[model(key)] id: i64, name: String }").expect("a model");
        for call in [
            ".comment(",
            ".about(",
            ".index",
            ".check",
            ".relations::",
            ".renamed_from(",
            ".view(",
        ] {
            assert!(!code.contains(call), "{call} in {code}");
        }
    }

    #[test]
    fn what_is_said_is_a_call_each() {
        let code = derived(
            "/// About it.\n///\n///     code\n#[doc(hidden)]\n\
             #[model(index(name, desc(home.city), name = \"i\"), unique(\"lower(name)\", filter = \"id > 0\"))]\n\
             #[model(check(\"a\", name = \"b\"), renamed_from = \"old\")]\n\
             struct T { #[model(key)] id: i64, #[model(index, column = \"NAME\", check = \"c\")] name: String, \
             #[model(embedded)] home: Address }",
        )
        .expect("a model");
        for call in [
            ".about(\"Aboutit.\\n\\ncode\")",
            "Index::new(\"i\").column(\"NAME\").column(<Selfas::manybase::Model>::COLUMNS.home.city.name()).descending()",
            "Index::new(\"\").expression(\"lower(name)\").unique().filter(\"id>0\")",
            ".check(\"b\",\"a\")",
            ".table_renamed_from(\"old\")",
            ".indexed().checked(\"c\")",
        ] {
            assert!(code.contains(call), "{call} in {code}");
        }
    }

    #[test]
    fn messages_say_what_to_write() {
        for (attributes, fields, says) in [
            (
                "index(nmae)",
                "",
                "no field `nmae` with a column; it has: id, name",
            ),
            (
                "index",
                "",
                "name the fields of the model that it is of: index(a, b)",
            ),
            ("unique()", "", "name a field, or several: unique(a, b)"),
            (
                "index(id, wher = \"x\")",
                "",
                "known are: name = \"…\", filter = \"…\"",
            ),
            ("index(asc(id))", "", "index(a, desc(b), \"lower(c)\")"),
            ("index(id, name = \"a\", name = \"b\")", "", "this is said twice"),
            ("index(name.first)", "", "`name` is one column"),
            (
                "index(home)",
                "#[model(embedded)] home: A",
                "name one of its fields, home.…",
            ),
            ("check", "", "check = \"qty >= 0\""),
            ("check(\"a\", nme = \"b\")", "", "known is: name = \"…\""),
            ("check = \" \"", "", "can't be empty"),
            (
                "view = \"SELECT 1\", index(id)",
                "",
                "a view has no indexes and checks",
            ),
            ("hooks", "#[model(unique(id))] a: i64", "`unique` stands alone"),
            (
                "hooks",
                "#[model(default = 1, default_sql = \"1\")] a: i64",
                "a column has one default",
            ),
            (
                "hooks",
                "#[model(skip, index)] a: i64",
                "`index` is for a field with a column of its own",
            ),
            (
                "hooks",
                "#[model(no_foreign_key)] a: i64",
                "`no_foreign_key` is for relations",
            ),
            (
                "hooks",
                "#[model(no_foreign_key)] a: HasMany<A>",
                "the end that would have the foreign key",
            ),
            (
                "hooks",
                "a_id: i64, #[model(index)] a: BelongsTo<A>",
                "say it at the field with its key",
            ),
            (
                "hooks",
                "a_id: i64, #[model(no_foreign_key, on_delete = \"cascade\")] a: BelongsTo<A>",
                "say it at the HasMany or HasOne",
            ),
        ] {
            let message = error(attributes, fields);
            assert!(message.contains(says), "{attributes} {fields}: {message}");
        }
    }
}
