//! `#[derive(Factory)]`

use crate::attributes::FieldAttributes;
use crate::field::{self, Field};
use crate::{naming, relation};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, DeriveInput, Expr, ExprLit, Lit, Path, Type};

/// `#[factory(…)]` on a field.
#[derive(Default)]
struct Said {
    default: Option<Expr>,
    sequence: Option<Expr>,
    parent: Option<Path>,
    count: usize,
    span: Option<Span>,
}

/// Methods of every factory.
const TAKEN: [&str; 4] = ["new", "build", "create", "create_many"];
const KNOWN: &str = "default = …, sequence = |n| …, parent = Model";

impl Said {
    fn parse(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut said = Self::default();
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("factory"))
        {
            attribute.parse_nested_meta(|meta| {
                said.count += 1;
                said.span = Some(meta.path.span());
                if meta.path.is_ident("default") {
                    said.default = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("sequence") {
                    said.sequence = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("parent") {
                    said.parent = Some(meta.value()?.parse()?);
                } else {
                    let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
                    return Err(meta.error(format!(
                        "unknown attribute `{name}` of a factory; known are: {KNOWN}"
                    )));
                }
                Ok(())
            })?;
        }
        match said.span {
            Some(span) if said.count > 1 => Err(syn::Error::new(
                span,
                "a field has one of `default`, `sequence` and `parent`",
            )),
            _ => Ok(said),
        }
    }
}

/// A field that the factory can set.
struct Part<'i> {
    ident: &'i Ident,
    ty: &'i Type,
    said: Said,
}

pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let library = naming::testing();
    let d = quote!(#library::derive);
    let fields = field::parse(input, "a model with a factory")?;
    let attributes = field::named(input, "a model with a factory")?;
    let (mut parts, mut empty) = (Vec::new(), Vec::new());
    let mut errors: Option<syn::Error> = None;
    for (field, (_, raw)) in fields.iter().zip(attributes) {
        match part(field, &raw.attrs) {
            Ok(Some(part)) => parts.push(part),
            Ok(None) => empty.push(field.ident),
            Err(error) => match &mut errors {
                Some(errors) => errors.combine(error),
                None => errors = Some(error),
            },
        }
    }
    if let Some(errors) = errors {
        return Err(errors);
    }
    let (model, vis) = (&input.ident, &input.vis);
    let factory = format_ident!("{model}Factory");
    let names: Vec<_> = parts.iter().map(|part| part.ident).collect();
    let types: Vec<_> = parts.iter().map(|part| part.ty).collect();
    let setters = parts.iter().map(|part| setter(part, vis, &library));
    let values = parts.iter().map(|part| value(part, &d));
    let parents = parts.iter().filter(|part| part.said.parent.is_some());
    let (mut factories, mut made) = (Vec::new(), Vec::new());
    for part in parents {
        let Some(parent) = &part.said.parent else { continue };
        let (ident, from) = (part.ident, from_name(part.ident));
        factories.push(quote!(#from: <#parent as #library::HasFactory>::Factory));
        made.push(quote_spanned! {part.ty.span()=>
            if self.#ident.is_none() {
                let parent = #library::Factory::create(::std::clone::Clone::clone(&self.#from), on).await?;
                self.#ident = ::std::option::Option::Some(#d::Model::key(&*parent).into());
            }
        });
    }
    let doc = format!("Makes records of [`{model}`] for tests.");
    Ok(quote! {
        #[doc = #doc]
        #[derive(::std::clone::Clone, ::std::default::Default)]
        #[allow(missing_docs)]
        #vis struct #factory {
            #(#names: ::std::option::Option<#types>,)*
            #(#factories,)*
        }

        #[allow(missing_docs, dead_code)]
        impl #factory {
            #vis fn new() -> Self {
                ::std::default::Default::default()
            }

            #(#setters)*

            #vis fn build(self) -> #model {
                #library::Factory::build(self)
            }

            #vis fn create(self, on: &dyn #d::Executor) -> #d::BoxFuture<'_, #d::Result<#d::Rec<#model>>> {
                #library::Factory::create(self, on)
            }

            #vis fn create_many(
                self,
                number: usize,
                on: &dyn #d::Executor,
            ) -> #d::BoxFuture<'_, #d::Result<::std::vec::Vec<#d::Rec<#model>>>> {
                #library::Factory::create_many(self, number, on)
            }
        }

        #[automatically_derived]
        impl #library::HasFactory for #model {
            type Factory = #factory;
        }

        #[automatically_derived]
        impl #library::Factory for #factory {
            type Model = #model;

            fn build(self) -> #model {
                #model {
                    #(#names: #values,)*
                    #(#empty: ::std::default::Default::default(),)*
                }
            }

            fn parents<'a>(&'a mut self, on: &'a dyn #d::Executor) -> #d::BoxFuture<'a, #d::Result<()>> {
                ::std::boxed::Box::pin(async move {
                    let _ = on;
                    #(#made)*
                    ::std::result::Result::Ok(())
                })
            }
        }
    })
}

