//! `#[derive(Model)]`

use crate::attributes::Container;
use crate::field::{self, Field};
use crate::lifecycle;
use crate::naming;
use crate::relation;
use crate::schema;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::DeriveInput;
use syn::spanned::Spanned;

pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let library = naming::library();
    let container = Container::parse(&input.attrs)?;
    let (relations, fields): (Vec<_>, Vec<_>) = field::parse(input, "a model")?
        .into_iter()
        .partition(relation::is_relation);
    let (skipped, fields): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .partition(|field| field.attributes.skip.is_some());
    check(input, &container, &fields)?;
    let (name, text) = (&input.ident, input.ident.to_string());
    relation::check(name, &fields, &relations)?;
    let relation_fields = relations
        .iter()
        .map(|field| relation::columns_field(&library, name, field));
    let relation_values = relations
        .iter()
        .map(|field| relation::columns_value(&library, name, field));
    let unstored: Vec<_> = relations
        .iter()
        .chain(&skipped)
        .map(|field| field.ident)
        .collect();
    let related = relation::list(&library, &relations);
    let columns = format_ident!("{name}Columns");
    let column_fields = fields.iter().map(|field| field.columns_field(&library));
    let column_values = fields
        .iter()
        .map(|field| field.columns_value(&library, &quote!("")));
    let described = fields
        .iter()
        .map(|field| field.described(&library, &role(field, &library), false));
    let decoded = fields.iter().map(|field| field.decoded(&library));
    let encoded = fields.iter().map(|field| field.encoded(&library));
    let (table_name, table) = table(&container, &text, &library);
    let connection = option(container.connection.as_ref().map(|name| quote!(#name)));
    let (key_type, key) = key(&fields, &library);
    let filled = filled(&fields, &library);
    let lifecycle = lifecycle::methods(&container, &fields, &unstored, &library);
    let traits = lifecycle::traits(name, &fields, &library);
    let whole = lifecycle::described(&container);
    let schema = schema::model(&container, &fields, !relations.is_empty(), &library)?;
    let doc = format!("The columns of [`{text}`].");
    Ok(quote! {
        const _: () = {
            #[doc = #doc]
            #[allow(private_interfaces, missing_docs)]
            pub struct #columns<__N: #library::Nullity = #library::Sure> {
                #(#column_fields,)* #(#relation_fields),*
            }

            #[automatically_derived]
            impl<__N: #library::Nullity> #columns<__N> {
                const fn __of(table: &'static str) -> Self {
                    Self { #(#column_values,)* #(#relation_values),* }
                }
            }

            #[automatically_derived]
            impl #library::Model for #name {
                type Key = #key_type;
                type Columns = #columns;
                type OuterColumns = #columns<#library::Maybe>;
                const COLUMNS: #columns = #columns::__of(#table_name);

                fn columns_of(table: &'static str) -> #columns {
                    #columns::__of(table)
                }

                fn outer_columns_of(table: &'static str) -> Self::OuterColumns {
                    #columns::__of(table)
                }

                fn meta() -> &'static #library::ModelMeta {
                    static META: #library::derive::OnceLock<#library::ModelMeta> = #library::derive::OnceLock::new();
                    META.get_or_init(|| {
                        #library::MetaBuilder::new(#text, #table, #connection)#(#described)* #whole #schema.finish()
                    })
                }

                fn decode(cells: &mut #library::Cells<'_>) -> #library::derive::Result<Self> {
                    ::std::result::Result::Ok(Self { #(#decoded,)* #(#unstored: ::std::default::Default::default()),* })
                }

                fn encode(&self, values: &mut #library::Values) {
                    #(#encoded)*
                }

                #related

                fn key(&self) -> #key_type {
                    #key
                }

                #filled
                #lifecycle
            }

            #traits

            #[automatically_derived]
            impl #library::FromRow for #name {
                fn columns() -> ::std::option::Option<::std::vec::Vec<#library::derive::Name>> {
                    #library::derive::column_names::<Self>()
                }

                fn from_row(cells: &mut #library::Cells<'_>) -> #library::derive::Result<Self> {
                    <Self as #library::Model>::decode(cells)
                }
            }
        };
    })
}

