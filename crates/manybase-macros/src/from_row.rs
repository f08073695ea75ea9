//! `#[derive(FromRow)]`

use crate::{field, naming};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{DeriveInput, LitStr};

pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let library = naming::library();
    let name = &input.ident;
    let (mut names, mut decoded) = (Vec::new(), Vec::new());
    for (ident, field) in field::named(input, "a row")? {
        let (mut column, mut json) = (naming::plain(ident), false);
        for attribute in field
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("row"))
        {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("column") {
                    column = meta.value()?.parse::<LitStr>()?.value();
                } else if meta.path.is_ident("json") {
                    json = true;
                } else {
                    return Err(meta.error("known on a field of a row are: column = \"…\", json"));
                }
                Ok(())
            })?;
        }
        names.push(column);
        let ty = &field.ty;
        decoded.push(if json {
            let json = naming::json(&library, ty);
            quote_spanned!(ty.span()=> #ident: cells.take::<#json>()?.0)
        } else {
            quote_spanned!(ty.span()=> #ident: cells.take::<#ty>()?)
        });
    }
    Ok(quote! {
        #[automatically_derived]
        impl #library::FromRow for #name {
            fn columns() -> ::std::option::Option<::std::vec::Vec<#library::derive::Name>> {
                ::std::option::Option::Some(::std::vec![#(#library::derive::Name::Borrowed(#names)),*])
            }

            fn from_row(cells: &mut #library::Cells<'_>) -> #library::derive::Result<Self> {
                ::std::result::Result::Ok(Self { #(#decoded),* })
            }
        }
    })
}
