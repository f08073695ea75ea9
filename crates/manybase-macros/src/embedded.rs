//! `#[derive(Embedded)]`

use crate::field::{self, Field};
use crate::naming;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::DeriveInput;

pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let library = naming::library();
    let fields = field::parse(input, "an embedded struct")?;
    for field in &fields {
        refuse(field)?;
    }
    let (name, text) = (&input.ident, input.ident.to_string());
    let columns = format_ident!("{name}Columns");
    let column_fields = fields.iter().map(|field| field.columns_field(&library));
    let column_values = fields
        .iter()
        .map(|field| field.columns_value(&library, &quote!(prefix)));
    let described = fields
        .iter()
        .map(|field| field.described(&library, &quote!(#library::Role::Plain), true));
    let decoded = fields.iter().map(|field| field.decoded(&library));
    let encoded = fields.iter().map(|field| field.encoded(&library));
    let doc = format!("The columns of [`{text}`].");
    Ok(quote! {
        const _: () = {
            #[doc = #doc]
            #[allow(private_interfaces, missing_docs)]
            pub struct #columns<__N: #library::Nullity = #library::Sure> { #(#column_fields),* }

            #[automatically_derived]
            impl #name {
                #[doc(hidden)]
                #[allow(private_interfaces)]
                pub const fn __columns<__N: #library::Nullity>(
                    table: &'static str,
                    prefix: &'static str,
                ) -> #columns<__N> {
                    #columns { #(#column_values),* }
                }
            }

            #[automatically_derived]
            impl #library::Embedded for #name {
                type Columns<__N: #library::Nullity> = #columns<__N>;

                fn describe(
                    builder: #library::MetaBuilder,
                    field: &'static str,
                    prefix: &'static str,
                ) -> #library::MetaBuilder {
                    builder #(#described)*
                }

                fn decode(cells: &mut #library::Cells<'_>) -> #library::derive::Result<Self> {
                    ::std::result::Result::Ok(Self { #(#decoded),* })
                }

                fn encode(&self, values: &mut #library::Values) {
                    #(#encoded)*
                }
            }
        };
    })
}

fn refuse(field: &Field<'_>) -> syn::Result<()> {
    if crate::relation::is_relation(field) {
        let message = "a relation can't stand in an embedded struct: put it into the model, together with the field that \
                       has its key";
        return Err(syn::Error::new(field.ident.span(), message));
    }
    let attributes = &field.attributes;
    let wrong = [
        ("key", attributes.key),
        ("generated", attributes.generated),
        ("created_at", attributes.created_at),
        ("updated_at", attributes.updated_at),
        ("version", attributes.version),
        ("soft_delete", attributes.soft_delete),
        ("embedded", attributes.embedded),
        ("skip", attributes.skip),
        ("readonly", attributes.readonly),
        // It names columns, and what stands before their names is not known here.
        ("check", attributes.checks.first().map(|check| check.sql.span())),
    ];
    match wrong
        .iter()
        .find_map(|(name, span)| span.map(|span| (name, span)))
    {
        Some((name, span)) => Err(syn::Error::new(
            span,
            format!("`{name}` can't stand in an embedded struct: put the field into the model"),
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn relations_are_refused() {
        let input = syn::parse_quote! {
            struct Delivery {
                carrier_id: i64,
                carrier: BelongsTo<Carrier>,
            }
        };
        let refused = super::derive(&input)
            .map(|_| ())
            .map_err(|error| error.to_string());
        assert!(refused.is_err_and(|error| error.contains("put it into the model")));
    }
}