fn check(input: &DeriveInput, container: &Container, fields: &[Field<'_>]) -> syn::Result<()> {
    if let Some(keyless) = container.keyless {
        if let Some(key) = fields.iter().find_map(|field| field.attributes.key) {
            return Err(syn::Error::new(
                key,
                "a model that is `keyless` has no `key`: leave one of them out",
            ));
        }
        if fields.iter().all(|field| field.attributes.embedded.is_none()) && fields.is_empty() {
            return Err(syn::Error::new(keyless, "a model needs a column"));
        }
    } else if !fields.iter().any(|field| field.attributes.key.is_some()) {
        let hint = match fields.iter().find(|field| field.ident == "id") {
            Some(_) => "write #[model(key, auto)] before `id` if the database numbers it, else #[model(key)]",
            None => {
                "write #[model(key)] before the field that names a row, or before several that do so together, or \
                 #[model(keyless)] before a struct whose rows have none, such as a view's"
            }
        };
        return Err(syn::Error::new(
            input.ident.span(),
            format!("a model needs a key: {hint}"),
        ));
    }
    type Said = fn(&Field<'_>) -> Option<proc_macro2::Span>;
    let once: [(&str, Said); 3] = [
        ("auto", |field| field.attributes.auto),
        ("soft_delete", |field| field.attributes.soft_delete),
        ("version", |field| field.attributes.version),
    ];
    for (what, span) in once {
        if let Some(span) = fields.iter().filter_map(span).nth(1) {
            return Err(syn::Error::new(
                span,
                format!("a model has one `{what}` field at most"),
            ));
        }
    }
    let mut seen = std::collections::HashMap::new();
    for field in fields.iter().filter(|field| field.attributes.embedded.is_none()) {
        if let Some(other) = seen.insert(field.column(), field.ident) {
            let column = field.column();
            let message = format!("column \"{column}\" is that of field `{other}` already");
            return Err(syn::Error::new(field.ident.span(), message));
        }
    }
    Ok(())
}

fn role(field: &Field<'_>, library: &TokenStream) -> TokenStream {
    let attributes = &field.attributes;
    let ty = field.ty;
    let role = match () {
        () if attributes.auto.is_some() => {
            let by_database = quote_spanned!(ty.span()=> <#ty as #library::AutoKey>::BY_DATABASE);
            return quote!(#library::Role::AutoKey { by_database: #by_database });
        }
        () if attributes.key.is_some() => "Key",
        () if attributes.generated.is_some() => "Generated",
        () if attributes.created_at.is_some() => "CreatedAt",
        () if attributes.updated_at.is_some() => "UpdatedAt",
        () if attributes.version.is_some() => "Version",
        () if attributes.soft_delete.is_some() => "DeletedAt",
        () => "Plain",
    };
    let role = format_ident!("{role}");
    quote!(#library::Role::#role)
}

/// The table's own name, and the name with its schema.
fn table(container: &Container, name: &str, library: &TokenStream) -> (String, TokenStream) {
    let name = container
        .table
        .as_ref()
        .map_or_else(|| naming::snake_case(name), syn::LitStr::value);
    let table = quote!(#library::derive::TableName::borrowed(#name));
    let table = match &container.schema {
        Some(schema) => quote!(#table.in_schema(#schema)),
        None => table,
    };
    (name, table)
}

fn option(inner: Option<TokenStream>) -> TokenStream {
    match inner {
        Some(inner) => quote!(::std::option::Option::Some(#inner)),
        None => quote!(::std::option::Option::None),
    }
}

fn key(fields: &[Field<'_>], library: &TokenStream) -> (TokenStream, TokenStream) {
    let keys: Vec<_> = fields
        .iter()
        .filter(|field| field.attributes.key.is_some())
        .collect();
    let types = keys.iter().map(|field| field.ty);
    let values = keys.iter().map(|field| {
        let ident = field.ident;
        quote_spanned!(field.ty.span()=> ::std::clone::Clone::clone(&self.#ident))
    });
    match keys.as_slice() {
        [] => (quote!(#library::NoKey), quote!(#library::NoKey::none())),
        [_] => (quote!(#(#types)*), quote!(#(#values)*)),
        _ => (quote!((#(#types),*)), quote!((#(#values),*))),
    }
}

/// The methods that fill fields in; left out where there is nothing to fill.
fn filled(fields: &[Field<'_>], library: &TokenStream) -> TokenStream {
    let (mut inserted, mut updated) = (TokenStream::new(), TokenStream::new());
    let mut generated = TokenStream::new();
    let mut methods = TokenStream::new();
    for Field {
        ident,
        ty,
        attributes,
    } in fields
    {
        let stamp = quote_spanned!(ty.span()=> <#ty as #library::Stamp>);
        if attributes.auto.is_some() {
            let auto = quote_spanned!(ty.span()=> <#ty as #library::AutoKey>);
            inserted.extend(quote!(#auto::fill(&mut self.#ident);));
            methods.extend(quote! {
                fn is_key_unset(&self) -> bool {
                    #auto::is_unset(&self.#ident)
                }

                fn set_auto_key(&mut self, id: i64) -> #library::derive::Result<()> {
                    self.#ident = #auto::from_database(id)?;
                    ::std::result::Result::Ok(())
                }
            });
            generated.extend(quote!(if #auto::BY_DATABASE { self.#ident = cells.take::<#ty>()?; }));
        }
        if attributes.generated.is_some() {
            generated.extend(match attributes.json {
                Some(_) => quote!(self.#ident = cells.take::<#library::Json<#ty>>()?.0;),
                None => quote!(self.#ident = cells.take::<#ty>()?;),
            });
        }
        if attributes.created_at.is_some() || attributes.updated_at.is_some() {
            inserted.extend(quote!(if #stamp::is_unset(&self.#ident) { self.#ident = #stamp::stamp(now); }));
        }
        let name = naming::plain(ident);
        if attributes.updated_at.is_some() {
            updated.extend(quote!(if !said(#name) { self.#ident = #stamp::stamp(now); }));
        }
        if attributes.version.is_some() {
            let count = quote_spanned!(ty.span()=> <#ty as #library::Counter>::count(&mut self.#ident));
            updated.extend(quote!(if !said(#name) { #count; }));
        }
    }
    if !inserted.is_empty() || !updated.is_empty() {
        methods.extend(quote! {
            #[allow(unused_variables)]
            fn stamp(
                &mut self,
                now: #library::derive::DateTime<#library::derive::Utc>,
                update: ::std::option::Option<&dyn Fn(&str) -> bool>,
            ) {
                match update {
                    ::std::option::Option::None => { #inserted }
                    ::std::option::Option::Some(said) => { #updated }
                }
            }
        });
    }
    if !generated.is_empty() {
        methods.extend(quote! {
            fn read_generated(&mut self, cells: &mut #library::Cells<'_>) -> #library::derive::Result<()> {
                #generated
                ::std::result::Result::Ok(())
            }
        });
    }
    methods
}
