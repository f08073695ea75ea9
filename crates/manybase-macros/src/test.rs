//! `#[manybase::test]`

mod arguments;

use crate::naming;
use arguments::{Arguments, Named};
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Error, FnArg, ItemFn, LitStr, ReturnType};

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let function: ItemFn = syn::parse2(item)?;
    let arguments: Arguments = syn::parse2(arguments)?;
    check(&function)?;
    let library = naming::testing();
    let record = quote!(#library::derive);
    let ItemFn {
        attrs,
        vis,
        sig,
        block,
    } = &function;
    let (name, text, output) = (&sig.ident, naming::plain(&sig.ident), &sig.output);
    let should_panic = attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("should_panic"));
    let pairs = |list: &[Named]| -> TokenStream {
        let pairs = list.iter().map(|Named { name, value }| quote!((#name, #value)));
        quote!(&[#(#pairs),*])
    };
    let (connections, schema) = (pairs(&arguments.connections), pairs(&arguments.schema));
    let default = option(arguments.default.as_ref().map(|name| quote!(#name)));
    let models = arguments
        .models
        .iter()
        .map(|model| quote!(#record::ModelEntry::of::<#model>()));
    let fixtures = &arguments.fixtures;
    let isolation = arguments.isolation();
    let setup = option(arguments.setup.as_ref().map(|path| {
        let name = quote!(#path).to_string().replace(' ', "");
        quote! {
            #record::Setup {
                name: #name,
                run: |db| ::std::boxed::Box::pin(async move {
                    #path(db).await.map_err(::std::convert::Into::into)
                }),
            }
        }
    }));
    let (timeout, threads) = (arguments.timeout(), arguments.threads());
    let mut inner = sig.clone();
    inner.ident = syn::Ident::new("__test", name.span());
    Ok(quote! {
        #(#attrs)*
        #[::core::prelude::v1::test]
        #vis fn #name() #output {
            #inner #block
            #record::run(
                &#record::Spec {
                    name: ::core::concat!(::core::module_path!(), "::", #text),
                    package: ::core::env!("CARGO_PKG_NAME"),
                    manifest: ::core::env!("CARGO_MANIFEST_DIR"),
                    place: (::core::file!(), ::core::line!()),
                    connections: #connections,
                    default: #default,
                    isolation: #library::Isolation::#isolation,
                    models: ::std::vec![#(#models),*],
                    schema: #schema,
                    fixtures: &[#(#fixtures),*],
                    setup: #setup,
                    timeout: #record::Duration::from_millis(#timeout),
                    threads: #threads,
                    should_panic: #should_panic,
                },
                __test,
            )
        }
    })
}

fn option(inner: Option<TokenStream>) -> TokenStream {
    match inner {
        Some(inner) => quote!(::std::option::Option::Some(#inner)),
        None => quote!(::std::option::Option::None),
    }
}

fn check(function: &ItemFn) -> syn::Result<()> {
    let sig = &function.sig;
    if sig.asyncness.is_none() {
        return Err(Error::new(
            sig.fn_token.span(),
            "a test with databases is an `async fn`",
        ));
    }
    if let Some(parameter) = sig.generics.params.first() {
        return Err(Error::new(
            parameter.span(),
            "a test can't have type, lifetime or const parameters",
        ));
    }
    let mut inputs = sig.inputs.iter();
    match (inputs.next(), inputs.next()) {
        (Some(FnArg::Typed(_)), None) => {}
        (None, _) => {
            let message = format!(
                "a test gets its databases: write `async fn {}(db: Db)`",
                sig.ident
            );
            return Err(Error::new(sig.ident.span(), message));
        }
        (Some(FnArg::Receiver(this)), _) => return Err(Error::new(this.span(), "a test is no method")),
        (_, Some(other)) => {
            return Err(Error::new(
                other.span(),
                "a test gets one `Db`, with all of its connections",
            ));
        }
    }
    if let Some(attribute) = function
        .attrs
        .iter()
        .find(|attribute| attribute.path().is_ident("test"))
    {
        return Err(Error::new(
            attribute.span(),
            "#[manybase::test] makes the test: leave out #[test]",
        ));
    }
    if let ReturnType::Type(_, ty) = &sig.output
        && let syn::Type::ImplTrait(ty) = &**ty
    {
        return Err(Error::new(ty.span(), "a test returns `()` or a `Result<(), E>`"));
    }
    Ok(())
}

/// A text at a place of its own.
fn text(value: &str, at: proc_macro2::Span) -> LitStr {
    LitStr::new(value, at)
}
