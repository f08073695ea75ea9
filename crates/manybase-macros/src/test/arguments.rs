//! What `#[manybase::test(…)]` may say.

use super::text;
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, LitBool, LitInt, LitStr, Path, Token, parenthesized};

const KNOWN: &str = "connections(name = \"sqlite\"), default = \"…\", models(…), schema(\"….sql\"), \
                     migrations = \"migrations\", steps = …, fixtures(\"….yaml\"), setup = …, isolation = \"…\", timeout = \"30s\", threads = …";
const KINDS: [&str; 5] = ["sqlite", "postgres", "postgresql", "mysql", "mariadb"];
const ISOLATIONS: [(&str, &str); 5] = [
    ("auto", "Auto"),
    ("memory", "Memory"),
    ("file", "File"),
    ("tx", "Tx"),
    ("clone", "Clone"),
];
/// Five minutes, in milliseconds.
const TIMEOUT: u64 = 300_000;

/// `name = "value"`.
pub(super) struct Named {
    pub(super) name: LitStr,
    pub(super) value: LitStr,
}

#[derive(Default)]
pub(super) struct Arguments {
    pub(super) connections: Vec<Named>,
    pub(super) default: Option<LitStr>,
    pub(super) models: Vec<Path>,
    pub(super) schema: Vec<Named>,
    /// `Some` of nothing: there are none, whatever the project says.
    pub(super) migrations: Option<Vec<Named>>,
    pub(super) steps: Option<Path>,
    pub(super) fixtures: Vec<LitStr>,
    pub(super) setup: Option<Path>,
    isolation: Option<LitStr>,
    timeout: Option<(LitStr, u64)>,
    threads: Option<LitInt>,
}

impl Parse for Named {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = match input.peek(LitStr) {
            true => input.parse()?,
            false => {
                let name = input.call(Ident::parse_any)?;
                text(&crate::naming::plain(&name), name.span())
            }
        };
        input.parse::<Token![=]>()?;
        Ok(Self {
            name,
            value: input.parse()?,
        })
    }
}

fn list<T: Parse>(input: ParseStream<'_>) -> syn::Result<Vec<T>> {
    let inner;
    parenthesized!(inner in input);
    Ok(Punctuated::<T, Token![,]>::parse_terminated(&inner)?
        .into_iter()
        .collect())
}

/// A file's path, perhaps with a connection.
struct SchemaFile(Named);

impl Parse for SchemaFile {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if input.peek(LitStr) && !input.peek2(Token![=]) {
            let value: LitStr = input.parse()?;
            return Ok(Self(Named {
                name: text("", value.span()),
                value,
            }));
        }
        input.parse().map(Self)
    }
}

