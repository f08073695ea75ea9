//! Names.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

/// Crates of the workspace that stand below the facade and so can't name it.
const INSIDE: &[&str] = &[
    "manybase-record",
    "manybase-migrate",
    "manybase-sync",
    "manybase-federation",
    "manybase-snapshot",
    "manybase-saga",
    "manybase-docs",
    "manybase-axum",
    "manybase-cli",
    "manybase-test",
];

/// The crate that the generated code refers to: `manybase`, or inside the workspace's own lower crates the one
/// that the facade gets it from.
pub(crate) fn library() -> TokenStream {
    let inside = std::env::var("CARGO_PKG_NAME").is_ok_and(|name| INSIDE.contains(&name.as_str()));
    if inside {
        quote!(::manybase_record)
    } else {
        quote!(::manybase)
    }
}

/// What tests get: `manybase::testing`, or inside its own crate that crate.
pub(crate) fn testing() -> TokenStream {
    if std::env::var("CARGO_PKG_NAME").is_ok_and(|name| name == "manybase-test") {
        quote!(::manybase_test)
    } else {
        quote!(::manybase::testing)
    }
}

/// `Json` around a type, whose errors are told at the type.
pub(crate) fn json(library: &TokenStream, ty: &syn::Type) -> TokenStream {
    let span: Span = syn::spanned::Spanned::span(ty);
    let library = library.clone().into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    let library: TokenStream = library.collect();
    quote_spanned!(span=> #library::Json<#ty>)
}

/// A field's name without the `r#` of a keyword.
pub(crate) fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// `CustomerOrder` becomes `customer_order`, `HTTPLog` becomes `http_log`.
pub(crate) fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (i, &c) in chars.iter().enumerate() {
        let word_begins = c.is_uppercase()
            && i > 0
            && (!chars[i - 1].is_uppercase() || chars.get(i + 1).is_some_and(|next| next.is_lowercase()))
            && chars[i - 1] != '_';
        if word_begins {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn words_are_found() {
        for (name, snake) in [
            ("Customer", "customer"),
            ("CustomerOrder", "customer_order"),
            ("HTTPLog", "http_log"),
            ("A1b", "a1b"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }
}
