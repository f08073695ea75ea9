//! Relation fields of a model.

use crate::attributes::FieldAttributes;
use crate::field::Field;
use crate::naming;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, LitStr, PathArguments, PathSegment, Type};

/// Which end holds the key of the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Here,
    There,
    /// A join model holds both.
    Between,
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last()
}

/// A relation is known by the name of its type, since a macro sees no more.
fn end(ty: &Type) -> Option<End> {
    match last_segment(ty)?.ident.to_string().as_str() {
        "BelongsTo" => Some(End::Here),
        "HasMany" | "HasOne" => Some(End::There),
        "ManyToMany" => Some(End::Between),
        _ => None,
    }
}

pub(crate) fn is_relation(field: &Field<'_>) -> bool {
    end(field.ty).is_some()
}

/// The name of the model at the other end.
fn target(ty: &Type) -> Option<String> {
    let PathArguments::AngleBracketed(arguments) = &last_segment(ty)?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(target) => Some(last_segment(target)?.ident.to_string()),
        _ => None,
    }
}

/// The foreign key's fields: as said, else by the usual name.
fn foreign_key(model: &Ident, field: &Field<'_>) -> Vec<Ident> {
    if !field.attributes.foreign_key.is_empty() {
        return field.attributes.foreign_key.clone();
    }
    let of = match end(field.ty) {
        Some(End::Here) => naming::plain(field.ident),
        _ => naming::snake_case(&model.to_string()),
    };
    vec![format_ident!("{of}_id", span = field.ident.span())]
}

/// The fields of a join model that hold the key of the other end.
fn other_key(field: &Field<'_>) -> Vec<Ident> {
    if !field.attributes.other_key.is_empty() {
        return field.attributes.other_key.clone();
    }
    let of = target(field.ty).map_or_else(
        || naming::plain(field.ident),
        |target| naming::snake_case(&target),
    );
    vec![format_ident!("{of}_id", span = field.ident.span())]
}

/// Finds mistakes that would otherwise be told in terms of generated code.
pub(crate) fn check(model: &Ident, columns: &[Field<'_>], relations: &[Field<'_>]) -> syn::Result<()> {
    for relation in relations {
        let keys = foreign_key(model, relation);
        let here = end(relation.ty) == Some(End::Here);
        let missing = |key: &&Ident| !columns.iter().any(|column| column.ident == *key);
        if here && let Some(key) = keys.iter().find(missing) {
            let message = format!(
                "the relation needs the key of the other end in a field of `{model}`: add a field `{key}`, or name one \
                 with #[model(foreign_key = …)]"
            );
            return Err(syn::Error::new(relation.ident.span(), message));
        }
        let references = &relation.attributes.references;
        if !references.is_empty() && references.len() != keys.len() {
            let message = "`references` and `foreign_key` name pairs of fields: as many here as there";
            return Err(syn::Error::new(relation.ident.span(), message));
        }
        if let Some(what) = &relation.attributes.on_delete {
            on_delete(what)?;
            if here && relation.attributes.no_foreign_key.is_some() {
                let message = "at a BelongsTo `on_delete` is what the foreign key does, and there is to be none: say it at \
                               the HasMany or HasOne of the model that is deleted";
                return Err(syn::Error::new(what.span(), message));
            }
        }
        if let (Some(span), false) = (relation.attributes.no_foreign_key, here) {
            let message = "`no_foreign_key` is for BelongsTo: the end that would have the foreign key";
            return Err(syn::Error::new(span, message));
        }
        if let Some((name, span)) = of_columns(&relation.attributes) {
            let message =
                format!("`{name}` is for columns, and a relation has none: say it at the field with its key");
            return Err(syn::Error::new(span, message));
        }
        let between = end(relation.ty) == Some(End::Between);
        if let (Some(key), false) = (relation.attributes.other_key.first(), between) {
            let message =
                "`other_key` is for ManyToMany: the field of its join model that holds the other end's key";
            return Err(syn::Error::new(key.span(), message));
        }
        if between && keys == other_key(relation) {
            let message = format!(
                "both ends would be found by the join model's `{}`: name its two fields with #[model(foreign_key = …, \
                 other_key = …)]",
                keys.first().map(ToString::to_string).unwrap_or_default()
            );
            return Err(syn::Error::new(relation.ident.span(), message));
        }
    }
    for column in columns {
        let attributes = &column.attributes;
        if let Some(what) = &attributes.on_delete {
            let message =
                "`on_delete` is for relations: fields of type BelongsTo, HasMany, HasOne or ManyToMany";
            return Err(syn::Error::new(what.span(), message));
        }
        if let Some(span) = attributes.no_foreign_key {
            let message = "`no_foreign_key` is for relations: fields of type BelongsTo";
            return Err(syn::Error::new(span, message));
        }
        let named = [
            ("foreign_key", &attributes.foreign_key),
            ("references", &attributes.references),
            ("other_key", &attributes.other_key),
        ];
        for (name, keys) in named {
            if let Some(key) = keys.first() {
                let message = format!(
                    "`{name}` is for relations: fields of type BelongsTo, HasMany, HasOne or ManyToMany"
                );
                return Err(syn::Error::new(key.span(), message));
            }
        }
    }
    Ok(())
}