/// `= "directory"`, `= false`, or a list as the schema's.
fn migrations(input: ParseStream<'_>) -> syn::Result<Vec<Named>> {
    if !input.peek(Token![=]) {
        let directories = list::<SchemaFile>(input)?;
        return Ok(directories.into_iter().map(|file| file.0).collect());
    }
    input.parse::<Token![=]>()?;
    if input.peek(LitBool) {
        let said: LitBool = input.parse()?;
        return match said.value {
            false => Ok(Vec::new()),
            true => Err(Error::new(
                said.span(),
                "write the directory, such as \"migrations\"; what manybase.toml names needs no word here",
            )),
        };
    }
    let value: LitStr = input.parse()?;
    Ok(vec![Named {
        name: text("", value.span()),
        value,
    }])
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut found = Self::default();
        let mut said: Vec<String> = Vec::new();
        while !input.is_empty() {
            let name = input.call(Ident::parse_any)?;
            if said.contains(&name.to_string()) {
                return Err(Error::new(name.span(), "this is said twice"));
            }
            said.push(name.to_string());
            found.one(&name, input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        found.check()?;
        Ok(found)
    }
}

impl Arguments {
    fn one(&mut self, name: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let listed = matches!(
            name.to_string().as_str(),
            "connections" | "models" | "schema" | "fixtures"
        );
        if listed && !input.peek(syn::token::Paren) {
            return Err(Error::new(name.span(), format!("write `{name}(…)`")));
        }
        let value = |input: ParseStream<'_>| input.parse::<Token![=]>().map(drop);
        match name.to_string().as_str() {
            "connections" => self.connections = list(input)?,
            "models" => self.models = list(input)?,
            "schema" => {
                self.schema = list::<SchemaFile>(input)?
                    .into_iter()
                    .map(|file| file.0)
                    .collect()
            }
            "fixtures" => self.fixtures = list(input)?,
            "migrations" => self.migrations = Some(migrations(input)?),
            "steps" => {
                value(input)?;
                self.steps = Some(input.parse()?);
            }
            "default" => {
                value(input)?;
                self.default = Some(input.parse()?);
            }
            "setup" => {
                value(input)?;
                self.setup = Some(input.parse()?);
            }
            "isolation" => {
                value(input)?;
                self.isolation = Some(input.parse()?);
            }
            "timeout" => {
                value(input)?;
                let text: LitStr = input.parse()?;
                let limit = duration(&text)?;
                self.timeout = Some((text, limit));
            }
            "threads" => {
                value(input)?;
                self.threads = Some(input.parse()?);
            }
            other => {
                let message = format!("unknown argument `{other}` of a test; known are: {KNOWN}");
                return Err(Error::new(name.span(), message));
            }
        }
        Ok(())
    }

    fn check(&self) -> syn::Result<()> {
        for (at, Named { name, value }) in self.connections.iter().enumerate() {
            if self.connections[..at]
                .iter()
                .any(|other| other.name.value() == name.value())
            {
                return Err(Error::new(name.span(), "this connection is said twice"));
            }
            let kind = value.value();
            let variable = kind
                .strip_prefix("env:")
                .is_some_and(|variable| !variable.is_empty());
            if !variable && !KINDS.contains(&kind.as_str()) {
                let message = format!(
                    "{kind:?} is no kind of database: write {}, or \"env:VARIABLE\" for one that a variable's URL names",
                    KINDS.map(|kind| format!("{kind:?}")).join(", ")
                );
                return Err(Error::new(value.span(), message));
            }
        }
        self.check_isolation()?;
        if let Some(name) = &self.default {
            self.declared(name, "default")?;
        }
        for Named { name, .. } in self.schema.iter().filter(|file| !file.name.value().is_empty()) {
            self.declared(name, "schema")?;
        }
        for Named { name, value } in self.migrations.iter().flatten() {
            if !name.value().is_empty() {
                self.declared(name, "migrations")?;
            }
            is_directory(value)?;
        }
        if let (Some(steps), Some([])) = (&self.steps, self.migrations.as_deref()) {
            return Err(Error::new_spanned(
                steps,
                "`steps` belong to migrations, which `migrations = false` leaves out",
            ));
        }
        for path in self.schema.iter().map(|file| &file.value).chain(&self.fixtures) {
            is_there(path)?;
        }
        if let Some(threads) = &self.threads
            && threads.base10_parse::<usize>()? == 0
        {
            return Err(Error::new(threads.span(), "a test needs a thread"));
        }
        Ok(())
    }

    fn declared(&self, name: &LitStr, what: &str) -> syn::Result<()> {
        let known = |connection: &Named| connection.name.value() == name.value();
        if self.connections.is_empty() || self.connections.iter().any(known) {
            return Ok(());
        }
        let message = format!(
            "`{what}` names {:?}, which is none of `connections(…)`",
            name.value()
        );
        Err(Error::new(name.span(), message))
    }

    fn check_isolation(&self) -> syn::Result<()> {
        let Some(isolation) = &self.isolation else {
            return Ok(());
        };
        let said = isolation.value();
        if !ISOLATIONS.iter().any(|(name, _)| *name == said) {
            let names = ISOLATIONS.map(|(name, _)| format!("{name:?}")).join(", ");
            let message = format!("{said:?} is no isolation: write {names}");
            return Err(Error::new(isolation.span(), message));
        }
        let server = self
            .connections
            .iter()
            .find(|connection| connection.value.value() != "sqlite");
        if let (true, Some(server)) = (matches!(said.as_str(), "memory" | "file"), server) {
            let message = format!(
                "{said:?} is for SQLite, and the connection {:?} is on a server: write \"tx\", \"clone\" or \"auto\"",
                server.name.value()
            );
            return Err(Error::new(isolation.span(), message));
        }
        Ok(())
    }

    /// The variant.
    pub(super) fn isolation(&self) -> Ident {
        let said = self.isolation.as_ref().map(LitStr::value);
        let found = ISOLATIONS.iter().find(|(name, _)| Some(*name) == said.as_deref());
        let variant = found.map_or("Auto", |(_, variant)| variant);
        Ident::new(variant, proc_macro2::Span::call_site())
    }

    /// In milliseconds.
    pub(super) fn timeout(&self) -> u64 {
        self.timeout.as_ref().map_or(TIMEOUT, |(_, limit)| *limit)
    }

    pub(super) fn threads(&self) -> usize {
        let said = self
            .threads
            .as_ref()
            .and_then(|threads| threads.base10_parse().ok());
        said.unwrap_or(1)
    }
}

/// `500ms`, `30s`, `5m`.
fn duration(text: &LitStr) -> syn::Result<u64> {
    let value = text.value();
    let digits = value.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match &value[digits.len()..] {
        "ms" => Some(1),
        "s" => Some(1_000),
        "m" => Some(60_000),
        _ => None,
    };
    let limit = unit.and_then(|unit| digits.parse::<u64>().ok()?.checked_mul(unit));
    limit
        .filter(|limit| *limit > 0)
        .ok_or_else(|| Error::new(text.span(), "write a time, such as \"500ms\", \"30s\" or \"5m\""))
}

/// The file, in the crate that is compiled. A tool that does not say which one it is looks later.
fn is_there(path: &LitStr) -> syn::Result<()> {
    looked(path, "file", std::path::Path::is_file)
}

fn is_directory(path: &LitStr) -> syn::Result<()> {
    looked(path, "directory", std::path::Path::is_dir)
}

fn looked(path: &LitStr, what: &str, is: fn(&std::path::Path) -> bool) -> syn::Result<()> {
    let Some(manifest) = std::env::var_os("CARGO_MANIFEST_DIR") else {
        return Ok(());
    };
    match is(&std::path::Path::new(&manifest).join(path.value())) {
        true => Ok(()),
        false => Err(Error::new(
            path.span(),
            format!("there is no {what} {:?} in the crate's directory", path.value()),
        )),
    }
}
