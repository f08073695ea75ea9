//! What a model does besides being stored: traits that its attributes ask for.

use crate::field::Field;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

/// The trait of models whose records are stamped instead of removed.
pub(crate) fn soft_delete(name: &Ident, fields: &[Field<'_>], library: &TokenStream) -> Option<TokenStream> {
    let field = fields
        .iter()
        .find(|field| field.attributes.soft_delete.is_some())?;
    let (ident, ty) = (field.ident, field.ty);
    // An alive record has no time: a type that is no Option is told here.
    let alive = quote_spanned!(ty.span()=> ::std::option::Option::None);
    let stamp = quote_spanned!(ty.span()=> <#ty as #library::Stamp>::stamp);
    Some(quote! {
        #[automatically_derived]
        impl #library::SoftDelete for #name {
            fn set_deleted(
                &mut self,
                at: ::std::option::Option<#library::derive::DateTime<#library::derive::Utc>>,
            ) {
                self.#ident = match at {
                    ::std::option::Option::Some(at) => #stamp(at),
                    ::std::option::Option::None => #alive,
                };
            }
        }
    })
}