/// What has no place at a relation.
fn of_columns(attributes: &FieldAttributes) -> Option<(&'static str, Span)> {
    let said = [
        ("index", attributes.index),
        ("check", attributes.checks.first().map(|check| check.sql.span())),
        ("default_sql", attributes.default_sql.as_ref().map(LitStr::span)),
        ("renamed_from", attributes.renamed_from.as_ref().map(LitStr::span)),
    ];
    said.iter().find_map(|(name, span)| Some((*name, (*span)?)))
}

/// The variant of `OnDelete`.
fn on_delete(what: &syn::LitStr) -> syn::Result<Ident> {
    let variant = match what.value().as_str() {
        "restrict" => "Restrict",
        "cascade" => "Cascade",
        "nullify" => "Nullify",
        _ => {
            let message = "`on_delete` is \"restrict\", \"cascade\" or \"nullify\"";
            return Err(syn::Error::new(what.span(), message));
        }
    };
    Ok(Ident::new(variant, what.span()))
}

/// The list of them, for writes; left out where there are none.
pub(crate) fn list(library: &TokenStream, relations: &[Field<'_>]) -> Option<TokenStream> {
    let fields = relations.iter().map(|relation| relation.ident);
    (!relations.is_empty()).then(|| {
        quote! {
            fn relations() -> &'static [&'static dyn #library::derive::AnyRel<Self>] {
                const { &[#(&<Self as #library::Model>::COLUMNS.#fields),*] }
            }
        }
    })
}

/// Its place in the struct of columns.
pub(crate) fn columns_field(library: &TokenStream, model: &Ident, field: &Field<'_>) -> TokenStream {
    let (ident, ty) = (field.ident, field.ty);
    quote!(pub #ident: #library::Rel<#model, #ty>)
}

/// Its value in the struct of columns. The other end's columns are named inside a function, so that models which
/// relate to one another in a ring do not need each other's constants.
pub(crate) fn columns_value(library: &TokenStream, model: &Ident, field: &Field<'_>) -> TokenStream {
    let (ident, ty) = (field.ident, field.ty);
    let name = naming::plain(ident);
    let this = quote!(#model);
    let relation = quote_spanned!(ty.span()=> <#ty as #library::RelationField>);
    let (holder, pointed) = match end(ty) {
        Some(End::Here) => (this, quote!(#relation::Target)),
        _ => (quote!(#relation::Holder), this),
    };
    let names = |of: &TokenStream, keys: &[Ident]| {
        let names = keys
            .iter()
            .map(|key| quote_spanned!(key.span()=> <#of as #library::Model>::COLUMNS.#key.name()));
        quote!([#(#names),*])
    };
    let keys = names(&holder, &foreign_key(model, field));
    let mut link = quote!(#library::Link::new(#name, #keys));
    if !field.attributes.references.is_empty() {
        let references = names(&pointed, &field.attributes.references);
        link.extend(quote!(.references(#references)));
    }
    if end(ty) == Some(End::Between) {
        let others = names(&holder, &other_key(field));
        link.extend(quote!(.other_key(#others)));
    }
    let deleted = field.attributes.on_delete.as_ref().map(|what| {
        let variant = on_delete(what).unwrap_or_else(|_| format_ident!("Restrict"));
        if end(ty) == Some(End::Here) {
            let variant = if variant == "Nullify" {
                format_ident!("SetNull")
            } else {
                variant
            };
            return quote!(.foreign_key(::std::option::Option::Some(#library::derive::KeyRule::#variant)));
        }
        quote!(.on_delete(#library::OnDelete::#variant))
    });
    let without = field
        .attributes
        .no_foreign_key
        .map(|_| quote!(.foreign_key(::std::option::Option::None)));
    quote! {
        #ident: #library::Rel::<#model, #ty>::new(|| #link, |record| &mut record.#ident) #deleted #without.of(table)
    }
}
