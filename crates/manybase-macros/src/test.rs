//! `#[manybase::test]`

mod arguments;

use crate::naming;
use arguments::{Arguments, Named};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
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
    let migrations = migrations(&arguments, &record, pairs);
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
                    migrations: #migrations,
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

/// Nothing of it is named where nothing is said: it may not be compiled in.
fn migrations(
    arguments: &Arguments,
    record: &TokenStream,
    pairs: impl Fn(&[Named]) -> TokenStream,
) -> TokenStream {
    let said = match &arguments.migrations {
        None => quote!(<#record::Migrations as ::std::default::Default>::default()),
        Some(directories) => {
            let directories = pairs(directories);
            quote!(#record::Migrations::of(#directories))
        }
    };
    match &arguments.steps {
        None => said,
        Some(path) => {
            let name = quote!(#path).to_string().replace(' ', "");
            quote_spanned!(path.span()=> #said.steps(#name, #path))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::expand;

    fn refused(arguments: &str, function: &str) -> String {
        let parse = |text: &str| text.parse().expect("tokens");
        match expand(parse(arguments), parse(function)) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn arguments_that_make_no_sense() {
        for (arguments, says) in [
            (
                "connection(app = \"sqlite\")",
                "unknown argument `connection` of a test; known are: connections(",
            ),
            (
                "connections(app = \"oracel\")",
                "\"oracel\" is no kind of database: write \"sqlite\"",
            ),
            ("connections(app = \"env:\")", "\"env:\" is no kind of database"),
            (
                "connections(app = \"sqlite\", app = \"postgres\")",
                "this connection is said twice",
            ),
            ("models(A), models(B)", "this is said twice"),
            ("models = A", "write `models(…)`"),
            ("isolation = \"own\"", "\"own\" is no isolation: write \"auto\""),
            (
                "connections(app = \"postgres\"), isolation = \"memory\"",
                "\"memory\" is for SQLite, and the connection \"app\" is on a server",
            ),
            (
                "connections(app = \"sqlite\"), default = \"ap\"",
                "`default` names \"ap\", which is none of `connections(…)`",
            ),
            (
                "fixtures(\"no/such.yaml\")",
                "there is no file \"no/such.yaml\" in the crate's directory",
            ),
            (
                "migrations = \"no/such\"",
                "there is no directory \"no/such\" in the crate's directory",
            ),
            ("migrations = true", "write the directory, such as \"migrations\""),
            (
                "migrations = false, steps = a",
                "`steps` belong to migrations, which `migrations = false` leaves out",
            ),
            (
                "connections(app = \"sqlite\"), migrations(ap = \"src\")",
                "`migrations` names \"ap\", which is none of `connections(…)`",
            ),
            ("timeout = \"soon\"", "write a time, such as \"500ms\""),
            ("threads = 0", "a test needs a thread"),
        ] {
            let message = refused(arguments, "async fn a(db: Db) {}");
            assert!(message.starts_with(says), "{arguments}: {message}");
        }
    }

    #[test]
    fn functions_that_are_no_tests() {
        for (function, says) in [
            ("fn a(db: Db) {}", "a test with databases is an `async fn`"),
            (
                "async fn a() {}",
                "a test gets its databases: write `async fn a(db: Db)`",
            ),
            (
                "async fn a(db: Db, other: Db) {}",
                "a test gets one `Db`, with all of its connections",
            ),
            (
                "async fn a<T>(db: Db) {}",
                "a test can't have type, lifetime or const parameters",
            ),
            (
                "#[test] async fn a(db: Db) {}",
                "#[manybase::test] makes the test: leave out #[test]",
            ),
        ] {
            assert_eq!(refused("", function), says, "{function}");
        }
        assert_eq!(
            refused(
                "connections(\"my-app\" = \"env:URL\"), models(a::B)",
                "async fn a(db: Db) {}"
            ),
            ""
        );
    }
}
