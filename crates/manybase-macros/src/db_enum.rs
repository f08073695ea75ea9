//! `#[derive(DbEnum)]`

use crate::naming;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use std::collections::HashMap;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DataEnum, DeriveInput, Expr, Fields, Lit, LitInt, LitStr, UnOp, Variant};

pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new(
            name.span(),
            "DbEnum is for an enum; for a struct with one field there is DbType",
        ));
    };
    if data.variants.is_empty() {
        return Err(syn::Error::new(name.span(), "a DbEnum needs a variant"));
    }
    let (known, unknown) = split(data)?;
    if is_integer(&input.attrs)? {
        integers(input, &known, unknown)
    } else {
        texts(input, &known, unknown)
    }
}

/// The variants that stand for a value, and the one that takes all others.
fn split(data: &DataEnum) -> syn::Result<(Vec<&Variant>, Option<&Ident>)> {
    let (mut known, mut unknown) = (Vec::new(), None);
    for variant in &data.variants {
        let takes_others = |attribute: &Attribute| {
            attribute.path().is_ident("db")
                && attribute
                    .parse_args::<Ident>()
                    .is_ok_and(|word| word == "unknown")
        };
        let marked = variant.attrs.iter().any(takes_others);
        let holds_one = matches!(&variant.fields, Fields::Unnamed(fields) if fields.unnamed.len() == 1);
        match (&variant.fields, marked) {
            (Fields::Unit, false) => known.push(variant),
            (_, true) if !holds_one => {
                let message = "a variant with #[db(unknown)] holds the value: write `Unknown(String)`, or `Unknown(i64)` in \
                               an enum of numbers";
                return Err(syn::Error::new(variant.span(), message));
            }
            (_, true) => {
                if unknown.replace(&variant.ident).is_some() {
                    return Err(syn::Error::new(
                        variant.span(),
                        "one variant takes all unknown values",
                    ));
                }
            }
            _ => {
                let message = "a variant of a DbEnum has no fields; one that takes unknown values is marked \
                               #[db(unknown)]";
                return Err(syn::Error::new(variant.span(), message));
            }
        }
    }
    Ok((known, unknown))
}

fn is_integer(attributes: &[Attribute]) -> syn::Result<bool> {
    let mut integer = false;
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("db"))
    {
        attribute.parse_nested_meta(|meta| {
            integer = meta.path.is_ident("integer");
            if integer {
                Ok(())
            } else {
                Err(meta.error("known on an enum is: integer"))
            }
        })?;
    }
    Ok(integer)
}

fn texts(input: &DeriveInput, known: &[&Variant], unknown: Option<&Ident>) -> syn::Result<TokenStream> {
    let library = naming::library();
    let (name, text) = (&input.ident, input.ident.to_string());
    let mut seen = HashMap::new();
    let (mut variants, mut values) = (Vec::new(), Vec::new());
    for variant in known {
        let mut value = naming::snake_case(&naming::plain(&variant.ident));
        for attribute in variant
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("db"))
        {
            value = attribute
                .parse_args::<LitStr>()
                .map_err(|error| with_hint(&error, "write #[db(\"A\")]"))?
                .value();
        }
        once(&mut seen, value.clone(), variant)?;
        variants.push(&variant.ident);
        values.push(value);
    }
    let length = values
        .iter()
        .map(|value| value.chars().count())
        .max()
        .unwrap_or(1)
        .max(1);
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    // A value that is not known is of any length.
    let length = match unknown {
        None => quote!(::std::option::Option::Some(#length)),
        Some(_) => quote!(::std::option::Option::None),
    };
    let write_unknown = unknown.map(|unknown| quote!(Self::#unknown(text) => text.as_str(),));
    let read_unknown = match unknown {
        Some(unknown) => {
            quote!(text => ::std::result::Result::Ok(Self::#unknown(::std::string::String::from(text))))
        }
        None => quote!(_ => ::std::result::Result::Err(#library::derive::no_variant(#text))),
    };
    Ok(quote! {
        #[automatically_derived]
        impl #library::ColumnType for #name {
            const DATA_TYPE: #library::derive::DataType =
                #library::derive::DataType::Text { length: #length };
            type OrNull = ::std::option::Option<Self>;

            fn encode(&self) -> #library::CellResult<#library::derive::Value> {
                let text = match self { #(Self::#variants => #values,)* #write_unknown };
                ::std::result::Result::Ok(#library::derive::Value::from(text))
            }

            fn decode(row: &dyn #library::derive::Row, index: usize) -> #library::CellResult<Self> {
                match #library::derive::text(row, index)? {
                    #(#values => ::std::result::Result::Ok(Self::#variants),)*
                    #read_unknown,
                }
            }
        }
    })
}

fn integers(input: &DeriveInput, known: &[&Variant], unknown: Option<&Ident>) -> syn::Result<TokenStream> {
    let library = naming::library();
    let (name, text) = (&input.ident, input.ident.to_string());
    let mut seen = HashMap::new();
    let (mut variants, mut values) = (Vec::new(), Vec::new());
    let mut next = 0i64;
    for variant in known {
        let mut value = match &variant.discriminant {
            Some((_, expr)) => number(expr)?,
            None => next,
        };
        for attribute in variant
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("db"))
        {
            let expr = attribute
                .parse_args::<Expr>()
                .map_err(|error| with_hint(&error, "write #[db(7)]"))?;
            value = number(&expr)?;
        }
        once(&mut seen, value, variant)?;
        next = value.wrapping_add(1);
        variants.push(&variant.ident);
        values.push(value);
    }
    let write_unknown = unknown.map(|unknown| quote!(Self::#unknown(number) => *number,));
    let read_unknown = match unknown {
        Some(unknown) => quote!(number => ::std::result::Result::Ok(Self::#unknown(number))),
        None => quote!(_ => ::std::result::Result::Err(#library::derive::no_variant(#text))),
    };
    Ok(quote! {
        #[automatically_derived]
        impl #library::ColumnType for #name {
            const DATA_TYPE: #library::derive::DataType = #library::derive::DataType::I64;
            type OrNull = ::std::option::Option<Self>;

            fn encode(&self) -> #library::CellResult<#library::derive::Value> {
                let number: i64 = match self { #(Self::#variants => #values,)* #write_unknown };
                ::std::result::Result::Ok(#library::derive::Value::from(number))
            }

            fn decode(row: &dyn #library::derive::Row, index: usize) -> #library::CellResult<Self> {
                match <i64 as #library::ColumnType>::decode(row, index)? {
                    #(#values => ::std::result::Result::Ok(Self::#variants),)*
                    #read_unknown,
                }
            }
        }
    })
}

fn number(expr: &Expr) -> syn::Result<i64> {
    match expr {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(int) => LitInt::base10_parse(int),
            other => Err(syn::Error::new(other.span(), "a whole number is needed")),
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => Ok(-number(&unary.expr)?),
        other => Err(syn::Error::new(
            other.span(),
            "a whole number is needed, not an expression",
        )),
    }
}

fn once<V: std::hash::Hash + Eq + std::fmt::Display + Clone>(
    seen: &mut HashMap<V, String>,
    value: V,
    variant: &Variant,
) -> syn::Result<()> {
    match seen.insert(value.clone(), variant.ident.to_string()) {
        None => Ok(()),
        Some(other) => {
            let message =
                format!("`{value}` stands for `{other}` already: give one of them another with #[db(…)]");
            Err(syn::Error::new(variant.ident.span(), message))
        }
    }
}

fn with_hint(error: &syn::Error, hint: &str) -> syn::Error {
    syn::Error::new(error.span(), format!("{error}: {hint}"))
}
