//! A field of a model or an embedded struct.

use crate::attributes::FieldAttributes;
use crate::naming;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Type};

pub(crate) struct Field<'i> {
    pub(crate) ident: &'i Ident,
    pub(crate) ty: &'i Type,
    pub(crate) attributes: FieldAttributes,
}

/// The named fields of a struct, and nothing else.
pub(crate) fn named<'i>(input: &'i DeriveInput, what: &str) -> syn::Result<Vec<(&'i Ident, &'i syn::Field)>> {
    if let Some(parameter) = input.generics.params.first() {
        return Err(syn::Error::new(
            parameter.span(),
            format!("{what} can't have type, lifetime or const parameters"),
        ));
    }
    let wrong = || {
        syn::Error::new(
            input.ident.span(),
            format!("{what} is a struct with named fields"),
        )
    };
    let Data::Struct(data) = &input.data else {
        return Err(wrong());
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(wrong());
    };
    fields
        .named
        .iter()
        .map(|field| field.ident.as_ref().map(|ident| (ident, field)).ok_or_else(wrong))
        .collect()
}

pub(crate) fn parse<'i>(input: &'i DeriveInput, what: &str) -> syn::Result<Vec<Field<'i>>> {
    let mut errors: Option<syn::Error> = None;
    let mut fields = Vec::new();
    for (ident, field) in named(input, what)? {
        match FieldAttributes::parse(&field.attrs) {
            Ok(attributes) => fields.push(Field {
                ident,
                ty: &field.ty,
                attributes,
            }),
            // All wrong fields in one go.
            Err(error) => match &mut errors {
                Some(errors) => errors.combine(error),
                None => errors = Some(error),
            },
        }
    }
    errors.map_or(Ok(fields), Err)
}

impl Field<'_> {
    pub(crate) fn column(&self) -> String {
        self.attributes
            .column
            .as_ref()
            .map_or_else(|| naming::plain(self.ident), syn::LitStr::value)
    }

    fn prefix(&self) -> String {
        let prefix = self.attributes.prefix.as_ref();
        prefix.map_or_else(|| format!("{}_", naming::plain(self.ident)), syn::LitStr::value)
    }

    fn is_embedded(&self) -> bool {
        self.attributes.embedded.is_some()
    }

    /// The type that goes through `ColumnType`.
    pub(crate) fn column_type(&self, library: &TokenStream) -> TokenStream {
        let ty = self.ty;
        if self.attributes.json.is_some() {
            naming::json(library, ty)
        } else {
            quote!(#ty)
        }
    }

    /// Its place in the struct of columns.
    pub(crate) fn columns_field(&self, library: &TokenStream) -> TokenStream {
        let (ident, ty) = (self.ident, self.ty);
        if self.is_embedded() {
            return quote_spanned!(ty.span()=> pub #ident: <#ty as #library::Embedded>::Columns<__N>);
        }
        let column = self.column_type(library);
        quote!(pub #ident: #library::Col<<__N as #library::Nullity>::Of<#column>>)
    }

    /// Its value in the struct of columns; `outer` is the prefix of an embedded struct that it stands in.
    pub(crate) fn columns_value(&self, library: &TokenStream, outer: &TokenStream) -> TokenStream {
        let (ident, ty) = (self.ident, self.ty);
        if self.is_embedded() {
            let prefix = self.prefix();
            return quote_spanned!(ty.span()=> #ident: <#ty>::__columns(table, #prefix));
        }
        let column = self.column();
        let trimmed = self.attributes.trim.map(|_| quote!(.trimmed()));
        quote!(#ident: #library::Col::of(table, #outer, #column)#trimmed)
    }

    /// Its call of the builder. Inside an embedded struct names are put together at run time.
    pub(crate) fn described(&self, library: &TokenStream, role: &TokenStream, embedded: bool) -> TokenStream {
        let (field, ty) = (naming::plain(self.ident), self.ty);
        if self.is_embedded() {
            let prefix = self.prefix();
            return quote_spanned!(ty.span()=> .embed::<#ty>(#field, #prefix));
        }
        let column = self.column();
        let (field, column) = if embedded {
            (
                quote!(::std::format!("{field}.{}", #field)),
                quote!(::std::format!("{prefix}{}", #column)),
            )
        } else {
            (quote!(#field), quote!(#column))
        };
        let column_type = self.column_type(library);
        let mut call = quote_spanned!(ty.span()=> .column::<#column_type>(#field, #column, #role));
        if let Some(length) = &self.attributes.length {
            call.extend(quote!(.typed(#library::derive::DataType::Text { length: ::std::option::Option::Some(#length) })));
        }
        if let Some((total, scale)) = &self.attributes.precision {
            let precision = quote!(::std::option::Option::Some((#total, #scale)));
            call.extend(quote!(.typed(#library::derive::DataType::Decimal { precision: #precision })));
        }
        if self.attributes.unique.is_some() {
            call.extend(quote!(.unique()));
        }
        if self.attributes.trim.is_some() {
            call.extend(quote!(.trimmed()));
        }
        if self.attributes.readonly.is_some() {
            call.extend(quote!(.only_inserted()));
        }
        call.extend(crate::lifecycle::rules(self, library));
        if let Some(default) = &self.attributes.default {
            call.extend(quote!(.default(#default)));
        }
        call.extend(crate::schema::field(self, embedded));
        call
    }

    pub(crate) fn decoded(&self, library: &TokenStream) -> TokenStream {
        let (ident, ty) = (self.ident, self.ty);
        if self.is_embedded() {
            return quote_spanned!(ty.span()=> #ident: <#ty as #library::Embedded>::decode(cells)?);
        }
        if self.attributes.json.is_some() {
            let json = naming::json(library, ty);
            return quote_spanned!(ty.span()=> #ident: cells.take::<#json>()?.0);
        }
        match self.attributes.trim {
            None => quote_spanned!(ty.span()=> #ident: cells.take::<#ty>()?),
            Some(_) => quote_spanned!(ty.span()=> #ident: cells.take_trimmed::<#ty>()?),
        }
    }

    pub(crate) fn encoded(&self, library: &TokenStream) -> TokenStream {
        let (ident, ty) = (self.ident, self.ty);
        if self.is_embedded() {
            return quote_spanned!(ty.span()=> #library::Embedded::encode(&self.#ident, values););
        }
        if self.attributes.json.is_some() {
            let json = naming::json(library, ty);
            return quote_spanned!(ty.span()=> values.put_result(<#json>::encode_ref(&self.#ident)););
        }
        quote_spanned!(ty.span()=> values.put(&self.#ident);)
    }
}
