//! Sources from a template: a head, a part for each model, and a query for each model.

use regex_lite::Regex;

const EACH: &str = "// --- each\n";
const QUERY: &str = "// --- query\n";

pub(super) struct Template {
    head: &'static str,
    each: &'static str,
    query: &'static str,
}

impl Template {
    pub(super) fn new(text: &'static str) -> Self {
        let (head, rest) = text.split_once(EACH).unwrap_or(("", text));
        let (each, query) = rest.split_once(QUERY).unwrap_or((rest, ""));
        Self { head, each, query }
    }

    /// The whole source.
    pub(super) fn source(&self, models: usize) -> String {
        self.repeat(models, &format!("{}{}", self.each, self.query))
    }

    /// Structs under our derive, without queries: what is looked at to see the generated code.
    pub(super) fn structs(&self, models: usize) -> String {
        self.repeat(models, self.each)
    }

    /// The same structs as their user wrote them, without our derive.
    pub(super) fn plain_structs(&self, models: usize) -> String {
        let derive = Regex::new(r",\s*(?:Model|sqlx::FromRow)\)\]");
        let attribute = Regex::new(r"\s*#\[(?:model|sqlx)\([^\]]*\)\]");
        let (Ok(derive), Ok(attribute)) = (derive, attribute) else {
            return String::new();
        };
        let each = derive.replace_all(self.each, ")]");
        self.repeat(models, &attribute.replace_all(&each, ""))
    }

    fn repeat(&self, models: usize, piece: &str) -> String {
        let mut text = format!("#![allow(unused)]\n{}", self.head);
        for i in 0..models {
            let (previous, next) = ((i + models - 1) % models, (i + 1) % models);
            let piece = piece
                .replace("@prev", &previous.to_string())
                .replace("@next", &next.to_string());
            text.push_str(&piece.replace("@i", &i.to_string()));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "use x;\n// --- each\n#[derive(Debug, Model)]\n#[model(table = \"m@i\")]\n\
        struct M@i { #[model(key)] a: Many<M@next>, b: One<M@prev> }\n// --- query\nfn q@i() {}\n";

    #[test]
    fn models_form_a_ring() {
        let source = Template::new(TEXT).source(3);
        assert!(
            source.contains("use x;") && source.contains("table = \"m1\"") && source.contains("fn q2() {}")
        );
        assert!(
            source.contains("struct M0 { #[model(key)] a: Many<M1>, b: One<M2> }"),
            "{source}"
        );
        assert!(source.contains("a: Many<M0>, b: One<M1> }"), "{source}");
    }

    #[test]
    fn plain_structs_know_nothing_of_us() {
        let plain = Template::new(TEXT).plain_structs(1);
        assert!(
            plain.contains("#[derive(Debug)]\nstruct M0 { a: Many<M0>"),
            "{plain}"
        );
        assert!(!plain.contains("model") && !plain.contains("Model"), "{plain}");
        assert!(Template::new(TEXT).structs(1).contains("Model") && !plain.contains("fn q"));
    }
}