/// What is known of a field; `None` for one that a factory leaves empty and nobody sets.
fn part<'i>(field: &Field<'i>, attributes: &[Attribute]) -> syn::Result<Option<Part<'i>>> {
    let said = Said::parse(attributes)?;
    let FieldAttributes {
        auto,
        generated,
        created_at,
        updated_at,
        version,
        soft_delete,
        skip,
        ..
    } = &field.attributes;
    let filled = [
        auto,
        generated,
        created_at,
        updated_at,
        version,
        soft_delete,
        skip,
    ]
    .iter()
    .any(|span| span.is_some());
    if relation::is_relation(field) || generated.is_some() {
        return match said.span {
            None => Ok(None),
            Some(span) => Err(syn::Error::new(
                span,
                "a factory leaves relations and generated fields empty: leave this out",
            )),
        };
    }
    let name = naming::plain(field.ident);
    if TAKEN.contains(&name.as_str()) {
        let message =
            format!("a factory has a method `{name}` already: this model needs a factory of its own making");
        return Err(syn::Error::new(field.ident.span(), message));
    }
    if said.count == 0 && !filled && !is_option(field.ty) {
        let message = format!(
            "the factory needs a value for `{name}`: write #[factory(default = …)], #[factory(sequence = |n| …)], or \
             #[factory(parent = Model)] on the key of a record that it belongs to"
        );
        return Err(syn::Error::new(field.ident.span(), message));
    }
    Ok(Some(Part {
        ident: field.ident,
        ty: field.ty,
        said,
    }))
}

fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "Option")
}

/// `customer_id` is of a `customer`.
fn of(ident: &Ident) -> Ident {
    let name = naming::plain(ident);
    format_ident!(
        "{}",
        name.strip_suffix("_id").unwrap_or(&name),
        span = ident.span()
    )
}

fn from_name(ident: &Ident) -> Ident {
    format_ident!("{}_from", of(ident))
}

fn setter(part: &Part<'_>, vis: &syn::Visibility, library: &TokenStream) -> TokenStream {
    let (ident, ty) = (part.ident, part.ty);
    let mut methods = quote_spanned! {ty.span()=>
        #vis fn #ident(mut self, value: impl ::std::convert::Into<#ty>) -> Self {
            self.#ident = ::std::option::Option::Some(value.into());
            self
        }
    };
    if let Some(parent) = &part.said.parent {
        let (of, from) = (of(ident), from_name(ident));
        if of != *ident {
            methods.extend(quote_spanned! {ty.span()=>
                #vis fn #of(self, record: &#parent) -> Self {
                    self.#ident(#library::derive::Model::key(record))
                }
            });
        }
        methods.extend(quote! {
            #vis fn #from(mut self, factory: <#parent as #library::HasFactory>::Factory) -> Self {
                self.#from = factory;
                self
            }
        });
    }
    methods
}

/// The value of a field that was set, else what the factory says.
fn value(part: &Part<'_>, d: &TokenStream) -> TokenStream {
    let (ident, ty) = (part.ident, part.ty);
    let Said {
        default, sequence, ..
    } = &part.said;
    match (default, sequence) {
        (
            Some(Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            })),
            _,
        ) => {
            quote_spanned!(ty.span()=> self.#ident.unwrap_or_else(|| <#ty as ::std::convert::From<&str>>::from(#text)))
        }
        (Some(default), _) => quote!(self.#ident.unwrap_or_else(|| #default)),
        (_, Some(sequence)) => quote! {
            self.#ident.unwrap_or_else(|| {
                static NUMBERS: #d::Sequence = #d::Sequence::new();
                let of: fn(u64) -> #ty = #sequence;
                of(NUMBERS.next())
            })
        },
        _ => quote!(self.#ident.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::derive;

    fn refused(text: &str) -> String {
        let input = syn::parse_str(text).expect("a struct");
        derive(&input)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn what_a_factory_does_not_take() {
        for (fields, says) in [
            (
                "born: i32",
                "the factory needs a value for `born`: write #[factory(default = …)]",
            ),
            (
                "#[factory(defualt = 1)] a: i64",
                "unknown attribute `defualt` of a factory; known are: default",
            ),
            (
                "#[factory(default = 1, sequence = |n| n)] a: i64",
                "a field has one of `default`, `sequence` and `parent`",
            ),
            (
                "#[factory(default = 1)] build: i64",
                "a factory has a method `build` already",
            ),
            (
                "#[factory(default = 1)] of: HasMany<A>",
                "a factory leaves relations and generated fields empty",
            ),
        ] {
            let message = refused(&format!("struct A {{ #[model(key, auto)] id: i64, {fields} }}"));
            assert!(message.starts_with(says), "{fields}: {message}");
        }
        assert_eq!(
            refused("enum A { B }"),
            "a model with a factory is a struct with named fields"
        );
        assert_eq!(
            refused("struct A { #[model(key, auto)] id: i64, name: Option<String> }"),
            ""
        );
    }
}
