//! What a model does besides being stored: traits that its attributes ask for.

use crate::attributes::{Container, FieldAttributes};
use crate::field::Field;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, RangeLimits};

/// Methods of `Model`; left out where there is nothing to do.
pub(crate) fn methods(
    container: &Container,
    fields: &[Field<'_>],
    unstored: &[&Ident],
    library: &TokenStream,
) -> TokenStream {
    let mut methods = TokenStream::new();
    if container.hooks.is_some() {
        methods.extend(quote! {
            fn hooks() -> ::std::option::Option<&'static #library::HookTable<Self>> {
                ::std::option::Option::Some(#library::HookTable::of())
            }
        });
    }
    if container.validate.is_some() {
        methods.extend(quote! {
            fn check(&self, errors: &mut #library::FieldErrors) {
                #library::Validate::validate(self, errors);
            }
        });
    }
    if !unstored.is_empty() {
        methods.extend(quote! {
            fn keep_unstored(&mut self, from: &mut Self) {
                #(::std::mem::swap(&mut self.#unstored, &mut from.#unstored);)*
            }
        });
    }
    if let Some(Field { ident, ty, .. }) = fields.iter().find(|field| field.attributes.soft_delete.is_some())
    {
        // An alive record has no time: a type that is no Option is told here.
        let alive = quote_spanned!(ty.span()=> ::std::option::Option::None);
        let stamp = quote_spanned!(ty.span()=> <#ty as #library::Stamp>::stamp);
        methods.extend(quote! {
            fn set_deleted(
                &mut self,
                at: ::std::option::Option<#library::derive::DateTime<#library::derive::Utc>>,
            ) {
                self.#ident = match at {
                    ::std::option::Option::Some(at) => #stamp(at),
                    ::std::option::Option::None => #alive,
                };
            }
        });
    }
    methods
}

/// Traits that say what a model can do.
pub(crate) fn traits(name: &Ident, fields: &[Field<'_>], library: &TokenStream) -> Option<TokenStream> {
    let soft_delete = fields.iter().any(|field| field.attributes.soft_delete.is_some());
    soft_delete.then(|| {
        quote! {
            #[automatically_derived]
            impl #library::SoftDelete for #name {}
        }
    })
}

/// What the description of the whole model gets.
pub(crate) fn described(container: &Container) -> TokenStream {
    let mut calls = TokenStream::new();
    if container.validate.is_some() {
        calls.extend(quote!(.validated()));
    }
    if container.readonly.is_some() {
        calls.extend(quote!(.readonly()));
    }
    calls
}

/// The rules of a field, for its description.
pub(crate) fn rules(field: &Field<'_>, library: &TokenStream) -> TokenStream {
    let FieldAttributes {
        min_len,
        max_len,
        non_empty,
        range,
        one_of,
        pattern,
        email,
        url,
        ..
    } = &field.attributes;
    let ty = field.column_type(library);
    let span = field.ty.span();
    let some = |value: &Expr| quote!(::std::option::Option::Some(#library::derive::Value::from(#value)));
    let mut calls = TokenStream::new();
    if let Some(length) = min_len {
        calls.extend(quote_spanned!(span=> .rule(#library::Rule::min_len::<#ty>(#length))));
    }
    if let Some(length) = max_len {
        calls.extend(quote_spanned!(span=> .rule(#library::Rule::max_len::<#ty>(#length))));
    }
    if non_empty.is_some() {
        calls.extend(quote_spanned!(span=> .rule(#library::Rule::non_empty::<#ty>())));
    }
    if let Some(pattern) = pattern {
        calls.extend(quote_spanned!(span=> .rule(#library::Rule::pattern::<#ty>(#pattern))));
    }
    if email.is_some() {
        calls.extend(quote_spanned!(span=> .rule(#library::Rule::email::<#ty>())));
    }
    if url.is_some() {
        calls.extend(quote_spanned!(span=> .rule(#library::Rule::url::<#ty>())));
    }
    if let Some(range) = range {
        let none = || quote!(::std::option::Option::None);
        let least = range.start.as_deref().map_or_else(none, some);
        let most = range.end.as_deref().map_or_else(none, some);
        let included = matches!(range.limits, RangeLimits::Closed(_));
        calls.extend(quote_spanned!(span=> .rule(#library::Rule::range::<#ty>(#least, #most, #included))));
    }
    if let Some(list) = one_of {
        let values = list.elems.iter();
        calls.extend(quote_spanned!(span=> .rule(#library::Rule::one_of::<#ty>(
            ::std::vec![#(#library::derive::Value::from(#values)),*]
        ))));
    }
    calls
}
