//! Names of the database as words, and words as names of Rust.

/// Words that are names only as `r#word`.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
/// Words that are no names at all.
const NEVER: &[&str] = &["self", "super", "crate", "_"];

/// The words of a name: parted by what is neither letter nor digit, and by capitals (`OrderID`, `HTTPLog`).
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    // What is left out belongs to its word.
    let chars: Vec<char> = name.chars().filter(|c| !['\'', '’'].contains(c)).collect();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = at.checked_sub(1).map(|before| chars[before]);
        let after = chars.get(at + 1);
        let begins = c.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_numeric()
                    || before.is_uppercase() && after.is_some_and(|after| after.is_lowercase())
            });
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A name for a field or a module: `CUST NO.` becomes `cust_no`, `2nd` becomes `n2nd`.
pub(super) fn snake(name: &str) -> String {
    let joined = words(name).join("_");
    match joined.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_numeric() => format!("n{joined}"),
        Some(_) if NEVER.contains(&joined.as_str()) => format!("{joined}_"),
        Some(_) => joined,
    }
}

/// With `r#` where it is a keyword.
pub(super) fn ident(snake: &str) -> String {
    if KEYWORDS.contains(&snake) {
        format!("r#{snake}")
    } else {
        snake.to_owned()
    }
}

/// A name for a type or a variant. One that would begin with a digit begins with `digit` instead.
pub(super) fn pascal(name: &str, digit: &str) -> String {
    let mut joined = String::new();
    for word in words(name) {
        let mut chars = word.chars();
        if let Some(first) = chars.next() {
            // A digit on both sides of a border would make 1_1 and 11 the same.
            if first.is_numeric() && joined.ends_with(char::is_numeric) {
                joined.push('_');
            }
            joined.extend(first.to_uppercase());
            joined.push_str(chars.as_str());
        }
    }
    match joined.chars().next() {
        Some(first) if first.is_numeric() => format!("{digit}{joined}"),
        _ => joined,
    }
}

/// The last word of a name in the singular, as far as that is plain: `orders`, `categories`, `addresses`.
pub(super) fn singular(name: &str) -> String {
    let lower = name.to_lowercase();
    let cut = |count: usize, end: &str| {
        let kept: String = name.chars().take(name.chars().count() - count).collect();
        let capitals = name.chars().last().is_some_and(char::is_uppercase);
        kept + &if capitals {
            end.to_uppercase()
        } else {
            end.to_owned()
        }
    };
    let ends = |ending: &str| lower.ends_with(ending);
    if ["series", "species", "news"].iter().any(|same| ends(same)) {
        name.to_owned()
    } else if ["movies", "cookies", "ties"].contains(&lower.as_str()) {
        cut(1, "")
    } else if ends("ies") && lower.chars().count() > 4 {
        cut(3, "y")
    } else if ["sses", "shes", "ches", "xes", "zes"]
        .iter()
        .any(|ending| ends(ending))
    {
        cut(2, "")
    } else if ends("s") && !["ss", "us", "is", "as"].iter().any(|ending| ends(ending)) {
        cut(1, "")
    } else {
        name.to_owned()
    }
}

/// A name in snake case in the plural: `order`, `category`, `address`.
pub(super) fn plural(name: &str) -> String {
    let vowel_before_y = ["ay", "ey", "oy", "uy"]
        .iter()
        .any(|ending| name.ends_with(ending));
    if name.ends_with('y') && !vowel_before_y {
        format!("{}ies", name.trim_end_matches('y'))
    } else if ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|ending| name.ends_with(ending))
    {
        if singular(name) == name {
            format!("{name}es")
        } else {
            name.to_owned()
        }
    } else {
        format!("{name}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        for (name, field) in [
            ("CUST_NO", "cust_no"),
            ("OrderID", "order_id"),
            ("HTTPLog", "http_log"),
            ("Order Details", "order_details"),
            ("unit-price %", "unit_price"),
            ("2nd Name", "n2nd_name"),
            ("type", "r#type"),
            ("Self", "self_"),
            ("$$", "unnamed"),
            ("Größe", "größe"),
            ("İd", "id"),
            ("address2Line", "address2_line"),
        ] {
            assert_eq!(ident(&snake(name)), field, "{name}");
        }
    }

    #[test]
    fn types() {
        for (name, ty) in [
            ("order details", "OrderDetails"),
            ("CUST_MASTER", "CustMaster"),
            ("2fa", "T2fa"),
            ("v1_1", "V1_1"),
            ("it's else", "ItsElse"),
            ("%", ""),
        ] {
            assert_eq!(pascal(name, "T"), ty, "{name}");
        }
    }

    #[test]
    fn one_and_many() {
        for (many, one) in [
            ("orders", "order"),
            ("ORDERS", "ORDER"),
            ("Categories", "Category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("status", "status"),
            ("movies", "movie"),
            ("series", "series"),
            ("film", "film"),
        ] {
            assert_eq!(singular(many), one);
        }
        for (one, many) in [
            ("order", "orders"),
            ("category", "categories"),
            ("day", "days"),
            ("address", "addresses"),
            ("order_details", "order_details"),
            ("status", "statuses"),
        ] {
            assert_eq!(plural(one), many);
        }
    }
}
