//! Relation fields of a model.

use crate::field::Field;
use crate::naming;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

/// Which end holds the key of the other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Here,
    There,
}

/// A relation is known by the name of its type, since a macro sees no more.
fn end(ty: &Type) -> Option<End> {
    let Type::Path(path) = ty else { return None };
    match path.path.segments.last()?.ident.to_string().as_str() {
        "BelongsTo" => Some(End::Here),
        "HasMany" | "HasOne" => Some(End::There),
        _ => None,
    }
}

pub(crate) fn is_relation(field: &Field<'_>) -> bool {
    end(field.ty).is_some()
}

/// The foreign key's field: as said, else by the usual name.
fn foreign_key(model: &Ident, field: &Field<'_>) -> Ident {
    if let Some(said) = &field.attributes.foreign_key {
        return said.clone();
    }
    match end(field.ty) {
        Some(End::Here) => format_ident!("{}_id", naming::plain(field.ident), span = field.ident.span()),
        _ => format_ident!(
            "{}_id",
            naming::snake_case(&model.to_string()),
            span = field.ident.span()
        ),
    }
}

/// Finds mistakes that would otherwise be told in terms of generated code.
pub(crate) fn check(model: &Ident, columns: &[Field<'_>], relations: &[Field<'_>]) -> syn::Result<()> {
    for relation in relations {
        let key = foreign_key(model, relation);
        let here = end(relation.ty) == Some(End::Here);
        if here && !columns.iter().any(|column| *column.ident == key) {
            let message = format!(
                "the relation needs the key of the other end in a field of `{model}`: add a field `{key}`, or name one \
                 with #[model(foreign_key = …)]"
            );
            return Err(syn::Error::new(relation.ident.span(), message));
        }
    }
    let wrong = columns
        .iter()
        .find_map(|column| column.attributes.foreign_key.as_ref());
    match wrong {
        Some(key) => {
            let message = "`foreign_key` is for relations: fields of type BelongsTo, HasMany or HasOne";
            Err(syn::Error::new(key.span(), message))
        }
        None => Ok(()),
    }
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
    let key = foreign_key(model, field);
    let holder = match end(ty) {
        Some(End::Here) => quote!(#model),
        _ => quote_spanned!(ty.span()=> <#ty as #library::RelationField>::Target),
    };
    let column = quote_spanned!(key.span()=> <#holder as #library::Model>::COLUMNS.#key.name());
    quote! {
        #ident: #library::Rel::new(
            || #library::Link { field: #name, foreign_key: #column },
            |record| &mut record.#ident,
        )
    }
}
